//! `naast keys list-signing`, `rotate-signing` and `revoke-signing`: the signing keys, changed without anybody noticing, or
//! withdrawn because somebody else may have one.

use std::path::PathBuf;

use chrono::{SecondsFormat, TimeDelta};
use naast_domain::Moment;

use super::language::said;
use super::place::{Place, no_signing_key};
use super::terminal::{Failure, say};
use crate::clock::Clock;
use crate::identity::{self, KeyRing, LIFETIME};

/// Looking must not make a key.
fn existing(place: &Place) -> Result<PathBuf, Failure> {
    let file = place.key_file();
    if file.exists() {
        return Ok(file);
    }
    Err(no_signing_key(&file))
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
        say(&format!("{}  from {from}  {state}", key.id));
    }
    for key in ring.withdrawn() {
        say(&format!(
            "{}  until {}  withdrawn",
            key.id,
            key.until.to_rfc3339_opts(SecondsFormat::Secs, true)
        ));
    }
    Ok(())
}

/// Puts a fresh signing key beside the others.
pub fn rotate(place: &Place, in_minutes: i64) -> Result<(), Failure> {
    let lead = TimeDelta::minutes(in_minutes);
    let key = identity::rotate(&existing(place)?, Clock::default().now(), lead)?;
    let (id, from) = (&key.id, key.from.to_rfc3339_opts(SecondsFormat::Secs, true));
    say(&said(format!("{id} ondertekent vanaf {from}"), format!("{id} signs from {from} on")));
    Ok(())
}

/// Withdraws a signing key.
pub fn revoke(place: &Place, id: &str) -> Result<(), Failure> {
    let withdrawn = identity::withdraw(&existing(place)?, id, Clock::default().now())?;
    let until = withdrawn.until.to_rfc3339_opts(SecondsFormat::Secs, true);
    say(&said(
        format!(
            "{id} is ingetrokken en weggegooid; ankers die het voor {until} ondertekende, blijven geldig"
        ),
        format!("{id} is withdrawn and thrown away; anchors that it signed before {until} stay valid"),
    ));
    Ok(())
}
