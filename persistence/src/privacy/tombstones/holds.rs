//! Holds that were placed on cases and lifted. Each is placed once and lifted once: a hold that was lifted stays lifted, and the next one has an id
//! of its own.
//!
//! Placing one lays two: one of the hold, its request, why and the moment; and one that hides its id and who placed it under the id of the request
//! and that moment. Whoever has the request finds the whole hold; whoever has the file alone finds none.

use std::collections::{BTreeSet, HashSet};

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{Grant, HoldCase, Upkeep};
use naast_domain::code::Code as _;
use naast_domain::ids::{HoldId, PersonId, RequestId};
use naast_domain::privacy::HoldReason;
use naast_domain::requests::SupportRequest;
use uuid::Uuid;

use super::{Fingerprint, Kind, Tombstone, all, fingerprint_of, masked, moment, put};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::privacy::retention::Hold;
use crate::rows::{Stored, code};
use crate::schema::{holds, support_requests};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// A hold that was placed or lifted since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldSince {
    /// The request.
    pub request: RequestId,
    /// The hold, as it was last.
    pub hold: Hold,
    /// Whether the database has it, as one that is in force.
    pub is_here: bool,
}

/// Lays the tombstones of a hold as it is now: placed, or lifted. Nothing was taken back, and exports stand.
pub fn lay_of_hold(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<HoldCase>,
    request: &Stored<SupportRequest>,
    hold: &Hold,
) -> Result<(), Error> {
    let id = hold.id.uuid();
    if let Some((by, at)) = hold.lifted_by.zip(hold.lifted_at) {
        return put(tx, Kind::HoldLifted, masked(Kind::HoldLifted, pair(id, by.uuid()), id, at), at);
    }
    let (request, at) = (request.id.uuid(), hold.placed_at);
    put(tx, Kind::Hold, of_hold(id, request, hold.because, at), at)?;
    put(tx, Kind::HoldsMark, masked(Kind::HoldsMark, pair(id, hold.placed_by.uuid()), request, at), at)
}

fn of_hold(hold: Uuid, request: Uuid, because: HoldReason, at: Moment) -> Fingerprint {
    let known_by: [&[u8]; 4] = [hold.as_bytes(), request.as_bytes(), because.code().as_bytes(), &moment(at)];
    fingerprint_of(Kind::Hold.word(), &known_by)
}

fn pair(hold: Uuid, person: Uuid) -> Fingerprint {
    let (hold, person) = (hold.into_bytes(), person.into_bytes());
    std::array::from_fn(|place| if place < 16 { hold[place] } else { person[place - 16] })
}

fn halves(pair: Fingerprint) -> (HoldId, PersonId) {
    let half = |from: usize| Uuid::from_bytes(std::array::from_fn(|place| pair[from + place]));
    (half(0).into(), half(16).into())
}

/// Who lifted a hold, where this is the tombstone of its lifting.
fn lifter(hidden: Fingerprint, hold: HoldId, at: Moment) -> Option<PersonId> {
    let (lifted, by) = halves(masked(Kind::HoldLifted, hidden, hold.uuid(), at));
    (lifted == hold).then_some(by)
}

/// A hold as the database has it: its request, its id, why, who placed it and when, when it was lifted.
type Row = (Key, Key, String, Key, At, Option<At>);

