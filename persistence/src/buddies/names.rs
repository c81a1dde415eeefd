//! What parents call a buddy: sealed under her own key.

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{Grant, ManageBuddies, ReadCandidates};
use naast_domain::buddies::Buddy;
use naast_domain::ids::{BuddyId, ProgrammeId};
use naast_domain::requests::SupportRequest;

use super::{T, standing};
use crate::columns::Key;
use crate::database::Database;
use crate::keys::{Keys, Owner, Place, Sealed};
use crate::rows::{Stored, must_reach, one};
use crate::schema::buddies;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Changes what parents call a buddy who was loaded with a grant.
pub fn rename(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    grant: &Grant<ManageBuddies>,
    buddy: &Stored<Buddy>,
    first_name: &str,
    now: Moment,
) -> Result<(), Error> {
    must_reach(grant, standing(buddy))?;
    let sealed = keys.seal(tx, Owner::Person(buddy.person), place(buddy.id), first_name, now)?;
    let row = buddies::table.find((Key::from(buddy.programme), Key::from(buddy.id)));
    let update = diesel::update(row).set(buddies::first_name.eq(sealed.as_str()));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

pub(super) fn place(buddy: BuddyId) -> Place {
    Place { table: T, column: "first_name", row: buddy.uuid() }
}

/// What parents call these buddies, who were loaded with a grant; empty for one who was erased.
pub fn names(
    database: &mut Database<'_>,
    keys: &Keys,
    of: &[&Stored<Buddy>],
) -> Result<HashMap<BuddyId, String>, Error> {
    let all: Vec<_> = of.iter().map(|buddy| (buddy.programme, buddy.id)).collect();
    open_names(database, keys, &all)
}

/// What parents call the buddy of a proposal that was loaded with a grant; empty for one who was erased.
pub fn name_in(
    database: &mut Database<'_>,
    keys: &Keys,
    of: &Stored<crate::matching::KeptProposal>,
) -> Result<String, Error> {
    let buddy = of.proposal.buddy;
    Ok(open_names(database, keys, &[(of.programme, buddy)])?.remove(&buddy).unwrap_or_default())
}

/// What parents call these buddies of the programme of a request, who were considered for it; empty for one who was erased.
pub fn names_for(
    database: &mut Database<'_>,
    keys: &Keys,
    grant: &Grant<ReadCandidates>,
    request: &Stored<SupportRequest>,
    of: &[BuddyId],
) -> Result<HashMap<BuddyId, String>, Error> {
    must_reach(grant, crate::requests::standing(request))?;
    let all: Vec<_> = of.iter().map(|buddy| (request.programme, *buddy)).collect();
    open_names(database, keys, &all)
}

pub(crate) fn open_names(
    database: &mut Database<'_>,
    keys: &Keys,
    of: &[(ProgrammeId, BuddyId)],
) -> Result<HashMap<BuddyId, String>, Error> {
    let programmes: Vec<Key> = of.iter().map(|(programme, _)| Key::from(*programme)).collect();
    let ids: Vec<Key> = of.iter().map(|(_, buddy)| Key::from(*buddy)).collect();
    let rows: Vec<(Key, String)> = on_either!(&mut *database, |c| buddies::table
        .filter(buddies::programme_id.eq_any(programmes))
        .filter(buddies::id.eq_any(ids))
        .select((buddies::id, buddies::first_name))
        .load(c))?;
    let sealed: Vec<(BuddyId, Sealed)> =
        rows.into_iter().map(|(id, name)| (BuddyId::from(id), Sealed(name))).collect();
    let places: Vec<(Place, &Sealed)> = sealed.iter().map(|(id, name)| (place(*id), name)).collect();
    let opened = keys.open_all(database, &places)?;
    Ok(sealed.iter().map(|(id, _)| *id).zip(opened.into_iter().map(Option::unwrap_or_default)).collect())
}
