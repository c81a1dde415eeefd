//! A coordinator registers buddies and keeps their profiles; a buddy reads her own. Buddies are never listed publicly.

use actix_web::{get, patch, post, web};
use naast_domain::access::{ManageBuddies, ReadBuddy, Standing};
use naast_domain::buddies::{Buddy, BuddyStatus, Channel, SpokenLanguage};
use naast_domain::code::Code as _;
use naast_domain::directory::MunicipalityCode;
use naast_domain::ids::{BuddyId, PersonId, ProgrammeId};
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::privacy::access::DataKind;
use naast_domain::privacy::retention::Due;
use naast_domain::requests::Topic;
use naast_persistence::keys::Keys;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::privacy::retention::of_buddies;
use naast_persistence::{Database, Stored, buddies, directory, organisations};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{not_herself, reached, seen};
use crate::answer::{Answer, IfMatch};
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::{Path, Query, Sent};
use crate::independence::again::{Occasion, lock_file, recheck};
use crate::independence::course::leave;
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::{Platform, Said as _, Writing};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// A buddy to register.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "programmeId": "6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0003", "personId": "6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0004",
    "firstName": "Voorbeeld", "languages": ["nl"], "specialisms": ["social-safety"], "channels": ["online"],
    "municipalityCodes": ["0363"], "capacity": 2
}))]
pub struct BuddyBody {
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The person that she is.
    pub person_id: PersonId,
    /// What parents call her.
    #[schema(min_length = 1, max_length = 60, pattern = "\\S")]
    pub first_name: String,
    /// The languages that she speaks.
    #[schema(min_items = 1, max_items = 20)]
    pub languages: Vec<SpokenLanguage>,
    /// What she knows more of.
    #[schema(max_items = 11)]
    pub specialisms: Vec<Topic>,
    /// How she can meet.
    #[schema(min_items = 1, max_items = 2)]
    pub channels: Vec<Channel>,
    /// The municipalities in which she can meet in person.
    #[schema(max_items = 50)]
    pub municipality_codes: Vec<MunicipalityCode>,
    /// How many parents she can support at the same time.
    #[schema(minimum = 0, maximum = 10)]
    pub capacity: u32,
}

/// A change of a buddy's profile; what is left out stays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "status": "active", "capacity": 3 }))]
pub struct BuddyChangeBody {
    /// What parents call her.
    #[schema(min_length = 1, max_length = 60, nullable = false)]
    pub first_name: Option<String>,
    /// The languages that she speaks.
    #[schema(min_items = 1, max_items = 20, nullable = false)]
    pub languages: Option<Vec<SpokenLanguage>>,
    /// What she knows more of.
    #[schema(max_items = 11, nullable = false)]
    pub specialisms: Option<Vec<Topic>>,
    /// How she can meet.
    #[schema(min_items = 1, max_items = 2, nullable = false)]
    pub channels: Option<Vec<Channel>>,
    /// The municipalities in which she can meet in person.
    #[schema(max_items = 50, nullable = false)]
    pub municipality_codes: Option<Vec<MunicipalityCode>>,
    /// How many parents she can support at the same time. Fewer than she supports now ends no match: no new one comes.
    /// When no place is left, the open proposals of her end (`buddy-full`).
    #[schema(minimum = 0, maximum = 10, nullable = false)]
    pub capacity: Option<u32>,
    /// Where she stands in the programme.
    #[schema(nullable = false)]
    pub status: Option<BuddyStatus>,
}

/// A buddy.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BuddyView {
    /// Her id.
    pub id: BuddyId,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The person that she is.
    pub person_id: PersonId,
    /// What parents call her.
    pub first_name: String,
    /// The languages that she speaks.
    pub languages: Vec<SpokenLanguage>,
    /// What she knows more of.
    pub specialisms: Vec<Topic>,
    /// How she can meet.
    pub channels: Vec<Channel>,
    /// The municipalities in which she can meet in person.
    pub municipality_codes: Vec<MunicipalityCode>,
    /// How many parents she can support at the same time.
    pub capacity: u32,
    /// How many she supports now.
    pub running_matches: u32,
    /// Where she stands in the programme.
    pub status: BuddyStatus,
    /// When she was last asked whether there is any tie.
    pub ties_asked_date: Option<naast_domain::Date>,
    /// When her file is erased.
    pub retention: RetentionView,
}

impl BuddyView {
    /// The view of a buddy who was loaded with a grant.
    pub fn load(db: &mut Database<'_>, keys: &Keys, buddy: &Stored<Buddy>) -> Result<Self, Error> {
        let name = buddies::names(db, keys, &[buddy])?.remove(&buddy.id);
        let due = of_buddies(db, &[buddy])?.remove(&buddy.id);
        Ok(Self::of(buddy, name.unwrap_or_default(), due))
    }