/// The holds that the database does not know as they were last, those that were lifted first: one is in force at a time. What it knows itself
/// counts with what came from outside.
pub(super) fn unknown(database: &mut Database<'_>, stones: &[Tombstone]) -> Result<Vec<HeldSince>, Error> {
    let stones: BTreeSet<(Moment, Kind, Fingerprint)> =
        all(database)?.iter().chain(stones).map(|one| (one.laid_at, one.kind, one.fingerprint)).collect();
    let of = |kind: Kind| -> Vec<(Moment, Fingerprint)> {
        stones.iter().filter(|one| one.1 == kind).map(|one| (one.0, one.2)).collect()
    };
    let (marks, lifts) = (of(Kind::HoldsMark), of(Kind::HoldLifted));
    if marks.is_empty() && lifts.is_empty() {
        return Ok(Vec::new());
    }
    let placed: HashSet<Fingerprint> =
        of(Kind::Hold).into_iter().map(|(_, fingerprint)| fingerprint).collect();
    let lifted = |id: HoldId| {
        lifts.iter().find_map(|(at, hidden)| lifter(*hidden, id, *at).map(|by| (Some(by), Some(*at))))
    };
    let here: Vec<Row> = on_either!(&mut *database, |c| holds::table
        .order((holds::programme_id, holds::id))
        .select((
            holds::request_id,
            holds::id,
            holds::because,
            holds::placed_by,
            holds::placed_at,
            holds::lifted_at,
        ))
        .load(c))?;
    let mut since = Vec::new();
    for (request, id, because, placed_by, placed_at, _) in here.iter().filter(|row| row.5.is_none()) {
        let Some((lifted_by, lifted_at)) = lifted((*id).into()) else { continue };
        let because = code("holds", "because", because)?;
        let (id, placed_by, placed_at) = ((*id).into(), (*placed_by).into(), placed_at.0);
        let hold = Hold { id, because, placed_by, placed_at, lifted_by, lifted_at };
        since.push(HeldSince { request: (*request).into(), hold, is_here: true });
    }
    let known: HashSet<HoldId> = here.iter().map(|row| row.1.into()).collect();
    let requests: Vec<(Key, At)> = on_either!(&mut *database, |c| support_requests::table
        .order(support_requests::id)
        .select((support_requests::id, support_requests::created_at))
        .load(c))?;
    for (request, created_at) in requests {
        for (placed_at, hidden) in marks.iter().copied().filter(|(at, _)| *at >= created_at.0) {
            let (id, placed_by) = halves(masked(Kind::HoldsMark, hidden, request.0, placed_at));
            let is_of =
                |because: &&HoldReason| placed.contains(&of_hold(id.uuid(), request.0, **because, placed_at));
            let Some(because) = HoldReason::ALL.iter().find(is_of).copied() else { continue };
            if known.contains(&id) {
                continue;
            }
            let (lifted_by, lifted_at) = lifted(id).unwrap_or_default();
            let hold = Hold { id, because, placed_by, placed_at, lifted_by, lifted_at };
            since.push(HeldSince { request: request.into(), hold, is_here: false });
        }
    }
    since.sort_by_key(|one| one.hold.lifted_at.is_none());
    Ok(since)
}

/// Places or lifts a hold again, as it was; `false` when it is so already. Where another hold keeps the case meanwhile, that one does.
pub fn hold_again(
    tx: &mut Transaction<'_, '_>,
    _leave: &Upkeep,
    request: &Stored<SupportRequest>,
    hold: &Hold,
) -> Result<bool, Error> {
    let programme = Key::from(request.programme);
    let (lifted_by, lifted_at) = (hold.lifted_by.map(Key::from), hold.lifted_at.map(At));
    if lifted_at.is_some() {
        let in_force = holds::table
            .find((programme, Key::from(hold.id)))
            .filter(holds::request_id.eq(Key::from(request.id)))
            .filter(holds::lifted_at.is_null());
        let update =
            diesel::update(in_force).set((holds::lifted_by.eq(lifted_by), holds::lifted_at.eq(lifted_at)));
        if on_either!(&mut **tx, |c| update.execute(c))? == 1 {
            return Ok(true);
        }
    }
    let row = (
        holds::programme_id.eq(programme),
        holds::id.eq(Key::from(hold.id)),
        holds::request_id.eq(Key::from(request.id)),
        holds::because.eq(hold.because.to_string()),
        holds::placed_by.eq(Key::from(hold.placed_by)),
        holds::placed_at.eq(At(hold.placed_at)),
        holds::lifted_by.eq(lifted_by),
        holds::lifted_at.eq(lifted_at),
    );
    let placed = on_either!(&mut **tx, |c| diesel::insert_into(holds::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(placed == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_lifted_a_hold_is_found_by_that_hold_and_moment_alone() {
        let at = |seconds| Moment::from_timestamp(seconds, 0).expect("a moment");
        let (hold, by) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let hidden = masked(Kind::HoldLifted, pair(hold, by), hold, at(60));
        assert_eq!(lifter(hidden, hold.into(), at(60)), Some(by.into()));
        assert_eq!(lifter(hidden, hold.into(), at(61)), None);
        assert_eq!(lifter(hidden, by.into(), at(60)), None);
    }
}
