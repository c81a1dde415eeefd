//! What is left of whoever was erased: nothing that leads to her, in any table, whatever tables there are by then.

use naast_tests::Engine;
use naast_tests::world::World;

use super::watch::{Known, engine};
use crate::looks::{count, lines};

/// Rows that name a case that is gone or a person whose account is, and keys of either that still open something.
pub fn left_of_erased(world: &World, known: &Known) -> Vec<String> {
    let mut found = named(world, "request_id", "support_requests", &known.erased, "a case");
    found.extend(named(world, "person_id", "people", &known.left, "an account"));
    found.extend(named(world, "parent_id", "people", &known.left, "an account"));
    found.dedup();
    let gone: Vec<String> = known.erased.iter().chain(&known.left).cloned().collect();
    if !gone.is_empty()
        && count(world, &format!("data_keys WHERE wrapped IS NOT NULL AND owner_id IN ({})", listed(&gone)))
            > 0
    {
        found.push("a key of what was erased".to_owned());
    }
    found
}

fn listed(ids: &[String]) -> String {
    ids.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ")
}

/// Each table that names one of these in this column, and the one that they stood in themselves.
fn named(world: &World, column: &str, own: &str, ids: &[String], what: &str) -> Vec<String> {
    if ids.is_empty() {
        return Vec::new();
    }
    let tables = match engine(world) {
        Engine::Sqlite => format!(
            "SELECT m.name AS name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = '{column}'"
        ),
        Engine::Postgres => format!(
            "SELECT table_name::text AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = '{column}'"
        ),
    };
    let tables = lines(world, &tables);
    assert!(!tables.is_empty(), "no table has a column {column}");
    let rows = |(table, column): (&str, &str)| {
        format!("SELECT '{table}' AS name FROM {table} WHERE {column} IN ({})", listed(ids))
    };
    let all = tables.iter().map(|table| (table.as_str(), column)).chain([(own, "id")]);
    let question = all.map(rows).collect::<Vec<_>>().join(" UNION ");
    lines(world, &question)
        .into_iter()
        .map(|table| format!("{what} that was erased stands in {table}"))
        .collect()
}
