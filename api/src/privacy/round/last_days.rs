//! Requests whose last day is near or over: the parent is told once, and what she does not say goes on ends. A hold keeps a case from erasure, and from
//! nothing else: what ends is all still there.
//!
//! Both go by the platform's clock, whatever moment the round is done as of: she has her thirty days, and those are days that went by. Only a dry round looks
//! ahead, at what would come.

use std::time::Duration;

use lettre::Address;
use naast_domain::{Date, Moment};
use naast_domain::access::Upkeep;
use naast_domain::code::Code as _;
use naast_domain::ids::RequestId;
use naast_domain::journal::Entry;
use naast_domain::matching::{Cancellation, CancellationReason};
use naast_domain::privacy::retention::LastDay;
use naast_domain::requests::{ContactKind, last_day_in_words};
use naast_domain::support::ClosureReason;
use naast_persistence::privacy::retention::{CaseRetention, of_cases};
use naast_persistence::{Kept, Transaction, locks, matching, requests, support};

use super::Round;
use crate::clock::day_of;
use crate::identity::address;
use crate::identity::post::Letter;
use crate::independence::again::Occasion;
use crate::independence::course::end;
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// So long the round waits for the post before it hands in the next letters: a queue that is full takes none.
const PATIENCE: Duration = Duration::from_secs(60);

/// After so many letters the round waits for the post.
const LETTERS: usize = 100;

/// The letter to a parent whose request has its last day soon. Whoever shares her mail learns that something is asked, and not what it was about.
fn letter(to: Address, last: LastDay, place: &str) -> Letter {
    let subject = "Wilt u doorgaan met uw aanvraag? / Do you want your request to go on?".to_owned();
    let day = last_day_in_words(last.day);
    let text = format!(
        "U heeft een aanvraag bij Naast. Die stopt binnenkort vanzelf. {}\n\n\
         Wilt u doorgaan? Meld u dan aan ({place}) en zeg dat. U kunt het ook aan uw coördinator zeggen.\n\
         Hoeft het niet meer? Dan hoeft u niets te doen. Dat heeft geen gevolgen. U kunt altijd opnieuw om hulp vragen.\n\
         Dit is de enige brief hierover.\n\n\
         --\n\n\
         You have a request at Naast. It soon stops by itself. {}\n\n\
         Do you want to go on? Then sign in ({place}) and say so. You can also say it to your coordinator.\n\
         Is it not needed any more? Then you need not do anything. That has no consequence. You can ask for help again at any time.\n\
         This is the only letter about it.\n",
        day.nl, day.en,
    );
    Letter { to, subject, text }
}

impl Round<'_> {
    /// Tells the parents of these cases, and ends those of which nobody said that they go on.
    pub(super) fn last_days(&mut self, page: &[(RequestId, CaseRetention)]) -> Result<(), Error> {
        let (now, today) = self.by_the_clock();
        let those = |asked: fn(&LastDay, Date) -> bool| -> Vec<RequestId> {
            let is_asked = |found: &CaseRetention| found.last_day.is_some_and(|last| asked(&last, today));
            page.iter().filter(|(_, found)| is_asked(found)).map(|(id, _)| *id).collect()
        };
        let (near, over) = (those(LastDay::is_to_be_told), those(LastDay::is_over));
        self.report.told += near.len() as u64;
        self.report.ended += over.len() as u64;
        if self.dry {
            return Ok(());
        }
        for some in near.chunks(LETTERS) {
            for id in some {
                self.keep_leading()?;
                self.tell(*id)?;
            }
            if !self.platform.identity.post.drain(PATIENCE) {
                return Err(Error::Internal("the post does not keep up with the letters of the round"));
            }
        }
        let (leave, occasion) = (self.leave, Occasion::of_platform(now, today));
        for id in over {
            self.keep_leading()?;
            // one at a time: each locks its buddy after its request
            self.platform.store.write(move |tx| {
                let entries = end_unless_continued(tx, leave, id, occasion)?;
                Ok::<_, Error>(if entries.is_empty() { Kept::unchanged(()) } else { tx.keep(entries, ())? })
            })?;
        }
        Ok(())
    }

    /// The moment by which a parent is told and a request ends.
    fn by_the_clock(&self) -> (Moment, Date) {
        let now = if self.dry { self.now } else { self.platform.clock.now() };
        (now, day_of(now))
    }

    /// Tells one parent. The letter is handed in once it is durable that she was told: of two rounds only one finds that she was not.
    fn tell(&self, id: RequestId) -> Result<(), Error> {
        let (leave, (now, today)) = (self.leave, self.by_the_clock());
        let (keys, occasion) = (self.platform.keys.clone(), Occasion::of_platform(now, today));
        let found = self.platform.store.write(move |tx| -> Result<_, Error> {
            let near = |last: &LastDay| last.is_to_be_told(today);
            let Some(found) = now_of(tx, id, near)? else { return Ok(Kept::unchanged(None)) };
            let Some(stored) = requests::of_upkeep(tx, &leave, id)? else { return Ok(Kept::unchanged(None)) };
            requests::note_told(tx, &leave, (found.programme, id), now)?;
            let to = requests::contacts_of(tx, &keys, &[&stored])?
                .remove(&id)
                .filter(|contact| contact.kind == ContactKind::Email)
                .and_then(|contact| address(&contact.value));
            // as it is now that she is told: she has her days whenever the round comes
            let last = of_cases(tx, &[id])?.remove(&id).and_then(|found| found.last_day);
            let entry = occasion.entry(found.programme, "request.last-day-told").on(id);
            Ok(tx.keep([entry], to.zip(last))?)
        })?;
        if let Some((to, last)) = found {
            post(self.platform, to, last);
        }
        Ok(())
    }
}

fn post(platform: &Platform, to: Address, last: LastDay) {
    platform.identity.post.send(letter(to, last, platform.identity.issuer()));
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
    if let Some(running) = support::running_of_request(tx, &request)? {
        locks::lock_buddy(tx, running.buddy)?;
        return end(tx, &running, ClosureReason::NotContinued, occasion);
    }
    let because = Cancellation { because: CancellationReason::RequestEnded, at: occasion.now() };
    let mut entries: Vec<Entry> = matching::cancel_open(tx, &request, None, because)?
        .into_iter()
        .map(|proposal| occasion.entry(found.programme, "proposal.cancelled").on(proposal))
        .collect();
    let (reason, after) = (ClosureReason::NotContinued, ClosureReason::NotContinued.request_after());
    requests::change_state(tx, &request, after, Some(reason.code()), occasion.now())?;
    let states = (Some(request.state.code()), Some(after.code()));
    entries.push(occasion.entry(found.programme, "request.ended").on(id).states(states.0, states.1));
    Ok(entries)
}
