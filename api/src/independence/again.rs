//! A fact changed: the rules are asked again for every proposal and match that it touches.
//!
//! A block ends the proposal or the match at once, and a new buddy is sought. A tie that the parent does not know yet
//! pauses the match until she has answered. Where the rules say what they said before, nothing is written.

use naast_domain::access::Upkeep;
use naast_domain::buddies::{Buddy, readiness};
use naast_domain::code::Code as _;
use naast_domain::ids::{AssessmentId, PersonId, ProgrammeId, RequestId};
use naast_domain::independence::{Assessment, Effect};
use naast_domain::journal::{Entry, Purpose};
use naast_domain::matching::{Proposal, ProposalState};
use naast_domain::organisations::Role;
use naast_domain::requests::SupportRequest;
use naast_domain::support::{ClosureReason, Course, MatchState};
use naast_domain::{Date, Moment};
use naast_persistence::independence::{self, KeptAssessment, waiting};
use naast_persistence::matching::KeptProposal;
use naast_persistence::support::Match;
use naast_persistence::{Database, Stored, Transaction, buddies, locks, matching, requests, support};

use super::{assess_one, keep};
use crate::platform::{Said as _, Writing, signed_entry, unsigned_entry};
use crate::problem::Error;

/// Who or what made the rules be asked again, and when.
#[derive(Debug, Clone, Copy)]
pub struct Occasion {
    by: Option<(PersonId, Role)>,
    now: Moment,
    today: Date,
}

impl Occasion {
    /// Something that the caller did in a role.
    pub fn of(cx: &Writing<'_, '_, '_>, role: Role) -> Self {
        Self { by: Some((cx.me.person, role)), now: cx.now, today: cx.today }
    }

    /// The time that went by, or what the platform itself did.
    pub fn of_platform(now: Moment, today: Date) -> Self {
        Self { by: None, now, today }
    }

    fn entry(self, programme: ProgrammeId, act: &'static str) -> Entry {
        match self.by {
            Some((person, role)) => signed_entry(programme, person, role, Purpose::Support, act, self.now),
            None => unsigned_entry(programme, "system", Purpose::Support, act, self.now),
        }
    }
}

/// Locks a buddy and, before her, every request that a change of her ties can touch.
pub fn lock_touched(tx: &mut Transaction<'_, '_>, buddy: &Stored<Buddy>) -> Result<(), Error> {
    let touched = touched_by(tx, buddy)?;
    for request in &touched {
        locks::lock_request(tx, *request)?;
    }
    locks::lock_buddy(tx, buddy.id)?;
    // what came before the buddy was locked is not locked itself: begin again with it
    if touched_by(tx, buddy)?.iter().all(|request| touched.contains(request)) {
        Ok(())
    } else {
        Err(naast_persistence::Error::Lost.into())
    }
}

fn touched_by(db: &mut Database<'_>, buddy: &Stored<Buddy>) -> Result<Vec<RequestId>, Error> {
    let running = support::running_of_buddy(db, buddy)?;
    let open = matching::open_proposals_of(db, buddy)?;
    let mut touched: Vec<_> =
        running.iter().map(|one| one.request).chain(open.iter().map(|one| one.request)).collect();
    touched.sort_unstable();
    touched.dedup();
    Ok(touched)
}

/// What the installation knows of a person has changed, such as a role at a school: the rules are asked again wherever she is
/// a buddy.
pub fn recheck_person(
    tx: &mut Transaction<'_, '_>,
    person: PersonId,
    occasion: Occasion,
) -> Result<Vec<Entry>, Error> {
    let leave = Upkeep::of_the_platform();
    let mut entries = Vec::new();
    for buddy in buddies::of_person(tx, &leave, person)? {
        lock_touched(tx, &buddy)?;
        let locked = buddies::in_use(tx, &leave, buddy.programme, &[buddy.id])?;
        for buddy in &locked {
            entries.extend(recheck(tx, buddy, occasion)?);
        }
    }
    Ok(entries)
}

