//! What a coordinator heard the parent say, by telephone perhaps. It counts for nothing until the parent confirms it
//! herself: in her own account, or with a code that goes to the contact way that she gave.

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::{post, web};
use chrono::Days;
use naast_domain::access::{DecideOnRequest, ReportConsent};
use naast_domain::code::Code as _;
use naast_domain::ids::{ConsentId, RequestId};
use naast_domain::journal::{Entry, Purpose};
use naast_domain::privacy::access::DataKind;
use naast_domain::privacy::consents::{CONFIRMATION_DAYS, ChildAge, ConsentKind, GivenHow, parent_decides};
use naast_domain::rejection::Rejection;
use naast_domain::requests::{ContactKind, SupportRequest};
use naast_domain::text::Text;
use naast_domain::{Date, Moment};
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::privacy::consents::{self, KeptConsent};
use naast_persistence::{Stored, Transaction, locks, requests};
use serde::Deserialize;
use utoipa::ToSchema;

use super::choice::was_shown_a_choice;
use super::give::{ConsentBody, shown};
use super::pupil::words;
use super::view::ConsentView;
use crate::answer::Answer;
use crate::caller::{Caller, Reader};
use crate::clock::{day_of, fresh, fresh_code};
use crate::contract::{Body, Path, Sent};
use crate::identity::post::Letter;
use crate::platform::{Platform, Said as _, unsigned_entry};
use crate::problem::Error;

/// The fingerprint of a code that confirms a consent.
fn of_confirmation(code: &str) -> [u8; 32] {
    crate::conversations::fingerprint("consent-confirmation", code)
}

fn letter(to: lettre::Address, code: &str, reader: Reader) -> Letter {
    let subject = Text::of("Wilt u iets bevestigen?", "Will you confirm something?");
    let text = Text::new(
        format!(
            "Er is iets in Naast dat pas telt als u het zelf bevestigt.\n\nUw code is {code}\n\nDe code geldt veertien dagen. \
             Geef hem aan niemand, ook niet aan uw coördinator. Klopt het niet? Dan hoeft u niets te doen.\n"
        ),
        format!(
            "There is something in Naast that counts only once you confirm it yourself.\n\nYour code is {code}\n\nIt is good \
             for fourteen days. Give it to nobody, not to your coordinator either. Is it not right? Then you need not do \
             anything.\n"
        ),
    );
    Letter { to, subject: subject.get(reader.0).to_owned(), text: text.get(reader.0).to_owned() }
}

/// Report that the parent said yes. It counts only once she confirms it herself.
#[utoipa::path(
    operation_id = "reportConsent",
    tag = "privacy",
    params(("id" = RequestId, Path, description = "The request")),
    request_body = ConsentBody,
    responses(
        (
            status = 201,
            description = "Kept, to be confirmed by the parent; where she gave an e-mail address, a code goes to it",
            body = ConsentView,
        ),
    ),
)]
#[post("/support-requests/{id}/reported-consents")]
pub async fn report_consent(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<RequestId>,
    sent: Sent<ConsentBody>,
) -> Result<Answer<ConsentView>, Error> {
    let (consent_id, code): (ConsentId, String) = (fresh(), fresh_code());
    let confirmation = of_confirmation(&code);
    // filled in once the use case has run; a repeated call does not run it, and sends no second letter
    let found = Arc::new(Mutex::new(None));
    let address = Arc::clone(&found);
    let answer = platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<ReportConsent>()?;
            locks::lock_request(cx.tx, id)?;
            let (stored, role) = requests::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let mut check = sent.check();
            ConsentBody::look_up(&mut check, cx.tx)?;
            let body = sent.sound(check)?;
            if !body.kind.may_be_reported() {
                return Err(Rejection::rule(
                    "only-the-parent",
                    "L6",
                    Text::of(
                        "Deze toestemming geeft alleen de ouder of leerling zelf.",
                        "This consent is given only by the parent or pupil herself.",
                    ),
                )
                .into());
            }
            stored.consent(body.kind)?;
            was_shown_a_choice(cx.tx, &stored, &body, cx.today)?;
            let subject = body.subject(cx.tx, &stored)?;
            let how = (body.kind, GivenHow::ReportedByStaff);
            let consent = shown(consent_id, how, subject, &body.text, cx.now)?;
            consents::report(cx.tx, &grant, &stored, &consent, &confirmation)?;
            let contact = requests::contacts_of(cx.tx, cx.keys, &[&stored])?.remove(&id);
            *address.lock().unwrap_or_else(PoisonError::into_inner) = contact
                .filter(|contact| contact.kind == ContactKind::Email)
                .and_then(|contact| crate::identity::address(&contact.value));
            let entry =
                cx.entry(stored.programme, role, Purpose::Matching, "consent.reported").on(consent_id);
            let place = format!("/support-requests/{id}/consents/{consent_id}/receipt");
            let view = ConsentView::load(cx.tx, &consent, id, cx.today)?;
            Ok(cx.tx.keep([entry], Answer::created(view, &place))?)
        })
        .await?;
    let to = found.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(to) = to {
        platform.identity.post.send(letter(to, &code, reader));
    }
    Ok(answer)
}

