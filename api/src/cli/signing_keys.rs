//! `naast keys list-signing` and `rotate-signing`: the signing keys, changed without anybody noticing.

use std::path::PathBuf;

use chrono::{SecondsFormat, TimeDelta};
use naast_domain::Moment;

use super::{Failure, Place};
use crate::clock::Clock;
use crate::identity::{self, KeyRing, LIFETIME};

/// Looking must not make a key.
fn existing(place: &Place) -> Result<PathBuf, Failure> {
    let file = place.key_file();
    if file.exists() {
        return Ok(file);
    }
    Err(Failure::new(2, format!("there is no signing key at {}", super::shown(&file))))
}

/// Lists the signing keys.
pub fn list(place: &Place) -> Result<(), Failure> {
    let (ring, now) = (KeyRing::open(&existing(place)?)?, Clock::default().now());
    let believed: Vec<&str> = ring.believed(now, LIFETIME).map(|key| key.id.as_str()).collect();
    let signing = ring.signing(now).id.as_str();
    for key in ring.all() {
        let from = if key.from == Moment::MIN_UTC {
            "the beginning".to_owned()
        } else {
            key.from.to_rfc3339_opts(SecondsFormat::Secs, true)
        };
        let state = match key.id.as_str() {
            id if id == signing => "signs",
            id if !believed.contains(&id) => "kept for anchors",
            _ if key.from > now => "waits",
            _ => "believed",
        };
        super::say(&format!("{}  from {from}  {state}", key.id));
    }
    Ok(())
}

/// Puts a fresh signing key beside the others.
pub fn rotate(place: &Place, in_minutes: i64) -> Result<(), Failure> {
    let lead = TimeDelta::minutes(in_minutes);
    let key = identity::rotate(&existing(place)?, Clock::default().now(), lead)?;
    super::say(&format!("{} signs from {} on", key.id, key.from.to_rfc3339_opts(SecondsFormat::Secs, true)));
    Ok(())
}
