//! The signing keys of an installation: files beside each other, the name of each saying from when on it signs.
//!
//! `signing-key.pk8` is the first. A rotation puts `signing-key.pk8.20260901T120000Z` beside it, some minutes ahead: every
//! replica reads it and publishes it before the first token bears its name. The key before is believed until the last token
//! that it signed is dead. Files of old keys stay: the anchors of the journal that they signed are checked with them. Of a key
//! that was withdrawn, the public half stays (`withdrawn`).

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use chrono::{NaiveDateTime, TimeDelta};
use jsonwebtoken::{DecodingKey, EncodingKey};
use naast_domain::Moment;
use sha2::{Digest, Sha256};

use super::withdrawn::{self, Withdrawn};

const MOMENT: &str = "%Y%m%dT%H%M%SZ";

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
    /// A key waits already.
    #[error("a key that will sign from {0} on is waiting already")]
    Waiting(Moment),
    /// There is no such key.
    #[error("there is no signing key {0}")]
    Unknown(String),
    /// Without this key none would sign.
    #[error("no other key could sign in its place: first run `naast keys rotate-signing`")]
    Alone,
}

/// One key.
pub struct SigningKey {
    pub(super) signing: EncodingKey,
    pub(super) verifying: DecodingKey,
    pair: Ed25519KeyPair,
    /// Its name in headers and in the published set.
    pub id: String,
    /// From when on it signs.
    pub from: Moment,
}

impl SigningKey {
    fn read(bytes: &[u8], path: &Path, from: Moment) -> Result<Self, KeyError> {
        let pair =
            Ed25519KeyPair::from_pkcs8(bytes).map_err(|_| KeyError::NoKey(path.display().to_string()))?;
        let public = pair.public_key().as_ref();
        let digest = Sha256::digest(public);
        Ok(Self {
            signing: EncodingKey::from_ed_der(bytes),
            verifying: DecodingKey::from_ed_der(public),
            id: uuid::Uuid::from_slice(&digest[..16]).expect("sixteen bytes").simple().to_string(),
            pair,
            from,
        })
    }

    /// The public half.
    pub fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    pub(super) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sign(bytes).as_ref().to_vec()
    }
}

/// All keys of an installation, in the order in which they sign; at least one.
pub struct KeyRing {
    keys: Vec<SigningKey>,
    withdrawn: Vec<Withdrawn>,
}

impl KeyRing {
    /// Reads the keys, and makes the first when there is none: when an installation begins, and at no other moment. Files are
    /// readable by their owner only.
    pub fn open(path: &Path) -> Result<Self, KeyError> {
        if !path.try_exists().map_err(|fault| failed(path, fault))? {
            match make(path) {
                // another process made it in the meantime: that one counts
                Err(KeyError::File { fault, .. }) if fault.kind() == std::io::ErrorKind::AlreadyExists => {}
                made => drop(made?),
            }
        }
        Self::read(path)
    }

