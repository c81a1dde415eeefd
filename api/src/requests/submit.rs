//! A parent submits a request herself: no school, no conversation, no consent of anybody else is needed.

use actix_web::{post, web};
use naast_domain::access::SubmitRequest;
use naast_domain::buddies::SpokenLanguage;
use naast_domain::code::Code as _;
use naast_domain::directory::{LocationCode, MunicipalityCode};
use naast_domain::ids::{ProgrammeId, RequestId};
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::requests::{
    ChannelWish, Contact, ContactKind, Origin, RequestState, SupportDuration, SupportRequest, Topic,
};
use naast_domain::text::Text;
use naast_persistence::{directory, programmes, requests};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::SupportRequestView;
use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::Body;
use crate::platform::{Platform, Said as _, Writing};
use crate::privacy::retention::RetentionView;
use crate::problem::{Error, InputFault};

/// A support request to submit.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "programmeId": "6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0003", "duration": "long-term", "channel": "either",
    "topics": ["talking-with-school"], "language": "nl",
    "contact": { "name": "Ouder Voorbeeld", "kind": "email", "value": "ouder@example.org" }
}))]
pub struct SupportRequestBody {
    /// The programme.
    pub programme_id: ProgrammeId,
    /// One-off advice or longer support.
    pub duration: SupportDuration,
    /// Online, in person, or either. Independent of how long.
    pub channel: ChannelWish,
    /// What it is about. No diagnosis is asked.
    #[schema(max_items = 6)]
    pub topics: Vec<Topic>,
    /// The language to speak.
    pub language: SpokenLanguage,
    /// The child's school, when the parent wants to name it. Without it, nobody can check that a buddy is independent of
    /// the school, and the parent is told so.
    pub location_code: Option<LocationCode>,
    /// Where the parent would meet, when she wants to say.
    pub municipality_code: Option<MunicipalityCode>,
    /// How to reach the parent.
    pub contact: ContactBody,
}

/// What the parent is called and the one way to reach her.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContactBody {
    /// What she wants to be called; a first name will do.
    #[schema(min_length = 1, max_length = 100, pattern = "\\S")]
    pub name: String,
    /// The kind of contact way.
    pub kind: ContactKind,
    /// The address or number.
    #[schema(min_length = 3, max_length = 200)]
    pub value: String,
}

impl std::fmt::Debug for ContactBody {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("ContactBody(withheld)")
    }
}

impl ContactBody {
    fn check(&self) -> Option<InputFault> {
        let right = match self.kind {
            ContactKind::Email => self.value.split_once('@').is_some_and(|(name, host)| {
                !name.is_empty() && host.contains('.') && !self.value.contains(char::is_whitespace)
            }),
            ContactKind::Phone => {
                self.value.chars().filter(char::is_ascii_digit).count() >= 8
                    && self.value.chars().all(|letter| letter.is_ascii_digit() || " +-()".contains(letter))
            }
        };
        (!right).then(|| {
            InputFault::body(
                "/contact/value",
                "format",
                Text::of(
                    "Een e-mailadres (naam@voorbeeld.nl), of een telefoonnummer van minstens acht cijfers.",
                    "An e-mail address (name@example.org), or a telephone number of at least eight digits.",
                ),
            )
        })
    }
}

impl SupportRequestBody {
    /// The request that the caller makes of this body, and how to reach her.
    pub fn into_request(
        self,
        cx: &mut Writing<'_, '_, '_>,
        id: RequestId,
        origin: Origin,
    ) -> Result<(SupportRequest, Contact), Error> {
        let mut faults: Vec<InputFault> = self.contact.check().into_iter().collect();
        let running =
            programmes::find(cx.tx, self.programme_id)?.is_some_and(|one| one.form_on(cx.today).is_some());
        if !running {
            let text =
                Text::of("Er loopt geen programma met dit id.", "No programme with this id is running.");
            faults.push(InputFault::body("/programmeId", "unknown", text));
        }
        if let Some(school) = &self.location_code
            && directory::school_facts(cx.tx, school, cx.today)?.is_none()
        {
            let text = Text::of("Er is geen school met deze code.", "There is no school with this code.");
            faults.push(InputFault::body("/locationCode", "unknown", text));
        }
        if !faults.is_empty() {
            return Err(Error::Input(faults));
        }
        let contact = Contact { name: self.contact.name, kind: self.contact.kind, value: self.contact.value };
        let request = SupportRequest {
            id,
            programme: self.programme_id,
            parent: cx.me.person,
            origin,
            duration: self.duration,
            channel: self.channel,
            topics: self.topics.into_iter().collect(),
            language: self.language,
            school: self.location_code,
            municipality: self.municipality_code,
            state: RequestState::Submitted,
        };
        Ok((request, contact))
    }
}

/// Submit a request. A buddy is sought once the parent has consented.
#[utoipa::path(operation_id = "submitSupportRequest", tag = "requests", request_body = SupportRequestBody, responses((status = 201, description = "Submitted", body = SupportRequestView)))]
#[post("/support-requests")]
pub async fn submit_support_request(
    platform: web::Data<Platform>,
    caller: Caller,
    Body(body): Body<SupportRequestBody>,
) -> Result<Answer<SupportRequestView>, Error> {
    let id: RequestId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<SubmitRequest>()?;
            let (request, contact) = body.clone().into_request(cx, id, Origin::Own)?;
            let stored = requests::insert(cx.tx, cx.keys, &grant, request, &contact, cx.now)?;
            let entry = cx
                .entry(stored.programme, Role::Parent, Purpose::Matching, "request.submitted")
                .on(id)
                .states(None, Some(stored.state.code()));
            let retention = RetentionView::load(cx.tx, stored.id)?;
            let view = SupportRequestView::of(&stored, Some(contact), retention);
            Ok(cx.tx.keep([entry], Answer::created(view, &format!("/support-requests/{id}")).version(1))?)
        })
        .await
}
