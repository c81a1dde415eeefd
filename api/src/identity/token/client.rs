//! Connected systems prove themselves with a key (`private_key_jwt`, RFC 7523, 2.2) or, for trials, with a secret
//! (`client_secret_basic`). Whatever is wrong, the answer is the same.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use jsonwebtoken::{Algorithm, DecodingKey};
use naast_domain::Moment;
use naast_domain::ids::ClientId;
use naast_persistence::identity::assertions;
use naast_persistence::identity::clients::{self, Client, Credential};
use naast_persistence::{Kept, Transaction};
use serde::Deserialize;

use super::{PLACE, TokenBody, TokenView};
use crate::identity::oauth::Refusal;
use crate::identity::{LIFETIME, Subject, fingerprint, jwt, same, tokens};
use crate::platform::Platform;
use crate::problem::Error;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far ahead an assertion may expire, in seconds.
const AHEAD: i64 = 300;

/// The algorithms of clients' keys, as metadata publish them.
pub(in crate::identity) const ALGORITHMS: &[&str] = &["EdDSA", "ES256", "RS256", "PS256"];

/// The claims of an assertion. All are required: the number keeps it from being used twice.
#[derive(Deserialize)]
struct Assertion {
    iss: String,
    sub: String,
    jti: String,
    #[serde(flatten)]
    times: jwt::Times,
}

/// How a client tries to prove itself.
#[derive(Clone)]
enum Proof {
    Secret(String),
    Assertion(String),
}

/// A public key of a client, with the algorithms that it may be used with.
pub(crate) fn read_key(pem: &str) -> Option<(DecodingKey, &'static [Algorithm])> {
    let pem = pem.as_bytes();
    let ed = DecodingKey::from_ed_pem(pem).map(|key| (key, &[Algorithm::EdDSA][..]));
    let ec = || DecodingKey::from_ec_pem(pem).map(|key| (key, &[Algorithm::ES256][..]));
    let rsa = || DecodingKey::from_rsa_pem(pem).map(|key| (key, &[Algorithm::RS256, Algorithm::PS256][..]));
    ed.or_else(|_| ec()).or_else(|_| rsa()).ok()
}

/// The fingerprint of a client's secret.
pub(crate) fn of_secret(secret: &str) -> [u8; 32] {
    fingerprint("naast.client-secret.v1", &[secret])
}

/// A token for a client, with the scopes that it asks for, or all that it has.
pub(super) async fn grant(
    platform: &Platform,
    basic: Option<String>,
    body: TokenBody,
) -> Result<TokenView, Refusal> {
    let by_header = basic.is_some();
    let refused = || Refusal::InvalidClient(by_header);
    let (id, proof) = claimed(basic, &body).ok_or_else(refused)?;
    let wish =
        body.scope.as_deref().map(|text| tokens::read(text).ok_or(Refusal::InvalidScope)).transpose()?;
    let (now, issuer) = (platform.clock.now(), platform.identity.issuer().to_owned());
    let client = platform
        .write_open(move |tx| match clients::find(tx, id)?.filter(|client| client.active) {
            Some(client) => proven(tx, client, &proof, &issuer, now),
            None => Ok(Kept::unchanged(None)),
        })
        .await?
        .ok_or_else(refused)?;
    let scopes = wish.unwrap_or(client.scopes);
    if !scopes.without(client.scopes).is_empty() {
        return Err(Refusal::InvalidScope);
    }
    let subject = Subject::system(client.id, scopes);
    let access = platform.identity.issue(&subject, &client.id.to_string(), (now, LIFETIME));
    Ok(TokenView { scope: Some(tokens::written(scopes)), ..TokenView::of(access, LIFETIME.num_seconds()) })
}

/// Who the client says it is, and how it means to prove it: exactly one way (RFC 6749, 2.3).
fn claimed(basic: Option<String>, body: &TokenBody) -> Option<(ClientId, Proof)> {
    let (id, proof) = match (basic, &body.client_assertion_type, &body.client_assertion) {
        (Some(basic), None, None) => {
            let text = String::from_utf8(STANDARD.decode(basic).ok()?).ok()?;
            let (id, secret) = text.split_once(':')?;
            (id.to_owned(), Proof::Secret(secret.to_owned()))
        }
        (None, Some(kind), Some(assertion)) if kind == ASSERTION_TYPE => {
            let claims: Assertion = jwt::unverified(assertion)?;
            (claims.sub, Proof::Assertion(assertion.clone()))
        }
        _ => return None,
    };
    body.client_id.as_ref().is_none_or(|said| *said == id).then_some(())?;
    Some((ClientId::from_uuid(uuid::Uuid::try_parse(&id).ok()?), proof))
}

/// The client, when it proved itself.
fn proven(
    tx: &mut Transaction<'_, '_>,
    client: Client,
    proof: &Proof,
    issuer: &str,
    now: Moment,
) -> Result<Kept<Option<Client>>, Error> {
    let credentials = clients::credentials(tx, client.id, now)?;
    match proof {
        Proof::Secret(secret) => {
            let given = of_secret(secret);
            let right =
                credentials.iter().any(|one| matches!(one, Credential::Secret(kept) if same(kept, &given)));
            Ok(Kept::unchanged(right.then_some(client)))
        }
        Proof::Assertion(assertion) => {
            let mut keys = credentials.iter().filter_map(|one| match one {
                Credential::PublicKey(pem) => read_key(pem),
                Credential::Secret(_) => None,
            });
            let id = client.id.to_string();
            let Some(claims) = keys.find_map(|key| signed(assertion, &key, &id, issuer, now)) else {
                return Ok(Kept::unchanged(None));
            };
            let number = fingerprint("naast.assertion.v1", &[&claims.jti]);
            let expires = DateTime::from_timestamp(claims.times.exp, 0).unwrap_or(now);
            let first = assertions::use_up(tx, client.id, &number, expires, now)?;
            Ok(Kept::bookkeeping(first.then_some(client)))
        }
    }
}

/// The claims of an assertion that this key signed, for us, lately.
fn signed(
    assertion: &str,
    (key, algorithms): &(DecodingKey, &[Algorithm]),
    id: &str,
    issuer: &str,
    now: Moment,
) -> Option<Assertion> {
    let header = jwt::open_header(assertion)?;
    let algorithm = *algorithms.iter().find(|one| **one == header.alg)?;
    let endpoint = format!("{issuer}{PLACE}");
    let claims: Assertion = jwt::verified(assertion, key, algorithm, id, &[issuer, &endpoint])?;
    let soon = claims.times.exp <= now.timestamp() + AHEAD;
    let complete = claims.iss == id && claims.sub == id && !claims.jti.is_empty();
    (complete && soon && claims.times.hold(now)).then_some(claims)
}
