//! The round of retention: everything whose day has come goes, unless a hold keeps it. In small transactions, so a round that
//! is cut short has done what it did and the next one does the rest; one process at a time.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use naast_domain::access::Upkeep;
use naast_domain::code::Code as _;
use naast_domain::ids::{BuddyId, ConversationId, PersonId, RequestId};
use naast_domain::journal::{Chain, Entry, Purpose};
use naast_domain::privacy::retention::RetentionGround;
use naast_domain::{Date, Moment};
use naast_persistence::keys::Keys;
use naast_persistence::privacy::retention::{CaseRetention, next_cases, of_cases};
use naast_persistence::privacy::{erasure, export, leases, others};
use naast_persistence::{Database, Kept, Transaction, locks};
use uuid::Uuid;

use crate::clock::{day_of, fresh};
use crate::platform::{Platform, Said as _, unsigned_entry};
use crate::problem::Error;

/// How many are looked at, and how many go, in one transaction.
const PAGE: i64 = 500;
const BATCH: usize = 20;

/// How long a process leads the rounds after its last sign of life.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// What a round did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many of each kind went, such as `request withdrawn`.
    pub erased: BTreeMap<String, u64>,
    /// How many cases should go and are held.
    pub held: u64,
    /// Whether another process does the round at this moment, so that this one did nothing.
    pub busy: bool,
}

impl Report {
    fn count(&mut self, what: impl Into<String>, number: u64) {
        if number > 0 {
            *self.erased.entry(what.into()).or_default() += number;
        }
    }

    /// How many went in all.
    pub fn total(&self) -> u64 {
        self.erased.values().sum()
    }
}

/// One round, as of a moment.
pub struct Round<'a> {
    platform: &'a Platform,
    leave: Upkeep,
    now: Moment,
    today: Date,
    holder: Uuid,
    dry: bool,
    report: Report,
}

/// Does a round as of a moment; when it is dry, it only counts.
pub fn round(platform: &Platform, now: Moment, dry: bool) -> Result<Report, Error> {
    let mut round = Round {
        platform,
        leave: Upkeep::of_the_platform(),
        now,
        today: day_of(now),
        holder: fresh(),
        dry,
        report: Report::default(),
    };
    if !dry && !round.lead()? {
        return Ok(Report { busy: true, ..Report::default() });
    }
    // an account first: one that loses its last case now goes at the next round, and a dry round counts the same
    round.accounts()?;
    round.cases()?;
    round.conversations()?;
    round.buddies()?;
    round.aged()?;
    if !dry {
        let holder = round.holder;
        platform.store.write(move |tx| {
            leases::give_back(tx, leases::RETENTION, holder)?;
            Ok::<_, Error>(Kept::bookkeeping(()))
        })?;
        platform.store.tidy()?;
        super::tombstones::write_out(platform).map_err(|_| Error::Internal("tombstones are not written"))?;
    }
    Ok(round.report)
}

