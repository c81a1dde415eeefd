//! Whoever has the database can change the journal, but not without a trace: first triggers refuse, then the hashes
//! show it, and what fits in itself differs from the anchors that are kept elsewhere.

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use naast_domain::journal::{Chain, Fields, GENESIS, Hash, link};
use naast_persistence::columns::{At, Key};
use naast_persistence::journal::DamageKind::{self, Altered, AnchorDiffers, Gap, HeadDiffers};
use naast_persistence::journal::{Head, Verification, heads, verify};
use naast_persistence::{Database, Error, Location, on_either};
use naast_tests::{Engine, Opened, around, on_both, open};

use crate::journal::{chain, entry, record};
use crate::second_verifier::{first_opinion, second_opinion};
use crate::tables::{journal as rows, journal_heads};

on_both!(
    triggers_refuse_to_change_or_take_out_a_row,
    every_tampering_is_found_and_named,
    what_fits_in_itself_is_found_by_an_anchor,
    damage_of_one_chain_leaves_the_others_intact,
    a_row_that_cannot_be_read_is_named_like_any_other_damage,
    of_two_anchors_for_one_row_each_counts,
    a_row_before_the_first_and_a_chain_under_another_spelling_are_found,
);

#[derive(Debug, Clone, PartialEq, Queryable, Insertable)]
#[diesel(table_name = rows)]
struct Row {
    chain: Key,
    seq: i64,
    at: At,
    actor: Option<Key>,
    role: String,
    purpose: String,
    action: String,
    object_kind: String,
    object_id: String,
    state_before: Option<String>,
    state_after: Option<String>,
    hash: Vec<u8>,
}

/// A chain as it lies in the database, for hands that may change anything.
#[derive(Debug, Clone)]
struct Lying {
    rows: Vec<Row>,
    head: Option<(i64, Vec<u8>)>,
}

impl Lying {
    /// Numbers and hashes everything anew, so that it fits in itself.
    fn seal(&mut self) {
        let (mut previous, mut last): (Hash, i64) = (GENESIS, 0);
        for row in &mut self.rows {
            let digest = Fields {
                chain: Chain::from_uuid(row.chain.0),
                at: row.at.0,
                actor: row.actor.map(|actor| actor.0),
                words: [&row.role, &row.purpose, &row.action, &row.object_kind, &row.object_id],
                states: [row.state_before.as_deref(), row.state_after.as_deref()],
            }
            .digest();
            last += 1;
            previous = link(&previous, last, &digest);
            row.seq = last;
            row.hash = previous.to_vec();
        }
        self.head = Some((last, previous.to_vec()));
    }
}

fn read(database: &mut Database<'_>, key: Key) -> Result<Lying, Error> {
    let of_chain = rows::table.filter(rows::chain.eq(key)).order(rows::seq);
    let lying = on_either!(database, |c| of_chain.load(c))?;
    let head = journal_heads::table.find(key).select((journal_heads::seq, journal_heads::hash));
    Ok(Lying { rows: lying, head: on_either!(database, |c| head.first(c).optional())? })
}

fn write(database: &mut Database<'_>, key: Key, lying: &Lying) -> Result<(), Error> {
    on_either!(database, |c| {
        diesel::delete(rows::table.filter(rows::chain.eq(key))).execute(c)?;
        diesel::delete(journal_heads::table.find(key)).execute(c)?;
        for row in lying.rows.clone() {
            diesel::insert_into(rows::table).values(row).execute(c)?;
        }
        if let Some((seq, hash)) = &lying.head {
            let head =
                (journal_heads::chain.eq(key), journal_heads::seq.eq(seq), journal_heads::hash.eq(hash));
            diesel::insert_into(journal_heads::table).values(head).execute(c)?;
        }
        Ok(())
    })
    .map_err(|fault: diesel::result::Error| fault.into())
}

