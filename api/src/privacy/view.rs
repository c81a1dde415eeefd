//! A consent as the parent reads it, and the receipt that she keeps of it.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use naast_domain::Date;
use naast_domain::access::ReadConsents;
use naast_domain::ids::{ConsentId, ProgrammeId, RequestId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::access::DataKind;
use naast_domain::privacy::consents::{
    ConfirmedHow, ConsentKind, ConsentState, Consequence, GivenHow, Named, RecipientKind, Shown, receipt,
    text_of,
};
use naast_domain::programmes::OrganisationForm;
use naast_domain::requests::{SupportRequest, WithdrawnBy};
use naast_domain::text::Tongue;
use naast_persistence::privacy::consents::{self, KeptConsent};
use naast_persistence::privacy::{access_log, choice};
use naast_persistence::support::announcements;
use naast_persistence::{Database, Stored, directory, organisations, programmes, requests};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::Answer;
use crate::caller::{Caller, Reader};
use crate::contract::Path;
use crate::page_of;
use crate::platform::Platform;
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// A consent of the parent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentView {
    /// Its id.
    pub id: ConsentId,
    /// The request that it belongs to.
    pub request_id: RequestId,
    /// What it is for.
    pub kind: ConsentKind,
    /// What it is about: the request itself, the announcement of a talk, or the organisation that runs a pool.
    pub subject_id: Uuid,
    /// What the data are used for.
    pub purpose: Purpose,
    /// Who may receive something on it.
    pub recipients: Vec<RecipientKind>,
    /// What stops when it is taken back; of what was reported and is not confirmed, the report alone.
    pub consequence: Consequence,
    /// Where it stands today.
    pub state: ConsentState,
    /// The version of the words that were shown to whoever gave it, or reported it.
    pub text_version: String,
    /// Their language.
    pub language: String,
    /// The SHA-256 of these words.
    pub text_hash: String,
    /// How it was given.
    pub given_how: GivenHow,
    /// When it was given.
    pub given_at: DateTime<Utc>,
    /// When the parent confirmed what was reported of her.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// How she confirmed it. Null before, and where it was confirmed before this was kept; so are the words of it.
    pub confirmed_how: Option<ConfirmedHow>,
    /// The version of the words that she was shown when she confirmed it.
    pub confirmed_text_version: Option<String>,
    /// The language of these words.
    pub confirmed_language: Option<String>,
    /// The SHA-256 of the words that she was shown when she confirmed it.
    pub confirmed_text_hash: Option<String>,
    /// The last day on which it is good; null when it has no end of its own.
    pub valid_until_date: Option<Date>,
    /// The form that the programme had when it was given: it is for whoever was responsible then. When the programme takes another form, a
    /// consent to a request is asked anew, and one to data on health opens nothing until it is given anew.
    pub programme_form: Option<OrganisationForm>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Who took it back, where that is known: the parent, a coordinator who heard it from her, or the pupil.
    pub withdrawn_by: Option<WithdrawnBy>,
    /// When it is erased: with the request that it belongs to.
    pub retention: RetentionView,
}

impl ConsentView {
    /// A consent on a request that a grant reached, as it stands on a day.
    pub fn load(
        db: &mut Database<'_>,
        kept: &KeptConsent,
        request: RequestId,
        today: Date,
    ) -> Result<Self, Error> {
        Ok(Self::of(kept, request, today, RetentionView::load(db, request)?))
    }

    /// The same, where the term of the request is known already.
    pub fn of(kept: &KeptConsent, request: RequestId, today: Date, retention: RetentionView) -> Self {
        let (consent, words, confirmed) = (&kept.consent, &kept.words, kept.confirmed_words.as_ref());
        Self {
            id: kept.id,
            request_id: request,
            kind: consent.kind,
            subject_id: kept.subject,
            purpose: consent.kind.purpose(),
            recipients: consent.kind.recipients().to_vec(),
            consequence: consent.consequence(),
            state: consent.state_on(today),
            text_version: words.text_version.clone(),
            language: words.language.clone(),
            text_hash: words.text_hash.clone(),
            given_how: consent.how,
            given_at: kept.given_at,
            confirmed_at: consent.confirmed.map(|confirmed| confirmed.at),
            confirmed_how: consent.confirmed.and_then(|confirmed| confirmed.how),
            confirmed_text_version: confirmed.map(|words| words.text_version.clone()),
            confirmed_language: confirmed.map(|words| words.language.clone()),
            confirmed_text_hash: confirmed.map(|words| words.text_hash.clone()),
            valid_until_date: consent.valid_until,
            programme_form: consent.form,
            withdrawn_at: consent.withdrawn_at,
            withdrawn_by: consent.withdrawn_by,
            retention,
        }
    }
}

page_of! {
    /// The consents on a request, in the order in which they were given.
    ConsentPage of ConsentView
}

