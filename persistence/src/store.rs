//! Where connections come from, and the two ways to use one: read and write.

use std::sync::Arc;
use std::time::Duration;

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool, PooledConnection};
use diesel::sqlite::SqliteConnection;
use tokio::sync::oneshot;

use crate::Error;
use crate::database::{Database, prepare_postgres, prepare_sqlite, rewrite_keys};
use crate::error::Fault;
use crate::location::{Location, OpenError, migrate, sqlite_url};
use crate::migrations;
use crate::privacy::tombstones::{Outside, Tombstone};
use crate::probe::{Probe, impatient};
use crate::transaction::{Kept, Transaction};
use crate::writer::Writer;

/// How long a call waits for a connection before it is told that the database is busy.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often a transaction is tried again when PostgreSQL let another one win.
const TRIES: usize = 5;

/// The connections of one process to one database.
pub struct Store {
    engine: Engine,
    location: Location,
    outside: Arc<Outside>,
}

/// How many connections there are at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Connections that somebody works with.
    pub used: u32,
    /// Connections that wait for work.
    pub idle: u32,
}

enum Engine {
    Sqlite { readers: Pool<ConnectionManager<SqliteConnection>>, writer: Writer },
    Postgres { pool: Pool<ConnectionManager<PgConnection>> },
}

#[derive(Debug)]
struct Prepare;

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for Prepare {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), diesel::r2d2::Error> {
        prepare_sqlite(connection, true).map_err(refused)
    }
}

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Prepare {
    fn on_acquire(&self, connection: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        prepare_postgres(connection).map_err(refused)
    }
}

fn refused(fault: impl std::fmt::Display) -> diesel::r2d2::Error {
    diesel::r2d2::Error::ConnectionError(diesel::ConnectionError::BadConnection(fault.to_string()))
}

impl Store {
    /// Opens the database without touching its schema, and refuses one that this program does not fit.
    /// `connections` is the size of the pool.
    pub fn open(location: &Location, connections: u32) -> Result<Self, OpenError> {
        let store = Self::connect(location, connections)?;
        store.with_connection(|database| match migrations::state(database)? {
            migrations::State::Current => Ok(()),
            migrations::State::Behind(waiting) => Err(OpenError::Older(waiting)),
            migrations::State::Ahead(version) => Err(OpenError::Newer(version)),
        })?;
        Ok(store)
    }

    /// Opens the database and brings its schema up to date first.
    pub fn open_migrated(location: &Location, connections: u32) -> Result<Self, OpenError> {
        migrate(location)?;
        Self::open(location, connections)
    }

    fn connect(location: &Location, connections: u32) -> Result<Self, OpenError> {
        let outside = Arc::<Outside>::default();
        let engine = match location {
            Location::Sqlite(path) => {
                let url = sqlite_url(path)?;
                let mut connection = SqliteConnection::establish(&url)
                    .map_err(|fault| OpenError::Unreachable(format!("{}: {fault}", path.display())))?;
                prepare_sqlite(&mut connection, false)?;
                let readers = Pool::builder()
                    .max_size(connections)
                    .min_idle(Some(1))
                    .test_on_check_out(false)
                    .connection_timeout(PATIENCE)
                    .connection_customizer(Box::new(Prepare))
                    .build(ConnectionManager::new(&url))
                    .map_err(|fault| OpenError::Unreachable(fault.to_string()))?;
                Engine::Sqlite { readers, writer: Writer::start(connection, url, Arc::clone(&outside)) }
            }
            Location::Postgres(url) => {
                let url = impatient(url);
                let pool = Pool::builder()
                    .max_size(connections)
                    .min_idle(Some(1))
                    .test_on_check_out(false)
                    .connection_timeout(PATIENCE)
                    .connection_customizer(Box::new(Prepare))
                    .build_unchecked(ConnectionManager::new(&url));
                // one real connection, so that a wrong address is known now and said in libpq's words
                let mut first = PgConnection::establish(&url)
                    .map_err(|fault| OpenError::Unreachable(fault.to_string()))?;
                first.batch_execute("SELECT 1").map_err(|fault| OpenError::Storage(fault.into()))?;
                Engine::Postgres { pool }
            }
        };
        Ok(Self { engine, location: location.clone(), outside })
    }

    /// How many connections are in use and idle; those of the readers on SQLite.
    pub fn connections(&self) -> Connections {
        let of = |state: diesel::r2d2::State| Connections {
            used: state.connections.saturating_sub(state.idle_connections),
            idle: state.idle_connections,
        };
        match &self.engine {
            Engine::Sqlite { readers, .. } => of(readers.state()),
            Engine::Postgres { pool } => of(pool.state()),
        }
    }

