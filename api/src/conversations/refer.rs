//! The parent consents that her contact data go to one programme of her choice. Only she can, in her own account and with
//! the code of her conversation; the data go straight to the programme and never stand at the school's side.

use actix_web::{post, web};
use naast_domain::access::{DecideOnRequest, Power, SubmitRequest};
use naast_domain::code::Code as _;
use naast_domain::conversations::{ConversationState, ParentStep, Step};
use naast_domain::ids::RequestId;
use naast_domain::journal::{Chain, Purpose};
use naast_domain::organisations::Role;
use naast_domain::privacy::consents::{ConsentKind, GivenHow};
use naast_domain::rejection::Rejection;
use naast_domain::requests::Origin;
use naast_domain::text::Text;
use naast_persistence::conversations::{self, Consequence, Taken};
use naast_persistence::privacy::consents;
use naast_persistence::privacy::retention::of_cases;
use naast_persistence::{directory, organisations, requests};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{of_conversation, of_request};
use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::Sent;
use crate::platform::{Platform, Said as _};
use crate::privacy::give::{ShownTextBody, shown as consent_of};
use crate::problem::Error;
use crate::requests::submit::SupportRequestBody;
use crate::requests::view::SupportRequestView;

/// A hand-over that the parent consents to.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "code": "ABCD-EFGH-2345-6789",
    "request": {
        "programmeId": "6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0003", "duration": "one-off", "channel": "online", "topics": [],
        "language": "nl", "contact": { "name": "Ouder", "kind": "email", "value": "ouder@example.org" }
    },
    "consent": crate::privacy::give::example_of(naast_domain::privacy::consents::ConsentKind::Referral)
}))]
pub struct ReferralBody {
    /// The parent's own code.
    #[schema(min_length = 16, max_length = 30)]
    pub code: String,
    /// What she asks, and of which of the programmes that she was shown.
    pub request: SupportRequestBody,
    /// The words of the consent that she was shown. That she sends this is her consent; nothing is ticked beforehand.
    pub consent: ShownTextBody,
}

/// A refusal of the words, at the member where they stand in this body.
fn here(refusal: Rejection) -> Rejection {
    match refusal.member() {
        Some("/text/textVersion") => refusal.at("/consent/textVersion"),
        Some("/text/textHash") => refusal.at("/consent/textHash"),
        _ => refusal,
    }
}

/// Consent to the hand-over.
#[utoipa::path(
    operation_id = "consentToReferral",
    tag = "conversations",
    request_body = ReferralBody,
    responses(
        (status = 201, description = "Handed over; the programme has the request", body = SupportRequestView),
        (
            status = 404,
            description = "No conversation has this code",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
    ),
)]
#[post("/referrals")]
pub async fn consent_to_referral(
    platform: web::Data<Platform>,
    caller: Caller,
    sent: Sent<ReferralBody>,
) -> Result<Answer<SupportRequestView>, Error> {
    let id: RequestId = fresh();
    let consent_id = fresh();
    platform
        .write(caller.0, move |cx| {
            let (grant, submit) = (cx.grant::<DecideOnRequest>()?, cx.grant::<SubmitRequest>()?);
            let mut check = sent.check();
            let found = match check.get::<String>("/code") {
                Some(code) => Some(
                    conversations::find_by_code(cx.tx, &of_conversation(&code))?.ok_or(Error::NotFound)?,
                ),
                None => None,
            };
            check.inside("/request", |check| SupportRequestBody::look_up(check, cx))?;
            let body = sent.sound(check)?;
            let one = found.ok_or(Error::Internal("a sound body has its code"))?;
            let school = directory::school_facts(cx.tx, &one.school, cx.today)?
                .ok_or(Error::Internal("a conversation has a school"))?;
            let coordinates = |power: &Power| power.programme == Some(body.request.programme_id);
            if cx.me.is_of_school(&school.location, &school.board) || cx.me.powers.iter().any(coordinates) {
                return Err(Rejection::rule(
                    "only-the-parent",
                    "L6",
                    Text::of(
                        "U werkt bij deze school of bij dit programma. Alleen de ouder zelf kan toestemming geven.",
                        "You work at this school or for this programme. Only the parent herself can consent.",
                    ),
                )
                .into());
            }
            // once, on whichever side of hers: school sees that as well
            let stands = if one.is_handed_over() { ConversationState::Referred } else { one.state };
            let next = stands.take(Step::Parent(ParentStep::ConsentToReferral))?;
            let shown = conversations::programmes_shown(cx.tx, &one)?;
            if !shown.contains(&body.request.programme_id) {
                return Err(Rejection::rule(
                    "programme-not-available",
                    "S1",
                    Text::of(
                        "Kies een programma dat u is getoond. Bij een ander programma kunt u zelf een aanvraag indienen.",
                        "Choose a programme that you were shown. You can submit a request to another one yourself.",
                    ),
                )
                .in_state(stands.code(), stands.permitted().into_iter().map(Step::code).collect())
                .at("/request/programmeId")
                .into());
            }
            let (request, contact) = body.request.clone().into_request(cx, id, Origin::Referral);
            let kind = (ConsentKind::Referral, GivenHow::OwnLogin);
            let mut consent = consent_of(consent_id, kind, id.uuid(), &body.consent, cx.now).map_err(here)?;
            if !organisations::is_there(cx.tx, &submit)? {
                return Err(Error::Unauthenticated);
            }
            let request = requests::insert(cx.tx, cx.keys, &submit, request, &contact, cx.now)?;
            consents::give(cx.tx, &grant, &request, &mut consent)?;
            requests::remember_code(cx.tx, &request, &of_request(&body.code))?;
            // to the day only: a moment that stands on both sides would tie them together as well as a name
            let day = cx.today.and_time(chrono::NaiveTime::MIN).and_utc();
            let taken = Taken {
                step: Step::Parent(ParentStep::ConsentToReferral),
                wording_version: None,
                language: None,
                programmes_shown: None,
                at: day,
            };
            let consequence = Consequence { handed_over_on: Some(cx.today), ..Consequence::default() };
            conversations::keep_step(cx.tx, cx.keys, &one, next, &taken, &consequence)?;
            // the platform's chain must not tie this person to the conversation of the school's side
            let mut handed_over = cx
                .entry(Chain::PLATFORM, Role::Parent, Purpose::Signposting, "conversation.handed-over")
                .on(one.id)
                .states(Some(one.state.code()), Some(next.code()));
            handed_over.actor = None;
            handed_over.at = day;
            let submitted = cx
                .entry(request.programme, Role::Parent, Purpose::Matching, "request.referred")
                .on(id)
                .states(None, Some(request.state.code()));
            let terms = of_cases(cx.tx, &[id])?.remove(&id);
            let view = SupportRequestView::of(&request, Some(contact), terms.as_ref(), cx.today)?;
            Ok(cx.tx.keep([handed_over, submitted], Answer::created(view, &format!("/support-requests/{id}")).version(1))?)
        })
        .await
}
