//! The index key is made once and stays: what was found by it is found, whatever happens to the master keys.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use naast_domain::Moment;
use naast_persistence::keys::{Keys, Ring};
use naast_persistence::{Database, OpenError, on_either};
use naast_tests::{Engine, Opened, around, on_both, open};
use tempfile::TempDir;

on_both!(
    an_installation_of_before_finds_what_it_found,
    of_many_that_start_at_once_one_wraps_the_index_key,
    without_the_oldest_master_key_it_goes_on_with_what_it_finds_by_and_says_so,
    a_database_that_lost_its_index_key_is_refused_and_gets_no_other,
    an_index_key_that_was_changed_is_found_by_the_check,
);

/// Two master keys that no installation has, and what a version before the index key found this address by with each.
const FIRST: (&str, &str) =
    ("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", "7aa79658b8465b248aeed49ffc218a66");
const SECOND: (&str, &str) =
    ("CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=", "0a15fc0fffba2cc0db8f9223a324af49");
const ADDRESS: &str = "ouder@example.org";

struct Installation {
    opened: Opened,
    folder: TempDir,
}

impl Installation {
    /// As a version of before left it: bound to one master key after the other, without an index key; and then the migration.
    fn of_before(engine: Engine, masters: &[&str]) -> Self {
        let here = Self { opened: open(engine, 8), folder: tempfile::tempdir().expect("a folder") };
        for count in 1..=masters.len() {
            here.hold(&masters[..count]);
            here.start().expect("bound").rotate(&here.opened.store, Moment::UNIX_EPOCH).expect("rotated");
        }
        here.sql("DELETE FROM data_keys");
        let migration = match engine {
            Engine::Sqlite => include_str!("../../persistence/migrations/sqlite/0017_index_key/up.sql"),
            Engine::Postgres => include_str!("../../persistence/migrations/postgres/0017_index_key/up.sql"),
        };
        here.sql(migration);
        here
    }

    fn hold(&self, masters: &[&str]) {
        std::fs::write(self.file(), format!("{}\n", masters.join("\n"))).expect("written");
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("keys")
    }

    fn start(&self) -> Result<Keys, OpenError> {
        Keys::at(&self.file(), &self.opened.store, Moment::UNIX_EPOCH)
    }

    fn sql(&self, statements: &str) {
        around(&self.opened.location, |database| database.batch(statements)).expect("an administrator can");
    }

    fn number(&self, of: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Counted {
            #[diesel(sql_type = BigInt)]
            number: i64,
        }
        let question = format!("SELECT count(*) AS number FROM {of}");
        around(&self.opened.location, |database: &mut Database<'_>| {
            let counted: Counted =
                on_either!(database, |c| diesel::sql_query(question).get_result(c)).expect("counted");
            counted.number
        })
    }
}

fn found_by(keys: &Keys) -> String {
    format!("{:032x}", u128::from_be_bytes(keys.blind("sign-in-address", ADDRESS)))
}

fn an_installation_of_before_finds_what_it_found(engine: Engine) {
    let here = Installation::of_before(engine, &[FIRST.0]);
    assert_eq!(found_by(&here.start().expect("upgraded")), FIRST.1);
    assert_eq!((here.number("data_keys"), here.number("columns_to_seal")), (1, 0));
    // a key that comes later, and the oldest that goes, change nothing
    here.hold(&[FIRST.0, SECOND.0]);
    here.start().expect("both").rotate(&here.opened.store, Moment::UNIX_EPOCH).expect("rotated");
    here.hold(&[SECOND.0]);
    let keys = here.start().expect("the newest is enough");
    assert_eq!(found_by(&keys), FIRST.1);
    assert_eq!(keys.index_without_the_oldest(), None);
}

fn of_many_that_start_at_once_one_wraps_the_index_key(engine: Engine) {
    let before = Installation::of_before(engine, &[FIRST.0]);
    let new = Installation { opened: open(engine, 8), folder: tempfile::tempdir().expect("a folder") };
    new.hold(&[FIRST.0]);
    for (here, marked) in [(before, true), (new, false)] {
        let start = std::sync::Barrier::new(6);
        let found: Vec<_> = std::thread::scope(|scope| {
            let starter = || {
                start.wait();
                found_by(&here.start().expect("starts"))
            };
            let starters: Vec<_> = (0..6).map(|_| scope.spawn(starter)).collect();
            starters.into_iter().map(|one| one.join().expect("no panic")).collect()
        });
        assert!(found.iter().all(|one| one == &found[0]), "{found:?}");
        assert_eq!(found[0] == FIRST.1, marked, "a new installation makes a fresh one");
        assert_eq!(here.number("data_keys WHERE state = 'active'"), 1);
    }
}

fn without_the_oldest_master_key_it_goes_on_with_what_it_finds_by_and_says_so(engine: Engine) {
    let here = Installation::of_before(engine, &[FIRST.0, SECOND.0]);
    let both = Ring::open(&here.file(), false).expect("read");
    here.hold(&[FIRST.0]);
    let gone = Ring::open(&here.file(), false).expect("read").newest().id.clone();
    assert_ne!(both.newest().id, gone);
    here.hold(&[SECOND.0]);
    let keys = here.start().expect("starts");
    assert_eq!(found_by(&keys), SECOND.1, "as since the oldest was taken out");
    assert_eq!(keys.index_without_the_oldest(), Some(gone.as_str()));
    let again = here.start().expect("starts again");
    assert_eq!((found_by(&again).as_str(), again.index_without_the_oldest()), (SECOND.1, None));
}

fn a_database_that_lost_its_index_key_is_refused_and_gets_no_other(engine: Engine) {
    let here = Installation { opened: open(engine, 2), folder: tempfile::tempdir().expect("a folder") };
    let keys = Keys::at(&here.file(), &here.opened.store, Moment::UNIX_EPOCH).expect("made");
    here.sql("DELETE FROM data_keys");
    assert!(!keys.check(&here.opened.store).expect("checked").index);
    assert!(matches!(here.start(), Err(OpenError::IndexKeyLost)));
    assert_eq!(here.number("data_keys"), 0);
}

fn an_index_key_that_was_changed_is_found_by_the_check(engine: Engine) {
    let here = Installation { opened: open(engine, 2), folder: tempfile::tempdir().expect("a folder") };
    let keys = Keys::at(&here.file(), &here.opened.store, Moment::UNIX_EPOCH).expect("made");
    assert!(keys.check(&here.opened.store).expect("checked").index);
    here.sql(match engine {
        Engine::Sqlite => "UPDATE data_keys SET wrapped = zeroblob(105)",
        Engine::Postgres => "UPDATE data_keys SET wrapped = decode(repeat('00', 105), 'hex')",
    });
    assert!(!keys.check(&here.opened.store).expect("checked").index);
    assert!(here.start().is_err());
}
