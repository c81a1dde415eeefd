//! The rows of a sealed column, whichever table it is of: read in batches, and written one by one.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use uuid::Uuid;

use super::super::Sealed;
use super::super::columns::Column;
use super::super::envelope::Place;
use crate::Error;
use crate::columns::{Id, Key};
use crate::database::Database;
use crate::transaction::Transaction;

/// How many rows share a transaction.
pub(super) const BATCH: i64 = 500;

#[derive(QueryableByName)]
pub(super) struct SealedRow {
    #[diesel(sql_type = Id)]
    pub(super) id: Key,
    #[diesel(sql_type = Id)]
    pub(super) owner: Key,
    #[diesel(sql_type = Text)]
    pub(super) value: String,
}

impl SealedRow {
    /// Where the value stands.
    pub(super) fn place(&self, column: Column) -> Place {
        Place { table: column.table, column: column.column, row: self.id.0 }
    }
}

/// The rows after one that hold something, to be read.
pub(super) fn batch(
    database: &mut Database<'_>,
    column: Column,
    after: Uuid,
) -> Result<Vec<SealedRow>, Error> {
    rows_after(database, column, after, "")
}

/// The same, to be written over: held until the end of the transaction, so that what is read is what stands there when it is written. Whoever
/// changed one and has not committed yet is waited for, and what she wrote, or took away, is what is read.
pub(super) fn batch_held(
    tx: &mut Transaction<'_, '_>,
    column: Column,
    after: Uuid,
) -> Result<Vec<SealedRow>, Error> {
    // SQLite has one writer at a time. What only refers to a row (FOR KEY SHARE) goes on
    let hold = if tx.is_postgres() { " FOR NO KEY UPDATE" } else { "" };
    rows_after(tx, column, after, hold)
}

fn rows_after(
    database: &mut Database<'_>,
    column: Column,
    after: Uuid,
    hold: &str,
) -> Result<Vec<SealedRow>, Error> {
    let Column { table, column, owner } = column;
    let installation = if database.is_postgres() { "CAST('{}' AS uuid)" } else { "'{}'" };
    let installation = installation.replace("{}", &Uuid::nil().to_string());
    let owner = owner.parts().1.unwrap_or(&installation);
    let question = |one: &str, two: &str| {
        format!(
            "SELECT id, {owner} AS owner, {column} AS value FROM {table} WHERE {column} IS NOT NULL AND {column} <> '' AND id > {one} ORDER BY id LIMIT {two}{hold}"
        )
    };
    match database {
        Database::Sqlite(c) => {
            diesel::sql_query(question("?", "?")).bind::<Id, _>(Key(after)).bind::<BigInt, _>(BATCH).load(*c)
        }
        Database::Postgres(c) => diesel::sql_query(question("$1", "$2"))
            .bind::<Id, _>(Key(after))
            .bind::<BigInt, _>(BATCH)
            .load(*c),
    }
    .map_err(Error::from)
}

/// Writes over the value of a row that is held ([`batch_held`]).
pub(super) fn write(
    tx: &mut Transaction<'_, '_>,
    column: Column,
    row: Key,
    sealed: &Sealed,
) -> Result<(), Error> {
    let Column { table, column, .. } = column;
    let changed = match &mut **tx {
        Database::Sqlite(c) => diesel::sql_query(format!("UPDATE {table} SET {column} = ? WHERE id = ?"))
            .bind::<Text, _>(sealed.as_str())
            .bind::<Id, _>(row)
            .execute(*c),
        Database::Postgres(c) => diesel::sql_query(format!("UPDATE {table} SET {column} = $1 WHERE id = $2"))
            .bind::<Text, _>(sealed.as_str())
            .bind::<Id, _>(row)
            .execute(*c),
    };
    crate::rows::one(changed?)
}
