//! What is kept of a person, for herself and nobody else: as data and as a page to read. It is kept for a day, sealed, and given out
//! once (AVG art. 15 and 20).

use actix_web::{get, post, web};
use chrono::{DateTime, TimeDelta, Utc};
use naast_domain::access::DecideOnRequest;
use naast_domain::code::Code as _;
use naast_domain::ids::ExportId;
use naast_domain::journal::{Chain, Purpose};
use naast_domain::organisations::Role;
use naast_domain::privacy::consents::{ConsentKind, RecipientKind, text_of};
use naast_domain::privacy::retention;
use naast_domain::rejection::Rejection;
use naast_domain::text::{Text, Tongue};
use naast_persistence::locks;
use naast_persistence::privacy::export::{self, Collections, Kept};
use naast_persistence::privacy::retention::cases_of;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::page::page;
use crate::answer::Answer;
use crate::caller::{Caller, Reader};
use crate::clock::fresh;
use crate::contract::Path;
use crate::platform::{Platform, Said as _, signed_entry};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// How long an export is kept.
const STAYS: TimeDelta = TimeDelta::hours(24);

/// An export that can be taken.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportView {
    /// Its id.
    pub id: ExportId,
    /// When it was asked for: it says what was kept at that moment.
    pub requested_at: DateTime<Utc>,
    /// When it is deleted.
    pub expires_at: DateTime<Utc>,
    /// When it was taken; null while it waits.
    pub taken_at: Option<DateTime<Utc>>,
    /// When it went before it was taken: something in it was taken back or erased since. Ask for another. Null while it is there.
    pub gone_at: Option<DateTime<Utc>>,
    /// When it is erased: at its last moment, taken or not.
    pub retention: RetentionView,
}

impl From<&Kept> for ExportView {
    fn from(kept: &Kept) -> Self {
        Self {
            id: kept.id,
            requested_at: kept.requested_at,
            expires_at: kept.expires_at,
            taken_at: kept.taken_at,
            gone_at: kept.gone_at,
            retention: RetentionView::of(retention::until(kept.expires_at)),
        }
    }
}

/// Everything that is kept of a person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportContentView {
    /// What is kept, by collection; each row has the members that the list of all columns names, and the id of the request that it
    /// belongs to. `names` says what ids and codes in it are called.
    #[schema(value_type = Object, additional_properties = true)]
    pub data: serde_json::Value,
    /// The same as a page of HTML to read, in the language of the call. It loads nothing and runs nothing.
    pub page: String,
}

/// Have everything that is kept of me brought together.
#[utoipa::path(
    operation_id = "requestExport",
    tag = "privacy",
    responses((status = 201, description = "It can be taken, once, within a day", body = ExportView)),
)]
#[post("/me/exports")]
pub async fn request_export(
    platform: web::Data<Platform>,
    caller: Caller,
) -> Result<Answer<ExportView>, Error> {
    let id: ExportId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<DecideOnRequest>()?;
            // what is taken back at this moment is not in it, or takes it along; in the order of their ids, as locks are taken everywhere
            for (request, _) in cases_of(cx.tx, &grant)? {
                locks::lock_request(cx.tx, request)?;
            }
            locks::lock_buddies_of(cx.tx, grant.person())?;
            let mut all = export::collect(cx.tx, cx.keys, &grant)?;
            without_ids(&mut all);
            with_texts(&mut all);
            let names = export::names(cx.tx, &grant, &all)?;
            let content = json!({ "madeAt": cx.now, "collections": all, "names": names }).to_string();
            export::forget_of(cx.tx, cx.keys, grant.person(), cx.now)?;
            export::keep(cx.tx, cx.keys, &grant, (id, &content), (cx.now, cx.now + STAYS))?;
            let kept = export::find(cx.tx, &grant, id, cx.now)?.ok_or(Error::NotFound)?;
            let act = "export.made";
            let entry =
                signed_entry(Chain::PLATFORM, cx.me.person, Role::Parent, Purpose::Support, act, cx.now);
            let place = format!("/me/exports/{id}");
            Ok(cx.tx.keep([entry.on(id)], Answer::created(ExportView::from(&kept), &place))?)
        })
        .await
}

