//! `naast retention`: erase what had its time, and erase again what a restored backup brought back.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Subcommand;
use naast_persistence::privacy::tombstones::all;

use super::brought;
use super::language::{many, said};
use super::place::Place;
use super::terminal::{Failure, say};
use crate::privacy::replay::{Replayed, brought as brought_later, missing, replay};
use crate::privacy::round::{Pace, Report, round_at};
use crate::privacy::tombstones;

/// What to do about terms.
#[derive(Debug, Subcommand)]
pub enum Retention {
    /// Tell parents whose requests have their last day soon, end those that nobody said go on, and erase everything whose day has come, unless a hold keeps it. The
    /// server does the same every day.
    ///
    /// Can be cut short and run again. Exit code 0: done; 1: something was left to the next round, and the log names it; 3: another process does it at this
    /// moment; 5: tombstones name what a restored copy brought back, and `naast retention replay` comes first.
    Run {
        /// Only count what would be told, end and go.
        #[arg(long)]
        dry_run: bool,
        /// Erase as of this moment (RFC 3339); now when left out. Parents are told, requests end and sessions, codes and kept answers expire by the clock, whatever it
        /// says. One that is still to come is for a dry run, which shows all that would come by then.
        #[arg(long)]
        at: Option<DateTime<Utc>>,
        /// Erase now what has its day only at a moment that is still to come. No backup brings it back.
        #[arg(long, requires = "at", conflicts_with = "dry_run")]
        ahead: bool,
        /// How many are looked at with one question and erased in one transaction, at most. Smaller is gentler on a database that is
        /// in use, and slower.
        #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u16).range(1..=500))]
        batch: u16,
    },
    /// After a backup was restored: erase and withdraw again what the tombstones name. Nothing is served before.
    Replay {
        /// The tombstones of the installation whose backup it is, where it was restored without them. Name it once for each replica.
        #[arg(long)]
        tombstones: Vec<PathBuf>,
    },
}

/// Runs the command.
pub fn run(place: &Place, what: &Retention) -> Result<(), Failure> {
    let platform = place.existing_platform()?;
    match what {
        Retention::Run { dry_run, at, ahead, batch } => {
            let now = platform.clock.now();
            if at.is_some_and(|at| at > now) && !dry_run && !ahead {
                return Err(Failure::new(
                    2,
                    said(
                        "dat moment moet nog komen, en wat gewist is, brengt geen back-up terug: met --dry-run ziet u wat er dan weg zou gaan, met \
                         --ahead wist u dat nu al. Er is niets gedaan",
                        "that moment is still to come, and no backup brings back what is erased: with --dry-run you see what would go then, with \
                         --ahead you erase it now. Nothing was done",
                    ),
                ));
            }
            brought::must_be_replayed(&platform)?;
            let gently = Pace::default().at_most(*batch);
            let report = round_at(&platform, at.unwrap_or(now), *dry_run, gently)?;
            if report.busy {
                return Err(Failure::new(
                    3,
                    said(
                        "een ander proces doet de ronde op dit moment; er is niets gedaan",
                        "another process does the round at this moment; nothing was done",
                    ),
                ));
            }
            place.anchor(&platform)?;
            show(&report, *dry_run);
            let (untold, failed) = (report.untold, report.failed);
            if untold + failed > 0 {
                return Err(Failure::new(
                    1,
                    said(
                        format!(
                            "{} niet verstuurd en {} niet gedaan; zie het log, en doe de ronde opnieuw",
                            many(untold, "brief", "brieven"),
                            many(failed, "onderdeel", "onderdelen")
                        ),
                        format!(
                            "{} not sent and {} not done; see the log, and do the round again",
                            many(untold, "letter", "letters"),
                            many(failed, "item", "items")
                        ),
                    ),
                ));
            }
        }
        Retention::Replay { tombstones: named } => {
            let waiting = if named.is_empty() { Vec::new() } else { missing(&platform)? };
            let later = brought::read(named)?;
            if let Some(last) = waiting.iter().map(|one| one.backup_made_at).max() {
                let mut of_before = platform.store.read(all)?;
                of_before.retain(|stone| stone.laid_at <= last);
                brought::must_hold(&later, &of_before)?;
            }
            tombstones::append(&platform.tombstones, &later)?;
            let stones = tombstones::read(&platform.tombstones)?;
            let done = replay(&platform, &stones)?;
            brought_later(&platform, &waiting)?;
            place.anchor(&platform)?;
            let (stones, again) = (done.stones, again(&done));
            say(&said(format!("{stones} grafstenen; {again}"), format!("{stones} tombstones; {again}")));
        }
    }
    Ok(())
}

/// What was done again after a restore.
pub(super) fn again(done: &Replayed) -> String {
    let Replayed {
        cases,
        accounts,
        buddies,
        withdrawals,
        consents,
        entries,
        matches,
        certificates,
        memberships,
        clients,
        words,
        holds,
        requests,
        talks,
        parts,
        asked,
        ..
    } = done;
    said(
        format!(
            "opnieuw gewist: {cases} zaken, {accounts} accounts, {buddies} dossiers van buddy's; opnieuw ingetrokken: {withdrawals} aanvragen, {consents} toestemmingen; \
             opnieuw weggehaald: {entries} notities en berichten, {certificates} certificaten; opnieuw beëindigd: {matches} koppelingen, {memberships} rollen; opnieuw buitengesloten: {clients} systemen; opnieuw gezegd: \
             {words} woorden van leerlingen; opnieuw vastgehouden of vrijgegeven: {holds} zaken; opnieuw afgesloten: \
             {requests} aanvragen, {talks} gesprekken; opnieuw weg omdat de termijn voorbij was: {parts} delen; opnieuw gevraagd of teruggenomen: {asked} verzoeken om wissen"
        ),
        format!(
            "erased again: {cases} cases, {accounts} accounts, {buddies} buddies' files; withdrawn again: {withdrawals} requests, {consents} consents; taken away \
             again: {entries} notes and messages, {certificates} certificates; ended again: {matches} matches, {memberships} roles; shut out again: {clients} systems; said again: {words} words of pupils; \
             held or released again: {holds} cases; closed again: {requests} requests, {talks} conversations; gone again because their term was over: {parts} parts; asked or \
             taken back again: {asked} wishes to be erased"
        ),
    )
}

fn show(report: &Report, dry: bool) {
    for (what, count) in &report.erased {
        say(&format!("{count:>8}  {what}"));
    }
    let (total, held) = (report.total(), report.held);
    let (told, again, ended) = (report.told, report.asked_again, report.ended);
    if told + again + ended > 0 {
        let nl = format!(
            "{} bericht dat de laatste dag nadert, {} dat een toestemming afloopt; {} beëindigd",
            many(told, "ouder", "ouders"),
            many(again, "ouder", "ouders"),
            many(ended, "aanvraag", "aanvragen"),
        );
        let en = format!(
            "{} told that the last day is near, {} that a consent ends; {} ended",
            many(told, "parent", "parents"),
            many(again, "parent", "parents"),
            many(ended, "request", "requests"),
        );
        say(&if dry {
            said(format!("zou gebeuren: {nl}"), format!("would happen: {en}"))
        } else {
            said(nl, en)
        });
    }
    say(&if dry {
        said(format!("{total} zouden gaan, {held} vastgehouden"), format!("{total} would go, {held} held"))
    } else {
        said(format!("{total} gewist, {held} vastgehouden"), format!("{total} erased, {held} held"))
    });
}
