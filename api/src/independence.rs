//! Independence (S2): bringing the facts together for the rules, and what follows when a fact changes.

use std::collections::BTreeMap;

use naast_domain::buddies::Buddy;
use naast_domain::code::Code as _;
use naast_domain::directory::{BoardNumber, LocationCode};
use naast_domain::ids::{AssessmentId, ProgrammeId, RequestId};
use naast_domain::independence::{
    Assessment, Effect, Funder, SchoolFacts, Situation, Tie, TieObject, assess,
};
use naast_domain::journal::{Entry, Purpose};
use naast_domain::matching::{Proposal, ProposalState};
use naast_domain::organisations::Role;
use naast_domain::programmes::OrganisationForm;
use naast_domain::requests::SupportRequest;
use naast_domain::support::{ClosureReason, MatchState, PauseReason};
use naast_domain::{Date, Moment};
use naast_persistence::independence::{self, KeptAssessment};
use naast_persistence::matching::KeptProposal;
use naast_persistence::{
    Database, Stored, Transaction, buddies, directory, locks, matching, programmes, requests, support,
};

use crate::clock::fresh;
use crate::platform::{Said as _, Writing, signed_entry};
use crate::problem::Error;

/// What the rules look at for one request, whoever the buddy is.
pub struct Facts {
    /// The form of the programme today.
    pub form: OrganisationForm,
    funders: Vec<Funder>,
    school: Option<SchoolFacts>,
    boards: BTreeMap<LocationCode, BoardNumber>,
}

impl Facts {
    /// Loads them: for all of these ties together, not for each.
    pub fn load<'a>(
        db: &mut Database<'_>,
        request: &SupportRequest,
        ties: impl Iterator<Item = &'a Tie>,
        today: Date,
    ) -> Result<Self, Error> {
        let programme = programmes::find(db, request.programme)?.ok_or(Error::NotFound)?;
        // a programme whose first form has yet to begin is assessed by that form
        let period = programme
            .form_on(today)
            .or(programme.forms.first())
            .ok_or(Error::Internal("a programme has a form"))?;
        let school = match &request.school {
            Some(location) => directory::school_facts(db, location, today)?,
            None => None,
        };
        let mut elsewhere: Vec<LocationCode> = ties
            .filter_map(|tie| match &tie.about {
                TieObject::School(location) => Some(location.clone()),
                _ => None,
            })
            .collect();
        elsewhere.sort_unstable();
        elsewhere.dedup();
        let boards =
            if elsewhere.is_empty() { BTreeMap::new() } else { directory::boards_of(db, &elsewhere)? };
        Ok(Self { form: period.form, funders: period.funders.iter().collect(), school, boards })
    }

    /// Asks the rules.
    pub fn assess(&self, request: &SupportRequest, buddy: &Buddy, ties: &[Tie], today: Date) -> Assessment {
        let situation = Situation {
            form: self.form,
            request: request.id,
            parent: request.parent,
            school: self.school.clone(),
            funders: &self.funders,
            board_of: &|location| self.boards.get(location).cloned(),
        };
        assess(ties, buddy.ties_asked_on, &situation, today)
    }
}

/// The rules' answer on one buddy for one request, today.
pub fn assess_one(
    db: &mut Database<'_>,
    request: &SupportRequest,
    buddy: &Buddy,
    today: Date,
) -> Result<(Facts, Assessment), Error> {
    let ties: Vec<Tie> = buddies::ties_of(db, buddy)?.into_iter().map(|stored| stored.value).collect();
    let facts = Facts::load(db, request, ties.iter(), today)?;
    let assessment = facts.assess(request, buddy, &ties, today);
    Ok((facts, assessment))
}

/// Keeps an assessment, with the version of the table and the words.
pub fn keep(
    tx: &mut Transaction<'_, '_>,
    request: &SupportRequest,
    buddy: &Buddy,
    form: OrganisationForm,
    assessment: &Assessment,
    at: (Moment, Date),
) -> Result<AssessmentId, Error> {
    let id = fresh();
    let kept = KeptAssessment {
        id,
        request: request.id,
        buddy: buddy.id,
        table_version: assessment.table_version.to_owned(),
        form,
        verdict: assessment.verdict,
        findings: KeptAssessment::findings_of(assessment),
        assessed_on: at.1,
        assessed_at: at.0,
    };
    independence::insert(tx, request.programme, &kept)?;
    Ok(id)
}

/// Locks a buddy and, before her, every request that a change of her ties can touch.
pub fn lock_touched(tx: &mut Transaction<'_, '_>, buddy: &Buddy) -> Result<(), Error> {
    let touched = touched_by(tx, buddy)?;
    for request in &touched {
        locks::lock_request(tx, *request)?;
    }
    locks::lock_buddy(tx, buddy.id)?;
    // what came before the buddy was locked is not locked itself: begin again with it
    let after = touched_by(tx, buddy)?;
    if after.iter().all(|request| touched.contains(request)) {
        Ok(())
    } else {
        Err(naast_persistence::Error::Lost.into())
    }
}

