//! Bringing a schema up to date, once, whoever starts first.

use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::database::Database;
use crate::{Error, OpenError};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// One number for the lock that lets one starter migrate: "naast" in ASCII.
const LOCK: i64 = 0x006e_6161_7374;

/// How a schema stands to this program.
pub(crate) enum State {
    /// They fit.
    Current,
    /// So many migrations wait.
    Behind(usize),
    /// The schema knows a migration that this program does not.
    Ahead(String),
}

fn refused(fault: impl std::fmt::Display) -> OpenError {
    OpenError::Storage(Error::Refused(format!("migration: {fault}")))
}

/// Runs what waits and says how many that were.
pub(crate) fn run(database: &mut Database<'_>) -> Result<usize, OpenError> {
    match database {
        Database::Sqlite(connection) => {
            // each migration is a transaction of its own; the exclusive lock of the first write makes a second
            // starter wait (busy_timeout) and then find nothing to do
            let ran = connection.run_pending_migrations(SQLITE);
            match ran {
                Ok(done) => Ok(done.len()),
                Err(fault) => match connection.pending_migrations(SQLITE) {
                    Ok(waiting) if waiting.is_empty() => Ok(0),
                    _ => Err(refused(fault)),
                },
            }
        }
        Database::Postgres(_) => {
            database.batch(&format!("SELECT pg_advisory_lock({LOCK})"))?;
            let ran = match database {
                Database::Postgres(connection) => {
                    connection.run_pending_migrations(POSTGRES).map(|done| done.len()).map_err(refused)
                }
                Database::Sqlite(_) => unreachable!("the arm above"),
            };
            database.batch(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
            ran
        }
    }
}

/// How the schema stands to this program.
pub(crate) fn state(database: &mut Database<'_>) -> Result<State, OpenError> {
    let (applied, known) = match database {
        Database::Sqlite(connection) => (
            connection.applied_migrations().map_err(refused)?,
            MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE)
                .map_err(refused)?
                .iter()
                .map(|migration| migration.name().version().as_owned())
                .collect::<Vec<_>>(),
        ),
        Database::Postgres(connection) => (
            connection.applied_migrations().map_err(refused)?,
            MigrationSource::<diesel::pg::Pg>::migrations(&POSTGRES)
                .map_err(refused)?
                .iter()
                .map(|migration| migration.name().version().as_owned())
                .collect::<Vec<_>>(),
        ),
    };
    if let Some(unknown) = applied.iter().find(|version| !known.contains(version)) {
        return Ok(State::Ahead(unknown.to_string()));
    }
    match known.len() - applied.len() {
        0 => Ok(State::Current),
        waiting => Ok(State::Behind(waiting)),
    }
}

/// Undoes every migration; for tests of the way down.
pub fn revert_all(database: &mut Database<'_>) -> Result<usize, OpenError> {
    match database {
        Database::Sqlite(connection) => {
            connection.revert_all_migrations(SQLITE).map(|done| done.len()).map_err(refused)
        }
        Database::Postgres(connection) => {
            connection.revert_all_migrations(POSTGRES).map(|done| done.len()).map_err(refused)
        }
    }
}
