//! What a request says of its caller: who she is, and in which language she reads.

use std::future::{Ready, ready};

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev, web};
use naast_domain::ids::PersonId;
use naast_domain::text::Tongue;

use crate::accept::tongue;
use crate::contract::CONTRACT;
use crate::identity::{Reach, Subject};
use crate::platform::Platform;
use crate::problem::Error;

/// A caller with a token that holds. Only the Authorization header counts. A connected system gets in where the contract
/// names one of its scopes, and with no others than those.
#[derive(Debug, Clone)]
pub struct Caller(pub Subject);

impl FromRequest for Caller {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(read(request).ok_or(Error::Unauthenticated).and_then(|subject| admit(request, subject)))
    }
}

fn admit(request: &HttpRequest, subject: Subject) -> Result<Caller, Error> {
    let Reach::System(asked) = subject.reach else { return Ok(Caller(subject)) };
    let opening = CONTRACT.scopes(request.method(), &request.match_pattern().unwrap_or_default());
    let scopes = asked.common(opening);
    if scopes.is_empty() {
        return Err(Error::Scope { opening, held: asked });
    }
    Ok(Caller(Subject { reach: Reach::System(scopes), ..subject }))
}

/// Whether the contract lets this caller in, before anybody asks what she may do.
pub(crate) fn is_admitted(request: &HttpRequest, subject: &Subject) -> bool {
    admit(request, subject.clone()).is_ok()
}

/// Whom the token of a call proves, when it has exactly one; whether she may do what she asks is another question.
pub(crate) fn read(request: &HttpRequest) -> Option<Subject> {
    let platform = request.app_data::<web::Data<Platform>>()?;
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let value = headers.next()?.to_str().ok()?;
    if headers.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    platform.identity.verify(token, platform.clock.now())
}

/// Who calls what is open to all, where she says so by a token that holds: for what is anybody's but one person's. One without a token, or with one
/// that does not hold, is nobody.
#[derive(Debug, Clone, Copy)]
pub struct SignedIn(pub Option<PersonId>);

impl FromRequest for SignedIn {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(Ok(Self(read(request).map(|subject| subject.person))))
    }
}

/// The language of the answer.
#[derive(Debug, Clone, Copy)]
pub struct Reader(pub Tongue);

impl FromRequest for Reader {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(Ok(Self(tongue(request.headers()))))
    }
}
