//! Errors are answers: `application/problem+json` (RFC 9457) for everything that goes wrong, in Dutch or English, with a
//! stable code, and for a rule the state, the permitted next steps and the sentence to say.

mod catalogue;
mod fault;
pub mod page;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use naast_domain::code::{Code as _, CodeSet};
use naast_domain::identity::Scope;
use naast_domain::independence::{coordinator_not_asked, coordinator_tied};
use naast_domain::rejection::Rejection;
use naast_domain::text::{Text, Tongue};
use naast_persistence::Fault;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::contract::BASE;

pub use catalogue::{CATALOGUE, CONFLICTS, Carries, Kind, kind};
pub use fault::InputFault;

/// Everything that can go wrong in a call.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input is wrong in one or more places.
    #[error("invalid input")]
    Input(Vec<InputFault>),
    /// The body is no JSON, from this place on.
    #[error("no JSON")]
    NotJson(InputFault),
    /// Nobody is signed in, or with a token that does not hold.
    #[error("not signed in")]
    Unauthenticated,
    /// No role of the caller may do this.
    #[error("no role of the caller may do this")]
    Forbidden,
    /// A connected system may not do this with the scopes of its token.
    #[error("no scope of the token opens this")]
    Scope {
        /// With one of these it might; none opens what is for people.
        opening: CodeSet<Scope>,
        /// What its token has.
        held: CodeSet<Scope>,
    },
    /// There is no such thing, or it is somebody else's.
    #[error("not found")]
    NotFound,
    /// A rule says no.
    #[error("a rule says no: {0}")]
    Rule(Box<Rejection>),
    /// The call must say which version it changes.
    #[error("If-Match is missing")]
    PreconditionMissing,
    /// The thing has changed since the caller read it.
    #[error("the version is stale")]
    Stale,
    /// Something that HTTP itself has a status for.
    #[error("refused: {0}")]
    Refused(&'static str),
    /// The caller made too many calls; in so many seconds she may make one more.
    #[error("too many calls")]
    TooMany(u64),
    /// The method is not there; these are.
    #[error("method not allowed")]
    Method(Vec<&'static str>),
    /// Storage failed.
    #[error(transparent)]
    Storage(naast_persistence::Error),
    /// Something that should not happen.
    #[error("internal: {0}")]
    Internal(&'static str),
}

impl From<Rejection> for Error {
    fn from(rejection: Rejection) -> Self {
        Self::Rule(Box::new(rejection))
    }
}

impl From<naast_persistence::Error> for Error {
    fn from(fault: naast_persistence::Error) -> Self {
        match fault {
            // it is no fault: the rules were asked where the case was loaded
            naast_persistence::Error::Tied => coordinator_tied().into(),
            naast_persistence::Error::NotAsked => coordinator_not_asked().into(),
            fault => Self::Storage(fault),
        }
    }
}

impl From<InputFault> for Error {
    fn from(fault: InputFault) -> Self {
        Self::Input(vec![fault])
    }
}

impl Fault for Error {
    fn storage(&self) -> Option<&naast_persistence::Error> {
        match self {
            Self::Storage(fault) => Some(fault),
            _ => None,
        }
    }
}

/// One thing that is wrong with the input.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InputProblem {
    /// Where in the body, as a JSON pointer (RFC 6901).
    pub pointer: Option<String>,
    /// Which query or path parameter.
    pub parameter: Option<String>,
    /// Which header.
    pub header: Option<String>,
    /// A stable code of what is wrong; `more-faults`, without a place, when there are more than an answer tells.
    pub code: String,
    /// What is wrong and what is allowed, in words. The value itself is never repeated.
    pub detail: String,
}

/// Something that is there already.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExistingThing {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    #[schema(format = "uri-reference")]
    pub href: String,
}

/// A problem (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The page that explains the kind of problem.
    #[serde(rename = "type")]
    #[schema(rename = "type", format = "uri-reference")]
    pub kind: String,
    /// What kind of problem it is, in words; the same for every problem of the kind.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong this time.
    pub detail: String,
    /// The call in which it went wrong; quote it when you ask for help.
    pub instance: String,
    /// The stable code of the kind. More kinds may come; treat an unknown one by its status.
    pub code: String,
    /// Everything that is wrong with the input, together; of more than 100 faults the first 100, and one `more-faults`. When a
    /// rule said no to what stands in one member, that member.
    pub errors: Vec<InputProblem>,
    /// The state that the object is in, when a rule said no.
    pub state: Option<String>,
    /// The steps that are left in this state, when a step was refused: by whoever may take them, which need not be you.
    pub permitted: Vec<String>,
    /// What stands in the way, as codes, where a rule weighs several things: what a buddy misses, why she does not suit a request,
    /// which ties are not accepted; and why a proposal was cancelled. More codes may come.
    pub reasons: Vec<String>,
    /// What holds now instead of what was sent, where something else does: the version of the text in use, the longest term in
    /// days, the first day of the latest form that has begun.
    pub current: Option<String>,
    /// What is there already and stands in the way, when you may read it: a running conversation, a hold.
    pub existing: Option<ExistingThing>,
    /// The sentence of the source to say now, where there is one.
    pub sentence: Option<String>,
    /// The statement of the guide that the rule keeps, such as `L6`.
    pub source: Option<String>,
}

