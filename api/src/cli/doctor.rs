//! `naast doctor`: is this installation in order?

use naast_persistence::doctor as checks;
use naast_persistence::journal::verify;

use super::{Failure, Place};
use crate::clock::{Clock, fresh};
use crate::identity::LIFETIME;
use crate::journal::read_anchors;
use crate::platform::Platform;

/// Checks the installation, a line for each check, and fails when one does.
pub fn doctor(place: &Place) -> Result<(), Failure> {
    let mut failed = 0;
    let mut check = |name: &str, outcome: Result<String, String>| match outcome {
        Ok(found) => super::say(&format!("ok    {name}: {found}")),
        Err(fault) => {
            failed += 1;
            super::say(&format!("FAIL  {name}: {fault}"));
        }
    };
    let clock = Clock::default();
    match place.existing_platform() {
        Err(fault) => check("installation", Err(fault.message)),
        Ok(platform) => {
            check("database", Ok("opens, and its schema fits this version".to_owned()));
            let person = fresh();
            let token = platform.identity.token(person, &clock, LIFETIME);
            check(
                "signing key",
                match platform.identity.verify(&token, clock.now()) {
                    Some(found) if found.person == person => Ok("signs and verifies".to_owned()),
                    _ => Err("a token of its own does not verify".to_owned()),
                },
            );
            for one in platform.store.read(checks::run)? {
                check(
                    one.name,
                    if one.wrong == 0 {
                        Ok("in order".to_owned())
                    } else {
                        Err(format!("{} rows are not", one.wrong))
                    },
                );
            }
            check("directory", schools(&platform, &clock));
            check("journal", journal(place, &platform));
            check("sealed values", sealed(&platform));
        }
    }
    if failed == 0 { Ok(()) } else { Err(Failure::new(4, format!("{failed} checks failed"))) }
}

/// What the directory knows of schools. A school without a known partnership is no fault of the installation.
fn schools(platform: &Platform, clock: &Clock) -> Result<String, String> {
    let today = clock.today();
    let counted = platform.store.read(|db| checks::schools(db, today)).map_err(|fault| fault.to_string())?;
    Ok(match counted {
        (0, _) => "no schools yet: naast import schools FILE".to_owned(),
        (all, unlinked) if all == unlinked => {
            format!("{all} schools, the partnership of none: naast import partnerships FILE")
        }
        (all, unlinked) => format!("{all} schools, of {unlinked} no partnership is known"),
    })
}

/// The journal against its hashes, heads and anchors.
fn journal(place: &Place, platform: &Platform) -> Result<String, String> {
    let file = place.anchors();
    let anchors = if file.exists() {
        read_anchors(&file, &platform.identity).map_err(|fault| fault.to_string())?
    } else {
        Vec::new()
    };
    let seen = platform.store.read(|db| verify(db, &anchors, |_| {})).map_err(|fault| fault.to_string())?;
    if seen.damages.is_empty() {
        Ok(format!("{} rows in {} chains fit, with {} anchors", seen.rows, seen.chains, anchors.len()))
    } else {
        Err(format!("damaged in {} places; see `naast journal verify`", seen.damages.len()))
    }
}

/// Whether everything that is sealed opens.
fn sealed(platform: &Platform) -> Result<String, String> {
    let seen = platform.keys.check(&platform.store).map_err(|fault| fault.to_string())?;
    let damaged: u64 = seen.damaged.values().sum();
    if !seen.index {
        return Err("the index key does not open: nobody finds her account".to_owned());
    }
    if damaged == 0 {
        Ok(format!("{} open, {} were erased", seen.values, seen.erased))
    } else {
        Err(format!("{damaged} do not open; see `naast keys check`"))
    }
}
