//! A fact changed: the rules are asked again for every proposal and match that it touches.
//!
//! A block ends the proposal or the match at once, and a new buddy is sought. A tie that the parent does not know yet
//! pauses the match until she has answered. Where something is to be asked of the buddy on which she declared nothing, such as a
//! school that is named later, or a year has gone by since she was asked, her yes falls away, and a match that runs rests until she
//! declared anew. Where the programme took another form, a match that runs rests until its parent has consented to it. Where a buddy has no place left, what she is proposed for elsewhere ends too. Where the rules say what they
//! said before, nothing is written.

use naast_domain::access::Upkeep;
use naast_domain::buddies::{Buddy, readiness};
use naast_domain::code::Code as _;
use naast_domain::ids::{AssessmentId, PersonId, ProgrammeId, RequestId};
use naast_domain::independence::{Assessment, Effect, Questions, is_yearly_question_due};
use naast_domain::journal::{Entry, Purpose};
use naast_domain::matching::{Cancellation, CancellationReason, Proposal, ProposalState};
use naast_domain::organisations::Role;
use naast_domain::requests::SupportRequest;
use naast_domain::support::ClosureReason;
use naast_domain::{Date, Moment};
use naast_persistence::independence::{self, KeptAssessment};
use naast_persistence::matching::KeptProposal;
use naast_persistence::privacy::consents;
use naast_persistence::support::Match;
use naast_persistence::{Database, Stored, Transaction, buddies, locks, matching, requests, support};

use super::course::{end, follow};
use super::{assess_one, keep};
use crate::platform::{Said as _, Writing, signed_entry, unsigned_entry};
use crate::problem::Error;

/// Who or what made the rules be asked again, and when.
#[derive(Debug, Clone, Copy)]
pub struct Occasion {
    by: Option<(PersonId, Role)>,
    pub(super) now: Moment,
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

    /// When.
    pub fn now(self) -> Moment {
        self.now
    }

    /// On which day.
    pub fn today(self) -> Date {
        self.today
    }

    /// The journal row of something that followed.
    pub(crate) fn entry(self, programme: ProgrammeId, act: &'static str) -> Entry {
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
        locks::lock_request_besides(tx, *request)?;
    }
    locks::lock_buddy(tx, buddy.id)?;
    // what came before the buddy was locked is not locked itself: begin again with it
    if touched_by(tx, buddy)?.iter().all(|request| touched.contains(request)) {
        Ok(())
    } else {
        Err(naast_persistence::Error::Lost.into())
    }
}

/// The same for whoever changes her file: of one that was erased an id is left, for the cases that name it, and there is nobody to change.
pub fn lock_file(tx: &mut Transaction<'_, '_>, buddy: &Stored<Buddy>) -> Result<(), Error> {
    lock_touched(tx, buddy)?;
    if buddies::has_file(tx, buddy)? { Ok(()) } else { Err(Error::NotFound) }
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
        entries.extend(recheck_profile(tx, leave, &buddy, occasion)?);
    }
    Ok(entries)
}

/// A tie of a buddy changed who is locked with what she touches: it counts in each of her profiles in that programme (ADR 92), whichever she
/// declared it with. Gives back the journal rows of what followed.
pub fn recheck_hers(
    tx: &mut Transaction<'_, '_>,
    buddy: &Stored<Buddy>,
    occasion: Occasion,
) -> Result<Vec<Entry>, Error> {
    let leave = Upkeep::of_the_platform();
    let mut entries = recheck(tx, buddy, occasion)?;
    for other in buddies::of_person(tx, &leave, buddy.person)? {
        if other.programme == buddy.programme && other.id != buddy.id {
            entries.extend(recheck_profile(tx, leave, &other, occasion)?);
        }
    }
    Ok(entries)
}

