//! Memberships: an administrator gives roles, suspends them and ends them. A role that ends takes effect on the very next
//! call, because roles are read at each.

use actix_web::{get, patch, post, web};
use naast_domain::Date;
use naast_domain::access::{ManageMemberships, ReadMemberships};
use naast_domain::code::{Code as _, contract_schema_of};
use naast_domain::ids::{MembershipId, OrganisationId, PersonId, ProgrammeId};
use naast_domain::journal::{Chain, Purpose};
use naast_domain::organisations::{Membership, MembershipStatus, OrganisationKind, Role};
use naast_domain::privacy::retention::Due;
use naast_domain::programmes::OrganisationForm;
use naast_domain::rejection::{Existing, Rejection};
use naast_domain::text::Text;
use naast_persistence::{organisations, programmes};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use crate::answer::{Answer, IfMatch};
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::{Body, Check, Path, Sent};
use crate::independence::again::{Occasion, recheck_person};
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::{Platform, Said as _};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// A role to give.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "personId": "6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0001", "role": "school-leader" }))]
pub struct MembershipBody {
    /// Who.
    pub person_id: PersonId,
    /// The role. Parent and buddy are not given here: a parent is whoever asks, a buddy whoever is registered as one.
    #[schema(schema_with = roles_of_memberships)]
    pub role: Role,
    /// The programme, for coordinator, trainer and pool manager.
    pub programme_id: Option<ProgrammeId>,
    /// The first day; today when left out.
    pub since_date: Option<Date>,
    /// The last day; open when left out.
    pub until_date: Option<Date>,
    /// How it begins: `active`, or `invited` for who has yet to say yes; `active` when left out.
    #[schema(schema_with = how_it_begins)]
    pub status: Option<MembershipStatus>,
}

/// A membership begins invited or active, never suspended or over.
fn how_it_begins() -> RefOr<Schema> {
    contract_schema_of(&[MembershipStatus::Invited, MembershipStatus::Active])
}

/// A change of a membership.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "status": "ended" }))]
pub struct MembershipChangeBody {
    /// Where it stands from now on.
    pub status: MembershipStatus,
}

/// One person's role in one organisation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MembershipView {
    /// Its id.
    pub id: MembershipId,
    /// Who.
    pub person_id: PersonId,
    /// Where.
    pub organisation_id: OrganisationId,
    /// The programme, for a role of a programme.
    pub programme_id: Option<ProgrammeId>,
    /// The role.
    pub role: Role,
    /// Where it stands. Only `active` gives the role.
    pub status: MembershipStatus,
    /// The first day.
    pub since_date: Date,
    /// The last day.
    pub until_date: Option<Date>,
    /// When it is erased: with the account of its holder.
    pub retention: RetentionView,
}

impl From<(Membership, i32)> for MembershipView {
    fn from((one, _): (Membership, i32)) -> Self {
        Self {
            id: one.id,
            person_id: one.person,
            organisation_id: one.organisation,
            programme_id: one.programme,
            role: one.role,
            status: one.status,
            since_date: one.since,
            until_date: one.until,
            retention: RetentionView::of(Due::WITH_ACCOUNT),
        }
    }
}

/// The roles that a membership can give.
fn roles_of_memberships() -> RefOr<Schema> {
    contract_schema_of(&Role::of_memberships().collect::<Vec<_>>())
}

/// What the members of a membership say together.
fn look_over(check: &mut Check<'_>, today: Date) {
    let since = check.get("/sinceDate").or_else(|| (!check.has("/sinceDate")).then_some(today));
    if let (Some(since), Some(until)) = (since, check.get::<Date>("/untilDate"))
        && until < since
    {
        let text = Text::of("De laatste dag ligt voor de eerste.", "The last day lies before the first.");
        check.fault("/untilDate", "too-early", text);
    }
    if let Some(role) = check.get::<Role>("/role")
        && role.is_of_a_programme() != check.has("/programmeId")
    {
        let code = if role.is_of_a_programme() { "required" } else { "not-of-this-role" };
        let text = Text::of(
            "Een coördinator, trainer of poolbeheerder is dat in één programma; andere rollen niet.",
            "A coordinator, trainer or pool manager is so in one programme; other roles are not.",
        );
        check.fault("/programmeId", code, text);
    }
}

