//! The parent confirms what a coordinator heard her say: in her own account, or with the code from the letter. She reads first what it is for, and
//! says which words she was shown: they must be those in use today, as when she gives a consent herself.

use actix_web::{post, web};
use chrono::{DateTime, Days, Utc};
use naast_domain::Date;
use naast_domain::access::DecideOnRequest;
use naast_domain::code::Code as _;
use naast_domain::ids::{ConsentId, ProgrammeId, RequestId};
use naast_domain::journal::{Entry, Purpose};
use naast_domain::privacy::access::DataKind;
use naast_domain::privacy::consents::{
    CONFIRMATION_DAYS, ChildAge, Confirmation, ConfirmedHow, Consent, ConsentKind, RecipientKind,
    may_use_code, parent_decides, text_in_use,
};
use naast_domain::programmes::form_changed;
use naast_domain::requests::{ContinuedBy, RequestState, SupportRequest};
use naast_domain::text::Tongue;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::privacy::consents::{self, KeptConsent, ToConfirm};
use naast_persistence::{Database, Stored, Transaction, locks, organisations, programmes, requests};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::choice::{SaidShown, was_shown_a_choice};
use super::give::{ShownTextBody, example_of, in_use};
use super::pupil::words;
use super::view::ConsentView;
use crate::answer::Answer;
use crate::caller::{Caller, Reader, SignedIn};
use crate::clock::day_of;
use crate::contract::{Body, Path, Sent};
use crate::independence::again::{Occasion, recheck_request};
use crate::platform::{Platform, Said as _, unsigned_entry};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;
use crate::requests::news::{ProgrammeNewsView, shown_beside};

/// The fingerprint of a code that confirms a consent.
pub(super) fn of_confirmation(code: &str) -> [u8; 32] {
    crate::conversations::fingerprint("consent-confirmation", code)
}

/// Confirms a consent that was reported on a request that is locked, in the words that the parent was shown. One that she confirmed before stays as
/// it is.
fn confirm(
    tx: &mut Transaction<'_, '_>,
    stored: &Stored<SupportRequest>,
    kept: &mut KeptConsent,
    how: ConfirmedHow,
    (text, programmes_shown): (&ShownTextBody, Option<&[ProgrammeId]>),
    entry: impl Fn(&'static str) -> Entry,
    occasion: Occasion,
) -> Result<Vec<Entry>, Error> {
    let (now, today) = (occasion.now(), occasion.today());
    if !kept.consent.to_confirm(today)? {
        return Ok(Vec::new());
    }
    is_for_todays_form(tx, stored, &kept.consent, today)?;
    let said = SaidShown { programmes: programmes_shown, how: how.into(), at: now, today };
    was_shown_a_choice(tx, stored, kept.consent.kind, said)?;
    let seen = in_use(kept.consent.kind, text)?;
    if kept.consent.kind == ConsentKind::ChildHealthData {
        // her child may have spoken since it was heard
        parent_decides(ChildAge::Under16, &words(tx, stored)?)?;
    }
    let next = stored.consent(kept.consent.kind)?;
    consents::confirm(tx, stored, kept, (how, &seen), now)?;
    kept.consent.confirmed = Some(Confirmation { at: now, how: Some(how) });
    kept.confirmed_words = Some(seen);
    if next != stored.state {
        requests::change_state(tx, stored, next, None, now)?;
    }
    if kept.consent.kind == ConsentKind::Request {
        requests::go_on(tx, stored, ContinuedBy::Parent, now)?;
    }
    let states = (Some(stored.state.code()), Some(next.code()));
    let mut entries = vec![
        entry("consent.confirmed").on(kept.id),
        entry("request.consented").on(stored.id).states(states.0, states.1),
    ];
    if stored.state == RequestState::Matched && kept.consent.kind == ConsentKind::Request {
        // what rested for her answer goes on
        entries.extend(recheck_request(tx, stored, occasion)?);
    }
    Ok(entries)
}

/// Whether what a coordinator heard is of the form that the programme has today: the words of the parent were about it as it was that day.
///
/// # Errors
/// `form-changed`.
fn is_for_todays_form(
    db: &mut Database<'_>,
    request: &SupportRequest,
    heard: &Consent,
    today: Date,
) -> Result<(), Error> {
    if heard.is_for(programmes::form_on(db, request.programme, today)?) {
        return Ok(());
    }
    Err(form_changed().in_state(request.state.code(), request.permitted(true)).into())
}

/// The words that the parent was shown before she confirmed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "text": example_of(ConsentKind::Request) }))]
pub struct OwnConfirmationBody {
    /// The words that were shown: those in use for the kind of this consent.
    pub text: ShownTextBody,
    /// The programmes that you were shown beside them, for a request to a programme that a school runs: those of the notice (`programme`), at least one
    /// that the school does not run (S2).
    #[schema(max_items = 50)]
    pub programmes_shown: Option<Vec<ProgrammeId>>,
}

/// Confirm what was reported of me, in my own account and in the words that I was shown.
#[utoipa::path(
    operation_id = "confirmConsent",
    tag = "privacy",
    params(
        ("id" = RequestId, Path, description = "The request"),
        ("consentId" = ConsentId, Path, description = "The consent"),
    ),
    request_body = OwnConfirmationBody,
    responses((status = 200, description = "Confirmed, now or before: it counts", body = ConsentView)),
)]
#[post("/support-requests/{id}/consents/{consentId}/confirmation")]
pub async fn confirm_consent(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((id, consent_id)): Path<(RequestId, ConsentId)>,
    sent: Sent<OwnConfirmationBody>,
) -> Result<Answer<ConsentView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<DecideOnRequest>()?;
            locks::lock_request(cx.tx, id)?;
            let (stored, role) = requests::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let consents = consents::on(cx.tx, &stored)?;
            let mut kept = consents.into_iter().find(|kept| kept.id == consent_id).ok_or(Error::NotFound)?;
            let mut check = sent.check();
            check.refers_each("/programmesShown/*", |ids| Ok(programmes::are_there(cx.tx, &ids)?))?;
            let body = sent.sound(check)?;
            let (me, now) = (cx.me.person, cx.now);
            let entry =
                |act| crate::platform::signed_entry(stored.programme, me, role, Purpose::Matching, act, now);
            let shown = (&body.text, body.programmes_shown.as_deref());
            let occasion = Occasion::of(cx, role);
            let entries = confirm(cx.tx, &stored, &mut kept, ConfirmedHow::OwnLogin, shown, entry, occasion)?;
            let answer = Answer::found(ConsentView::load(cx.tx, &kept, id, cx.today)?);
            cx.shows([Shown::request(DataKind::Consents, role, &stored)]);
            Ok(cx.tx.keep(entries, answer)?)
        })
        .await
}

