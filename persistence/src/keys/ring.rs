//! The master keys: they live in a file outside the database, and wrap the data keys that live in it. Who has the database
//! alone reads nothing; who has both reads everything.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

use super::envelope::Secret;

const HEADER: &str = "\
# The master keys of this installation of Naast, oldest first; the last one is in use.
# Sleutels van deze installatie; de onderste is in gebruik. Zonder dit bestand is de database onleesbaar.
# Keep a copy apart from the backups of the database: together they open everything, apart they open nothing.
";

/// Why a key file is of no use, in words for the administrator.
#[derive(Debug, thiserror::Error)]
pub enum RingError {
    /// The file cannot be read or written.
    #[error("master keys {path}: {fault}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        fault: std::io::Error,
    },
    /// A line of the file is no key.
    #[error("master keys {path}: line {line} is not a key of 32 bytes in base64")]
    Line {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
    },
    /// The file holds no key.
    #[error("master keys {0}: there is no key in this file")]
    Empty(String),
}

/// A master key, known by a fingerprint of itself.
#[derive(Debug, Clone)]
pub struct Master {
    /// What data keys and the administrator know it by.
    pub id: String,
    pub(super) secret: Secret,
}

impl Master {
    /// A key for one purpose, made from this one and a salt.
    pub(crate) fn derived(&self, purpose: &[u8], salt: &[u8]) -> Secret {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.secret.bytes()).expect("any length is a key of HMAC");
        for part in [purpose, salt] {
            mac.update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            mac.update(part);
        }
        Secret::of(&mac.finalize().into_bytes()).expect("SHA-256 has 32 bytes")
    }

    fn of(secret: Secret) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.bytes()).expect("any length is a key of HMAC");
        mac.update(b"naast master key");
        let fingerprint = mac.finalize().into_bytes();
        let first = fingerprint.first_chunk::<6>().expect("SHA-256 has more than 6 bytes");
        let number = first.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        Self { id: format!("{number:012x}"), secret }
    }
}

/// The master keys that a process knows.
#[derive(Debug, Clone)]
pub struct Ring {
    masters: Vec<Master>,
}

impl Ring {
    /// Reads the keys of a file, and makes the file with one key when it is not there and may be made.
    pub fn open(path: &Path, may_be_made: bool) -> Result<Self, RingError> {
        match fs::read_to_string(path) {
            Ok(text) => Self::read(path, &text),
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound && may_be_made => {
                if let Some(folder) = path.parent() {
                    crate::make_folder(folder).map_err(|fault| file(path, fault))?;
                }
                let text = format!("{HEADER}{}\n", STANDARD.encode(Secret::fresh().bytes()));
                match write_new(path, &text) {
                    Ok(()) => Self::read(path, &text),
                    // another process made it in the meantime: that one counts
                    Err(fault) if fault.kind() == std::io::ErrorKind::AlreadyExists => {
                        Self::open(path, false)
                    }
                    Err(fault) => Err(file(path, fault)),
                }
            }
            Err(fault) => Err(file(path, fault)),
        }
    }

