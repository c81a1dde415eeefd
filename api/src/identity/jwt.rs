//! What all tokens of others have in common: a header that is read before it is believed, and claims that are all checked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use naast_domain::Moment;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The header of somebody else's token. Links and keys in it (`jku`, `x5u`, `jwk`, `x5c`) are not followed; what is
/// critical is not understood, so the token is refused (RFC 7515, 4.1.11).
#[derive(Debug, Deserialize)]
pub(super) struct OpenHeader {
    pub alg: Algorithm,
    #[serde(default)]
    pub kid: Option<String>,
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

/// When a token of somebody else holds.
#[derive(Debug, Deserialize)]
pub(super) struct Times {
    pub exp: i64,
    #[serde(default)]
    pub iat: Option<i64>,
    #[serde(default)]
    nbf: Option<i64>,
}

impl Times {
    /// Whether it holds at a moment, give or take half a minute between two clocks.
    pub fn hold(&self, now: Moment) -> bool {
        let now = now.timestamp();
        now < self.exp
            && self.iat.is_none_or(|issued| issued <= now + 30)
            && self.nbf.is_none_or(|from| from <= now + 30)
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

/// The claims of a token whose signature, issuer and audience are right. Times are the caller's to check.
pub(super) fn verified<T: DeserializeOwned>(
    token: &str,
    key: &DecodingKey,
    algorithm: Algorithm,
    issuer: &str,
    audiences: &[&str],
) -> Option<T> {
    let mut validation = Validation::new(algorithm);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&[issuer]);
    validation.set_audience(audiences);
    // against the clock of this server, by the caller
    validation.validate_exp = false;
    validation.validate_nbf = false;
    jsonwebtoken::decode::<T>(token, key, &validation).ok().map(|token| token.claims)
}
