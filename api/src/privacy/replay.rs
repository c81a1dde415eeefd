//! After a backup was restored: what was erased or withdrawn since is erased and withdrawn again, before anything is served. It ends as of the moment
//! at which it ended, which its tombstone has: a term that counts from there is no longer for it.

mod ends;
mod parts;

use std::collections::BTreeMap;

use naast_domain::Moment;
use naast_domain::access::Upkeep;
use naast_domain::code::Code as _;
use naast_domain::ids::{PrivateNoteId, RequestId};
use naast_domain::journal::{Chain, Entry, Purpose};
use naast_domain::privacy::retention::RetentionGround;
use naast_domain::requests::SupportRequest;
use naast_domain::support::ClosureReason;
use naast_persistence::identity::clients;
use naast_persistence::keys::Keys;
use naast_persistence::privacy::restorations::Restoration;
use naast_persistence::privacy::retention::{self, of_cases};
use naast_persistence::privacy::tombstones::{
    self, AskedSince, Ended, HeldSince, SaidByPupil, TakenBack, Tombstone,
};
use naast_persistence::privacy::{consents, erasure, pupils, restorations};
use naast_persistence::support::{self, private_space};
use naast_persistence::{Kept, Stored, Transaction, locks, requests};

use self::ends::{end_again, end_role_again, ended_later, take_out_again};
use super::pupil::says_no;
use super::take_back::take_back;
use super::tombstones::TombstoneError;
use crate::platform::{Platform, Said as _, unsigned_entry};
use crate::problem::Error;
use crate::requests::withdraw::{Withdrawn, withdraw_as_of};

/// What a replay did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Tombstones that the database did not know.
    pub stones: usize,
    /// Cases that were erased again.
    pub cases: usize,
    /// Requests that were withdrawn again.
    pub withdrawals: usize,
    /// Accounts that were erased again.
    pub accounts: usize,
    /// Buddies' files that were erased again.
    pub buddies: usize,
    /// Consents that were taken back again.
    pub consents: usize,
    /// Notes and messages that were taken away again.
    pub entries: usize,
    /// Matches that were ended again.
    pub matches: usize,
    /// Certificates that were taken out again.
    pub certificates: usize,
    /// Roles that were ended again.
    pub memberships: usize,
    /// Systems that were shut out again.
    pub clients: usize,
    /// What pupils had said, and count again.
    pub words: usize,
    /// Holds that were placed or lifted again.
    pub holds: usize,
    /// Requests that were ended again.
    pub requests: usize,
    /// Conversations that were ended again.
    pub talks: usize,
    /// Contact ways, private spaces, sides of conversations and whole conversations that went again because their term was over.
    pub parts: usize,
    /// People whose last word on erasure counts again.
    pub asked: usize,
}

/// Why this installation may not serve yet.
#[derive(Debug, thiserror::Error)]
pub enum NotYet {
    /// The database is older than what was erased.
    #[error(
        "this database is older than {0} of its tombstones: it came from a backup, and holds what was erased since. Run \
         `naast retention replay` first; nothing is served before"
    )]
    Older(usize),
    /// A backup was restored and the replay did not finish.
    #[error(
        "a backup was restored here and what was erased since is not erased again yet: run `naast retention replay`"
    )]
    Unfinished,
    /// The tombstones cannot be read.
    #[error(transparent)]
    Tombstones(#[from] TombstoneError),
}

/// Whether this installation may serve: everything that was erased is erased in this database too.
///
/// # Errors
/// [`NotYet`].
pub fn may_serve(platform: &Platform) -> Result<(), NotYet> {
    let unknown = super::tombstones::unknown(platform)?.len();
    if unknown > 0 {
        return Err(NotYet::Older(unknown));
    }
    let waits = platform.store.read(restorations::unfinished).map_err(TombstoneError::from)?;
    if waits { Err(NotYet::Unfinished) } else { Ok(()) }
}

/// The restorations of which the tombstones are missing, the oldest first.
///
/// # Errors
/// When the database cannot be read.
pub fn missing(platform: &Platform) -> Result<Vec<Restoration>, Error> {
    platform.store.read(|db| Ok::<_, Error>(restorations::without_tombstones(db)?))
}

