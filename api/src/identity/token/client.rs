//! Connected systems prove themselves with a key (`private_key_jwt`, RFC 7523, 2.2) or, for trials, with a secret
//! (`client_secret_basic`). Whatever is wrong, the answer is the same.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta};
use naast_domain::Moment;
use naast_domain::ids::ClientId;
use naast_persistence::identity::assertions;
use naast_persistence::identity::clients::{self, Client, Credential};
use naast_persistence::{Kept, Transaction};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use uuid::Uuid;

use super::{PLACE, TokenBody, TokenView};
use crate::identity::oauth::Refusal;
use crate::identity::public_key::PublicKey;
use crate::identity::{LIFETIME, Subject, fingerprint, jwt, same, tokens};
use crate::platform::Platform;
use crate::problem::Error;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How long an assertion may be made to live.
const LONGEST: TimeDelta = TimeDelta::minutes(5);

/// What an assertion may say that it is, when it says so.
const KINDS: &[&str] = &["JWT", "client-authentication+jwt"];

/// The algorithms of clients' keys, as metadata publish them.
pub(in crate::identity) const ALGORITHMS: &[&str] = &["EdDSA", "Ed25519", "ES256", "RS256", "PS256"];

/// Who says that she signed it; the rest is read once a key has been found.
#[derive(Deserialize)]
struct Said {
    sub: String,
}

/// How a client tries to prove itself.
#[derive(Clone)]
enum Proof {
    Secret(String),
    Assertion(String),
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
    let refused = || Refusal::InvalidClient;
    let (id, proof) = claimed(basic, &body).ok_or_else(refused)?;
    let (now, issuer) = (platform.clock.now(), platform.identity.issuer().to_owned());
    let (client, credential) = platform
        .write_open(move |tx| match clients::find(tx, id)?.filter(|client| client.active) {
            Some(client) => proven(tx, client, &proof, &issuer, now),
            None => Ok(Kept::unchanged(None)),
        })
        .await?
        .ok_or_else(refused)?;
    // told to whoever proved that it is hers to ask
    let wish =
        body.scope.as_deref().map(|text| tokens::read(text).ok_or(Refusal::InvalidScope)).transpose()?;
    let scopes = wish.unwrap_or(client.scopes);
    if !scopes.without(client.scopes).is_empty() {
        return Err(Refusal::InvalidScope);
    }
    let subject = Subject::system(client.id, scopes, credential);
    let access = platform.identity.issue(&subject, &client.id.to_string(), (now, LIFETIME));
    Ok(TokenView { scope: Some(tokens::written(scopes)), ..TokenView::of(access, LIFETIME.num_seconds()) })
}

/// Who the client says it is, and how it means to prove it: exactly one way (RFC 6749, 2.3).
fn claimed(basic: Option<String>, body: &TokenBody) -> Option<(ClientId, Proof)> {
    let (id, proof) = match (basic, &body.client_assertion_type, &body.client_assertion) {
        (Some(basic), None, None) => {
            let text = String::from_utf8(STANDARD.decode(basic).ok()?).ok()?;
            let (id, secret) = text.split_once(':')?;
            (form_decoded(id)?, Proof::Secret(form_decoded(secret)?))
        }
        (None, Some(kind), Some(assertion)) if kind == ASSERTION_TYPE => {
            let said: Said = jwt::unverified(assertion)?;
            (said.sub, Proof::Assertion(assertion.clone()))
        }
        _ => return None,
    };
    body.client_id.as_ref().is_none_or(|said| *said == id).then_some(())?;
    Some((ClientId::from_uuid(Uuid::try_parse(&id).ok()?), proof))
}

/// A half of the header as it was before a client encoded it as a form does (RFC 6749, 2.3.1).
fn form_decoded(half: &str) -> Option<String> {
    let spaced = half.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(Cow::into_owned)
}

/// The client and what it proved itself with, when it did.
fn proven(
    tx: &mut Transaction<'_, '_>,
    client: Client,
    proof: &Proof,
    issuer: &str,
    now: Moment,
) -> Result<Kept<Option<(Client, Uuid)>>, Error> {
    let credentials = clients::credentials(tx, client.id, now)?;
    match proof {
        Proof::Secret(secret) => {
            let given = of_secret(secret);
            let right = credentials
                .iter()
                .find(|(_, one)| matches!(one, Credential::Secret(kept) if same(kept, &given)));
            Ok(Kept::unchanged(right.map(|(credential, _)| (client, *credential))))
        }
        Proof::Assertion(assertion) => {
            let mut keys = credentials.iter().filter_map(|(credential, one)| match one {
                Credential::PublicKey(pem) => Some((*credential, PublicKey::read(pem).ok()?)),
                Credential::Secret(_) => None,
            });
            let id = client.id.to_string();
            let mut why = "it has no key that is good now";
            let found = keys.find_map(|(credential, key)| {
                let claims = signed(assertion, &key, &id, issuer, now).map_err(|wrong| why = wrong);
                Some((credential, claims.ok()?))
            });
            let Some((credential, claims)) = found else {
                refuse(&id, why);
                return Ok(Kept::unchanged(None));
            };
            let number = fingerprint("naast.assertion.v1", &[claims.text("jti").unwrap_or_default()]);
            let expires = DateTime::from_timestamp(claims.exp, 0).unwrap_or(now);
            let first = assertions::use_up(tx, client.id, &number, expires, now)?;
            if !first {
                refuse(&id, "its jti was used before");
            }
            Ok(Kept::bookkeeping(first.then_some((client, credential))))
        }
    }
}

/// The claims of an assertion that this key signed, for us alone, lately, with a number that keeps it from being used twice.
/// `iat` is required, as the Dutch profile asks (NL GOV Assurance profile for OAuth 2.0, "Client Authentication").
///
/// # Errors
/// What is wrong with it: for the log, never for the caller.
fn signed(
    assertion: &str,
    key: &PublicKey,
    id: &str,
    issuer: &str,
    now: Moment,
) -> Result<jwt::Claims, &'static str> {
    let header = jwt::open_header(assertion).filter(|header| header.is_one_of(KINDS));
    let header = header.ok_or("its header does not read: alg, typ or crit")?;
    let algorithm =
        key.algorithms.iter().find(|one| **one == header.alg).ok_or("its alg is not the key's")?;
    let claims = jwt::verified(assertion, &key.verifying, *algorithm)
        .ok_or("another key signed it, or iss, sub, aud, exp or iat is missing")?;
    let endpoint = format!("{issuer}{PLACE}");
    if claims.iss != id || claims.sub != id {
        return Err("its iss and sub are not the system's id");
    }
    if claims.text("jti").is_none_or(str::is_empty) {
        return Err("it has no jti");
    }
    if !claims.aud.only(&[issuer, &endpoint]) {
        return Err("its aud is not the issuer or its token endpoint, and nothing else");
    }
    if !claims.hold(now, LONGEST) {
        return Err("its exp, iat or nbf does not hold now: look at both clocks");
    }
    Ok(claims)
}

/// Tells the administrator why a system's assertion is refused: the system itself hears the same as everybody who is.
fn refuse(id: &str, why: &str) {
    log::info!(client = id; "an assertion of a system is refused: {why}");
}
