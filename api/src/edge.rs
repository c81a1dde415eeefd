//! The edge of the server: what every call gets without asking. A number, security headers, HEAD for GET, problems in the
//! caller's language, a line in the log, and an answer even when something panics.

mod headers;

use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_http::ConnectionType;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpResponse, ResponseError as _, web};
use futures_util::FutureExt as _;
use naast_domain::text::Tongue;

use uuid::Uuid;

pub(crate) use self::headers::dress;
use self::headers::{challenge, tell_accepted};
use crate::accept::{self, tongue};
use crate::call::{self, Call};
use crate::caller;
use crate::clock::fresh;
use crate::contract::{self, BASE, CONTRACT, Callers, Deprecations, Operation};
use crate::cors::{Origins, single};
use crate::identity::{Reach, Subject};
use crate::limits::{Known, Limits, Told};
use crate::platform::Platform;
use crate::problem::{Error, InputFault};
use crate::retries::{self, Repeatable};
use crate::server::life::OnConnection;
use crate::version;

/// What of a call is needed once the call itself is gone.
struct Taken {
    number: String,
    method: Method,
    path: String,
    /// The template of its path; never the path itself, which names things.
    route: String,
    language: Tongue,
    /// The page that calls, when a browser says so.
    origin: Option<HeaderValue>,
    subject: Option<Subject>,
    told: Told,
    /// Whether it brought something to sign in with, good or not.
    tried: bool,
    /// Whether it says that its body is compressed.
    encoded: bool,
    connection: OnConnection,
    started: Instant,
}

/// Takes a call in and sees its answer out.
pub async fn edge(
    platform: web::Data<Platform>,
    limits: web::Data<Limits>,
    origins: web::Data<Origins>,
    deprecations: web::Data<Deprecations>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    platform.metrics.call_begins();
    let mut taken = Taken {
        number: Uuid::to_string(&fresh()),
        method: request.method().clone(),
        path: request.path().to_owned(),
        route: request.match_pattern().unwrap_or_else(|| "-".to_owned()),
        language: tongue(request.headers()),
        origin: single(request.headers(), &header::ORIGIN).cloned(),
        subject: None,
        told: Told::default(),
        tried: request.headers().contains_key(header::AUTHORIZATION),
        encoded: request.headers().contains_key(header::CONTENT_ENCODING),
        connection: OnConnection::begin(&mut request),
        started: Instant::now(),
    };
    if let Some(answer) = origins.preflight(&request) {
        let mut response = request.into_response(answer);
        see_out(response.response_mut(), &platform, (&origins, &deprecations), &taken);
        return Ok(response);
    }
    if taken.method == Method::HEAD {
        // the answer of GET; the connection leaves the body out
        request.head_mut().method = Method::GET;
    }
    let operation = CONTRACT.operation(request.method(), &taken.route);
    if taken.path.starts_with(BASE) {
        taken.subject = caller::read(request.request());
        let known = match &taken.subject {
            Some(subject) if platform.standing.holds(subject) => Known::Person(subject.person),
            Some(subject) => Known::Bearer(subject.person, subject.session),
            None => Known::Nobody,
        };
        taken.told = limits.count(request.request(), known, operation);
    }

    let taken_in = match take_in(&request, &taken, operation) {
        Ok(call) => refuse_head(call, &mut request, &taken, operation).await,
        Err(refusal) => Err(refusal),
    };
    let outcome = match taken_in {
        Err(refusal) => {
            let refused = (refusal.status_code(), Some(&refusal));
            let is_gone = is_gone(refused, &platform, &taken, operation).await;
            let refusal = if is_gone { Error::Unauthenticated } else { refusal };
            platform.metrics.problem(&refusal, taken.encoded);
            Ok(request.into_response(refusal.answer(taken.language, &taken.number)))
        }
        Ok(call) => {
            let handling = async {
                let response = next.call(request).await?.map_into_boxed_body();
                let error = response.response().error().and_then(actix_web::Error::as_error);
                let is_gone = is_gone((response.status(), error), &platform, &taken, operation).await;
                Ok::<_, actix_web::Error>((response, is_gone))
            };
            match AssertUnwindSafe(call::within(call, handling)).catch_unwind().await {
                Ok(Ok((response, is_gone))) => Ok(translate(response, is_gone, &platform, &taken)),
                Ok(Err(fault)) => Err(meaning(fault.as_response_error().status_code())),
                Err(_) => {
                    platform.metrics.panicked();
                    Err(Error::Internal("a handler panicked"))
                }
            }
        }
    };
    match outcome {
        Ok(mut response) => {
            taken.told.join(response.request());
            let is_refused = response.status() == StatusCode::TOO_MANY_REQUESTS;
            if let Some((policy, _)) = taken.told.refused.filter(|_| is_refused) {
                platform.metrics.limited(policy);
            }
            see_out(response.response_mut(), &platform, (&origins, &deprecations), &taken);
            Ok(response)
        }
        // the request is gone with the panic: the answer travels as an error
        Err(error) => {
            log_fault(&error, &taken.number);
            platform.metrics.problem(&error, taken.encoded);
            let mut answer = error.answer(taken.language, &taken.number);
            see_out(&mut answer, &platform, (&origins, &deprecations), &taken);
            Err(InternalError::from_response(error, answer).into())
        }
    }
}

