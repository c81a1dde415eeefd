//! The round of the platform itself: time goes by, a school moves to another board, a programme's new form begins. Nobody
//! calls then, so the server asks the rules again every few hours, and the import of a directory does at its end.

use naast_domain::access::Upkeep;
use naast_persistence::{Kept, Transaction, buddies, programmes, support};

use super::again::{Occasion, lock_touched, recheck};
use crate::platform::Platform;
use crate::problem::Error;

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
    let in_use = platform.store.read(|db| {
        let mut in_use = Vec::new();
        for programme in programmes::ids(db)? {
            for buddy in support::buddies_in_use(db, &leave, programme)? {
                in_use.push((programme, buddy));
            }
        }
        Ok::<_, Error>(in_use)
    })?;
    for (programme, id) in in_use {
        let occasion = Occasion::of_platform(platform.clock.now(), platform.clock.today());
        done.buddies += 1;
        done.changes += platform.store.write(move |tx| {
            let one = |tx: &mut Transaction<'_, '_>| {
                buddies::in_use(tx, &leave, programme, &[id])?
                    .pop()
                    .ok_or(Error::Internal("a buddy in use is there"))
            };
            let first = one(tx)?;
            lock_touched(tx, &first)?;
            let buddy = one(tx)?;
            let entries = recheck(tx, &buddy, occasion)?;
            let count = entries.len();
            if count == 0 { Ok::<_, Error>(Kept::unchanged(0)) } else { Ok(tx.keep(entries, count)?) }
        })?;
    }
    Ok(done)
}
