//! Answers: one thing with its `ETag`, a new thing with its place, a page with the way to the next. And what a caller must
//! say before she changes a thing.

use std::future::{Ready, ready};

use actix_web::body::BoxBody;
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder, dev};
use naast_domain::text::Tongue;
use serde::{Deserialize, Serialize};

use crate::contract::BASE;
use crate::problem::Error;

/// An answer with a body.
#[derive(Debug)]
pub struct Answer<T> {
    body: Content<T>,
    status: StatusCode,
    etag: Option<String>,
    location: Option<String>,
    shown_once: bool,
}

#[derive(Debug)]
enum Content<T> {
    /// A value that is written when the answer is sent.
    Value(T),
    /// What was written before, in a language.
    Text { body: String, language: String },
}

/// An answer that is written out: what is kept of it, so that it can be given again to the byte.
#[derive(Debug, Serialize, Deserialize)]
pub struct Written {
    status: u16,
    etag: Option<String>,
    location: Option<String>,
    language: String,
    body: String,
}

impl<T> Answer<T> {
    /// What was asked for.
    pub fn found(body: T) -> Self {
        Self {
            body: Content::Value(body),
            status: StatusCode::OK,
            etag: None,
            location: None,
            shown_once: false,
        }
    }

    /// Something new, at its own place below the base of the API.
    pub fn created(body: T, place: &str) -> Self {
        Self::found(body).at(place)
    }

    /// What was taken in, to be done later.
    pub fn accepted(body: T) -> Self {
        Self { status: StatusCode::ACCEPTED, ..Self::found(body) }
    }

    /// Nothing to show: what was asked to be taken away is gone.
    pub fn gone(nothing: T) -> Self {
        Self { status: StatusCode::NO_CONTENT, ..Self::found(nothing) }
    }

    /// The same, as something new at a place below the base of the API.
    #[must_use]
    pub fn at(self, place: &str) -> Self {
        Self { status: StatusCode::CREATED, location: Some(format!("{BASE}{place}")), ..self }
    }

    /// The same, with the version of the thing.
    #[must_use]
    pub fn version(self, version: i32) -> Self {
        Self { etag: Some(etag(version)), ..self }
    }

    /// The same, when it shows a secret that is shown only once: it is kept for a repeated call for minutes only.
    #[must_use]
    pub fn shown_once(self, shown_once: bool) -> Self {
        Self { shown_once, ..self }
    }

    /// Whether it shows a secret that is shown only once.
    pub fn is_shown_once(&self) -> bool {
        self.shown_once
    }

    /// The answer that was written.
    pub fn written(written: Written) -> Self {
        Self {
            body: Content::Text { body: written.body, language: written.language },
            status: StatusCode::from_u16(written.status).unwrap_or(StatusCode::OK),
            etag: written.etag,
            location: written.location,
            shown_once: false,
        }
    }
}

impl<T: Serialize> Answer<T> {
    /// Writes the answer out.
    ///
    /// # Errors
    /// [`Error::Internal`] for a body that JSON cannot hold.
    pub fn write(self, tongue: Tongue) -> Result<Written, Error> {
        let (body, language) = match self.body {
            Content::Value(value) => {
                let body = serde_json::to_string(&value);
                (body.map_err(|_| Error::Internal("a body does not write"))?, tongue.code().to_owned())
            }
            Content::Text { body, language } => (body, language),
        };
        Ok(Written { status: self.status.as_u16(), etag: self.etag, location: self.location, language, body })
    }
}

/// The `ETag` of a version, as it stands in the header.
pub fn etag(version: i32) -> String {
    format!("\"v{version}\"")
}

impl<T: Serialize> Responder for Answer<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        // whoever changes something is told what became of it (RFC 9110, 13.1.2)
        if let Some(etag) = &self.etag
            && request.method() == Method::GET
            && self.status == StatusCode::OK
            && is_cached(request.headers(), etag)
        {
            return HttpResponse::NotModified().insert_header((header::ETAG, etag.as_str())).finish();
        }
        let mut response = HttpResponse::build(self.status);
        if let Some(etag) = self.etag {
            response.insert_header((header::ETAG, etag));
        }
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        match self.body {
            _ if self.status == StatusCode::NO_CONTENT => response.finish(),
            Content::Value(value) => response.json(value),
            Content::Text { body, language } => response
                .insert_header((header::CONTENT_LANGUAGE, language))
                .content_type("application/json")
                .body(body),
        }
    }
}

/// Whether the caller has this version already. A cache may hold it as a weak tag, which is good enough for reading.
fn is_cached(headers: &HeaderMap, etag: &str) -> bool {
    names(headers, header::IF_NONE_MATCH, etag) || names(headers, header::IF_NONE_MATCH, &format!("W/{etag}"))
}

/// Whether a list of entity tags names this one.
fn names(headers: &HeaderMap, header: header::HeaderName, etag: &str) -> bool {
    headers.get_all(header).filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(
        |one| {
            let one = one.trim();
            one == "*" || one == etag
        },
    )
}

/// The version that a caller says she changes.
#[derive(Debug)]
pub struct IfMatch(HeaderMap);

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let mut given = HeaderMap::new();
        for value in request.headers().get_all(header::IF_MATCH) {
            given.append(header::IF_MATCH, value.clone());
        }
        ready(Ok(Self(given)))
    }
}

impl IfMatch {
    /// Checks that the caller changes the version that stands.
    ///
    /// # Errors
    /// [`Error::PreconditionMissing`] when she did not say, [`Error::Stale`] when it is another.
    pub fn check(&self, version: i32) -> Result<(), Error> {
        if !self.0.contains_key(header::IF_MATCH) {
            return Err(Error::PreconditionMissing);
        }
        if names(&self.0, header::IF_MATCH, &etag(version)) { Ok(()) } else { Err(Error::Stale) }
    }
}
