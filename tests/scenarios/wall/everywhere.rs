//! A word of its own in every field in which people can write something, and then a search for these words: in every answer to
//! everybody else, in what systems are sent, in the figures, in the lines of the log, and in the rows and the files of the database.

use std::collections::BTreeMap;

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use naast_persistence::keys::{Place, Sealed};
use naast_persistence::privacy::classification::{Form, tables};
use naast_persistence::{Error, on_either};
use naast_tests::receiver::Receiver;
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::json;

use super::crawl::{OTHERS, Question, questions};
use super::fields::{Audience, BEGIN, FIELDS, Field, KEPT, WITHOUT_WORDS, audience, fields};
use super::forms::Word;
use super::process::Talkative;
use crate::authorisation::calls::{body, call_with};
use crate::authorisation::cast::NAMES;
use crate::authorisation::objects::{Objects, State};
use crate::authorisation::stage::Stage;
use crate::authorisation::table::{Cell, Column, Table};
use crate::looks::{files, raw};

on_both!(what_people_write_stands_nowhere_that_others_read);

/// Whoever may do an operation on the case at hand, by the table.
fn doer(table: &Table, operation: &str) -> &'static str {
    let may = |name: &&&str| table.cell(operation, name, Column::Own).is_some_and(Cell::is_kind);
    NAMES.iter().find(may).unwrap_or_else(|| panic!("nobody may {operation}"))
}

fn what_people_write_stands_nowhere_that_others_read(engine: Engine) {
    let table = Table::read().unwrap_or_else(|faults| panic!("\n{}\n", faults.join("\n")));
    let fields = fields();
    let unsaid: Vec<String> =
        fields.iter().filter(|field| audience(field).is_none()).map(Field::name).collect();
    assert!(unsaid.is_empty(), "say in FIELDS who may read what people write here: {unsaid:?}");
    assert_eq!(fields.len(), FIELDS.len(), "FIELDS names one that is no longer there: {fields:?}");

    let stage = Stage::on(World::with_receivers(engine));
    let (world, app) = (&stage.world, &stage.world.app);
    let receiver = Receiver::answering(204);
    let hook = json!({ "url": receiver.url(), "programmeId": world.programmes[0] });
    let subscribe =
        || app.post(stage.cast.person("coordinator"), "/webhook-subscriptions", &hook).expect(201);
    // two subscriptions: the process has the first in lease, and sees that its receiver has no public address
    subscribe();
    let process = Talkative::beside(app);
    // every word goes to both servers
    for field in &fields {
        let (caller, on) = (doer(&table, &field.operation.id), objects(&stage, &field.operation.id));
        let mut filled = body(&field.operation, &on, &stage).expect("it has a body");
        field.set(&mut filled);
        process.call(&stage, &field.operation, caller, &on, &filled, &field.word);
    }
    let log = process.stop();
    subscribe();
    keep(&stage, &table, &fields);
    // what she asked for and did not take yet
    app.ask(stage.cast.person("parent"), "/me/exports").expect(201);
    words_are_in_every_sealed_column(&stage);

    // what is written is not read by anybody else
    let all = questions(&stage, &table);
    let (mut faults, in_public) = read_by_others(&stage, &table, &fields, &all);
    assert!(in_public > 0, "what is public is found, so the search works");

    // nor sent, counted, logged or kept where it can be read
    let secret: Vec<Word> = fields
        .iter()
        .filter(|field| {
            !matches!(audience(field), Some(Audience::All))
                && field.operation.id != "createWebhookSubscription"
        })
        .map(|field| Word::new(&field.word))
        .collect();
    app.drain();
    let sent: Vec<u8> = receiver.got().into_iter().flat_map(|got| got.bytes).collect();
    let programme = world.programmes[0].split('-').next().expect("a part").to_owned();
    let public =
        fields.iter().find(|field| field.operation.id == "createOrganisation").expect("a public name");
    let channels = [
        ("a webhook", sent, programme.as_str()),
        ("the figures", app.metrics().into_bytes(), "organisations"),
        ("the log", log, "TRACE"),
        ("the database", raw(&app.location), public.word.as_str()),
        ("the database's files", files(&app.location), public.word.as_str()),
    ];
    for (channel, bytes, control) in &channels {
        assert!(
            Word::new(control).is_in(bytes),
            "{channel} does not hold {control}: the search finds nothing"
        );
        let leaks = secret.iter().filter(|word| word.is_in(bytes));
        faults.extend(leaks.map(|word| format!("{channel} holds {}", word.text)));
        // what would leak there, in whatever form, would be found
        let seeded = [&bytes[..bytes.len() / 2], &secret[0].hidden(), &bytes[bytes.len() / 2..]].concat();
        assert!(secret[0].is_in(&seeded), "a word that is put into {channel} is not found");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    println!(
        "{} fields, {} questions by {} askers, {:?} bytes",
        fields.len(),
        all.len(),
        OTHERS.len() + 2,
        channels.map(|(channel, bytes, _)| (channel, bytes.len()))
    );
}

/// Writes every word; what is refused must not come back in the refusal.
fn keep(stage: &Stage, table: &Table, fields: &[Field]) {
    let (mut kept, begin) = (BTreeMap::new(), Word::new(BEGIN));
    for field in fields {
        let (caller, on) = (doer(table, &field.operation.id), objects(stage, &field.operation.id));
        let mut filled = body(&field.operation, &on, stage).expect("it has a body");
        field.set(&mut filled);
        let reply = call_with(stage, &field.operation, caller, &on, Some(filled));
        if reply.status >= 400 {
            let name = field.name();
            assert!(!begin.is_in(&reply.bytes), "{name}: the refusal repeats the value: {}", reply.body);
        }
        kept.insert(field.name(), reply.status < 300);
    }
    for name in KEPT {
        assert_eq!(kept.get(*name), Some(&true), "{name} was not kept, so there was nothing to look for");
    }
}

#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    value: String,
}

