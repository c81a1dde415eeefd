//! Access tokens: JWTs as RFC 9068 describes them, signed with Ed25519. Every claim is required and checked; the library's
//! defaults would accept a token without audience or issuer.

use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, Header, Validation};
use naast_domain::Moment;
use naast_domain::code::{Code as _, CodeSet};
use naast_domain::directory::LocationCode;
use naast_domain::identity::{Scope, VouchedRole};
use naast_domain::ids::{PersonId, SessionId};
use naast_domain::organisations::Role;
use serde::{Deserialize, Serialize};

use super::keys::KeyRing;
use super::{Reach, Subject};
use crate::clock::fresh;

/// How far a clock of another server may be ahead of ours, in seconds.
const SKEW: i64 = 30;

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: uuid::Uuid,
    client_id: String,
    jti: uuid::Uuid,
    iat: i64,
    exp: i64,
    /// Of people who signed in with a code: the session that it is good in, by the name that `OpenID` Connect gives it. Of systems: the
    /// credential that it was got with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<uuid::Uuid>,
    /// Of systems only: what the token was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// What another issuer vouches for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    school_roles: Vec<SchoolRole>,
    /// Before this it is not good; ours never say it.
    #[serde(default, skip_serializing)]
    nbf: i64,
    /// Of an ID token, which tells a client who signed in and opens nothing (`OpenID` Connect Core 1.0, 2).
    #[serde(default, skip_serializing, deserialize_with = "is_there")]
    nonce: bool,
}

/// Whether a claim is there, whatever it says.
fn is_there<'de, D: serde::Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(from).map(|_| true)
}

#[derive(Debug, Serialize, Deserialize)]
struct SchoolRole {
    role: Role,
    at: LocationCode,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenHeader {
    alg: String,
    typ: String,
    kid: String,
}

/// Signs a token that lives so long.
pub(super) fn sign(
    ring: &KeyRing,
    (issuer, resource): (&str, &str),
    subject: &Subject,
    client: &str,
    (now, lifetime): (Moment, TimeDelta),
) -> String {
    let (scope, vouched) = match &subject.reach {
        Reach::Person => (None, &[][..]),
        Reach::Vouched(roles) => (None, roles.as_slice()),
        Reach::System(scopes) => (Some(written(*scopes)), &[][..]),
    };
    let claims = Claims {
        iss: issuer.to_owned(),
        aud: resource.to_owned(),
        sub: subject.person.uuid(),
        client_id: client.to_owned(),
        jti: fresh(),
        iat: now.timestamp(),
        exp: now.timestamp() + lifetime.num_seconds(),
        sid: subject.session.map(SessionId::uuid),
        scope,
        school_roles: vouched
            .iter()
            .map(|one| SchoolRole { role: one.role(), at: one.school().clone() })
            .collect(),
        nbf: 0,
        nonce: false,
    };
    let key = ring.signing(now);
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some("at+jwt".to_owned());
    header.kid = Some(key.id.clone());
    jsonwebtoken::encode(&header, &claims, &key.signing).expect("our own key signs")
}

/// Whom a token proves and until when; `None` for anything that is not in perfect order.
pub(super) fn examine(
    ring: &KeyRing,
    (issuer, resource): (&str, &str),
    token: &str,
    (now, longest): (Moment, TimeDelta),
) -> Option<(Subject, i64)> {
    // closed: whatever else a header says (`crit`, `jku`, `jwk`, `x5u`) asks for more than is understood here
    let header: TokenHeader = super::jwt::header(token)?;
    if header.alg != "EdDSA" || !header.typ.eq_ignore_ascii_case("at+jwt") {
        return None;
    }
    let key = ring.believed(now, longest).find(|key| key.id == header.kid)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[resource]);
    // time is checked below, against the clock of this server
    validation.validate_nbf = false;
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Claims>(token, &key.verifying, &validation).ok()?.claims;
    let now = now.timestamp();
    let lives = claims.exp.checked_sub(claims.iat)?;
    let in_time = claims.iat.max(claims.nbf) <= now + SKEW
        && now < claims.exp
        && (1..=longest.num_seconds()).contains(&lives);
    (in_time && !claims.nonce).then_some(())?;
    let reach = reach(&claims)?;
    let session = claims.sid.map(SessionId::from_uuid);
    // nobody for whom another issuer vouches has a session, and a system always says what it proved itself with
    let fits = match &reach {
        Reach::Person => true,
        Reach::Vouched(_) => session.is_none(),
        Reach::System(_) => session.is_some(),
    };
    fits.then_some(())?;
    Some((Subject { person: PersonId::from_uuid(claims.sub), reach, session }, claims.exp))
}

/// A system speaks for itself and has scopes; whoever else has none.
fn reach(claims: &Claims) -> Option<Reach> {
    let for_itself = claims.client_id == claims.sub.to_string();
    match &claims.scope {
        Some(scopes) if for_itself && claims.school_roles.is_empty() => Some(Reach::System(read(scopes)?)),
        None if !for_itself && claims.school_roles.is_empty() => Some(Reach::Person),
        None if !for_itself => {
            let roles = claims.school_roles.iter().map(|one| VouchedRole::new(one.role, one.at.clone()));
            roles.collect::<Option<Vec<_>>>().map(Reach::Vouched)
        }
        _ => None,
    }
}

/// Scopes as RFC 6749, 3.3 writes them.
pub(super) fn written(scopes: CodeSet<Scope>) -> String {
    scopes.iter().map(Scope::code).collect::<Vec<_>>().join(" ")
}

/// Scopes as RFC 6749, 3.3 writes them; `None` when one of them is unknown or there are none.
pub(super) fn read(text: &str) -> Option<CodeSet<Scope>> {
    let scopes: Option<CodeSet<Scope>> = text.split(' ').map(|one| Scope::parse(one).ok()).collect();
    scopes.filter(|scopes| !scopes.is_empty())
}
