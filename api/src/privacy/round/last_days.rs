//! Requests whose last day is near or over: the parent is told once, and what she does not say goes on ends. A hold keeps a case from erasure, and from
//! nothing else: what ends is all still there.
//!
//! Both go by the platform's clock, whatever moment the round is done as of: she has her thirty days, and those are days that went by. Only a dry round looks
//! ahead, at what would come.

use lettre::Address;
use naast_domain::access::Upkeep;
use naast_domain::code::Code as _;
use naast_domain::ids::RequestId;
use naast_domain::journal::Entry;
use naast_domain::matching::{Cancellation, CancellationReason};
use naast_domain::privacy::retention::LastDay;
use naast_domain::requests::{SupportRequest, last_day_in_words};
use naast_domain::support::ClosureReason;
use naast_domain::{Date, Moment};
use naast_persistence::privacy::retention::{CaseRetention, next_case, next_cases, of_cases};
use naast_persistence::{Kept, Stored, Transaction, locks, matching, requests, support};

use super::Round;
use super::letters::News;
use crate::clock::day_of;
use crate::identity::post::Letter;
use crate::independence::again::Occasion;
use crate::independence::course::end_as_of;
use crate::platform::Said as _;
use crate::problem::Error;
use crate::requests::letters::address_of;

/// The letter to a parent whose request has its last day soon. Whoever shares her mail learns that something is asked, and not what it was about. It is right
/// also for who is to consent anew: what she does stands where she signs in.
fn letter(to: Address, last: Date, place: &str) -> Letter {
    let subject = "Wilt u doorgaan met uw aanvraag? / Do you want your request to go on?".to_owned();
    let day = last_day_in_words(last);
    let text = format!(
        "U heeft een aanvraag bij Naast. Die stopt binnenkort vanzelf. {}\n\n\
         Wilt u doorgaan? Meld u dan aan ({place}). Daar leest u hoe u dat zegt. Uw coördinator kan u helpen.\n\
         Hoeft het niet meer? Dan hoeft u niets te doen. Dat heeft geen gevolgen. U kunt altijd opnieuw om hulp vragen.\n\
         U krijgt geen herinnering aan deze dag.\n\n\
         --\n\n\
         You have a request at Naast. It soon stops by itself. {}\n\n\
         Do you want to go on? Then sign in ({place}). There you read how you say so. Your coordinator can help you.\n\
         Is it not needed any more? Then you need not do anything. That has no consequence. You can ask for help again at any time.\n\
         You get no reminder of this day.\n",
        day.nl, day.en,
    );
    Letter { to, subject, text }
}