impl Round<'_> {
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

    /// Does something for each of these, a batch in a transaction; each gives the journal rows of what went.
    fn each<T: Copy + Send + Sync + 'static>(
        &self,
        all: &[T],
        erase: impl Fn(&mut Transaction<'_, '_>, &Keys, T) -> Result<Vec<Entry>, Error> + Copy + Send + 'static,
    ) -> Result<(), Error> {
        for batch in all.chunks(BATCH) {
            self.keep_leading()?;
            let (batch, keys) = (batch.to_vec(), self.platform.keys.clone());
            self.platform.store.write(move |tx| {
                let mut entries = Vec::new();
                for one in &batch {
                    entries.extend(erase(tx, &keys, *one)?);
                }
                if entries.is_empty() {
                    Ok::<_, Error>(Kept::bookkeeping(()))
                } else {
                    Ok(tx.keep(entries, ())?)
                }
            })?;
        }
        Ok(())
    }

    fn cases(&mut self) -> Result<(), Error> {
        let mut after = RequestId::from_uuid(Uuid::nil());
        let (now, today) = (self.now, self.today);
        loop {
            let page = self.platform.store.read(|db| Ok::<_, Error>(next_cases(db, after, PAGE)?))?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = *last;
            let mut whole = Vec::new();
            let mut parts = Vec::new();
            for (id, found) in &page {
                if found.held {
                    self.report.held += u64::from(found.case.has_come(today));
                } else if found.case.has_come(today) {
                    self.report.count(format!("request {}", found.case.ground.code()), 1);
                    whole.push(*id);
                } else {
                    if found.has_contact && found.contact_way.has_come(today) {
                        self.report.count("contact-way", 1);
                        parts.push(*id);
                    }
                    if found.private_space.has_come(today) {
                        parts.push(*id);
                    }
                }
            }
            parts.dedup();
            if self.dry {
                continue;
            }
            self.each(&whole, move |tx, keys, id| erase_due_case(tx, keys, id, (now, today)))?;
            self.each(&parts, move |tx, keys, id| erase_due_parts(tx, keys, id, (now, today)))?;
        }
    }

    fn conversations(&mut self) -> Result<(), Error> {
        let (leave, now) = (self.leave, self.now);
        let steps = self.gather(|db| others::conversations_with_old_steps(db, &leave, now, PAGE))?;
        let over = self.gather(|db| others::conversations_over(db, &leave, now, PAGE))?;
        self.report.count("conversation-steps", steps.len() as u64);
        self.report.count("conversation", over.len() as u64);
        if self.dry {
            return Ok(());
        }
        let entry = move |act, id: ConversationId| {
            unsigned_entry(Chain::PLATFORM, "system", Purpose::Signposting, act, now).on(id)
        };
        self.each(&steps, move |tx, _, id| {
            others::erase_old_steps(tx, &leave, id, now)?;
            Ok(vec![entry("conversation.steps-erased", id)])
        })?;
        self.each(&over, move |tx, _, id| {
            others::erase_conversation(tx, &leave, id)?;
            Ok(vec![entry("conversation.erased", id)])
        })
    }

    fn buddies(&mut self) -> Result<(), Error> {
        let (leave, now, today) = (self.leave, self.now, self.today);
        let left = self.platform.store.read(|db| Ok::<_, Error>(others::buddies_who_left(db, &leave)?))?;
        let mut papers: Vec<(BuddyId, Chain)> = Vec::new();
        let mut files = Vec::new();
        for one in &left {
            if one.has_certificates {
                papers.push((one.id, one.programme.into()));
            }
            if one.file.has_come(today) {
                files.push((one.id, one.programme));
            }
        }
        self.report.count("certificates", papers.len() as u64);
        self.report.count("buddy-file", files.len() as u64);
        if self.dry {
            return Ok(());
        }
        self.each(&papers, move |tx, _, (id, chain)| {
            locks::lock_buddy(tx, id)?;
            erasure::erase_certificates(tx, id)?;
            let act = "buddy.certificates-erased";
            Ok(vec![unsigned_entry(chain, "system", Purpose::Volunteers, act, now).on(id)])
        })?;
        self.each(&files, move |tx, _, (id, programme)| {
            locks::lock_buddy(tx, id)?;
            erasure::erase_buddy_file(tx, (programme, id), now)?;
            Ok(vec![unsigned_entry(programme, "system", Purpose::Volunteers, "buddy.erased", now).on(id)])
        })
    }

    fn accounts(&mut self) -> Result<(), Error> {
        let (leave, now) = (self.leave, self.now);
        let unused =
            self.platform.store.read(|db| Ok::<_, Error>(others::unused_accounts(db, &leave, now)?))?;
        self.report.count("account", unused.len() as u64);
        if self.dry {
            return Ok(());
        }
        self.each(&unused, move |tx, keys, person: PersonId| {
            if !others::is_unused(tx, &leave, person, now)? {
                return Ok(Vec::new());
            }
            erasure::erase_account(tx, keys, person, now)?;
            let act = "account.erased";
            Ok(vec![unsigned_entry(Chain::PLATFORM, "system", Purpose::Administration, act, now).on(person)])
        })
    }

    fn aged(&mut self) -> Result<(), Error> {
        let now = self.now;
        if self.dry {
            let counts = self.platform.store.read(|db| Ok::<_, Error>(erasure::count_aged(db, now)?))?;
            for (table, count) in counts {
                self.report.count(table, count);
            }
            let expired = self.platform.store.read(|db| Ok::<_, Error>(export::expired(db, now)?))?;
            self.report.count("exports", expired.len() as u64);
            return Ok(());
        }
        loop {
            self.keep_leading()?;
            let keys = self.platform.keys.clone();
            let gone = self.platform.store.write(move |tx| {
                let mut gone = erasure::erase_aged(tx, now, PAGE)?;
                gone.push(("exports", export::forget_expired(tx, &keys, now)?));
                Ok::<_, Error>(Kept::bookkeeping(gone))
            })?;
            let total: usize = gone.iter().map(|(_, count)| count).sum();
            for (table, count) in gone {
                self.report.count(table, count as u64);
            }
            if total == 0 {
                return Ok(());
            }
        }
    }

    fn gather<T>(
        &self,
        find: impl FnOnce(&mut Database<'_>) -> Result<Vec<T>, naast_persistence::Error>,
    ) -> Result<Vec<T>, Error> {
        self.platform.store.read(|db| Ok::<_, Error>(find(db)?))
    }
}

