//! That a request goes on, and that its parent was told of its last day, or of that of a consent on it. None is part of its version: it changes nothing of what somebody who read the
//! request would write on it.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::Upkeep;
use naast_domain::ids::{ProgrammeId, RequestId};
use naast_domain::requests::{ContinuedBy, SupportRequest};

use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::{Stored, one};
use crate::schema::support_requests;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Keeps that the parent of a request that is locked said that it goes on. Its last day counts from now, and she is told of that one anew.
pub fn go_on(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    by: ContinuedBy,
    now: Moment,
) -> Result<(), Error> {
    let key = (Key::from(request.programme), Key::from(request.id));
    let update = diesel::update(support_requests::table.find(key)).set((
        support_requests::continued_at.eq(Some(At(now))),
        support_requests::continued_by.eq(Some(by.to_string())),
        support_requests::last_day_told_at.eq(None::<At>),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// Keeps that the parent of a request that is locked is told of its last day.
pub fn note_told(
    tx: &mut Transaction<'_, '_>,
    _leave: &Upkeep,
    (programme, request): (ProgrammeId, RequestId),
    now: Moment,
) -> Result<(), Error> {
    let key = (Key::from(programme), Key::from(request));
    let update = diesel::update(support_requests::table.find(key))
        .set(support_requests::last_day_told_at.eq(Some(At(now))));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// When the parent of a request was last told that a consent of hers ends.
pub fn consent_end_told_at(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
) -> Result<Option<Moment>, Error> {
    let key = (Key::from(request.programme), Key::from(request.id));
    let told: Option<At> = on_either!(database, |c| support_requests::table
        .find(key)
        .select(support_requests::consent_end_told_at)
        .first(c))?;
    Ok(told.map(|at| at.0))
}

/// Keeps that the parent of a request that is locked is told that a consent of hers ends.
pub fn note_consent_end_told(
    tx: &mut Transaction<'_, '_>,
    _leave: &Upkeep,
    request: &Stored<SupportRequest>,
    now: Moment,
) -> Result<(), Error> {
    let key = (Key::from(request.programme), Key::from(request.id));
    let update = diesel::update(support_requests::table.find(key))
        .set(support_requests::consent_end_told_at.eq(Some(At(now))));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}
