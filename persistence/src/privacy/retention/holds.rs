//! What keeps a case from erasure, and who asked for erasure meanwhile.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{DecideOnRequest, Grant, HoldCase, Principal, SubmitRequest, Upkeep};
use naast_domain::ids::{HoldId, PersonId};
use naast_domain::privacy::HoldReason;
use naast_domain::requests::SupportRequest;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::privacy::tombstones::{self, AskedSince};
use crate::rows::{Stored, code, must_reach, one};
use crate::schema::{erasure_requests, holds, people, support_requests};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// A hold on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// Why.
    pub because: HoldReason,
    /// Who placed it.
    pub placed_by: PersonId,
    /// When.
    pub placed_at: Moment,
    /// Who lifted it.
    pub lifted_by: Option<PersonId>,
    /// When it was lifted.
    pub lifted_at: Option<Moment>,
}

type HoldRow = (Key, String, Key, At, Option<Key>, Option<At>);

/// The holds on a request that was loaded with a grant, the newest first.
pub fn holds_on(database: &mut Database<'_>, request: &Stored<SupportRequest>) -> Result<Vec<Hold>, Error> {
    let rows: Vec<HoldRow> = on_either!(database, |c| holds::table
        .filter(holds::programme_id.eq(Key::from(request.programme)))
        .filter(holds::request_id.eq(Key::from(request.id)))
        .order((holds::placed_at.desc(), holds::id))
        .select((
            holds::id,
            holds::because,
            holds::placed_by,
            holds::placed_at,
            holds::lifted_by,
            holds::lifted_at,
        ))
        .load(c))?;
    rows.into_iter()
        .map(|(id, because, placed_by, placed_at, lifted_by, lifted_at)| {
            Ok(Hold {
                id: id.into(),
                because: code("holds", "because", &because)?,
                placed_by: placed_by.into(),
                placed_at: placed_at.0,
                lifted_by: lifted_by.map(Into::into),
                lifted_at: lifted_at.map(|at| at.0),
            })
        })
        .collect()
}

/// Places a hold on a request. One is in force at a time.
pub fn place_hold(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<HoldCase>,
    request: &Stored<SupportRequest>,
    hold: &Hold,
) -> Result<(), Error> {
    must_reach(grant, crate::requests::standing(request))?;
    let row = (
        holds::programme_id.eq(Key::from(request.programme)),
        holds::id.eq(Key::from(hold.id)),
        holds::request_id.eq(Key::from(request.id)),
        holds::because.eq(hold.because.to_string()),
        holds::placed_by.eq(Key::from(hold.placed_by)),
        holds::placed_at.eq(At(hold.placed_at)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(holds::table).values(row).execute(c))?;
    Ok(())
}

/// Lifts the hold that is in force on a request.
pub fn lift_hold(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<HoldCase>,
    request: &Stored<SupportRequest>,
    hold: HoldId,
    now: Moment,
) -> Result<(), Error> {
    must_reach(grant, crate::requests::standing(request))?;
    let update = diesel::update(
        holds::table
            .find((Key::from(request.programme), Key::from(hold)))
            .filter(holds::request_id.eq(Key::from(request.id)))
            .filter(holds::lifted_at.is_null()),
    )
    .set((holds::lifted_by.eq(Some(Key::from(grant.person()))), holds::lifted_at.eq(Some(At(now)))));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// Remembers that a person asked for erasure, so that what a hold keeps back goes when it is lifted, and her account once nothing needs it. Who asks again
/// asked now.
pub fn remember_asking(tx: &mut Transaction<'_, '_>, person: PersonId, now: Moment) -> Result<(), Error> {
    let row = (erasure_requests::person_id.eq(Key::from(person)), erasure_requests::asked_at.eq(At(now)));
    on_either!(&mut **tx, |c| diesel::insert_into(erasure_requests::table)
        .values(row)
        .on_conflict(erasure_requests::person_id)
        .do_update()
        .set(erasure_requests::asked_at.eq(At(now)))
        .execute(c))?;
    tombstones::lay_of_asking(tx, person, now)
}

/// Keeps again what a person last said of erasure after a backup: that she asked, or that she took it back. Says whether it was otherwise. Who is
/// erased asks nothing more.
pub fn ask_again(tx: &mut Transaction<'_, '_>, _leave: &Upkeep, said: AskedSince) -> Result<bool, Error> {
    let (person, at) = (Key::from(said.person), At(said.at));
    let here = people::table.find(person).filter(people::name.ne(""));
    let is_here: bool = on_either!(&mut **tx, |c| diesel::select(diesel::dsl::exists(here)).get_result(c))?;
    if !is_here {
        return Ok(false);
    }
    if said.is_asked {
        remember_asking(tx, said.person, said.at)?;
        return Ok(true);
    }
    let asked = erasure_requests::table.find(person).filter(erasure_requests::asked_at.le(at));
    Ok(on_either!(&mut **tx, |c| diesel::delete(asked).execute(c))? == 1)
}

/// When the caller asked for the erasure that waits until nothing keeps the rest any more.
pub fn asked_at(database: &mut Database<'_>, me: &Principal) -> Result<Option<Moment>, Error> {
    let asked = erasure_requests::table.find(Key::from(me.person)).select(erasure_requests::asked_at);
    let found: Option<At> = on_either!(database, |c| asked.first(c).optional())?;
    Ok(found.map(|at| at.0))
}

/// Forgets that a person asked for erasure, because she says so. Says whether she had.
pub fn take_asking_back(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<DecideOnRequest>,
    now: Moment,
) -> Result<bool, Error> {
    let asked = erasure_requests::table.find(Key::from(grant.person()));
    let had = on_either!(&mut **tx, |c| diesel::delete(asked).execute(c))? == 1;
    if had {
        tombstones::lay_of_forgetting(tx, grant.person(), now)?;
    }
    Ok(had)
}

/// Forgets that a person asked for erasure, because she asks for help again; unless something of what she asked it for is still held.
pub(crate) fn forget_asking(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<SubmitRequest>,
    now: Moment,
) -> Result<(), Error> {
    let me = Key::from(grant.person());
    let of_before = support_requests::table
        .filter(support_requests::parent_id.eq(me))
        .filter(support_requests::created_at.le(erasure_requests::asked_at));
    let delete = diesel::delete(
        erasure_requests::table
            .filter(erasure_requests::person_id.eq(me))
            .filter(diesel::dsl::not(diesel::dsl::exists(of_before))),
    );
    if on_either!(&mut **tx, |c| delete.execute(c))? == 1 {
        tombstones::lay_of_forgetting(tx, grant.person(), now)?;
    }
    Ok(())
}
