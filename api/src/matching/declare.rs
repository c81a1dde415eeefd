//! A buddy says what ties her to a request: with her yes, and anew for a match that rests for it.

use naast_domain::code::Code as _;
use naast_domain::independence::TieKind;
use naast_domain::journal::{Entry, Purpose};
use naast_domain::matching::{Answer as Said, Declaration, ProposalState};
use naast_domain::organisations::Role;
use naast_persistence::matching::KeptProposal;
use naast_persistence::{Stored, buddies, independence, matching, requests};

use crate::independence::again::{Occasion, recheck};
use crate::independence::questions;
use crate::platform::{Said as _, Writing};
use crate::problem::Error;

/// Whether this is a buddy's yes, said again, to what runs already and rests because she has to declare anew.
pub(super) fn declares_again(stored: &Stored<KeptProposal>, answer: Said) -> bool {
    let proposal = &stored.proposal;
    answer == Said::Accepted && proposal.state == ProposalState::Accepted && proposal.declared.is_none()
}

/// The buddy, who is locked with what she touches, declares anew for a match that rests for it. What follows is what the rules say
/// now: it goes on, it rests for the parent's answer, or it ends.
pub(super) fn declare_again(
    cx: &mut Writing<'_, '_, '_>,
    stored: &Stored<KeptProposal>,
    role: Role,
    asked: Option<&[TieKind]>,
) -> Result<Vec<Entry>, Error> {
    let request = requests::of_proposal(cx.tx, stored)?;
    let buddy = buddies::of_proposal(cx.tx, stored)?;
    let ties = independence::by_person::counting_for(cx.tx, &buddy)?;
    let questions = questions(cx.tx, &request, &ties, cx.today)?;
    // with what she declares for one request she answers the yearly question too
    let declaration = Declaration { questions: &questions, asked, on: cx.today, is_due: false };
    let proposal = stored.proposal.clone().declare_again(declaration)?;
    matching::change(cx.tx, stored, &proposal, stored.assessment)?;
    let mut entries = vec![note_declared(cx, stored, role)?];
    let answered = cx.entry(stored.programme, role, Purpose::Matching, "proposal.answered").on(stored.id);
    let state = proposal.state.code();
    entries.push(answered.states(Some(state), Some(state)));
    let buddy = buddies::of_proposal(cx.tx, stored)?;
    entries.extend(recheck(cx.tx, &buddy, Occasion::of(cx, role))?);
    Ok(entries)
}

/// Notes that the buddy of a proposal was asked today after her ties: what she said for one request counts as her yearly answer too.
pub(super) fn note_declared(
    cx: &mut Writing<'_, '_, '_>,
    stored: &Stored<KeptProposal>,
    role: Role,
) -> Result<Entry, Error> {
    let buddy = buddies::of_proposal(cx.tx, stored)?;
    let grant = cx.grant()?;
    buddies::note_asked(cx.tx, &grant, &buddy, cx.today)?;
    Ok(cx.entry(stored.programme, role, Purpose::Matching, "buddy.ties-confirmed").on(buddy.id))
}
