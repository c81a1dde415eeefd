//! The headers that every answer has.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use naast_domain::text::Tongue;

use crate::contract::{API_VERSION, CONTRACT};

/// What every answer of the API carries (NL GOV API Design Rules, transport/security-headers).
const HEADERS: &[(&str, &str)] = &[
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
];

/// The pages of `/docs` load their own scripts and styles, from this server only.
const DOCS_POLICY: &str =
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

/// Gives an answer the headers that every answer has.
pub(crate) fn dress(headers: &mut HeaderMap, path: &str, number: &str, language: Tongue) {
    for (name, value) in HEADERS {
        let (name, value) = (HeaderName::from_static(name), HeaderValue::from_static(value));
        // a page says itself what it may do in a browser
        if name != header::CONTENT_SECURITY_POLICY || !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
    if path.starts_with("/docs") {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DOCS_POLICY));
    }
    if path.starts_with("/v1/oauth/") {
        // RFC 6749, 5.1 asks for it beside `no-store`
        headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    }
    if path == "/.well-known/jwks.json" {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    }
    headers.insert(HeaderName::from_static("api-version"), HeaderValue::from_static(API_VERSION));
    if let Ok(number) = HeaderValue::from_str(number) {
        headers.insert(HeaderName::from_static("x-request-id"), number);
    }
    // an answer that was kept may be in another language than the caller asks for now, and the contract is in English
    if !headers.contains_key(header::CONTENT_LANGUAGE) {
        let is_english = path.starts_with("/v1/openapi.") || path.starts_with("/docs");
        let language = if is_english { Tongue::English } else { language };
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.code()));
    }
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Language, Authorization, Origin"));
}

/// Says what kind of body is taken instead, by the field of the method: `Accept-Post` (Linked Data Platform 1.0, 7.1) or `Accept-Patch` (RFC 5789, 3.1).
pub(super) fn tell_accepted(headers: &mut HeaderMap, method: &Method, route: &str) {
    let name = match *method {
        Method::POST => "accept-post",
        Method::PATCH => "accept-patch",
        _ => return,
    };
    let taken = CONTRACT.operation(method, route).and_then(|operation| operation.takes.as_deref());
    if let Some(kind) = taken.and_then(|kind| HeaderValue::from_str(kind).ok()) {
        headers.insert(HeaderName::from_static(name), kind);
    }
}

/// Says where a client reads how to sign in (RFC 9728, 5.1), and that a token was no good only when there was one (RFC 6750, 3.1).
pub(super) fn challenge(headers: &mut HeaderMap, metadata: &str, tried: bool) {
    if headers.get(header::WWW_AUTHENTICATE).is_none_or(|told| told != "Bearer") {
        return;
    }
    let error = if tried { "error=\"invalid_token\", " } else { "" };
    if let Ok(told) = HeaderValue::from_str(&format!("Bearer {error}resource_metadata=\"{metadata}\"")) {
        headers.insert(header::WWW_AUTHENTICATE, told);
    }
}