/// Whatever column is sealed has a word in it, or nothing was looked for there: a new one asks for a field above.
fn words_are_in_every_sealed_column(stage: &Stage) {
    let (platform, begin) = (&stage.world.app.platform, Word::new(BEGIN));
    for table in tables() {
        for column in table.columns.iter().filter(|column| matches!(column.form, Form::Sealed(_))) {
            let name = (table.name, column.name);
            if WITHOUT_WORDS.iter().any(|(table, column, _)| (*table, *column) == name) {
                continue;
            }
            let question = format!(
                "SELECT CAST(id AS text) AS id, {} AS value FROM {} WHERE {0} IS NOT NULL",
                column.name, table.name
            );
            let holds_a_word = platform.store.read::<_, Error>(|database| {
                let rows: Vec<Kept> = on_either!(&mut *database, |c| sql_query(question).load(c))?;
                for row in rows {
                    let row_id = row.id.parse().expect("an id");
                    let place = Place { table: table.name, column: column.name, row: row_id };
                    let opened = platform.keys.open(database, place, &Sealed::from_column(row.value))?;
                    if opened.is_some_and(|text| begin.is_in(text.as_bytes())) {
                        return Ok(true);
                    }
                }
                Ok(false)
            });
            assert_eq!(holds_a_word, Ok(true), "no word stands in {name:?}: nothing can be found of it");
        }
    }
}

/// Which words are read by whom they are not for, and how many answers hold a word that is for everybody.
fn read_by_others(stage: &Stage, table: &Table, fields: &[Field], all: &[Question]) -> (Vec<String>, usize) {
    let words: Vec<(&Field, Word)> = fields.iter().map(|field| (field, Word::new(&field.word))).collect();
    let (mut faults, mut in_public, begin) = (Vec::new(), 0, Word::new(BEGIN));
    for question in all {
        let bytes = question.bytes(stage);
        if !begin.is_in(&bytes) {
            continue;
        }
        for (field, _) in words.iter().filter(|(_, word)| word.is_in(&bytes)) {
            let for_all = matches!(audience(field), Some(Audience::All));
            in_public += usize::from(for_all);
            if !for_all && !may_read(table, field, question) {
                faults.push(format!("{} shows {}", question.words(), field.name()));
            }
        }
    }
    (faults, in_public)
}

fn may_read(table: &Table, field: &Field, question: &Question) -> bool {
    let Some(Audience::Who(operations)) = audience(field) else { return false };
    let Some(caller) = question.caller() else { return false };
    let reads = |operation, column| table.cell(operation, caller, column).is_some_and(Cell::is_kind);
    operations.iter().any(|operation| reads(operation, Column::Own) || reads(operation, question.column()))
}

/// What a call is done to: the case that stands, with people who are new where one is needed.
fn objects(stage: &Stage, operation: &str) -> Objects {
    let mut on = stage.standing(Column::Own, State::Matched);
    if operation == "registerBuddy" {
        on.person = stage.world.person().to_string();
    }
    on
}
