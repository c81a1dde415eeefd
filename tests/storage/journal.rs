//! The journal of every change: numbers without gaps, and one chain of hashes whichever database computes it.

use std::thread;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::ids::PersonId;
use naast_domain::journal::{Chain, Purpose};
use naast_persistence::columns::Key;
use naast_persistence::journal::{Entry, Head, heads, verify};
use naast_persistence::{Error, Store, on_either};
use naast_tests::{Engine, Opened, around, on_both, open};
use uuid::Uuid;

use crate::tables::journal;

on_both!(
    numbers_have_no_gaps_whoever_writes_at_the_same_moment,
    a_refused_use_case_uses_up_no_number,
    a_chain_that_grows_while_it_is_verified_is_not_damaged,
);

/// A chain of its own for each number.
pub fn chain(number: u128) -> Chain {
    Chain::from_uuid(Uuid::from_u128(number))
}

/// An entry that differs from its neighbours.
pub fn entry(chain: Chain, number: u64) -> Entry {
    Entry {
        chain,
        at: Moment::UNIX_EPOCH + std::time::Duration::from_micros(1_700_000_000_000_000 + number),
        actor: Some(PersonId::from_uuid(Uuid::from_u128(u128::from(number)))),
        role: "coordinator",
        purpose: Purpose::Matching,
        action: "proposal.made",
        object_kind: "proposal",
        object_id: number.to_string(),
        before: None,
        after: Some("open".into()),
    }
}

/// Keeps these entries in one use case.
pub fn record(store: &Store, entries: Vec<Entry>) -> Result<(), Error> {
    store.write(move |tx| tx.keep(entries.clone(), ()))
}

fn numbers_have_no_gaps_whoever_writes_at_the_same_moment(engine: Engine) {
    let Opened { store, location, .. } = &open(engine, 16);
    thread::scope(|scope| {
        for writer in 0..16 {
            scope.spawn(move || {
                for number in 0..15 {
                    let chain = chain(u128::from((writer + number) % 3));
                    // some use cases change two things
                    let changes = 1 + number % 2;
                    record(
                        store,
                        (0..changes).map(|change| entry(chain, writer * 100 + number + change)).collect(),
                    )
                    .expect("no change fails");
                }
            });
        }
    });
    let seen = store.read(|database| verify(database, &[], |_| {})).expect("the journal can be read");
    assert_eq!(seen.damages, []);
    assert_eq!((seen.rows, seen.chains), (16 * 22, 3));
    for number in 0..3 {
        let numbers: Vec<i64> = around(location, |database| {
            let of_chain = journal::table
                .filter(journal::chain.eq(Key(chain(number).uuid())))
                .select(journal::seq)
                .order(journal::seq);
            on_either!(database, |c| of_chain.load(c))
        })
        .expect("the journal can be read");
        assert!(
            numbers.iter().copied().eq(1..=i64::try_from(numbers.len()).expect("few rows")),
            "{numbers:?}"
        );
    }
}

fn a_refused_use_case_uses_up_no_number(engine: Engine) {
    let Opened { store, .. } = &open(engine, 2);
    record(store, vec![entry(chain(1), 1)]).expect("kept");
    let refused: Result<(), Error> = store.write(|tx| {
        let _ = tx.keep([entry(chain(1), 2)], ())?;
        Err(Error::Refused("by a rule".to_owned()))
    });
    assert!(refused.is_err());
    record(store, vec![entry(chain(1), 3)]).expect("kept");
    let seen = store.read(|database| verify(database, &[], |_| {})).expect("the journal can be read");
    assert_eq!((seen.rows, seen.damages), (2, vec![]));
}

fn a_chain_that_grows_while_it_is_verified_is_not_damaged(engine: Engine) {
    let Opened { store, .. } = &open(engine, 2);
    let grow = |number| {
        for chain_number in 0..3 {
            record(store, vec![entry(chain(chain_number), number)]).expect("kept");
        }
    };
    grow(1);
    let seen = store.read(|database| verify(database, &[], &grow)).expect("the journal can be read");
    assert_eq!(seen.damages, []);
}

/// Entries in every shape: nobody as actor, moments before 1970, no state and an empty one, letters beyond ASCII.
fn shapes() -> Vec<Entry> {
    let mut entries = Vec::new();
    for number in 0..40_u64 {
        let plain = entry(chain(u128::from(number % 3)), number);
        let micros = i64::try_from(number).expect("a small number") * 7_777_777_777_777 - 99_999_999_999_999;
        entries.push(Entry {
            at: Moment::from_timestamp_micros(micros).expect("a moment"),
            actor: plain.actor.filter(|_| number % 4 != 0),
            role: ["ouder", "coördinator", ""][usize::try_from(number % 3).expect("a small number")],
            object_id: if number % 5 == 0 {
                "é\u{1F9D1}\u{200D}\u{1F9BD}'\\\"".to_owned()
            } else {
                plain.object_id.clone()
            },
            before: [None, Some(""), Some("submitted")]
                [usize::try_from(number / 3 % 3).expect("a small number")]
            .map(Into::into),
            after: [Some("withdrawn"), None][usize::try_from(number % 2).expect("a small number")]
                .map(Into::into),
            ..plain
        });
    }
    entries
}

#[test]
fn both_databases_compute_the_same_hashes() {
    let heads_on = |engine| -> Vec<Head> {
        let Opened { store, .. } = &open(engine, 1);
        for entry in shapes() {
            record(store, vec![entry]).expect("kept");
        }
        let seen = store.read(|database| verify(database, &[], |_| {})).expect("the journal can be read");
        assert_eq!((seen.rows, seen.damages), (40, vec![]));
        store.read(heads).expect("the heads can be read")
    };
    let sqlite = heads_on(Engine::Sqlite);
    assert_eq!(sqlite.len(), 3);
    assert_eq!(sqlite, heads_on(Engine::Postgres));
}