    /// The views of a page.
    fn load_all(db: &mut Database<'_>, keys: &Keys, page: &[Stored<Buddy>]) -> Result<Vec<Self>, Error> {
        let all: Vec<_> = page.iter().collect();
        let mut names = buddies::names(db, keys, &all)?;
        let due = of_buddies(db, &all)?;
        let view = |one: &Stored<Buddy>| {
            Self::of(one, names.remove(&one.id).unwrap_or_default(), due.get(&one.id).copied())
        };
        Ok(page.iter().map(view).collect())
    }

    fn of(buddy: &Buddy, first_name: String, due: Option<Due>) -> Self {
        Self {
            id: buddy.id,
            programme_id: buddy.programme,
            person_id: buddy.person,
            first_name,
            languages: buddy.languages.iter().collect(),
            specialisms: buddy.specialisms.iter().collect(),
            channels: buddy.channels.iter().collect(),
            municipality_codes: buddy.municipalities.clone(),
            capacity: buddy.capacity,
            running_matches: buddy.matches,
            status: buddy.status,
            ties_asked_date: buddy.ties_asked_on,
            retention: RetentionView::of(due.unwrap_or(Due::RUNNING)),
        }
    }
}

fn answer(db: &mut Database<'_>, keys: &Keys, stored: &Stored<Buddy>) -> Result<Answer<BuddyView>, Error> {
    Ok(Answer::found(BuddyView::load(db, keys, stored)?).version(stored.version))
}

/// Register a buddy. She begins as an applicant; certificates and ties follow.
#[utoipa::path(
    operation_id = "registerBuddy",
    tag = "buddies",
    request_body = BuddyBody,
    responses((status = 201, description = "Registered", body = BuddyView)),
)]
#[post("/buddies")]
pub async fn register_buddy(
    platform: web::Data<Platform>,
    caller: Caller,
    sent: Sent<BuddyBody>,
) -> Result<Answer<BuddyView>, Error> {
    let id: BuddyId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<ManageBuddies>()?;
            let mut check = sent.check();
            check.decided("/programmeId")?;
            let role = match check.get("/programmeId") {
                Some(programme) => {
                    let standing = Standing { programme: Some(programme), ..Standing::default() };
                    Some(grant.reaches(standing).ok_or(Error::Forbidden)?)
                }
                None => None,
            };
            check.refers_each("/municipalityCodes/*", |codes| {
                Ok(directory::are_municipalities(cx.tx, &codes)?)
            })?;
            check.refers("/personId", |id| Ok(organisations::is_registered(cx.tx, &grant, id)?))?;
            let body = sent.sound(check)?;
            let role = role.ok_or(Error::Internal("a sound body has its programme"))?;
            let buddy = Buddy {
                id,
                programme: body.programme_id,
                person: body.person_id,
                languages: body.languages.into_iter().collect(),
                specialisms: body.specialisms.into_iter().collect(),
                channels: body.channels.into_iter().collect(),
                municipalities: body.municipality_codes,
                capacity: body.capacity,
                matches: 0,
                status: BuddyStatus::Applicant,
                ties_asked_on: None,
            };
            buddies::insert(cx.tx, cx.keys, &grant, &buddy, &body.first_name, cx.now)?;
            let entry = cx
                .entry(buddy.programme, role, Purpose::Volunteers, "buddy.registered")
                .on(id)
                .states(None, Some(buddy.status.code()));
            let (made, _) = reached::<ManageBuddies>(cx, id)?;
            let view = BuddyView::of(&made, body.first_name, None);
            Ok(cx.tx.keep([entry], Answer::created(view, &format!("/buddies/{id}")).version(1))?)
        })
        .await
}

/// Whose buddies.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct BuddyQuery {
    /// The buddies of this programme, for its coordinator; the profiles of the caller herself when left out.
    pub programme_id: Option<ProgrammeId>,
}

page_of! {
    /// A page of buddies, newest first.
    BuddyPage of BuddyView
}

