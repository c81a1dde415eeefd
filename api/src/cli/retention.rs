//! `naast retention`: erase what had its time, and erase again what a restored backup brought back.

use chrono::{DateTime, Utc};
use clap::Subcommand;

use super::{Failure, Place};
use crate::privacy::replay::replay;
use crate::privacy::round::{Report, round};
use crate::privacy::tombstones;

/// What to do about terms.
#[derive(Debug, Subcommand)]
pub enum Retention {
    /// Erase everything whose day has come, unless a hold keeps it. The server does the same every day.
    ///
    /// Can be cut short and run again. Exit code 0: done; 3: another process does it at this moment.
    Run {
        /// Only count what would go.
        #[arg(long)]
        dry_run: bool,
        /// As of this moment (RFC 3339); now when left out.
        #[arg(long)]
        at: Option<DateTime<Utc>>,
    },
    /// After a backup was restored: erase and withdraw again what the tombstones name. Nothing is served before.
    Replay,
}

/// Runs the command.
pub fn run(place: &Place, what: &Retention) -> Result<(), Failure> {
    let platform = place.existing_platform()?;
    match what {
        Retention::Run { dry_run, at } => {
            let now = platform.clock.now();
            let report = round(&platform, at.unwrap_or(now), *dry_run)?;
            if report.busy {
                return Err(Failure::new(
                    3,
                    "another process does the round at this moment; nothing was done",
                ));
            }
            show(&report, *dry_run);
        }
        Retention::Replay => {
            let stones = tombstones::read(&tombstones::file_in(&platform.data))?;
            let done = replay(&platform, &stones)?;
            super::say(&format!(
                "{} tombstones; erased again: {} cases, {} accounts, {} buddies' files; withdrawn again: {} requests",
                done.stones, done.cases, done.accounts, done.buddies, done.withdrawals
            ));
        }
    }
    Ok(())
}

fn show(report: &Report, dry: bool) {
    for (what, count) in &report.erased {
        super::say(&format!("{count:>8}  {what}"));
    }
    let word = if dry { "would go" } else { "erased" };
    super::say(&format!("{} {word}, {} held", report.total(), report.held));
}
