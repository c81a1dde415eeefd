//! Nothing waits for ever: not a statement, not a lock, not for a connection. And what broke heals by itself.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use naast_persistence::{Database, Error, Kept, Store, on_either};
use naast_tests::{Engine, around, on_both, open};

on_both!(a_full_pool_says_so_within_a_second, a_reader_that_waited_for_a_connection_gets_it);

/// How long a call took, and what it said.
fn timed<T>(call: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let said = call();
    (start.elapsed(), said)
}

fn ask(database: &mut Database<'_>, query: &str) -> Result<(), Error> {
    on_either!(database, |c| sql_query(query).execute(c))?;
    Ok(())
}

/// Takes the only connection of a store, does the work meanwhile, and gives it back.
fn while_taken<T>(store: &Store, work: impl FnOnce(mpsc::Sender<()>) -> T) -> T {
    let (taken, is_taken) = mpsc::channel();
    let (release, released) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            store.read(|_| {
                taken.send(()).expect("the test waits");
                released.recv().ok();
                Ok::<_, Error>(())
            })
        });
        is_taken.recv().expect("the connection is free");
        work(release)
    })
}

fn a_full_pool_says_so_within_a_second(engine: Engine) {
    let opened = open(engine, 1);
    while_taken(&opened.store, |_release| {
        let (took, said) = timed(|| opened.store.read(|database| ask(database, "SELECT 1")));
        assert_eq!(said, Err(Error::Busy("no connection came free")));
        assert!((900..2_500).contains(&took.as_millis()), "after {took:?}");
    });
    assert_eq!(opened.store.read(|database| ask(database, "SELECT 1")), Ok(()));
}

fn a_reader_that_waited_for_a_connection_gets_it(engine: Engine) {
    let opened = open(engine, 1);
    while_taken(&opened.store, |release| {
        thread::scope(|scope| {
            let waiting = scope.spawn(|| opened.store.read(|database| ask(database, "SELECT 1")));
            release.send(()).expect("the connection is held");
            assert_eq!(waiting.join().expect("no panic"), Ok(()));
        });
    });
}

#[test]
fn a_statement_that_hangs_is_cut_off_after_two_seconds() {
    let opened = open(Engine::Postgres, 1);
    let (took, said) = timed(|| opened.store.read(|database| ask(database, "SELECT pg_sleep(60)")));
    assert_eq!(said, Err(Error::Busy("statement timeout")));
    assert!((1_900..4_500).contains(&took.as_millis()), "after {took:?}");
    assert_eq!(opened.store.read(|database| ask(database, "SELECT 1")), Ok(()));
}

#[test]
fn a_lock_that_does_not_come_free_is_given_up_before_that() {
    let opened = open(Engine::Postgres, 1);
    around(&opened.location, |holder| {
        holder.batch("BEGIN; LOCK TABLE people").expect("nobody else is here");
        let (took, said) = timed(|| {
            opened.store.write(|tx| {
                ask(tx, "LOCK TABLE people")?;
                Ok::<_, Error>(Kept::unchanged(()))
            })
        });
        assert_eq!(said, Err(Error::Busy("lock timeout")));
        assert!((1_400..4_000).contains(&took.as_millis()), "after {took:?}");
    });
}

/// A restart of the server costs each connection one call, and no more.
#[test]
fn a_lost_connection_is_replaced() {
    let opened = open(Engine::Postgres, 1);
    let ping = || opened.store.read(|database| ask(database, "SELECT 1"));
    assert_eq!(ping(), Ok(()));
    around(&opened.location, |administrator| {
        ask(
            administrator,
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
    })
    .expect("a superuser ends connections");
    assert_eq!(ping(), Err(Error::Busy("connection closed")));
    assert_eq!(ping(), Ok(()));
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

/// An acknowledged write survives power loss only with `synchronous = FULL` on the connection that commits.
#[test]
fn the_writer_of_sqlite_flushes_every_commit() {
    let opened = open(Engine::Sqlite, 1);
    let value = opened.store.write(|tx| {
        let setting: Setting = on_either!(&mut **tx, |c| sql_query(
            "SELECT CAST(synchronous AS TEXT) AS value FROM pragma_synchronous"
        )
        .get_result(c))?;
        Ok::<_, Error>(Kept::unchanged(setting.value))
    });
    assert_eq!(value.as_deref(), Ok("2"));
}

#[test]
fn a_reader_of_sqlite_cannot_write() {
    let opened = open(Engine::Sqlite, 1);
    let said = opened.store.read(|database| ask(database, "DELETE FROM people"));
    assert!(matches!(said, Err(Error::Refused(_))), "{said:?}");
}
