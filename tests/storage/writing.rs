//! A use case is kept whole or not at all, whoever else writes at that moment.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_persistence::columns::{At, Key};
use naast_persistence::{Database, Error, Kept, Location, Store, Transaction, on_either};
use naast_tests::{Engine, Opened, around, on_both, open, random_id};

use crate::tables::{organisations, people};

on_both!(
    of_many_that_read_and_then_write_none_is_lost_and_none_fails,
    a_refusal_undoes_only_itself,
    a_panic_undoes_only_itself_and_the_next_use_case_works,
    a_use_case_that_always_loses_is_told_so,
);

/// The last line of a use case of these tests, which leave the journal aside.
#[expect(clippy::unnecessary_wraps, reason = "a use case ends with a result")]
fn kept<T>(value: T) -> Result<Kept<T>, Error> {
    Ok(Kept::unchanged(value))
}

fn add_person(tx: &mut Transaction<'_, '_>, name: &str) -> Result<(), Error> {
    let insert = diesel::insert_into(people::table).values((
        people::id.eq(Key(random_id())),
        people::name.eq(name),
        people::created_at.eq(At(Moment::UNIX_EPOCH)),
    ));
    on_either!(&mut **tx, |c| insert.execute(c))?;
    Ok(())
}

/// Who is there, as somebody sees it who is in no transaction.
fn names(location: &Location) -> Vec<String> {
    around(location, |database| {
        on_either!(database, |c| people::table.select(people::name).order(people::name).load(c))
    })
    .expect("people can be read")
}

fn add_counter(store: &Store) -> Key {
    let counter = Key(random_id());
    store
        .write(move |tx| {
            let insert = diesel::insert_into(organisations::table).values((
                organisations::id.eq(counter),
                organisations::kind.eq("provider"),
                organisations::name.eq("a counter"),
                organisations::version.eq(0),
                organisations::created_at.eq(At(Moment::UNIX_EPOCH)),
            ));
            on_either!(&mut **tx, |c| insert.execute(c))?;
            kept(())
        })
        .expect("a counter is added");
    counter
}

fn count(database: &mut Database<'_>, counter: Key) -> Result<i32, Error> {
    let count = organisations::table.find(counter).select(organisations::version);
    on_either!(database, |c| count.first(c)).map_err(Error::from)
}

/// As the rooms do it: a lock on PostgreSQL, nothing on SQLite, which has one writer.
fn count_for_update(tx: &mut Transaction<'_, '_>, counter: Key) -> Result<i32, Error> {
    match &mut **tx {
        Database::Postgres(c) => {
            let count = organisations::table.find(counter).select(organisations::version);
            count.for_update().first(&mut **c).map_err(Error::from)
        }
        database @ Database::Sqlite(_) => count(database, counter),
    }
}

/// Sets the counter if it still stands where it was read.
fn set(tx: &mut Transaction<'_, '_>, counter: Key, from: i32, to: i32) -> Result<(), Error> {
    let update = diesel::update(organisations::table.find(counter).filter(organisations::version.eq(from)))
        .set(organisations::version.eq(to));
    match on_either!(&mut **tx, |c| update.execute(c))? {
        1 => Ok(()),
        _ => Err(Error::Lost),
    }
}

fn of_many_that_read_and_then_write_none_is_lost_and_none_fails(engine: Engine) {
    let Opened { store, location, .. } = &open(engine, 8);
    let counter = add_counter(store);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    store
                        .write(move |tx| {
                            let read = count_for_update(tx, counter)?;
                            set(tx, counter, read, read + 1)?;
                            kept(())
                        })
                        .expect("no increment fails");
                }
            });
        }
    });
    assert_eq!(around(location, |database| count(database, counter)), Ok(400));
}

fn a_refusal_undoes_only_itself(engine: Engine) {
    let Opened { store, location, .. } = &open(engine, 4);
    thread::scope(|scope| {
        for place in 0..12 {
            scope.spawn(move || {
                let refused = place % 3 == 0;
                let said = store.write(move |tx| {
                    add_person(tx, &format!("{place:02}"))?;
                    if refused { Err(Error::Refused("by a rule".to_owned())) } else { kept(place) }
                });
                let expected = if refused { Err(Error::Refused("by a rule".to_owned())) } else { Ok(place) };
                assert_eq!(said, expected);
            });
        }
    });
    assert_eq!(names(location), ["01", "02", "04", "05", "07", "08", "10", "11"]);
}

