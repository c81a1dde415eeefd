//! Proposals, for the parent, the buddy and the coordinator. The parent reads what each tie of the buddy means; the buddy
//! does not read the parent's answers on her ties.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use naast_domain::Date;
use naast_domain::access::{ReadBuddy, ReadProposal, ReadProposals};
use naast_domain::directory::LocationCode;
use naast_domain::ids::{BuddyId, ProposalId, RequestId};
use naast_domain::independence::{FindingKey, TieKind, question};
use naast_domain::matching::{Answer as Said, CancellationReason, ProposalState};
use naast_domain::organisations::Role;
use naast_domain::privacy::access::DataKind;
use naast_domain::programmes::OrganisationForm;
use naast_domain::text::Tongue;
use naast_persistence::keys::Keys;
use naast_persistence::matching::KeptProposal;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::{Database, Stored, buddies, independence, matching, requests, support};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::caller::{Caller, Reader};
use crate::contract::{Path, Query};
use crate::independence::questions;
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::Platform;
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// A proposal of a buddy to a parent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProposalView {
    /// Its id.
    pub id: ProposalId,
    /// The request.
    pub request_id: RequestId,
    /// The buddy.
    pub buddy_id: BuddyId,
    /// What the buddy is called.
    pub buddy_first_name: String,
    /// Where it stands.
    pub state: ProposalState,
    /// The parent's answer.
    pub parent_answer: Option<Said>,
    /// The buddy's answer.
    pub buddy_answer: Option<Said>,
    /// The form of the programme, when the buddy was assessed last.
    pub form: OrganisationForm,
    /// The version of the rule table that assessed her.
    pub rule_table_version: String,
    /// The school that the request names: a buddy must know it to say what ties her to it.
    pub location_code: Option<LocationCode>,
    /// What the directory gives reason to ask the buddy after, before her yes (`tiesAsked`), and anew. Empty for the parent, and where a
    /// school in the buddy's life is not close to this one.
    pub ties_to_ask: Vec<TieToAskView>,
    /// The day on which the buddy said, with her yes, that whatever ties her to this request is declared; empty while she has to say
    /// it, also again, when the request came to be about another school.
    pub ties_declared_date: Option<Date>,
    /// What the parent must know of this buddy, and accept, each by itself, before she can say yes. Empty for the buddy.
    pub ties: Vec<DisclosedTieView>,
    /// When it was made.
    pub proposed_at: DateTime<Utc>,
    /// Why it was cancelled: by the coordinator, or by the rules, as when the buddy has no place left. Empty while it was not, and
    /// where it was before this was kept.
    pub cancelled_because: Option<CancellationReason>,
    /// When it was cancelled.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// When it is erased, with the rest of its case.
    pub retention: RetentionView,
}

/// A kind of tie that a buddy is asked after by name.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TieToAskView {
    /// The kind; `GET /tie-kinds` says how it is declared.
    pub kind: TieKind,
    /// The question, in the language of Accept-Language.
    pub question: String,
}

/// Something that the parent must know of a buddy.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DisclosedTieView {
    /// What an answer refers to.
    pub finding: FindingKey,
    /// The code of the rule.
    pub code: String,
    /// What it means, in plain words.
    pub meaning: String,
    /// The parent's answer so far.
    pub answer: Option<Said>,
}

/// The view of a proposal for somebody in a role.
pub(super) fn assemble(
    db: &mut Database<'_>,
    keys: &Keys,
    stored: &Stored<KeptProposal>,
    role: Role,
    (tongue, today): (Tongue, Date),
) -> Result<ProposalView, Error> {
    let kept = &stored.value;
    let assessment = independence::of_proposal(db, stored)?;
    let name = buddies::name_in(db, keys, stored)?;
    let answers = if role == Role::Buddy { Vec::new() } else { matching::tie_answers_on(db, stored)? };
    let mut ties = Vec::new();
    if role != Role::Buddy {
        for finding in assessment.to_accept() {
            let key =
                FindingKey::parse(&finding.key).map_err(|_| Error::Internal("a kept finding has a key"))?;
            let answer = answers.iter().find(|one| one.finding == key).map(|one| one.answer);
            let meaning = match tongue {
                Tongue::Dutch => &finding.nl,
                Tongue::English => &finding.en,
            };
            ties.push(DisclosedTieView {
                finding: key,
                code: finding.code.clone(),
                meaning: meaning.clone(),
                answer,
            });
        }
    }
    let request = requests::of_proposal(db, stored)?;
    let mut ties_to_ask = Vec::new();
    if role != Role::Parent && has_to_declare(db, stored)? {
        let buddy = buddies::of_proposal(db, stored)?;
        let of_buddy = independence::by_person::counting_for(db, &buddy)?;
        ties_to_ask = questions(db, &request, &of_buddy, today)?
            .kinds
            .into_iter()
            .map(|kind| TieToAskView { kind, question: question(kind).get(tongue).to_owned() })
            .collect();
    }
    Ok(ProposalView {
        id: kept.id,
        request_id: kept.request,
        buddy_id: kept.proposal.buddy,
        buddy_first_name: name,
        state: kept.proposal.state,
        parent_answer: kept.proposal.parent,
        buddy_answer: kept.proposal.buddy_answer,
        form: assessment.form,
        rule_table_version: assessment.table_version,
        location_code: request.school.clone(),
        ties_to_ask,
        ties_declared_date: kept.proposal.declared.as_ref().map(|declared| declared.on),
        ties,
        proposed_at: stored.created_at,
        cancelled_because: kept.proposal.cancelled.map(|one| one.because),
        cancelled_at: kept.proposal.cancelled.map(|one| one.at),
        retention: RetentionView::load(db, kept.request)?,
    })
}

