//! What is personal is unreadable without the key file, and what was destroyed is unreadable for ever.

use naast_domain::Moment;
use naast_domain::ids::PersonId;
use naast_persistence::columns::Key;
use naast_persistence::keys::{Keys, Owner, Place, Ring, Sealed};
use naast_persistence::{Kept, OpenError, Store};
use naast_tests::{Engine, Opened, around, on_both, open, random_id};
use tempfile::TempDir;

mod damaged;
mod meanwhile;

on_both!(
    a_sealed_text_opens_with_the_keys_of_its_database_and_no_others,
    a_missing_or_wrong_key_file_refuses_and_writes_nothing,
    of_many_that_start_at_once_with_keys_of_their_own_one_is_let_in,
    a_master_key_that_still_wraps_something_must_be_there,
    what_was_destroyed_does_not_open_and_the_rest_does,
    a_rotation_wraps_everything_anew_and_the_old_master_key_can_go,
    a_rotation_that_was_cut_short_goes_on,
    reencrypting_gives_every_value_a_fresh_key_and_destroys_the_old_one,
    a_database_from_before_the_keys_is_sealed_when_it_gets_them,
);

const NOW: Moment = Moment::UNIX_EPOCH;

fn later(seconds: i64) -> Moment {
    NOW + chrono::TimeDelta::seconds(seconds)
}

struct Installation {
    opened: Opened,
    folder: TempDir,
    keys: Keys,
}

impl Installation {
    fn new(engine: Engine) -> Self {
        let opened = open(engine, 2);
        let folder = tempfile::tempdir().expect("a folder");
        let keys = Keys::at(&folder.path().join("keys"), &opened.store, NOW).expect("made");
        Self { opened, folder, keys }
    }

    fn store(&self) -> &Store {
        &self.opened.store
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("keys")
    }

    /// The same as [`Self::person`], as a program from before the database said which master key is in use: it went on with the
    /// oldest.
    fn person_as_before(&self, name: &'static str) -> PersonId {
        let newest = Ring::open(&self.file(), false).expect("read").newest().id.clone();
        let bind = |at: &str| {
            let statement = format!("UPDATE master_keys SET bound_at = '{at}' WHERE id = '{newest}'");
            around(&self.opened.location, |database| database.batch(&statement))
                .expect("an administrator can");
        };
        bind("1960-01-01T00:00:00.000000Z");
        let id = self.person(name);
        bind("1970-01-01T00:00:02.000000Z");
        id
    }

    /// Keeps a person with a sealed name.
    fn person(&self, name: &'static str) -> PersonId {
        let (id, keys) = (PersonId::from_uuid(random_id()), self.keys.clone());
        self.store()
            .write(move |tx| {
                let sealed = keys.seal(tx, Owner::Person(id), place(id), name, NOW)?;
                insert(tx, id, sealed.as_str())?;
                Ok::<_, naast_persistence::Error>(Kept::unchanged(()))
            })
            .expect("kept");
        id
    }

    fn raw(&self, id: PersonId) -> String {
        self.store().read(|db| column(db, id)).expect("there")
    }

    fn name(&self, keys: &Keys, id: PersonId) -> Result<Option<String>, naast_persistence::Error> {
        let sealed = Sealed::from_column(self.raw(id));
        self.store().read(|db| keys.open(db, place(id), &sealed))
    }
}

fn place(id: PersonId) -> Place {
    Place { table: "people", column: "name", row: id.uuid() }
}

fn insert(
    database: &mut naast_persistence::Database<'_>,
    id: PersonId,
    name: &str,
) -> Result<(), naast_persistence::Error> {
    use diesel::prelude::*;
    let row = (
        crate::tables::people::id.eq(Key::from(id)),
        crate::tables::people::name.eq(name),
        crate::tables::people::created_at.eq(naast_persistence::columns::At(NOW)),
    );
    naast_persistence::on_either!(database, |c| diesel::insert_into(crate::tables::people::table)
        .values(row)
        .execute(c))?;
    Ok(())
}