    fn read(path: &Path, text: &str) -> Result<Self, RingError> {
        let name = path.display().to_string();
        let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line.trim()));
        let masters = lines
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .map(|(number, line)| {
                let bytes = STANDARD.decode(line).ok();
                let secret = bytes.as_deref().and_then(Secret::of);
                secret.map(Master::of).ok_or(RingError::Line { path: name.clone(), line: number })
            })
            .collect::<Result<Vec<_>, _>>()?;
        if masters.is_empty() {
            return Err(RingError::Empty(name));
        }
        Ok(Self { masters })
    }

    /// Adds a fresh key at the end of the file, which is from then on in use. The old ones stay: they still open what they
    /// wrapped.
    pub fn add(path: &Path) -> Result<Self, RingError> {
        let before = fs::read_to_string(path).map_err(|fault| file(path, fault))?;
        Self::read(path, &before)?;
        let text = format!("{}\n{}\n", before.trim_end(), STANDARD.encode(Secret::fresh().bytes()));
        let beside = beside(path);
        write_new(&beside, &text)
            .and_then(|()| fs::rename(&beside, path))
            .map_err(|fault| file(path, fault))?;
        Self::read(path, &text)
    }

    /// Takes a key out of the file. The caller has made sure that nothing is wrapped with it; the one in use is never taken.
    /// Says whether it was there.
    pub fn remove(path: &Path, id: &str) -> Result<bool, RingError> {
        let before = fs::read_to_string(path).map_err(|fault| file(path, fault))?;
        Self::read(path, &before)?;
        let is_it = |line: &str| {
            let bytes = STANDARD.decode(line.trim()).ok();
            bytes.as_deref().and_then(Secret::of).is_some_and(|secret| Master::of(secret).id == id)
        };
        let left: String = before.split_inclusive('\n').filter(|line| !is_it(line)).collect();
        if left == before {
            return Ok(false);
        }
        Self::read(path, &left)?;
        let beside = beside(path);
        write_new(&beside, &left)
            .and_then(|()| fs::rename(&beside, path))
            .map_err(|fault| file(path, fault))?;
        Ok(true)
    }

    /// The keys of both.
    pub(super) fn with(&self, other: Self) -> Self {
        let mut masters = self.masters.clone();
        masters.extend(other.masters.into_iter().filter(|one| self.find(&one.id).is_none()));
        Self { masters }
    }

    /// The key that was added last.
    #[expect(clippy::missing_panics_doc, reason = "a ring is read only from a file with a key")]
    pub fn newest(&self) -> &Master {
        self.masters.last().expect("a ring has a key")
    }

    /// A key by its id.
    pub fn find(&self, id: &str) -> Option<&Master> {
        self.masters.iter().find(|master| master.id == id)
    }

    /// The key by which versions before the index key found values: made from the oldest key of the file.
    pub(super) fn index_of_before(&self) -> Secret {
        let oldest = self.masters.first().expect("a ring has a key");
        let derived =
            Sha256::new().chain_update(b"naast index key").chain_update(oldest.secret.bytes()).finalize();
        Secret::of(&derived).expect("SHA-256 has 32 bytes")
    }
}

fn file(path: &Path, fault: std::io::Error) -> RingError {
    RingError::File { path: path.display().to_string(), fault }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".new");
    path.with_file_name(name)
}

/// Writes a file that is not there yet, for its owner only.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_made_once_kept_for_its_owner_and_grows_at_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/master-keys");
        assert!(matches!(Ring::open(&path, false), Err(RingError::File { .. })), "not made unless it may be");
        let first = Ring::open(&path, true).expect("made");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(Ring::open(&path, true).expect("read").newest().id, first.newest().id);
        let second = Ring::add(&path).expect("added");
        assert_ne!(second.newest().id, first.newest().id);
        assert!(second.find(&first.newest().id).is_some(), "the old one still opens what it wrapped");
    }

    #[test]
    fn a_key_is_taken_out_and_nothing_else_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys");
        let first = Ring::open(&path, true).expect("made").newest().id.clone();
        let second = Ring::add(&path).expect("added").newest().id.clone();
        let text = fs::read_to_string(&path).expect("text");
        assert!(!Ring::remove(&path, "nobody").expect("read"));
        assert_eq!(fs::read_to_string(&path).expect("text"), text);
        assert!(Ring::remove(&path, &first).expect("taken out"));
        let left = Ring::open(&path, false).expect("read");
        assert_eq!((left.newest().id.as_str(), left.find(&first).is_some()), (second.as_str(), false));
        assert!(fs::read_to_string(&path).expect("text").starts_with(HEADER));
        assert!(matches!(Ring::remove(&path, &second), Err(RingError::Empty(_))), "the last one stays");
    }

    #[test]
    fn a_damaged_file_is_refused_with_its_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys");
        for (text, expected) in
            [("# niets\n", "there is no key"), ("# twee\nAAAA\n", "line 2"), ("geen base64!\n", "line 1")]
        {
            fs::write(&path, text).expect("written");
            let fault = Ring::open(&path, true).expect_err("refused").to_string();
            assert!(fault.contains(expected), "{fault}");
        }
    }
}
