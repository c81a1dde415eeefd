//! The round of retention: one whose last day is over ends, everything whose day has come goes, unless a hold keeps it, and a parent is told whose request has
//! its last day soon. It looks at a page at a time, in the order
//! of ids, and erases in small transactions, so that it holds no more in memory or under lock for a country than for a
//! school. A round that is cut short has done what it did, and the next one does the rest; one process at a time. What does not read or cannot be erased is
//! named in the log by its id and left to the next round, and stops nothing behind it. Letters come last: nothing else waits for a mail server.

mod cases;
mod consents;
mod last_days;
mod letters;
mod others;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use naast_domain::access::Upkeep;
use naast_domain::{Date, Moment};
use naast_persistence::Kept;
use naast_persistence::privacy::leases;
use uuid::Uuid;

use super::tombstones;
use crate::clock::{day_of, fresh};
use crate::platform::Platform;
use crate::problem::Error;

pub(super) use cases::erase_case;
pub(super) use last_days::end_request;

/// How long a process leads the rounds after its last sign of life. Whoever is killed in the middle keeps others from it for so
/// long.
pub const LEASE: TimeDelta = TimeDelta::minutes(5);

/// How much is done at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How many are looked at with one question.
    pub page: i64,
    /// How many go in one transaction.
    pub batch: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self { page: 500, batch: 20 }
    }
}

impl Pace {
    /// The same, with so many at most of either.
    #[must_use]
    pub fn at_most(self, number: u16) -> Self {
        Self { page: self.page.min(number.into()), batch: self.batch.min(number.into()) }
    }
}

/// What a round did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many of each kind went, such as `request withdrawn`.
    pub erased: BTreeMap<String, u64>,
    /// How many cases should go and are held.
    pub held: u64,
    /// How many parents are told that the last day of their request is near.
    pub told: u64,
    /// How many parents are told that a consent of theirs ends by itself.
    pub asked_again: u64,
    /// How many could not be told, because the post did not take the letter now. The next round tries again.
    pub untold: u64,
    /// How many were left to the next round, because something of them did not read or could not be written. The log names each.
    pub failed: u64,
    /// How many requests end because their parents did not say that they go on.
    pub ended: u64,
    /// Whether another process does the round at this moment, so that this one did nothing.
    pub busy: bool,
}

impl Report {
    fn count(&mut self, what: impl Into<String>, number: usize) {
        if number > 0 {
            *self.erased.entry(what.into()).or_default() += number as u64;
        }
    }

    /// How many went in all.
    pub fn total(&self) -> u64 {
        self.erased.values().sum()
    }
}

/// What a round does for one kind of what it erases.
type Kind<'a> = fn(&mut Round<'a>) -> Result<(), Error>;

/// One round, as of a moment.
struct Round<'a> {
    platform: &'a Platform,
    leave: Upkeep,
    now: Moment,
    today: Date,
    holder: Uuid,
    dry: bool,
    pace: Pace,
    letters: letters::Course,
    /// What is left to the next round.
    left: BTreeSet<Uuid>,
    report: Report,
}

/// Does a round, which erases as of a moment; parents are told, requests end, and tokens, codes and kept answers expire by the platform's clock. When it is
/// dry, it only counts, and all of it as of that moment.
pub fn round(platform: &Platform, now: Moment, dry: bool) -> Result<Report, Error> {
    round_at(platform, now, dry, Pace::default())
}

/// The same, at a pace.
pub fn round_at(platform: &Platform, now: Moment, dry: bool, pace: Pace) -> Result<Report, Error> {
    let mut round = Round {
        platform,
        leave: Upkeep::of_the_platform(),
        now,
        today: day_of(now),
        holder: fresh(),
        dry,
        pace,
        letters: letters::Course::default(),
        left: BTreeSet::new(),
        report: Report::default(),
    };
    if dry {
        round.erase()?;
        round.write_to_parents()?;
        return Ok(round.report);
    }
    if !round.lead()? {
        return Ok(Report { busy: true, ..Report::default() });
    }
    let _lead = Lead { platform, holder: round.holder };
    let erased = round.erase();
    platform.store.tidy()?;
    // each commit put its own outside; what one could not goes now, and no letter waits for that
    let outside = tombstones::write_out(platform).map_err(|_| Error::Internal("tombstones are not written"));
    let told = round.write_to_parents();
    erased.and(told).and(outside)?;
    Ok(round.report)
}

/// Gives the lead back on every way out: the next round has not to wait until it runs out.
struct Lead<'a> {
    platform: &'a Platform,
    holder: Uuid,
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        let holder = self.holder;
        let given_back = self.platform.store.write(move |tx| {
            leases::give_back(tx, leases::RETENTION, holder)?;
            Ok::<_, Error>(Kept::bookkeeping(()))
        });
        if let Err(fault) = given_back {
            log::error!("the lead of the round of retention runs out by itself: {fault}");
        }
    }
}

impl Round<'_> {
    /// Erases what has its day, kind after kind: where one of them cannot even be looked for, the others have their turn all the same.
    fn erase(&mut self) -> Result<(), Error> {
        // what earlier rounds left without a name, and an account before cases: one that loses its last case now goes at the next round, and a dry round counts the same
        let kinds: [Kind<'_>; 6] =
            [Self::nameless, Self::accounts, Self::cases, Self::conversations, Self::buddies, Self::aged];
        kinds.map(|kind| kind(self)).into_iter().collect()
    }

    fn write_to_parents(&mut self) -> Result<(), Error> {
        let (of_last_days, of_consents) = (self.tell_of_last_days(), self.tell_of_consents());
        of_last_days.and(of_consents)
    }

    /// Takes or extends the lead; false when another process has it. By the platform's clock and not by the moment that the
    /// round is done as of.
    fn lead(&self) -> Result<bool, Error> {
        let (holder, now) = (self.holder, self.platform.clock.now());
        self.platform.store.write(move |tx| {
            Ok::<_, Error>(Kept::bookkeeping(leases::take(
                tx,
                leases::RETENTION,
                holder,
                (now, now + LEASE),
            )?))
        })
    }

    fn keep_leading(&self) -> Result<(), Error> {
        if self.dry || self.lead()? {
            Ok(())
        } else {
            Err(Error::Internal("another process took the round over"))
        }
    }
}