/// Leaves out what has no name to be read by: the request and the talk that a consent is about, which stand beside it, and a buddy's id.
fn without_ids(all: &mut Collections) {
    let mut keep = |collection: &str, member: &str, kept: &dyn Fn(&str) -> bool| {
        for row in all.get_mut(collection).into_iter().flatten() {
            if !row.get("kind").and_then(serde_json::Value::as_str).is_some_and(kept) {
                row.insert(member.to_owned(), serde_json::Value::Null);
            }
        }
    };
    keep("requests.consents", "poolOrganisationId", &|kind| kind == ConsentKind::Pool.code());
    keep("requests.withdrawalRecipients", "recipient", &|kind| kind != RecipientKind::Buddy.code());
}

/// The words that she consented to, beside each consent.
fn with_texts(all: &mut Collections) {
    for consent in all.get_mut("requests.consents").into_iter().flatten() {
        let word = |name: &str| consent.get(name).and_then(serde_json::Value::as_str);
        let tongue = if word("language") == Some("en") { Tongue::English } else { Tongue::Dutch };
        let kind = word("kind").and_then(|kind| ConsentKind::parse(kind).ok());
        let found = kind.zip(word("textVersion")).and_then(|(kind, version)| text_of(kind, version));
        let text = found.map(|found| found.text.get(tongue).to_owned());
        consent.insert("text".to_owned(), json!(text));
    }
}

/// Get how an export of mine stands.
#[utoipa::path(
    operation_id = "getExport",
    tag = "privacy",
    params(("id" = ExportId, Path, description = "The export")),
    responses((status = 200, description = "The export", body = ExportView)),
)]
#[get("/me/exports/{id}")]
pub async fn get_export(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<ExportId>,
) -> Result<Answer<ExportView>, Error> {
    let now = platform.clock.now();
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<DecideOnRequest>()?;
            // when it was made and taken, and nothing of what is in it
            cx.shows([]);
            let kept = export::find(cx.db, &grant, id, now)?.ok_or(Error::NotFound)?;
            Ok(Answer::found(ExportView::from(&kept)))
        })
        .await
}

/// That an export went before it was taken.
fn gone() -> Rejection {
    let text = Text::of(
        "Sinds deze uitdraai is gemaakt, is er iets van wat erin stond teruggenomen of gewist. Daarom is hij weg. Vraag een nieuwe aan.",
        "Since this export was made, something in it was taken back or erased. That is why it is gone. Ask for another.",
    );
    Rejection::rule("export-gone", "AVG 17", text).in_state("gone", vec!["request"])
}

/// Take an export of mine: once.
#[utoipa::path(
    operation_id = "takeExport",
    tag = "privacy",
    params(("id" = ExportId, Path, description = "The export")),
    responses((status = 200, description = "Everything that was kept", body = ExportContentView)),
)]
#[post("/me/exports/{id}/download")]
pub async fn take_export(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<ExportId>,
) -> Result<Answer<ExportContentView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<DecideOnRequest>()?;
            let kept = export::find(cx.tx, &grant, id, cx.now)?.ok_or(Error::NotFound)?;
            if kept.gone_at.is_some() {
                return Err(gone().into());
            }
            // one that was taken is there no more
            let content = export::take(cx.tx, cx.keys, &kept, cx.now)?.ok_or(Error::NotFound)?;
            let data: serde_json::Value =
                serde_json::from_str(&content).map_err(|_| Error::Internal("an export does not read"))?;
            let page = page(&data, reader.0);
            let act = "export.taken";
            let entry =
                signed_entry(Chain::PLATFORM, cx.me.person, Role::Parent, Purpose::Support, act, cx.now);
            Ok(cx
                .tx
                .keep([entry.on(id)], Answer::found(ExportContentView { data, page }).shown_once(true))?)
        })
        .await
}

/// Takes away the exports whose day is over, with their keys. Says how many.
pub fn forget_expired(platform: &Platform) -> Result<usize, Error> {
    let (keys, now) = (platform.keys.clone(), platform.clock.now());
    let expired = platform.store.read(|db| Ok::<_, Error>(export::expired(db, now)?))?;
    if expired.is_empty() {
        return Ok(0);
    }
    platform.store.write(move |tx| {
        let gone = export::forget_expired(tx, &keys, now)?;
        Ok::<_, Error>(naast_persistence::Kept::bookkeeping(gone))
    })
}