fn touched_by(db: &mut Database<'_>, buddy: &Buddy) -> Result<Vec<RequestId>, Error> {
    let running = support::running_of_buddy(db, buddy.programme, buddy.id)?;
    let open = matching::open_proposals_of(db, buddy.programme, buddy.id)?;
    let mut touched: Vec<_> =
        running.iter().map(|one| one.request).chain(open.iter().map(|one| one.request)).collect();
    touched.sort_unstable();
    touched.dedup();
    Ok(touched)
}

/// A fact about a buddy changed: asks the rules again for every request that she is proposed or matched to. A block
/// ends the proposal or the match at once, and a new buddy is sought; a tie that the parent does not know yet pauses the
/// match until she has answered. Gives back the journal rows of what followed.
pub fn recheck(cx: &mut Writing<'_, '_, '_>, buddy: &Buddy, role: Role) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    let (person, now) = (cx.me.person, cx.now);
    let entry = |act| signed_entry(buddy.programme, person, role, Purpose::Support, act, now);
    for stored in matching::open_proposals_of(cx.tx, buddy.programme, buddy.id)? {
        let (assessment, id) = again(cx, &stored, buddy)?;
        let blocked = assessment.verdict == Effect::Block;
        let state = if blocked { ProposalState::Cancelled } else { ProposalState::Open };
        // what she said yes to has changed: she is asked again
        let parent =
            stored.proposal.parent.filter(|_| is_all_accepted(cx.tx, &stored, &assessment).unwrap_or(false));
        matching::change(cx.tx, &stored, &Proposal { state, parent, ..stored.proposal.clone() }, id)?;
        let act = if blocked { "proposal.cancelled" } else { "proposal.reassessed" };
        entries.push(entry(act).on(stored.id).states(Some(stored.proposal.state.code()), Some(state.code())));
    }
    for running in support::running_of_buddy(cx.tx, buddy.programme, buddy.id)? {
        let stored = matching::of_match(cx.tx, buddy.programme, running.proposal)?;
        let (assessment, id) = again(cx, &stored, buddy)?;
        matching::change(cx.tx, &stored, &stored.proposal, id)?;
        if assessment.verdict == Effect::Block {
            let reason = ClosureReason::IndependenceLost;
            support::close(cx.tx, &running, reason, cx.now)?;
            let request = requests::of_match(cx.tx, &running)?;
            let after = reason.request_after();
            requests::change_state(cx.tx, &request, after, None, cx.now)?;
            entries.push(
                entry("request.match-ended")
                    .on(request.id)
                    .states(Some(request.state.code()), Some(after.code())),
            );
            entries.push(
                entry("match.closed")
                    .on(running.id)
                    .states(Some(running.state.code()), Some(MatchState::Closed.code())),
            );
        } else if running.paused_because != Some(PauseReason::NewTie)
            && !is_all_accepted(cx.tx, &stored, &assessment)?
        {
            // also when it was paused for another reason: resuming must not leap over the parent's answer
            support::change_state(cx.tx, &running, MatchState::Paused, Some(PauseReason::NewTie))?;
            entries.push(
                entry("match.paused")
                    .on(running.id)
                    .states(Some(running.state.code()), Some(MatchState::Paused.code())),
            );
        } else if running.paused_because == Some(PauseReason::NewTie)
            && is_all_accepted(cx.tx, &stored, &assessment)?
        {
            // what she was asked about is gone: it ended, or it was a mistake
            support::change_state(cx.tx, &running, MatchState::Active, None)?;
            entries.push(
                entry("match.resumed")
                    .on(running.id)
                    .states(Some(running.state.code()), Some(MatchState::Active.code())),
            );
        }
    }
    Ok(entries)
}

/// The form of a programme changed (I1): asks the rules again for every buddy who is proposed or matched in it.
pub fn recheck_programme(
    cx: &mut Writing<'_, '_, '_>,
    programme: ProgrammeId,
    role: Role,
) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    for id in support::buddies_in_use(cx.tx, programme)? {
        let buddy = buddies::of_programme(cx.tx, programme, id)?;
        lock_touched(cx.tx, &buddy)?;
        entries.extend(recheck(cx, &buddy, role)?);
    }
    Ok(entries)
}

fn again(
    cx: &mut Writing<'_, '_, '_>,
    stored: &Stored<KeptProposal>,
    buddy: &Buddy,
) -> Result<(Assessment, AssessmentId), Error> {
    let request = requests::of_proposal(cx.tx, stored)?;
    // she speaks of her ties at this moment, so the yearly question is no reason to end what runs
    let asked = Buddy { ties_asked_on: Some(cx.today), ..buddy.clone() };
    let (facts, assessment) = assess_one(cx.tx, &request, &asked, cx.today)?;
    let id = keep(cx.tx, &request, buddy, facts.form, &assessment, (cx.now, cx.today))?;
    Ok((assessment, id))
}

/// Whether the parent has accepted every tie that is told to her.
pub fn is_all_accepted(
    db: &mut Database<'_>,
    proposal: &KeptProposal,
    assessment: &Assessment,
) -> Result<bool, Error> {
    let accepted = matching::accepted_findings(db, proposal)?;
    Ok(naast_domain::independence::all_accepted(assessment, &accepted).is_ok())
}