impl Error {
    /// The code of the kind of problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Input(_) => "invalid-input",
            Self::NotJson(_) => "malformed-json",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::Scope { .. } => "insufficient-scope",
            Self::NotFound => "not-found",
            Self::Rule(rejection) => rejection.code,
            Self::PreconditionMissing => "precondition-missing",
            Self::Stale => "stale-version",
            Self::Refused(code) => code,
            Self::TooMany(_) => "quota-exceeded",
            Self::Method(_) => "method-not-allowed",
            Self::Storage(naast_persistence::Error::Unsure) => "outcome-unknown",
            Self::Storage(naast_persistence::Error::Busy(_) | naast_persistence::Error::Lost) => "busy",
            Self::Storage(naast_persistence::Error::Duplicate { .. }) => "already-there",
            Self::Storage(naast_persistence::Error::Missing { .. }) => "reference-unknown",
            Self::Storage(_) | Self::Internal(_) => "internal",
        }
    }

    /// What went wrong this time, in words.
    fn detail(&self, kind: &Kind) -> Text {
        match self {
            Self::Rule(rejection) => rejection.reason.clone(),
            Self::Method(allowed) => Text::new(
                format!("Hier kan: {}.", allowed.join(", ")),
                format!("What can be done here: {}.", allowed.join(", ")),
            ),
            Self::Scope { opening, held } => scopes_in_words(*opening, *held),
            _ => kind.detail.clone(),
        }
    }

    /// The problem, in a language. `instance` is the number of the call.
    pub fn problem(&self, tongue: Tongue, instance: &str) -> Problem {
        let kind = kind(self.code());
        let (errors, rejection) = match self {
            Self::Input(faults) => (InputFault::told(faults, tongue), None),
            Self::NotJson(fault) => (InputFault::told(std::slice::from_ref(fault), tongue), None),
            Self::Rule(rejection) => {
                let about = |member| InputFault::body(member, rejection.code, rejection.reason.clone());
                let fault: Vec<_> = rejection.member().map(about).into_iter().collect();
                (InputFault::told(&fault, tongue), Some(rejection))
            }
            _ => (Vec::new(), None),
        };
        let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Problem {
            kind: format!("/v1/problems/{}", kind.code),
            title: kind.title.get(tongue).to_owned(),
            status: kind.status,
            detail: self.detail(kind).get(tongue).to_owned(),
            instance: format!("urn:uuid:{instance}"),
            code: kind.code.to_owned(),
            errors,
            state: rejection.and_then(|rejection| said(rejection.state)),
            reasons: rejection.map(|rejection| rejection.reasons().to_vec()).unwrap_or_default(),
            current: rejection.and_then(|rejection| rejection.current()).map(str::to_owned),
            existing: rejection
                .and_then(|rejection| rejection.existing())
                .map(|existing| ExistingThing { id: existing.id, href: format!("{BASE}{}", existing.path) }),
            permitted: rejection
                .map(|rejection| rejection.permitted.iter().map(|step| (*step).to_owned()).collect())
                .unwrap_or_default(),
            sentence: rejection
                .and_then(|rejection| rejection.sentence.as_ref())
                .map(|sentence| sentence.get(tongue).to_owned()),
            source: rejection.and_then(|rejection| said(rejection.source)),
        }
    }

    /// The answer, in a language. `instance` is the number of the call.
    #[expect(clippy::missing_panics_doc, reason = "a problem is plain text and numbers")]
    pub fn answer(&self, tongue: Tongue, instance: &str) -> HttpResponse {
        let (kind, problem) = (kind(self.code()), self.problem(tongue, instance));
        let status = StatusCode::from_u16(kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponseBuilder::new(status);
        match self {
            Self::Method(allowed) => {
                response.insert_header((header::ALLOW, allowed.join(", ")));
            }
            Self::Unauthenticated => {
                // the edge adds what only it knows: where to read on, and whether there was a token
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
            }
            Self::Scope { opening, .. } => {
                // RFC 6750, 3: the list names what is needed together, and any one will do; it is never empty, and no scope opens what is for people
                let scope = opening.iter().next().map(|one| format!(", scope=\"{}\"", one.code()));
                let told = format!("Bearer error=\"insufficient_scope\"{}", scope.unwrap_or_default());
                response.insert_header((header::WWW_AUTHENTICATE, told));
            }
            Self::TooMany(seconds) => {
                response.insert_header((header::RETRY_AFTER, seconds.to_string()));
            }
            _ if kind.status == 503 || kind.code == "idempotency-key-in-use" => {
                response.insert_header((header::RETRY_AFTER, "1"));
            }
            _ => {}
        }
        response
            .insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json")))
            .body(serde_json::to_vec(&problem).expect("a problem is plain text and numbers"))
    }
}

/// Which scope is missing and which are there. Both stand in the contract and in the caller's own token: nobody learns more.
fn scopes_in_words(opening: CodeSet<Scope>, held: CodeSet<Scope>) -> Text {
    let list = |scopes: CodeSet<Scope>| scopes.iter().map(Scope::code).collect::<Vec<_>>().join(", ");
    let needed = match opening.iter().count() {
        0 => Text::of("Dit is voor mensen: geen scope opent het.", "This is for people: no scope opens it."),
        1 => Text::new(
            format!("Nodig is de scope {}.", list(opening)),
            format!("It needs the scope {}.", list(opening)),
        ),
        _ => Text::new(
            format!("Nodig is een van deze scopes: {}.", list(opening)),
            format!("It needs one of these scopes: {}.", list(opening)),
        ),
    };
    let has = if held.is_empty() {
        Text::of("Dit token heeft er geen.", "This token has none.")
    } else {
        Text::new(format!("Dit token heeft: {}.", list(held)), format!("This token has: {}.", list(held)))
    };
    let both = |tongue| format!("{} {}", needed.get(tongue), has.get(tongue));
    Text::new(both(Tongue::Dutch), both(Tongue::English))
}

impl actix_web::ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(kind(self.code()).status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// A stand-in: the edge of the server writes the real answer, in the caller's language.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
