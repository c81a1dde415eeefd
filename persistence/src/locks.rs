//! Locks, always in the same order: requests by id, then buddies, then the journal. SQLite has one writer and needs none.

use diesel::RunQueryDsl;
use naast_domain::ids::{BuddyId, RequestId};

use crate::Error;
use crate::columns::{Id, Key};
use crate::database::Database;
use crate::transaction::Transaction;

fn lock(tx: &mut Transaction<'_, '_>, statement: &'static str, key: Key) -> Result<(), Error> {
    match &mut **tx {
        Database::Postgres(connection) => {
            diesel::sql_query(statement).bind::<Id, _>(key).execute(&mut **connection)?;
        }
        Database::Sqlite(_) => {}
    }
    Ok(())
}

/// Holds off every other change to this request, its proposals and its match until the end of the transaction.
pub fn lock_request(tx: &mut Transaction<'_, '_>, id: RequestId) -> Result<(), Error> {
    lock(tx, "SELECT 1 FROM support_requests WHERE id = $1 FOR UPDATE", id.into())
}

/// Holds off every other change to this buddy, her ties, certificates and number of matches.
pub fn lock_buddy(tx: &mut Transaction<'_, '_>, id: BuddyId) -> Result<(), Error> {
    lock(tx, "SELECT 1 FROM buddies WHERE id = $1 FOR UPDATE", id.into())
}