    /// Reads the keys, and makes none: a server that runs and finds its key gone must not go on as another issuer.
    ///
    /// # Errors
    /// [`KeyError::File`] when the first is not there; [`KeyError::Alone`] when all of them were withdrawn.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let mut ring = Self::read_all(path)?;
        // a file that came back, from a backup or because a withdrawal was cut short, is believed no more than before
        ring.keys.retain(|key| ring.withdrawn.iter().all(|withdrawn| withdrawn.id != key.id));
        ring.keys.first_mut().ok_or(KeyError::Alone)?.from = Moment::MIN_UTC;
        Ok(ring)
    }

    /// The same with the files of keys that were withdrawn, where they are still there.
    pub(super) fn read_all(path: &Path) -> Result<Self, KeyError> {
        let first = fs::read(path).map_err(|fault| failed(path, fault))?;
        let mut keys = vec![SigningKey::read(&first, path, Moment::MIN_UTC)?];
        for (later, from) in later(path)? {
            let bytes = fs::read(&later).map_err(|fault| failed(&later, fault))?;
            keys.push(SigningKey::read(&bytes, &later, from)?);
        }
        keys.sort_by_key(|key| key.from);
        Ok(Self { keys, withdrawn: withdrawn::read(path)? })
    }

    /// The key that signs at a moment.
    #[expect(clippy::missing_panics_doc, reason = "the first key signs from the beginning of time")]
    pub fn signing(&self, now: Moment) -> &SigningKey {
        self.keys.iter().rfind(|key| key.from <= now).expect("the first key signs from the beginning of time")
    }

    /// The keys that are believed at a moment: the one that signs, those that will, and those whose last token, which
    /// lives `longest` at most, is not dead yet.
    pub fn believed(&self, now: Moment, longest: TimeDelta) -> impl Iterator<Item = &SigningKey> {
        let replaced = |place: usize| self.keys.get(place + 1).map(|next| next.from);
        self.keys
            .iter()
            .enumerate()
            .filter(move |(place, _)| replaced(*place).is_none_or(|at| now < at + longest))
            .map(|(_, key)| key)
    }

    /// Whether any key of this installation, however old, made this signature at a moment that is signed with it: for anchors
    /// of the journal. A key that was withdrawn did so before that, or not at all.
    pub fn attests(&self, bytes: &[u8], signature: &[u8], at: Moment) -> bool {
        self.keys
            .iter()
            .any(|key| UnparsedPublicKey::new(&ED25519, key.public()).verify(bytes, signature).is_ok())
            || self.withdrawn.iter().any(|key| key.attests(bytes, signature, at))
    }

    /// The keys that were withdrawn, in the order in which they were.
    pub fn withdrawn(&self) -> &[Withdrawn] {
        &self.withdrawn
    }

    /// Every key, in the order in which they sign.
    pub fn all(&self) -> &[SigningKey] {
        &self.keys
    }
}

/// Puts a fresh key beside the others, which signs from a moment on.
///
/// # Errors
/// [`KeyError::Waiting`] when one waits already; [`KeyError::File`] when it cannot be written.
pub fn rotate(path: &Path, now: Moment, lead: TimeDelta) -> Result<SigningKey, KeyError> {
    let ring = KeyRing::read(path)?;
    if let Some(waiting) = ring.all().iter().find(|key| key.from > now) {
        return Err(KeyError::Waiting(waiting.from));
    }
    let from = now + lead;
    let file = file_from(path, from);
    let bytes = make(&file)?;
    // the name keeps whole seconds
    let from = NaiveDateTime::parse_from_str(&from.format(MOMENT).to_string(), MOMENT)
        .map_or(from, |moment| moment.and_utc());
    SigningKey::read(&bytes, &file, from)
}

/// The file of the key that signs from a moment on.
pub(super) fn file_from(path: &Path, from: Moment) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    if from != Moment::MIN_UTC {
        name.push(format!(".{}", from.format(MOMENT)));
    }
    PathBuf::from(name)
}

/// The files of later keys, with the moment from which each signs.
fn later(path: &Path) -> Result<Vec<(PathBuf, Moment)>, KeyError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|fault| failed(folder, fault))? {
        let entry = entry.map_err(|fault| failed(folder, fault))?;
        let file = entry.file_name();
        let moment = file
            .to_str()
            .and_then(|file| file.strip_prefix(name)?.strip_prefix('.'))
            .and_then(|moment| NaiveDateTime::parse_from_str(moment, MOMENT).ok());
        found.extend(moment.map(|moment| (entry.path(), moment.and_utc())));
    }
    Ok(found)
}

fn make(path: &Path) -> Result<Vec<u8>, KeyError> {
    let no_key = || KeyError::NoKey(path.display().to_string());
    let pair = Ed25519KeyPair::generate().map_err(|_| no_key())?;
    let bytes = pair.to_pkcs8().map_err(|_| no_key())?.as_ref().to_vec();
    if let Some(folder) = path.parent() {
        naast_persistence::make_folder(folder).map_err(|fault| failed(path, fault))?;
    }
    let mut created = owner_only().open(path).map_err(|fault| failed(path, fault))?;
    created.write_all(&bytes).and_then(|()| created.sync_all()).map_err(|fault| failed(path, fault))?;
    Ok(bytes)
}

pub(super) fn failed(path: &Path, fault: std::io::Error) -> KeyError {
    KeyError::File { path: path.display().to_string(), fault }
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
