//! What all tokens of others have in common: a header that is read before it is believed, and claims that are all checked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, DecodingKey};
use naast_domain::Moment;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};

/// How far two clocks may be apart, in seconds.
const SKEW: i64 = 30;

/// The header of somebody else's token. Links and keys in it (`jku`, `x5u`, `jwk`, `x5c`) are not followed; what is
/// critical is not understood, so the token is refused (RFC 7515, 4.1.11).
#[derive(Debug, Deserialize)]
pub(super) struct OpenHeader {
    #[serde(deserialize_with = "algorithm")]
    pub alg: Algorithm,
    #[serde(default)]
    pub kid: Option<String>,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
}

impl OpenHeader {
    /// Whether the token says that it is of one of these kinds, or does not say. Media types are compared without their
    /// case, and `application/` may be left out (RFC 7515, 4.1.9). Otherwise a token that was made for something else, such
    /// as a `logout+jwt`, would do for this (RFC 8725, 3.11).
    pub fn is_one_of<K: AsRef<str>>(&self, kinds: &[K]) -> bool {
        const PREFIX: &str = "application/";
        let Some(said) = &self.typ else { return true };
        let said = said.to_ascii_lowercase();
        let said = said.strip_prefix(PREFIX).unwrap_or(&said);
        kinds.iter().any(|kind| kind.as_ref().eq_ignore_ascii_case(said))
    }
}

/// `Ed25519` (RFC 9864) says in full what `EdDSA` says here: no other curve is known.
fn algorithm<'de, D: Deserializer<'de>>(from: D) -> Result<Algorithm, D::Error> {
    match String::deserialize(from)?.as_str() {
        "Ed25519" => Ok(Algorithm::EdDSA),
        name => name.parse().map_err(|_| D::Error::custom("an algorithm that is not known")),
    }
}

/// For whom a token is: a text or a list of texts (RFC 7519, 4.1.3).
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Audiences {
    One(String),
    Several(Vec<String>),
}

impl Audiences {
    /// All of them.
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(all) => all,
        }
    }

    /// Whether it is for one of these and for nobody else: who is meant beside us could use it here in her turn.
    pub fn only(&self, ours: &[&str]) -> bool {
        !self.all().is_empty() && self.all().iter().all(|one| ours.contains(&one.as_str()))
    }
}

/// The claims of somebody else's token. Those that are named are all required.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    pub iss: String,
    pub sub: String,
    pub aud: Audiences,
    #[serde(deserialize_with = "moment")]
    pub exp: i64,
    #[serde(deserialize_with = "moment")]
    iat: i64,
    #[serde(default, deserialize_with = "moment_if_any")]
    nbf: Option<i64>,
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// Seconds since 1970, which may have a fraction (RFC 7519, 2, `NumericDate`); the whole second that it falls in.
fn moment<'de, D: Deserializer<'de>>(given: D) -> Result<i64, D::Error> {
    whole(&Number::deserialize(given)?).ok_or_else(|| D::Error::custom("no moment"))
}

fn moment_if_any<'de, D: Deserializer<'de>>(given: D) -> Result<Option<i64>, D::Error> {
    let given = Option::<Number>::deserialize(given)?;
    given.map(|number| whole(&number).ok_or_else(|| D::Error::custom("no moment"))).transpose()
}

fn whole(seconds: &Number) -> Option<i64> {
    seconds.as_i64().or_else(|| {
        let seconds = seconds.as_f64().filter(|seconds| seconds.abs() < 1e12)?;
        #[expect(clippy::cast_possible_truncation, reason = "its size was looked at")]
        Some(seconds.floor() as i64)
    })
}

impl Claims {
    /// Whether it holds at a moment, give or take half a minute between two clocks, and was not made to live longer than
    /// this; so it is no older than this either.
    pub fn hold(&self, now: Moment, longest: TimeDelta) -> bool {
        let now = now.timestamp();
        let lives = self.exp.checked_sub(self.iat);
        now < self.exp
            && self.iat <= now + SKEW
            && self.nbf.is_none_or(|from| from <= now + SKEW)
            && lives.is_some_and(|seconds| (1..=longest.num_seconds()).contains(&seconds))
    }

    /// A claim that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.others.get(name)?.as_str()
    }
}

fn segment<T: DeserializeOwned>(token: &str, place: usize) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(place)?).ok()?).ok()
}