/// Locks one profile with what it touches, and asks the rules again of it.
fn recheck_profile(
    tx: &mut Transaction<'_, '_>,
    leave: Upkeep,
    buddy: &Stored<Buddy>,
    occasion: Occasion,
) -> Result<Vec<Entry>, Error> {
    lock_touched(tx, buddy)?;
    let mut entries = Vec::new();
    for buddy in &buddies::in_use(tx, &leave, buddy.programme, &[buddy.id])? {
        entries.extend(recheck(tx, buddy, occasion)?);
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
        let look = again(tx, &stored, buddy, occasion)?;
        entries.extend(recheck_proposal(tx, &stored, buddy, &look, occasion)?);
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
        let look = again(tx, &stored, &buddy, occasion)?;
        entries.extend(recheck_proposal(tx, &stored, &buddy, &look, occasion)?);
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
    let look = again(tx, &stored, buddy, occasion)?;
    let proposal = look.asked(&stored);
    if look.changed.is_some() || proposal != stored.proposal {
        matching::change(tx, &stored, &proposal, look.assessment(&stored))?;
    }
    let mut course = running.course;
    if let Some((assessment, _)) = &look.changed {
        if assessment.verdict == Effect::Block {
            return end(tx, running, ClosureReason::IndependenceLost, occasion);
        }
        course = if is_all_accepted(tx, &stored, assessment)? {
            // what she was asked about is gone: it ended, or it was a mistake
            course.tie_settled()
        } else {
            // also when it was paused for another reason: resuming must not leap over the parent's answer
            course.asked_about_a_tie()
        };
    }
    // the yearly question is no reason to end what runs: it rests until she has answered
    let has_said_it = proposal.declared.is_some() && !look.is_due;
    course = if has_said_it { course.ties_declared() } else { course.ties_to_declare() };
    course = if is_ready { course.buddy_ready() } else { course.buddy_lapsed() };
    let request = requests::of_match(tx, running)?;
    // what she consented to was another controller: it rests until she has chosen anew
    let is_asked = consents::asked_anew(tx, &[&request], occasion.today)?.contains(&request.id);
    course = if is_asked { course.form_changed() } else { course.form_consented_to() };
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
        locks::lock_request_besides(tx, *request)?;
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

/// Asks the rules again for one proposal that waits. Gives back the journal row, when anything changed.
fn recheck_proposal(
    tx: &mut Transaction<'_, '_>,
    stored: &Stored<KeptProposal>,
    buddy: &Buddy,
    look: &Look,
    occasion: Occasion,
) -> Result<Option<Entry>, Error> {
    let mut proposal = look.asked(stored);
    let mut ends = None;
    if let Some((assessment, _)) = &look.changed {
        ends = (assessment.verdict == Effect::Block).then_some(CancellationReason::IndependenceLost);
        // what she said yes to has changed: she is asked again
        let accepted = is_all_accepted(tx, stored, assessment)?;
        proposal.parent = proposal.parent.filter(|_| accepted);
    }
    // a yes to a buddy without a place could come to nothing: whoever waits is told so, and another is sought
    if let Some(because) = ends.or((buddy.free() == 0).then_some(CancellationReason::BuddyFull)) {
        proposal = proposal.cancel(Cancellation { because, at: occasion.now });
    }
    if look.changed.is_none() && proposal == stored.proposal {
        return Ok(None);
    }
    matching::change(tx, stored, &proposal, look.assessment(stored))?;
    let cancelled = proposal.state == ProposalState::Cancelled;
    let act = if cancelled { "proposal.cancelled" } else { "proposal.reassessed" };
    let states = (Some(stored.proposal.state.code()), Some(proposal.state.code()));
    Ok(Some(occasion.entry(stored.programme, act).on(stored.id).states(states.0, states.1)))
}

/// How things stand today with one buddy for one request.
struct Look {
    /// What there is to ask her after.
    questions: Questions,
    /// Whether the yearly question waits for her answer.
    is_due: bool,
    /// The rules' answer, kept; `None` when it is the answer that was kept already.
    changed: Option<(Assessment, AssessmentId)>,
}

impl Look {
    /// The proposal, now that this is to be asked of its buddy.
    fn asked(&self, stored: &Stored<KeptProposal>) -> Proposal {
        stored.proposal.clone().asked_anew(&self.questions).asked_again_each_year(self.is_due)
    }

    /// The assessment that the proposal goes on with.
    fn assessment(&self, stored: &Stored<KeptProposal>) -> AssessmentId {
        self.changed.as_ref().map_or(stored.assessment, |(_, id)| *id)
    }
}

/// Asks the rules again.
fn again(
    tx: &mut Transaction<'_, '_>,
    stored: &Stored<KeptProposal>,
    buddy: &Stored<Buddy>,
    occasion: Occasion,
) -> Result<Look, Error> {
    let request = requests::of_proposal(tx, stored)?;
    // that she was not asked this year is no finding for the parent to read: it is asked of the buddy, and what waits or runs waits for it
    let is_due = is_yearly_question_due(buddy.ties_asked_on, occasion.today);
    let mut asked = buddy.clone();
    asked.value.ties_asked_on = Some(occasion.today);
    let (facts, assessment, questions) = assess_one(tx, &request, &asked, occasion.today)?;
    let before = independence::of_proposal(tx, stored)?;
    let same = before.table_version == assessment.table_version
        && before.form == facts.form
        && before.findings == KeptAssessment::findings_of(&assessment);
    if same {
        return Ok(Look { questions, is_due, changed: None });
    }
    put_aside(tx, stored, &assessment)?;
    let id = keep(tx, &request, buddy, facts.form, &assessment, (occasion.now, occasion.today))?;
    Ok(Look { questions, is_due, changed: Some((assessment, id)) })
}

/// Puts aside what the parent said of ties that say something else than they did when she was told of them: a yes is to what she read.
pub fn put_aside(
    tx: &mut Transaction<'_, '_>,
    proposal: &Stored<KeptProposal>,
    now: &Assessment,
) -> Result<(), Error> {
    let earlier = independence::earlier_of_proposal(tx, proposal)?;
    let told = earlier.iter().flat_map(KeptAssessment::to_accept);
    let before: Vec<_> =
        told.map(|finding| (finding.key.as_str(), [finding.nl.as_str(), finding.en.as_str()])).collect();
    Ok(matching::put_aside(tx, proposal, &now.to_accept_anew(&before))?)
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
