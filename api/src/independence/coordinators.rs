//! A coordinator declares her own ties. With some of them a case is not hers to handle or to read: it goes to another coordinator
//! (rule 37), in a school's own programme to one from outside the school. That is kept where a case is loaded for a caller.

use actix_web::{get, patch, post, web};
use naast_domain::Date;
use naast_domain::access::{DeclareOwnTies, EndOwnTies, Standing};
use naast_domain::ids::{ProgrammeId, TieId};
use naast_domain::independence::{OwnEnd, Tie};
use naast_domain::journal::Purpose;
use naast_domain::privacy::retention::Due;
use naast_persistence::Kept;
use naast_persistence::independence::{coordinators, yearly};
use serde::Serialize;
use utoipa::ToSchema;

use super::again::{Occasion, recheck_person};
use super::ties::{TieBody, TieChangeBody, TiePage, TieView};
use crate::answer::{Answer, IfMatch};
use crate::caller::{Caller, Reader};
use crate::clock::fresh;
use crate::contract::{Path, Sent};
use crate::platform::{Platform, Said as _};
use crate::privacy::retention::RetentionView;
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
            let mut entries = vec![entry];
            // it is a tie of hers as a buddy as well
            entries.extend(recheck_person(cx.tx, cx.me.person, Occasion::of_platform(cx.now, cx.today))?);
            Ok(cx.tx.keep(
                entries,
                Answer::created(TieView::of(&stored, reader, Due::WITH_ACCOUNT), &place).version(1),
            )?)
        })
        .await
}

/// What a coordinator said of her own ties, and until when that holds.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnDeclarationView {
    /// The programme that she coordinates.
    pub programme_id: ProgrammeId,
    /// The day on which she said that every tie of her own is declared.
    pub declared_date: Date,
    /// When it is erased: with her account.
    pub retention: RetentionView,
}

/// Say today that every tie of my own as coordinator is declared.
///
/// It is asked each year, for the first time with the role. Whoever was not asked for twelve months reads the cases as before, and changes
/// nothing of them (409 `coordinator-not-asked-this-year`) until she said this. What a parent takes back is noted all the same.
#[utoipa::path(
    operation_id = "confirmOwnTies",
    tag = "programmes",
    params(("id" = ProgrammeId, Path, description = "The programme that I coordinate")),
    responses((status = 200, description = "Kept, as of today; said again today it changes nothing", body = OwnDeclarationView)),
)]
#[post("/programmes/{id}/coordinator-tie-declarations")]
pub async fn confirm_own_ties(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<ProgrammeId>,
) -> Result<Answer<OwnDeclarationView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<DeclareOwnTies>()?;
            let standing = Standing { programme: Some(id), ..Standing::default() };
            let role = grant.reaches(standing).ok_or(Error::NotFound)?;
            let retention = RetentionView::of(Due::WITH_ACCOUNT);
            let answer =
                Answer::found(OwnDeclarationView { programme_id: id, declared_date: cx.today, retention });
            if !yearly::note_declared(cx.tx, &grant, id, cx.today)? {
                cx.shows([]);
                return Ok(Kept::unchanged(answer));
            }
            let entry = cx.entry(id, role, Purpose::Volunteers, "coordinator-ties.confirmed").on(id);
            Ok(cx.tx.keep([entry], answer)?)
        })
        .await
}

/// List my own ties as coordinator, also when that role is over: they count for whatever I am in that programme.
#[utoipa::path(
    operation_id = "listOwnTies",
    tag = "programmes",
    params(("id" = ProgrammeId, Path, description = "The programme that I coordinate, or did")),
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
            let own = cx.grant::<EndOwnTies>()?;
            let ties = coordinators::list_own(cx.db, &own, id)?;
            if ties.is_empty() {
                // that she declared none is shown to whoever is asked for them; for anybody else there is no list
                let standing = Standing { programme: Some(id), ..Standing::default() };
                cx.grant::<DeclareOwnTies>()?.reaches(standing).ok_or(Error::NotFound)?;
            }
            let view = |tie| TieView::of(tie, reader, Due::WITH_ACCOUNT);
            Ok(TiePage { data: ties.iter().map(view).collect(), next_cursor: None })
        })
        .await
}

/// Set the last day of a tie of my own: today, or later. By whoever declared it, also when her role is over.
///
/// What it counted for stays: a day that is over is refused (400 `too-early`), and a case that was there while the tie held stays another
/// coordinator's until it is over.
#[utoipa::path(
    operation_id = "endOwnTie",
    tag = "programmes",
    params(
        ("id" = ProgrammeId, Path, description = "The programme that I coordinate, or did"),
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
    sent: Sent<TieChangeBody>,
) -> Result<Answer<TieView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<EndOwnTies>()?;
            let role = grant.reaches(coordinators::of_herself(&grant, id)).ok_or(Error::NotFound)?;
            let mut stored = coordinators::find(cx.tx, &grant, id, tie_id)?.ok_or(Error::NotFound)?;
            if_match.check(stored.version)?;
            stored.value = ended(&sent, &stored, cx.today)?;
            coordinators::end(cx.tx, &grant, id, &stored)?;
            stored.version += 1;
            let entry = cx.entry(id, role, Purpose::Volunteers, "coordinator-tie.ended").on(tie_id);
            let mut entries = vec![entry];
            entries.extend(recheck_person(cx.tx, cx.me.person, Occasion::of_platform(cx.now, cx.today))?);
            Ok(cx.tx.keep(
                entries,
                Answer::found(TieView::of(&stored, reader, Due::WITH_ACCOUNT)).version(stored.version),
            )?)
        })
        .await
}

/// The tie with the last day that was sent.
fn ended(sent: &Sent<TieChangeBody>, stored: &Tie, today: Date) -> Result<Tie, Error> {
    let mut check = sent.check();
    let said: Option<Date> = check.get("/untilDate");
    let ended = said.map(|until| stored.clone().end_own(until, today));
    if let Some(Err(OwnEnd::Counted)) = &ended {
        check.fault("/untilDate", "too-early", OwnEnd::counted());
    }
    sent.sound(check)?;
    match ended {
        Some(Ok(tie)) => Ok(tie),
        Some(Err(OwnEnd::BeforeStart(refusal))) => Err(refusal.into()),
        Some(Err(OwnEnd::Counted)) | None => Err(Error::Internal("a last day that was looked over is there")),
    }
}
