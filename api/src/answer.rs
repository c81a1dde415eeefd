//! Answers: one thing with its `ETag`, a new thing with its place, a page with the way to the next.

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, Responder};
use naast_domain::text::Tongue;
use serde::{Deserialize, Serialize};

use crate::contract::BASE;
use crate::problem::Error;
use crate::version::{is_cached, tag};

pub use crate::version::{IfMatch, etag};

/// An answer with a body.
#[derive(Debug)]
pub struct Answer<T> {
    body: Content<T>,
    status: StatusCode,
    version: Option<i32>,
    location: Option<String>,
    shown_once: bool,
}

#[derive(Debug)]
enum Content<T> {
    /// A value that is written when the answer is sent.
    Value(T),
    /// What was written before, in a language.
    Text { body: String, language: String, etag: Option<String> },
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
            version: None,
            location: None,
            shown_once: false,
        }
    }

    /// Something new, at its own place below the base of the API.
    pub fn created(body: T, place: &str) -> Self {
        Self::found(body).at(place)
    }

    /// Something new that stands nowhere: this answer is all that shows it.
    pub fn made(body: T) -> Self {
        Self { status: StatusCode::CREATED, ..Self::found(body) }
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
        Self { version: Some(version), ..self }
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
            body: Content::Text { body: written.body, language: written.language, etag: written.etag },
            status: StatusCode::from_u16(written.status).unwrap_or(StatusCode::OK),
            version: None,
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
        let (body, language, etag) = match self.body {
            Content::Value(value) => {
                let body = serde_json::to_string(&value);
                let body = body.map_err(|_| Error::Internal("a body does not write"))?;
                let etag = self.version.map(|version| tag(Some(version), &body));
                (body, tongue.code().to_owned(), etag)
            }
            Content::Text { body, language, etag } => (body, language, etag),
        };
        Ok(Written { status: self.status.as_u16(), etag, location: self.location, language, body })
    }
}

impl<T: Serialize> Responder for Answer<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let shows = request.method() == Method::GET && self.status == StatusCode::OK;
        let (body, language, etag) = match self.body {
            Content::Value(value) => {
                let Ok(body) = serde_json::to_string(&value) else {
                    return HttpResponse::from_error(Error::Internal("a body does not write"));
                };
                // what has no version of its own and is shown is known by what it says
                let etag = (shows || self.version.is_some()).then(|| tag(self.version, &body));
                (body, None, etag)
            }
            Content::Text { body, language, etag } => (body, Some(language), etag),
        };
        // whoever changes something is told what became of it (RFC 9110, 13.1.2)
        if let Some(etag) = etag.as_deref().filter(|etag| shows && is_cached(request.headers(), etag)) {
            return HttpResponse::NotModified().insert_header((header::ETAG, etag)).finish();
        }
        let mut response = HttpResponse::build(self.status);
        if let Some(etag) = etag {
            response.insert_header((header::ETAG, etag));
        }
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        if let Some(language) = language {
            response.insert_header((header::CONTENT_LANGUAGE, language));
        }
        if self.status == StatusCode::NO_CONTENT {
            return response.finish();
        }
        response.content_type("application/json").body(body)
    }
}