/// A panic without the words on the console.
fn panicking(tx: &mut Transaction<'_, '_>) -> Result<Kept<()>, Error> {
    add_person(tx, "panicked")?;
    resume_unwind(Box::new("on purpose"))
}

fn a_panic_undoes_only_itself_and_the_next_use_case_works(engine: Engine) {
    let Opened { store, location, .. } = &open(engine, 1);
    let said = catch_unwind(AssertUnwindSafe(|| store.write(panicking)));
    match engine {
        Engine::Sqlite => assert!(matches!(said, Ok(Err(Error::Panicked)))),
        Engine::Postgres => assert!(said.is_err()),
    }
    store
        .write(|tx| {
            add_person(tx, "next")?;
            kept(())
        })
        .expect("the next use case works");
    assert_eq!(names(location), ["next"]);
}

fn a_use_case_that_always_loses_is_told_so(engine: Engine) {
    let Opened { store, location, .. } = &open(engine, 1);
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let said: Result<(), Error> = store.write(move |tx| {
        counted.fetch_add(1, Ordering::Relaxed);
        add_person(tx, "lost")?;
        Err(Error::Lost)
    });
    assert_eq!(said, Err(Error::Lost));
    // with one writer nobody else can win, so there is nothing to try again
    assert_eq!(tries.load(Ordering::Relaxed), if engine == Engine::Postgres { 5 } else { 1 });
    assert_eq!(names(location), Vec::<String>::new());
}

#[test]
fn on_postgres_a_use_case_that_lost_decides_again_on_what_it_finds_then() {
    let Opened { store, location, .. } = &open(Engine::Postgres, 2);
    let counter = add_counter(store);
    let (rival, first) = (location.clone(), AtomicUsize::new(0));
    let said = store.write(move |tx| {
        let read = count(tx, counter)?;
        if first.fetch_add(1, Ordering::Relaxed) == 0 {
            around(&rival, |rival| {
                let update =
                    diesel::update(organisations::table.find(counter)).set(organisations::version.eq(10));
                on_either!(rival, |c| update.execute(c))
            })?;
        }
        set(tx, counter, read, read + 1)?;
        kept(read)
    });
    assert_eq!(said, Ok(10));
    assert_eq!(around(location, |database| count(database, counter)), Ok(11));
}

#[test]
fn on_postgres_of_two_in_a_deadlock_both_succeed() {
    let Opened { store, location, .. } = &open(Engine::Postgres, 2);
    let (one, two) = (add_counter(store), add_counter(store));
    let tries = Arc::new(AtomicUsize::new(0));
    let both_hold_one = Arc::new(Barrier::new(2));
    thread::scope(|scope| {
        for (mine, theirs) in [(one, two), (two, one)] {
            let (tries, both_hold_one) = (Arc::clone(&tries), Arc::clone(&both_hold_one));
            scope.spawn(move || {
                let said = store.write(move |tx| {
                    // the loser begins with what the winner holds, so that it loses once only
                    let begins = tries.fetch_add(1, Ordering::SeqCst) < 2;
                    let (here, there) = if begins { (mine, theirs) } else { (theirs, mine) };
                    let first = count_for_update(tx, here)?;
                    if begins {
                        both_hold_one.wait();
                    }
                    let second = count_for_update(tx, there)?;
                    set(tx, here, first, first + 1)?;
                    set(tx, there, second, second + 1)?;
                    kept(())
                });
                assert_eq!(said, Ok(()));
            });
        }
    });
    assert_eq!(tries.load(Ordering::SeqCst), 3, "one of them was the victim, once");
    for counter in [one, two] {
        assert_eq!(around(location, |database| count(database, counter)), Ok(2));
    }
}

/// Keeps the writer of SQLite at work until the sender is used or dropped: what is queued meanwhile shares a commit.
fn occupy(store: &Store) -> mpsc::Sender<()> {
    let (begun, has_begun) = mpsc::channel();
    let (release, released) = mpsc::channel();
    // nobody waits for its answer, and it writes nothing
    drop(store.queue(move |_| {
        begun.send(()).expect("the test waits");
        released.recv().ok();
        kept(())
    }));
    has_begun.recv().expect("the writer runs");
    release
}

