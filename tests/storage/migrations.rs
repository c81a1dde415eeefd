//! Migrations go up, down and up again, run once whoever starts first, and guard against a program that does not fit.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use diesel::prelude::*;
use naast_persistence::{Error, Location, OpenError, Store, migrate, migrations, on_either};
use naast_tests::{Engine, around, empty_location, location, on_both, random_id};

use crate::tables::people;

on_both!(
    they_go_up_down_and_up_again,
    of_eight_starters_one_migrates_and_all_open,
    a_schema_of_a_newer_program_is_refused,
    a_schema_that_lacks_a_migration_is_refused,
    a_database_that_was_never_migrated_is_refused_and_left_alone,
);

fn they_go_up_down_and_up_again(engine: Engine) {
    let (location, _guard) = empty_location(engine);
    let all = migrate(&location).expect("the way up");
    assert!(all > 0);
    assert_eq!(migrate(&location).expect("nothing waits"), 0);
    assert_eq!(around(&location, migrations::revert_all).expect("the way down"), all);
    assert_eq!(migrate(&location).expect("the way up again"), all);
    Store::open(&location, 1).expect("the schema fits");
}

fn of_eight_starters_one_migrates_and_all_open(engine: Engine) {
    let (location, _guard) = empty_location(engine);
    let start = Barrier::new(8);
    thread::scope(|scope| {
        let starters: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    let ran = migrate(&location)?;
                    Store::open(&location, 1).map(|_| ran)
                })
            })
            .collect();
        let ran: Vec<usize> = starters
            .into_iter()
            .map(|starter| starter.join().expect("no starter panics").expect("every starter opens"))
            .collect();
        assert_eq!(ran.iter().filter(|ran| **ran > 0).count(), 1, "who migrated: {ran:?}");
    });
}

/// SQLite tells whoever wants to make the switch to WAL at once that the file is locked, whatever `busy_timeout` says.
#[test]
fn on_sqlite_a_starter_waits_for_whoever_is_making_the_file() {
    let (location, _guard) = empty_location(Engine::Sqlite);
    around(&location, |maker| {
        maker.batch("BEGIN IMMEDIATE; CREATE TABLE made (id INTEGER) STRICT").expect("nobody else is here");
        thread::scope(|scope| {
            let starter = scope.spawn(|| migrate(&location).map(|ran| ran > 0));
            // not to wait for the starter, but to take a while
            thread::sleep(Duration::from_millis(200));
            maker.batch("COMMIT").expect("the maker ends");
            let ran = starter.join().expect("no starter panics");
            assert!(matches!(ran, Ok(true)), "{ran:?}");
        });
    });
}

fn a_schema_of_a_newer_program_is_refused(engine: Engine) {
    let (location, _guard) = location(engine);
    around(&location, |database| {
        database.batch("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')")
    })
    .expect("the table of migrations takes a row");
    assert!(matches!(Store::open(&location, 1), Err(OpenError::Newer(version)) if version == "9999"));
}

fn a_schema_that_lacks_a_migration_is_refused(engine: Engine) {
    let (location, _guard) = location(engine);
    around(&location, |database| {
        database.batch(
            "DELETE FROM __diesel_schema_migrations \
             WHERE version = (SELECT max(version) FROM __diesel_schema_migrations)",
        )
    })
    .expect("the table of migrations loses a row");
    assert!(matches!(Store::open(&location, 1), Err(OpenError::Older(1))));
}

fn a_database_that_was_never_migrated_is_refused_and_left_alone(engine: Engine) {
    let (location, _guard) = empty_location(engine);
    let opened = Store::open(&location, 1).err();
    assert!(matches!(opened, Some(OpenError::Older(waiting)) if waiting > 0), "{opened:?}");
    let people = around(&location, |database| {
        on_either!(database, |c| people::table.count().get_result::<i64>(c)).map_err(Error::from)
    });
    assert!(people.is_err(), "a table was made");
}

/// A replica of the API needs no right to change the schema; the migration job has it.
#[test]
fn on_postgres_a_role_that_may_not_change_the_schema_opens_the_store() {
    let (location, _guard) = location(Engine::Postgres);
    let Location::Postgres(url) = &location else { unreachable!("asked for PostgreSQL") };
    let role = format!("naast_test_{}", random_id().simple());
    let as_role = format!("{url}{}options=-crole%3D{role}", if url.contains('?') { '&' } else { '?' });
    let administer = |statements: String| around(&location, |database| database.batch(&statements));
    administer(format!(
        "CREATE ROLE {role}; REVOKE CREATE ON SCHEMA public FROM PUBLIC; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
    ))
    .expect("a superuser makes roles");
    let opened = Store::open(&Location::Postgres(as_role), 1).map(|_| ());
    administer(format!("DROP OWNED BY {role}; DROP ROLE {role}")).expect("a superuser removes roles");
    assert!(opened.is_ok(), "{opened:?}");
}
