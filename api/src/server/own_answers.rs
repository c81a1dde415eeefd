//! The answers that the HTTP library gives by itself, before there is a call: to what is no HTTP, to a head that is too
//! large, to one that does not end. It writes them without a body and without our headers. They are recognised where they
//! go out, and a problem goes out instead, dressed as every other answer.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use actix_web::body::MessageBody as _;
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap, HeaderValue, HttpDate};
use naast_domain::text::Tongue;
use uuid::Uuid;

use crate::accept;
use crate::clock::fresh;
use crate::edge::dress;
use crate::platform::Platform;
use crate::problem::Error;

/// Nothing that the library writes by itself is longer.
const LONGEST: usize = 256;

/// The end of every head.
const END: &[u8] = b"\r\n\r\n";

/// An answer of the library's own at the end of what it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OwnAnswer {
    /// Where it begins.
    pub begins: usize,
    /// Its status.
    pub status: u16,
}

impl OwnAnswer {
    /// Finds it. It is always the last that is written on a connection, and a head that names a length of nought, a date, and
    /// perhaps the connection: the edge gives every answer more headers than these.
    pub fn find(written: &[u8]) -> Option<Self> {
        if !written.ends_with(END) {
            return None;
        }
        let from = written.len().saturating_sub(LONGEST);
        let begins = from + written[from..].windows(7).rposition(|bytes| bytes == b"HTTP/1.")?;
        let head = std::str::from_utf8(&written[begins..written.len() - END.len()]).ok()?;
        let (line, headers) = head.split_once("\r\n")?;
        let status = line.get("HTTP/1.1 ".len()..)?.get(..3)?.parse().ok()?;
        let bare = |header: &str| {
            header == "content-length: 0"
                || header.starts_with("date: ")
                || header.starts_with("connection: ")
        };
        (headers.split("\r\n").all(bare) && headers.contains("content-length: 0"))
            .then_some(Self { begins, status })
    }
}

/// What the caller of a call that was never read is told, for this status: the bytes of the whole answer, the last on its
/// connection.
pub(super) fn compose(status: u16, tongue: Tongue, platform: &Platform) -> Vec<u8> {
    let error = match status {
        408 => Error::Refused("head-too-slow"),
        431 => Error::Refused("head-too-large"),
        400..=499 => Error::Refused("malformed-call"),
        _ => Error::Internal("the HTTP library failed"),
    };
    let number = Uuid::to_string(&fresh());
    let mut answer = error.answer(tongue, &number);
    dress(answer.headers_mut(), "", &number, tongue);
    let (answer, body) = answer.into_parts();
    let body = body.try_into_bytes().unwrap_or_default();
    let mut head = format!("HTTP/1.1 {}\r\n", answer.status());
    for (name, value) in answer.headers() {
        if let Ok(value) = value.to_str() {
            let _ = write!(head, "{name}: {value}\r\n");
        }
    }
    let date = HttpDate::from(SystemTime::from(platform.clock.now()));
    let _ = write!(head, "content-length: {}\r\nconnection: close\r\ndate: {date}\r\n\r\n", body.len());
    let status = answer.status().as_u16();
    platform.metrics.problem(&error, false);
    platform.metrics.call_begins();
    platform.metrics.call_ends("-", "-", status, Duration::ZERO);
    log::info!(request_id = number.as_str(), method = "-", route = "-", status = status, micros = 0; "call");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(&body);
    bytes
}

/// The language that the head of a call asks for, as far as these bytes of it tell. The call is not read yet, and perhaps
/// never will be.
pub(super) fn wish(bytes: &[u8]) -> Option<Tongue> {
    const NAME: &[u8] = b"accept-language:";
    let line = bytes
        .split(|byte| *byte == b'\n')
        .find(|line| line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME)))?;
    let value = HeaderValue::from_bytes(line[NAME.len()..].trim_ascii()).ok()?;
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_LANGUAGE, value);
    Some(accept::tongue(&headers))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "date: Thu, 01 Jan 1970 00:00:00 GMT";

    #[test]
    fn only_an_answer_without_our_headers_is_the_librarys() {
        for (written, expected) in [
            (format!("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n{DATE}\r\n\r\n"), Some((0, 400))),
            (
                format!(
                    "HTTP/1.0 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n{DATE}\r\n\r\n"
                ),
                Some((0, 408)),
            ),
            (
                format!(
                    "HTTP/1.1 200 OK\r\n\r\n{{}}HTTP/1.1 431 Large\r\ncontent-length: 0\r\n{DATE}\r\n\r\n"
                ),
                Some((21, 431)),
            ),
            (format!("HTTP/1.1 204 No Content\r\n{DATE}\r\n\r\n"), None),
            (format!("HTTP/1.1 200 OK\r\ncontent-length: 0\r\napi-version: 1.0.0\r\n{DATE}\r\n\r\n"), None),
            (format!("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n{DATE}\r\n\r\n{{}}"), None),
            ("\r\n\r\n".to_owned(), None),
            (String::new(), None),
        ] {
            let found = OwnAnswer::find(written.as_bytes()).map(|own| (own.begins, own.status));
            assert_eq!(found, expected, "{written}");
        }
    }

    #[test]
    fn the_language_is_read_from_a_head_that_is_no_good() {
        assert_eq!(wish(b"GARBAGE\r\nAccept-Language: en\r\n\r\n"), Some(Tongue::English));
        assert_eq!(wish(b"GET / HTTP/9\r\naccept-language:nl, en;q=0.5"), Some(Tongue::Dutch));
        assert_eq!(wish(b"GET /?x=accept-language:en HTTP/1.1\r\n"), None);
    }
}
