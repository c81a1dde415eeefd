//! One-time codes that were asked for.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::identity::SignInCode;
use naast_domain::ids::SignInCodeId;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::one;
use crate::schema::sign_in_codes;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// How many letters with a code went to an address since a moment. Lock the address first.
pub fn sent_since(database: &mut Database<'_>, address: &[u8], since: Moment) -> Result<i64, Error> {
    on_either!(database, |c| sign_in_codes::table
        .filter(sign_in_codes::address_hash.eq(address))
        .filter(sign_in_codes::created_at.gt(At(since)))
        .filter(sign_in_codes::sent.eq(true))
        .count()
        .get_result(c))
    .map_err(Error::from)
}

/// Forgets the codes that expired before a moment. At each that is made, and by the round.
pub fn forget(tx: &mut Transaction<'_, '_>, before: Moment) -> Result<(), Error> {
    let old = sign_in_codes::table.filter(sign_in_codes::expires_at.lt(At(before)));
    on_either!(&mut **tx, |c| diesel::delete(old).execute(c))?;
    Ok(())
}

/// Forgets every code: of a restored backup, where nobody knows which were used since.
pub(crate) fn forget_all(database: &mut Database<'_>) -> Result<(), Error> {
    on_either!(database, |c| diesel::delete(sign_in_codes::table).execute(c))?;
    Ok(())
}

/// Keeps a fresh code. One that nobody is sent is kept all the same, so that the work does not tell. Forgets those that expired before a moment.
pub fn insert(
    tx: &mut Transaction<'_, '_>,
    code: &SignInCode,
    address: &[u8],
    code_hash: &[u8],
    now: Moment,
    forget_before: Moment,
) -> Result<(), Error> {
    forget(tx, forget_before)?;
    let row = (
        sign_in_codes::id.eq(Key::from(code.id)),
        sign_in_codes::address_hash.eq(address),
        sign_in_codes::code_hash.eq(code_hash),
        sign_in_codes::created_at.eq(At(now)),
        sign_in_codes::expires_at.eq(At(code.expires_at)),
        sign_in_codes::sent.eq(code.sent),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(sign_in_codes::table).values(row).execute(c))?;
    Ok(())
}

/// A code with the fingerprints of its address and of itself.
#[derive(Debug, Clone)]
pub struct Found {
    /// The code.
    pub code: SignInCode,
    /// The address that it went to.
    pub address: Vec<u8>,
    /// What the code must give.
    pub code_hash: Vec<u8>,
}

/// A code that was asked for. Lock it first.
pub fn find(database: &mut Database<'_>, id: SignInCodeId) -> Result<Option<Found>, Error> {
    type Row = (Vec<u8>, Vec<u8>, i32, bool, bool, At);
    let row: Option<Row> = on_either!(database, |c| sign_in_codes::table
        .find(Key::from(id))
        .select((
            sign_in_codes::address_hash,
            sign_in_codes::code_hash,
            sign_in_codes::tries,
            sign_in_codes::used,
            sign_in_codes::sent,
            sign_in_codes::expires_at,
        ))
        .first(c)
        .optional())?;
    Ok(row.map(|(address, code_hash, tries, used, sent, expires_at)| Found {
        code: SignInCode { id, expires_at: expires_at.0, tries, used, sent },
        address,
        code_hash,
    }))
}

/// Counts one try of a code that stands as it was loaded, and whether it was the right one.
pub fn count_try(tx: &mut Transaction<'_, '_>, code: &SignInCode, right: bool) -> Result<(), Error> {
    let row = sign_in_codes::table
        .find(Key::from(code.id))
        .filter(sign_in_codes::tries.eq(code.tries))
        .filter(sign_in_codes::used.eq(false));
    let update =
        diesel::update(row).set((sign_in_codes::tries.eq(code.tries + 1), sign_in_codes::used.eq(right)));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}
