//! Versions of what is shown: the `ETag` of an answer, and what a caller says of the version that she has.
//!
//! A tag has two parts: the version of the thing, which `If-Match` compares, and a digest of what is shown, which `If-None-Match` compares
//! too. For an answer can change while the thing does not: a hold keeps it longer, a school that it names has another board.

use std::future::{Ready, ready};

use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::{FromRequest, HttpRequest, dev};
use naast_domain::text::Text;
use sha2::{Digest, Sha256};

use crate::problem::{Error, InputFault};

/// The version of a thing as a tag, as a list shows it for each of its things: good for `If-Match`.
pub fn etag(version: i32) -> String {
    format!("\"v{version}\"")
}

/// The tag of an answer: the version of the thing that it shows, where it has one, and what it says.
pub(crate) fn tag(version: Option<i32>, body: &str) -> String {
    use std::fmt::Write as _;
    let mut digest = String::new();
    for byte in &Sha256::digest(body)[..8] {
        let _ = write!(digest, "{byte:02x}");
    }
    match version {
        Some(version) => format!("\"v{version}-{digest}\""),
        None => format!("\"{digest}\""),
    }
}

/// An entity tag that a caller names.
#[derive(Debug, PartialEq, Eq)]
struct Tag<'a> {
    is_weak: bool,
    opaque: &'a str,
}

/// What a header names.
#[derive(Debug, PartialEq, Eq)]
enum Named<'a> {
    /// Whatever stands.
    Any,
    /// One of these.
    These(Vec<Tag<'a>>),
}

/// Reads `*` or a list of entity tags (RFC 9110, 8.8.3 and 13.1); `None` for what is neither. A comma may stand inside a tag.
fn read(text: &str) -> Option<Named<'_>> {
    const BLANK: [char; 2] = [' ', '\t'];
    if text.trim_matches(BLANK) == "*" {
        return Some(Named::Any);
    }
    let (mut tags, mut rest) = (Vec::new(), text);
    loop {
        rest = rest.trim_start_matches(BLANK);
        // an empty place of a list is none (RFC 9110, 5.6.1)
        if let Some(after) = rest.strip_prefix(',') {
            rest = after;
            continue;
        }
        if rest.is_empty() {
            return (!tags.is_empty()).then_some(Named::These(tags));
        }
        let (is_weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |quoted| (true, quoted));
        let (opaque, after) = quoted.strip_prefix('"')?.split_once('"')?;
        if !opaque.chars().all(|letter| letter == '!' || ('#'..='~').contains(&letter)) {
            return None;
        }
        tags.push(Tag { is_weak, opaque });
        rest = after.trim_start_matches(BLANK);
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
}

