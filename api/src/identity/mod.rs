//! Who calls. A token proves a person or a connected system and nothing else: roles are read from the database at each call.
//!
//! Only tokens of this installation open the API, so there is one way to check one. Whoever has something else, a code from
//! her mail, a client's key, a token of her school's identity provider, exchanges it at the [`token`] endpoint.

mod address;
mod codes;
mod jwt;
pub(crate) mod keys;
pub mod metadata;
mod oauth;
pub mod post;
pub(crate) mod public_key;
mod security_contact;
mod standing;
mod subject;
pub mod token;
mod tokens;
pub mod trusted;
mod withdrawn;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, RwLock};

use chrono::TimeDelta;
use naast_domain::Moment;
use naast_domain::ids::PersonId;
use naast_persistence::keys::Keys;
use sha2::{Digest, Sha256};
use url::{Host, Url};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::clock::Clock;
use crate::contract::BASE;

pub use keys::{KeyError, KeyRing, rotate};
pub use security_contact::SecurityContact;
pub use standing::Standing;
pub use subject::{Reach, Subject};
pub use withdrawn::{Withdrawn, withdraw};

pub(crate) use address::address;
pub(crate) use codes::look_for_address;
pub(crate) use keys::owner_only;

/// Who issues, where nothing else is set.
pub const ISSUER: &str = "https://naast.example";
/// A token lives ten minutes at most, but where a trial says otherwise.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// The client that people sign in with.
pub(crate) const PEOPLES_CLIENT: &str = "naast";

/// How many verified tokens are remembered. Beyond it, all are forgotten and verified anew.
const REMEMBERED: usize = 10_000;

/// How often the files of the keys are looked at, in seconds: a rotation is planned further ahead than that.
const LOOK_EVERY: i64 = 60;

/// The routes of this room.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(codes::request_sign_in_code).service(token::issue_token).service(token::revoke_token);
}

/// What an installation is called where it is called by name.
struct Names {
    issuer: String,
    resource: String,
    resource_metadata: String,
}

impl Names {
    /// The names that follow from a public address.
    fn below(address: &str) -> Self {
        let issuer = address.trim_end_matches('/').to_owned();
        let resource = format!("{issuer}{BASE}");
        let resource_metadata = format!("{issuer}/.well-known/oauth-protected-resource{BASE}");
        Self { issuer, resource, resource_metadata }
    }
}

/// The keys of this installation, what it verified lately, whom it trusts, and the post by which codes go.
pub struct Identity {
    file: PathBuf,
    ring: RwLock<Arc<KeyRing>>,
    looked_at: AtomicI64,
    longest: TimeDelta,
    names: Names,
    named_late: OnceLock<Names>,
    verified: Mutex<HashMap<[u8; 32], (Subject, i64)>>,
    /// Whom to tell of a weakness, when somebody said so.
    pub security_contact: Option<SecurityContact>,
    /// By which codes go to people.
    pub post: post::Post,
    /// The issuers whose tokens can be exchanged for ours.
    pub trusted: trusted::TrustedIssuers,
}

impl Identity {
    /// Opens the keys of this file, and makes the first when there is none. Mail goes to the folder `mail` beside it, and
    /// nobody else is trusted, until somebody says otherwise.
    pub fn open(file: &Path, longest: TimeDelta) -> Result<Self, KeyError> {
        let ring = KeyRing::open(file)?;
        let mail = file.parent().unwrap_or(Path::new(".")).join("mail");
        Ok(Self {
            file: file.to_owned(),
            ring: RwLock::new(Arc::new(ring)),
            looked_at: AtomicI64::new(0),
            longest,
            names: Names::below(ISSUER),
            named_late: OnceLock::new(),
            verified: Mutex::new(HashMap::new()),
            security_contact: None,
            post: post::Post::to_folder(mail),
            trusted: trusted::TrustedIssuers::default(),
        })
    }

    /// The same under its public address, which names it as issuer.
    #[must_use]
    pub fn issued_by(self, address: &str) -> Self {
        Self { names: Names::below(address), ..self }
    }

    /// Takes its public address as its name, once: for a server that learns where it listens only when it does.
    pub(crate) fn name_once(&self, address: &str) {
        self.named_late.get_or_init(|| Names::below(address));
    }

    fn names(&self) -> &Names {
        self.named_late.get().unwrap_or(&self.names)
    }

    /// The same with another post.
    #[must_use]
    pub fn with_post(self, post: post::Post) -> Self {
        Self { post, ..self }
    }

    /// The same, with somebody to tell of a weakness.
    #[must_use]
    pub fn told_of_weaknesses(self, security_contact: Option<SecurityContact>) -> Self {
        Self { security_contact, ..self }
    }

