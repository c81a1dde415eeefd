//! Parent and buddy each say yes or no to a proposal. Two yeses make a match, and only while the buddy is ready,
//! independent and has a place free, asked again at that very moment. A no needs no reason.

use actix_web::{post, web};
use naast_domain::access::AnswerProposal;
use naast_domain::buddies::readiness;
use naast_domain::code::Code as _;
use naast_domain::ids::{MatchId, ProposalId};
use naast_domain::independence::{TieKind, is_yearly_question_due};
use naast_domain::journal::{Entry, Purpose};
use naast_domain::matching::{Answer as Said, Declaration, Party, ProposalState};
use naast_domain::organisations::Role;
use naast_domain::rejection::Rejection;
use naast_domain::requests::RequestState;
use naast_domain::support::MatchState;
use naast_domain::text::Text;
use naast_persistence::independence::waiting;
use naast_persistence::matching::KeptProposal;
use naast_persistence::{Stored, buddies, independence, matching, requests, support};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::candidates::open_request;
use super::show::{ProposalView, assemble};
use crate::answer::{Answer, IfMatch};
use crate::caller::{Caller, Reader};
use crate::clock::fresh;
use crate::contract::{Body, Path};
use crate::independence::again::{Occasion, lock_touched, recheck};
use crate::independence::{Facts, keep, questions};
use crate::platform::{Platform, Said as _, Writing};
use crate::problem::Error;

/// Yes or no.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "answer": "accepted", "tiesAsked": ["employed-at-school"] }))]
pub struct ProposalAnswerBody {
    /// Yes or no. A no needs no reason.
    pub answer: Said,
    /// For the buddy's yes, and not read otherwise: the kinds of tie that she was asked after, at least those in `tiesToAsk` of
    /// the proposal. With it she says that whatever ties her to this request, its parent or its school is declared, as of today.
    #[schema(max_items = 40)]
    pub ties_asked: Option<Vec<TieKind>>,
}

/// What an answer led to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProposalAnswerView {
    /// The proposal after the answer.
    pub proposal: ProposalView,
    /// The match, when both said yes.
    pub match_id: Option<MatchId>,
}

/// Whether this is a buddy's yes, said again, to what runs already and rests because she has to declare anew.
fn declares_again(stored: &Stored<KeptProposal>, answer: Said) -> bool {
    let proposal = &stored.proposal;
    answer == Said::Accepted && proposal.state == ProposalState::Accepted && proposal.declared.is_none()
}

