//! Buddies who left.

use diesel::prelude::*;
use naast_domain::access::Upkeep;
use naast_domain::buddies::BuddyStatus;
use naast_domain::ids::{BuddyId, ProgrammeId};
use naast_domain::privacy::retention::{self, Due};
use uuid::Uuid;

use super::super::retention::terms;
use crate::columns::{At, Key};
use crate::database::Database;
use crate::schema::{buddies, certificates};
use crate::transaction::Transaction;
use crate::{Error, locks, on_either};

/// A buddy who left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone {
    /// The buddy.
    pub id: BuddyId,
    /// The programme.
    pub programme: ProgrammeId,
    /// Whether her certificates are still there.
    pub has_certificates: bool,
    /// When her file goes.
    pub file: Due,
}

/// The buddies who left and whose file is there. One whose row stays for a case that names it has no file any more.
pub fn buddies_who_left(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    page: (BuddyId, i64),
) -> Result<Vec<Gone>, Error> {
    found(database, None, page)
}

/// The same of one buddy, held off from whoever would change her; none when she is there again.
pub fn left(tx: &mut Transaction<'_, '_>, _leave: &Upkeep, id: BuddyId) -> Result<Option<Gone>, Error> {
    locks::lock_buddy(tx, id)?;
    Ok(found(tx, Some(id), (Uuid::nil().into(), 1))?.pop())
}

fn found(
    database: &mut Database<'_>,
    only: Option<BuddyId>,
    (after, most): (BuddyId, i64),
) -> Result<Vec<Gone>, Error> {
    type Row = (Key, Key, Option<At>, bool);
    let rows: Vec<Row> = on_either!(&mut *database, |c| {
        let left = buddies::table
            .filter(buddies::status.eq(BuddyStatus::Left.to_string()))
            .filter(buddies::left_at.is_not_null())
            .filter(buddies::id.gt(Key::from(after)))
            .order(buddies::id)
            .limit(most)
            .select((
                buddies::programme_id,
                buddies::id,
                buddies::left_at,
                diesel::dsl::exists(
                    certificates::table
                        .filter(certificates::programme_id.eq(buddies::programme_id))
                        .filter(certificates::buddy_id.eq(buddies::id)),
                ),
            ));
        match only {
            Some(id) => left.filter(buddies::id.eq(Key::from(id))).load(c),
            None => left.load(c),
        }
    })?;
    let programmes: Vec<ProgrammeId> = rows.iter().map(|row| row.0.into()).collect();
    let terms = terms(database, &programmes)?;
    let usual = retention::Terms::default();
    Ok(rows
        .into_iter()
        .map(|(programme, id, left_at, has_certificates)| {
            let programme: ProgrammeId = programme.into();
            let terms = terms.get(&programme).unwrap_or(&usual);
            let file = retention::buddy_file(terms, left_at.map(|at| at.0));
            Gone { id: id.into(), programme, has_certificates, file }
        })
        .collect())
}

/// The id of the next buddy behind another who left and whose file is there, also where the rest of it does not read.
pub fn next_who_left(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    after: BuddyId,
) -> Result<Option<BuddyId>, Error> {
    let id: Option<Key> = on_either!(database, |c| buddies::table
        .filter(buddies::status.eq(BuddyStatus::Left.to_string()))
        .filter(buddies::left_at.is_not_null())
        .filter(buddies::id.gt(Key::from(after)))
        .order(buddies::id)
        .select(buddies::id)
        .first(c)
        .optional())?;
    Ok(id.map(Into::into))
}
