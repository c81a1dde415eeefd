//! The buddy records that she and the parent met: date, channel, minutes and kind of task. No content.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use naast_domain::Date;
use naast_domain::access::{ReadContacts, RecordContact};
use naast_domain::buddies::Channel;
use naast_domain::ids::{ContactId, MatchId, PersonId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::access::DataKind;
use naast_domain::support::{ContactTask, NotThen, Ran};
use naast_domain::text::Text;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::requests;
use naast_persistence::support::{self, Contact};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::reached;
use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::{Check, Path, Sent};
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::{Platform, Said as _};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// A contact to record.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "date": "2026-10-05", "channel": "online", "minutes": 45, "task": "listening" }))]
pub struct MeetingBody {
    /// The day.
    pub date: Date,
    /// Online or in person.
    pub channel: Channel,
    /// How long, in minutes.
    #[schema(minimum = 1, maximum = 600)]
    pub minutes: u32,
    /// What they did.
    pub task: ContactTask,
}

/// That parent and buddy met.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeetingView {
    /// Its id.
    pub id: ContactId,
    /// The day.
    #[schema(format = Date)]
    pub date: Date,
    /// Online or in person.
    pub channel: Channel,
    /// How long, in minutes.
    pub minutes: u32,
    /// What they did.
    pub task: ContactTask,
    /// Who recorded it.
    pub recorded_by: PersonId,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// When it is erased, with the rest of its case.
    pub retention: RetentionView,
}

impl MeetingView {
    fn of(one: &Contact, retention: RetentionView) -> Self {
        Self {
            id: one.id,
            date: one.date,
            channel: one.channel,
            minutes: one.minutes,
            task: one.task,
            recorded_by: one.recorded_by,
            recorded_at: one.recorded_at,
            retention,
        }
    }
}

/// A contact was on a day on which the match ran.
fn has_been(check: &mut Check<'_>, ran: &Ran, today: Date) {
    let Some(date) = check.get::<Date>("/date") else { return };
    let Err(fault) = ran.on(date, today) else { return };
    let (code, text) = match fault {
        NotThen::BeforeItBegan(began) => (
            "too-early",
            Text::new(
                format!("Niet voor het begin van de koppeling, op {began}."),
                format!("Not before the match began, on {began}."),
            ),
        ),
        NotThen::Ahead => (
            "too-late",
            Text::of("Een contact is geweest: vandaag of eerder.", "A contact has been: today or earlier."),
        ),
        NotThen::AfterItEnded(ended) => (
            "too-late",
            Text::new(
                format!("Niet na het einde van de koppeling, op {ended}."),
                format!("Not after the match ended, on {ended}."),
            ),
        ),
        NotThen::AtRest(rest) => (
            "at-rest",
            rest.until.map_or_else(
                || {
                    Text::new(
                        format!("Na {} had de koppeling pauze.", rest.since),
                        format!("After {} the match was paused.", rest.since),
                    )
                },
                |until| {
                    Text::new(
                        format!("Tussen {} en {until} had de koppeling pauze.", rest.since),
                        format!("Between {} and {until} the match was paused.", rest.since),
                    )
                },
            ),
        ),
    };
    check.fault("/date", code, text);
}

/// Record that parent and buddy met.
///
/// The day of the contact decides, not how the match stands today: it ran on that day, from the day on which it began up to and with
/// the one on which it was paused or ended. It can be recorded for 30 days after the match ended, and not once the parent has withdrawn.
#[utoipa::path(
    operation_id = "recordContact",
    tag = "support",
    params(("id" = MatchId, Path, description = "The match")),
    request_body = MeetingBody,
    responses((status = 201, description = "Recorded", body = MeetingView)),
)]
#[post("/matches/{id}/contacts")]
pub async fn record_contact(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<MatchId>,
    sent: Sent<MeetingBody>,
) -> Result<Answer<MeetingView>, Error> {
    let contact_id: ContactId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<RecordContact>()?;
            let (stored, role) = reached::<RecordContact>(cx, id)?;
            let request = requests::of_match(cx.tx, &stored)?;
            let ran = support::ran(cx.tx, &grant, &stored)?;
            ran.can_be_noted(stored.closed_because, request.state, cx.today)?;
            let mut check = sent.check();
            has_been(&mut check, &ran, cx.today);
            let body = sent.sound(check)?;
            let contact = Contact {
                id: contact_id,
                date: body.date,
                channel: body.channel,
                minutes: body.minutes,
                task: body.task,
                recorded_by: cx.me.person,
                recorded_at: cx.now,
            };
            support::insert_contact(cx.tx, &grant, &stored, &contact)?;
            let entry = cx.entry(stored.programme, role, Purpose::Support, "contact.recorded").on(contact_id);
            let place = format!("/matches/{id}/contacts");
            let retention = RetentionView::load(cx.tx, stored.request)?;
            Ok(cx.tx.keep([entry], Answer::created(MeetingView::of(&contact, retention), &place))?)
        })
        .await
}

page_of! {
    /// A page of the contacts of a match, newest first.
    MeetingPage of MeetingView
}

/// List when parent and buddy met.
#[utoipa::path(
    operation_id = "listContacts",
    tag = "support",
    params(("id" = MatchId, Path, description = "The match"), PageQuery),
    responses((status = 200, description = "A page", body = MeetingPage)),
)]
#[get("/matches/{id}/contacts")]
pub async fn list_contacts(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<MatchId>,
    paging: Paging,
) -> Result<MeetingPage, Error> {
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadContacts>()?;
            let (stored, _) = support::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            let record = Shown::matches(cx.db, &grant, DataKind::Contacts, &[&stored])?;
            cx.shows(record);
            let slice = support::contacts_of(cx.db, &grant, &stored, page)?;
            let next_cursor = paging.next(&slice, |one| (one.recorded_at, one.id.uuid()));
            let retention = RetentionView::load(cx.db, stored.request)?;
            let view = |one: &Contact| MeetingView::of(one, retention.clone());
            Ok(MeetingPage { data: slice.items.iter().map(view).collect(), next_cursor })
        })
        .await
}