/// The buddy, who is locked with what she touches, declares anew for a match that rests for it. What follows is what the rules say
/// now: it goes on, it rests for the parent's answer, or it ends.
fn declare_again(
    cx: &mut Writing<'_, '_, '_>,
    stored: &Stored<KeptProposal>,
    role: Role,
    asked: Option<&[TieKind]>,
) -> Result<Vec<Entry>, Error> {
    let request = requests::of_proposal(cx.tx, stored)?;
    let buddy = buddies::of_proposal(cx.tx, stored)?;
    let ties = independence::ties::counting_for(cx.tx, &buddy)?;
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
fn note_declared(
    cx: &mut Writing<'_, '_, '_>,
    stored: &Stored<KeptProposal>,
    role: Role,
) -> Result<Entry, Error> {
    let buddy = buddies::of_proposal(cx.tx, stored)?;
    let grant = cx.grant()?;
    buddies::note_asked(cx.tx, &grant, &buddy, cx.today)?;
    Ok(cx.entry(stored.programme, role, Purpose::Matching, "buddy.ties-confirmed").on(buddy.id))
}

/// Say yes or no to a proposal, as the parent or as the buddy.
///
/// When the request comes to be about another school, or another kind of tie is to be asked after, the buddy's yes falls away
/// (`buddyAnswer` and `tiesDeclaredDate` are empty again), and a match that runs rests (`ties-not-declared`). She says it again in the
/// same way; a match then goes on as the rules say.
#[utoipa::path(
    operation_id = "answerProposal",
    tag = "matching",
    params(
        ("id" = ProposalId, Path, description = "The proposal"),
        ("If-Match" = String, Header, description = "The ETag of the proposal that was read"),
    ),
    request_body = ProposalAnswerBody,
    responses((status = 201, description = "Kept", body = ProposalAnswerView)),
)]
#[post("/proposals/{id}/acceptances")]
pub async fn answer_proposal(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<ProposalId>,
    seen: IfMatch,
    Body(body): Body<ProposalAnswerBody>,
) -> Result<Answer<ProposalAnswerView>, Error> {
    let match_id: MatchId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<AnswerProposal>()?;
            let (first, _) = matching::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            if !declares_again(&first, body.answer) {
                first.proposal.still_open()?;
            }
            let buddy = buddies::of_proposal(cx.tx, &first)?;
            // this request, and those that a match with this one would be a fact for
            lock_touched(cx.tx, &buddy)?;
            let (stored, role) = matching::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let running = support::running_of_proposal(cx.tx, &stored)?;
            if let Some(running) =
                running.filter(|_| role == Role::Buddy && declares_again(&stored, body.answer))
            {
                seen.check(stored.version)?;
                let entries = declare_again(cx, &stored, role, body.ties_asked.as_deref())?;
                let (after, _) = matching::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
                let proposal = assemble(cx.tx, cx.keys, &after, role, (reader.0, cx.today))?;
                let view = ProposalAnswerView { proposal, match_id: Some(running.id) };
                let answer = Answer::created(view, &format!("/proposals/{id}")).version(after.version);
                return Ok(cx.tx.keep(entries, answer)?);
            }
            stored.proposal.still_open()?;
            seen.check(stored.version)?;
            let party = if role == Role::Parent { Party::Parent } else { Party::Buddy };

            // what was true when the buddy was proposed is asked again: a tie may have come since
            let request = requests::of_proposal(cx.tx, &stored)?;
            let buddy = buddies::of_proposal(cx.tx, &stored)?;
            let one = buddies::one_with_facts(cx.tx, &buddy)?;
            let facts = Facts::load(cx.tx, &request, one.ties.iter(), cx.today)?;
            // the yearly question is the buddy's to answer, with her yes or before it, and nothing that the parent can do about
            let is_due = is_yearly_question_due(buddy.ties_asked_on, cx.today);
            let mut asked = buddy.clone();
            asked.value.ties_asked_on = Some(cx.today);
            let assessment = facts.assess(&request, &asked, &one.ties, cx.today);
            let accepted = matching::accepted_findings(cx.tx, &stored)?;
            let questions = questions(cx.tx, &request, &one.ties, cx.today)?;
            let kinds = body.ties_asked.as_deref();
            let declaration = Declaration { questions: &questions, asked: kinds, on: cx.today, is_due };
            let proposal =
                stored.proposal.clone().answer(party, body.answer, &assessment, &accepted, declaration)?;
            let mut entries = Vec::new();
            if party == Party::Buddy && proposal.declared.is_some() {
                entries.push(note_declared(cx, &stored, role)?);
            }

            let assessment_id = keep(cx.tx, &request, &buddy, facts.form, &assessment, (cx.now, cx.today))?;
            matching::change(cx.tx, &stored, &proposal, assessment_id)?;
            entries.push(
                cx.entry(stored.programme, role, Purpose::Matching, "proposal.answered")
                    .on(id)
                    .states(Some(stored.proposal.state.code()), Some(proposal.state.code())),
            );
            let mut started = None;
            if proposal.state == ProposalState::Accepted {
                open_request(cx.tx, &request, cx.today)?;
                readiness(&buddy, &one.certificates, cx.today).proven()?;
                if !support::start(cx.tx, &grant, &stored, match_id, cx.now)? {
                    return Err(Rejection::rule(
                        "buddy-full",
                        "S5",
                        Text::of("Deze buddy heeft geen plaats meer.", "This buddy has no capacity left."),
                    )
                    .into());
                }
                requests::change_state(cx.tx, &request, RequestState::Matched, None, cx.now)?;
                let entry = |act| cx.entry(stored.programme, role, Purpose::Matching, act);
                entries
                    .push(entry("match.started").on(match_id).states(None, Some(MatchState::Active.code())));
                let states = (Some(request.state.code()), Some(RequestState::Matched.code()));
                entries.push(entry("request.matched").on(request.id).states(states.0, states.1));
                for cancelled in matching::cancel_open(cx.tx, &request, Some(id))? {
                    entries.push(
                        cx.entry(stored.programme, role, Purpose::Matching, "proposal.cancelled")
                            .on(cancelled),
                    );
                }
                // the other parents at this school whom she supports must know; those in another programme within a second
                waiting::ask_others_of(cx.tx, stored.proposal.buddy, cx.now)?;
                let buddy = buddies::of_proposal(cx.tx, &stored)?;
                entries.extend(recheck(cx.tx, &buddy, Occasion::of_platform(cx.now, cx.today))?);
                started = Some(match_id);
            } else if is_due && party == Party::Buddy && proposal.declared.is_some() {
                // her other matches rest for the same question
                let buddy = buddies::of_proposal(cx.tx, &stored)?;
                entries.extend(recheck(cx.tx, &buddy, Occasion::of(cx, role))?);
            }
            let (after, _) = matching::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let view = ProposalAnswerView {
                proposal: assemble(cx.tx, cx.keys, &after, role, (reader.0, cx.today))?,
                match_id: started,
            };
            let place = format!("/proposals/{id}");
            Ok(cx.tx.keep(entries, Answer::created(view, &place).version(after.version))?)
        })
        .await
}
