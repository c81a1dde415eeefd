//! What becomes of a match when the rules were asked again: it rests, it goes on, it ends. And of everything that a buddy does, when she
//! leaves.

use naast_domain::Moment;
use naast_domain::buddies::Buddy;
use naast_domain::code::Code as _;
use naast_domain::journal::Entry;
use naast_domain::matching::{Cancellation, CancellationReason};
use naast_domain::support::{ClosureReason, Course, MatchState};
use naast_persistence::independence::waiting;
use naast_persistence::support::Match;
use naast_persistence::{Stored, Transaction, matching, requests, support};

use super::again::Occasion;
use crate::platform::Said as _;
use crate::problem::Error;

/// Keeps where a match goes from here; nothing where it stays as it was.
pub(super) fn follow(
    tx: &mut Transaction<'_, '_>,
    running: &Stored<Match>,
    course: Course,
    occasion: Occasion,
) -> Result<Option<Entry>, Error> {
    if course == running.course {
        return Ok(None);
    }
    support::change_course(tx, running, course, occasion.now)?;
    let act = match (running.course.state, course.state) {
        (MatchState::Paused, MatchState::Active) => "match.resumed",
        (MatchState::Active, _) => "match.paused",
        _ => "match.pause-changed",
    };
    let states = (Some(running.course.state.code()), Some(course.state.code()));
    Ok(Some(occasion.entry(running.programme, act).on(running.id).states(states.0, states.1)))
}

/// Ends a match that the parent did not choose to end: a new buddy is sought on the consent that she gave.
pub fn end(
    tx: &mut Transaction<'_, '_>,
    running: &Stored<Match>,
    reason: ClosureReason,
    occasion: Occasion,
) -> Result<Vec<Entry>, Error> {
    let entry = |act| occasion.entry(running.programme, act);
    end_as_of(tx, running, (reason, occasion.now), entry, occasion.now)
}

/// Ends a match whose request and buddy are locked, as of a moment: now, or when it ended before a backup brought it back.
pub fn end_as_of(
    tx: &mut Transaction<'_, '_>,
    running: &Stored<Match>,
    (reason, at): (ClosureReason, Moment),
    entry: impl Fn(&'static str) -> Entry,
    now: Moment,
) -> Result<Vec<Entry>, Error> {
    support::close_as_of(tx, running, reason, (at, now))?;
    waiting::ask_others_of(tx, running.buddy, now)?;
    let request = requests::of_match(tx, running)?;
    let after = reason.request_after();
    requests::change_state(tx, &request, after, Some(reason.code()), at)?;
    Ok(vec![
        entry("request.match-ended").on(request.id).states(Some(request.state.code()), Some(after.code())),
        entry("match.closed")
            .on(running.id)
            .states(Some(running.course.state.code()), Some(MatchState::Closed.code())),
    ])
}

/// A buddy who is locked with what she touches leaves: nobody waits for her answer, and for the parents whom she supports a
/// new buddy is sought.
pub fn leave(
    tx: &mut Transaction<'_, '_>,
    buddy: &Stored<Buddy>,
    occasion: Occasion,
) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    for stored in matching::open_proposals_of(tx, buddy)? {
        let because = CancellationReason::BuddyStops;
        let proposal = stored.proposal.clone().cancel(Cancellation { because, at: occasion.now });
        matching::change(tx, &stored, &proposal, stored.assessment)?;
        let states = (Some(stored.proposal.state.code()), Some(proposal.state.code()));
        let entry = occasion.entry(stored.programme, "proposal.cancelled").on(stored.id);
        entries.push(entry.states(states.0, states.1));
    }
    for running in support::running_of_buddy(tx, buddy)? {
        entries.extend(end(tx, &running, ClosureReason::BuddyStops, occasion)?);
    }
    Ok(entries)
}
