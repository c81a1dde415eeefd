//! Parts of a case that went by terms of their own, before the case: the contact way, and what parent and buddy shared.
//!
//! A space goes with the last match that used it, and a later match begins one anew. So it lays one for each match that there was: whoever has the
//! request and its last match finds whether that space went.

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::ids::{MatchId, RequestId};
use uuid::Uuid;

use super::{Fingerprint, Kind, fingerprint, fingerprint_of, lay, put};
use crate::columns::Key;
use crate::database::Database;
use crate::privacy::erasure::Subject;
use crate::schema::{matches, private_entries, private_readings, support_requests};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Lays the tombstones of a private space whose term is over.
pub(crate) fn lay_of_space(
    tx: &mut Transaction<'_, '_>,
    request: RequestId,
    now: Moment,
) -> Result<(), Error> {
    let used_by: Vec<Key> = on_either!(&mut **tx, |c| matches::table
        .filter(matches::request_id.eq(Key::from(request)))
        .order(matches::id)
        .select(matches::id)
        .load(c))?;
    for id in used_by {
        put(tx, Kind::PrivateSpace, of_space(request.uuid(), id.0), now)?;
    }
    Ok(())
}

fn of_space(request: Uuid, last: Uuid) -> Fingerprint {
    fingerprint_of(Kind::PrivateSpace.word(), &[request.as_bytes(), last.as_bytes()])
}

/// Lays the tombstone of a contact way whose term is over. An export that waits holds it.
pub(crate) fn lay_of_contact_way(
    tx: &mut Transaction<'_, '_>,
    request: RequestId,
    now: Moment,
) -> Result<(), Error> {
    lay(tx, Kind::ContactWay, request.uuid(), Subject::Case(request), now)
}

/// The contact ways that are there though they went, each with when it did.
pub(super) fn contact_ways(
    database: &mut Database<'_>,
    known: &HashMap<(Kind, Fingerprint), Moment>,
) -> Result<Vec<(RequestId, Moment)>, Error> {
    let rows: Vec<Key> = on_either!(database, |c| support_requests::table
        .filter(support_requests::contact_kind.is_not_null())
        .order(support_requests::id)
        .select(support_requests::id)
        .load(c))?;
    let gone = |id: Key| {
        let at = known.get(&(Kind::ContactWay, fingerprint(Kind::ContactWay.word(), id.0)))?;
        Some((id.into(), *at))
    };
    Ok(rows.into_iter().filter_map(gone).collect())
}

/// The private spaces that are there though they went: of which request, its last match, and when.
pub(super) fn spaces(
    database: &mut Database<'_>,
    known: &HashMap<(Kind, Fingerprint), Moment>,
) -> Result<Vec<(RequestId, MatchId, Moment)>, Error> {
    if !known.keys().any(|(kind, _)| *kind == Kind::PrivateSpace) {
        return Ok(Vec::new());
    }
    let used: Vec<(Key, Key)> = on_either!(&mut *database, |c| matches::table
        .order((matches::request_id, matches::started_at, matches::id))
        .select((matches::request_id, matches::id))
        .load(c))?;
    // the last of each request is the one that stays
    let last: HashMap<Key, Key> = used.into_iter().collect();
    let mut filled: Vec<Key> = on_either!(&mut *database, |c| private_entries::table
        .select(private_entries::request_id)
        .distinct()
        .load(c))?;
    let read: Vec<Key> = on_either!(database, |c| private_readings::table
        .inner_join(
            matches::table.on(matches::programme_id
                .eq(private_readings::programme_id)
                .and(matches::id.eq(private_readings::match_id))),
        )
        .select(matches::request_id)
        .distinct()
        .load(c))?;
    filled.extend(read);
    filled.sort_unstable();
    filled.dedup();
    let gone = |request: Key| {
        let last = *last.get(&request)?;
        let at = known.get(&(Kind::PrivateSpace, of_space(request.0, last.0)))?;
        Some((request.into(), last.into(), *at))
    };
    Ok(filled.into_iter().filter_map(gone).collect())
}