/// A fact about a buddy who is locked with what she touches has changed. Gives back the journal rows of what followed.
pub fn recheck(
    tx: &mut Transaction<'_, '_>,
    buddy: &Stored<Buddy>,
    occasion: Occasion,
) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    for stored in matching::open_proposals_of(tx, buddy)? {
        if let Some((assessment, id)) = again(tx, &stored, buddy, occasion)? {
            entries.push(recheck_proposal(tx, &stored, &assessment, id, occasion)?);
        }
    }
    let is_ready = is_ready(tx, buddy, occasion.today)?;
    for running in support::running_of_buddy(tx, buddy)? {
        entries.extend(recheck_running(tx, &running, buddy, is_ready, occasion)?);
    }
    Ok(entries)
}

/// A fact about a request that is locked has changed, such as the child's school. Gives back the journal rows of what followed.
pub fn recheck_request(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    occasion: Occasion,
) -> Result<Vec<Entry>, Error> {
    let mut open = matching::proposals_for(tx, request)?;
    open.retain(|one| one.proposal.state == ProposalState::Open);
    let running = support::running_of_request(tx, request)?;
    let mut concerned: Vec<_> =
        open.iter().map(|one| one.proposal.buddy).chain(running.iter().map(|one| one.buddy)).collect();
    concerned.sort_unstable();
    concerned.dedup();
    for buddy in concerned {
        locks::lock_buddy(tx, buddy)?;
    }
    let mut entries = Vec::new();
    for stored in open {
        let buddy = buddies::of_proposal(tx, &stored)?;
        if let Some((assessment, id)) = again(tx, &stored, &buddy, occasion)? {
            entries.push(recheck_proposal(tx, &stored, &assessment, id, occasion)?);
        }
    }
    if let Some(running) = running {
        let buddy = buddies::of_match(tx, &running)?;
        let is_ready = is_ready(tx, &buddy, occasion.today)?;
        entries.extend(recheck_running(tx, &running, &buddy, is_ready, occasion)?);
    }
    Ok(entries)
}

/// Asks the rules again for one match that runs.
fn recheck_running(
    tx: &mut Transaction<'_, '_>,
    running: &Stored<Match>,
    buddy: &Stored<Buddy>,
    is_ready: bool,
    occasion: Occasion,
) -> Result<Vec<Entry>, Error> {
    let stored = matching::of_match(tx, running)?;
    let mut course = running.course;
    if let Some((assessment, id)) = again(tx, &stored, buddy, occasion)? {
        matching::change(tx, &stored, &stored.proposal, id)?;
        if assessment.verdict == Effect::Block {
            return end(tx, running, ClosureReason::IndependenceLost, occasion);
        }
        course = if is_all_accepted(tx, &stored, &assessment)? {
            // what she was asked about is gone: it ended, or it was a mistake
            course.tie_settled()
        } else {
            // also when it was paused for another reason: resuming must not leap over the parent's answer
            course.asked_about_a_tie()
        };
    }
    course = if is_ready { course.buddy_ready() } else { course.buddy_lapsed() };
    Ok(follow(tx, running, course, occasion)?.into_iter().collect())
}

/// Whether the facts of a buddy are in order on a day.
pub fn is_ready(db: &mut Database<'_>, buddy: &Stored<Buddy>, today: Date) -> Result<bool, Error> {
    let certificates: Vec<_> =
        buddies::certificates_of(db, buddy)?.into_iter().map(|kept| kept.certificate).collect();
    Ok(readiness(buddy, &certificates, today).is_ready())
}

/// The form of a programme changed (I1): every buddy who is proposed or matched in it, with every lock taken before the
/// first is looked at, requests before buddies.
pub fn recheck_programme(
    tx: &mut Transaction<'_, '_>,
    leave: &Upkeep,
    programme: ProgrammeId,
    occasion: Occasion,
) -> Result<Vec<Entry>, Error> {
    let touched = |tx: &mut Transaction<'_, '_>| -> Result<(Vec<RequestId>, Vec<Stored<Buddy>>), Error> {
        let ids = support::buddies_in_use(tx, leave, programme)?;
        let buddies = buddies::in_use(tx, leave, programme, &ids)?;
        let mut requests = Vec::new();
        for buddy in &buddies {
            requests.extend(touched_by(tx, buddy)?);
        }
        requests.sort_unstable();
        requests.dedup();
        Ok((requests, buddies))
    };
    let locked = touched(tx)?;
    for request in &locked.0 {
        locks::lock_request(tx, *request)?;
    }
    for buddy in &locked.1 {
        locks::lock_buddy(tx, buddy.id)?;
    }
    let after = touched(tx)?;
    let is_known = |buddy: &Stored<Buddy>| locked.1.iter().any(|one| one.id == buddy.id);
    let is_locked = after.0.iter().all(|one| locked.0.contains(one)) && after.1.iter().all(is_known);
    if !is_locked {
        return Err(naast_persistence::Error::Lost.into());
    }
    let mut entries = Vec::new();
    for buddy in after.1 {
        entries.extend(recheck(tx, &buddy, occasion)?);
    }
    Ok(entries)
}

