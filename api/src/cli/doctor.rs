//! `naast doctor`: is this installation in order?

use naast_persistence::doctor as checks;
use naast_persistence::journal::verify;

use super::brought;
use super::language::{many, said, tongue};
use super::place::Place;
use super::terminal::{Failure, say, words};
use crate::clock::{Clock, fresh};
use crate::identity::LIFETIME;
use crate::journal::read_anchors;
use crate::platform::Platform;

/// Checks the installation, a line for each check, and fails when one does.
pub fn doctor(place: &Place) -> Result<(), Failure> {
    let mut failed = 0;
    let mut check = |name: &str, outcome: Result<String, String>| match outcome {
        Ok(found) => say(&format!("{}  {name}: {found}", said("goed ", "ok   "))),
        Err(fault) => {
            failed += 1;
            say(&format!("{}  {name}: {fault}", said("FOUT ", "FAIL ")));
        }
    };
    let clock = Clock::default();
    match place.existing_platform() {
        Err(fault) => check(&said("installatie", "installation"), Err(fault.message)),
        Ok(platform) => {
            check("database", schema(&platform));
            let person = fresh();
            let token = platform.identity.token(person, &clock, LIFETIME);
            check(
                &said("ondertekensleutel", "signing key"),
                match platform.identity.verify(&token, clock.now()) {
                    Some(found) if found.person == person => {
                        Ok(said("ondertekent en klopt", "signs and verifies"))
                    }
                    _ => Err(said("een eigen token klopt niet", "a token of its own does not verify")),
                },
            );
            check(&said("bestand van de database", "file of the database"), file(&platform));
            match platform.store.read(checks::run) {
                Err(fault) => check(&said("regels over rijen", "rules on rows"), Err(words(&fault))),
                Ok(seen) => {
                    for one in seen {
                        let outcome = match one.wrong {
                            0 => Ok(said("in orde", "in order")),
                            wrong => {
                                Err(said(format!("{wrong} rijen niet"), format!("{wrong} rows are not")))
                            }
                        };
                        check(one.name.get(tongue()), outcome);
                    }
                }
            }
            check(&said("regels van onafhankelijkheid", "rules of independence"), independent(&platform));
            check(&said("scholengids", "directory"), schools(&platform, &clock));
            check(&said("programma's van een school", "programmes of a school"), schools_own(&platform));
            check(&said("journaal", "journal"), journal(place, &platform));
            check(&said("verzegelde waarden", "sealed values"), sealed(&platform));
            check(&said("coördinatoren", "coordinators"), coordinators(&platform));
            check(&said("grafstenen", "tombstones"), tombstones(&platform));
            check(&said("meldpunt voor zwakke plekken", "contact for weaknesses"), Ok(contact(&platform)));
        }
    }
    if failed == 0 {
        Ok(())
    } else {
        Err(Failure::new(4, said(format!("{failed} controles gaan fout"), format!("{failed} checks failed"))))
    }
}

/// Whether the schema has what the migrations of this version make. Which of them were run was asked before the database opened.
fn schema(platform: &Platform) -> Result<String, String> {
    let missing = platform.store.read(checks::differences).map_err(|fault| words(&fault))?.missing;
    if missing.is_empty() {
        return Ok(said(
            "gaat open, en het schema past bij deze versie",
            "opens, and its schema fits this version",
        ));
    }
    let names = missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    Err(said(
        format!(
            "gaat open, maar in het schema ontbreekt: {names}. Zet een back-up terug in een lege database"
        ),
        format!("opens, but its schema lacks: {names}. Restore a backup into an empty database"),
    ))
}

/// Whether the file of the database is whole.
fn file(platform: &Platform) -> Result<String, String> {
    let faults = platform.store.read(checks::faults_of_the_file).map_err(|fault| words(&fault))?;
    let Some(faults) = faults else {
        return Ok(said(
            "hier niet bekeken: naar bestanden van PostgreSQL kijkt pg_amcheck",
            "not looked at here: pg_amcheck looks at files of PostgreSQL",
        ));
    };
    match faults.first() {
        None => Ok(said("heel, voor zover de database zegt", "whole, as far as the database says")),
        Some(first) => Err(said(
            format!("{} fouten, de eerste: {first}. Zet een back-up terug", faults.len()),
            format!("{} faults, the first: {first}. Restore a backup", faults.len()),
        )),
    }
}

/// Whether what runs is as the rules say today, and not only as they said when they were last asked.
fn independent(platform: &Platform) -> Result<String, String> {
    let changes = crate::independence::round::rehearse(platform).map_err(|fault| fault.to_string())?;
    if changes == 0 {
        Ok(said("opnieuw gevraagd verandert er niets", "asked again they change nothing"))
    } else {
        Err(said(
            format!("opnieuw gevraagd verandert er {changes} keer iets; doe dat met `naast reassess`"),
            format!("asked again they make {changes} changes; do so with `naast reassess`"),
        ))
    }
}

