//! Which database, and what keeps it from being opened.

use std::path::{Path, PathBuf};

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;

use crate::Error;
use crate::database::{Database, prepare_sqlite};
use crate::error::Fault;
use crate::migrations;

/// Which database, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A file of SQLite; it is made when it is not there.
    Sqlite(PathBuf),
    /// The URL of a PostgreSQL server.
    Postgres(String),
}

/// Why a database could not be opened, in words for the administrator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is of no kind that is known.
    #[error("DATABASE_URL must start with postgres://, postgresql:// or sqlite:; see docs/OPERATIONS.md")]
    UnknownAddress,
    /// The address of a SQLite database names no file.
    #[error("DATABASE_URL: after sqlite: comes the path of the file, such as sqlite:data/naast.db")]
    NoPath,
    /// TLS is asked for, and this build has none.
    #[error(
        "DATABASE_URL asks for TLS (sslmode), but this build has libpq without TLS. Use a socket or a private \
         network with sslmode=disable, or build with `--no-default-features` and the system's libpq"
    )]
    NoTls,
    /// The database did not answer; what it or its library says.
    #[error("the database did not answer: {0}")]
    Unreachable(String),
    /// A file or folder of the database cannot be used.
    #[error("{}: {fault}", .path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        fault: std::io::Error,
    },
    /// Another process serves this file.
    #[error("another naast serves {}: stop that one first, or use PostgreSQL for several servers", .0.display())]
    Served(PathBuf),
    /// The schema is newer than this program.
    #[error(
        "the database was migrated by a newer version of naast (it knows migration {0}); start that version, or \
         restore a backup from before"
    )]
    Newer(String),
    /// The schema is older than this program.
    #[error("the database lacks migrations ({0} waiting): run `naast migrate` first")]
    Older(usize),
    /// The master keys at hand are not those of this database.
    #[error(
        "this database needs another master key than the file holds ({0}); bring the key file that belongs to this database. \
         Nothing was written"
    )]
    OtherKeys(String),
    /// The index key is gone from the database.
    #[error(
        "this database lost the key by which people are found when they sign in: restore the newest backup. With another key \
         nobody would find her account. Nothing was written"
    )]
    IndexKeyLost,
    /// The file of the master keys is of no use.
    #[error(transparent)]
    Keys(#[from] crate::keys::RingError),
    /// Anything else.
    #[error(transparent)]
    Storage(#[from] Error),
}

impl Location {
    /// Reads the value of `DATABASE_URL`.
    pub fn parse(url: &str) -> Result<Self, OpenError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            if cfg!(feature = "bundled-libpq")
                && ["require", "verify-ca", "verify-full"]
                    .iter()
                    .any(|mode| url.contains(&format!("sslmode={mode}")))
            {
                return Err(OpenError::NoTls);
            }
            return Ok(Self::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite:") {
            Some("") => Err(OpenError::NoPath),
            Some(path) => Ok(Self::Sqlite(PathBuf::from(path.trim_start_matches("//")))),
            _ => Err(OpenError::UnknownAddress),
        }
    }
}

impl Fault for OpenError {
    fn storage(&self) -> Option<&Error> {
        match self {
            Self::Storage(fault) => Some(fault),
            _ => None,
        }
    }
}

/// The address of a database file, whose folder is made when it is not there.
pub(crate) fn sqlite_url(path: &Path) -> Result<String, OpenError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder).map_err(|fault| OpenError::File { path: folder.to_owned(), fault })?;
    }
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| OpenError::Unreachable(format!("{}: not a UTF-8 path", path.display())))
}

/// Makes a folder for what an installation keeps, for its owner only, when it is not there.
pub fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Looks into a database without making, changing or preparing it; into nothing where there is none.
pub(crate) fn peek<T: Default>(
    location: &Location,
    look: impl FnOnce(&mut Database<'_>) -> Result<T, OpenError>,
) -> Result<T, OpenError> {
    match location {
        Location::Sqlite(path) => {
            if !path.exists() {
                return Ok(T::default());
            }
            let url = format!("file:{}?mode=ro", path.display());
            let mut connection = SqliteConnection::establish(&url)
                .map_err(|fault| OpenError::Unreachable(format!("{}: {fault}", path.display())))?;
            connection
                .batch_execute("PRAGMA busy_timeout = 5000")
                .map_err(|fault| OpenError::Storage(fault.into()))?;
            look(&mut Database::Sqlite(&mut connection))
        }
        Location::Postgres(url) => {
            let mut connection =
                PgConnection::establish(url).map_err(|fault| OpenError::Unreachable(fault.to_string()))?;
            look(&mut Database::Postgres(&mut connection))
        }
    }
}

/// Brings the schema of a database up to date. Of several that start at once, one does the work and the
/// others wait for it.
pub fn migrate(location: &Location) -> Result<usize, OpenError> {
    match location {
        Location::Sqlite(path) => {
            let mut connection = SqliteConnection::establish(&sqlite_url(path)?)
                .map_err(|fault| OpenError::Unreachable(format!("{}: {fault}", path.display())))?;
            prepare_sqlite(&mut connection, false)?;
            migrations::run(&mut Database::Sqlite(&mut connection))
        }
        Location::Postgres(url) => {
            let mut connection =
                PgConnection::establish(url).map_err(|fault| OpenError::Unreachable(fault.to_string()))?;
            migrations::run(&mut Database::Postgres(&mut connection))
        }
    }
}
