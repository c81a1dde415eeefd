//! The answers that the HTTP library gives by itself, before there is a call: to what is no HTTP, to a head that is too
//! large, to one that does not end. It writes them without a body and without our headers. They are recognised where they
//! go out, and a problem goes out instead, dressed as every other answer.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use actix_web::HttpResponse;
use actix_web::body::MessageBody as _;
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap, HeaderValue, HttpDate};
use naast_domain::text::Tongue;
use uuid::Uuid;

use super::life::Life;
use crate::accept;
use crate::clock::fresh;
use crate::contract::BASE;
use crate::cors::Origins;
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
pub(super) fn compose(status: u16, life: &Life, platform: &Platform, origins: &Origins) -> Vec<u8> {
    let error = match status {
        408 => Error::Refused("head-too-slow"),
        431 => Error::Refused("head-too-large"),
        400..=499 => Error::Refused("malformed-call"),
        503 => Error::Refused("overloaded"),
        _ => Error::Internal("the HTTP library failed"),
    };
    refuse(&error, life, platform, origins)
}

/// The bytes of a refusal, whole, the last on its connection.
pub(super) fn refuse(error: &Error, life: &Life, platform: &Platform, origins: &Origins) -> Vec<u8> {
    platform.metrics.problem(error, false);
    let number = Uuid::to_string(&fresh());
    whole(error.answer(life.tongue.get(), &number), &number, life, platform, origins)
}

/// The bytes of this answer, dressed as every other, the last on its connection.
pub(super) fn whole(
    mut answer: HttpResponse,
    number: &str,
    life: &Life,
    platform: &Platform,
    origins: &Origins,
) -> Vec<u8> {
    dress(answer.headers_mut(), "", number, life.tongue.get());
    // which path was meant may never have come; a page of the list may read what it did wrong wherever it was
    origins.tell(BASE, life.origin.borrow().as_ref(), answer.headers_mut());
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
    platform.metrics.call_begins();
    platform.metrics.call_ends("-", "-", status, Duration::ZERO);
    log::info!(request_id = number, method = "-", route = "-", status = status, micros = 0; "call");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(&body);
    bytes
}

/// What is read of a head while it comes, for the answer to one that is no good: in which language, and for which page. The
/// library reads the call; this decides nothing of it.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The line that is not whole yet, no longer than is of interest.
    line: Vec<u8>,
    begun: bool,
    over: bool,
    /// Whether it asks how the server is, and what of that.
    pub question: Option<Question>,
    /// The language that it asks for.
    pub tongue: Option<Tongue>,
    origins: Vec<HeaderValue>,
    /// How long its first line is so far.
    first: usize,
}

/// What is asked of how the server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Whether the process runs.
    Live,
    /// Whether it can take calls.
    Ready,
}

impl Question {
    /// What the first line of a head asks.
    fn of_line(line: &[u8]) -> Option<Self> {
        let mut parts = line.strip_prefix(b"GET ")?.split(|byte| *byte == b' ');
        let (target, version) = (parts.next()?, parts.next()?);
        let is_known = version == b"HTTP/1.1" || version == b"HTTP/1.0";
        match target.split(|byte| *byte == b'?').next()? {
            b"/health/live" if is_known => Some(Self::Live),
            b"/health/ready" if is_known => Some(Self::Ready),
            _ => None,
        }
    }
}

/// A target of this many bytes or more is too long for the library, which says only that the call is malformed.
const LONGEST_TARGET: usize = 65_534;

/// No line that is of interest here is longer.
const LONGEST_LINE: usize = 1024;

impl Heard {
    /// Takes in what came, in whatever pieces it comes.
    pub fn hear(&mut self, mut bytes: &[u8]) {
        while !self.over {
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let piece = &bytes[..end.unwrap_or(bytes.len())];
            if !self.begun {
                self.first += piece.len();
            }
            let room = LONGEST_LINE.saturating_sub(self.line.len());
            self.line.extend_from_slice(&piece[..piece.len().min(room)]);
            let Some(end) = end else { return };
            bytes = &bytes[end + 1..];
            let line = std::mem::take(&mut self.line);
            self.read(line.trim_ascii_end());
        }
    }

    fn read(&mut self, line: &[u8]) {
        // a head may begin with empty lines (RFC 9112, 2.2); after that one ends it
        self.over = self.begun && line.is_empty();
        let is_first = !self.begun;
        self.begun = self.begun || !line.is_empty();
        if is_first {
            self.question = Question::of_line(line);
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':').filter(|_| !is_first) else { return };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        let Ok(value) = HeaderValue::from_bytes(value) else { return };
        if name.eq_ignore_ascii_case(b"accept-language") {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, value);
            self.tongue = Some(accept::tongue(&headers));
        } else if name.eq_ignore_ascii_case(b"origin") && self.origins.len() < 2 {
            self.origins.push(value);
        }
    }

    /// Whether the head is there to its end.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Whether what is wrong with it is how long its first line is.
    pub fn is_too_long(&self) -> bool {
        self.first > LONGEST_TARGET
    }

    /// The page that calls: named once, as a browser does.
    pub fn origin(&self) -> Option<&HeaderValue> {
        self.origins.first().filter(|_| self.origins.len() == 1)
    }
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
    fn a_head_that_is_no_good_says_its_language_and_its_page_in_whatever_pieces_it_comes() {
        let page = Some("https://app.example.org");
        for (head, tongue, origin) in [
            ("GARBAGE\r\nAccept-Language: en\r\n\r\n", Some(Tongue::English), None),
            ("\r\nGET / HTTP/9\r\naccept-language:nl, en;q=0.5\r\n", Some(Tongue::Dutch), None),
            ("GET /?x=accept-language:en HTTP/1.1\r\n", None, None),
            ("accept-language: en\r\n\r\n", None, None),
            ("GET / HTTP/9\nORIGIN:https://app.example.org\n", None, page),
            ("GET / HTTP/9\r\norigin: a\r\norigin: a\r\norigin: a\r\n", None, None),
            ("GET / HTTP/9\r\n\r\norigin: https://app.example.org\r\n", None, None),
            ("GET / HTTP/9\r\norigin: https://app.exam", None, None),
        ] {
            for size in 1..=head.len() {
                let mut heard = Heard::default();
                head.as_bytes().chunks(size).for_each(|piece| heard.hear(piece));
                let found = heard.origin().map(|origin| origin.to_str().expect("letters"));
                assert_eq!((heard.tongue, found), (tongue, origin), "{head:?} in pieces of {size}");
            }
        }
        for (head, question) in [
            ("GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n", Some(Question::Live)),
            ("\r\nGET /health/ready?of=proxy HTTP/1.0\r\n\r\n", Some(Question::Ready)),
            ("POST /health/ready HTTP/1.1\r\n\r\n", None),
            ("GET /health/ready\r\n\r\n", None),
            ("GET /v1/me HTTP/1.1\r\nGET /health/live HTTP/1.1\r\n\r\n", None),
        ] {
            let mut heard = Heard::default();
            heard.hear(head.as_bytes());
            assert_eq!((heard.question, heard.is_over()), (question, true), "{head:?}");
        }
        let mut heard = Heard::default();
        heard.hear(&vec![b'x'; 1_000_000]);
        assert!(heard.line.len() <= LONGEST_LINE, "no more is kept than is of interest");
    }
}