/// What the directory knows of schools. A school without a known partnership is no fault of the installation.
fn schools(platform: &Platform, clock: &Clock) -> Result<String, String> {
    let today = clock.today();
    let counted = platform.store.read(|db| checks::schools(db, today)).map_err(|fault| words(&fault))?;
    Ok(match counted {
        (0, _) => said(
            "nog geen scholen: naast import schools BESTAND",
            "no schools yet: naast import schools FILE",
        ),
        (all, unlinked) if all == unlinked => said(
            format!("{all} scholen, van geen een samenwerkingsverband: naast import partnerships BESTAND"),
            format!("{all} schools, the partnership of none: naast import partnerships FILE"),
        ),
        (all, unlinked) => said(
            format!("{all} scholen, van {unlinked} is geen samenwerkingsverband bekend"),
            format!("{all} schools, of {unlinked} no partnership is known"),
        ),
    })
}

/// Whether each programme that is a school's own is run by a school or a board, by whose name a parent reads who is responsible. One of before that was asked is no fault of the
/// installation: somebody has to start another.
fn schools_own(platform: &Platform) -> Result<String, String> {
    let others = platform.store.read(checks::schools_own_of_others).map_err(|fault| words(&fault))?;
    Ok(if others == 0 {
        said("elk noemt de school of het bestuur", "each names the school or the board")
    } else {
        said(
            format!(
                "LET OP: {} met de vorm school van een andere organisatie. Niemand leest wie verantwoordelijk is; begin er een van de \
                 school of het bestuur, en laat ouders die vragen",
                many(others, "programma", "programma's"),
            ),
            format!(
                "NOTE: {} in the form school of another organisation. Nobody reads who is responsible; start one of the school or the \
                 board, and let parents ask that",
                many(others, "programme", "programmes"),
            ),
        )
    })
}

/// Whether each programme has a coordinator for what waits there. None is no fault of the installation: somebody has to be given the role.
fn coordinators(platform: &Platform) -> Result<String, String> {
    let in_need = crate::independence::coordination::in_need(platform).map_err(|fault| fault.to_string())?;
    Ok(if in_need == 0 {
        said("elk programma heeft wie zijn zaken mag doen", "each programme has who may handle its cases")
    } else {
        said(
            format!(
                "LET OP: een andere coördinator nodig in {}; zie GET /coordination-needs",
                many(in_need, "programma", "programma's"),
            ),
            format!(
                "WARNING: another coordinator needed in {}; see GET /coordination-needs",
                many(in_need, "programme", "programmes"),
            ),
        )
    })
}

/// Whether each backup was restored with its tombstones. That some are lost is no fault that somebody could mend; it is told at every look.
fn tombstones(platform: &Platform) -> Result<String, String> {
    let missing = crate::privacy::replay::missing(platform).map_err(|fault| fault.to_string())?;
    Ok(brought::missing(&missing).unwrap_or_else(|| said("er ontbreken er geen", "none are missing")))
}

/// The journal against its hashes, heads and anchors.
fn journal(place: &Place, platform: &Platform) -> Result<String, String> {
    let file = place.anchors();
    let anchors = if file.exists() {
        read_anchors(&file, &platform.identity).map_err(|fault| words(&fault))?
    } else {
        Vec::new()
    };
    let seen = platform.store.read(|db| verify(db, &anchors, |_| {})).map_err(|fault| words(&fault))?;
    if seen.damages.is_empty() {
        Ok(said(
            format!("{} rijen in {} ketens kloppen, met {} ankers", seen.rows, seen.chains, anchors.len()),
            format!("{} rows in {} chains fit, with {} anchors", seen.rows, seen.chains, anchors.len()),
        ))
    } else {
        Err(said(
            format!("beschadigd op {} plaatsen; zie `naast journal verify`", seen.damages.len()),
            format!("damaged in {} places; see `naast journal verify`", seen.damages.len()),
        ))
    }
}

/// Whom finders of a weakness can tell. Nobody is no fault of the installation, but somebody should know.
fn contact(platform: &Platform) -> String {
    platform.identity.security_contact.as_ref().map_or_else(
        || {
            said(
                "geen; /.well-known/security.txt is er niet (404) tot NAAST_SECURITY_CONTACT is gezet",
                "none; /.well-known/security.txt is not there (404) until NAAST_SECURITY_CONTACT is set",
            )
        },
        ToString::to_string,
    )
}

/// Whether everything that is sealed opens.
fn sealed(platform: &Platform) -> Result<String, String> {
    let seen = platform.keys.check(&platform.store).map_err(|fault| words(&fault))?;
    let damaged: usize = seen.damaged.values().map(Vec::len).sum();
    if !seen.index {
        return Err(said(
            "de indexsleutel gaat niet open: niemand vindt haar account",
            "the index key does not open: nobody finds her account",
        ));
    }
    if damaged == 0 {
        Ok(said(
            format!("{} gaan open, {} zijn gewist", seen.values, seen.erased),
            format!("{} open, {} were erased", seen.values, seen.erased),
        ))
    } else {
        Err(said(
            format!("{damaged} gaan niet open; zie `naast keys check`"),
            format!("{damaged} do not open; see `naast keys check`"),
        ))
    }
}
