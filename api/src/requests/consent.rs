//! The parent consents, in the exact words that she was shown. Nobody can do it for her.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use naast_domain::access::{DecideOnRequest, ReadConsents};
use naast_domain::code::Code as _;
use naast_domain::ids::{ConsentId, RequestId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::access::DataKind;
use naast_domain::rejection::Rejection;
use naast_domain::requests::{Consent, ConsentKind, TEXT_VERSION, TEXTS, text_of};
use naast_domain::text::{Text, Tongue};
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::requests::KeptConsent;
use naast_persistence::{locks, requests};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::{Body, Path};
use crate::page_of;
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// The words that were shown.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "textVersion": "2026-1", "language": "nl" }))]
pub struct ShownTextBody {
    /// Their version; only the version in use can be consented to.
    #[schema(min_length = 1, max_length = 20)]
    pub text_version: String,
    /// Their language.
    #[schema(pattern = "^(nl|en)$")]
    pub language: String,
}

/// A consent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "kind": "request", "text": { "textVersion": "2026-1", "language": "nl" } }))]
pub struct ConsentBody {
    /// What it is for: `request`, or apart from it `child-health-data`.
    pub kind: ConsentKind,
    /// The words that were shown.
    pub text: ShownTextBody,
}

/// A consent of the parent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentView {
    /// Its id.
    pub id: ConsentId,
    /// What it is for.
    pub kind: ConsentKind,
    /// The version of the words that were shown.
    pub text_version: String,
    /// Their language.
    pub language: String,
    /// The SHA-256 of the words that were shown.
    pub text_hash: String,
    /// When it was given.
    pub given_at: DateTime<Utc>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

impl From<KeptConsent> for ConsentView {
    fn from(kept: KeptConsent) -> Self {
        Self {
            id: kept.id,
            kind: kept.consent.kind,
            text_version: kept.text_version,
            language: kept.language,
            text_hash: kept.text_hash,
            given_at: kept.given_at,
            withdrawn_at: kept.consent.withdrawn_at,
        }
    }
}

/// The consent that these words are, given now.
pub fn shown(
    id: ConsentId,
    kind: ConsentKind,
    text: &ShownTextBody,
    now: DateTime<Utc>,
) -> Result<KeptConsent, Error> {
    let tongue = if text.language == "en" { Tongue::English } else { Tongue::Dutch };
    let words =
        text_of(kind, &text.text_version).filter(|words| words.version == TEXT_VERSION).ok_or_else(|| {
            Rejection::rule(
                "consent-text-unknown",
                "L6",
                Text::new(
                    format!("Toon de tekst die nu geldt: versie {TEXT_VERSION}."),
                    format!("Show the text that is in use now: version {TEXT_VERSION}."),
                ),
            )
            .in_state("text-version", vec![TEXT_VERSION])
        })?;
    Ok(KeptConsent {
        id,
        consent: Consent { kind, withdrawn_at: None },
        text_version: words.version.to_owned(),
        language: text.language.clone(),
        text_hash: words.fingerprint(tongue),
        given_at: now,
    })
}

/// The words of a consent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentTextView {
    /// What it is for.
    pub kind: ConsentKind,
    /// The version.
    pub version: String,
    /// The language.
    pub language: String,
    /// The words to show.
    pub text: String,
    /// Their SHA-256, which a consent keeps.
    pub text_hash: String,
    /// Whether this is the version in use.
    pub current: bool,
}

page_of! {
    /// The words of every consent, in both languages.
    ConsentTextPage of ConsentTextView
}

/// Read the words that a parent must be shown before she consents.
#[utoipa::path(operation_id = "listConsentTexts", tag = "requests", security(()), responses((status = 200, description = "All of them, on one page", body = ConsentTextPage)))]
#[get("/consent-texts")]
pub async fn list_consent_texts() -> ConsentTextPage {
    let languages = [("nl", Tongue::Dutch), ("en", Tongue::English)];
    let data = TEXTS.iter().flat_map(|words| languages.map(|(language, tongue)| (words, language, tongue)));
    let data = data.map(|(words, language, tongue)| ConsentTextView {
        kind: words.kind,
        version: words.version.to_owned(),
        language: language.to_owned(),
        text: words.text.get(tongue).to_owned(),
        text_hash: words.fingerprint(tongue),
        current: words.version == TEXT_VERSION,
    });
    ConsentTextPage { data: data.collect(), next_cursor: None }
}

/// Consent. Only the parent herself can.
#[utoipa::path(operation_id = "giveConsent", tag = "requests", params(("id" = RequestId, Path, description = "The request")), request_body = ConsentBody, responses((status = 201, description = "Kept, with the words that were shown", body = ConsentView)))]
#[post("/support-requests/{id}/consents")]
pub async fn give_consent(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<RequestId>,
    Body(body): Body<ConsentBody>,
) -> Result<Answer<ConsentView>, Error> {
    let consent_id: ConsentId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<DecideOnRequest>()?;
            locks::lock_request(cx.tx, id)?;
            let (stored, role) = requests::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let next = stored.consent(body.kind)?;
            let consent = shown(consent_id, body.kind, &body.text, cx.now)?;
            requests::insert_consent(cx.tx, &grant, &stored, &consent)?;
            if next != stored.state {
                requests::change_state(cx.tx, &stored, next, None, cx.now)?;
            }
            let entry = cx
                .entry(stored.programme, role, Purpose::Matching, "request.consented")
                .on(id)
                .states(Some(stored.state.code()), Some(next.code()));
            let place = format!("/support-requests/{id}/consents");
            Ok(cx.tx.keep([entry], Answer::created(ConsentView::from(consent), &place))?)
        })
        .await
}

page_of! {
    /// The consents on a request, in the order in which they were given.
    ConsentPage of ConsentView
}

/// List the consents on a request, also those that were taken back.
#[utoipa::path(operation_id = "listConsents", tag = "requests", params(("id" = RequestId, Path, description = "The request")), responses((status = 200, description = "All of them, on one page", body = ConsentPage)))]
#[get("/support-requests/{id}/consents")]
pub async fn list_consents(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<RequestId>,
) -> Result<ConsentPage, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadConsents>()?;
            let (stored, role) = requests::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            cx.shows([Shown::request(DataKind::Consents, role, &stored)]);
            let consents = requests::consents_on(cx.db, &stored)?;
            Ok(ConsentPage { data: consents.into_iter().map(ConsentView::from).collect(), next_cursor: None })
        })
        .await
}
