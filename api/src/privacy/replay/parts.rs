//! What went because a term of its own was over, before the rest of its case or its conversation, goes again. A hold that was placed since keeps what it found:
//! what went before it was gone then.

use naast_domain::Moment;
use naast_domain::access::Upkeep;
use naast_domain::ids::{ConversationId, MatchId, RequestId};
use naast_domain::journal::{Chain, Purpose};
use naast_persistence::privacy::retention::of_cases;
use naast_persistence::privacy::tombstones::Side;
use naast_persistence::privacy::{erasure, others};
use naast_persistence::{Kept, locks, requests, support};

use crate::platform::{Platform, Said as _, unsigned_entry};
use crate::problem::Error;

/// Contact ways of requests that have ended, and private spaces that no later match uses. Says how many.
pub(super) fn go_again(
    (platform, leave): (&Platform, Upkeep),
    contact_ways: &[(RequestId, Moment)],
    spaces: &[(RequestId, MatchId, Moment)],
) -> Result<usize, Error> {
    let mut gone = 0;
    for (id, at) in contact_ways {
        gone += usize::from(contact_way_goes_again(platform, leave, (*id, *at))?);
    }
    for (id, last, at) in spaces {
        gone += usize::from(space_goes_again((platform, leave), (*id, *last), *at)?);
    }
    Ok(gone)
}

fn contact_way_goes_again(
    platform: &Platform,
    leave: Upkeep,
    (id, at): (RequestId, Moment),
) -> Result<bool, Error> {
    let (keys, now) = (platform.keys.clone(), platform.clock.now());
    platform.store.write(move |tx| {
        locks::lock_request(tx, id)?;
        // one that goes on, because its parent said so after a restore without tombstones, needs it
        let ended = requests::of_upkeep(tx, &leave, id)?.filter(|stored| stored.state.has_ended());
        let Some(stored) = ended else { return Ok(Kept::unchanged(false)) };
        // nor does one that ended since, whose day is to come, go
        if of_cases(tx, &[id])?.get(&id).is_none_or(|found| found.since > at) {
            return Ok(Kept::unchanged(false));
        }
        requests::forget_expired_contact(tx, &leave, &keys, (stored.programme, id), at)?;
        let act = "request.contact-way-erased";
        let entry = unsigned_entry(stored.programme, "replay", Purpose::Support, act, now).on(id);
        Ok::<_, Error>(tx.keep([entry], true)?)
    })
}

fn space_goes_again(
    (platform, leave): (&Platform, Upkeep),
    (id, last): (RequestId, MatchId),
    at: Moment,
) -> Result<bool, Error> {
    let (keys, now) = (platform.keys.clone(), platform.clock.now());
    platform.store.write(move |tx| {
        locks::lock_request(tx, id)?;
        let Some(stored) = requests::of_upkeep(tx, &leave, id)? else { return Ok(Kept::unchanged(false)) };
        let runs = support::running_of_request(tx, &stored)?.is_some();
        let used = support::last_of_request(tx, &stored)?;
        // where that match ended since, after a restore without tombstones, what was written has its own day
        let is_last = used.is_some_and(|one| one.id == last && one.ended_at.is_some_and(|ended| ended <= at));
        if runs || !is_last || !erasure::erase_private_space(tx, &leave, &keys, id, at)? {
            return Ok(Kept::unchanged(false));
        }
        let act = "request.private-space-erased";
        // that something was written is for nobody else to see, here as at the round
        let chain = Chain::private_of(stored.programme);
        let entry = unsigned_entry(chain, "replay", Purpose::Support, act, now).on(id);
        Ok::<_, Error>(tx.keep([entry], true)?)
    })
}

/// Sides of conversations, and conversations. Says how many.
pub(super) fn talks_go_again(
    (platform, leave): (&Platform, Upkeep),
    steps: &[(ConversationId, Side, Moment)],
    whole: &[(ConversationId, Moment)],
) -> Result<usize, Error> {
    let now = platform.clock.now();
    let entry =
        move |act, id| unsigned_entry(Chain::PLATFORM, "replay", Purpose::Signposting, act, now).on(id);
    let is_whole = |id: &ConversationId| whole.iter().any(|(gone, _)| gone == id);
    let mut gone = 0;
    for (id, side, at) in steps.iter().copied().filter(|(id, _, _)| !is_whole(id)) {
        let keys = platform.keys.clone();
        gone += usize::from(platform.store.write(move |tx| {
            if !others::erase_steps_again(tx, (&keys, &leave), (id, side), at)? {
                return Ok(Kept::unchanged(false));
            }
            Ok::<_, Error>(tx.keep([entry("conversation.steps-erased", id)], true)?)
        })?);
    }
    for (id, at) in whole.iter().copied() {
        platform.store.write(move |tx| {
            others::erase_conversation(tx, &leave, id, at)?;
            Ok::<_, Error>(tx.keep([entry("conversation.erased", id)], ())?)
        })?;
        gone += 1;
    }
    Ok(gone)
}
