//! Fills a database by SQL, in the same statements on both: whole tables at once, without the journal.

mod buddies;
mod programmes;
mod requests;

use std::fmt::Write as _;

use chrono::TimeDelta;
use naast_api::clock::Clock;
use naast_domain::{Date, Moment};
use naast_persistence::{Database, Location};

use crate::data::Size;

/// Rows of one statement.
const BATCH: usize = 500;

/// Fills a fresh database.
pub fn seed(location: &Location, size: Size) {
    let now = Clock::default().now();
    naast_tests::around(location, |db| {
        let (before, after) = if db.is_postgres() {
            // every row below is valid: the checks of foreign keys would only take time
            ("SET session_replication_role = replica", "CHECKPOINT; VACUUM ANALYZE")
        } else {
            (
                "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF",
                "ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)",
            )
        };
        run(db, before);
        run(db, "BEGIN");
        let mut seed = Seed { db, size, now, today: now.date_naive() };
        seed.directory();
        seed.programmes();
        seed.requests();
        seed.buddies();
        run(db, "COMMIT");
        // apart: VACUUM runs in no transaction
        after.split("; ").for_each(|statement| run(db, statement));
    });
}

fn run(db: &mut Database<'_>, statements: &str) {
    if let Err(fault) = db.batch(statements) {
        let start: String = statements.chars().take(400).collect();
        panic!("{fault}: {start}");
    }
}

struct Seed<'a, 'c> {
    db: &'a mut Database<'c>,
    size: Size,
    now: Moment,
    today: Date,
}

impl Seed<'_, '_> {
    /// Fills a table; each row is the text between its brackets.
    fn fill(&mut self, table: &str, rows: impl Iterator<Item = String>) {
        let mut statement = String::new();
        let mut count = 0;
        for row in rows {
            if count == 0 {
                let _ = write!(statement, "INSERT INTO {table} VALUES ({row})");
            } else {
                let _ = write!(statement, ",({row})");
            }
            count += 1;
            if count == BATCH {
                run(self.db, &statement);
                statement.clear();
                count = 0;
            }
        }
        if count > 0 {
            run(self.db, &statement);
        }
    }

    /// The rows in the order in which they came: those of one programme lie apart, as they do in life.
    fn in_order_of_time(&self) -> impl Iterator<Item = (u32, Moment)> + use<> {
        let (rows, start) = (self.size.rows(), self.now - TimeDelta::days(700));
        // 7919 is prime and divides no number of rows that is used here
        (0..rows).map(move |place| {
            let row = u64::from(place) * 7_919 % u64::from(rows);
            let row = u32::try_from(row).expect("less than the number of rows");
            (row, start + TimeDelta::microseconds(i64::from(place) * 500_000_003))
        })
    }
}

/// A moment as both databases read it.
fn moment(at: Moment) -> String {
    at.format("'%Y-%m-%dT%H:%M:%S%.6fZ'").to_string()
}
