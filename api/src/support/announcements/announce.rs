//! The parent announces that her buddy comes along. She alone can, for each talk apart, in the words that she was shown.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use naast_domain::Date;
use naast_domain::access::{AnnounceMeeting, DecideOnRequest, ReadAnnouncements};
use naast_domain::directory::LocationCode;
use naast_domain::ids::{AnnouncedMeetingId, AnnouncementId, ConsentId, MatchId};
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::privacy::access::DataKind;
use naast_domain::privacy::consents::{ConsentKind, GivenHow};
use naast_domain::support::announcements::{
    AnnouncementState, MOST_OPEN, Objection, RecognisedBy, TalkPlace, too_many,
};
use naast_domain::support::private_space::words;
use naast_domain::text::Text;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::privacy::consents;
use naast_persistence::support::announcements::{self, Announcement, ShownWords, Talk};
use naast_persistence::{Stored, directory, requests, support};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::reached;
use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::{Path, Query, Sent};
use crate::page_of;
use crate::paging::{self, PageQuery};
use crate::platform::{Platform, Said as _};
use crate::privacy::give::{ShownTextBody, shown};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// By what school knows which talk is meant. The parent chooses.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecognitionBody {
    /// What it is.
    pub by: RecognisedBy,
    /// The reference or the name.
    #[schema(min_length = 1, max_length = 80)]
    pub value: String,
}

/// A talk to announce.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "date": "2026-12-03", "startTime": "14:30", "minutes": 45, "place": "at-school",
    "recognition": { "by": "name", "value": "de ouder van groep 5" },
    "text": { "textVersion": "2026-1", "language": "nl" }
}))]
pub struct AnnouncementBody {
    /// The school that is told; the school of the request when you leave it out.
    pub location_code: Option<LocationCode>,
    /// The day of the talk.
    pub date: Date,
    /// When it begins, as the clocks of the Netherlands show it.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub start_time: Option<String>,
    /// How long it takes, in minutes.
    #[schema(minimum = 5, maximum = 600)]
    pub minutes: Option<u32>,
    /// Where it is.
    pub place: Option<TalkPlace>,
    /// By what school knows which talk is meant.
    pub recognition: RecognitionBody,
    /// The words that were shown: the consent of the kind `meeting-announcement`.
    pub text: ShownTextBody,
}

/// What school noted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotedView {
    /// What stands in the way.
    pub objection: Objection,
    /// When it was noted.
    pub noted_at: DateTime<Utc>,
}

/// An announcement, for the parent, her buddy and the coordinator.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnnouncementView {
    /// Its id. School knows it by another.
    pub id: AnnouncementId,
    /// The school that is told.
    pub location_code: String,
    /// The day of the talk.
    #[schema(format = Date)]
    pub date: Date,
    /// When it begins.
    pub start_time: Option<String>,
    /// How long it takes, in minutes.
    pub minutes: Option<u32>,
    /// Where it is.
    pub place: Option<TalkPlace>,
    /// By what school knows which talk is meant.
    pub recognised_by: RecognisedBy,
    /// That reference or name; for the parent only, and null once the announcement was cancelled.
    pub recognition: Option<String>,
    /// Where it stands.
    pub state: AnnouncementState,
    /// The version of the words that the parent was shown.
    pub text_version: String,
    /// Their language.
    pub language: String,
    /// Their SHA-256.
    pub text_hash: String,
    /// When it was announced.
    pub announced_at: DateTime<Utc>,
    /// When it was taken back, or ended with the match.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// What school noted.
    pub objections: Vec<NotedView>,
    /// When it is erased: with the request. School reads it until the day of the talk is over.
    pub retention: RetentionView,
}

impl AnnouncementView {
    pub(super) fn of(
        stored: Stored<Announcement>,
        noted: Vec<(Objection, DateTime<Utc>)>,
        for_whom: Role,
        retention: RetentionView,
    ) -> Self {
        let announced_at = stored.created_at;
        let one = stored.value;
        Self {
            id: one.id,
            location_code: one.school.to_string(),
            date: one.talk.date,
            start_time: one.talk.start_time,
            minutes: one.talk.minutes,
            place: one.talk.place,
            recognised_by: one.recognised_by,
            recognition: one.recognised.filter(|_| for_whom == Role::Parent),
            state: one.state,
            text_version: one.shown.text_version,
            language: one.shown.language,
            text_hash: one.shown.text_hash,
            announced_at,
            withdrawn_at: one.withdrawn_at,
            objections: noted
                .into_iter()
                .map(|(objection, noted_at)| NotedView { objection, noted_at })
                .collect(),
            retention,
        }
    }
}