fn recheck_proposal(
    tx: &mut Transaction<'_, '_>,
    stored: &Stored<KeptProposal>,
    assessment: &Assessment,
    id: AssessmentId,
    occasion: Occasion,
) -> Result<Entry, Error> {
    let blocked = assessment.verdict == Effect::Block;
    let state = if blocked { ProposalState::Cancelled } else { ProposalState::Open };
    // what she said yes to has changed: she is asked again
    let accepted = is_all_accepted(tx, stored, assessment)?;
    let parent = stored.proposal.parent.filter(|_| accepted);
    matching::change(tx, stored, &Proposal { state, parent, ..stored.proposal.clone() }, id)?;
    let act = if blocked { "proposal.cancelled" } else { "proposal.reassessed" };
    let states = (Some(stored.proposal.state.code()), Some(state.code()));
    Ok(occasion.entry(stored.programme, act).on(stored.id).states(states.0, states.1))
}

/// Keeps where a match goes from here; nothing where it stays as it was.
fn follow(
    tx: &mut Transaction<'_, '_>,
    running: &Stored<Match>,
    course: Course,
    occasion: Occasion,
) -> Result<Option<Entry>, Error> {
    if course == running.course {
        return Ok(None);
    }
    support::change_course(tx, running, course)?;
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
    support::close(tx, running, reason, occasion.now)?;
    waiting::ask_others_of(tx, running.buddy, occasion.now)?;
    let request = requests::of_match(tx, running)?;
    let after = reason.request_after();
    requests::change_state(tx, &request, after, Some(reason.code()), occasion.now)?;
    let ended = occasion.entry(running.programme, "request.match-ended").on(request.id);
    let closed = occasion.entry(running.programme, "match.closed").on(running.id);
    Ok(vec![
        ended.states(Some(request.state.code()), Some(after.code())),
        closed.states(Some(running.course.state.code()), Some(MatchState::Closed.code())),
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
        let proposal = Proposal { state: ProposalState::Cancelled, ..stored.proposal.clone() };
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

/// The rules' answer of today, kept; `None` when it is the answer that is kept already.
fn again(
    tx: &mut Transaction<'_, '_>,
    stored: &Stored<KeptProposal>,
    buddy: &Stored<Buddy>,
    occasion: Occasion,
) -> Result<Option<(Assessment, AssessmentId)>, Error> {
    let request = requests::of_proposal(tx, stored)?;
    // the yearly question is no reason to end what runs
    let mut asked = buddy.clone();
    asked.value.ties_asked_on = Some(occasion.today);
    let (facts, assessment) = assess_one(tx, &request, &asked, occasion.today)?;
    let before = independence::of_proposal(tx, stored)?;
    let same = before.table_version == assessment.table_version
        && before.form == facts.form
        && before.findings == KeptAssessment::findings_of(&assessment);
    if same {
        return Ok(None);
    }
    let id = keep(tx, &request, buddy, facts.form, &assessment, (occasion.now, occasion.today))?;
    Ok(Some((assessment, id)))
}

/// Whether the parent has accepted every tie that is told to her.
pub fn is_all_accepted(
    db: &mut Database<'_>,
    proposal: &Stored<KeptProposal>,
    assessment: &Assessment,
) -> Result<bool, Error> {
    let accepted = matching::accepted_findings(db, proposal)?;
    Ok(naast_domain::independence::all_accepted(assessment, &accepted).is_ok())
}