/// Whether the buddy has to say what ties her to the request: before her yes, and anew while the match rests for it.
fn has_to_declare(db: &mut Database<'_>, stored: &Stored<KeptProposal>) -> Result<bool, Error> {
    let proposal = &stored.proposal;
    Ok(match proposal.state {
        ProposalState::Open => proposal.buddy_answer.is_none(),
        ProposalState::Accepted if proposal.declared.is_none() => {
            support::running_of_proposal(db, stored)?.is_some()
        }
        _ => false,
    })
}

page_of! {
    /// A page of proposals, newest first.
    ProposalPage of ProposalView
}

/// List the proposals for a request.
#[utoipa::path(
    operation_id = "listProposalsForRequest",
    tag = "matching",
    params(("id" = RequestId, Path, description = "The request")),
    responses((status = 200, description = "All of them, on one page", body = ProposalPage)),
)]
#[get("/support-requests/{id}/proposals")]
pub async fn list_proposals_for_request(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<RequestId>,
) -> Result<ProposalPage, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadProposals>()?;
            let (request, role) = requests::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            let proposals = matching::proposals_for(cx.db, &request)?;
            let all: Vec<_> = proposals.iter().collect();
            let record = Shown::proposals(cx.db, &grant, DataKind::Proposal, &all)?;
            cx.shows(record);
            let data = proposals
                .iter()
                .map(|one| assemble(cx.db, cx.keys, one, role, (reader.0, cx.today)))
                .collect::<Result<_, _>>()?;
            Ok(ProposalPage { data, next_cursor: None })
        })
        .await
}

/// Which of my proposals.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct MyProposalQuery {
    /// The buddy that I am.
    pub buddy_id: BuddyId,
}

/// List the proposals to a buddy: for herself, or for her coordinator.
#[utoipa::path(
    operation_id = "listProposalsToBuddy",
    tag = "matching",
    params(MyProposalQuery, PageQuery),
    responses(
        (
            status = 200,
            description = "A page; empty for a buddy that is not you or yours",
            body = ProposalPage,
        ),
    ),
)]
#[get("/proposals")]
pub async fn list_my_proposals(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Query(query): Query<MyProposalQuery>,
    paging: Paging,
) -> Result<ProposalPage, Error> {
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let (find, read) = (cx.grant::<ReadBuddy>()?, cx.grant::<ReadProposal>()?);
            let reached = match buddies::find(cx.db, &find, query.buddy_id)? {
                Some((buddy, _)) => matching::proposals_to(cx.db, &read, &buddy, page)?,
                None => None,
            };
            let Some((page, role)) = reached else {
                cx.shows([]);
                return Ok(ProposalPage { data: Vec::new(), next_cursor: None });
            };
            let next_cursor = paging.behind(page.next);
            let all: Vec<_> = page.items.iter().collect();
            let record = Shown::proposals(cx.db, &read, DataKind::Proposal, &all)?;
            cx.shows(record);
            let data = page
                .items
                .iter()
                .map(|one| assemble(cx.db, cx.keys, one, role, (reader.0, cx.today)))
                .collect::<Result<_, _>>()?;
            Ok(ProposalPage { data, next_cursor })
        })
        .await
}

/// Get a proposal.
#[utoipa::path(
    operation_id = "getProposal",
    tag = "matching",
    params(("id" = ProposalId, Path, description = "The proposal")),
    responses((status = 200, description = "The proposal", body = ProposalView)),
)]
#[get("/proposals/{id}")]
pub async fn get_proposal(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<ProposalId>,
) -> Result<Answer<ProposalView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadProposal>()?;
            let (stored, role) = matching::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            let record = Shown::proposals(cx.db, &grant, DataKind::Proposal, &[&stored])?;
            cx.shows(record);
            Ok(Answer::found(assemble(cx.db, cx.keys, &stored, role, (reader.0, cx.today))?)
                .version(stored.version))
        })
        .await
}