/// What a code confirms, while it is good and for whoever may use it.
///
/// # Errors
/// 404 for a code that nobody was sent and for one that is too old alike; `only-the-parent` for whoever reported it.
fn opened(db: &mut Database<'_>, code: &[u8], signed_in: SignedIn, today: Date) -> Result<ToConfirm, Error> {
    let found = consents::find_by_confirmation(db, code)?.ok_or(Error::NotFound)?;
    if good_until(&found.consent).is_none_or(|last| last < today) {
        return Err(Error::NotFound);
    }
    may_use_code(found.reported_by, signed_in.0)?;
    Ok(found)
}

/// The last day on which the code of a consent is good.
fn good_until(kept: &KeptConsent) -> Option<Date> {
    day_of(kept.given_at).checked_add_days(Days::new(CONFIRMATION_DAYS))
}

/// A code from a letter.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "code": "ABCD-EFGH-2345-6789" }))]
pub struct ConfirmationCodeBody {
    /// The code. Dashes, spaces and small letters do no harm.
    #[schema(min_length = 16, max_length = 30)]
    pub code: String,
}

/// What a code confirms: what for, at which programme, in which words.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentToConfirmView {
    /// What it is for.
    pub kind: ConsentKind,
    /// What the data are used for.
    pub purpose: Purpose,
    /// Who may receive something on it.
    pub recipients: Vec<RecipientKind>,
    /// The programme whose coordinator heard it.
    pub programme_id: ProgrammeId,
    /// What it is called.
    pub programme_name: String,
    /// For a request at a programme that a school runs: who else you can ask, none of them run by a school. Null otherwise.
    pub programme: Option<ProgrammeNewsView>,
    /// What the organisation is called that runs the pool, for `pool`; null for the other kinds.
    pub pool_organisation_name: Option<String>,
    /// When the coordinator recorded it.
    pub reported_at: DateTime<Utc>,
    /// The last day on which the code is good.
    pub last_date: Date,
    /// The words to show before it is confirmed: those in use today, in the language of Accept-Language.
    pub words: String,
    /// Their version.
    pub text_version: String,
    /// Their language.
    pub language: String,
    /// Their SHA-256, which the confirmation says.
    pub text_hash: String,
    /// When what was reported is erased: with the request that it belongs to.
    pub retention: RetentionView,
}

