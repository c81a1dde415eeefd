//! Bringing a schema up to date, once, whoever starts first.

use diesel::migration::{Migration, MigrationSource};
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::database::Database;
use crate::{Error, OpenError, on_either};

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
        // all of them in one transaction, whose lock makes a second starter wait and then find nothing to do
        Database::Sqlite(_) => database.transaction(|database| match database {
            Database::Sqlite(connection) => {
                connection.run_pending_migrations(SQLITE).map(|done| done.len()).map_err(refused)
            }
            Database::Postgres(_) => unreachable!("the arm above"),
        }),
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
    let known = known(database.is_postgres())?;
    let applied = applied(database)?;
    if let Some(unknown) = applied.iter().find(|version| !known.contains(version)) {
        return Ok(State::Ahead(unknown.clone()));
    }
    match known.len() - applied.len() {
        0 => Ok(State::Current),
        waiting => Ok(State::Behind(waiting)),
    }
}

/// The migrations of this program, for PostgreSQL or for SQLite, the oldest first.
pub(crate) fn known(of_postgres: bool) -> Result<Vec<String>, OpenError> {
    let mut known = if of_postgres {
        versions(&MigrationSource::<diesel::pg::Pg>::migrations(&POSTGRES).map_err(refused)?)
    } else {
        versions(&MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE).map_err(refused)?)
    };
    known.sort_unstable();
    Ok(known)
}

fn versions<DB: diesel::backend::Backend>(migrations: &[Box<dyn Migration<DB>>]) -> Vec<String> {
    migrations.iter().map(|migration| migration.name().version().to_string()).collect()
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

/// The migrations that a schema has. Diesel's own function makes its table first, which a reader of SQLite and a role
/// without rights on the schema cannot.
pub(crate) fn applied(database: &mut Database<'_>) -> Result<Vec<String>, Error> {
    let catalogue = if database.is_postgres() {
        "SELECT 'yes' AS version WHERE to_regclass('__diesel_schema_migrations') IS NOT NULL"
    } else {
        "SELECT 'yes' AS version FROM sqlite_master WHERE name = '__diesel_schema_migrations'"
    };
    let exists: Vec<Version> = on_either!(database, |c| sql_query(catalogue).load(c))?;
    if exists.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Version> = on_either!(database, |c| sql_query(
        "SELECT version FROM __diesel_schema_migrations ORDER BY version"
    )
    .load(c))?;
    Ok(rows.into_iter().map(|row| row.version).collect())
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