/// All that the lines of a header name; a line that does not read names nothing.
fn names(headers: &HeaderMap, header: HeaderName, is_it: impl Fn(&Tag<'_>) -> bool) -> bool {
    headers.get_all(header).filter_map(|line| read(line.to_str().ok()?)).any(|named| match named {
        Named::Any => true,
        Named::These(tags) => tags.iter().any(&is_it),
    })
}

/// Whether the caller has this answer already. It is compared weakly: a cache may hold it as a weak tag, which is good enough for
/// reading (RFC 9110, 13.1.2).
pub(crate) fn is_cached(headers: &HeaderMap, etag: &str) -> bool {
    names(headers, header::IF_NONE_MATCH, |tag| etag.trim_matches('"') == tag.opaque)
}

/// What is wrong with the `If-Match` of a call.
pub(crate) fn fault(headers: &HeaderMap) -> Option<InputFault> {
    let is_read = |line: &header::HeaderValue| line.to_str().ok().and_then(read).is_some();
    (!headers.get_all(header::IF_MATCH).all(is_read)).then(|| {
        let text = Text::of(
            "Stuur de ETag zoals u hem las, met de aanhalingstekens: \"v3\". Een sterretje staat voor elke versie.",
            "Send the ETag as you read it, with its quotes: \"v3\". An asterisk stands for any version.",
        );
        InputFault::header("If-Match", "format", text)
    })
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
    /// Checks that the caller changes the version that stands. The version counts, and not what was shown of it.
    ///
    /// # Errors
    /// [`Error::PreconditionMissing`] when she did not say, [`Error::Stale`] when it is another.
    pub fn check(&self, version: i32) -> Result<(), Error> {
        if !self.0.contains_key(header::IF_MATCH) {
            return Err(Error::PreconditionMissing);
        }
        let version = format!("v{version}");
        // a weak tag is none that somebody may change something by (RFC 9110, 13.1.1)
        let is_it = |tag: &Tag<'_>| {
            !tag.is_weak && tag.opaque.split_once('-').map_or(tag.opaque, |(named, _)| named) == version
        };
        if names(&self.0, header::IF_MATCH, is_it) { Ok(()) } else { Err(Error::Stale) }
    }

    /// Checks that the caller makes something new, knowing that nothing stands: she names no version, also not that of whatever stands.
    ///
    /// # Errors
    /// [`Error::Stale`] when she names one (RFC 9110, 13.1.1).
    pub fn check_new(&self) -> Result<(), Error> {
        if self.0.contains_key(header::IF_MATCH) { Err(Error::Stale) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &HeaderName, lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name.clone(), header::HeaderValue::from_str(line).expect("a header"));
        }
        headers
    }

    #[test]
    fn a_list_of_tags_is_read_as_the_standard_writes_it_and_nothing_else_is() {
        for sound in
            ["\"v3\"", "*", " * ", "W/\"v3\"", "\"a,b\", \"v3\"", ",\"v3\",,\"x\"", "\"\"", "\"v3-0a\"\t"]
        {
            assert!(fault(&with(&header::IF_MATCH, &[sound])).is_none(), "{sound}");
        }
        for wrong in [
            "abc",
            "v3",
            "'v3'",
            "\"v3",
            "v3\"",
            "\"v3\" \"v4\"",
            "w/\"v3\"",
            "\"a b\"",
            "",
            ",",
            "*, \"v3\"",
            "W/v3",
        ] {
            assert!(fault(&with(&header::IF_MATCH, &[wrong])).is_some(), "{wrong}");
        }
        assert!(fault(&with(&header::IF_MATCH, &["\"v3\"", "v3"])).is_some(), "one of two lines");
        assert!(fault(&HeaderMap::new()).is_none());
    }

    #[test]
    fn what_does_not_stand_has_no_version_that_fits() {
        let new =
            |lines: &[&str]| IfMatch(with(&header::IF_MATCH, lines)).check_new().map_err(|it| it.code());
        assert_eq!(new(&[]), Ok(()));
        for named in ["*", "\"v0\"", "\"v1\""] {
            assert_eq!(new(&[named]), Err("stale-version"), "{named}");
        }
    }

    #[test]
    fn the_version_decides_who_may_change_and_the_whole_tag_who_reads_again() {
        let shown = tag(Some(3), "{}");
        let may =
            |line: &str| IfMatch(with(&header::IF_MATCH, &[line])).check(3).map_err(|fault| fault.code());
        for sound in [&*shown, "\"v3\"", "*", "\"v2\", \"v3\"", "\"v3-ffff\""] {
            assert_eq!(may(sound), Ok(()), "{sound}");
        }
        for stale in ["\"v33\"", "\"v2\"", "W/\"v3\"", "\"3\"", "\"v3,v3\""] {
            assert_eq!(may(stale), Err("stale-version"), "{stale}");
        }
        let has = |line: &str| is_cached(&with(&header::IF_NONE_MATCH, &[line]), &shown);
        assert!(has(&shown) && has(&format!("W/{shown}")) && has("*") && has(&format!("\"x\", {shown}")));
        assert!(!has("\"v3\"") && !has(&tag(Some(3), "{ }")) && !has(&tag(None, "{}")));
    }
}