#[derive(QueryableByName)]
struct Trigger {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Takes the triggers away, as an administrator can.
fn disarm(database: &mut Database<'_>) -> Result<(), Error> {
    if database.is_postgres() {
        return database.batch(
            "ALTER TABLE journal DISABLE TRIGGER USER; ALTER TABLE journal_heads DISABLE TRIGGER USER",
        );
    }
    let triggers: Vec<Trigger> =
        on_either!(database, |c| sql_query("SELECT name FROM sqlite_master WHERE type = 'trigger'").load(c))?;
    for trigger in triggers {
        database.batch(&format!("DROP TRIGGER {}", trigger.name))?;
    }
    Ok(())
}

/// Six rows of one chain.
fn six_rows(opened: &Opened, chain: Chain) {
    for number in 1..=6 {
        record(&opened.store, vec![entry(chain, number)]).expect("kept");
    }
}

/// Lets hands at one chain.
fn tamper(location: &Location, chain: Chain, hands: impl Fn(&mut Lying)) {
    let key = Key(chain.uuid());
    around(location, |database| {
        disarm(database)?;
        let mut lying = read(database, key)?;
        hands(&mut lying);
        write(database, key, &lying)
    })
    .expect("an administrator can do anything");
}

/// What is done to six rows of a chain, and where and how it shows.
type Case = (&'static str, fn(&mut Lying), (i64, DamageKind));

/// What is found in one chain. The second verifier must find the same, in all of them.
fn found(opened: &Opened, chain: Chain, anchors: &[Head]) -> Vec<(i64, DamageKind)> {
    let seen = verified(opened, anchors);
    seen.damages
        .into_iter()
        .filter(|damage| damage.chain == chain)
        .map(|damage| (damage.seq, damage.kind))
        .collect()
}

/// What both verifiers say.
fn verified(opened: &Opened, anchors: &[Head]) -> Verification {
    let seen =
        opened.store.read(|database| verify(database, anchors, |_| {})).expect("the journal can be read");
    let mut second = second_opinion(&opened.store, anchors);
    second.sort();
    assert_eq!(second, first_opinion(&seen));
    seen
}

fn triggers_refuse_to_change_or_take_out_a_row(engine: Engine) {
    let opened = open(engine, 1);
    six_rows(&opened, chain(1));
    let mut attempts = vec![
        "UPDATE journal SET role = 'parent' WHERE seq = 3",
        "UPDATE journal SET seq = 99 WHERE seq = 3",
        "DELETE FROM journal WHERE seq = 3",
        "DELETE FROM journal",
    ];
    attempts.extend(match engine {
        Engine::Sqlite => [
            "REPLACE INTO journal SELECT chain, seq, at, actor, 'parent', purpose, action, object_kind, object_id, \
             state_before, state_after, hash FROM journal WHERE seq = 3",
            "UPDATE OR REPLACE journal SET seq = 4 WHERE seq = 3",
        ],
        Engine::Postgres => [
            "TRUNCATE journal",
            "INSERT INTO journal SELECT * FROM journal WHERE seq = 3 ON CONFLICT (chain, seq) DO UPDATE SET role = 'parent'",
        ],
    });
    around(&opened.location, |database| {
        let key = Key(chain(1).uuid());
        let before = read(database, key).expect("the journal can be read").rows;
        for attempt in attempts {
            assert!(database.batch(attempt).is_err(), "went through: {attempt}");
        }
        assert_eq!(read(database, key).expect("the journal can be read").rows, before);
    });
}

fn every_tampering_is_found_and_named(engine: Engine) {
    let opened = open(engine, 1);
    let cases: [Case; 20] = [
        ("the moment is altered", |lying| lying.rows[2].at.0 += TimeDelta::microseconds(1), (3, Altered)),
        ("the actor is taken out", |lying| lying.rows[2].actor = None, (3, Altered)),
        ("the role is altered", |lying| lying.rows[2].role.push('x'), (3, Altered)),
        ("the purpose is altered", |lying| lying.rows[2].purpose.push('x'), (3, Altered)),
        ("the action is altered", |lying| lying.rows[2].action.push('x'), (3, Altered)),
        ("the object is another one", |lying| lying.rows[2].object_id.push('x'), (3, Altered)),
        ("a state is put in", |lying| lying.rows[2].state_before = Some(String::new()), (3, Altered)),
        ("the first row is altered", |lying| lying.rows[0].role.clear(), (1, Altered)),
        ("the last row is altered", |lying| lying.rows[5].role.clear(), (6, Altered)),
        ("a hash is altered", |lying| lying.rows[2].hash[0] ^= 1, (3, Altered)),
        ("a hash is cut short", |lying| lying.rows[2].hash.truncate(31), (3, Altered)),
        ("a row in the middle is taken out", |lying| drop(lying.rows.remove(2)), (4, Gap)),
        ("the first row is taken out", |lying| drop(lying.rows.remove(0)), (2, Gap)),
        ("the last rows are taken out", |lying| lying.rows.truncate(4), (4, HeadDiffers)),
        (
            "a row is put in between",
            |lying| {
                let copy = lying.rows[2].clone();
                lying.rows[3..].iter_mut().for_each(|row| row.seq += 1);
                lying.rows.insert(3, Row { seq: 4, ..copy });
            },
            (4, Altered),
        ),
        (
            "a row that fits is put at the end",
            |lying| {
                let head = lying.head.clone();
                lying.rows.push(lying.rows[0].clone());
                lying.seal();
                lying.head = head;
            },
            (7, HeadDiffers),
        ),
        (
            "two rows change places",
            |lying| {
                lying.rows[1].seq = 3;
                lying.rows[2].seq = 2;
            },
            (2, Altered),
        ),
        ("the head is altered", |lying| lying.head.as_mut().expect("a head").1[0] ^= 1, (6, HeadDiffers)),
        (
            "the head is cut short",
            |lying| lying.head.as_mut().expect("a head").1.truncate(31),
            (6, HeadDiffers),
        ),
        ("the head is taken out", |lying| lying.head = None, (6, HeadDiffers)),
    ];
    for (number, (what, hands, expected)) in (1..).zip(cases) {
        let chain = chain(number);
        six_rows(&opened, chain);
        assert_eq!(found(&opened, chain, &[]), [], "before: {what}");
        tamper(&opened.location, chain, hands);
        assert_eq!(found(&opened, chain, &[]), [expected], "{what}");
    }
}

fn what_fits_in_itself_is_found_by_an_anchor(engine: Engine) {
    let opened = open(engine, 1);
    let cases: [Case; 3] = [
        ("written anew", |lying| lying.rows[1].role.push('x'), (6, AnchorDiffers)),
        ("cut short", |lying| lying.rows.truncate(4), (4, AnchorDiffers)),
        ("a row taken out", |lying| drop(lying.rows.remove(1)), (5, AnchorDiffers)),
    ];
    for (number, (what, hands, expected)) in (1..).zip(cases) {
        let chain = chain(number);
        six_rows(&opened, chain);
        let anchors = opened.store.read(heads).expect("the heads can be read");
        assert_eq!(found(&opened, chain, &anchors), [], "before: {what}");
        tamper(&opened.location, chain, |lying| {
            hands(lying);
            lying.seal();
        });
        assert_eq!(found(&opened, chain, &[]), [], "without an anchor: {what}");
        assert_eq!(found(&opened, chain, &anchors), [expected], "{what}");
    }

    let gone = chain(99);
    six_rows(&opened, gone);
    let anchors = opened.store.read(heads).expect("the heads can be read");
    tamper(&opened.location, gone, |lying| *lying = Lying { rows: Vec::new(), head: None });
    assert_eq!(found(&opened, gone, &[]), [], "without an anchor nothing is left to find");
    assert_eq!(found(&opened, gone, &anchors), [(0, AnchorDiffers)], "the whole chain taken out");
}

fn a_row_that_cannot_be_read_is_named_like_any_other_damage(engine: Engine) {
    // PostgreSQL's own types keep such a row out; there a text takes its place
    let alterations: &[&str] = match engine {
        Engine::Sqlite => &[
            "at = 'yesterday'",
            // what says the same to whoever reads it kindly, and is another text to whoever looks it up or puts it in order
            "at = replace(at, 'T', 'T ')",
            "at = '+' || at",
            "at = replace(at, 'T', 't')",
            "actor = replace(actor, '-', '')",
            "actor = '{' || actor || '}'",
            "actor = 'urn:uuid:' || actor",
        ],
        Engine::Postgres => &["role = 'yesterday'"],
    };
    for alteration in alterations {
        let opened = open(engine, 1);
        let chain = chain(1);
        six_rows(&opened, chain);
        let before = around(&opened.location, |database| read(database, Key(chain.uuid()))).expect("sound");
        around(&opened.location, |database| {
            disarm(database)?;
            database.batch(&format!("UPDATE journal SET {alteration} WHERE seq = 3"))
        })
        .expect("an administrator can do anything");
        assert_eq!(found(&opened, chain, &[]), [(3, Altered)], "{alteration}: {:?}", before.rows[2]);
    }
}

fn a_row_before_the_first_and_a_chain_under_another_spelling_are_found(engine: Engine) {
    const COPY: &str = "INSERT INTO journal SELECT CHAIN, SEQ, at, actor, role, purpose, 'forged.row', object_kind, object_id, \
                        state_before, state_after, hash FROM journal WHERE seq = 5";
    let opened = open(engine, 1);
    let chain = chain(0xABCD_EF00);
    six_rows(&opened, chain);
    let forged = |of: &str, seq: &str| COPY.replace("CHAIN", of).replace("SEQ", seq);
    let before = forged("chain", "0");
    assert!(around(&opened.location, |database| database.batch(&before)).is_err(), "refused to begin with");
    around(&opened.location, |database| {
        disarm(database)?;
        database.batch(&before)
    })
    .expect("an administrator can do anything");
    assert_eq!(found(&opened, chain, &[]), [(0, Gap)]);
    if engine == Engine::Sqlite {
        let opened = open(engine, 1);
        six_rows(&opened, chain);
        around(&opened.location, |database| {
            disarm(database)?;
            database.batch(&forged("upper(chain)", "1"))?;
            database.batch(&forged("'nobody'", "1"))
        })
        .expect("an administrator can do anything");
        let seen = verified(&opened, &[]);
        assert_eq!(seen.damages.len(), 2, "{:?}", seen.damages);
    }
}

fn of_two_anchors_for_one_row_each_counts(engine: Engine) {
    let opened = open(engine, 1);
    let chain = chain(1);
    six_rows(&opened, chain);
    let right = opened.store.read(heads).expect("the heads can be read");
    let mut wrong = right.clone();
    for head in &mut wrong {
        head.hash[0] ^= 1;
    }
    assert_eq!(found(&opened, chain, &right), []);
    for both in [[right.clone(), wrong.clone()].concat(), [wrong, right].concat()] {
        assert_eq!(found(&opened, chain, &both), [(6, AnchorDiffers)]);
    }
}

fn damage_of_one_chain_leaves_the_others_intact(engine: Engine) {
    let opened = open(engine, 1);
    for number in 1..=3 {
        six_rows(&opened, chain(number));
    }
    tamper(&opened.location, chain(2), |lying| lying.rows[2].role.clear());
    for (number, damages) in [(1, 0), (2, 1), (3, 0)] {
        assert_eq!(found(&opened, chain(number), &[]).len(), damages, "chain {number}");
    }
    // work goes on, and shows up as intact
    record(&opened.store, vec![entry(chain(3), 7)]).expect("kept");
    assert_eq!(found(&opened, chain(3), &[]), []);
}
