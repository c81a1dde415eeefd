//! Which assertions were used. Kept in the database, so that replicas agree.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::ids::ClientId;

use super::Fingerprint;
use crate::columns::{At, Key};
use crate::schema::used_assertions;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Forgets the numbers that expired before a moment. At each that is used up, and by the round.
pub fn forget(tx: &mut Transaction<'_, '_>, before: Moment) -> Result<(), Error> {
    let old = used_assertions::table.filter(used_assertions::expires_at.lt(At(before)));
    on_either!(&mut **tx, |c| diesel::delete(old).execute(c))?;
    Ok(())
}

/// Uses up the number of an assertion; `false` when it was used before. What expired before `forget_before` is forgotten.
pub fn use_up(
    tx: &mut Transaction<'_, '_>,
    client: ClientId,
    jti: &Fingerprint,
    expires_at: Moment,
    forget_before: Moment,
) -> Result<bool, Error> {
    forget(tx, forget_before)?;
    let row = (
        used_assertions::client_id.eq(Key::from(client)),
        used_assertions::jti_hash.eq(&jti[..]),
        used_assertions::expires_at.eq(At(expires_at)),
    );
    let insert = diesel::insert_into(used_assertions::table).values(row);
    let kept = on_either!(&mut **tx, |c| insert.on_conflict_do_nothing().execute(c))?;
    Ok(kept == 1)
}