/// List the consents on a request, also those that were taken back.
#[utoipa::path(
    operation_id = "listConsents",
    tag = "privacy",
    params(("id" = RequestId, Path, description = "The request")),
    responses((status = 200, description = "All of them, on one page", body = ConsentPage)),
)]
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
            cx.shows([access_log::Shown::request(DataKind::Consents, role, &stored)]);
            let consents = consents::on(cx.db, &stored)?;
            let retention = RetentionView::load(cx.db, id)?;
            let of = |kept| ConsentView::of(kept, id, cx.today, retention.clone());
            let data = consents.iter().map(of).collect();
            Ok(ConsentPage { data, next_cursor: None })
        })
        .await
}

/// A programme that was shown beside the words of a consent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProgrammeOnReceiptView {
    /// Its id.
    pub id: ProgrammeId,
    /// What it is called today.
    pub name: String,
}

/// The receipt of a consent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentReceiptView {
    /// The consent.
    pub consent: ConsentView,
    /// The exact words that she was shown, in the language in which they were shown: when she confirmed it, where it was reported. While she has not
    /// confirmed it, those that whoever reported it had before her.
    pub words: String,
    /// The programmes that she was shown with the words, for a request to a programme that a school runs, as was said with the consent or with its
    /// confirmation; while she has not confirmed it, those that whoever reported it says she was shown. Empty where none had to be shown then, and of a
    /// consent of before this was kept.
    pub programmes_shown: Vec<ProgrammeOnReceiptView>,
    /// Where it is taken back: `POST` here, at any moment, without a reason.
    pub withdrawal: String,
    /// The whole receipt as lines to read, print or keep, in the language of Accept-Language.
    pub page: String,
}

/// Read the receipt of a consent: the exact words, their fingerprint, and how to take it back.
#[utoipa::path(
    operation_id = "getConsentReceipt",
    tag = "privacy",
    params(
        ("id" = RequestId, Path, description = "The request"),
        ("consentId" = ConsentId, Path, description = "The consent"),
    ),
    responses((status = 200, description = "The receipt", body = ConsentReceiptView)),
)]
#[get("/support-requests/{id}/consents/{consentId}/receipt")]
pub async fn get_consent_receipt(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path((id, consent_id)): Path<(RequestId, ConsentId)>,
) -> Result<Answer<ConsentReceiptView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadConsents>()?;
            let (stored, role) = requests::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            cx.shows([access_log::Shown::request(DataKind::Consents, role, &stored)]);
            let consents = consents::on(cx.db, &stored)?;
            let kept = consents.iter().find(|kept| kept.id == consent_id).ok_or(Error::NotFound)?;
            let last = kept.last_words();
            let tongue =
                if last.language == Tongue::English.code() { Tongue::English } else { Tongue::Dutch };
            let words = text_of(kept.consent.kind, &last.text_version)
                .filter(|words| words.fingerprint(tongue) == last.text_hash)
                .ok_or(Error::Internal("the words of a consent are those that were shown"))?;
            let words = words.text.get(tongue);
            let programme = programmes::find(cx.db, stored.programme)?.ok_or(Error::NotFound)?;
            let organisation = organisations::find(cx.db, programme.organisation)?.ok_or(Error::NotFound)?;
            let (pool, school) = about(cx.db, &stored, kept)?;
            let seen_at = kept.consent.confirmed.map_or(kept.given_at, |confirmed| confirmed.at);
            let seen = choice::shown_with(cx.db, &stored, seen_at)?;
            let beside: Vec<String> = seen.iter().map(|(_, name)| name.clone()).collect();
            let shown = Shown {
                consent: kept.consent,
                named: Named {
                    programme: &programme.name,
                    organisation: &organisation.name,
                    pool: pool.as_deref(),
                    school: school.as_deref(),
                },
                words,
                version: &last.text_version,
                hash: &last.text_hash,
                given_at: kept.given_at,
                beside: &beside,
            };
            Ok(Answer::found(ConsentReceiptView {
                consent: ConsentView::load(cx.db, kept, id, cx.today)?,
                words: words.to_owned(),
                programmes_shown: seen
                    .into_iter()
                    .map(|(id, name)| ProgrammeOnReceiptView { id, name })
                    .collect(),
                withdrawal: format!(
                    "{}/support-requests/{id}/consents/{consent_id}/withdrawal",
                    crate::contract::BASE
                ),
                page: receipt(&shown).get(reader.0).to_owned(),
            }))
        })
        .await
}

/// What a consent is about, by name: the organisation that runs a pool, and the school that hears of a talk.
fn about(
    db: &mut Database<'_>,
    request: &Stored<SupportRequest>,
    kept: &KeptConsent,
) -> Result<(Option<String>, Option<String>), Error> {
    match kept.consent.kind {
        ConsentKind::Pool => {
            let pool = organisations::find(db, kept.subject.into())?;
            Ok((pool.map(|pool| pool.value.name), None))
        }
        ConsentKind::MeetingAnnouncement => {
            let Some(code) = announcements::school_told(db, request, kept.subject.into())? else {
                return Ok((None, None));
            };
            let school = directory::find(db, &code)?;
            Ok((None, school.map(|listed| listed.school.name)))
        }
        _ => Ok((None, None)),
    }
}
