//! A coordinator puts a buddy to a parent. It takes the proofs of consent, readiness and independence; none of them can be
//! left out, and nobody can set one aside.

use actix_web::{post, web};
use naast_domain::access::{ProposeBuddy, ReadCandidates};
use naast_domain::buddies::readiness;
use naast_domain::code::Code as _;
use naast_domain::ids::{BuddyId, DecisionId, ProposalId, RequestId};
use naast_domain::journal::Purpose;
use naast_domain::matching::{Exclusion, Proposable, Proposal, ProposalFacts, ProposalState, RULES_VERSION};
use naast_domain::rejection::Rejection;
use naast_domain::text::Text;
use naast_persistence::matching::{Decision, KeptProposal};
use naast_persistence::{buddies, locks, matching, requests};
use serde::Deserialize;
use utoipa::ToSchema;

use super::candidates::{consider_all, consider_one, open_request, proposed_before};
use super::show::{ProposalView, assemble};
use crate::answer::Answer;
use crate::buddies::not_herself;
use crate::caller::{Caller, Reader};
use crate::clock::fresh;
use crate::contract::{Path, Sent};
use crate::independence::{Facts, keep};
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// A buddy to propose.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "buddyId": "6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0005" }))]
pub struct ProposalBody {
    /// The buddy; see the candidates.
    pub buddy_id: BuddyId,
}

/// Propose a buddy to the parent.
#[utoipa::path(
    operation_id = "proposeBuddy",
    tag = "matching",
    params(("id" = RequestId, Path, description = "The request")),
    request_body = ProposalBody,
    responses((status = 201, description = "Proposed; parent and buddy can answer", body = ProposalView)),
)]
#[post("/support-requests/{id}/proposals")]
pub async fn propose_buddy(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<RequestId>,
    sent: Sent<ProposalBody>,
) -> Result<Answer<ProposalView>, Error> {
    let (proposal_id, decision_id): (ProposalId, DecisionId) = (fresh(), fresh());
    platform
        .write(caller.0, move |cx| {
            let (propose, read) = (cx.grant::<ProposeBuddy>()?, cx.grant::<ReadCandidates>()?);
            locks::lock_request(cx.tx, id)?;
            let (wanted, role) = requests::find(cx.tx, &propose, id)?.ok_or(Error::NotFound)?;
            let mut check = sent.check();
            let mut buddy = None;
            check.refers("/buddyId", |id| {
                locks::lock_buddy(cx.tx, id)?;
                let found = buddies::find(cx.tx, &propose, id)?.map(|(found, _)| found);
                buddy = found.filter(|found| found.programme == wanted.programme);
                Ok(buddy.is_some())
            })?;
            sent.sound(check)?;
            let buddy = buddy.ok_or(Error::Internal("a sound body has its buddy"))?;
            let request = open_request(cx.tx, &wanted, cx.today)?;
            not_herself(cx.me.person, &buddy)?;
            let one = buddies::one_with_facts(cx.tx, &buddy)?;
            let facts = Facts::load(cx.tx, &wanted, one.ties.iter(), cx.today)?;
            let assessment = facts.assess(&wanted, &buddy, &one.ties, cx.today);
            let proposals = matching::proposals_for(cx.tx, &wanted)?;

            // each proof on its own, so that the refusal names the first that is missing
            let ready = readiness(&buddy, &one.certificates, cx.today).proven()?;
            let independent = assessment.clone().clear_for(buddy.id)?;
            let before = proposed_before(cx.tx, &wanted)?;
            let candidate = consider_one(&wanted, &one, &facts, &before, cx.today);
            suitable(&candidate.exclusions)?;
            let open = proposals.iter().filter(|one| one.proposal.state == ProposalState::Open).count();
            let proposable = Proposable::new(
                request,
                ready,
                independent,
                ProposalFacts {
                    free: buddy.free(),
                    open_proposals: open,
                    is_the_parent: buddy.person == wanted.parent,
                },
            )?;

            let consideration = consider_all(cx.tx, &read, &wanted, proposable.request(), cx.today)?;
            let decision = Decision {
                id: decision_id,
                request: id,
                proposed_buddy: buddy.id,
                rules_version: RULES_VERSION.to_owned(),
                facts: consideration.record(&wanted),
                decided_by: cx.me.person,
                decided_at: cx.now,
            };
            matching::insert_decision(cx.tx, &propose, &wanted, &decision)?;
            let at = (cx.now, cx.today);
            let assessment_id =
                keep(cx.tx, &wanted, &buddy, facts.form, proposable.buddy().assessment(), at)?;
            let kept = KeptProposal {
                id: proposal_id,
                programme: wanted.programme,
                request: id,
                assessment: assessment_id,
                proposal: Proposal {
                    buddy: buddy.id,
                    state: ProposalState::Open,
                    parent: None,
                    buddy_answer: None,
                    declared: None,
                    cancelled: None,
                },
            };
            let stored = matching::insert(cx.tx, &propose, kept, decision_id, cx.now)?;
            let entry = cx
                .entry(wanted.programme, role, Purpose::Matching, "proposal.made")
                .on(proposal_id)
                .states(None, Some(ProposalState::Open.code()));
            let view = assemble(cx.tx, cx.keys, &stored, role, (reader.0, cx.today))?;
            Ok(cx.tx.keep([entry], Answer::created(view, &format!("/proposals/{proposal_id}")).version(1))?)
        })
        .await
}

/// What the proofs do not speak of: language, channel, and that she was not proposed before.
fn suitable(exclusions: &[(Exclusion, Text)]) -> Result<(), Error> {
    let others: Vec<_> = exclusions
        .iter()
        .filter(|(code, _)| {
            matches!(code, Exclusion::Language | Exclusion::Channel | Exclusion::AlreadyProposed)
        })
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let join = |text: fn(&Text) -> &str| {
        others.iter().map(|(_, reason)| text(reason)).collect::<Vec<_>>().join("; ")
    };
    let reason = Text::new(
        format!("Deze buddy past niet bij deze aanvraag: {}", join(|text| &text.nl)),
        format!("This buddy does not suit this request: {}", join(|text| &text.en)),
    );
    let codes = others.iter().map(|(code, _)| code.code());
    Err(Rejection::rule("buddy-unsuitable", "S5", reason).because_of(codes).into())
}