    /// The same, trusting these.
    #[must_use]
    pub fn trusting(self, trusted: trusted::TrustedIssuers) -> Self {
        Self { trusted, ..self }
    }

    /// Who issues: the public address of this installation.
    pub fn issuer(&self) -> &str {
        &self.names().issuer
    }

    /// For what its tokens are: the API, as its metadata name it (RFC 9728, 2; RFC 9068, 3).
    pub fn resource(&self) -> &str {
        &self.names().resource
    }

    /// Where it stands how to get a token for it (RFC 9728, 3.1).
    pub fn resource_metadata(&self) -> &str {
        &self.names().resource_metadata
    }

    /// How long a token lives at most.
    pub fn longest(&self) -> TimeDelta {
        self.longest
    }

    /// The keys as their files are now, or were less than a minute ago.
    ///
    /// # Panics
    /// Never: nothing panics while it holds the lock.
    pub fn ring(&self, now: Moment) -> Arc<KeyRing> {
        let (last, now) = (self.looked_at.load(Ordering::Relaxed), now.timestamp());
        let due = (now - last).abs() >= LOOK_EVERY;
        // of those that find it due at the same moment, one looks
        if due && self.looked_at.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            match KeyRing::read(&self.file) {
                Ok(ring) => {
                    let mut before = self.ring.write().expect("nothing panics here");
                    // what a key signed that was withdrawn since is not remembered either
                    if before.withdrawn().len() != ring.withdrawn().len()
                        && let Ok(mut verified) = self.verified.lock()
                    {
                        verified.clear();
                    }
                    *before = Arc::new(ring);
                }
                // those that were read before still sign and verify
                Err(fault) => log::error!("the keys of before are used: {fault}"),
            }
        }
        Arc::clone(&self.ring.read().expect("nothing panics here"))
    }

    /// A token for a person, for trials and tests.
    pub fn token(&self, person: PersonId, clock: &Clock, lifetime: TimeDelta) -> String {
        self.issue(&person.into(), "naast-cli", (clock.now(), lifetime))
    }

    /// A token for a subject that proved itself, by way of a client.
    pub(crate) fn issue(
        &self,
        subject: &Subject,
        client: &str,
        (now, lifetime): (Moment, TimeDelta),
    ) -> String {
        let lifetime = lifetime.min(self.longest);
        tokens::sign(&self.ring(now), (self.issuer(), self.resource()), subject, client, (now, lifetime))
    }

    /// Whom a token proves; `None` for anything that is not in perfect order.
    pub fn verify(&self, token: &str, now: Moment) -> Option<Subject> {
        let ring = self.ring(now);
        let digest: [u8; 32] = Sha256::digest(token).into();
        if let Some((subject, exp)) = self.verified.lock().ok()?.get(&digest) {
            return (now.timestamp() < *exp).then(|| subject.clone());
        }
        let names = (self.issuer(), self.resource());
        let (subject, exp) = tokens::examine(&ring, names, token, (now, self.longest))?;
        let mut verified = self.verified.lock().ok()?;
        if verified.len() >= REMEMBERED {
            verified.clear();
        }
        verified.insert(digest, (subject.clone(), exp));
        Some(subject)
    }

    /// Signs bytes with the key that signs at a moment: for anchors of the journal.
    pub fn sign(&self, bytes: &[u8], now: Moment) -> Vec<u8> {
        self.ring(now).signing(now).sign(bytes)
    }

    /// Whether any key of this installation, however old, made this signature at a moment that is signed with it.
    ///
    /// # Panics
    /// Never: nothing panics while it holds the lock.
    pub fn attests(&self, bytes: &[u8], signature: &[u8], at: Moment) -> bool {
        let ring = Arc::clone(&self.ring.read().expect("nothing panics while it holds the lock"));
        ring.attests(bytes, signature, at)
    }
}

/// The fingerprint of something secret or personal. The label keeps fingerprints of different things apart.
pub(crate) fn fingerprint(label: &str, parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in [label].iter().chain(parts) {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

/// What an address is found by, however it is written: without spaces around it, and in small letters. Who does not have the
/// master keys cannot test an address that she guesses.
pub(crate) fn of_address(keys: &Keys, address: &lettre::Address) -> [u8; 16] {
    keys.blind("sign-in-address", &address.to_string().to_lowercase())
}

/// Whether an address is plain http to this machine itself: the only kind that is safe without TLS.
pub(crate) fn on_this_machine(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && loopback && url.username().is_empty() && url.password().is_none()
}

/// Whether two fingerprints are the same, in a time that does not tell how nearly.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one, other).is_ok()
}
