//! Decisions to propose a buddy, with everything that was looked at.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{Grant, ProposeBuddy, ReadCandidates};
use naast_domain::ids::{BuddyId, DecisionId, PersonId, RequestId};
use naast_domain::requests::SupportRequest;

use crate::columns::{At, Json, Key};
use crate::database::Database;
use crate::rows::{Page, Slice, Stored, must_reach};
use crate::schema::decisions;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// A decision: every candidate that was considered, why each of the others was not proposed, and by which rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// The request.
    pub request: RequestId,
    /// Who was proposed.
    pub proposed_buddy: BuddyId,
    /// The version of criteria and weights.
    pub rules_version: String,
    /// Everything that was looked at, so that the decision can be replayed.
    pub facts: serde_json::Value,
    /// Who decided.
    pub decided_by: PersonId,
    /// When.
    pub decided_at: Moment,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = decisions)]
struct DecisionRow {
    programme_id: Key,
    id: Key,
    request_id: Key,
    proposed_buddy: Key,
    rules_version: String,
    facts: Json,
    decided_by: Key,
    decided_at: At,
}

/// Keeps a decision.
pub fn insert_decision(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<ProposeBuddy>,
    request: &Stored<SupportRequest>,
    decision: &Decision,
) -> Result<(), Error> {
    must_reach(grant, crate::requests::standing(request))?;
    let row = DecisionRow {
        programme_id: request.programme.into(),
        id: decision.id.into(),
        request_id: request.id.into(),
        proposed_buddy: decision.proposed_buddy.into(),
        rules_version: decision.rules_version.clone(),
        facts: Json(decision.facts.clone()),
        decided_by: decision.decided_by.into(),
        decided_at: At(decision.decided_at),
    };
    on_either!(&mut **tx, |c| diesel::insert_into(decisions::table).values(row).execute(c))?;
    Ok(())
}

/// A page of the decisions on a request, newest first.
pub fn decisions_on(
    database: &mut Database<'_>,
    grant: &Grant<ReadCandidates>,
    request: &Stored<SupportRequest>,
    page: Page,
) -> Result<Slice<Decision>, Error> {
    must_reach(grant, crate::requests::standing(request))?;
    let (programme, request) = (request.programme, request.id);
    let rows: Vec<DecisionRow> = on_either!(database, |c| {
        let mut query = decisions::table
            .filter(decisions::programme_id.eq(Key::from(programme)))
            .filter(decisions::request_id.eq(Key::from(request)))
            .select(DecisionRow::as_select())
            .order((decisions::decided_at.desc(), decisions::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                decisions::decided_at.le(at).and(decisions::decided_at.lt(at).or(decisions::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    Slice::cut(rows, page.size).try_map(|row| {
        Ok(Decision {
            id: row.id.into(),
            request: row.request_id.into(),
            proposed_buddy: row.proposed_buddy.into(),
            rules_version: row.rules_version,
            facts: row.facts.0,
            decided_by: row.decided_by.into(),
            decided_at: row.decided_at.0,
        })
    })
}
