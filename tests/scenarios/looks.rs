//! What several scenarios look at: a refusal, two answers that must be the same, and the database itself.

use std::collections::{BTreeMap, BTreeSet};

use diesel::sql_types::{BigInt, Binary, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use naast_persistence::{Database, Location, doctor, journal};
use naast_tests::app::{Reply, TestApp};
use naast_tests::around;
use naast_tests::world::World;
use serde_json::Value;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

/// How many rows there are of what stands behind `FROM`.
pub fn count(world: &World, rows: &str) -> i64 {
    count_in(&world.app, rows)
}

/// The same of a server, of whatever database it is on.
pub fn count_in(app: &TestApp, rows: &str) -> i64 {
    let question = format!("SELECT count(*) AS number FROM {rows}");
    around(&app.location, |database| number(database, &question))
}

/// The answer to a question that names its one column `number`, of any database.
pub fn number(database: &mut Database<'_>, question: &str) -> i64 {
    let counted: Result<Counted, _> = match database {
        Database::Sqlite(connection) => sql_query(question).get_result(*connection),
        Database::Postgres(connection) => sql_query(question).get_result(*connection),
    };
    counted.expect("the question is sound").number
}

/// The id by which school knows an announcement that is open: nothing in any answer says which talk of its list it is.
pub fn at_school(world: &World, announcement: &str) -> String {
    let question =
        "SELECT CAST(school_key AS text) AS name FROM meeting_announcements WHERE CAST(id AS text) =";
    lines(world, &format!("{question} '{announcement}'")).pop().expect("school was told")
}

/// The rows of a question that names its one column `name`.
pub fn lines(world: &World, question: &str) -> Vec<String> {
    let rows: Result<Vec<Named>, _> = around(&world.app.location, |database| match database {
        Database::Sqlite(connection) => sql_query(question).load(*connection),
        Database::Postgres(connection) => sql_query(question).load(*connection),
    });
    rows.expect("the question is sound").into_iter().map(|row| row.name).collect()
}

#[derive(QueryableByName)]
struct Content {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    content: String,
}

/// Everything that is in the database, by table: all rows in one order, or a digest of them.
pub fn contents(world: &World) -> BTreeMap<String, String> {
    let is_sqlite = matches!(world.app.location, Location::Sqlite(_));
    let all = if is_sqlite {
        "SELECT m.name AS name, group_concat('quote(\"' || c.name || '\")', ' || ''|'' || ') AS content \
         FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' GROUP BY m.name"
    } else {
        "SELECT tablename::text AS name, '' AS content FROM pg_tables WHERE schemaname = 'public'"
    };
    let tables = rows(world, all);
    let of = |table: &Content| {
        let (name, columns) = (&table.name, &table.content);
        let rows = if is_sqlite {
            format!(
                "SELECT group_concat(line, char(10)) FROM (SELECT {columns} AS line FROM {name} ORDER BY 1)"
            )
        } else {
            format!("SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM {name} t")
        };
        format!("SELECT '{name}' AS name, coalesce(({rows}), '') AS content")
    };
    let question = tables.iter().map(of).collect::<Vec<_>>().join(" UNION ALL ");
    rows(world, &question).into_iter().map(|table| (table.name, table.content)).collect()
}

/// Everything that somebody finds who has the database and no key: the bytes of SQLite's files, the log included; every row
/// of PostgreSQL as text.
pub fn raw(location: &Location) -> Vec<u8> {
    match location {
        Location::Sqlite(path) => {
            let log = std::path::PathBuf::from(format!("{}-wal", path.display()));
            let mut bytes = std::fs::read(path).expect("the file is there");
            bytes.extend(std::fs::read(log).unwrap_or_default());
            bytes
        }
        Location::Postgres(_) => naast_persistence::privacy::classification::tables()
            .flat_map(|table| {
                let question = format!(
                    "SELECT '' AS name, coalesce(string_agg(t::text, chr(10)), '') AS content FROM {} t",
                    table.name
                );
                let rows: Vec<Content> = around(location, |database| match database {
                    Database::Sqlite(_) => unreachable!("the arm above"),
                    Database::Postgres(c) => sql_query(question).load(*c),
                })
                .expect("the question is sound");
                rows.into_iter().flat_map(|row| row.content.into_bytes())
            })
            .collect(),
    }
}

#[derive(QueryableByName)]
struct Bytes {
    #[diesel(sql_type = Binary)]
    bytes: Vec<u8>,
}

/// Everything that stands in the files of the database's tables and indexes, rows that are dead as well: what somebody finds who has a copy of the disk
/// and no key.
pub fn files(location: &Location) -> Vec<u8> {
    let Location::Postgres(_) = location else { return raw(location) };
    around(location, |database| {
        let Database::Postgres(connection) = database else { unreachable!("the line above") };
        sql_query("CHECKPOINT").execute(*connection).expect("the tests' own server");
        let files: Vec<Bytes> = sql_query(
            "SELECT pg_read_binary_file(pg_relation_filepath(c.oid)) AS bytes FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname IN ('public', 'pg_toast') AND c.relkind IN ('r', 't', 'i') AND pg_relation_filepath(c.oid) IS NOT NULL",
        )
        .load(*connection)
        .expect("the tests' own server");
        files.into_iter().flat_map(|file| file.bytes).collect()
    })
}

/// Whether these bytes hold this text.
pub fn found(bytes: &[u8], text: &str) -> bool {
    !text.is_empty() && bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// The tables in which two contents of a database differ.
pub fn differing(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Vec<String> {
    let all: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    all.into_iter().filter(|table| one.get(*table) != other.get(*table)).cloned().collect()
}

fn rows(world: &World, question: &str) -> Vec<Content> {
    let rows: Result<Vec<Content>, _> = around(&world.app.location, |database| match database {
        Database::Sqlite(connection) => sql_query(question).load(*connection),
        Database::Postgres(connection) => sql_query(question).load(*connection),
    });
    rows.expect("the question is sound")
}

/// The tables that hold these letters in any row.
pub fn tables_with(world: &World, letters: &str) -> Vec<String> {
    let is_sqlite = matches!(world.app.location, Location::Sqlite(_));
    let all = if is_sqlite {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    } else {
        "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'"
    };
    let mut tables = lines(world, all);
    tables.retain(|table| {
        let rows = if is_sqlite {
            let columns = lines(world, &format!("SELECT name FROM pragma_table_info('{table}')"));
            let any: Vec<_> =
                columns.iter().map(|column| format!("CAST({column} AS text) LIKE '%{letters}%'")).collect();
            format!("{table} WHERE {}", any.join(" OR "))
        } else {
            format!("{table} AS t WHERE t::text LIKE '%{letters}%'")
        };
        count(world, &rows) > 0
    });
    tables
}

/// The sealed values that a column holds.
pub fn sealed_in(world: &World, table: &str, column: &str) -> Vec<String> {
    lines(world, &format!("SELECT {column} AS name FROM {table} WHERE {column} IS NOT NULL"))
}

/// Whether the database holds these letters in any place: in the bytes of the files of SQLite, in any row of PostgreSQL.
pub fn holds(world: &World, letters: &str) -> bool {
    let Location::Sqlite(path) = &world.app.location else { return !tables_with(world, letters).is_empty() };
    ["", "-wal"].iter().any(|ending| {
        let bytes = std::fs::read(format!("{}{ending}", path.display())).unwrap_or_default();
        bytes.windows(letters.len()).any(|window| window == letters.as_bytes())
    })
}

/// Every invariant of the database holds, and nothing is missing from the journal.
pub fn assert_sound(world: &World) {
    around(&world.app.location, |database| {
        for check in doctor::run(database).expect("the doctor runs") {
            assert_eq!(check.wrong, 0, "{}", check.name.en);
        }
        let verified = journal::verify(database, &[], |_| {}).expect("the journal is read");
        assert!(verified.rows > 0);
        assert_eq!(verified.damages, []);
    });
}

/// The refusal with this status and code; otherwise the test fails with the whole answer.
pub fn refused(reply: Reply, status: u16, code: &str) -> Reply {
    let reply = reply.expect(status);
    assert_eq!(reply.body["code"], code, "{}", reply.body);
    reply
}

/// The texts of a list.
pub fn texts(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|one| one.as_str().expect("a text")).collect()
}

/// Everything that tells two answers apart, but for the number of the call and the time of day: status, headers, body. The
/// length of the body follows from it, and a moment on a whole millisecond is written shorter.
pub fn seen(reply: &Reply) -> String {
    let mut body = reply.body.clone();
    if let Some(members) = body.as_object_mut() {
        members.remove("instance");
    }
    let mut headers: Vec<String> = reply
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "date", "content-length"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort_unstable();
    format!("{}\n{}\n{body}", reply.status, headers.join("\n"))
}