/// Refuses a call of which the path, the query or the key is wrong, together with what is wrong with its body, also where its operation takes
/// none. A handler that
/// looks up what its body names tells a wrong key with that: only the key's.
async fn refuse_head(
    call: Call,
    request: &mut ServiceRequest,
    taken: &Taken,
    operation: Option<&Operation>,
) -> Result<Call, Error> {
    let Some(operation) = operation.filter(|operation| !operation.is_never_held_up()) else {
        return Ok(call);
    };
    let subject = taken.subject.as_ref().filter(|_| operation.callers == Callers::SignedIn);
    let is_admitted = subject.is_none_or(|subject| caller::is_admitted(request.request(), subject));
    if !is_admitted {
        return Ok(call);
    }
    // what comes with a reading has no meaning (RFC 9110, 9.3.1), and nobody takes it for one
    if !operation.has_body && *request.method() != Method::GET {
        let payload = request.take_payload();
        match contract::said_to_nobody(request.request(), payload).await {
            Ok(more) if more.is_empty() && call.found.is_empty() => return Ok(call),
            Ok(more) => return Err(contract::beside(call.found, Error::Input(more))),
            Err(refusal) => return Err(contract::beside(call.found, refusal)),
        }
    }
    if call.found.is_empty() {
        return Ok(call);
    }
    if operation.names_things() && call.found.iter().all(InputFault::is_in_header) {
        return Ok(call);
    }
    let payload = request.take_payload();
    Err(contract::with_body(call.found, request.request(), operation, payload).await)
}

/// Whether a call is refused while nobody asked after its caller, and she is not there: her session ended, or her account is gone.
/// Who calls comes before what is wrong with her call, wherever that was found; so whoever is nobody is told that, and no more.
/// When it cannot be asked now, the refusal stands: it says nothing of anybody. So does that of a body that is no HTTP: its connection
/// is about to be closed, and waits for nothing.
async fn is_gone(
    (status, error): (StatusCode, Option<&Error>),
    platform: &Platform,
    taken: &Taken,
    operation: Option<&Operation>,
) -> bool {
    let says_so = [StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS].contains(&status)
        || error.is_some_and(|error| error.code() == "malformed-call");
    let asks_who = operation.is_some_and(|operation| operation.callers == Callers::SignedIn);
    let Some(subject) = taken.subject.as_ref().filter(|_| asks_who && status.is_client_error() && !says_so)
    else {
        return false;
    };
    !platform.standing.holds_since(subject, taken.started)
        && matches!(platform.read(subject.clone(), |_| Ok(())).await, Err(Error::Unauthenticated))
}

/// What is refused before anything is read, and what is remembered of the rest.
fn take_in(
    request: &ServiceRequest,
    taken: &Taken,
    operation: Option<&'static Operation>,
) -> Result<Call, Error> {
    let beyond = taken.told.refused.map(|(_, wait)| wait);
    let of = |repeatable, found| Call {
        language: taken.language,
        repeatable,
        found,
        beyond,
        number: Uuid::try_parse(&taken.number).unwrap_or_default(),
        operation: operation.map(|operation| operation.id.as_str()),
        trace: crate::privacy::trace::parent(request.headers()),
        is_patch: request.method() == actix_web::http::Method::PATCH,
        changes_nothing: std::cell::Cell::new(false),
        asked: std::cell::OnceCell::new(),
    };
    if operation.is_some_and(Operation::is_never_held_up) {
        return Ok(of(None, Vec::new()));
    }
    // what somebody stops with is known by its body: its handler refuses the rest
    if let Some(wait) = beyond.filter(|_| !operation.is_some_and(Operation::may_stop)) {
        return Err(Error::TooMany(wait));
    }
    if let Some(refusal) = refuse_early(request, operation) {
        return Err(refusal);
    }
    let Some(operation) = operation else { return Ok(of(None, Vec::new())) };
    let admitted =
        taken.subject.as_ref().is_some_and(|subject| caller::is_admitted(request.request(), subject));
    if operation.callers == Callers::SignedIn && !admitted {
        // who she is comes before what is wrong with her call: the handler asks
        return Ok(of(None, Vec::new()));
    }
    let mut found = contract::faults(request.request(), operation);
    let is_system = taken.subject.as_ref().is_some_and(|one| matches!(one.reach, Reach::System(_)));
    let repeatable = Repeatable::read(request, operation).unwrap_or_else(|fault| {
        found.push(fault);
        None
    });
    if is_system && operation.takes_key && repeatable.is_none() && !found.iter().any(InputFault::is_in_header)
    {
        found.push(retries::missing_key());
    }
    if operation.takes_version {
        found.extend(version::fault(request.headers()));
    }
    Ok(of(repeatable, found))
}

