//! Issuers of others whose word counts here: a school's or board's own identity provider. Each is named in a file, with the
//! keys that it publishes, whom its tokens are for, and which of its roles mean what at a school.

mod published;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::TimeDelta;
use jsonwebtoken::Algorithm;
use naast_domain::Moment;
use naast_domain::directory::LocationCode;
use naast_domain::identity::VouchedRole;
use naast_domain::organisations::Role;
use naast_domain::text::Text;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use self::published::PublishedKeys;
use super::{jwt, on_this_machine};

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
    /// The algorithms that it signs with. Only those with a public key. `EdDSA` is `Ed25519` too.
    pub algorithms: Vec<Algorithm>,
    /// Of which kinds its tokens are: the header `typ`. A token that does not say is taken.
    #[serde(default = "kinds")]
    pub token_types: Vec<String>,
    /// How long its tokens may be made to live, in minutes: one that says more is refused.
    #[serde(default = "minutes")]
    pub longest_minutes: u32,
    /// To whom it gives tokens that are for us: the claim `azp`. Whom a token names must be one of these. One that is for
    /// others too must name somebody; one that is for us alone need not. Without a list, only us.
    #[serde(default)]
    pub authorized_parties: Vec<String>,
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

fn kinds() -> Vec<String> {
    ["JWT", "at+jwt"].map(str::to_owned).to_vec()
}

/// Half a day: longer than anybody is at school.
fn minutes() -> u32 {
    12 * 60
}

/// Why a file of issuers is of no use, in words for the administrator.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The file cannot be read.
    #[error("trusted issuers: {0}: {1}")]
    File(String, std::io::Error),
    /// It does not read.
    #[error("trusted issuers: {0}: {1}")]
    Json(String, serde_json::Error),
    /// It asks for something that is not safe.
    #[error("trusted issuer {issuer}: {}", .why.en)]
    Unsafe {
        /// Which issuer.
        issuer: String,
        /// What it asks for.
        why: Text,
    },
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
    keys: Arc<PublishedKeys>,
}

#[derive(Deserialize)]
struct Issuer {
    iss: String,
}

impl TrustedIssuers {
    /// Reads the file of issuers: a JSON list of [`TrustedIssuer`].
    pub fn read(file: &Path) -> Result<Self, TrustError> {
        let name = file.display().to_string();
        let text = std::fs::read(file).map_err(|fault| TrustError::File(name.clone(), fault))?;
        Self::of(serde_json::from_slice(&text).map_err(|fault| TrustError::Json(name, fault))?)
    }

    /// Trusts these issuers.
    pub fn of(described: Vec<TrustedIssuer>) -> Result<Self, TrustError> {
        described.into_iter().map(Watched::new).collect::<Result<Vec<_>, _>>().map(Self)
    }

    /// For whom a token vouches. Waits a moment for keys that are not known, without holding a thread.
    pub async fn examine(&self, token: &str, now: Moment) -> Result<Vouched, Distrust> {
        let said: Issuer = jwt::unverified(token).ok_or(Distrust::Refused)?;
        let issuer = self.0.iter().find(|one| one.described.issuer == said.iss).ok_or(Distrust::Refused)?;
        issuer.examine(token, now).await
    }
}

impl Watched {
    fn new(described: TrustedIssuer) -> Result<Self, TrustError> {
        let refuse = |why| Err(TrustError::Unsafe { issuer: described.issuer.clone(), why });
        let secret = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
        if described.algorithms.is_empty() || described.algorithms.iter().any(|one| secret.contains(one)) {
            return refuse(Text::of(
                "noem minstens een algoritme, en alleen algoritmen met een openbare sleutel",
                "name at least one algorithm, and only such that have a public key",
            ));
        }
        let place = Url::parse(&described.jwks_uri).ok().filter(|url| url.username().is_empty());
        if !place.is_some_and(|url| url.scheme() == "https" || on_this_machine(&url)) {
            return refuse(Text::of(
                "jwksUri moet https zijn, zonder gebruiker",
                "jwksUri must be https, without a user",
            ));
        }
        if described.longest_minutes == 0 {
            return refuse(Text::of(
                "longestMinutes moet boven nul liggen",
                "longestMinutes must be above nought",
            ));
        }
        let somewhere = LocationCode::parse("99ZZ00").ok();
        if described
            .roles
            .values()
            .any(|role| somewhere.clone().and_then(|at| VouchedRole::new(*role, at)).is_none())
        {
            return refuse(Text::of(
                "alleen voor school-leader, school-staff en professional kan een ander instaan",
                "only school-leader, school-staff and professional can be vouched for",
            ));
        }
        let keys = PublishedKeys::of(&described.issuer, &described.jwks_uri);
        Ok(Self { described, keys })
    }

    async fn examine(&self, token: &str, now: Moment) -> Result<Vouched, Distrust> {
        let header = jwt::open_header(token).ok_or(Distrust::Refused)?;
        let kid = header.kid.as_deref().ok_or(Distrust::Refused)?;
        if !self.described.algorithms.contains(&header.alg) {
            return Err(Distrust::Refused);
        }
        if !header.is_one_of(&self.described.token_types) {
            return Err(Distrust::Refused);
        }
        let key = self.keys.key(kid, now).await?;
        let claims = jwt::verified(token, &key, header.alg)
            .filter(|claims| self.holds(claims, now))
            .ok_or(Distrust::Refused)?;
        let name =
            self.described.name_claim.as_deref().map_or_else(Vec::new, |name| texts(&claims.others, name));
        let name = name.first().copied().unwrap_or_default();
        Ok(Vouched {
            issuer: self.described.issuer.clone(),
            name: name.chars().filter(|letter| !naast_domain::text::steers(*letter)).take(200).collect(),
            roles: self.roles(&claims.others),
            expires: claims.exp,
            subject: claims.sub,
        })
    }

    /// Whether claims that its key signed are its own, for us, and hold. A token that is for several must say to whom it was
    /// given, and what a token says of that must be right (`OpenID` Connect Core 1.0, 3.1.3.7).
    fn holds(&self, claims: &jwt::Claims, now: Moment) -> bool {
        let TrustedIssuer { issuer, audience, authorized_parties, longest_minutes, .. } = &self.described;
        let ours = std::slice::from_ref(audience);
        let parties = if authorized_parties.is_empty() { ours } else { authorized_parties };
        let alone = claims.aud.all().len() == 1;
        let party = match claims.others.get("azp") {
            None => alone,
            Some(party) => party.as_str().is_some_and(|party| parties.iter().any(|one| one == party)),
        };
        claims.iss == *issuer
            && claims.aud.all().contains(audience)
            && party
            && !claims.sub.is_empty()
            && claims.hold(now, TimeDelta::minutes(i64::from(*longest_minutes)))
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
}

/// The texts of a claim that is a text or a list of texts.
fn texts<'a>(claims: &'a Map<String, Value>, name: &str) -> Vec<&'a str> {
    match claims.get(name) {
        Some(Value::String(text)) => vec![text.as_str()],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
