//! The parent announces that her buddy comes along. She alone can, for each talk apart, in the words that she was shown.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use naast_domain::Date;
use naast_domain::access::{AnnounceMeeting, DecideOnRequest, ReadAnnouncements};
use naast_domain::directory::LocationCode;
use naast_domain::ids::{AnnouncedMeetingId, AnnouncementId, ConsentId, MatchId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::access::DataKind;
use naast_domain::privacy::consents::{ConsentKind, GivenHow};
use naast_domain::support::announcements::{AnnouncementState, MOST_OPEN, Objection, too_many};
use naast_domain::text::Text;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::privacy::consents;
use naast_persistence::support::announcements::{self, Announcement, ShownWords};
use naast_persistence::{Stored, directory, requests, support};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::reached;
use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::{Path, Sent};
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::{Platform, Said as _};
use crate::privacy::give::{ShownTextBody, shown};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// A talk to announce.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "date": "2026-12-03", "text": crate::privacy::give::example_of(ConsentKind::MeetingAnnouncement)
}))]
pub struct AnnouncementBody {
    /// The school that is told; the school of the request when you leave it out.
    pub location_code: Option<LocationCode>,
    /// The day of the talk.
    pub date: Date,
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
        retention: RetentionView,
    ) -> Self {
        let announced_at = stored.created_at;
        let one = stored.value;
        Self {
            id: one.id,
            location_code: one.school.to_string(),
            date: one.date,
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
/// Only the parent can, for each talk apart. School hears the buddy's first name and role, and the day, and nothing else. It does not
/// hear of your request, nor from here whose talk it is, and it cannot refuse.
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
            stored.course.announce(body.date, cx.today)?;
            if announcements::open_of_match(cx.tx, &stored, cx.today)? >= MOST_OPEN {
                return Err(too_many(stored.course.state).into());
            }
            let school = body.location_code.or_else(|| request.school.clone());
            let school = school.ok_or(Error::Internal("a sound announcement has a school"))?;
            // the register has it too, with a receipt
            let kind = (ConsentKind::MeetingAnnouncement, GivenHow::OwnLogin);
            let mut consent = shown(consent_id, kind, announcement_id.uuid(), &body.text, cx.now)?;
            consent.consent.valid_until = Some(body.date);
            let decides = cx.grant::<DecideOnRequest>()?;
            consents::give(cx.tx, &decides, &request, &mut consent)?;
            let announcement = Announcement {
                id: announcement_id,
                school_key: Some(school_key),
                school,
                date: body.date,
                state: AnnouncementState::Announced,
                shown: ShownWords {
                    text_version: consent.words.text_version,
                    language: consent.words.language,
                    text_hash: consent.words.text_hash,
                },
                withdrawn_at: None,
            };
            let kept = announcements::insert(cx.tx, &grant, &stored, (announcement, school_key), cx.now)?;
            let entry = cx
                .entry(stored.programme, role, Purpose::Support, "announcement.made")
                .on(announcement_id)
                .states(None, Some("announced"));
            let place = format!("/matches/{id}/meeting-announcements/{announcement_id}");
            let version = kept.version;
            let retention = RetentionView::load(cx.tx, stored.request)?;
            let view = AnnouncementView::of(kept, Vec::new(), retention);
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
    paging: Paging,
) -> Result<AnnouncementPage, Error> {
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadAnnouncements>()?;
            let (stored, _) = support::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            let record = Shown::matches(cx.db, &grant, DataKind::Announcement, &[&stored])?;
            cx.shows(record);
            let slice = announcements::list(cx.db, &grant, &stored, page)?;
            let all: Vec<&Stored<Announcement>> = slice.items.iter().collect();
            let mut noted = announcements::objections(cx.db, &stored, &all)?;
            let next_cursor = paging.next(&slice, |one| (one.created_at, one.id.uuid()));
            let retention = RetentionView::load(cx.db, stored.request)?;
            let view = |one: Stored<Announcement>| {
                let noted = noted.remove(&one.id).unwrap_or_default();
                AnnouncementView::of(one, noted, retention.clone())
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
            let (of, _) = support::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            let record = Shown::matches(cx.db, &grant, DataKind::Announcement, &[&of])?;
            cx.shows(record);
            let stored = announcements::find(cx.db, &of, announcement_id)?.ok_or(Error::NotFound)?;
            let mut noted = announcements::objections(cx.db, &of, &[&stored])?;
            let noted = noted.remove(&announcement_id).unwrap_or_default();
            let version = stored.version;
            let retention = RetentionView::load(cx.db, of.request)?;
            Ok(Answer::found(AnnouncementView::of(stored, noted, retention)).version(version))
        })
        .await
}
