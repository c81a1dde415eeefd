//! Proposals: a buddy who is put to a parent, and what both said.

use diesel::prelude::*;
use naast_domain::access::{Action, Grant, ProposeBuddy, ReadProposal, Standing};
use naast_domain::buddies::{Buddy, BuddyStatus};
use naast_domain::ids::{AssessmentId, DecisionId, ProgrammeId, ProposalId, RequestId};
use naast_domain::independence::{Declared, Questions};
use naast_domain::matching::{Cancellation, Proposal, ProposalState};
use naast_domain::organisations::Role;
use naast_domain::requests::SupportRequest;
use naast_domain::{Date, Moment};

use crate::columns::{At, Json, Key};
use crate::database::Database;
use crate::independence::{CASE, Case, CaseColumns, let_in, reach, without_tied};
use crate::rows::{Page, Shortened, Slice, Stored, code, code_or_none, must_reach, one};
use crate::schema::{buddies, proposals, support_requests};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// A proposal as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptProposal {
    /// Its id.
    pub id: ProposalId,
    /// The programme.
    pub programme: ProgrammeId,
    /// The request.
    pub request: RequestId,
    /// The newest assessment of the buddy for the request.
    pub assessment: AssessmentId,
    /// Buddy, state and answers.
    pub proposal: Proposal,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = proposals)]
struct Row {
    programme_id: Key,
    id: Key,
    request_id: Key,
    buddy_id: Key,
    assessment_id: Key,
    state: String,
    parent_answer: Option<String>,
    buddy_answer: Option<String>,
    ties_declared_on: Option<Date>,
    version: i32,
    created_at: At,
    ties_declared_upon: Option<Json>,
    cancelled_because: Option<String>,
    cancelled_at: Option<At>,
}

impl TryFrom<Row> for Stored<KeptProposal> {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        const T: &str = "proposals";
        // of a declaration from before it was kept, nothing is known: it answers nothing of a school
        let upon: Option<Questions> =
            row.ties_declared_upon.map(|kept| kept.read(T, "ties_declared_upon")).transpose()?;
        let declared = row.ties_declared_on.map(|on| Declared { on, upon: upon.unwrap_or_default() });
        let because = code_or_none(T, "cancelled_because", row.cancelled_because.as_deref())?;
        let cancelled = because.zip(row.cancelled_at).map(|(because, at)| Cancellation { because, at: at.0 });
        Ok(Self {
            version: row.version,
            created_at: row.created_at.0,
            value: KeptProposal {
                id: row.id.into(),
                programme: row.programme_id.into(),
                request: row.request_id.into(),
                assessment: row.assessment_id.into(),
                proposal: Proposal {
                    buddy: row.buddy_id.into(),
                    state: code(T, "state", &row.state)?,
                    parent: code_or_none(T, "parent_answer", row.parent_answer.as_deref())?,
                    buddy_answer: code_or_none(T, "buddy_answer", row.buddy_answer.as_deref())?,
                    declared,
                    cancelled,
                },
            },
        })
    }
}

/// Keeps a new proposal.
pub fn insert(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<ProposeBuddy>,
    proposal: KeptProposal,
    decision: DecisionId,
    now: Moment,
) -> Result<Stored<KeptProposal>, Error> {
    must_reach(grant, let_in(proposal.programme))?;
    let row = (
        proposals::programme_id.eq(Key::from(proposal.programme)),
        proposals::id.eq(Key::from(proposal.id)),
        proposals::request_id.eq(Key::from(proposal.request)),
        proposals::buddy_id.eq(Key::from(proposal.proposal.buddy)),
        proposals::assessment_id.eq(Key::from(proposal.assessment)),
        proposals::decision_id.eq(Key::from(decision)),
        proposals::state.eq(proposal.proposal.state.to_string()),
        proposals::proposed_by.eq(Key::from(grant.person())),
        proposals::created_at.eq(At(now)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(proposals::table).values(row).execute(c))?;
    Ok(Stored { value: proposal, version: 1, created_at: now })
}

/// A proposal that the grant reaches, with the role in which it does: the parent's own, the buddy's own, or the
/// programme's.
pub fn find<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    id: ProposalId,
) -> Result<Option<(Stored<KeptProposal>, Role)>, Error> {
    let found: Option<(Row, CaseColumns, Key, String)> =
        on_either!(&mut *database, |c| proposals::table
            .inner_join(
                support_requests::table.on(support_requests::programme_id
                    .eq(proposals::programme_id)
                    .and(support_requests::id.eq(proposals::request_id))),
            )
            .inner_join(buddies::table.on(
                buddies::programme_id.eq(proposals::programme_id).and(buddies::id.eq(proposals::buddy_id))
            ),)
            .filter(proposals::id.eq(Key::from(id)))
            .select((Row::as_select(), CASE, buddies::person_id, buddies::status))
            .first(c)
            .optional())?;
    let Some((row, case, buddy, status)) = found else { return Ok(None) };
    let (proposal, case) = (Stored::<KeptProposal>::try_from(row)?, Case::read(case)?);
    let standing = Standing { assigned: crate::buddies::assigned(buddy, &status)?, ..case.standing() };
    Ok(reach(database, grant, &case, standing)?.map(|role| (proposal, role)))
}

