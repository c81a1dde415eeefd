//! What the tests stand on: both databases, fresh for each test.
//!
//! A test that holds for both databases is a function of an [`Engine`]; [`on_both!`] makes two tests of it.

#![expect(clippy::missing_panics_doc, reason = "what tests stand on panics when it does not stand")]

pub mod app;
pub mod asked;
pub mod changes;
pub mod conflicts;
pub mod postgres;
pub mod receiver;
pub mod stall;
pub mod world;

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use naast_persistence::{Database, Location, Store};
use tempfile::TempDir;
use uuid::Uuid;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, in a file of its own.
    Sqlite,
    /// PostgreSQL, in a database of its own.
    Postgres,
}

/// Makes two tests, `name::sqlite` and `name::postgres`, of each function that is named here and takes an
/// [`Engine`].
#[macro_export]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[test]
            fn sqlite() {
                super::$name($crate::Engine::Sqlite);
            }

            #[test]
            fn postgres() {
                super::$name($crate::Engine::Postgres);
            }
        }
    )+};
}

/// Removes the database of one test when it goes.
#[derive(Debug)]
pub struct Guard {
    _folder: Option<TempDir>,
    _database: Option<postgres::Database>,
}

impl Guard {
    /// Guards nothing: for a second server on a database that somebody else guards.
    pub fn nothing() -> Self {
        Self { _folder: None, _database: None }
    }
}

/// A fresh, migrated database, which lives as long as the guard.
pub fn location(engine: Engine) -> (Location, Guard) {
    match engine {
        Engine::Sqlite => {
            let (location, guard) = empty_location(engine);
            naast_persistence::migrate(&location).expect("a new file takes every migration");
            (location, guard)
        }
        Engine::Postgres => held(postgres::database()),
    }
}

/// A database in which nobody has made anything yet, which lives as long as the guard.
pub fn empty_location(engine: Engine) -> (Location, Guard) {
    match engine {
        Engine::Sqlite => {
            let folder = tempfile::tempdir().expect("the temporary folder can be written to");
            let location = Location::Sqlite(folder.path().join("naast.db"));
            (location, Guard { _folder: Some(folder), _database: None })
        }
        Engine::Postgres => held(postgres::cluster().empty_database()),
    }
}

fn held(database: postgres::Database) -> (Location, Guard) {
    (database.location(), Guard { _folder: None, _database: Some(database) })
}

/// A store on a fresh, migrated database.
pub struct Opened {
    /// The store.
    pub store: Store,
    /// Where its database is.
    pub location: Location,
    _guard: Guard,
}

/// Opens a store with so many connections on a fresh, migrated database.
pub fn open(engine: Engine, connections: u32) -> Opened {
    let (location, guard) = location(engine);
    let store = Store::open(&location, connections).expect("a migrated database opens");
    Opened { store, location, _guard: guard }
}

/// Lends a connection that goes around the store: no pool, no limits, no writer. It is what an administrator with a
/// console has.
pub fn around<T>(location: &Location, work: impl FnOnce(&mut Database<'_>) -> T) -> T {
    match location {
        Location::Sqlite(path) => {
            let path = path.to_str().expect("our own paths are UTF-8");
            let mut connection = SqliteConnection::establish(path).expect("the file is there");
            connection
                .batch_execute("PRAGMA busy_timeout = 5000")
                .expect("every connection takes this setting");
            work(&mut Database::Sqlite(&mut connection))
        }
        Location::Postgres(url) => {
            let mut connection = PgConnection::establish(url).expect("the server answers");
            work(&mut Database::Postgres(&mut connection))
        }
    }
}

/// A random id, for tests that need one that nobody else has.
#[expect(clippy::disallowed_methods, reason = "this is the id source of the tests")]
pub fn random_id() -> Uuid {
    Uuid::new_v4()
}

/// A random `Idempotency-Key`, in the quotes in which it is sent (RFC 8941).
pub fn random_key() -> String {
    format!("\"{}\"", random_id())
}
