//! `naast journal`: anchoring and verifying.

use std::io::{BufWriter, ErrorKind, Write as _};
use std::path::PathBuf;

use clap::Subcommand;
use naast_persistence::journal::{self, DamageKind, verify};

use super::language::said;
use super::place::Place;
use super::terminal::{Failure, say, shown};
use crate::journal::{Anchors, read_anchors};
use crate::platform::Platform;

/// What to do with the journal.
#[derive(Debug, Subcommand)]
pub enum Journal {
    /// Read every row and compare it with its hash, its head and the anchors. Exit code 0: everything fits, or nothing was
    /// written yet; 3: damage; 5: there are rows and no anchors to hold them against.
    Verify {
        /// A copy of the anchors that was kept elsewhere; those in the data folder when left out.
        #[arg(long)]
        anchors: Option<PathBuf>,
        /// Be content with what the database says of itself: rows that were cut off the end, and a chain that was written
        /// anew, are not found.
        #[arg(long, conflicts_with = "anchors")]
        without_anchors: bool,
    },
    /// Sign the present heads and write them beside the database. Keep a copy elsewhere.
    Anchor,
    /// Write every row and head as a line of JSON, for a verifier that shares no code with this program.
    Export,
}

/// The exit code when nothing says whether rows are missing at the end: no damage was found, and none could be.
const NO_ANCHORS: u8 = 5;

/// Runs the command.
pub fn run(place: &Place, what: &Journal) -> Result<(), Failure> {
    let platform = place.existing_platform()?;
    match what {
        Journal::Anchor => {
            let mut anchors = Anchors::at(place.anchors());
            let count = anchors.anchor(&platform)?;
            let file = shown(anchors.file());
            say(&said(
                format!("{count} koppen ondertekend en geschreven naar {file}"),
                format!("{count} heads signed and written to {file}"),
            ));
            Ok(())
        }
        Journal::Export => export(&platform),
        Journal::Verify { anchors, without_anchors } => {
            let file = anchors.clone().unwrap_or_else(|| place.anchors());
            let attested = !without_anchors && (file.exists() || anchors.is_some());
            let heads = if attested { read_anchors(&file, &platform.identity)? } else { Vec::new() };
            let seen =
                platform.store.read(|db| verify(db, &heads, |rows| log::info!(rows = rows; "verifying")))?;
            let (rows, chains, attested) = (seen.rows, seen.chains, heads.len());
            say(&said(
                format!("{rows} rijen in {chains} ketens, {attested} ankers"),
                format!("{rows} rows in {chains} chains, {attested} anchors"),
            ));
            for damage in &seen.damages {
                let what = match damage.kind {
                    DamageKind::Gap => {
                        said("er ontbreken rijen of er zijn er tussen gezet", "rows are missing or put in")
                    }
                    DamageKind::Altered => {
                        said("de rij is veranderd of verplaatst", "the row was altered or moved")
                    }
                    DamageKind::HeadDiffers => said(
                        "aan het eind ontbreken rijen of zijn er bij gezet",
                        "rows at the end are missing or put in",
                    ),
                    DamageKind::AnchorDiffers => said(
                        "een anker getuigt van een andere rij: de keten is ingekort of opnieuw geschreven",
                        "an anchor attests another row: the chain was cut short or written anew",
                    ),
                };
                let (chain, row) = (damage.chain.uuid(), damage.seq);
                say(&said(
                    format!("keten {chain} bij rij {row}: {what}"),
                    format!("chain {chain} at row {row}: {what}"),
                ));
            }
            if !seen.damages.is_empty() {
                return Err(Failure::new(3, said("het journaal is beschadigd", "the journal is damaged")));
            }
            if seen.rows == 0 {
                say(&said(
                    "het journaal is nog leeg: er is niets geschreven",
                    "the journal is still empty: nothing was written",
                ));
            }
            if heads.is_empty() && seen.rows > 0 && !without_anchors {
                let file = shown(&file);
                return Err(Failure::new(
                    NO_ANCHORS,
                    said(
                        format!(
                            "er zijn geen ankers op {file}; daarom kan niemand zeggen of aan het eind rijen ontbreken of een keten opnieuw \
                             is geschreven. Noem een kopie met --anchors, of neem met minder genoegen: --without-anchors"
                        ),
                        format!(
                            "there are no anchors at {file}, so that nobody can say whether rows are missing at the end or a chain \
                             was written anew. Name a copy with --anchors, or be content with less: --without-anchors"
                        ),
                    ),
                ));
            }
            if attested > 0 {
                let after = seen.after_anchors;
                say(&said(
                    format!(
                        "{after} rijen na het laatste anker van hun keten: die kan een volgend anker pas bevestigen"
                    ),
                    format!(
                        "{after} rows after the last anchor of their chain: only a next anchor can attest those"
                    ),
                ));
            }
            Ok(())
        }
    }
}

fn export(platform: &Platform) -> Result<(), Failure> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut written = Ok(());
    platform.store.read(|db| {
        journal::export(db, |line| {
            written = writeln!(out, "{}", crate::journal::line(&line));
            written.is_ok()
        })
    })?;
    match written.and_then(|()| out.flush()) {
        // a reader who has seen enough and went away is no fault
        Err(fault) if fault.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