/// What is said of a role that nobody holds in such an organisation, with those that can be held there.
fn not_here(role: Role, kind: OrganisationKind, form: Option<OrganisationForm>) -> Option<Text> {
    if role.fits(kind, form) {
        return None;
    }
    let fitting = |one: &Role| one.fits(kind, form.filter(|_| one.is_of_a_programme()));
    let roles: Vec<&str> = Role::of_memberships().filter(fitting).map(Role::code).collect();
    let (roles, label) = (roles.join(", "), kind.label());
    Some(Text::new(
        format!("Deze rol is er niet bij een organisatie van de soort {}. Toegestaan: {roles}.", label.nl),
        format!("There is no such role in an organisation of the kind {}. Allowed: {roles}.", label.en),
    ))
}

/// The refusal of a role that the person has already on one of these days.
fn given_already(standing: &Membership) -> Error {
    let text = Text::of(
        "Deze persoon heeft deze rol hier al op een van deze dagen.",
        "This person has this role here already on one of these days.",
    );
    let Membership { id, organisation, .. } = standing;
    let path = format!("/organisations/{organisation}/memberships/{id}");
    Rejection::rule("already-there", "I1", text).pointing_to(Some(Existing { id: id.uuid(), path })).into()
}

/// Give a role. The same role is given once at a time; 409 `already-there` gives the membership that has one of the same days (`existing`).
#[utoipa::path(
    operation_id = "createMembership",
    tag = "organisations",
    params(("id" = OrganisationId, Path, description = "The organisation")),
    request_body = MembershipBody,
    responses((status = 201, description = "Given, and active from its first day on", body = MembershipView)),
)]
#[post("/organisations/{id}/memberships")]
pub async fn create_membership(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(organisation): Path<OrganisationId>,
    sent: Sent<MembershipBody>,
) -> Result<Answer<MembershipView>, Error> {
    let id: MembershipId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<ManageMemberships>()?;
            let place = organisations::find(cx.tx, organisation)?.ok_or(Error::NotFound)?;
            let mut check = sent.check();
            look_over(&mut check, cx.today);
            check.refers("/personId", |id| Ok(organisations::is_registered(cx.tx, &grant, id)?))?;
            let mut programme = None;
            check.refers("/programmeId", |id| {
                programme = programmes::find(cx.tx, id)?;
                Ok(programme.is_some())
            })?;
            let form = programme.as_ref().and_then(|one| one.form_on(cx.today).or(one.forms.first()));
            if let Some(role) = check.get("/role")
                && let Some(text) = not_here(role, place.kind, form.map(|period| period.form))
            {
                check.fault("/role", "role-not-here", text);
            }
            let body = sent.sound(check)?;
            let membership = Membership {
                id,
                person: body.person_id,
                organisation,
                programme: body.programme_id,
                role: body.role,
                status: body.status.unwrap_or(MembershipStatus::Active),
                since: body.since_date.unwrap_or(cx.today),
                until: body.until_date,
            };
            if let Some(standing) = organisations::overlapping_membership(cx.tx, &grant, &membership)? {
                return Err(given_already(&standing));
            }
            organisations::insert_membership(cx.tx, &grant, &membership)?;
            cx.tx.tells_of(membership.person.uuid());
            let entry = cx
                .entry(Chain::PLATFORM, Role::Administrator, Purpose::Administration, "membership.given")
                .on(id)
                .states(None, Some(membership.status.code()));
            let mut entries = vec![entry];
            let occasion = Occasion::of_platform(cx.now, cx.today);
            entries.extend(recheck_person(cx.tx, membership.person, occasion)?);
            let place = format!("/organisations/{organisation}/memberships/{id}");
            Ok(cx
                .tx
                .keep(entries, Answer::created(MembershipView::from((membership, 1)), &place).version(1))?)
        })
        .await
}

