//! The round of the platform itself: time goes by, a school moves to another board, a programme's new form begins. Nobody
//! calls then, so the server asks the rules again every few hours. What a call or an import changed for others than whom it
//! was about waits as a row, which is worked off within a second.

use std::collections::{BTreeMap, HashMap};
use std::ops::AddAssign;
use std::time::{Duration, Instant};

use naast_domain::access::Upkeep;
use naast_domain::ids::{BuddyId, PersonId, ProgrammeId};
use naast_domain::journal::Entry;
use naast_persistence::independence::waiting::{self, Whom};
use naast_persistence::{Kept, Transaction, buddies, programmes, support};
use uuid::Uuid;

use super::again::{Occasion, lock_touched, recheck};
use crate::platform::Platform;
use crate::problem::Error;

/// How many rows are worked off at a time.
const PAGE: i64 = 100;

/// So many turns that fail one after the other are no buddy's own: storage does not answer, and the round ends.
const ENOUGH: usize = 10;

/// A row whose turn failed is tried again after this time.
const REST: Duration = Duration::from_secs(5);

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// How many buddies were looked at: those who are proposed to somebody or support somebody.
    pub buddies: usize,
    /// How many things changed: proposals assessed again or cancelled, matches paused, taken up or closed.
    pub changes: usize,
    /// How many turns failed. What they ask for waits as a row, and is tried again.
    pub left: usize,
}

impl AddAssign for Round {
    fn add_assign(&mut self, more: Self) {
        self.buddies += more.buddies;
        self.changes += more.changes;
        self.left += more.left;
    }
}

/// Asks the rules again for every proposal and match of every programme. Each buddy is a transaction of her own, so a
/// round that is cut short has done what it did, and the next one does the rest. Whoever's turn fails is left to a row that
/// waits, so that those after her have theirs. Several at once do no harm.
pub fn round(platform: &Platform) -> Result<Round, Error> {
    let (mut done, mut failed) = (Round::default(), 0);
    for_each_in_use(platform, |programme, id| {
        done.buddies += 1;
        match ask_again(platform, programme, id) {
            Ok(changes) => {
                done.changes += changes;
                failed = 0;
            }
            Err(fault) => {
                failed += 1;
                if failed >= ENOUGH {
                    return Err(fault);
                }
                log::error!("the turn of a buddy failed, and is tried again: {fault}");
                leave_waiting(platform, id)?;
                done.left += 1;
            }
        }
        Ok(())
    })?;
    Ok(done)
}

/// Goes through the buddies of every programme who are proposed to somebody or support somebody.
fn for_each_in_use(
    platform: &Platform,
    mut turn: impl FnMut(ProgrammeId, BuddyId) -> Result<(), Error>,
) -> Result<(), Error> {
    let leave = Upkeep::of_the_platform();
    for programme in platform.store.read(|db| Ok::<_, Error>(programmes::ids(db)?))? {
        let in_use =
            platform.store.read(|db| Ok::<_, Error>(support::buddies_in_use(db, &leave, programme)?))?;
        for id in in_use {
            turn(programme, id)?;
        }
    }
    Ok(())
}

fn leave_waiting(platform: &Platform, buddy: BuddyId) -> Result<(), Error> {
    let now = platform.clock.now();
    platform.store.write(move |tx| {
        waiting::ask_others_of(tx, buddy, now)?;
        Ok::<_, Error>(Kept::bookkeeping(()))
    })
}

/// How many things would change if the rules were asked now. Nothing of it is kept.
pub fn rehearse(platform: &Platform) -> Result<usize, Error> {
    let mut changes = 0;
    for_each_in_use(platform, |programme, id| {
        let occasion = Occasion::of_platform(platform.clock.now(), platform.clock.today());
        changes += platform.store.write(move |tx| {
            let mut found = 0;
            tx.rehearse(|tx| -> Result<_, Error> {
                found = turn(tx, programme, id, occasion)?.len();
                Ok(Kept::bookkeeping(()))
            })?;
            Ok::<_, Error>(Kept::bookkeeping(found))
        })?;
        Ok(())
    })?;
    Ok(changes)
}