/// Every proposal for a request that was loaded with a grant, newest first.
pub fn proposals_for(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
) -> Result<Vec<Stored<KeptProposal>>, Error> {
    let (programme, request) = (request.programme, request.id);
    let rows: Vec<Row> = on_either!(database, |c| proposals::table
        .filter(proposals::programme_id.eq(Key::from(programme)))
        .filter(proposals::request_id.eq(Key::from(request)))
        .order((proposals::created_at.desc(), proposals::id.desc()))
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// A page of proposals, and the role in which the caller reads them.
pub type Shown = (Shortened<Stored<KeptProposal>>, Role);

/// A page of the proposals to a buddy who was loaded with a grant, newest first, and the role in which the caller reads
/// them; a coordinator without those for cases from which a tie of her own keeps her. `None` where the grant does not reach: a
/// buddy who has left reads none.
pub fn proposals_to(
    database: &mut Database<'_>,
    grant: &Grant<ReadProposal>,
    buddy: &Stored<Buddy>,
    page: Page,
) -> Result<Option<Shown>, Error> {
    let standing = Standing {
        assigned: (buddy.status != BuddyStatus::Left).then_some(buddy.person),
        ..let_in(buddy.programme)
    };
    let Some(role) = grant.reaches(standing) else { return Ok(None) };
    let (programme, buddy) = (buddy.programme, buddy.id);
    let rows: Vec<Row> = on_either!(&mut *database, |c| {
        let mut query = proposals::table
            .filter(proposals::programme_id.eq(Key::from(programme)))
            .filter(proposals::buddy_id.eq(Key::from(buddy)))
            .select(Row::as_select())
            .order((proposals::created_at.desc(), proposals::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                proposals::created_at.le(at).and(proposals::created_at.lt(at).or(proposals::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    let slice = Slice::cut(rows, page.size).try_map(Stored::<KeptProposal>::try_from)?;
    let page = Shortened::whole(slice, |one| (one.created_at, one.id.uuid()));
    let page = match role {
        Role::Coordinator => without_tied(database, grant, programme, page, |one| one.request)?,
        _ => page,
    };
    Ok(Some((page, role)))
}

/// The open proposals of a buddy who was loaded with a grant.
pub fn open_proposals_of(
    database: &mut Database<'_>,
    buddy: &Stored<Buddy>,
) -> Result<Vec<Stored<KeptProposal>>, Error> {
    let (programme, buddy) = (buddy.programme, buddy.id);
    let rows: Vec<Row> = on_either!(database, |c| proposals::table
        .filter(proposals::programme_id.eq(Key::from(programme)))
        .filter(proposals::buddy_id.eq(Key::from(buddy)))
        .filter(proposals::state.eq(ProposalState::Open.to_string()))
        .order(proposals::id)
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The proposal that a match came from, for whoever reached the match.
pub fn of_match(
    database: &mut Database<'_>,
    of: &Stored<crate::support::Match>,
) -> Result<Stored<KeptProposal>, Error> {
    let row: Row = on_either!(database, |c| proposals::table
        .find((Key::from(of.programme), Key::from(of.proposal)))
        .select(Row::as_select())
        .first(c))?;
    row.try_into()
}

/// Keeps state, answers and assessment of a proposal that stands as it was loaded.
pub fn change(
    tx: &mut Transaction<'_, '_>,
    stored: &Stored<KeptProposal>,
    proposal: &Proposal,
    assessment: AssessmentId,
) -> Result<(), Error> {
    let row = proposals::table
        .find((Key::from(stored.programme), Key::from(stored.id)))
        .filter(proposals::version.eq(stored.version));
    let update = diesel::update(row).set((
        proposals::state.eq(proposal.state.to_string()),
        proposals::parent_answer.eq(proposal.parent.map(|answer| answer.to_string())),
        proposals::buddy_answer.eq(proposal.buddy_answer.map(|answer| answer.to_string())),
        proposals::ties_declared_on.eq(proposal.declared.as_ref().map(|declared| declared.on)),
        proposals::ties_declared_upon.eq(proposal.declared.as_ref().map(|declared| Json::of(&declared.upon))),
        proposals::cancelled_because.eq(proposal.cancelled.map(|one| one.because.to_string())),
        proposals::cancelled_at.eq(proposal.cancelled.map(|one| At(one.at))),
        proposals::assessment_id.eq(Key::from(assessment)),
        proposals::version.eq(stored.version + 1),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// Cancels every open proposal for a request, but the one that is kept. Gives back which.
pub fn cancel_open(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    keep: Option<ProposalId>,
    cancellation: Cancellation,
) -> Result<Vec<ProposalId>, Error> {
    let mut cancelled = Vec::new();
    for stored in proposals_for(tx, request)? {
        if stored.proposal.state == ProposalState::Open && Some(stored.id) != keep {
            let proposal = stored.proposal.clone().cancel(cancellation);
            change(tx, &stored, &proposal, stored.assessment)?;
            cancelled.push(stored.id);
        }
    }
    Ok(cancelled)
}