/// Notes that the tombstones of these restorations were brought after all, and replayed.
///
/// # Errors
/// When the database cannot be written.
pub fn brought(platform: &Platform, of: &[Restoration]) -> Result<(), Error> {
    if of.is_empty() {
        return Ok(());
    }
    let (ids, now): (Vec<_>, _) = (of.iter().map(|one| one.id).collect(), platform.clock.now());
    platform.store.write(move |tx| {
        restorations::brought(tx, &ids)?;
        let act = "installation.tombstones-brought";
        let entry = |id| unsigned_entry(Chain::PLATFORM, "replay", Purpose::Administration, act, now).on(id);
        let entries: Vec<Entry> = ids.iter().copied().map(entry).collect();
        Ok::<_, Error>(tx.keep(entries, ())?)
    })
}

/// Erases and withdraws again what the tombstones name. Can be cut short and run again.
pub fn replay(platform: &Platform, stones: &[Tombstone]) -> Result<Replayed, Error> {
    let risen = platform.store.read(|db| Ok::<_, Error>(tombstones::risen(db, &platform.keys, stones)?))?;
    let mut done = Replayed { stones: stones.len(), ..Replayed::default() };
    let (now, leave) = (platform.clock.now(), Upkeep::of_the_platform());
    // a match that ended before its request did ended then, and for its own reason; the others end with their requests
    let (with_request, before): (Vec<Ended>, Vec<Ended>) =
        risen.matches.into_iter().partition(|one| one.because == ClosureReason::RequestWithdrawn);
    for ended in before {
        done.matches += usize::from(end_again(platform, ended)?);
    }
    // that it ended with its request says that the request was withdrawn: where the tombstone of that is missing, no case is half withdrawn
    let mut withdrawals: BTreeMap<RequestId, Moment> =
        with_request.into_iter().map(|one| (one.request, one.at)).collect();
    withdrawals.extend(risen.withdrawals);
    // what was erased was withdrawn before: it goes at once
    let is_erased = |id: &RequestId| risen.cases.iter().any(|(erased, _)| erased == id);
    for (id, at) in withdrawals.iter().map(|(id, at)| (*id, *at)).filter(|(id, _)| !is_erased(id)) {
        done.withdrawals += usize::from(withdraw_again(platform, (id, at))?);
    }
    for (id, at) in risen.cases {
        let stopped_at = withdrawals.get(&id).copied().unwrap_or(at);
        let keys = platform.keys.clone();
        platform.store.write(move |tx| {
            locks::lock_request(tx, id)?;
            // what ran in the backup is ended first, as it was then: a buddy has her place back
            let mut entries = ended_again(tx, &keys, id, (stopped_at, now))?;
            let Some(mut found) = of_cases(tx, &[id])?.remove(&id) else { return Ok(Kept::unchanged(())) };
            // what was erased was not held then, whatever the backup says
            found.case.ground = RetentionGround::AskedFor;
            let entry = |act| unsigned_entry(found.programme, "replay", Purpose::Support, act, now);
            entries.extend(super::round::erase_case(tx, (&keys, &leave), id, &found, (at, now), entry)?);
            Ok::<_, Error>(tx.keep(entries, ())?)
        })?;
        done.cases += 1;
    }
    for (id, at) in risen.buddies {
        platform.store.write(move |tx| {
            locks::lock_buddy(tx, id)?;
            let Some(programme) = erasure::programme_of(tx, &leave, id)? else {
                return Ok(Kept::unchanged(()));
            };
            erasure::erase_buddy_file(tx, &leave, (programme, id), at)?;
            let entry = unsigned_entry(programme, "replay", Purpose::Volunteers, "buddy.erased", now).on(id);
            Ok::<_, Error>(tx.keep([entry], ())?)
        })?;
        done.buddies += 1;
    }
    for (id, at) in risen.people {
        let keys = platform.keys.clone();
        platform.store.write(move |tx| {
            erasure::erase_account(tx, &leave, &keys, id, at)?;
            let act = "account.erased";
            let entry = unsigned_entry(Chain::PLATFORM, "replay", Purpose::Administration, act, now).on(id);
            Ok::<_, Error>(tx.keep([entry], ())?)
        })?;
        done.accounts += 1;
    }
    // what the loop above ended is over already
    for back in risen.consents {
        done.consents += usize::from(take_back_again(platform, back)?);
    }
    for (programme, id) in risen.entries {
        platform.store.write(move |tx| {
            private_space::take_away_again(tx, &leave, programme, id, now)?;
            let chain = Chain::private_of(programme);
            let act = "private-entry.taken-away";
            let entry =
                unsigned_entry(chain, "replay", Purpose::Support, act, now).on(PrivateNoteId::from(id));
            Ok::<_, Error>(tx.keep([entry], ())?)
        })?;
        done.entries += 1;
    }
    for certificate in risen.certificates {
        done.certificates += usize::from(take_out_again(platform, certificate)?);
    }
    for (id, at) in risen.memberships {
        done.memberships += usize::from(end_role_again(platform, id, at)?);
    }
    for id in risen.clients {
        platform.store.write(move |tx| {
            clients::revoke_again(tx, &leave, id)?;
            let act = "client.revoked";
            let entry = unsigned_entry(Chain::PLATFORM, "replay", Purpose::Administration, act, now).on(id);
            Ok::<_, Error>(tx.keep([entry], ())?)
        })?;
        done.clients += 1;
    }
    ended_later(platform, &mut done, (risen.over, risen.talks))?;
    for word in risen.words {
        done.words += usize::from(say_again(platform, word)?);
    }
    for held in risen.holds {
        done.holds += usize::from(hold_again(platform, held)?);
    }
    for said in risen.asked {
        done.asked += usize::from(ask_again(platform, said)?);
    }
    // last: what goes by a term of its own goes after what ended
    done.parts = parts::go_again((platform, leave), &risen.contact_ways, &risen.spaces)?
        + parts::talks_go_again((platform, leave), &risen.steps, &risen.conversations)?;
    let stones = stones.to_vec();
    platform.store.write(move |tx| {
        tombstones::set_up(tx, &stones)?;
        restorations::finish(tx, now)?;
        Ok::<_, Error>(Kept::bookkeeping(()))
    })?;
    platform.store.tidy()?;
    Ok(done)
}

