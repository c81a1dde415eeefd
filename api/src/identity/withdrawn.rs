//! Signing keys that were withdrawn, because somebody else may have had them: nothing that they sign is believed any more, and
//! the anchors of the journal that they signed before still are. Of each only the public half is kept, a line in
//! `signing-key.pk8.withdrawn`; the private half is gone.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use naast_domain::Moment;
use serde::{Deserialize, Serialize};

use super::keys::{KeyError, KeyRing, SigningKey, failed, file_from};

/// Servers look at the files every minute, and sign anchors with the key until then.
const UNTIL_ALL_LOOKED: TimeDelta = TimeDelta::minutes(2);

/// The public half of a key that was withdrawn.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Withdrawn {
    /// The name of the key.
    pub id: String,
    public: String,
    /// Anchors that say that they were signed before this moment hold.
    pub until: Moment,
}

impl Withdrawn {
    /// Whether this key made this signature while it was one of the installation's, by the moment that is signed with it.
    pub(super) fn attests(&self, bytes: &[u8], signature: &[u8], at: Moment) -> bool {
        at < self.until
            && STANDARD
                .decode(&self.public)
                .is_ok_and(|public| UnparsedPublicKey::new(&ED25519, public).verify(bytes, signature).is_ok())
    }
}

fn list(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".withdrawn");
    PathBuf::from(name)
}

/// The keys that were withdrawn beside this one.
pub(super) fn read(path: &Path) -> Result<Vec<Withdrawn>, KeyError> {
    let list = list(path);
    let text = match fs::read_to_string(&list) {
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(|fault| failed(&list, fault))?,
    };
    let line = |line| serde_json::from_str(line).map_err(|_| KeyError::NoKey(list.display().to_string()));
    text.lines().map(line).collect()
}

/// Withdraws a key: its private half is gone when this returns, and the next one signs at once. Cut short, it is done again.
///
/// # Errors
/// [`KeyError::Unknown`] when there is no such key; [`KeyError::Alone`] when no other could sign; [`KeyError::File`] when a file
/// cannot be written.
pub fn withdraw(path: &Path, id: &str, now: Moment) -> Result<Withdrawn, KeyError> {
    let ring = KeyRing::read_all(path)?;
    let keys = ring.all();
    let place = keys.iter().position(|key| key.id == id).ok_or_else(|| KeyError::Unknown(id.to_owned()))?;
    // a file that was withdrawn before and came back signs nothing: it goes, as long as another key signs, and takes nobody's place
    let is_withdrawn = |id: &str| ring.withdrawn().iter().any(|one| one.id == id);
    let (key, next) = (&keys[place], keys[place + 1..].iter().find(|next| !is_withdrawn(&next.id)));
    let came_back =
        is_withdrawn(id) && keys.iter().any(|other| other.from <= now && !is_withdrawn(&other.id));
    if next.is_none() && key.from <= now && !came_back {
        return Err(KeyError::Alone);
    }
    let withdrawn = match ring.withdrawn().iter().find(|one| one.id == id) {
        Some(before) => before.clone(),
        None => add(path, key, now)?,
    };
    let file = file_from(path, key.from);
    match next {
        // the first has no moment in its name: the next one takes it, over the old one
        Some(next) if key.from == Moment::MIN_UTC => {
            let next = file_from(path, next.from);
            fs::rename(&next, &file).map_err(|fault| failed(&next, fault))?;
        }
        _ => {
            if let Some(next) = next.filter(|next| next.from > now && key.from <= now) {
                let waiting = file_from(path, next.from);
                fs::rename(&waiting, file_from(path, now)).map_err(|fault| failed(&waiting, fault))?;
            }
            fs::remove_file(&file).map_err(|fault| failed(&file, fault))?;
        }
    }
    Ok(withdrawn)
}

fn add(path: &Path, key: &SigningKey, now: Moment) -> Result<Withdrawn, KeyError> {
    let (id, public) = (key.id.clone(), STANDARD.encode(key.public()));
    let withdrawn = Withdrawn { id, public, until: now + UNTIL_ALL_LOOKED };
    let line = serde_json::to_string(&withdrawn).expect("a line is plain text and a moment");
    let list = list(path);
    let written = OpenOptions::new().create(true).append(true).open(&list).and_then(|mut file| {
        file.write_all(format!("{line}\n").as_bytes())?;
        file.sync_all()
    });
    written.map_err(|fault| failed(&list, fault))?;
    Ok(withdrawn)
}