/// Dresses an answer, counts it and writes its line.
fn see_out<B>(
    response: &mut HttpResponse<B>,
    platform: &Platform,
    (origins, deprecations): (&Origins, &Deprecations),
    taken: &Taken,
) {
    dress(response.headers_mut(), &taken.path, &taken.number, taken.language);
    origins.tell(&taken.path, taken.origin.as_ref(), response.headers_mut());
    deprecations.tell(&taken.path, &taken.method, &taken.route, response.headers_mut());
    taken.told.write(response.headers_mut());
    if response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        tell_accepted(response.headers_mut(), &taken.method, &taken.route);
    }
    challenge(response.headers_mut(), platform.identity.resource_metadata(), taken.tried);
    // whoever closes her connection when the server is about to stop is not cut off later
    if taken.connection.answer() || platform.health.is_leaving() {
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    let answered = response.status();
    if let Some(subject) = &taken.subject {
        // what was sent away unread asked after nobody, and is no reason to doubt her
        if answered != StatusCode::TOO_MANY_REQUESTS && !answered.is_server_error() {
            platform.standing.doubt(subject, taken.started);
        }
    }
    let (status, took) = (answered.as_u16(), taken.started.elapsed());
    platform.metrics.call_ends(taken.method.as_str(), &taken.route, status, took);
    log::info!(
        request_id = taken.number.as_str(), method = taken.method.as_str(), route = taken.route.as_str(),
        status = status, micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        "call"
    );
}

/// What is refused before anything is read.
fn refuse_early(request: &ServiceRequest, operation: Option<&Operation>) -> Option<Error> {
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Some(Error::Refused("unsupported-media-type"));
    }
    let takes = |media: &str| accept::weight_of(request.headers(), media) > 0.0;
    let is_json_only = request.path().starts_with("/v1/") && request.path() != "/v1/openapi.yaml";
    // a problem is JSON whatever was asked for; the catalogue is a page as well
    let has_page = request.path() == "/v1/problems" || request.path().starts_with("/v1/problems/");
    let acceptable = takes("application/json")
        || takes("application/problem+json")
        || (has_page && takes("text/html"))
        || operation.is_some_and(|operation| operation.forms.iter().any(|form| takes(form)));
    (is_json_only && !acceptable).then_some(Error::Refused("not-acceptable"))
}

/// What a failure of the framework means.
fn meaning(status: StatusCode) -> Error {
    match status {
        StatusCode::NOT_FOUND => Error::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => Error::Refused("payload-too-large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Error::Refused("unsupported-media-type"),
        StatusCode::REQUEST_TIMEOUT => Error::Refused("body-too-slow"),
        status if status.is_client_error() => Error::Refused("malformed-json"),
        _ => Error::Internal("the framework failed"),
    }
}

/// Writes a failed answer as a problem, in the caller's language.
fn translate(
    response: ServiceResponse<BoxBody>,
    is_gone: bool,
    platform: &Platform,
    taken: &Taken,
) -> ServiceResponse<BoxBody> {
    if !(response.status().is_client_error() || response.status().is_server_error()) {
        return response;
    }
    let told = |error: &Error| {
        platform.metrics.problem(error, taken.encoded);
        error.answer(taken.language, &taken.number)
    };
    if is_gone {
        let answer = told(&Error::Unauthenticated);
        return response.into_response(answer);
    }
    let answer = match response.response().error().map(actix_web::Error::as_error::<Error>) {
        Some(Some(error)) => {
            log_fault(error, &taken.number);
            told(error)
        }
        _ if response
            .headers()
            .get(header::CONTENT_TYPE)
            // the second is how OAuth tells its refusals (RFC 6749, 5.2)
            .is_some_and(|kind| kind == "application/problem+json" || kind == "application/json") =>
        {
            return response;
        }
        _ => told(&meaning(response.status())),
    };
    response.into_response(answer)
}

fn log_fault(error: &Error, number: &str) {
    /// When it was said last that the disk is full: once a minute is enough, and the log may stand on the same disk.
    static SAID: Mutex<Option<Instant>> = Mutex::new(None);
    match error {
        _ if error.code() == "internal" => log::error!(request_id = number; "{error}"),
        Error::Storage(naast_persistence::Error::Busy(why @ "disk full")) => {
            let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
            if said.is_none_or(|at| at.elapsed() >= Duration::from_secs(60)) {
                *said = Some(Instant::now());
                log::error!(request_id = number; "nothing can be written: {why}");
            }
        }
        Error::Storage(naast_persistence::Error::Busy(why)) => {
            log::debug!(request_id = number, code = error.code(), reason = *why; "refused");
        }
        _ => log::debug!(request_id = number, code = error.code(); "refused"),
    }
}

/// What is not a route: a known path with another method, or nothing at all.
pub async fn nowhere(request: actix_web::HttpRequest) -> Result<HttpResponse, Error> {
    let beside = crate::routes::BESIDE.contains(&request.path()) || request.path().starts_with("/docs/");
    let methods = CONTRACT.methods_of(request.path()).or_else(|| beside.then(|| vec!["GET", "HEAD"]));
    Err(methods.map_or(Error::NotFound, Error::Method))
}
