//! What goes for its age and is no case.

use naast_domain::identity::codes::WINDOW;
use naast_domain::ids::{BuddyId, ConversationId, PersonId};
use naast_domain::journal::{Chain, Purpose};
use naast_persistence::identity::{assertions, codes, sessions};
use naast_persistence::privacy::{erasure, export, others};
use naast_persistence::{Kept, locks, retries};

use super::Round;
use crate::platform::{Said as _, unsigned_entry};
use crate::problem::Error;

impl Round<'_> {
    pub(super) fn conversations(&mut self) -> Result<(), Error> {
        let (leave, now) = (self.leave, self.now);
        let entry = move |act, id: ConversationId| {
            unsigned_entry(Chain::PLATFORM, "system", Purpose::Signposting, act, now).on(id)
        };
        self.through(
            |db, after, most| others::conversations_with_old_steps(db, &leave, now, (after.into(), most)),
            |id| id.uuid(),
            |round, page| {
                round.each_counted(("conversation", "conversation-steps"), &page, move |tx, keys, id| {
                    others::erase_old_steps(tx, (keys, &leave), id, now)?;
                    Ok(vec![entry("conversation.steps-erased", id)])
                })
            },
        )?;
        self.through(
            |db, after, most| others::conversations_over(db, &leave, now, (after.into(), most)),
            |id| id.uuid(),
            |round, page| {
                round.each_counted(("conversation", "conversation"), &page, move |tx, _, id| {
                    others::erase_conversation(tx, &leave, id, now)?;
                    Ok(vec![entry("conversation.erased", id)])
                })
            },
        )
    }

    pub(super) fn buddies(&mut self) -> Result<(), Error> {
        let (leave, now, today) = (self.leave, self.now, self.today);
        self.through_what_reads(
            ("buddy", move |db, after| {
                others::next_who_left(db, &leave, after.into()).map(|id| id.map(BuddyId::uuid))
            }),
            |db, after, most| others::buddies_who_left(db, &leave, (after.into(), most)),
            |one| one.id.uuid(),
            |round, page| {
                let of = |one: &others::Gone| (one.id, one.programme);
                let papers: Vec<_> = page.iter().filter(|one| one.has_certificates).map(of).collect();
                let files: Vec<_> = page.iter().filter(|one| one.file.has_come(today)).map(of).collect();
                round.each_counted(("buddy", "certificates"), &papers, move |tx, _, (id, programme)| {
                    // she may have come back since she was found
                    if !others::left(tx, &leave, id)?.is_some_and(|one| one.has_certificates) {
                        return Ok(Vec::new());
                    }
                    erasure::erase_certificates(tx, &leave, id, now)?;
                    let act = "buddy.certificates-erased";
                    Ok(vec![unsigned_entry(programme, "system", Purpose::Volunteers, act, now).on(id)])
                })?;
                round.each_counted(("buddy", "buddy-file"), &files, move |tx, _, (id, programme)| {
                    if !others::left(tx, &leave, id)?.is_some_and(|one| one.file.has_come(today)) {
                        return Ok(Vec::new());
                    }
                    erasure::erase_buddy_file(tx, &leave, (programme, id), now)?;
                    let act = "buddy.erased";
                    Ok(vec![unsigned_entry(programme, "system", Purpose::Volunteers, act, now).on(id)])
                })
            },
        )
    }

    /// What is left without a name of people and buddies, once nothing names it. People first: one whom only such a row of a buddy named goes at the
    /// next round, and a dry round counts the same.
    pub(super) fn nameless(&mut self) -> Result<(), Error> {
        let leave = self.leave;
        self.through(
            |db, after, most| others::nameless_people(db, &leave, (after.into(), most)),
            |id| id.uuid(),
            |round, page| {
                round.each_counted(("person", "nameless-person"), &page, move |tx, _, id: PersonId| {
                    erasure::sweep_person(tx, &leave, id)?;
                    // that her account went stands in the journal since it did
                    Ok(Vec::new())
                })
            },
        )?;
        self.through(
            |db, after, most| others::nameless_buddies(db, &leave, (after.into(), most)),
            |id| id.uuid(),
            |round, page| {
                round.each_counted(("buddy", "nameless-buddy"), &page, move |tx, _, id: BuddyId| {
                    locks::lock_buddy(tx, id)?;
                    erasure::sweep_buddy(tx, &leave, id)?;
                    Ok(Vec::new())
                })
            },
        )
    }

    pub(super) fn accounts(&mut self) -> Result<(), Error> {
        let (leave, now) = (self.leave, self.now);
        self.through(
            |db, after, most| others::unused_accounts(db, &leave, now, (after.into(), most)),
            |id| id.uuid(),
            |round, page| {
                round.each_counted(("person", "account"), &page, move |tx, keys, person: PersonId| {
                    locks::lock_person(tx, person)?;
                    if !others::is_unused(tx, &leave, person, now)? {
                        return Ok(Vec::new());
                    }
                    erasure::erase_account(tx, &leave, keys, person, now)?;
                    let (act, purpose) = ("account.erased", Purpose::Administration);
                    Ok(vec![unsigned_entry(Chain::PLATFORM, "system", purpose, act, now).on(person)])
                })
            },
        )
    }

    pub(super) fn aged(&mut self) -> Result<(), Error> {
        let (now, most) = (self.now, self.pace.page);
        // what somebody signs in, proves or calls again with is in use until it expires, whatever moment the round is done as of
        let (by_the_clock, _) = self.by_the_clock();
        if self.dry {
            let counts = self.platform.store.read(|db| Ok::<_, Error>(erasure::count_aged(db, now)?))?;
            for (table, count) in counts {
                self.report.count(table, usize::try_from(count).unwrap_or(usize::MAX));
            }
            let expired = self.platform.store.read(|db| Ok::<_, Error>(export::expired(db, now)?))?;
            self.report.count("exports", expired.len());
            let answers =
                self.platform.store.read(|db| Ok::<_, Error>(retries::count_expired(db, by_the_clock)?))?;
            self.report.count("kept_answers", usize::try_from(answers).unwrap_or(usize::MAX));
            return Ok(());
        }
        self.keep_leading()?;
        // what is forgotten at each next signing in: there may be none
        self.platform.store.write(move |tx| {
            sessions::forget(tx, by_the_clock)?;
            codes::forget(tx, by_the_clock - WINDOW)?;
            assertions::forget(tx, by_the_clock)?;
            Ok::<_, Error>(Kept::bookkeeping(()))
        })?;
        loop {
            self.keep_leading()?;
            let keys = self.platform.keys.clone();
            let gone = self.platform.store.write(move |tx| {
                let mut gone = erasure::erase_aged(tx, now, most)?;
                gone.push(("exports", export::forget_expired(tx, &keys, now)?));
                gone.push(("kept_answers", retries::forget_expired(tx, by_the_clock)?));
                Ok::<_, Error>(Kept::bookkeeping(gone))
            })?;
            let total: usize = gone.iter().map(|(_, count)| count).sum();
            for (table, count) in gone {
                self.report.count(table, count);
            }
            if total == 0 {
                return Ok(());
            }
        }
    }
}
