//! The round of the platform itself: time goes by, a school moves to another board, a programme's new form begins. Nobody
//! calls then, so the server asks the rules again every few hours. What a call or an import changed for others than whom it
//! was about waits as a row, which is worked off within a second.

use std::collections::BTreeSet;

use naast_domain::access::Upkeep;
use naast_domain::ids::{BuddyId, ProgrammeId};
use naast_persistence::independence::waiting::{self, Whom};
use naast_persistence::{Kept, Transaction, buddies, programmes, support};
use uuid::Uuid;

use super::again::{Occasion, lock_touched, recheck};
use crate::platform::Platform;
use crate::problem::Error;

/// How many rows are worked off at a time.
const PAGE: i64 = 100;

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// How many buddies were looked at: those who are proposed to somebody or support somebody.
    pub buddies: usize,
    /// How many things changed: proposals assessed again or cancelled, matches paused, taken up or closed.
    pub changes: usize,
}

/// Asks the rules again for every proposal and match of every programme. Each buddy is a transaction of her own, so a
/// round that is cut short has done what it did, and the next one does the rest. Several at once do no harm.
pub fn round(platform: &Platform) -> Result<Round, Error> {
    let mut done = Round::default();
    let leave = Upkeep::of_the_platform();
    for programme in platform.store.read(|db| Ok::<_, Error>(programmes::ids(db)?))? {
        let in_use =
            platform.store.read(|db| Ok::<_, Error>(support::buddies_in_use(db, &leave, programme)?))?;
        for id in in_use {
            done.buddies += 1;
            done.changes += ask_again(platform, programme, id)?;
        }
    }
    Ok(done)
}

/// Asks the rules again for one buddy, when she is still there. Says how many things changed.
fn ask_again(platform: &Platform, programme: ProgrammeId, id: BuddyId) -> Result<usize, Error> {
    let leave = Upkeep::of_the_platform();
    let occasion = Occasion::of_platform(platform.clock.now(), platform.clock.today());
    platform.store.write(move |tx| {
        let one = |tx: &mut Transaction<'_, '_>| -> Result<_, Error> {
            Ok(buddies::in_use(tx, &leave, programme, &[id])?.pop())
        };
        let Some(first) = one(tx)? else { return Ok(Kept::unchanged(0)) };
        lock_touched(tx, &first)?;
        let Some(buddy) = one(tx)? else { return Ok(Kept::unchanged(0)) };
        let entries = recheck(tx, &buddy, occasion)?;
        let count = entries.len();
        if count == 0 { Ok::<_, Error>(Kept::unchanged(0)) } else { Ok(tx.keep(entries, count)?) }
    })
}

/// Works off what waits. A row goes only after what it asks for is done: whoever is killed in between leaves it to the next,
/// and to do it twice does no harm.
pub fn work_off(platform: &Platform) -> Result<Round, Error> {
    let mut done = Round::default();
    let leave = Upkeep::of_the_platform();
    loop {
        let rows = platform.store.read(|db| Ok::<_, Error>(waiting::waiting(db, &leave, PAGE)?))?;
        if rows.is_empty() {
            return Ok(done);
        }
        // what comes after this moment is a row of its own, so facts may be read from here on
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let whom: BTreeSet<Whom> = rows.into_iter().map(|row| row.whom).collect();
        if whom.contains(&Whom::Everybody) {
            let all = round(platform)?;
            done = Round { buddies: done.buddies + all.buddies, changes: done.changes + all.changes };
        } else {
            for one in whom {
                let Whom::Person(person) = one else { continue };
                let hers =
                    platform.store.read(|db| Ok::<_, Error>(buddies::of_person(db, &leave, person)?))?;
                for buddy in hers {
                    done.buddies += 1;
                    done.changes += ask_again(platform, buddy.programme, buddy.id)?;
                }
            }
        }
        platform.store.write(move |tx| {
            waiting::done(tx, &leave, &ids)?;
            Ok::<_, Error>(Kept::bookkeeping(()))
        })?;
    }
}
