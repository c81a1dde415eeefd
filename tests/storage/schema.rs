//! One schema, written down three times: as diesel knows it, and as each database has it.

use std::collections::BTreeMap;

use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use naast_persistence::{Location, on_either};
use naast_tests::{Engine, around, location, on_both};

on_both!(every_table_is_what_diesel_takes_it_for, every_table_answers_a_select);

/// Column by column: the type's name, and whether it may be empty.
pub(crate) type Tables = BTreeMap<String, BTreeMap<String, (String, bool)>>;

/// The types as diesel, PostgreSQL and SQLite name them.
const TYPES: [(&str, &str, &str); 9] = [
    ("Text", "text", "TEXT"),
    ("Integer", "integer", "INTEGER"),
    ("BigInt", "bigint", "INTEGER"),
    ("Bool", "boolean", "INTEGER"),
    ("Date", "date", "TEXT"),
    ("Binary", "bytea", "BLOB"),
    ("Id", "uuid", "TEXT"),
    ("Moment", "timestamptz", "TEXT"),
    ("Document", "jsonb", "TEXT"),
];

/// Reads `schema.rs`, with the types in the words of one database.
fn expected(engine: Engine) -> Tables {
    let mut tables = Tables::new();
    let mut open = None;
    for line in include_str!("../../persistence/src/schema.rs").lines().map(str::trim) {
        if let Some((column, kind)) = line.split_once(" -> ") {
            let kind = kind.trim_end_matches(',');
            let inner = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
            let name = inner.unwrap_or(kind);
            let (_, postgres, sqlite) =
                TYPES.into_iter().find(|(diesel, ..)| *diesel == name).expect("a type that the tests know");
            let name = if engine == Engine::Postgres { postgres } else { sqlite };
            let table = open.as_ref().expect("a column stands in a table");
            let columns: &mut BTreeMap<_, _> = tables.get_mut(table).expect("the table was opened");
            columns.insert(column.to_owned(), (name.to_owned(), inner.is_some()));
        } else if let Some((table, _)) = line.strip_suffix(") {").and_then(|line| line.split_once(" (")) {
            tables.insert(table.to_owned(), BTreeMap::new());
            open = Some(table.to_owned());
        }
    }
    tables
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

const POSTGRES_COLUMNS: &str = "SELECT table_name::text AS table, column_name::text AS name, \
     replace(data_type, 'timestamp with time zone', 'timestamptz') AS kind, is_nullable = 'YES' AS nullable \
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'";

const SQLITE_COLUMNS: &str = "SELECT m.name AS \"table\", c.name AS name, c.type AS kind, \
     NOT c.\"notnull\" AS nullable \
     FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_diesel%' \
     ESCAPE '\\' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

/// The tables of a migrated database, as its own catalogue has them.
pub(crate) fn found(engine: Engine) -> Tables {
    let (location, _guard) = location(engine);
    found_in(engine, &location)
}

/// The same, of this database.
pub(crate) fn found_in(engine: Engine, location: &Location) -> Tables {
    let query = if engine == Engine::Postgres { POSTGRES_COLUMNS } else { SQLITE_COLUMNS };
    let columns: Vec<Column> =
        around(location, |database| on_either!(database, |c| sql_query(query).load(c)))
            .expect("the catalogue can be read");
    let mut tables = Tables::new();
    for Column { table, name, kind, nullable } in columns {
        tables.entry(table).or_default().insert(name, (kind, nullable));
    }
    tables
}

fn every_table_is_what_diesel_takes_it_for(engine: Engine) {
    let expected = expected(engine);
    assert!(expected.len() >= 29, "schema.rs is read wrongly: {} tables", expected.len());
    let mut found = found(engine);
    for (table, columns) in expected {
        assert_eq!(found.remove(&table), Some(columns), "table {table}");
    }
    assert_eq!(found, Tables::new(), "tables that schema.rs does not know");
}

fn every_table_answers_a_select(engine: Engine) {
    let (location, _guard) = location(engine);
    around(&location, |database| {
        for (table, columns) in expected(engine) {
            let columns = columns.into_keys().collect::<Vec<_>>().join(", ");
            let select = format!("SELECT {columns} FROM {table}");
            on_either!(database, |c| sql_query(select).execute(c)).expect(&table);
        }
    });
}

/// Checks, keys, indexes and defaults are in no catalogue that both databases share; so the two texts are compared.
#[test]
fn both_migrations_say_the_same_but_for_the_names_of_types() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../persistence/migrations");
    let mut versions = Vec::new();
    for entry in std::fs::read_dir(format!("{folder}/postgres")).expect("the migrations are there") {
        versions
            .push(entry.expect("a migration can be read").file_name().into_string().expect("a plain name"));
    }
    assert!(!versions.is_empty());
    for version in versions {
        let read = |engine| {
            let path = format!("{folder}/{engine}/{version}/up.sql");
            std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{path}: {fault}"))
        };
        let (postgres, sqlite) = (statements(&read("postgres")), statements(&read("sqlite")));
        for (one, other) in postgres.iter().zip(&sqlite) {
            assert_eq!(one, other, "migration {version}");
        }
        assert_eq!(postgres.len(), sqlite.len(), "migration {version}");
    }
}

/// The tables and indexes of a migration, in the words of SQLite. Triggers are in each dialect's own.
fn statements(migration: &str) -> Vec<String> {
    let sql: Vec<&str> = migration.lines().filter_map(|line| line.split("--").next()).collect();
    sql.join("\n")
        .split_inclusive(';')
        .map(|statement| statement.split_whitespace().map(in_sqlite).collect::<Vec<_>>().join(" "))
        .map(|statement| statement.replace(" COLLATE \"C\"", "").replace(") STRICT;", ");"))
        .filter(|statement| {
            ["CREATE TABLE", "CREATE INDEX", "CREATE UNIQUE INDEX", "ALTER TABLE"]
                .iter()
                .any(|verb| statement.starts_with(verb))
        })
        .collect()
}

/// A word of a statement; when it is the name of a type, SQLite's.
fn in_sqlite(word: &str) -> String {
    let name = word.trim_end_matches([',', ';', ')']);
    match TYPES.iter().find(|(_, postgres, _)| *postgres == name) {
        Some((.., sqlite)) => word.replacen(name, sqlite, 1),
        None => word.to_owned(),
    }
}
