//! Which pages of which other sites may call from a browser (the CORS protocol of the Fetch standard; NL GOV API Design Rules,
//! transport/cors): those of a list, by exact origin. What is open to everybody is open to every page.
//!
//! Nothing here lets a browser send cookies or a password of its own: a token is sent by the page that has it.

use std::fmt;
use std::str::FromStr;

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, Uri};

use crate::contract::{BASE, CONTRACT};

/// What a page may read of an answer, beside its body.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "API-Version, Content-Language, Deprecation, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Sunset, \
     WWW-Authenticate, X-Request-Id",
);

/// What a page may send.
const SENT: HeaderValue = HeaderValue::from_static(
    "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match",
);

/// How long a browser remembers what it was told, in seconds: two hours, the most that any of them does.
const REMEMBERED: HeaderValue = HeaderValue::from_static("7200");

/// Where a page comes from: scheme, host and port, as a browser writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl FromStr for Origin {
    type Err = String;

    /// An origin as an administrator writes it. `*` and `null` are nobody's.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            "write origins with commas between them, such as https://app.example.org,http://localhost:5173: scheme, host and \
             port, without a path, and never *"
                .to_owned()
        };
        let text = text.trim();
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let authority = uri.authority().filter(|one| !one.as_str().contains('@')).ok_or_else(wrong)?;
        let is_local = ["localhost", "127.0.0.1", "[::1]"].contains(&authority.host());
        let scheme = uri.scheme_str().filter(|scheme| *scheme == "https" || (*scheme == "http" && is_local));
        let scheme = scheme.ok_or_else(wrong)?;
        if uri.path() != "/" || uri.query().is_some() || text.ends_with('/') || text.contains('*') {
            return Err(wrong());
        }
        // a browser leaves out the usual port
        let usual = if scheme == "https" { ":443" } else { ":80" };
        let place = authority.as_str().to_ascii_lowercase();
        let place = place.strip_suffix(usual).unwrap_or(&place);
        Ok(Self(format!("{scheme}://{place}")))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

/// The origins whose pages may call.
#[derive(Debug, Clone, Default)]
pub struct Origins(Vec<Origin>);

impl From<Vec<Origin>> for Origins {
    fn from(origins: Vec<Origin>) -> Self {
        Self(origins)
    }
}

/// What is open to everybody, from every page: the contract, what its problems mean, and how to sign in.
fn is_open(path: &str) -> bool {
    ["/v1/openapi.json", "/v1/openapi.yaml", "/v1/problems"].contains(&path)
        || ["/v1/problems/", "/.well-known/"].iter().any(|above| path.starts_with(above))
}

impl Origins {
    /// What a browser is told in `Access-Control-Allow-Origin` when a page of this origin calls this path; `None` when it may
    /// not.
    fn allow(&self, path: &str, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        if is_open(path) {
            return Some(HeaderValue::from_static("*"));
        }
        let origin = origin?;
        let listed = path.starts_with(BASE) && self.0.iter().any(|one| origin.as_bytes() == one.0.as_bytes());
        listed.then(|| origin.clone())
    }

    /// The answer to a browser that asks whether a page may make a call; `None` when this is no such question, or the page may
    /// not: then it is a call like any other, of a method that is not there.
    pub fn preflight(&self, request: &ServiceRequest) -> Option<HttpResponse> {
        let asked = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        let origin = single(request.headers(), &header::ORIGIN)?;
        if request.method() != Method::OPTIONS || !asked {
            return None;
        }
        self.allow(request.path(), Some(origin))?;
        let methods = CONTRACT
            .methods_of(request.path())
            .or_else(|| is_open(request.path()).then(|| vec!["GET", "HEAD"]))?;
        Some(
            HttpResponse::NoContent()
                .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, methods.join(", ")))
                .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, SENT))
                .insert_header((header::ACCESS_CONTROL_MAX_AGE, REMEMBERED))
                .finish(),
        )
    }

    /// Tells a browser, in an answer, whether the page that called may read it.
    pub fn tell(&self, path: &str, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        if let Some(allowed) = self.allow(path, origin) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
}

/// The one value of a header; a browser sends no more.
pub fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name);
    values.next().filter(|_| values.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        for (text, origin) in [
            ("https://app.example.org", Some("https://app.example.org")),
            (" https://App.Example.org:443", Some("https://app.example.org")),
            ("https://app.example.org:8443", Some("https://app.example.org:8443")),
            ("http://localhost:5173", Some("http://localhost:5173")),
            ("http://127.0.0.1:80", Some("http://127.0.0.1")),
            ("http://app.example.org", None),
            ("https://app.example.org/", None),
            ("https://app.example.org/path", None),
            ("https://app.example.org?x", None),
            ("https://me@app.example.org", None),
            ("https://*.example.org", None),
            ("app.example.org", None),
            ("file:///tmp", None),
            ("null", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(text.parse::<Origin>().ok().map(|one| one.to_string()).as_deref(), origin, "{text:?}");
        }
    }
}
