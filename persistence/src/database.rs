//! The two databases behind one name. With [`crate::columns`] this is the only file that knows both well.

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, RunQueryDsl};

use crate::{Error, Fault};

/// A borrowed connection to either database.
pub enum Database<'a> {
    /// SQLite.
    Sqlite(&'a mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'a mut PgConnection),
}

/// Runs one query on whichever database this is. The query is a value; it stands once in the source and is
/// compiled for both.
#[macro_export]
macro_rules! on_either {
    ($database:expr, |$connection:ident| $query:expr) => {
        match $database {
            $crate::database::Database::Sqlite(connection) => {
                let $connection = &mut **connection;
                $query
            }
            $crate::database::Database::Postgres(connection) => {
                let $connection = &mut **connection;
                $query
            }
        }
    };
}

impl Database<'_> {
    /// Whether this is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Runs statements without parameters.
    pub fn batch(&mut self, statements: &str) -> Result<(), Error> {
        on_either!(self, |c| c.batch_execute(statements)).map_err(Error::from)
    }

    /// Does the work in one transaction of its own: `BEGIN IMMEDIATE` on SQLite, because a deferred one loses
    /// the race for the write lock halfway; a savepoint when a transaction is open already.
    pub fn transaction<T, E: Fault>(
        &mut self,
        work: impl FnOnce(&mut Database<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match self {
            Self::Sqlite(connection) => within(
                *connection,
                |c| match depth::<SqliteConnection>(c)? {
                    None => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
                    Some(_) => AnsiTransactionManager::begin_transaction(c),
                },
                |c| work(&mut Database::Sqlite(c)),
            ),
            Self::Postgres(connection) => {
                within(*connection, AnsiTransactionManager::begin_transaction, |c| {
                    work(&mut Database::Postgres(c))
                })
            }
        }
    }
}

impl Database<'_> {
    /// Reads a moment that stands still while others write, for as long as it takes: for an administrator's checks, not
    /// for a call.
    pub fn snapshot<T, E: Fault>(
        &mut self,
        work: impl FnOnce(&mut Database<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match self {
            Self::Sqlite(connection) => within(
                *connection,
                |c| AnsiTransactionManager::begin_transaction_sql(c, "BEGIN DEFERRED"),
                |c| work(&mut Database::Sqlite(c)),
            ),
            Self::Postgres(connection) => within(
                *connection,
                |c| {
                    AnsiTransactionManager::begin_transaction_sql(
                        c,
                        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                    )?;
                    c.batch_execute("SET LOCAL statement_timeout = 0")
                },
                |c| work(&mut Database::Postgres(c)),
            ),
        }
    }
}

fn depth<C: Connection<TransactionManager = AnsiTransactionManager>>(
    connection: &mut C,
) -> diesel::QueryResult<Option<std::num::NonZeroU32>> {
    AnsiTransactionManager::transaction_manager_status_mut(connection).transaction_depth()
}

fn within<C, T, E>(
    connection: &mut C,
    begin: impl FnOnce(&mut C) -> diesel::QueryResult<()>,
    work: impl FnOnce(&mut C) -> Result<T, E>,
) -> Result<T, E>
where
    C: Connection<TransactionManager = AnsiTransactionManager>,
    E: Fault,
{
    begin(connection).map_err(Error::from)?;
    match work(connection) {
        Ok(value) => {
            AnsiTransactionManager::commit_transaction(connection).map_err(Error::at_commit)?;
            Ok(value)
        }
        Err(refusal) => match AnsiTransactionManager::rollback_transaction(connection) {
            // what came first says more than that the rollback failed too
            Err(_) if refusal.storage().is_some() => Err(refusal),
            Err(fault) => Err(Error::from(fault).into()),
            Ok(()) => Err(refusal),
        },
    }
}

/// Prepares a fresh SQLite connection and reads every setting back: a setting that did not take is an error, not
/// a surprise on a bad day.
pub(crate) fn prepare_sqlite(connection: &mut SqliteConnection, read_only: bool) -> Result<(), Error> {
    connection.batch_execute("PRAGMA busy_timeout = 5000").map_err(Error::from)?;
    switch_to_wal(connection)?;
    connection
        .batch_execute(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; \
             PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 1000; \
             PRAGMA journal_size_limit = 67108864;",
        )
        .map_err(Error::from)?;
    if read_only {
        connection.batch_execute("PRAGMA query_only = ON").map_err(Error::from)?;
    }
    for (pragma, expected) in
        [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("secure_delete", "1")]
    {
        let found = pragma_value(connection, pragma)?;
        if found != expected {
            return Err(Error::Refused(format!("SQLite kept {pragma} at {found} instead of {expected}")));
        }
    }
    Ok(())
}