/// Asks the rules again for one buddy, when she is still there. Says how many things changed.
fn ask_again(platform: &Platform, programme: ProgrammeId, id: BuddyId) -> Result<usize, Error> {
    let occasion = Occasion::of_platform(platform.clock.now(), platform.clock.today());
    platform.store.write(move |tx| {
        let entries = turn(tx, programme, id, occasion)?;
        let count = entries.len();
        if count == 0 { Ok::<_, Error>(Kept::unchanged(0)) } else { Ok(tx.keep(entries, count)?) }
    })
}

/// The turn of one buddy, in a transaction of hers.
fn turn(
    tx: &mut Transaction<'_, '_>,
    programme: ProgrammeId,
    id: BuddyId,
    occasion: Occasion,
) -> Result<Vec<Entry>, Error> {
    let leave = Upkeep::of_the_platform();
    let one = |tx: &mut Transaction<'_, '_>| -> Result<_, Error> {
        Ok(buddies::in_use(tx, &leave, programme, &[id])?.pop())
    };
    let Some(first) = one(tx)? else { return Ok(Vec::new()) };
    lock_touched(tx, &first)?;
    match one(tx)? {
        Some(buddy) => recheck(tx, &buddy, occasion),
        None => Ok(Vec::new()),
    }
}

/// The rows whose turn failed lately: they rest, and hold up none of those that came after them.
#[derive(Debug, Default)]
pub struct Resting(HashMap<Uuid, Instant>);

impl Resting {
    fn holds(&self, row: Uuid) -> bool {
        self.0.get(&row).is_some_and(|failed| failed.elapsed() < REST)
    }
}

/// Works off what waits, but for what rests. A row goes only after what it asks for is done: whoever is killed in between
/// leaves it to the next, and to do it twice does no harm.
pub fn work_off(platform: &Platform, resting: &mut Resting) -> Result<Round, Error> {
    let (mut done, mut after) = (Round::default(), None);
    let leave = Upkeep::of_the_platform();
    loop {
        let rows = platform.store.read(|db| Ok::<_, Error>(waiting::waiting(db, &leave, after, PAGE)?))?;
        let Some(last) = rows.last() else { return Ok(done) };
        after = Some(last.place());
        // what comes after this moment is a row of its own, so facts may be read from here on
        let mut asked: BTreeMap<Whom, Vec<Uuid>> = BTreeMap::new();
        for row in rows.iter().filter(|row| !resting.holds(row.id)) {
            asked.entry(row.whom).or_default().push(row.id);
        }
        for (whom, ids) in asked {
            let worked = match whom {
                Whom::Everybody => round(platform),
                Whom::Person(person) => ask_person(platform, person),
                Whom::Nobody => Ok(Round::default()),
            };
            match worked {
                Ok(more) => {
                    done += more;
                    resting.0.retain(|row, _| !ids.contains(row));
                    platform.store.write(move |tx| {
                        waiting::done(tx, &leave, &ids)?;
                        Ok::<_, Error>(Kept::bookkeeping(()))
                    })?;
                }
                Err(fault) => {
                    log::error!("what waits could not be asked again, and is tried again: {fault}");
                    done.left += ids.len();
                    resting.0.extend(ids.into_iter().map(|id| (id, Instant::now())));
                }
            }
        }
    }
}

/// Asks the rules again wherever a person is a buddy.
fn ask_person(platform: &Platform, person: PersonId) -> Result<Round, Error> {
    let (mut done, mut failed) = (Round::default(), None);
    let leave = Upkeep::of_the_platform();
    for buddy in platform.store.read(|db| Ok::<_, Error>(buddies::of_person(db, &leave, person)?))? {
        done.buddies += 1;
        match ask_again(platform, buddy.programme, buddy.id) {
            Ok(changes) => done.changes += changes,
            Err(fault) => failed = Some(fault),
        }
    }
    failed.map_or(Ok(done), Err)
}
