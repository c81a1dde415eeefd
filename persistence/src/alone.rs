//! Being the only one on a database: one server on an SQLite file, and a demo on a database that nobody used yet.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use diesel::sql_types::BigInt;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, QueryableByName, RunQueryDsl, sql_query};

use crate::database::Database;
use crate::{Error, Location, OpenError, make_folder, on_either};

/// Held for as long as this process serves an SQLite file. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct OnlyServer(#[expect(dead_code, reason = "it is held, not used")] File);

/// Makes this process the one that serves this SQLite file. Others may read and write it meanwhile; a second server would
/// have a writer, limits and a memory of running calls of its own. PostgreSQL takes as many servers as there are: `None`.
///
/// # Errors
/// [`OpenError::Served`] when another process serves the file.
pub fn only_server(location: &Location) -> Result<Option<OnlyServer>, OpenError> {
    let Location::Sqlite(file) = location else { return Ok(None) };
    let lock = lock_of(file)?;
    let refused = |fault| OpenError::File { path: lock.clone(), fault };
    let held = File::options().create(true).append(true).open(&lock).map_err(refused)?;
    match held.try_lock() {
        Ok(()) => Ok(Some(OnlyServer(held))),
        Err(TryLockError::WouldBlock) => Err(OpenError::Served(file.clone())),
        Err(TryLockError::Error(fault)) => Err(refused(fault)),
    }
}

/// The file beside the database that is locked: by whatever name the database is reached, the same.
fn lock_of(file: &Path) -> Result<PathBuf, OpenError> {
    let unreachable = |fault| OpenError::File { path: file.to_owned(), fault };
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    make_folder(folder).map_err(unreachable)?;
    let found = match file.canonicalize() {
        Ok(found) => found,
        Err(_) => {
            folder.canonicalize().map_err(unreachable)?.join(file.file_name().unwrap_or(file.as_os_str()))
        }
    };
    let mut name = found.into_os_string();
    name.push(".server");
    Ok(name.into())
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn count(database: &mut Database<'_>, question: &str) -> Result<i64, Error> {
    let counted: Counted = on_either!(database, |c| sql_query(question).get_result(c))?;
    Ok(counted.number)
}

/// Whether nobody used this database yet: it is not there, holds no tables, or holds ours without a row of the journal,
/// without which nothing is kept. Only looks.
pub fn is_unused(location: &Location) -> Result<bool, OpenError> {
    let unreachable = |fault: diesel::ConnectionError| OpenError::Unreachable(fault.to_string());
    match location {
        Location::Sqlite(file) if !file.exists() => Ok(true),
        Location::Sqlite(file) => {
            let path = file.to_str().ok_or(OpenError::UnknownAddress)?;
            let path = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
            let mut connection =
                SqliteConnection::establish(&format!("file:{path}?mode=ro")).map_err(unreachable)?;
            // whoever closes the file at this moment holds it for an instant
            connection
                .batch_execute("PRAGMA busy_timeout = 2000")
                .map_err(|fault| OpenError::Storage(fault.into()))?;
            let tables = "SELECT count(*) AS number FROM sqlite_master WHERE type = 'table'";
            let journal =
                "SELECT count(*) AS number FROM sqlite_master WHERE type = 'table' AND name = 'journal'";
            Ok(holds_nothing(&mut Database::Sqlite(&mut connection), tables, journal)?)
        }
        Location::Postgres(url) => {
            let mut connection = PgConnection::establish(url).map_err(unreachable)?;
            let tables =
                "SELECT count(*) AS number FROM pg_tables WHERE schemaname = ANY (current_schemas(false))";
            let journal = "SELECT count(*) AS number FROM pg_tables \
                           WHERE schemaname = ANY (current_schemas(false)) AND tablename = 'journal'";
            Ok(holds_nothing(&mut Database::Postgres(&mut connection), tables, journal)?)
        }
    }
}

fn holds_nothing(database: &mut Database<'_>, tables: &str, journal: &str) -> Result<bool, Error> {
    if count(database, tables)? == 0 {
        return Ok(true);
    }
    Ok(count(database, journal)? == 1 && count(database, "SELECT count(*) AS number FROM journal")? == 0)
}