/// Queues a use case that adds a person and gives back whom others see at that moment.
macro_rules! queue_person {
    ($opened:expr, $name:literal) => {{
        let location = $opened.location.clone();
        $opened.store.queue(move |tx| {
            add_person(tx, $name)?;
            kept(names(&location))
        })
    }};
}

#[test]
fn on_sqlite_a_refusal_leaves_those_that_share_its_commit() {
    let opened = open(Engine::Sqlite, 1);
    let occupied = occupy(&opened.store);
    let first = queue_person!(opened, "first");
    let refused = opened.store.queue(|tx| {
        add_person(tx, "refused")?;
        Err::<Kept<()>, _>(Error::Refused("by a rule".to_owned()))
    });
    let last = queue_person!(opened, "last");
    drop(occupied);

    assert_eq!(first.blocking_recv(), Ok(Ok(vec![])));
    assert_eq!(refused.blocking_recv(), Ok(Err(Error::Refused("by a rule".to_owned()))));
    assert_eq!(
        last.blocking_recv(),
        Ok(Ok(vec![])),
        "the first was committed before the last, so they did not share"
    );
    assert_eq!(names(&opened.location), ["first", "last"]);
}

#[test]
fn on_sqlite_a_panic_leaves_those_that_share_its_commit() {
    let opened = open(Engine::Sqlite, 1);
    let occupied = occupy(&opened.store);
    let first = queue_person!(opened, "first");
    let panicked = opened.store.queue(panicking);
    let last = queue_person!(opened, "last");
    drop(occupied);

    assert_eq!(first.blocking_recv(), Ok(Ok(vec![])));
    assert_eq!(panicked.blocking_recv(), Ok(Err(Error::Panicked)));
    assert_eq!(
        last.blocking_recv(),
        Ok(Ok(vec![])),
        "the first was committed before the last, so they did not share"
    );
    assert_eq!(names(&opened.location), ["first", "last"]);
}

#[test]
fn on_sqlite_what_is_queued_is_kept_also_when_its_caller_went_away() {
    let opened = open(Engine::Sqlite, 1);
    let occupied = occupy(&opened.store);
    drop(queue_person!(opened, "first"));
    let last = queue_person!(opened, "last");
    drop(occupied);
    assert_eq!(last.blocking_recv(), Ok(Ok(vec![])));
    assert_eq!(names(&opened.location), ["first", "last"]);
}

/// Whoever was told that it is kept is there, and whoever was told otherwise is not, also when SQLite gives up the
/// transaction that they share, as it may when the disk is full or fails.
#[test]
fn on_sqlite_answers_stay_true_when_the_shared_transaction_is_given_up() {
    let opened = open(Engine::Sqlite, 1);
    let occupied = occupy(&opened.store);
    let mut answers = vec![("first", queue_person!(opened, "first"))];
    let given_up = opened.store.queue(|tx| {
        tx.batch("ROLLBACK")?;
        Err::<Kept<()>, _>(Error::Busy("disk full"))
    });
    answers.push(("last", queue_person!(opened, "last")));
    drop(occupied);

    assert!(matches!(given_up.blocking_recv(), Ok(Err(_))));
    let told: Vec<_> = answers
        .into_iter()
        .filter_map(|(name, answer)| {
            answer.blocking_recv().expect("the writer answers").is_ok().then_some(name)
        })
        .collect();
    assert_eq!(names(&opened.location), told);
    assert_eq!(
        queue_person!(opened, "next").blocking_recv(),
        Ok(Ok(told.iter().map(ToString::to_string).collect()))
    );
}

#[test]
fn on_sqlite_a_full_disk_refuses_what_does_not_fit_and_nothing_else() {
    let opened = open(Engine::Sqlite, 1);
    opened
        .store
        .write(|tx| {
            // as many pages as there are now, and not one more
            tx.batch("PRAGMA max_page_count = 1")?;
            kept(())
        })
        .expect("the writer takes the setting");
    let occupied = occupy(&opened.store);
    let first = queue_person!(opened, "first");
    let large = opened.store.queue(|tx| {
        add_person(tx, &"large".repeat(100_000))?;
        kept(())
    });
    let last = queue_person!(opened, "last");
    drop(occupied);

    assert_eq!(first.blocking_recv(), Ok(Ok(vec![])));
    assert_eq!(large.blocking_recv(), Ok(Err(Error::Busy("disk full"))));
    assert_eq!(last.blocking_recv(), Ok(Ok(vec![])));
    assert_eq!(names(&opened.location), ["first", "last"]);
}
