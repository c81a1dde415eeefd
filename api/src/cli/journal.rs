//! `naast journal`: anchoring and verifying.

use std::io::{BufWriter, ErrorKind, Write as _};
use std::path::PathBuf;

use clap::Subcommand;
use naast_persistence::journal::{self, DamageKind, verify};

use super::{Failure, Place};
use crate::journal::{Anchors, read_anchors};
use crate::platform::Platform;

/// What to do with the journal.
#[derive(Debug, Subcommand)]
pub enum Journal {
    /// Read every row and compare it with its hash, its head and the anchors. Exit code 0: everything fits; 3: damage, or
    /// there are rows and no anchors to hold them against.
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

/// Runs the command.
pub fn run(place: &Place, what: &Journal) -> Result<(), Failure> {
    let platform = place.existing_platform()?;
    match what {
        Journal::Anchor => {
            let mut anchors = Anchors::at(place.anchors());
            let count = anchors.anchor(&platform)?;
            super::say(&format!("{count} heads signed and written to {}", super::shown(anchors.file())));
            Ok(())
        }
        Journal::Export => export(&platform),
        Journal::Verify { anchors, without_anchors } => {
            let file = anchors.clone().unwrap_or_else(|| place.anchors());
            let attested = !without_anchors && (file.exists() || anchors.is_some());
            let heads = if attested { read_anchors(&file, &platform.identity)? } else { Vec::new() };
            let seen =
                platform.store.read(|db| verify(db, &heads, |rows| log::info!(rows = rows; "verifying")))?;
            super::say(&format!("{} rows in {} chains, {} anchors", seen.rows, seen.chains, heads.len()));
            for damage in &seen.damages {
                let what = match damage.kind {
                    DamageKind::Gap => "rows are missing or put in",
                    DamageKind::Altered => "the row was altered or moved",
                    DamageKind::HeadDiffers => "rows at the end are missing or put in",
                    DamageKind::AnchorDiffers => {
                        "an anchor attests another row: the chain was cut short or written anew"
                    }
                };
                super::say(&format!("chain {} at row {}: {what}", damage.chain.uuid(), damage.seq));
            }
            if !seen.damages.is_empty() {
                return Err(Failure::new(3, "the journal is damaged"));
            }
            if heads.is_empty() && seen.rows > 0 && !without_anchors {
                let file = super::shown(&file);
                return Err(Failure::new(
                    3,
                    format!(
                        "there are no anchors at {file}, so that nobody can say whether rows are missing at the end or a chain \
                         was written anew. Name a copy with --anchors, or be content with less: --without-anchors"
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
