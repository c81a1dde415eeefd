//! What a coordinator heard the parent say, by telephone perhaps. It counts for nothing until the parent confirms it
//! herself (`confirm.rs`): in her own account, or with a code that goes to the contact way that she gave.

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::{post, web};
use naast_domain::access::ReportConsent;
use naast_domain::ids::{ConsentId, RequestId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::consents::{CONFIRMATION_DAYS, GivenHow};
use naast_domain::rejection::Rejection;
use naast_domain::requests::ContactKind;
use naast_domain::text::Text;
use naast_persistence::privacy::consents;
use naast_persistence::{locks, requests};

use super::choice::{was_shown_a_choice, was_shown_the_form};
use super::confirm::of_confirmation;
use super::give::{ConsentBody, shown};
use super::view::ConsentView;
use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::{fresh, fresh_code};
use crate::contract::{Path, Sent};
use crate::identity::post::Letter;
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// The letter to the parent. Whoever calls is not who reads it, so it is in both languages. It does not say what she is heard to have said yes to: who
/// shares her mailbox would read there that it is about her child's health. She reads the words before she confirms them.
fn letter(to: lettre::Address, code: &str, place: &str) -> Letter {
    let subject = "Wilt u iets bevestigen? / Will you confirm something?".to_owned();
    let text = format!(
        "Een coördinator schreef op dat u ergens ja op zei. Het telt pas als u het zelf bevestigt.\n\nUw code is {code}\n\n\
         Lees eerst waarop, en in welke woorden. U ziet ze als u deze code invult bij Naast ({place}), voordat u iets bevestigt.\n\
         De code geldt {CONFIRMATION_DAYS} dagen. Geef hem aan niemand, ook niet aan uw coördinator. Klopt het niet? Dan hoeft u niets te doen.\n\n\
         --\n\n\
         A coordinator noted that you said yes to something. It counts only once you confirm it yourself.\n\nYour code is {code}\n\n\
         First read to what, and in which words. You see them when you enter this code at Naast ({place}), before you confirm anything.\n\
         The code is good for {CONFIRMATION_DAYS} days. Give it to nobody, not to your coordinator either. Is it not right? Then you need not do \
         anything.\n",
    );
    Letter { to, subject, text }
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
            ConsentBody::look_up(&mut check, cx)?;
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
            was_shown_the_form(cx.tx, &stored, &body, cx.today)?;
            was_shown_a_choice(cx.tx, &stored, body.kind, body.said_shown(GivenHow::ReportedByStaff, cx))?;
            let subject = body.subject(cx.tx, &stored)?;
            let how = (body.kind, GivenHow::ReportedByStaff);
            let mut consent = shown(consent_id, how, subject, &body.text, cx.now)?;
            consents::report(cx.tx, &grant, &stored, &mut consent, &confirmation)?;
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
        platform.identity.post.send(letter(to, &code, platform.identity.issuer()));
    }
    Ok(answer)
}