page_of! {
    /// A page of memberships.
    MembershipPage of MembershipView
}

/// List an organisation's memberships.
#[utoipa::path(
    operation_id = "listMemberships",
    tag = "organisations",
    params(("id" = OrganisationId, Path, description = "The organisation"), PageQuery),
    responses((status = 200, description = "A page", body = MembershipPage)),
)]
#[get("/organisations/{id}/memberships")]
pub async fn list_memberships(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(organisation): Path<OrganisationId>,
    paging: Paging,
) -> Result<MembershipPage, Error> {
    let after = paging.after(|place| uuid::Uuid::try_parse(place).ok())?.map(MembershipId::from_uuid);
    let size = paging.size();
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadMemberships>()?;
            organisations::find(cx.db, organisation)?.ok_or(Error::NotFound)?;
            let slice = organisations::memberships_in(cx.db, &grant, organisation, size, after)?;
            let last = slice.items.last().filter(|_| slice.more);
            let next_cursor = last.map(|(one, _)| paging.write(&one.id.to_string()));
            Ok(MembershipPage {
                data: slice.items.into_iter().map(MembershipView::from).collect(),
                next_cursor,
            })
        })
        .await
}

/// Get a membership.
#[utoipa::path(
    operation_id = "getMembership",
    tag = "organisations",
    params(
        ("id" = OrganisationId, Path, description = "The organisation"),
        ("membershipId" = MembershipId, Path, description = "The membership"),
    ),
    responses((status = 200, description = "The membership", body = MembershipView)),
)]
#[get("/organisations/{id}/memberships/{membershipId}")]
pub async fn get_membership(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((organisation, id)): Path<(OrganisationId, MembershipId)>,
) -> Result<Answer<MembershipView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadMemberships>()?;
            let found =
                organisations::find_membership(cx.db, &grant, organisation, id)?.ok_or(Error::NotFound)?;
            let version = found.1;
            Ok(Answer::found(MembershipView::from(found)).version(version))
        })
        .await
}

/// Suspend, restore or end a role. It takes effect on the very next call; what ended stays ended.
#[utoipa::path(
    operation_id = "updateMembership",
    tag = "organisations",
    params(
        ("id" = OrganisationId, Path, description = "The organisation"),
        ("membershipId" = MembershipId, Path, description = "The membership"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
    ),
    request_body(content = MembershipChangeBody, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "Changed", body = MembershipView)),
)]
#[patch("/organisations/{id}/memberships/{membershipId}")]
pub async fn update_membership(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((organisation, id)): Path<(OrganisationId, MembershipId)>,
    seen: IfMatch,
    Body(body): Body<MembershipChangeBody>,
) -> Result<Answer<MembershipView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let (read, manage) = (cx.grant::<ReadMemberships>()?, cx.grant::<ManageMemberships>()?);
            let (one, version) =
                organisations::find_membership(cx.tx, &read, organisation, id)?.ok_or(Error::NotFound)?;
            seen.check(version)?;
            let before = one.status;
            let one = one.to_status(body.status, cx.today)?;
            organisations::change_membership(cx.tx, &manage, id, version, (one.status, one.until), cx.now)?;
            cx.tx.tells_of(one.person.uuid());
            let entry = cx
                .entry(Chain::PLATFORM, Role::Administrator, Purpose::Administration, "membership.changed")
                .on(id)
                .states(Some(before.code()), Some(one.status.code()));
            let mut entries = vec![entry];
            let occasion = Occasion::of_platform(cx.now, cx.today);
            entries.extend(recheck_person(cx.tx, one.person, occasion)?);
            let answer = Answer::found(MembershipView::from((one, version + 1))).version(version + 1);
            Ok(cx.tx.keep(entries, answer)?)
        })
        .await
}
