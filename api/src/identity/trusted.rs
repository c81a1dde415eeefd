//! Issuers of others whose word counts here: a school's or board's own identity provider. Each is named in a file, with the
//! keys that it publishes, whom its tokens are for, and which of its roles mean what at a school.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use naast_domain::Moment;
use naast_domain::directory::LocationCode;
use naast_domain::identity::VouchedRole;
use naast_domain::organisations::Role;
use serde::Deserialize;
use serde_json::{Map, Value};
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

use super::jwt;

/// After an hour the keys are fetched again, so that one that was withdrawn does not live on.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// For a day the keys are believed when the issuer does not answer.
const BELIEVED: TimeDelta = TimeDelta::hours(24);
/// A key that is not known is asked for no more often than this, whatever comes in.
const PAUSE: TimeDelta = TimeDelta::seconds(30);
/// How long an issuer may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How large a set of keys may be, in bytes.
const LARGEST: u64 = 256 * 1024;
/// How many roles one token can bring.
const MOST_ROLES: usize = 50;

/// An issuer as the file describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrustedIssuer {
    /// Its name: the claim `iss`.
    pub issuer: String,
    /// What its tokens must be for: the claim `aud`.
    pub audience: String,
    /// Where its keys stand.
    pub jwks_uri: String,
    /// The algorithms that it signs with. Only those with a public key.
    pub algorithms: Vec<Algorithm>,
    /// The claim with a person's name, where there is one.
    pub name_claim: Option<String>,
    /// The claim with her roles: a text or a list of texts.
    pub role_claim: Option<String>,
    /// The claim with the location codes of her schools: a text or a list of texts.
    pub location_claim: Option<String>,
    /// What its roles mean here.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
}

/// Why a file of issuers is of no use, in words for the administrator.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The file cannot be read.
    #[error("trusted issuers: {0}")]
    File(#[from] std::io::Error),
    /// It does not read.
    #[error("trusted issuers: {0}")]
    Json(#[from] serde_json::Error),
    /// It asks for something that is not safe.
    #[error("trusted issuer {0}: {1}")]
    Unsafe(String, &'static str),
}

/// Why a token of another issuer is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distrust {
    /// It does not hold, or nobody here trusts its issuer.
    Refused,
    /// Its issuer does not answer, and its keys are not known.
    Unavailable,
}

/// For whom an issuer vouches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// The issuer.
    pub issuer: String,
    /// What it calls her.
    pub subject: String,
    /// Her name, or nothing.
    pub name: String,
    /// Her roles at schools.
    pub roles: Vec<VouchedRole>,
    /// Until when, in seconds since 1970.
    pub expires: i64,
}

/// The issuers that are trusted, with their keys. By default there are none.
#[derive(Default)]
pub struct TrustedIssuers(Vec<Watched>);

struct Watched {
    described: TrustedIssuer,
    agent: Agent,
    keys: Mutex<Keys>,
}

#[derive(Default)]
struct Keys {
    known: HashMap<String, DecodingKey>,
    fetched_at: Option<Moment>,
    tried_at: Option<Moment>,
}

#[derive(Deserialize)]
struct Issuer {
    iss: String,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    #[serde(flatten)]
    times: jwt::Times,
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl TrustedIssuers {
    /// Reads the file of issuers: a JSON list of [`TrustedIssuer`].
    pub fn read(file: &Path) -> Result<Self, TrustError> {
        Self::of(serde_json::from_slice(&std::fs::read(file)?)?)
    }

    /// Trusts these issuers.
    pub fn of(described: Vec<TrustedIssuer>) -> Result<Self, TrustError> {
        described.into_iter().map(Watched::new).collect::<Result<Vec<_>, _>>().map(Self)
    }

    /// For whom a token vouches. May fetch keys: blocks the calling thread.
    pub fn examine(&self, token: &str, now: Moment) -> Result<Vouched, Distrust> {
        let said: Issuer = jwt::unverified(token).ok_or(Distrust::Refused)?;
        let issuer = self.0.iter().find(|one| one.described.issuer == said.iss).ok_or(Distrust::Refused)?;
        issuer.examine(token, now)
    }
}

impl Watched {
    fn new(described: TrustedIssuer) -> Result<Self, TrustError> {
        let refuse = |why| Err(TrustError::Unsafe(described.issuer.clone(), why));
        let secret = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
        if described.algorithms.is_empty() || described.algorithms.iter().any(|one| secret.contains(one)) {
            return refuse("name at least one algorithm, and only such that have a public key");
        }
        let loopback = ["http://127.0.0.1:", "http://[::1]:", "http://localhost:"];
        let is_local = loopback.iter().any(|start| described.jwks_uri.starts_with(start));
        if !described.jwks_uri.starts_with("https://") && !is_local {
            return refuse("jwksUri must be https");
        }
        let somewhere = LocationCode::parse("99ZZ00").ok();
        if described
            .roles
            .values()
            .any(|role| somewhere.clone().and_then(|at| VouchedRole::new(*role, at)).is_none())
        {
            return refuse("only school-leader, school-staff and professional can be vouched for");
        }
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(PATIENCE))
            // the keys stand where the file says, and nowhere else
            .max_redirects(0)
            .max_redirects_will_error(true)
            .build()
            .new_agent();
        Ok(Self { described, agent, keys: Mutex::new(Keys::default()) })
    }

