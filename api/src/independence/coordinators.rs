//! A coordinator declares her own ties. With some of them a case is not hers to handle or to read: it goes to another coordinator
//! (rule 37), in a school's own programme to one from outside the school. That is kept where a case is loaded for a caller.

use actix_web::{get, patch, post, web};
use naast_domain::access::{DeclareOwnTies, Standing};
use naast_domain::ids::{ProgrammeId, TieId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::retention::Due;
use naast_persistence::independence::coordinators;

use super::ties::{TieBody, TieChangeBody, TiePage, TieView};
use crate::answer::{Answer, IfMatch};
use crate::caller::{Caller, Reader};
use crate::clock::fresh;
use crate::contract::{Body, Path, Sent};
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// Declare a tie of my own as coordinator. From now on the cases that it touches are another coordinator's.
#[utoipa::path(
    operation_id = "declareOwnTie",
    tag = "programmes",
    params(("id" = ProgrammeId, Path, description = "The programme that I coordinate")),
    request_body = TieBody,
    responses((status = 201, description = "Declared", body = TieView)),
)]
#[post("/programmes/{id}/coordinator-ties")]
pub async fn declare_own_tie(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<ProgrammeId>,
    sent: Sent<TieBody>,
) -> Result<Answer<TieView>, Error> {
    let tie_id: TieId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<DeclareOwnTies>()?;
            let standing = Standing { programme: Some(id), ..Standing::default() };
            let role = grant.reaches(standing).ok_or(Error::NotFound)?;
            let tie = TieBody::declare(&sent, cx.tx, &grant, id, tie_id)?;
            let stored = coordinators::insert(cx.tx, &grant, id, tie, cx.now)?;
            let entry = cx.entry(id, role, Purpose::Volunteers, "coordinator-tie.declared").on(tie_id);
            let place = format!("/programmes/{id}/coordinator-ties");
            Ok(cx.tx.keep(
                [entry],
                Answer::created(TieView::of(&stored, reader, Due::WITH_ACCOUNT), &place).version(1),
            )?)
        })
        .await
}

/// List my own ties as coordinator.
#[utoipa::path(
    operation_id = "listOwnTies",
    tag = "programmes",
    params(("id" = ProgrammeId, Path, description = "The programme that I coordinate")),
    responses((status = 200, description = "All of them, on one page", body = TiePage)),
)]
#[get("/programmes/{id}/coordinator-ties")]
pub async fn list_own_ties(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<ProgrammeId>,
) -> Result<TiePage, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<DeclareOwnTies>()?;
            let standing = Standing { programme: Some(id), ..Standing::default() };
            grant.reaches(standing).ok_or(Error::NotFound)?;
            let ties = coordinators::list_own(cx.db, &grant, id)?;
            let view = |tie| TieView::of(tie, reader, Due::WITH_ACCOUNT);
            Ok(TiePage { data: ties.iter().map(view).collect(), next_cursor: None })
        })
        .await
}

/// Set the last day of a tie of my own.
#[utoipa::path(
    operation_id = "endOwnTie",
    tag = "programmes",
    params(
        ("id" = ProgrammeId, Path, description = "The programme that I coordinate"),
        ("tieId" = TieId, Path, description = "The tie"),
        ("If-Match" = String, Header, description = "The etag of the tie that was read"),
    ),
    request_body(content = TieChangeBody, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "Ended on that day", body = TieView)),
)]
#[patch("/programmes/{id}/coordinator-ties/{tieId}")]
pub async fn end_own_tie(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path((id, tie_id)): Path<(ProgrammeId, TieId)>,
    if_match: IfMatch,
    Body(body): Body<TieChangeBody>,
) -> Result<Answer<TieView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<DeclareOwnTies>()?;
            let standing = Standing { programme: Some(id), ..Standing::default() };
            let role = grant.reaches(standing).ok_or(Error::NotFound)?;
            let mut stored = coordinators::find(cx.tx, &grant, id, tie_id)?.ok_or(Error::NotFound)?;
            if_match.check(stored.version)?;
            let ended = stored.value.clone().end(body.until_date)?;
            coordinators::end(cx.tx, &grant, id, &stored, body.until_date)?;
            stored.value = ended;
            stored.version += 1;
            let entry = cx.entry(id, role, Purpose::Volunteers, "coordinator-tie.ended").on(tie_id);
            Ok(cx.tx.keep(
                [entry],
                Answer::found(TieView::of(&stored, reader, Due::WITH_ACCOUNT)).version(stored.version),
            )?)
        })
        .await
}