/// Confirms a consent that was reported on a request that is locked.
fn confirm(
    tx: &mut Transaction<'_, '_>,
    stored: &Stored<SupportRequest>,
    kept: &mut KeptConsent,
    entry: impl Fn(&'static str) -> Entry,
    (now, today): (Moment, Date),
) -> Result<Vec<Entry>, Error> {
    if !kept.consent.to_confirm(today)? {
        return Ok(Vec::new());
    }
    if kept.consent.kind == ConsentKind::ChildHealthData {
        // her child may have spoken since it was heard
        parent_decides(ChildAge::Under16, &words(tx, stored)?)?;
    }
    let next = stored.consent(kept.consent.kind)?;
    consents::confirm(tx, stored, kept, now)?;
    kept.consent.confirmed_at = Some(now);
    if next != stored.state {
        requests::change_state(tx, stored, next, None, now)?;
    }
    let states = (Some(stored.state.code()), Some(next.code()));
    Ok(vec![
        entry("consent.confirmed").on(kept.id),
        entry("request.consented").on(stored.id).states(states.0, states.1),
    ])
}

/// Confirm what was reported of me, in my own account.
#[utoipa::path(
    operation_id = "confirmConsent",
    tag = "privacy",
    params(
        ("id" = RequestId, Path, description = "The request"),
        ("consentId" = ConsentId, Path, description = "The consent"),
    ),
    responses((status = 200, description = "Confirmed, now or before: it counts", body = ConsentView)),
)]
#[post("/support-requests/{id}/consents/{consentId}/confirmation")]
pub async fn confirm_consent(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((id, consent_id)): Path<(RequestId, ConsentId)>,
) -> Result<Answer<ConsentView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<DecideOnRequest>()?;
            locks::lock_request(cx.tx, id)?;
            let (stored, role) = requests::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let consents = consents::on(cx.tx, &stored)?;
            let mut kept = consents.into_iter().find(|kept| kept.id == consent_id).ok_or(Error::NotFound)?;
            let (me, at) = (cx.me.person, (cx.now, cx.today));
            let entry =
                |act| crate::platform::signed_entry(stored.programme, me, role, Purpose::Matching, act, at.0);
            let entries = confirm(cx.tx, &stored, &mut kept, entry, at)?;
            let answer = Answer::found(ConsentView::load(cx.tx, &kept, id, cx.today)?);
            cx.shows([Shown::request(DataKind::Consents, role, &stored)]);
            Ok(cx.tx.keep(entries, answer)?)
        })
        .await
}

/// A code from a letter.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "code": "ABCD-EFGH-2345-6789" }))]
pub struct ConfirmationBody {
    /// The code. Dashes, spaces and small letters do no harm.
    #[schema(min_length = 16, max_length = 30)]
    pub code: String,
}

/// Confirm what was reported of me, with the code from the letter and without an account.
#[utoipa::path(
    operation_id = "confirmConsentByCode",
    tag = "privacy",
    security(()),
    request_body = ConfirmationBody,
    responses(
        (status = 200, description = "Confirmed: from now on it counts", body = ConsentView),
        (
            status = 404,
            description = "No consent waits for this code",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
        (
            status = 409,
            description = "There is nothing to confirm any more",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
    ),
)]
#[post("/consent-confirmations")]
pub async fn confirm_consent_by_code(
    platform: web::Data<Platform>,
    Body(body): Body<ConfirmationBody>,
) -> Result<Answer<ConsentView>, Error> {
    let now = platform.clock.now();
    let today = day_of(now);
    let holder = of_confirmation(&body.code);
    platform
        .write_held(holder, move |tx| {
            let (first, _) = consents::find_by_confirmation(tx, &holder)?.ok_or(Error::NotFound)?;
            locks::lock_request(tx, first.id)?;
            let (stored, mut kept) = consents::find_by_confirmation(tx, &holder)?.ok_or(Error::NotFound)?;
            let last = day_of(kept.given_at).checked_add_days(Days::new(CONFIRMATION_DAYS));
            if last.is_none_or(|last| last < today) {
                return Err(Error::NotFound);
            }
            let entry = |act| unsigned_entry(stored.programme, "parent", Purpose::Matching, act, now);
            let entries = confirm(tx, &stored, &mut kept, entry, (now, today))?;
            let answer = Answer::found(ConsentView::load(tx, &kept, stored.id, today)?);
            Ok(tx.keep(entries, answer)?)
        })
        .await
}