impl Round<'_> {
    /// The moment by which a parent is told, a request ends, and what somebody signs in or calls again with expires.
    pub(super) fn by_the_clock(&self) -> (Moment, Date) {
        let now = if self.dry { self.now } else { self.platform.clock.now() };
        (now, day_of(now))
    }

    /// Ends those of these cases of which nobody said that they go on.
    pub(super) fn end_those_over(&mut self, page: &[(RequestId, CaseRetention)]) -> Result<(), Error> {
        let (now, today) = self.by_the_clock();
        let (leave, occasion) = (self.leave, Occasion::of_platform(now, today));
        let over = page.iter().filter(|(_, found)| found.last_day.is_some_and(|last| last.is_over(today)));
        for (id, _) in over {
            if self.dry {
                self.report.ended += 1;
                continue;
            }
            self.keep_leading()?;
            // one at a time: each locks its buddy after its request
            let id = *id;
            let ended = self.platform.store.write(move |tx| {
                let entries = end_unless_continued(tx, leave, id, occasion)?;
                Ok::<_, Error>(if entries.is_empty() {
                    Kept::unchanged(false)
                } else {
                    tx.keep(entries, true)?
                })
            });
            let ended = ended.unwrap_or_else(|fault| self.is_left(id, &fault));
            self.report.ended += u64::from(ended);
        }
        Ok(())
    }

    /// Tells every parent whose request has its last day soon.
    pub(super) fn tell_of_last_days(&mut self) -> Result<(), Error> {
        let (leave, (_, today)) = (self.leave, self.by_the_clock());
        self.through_what_reads(
            ("request", move |db, after| {
                next_case(db, &leave, after.into()).map(|id| id.map(RequestId::uuid))
            }),
            |db, after, most| next_cases(db, &leave, after.into(), most),
            |(id, _)| id.uuid(),
            |round, page| {
                let is_near =
                    |found: &CaseRetention| found.last_day.is_some_and(|last| last.is_to_be_told(today));
                for (id, _) in page.iter().filter(|(_, found)| is_near(found)) {
                    let told = round.dry || round.tell_of_last_day(*id)?;
                    round.report.told += u64::from(told);
                }
                Ok(())
            },
        )
    }

    fn tell_of_last_day(&mut self, id: RequestId) -> Result<bool, Error> {
        let (leave, platform) = (self.leave, self.platform);
        // one moment for both: the day in the letter is the day that is kept
        let now = platform.clock.now();
        let today = day_of(now);
        let near = move |last: &LastDay| last.is_to_be_told(today);
        self.tell(
            id,
            |db| {
                let last = of_cases(db, &[id])?.remove(&id).and_then(|found| found.last_day);
                let Some(last) = last.filter(near) else { return Ok(News::Over) };
                let Some(request) = requests::of_upkeep(db, &leave, id)? else { return Ok(News::Over) };
                let to = address_of(db, &platform.keys, &request)?;
                let place = platform.identity.issuer();
                Ok(to.map_or(News::Unwritten, |to| News::Letter(letter(to, last.earliest(today), place))))
            },
            move |tx| {
                let Some(found) = now_of(tx, id, near)? else { return Ok(None) };
                requests::note_told(tx, &leave, (found.programme, id), now)?;
                let occasion = Occasion::of_platform(now, today);
                Ok(Some(occasion.entry(found.programme, "request.last-day-told").on(id)))
            },
        )
    }
}

/// A case as it stands under its lock, when its last day is still so: since it was found, the parent may have said that it goes on.
fn now_of(
    tx: &mut Transaction<'_, '_>,
    id: RequestId,
    is_still: impl FnOnce(&LastDay) -> bool,
) -> Result<Option<CaseRetention>, Error> {
    locks::lock_request(tx, id)?;
    let found = of_cases(tx, &[id])?.remove(&id);
    Ok(found.filter(|found| found.last_day.as_ref().is_some_and(is_still)))
}

/// Ends a request whose last day is over: a match that runs is closed and an open proposal cancelled, as at any end.
fn end_unless_continued(
    tx: &mut Transaction<'_, '_>,
    leave: Upkeep,
    id: RequestId,
    occasion: Occasion,
) -> Result<Vec<Entry>, Error> {
    let over = |last: &LastDay| last.is_over(occasion.today());
    let Some(found) = now_of(tx, id, over)? else { return Ok(Vec::new()) };
    let Some(request) = requests::of_upkeep(tx, &leave, id)? else { return Ok(Vec::new()) };
    let entry = |act| occasion.entry(found.programme, act);
    end_request(tx, &request, (ClosureReason::NotContinued, occasion.now()), entry, occasion.now())
}

/// Ends a request that is locked and has not ended, as of a moment: now, or when it ended before a backup brought it back.
pub(in crate::privacy) fn end_request(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    (reason, at): (ClosureReason, Moment),
    entry: impl Fn(&'static str) -> Entry,
    now: Moment,
) -> Result<Vec<Entry>, Error> {
    if let Some(running) = support::running_of_request(tx, request)? {
        locks::lock_buddy(tx, running.buddy)?;
        return end_as_of(tx, &running, (reason, at), entry, now);
    }
    let because = Cancellation { because: CancellationReason::RequestEnded, at };
    let mut entries: Vec<Entry> = matching::cancel_open(tx, request, None, because)?
        .into_iter()
        .map(|proposal| entry("proposal.cancelled").on(proposal))
        .collect();
    let after = reason.request_after();
    requests::change_state(tx, request, after, Some(reason.code()), at)?;
    let states = (Some(request.state.code()), Some(after.code()));
    entries.push(entry("request.ended").on(request.id).states(states.0, states.1));
    Ok(entries)
}
