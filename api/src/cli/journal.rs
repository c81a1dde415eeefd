//! `naast journal`: anchoring and verifying.

use std::io::{BufWriter, ErrorKind, Write as _};
use std::path::PathBuf;

use clap::Subcommand;
use naast_persistence::journal::{self, DamageKind, verify};

use super::{Failure, Place};
use crate::journal::{anchor, read_anchors};
use crate::platform::Platform;

/// What to do with the journal.
#[derive(Debug, Subcommand)]
pub enum Journal {
    /// Read every row and compare it with its hash, its head and the anchors. Exit code 0: everything fits; 3: damage.
    Verify {
        /// A copy of the anchors that was kept elsewhere; those in the data folder when left out.
        #[arg(long)]
        anchors: Option<PathBuf>,
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
            let file = place.anchors();
            let count = anchor(&platform, &file)?;
            super::say(&format!("{count} heads signed and written to {}", super::shown(&file)));
            Ok(())
        }
        Journal::Export => export(&platform),
        Journal::Verify { anchors } => {
            let file = anchors.clone().unwrap_or_else(|| place.anchors());
            let heads = if file.exists() || anchors.is_some() {
                read_anchors(&file, &platform.identity)?
            } else {
                super::complain(&format!(
                    "no anchors at {}: rows cut off the end together with their head cannot be found",
                    super::shown(&file)
                ));
                Vec::new()
            };
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
            if seen.damages.is_empty() { Ok(()) } else { Err(Failure::new(3, "the journal is damaged")) }
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
