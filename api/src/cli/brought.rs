//! Tombstones that somebody brings to a database that came from a backup, and what is said where they are missing.

use std::collections::HashSet;
use std::path::PathBuf;

use naast_persistence::privacy::restorations::Restoration;
use naast_persistence::privacy::tombstones::Tombstone;

use super::language::said;
use super::terminal::{Failure, shown};
use crate::platform::Platform;
use crate::privacy::replay::may_serve;
use crate::privacy::tombstones;

/// What the files hold that were named.
pub(super) fn read(named: &[PathBuf]) -> Result<Vec<Tombstone>, Failure> {
    let mut all = Vec::new();
    for file in named {
        if !file.exists() {
            let file = shown(file);
            let words = said(
                format!("er zijn geen grafstenen op {file}. Er is niets geschreven"),
                format!("there are no tombstones at {file}. Nothing was written"),
            );
            return Err(Failure::new(2, words));
        }
        let bytes = std::fs::read(file).map_err(tombstones::TombstoneError::from)?;
        if bytes.last().is_some_and(|last| *last != b'\n') {
            let file = shown(file);
            let words = said(
                format!(
                    "de laatste regel van {file} is niet af. Maak de kopie opnieuw; is het bestand zelf zo achtergebleven, haal die regel er dan uit. Er is \
                     niets geschreven"
                ),
                format!(
                    "the last line of {file} is cut off. Copy it again; where the file itself was left so, take that line out. Nothing was written"
                ),
            );
            return Err(Failure::new(2, words));
        }
        all.extend(tombstones::read_all(&bytes)?);
    }
    Ok(all)
}

/// Refuses what cannot be the tombstones of the installation of after a backup: whoever has those that were laid since has those of
/// before too. Older copies, a file of another installation and an empty one do not.
pub(super) fn must_hold(brought: &[Tombstone], of_before: &[Tombstone]) -> Result<(), Failure> {
    let known: HashSet<_> = brought.iter().map(|stone| stone.fingerprint).collect();
    let lacking = of_before.iter().filter(|stone| !known.contains(&stone.fingerprint)).count();
    if lacking == 0 {
        return Ok(());
    }
    Err(Failure::new(
        2,
        said(
            format!(
                "dit zijn niet alle grafstenen van die installatie: van de {} die de back-up kent, ontbreken er {lacking}. Het is een oudere \
                 kopie, of er is nog een replica. Breng ook die; zijn zij verloren, zeg dan ook --without-tombstones. Er is niets geschreven",
                of_before.len()
            ),
            format!(
                "these are not all tombstones of that installation: of the {} that the backup knows {lacking} are lacking. It is an older \
                 copy, or there is another replica. Bring that too; if they are lost, say --without-tombstones as well. Nothing was written",
                of_before.len()
            ),
        ),
    ))
}

/// Refuses what acts on a database in which something stands again that was erased or taken back: it would be written to, ended and counted as if
/// that had not been.
pub(super) fn must_be_replayed(platform: &Platform) -> Result<(), Failure> {
    may_serve(platform).map_err(|fault| Failure::of(5, &fault))
}

/// What is said of a restoration whose tombstones are missing.
pub(super) fn missing(restorations: &[Restoration]) -> Option<String> {
    let first = restorations.first()?;
    let (made, restored) = (first.backup_made_at.to_rfc3339(), first.restored_at.to_rfc3339());
    Some(said(
        format!(
            "LET OP: op {restored} is een back-up van {made} teruggezet zonder alle grafstenen. Wat tussen die twee momenten is gewist of \
             ingetrokken, staat er misschien weer. Zoek tombstones.jsonl van toen: naast retention replay --tombstones BESTAND"
        ),
        format!(
            "WARNING: on {restored} a backup of {made} was restored without all tombstones. What was erased or taken back between those \
             two moments may be here again. Find tombstones.jsonl of then: naast retention replay --tombstones FILE"
        ),
    ))
}
