//! The parent answers on each tie of a proposed buddy, by her own act (S2). A no ends the proposal, or the match that was
//! paused for it; when every tie is accepted, a paused match goes on.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use naast_domain::access::{AnswerTies, ReadProposal};
use naast_domain::code::Code as _;
use naast_domain::ids::ProposalId;
use naast_domain::independence::FindingKey;
use naast_domain::journal::{Entry, Purpose};
use naast_domain::matching::{Answer as Said, Proposal, ProposalState};
use naast_domain::organisations::Role;
use naast_domain::privacy::access::DataKind;
use naast_domain::support::{ClosureReason, MatchState};
use naast_domain::text::Text;
use naast_persistence::independence::KeptAssessment;
use naast_persistence::matching::{KeptProposal, TieAnswer};
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::{Stored, buddies, independence, locks, matching, support};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::show::{ProposalView, assemble};
use crate::answer::{Answer, IfMatch};
use crate::caller::{Caller, Reader};
use crate::contract::{Check, Path, Sent};
use crate::independence::again::{Occasion, is_ready};
use crate::independence::course::end;
use crate::page_of;
use crate::platform::{Platform, Said as _, Writing};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// The parent's answers on ties.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "answers": [{ "finding": "16:6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0006", "answer": "accepted" }] }))]
pub struct TieAnswersBody {
    /// One answer for each tie.
    #[schema(min_items = 1, max_items = 40)]
    pub answers: Vec<TieAnswerBody>,
}

/// The parent's answer on one tie.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TieAnswerBody {
    /// Which tie: `finding` of the proposal.
    pub finding: FindingKey,
    /// Yes or no.
    pub answer: Said,
}

/// Answer on the ties of a proposed buddy. Only the parent can.
#[utoipa::path(
    operation_id = "answerTies",
    tag = "matching",
    params(
        ("id" = ProposalId, Path, description = "The proposal"),
        ("If-Match" = String, Header, description = "The ETag of the proposal that was read"),
    ),
    request_body = TieAnswersBody,
    responses((status = 200, description = "Kept", body = ProposalView)),
)]
#[post("/proposals/{id}/tie-answers")]
pub async fn answer_ties(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<ProposalId>,
    seen: IfMatch,
    sent: Sent<TieAnswersBody>,
) -> Result<Answer<ProposalView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<AnswerTies>()?;
            let (first, _) = matching::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            locks::lock_request(cx.tx, first.request)?;
            let (stored, role) = matching::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let assessment = independence::of_proposal(cx.tx, &stored)?;
            let running = support::running_of_proposal(cx.tx, &stored)?;
            if running.is_none() {
                stored.proposal.still_open()?;
            }
            // what she answers is what she was shown
            seen.check(stored.version)?;
            let mut check = sent.check();
            are_asked(&mut check, &assessment);
            let body = sent.sound(check)?;
            for one in &body.answers {
                let answer = TieAnswer {
                    finding: one.finding.clone(),
                    answer: one.answer,
                    text_version: assessment.table_version.clone(),
                    answered_at: cx.now,
                };
                matching::answer_tie(cx.tx, &grant, &stored, &answer)?;
            }
            let answered =
                cx.entry(stored.programme, role, Purpose::Matching, "proposal.ties-answered").on(id);
            let mut entries = Vec::new();
            let refused = body.answers.iter().any(|one| one.answer == Said::Refused);
            let proposal = match running {
                Some(running) => {
                    entries.extend(answer_running(cx, role, &running, &stored, &assessment, refused)?);
                    stored.proposal.clone()
                }
                None if refused => Proposal {
                    state: ProposalState::Refused,
                    parent: Some(Said::Refused),
                    ..stored.proposal.clone()
                },
                None => stored.proposal.clone(),
            };
            let moved = stored.proposal.state != proposal.state;
            entries.insert(
                0,
                if moved {
                    answered.states(Some(stored.proposal.state.code()), Some(proposal.state.code()))
                } else {
                    answered
                },
            );
            // what the proposal shows has changed, and with it its version
            matching::change(cx.tx, &stored, &proposal, stored.assessment)?;
            let (after, _) = matching::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let view = assemble(cx.tx, cx.keys, &after, role, (reader.0, cx.today))?;
            Ok(cx.tx.keep(entries, Answer::found(view).version(after.version))?)
        })
        .await
}

