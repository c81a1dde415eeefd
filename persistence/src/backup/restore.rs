//! Restoring: into an empty database, all of it or nothing.

use std::io::Read;

use diesel::Connection as _;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use naast_domain::ids::WebhookSubscriptionId;
use naast_domain::journal::Chain;

use super::envelope::Opened;
use super::{BackupError, Checked, Line, rows};
use crate::database::{Database, prepare_sqlite};
use crate::events;
use crate::identity::{codes, sessions};
use crate::independence::yearly;
use crate::keys::Ring;
use crate::privacy::classification::tables;
use crate::privacy::export;
use crate::privacy::restorations::{self, Restoration};
use crate::{Error, Location, migrate, migrations, on_either, retries};

/// Restores a backup that was checked into an empty database, and marks in the same transaction that it was: there is no moment at which
/// the database could be taken for one that was never away. What was erased since is there again then: whoever restores replays the
/// tombstones before anything is served. No session of the backup runs, and no code that was sent is good: people sign in once more.
pub fn restore(
    location: &Location,
    ring: &Ring,
    (checked, restoration): (&Checked, &Restoration),
    from: impl Read,
) -> Result<Vec<(Chain, WebhookSubscriptionId)>, BackupError> {
    migrate(location)?;
    match location {
        Location::Sqlite(path) => {
            let url = path.to_string_lossy();
            let mut connection = diesel::SqliteConnection::establish(&url)
                .map_err(|fault| crate::OpenError::Unreachable(fault.to_string()))?;
            prepare_sqlite(&mut connection, false)?;
            into(&mut Database::Sqlite(&mut connection), ring, (checked, restoration), from)
        }
        Location::Postgres(url) => {
            let mut connection = diesel::PgConnection::establish(url)
                .map_err(|fault| crate::OpenError::Unreachable(fault.to_string()))?;
            into(&mut Database::Postgres(&mut connection), ring, (checked, restoration), from)
        }
    }
}

fn into(
    database: &mut Database<'_>,
    ring: &Ring,
    (checked, restoration): (&Checked, &Restoration),
    from: impl Read,
) -> Result<Vec<(Chain, WebhookSubscriptionId)>, BackupError> {
    if migrations::applied(database)? != checked.migrations {
        let last = checked.migrations.last().cloned().unwrap_or_default();
        return Err(BackupError::OtherVersion(last));
    }
    database.transaction(|database| {
        for table in ["people", "master_keys", "journal"] {
            if count(database, table)? > 0 {
                return Err(BackupError::NotEmpty);
            }
        }
        let in_order: Vec<_> = tables().map(|table| table.name).collect();
        // what migrations put there; the journal lets nothing be taken out, and is empty
        for table in in_order.iter().rev().filter(|table| !table.starts_with("journal")) {
            on_either!(&mut *database, |c| sql_query(format!("DELETE FROM {table}")).execute(c))
                .map_err(Error::from)?;
        }
        let mut table: Option<(String, Vec<String>)> = None;
        for line in Opened::new(from, ring)?.lines() {
            match line? {
                Line::Table { name, columns } => {
                    if !in_order.contains(&name.as_str()) {
                        return Err(BackupError::Unreadable("a table that is not known"));
                    }
                    table = Some((name, columns));
                }
                Line::Rows(batch) => {
                    let (name, columns) =
                        table.as_ref().ok_or(BackupError::Unreadable("rows of no table"))?;
                    rows::write(database, name, columns, &batch)?;
                }
                Line::Backup { .. } | Line::File { .. } | Line::End(_) => {}
            }
        }
        for (name, rows) in &checked.summary.rows {
            if count(database, name)? != *rows {
                return Err(BackupError::Unreadable("as many rows as it said"));
            }
        }
        // nobody knows which were ended or used since: everybody signs in once more
        sessions::end_all(database)?;
        codes::forget_all(database)?;
        // nor which exports were taken, what a coordinator declared, and which webhooks were disabled or had their secret replaced
        export::forget_all(database)?;
        // nor what of that was answered: a call that is sent again is not done again, and is told that its answer is gone
        retries::blank_all(database)?;
        yearly::ask_all(database)?;
        let disabled = events::disable_all(database)?;
        restorations::begin(database, restoration)?;
        Ok(disabled)
    })
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn count(database: &mut Database<'_>, table: &str) -> Result<u64, Error> {
    let known = tables().any(|one| one.name == table);
    if !known {
        return Ok(0);
    }
    let question = format!("SELECT count(*) AS number FROM {table}");
    let counted: Counted = on_either!(database, |c| sql_query(question).get_result(c))?;
    Ok(counted.number.unsigned_abs())
}
