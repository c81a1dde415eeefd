//! What a schema is made of, by name: a table of migrations says which were run, and not what became of what they made.

use std::collections::BTreeSet;

use diesel::sql_types::Text;
use diesel::{Connection as _, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

use crate::database::Database;
use crate::{Error, OpenError, migrations, on_either};

/// A table, an index, a unique index or a trigger.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
pub struct Part {
    /// What it is, in the words of SQL.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
}

impl std::fmt::Display for Part {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{} {}", self.kind, self.name)
    }
}

/// Where a schema differs from what the migrations of this program make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differences {
    /// What the migrations make and the schema lacks. A trigger that is switched off is lacking, and an index that is not valid.
    pub missing: Vec<Part>,
    /// What the schema has besides; an operator may add an index.
    pub besides: Vec<Part>,
}

/// The triggers by which SQLite keeps the journal where PostgreSQL has others: there one trigger is for updates and deletes, a row is
/// never replaced, and a table can be truncated.
const OF_SQLITE: [&str; 2] = ["journal_no_delete", "journal_no_replace"];
/// And those of PostgreSQL.
const OF_POSTGRES: [&str; 1] = ["journal_no_truncate"];

// what a key or a constraint brought along is part of its table
const IN_SQLITE: &str = "SELECT CASE WHEN type = 'index' AND sql LIKE 'CREATE UNIQUE %' THEN 'unique index' ELSE type END AS kind, name \
     FROM sqlite_master WHERE type IN ('table', 'index', 'trigger') AND sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
const IN_POSTGRES: &str = "WITH here AS (SELECT c.oid, c.relname::text AS name, c.relkind FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema()) \
     SELECT 'table' AS kind, name FROM here WHERE relkind IN ('r', 'p') \
     UNION ALL SELECT CASE WHEN i.indisunique THEN 'unique index' ELSE 'index' END, here.name FROM pg_index i \
         JOIN here ON here.oid = i.indexrelid WHERE i.indisvalid AND NOT EXISTS (SELECT 1 FROM pg_constraint k \
         WHERE k.conindid = here.oid AND k.contype IN ('p', 'u', 'x')) \
     UNION ALL SELECT 'trigger', t.tgname::text FROM pg_trigger t JOIN here ON here.oid = t.tgrelid \
         WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'";

fn parts(database: &mut Database<'_>) -> Result<BTreeSet<Part>, Error> {
    let query = if database.is_postgres() { IN_POSTGRES } else { IN_SQLITE };
    let parts: Vec<Part> = on_either!(database, |c| sql_query(query).load(c))?;
    Ok(parts.into_iter().collect())
}

/// What the migrations make: run once more, on a database in memory. The two dialects have the same names, but for triggers.
fn expected(in_postgres: bool) -> Result<BTreeSet<Part>, OpenError> {
    let mut connection = SqliteConnection::establish(":memory:")
        .map_err(|fault| OpenError::Unreachable(format!("in memory: {fault}")))?;
    let mut database = Database::Sqlite(&mut connection);
    migrations::run(&mut database)?;
    let mut parts = parts(&mut database)?;
    if in_postgres {
        parts.retain(|part| !OF_SQLITE.contains(&part.name.as_str()));
        let trigger = |name: &str| Part { kind: "trigger".to_owned(), name: name.to_owned() };
        parts.extend(OF_POSTGRES.map(trigger));
    }
    Ok(parts)
}

/// Compares the names of tables, indexes and triggers with those that the migrations of this program make.
///
/// # Errors
/// [`OpenError`] when the catalogue cannot be read.
pub fn differences(database: &mut Database<'_>) -> Result<Differences, OpenError> {
    let expected = expected(database.is_postgres())?;
    let found = parts(database)?;
    let without = |one: &BTreeSet<Part>, other| one.difference(other).cloned().collect();
    Ok(Differences { missing: without(&expected, &found), besides: without(&found, &expected) })
}