/// The header of a token, before anything is believed.
pub(super) fn header<T: DeserializeOwned>(token: &str) -> Option<T> {
    segment(token, 0)
}

/// The header of somebody else's token, when it asks for nothing that is not understood.
pub(super) fn open_header(token: &str) -> Option<OpenHeader> {
    header::<OpenHeader>(token).filter(|header| header.crit.is_none())
}

/// The claims of a token, unverified: to find the key that will verify them.
pub(super) fn unverified<T: DeserializeOwned>(token: &str) -> Option<T> {
    segment(token, 1)
}

/// The claims of a token that this key signed. What they say is the caller's to check: the library's own checks would
/// refuse `Ed25519`, and take a token for which ours is only one of several audiences.
pub(super) fn verified(token: &str, key: &DecodingKey, algorithm: Algorithm) -> Option<Claims> {
    let (signed, signature) = token.rsplit_once('.')?;
    (signed.matches('.').count() == 1).then_some(())?;
    let right = jsonwebtoken::crypto::verify(signature, signed.as_bytes(), key, algorithm).ok()?;
    if right { segment(token, 1) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(json: &str) -> Option<OpenHeader> {
        open_header(&format!("{}.", URL_SAFE_NO_PAD.encode(json)))
    }

    #[test]
    fn both_names_of_the_curve_are_read_and_no_made_up_one() {
        for name in ["EdDSA", "Ed25519"] {
            let read = header(&format!(r#"{{"alg":"{name}"}}"#)).map(|header| header.alg);
            assert_eq!(read, Some(Algorithm::EdDSA), "{name}");
        }
        for name in ["Ed448", "ed25519", "none", ""] {
            assert!(header(&format!(r#"{{"alg":"{name}"}}"#)).is_none(), "{name}");
        }
        assert!(header(r#"{"alg":"EdDSA","crit":["b64"]}"#).is_none());
    }

    #[test]
    fn a_token_of_another_kind_is_told_apart() {
        let of = |typ: &str| header(&format!(r#"{{"alg":"EdDSA"{typ}}}"#)).expect("a header");
        let kinds = ["JWT", "at+jwt"];
        for typ in ["", r#","typ":"jwt""#, r#","typ":"AT+JWT""#, r#","typ":"application/at+jwt""#] {
            assert!(of(typ).is_one_of(&kinds), "{typ}");
        }
        for typ in ["logout+jwt", "application/", "", "application/application/jwt"] {
            assert!(!of(&format!(r#","typ":"{typ}""#)).is_one_of(&kinds), "{typ}");
        }
    }

    #[test]
    fn a_token_that_was_made_to_live_long_does_not_hold() {
        let claims = |iat: i64, exp: i64| Claims {
            iss: String::new(),
            sub: String::new(),
            aud: Audiences::Several(Vec::new()),
            exp,
            iat,
            nbf: None,
            others: Map::new(),
        };
        let now = Moment::from_timestamp(1_000_000, 0).expect("a moment");
        let hour = TimeDelta::hours(1);
        assert!(claims(1_000_000, 1_003_600).hold(now, hour));
        assert!(!claims(1_000_000, 1_003_601).hold(now, hour));
        assert!(!claims(996_399, 1_000_001).hold(now, hour), "older than it could be");
        assert!(!claims(i64::MIN, i64::MAX).hold(now, hour));
        assert!(!claims(1_000_031, 1_000_060).hold(now, hour), "from a later moment");
        assert!(!claims(999_990, 1_000_000).hold(now, hour));
    }

    #[test]
    fn a_moment_may_have_a_fraction() {
        let read = |exp: &str, nbf: &str| {
            let text = format!(r#"{{"iss":"a","sub":"a","aud":"b","iat":1000000.25,"exp":{exp}{nbf}}}"#);
            serde_json::from_str::<Claims>(&text).ok().map(|claims| (claims.exp, claims.iat, claims.nbf))
        };
        assert_eq!(read("1000060.9", ""), Some((1_000_060, 1_000_000, None)));
        assert_eq!(read("1000060", r#","nbf":1e6"#), Some((1_000_060, 1_000_000, Some(1_000_000))));
        assert_eq!(read("-0.5", r#","nbf":null"#), Some((-1, 1_000_000, None)));
        for nonsense in ["1e300", "\"1000060\"", "null", "true", "[1]"] {
            assert_eq!(read(nonsense, ""), None, "{nonsense}");
        }
    }
}
