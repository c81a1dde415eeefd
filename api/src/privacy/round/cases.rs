//! Cases whose term is over, and what of a case goes before it.

use naast_domain::access::Upkeep;
use naast_domain::code::Code as _;
use naast_domain::ids::RequestId;
use naast_domain::journal::{Chain, Entry, Purpose};
use naast_domain::privacy::retention::RetentionGround;
use naast_domain::{Date, Moment};
use naast_persistence::keys::Keys;
use naast_persistence::privacy::erasure;
use naast_persistence::privacy::retention::{CaseRetention, next_case, next_cases, of_cases};
use naast_persistence::{Transaction, locks};

use super::Round;
use crate::platform::{Said as _, unsigned_entry};
use crate::problem::Error;

impl Round<'_> {
    pub(super) fn cases(&mut self) -> Result<(), Error> {
        let (leave, now, today) = (self.leave, self.now, self.today);
        self.through_what_reads(
            ("request", move |db, after| {
                next_case(db, &leave, after.into()).map(|id| id.map(RequestId::uuid))
            }),
            |db, after, most| next_cases(db, &leave, after.into(), most),
            |(id, _)| id.uuid(),
            |round, page| {
                round.end_those_over(&page)?;
                let mut whole = Vec::new();
                let mut parts = Vec::new();
                let mut counted = Vec::new();
                for (id, found) in &page {
                    if found.held {
                        round.report.held += u64::from(found.case.has_come(today));
                    } else if found.case.has_come(today) {
                        counted.push((*id, format!("request {}", found.case.ground.code())));
                        whole.push(*id);
                    } else {
                        if found.has_contact && found.contact_way.has_come(today) {
                            counted.push((*id, "contact-way".to_owned()));
                            parts.push(*id);
                        }
                        if found.private_space.has_come(today) {
                            parts.push(*id);
                        }
                    }
                }
                parts.dedup();
                let mut left = round.each("request", &whole, move |tx, keys, id| {
                    erase_due_case(tx, (keys, &leave), id, (now, today))
                })?;
                left.extend(round.each("request", &parts, move |tx, keys, id| {
                    erase_due_parts(tx, (keys, &leave), id, (now, today))
                })?);
                for (_, what) in counted.into_iter().filter(|(id, _)| !left.contains(&id.uuid())) {
                    round.report.count(what, 1);
                }
                Ok(())
            },
        )
    }
}

/// Looks again under the lock: since it was found, a hold may have been placed.
fn due_now(tx: &mut Transaction<'_, '_>, id: RequestId) -> Result<Option<CaseRetention>, Error> {
    locks::lock_request(tx, id)?;
    Ok(of_cases(tx, &[id])?.remove(&id).filter(|found| !found.held))
}

fn erase_due_case(
    tx: &mut Transaction<'_, '_>,
    (keys, leave): (&Keys, &Upkeep),
    id: RequestId,
    (now, today): (Moment, Date),
) -> Result<Vec<Entry>, Error> {
    let Some(found) = due_now(tx, id)?.filter(|found| found.case.has_come(today)) else {
        return Ok(Vec::new());
    };
    erase_case(tx, (keys, leave), id, &found, (now, now), |act| {
        unsigned_entry(found.programme, "system", Purpose::Support, act, now)
    })
}

/// Erases a case that is locked and not held, as of a moment: now, or when it was erased before a backup brought it back. A match that still runs is closed before, by whoever withdraws it; and so whoever could read
/// something was told before (AVG art. 19). What is not answered then outlives the case. Where its time was simply over nobody is
/// told anything new: the term is the programme's own.
pub(in crate::privacy) fn erase_case(
    tx: &mut Transaction<'_, '_>,
    (keys, leave): (&Keys, &Upkeep),
    id: RequestId,
    found: &CaseRetention,
    (at, now): (Moment, Moment),
    entry: impl FnOnce(&'static str) -> Entry,
) -> Result<Vec<Entry>, Error> {
    let Some(stored) = naast_persistence::requests::of_upkeep(tx, leave, id)? else { return Ok(Vec::new()) };
    if stored.state.is_open() {
        // erased while it runs, its buddy's place, its talks and whoever is to be told would be forgotten
        return Err(Error::Internal("a case that runs is to be ended before it is erased"));
    }
    let outcome = match (found.case.ground, found.was_matched) {
        (RetentionGround::ClosedMatched, _) | (_, true) => "matched",
        _ => "unmatched",
    };
    erasure::erase_case(tx, keys, &stored, outcome, (at, now))?;
    Ok(vec![entry("subject.erased").on(id).states(Some(found.case.ground.code()), None)])
}

fn erase_due_parts(
    tx: &mut Transaction<'_, '_>,
    (keys, leave): (&Keys, &Upkeep),
    id: RequestId,
    (now, today): (Moment, Date),
) -> Result<Vec<Entry>, Error> {
    let Some(found) = due_now(tx, id)? else { return Ok(Vec::new()) };
    let mut entries = Vec::new();
    let entry = |chain: Chain, act| unsigned_entry(chain, "system", Purpose::Support, act, now).on(id);
    if found.has_contact && found.contact_way.has_come(today) {
        naast_persistence::requests::forget_expired_contact(tx, leave, keys, (found.programme, id), now)?;
        entries.push(entry(found.programme.into(), "request.contact-way-erased"));
    }
    if found.private_space.has_come(today) && erasure::erase_private_space(tx, leave, keys, id, now)? {
        // that something was written is for nobody else to see, and a number in the programme's chain is seen
        entries.push(entry(Chain::private_of(found.programme), "request.private-space-erased"));
    }
    Ok(entries)
}