/// Looks again under the lock: since it was found, a hold may have been placed.
fn due_now(tx: &mut Transaction<'_, '_>, id: RequestId) -> Result<Option<CaseRetention>, Error> {
    locks::lock_request(tx, id)?;
    Ok(of_cases(tx, &[id])?.remove(&id).filter(|found| !found.held))
}

fn erase_due_case(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    id: RequestId,
    (now, today): (Moment, Date),
) -> Result<Vec<Entry>, Error> {
    let Some(found) = due_now(tx, id)?.filter(|found| found.case.has_come(today)) else {
        return Ok(Vec::new());
    };
    erase_case(tx, keys, id, &found, now, |act| {
        unsigned_entry(found.programme, "system", Purpose::Support, act, now)
    })
}

/// Erases a case that is locked and not held. A match that still runs is closed before, by whoever withdraws it.
pub(super) fn erase_case(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    id: RequestId,
    found: &CaseRetention,
    now: Moment,
    entry: impl FnOnce(&'static str) -> Entry,
) -> Result<Vec<Entry>, Error> {
    let outcome = match (found.case.ground, found.was_matched) {
        (RetentionGround::ClosedMatched, _) | (_, true) => "matched",
        _ => "unmatched",
    };
    erasure::erase_case(tx, keys, (found.programme, id), outcome, now)?;
    Ok(vec![entry("subject.erased").on(id).states(Some(found.case.ground.code()), None)])
}

fn erase_due_parts(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    id: RequestId,
    (now, today): (Moment, Date),
) -> Result<Vec<Entry>, Error> {
    let Some(found) = due_now(tx, id)? else { return Ok(Vec::new()) };
    let mut entries = Vec::new();
    let entry = |act| unsigned_entry(found.programme, "system", Purpose::Support, act, now).on(id);
    if found.has_contact && found.contact_way.has_come(today) {
        let leave = Upkeep::of_the_platform();
        naast_persistence::requests::forget_expired_contact(tx, &leave, keys, (found.programme, id), now)?;
        entries.push(entry("request.contact-way-erased"));
    }
    if found.private_space.has_come(today) && erasure::erase_private_space(tx, keys, id, now)? {
        entries.push(entry("request.private-space-erased"));
    }
    Ok(entries)
}
