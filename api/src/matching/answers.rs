//! Parent and buddy each say yes or no to a proposal. Two yeses make a match, and only while the buddy is ready,
//! independent and has a place free, asked again at that very moment. A no needs no reason.

use actix_web::{post, web};
use naast_domain::access::{AnswerProposal, Grant};
use naast_domain::buddies::{Buddy, readiness};
use naast_domain::code::Code as _;
use naast_domain::ids::{MatchId, ProposalId};
use naast_domain::independence::{Assessment, TieKind, is_yearly_question_due};
use naast_domain::journal::{Entry, Purpose};
use naast_domain::matching::ProposalState;
use naast_domain::matching::{
    Answer as Said, Cancellation, CancellationReason, Declaration, Party, Proposal,
};
use naast_domain::organisations::Role;
use naast_domain::programmes::OrganisationForm;
use naast_domain::requests::{ContinuedBy, RequestState, SupportRequest};
use naast_domain::support::MatchState;
use naast_persistence::buddies::WithFacts;
use naast_persistence::independence::waiting;
use naast_persistence::matching::KeptProposal;
use naast_persistence::{Stored, buddies, matching, requests, support};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::candidates::open_request;
use super::declare::{declare_again, declares_again, note_declared};
use super::show::{ProposalView, assemble};
use crate::answer::{Answer, IfMatch};
use crate::caller::{Caller, Reader};
use crate::clock::fresh;
use crate::contract::{Body, Path};
use crate::independence::again::{Occasion, lock_touched, put_aside, recheck};
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
            // whatever she is told, also by a rule that says no, is of this case and no other
            cx.tx.is_about(first.request);
            if !declares_again(&first, body.answer) {
                first.proposal.still_open()?;
            }
            let buddy = buddies::of_proposal(cx.tx, &first)?;
            // this request, and those that a match with this one would be a fact for
            lock_touched(cx.tx, &buddy)?;
            let (stored, role) = matching::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let running = support::running_of_proposal(cx.tx, &stored)?;
            let anew = running.filter(|_| role == Role::Buddy && declares_again(&stored, body.answer));
            let (entries, of_match) = if let Some(running) = anew {
                seen.check(stored.version)?;
                (declare_again(cx, &stored, role, body.ties_asked.as_deref())?, Some(running.id))
            } else {
                stored.proposal.still_open()?;
                seen.check(stored.version)?;
                let case = Case::load(cx, &stored)?;
                if body.answer == Said::Accepted {
                    // a yes leads nowhere while the parent is still to consent to the form that the programme has now
                    open_request(cx.tx, &case.request, cx.today)?;
                }
                let (proposal, mut entries) = take(cx, &stored, &case, role, &body)?;
                let begins = proposal.state == ProposalState::Accepted;
                if begins {
                    entries.extend(begin(cx, &grant, &stored, &case, (role, match_id))?);
                } else if case.is_due && role == Role::Buddy && proposal.declared.is_some() {
                    // her other matches rest for the same question
                    let buddy = buddies::of_proposal(cx.tx, &stored)?;
                    entries.extend(recheck(cx.tx, &buddy, Occasion::of(cx, role))?);
                }
                (entries, begins.then_some(match_id))
            };
            let (after, _) = matching::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let proposal = assemble(cx.tx, cx.keys, &after, role, (reader.0, cx.today))?;
            let view = ProposalAnswerView { proposal, match_id: of_match };
            let answer = Answer::created(view, &format!("/proposals/{id}")).version(after.version);
            Ok(cx.tx.keep(entries, answer)?)
        })
        .await
}

/// What was true when the buddy was proposed, asked again at an answer: a tie may have come since.
struct Case {
    request: Stored<SupportRequest>,
    buddy: Stored<Buddy>,
    one: WithFacts,
    form: OrganisationForm,
    assessment: Assessment,
    /// Whether the yearly question waits for the buddy. It is hers to answer, with her yes or before it, and nothing that the parent can
    /// do about.
    is_due: bool,
}

