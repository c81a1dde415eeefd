//! What school sees: that somebody comes along, with her first name and role, and on which day. Its own id, its own version;
//! nothing that leads to the case, and nothing that changes when the case goes.

use actix_web::{get, post, web};
use naast_domain::Date;
use naast_domain::access::{NoteObjection, ReadAnnouncedMeetings, Standing};
use naast_domain::directory::LocationCode;
use naast_domain::ids::{AnnouncedMeetingId, ObjectionId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::retention;
use naast_domain::support::announcements::{AnnouncementState, CompanionRole, Objection};
use naast_domain::text::Text;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::support::announcements::{self, Announced};
use naast_persistence::{Kept, locks};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::{Body, Path, Query};
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::{Platform, Said as _};
use crate::privacy::retention::RetentionView;
use crate::problem::{Error, InputFault};

/// Somebody comes along to a talk.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnnouncedMeetingView {
    /// Its id at the school.
    pub id: AnnouncedMeetingId,
    /// The school.
    pub location_code: String,
    /// The day of the talk.
    #[schema(format = Date)]
    pub date: Date,
    /// The first name of who comes along; null once the announcement was cancelled.
    pub first_name: Option<String>,
    /// In which role.
    pub role: CompanionRole,
    /// Where it stands.
    pub state: AnnouncementState,
    /// What the school noted.
    pub objections: Vec<Objection>,
    /// Until when the school has it: the day of the talk. It says nothing of the parent's case.
    pub retention: RetentionView,
}

impl AnnouncedMeetingView {
    fn of(one: Announced) -> Self {
        let retention = RetentionView::of(retention::announced_talk(one.date));
        Self {
            id: one.id,
            location_code: one.school.to_string(),
            date: one.date,
            first_name: one.first_name,
            role: CompanionRole::Buddy,
            state: one.state,
            objections: one.objections.iter().collect(),
            retention,
        }
    }

    fn answer(told: Announced) -> Answer<Self> {
        let version = told.version;
        Answer::found(Self::of(told)).version(version)
    }
}

/// Of which school.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct AnnouncedMeetingQuery {
    /// The school.
    #[param(pattern = "^[0-9]{2}[A-Z]{2}[0-9]{2}$")]
    pub location_code: String,
}

page_of! {
    /// A page of announced talks, the next day first. In which order they were announced is not told.
    AnnouncedMeetingPage of AnnouncedMeetingView
}

/// List the talks of today and later to which somebody comes along, at a school where I work.
#[utoipa::path(
    operation_id = "listAnnouncedMeetings",
    tag = "support",
    params(AnnouncedMeetingQuery, PageQuery),
    responses(
        (
            status = 200,
            description = "A page; empty for a school that is not yours",
            body = AnnouncedMeetingPage,
        ),
    ),
)]
#[get("/announced-meetings")]
pub async fn list_announced_meetings(
    platform: web::Data<Platform>,
    caller: Caller,
    Query(query): Query<AnnouncedMeetingQuery>,
    paging: Paging,
) -> Result<AnnouncedMeetingPage, Error> {
    let school = LocationCode::parse(&query.location_code).map_err(|_| {
        let text = Text::of("Dit is geen vestigingscode.", "This is not a location code.");
        InputFault::parameter("locationCode", "location-code", text)
    })?;
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadAnnouncedMeetings>()?;
            let slice = announcements::list_at_school(cx.db, cx.keys, &grant, &school, cx.today, page)?;
            let next_cursor = paging.next(&slice, Announced::place);
            let all: Vec<_> = slice.items.iter().collect();
            let standing = Standing { school: Some(&school), ..Standing::default() };
            cx.shows(grant.reaches(standing).into_iter().flat_map(|role| Shown::announced(role, &all)));
            let data = slice.items.into_iter().map(AnnouncedMeetingView::of).collect();
            Ok(AnnouncedMeetingPage { data, next_cursor })
        })
        .await
}

/// Get an announced talk.
#[utoipa::path(
    operation_id = "getAnnouncedMeeting",
    tag = "support",
    params(("id" = AnnouncedMeetingId, Path, description = "The announced talk")),
    responses((status = 200, description = "The announced talk", body = AnnouncedMeetingView)),
)]
#[get("/announced-meetings/{id}")]
pub async fn get_announced_meeting(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<AnnouncedMeetingId>,
) -> Result<Answer<AnnouncedMeetingView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadAnnouncedMeetings>()?;
            let found = announcements::find_at_school(cx.db, cx.keys, &grant, id, cx.today)?;
            let (told, role) = found.ok_or(Error::NotFound)?;
            cx.shows(Shown::announced(role, &[&told]));
            Ok(AnnouncedMeetingView::answer(told))
        })
        .await
}

/// What stands in the way in practice.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "objection": "date-changed" }))]
pub struct ObjectionBody {
    /// What it is. There is none that says that the buddy is not welcome.
    pub objection: Objection,
}

/// Note what stands in the way in practice.
///
/// The coordinator and the parent see it, and talk with school. What was noted before is noted once. It changes nothing: that somebody comes along is for the parent to
/// say, and school cannot refuse it.
#[utoipa::path(
    operation_id = "noteObjection",
    tag = "support",
    params(("id" = AnnouncedMeetingId, Path, description = "The announced talk")),
    request_body = ObjectionBody,
    responses((status = 200, description = "Noted, now or before", body = AnnouncedMeetingView)),
)]
#[post("/announced-meetings/{id}/objections")]
pub async fn note_objection(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<AnnouncedMeetingId>,
    Body(body): Body<ObjectionBody>,
) -> Result<Answer<AnnouncedMeetingView>, Error> {
    let objection_id: ObjectionId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<NoteObjection>()?;
            locks::lock_announced_meeting(cx.tx, id)?;
            let found = announcements::find_at_school(cx.tx, cx.keys, &grant, id, cx.today)?;
            let (mut told, role) = found.ok_or(Error::NotFound)?;
            told.state.object()?;
            cx.concerns(Shown::announced(role, &[&told]));
            if told.objections.contains(body.objection) {
                cx.shows(Shown::announced(role, &[&told]));
                return Ok(Kept::unchanged(AnnouncedMeetingView::answer(told)));
            }
            let case = told.of().ok_or(Error::Internal("an announcement that is open is of a case"))?;
            let noted = (objection_id, body.objection);
            announcements::note_objection(cx.tx, &grant, (&told, case), noted, cx.now)?;
            let entry = cx
                .entry(case.chain(), role, Purpose::Support, "announcement.objection-noted")
                .on(case.journalled_as());
            told.objections = told.objections.with(body.objection);
            told.version += 1;
            Ok(cx.tx.keep([entry], AnnouncedMeetingView::answer(told))?)
        })
        .await
}