/// Of several that open a new file at once, one makes the switch; SQLite tells the others that it is locked without
/// minding `busy_timeout`.
fn switch_to_wal(connection: &mut SqliteConnection) -> Result<(), Error> {
    let give_up = Instant::now() + Duration::from_secs(5);
    loop {
        match connection.batch_execute("PRAGMA journal_mode = WAL").map_err(Error::from) {
            Err(Error::Busy(_)) if Instant::now() < give_up => thread::sleep(Duration::from_millis(10)),
            outcome => return outcome,
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Setting {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

fn pragma_value(connection: &mut SqliteConnection, pragma: &str) -> Result<String, Error> {
    diesel::sql_query(format!("SELECT CAST({pragma} AS TEXT) AS value FROM pragma_{pragma}"))
        .get_result::<Setting>(connection)
        .map(|setting| setting.value)
        .map_err(Error::from)
}

/// Up to so many bytes the table of the keys is written anew while others work: they wait for it, some tenths of a second.
const REWRITTEN: i64 = 16 * 1024 * 1024;

/// Leaves no destroyed key in the files of PostgreSQL: `VACUUM` alone gives the room of a dead row back with its bytes still in it, and whoever has the
/// master keys could open what stands there. What a transaction that is older could still read is copied along, so those are waited for, a second at
/// most. Says in the log why it was not done.
pub(crate) fn rewrite_keys(connection: &mut PgConnection) -> Result<(), Error> {
    let table = KeyTable::of(connection)?;
    if table.bytes > REWRITTEN {
        log::info!("data_keys has {} bytes and is not written anew while others work", table.bytes);
        return Ok(connection.batch_execute("VACUUM data_keys")?);
    }
    let begun = Running::now(connection)?;
    let mut waits = 20;
    while !Running::now(connection)?.all_began_after(&begun) {
        if waits == 0 {
            log::info!(
                "data_keys is not written anew while transactions of before run: the next round does it"
            );
            return Ok(());
        }
        waits -= 1;
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    // whoever opens something sealed waits behind this, so it does not wait long itself
    let rewritten = connection
        .batch_execute("SET lock_timeout = '200ms'")
        .and_then(|()| connection.batch_execute("VACUUM (FULL) data_keys"));
    connection.batch_execute(TIME_LIMITS)?;
    rewritten?;
    // whoever may not do it is told so as a warning alone
    if KeyTable::of(connection)?.file == table.file {
        log::info!("data_keys is not written anew by this role: whoever owns it does (docs/OPERATIONS.md)");
    }
    Ok(())
}

/// The table of the keys as it lies on the disk.
#[derive(diesel::QueryableByName)]
struct KeyTable {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    bytes: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    file: i64,
}

impl KeyTable {
    fn of(connection: &mut PgConnection) -> Result<Self, Error> {
        let question = "SELECT pg_relation_size('data_keys') AS bytes, pg_relation_filenode('data_keys')::bigint AS file";
        Ok(diesel::sql_query(question).get_result(connection)?)
    }
}

/// Which transactions run: of the whole server those that write, of this database those that read, as far as this role sees them.
#[derive(diesel::QueryableByName)]
struct Running {
    /// The oldest that writes; the next one, where none does.
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    oldest: i64,
    /// The next one.
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    next: i64,
    /// How many transactions ago the oldest moment lies that somebody else reads.
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    read: i64,
}

impl Running {
    fn now(connection: &mut PgConnection) -> Result<Self, Error> {
        let question = "SELECT pg_snapshot_xmin(s)::text::bigint AS oldest, pg_snapshot_xmax(s)::text::bigint AS next, \
                        coalesce((SELECT max(age(a.backend_xmin)) FROM pg_stat_activity a \
                        WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()), 0)::bigint AS read \
                        FROM pg_current_snapshot() s";
        Ok(diesel::sql_query(question).get_result(connection)?)
    }

    /// Whether none of these runs since before the next one of then.
    fn all_began_after(&self, then: &Self) -> bool {
        self.oldest >= then.next && self.read <= self.next - then.next
    }
}

/// How long anything on a PostgreSQL connection may hang.
const TIME_LIMITS: &str = "SET statement_timeout = '2s'; SET lock_timeout = '1500ms'";

/// Prepares a fresh PostgreSQL connection: limits on how long anything may hang, and messages in the language
/// that [`Error`] reads (where the role may set it; a server in another language only makes errors less exact).
pub(crate) fn prepare_postgres(connection: &mut PgConnection) -> Result<(), Error> {
    connection.batch_execute(TIME_LIMITS)?;
    connection
        .batch_execute(
            "SET idle_in_transaction_session_timeout = '10s'; SET TimeZone = 'UTC'; \
             DO $$ BEGIN PERFORM set_config('lc_messages', 'C', false); \
             EXCEPTION WHEN insufficient_privilege THEN NULL; END $$",
        )
        .map_err(Error::from)
}