/// List the buddies of a programme that I coordinate, or my own profiles.
#[utoipa::path(
    operation_id = "listBuddies",
    tag = "buddies",
    params(BuddyQuery, PageQuery),
    responses(
        (status = 200, description = "A page; empty for a programme that is not yours", body = BuddyPage),
    ),
)]
#[get("/buddies")]
pub async fn list_buddies(
    platform: web::Data<Platform>,
    caller: Caller,
    Query(query): Query<BuddyQuery>,
    paging: Paging,
) -> Result<BuddyPage, Error> {
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadBuddy>()?;
            let Some(programme) = query.programme_id else {
                let own = buddies::list_own(cx.db, &grant)?;
                cx.shows(own.iter().map(|one| Shown::buddy(DataKind::BuddyProfile, Role::Buddy, one)));
                let data = BuddyView::load_all(cx.db, cx.keys, &own)?;
                return Ok(BuddyPage { data, next_cursor: None });
            };
            let slice = buddies::list(cx.db, &grant, programme, page)?;
            let next_cursor = paging.next(&slice, |one| (one.created_at, one.id.uuid()));
            let shown = |one| Shown::buddy(DataKind::BuddyProfile, Role::Coordinator, one);
            cx.shows(slice.items.iter().map(shown));
            let data = BuddyView::load_all(cx.db, cx.keys, &slice.items)?;
            Ok(BuddyPage { data, next_cursor })
        })
        .await
}

/// Get a buddy.
#[utoipa::path(
    operation_id = "getBuddy",
    tag = "buddies",
    params(("id" = BuddyId, Path, description = "The buddy")),
    responses((status = 200, description = "The buddy", body = BuddyView)),
)]
#[get("/buddies/{id}")]
pub async fn get_buddy(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<BuddyId>,
) -> Result<Answer<BuddyView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let buddy = seen::<ReadBuddy>(cx, id, DataKind::BuddyProfile)?;
            answer(cx.db, cx.keys, &buddy)
        })
        .await
}

/// Change a buddy's profile or status.
#[utoipa::path(
    operation_id = "updateBuddy",
    tag = "buddies",
    params(
        ("id" = BuddyId, Path, description = "The buddy"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
    ),
    request_body(content = BuddyChangeBody, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "Changed", body = BuddyView)),
)]
#[patch("/buddies/{id}")]
pub async fn update_buddy(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<BuddyId>,
    if_match: IfMatch,
    sent: Sent<BuddyChangeBody>,
) -> Result<Answer<BuddyView>, Error> {
    let show = move |cx: &mut Writing<'_, '_, '_>| {
        let (stored, role) = reached::<ManageBuddies>(cx, id)?;
        cx.shows([Shown::buddy(DataKind::BuddyProfile, role, &stored)]);
        answer(cx.tx, cx.keys, &stored)
    };
    platform
        .patch(caller.0, show, move |cx| {
            let grant = cx.grant::<ManageBuddies>()?;
            let (first, _) = reached::<ManageBuddies>(cx, id)?;
            lock_file(cx.tx, &first)?;
            let (mut stored, role) = reached::<ManageBuddies>(cx, id)?;
            let mut check = sent.check();
            check.refers_each("/municipalityCodes/*", |codes| {
                Ok(directory::are_municipalities(cx.tx, &codes)?)
            })?;
            let body = sent.sound(check)?;
            if_match.check(stored.version)?;
            let before = stored.status;
            if body.status == Some(BuddyStatus::Active) && before != BuddyStatus::Active {
                not_herself(cx.me.person, &stored)?;
            }
            let mut entries = Vec::new();
            if body.status == Some(BuddyStatus::Left) && before != BuddyStatus::Left {
                entries.extend(leave(cx.tx, &stored, Occasion::of(cx, role))?);
                // her places were given back, so she counts anew
                let (after, _) = reached::<ManageBuddies>(cx, id)?;
                stored = after;
            }
            let buddy = &mut stored.value;
            buddy.languages = body.languages.map_or(buddy.languages, |list| list.into_iter().collect());
            buddy.specialisms = body.specialisms.map_or(buddy.specialisms, |list| list.into_iter().collect());
            buddy.channels = body.channels.map_or(buddy.channels, |list| list.into_iter().collect());
            buddy.municipalities =
                body.municipality_codes.unwrap_or(std::mem::take(&mut buddy.municipalities));
            buddy.capacity = body.capacity.unwrap_or(buddy.capacity);
            buddy.status = body.status.unwrap_or(buddy.status);
            buddies::change_profile(cx.tx, &grant, &stored, cx.now)?;
            if let Some(name) = body.first_name {
                buddies::rename(cx.tx, cx.keys, &grant, &stored, &name, cx.now)?;
            }
            let entry = cx
                .entry(stored.programme, role, Purpose::Volunteers, "buddy.changed")
                .on(id)
                .states(Some(before.code()), Some(stored.status.code()));
            stored.version += 1;
            entries.push(entry);
            let now = reached::<ManageBuddies>(cx, id)?.0;
            let occasion = Occasion::of(cx, role);
            entries.extend(recheck(cx.tx, &now, occasion)?);
            let answer = answer(cx.tx, cx.keys, &stored)?;
            Ok(cx.tx.keep(entries, answer)?)
        })
        .await
}
