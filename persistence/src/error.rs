//! What can go wrong below the rules.

use diesel::result::{DatabaseErrorKind, Error as Diesel};

/// Why a file is refused that SQLite did not make.
pub const NO_DATABASE: &str = "the file is no SQLite database";

/// Why a file is refused that is no longer whole.
pub const DAMAGED: &str = "the SQLite file is damaged; restore a backup";

/// A fault of storage. It never carries a value of a row: database messages repeat them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A row with this identity is there already.
    #[error("a row already has this identity (constraint {constraint})")]
    Duplicate {
        /// The constraint that said so.
        constraint: String,
    },
    /// Something that the row points at is not there.
    #[error("something that the row points at is not there (constraint {constraint})")]
    Missing {
        /// The constraint that said so.
        constraint: String,
    },
    /// The database has no room or no time at this moment; the same call may succeed later.
    #[error("the database is busy: {0}")]
    Busy(&'static str),
    /// The commit was begun and its answer never came: the change may stand, and may not.
    #[error("nobody knows whether the change was committed")]
    Unsure,
    /// Another transaction won; the whole transaction can be tried again.
    #[error("another transaction won")]
    Lost,
    /// A tie of the caller's own keeps her from the case (rule 37).
    #[error("a tie keeps the caller from the case")]
    Tied,
    /// The caller has to say first what ties her: as coordinator she was not asked for a year (rule 38).
    #[error("the caller was not asked after her own ties this year")]
    NotAsked,
    /// A row does not fit the domain any more.
    #[error("a row of {table} does not fit the domain: column {column}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// The database is bound to a master key that neither this process nor its key file has.
    #[error(
        "the database is bound to master key {0}, which is not in the key file of this process: bring that file here"
    )]
    NoMaster(String),
    /// A use case panicked; what it had done is undone.
    #[error("a use case panicked")]
    Panicked,
    /// Any other fault; the kind only, because the message may hold values.
    #[error("the database refused: {0}")]
    Refused(String),
}

impl Error {
    /// What a fault means when it is the answer to a commit. A refusal by name undid the change; a connection that broke,
    /// or a disk that failed, says nothing.
    pub(crate) fn at_commit(fault: Diesel) -> Self {
        match Self::from(fault) {
            Self::Busy("connection closed") | Self::Refused(_) => Self::Unsure,
            told => told,
        }
    }
}

impl From<Diesel> for Error {
    fn from(fault: Diesel) -> Self {
        match fault {
            Diesel::DatabaseError(kind, information) => {
                let constraint = || {
                    information.constraint_name().map_or_else(
                        // SQLite names no constraint, but its message names only table and columns
                        || information.message().to_owned(),
                        str::to_owned,
                    )
                };
                let message = information.message();
                match kind {
                    DatabaseErrorKind::UniqueViolation => Self::Duplicate { constraint: constraint() },
                    DatabaseErrorKind::ForeignKeyViolation => Self::Missing { constraint: constraint() },
                    DatabaseErrorKind::SerializationFailure => Self::Lost,
                    DatabaseErrorKind::ClosedConnection => Self::Busy("connection closed"),
                    // diesel knows no kind for these; the texts are those of lc_messages = 'C' and of SQLite
                    _ if message.contains("deadlock detected") => Self::Lost,
                    _ if message.contains("database is locked") => Self::Busy("locked"),
                    _ if message.contains("lock timeout") => Self::Busy("lock timeout"),
                    _ if message.contains("statement timeout") => Self::Busy("statement timeout"),
                    _ if message.contains("disk is full") || message.contains("No space left") => {
                        Self::Busy("disk full")
                    }
                    _ if message.contains("server closed the connection")
                        || message.contains("terminating connection")
                        || message.contains("no connection to the server") =>
                    {
                        Self::Busy("connection closed")
                    }
                    _ if message.contains("file is not a database") => Self::Refused(NO_DATABASE.to_owned()),
                    _ if message.contains("disk image is malformed") => Self::Refused(DAMAGED.to_owned()),
                    _ => Self::Refused(format!("{kind:?}{}", named(information.constraint_name()))),
                }
            }
            Diesel::NotFound => Self::Refused("a row that must be there is not".to_owned()),
            Diesel::DeserializationError(_) => Self::Refused("a column that does not read".to_owned()),
            Diesel::SerializationError(_) => Self::Refused("a value that does not write".to_owned()),
            Diesel::RollbackErrorOnCommit { .. } => Self::Refused("commit and rollback failed".to_owned()),
            Diesel::BrokenTransactionManager => Self::Busy("broken transaction"),
            _ => Self::Refused("query builder".to_owned()),
        }
    }
}

fn named(constraint: Option<&str>) -> String {
    constraint.map(|name| format!(" ({name})")).unwrap_or_default()
}

/// A use case's own error, which can hold a fault of storage.
pub trait Fault: From<Error> {
    /// The fault of storage, when that is what it is.
    fn storage(&self) -> Option<&Error>;
}

impl Fault for Error {
    fn storage(&self) -> Option<&Error> {
        Some(self)
    }
}