/// Takes one consent back again. What she confirmed since, with a code that the backup brought back, is a word of hers that came later: it stands.
fn take_back_again(platform: &Platform, back: TakenBack) -> Result<bool, Error> {
    let (keys, now) = (platform.keys.clone(), platform.clock.now());
    platform.store.write(move |tx| {
        locks::lock_request(tx, back.request)?;
        let Some(stored) = requests::of_upkeep(tx, &Upkeep::of_the_platform(), back.request)? else {
            return Ok(Kept::unchanged(false));
        };
        let Some(kept) = consents::on(tx, &stored)?.into_iter().find(|kept| kept.id == back.id) else {
            return Ok(Kept::unchanged(false));
        };
        if kept.consent.confirmed.is_some_and(|confirmed| confirmed.at > back.at) {
            return Ok(Kept::unchanged(false));
        }
        let entry = |act| unsigned_entry(stored.programme, "replay", Purpose::Support, act, now);
        let at = as_of(tx, &stored, back.at)?;
        let entries = take_back(tx, &keys, &stored, &kept, None, entry, (at, now))?.entries;
        if entries.is_empty() {
            return Ok::<_, Error>(Kept::unchanged(false));
        }
        Ok(tx.keep(entries, true)?)
    })
}

fn withdraw_again(platform: &Platform, (id, at): (RequestId, Moment)) -> Result<bool, Error> {
    let (keys, now) = (platform.keys.clone(), platform.clock.now());
    platform.store.write(move |tx| {
        locks::lock_request(tx, id)?;
        let entries = ended_again(tx, &keys, id, (at, now))?;
        if entries.is_empty() {
            return Ok::<_, Error>(Kept::unchanged(false));
        }
        Ok(tx.keep(entries, true)?)
    })
}

