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
use crate::location::peek;
use crate::privacy::classification::tables;
use crate::privacy::export;
use crate::privacy::restorations::{self, Restoration};
use crate::{Error, Location, migrate, migrations, on_either, retries};

/// What is empty in a database into which nobody put anything.
const FIRST: [&str; 3] = ["people", "master_keys", "journal"];

/// Whether a backup that was checked can be restored there. Only looks: nothing is made, migrated or written, here or beside it.
///
/// # Errors
/// [`BackupError::OtherVersion`] when this program has other migrations than the backup. [`BackupError::NotEmpty`] when the place has more than a new one: rows, a
/// schema of another version, or one that is half made, or tables of somebody else.
pub fn can_restore(location: &Location, checked: &Checked) -> Result<(), BackupError> {
    let known = migrations::known(matches!(location, Location::Postgres(_)))?;
    if known != checked.migrations {
        return Err(other_version(checked));
    }
    if peek(location, |database| Ok(is_taken(database, &known)?))? {
        return Err(BackupError::NotEmpty);
    }
    Ok(())
}

fn other_version(checked: &Checked) -> BackupError {
    BackupError::OtherVersion(checked.migrations.last().cloned().unwrap_or_default())
}

/// Whether a database has anything that a new one has not: one without tables, or with the schema of this program and nothing in it.
fn is_taken(database: &mut Database<'_>, known: &[String]) -> Result<bool, Error> {
    let applied = migrations::applied(database)?;
    if applied.is_empty() {
        return has_tables(database);
    }
    if applied != known {
        return Ok(true);
    }
    for table in FIRST {
        if count(database, table)? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether there is any table, but for the one that says that there was no migration yet.
fn has_tables(database: &mut Database<'_>) -> Result<bool, Error> {
    let question = if database.is_postgres() {
        "SELECT count(*) AS number FROM pg_tables WHERE schemaname = ANY (current_schemas(false)) \
         AND tablename <> '__diesel_schema_migrations'"
    } else {
        "SELECT count(*) AS number FROM sqlite_master WHERE type = 'table' AND name <> '__diesel_schema_migrations'"
    };
    let counted: Counted = on_either!(database, |c| sql_query(question).get_result(c))?;
    Ok(counted.number > 0)
}

/// Restores a backup that was checked into an empty database, and marks in the same transaction that it was: there is no moment at which
/// the database could be taken for one that was never away. What was erased since is there again then: whoever restores replays the
/// tombstones before anything is served. No session of the backup runs, and no code that was sent is good: people sign in once more.
pub fn restore(
    location: &Location,
    ring: &Ring,
    (checked, restoration): (&Checked, &Restoration),
    from: impl Read,
) -> Result<Vec<(Chain, WebhookSubscriptionId)>, BackupError> {
    can_restore(location, checked)?;
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
        return Err(other_version(checked));
    }
    database.transaction(|database| {
        for table in FIRST {
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
