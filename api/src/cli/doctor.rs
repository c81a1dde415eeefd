//! `naast doctor`: is this installation in order?

use naast_persistence::doctor as checks;

use super::{Failure, Place};
use crate::clock::{Clock, fresh};
use crate::identity::{Identity, LIFETIME};

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
    check(
        "signing key",
        Identity::open(&place.key_file(), LIFETIME).map_err(|fault| fault.to_string()).and_then(|identity| {
            let person = fresh();
            let token = identity.token(person, &clock, LIFETIME);
            match identity.verify(&token, clock.now()) {
                Some(found) if found == person => Ok("signs and verifies".to_owned()),
                _ => Err("a token of its own does not verify".to_owned()),
            }
        }),
    );
    match place.platform(LIFETIME) {
        Err(fault) => check("database", Err(fault.message)),
        Ok(platform) => {
            check("database", Ok("opens, and its schema fits this version".to_owned()));
            let found = platform.store.read(checks::run)?;
            for one in found {
                check(
                    one.name,
                    if one.wrong == 0 {
                        Ok("in order".to_owned())
                    } else {
                        Err(format!("{} rows are not", one.wrong))
                    },
                );
            }
        }
    }
    if failed == 0 { Ok(()) } else { Err(Failure::new(4, format!("{failed} checks failed"))) }
}
