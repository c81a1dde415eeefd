//! What is changed or erased while keys are worked on stays so, beside a server that runs.

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use naast_domain::ids::PersonId;
use naast_persistence::columns::Key;
use naast_persistence::keys::{Keys, Owner, Ring};
use naast_persistence::{Error, Kept, Transaction, on_either};
use naast_tests::{Engine, around, on_both, random_id};

use super::{Installation, NOW, later, place};
use crate::tables::people;

on_both!(
    what_is_changed_while_values_are_sealed_anew_stays_changed,
    a_key_that_is_destroyed_while_a_rotation_runs_stays_destroyed,
    whoever_destroys_keys_waits_for_a_fresh_one_and_destroys_it_too,
);

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

fn count(here: &Installation, what: &str) -> i64 {
    let question = format!("SELECT count(*) AS number FROM {what}");
    around(&here.opened.location, |database| {
        let counted: Counted =
            on_either!(database, |c| diesel::sql_query(question).get_result(c)).expect("counted");
        counted.number
    })
}

/// Waits until somebody waits for a lock; SQLite shows nobody, and has one writer at a time.
fn until_one_waits(engine: Engine, here: &Installation) {
    let give_up = Instant::now() + Duration::from_secs(20);
    let waits = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    match engine {
        Engine::Sqlite => std::thread::sleep(Duration::from_millis(200)),
        Engine::Postgres => {
            while count(here, waits) == 0 {
                assert!(Instant::now() < give_up, "nobody waits");
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

/// Does a change, and in the middle of it, before it is committed, the work.
fn in_the_middle<T: Send>(
    engine: Engine,
    here: &Installation,
    change: impl Fn(&mut Transaction<'_, '_>) -> Result<(), Error> + Send + 'static,
    work: impl FnOnce() -> T + Send,
) -> T {
    let ((done, is_done), (go, goes)) = (channel(), channel::<()>());
    let goes = Mutex::new(goes);
    std::thread::scope(|scope| {
        let changing = scope.spawn(move || {
            here.store().write::<_, Error>(move |tx| {
                change(tx)?;
                done.send(()).expect("the test waits");
                goes.lock().expect("nobody panicked").recv().expect("the test goes on");
                Ok(Kept::unchanged(()))
            })
        });
        is_done.recv().expect("it is changed, and not committed");
        let working = scope.spawn(work);
        until_one_waits(engine, here);
        go.send(()).expect("it is committed");
        changing.join().expect("no panic").expect("committed");
        working.join().expect("no panic")
    })
}

fn what_is_changed_while_values_are_sealed_anew_stays_changed(engine: Engine) {
    let here = Installation::new(engine);
    let [renamed, erased, stays] = ["Oud", "Weg", "Blijft"].map(|name| here.person(name));
    // as a run that was cut short left it: everybody who writes has a fresh key, and what is old is still to be sealed anew
    around(&here.opened.location, |database| {
        database.batch("UPDATE data_keys SET state = 'retiring' WHERE owner_kind = 'person'")
    })
    .expect("an administrator can");
    let keys = here.keys.clone();
    let change = move |tx: &mut Transaction<'_, '_>| {
        let new = keys.seal(tx, Owner::Person(renamed), place(renamed), "Nieuw", later(1))?;
        keys.destroy(tx, Owner::Person(erased), later(1))?;
        for (id, value) in [(renamed, new.as_str()), (erased, "")] {
            let update = diesel::update(people::table.find(Key::from(id))).set(people::name.eq(value));
            on_either!(&mut **tx, |c| update.execute(c))?;
        }
        Ok(())
    };
    let done = in_the_middle(engine, &here, change, || here.keys.reencrypt(here.store(), later(10)));
    assert_eq!(here.name(&here.keys, renamed), Ok(Some("Nieuw".to_owned())));
    assert_eq!(here.raw(erased), "", "what was taken away does not come back");
    assert_eq!(here.name(&here.keys, stays), Ok(Some("Blijft".to_owned())));
    let done = done.expect("it is done");
    assert_eq!((done.values, done.keys, done.damaged.len()), (1, 2, 0), "one value, and the old keys of two");
    let of_erased = format!("data_keys WHERE state <> 'destroyed' AND owner_id = '{}'", erased.uuid());
    assert_eq!(count(&here, &of_erased), 0, "no key is made for whom was erased");
    let seen = here.keys.check(here.store()).expect("checked");
    assert_eq!((seen.values, seen.erased, seen.damaged.len()), (2, 0, 0));
}

fn a_key_that_is_destroyed_while_a_rotation_runs_stays_destroyed(engine: Engine) {
    let here = Installation::new(engine);
    let [erased, stays] = ["Weg", "Blijft"].map(|name| here.person(name));
    Ring::add(&here.file()).expect("added");
    let keys = Keys::at(&here.file(), here.store(), later(1)).expect("both are known");
    let of_erased = keys.clone();
    let change =
        move |tx: &mut Transaction<'_, '_>| of_erased.destroy(tx, Owner::Person(erased), later(2)).map(drop);
    let done = in_the_middle(engine, &here, change, || keys.rotate(here.store(), later(3)));
    assert_eq!(done.expect("it does not fail of it").keys, 2, "the other's and the index key");
    assert_eq!(here.name(&keys, erased), Ok(None));
    assert_eq!(here.name(&keys, stays), Ok(Some("Blijft".to_owned())));
    assert_eq!(count(&here, "data_keys WHERE state = 'destroyed' AND wrapped IS NULL"), 1);
}

fn whoever_destroys_keys_waits_for_a_fresh_one_and_destroys_it_too(engine: Engine) {
    let here = Installation::new(engine);
    let person = here.person("Weg");
    let fresh = PersonId::from_uuid(random_id()).uuid();
    // what sealing anew does for one value
    let change = move |tx: &mut Transaction<'_, '_>| {
        for statement in [
            format!("UPDATE data_keys SET state = 'retiring' WHERE owner_id = '{}'", person.uuid()),
            format!(
                "INSERT INTO data_keys (id, owner_kind, owner_id, master_id, wrapped, state, created_at) SELECT {}, owner_kind, \
                 owner_id, master_id, wrapped, 'active', created_at FROM data_keys WHERE owner_id = '{}'",
                if tx.is_postgres() { format!("CAST('{fresh}' AS uuid)") } else { format!("'{fresh}'") },
                person.uuid()
            ),
        ] {
            tx.batch(&statement)?;
        }
        Ok(())
    };
    let keys = here.keys.clone();
    let destroyed = in_the_middle(engine, &here, change, || {
        here.store()
            .write::<_, Error>(move |tx| keys.destroy(tx, Owner::Person(person), NOW).map(Kept::unchanged))
    });
    assert_eq!(destroyed, Ok(2));
    let left = format!("data_keys WHERE state <> 'destroyed' AND owner_id = '{}'", person.uuid());
    assert_eq!(count(&here, &left), 0);
}