/// Announce that my buddy comes along to a talk at school.
///
/// Only the parent can, for each talk apart. School hears the buddy's first name and role, the day, time and place as you give
/// them, and by what it knows the talk. It does not hear of your request, and it cannot refuse.
#[utoipa::path(
    operation_id = "announceMeeting",
    tag = "support",
    params(("id" = MatchId, Path, description = "The match")),
    request_body = AnnouncementBody,
    responses((status = 201, description = "Announced", body = AnnouncementView)),
)]
#[post("/matches/{id}/meeting-announcements")]
pub async fn announce_meeting(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<MatchId>,
    sent: Sent<AnnouncementBody>,
) -> Result<Answer<AnnouncementView>, Error> {
    let (announcement_id, school_key): (AnnouncementId, AnnouncedMeetingId) = (fresh(), fresh());
    let consent_id: ConsentId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<AnnounceMeeting>()?;
            let (stored, role) = reached::<AnnounceMeeting>(cx, id)?;
            let request = requests::of_match(cx.tx, &stored)?;
            let mut check = sent.check();
            let recognised = check.get::<String>("/recognition/value").and_then(|value| words(&value));
            if recognised.is_none() {
                let text = Text::of("Hier staat niets.", "There is nothing here.");
                check.fault_where_sound("/recognition/value", "empty", text);
            }
            check.refers("/locationCode", |school| {
                Ok(directory::school_facts(cx.tx, &school, cx.today)?.is_some())
            })?;
            if !check.has("/locationCode") && request.school.is_none() {
                let text = Text::of(
                    "Uw aanvraag noemt geen school. Noem hier de school van het gesprek.",
                    "Your request names no school. Name the school of the talk here.",
                );
                check.fault("/locationCode", "required", text);
            }
            let body = sent.sound(check)?;
            stored.course.state.announce(body.date, cx.today)?;
            if announcements::open_of_match(cx.tx, &stored)? >= MOST_OPEN {
                return Err(too_many().into());
            }
            let school = body.location_code.or_else(|| request.school.clone());
            let school = school.ok_or(Error::Internal("a sound announcement has a school"))?;
            // the register has it too, with a receipt
            let kind = (ConsentKind::MeetingAnnouncement, GivenHow::OwnLogin);
            let mut consent = shown(consent_id, kind, announcement_id.uuid(), &body.text, cx.now)?;
            consent.consent.valid_until = Some(body.date);
            let decides = cx.grant::<DecideOnRequest>()?;
            consents::give(cx.tx, &decides, &request, &consent)?;
            let announcement = Announcement {
                id: announcement_id,
                school_key,
                school,
                talk: Talk {
                    date: body.date,
                    start_time: body.start_time,
                    minutes: body.minutes,
                    place: body.place,
                },
                recognised_by: body.recognition.by,
                recognised,
                state: AnnouncementState::Announced,
                shown: ShownWords {
                    text_version: consent.text_version,
                    language: consent.language,
                    text_hash: consent.text_hash,
                },
                withdrawn_at: None,
            };
            let kept = announcements::insert(cx.tx, cx.keys, &grant, &stored, announcement, cx.now)?;
            let entry = cx
                .entry(stored.programme, role, Purpose::Support, "announcement.made")
                .on(announcement_id)
                .states(None, Some("announced"));
            let place = format!("/matches/{id}/meeting-announcements/{announcement_id}");
            let version = kept.version;
            let retention = RetentionView::load(cx.tx, stored.request)?;
            let view = AnnouncementView::of(kept, Vec::new(), role, retention);
            let answer = Answer::created(view, &place).version(version);
            Ok(cx.tx.keep([entry], answer)?)
        })
        .await
}

page_of! {
    /// A page of announcements of a match, newest first.
    AnnouncementPage of AnnouncementView
}

/// List what was announced of a match.
#[utoipa::path(
    operation_id = "listAnnouncements",
    tag = "support",
    params(("id" = MatchId, Path, description = "The match"), PageQuery),
    responses((status = 200, description = "A page", body = AnnouncementPage)),
)]
#[get("/matches/{id}/meeting-announcements")]
pub async fn list_announcements(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<MatchId>,
    Query(query): Query<PageQuery>,
) -> Result<AnnouncementPage, Error> {
    let question = format!("announcements/{id}");
    let page = paging::by_time(&question, query.page_size, query.cursor.as_deref())?;
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadAnnouncements>()?;
            let (stored, role) = support::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            let record = Shown::matches(cx.db, &grant, DataKind::Announcement, &[&stored])?;
            cx.shows(record);
            let slice = announcements::list(cx.db, cx.keys, &grant, &stored, page)?;
            let all: Vec<&Stored<Announcement>> = slice.items.iter().collect();
            let mut noted = announcements::objections(cx.db, &stored, &all)?;
            let next_cursor = paging::next(&question, &slice, |one| (one.created_at, one.id.uuid()));
            let retention = RetentionView::load(cx.db, stored.request)?;
            let view = |one: Stored<Announcement>| {
                let noted = noted.remove(&one.id).unwrap_or_default();
                AnnouncementView::of(one, noted, role, retention.clone())
            };
            Ok(AnnouncementPage { data: slice.items.into_iter().map(view).collect(), next_cursor })
        })
        .await
}

/// Get an announcement.
#[utoipa::path(
    operation_id = "getAnnouncement",
    tag = "support",
    params(
        ("id" = MatchId, Path, description = "The match"),
        ("announcementId" = AnnouncementId, Path, description = "The announcement"),
    ),
    responses((status = 200, description = "The announcement", body = AnnouncementView)),
)]
#[get("/matches/{id}/meeting-announcements/{announcementId}")]
pub async fn get_announcement(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((id, announcement_id)): Path<(MatchId, AnnouncementId)>,
) -> Result<Answer<AnnouncementView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadAnnouncements>()?;
            let (of, role) = support::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            let record = Shown::matches(cx.db, &grant, DataKind::Announcement, &[&of])?;
            cx.shows(record);
            let stored = announcements::find(cx.db, cx.keys, &of, announcement_id)?.ok_or(Error::NotFound)?;
            let mut noted = announcements::objections(cx.db, &of, &[&stored])?;
            let noted = noted.remove(&announcement_id).unwrap_or_default();
            let version = stored.version;
            let retention = RetentionView::load(cx.db, of.request)?;
            Ok(Answer::found(AnnouncementView::of(stored, noted, role, retention)).version(version))
        })
        .await
}