impl Case {
    fn load(cx: &mut Writing<'_, '_, '_>, stored: &Stored<KeptProposal>) -> Result<Self, Error> {
        let request = requests::of_proposal(cx.tx, stored)?;
        let buddy = buddies::of_proposal(cx.tx, stored)?;
        let one = buddies::one_with_facts(cx.tx, &buddy)?;
        let facts = Facts::load(cx.tx, &request, one.ties.iter(), cx.today)?;
        let is_due = is_yearly_question_due(buddy.ties_asked_on, cx.today);
        let mut asked = buddy.clone();
        asked.value.ties_asked_on = Some(cx.today);
        let assessment = facts.assess(&request, &asked, &one.ties, cx.today);
        Ok(Self { request, buddy, one, form: facts.form, assessment, is_due })
    }
}

/// Takes an answer of one of the two, and keeps it with what the rules say of the buddy at this moment.
fn take(
    cx: &mut Writing<'_, '_, '_>,
    stored: &Stored<KeptProposal>,
    case: &Case,
    role: Role,
    body: &ProposalAnswerBody,
) -> Result<(Proposal, Vec<Entry>), Error> {
    let party = if role == Role::Parent { Party::Parent } else { Party::Buddy };
    put_aside(cx.tx, stored, &case.assessment)?;
    let accepted = matching::accepted_findings(cx.tx, stored)?;
    let questions = questions(cx.tx, &case.request, &case.one.ties, cx.today)?;
    let asked = body.ties_asked.as_deref();
    let declaration = Declaration { questions: &questions, asked, on: cx.today, is_due: case.is_due };
    let before = stored.proposal.clone();
    let proposal = before.answer(party, body.answer, &case.assessment, &accepted, declaration)?;
    if party == Party::Parent && body.answer == Said::Accepted {
        // who says yes to a buddy wants it to go on
        requests::go_on(cx.tx, &case.request, ContinuedBy::Parent, cx.now)?;
    }
    let mut entries = Vec::new();
    if party == Party::Buddy && proposal.declared.is_some() {
        entries.push(note_declared(cx, stored, role)?);
    }
    let at = (cx.now, cx.today);
    let assessment = keep(cx.tx, &case.request, &case.buddy, case.form, &case.assessment, at)?;
    matching::change(cx.tx, stored, &proposal, assessment)?;
    let answered = cx.entry(stored.programme, role, Purpose::Matching, "proposal.answered").on(stored.id);
    entries.push(answered.states(Some(stored.proposal.state.code()), Some(proposal.state.code())));
    Ok((proposal, entries))
}

/// Both said yes: the match begins, while the buddy is ready and has a place free. What is proposed besides ends: of this request, for
/// the parent has a buddy, and of the buddy, when this was her last place.
fn begin(
    cx: &mut Writing<'_, '_, '_>,
    grant: &Grant<AnswerProposal>,
    stored: &Stored<KeptProposal>,
    case: &Case,
    (role, id): (Role, MatchId),
) -> Result<Vec<Entry>, Error> {
    let request = &case.request;
    open_request(cx.tx, request, cx.today)?;
    readiness(&case.buddy, &case.one.certificates, cx.today).proven()?;
    if !support::start(cx.tx, grant, stored, id, cx.now)? {
        return Err(stored.proposal.without_place().into());
    }
    requests::change_state(cx.tx, request, RequestState::Matched, None, cx.now)?;
    let entry = |act| cx.entry(stored.programme, role, Purpose::Matching, act);
    let states = (Some(request.state.code()), Some(RequestState::Matched.code()));
    let mut entries = vec![
        entry("match.started").on(id).states(None, Some(MatchState::Active.code())),
        entry("request.matched").on(request.id).states(states.0, states.1),
    ];
    let because = Cancellation { because: CancellationReason::RequestMatched, at: cx.now };
    let cancelled = matching::cancel_open(cx.tx, request, Some(stored.id), because)?;
    let entry = |act| cx.entry(stored.programme, role, Purpose::Matching, act);
    entries.extend(cancelled.into_iter().map(|id| entry("proposal.cancelled").on(id)));
    // the other parents at this school whom she supports must know; those in another programme within a second
    waiting::ask_others_of(cx.tx, stored.proposal.buddy, cx.now)?;
    let buddy = buddies::of_proposal(cx.tx, stored)?;
    entries.extend(recheck(cx.tx, &buddy, Occasion::of_platform(cx.now, cx.today))?);
    Ok(entries)
}