/// The moment as of which something of a request ends again: the one of its tombstone; and where tombstones were brought to a database that was in
/// use without them, not before what was given there since.
fn as_of(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    at: Moment,
) -> Result<Moment, Error> {
    let given = consents::on(tx, request)?.into_iter().map(|kept| kept.given_at);
    let matched = support::last_of_request(tx, request)?.map(|last| last.created_at);
    Ok(given.chain(matched).fold(at, Moment::max))
}

/// Withdraws a request that is locked, when it is there and was not withdrawn before, as of the moment at which it was. Gives back the journal
/// rows, none when nothing changed.
fn ended_again(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    id: RequestId,
    (at, now): (Moment, Moment),
) -> Result<Vec<Entry>, Error> {
    let Some(stored) = requests::of_upkeep(tx, &Upkeep::of_the_platform(), id)? else {
        return Ok(Vec::new());
    };
    let programme = stored.programme;
    let entry = |act| unsigned_entry(programme, "replay", Purpose::Support, act, now);
    let at = as_of(tx, &stored, at)?;
    Ok(match withdraw_as_of(tx, keys, &stored, None, entry, (at, now))? {
        Withdrawn::Already => Vec::new(),
        Withdrawn::Now { entries, .. } => entries,
    })
}

/// Says again what a pupil said with a code. Her no takes back what stands against it; by her yes she decides, and what she consented to
/// since the backup she is asked again.
fn say_again(platform: &Platform, said: SaidByPupil) -> Result<bool, Error> {
    let (now, leave) = (platform.clock.now(), Upkeep::of_the_platform());
    platform.store.write(move |tx| {
        locks::lock_request(tx, said.request)?;
        let Some(stored) = requests::of_upkeep(tx, &leave, said.request)? else {
            return Ok(Kept::unchanged(false));
        };
        pupils::keep_again(tx, &leave, &stored, &said.code, said.at)?;
        let entry = |act| unsigned_entry(stored.programme, "replay", Purpose::Support, act, now);
        let entries = if said.is_yes {
            pupils::note_word(tx, &stored, &said.code, true, said.at)?;
            pupils::lapse_of_parent(tx, &stored, said.at)?;
            vec![entry("request.pupil-said-yes").on(stored.id)]
        } else {
            says_no(tx, &stored, (&said.code, said.at), entry, now)?.1
        };
        Ok::<_, Error>(tx.keep(entries, true)?)
    })
}

/// Keeps again what somebody last said of erasure. That she took it back stands in no journal by itself, here as there.
fn ask_again(platform: &Platform, said: AskedSince) -> Result<bool, Error> {
    let (now, leave) = (platform.clock.now(), Upkeep::of_the_platform());
    platform.store.write(move |tx| {
        if !retention::ask_again(tx, &leave, said)? {
            return Ok(Kept::unchanged(false));
        }
        if !said.is_asked {
            return Ok(Kept::bookkeeping(true));
        }
        let act = "account.erasure-asked";
        let entry =
            unsigned_entry(Chain::PLATFORM, "replay", Purpose::Administration, act, now).on(said.person);
        Ok::<_, Error>(tx.keep([entry], true)?)
    })
}

/// Places or lifts a hold again. The case is there, or was erased while nothing held it.
fn hold_again(platform: &Platform, since: HeldSince) -> Result<bool, Error> {
    let (now, leave) = (platform.clock.now(), Upkeep::of_the_platform());
    platform.store.write(move |tx| {
        locks::lock_request(tx, since.request)?;
        let Some(stored) = requests::of_upkeep(tx, &leave, since.request)? else {
            return Ok(Kept::unchanged(false));
        };
        let hold = &since.hold;
        if !tombstones::hold_again(tx, &leave, &stored, hold)? {
            return Ok(Kept::unchanged(false));
        }
        let because = Some(hold.because.code());
        let entry =
            |act| unsigned_entry(stored.programme, "replay", Purpose::Support, act, now).on(stored.id);
        let placed = (!since.is_here).then(|| entry("request.held").states(None, because));
        let lifted = hold.lifted_at.map(|_| entry("request.hold-released").states(because, None));
        let entries: Vec<Entry> = placed.into_iter().chain(lifted).collect();
        Ok::<_, Error>(tx.keep(entries, true)?)
    })
}