fn column(
    database: &mut naast_persistence::Database<'_>,
    id: PersonId,
) -> Result<String, naast_persistence::Error> {
    use diesel::prelude::*;
    Ok(naast_persistence::on_either!(database, |c| crate::tables::people::table
        .find(Key::from(id))
        .select(crate::tables::people::name)
        .first(c))?)
}

fn a_sealed_text_opens_with_the_keys_of_its_database_and_no_others(engine: Engine) {
    let here = Installation::new(engine);
    let id = here.person("Zeer Geheim");
    assert!(!here.raw(id).contains("Geheim"));
    assert_eq!(here.name(&here.keys, id), Ok(Some("Zeer Geheim".to_owned())));
    // a program that starts again reads the same
    let again = Keys::at(&here.file(), here.store(), later(5)).expect("the file is there");
    assert_eq!(here.name(&again, id), Ok(Some("Zeer Geheim".to_owned())));
    // moved to another row it does not open
    let other = PersonId::from_uuid(random_id());
    let sealed = Sealed::from_column(here.raw(id));
    assert!(here.store().read(|db| here.keys.open(db, place(other), &sealed)).is_err());
}

fn a_missing_or_wrong_key_file_refuses_and_writes_nothing(engine: Engine) {
    let here = Installation::new(engine);
    here.person("Iemand");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let missing = elsewhere.path().join("keys");
    assert!(matches!(Keys::at(&missing, here.store(), NOW), Err(OpenError::Keys(_))));
    assert!(!missing.exists(), "no other key is made for a database that has one");
    let other = Ring::open(&missing, true).expect("another installation's");
    assert!(matches!(Keys::bound(other, here.store(), NOW), Err(OpenError::OtherKeys(_))));
    let seen = here.keys.check(here.store()).expect("checked");
    assert_eq!((seen.values, seen.wrapped_by.len()), (1, 1));
}

fn of_many_that_start_at_once_with_keys_of_their_own_one_is_let_in(engine: Engine) {
    let opened = open(engine, 8);
    let folder = tempfile::tempdir().expect("a folder");
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let starters: Vec<_> = (0..6)
            .map(|number| {
                let (store, file) = (&opened.store, folder.path().join(format!("keys-{number}")));
                // as if each had read that the database is new before any of them bound it
                let ring = Ring::open(&file, true).expect("a folder of its own");
                scope.spawn(move || Keys::bound(ring, store, NOW).map(drop))
            })
            .collect();
        starters.into_iter().map(|one| one.join().expect("no panic")).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(OpenError::OtherKeys(_)))));
}

fn a_master_key_that_still_wraps_something_must_be_there(engine: Engine) {
    let here = Installation::new(engine);
    Ring::add(&here.file()).expect("added");
    let waiting = Keys::at(&here.file(), here.store(), later(1)).expect("both are known");
    waiting.rotate(here.store(), later(2)).expect("rotated");
    here.person_as_before("Laat");
    let text = std::fs::read_to_string(here.file()).expect("there");
    let newest = text.lines().last().expect("a key");
    std::fs::write(here.file(), format!("{newest}\n")).expect("written");
    assert!(matches!(Keys::at(&here.file(), here.store(), later(3)), Err(OpenError::OtherKeys(_))));
    std::fs::write(here.file(), text).expect("written");
    Keys::at(&here.file(), here.store(), later(4)).expect("with both it starts");
}

fn what_was_destroyed_does_not_open_and_the_rest_does(engine: Engine) {
    let here = Installation::new(engine);
    let (gone, stays) = (here.person("Weg"), here.person("Blijft"));
    let before = here.raw(gone);
    let keys = here.keys.clone();
    here.store()
        .write(move |tx| keys.destroy(tx, Owner::Person(gone), later(1)).map(Kept::unchanged))
        .expect("destroyed");
    assert_eq!(here.raw(gone), before, "the row is as it was: a copy in a backup would be too");
    assert_eq!(here.name(&here.keys, gone), Ok(None));
    assert_eq!(here.name(&here.keys, stays), Ok(Some("Blijft".to_owned())));
    let seen = here.keys.check(here.store()).expect("checked");
    assert_eq!((seen.values, seen.erased, seen.damaged.len()), (1, 1, 0));
}

