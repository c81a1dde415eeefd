//! Calls to the API in this process: the same routes, the same edge, no network.

use actix_web::body::to_bytes;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::test::TestRequest;
use naast_domain::ids::PersonId;
use serde_json::Value;

use crate::platform::Platform;

/// A call that did not succeed, which is a mistake in the demo.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The API said no.
    #[error("{method} {path} answered {status}: {problem}")]
    Refused {
        /// The method.
        method: Method,
        /// The path.
        path: String,
        /// The status.
        status: StatusCode,
        /// The problem.
        problem: Value,
    },
    /// An answer that lacks what it should have.
    #[error("an answer lacks {0}")]
    Lacks(&'static str),
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] naast_persistence::Error),
}

/// Somebody who calls the API.
pub struct Calls<'a, S> {
    service: &'a S,
    platform: &'a Platform,
}

/// An answer: its body, and the version that it shows.
pub struct Answered {
    /// The body.
    pub body: Value,
    etag: Option<String>,
}

impl Answered {
    /// A text member of the body.
    pub fn text(&self, member: &'static str) -> Result<String, CallError> {
        self.body[member].as_str().map(str::to_owned).ok_or(CallError::Lacks(member))
    }
}

impl<'a, S> Calls<'a, S>
where
    S: Service<actix_http::Request, Response = ServiceResponse, Error = actix_web::Error>,
{
    /// Calls on this service.
    pub fn new(service: &'a S, platform: &'a Platform) -> Self {
        Self { service, platform }
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        caller: Option<PersonId>,
        body: Option<Value>,
        seen: Option<&Answered>,
    ) -> Result<Answered, CallError> {
        let mut request = TestRequest::with_uri(&format!("/v1{path}")).method(method.clone());
        if let Some(caller) = caller {
            let token = self.platform.identity.token(caller, &self.platform.clock, super::LIFETIME);
            request = request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")));
        }
        if let Some(etag) = seen.and_then(|seen| seen.etag.as_deref()) {
            request = request.insert_header((header::IF_MATCH, etag));
        }
        if let Some(body) = body {
            request = request.set_json(body);
        }
        let refused = |status, problem| CallError::Refused {
            method: method.clone(),
            path: path.to_owned(),
            status,
            problem,
        };
        let response = self
            .service
            .call(request.to_request())
            .await
            .map_err(|fault| refused(fault.as_response_error().status_code(), Value::Null))?;
        let status = response.status();
        let etag =
            response.headers().get(header::ETAG).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let bytes = to_bytes(response.into_body()).await.unwrap_or_default();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if status.is_success() { Ok(Answered { body, etag }) } else { Err(refused(status, body)) }
    }

    /// Reads.
    pub async fn get(&self, caller: PersonId, path: &str) -> Result<Answered, CallError> {
        self.call(Method::GET, path, Some(caller), None, None).await
    }

    /// Makes something.
    pub async fn post(&self, caller: PersonId, path: &str, body: Value) -> Result<Answered, CallError> {
        self.call(Method::POST, path, Some(caller), Some(body), None).await
    }

    /// Makes something out of nothing but the call.
    pub async fn ask(&self, caller: PersonId, path: &str) -> Result<Answered, CallError> {
        self.call(Method::POST, path, Some(caller), None, None).await
    }

    /// Makes something out of nothing but the call, on a version that was seen.
    pub async fn ask_on(&self, caller: PersonId, path: &str, seen: &Answered) -> Result<Answered, CallError> {
        self.call(Method::POST, path, Some(caller), None, Some(seen)).await
    }

    /// Makes something on a version that was seen.
    pub async fn post_on(
        &self,
        caller: PersonId,
        path: &str,
        seen: &Answered,
        body: Value,
    ) -> Result<Answered, CallError> {
        self.call(Method::POST, path, Some(caller), Some(body), Some(seen)).await
    }

    /// Puts.
    pub async fn put(&self, caller: PersonId, path: &str, body: Value) -> Result<Answered, CallError> {
        self.call(Method::PUT, path, Some(caller), Some(body), None).await
    }

    /// Changes a version that was seen.
    pub async fn patch(
        &self,
        caller: PersonId,
        path: &str,
        seen: &Answered,
        body: Value,
    ) -> Result<Answered, CallError> {
        self.call(Method::PATCH, path, Some(caller), Some(body), Some(seen)).await
    }
}