    /// Something that asks the database whether it answers, on a connection of its own: a pool that is in full use is no
    /// database that is gone.
    pub fn probe(&self) -> Probe {
        Probe::of(self.location.clone())
    }

    /// From now on the tombstones of each commit go to `put`, which writes them outside the database, before whoever asked for it is
    /// answered: a backup from before, restored, cannot bring back what she was told is gone. Named once; who comes later is not heard.
    pub fn put_tombstones_outside(&self, put: impl Fn(&[Tombstone]) + Send + Sync + 'static) {
        self.outside.by(put);
    }

    /// Whether writes go through the queue of the one SQLite writer, where waiting costs no thread.
    pub fn queues_writes(&self) -> bool {
        matches!(self.engine, Engine::Sqlite { .. })
    }

    /// Reads. Blocks the calling thread.
    pub fn read<T, E: Fault>(&self, work: impl FnOnce(&mut Database<'_>) -> Result<T, E>) -> Result<T, E> {
        self.with_connection(work)
    }

    /// Leaves nothing of what was deleted in files of the database where that can be helped: SQLite's log is written back and emptied, PostgreSQL writes
    /// the table of the keys anew. While something runs that began before, a backup for one, that is left until the next time. Without its key what else
    /// is dead is unreadable.
    pub fn tidy(&self) -> Result<(), Error> {
        self.read(|database| {
            let tidied = match database {
                Database::Sqlite(_) => database.batch("PRAGMA wal_checkpoint(TRUNCATE)"),
                Database::Postgres(connection) => rewrite_keys(connection),
            };
            if let Err(fault) = tidied {
                log::info!("the database was not tidied, which the next round of retention does: {fault}");
            }
            Ok(())
        })
    }

    fn with_connection<T, E: Fault>(
        &self,
        work: impl FnOnce(&mut Database<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &self.engine {
            Engine::Sqlite { readers, .. } => work(&mut Database::Sqlite(&mut *checked_out(readers)?)),
            Engine::Postgres { pool } => work(&mut Database::Postgres(&mut *checked_out(pool)?)),
        }
    }

    /// Writes, and returns once the change is durable. Blocks the calling thread. The work may run more than
    /// once when another transaction wins; it must have no effect but through its [`Transaction`].
    pub fn write<T, E>(
        &self,
        work: impl Fn(&mut Transaction<'_, '_>) -> Result<Kept<T>, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: Fault + Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite { .. } => self
                .queue(work)
                .blocking_recv()
                .unwrap_or_else(|_| Err(Error::Busy("the writer stopped").into())),
            Engine::Postgres { pool } => {
                let mut connection = checked_out(pool)?;
                for attempt in 1..TRIES {
                    match self.write_once(&mut connection, &work) {
                        // the winner of a deadlock needs a moment to finish, or the two meet again
                        Err(fault) if matches!(fault.storage(), Some(Error::Lost)) => {
                            std::thread::sleep(Duration::from_millis(2 << attempt));
                        }
                        outcome => return outcome,
                    }
                }
                self.write_once(&mut connection, &work)
            }
        }
    }

    /// Writes through the queue of the one SQLite writer; the answer comes after the commit that holds it.
    ///
    /// # Panics
    /// On PostgreSQL, which has no such queue: ask [`Self::queues_writes`] first.
    pub fn queue<T, E>(
        &self,
        work: impl Fn(&mut Transaction<'_, '_>) -> Result<Kept<T>, E> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, E>>
    where
        T: Send + 'static,
        E: Fault + Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite { writer, .. } => writer.submit(work),
            Engine::Postgres { .. } => unreachable!("PostgreSQL has no queue of writes"),
        }
    }

    fn write_once<T, E: Fault>(
        &self,
        connection: &mut PgConnection,
        work: &impl Fn(&mut Transaction<'_, '_>) -> Result<Kept<T>, E>,
    ) -> Result<T, E> {
        let (kept, laid) = Database::Postgres(connection)
            .transaction(|database| Transaction::run(database, |tx| work(tx)))?;
        self.outside.put(&laid);
        Ok(kept.into_inner())
    }
}

fn checked_out<M: diesel::r2d2::ManageConnection>(pool: &Pool<M>) -> Result<PooledConnection<M>, Error> {
    pool.get().map_err(|_| Error::Busy("no connection came free"))
}