fn a_rotation_wraps_everything_anew_and_the_old_master_key_can_go(engine: Engine) {
    let here = Installation::new(engine);
    let ids: Vec<_> = (0..3).map(|_| here.person("Naam")).collect();
    Ring::add(&here.file()).expect("added");
    // between adding and rotating, a program that starts works with the old key and knows the new one
    let waiting = Keys::at(&here.file(), here.store(), later(1)).expect("both are known");
    assert_eq!(waiting.rotate(here.store(), later(2)).expect("rotated").keys, 4, "theirs and the index key");
    assert_eq!(waiting.rotate(here.store(), later(3)).expect("again").keys, 0);
    // the old key is taken out of the file
    let text = std::fs::read_to_string(here.file()).expect("there");
    let newest = text.lines().last().expect("a key");
    std::fs::write(here.file(), format!("{newest}\n")).expect("written");
    let after = Keys::at(&here.file(), here.store(), later(4)).expect("the new one is enough");
    for id in ids {
        assert_eq!(here.name(&after, id), Ok(Some("Naam".to_owned())));
    }
    assert!(
        here.name(&here.keys, here.person("Nog een")).is_ok(),
        "a program that was not started again still works"
    );
}

fn a_rotation_that_was_cut_short_goes_on(engine: Engine) {
    let here = Installation::new(engine);
    let id = here.person("Naam");
    Ring::add(&here.file()).expect("added");
    let waiting = Keys::at(&here.file(), here.store(), later(1)).expect("both are known");
    waiting.rotate(here.store(), later(2)).expect("rotated");
    // as if it had been cut short
    let late = here.person_as_before("Laat");
    let found = waiting.check(here.store()).expect("checked");
    assert_eq!(found.wrapped_by.len(), 2);
    assert_eq!(waiting.rotate(here.store(), later(3)).expect("goes on").keys, 1);
    for (id, name) in [(id, "Naam"), (late, "Laat")] {
        assert_eq!(here.name(&waiting, id), Ok(Some(name.to_owned())));
    }
}

fn reencrypting_gives_every_value_a_fresh_key_and_destroys_the_old_one(engine: Engine) {
    let here = Installation::new(engine);
    let ids: Vec<_> = (0..3).map(|_| here.person("Naam")).collect();
    let before: Vec<_> = ids.iter().map(|id| here.raw(*id)).collect();
    let done = here.keys.reencrypt(here.store(), later(10)).expect("done");
    assert_eq!((done.values, done.keys), (3, 3));
    for (id, before) in ids.iter().zip(&before) {
        assert_eq!(here.name(&here.keys, *id), Ok(Some("Naam".to_owned())));
        assert_ne!(&here.raw(*id), before);
        // what a backup holds does not open any more
        let old = Sealed::from_column(before.clone());
        assert_eq!(here.store().read(|db| here.keys.open(db, place(*id), &old)), Ok(None));
    }
}

fn a_database_from_before_the_keys_is_sealed_when_it_gets_them(engine: Engine) {
    let opened = open(engine, 2);
    let ids: Vec<_> = (0..1200).map(|_| PersonId::from_uuid(random_id())).collect();
    for chunk in ids.chunks(100) {
        let chunk = chunk.to_vec();
        opened
            .store
            .write(move |tx| {
                for id in &chunk {
                    insert(tx, *id, "Van Vroeger")?;
                }
                Ok::<_, naast_persistence::Error>(Kept::unchanged(()))
            })
            .expect("kept");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let keys = Keys::at(&folder.path().join("keys"), &opened.store, NOW).expect("made");
    let seen = keys.check(&opened.store).expect("checked");
    assert_eq!((seen.values, seen.damaged.len()), (1200, 0));
    let here = Installation { opened, folder, keys };
    assert!(!here.raw(ids[7]).contains("Vroeger"));
    assert_eq!(here.name(&here.keys, ids[7]), Ok(Some("Van Vroeger".to_owned())));
}
