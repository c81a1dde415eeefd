//! Organisations that take part: an administrator registers them; everybody signed in can look them up.

use actix_web::{get, post, web};
use naast_domain::access::ManageOrganisations;
use naast_domain::directory::{BoardNumber, LocationCode, PartnershipCode};
use naast_domain::ids::OrganisationId;
use naast_domain::journal::{Chain, Purpose};
use naast_domain::organisations::{DirectoryIdentifier, Identified, Organisation, OrganisationKind, Role};
use naast_domain::rejection::{Existing, Rejection};
use naast_domain::text::Text;
use naast_persistence::{Stored, directory, organisations};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::{Check, Path, Sent};
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// An organisation to register.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "kind": "parent-association", "name": "Voorbeeldvereniging" }))]
pub struct OrganisationBody {
    /// What it is.
    pub kind: OrganisationKind,
    /// Its name.
    #[schema(min_length = 1, max_length = 200, pattern = "\\S")]
    pub name: String,
    /// The school location that it is: for a school always, for others never.
    pub location_code: Option<LocationCode>,
    /// The board that it is: for a board always, for others never.
    pub board_number: Option<BoardNumber>,
    /// The partnership that it is, or that the support point is of: for a partnership always, for a support point where it is of one,
    /// for others never.
    pub partnership_code: Option<PartnershipCode>,
}

/// An organisation that takes part.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganisationView {
    /// Its id.
    pub id: OrganisationId,
    /// What it is.
    pub kind: OrganisationKind,
    /// Its name.
    pub name: String,
    /// The school location that it is.
    pub location_code: Option<LocationCode>,
    /// The board that it is.
    pub board_number: Option<BoardNumber>,
    /// The partnership that it is, or is of.
    pub partnership_code: Option<PartnershipCode>,
}

impl From<Organisation> for OrganisationView {
    fn from(one: Organisation) -> Self {
        Self {
            id: one.id,
            kind: one.kind,
            name: one.name,
            location_code: one.location,
            board_number: one.board,
            partnership_code: one.partnership,
        }
    }
}

fn answer(stored: Stored<Organisation>) -> Answer<OrganisationView> {
    Answer::found(OrganisationView::from(stored.value)).version(stored.version)
}

/// The identifier of its kind stands there, where the kind has one, and no other.
fn is_identified(check: &mut Check<'_>) {
    use DirectoryIdentifier::{Board, Location, Partnership};

    let Some(kind) = check.get::<OrganisationKind>("/kind") else { return };
    let identified = kind.identified();
    for (one, member) in
        [(Location, "/locationCode"), (Board, "/boardNumber"), (Partnership, "/partnershipCode")]
    {
        if identified == Identified::By(one) && !check.has(member) {
            let text = Text::of("Dit hoort bij deze soort.", "This belongs to this kind.");
            check.fault(member, "required", text);
        }
        let is_its_own = matches!(identified, Identified::By(own) | Identified::PerhapsBy(own) if own == one);
        if !is_its_own && check.has(member) {
            let text = Text::of("Dit hoort bij een andere soort.", "This belongs to another kind.");
            check.fault_where_sound(member, "not-of-this-kind", text);
        }
    }
}

/// A school, a board, a partnership is registered once: whoever may vouch for people there is looked up by its code.
fn known_as(organisation: &Organisation, known: OrganisationId) -> Error {
    let reason = Text::of(
        "Deze school, dit bestuur of dit samenwerkingsverband is al aangemeld: gebruik die organisatie.",
        "This school, board or partnership is registered already: use that organisation.",
    );
    let member = match (&organisation.location, &organisation.board) {
        (Some(_), _) => "/locationCode",
        (None, Some(_)) => "/boardNumber",
        (None, None) => "/partnershipCode",
    };
    let existing = Existing { id: known.uuid(), path: format!("/organisations/{known}") };
    Rejection::rule("organisation-known", "I1", reason).pointing_to(Some(existing)).at(member).into()
}

/// Register an organisation. A school, a board or a partnership is registered once; 409 `organisation-known` gives the id under which it is
/// known already (`existing`).
#[utoipa::path(
    operation_id = "createOrganisation",
    tag = "organisations",
    request_body = OrganisationBody,
    responses((status = 201, description = "Registered", body = OrganisationView)),
)]
#[post("/organisations")]
pub async fn create_organisation(
    platform: web::Data<Platform>,
    caller: Caller,
    sent: Sent<OrganisationBody>,
) -> Result<Answer<OrganisationView>, Error> {
    let id: OrganisationId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<ManageOrganisations>()?;
            let mut check = sent.check();
            is_identified(&mut check);
            check.refers("/locationCode", |code| Ok(directory::find(cx.tx, &code)?.is_some()))?;
            check.refers("/boardNumber", |number| Ok(directory::board(cx.tx, &number)?.is_some()))?;
            check.refers("/partnershipCode", |code| Ok(directory::partnership(cx.tx, &code)?.is_some()))?;
            let body = sent.sound(check)?;
            let organisation = Organisation {
                id,
                kind: body.kind,
                name: body.name,
                location: body.location_code,
                board: body.board_number,
                partnership: body.partnership_code,
            };
            if let Some(known) = organisations::registered_as(cx.tx, &organisation)? {
                return Err(known_as(&organisation, known));
            }
            organisations::insert(cx.tx, &grant, &organisation, cx.now)?;
            let entry = cx
                .entry(
                    Chain::PLATFORM,
                    Role::Administrator,
                    Purpose::Administration,
                    "organisation.registered",
                )
                .on(organisation.id);
            let place = format!("/organisations/{}", organisation.id);
            let view = OrganisationView::from(organisation);
            Ok(cx.tx.keep([entry], Answer::created(view, &place).version(1))?)
        })
        .await
}

page_of! {
    /// A page of organisations, newest first.
    OrganisationPage of OrganisationView
}

/// List organisations.
#[utoipa::path(
    operation_id = "listOrganisations",
    tag = "organisations",
    params(PageQuery),
    responses((status = 200, description = "A page", body = OrganisationPage)),
)]
#[get("/organisations")]
pub async fn list_organisations(
    platform: web::Data<Platform>,
    caller: Caller,
    paging: Paging,
) -> Result<OrganisationPage, Error> {
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let slice = organisations::list(cx.db, page)?;
            let next_cursor = paging.next(&slice, |one| (one.created_at, one.id.uuid()));
            Ok(OrganisationPage {
                data: slice.items.into_iter().map(|one| one.value.into()).collect(),
                next_cursor,
            })
        })
        .await
}

/// Get an organisation.
#[utoipa::path(
    operation_id = "getOrganisation",
    tag = "organisations",
    params(("id" = OrganisationId, Path, description = "The organisation")),
    responses((status = 200, description = "The organisation", body = OrganisationView)),
)]
#[get("/organisations/{id}")]
pub async fn get_organisation(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<OrganisationId>,
) -> Result<Answer<OrganisationView>, Error> {
    platform
        .read(caller.0, move |cx| organisations::find(cx.db, id)?.map(answer).ok_or(Error::NotFound))
        .await
}