    fn examine(&self, token: &str, now: Moment) -> Result<Vouched, Distrust> {
        let header = jwt::open_header(token).ok_or(Distrust::Refused)?;
        let kid = header.kid.ok_or(Distrust::Refused)?;
        if !self.described.algorithms.contains(&header.alg) {
            return Err(Distrust::Refused);
        }
        let key = self.key(&kid, now)?;
        let TrustedIssuer { issuer, audience, .. } = &self.described;
        let claims: Claims =
            jwt::verified(token, &key, header.alg, issuer, &[audience]).ok_or(Distrust::Refused)?;
        if !claims.times.hold(now) || claims.sub.is_empty() {
            return Err(Distrust::Refused);
        }
        let name =
            self.described.name_claim.as_deref().map_or_else(Vec::new, |name| texts(&claims.others, name));
        let name = name.first().copied().unwrap_or_default();
        Ok(Vouched {
            issuer: issuer.clone(),
            name: name.chars().filter(|letter| !letter.is_control()).take(200).collect(),
            roles: self.roles(&claims.others),
            expires: claims.times.exp,
            subject: claims.sub,
        })
    }

    /// Each role that means something here, at each school. What does not read is left out: it gives nothing.
    fn roles(&self, claims: &Map<String, Value>) -> Vec<VouchedRole> {
        let TrustedIssuer { role_claim, location_claim, roles, .. } = &self.described;
        let (Some(role_claim), Some(location_claim)) = (role_claim, location_claim) else {
            return Vec::new();
        };
        let schools: Vec<LocationCode> = texts(claims, location_claim)
            .into_iter()
            .filter_map(|text| LocationCode::parse(text).ok())
            .collect();
        texts(claims, role_claim)
            .into_iter()
            .filter_map(|role| roles.get(role))
            .flat_map(|role| schools.iter().filter_map(|at| VouchedRole::new(*role, at.clone())))
            .take(MOST_ROLES)
            .collect()
    }

    /// The key with this name, fetched when it is not known, but not again and again. Others wait for the one that fetches.
    fn key(&self, kid: &str, now: Moment) -> Result<DecodingKey, Distrust> {
        let mut keys = self.keys.lock().map_err(|_| Distrust::Unavailable)?;
        let within = |at: Option<Moment>, time: TimeDelta| at.is_some_and(|at| now - at < time);
        let enough = keys.known.contains_key(kid) && within(keys.fetched_at, FRESH);
        if !enough && !within(keys.tried_at, PAUSE) {
            keys.tried_at = Some(now);
            match self.fetch() {
                Ok(known) => (keys.known, keys.fetched_at) = (known, Some(now)),
                Err(fault) => log::warn!("keys of {} could not be fetched: {fault}", self.described.issuer),
            }
        }
        if !within(keys.fetched_at, BELIEVED) {
            return Err(Distrust::Unavailable);
        }
        keys.known.get(kid).cloned().ok_or(Distrust::Refused)
    }

    fn fetch(&self) -> Result<HashMap<String, DecodingKey>, String> {
        #[derive(Deserialize)]
        struct Published {
            keys: Vec<Value>,
        }
        let mut answer =
            self.agent.get(&self.described.jwks_uri).call().map_err(|fault| fault.to_string())?;
        let bytes = answer
            .body_mut()
            .with_config()
            .limit(LARGEST)
            .read_to_vec()
            .map_err(|fault| fault.to_string())?;
        let published: Published =
            serde_json::from_slice(&bytes).map_err(|_| "that is no set of keys".to_owned())?;
        // a key of a kind that is not known here is no reason to lose the others
        let usable = published.keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        let signing = usable.filter(|key| {
            key.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature)
        });
        Ok(signing
            .filter_map(|key| Some((key.common.key_id.clone()?, DecodingKey::from_jwk(&key).ok()?)))
            .collect())
    }
}

/// The texts of a claim that is a text or a list of texts.
fn texts<'a>(claims: &'a Map<String, Value>, name: &str) -> Vec<&'a str> {
    match claims.get(name) {
        Some(Value::String(text)) => vec![text.as_str()],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