impl ConsentToConfirmView {
    fn load(
        db: &mut Database<'_>,
        found: &ToConfirm,
        (today, tongue): (Date, Tongue),
    ) -> Result<Self, Error> {
        let (kept, kind) = (&found.consent, found.consent.consent.kind);
        let programme = programmes::find(db, found.request.programme)?.ok_or(Error::NotFound)?;
        let pool = match kind {
            ConsentKind::Pool => organisations::find(db, kept.subject.into())?,
            _ => None,
        };
        let words = text_in_use(kind);
        Ok(Self {
            kind,
            purpose: kind.purpose(),
            recipients: kind.recipients().to_vec(),
            programme_id: found.request.programme,
            programme_name: programme.name.clone(),
            programme: shown_beside(db, &found.request, kind, today)?,
            pool_organisation_name: pool.map(|pool| pool.name.clone()),
            reported_at: kept.given_at,
            last_date: good_until(kept).ok_or(Error::NotFound)?,
            words: words.text.get(tongue).to_owned(),
            text_version: words.version.to_owned(),
            language: tongue.code().to_owned(),
            text_hash: words.fingerprint(tongue),
            retention: RetentionView::load(db, found.request.id)?,
        })
    }
}

/// Read what a code from a letter confirms, without an account.
///
/// Show it before it is confirmed: `textVersion`, `language` and `textHash` go into the confirmation. Whoever reported it, and sends her token, gets
/// 409 `only-the-parent`.
#[utoipa::path(
    operation_id = "findConsentToConfirm",
    tag = "privacy",
    security(()),
    request_body = ConfirmationCodeBody,
    responses(
        (status = 200, description = "What it is for, and the words", body = ConsentToConfirmView),
        (
            status = 404,
            description = "No consent waits for this code; it may be too old",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
        (
            status = 409,
            description = "There is nothing to confirm any more, or it is the parent's to confirm",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
    ),
)]
#[post("/consent-confirmations/_search")]
pub async fn find_consent_to_confirm(
    platform: web::Data<Platform>,
    Reader(tongue): Reader,
    signed_in: SignedIn,
    Body(body): Body<ConfirmationCodeBody>,
) -> Result<Answer<ConsentToConfirmView>, Error> {
    let today = platform.clock.today();
    platform
        .read_open(move |db| {
            let found = opened(db, &of_confirmation(&body.code), signed_in, today)?;
            found.consent.consent.to_confirm(today)?;
            is_for_todays_form(db, &found.request, &found.consent.consent, today)?;
            Ok(Answer::found(ConsentToConfirmView::load(db, &found, (today, tongue))?))
        })
        .await
}

/// A code from a letter, and the words that were shown to whoever sends it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "code": "ABCD-EFGH-2345-6789", "text": example_of(ConsentKind::Request) }))]
pub struct ConfirmationBody {
    /// The code. Dashes, spaces and small letters do no harm.
    #[schema(min_length = 16, max_length = 30)]
    pub code: String,
    /// The words that were shown, as `POST /consent-confirmations/_search` gives them.
    pub text: ShownTextBody,
    /// The programmes that were shown beside them, for a request to a programme that a school runs: those that it gives (`programme`), at least one that
    /// the school does not run (S2).
    #[schema(max_items = 50)]
    pub programmes_shown: Option<Vec<ProgrammeId>>,
}

/// Confirm what was reported of me, with the code from the letter and without an account, in the words that I was shown.
///
/// Whoever reported it, and sends her token, gets 409 `only-the-parent`.
#[utoipa::path(
    operation_id = "confirmConsentByCode",
    tag = "privacy",
    security(()),
    request_body = ConfirmationBody,
    responses(
        (status = 200, description = "Confirmed: from now on it counts", body = ConsentView),
        (
            status = 404,
            description = "No consent waits for this code; it may be too old",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
        (
            status = 409,
            description = "There is nothing to confirm any more, other words or no other programme were shown, or it is the parent's to confirm",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
    ),
)]
#[post("/consent-confirmations")]
pub async fn confirm_consent_by_code(
    platform: web::Data<Platform>,
    signed_in: SignedIn,
    sent: Sent<ConfirmationBody>,
) -> Result<Answer<ConsentView>, Error> {
    let now = platform.clock.now();
    let today = day_of(now);
    let holder = of_confirmation(&sent.check().get::<String>("/code").unwrap_or_default());
    platform
        .write_held(holder, move |tx| {
            let mut check = sent.check();
            check.refers_each("/programmesShown/*", |ids| Ok(programmes::are_there(tx, &ids)?))?;
            let body = sent.sound(check)?;
            let first = opened(tx, &holder, signed_in, today)?;
            locks::lock_request(tx, first.request.id)?;
            let ToConfirm { request, mut consent, .. } = opened(tx, &holder, signed_in, today)?;
            let entry = |act| unsigned_entry(request.programme, "parent", Purpose::Matching, act, now);
            let shown = (&body.text, body.programmes_shown.as_deref());
            let entries = confirm(
                tx,
                &request,
                &mut consent,
                ConfirmedHow::OneTimeCode,
                shown,
                entry,
                Occasion::of_platform(now, today),
            )?;
            let answer = Answer::found(ConsentView::load(tx, &consent, request.id, today)?);
            Ok(tx.keep(entries, answer)?)
        })
        .await
}
