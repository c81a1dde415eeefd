//! Who calls. A token proves a person and nothing else: roles are read from the database at each call.
//!
//! Tokens are JWTs as RFC 9068 describes them, signed with Ed25519. Every claim is required and checked; the library's
//! defaults would accept a token without audience or issuer.

use std::collections::HashMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use naast_domain::Moment;
use naast_domain::ids::PersonId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::{Clock, fresh};

/// Who issues and whom the tokens are for.
pub const ISSUER: &str = "https://naast.example";
/// The audience of every token.
pub const AUDIENCE: &str = "naast-api";
/// A token lives ten minutes at most, but where a trial says otherwise.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// How many verified tokens are remembered. Beyond it, all are forgotten and verified anew.
const REMEMBERED: usize = 10_000;

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: uuid::Uuid,
    client_id: String,
    jti: uuid::Uuid,
    iat: i64,
    exp: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenHeader {
    alg: String,
    typ: String,
    kid: String,
}

/// The signing key of this installation, and what it verified lately.
pub struct Identity {
    signing: EncodingKey,
    verifying: DecodingKey,
    pair: Ed25519KeyPair,
    key_id: String,
    longest: TimeDelta,
    verified: Mutex<HashMap<[u8; 32], (PersonId, i64)>>,
}

/// Why a key file is of no use, in words for the administrator.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("signing key {path}: {fault}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        fault: std::io::Error,
    },
    /// The file holds no key.
    #[error("signing key {0}: not an Ed25519 key in PKCS #8")]
    NoKey(String),
}

impl Identity {
    /// Opens the key in this file, and makes one when there is none. The file is readable by its owner only.
    #[expect(clippy::missing_panics_doc, reason = "half a SHA-256 is sixteen bytes")]
    pub fn open(path: &Path, longest: TimeDelta) -> Result<Self, KeyError> {
        let file = |fault| KeyError::File { path: path.display().to_string(), fault };
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => {
                let pair =
                    Ed25519KeyPair::generate().map_err(|_| KeyError::NoKey(path.display().to_string()))?;
                let bytes = pair
                    .to_pkcs8()
                    .map_err(|_| KeyError::NoKey(path.display().to_string()))?
                    .as_ref()
                    .to_vec();
                if let Some(folder) = path.parent() {
                    naast_persistence::make_folder(folder).map_err(file)?;
                }
                match owner_only().open(path) {
                    Ok(mut created) => {
                        created.write_all(&bytes).and_then(|()| created.sync_all()).map_err(file)?;
                    }
                    // another process made it in the meantime: that one counts
                    Err(fault) if fault.kind() == std::io::ErrorKind::AlreadyExists => {
                        return Self::open(path, longest);
                    }
                    Err(fault) => return Err(file(fault)),
                }
                bytes
            }
            Err(fault) => return Err(file(fault)),
        };
        let pair =
            Ed25519KeyPair::from_pkcs8(&bytes).map_err(|_| KeyError::NoKey(path.display().to_string()))?;
        let public = pair.public_key().as_ref();
        let digest = Sha256::digest(public);
        Ok(Self {
            signing: EncodingKey::from_ed_der(&bytes),
            verifying: DecodingKey::from_ed_der(public),
            key_id: uuid::Uuid::from_slice(&digest[..16]).expect("sixteen bytes").simple().to_string(),
            pair,
            longest,
            verified: Mutex::new(HashMap::new()),
        })
    }

    /// A token for a person. For trials and tests; people sign in elsewhere.
    #[expect(clippy::missing_panics_doc, reason = "the key signed at the start; see `naast doctor`")]
    pub fn token(&self, person: PersonId, clock: &Clock, lifetime: TimeDelta) -> String {
        let now = clock.now().timestamp();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: person.uuid(),
            client_id: "naast-cli".to_owned(),
            jti: fresh(),
            iat: now,
            exp: now + lifetime.min(self.longest).num_seconds(),
        };
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(self.key_id.clone());
        jsonwebtoken::encode(&header, &claims, &self.signing).expect("our own key signs")
    }

    /// The person whom a token proves; `None` for anything that is not in perfect order.
    pub fn verify(&self, token: &str, now: Moment) -> Option<PersonId> {
        let digest: [u8; 32] = Sha256::digest(token).into();
        let now = now.timestamp();
        if let Some((person, exp)) = self.verified.lock().ok()?.get(&digest) {
            return (now < *exp).then_some(*person);
        }
        let (person, exp) = self.examine(token, now)?;
        let mut verified = self.verified.lock().ok()?;
        if verified.len() >= REMEMBERED {
            verified.clear();
        }
        verified.insert(digest, (person, exp));
        Some(person)
    }

    fn examine(&self, token: &str, now: i64) -> Option<(PersonId, i64)> {
        // closed: whatever else a header says (`crit`, `jku`, `jwk`, `x5u`) asks for more than is understood here
        let header: TokenHeader =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?).ok()?;
        if header.alg != "EdDSA" || !header.typ.eq_ignore_ascii_case("at+jwt") || header.kid != self.key_id {
            return None;
        }
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.validate_nbf = true;
        // time is checked below, against the clock of this server
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verifying, &validation).ok()?.claims;
        let lives = claims.exp.checked_sub(claims.iat)?;
        let in_time =
            claims.iat <= now + 30 && now < claims.exp && (1..=self.longest.num_seconds()).contains(&lives);
        in_time.then(|| (claims.sub.into(), claims.exp))
    }

    /// Signs bytes with the installation's key: for anchors of the journal.
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sign(bytes).as_ref().to_vec()
    }

    /// The public half of the key.
    pub fn public_key(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }
}

/// A new file that its owner alone can read.
#[cfg(unix)]
pub(crate) fn owner_only() -> fs::OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options
}

/// A new file.
#[cfg(not(unix))]
pub(crate) fn owner_only() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    options
}
