//! An event as it is read and as it is sent: CloudEvents 1.0 in the NL GOV profile 1.1, without data.

use chrono::{DateTime, Utc};
use naast_domain::events::{EventType, event_id};
use naast_domain::ids::ProgrammeId;
use naast_persistence::events::Recorded;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::contract::BASE;

/// The form of an event on the wire.
pub const MEDIA_TYPE: &str = "application/cloudevents+json";

/// Something that happened: a CloudEvent (NL GOV profile 1.1) that says which object changed and nothing of what is in it.
/// Who wants to know more reads the object, with her own rights.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "specversion": "1.0", "id": "0f6a4a1e-5b7a-8d1c-9c55-6d1d3f0c9a01",
    "source": "urn:nld:oin:00000000000000000000:systeem:naast", "type": "nl.naast.request.withdrawn",
    "subject": "request/6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0001", "time": "2026-11-23T09:30:00.123456Z",
    "dataref": "/v1/support-requests/6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0001",
    "programmeid": "0a7e3f52-2c0e-4d43-8a54-0b8f6e9d0002", "sequence": "0000000000000000042"
}))]
pub struct EventView {
    /// The version of CloudEvents: `1.0`.
    pub specversion: String,
    /// The event. It is the same in the feed, in each delivery and in each replay: use it to see that you have it already.
    pub id: Uuid,
    /// Who tells it: the system of one organisation.
    #[schema(format = "uri-reference")]
    pub source: String,
    /// What happened. Types can come; pass over one that you do not know.
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    pub kind: EventType,
    /// To what: a kind of object, a slash and its id.
    pub subject: String,
    /// When it was recorded, which is when it happened to within a transaction.
    pub time: DateTime<Utc>,
    /// Where the object can be read, for who may; null for what has no place of its own.
    #[schema(format = "uri-reference")]
    pub dataref: Option<String>,
    /// The programme; null for what belongs to none.
    pub programmeid: Option<ProgrammeId>,
    /// Its number among all changes of the programme, or of the platform, in nineteen digits, so that it can be compared as text (CloudEvents,
    /// extension Sequence). Numbers rise; not every change is an event, so some are missing, and there is no `sequencetype`: `Integer` would
    /// promise that none is.
    #[schema(pattern = r"^[0-9]{19}$")]
    pub sequence: String,
}

impl EventView {
    /// The event that a row of the journal is, told by this source.
    pub fn of(event: &Recorded, source: &str) -> Self {
        // the row about a covered school names the school
        let kind = match event.kind {
            EventType::ProgrammeSchoolCovered => "school",
            _ => &event.object_kind,
        };
        Self {
            specversion: "1.0".to_owned(),
            id: event_id(&event.hash),
            source: source.to_owned(),
            kind: event.kind,
            subject: format!("{kind}/{}", event.object_id),
            time: event.at,
            dataref: place(kind).map(|place| format!("{BASE}/{place}/{}", event.object_id)),
            programmeid: event.chain.programme(),
            sequence: sequence(event.seq),
        }
    }

    /// The event as it is sent.
    #[expect(clippy::missing_panics_doc, reason = "an event is plain text")]
    pub fn written(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an event is plain text")
    }
}

/// A number of the journal as it is told: texts of one length, which stand in the order of the numbers.
pub(super) fn sequence(number: i64) -> String {
    format!("{number:019}")
}

/// The collection in which an object of this kind has a place of its own.
fn place(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "request" => "support-requests",
        "proposal" => "proposals",
        "match" => "matches",
        "buddy" => "buddies",
        "programme" => "programmes",
        "school" => "schools",
        "organisation" => "organisations",
        "directory-import" => "directory-imports",
        "webhook-subscription" => "webhook-subscriptions",
        _ => return None,
    })
}
