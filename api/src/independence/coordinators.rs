//! A coordinator declares her own ties. With some of them a case is not hers to handle: it goes to another coordinator
//! (rule 37), in a school's own programme to one from outside the school.

use actix_web::{get, patch, post, web};
use naast_domain::Date;
use naast_domain::access::{DeclareOwnTies, Standing};
use naast_domain::ids::{PersonId, ProgrammeId, TieId};
use naast_domain::independence::Effect;
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::privacy::retention::Due;
use naast_domain::rejection::Rejection;
use naast_domain::requests::SupportRequest;
use naast_domain::text::Text;
use naast_persistence::independence::coordinators;
use naast_persistence::{Database, Stored};

use super::Facts;
use super::ties::{TieBody, TieChangeBody, TiePage, TieView};
use crate::answer::{Answer, IfMatch};
use crate::caller::{Caller, Reader};
use crate::clock::fresh;
use crate::contract::{Body, Path, Sent};
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// The refusal of a coordinator with a tie in the way.
const TIED: &str = "coordinator-tied";

/// Whether whoever acts in this role may handle a request. Only a coordinator can have a tie in the way.
///
/// # Errors
/// `coordinator-tied` with what stands in the way.
pub fn may_handle(
    db: &mut Database<'_>,
    person: PersonId,
    role: Role,
    request: &Stored<SupportRequest>,
    today: Date,
) -> Result<(), Error> {
    if role != Role::Coordinator {
        return Ok(());
    }
    if person == request.parent {
        return Err(tied());
    }
    let ties = coordinators::of_handler(db, request, person)?;
    if ties.is_empty() {
        return Ok(());
    }
    let facts = Facts::load(db, request, ties.iter(), today)?;
    let assessment = facts.assess_coordinator(request, &ties, today);
    if assessment.verdict != Effect::Block {
        return Ok(());
    }
    Err(tied())
}

/// The requests of a programme without those that are not this coordinator's to handle: what she does not handle she does not
/// read either, the parent's contact way above all.
pub fn without_tied(
    db: &mut Database<'_>,
    person: PersonId,
    requests: Vec<Stored<SupportRequest>>,
    today: Date,
) -> Result<Vec<Stored<SupportRequest>>, Error> {
    let Some(first) = requests.first() else { return Ok(requests) };
    let has_ties = !coordinators::of_handler(db, first, person)?.is_empty();
    let mut hers = Vec::with_capacity(requests.len());
    for request in requests {
        if !has_ties && request.parent != person {
            hers.push(request);
            continue;
        }
        match may_handle(db, person, Role::Coordinator, &request, today) {
            Ok(()) => hers.push(request),
            Err(refusal) if refusal.code() == TIED => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(hers)
}

fn tied() -> Error {
    Rejection::rule(
        TIED,
        "S2",
        Text::of(
            "U heeft een band met de school of de ouder van deze aanvraag. Een andere coördinator neemt haar over; is die er \
             niet, dan zoekt de beheerder er een.",
            "You have a tie with the school or the parent of this request. Another coordinator takes it over; where there is \
             none, the administrator finds one.",
        ),
    )
    .into()
}

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
