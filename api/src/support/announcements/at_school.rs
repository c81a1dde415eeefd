//! What school sees: that somebody comes along, with her first name and role, when and where, and by what it knows the talk.
//! Its own id, its own version; nothing that leads to the case.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use naast_domain::Date;
use naast_domain::access::{NoteObjection, ReadAnnouncedMeetings, Standing};
use naast_domain::directory::LocationCode;
use naast_domain::ids::{AnnouncedMeetingId, ObjectionId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::retention;
use naast_domain::support::announcements::{
    AnnouncementState, CompanionRole, Objection, RecognisedBy, TalkPlace,
};
use naast_domain::text::Text;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::support::announcements::{self, Announced};
use naast_persistence::{Kept, Stored};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::{Body, Path, Query};
use crate::page_of;
use crate::paging;
use crate::platform::{Platform, Said as _};
use crate::privacy::retention::RetentionView;
use crate::problem::{Error, InputFault};

/// By what school knows which talk is meant.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecognitionView {
    /// What it is.
    pub by: RecognisedBy,
    /// The reference or the name that the parent gave for this.
    pub value: String,
}

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
    /// When it begins, as the clocks of the Netherlands show it.
    pub start_time: Option<String>,
    /// How long it takes, in minutes.
    pub minutes: Option<u32>,
    /// Where it is.
    pub place: Option<TalkPlace>,
    /// The first name of who comes along; null once the announcement was cancelled.
    pub first_name: Option<String>,
    /// In which role.
    pub role: CompanionRole,
    /// By what school knows which talk is meant; null once the announcement was cancelled.
    pub recognition: Option<RecognitionView>,
    /// Where it stands.
    pub state: AnnouncementState,
    /// What the school noted.
    pub objections: Vec<Objection>,
    /// When it was announced.
    pub announced_at: DateTime<Utc>,
    /// Until when the school has it: the day of the talk. It says nothing of the parent's case.
    pub retention: RetentionView,
}

impl AnnouncedMeetingView {
    fn of(stored: Stored<Announced>) -> Self {
        let announced_at = stored.created_at;
        let one = stored.value;
        let retention = RetentionView::of(retention::announced_talk(one.talk.date));
        Self {
            id: one.id,
            location_code: one.school.to_string(),
            date: one.talk.date,
            start_time: one.talk.start_time,
            minutes: one.talk.minutes,
            place: one.talk.place,
            first_name: one.first_name,
            role: CompanionRole::Buddy,
            recognition: one.recognised.map(|(by, value)| RecognitionView { by, value }),
            state: one.state,
            objections: one.objections,
            announced_at,
            retention,
        }
    }

    fn answer(stored: Stored<Announced>) -> Answer<Self> {
        let version = stored.version;
        Answer::found(Self::of(stored)).version(version)
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
    /// How many at most: 50 when you do not say, never more than 200.
    #[param(minimum = 1)]
    pub page_size: Option<i64>,
    /// `nextCursor` of the page before.
    pub cursor: Option<String>,
}

page_of! {
    /// A page of announced talks, newest first.
    AnnouncedMeetingPage of AnnouncedMeetingView
}

/// List the talks of today and later to which somebody comes along, at a school where I work.
#[utoipa::path(
    operation_id = "listAnnouncedMeetings",
    tag = "support",
    params(AnnouncedMeetingQuery),
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
) -> Result<AnnouncedMeetingPage, Error> {
    let school = LocationCode::parse(&query.location_code).map_err(|_| {
        let text = Text::of("Dit is geen vestigingscode.", "This is not a location code.");
        InputFault::parameter("locationCode", "location-code", text)
    })?;
    let question = format!("announced-meetings/{school}");
    let page = paging::by_time(&question, query.page_size, query.cursor.as_deref())?;
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadAnnouncedMeetings>()?;
            let slice = announcements::list_at_school(cx.db, cx.keys, &grant, &school, cx.today, page)?;
            let next_cursor = paging::next(&question, &slice, |one| (one.created_at, one.id.uuid()));
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
            let (stored, role) = found.ok_or(Error::NotFound)?;
            cx.shows(Shown::announced(role, &[&stored]));
            Ok(AnnouncedMeetingView::answer(stored))
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
/// The coordinator and the parent see it, and talk with school. It changes nothing: that somebody comes along is for the parent to
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
            let found = announcements::find_at_school(cx.tx, cx.keys, &grant, id, cx.today)?;
            let (mut stored, role) = found.ok_or(Error::NotFound)?;
            stored.state.object()?;
            let noted = (objection_id, body.objection);
            if !announcements::note_objection(cx.tx, &grant, &stored, noted, cx.now)? {
                return Ok(Kept::unchanged(AnnouncedMeetingView::answer(stored)));
            }
            let entry = cx
                .entry(stored.chain(), role, Purpose::Support, "announcement.objection-noted")
                .on(stored.journalled_as());
            stored.value.objections.push(body.objection);
            stored.version += 1;
            Ok(cx.tx.keep([entry], AnnouncedMeetingView::answer(stored))?)
        })
        .await
}
