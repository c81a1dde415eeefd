//! A parent submits a request herself: no school, no conversation, no consent of anybody else is needed.

use actix_web::{post, web};
use naast_domain::access::SubmitRequest;
use naast_domain::buddies::SpokenLanguage;
use naast_domain::code::Code as _;
use naast_domain::directory::{LocationCode, MunicipalityCode};
use naast_domain::ids::{ProgrammeId, RequestId};
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::rejection::Rejection;
use naast_domain::requests::{
    ChannelWish, Contact, ContactKind, Origin, RequestState, SupportDuration, SupportRequest, Topic,
};
use naast_domain::text::Text;
use naast_persistence::privacy::retention::of_cases;
use naast_persistence::{directory, organisations, programmes, requests};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::SupportRequestView;
use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::{Check, Sent};
use crate::platform::{Platform, Said as _, Writing};
use crate::problem::Error;

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

impl SupportRequestBody {
    /// Looks up what it names, for whoever may submit one.
    pub fn look_up(check: &mut Check<'_>, cx: &mut Writing<'_, '_, '_>) -> Result<(), Error> {
        let today = cx.today;
        check.refers("/programmeId", |id| {
            let found = programmes::find(cx.tx, id)?;
            Ok(found.is_some_and(|one| one.form_on(today).is_some()))
        })?;
        check.refers("/municipalityCode", |code| Ok(directory::is_municipality(cx.tx, &code)?))?;
        check.refers("/locationCode", |school| Ok(directory::school_facts(cx.tx, &school, today)?.is_some()))
    }

    /// The request that the caller makes of this body, and how to reach her.
    pub fn into_request(
        self,
        cx: &Writing<'_, '_, '_>,
        id: RequestId,
        origin: Origin,
    ) -> (SupportRequest, Contact) {
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
            withdrawn_by: None,
        };
        (request, contact)
    }
}

/// Whoever works at a school does not ask there in a parent's place, with the account by which she works there: a colleague
/// could hand over a parent who consented to nothing. She names another school, or signs in as the parent that she is.
///
/// # Errors
/// `only-the-parent`.
pub(super) fn is_asked_by_the_parent(
    cx: &mut Writing<'_, '_, '_>,
    school: Option<&LocationCode>,
) -> Result<(), Error> {
    let works_there = match school {
        Some(school) => directory::school_facts(cx.tx, school, cx.today)?
            .is_some_and(|school| cx.me.is_of_school(&school.location, &school.board)),
        None => cx.me.powers.iter().any(|power| power.role.is_school_side()),
    };
    if !works_there {
        return Ok(());
    }
    let reason = Text::of(
        "U werkt bij deze school, of noemt geen school. Alleen de ouder zelf kan dit vragen. Bent u zelf ouder, meld u dan aan met uw \
         eigen adres en niet met dat van uw werk.",
        "You work at this school, or name no school. Only the parent herself can ask this. If you are a parent yourself, sign in \
         with your own address and not with that of your work.",
    );
    Err(Rejection::rule("only-the-parent", "L6", reason).into())
}

/// Submit a request. A buddy is sought once the parent has consented.
#[utoipa::path(
    operation_id = "submitSupportRequest",
    tag = "requests",
    request_body = SupportRequestBody,
    responses((status = 201, description = "Submitted", body = SupportRequestView)),
)]
#[post("/support-requests")]
pub async fn submit_support_request(
    platform: web::Data<Platform>,
    caller: Caller,
    sent: Sent<SupportRequestBody>,
) -> Result<Answer<SupportRequestView>, Error> {
    let id: RequestId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<SubmitRequest>()?;
            let mut check = sent.check();
            SupportRequestBody::look_up(&mut check, cx)?;
            let body = sent.sound(check)?;
            is_asked_by_the_parent(cx, body.location_code.as_ref())?;
            let (request, contact) = body.into_request(cx, id, Origin::Own);
            if !organisations::is_there(cx.tx, &grant)? {
                return Err(Error::Unauthenticated);
            }
            let stored = requests::insert(cx.tx, cx.keys, &grant, request, &contact, cx.now)?;
            let entry = cx
                .entry(stored.programme, Role::Parent, Purpose::Matching, "request.submitted")
                .on(id)
                .states(None, Some(stored.state.code()));
            let terms = of_cases(cx.tx, &[id])?.remove(&id);
            let view = SupportRequestView::of(&stored, Some(contact), terms.as_ref(), cx.today)?;
            Ok(cx.tx.keep([entry], Answer::created(view, &format!("/support-requests/{id}")).version(1))?)
        })
        .await
}
