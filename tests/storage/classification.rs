//! Every column of a migrated database is classified, and what the classification says is true of it.

use std::collections::{BTreeMap, BTreeSet};

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use naast_domain::privacy::DataClass;
use naast_persistence::on_either;
use naast_persistence::privacy::classification::{Export, Form, Of, SealedFor, tables};
use naast_tests::{Engine, around, location, on_both};

use crate::schema::{Tables, found, found_in};

on_both!(
    every_column_has_a_class_and_every_class_a_column,
    a_column_that_nobody_classified_is_found,
    what_is_sealed_can_be_found_by_row_and_owner,
    every_table_stands_behind_those_that_it_refers_to,
    every_row_leads_to_whom_it_is_of,
);

type Columns = BTreeMap<String, BTreeSet<String>>;

fn classified() -> Columns {
    let mut all = Columns::new();
    for table in tables() {
        let columns = table.columns.iter().map(|column| column.name.to_owned()).collect();
        assert!(all.insert(table.name.to_owned(), columns).is_none(), "{} stands there twice", table.name);
    }
    all
}

/// The columns of a database that nobody classified, and those that are classified and not there.
fn unclassified(tables: Tables) -> (Vec<String>, Vec<String>) {
    let kept: Columns =
        tables.into_iter().map(|(table, columns)| (table, columns.into_keys().collect())).collect();
    let names = |all: &Columns| -> BTreeSet<String> {
        all.iter()
            .flat_map(|(table, columns)| columns.iter().map(move |one| format!("{table}.{one}")))
            .collect()
    };
    let (kept, classified) = (names(&kept), names(&classified()));
    assert!(kept.len() > 300, "the catalogue is read wrongly: {} columns", kept.len());
    (kept.difference(&classified).cloned().collect(), classified.difference(&kept).cloned().collect())
}

fn every_column_has_a_class_and_every_class_a_column(engine: Engine) {
    let (forgotten, invented) = unclassified(found(engine));
    assert!(
        forgotten.is_empty(),
        "columns without a class (persistence/src/privacy/classification): {forgotten:?}"
    );
    assert!(invented.is_empty(), "classes without a column: {invented:?}");
}

/// The test of the test: a column and a table that somebody adds without a word, and one that somebody takes away.
fn a_column_that_nobody_classified_is_found(engine: Engine) {
    let (location, _guard) = location(engine);
    around(&location, |database| {
        database.batch(
            "ALTER TABLE people ADD COLUMN smuggled text; CREATE TABLE smuggled (id text); \
             ALTER TABLE sessions DROP COLUMN ended_because",
        )
    })
    .expect("an administrator can");
    let (forgotten, invented) = unclassified(found_in(engine, &location));
    assert_eq!(forgotten, ["people.smuggled", "smuggled.id"]);
    assert_eq!(invented, ["sessions.ended_because"]);
}

fn what_is_sealed_can_be_found_by_row_and_owner(engine: Engine) {
    let found = found(engine);
    let id = if engine == Engine::Postgres { "uuid" } else { "TEXT" };
    let text = if engine == Engine::Postgres { "text" } else { "TEXT" };
    let mut sealed = 0;
    for table in tables() {
        for column in table.columns {
            let Form::Sealed(owner) = column.form else { continue };
            sealed += 1;
            let columns = &found[table.name];
            assert_eq!(columns[column.name].0, text, "{}.{} holds an envelope", table.name, column.name);
            let by = match owner {
                SealedFor::Person(by)
                | SealedFor::Case(by)
                | SealedFor::Private(by)
                | SealedFor::Export(by) => Some(by),
                SealedFor::System => None,
            };
            for key in std::iter::once("id").chain(by) {
                assert_eq!(columns[key], (id.to_owned(), false), "{}.{key}", table.name);
            }
        }
    }
    assert!(sealed >= 5, "{sealed}");
}

#[derive(QueryableByName)]
struct Reference {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    parent: String,
}

const POSTGRES_REFERENCES: &str = "SELECT conrelid::regclass::text AS child, confrelid::regclass::text AS parent \
     FROM pg_constraint WHERE contype = 'f'";

const SQLITE_REFERENCES: &str = "SELECT m.name AS child, f.\"table\" AS parent FROM sqlite_master m, \
     pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";

fn every_table_stands_behind_those_that_it_refers_to(engine: Engine) {
    let (location, _guard) = location(engine);
    let question = if engine == Engine::Postgres { POSTGRES_REFERENCES } else { SQLITE_REFERENCES };
    let references: Vec<Reference> =
        around(&location, |database| on_either!(database, |c| sql_query(question).load(c)))
            .expect("the catalogue can be read");
    assert!(references.len() > 20, "{}", references.len());
    let order: Vec<&str> = tables().map(|table| table.name).collect();
    let place = |name: &str| order.iter().position(|one| *one == name).expect("it is classified");
    for Reference { child, parent } in references {
        assert!(place(&parent) <= place(&child), "{child} refers to {parent}, which stands behind it");
    }
}

fn every_row_leads_to_whom_it_is_of(engine: Engine) {
    let found = found(engine);
    let mut seen = BTreeSet::new();
    for table in tables() {
        let by = match table.of {
            Of::Nobody => None,
            Of::Person(by) | Of::Case(by) | Of::Buddy(by) | Of::Conversation(by) => Some(by),
            Of::Row(by, parent) => {
                assert!(
                    seen.contains(parent),
                    "{} is of a row of {parent}, which is of somebody",
                    table.name
                );
                Some(by)
            }
        };
        if let Some(by) = by {
            assert!(found[table.name].contains_key(by), "{}.{by}", table.name);
            seen.insert(table.name);
        }
        let moment = if engine == Engine::Postgres { "timestamptz" } else { "TEXT" };
        if let Some(by) = table.aged_by {
            assert_eq!(found[table.name][by], (moment.to_owned(), false), "{}.{by}", table.name);
        }
    }
}

#[test]
fn every_column_says_what_becomes_of_it() {
    let mut paths = BTreeSet::new();
    for table in tables() {
        for column in table.columns {
            let name = format!("{}.{}", table.name, column.name);
            match column.class {
                DataClass::Public | DataClass::Internal => {
                    assert_eq!(
                        column.form,
                        Form::Plain,
                        "{name} is sealed or hashed, so it is no {}",
                        column.class
                    );
                    assert_eq!(column.export, Export::NotPersonal, "{name} is nobody's to get");
                }
                DataClass::Personal => {
                    assert!(
                        matches!(column.export, Export::As(_) | Export::Withheld(_)),
                        "{name} is personal: say whether she gets it, and if not, why"
                    );
                }
                DataClass::Secret => {
                    assert_ne!(column.form, Form::Plain, "{name} is secret and lies open");
                }
            }
            if let Export::As(path) = column.export {
                assert!(paths.insert(path), "{name}: {path} is another column's already");
            }
        }
    }
    assert!(paths.len() > 50, "{}", paths.len());
}
