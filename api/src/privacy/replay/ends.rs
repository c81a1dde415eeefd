//! What ended ends again: matches, requests, conversations, roles, and that a certificate was taken out.

use naast_domain::Moment;
use naast_domain::access::Upkeep;
use naast_domain::code::Code as _;
use naast_domain::conversations::Step;
use naast_domain::ids::MembershipId;
use naast_domain::journal::{Chain, Purpose};
use naast_domain::organisations::MembershipStatus;
use naast_persistence::privacy::tombstones::{Ended, Over, TakenOut, TalkEnded};
use naast_persistence::{Kept, buddies, conversations, locks, organisations, requests, support};

use super::Replayed;
use crate::clock::day_of;
use crate::independence::again::{Occasion, lock_touched, recheck, recheck_person};
use crate::independence::course::end_as_of;
use crate::platform::{Platform, Said as _, unsigned_entry};
use crate::privacy::round::end_request;
use crate::problem::Error;

/// Ends a match that ran in the backup, as of the moment at which it ended.
pub(super) fn end_again(platform: &Platform, ended: Ended) -> Result<bool, Error> {
    let (now, leave) = (platform.clock.now(), Upkeep::of_the_platform());
    platform.store.write(move |tx| {
        locks::lock_request(tx, ended.request)?;
        locks::lock_buddy(tx, ended.buddy)?;
        let Some(running) = support::running_of_upkeep(tx, &leave, ended.id)? else {
            return Ok(Kept::unchanged(false));
        };
        let entry = |act| unsigned_entry(running.programme, "replay", Purpose::Support, act, now);
        let entries = end_as_of(tx, &running, (ended.because, ended.at), entry, now)?;
        Ok::<_, Error>(tx.keep(entries, true)?)
    })
}

/// Ends requests and conversations again.
pub(super) fn ended_later(
    platform: &Platform,
    done: &mut Replayed,
    (over, talks): (Vec<Over>, Vec<TalkEnded>),
) -> Result<(), Error> {
    for one in over {
        done.requests += usize::from(end_request_again(platform, one)?);
    }
    for one in talks {
        done.talks += usize::from(end_talk_again(platform, one)?);
    }
    Ok(())
}

/// Ends a request that went on in the backup, as of the moment at which it ended; one that was withdrawn or erased above is over.
fn end_request_again(platform: &Platform, over: Over) -> Result<bool, Error> {
    let (now, leave) = (platform.clock.now(), Upkeep::of_the_platform());
    platform.store.write(move |tx| {
        locks::lock_request(tx, over.request)?;
        let stored = requests::of_upkeep(tx, &leave, over.request)?;
        let Some(stored) = stored.filter(|stored| !stored.state.has_ended()) else {
            return Ok(Kept::unchanged(false));
        };
        let entry = |act| unsigned_entry(stored.programme, "replay", Purpose::Support, act, now);
        let entries = end_request(tx, &stored, (over.because, over.at), entry, now)?;
        Ok::<_, Error>(tx.keep(entries, true)?)
    })
}

/// Ends a conversation that went on in the backup, by the step and as of the moment at which it ended.
fn end_talk_again(platform: &Platform, ended: TalkEnded) -> Result<bool, Error> {
    let (now, leave, keys) = (platform.clock.now(), Upkeep::of_the_platform(), platform.keys.clone());
    platform.store.write(move |tx| {
        let Some((from, to)) = conversations::end_again(tx, (&keys, &leave), &ended)? else {
            return Ok(Kept::unchanged(false));
        };
        let act = match ended.step {
            Step::School(_) => "conversation.step-recorded",
            Step::Parent(_) => "conversation.parent-answered",
        };
        let entry = unsigned_entry(Chain::PLATFORM, "replay", Purpose::Signposting, act, now)
            .on(ended.conversation)
            .states(Some(from.code()), Some(to.code()));
        Ok::<_, Error>(tx.keep([entry], true)?)
    })
}

/// Ends a role, as of the day on which it ended, and asks the rules again what becomes of the matches that it is a tie in.
pub(super) fn end_role_again(platform: &Platform, id: MembershipId, at: Moment) -> Result<bool, Error> {
    let (now, leave) = (platform.clock.now(), Upkeep::of_the_platform());
    platform.store.write(move |tx| {
        let Some(person) = organisations::end_again(tx, &leave, id, day_of(at))? else {
            return Ok(Kept::unchanged(false));
        };
        let act = "membership.changed";
        let entry = unsigned_entry(Chain::PLATFORM, "replay", Purpose::Administration, act, now).on(id);
        let mut entries = vec![entry.states(None, Some(MembershipStatus::Ended.code()))];
        entries.extend(recheck_person(tx, person, Occasion::of_platform(now, day_of(now)))?);
        Ok::<_, Error>(tx.keep(entries, true)?)
    })
}

/// Takes a certificate out, and asks the rules again what becomes of what its buddy does without it.
pub(super) fn take_out_again(platform: &Platform, of: TakenOut) -> Result<bool, Error> {
    let (now, leave) = (platform.clock.now(), Upkeep::of_the_platform());
    platform.store.write(move |tx| {
        let Some(buddy) = buddies::in_use(tx, &leave, of.programme, &[of.buddy])?.pop() else {
            return Ok(Kept::unchanged(false));
        };
        lock_touched(tx, &buddy)?;
        let Some(buddy) = buddies::in_use(tx, &leave, of.programme, &[of.buddy])?.pop() else {
            return Ok(Kept::unchanged(false));
        };
        if !buddies::remove_certificate_again(tx, &leave, &buddy, of.id, now)? {
            return Ok(Kept::unchanged(false));
        }
        let act = "certificate.removed";
        let mut entries =
            vec![unsigned_entry(of.programme, "replay", Purpose::Volunteers, act, now).on(of.id)];
        entries.extend(recheck(tx, &buddy, Occasion::of_platform(now, day_of(now)))?);
        Ok::<_, Error>(tx.keep(entries, true)?)
    })
}