/// Each answer is about a tie that the proposal asks about, and there is one for each: of a yes and a no to the same tie nobody
/// could tell which is hers.
fn are_asked(check: &mut Check<'_>, assessment: &KeptAssessment) {
    let mut answered: Vec<FindingKey> = Vec::new();
    for place in 0..check.length("/answers") {
        let pointer = format!("/answers/{place}/finding");
        let Some(finding) = check.get::<FindingKey>(&pointer) else { continue };
        if answered.contains(&finding) {
            let text = Text::of("Over elke band één antwoord.", "One answer on each tie.");
            check.fault(&pointer, "repeated", text);
            continue;
        }
        if assessment.to_accept().all(|asked| asked.key != finding.as_str()) {
            let asked: Vec<&str> = assessment.to_accept().map(|asked| asked.key.as_str()).collect();
            let asked = asked.join(", ");
            let text = Text::new(
                format!("Hierover wordt in dit voorstel niets gevraagd. Wel over: {asked}."),
                format!("Nothing is asked about this in this proposal. What is asked about: {asked}."),
            );
            check.fault(&pointer, "unknown", text);
        }
        answered.push(finding);
    }
}

/// What the answers mean for a match that runs already.
fn answer_running(
    cx: &mut Writing<'_, '_, '_>,
    role: Role,
    running: &Stored<support::Match>,
    stored: &Stored<KeptProposal>,
    assessment: &KeptAssessment,
    refused: bool,
) -> Result<Vec<Entry>, Error> {
    if refused {
        let occasion = Occasion::of(cx, role);
        return end(cx.tx, running, ClosureReason::OtherBuddy, occasion);
    }
    let accepted = matching::accepted_findings(cx.tx, stored)?;
    let all = assessment.to_accept().all(|asked| accepted.iter().any(|key| key.as_str() == asked.key));
    let buddy = buddies::of_match(cx.tx, running)?;
    let settled = running.course.tie_settled();
    let course = if is_ready(cx.tx, &buddy, cx.today)? { settled } else { settled.buddy_lapsed() };
    if !all || course == running.course {
        return Ok(Vec::new());
    }
    support::change_course(cx.tx, running, course, cx.now)?;
    let act = if course.state == MatchState::Active { "match.resumed" } else { "match.pause-changed" };
    let states = (Some(running.course.state.code()), Some(course.state.code()));
    let entry = cx.entry(stored.programme, role, Purpose::Support, act).on(running.id);
    Ok(vec![entry.states(states.0, states.1)])
}

/// The parent's answer on one tie.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TieAnswerView {
    /// Which tie.
    pub finding: FindingKey,
    /// Yes or no.
    pub answer: Said,
    /// The version of the rule table whose words were shown.
    pub text_version: String,
    /// When.
    pub answered_at: DateTime<Utc>,
    /// Whether it holds: false for an answer in whose place she gave another, and for one on what says something else by now.
    pub current: bool,
    /// When it is erased: with the request.
    pub retention: RetentionView,
}

impl TieAnswerView {
    fn of(one: TieAnswer, current: bool, retention: RetentionView) -> Self {
        Self {
            finding: one.finding,
            answer: one.answer,
            text_version: one.text_version,
            answered_at: one.answered_at,
            current,
            retention,
        }
    }
}

page_of! {
    /// The parent's answers on the ties of a proposal.
    TieAnswerPage of TieAnswerView
}

/// List the parent's answers on ties, those that hold first, and after them those that do not any more; empty for the buddy.
#[utoipa::path(
    operation_id = "listTieAnswers",
    tag = "matching",
    params(("id" = ProposalId, Path, description = "The proposal")),
    responses((status = 200, description = "All of them, on one page", body = TieAnswerPage)),
)]
#[get("/proposals/{id}/tie-answers")]
pub async fn list_tie_answers(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<ProposalId>,
) -> Result<TieAnswerPage, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadProposal>()?;
            let (stored, role) = matching::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            let record = Shown::proposals(cx.db, &grant, DataKind::TieAnswers, &[&stored])?;
            cx.shows(record);
            if role == Role::Buddy {
                return Ok(TieAnswerPage { data: Vec::new(), next_cursor: None });
            }
            let holding = matching::tie_answers_on(cx.db, &stored)?;
            let earlier = matching::earlier_answers_on(cx.db, &stored)?;
            let retention = RetentionView::load(cx.db, stored.request)?;
            let view = |current| {
                let retention = retention.clone();
                move |one| TieAnswerView::of(one, current, retention.clone())
            };
            let data = holding.into_iter().map(view(true)).chain(earlier.into_iter().map(view(false)));
            Ok(TieAnswerPage { data: data.collect(), next_cursor: None })
        })
        .await
}
