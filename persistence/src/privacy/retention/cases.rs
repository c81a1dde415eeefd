//! When a case goes, and what of it goes before.

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{DecideOnRequest, Grant, Upkeep};
use naast_domain::ids::{PersonId, ProgrammeId, RequestId};
use naast_domain::privacy::retention::{self, CaseFacts, Due, LastDay, Terms};
use naast_domain::requests::{ContinuedBy, RequestState};
use naast_domain::support::ClosureReason;

use super::terms;
use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::{code, code_or_none};
use crate::schema::{erasure_requests, holds, matches, support_requests};
use crate::{Error, on_either};

const T: &str = "support_requests";

/// When a case goes, and what of it goes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseRetention {
    /// The programme.
    pub programme: ProgrammeId,
    /// The parent.
    pub parent: PersonId,
    /// Since when the request stands as it does: its last change, by its parent or by what became of it.
    pub since: Moment,
    /// The request and everything that belongs to it.
    pub case: Due,
    /// How to reach the parent.
    pub contact_way: Due,
    /// What parent and buddy share, after their last match ended.
    pub private_space: Due,
    /// Whether a contact way is there.
    pub has_contact: bool,
    /// Whether a hold keeps it from erasure.
    pub held: bool,
    /// Whether there ever was a match.
    pub was_matched: bool,
    /// The last day of a request that waits or runs.
    pub last_day: Option<LastDay>,
    /// When the parent last said that it goes on, and who noted it.
    pub continued: (Moment, ContinuedBy),
    /// Why it was closed, once it is.
    pub closed_because: Option<ClosureReason>,
}

/// What was said of how long a request goes on: when it was made, when and by whom it was said, when the parent was told of its last day, and why it
/// ended.
type SaidRow = (At, Option<At>, Option<String>, Option<At>, Option<String>);

type CaseRow = (Key, Key, Key, String, At, Option<String>, bool, bool, bool, Option<At>, Option<At>, SaidRow);

fn read(terms: &HashMap<ProgrammeId, Terms>, row: CaseRow) -> Result<(RequestId, CaseRetention), Error> {
    let (programme, id, parent, state, since, contact, was_matched, runs, held, ended, asked, said) = row;
    let (made_at, continued_at, by, told_at, because) = said;
    let continued_at = continued_at.unwrap_or(made_at).0;
    let facts = CaseFacts {
        state: code(T, "state", &state)?,
        made_at: made_at.0,
        since: since.0,
        was_matched,
        asked_at: asked.map(|at| at.0),
        continued_at,
        told_at: told_at.map(|at| at.0),
    };
    let by = code_or_none(T, "continued_by", by.as_deref())?.unwrap_or(ContinuedBy::Parent);
    let because = because.filter(|_| facts.state == RequestState::Closed);
    let programme = programme.into();
    let usual = Terms::default();
    let terms = terms.get(&programme).unwrap_or(&usual);
    // while a match runs its space stays, whatever ended before
    let ended = ended.filter(|_| !runs).map(|at| at.0);
    Ok((
        id.into(),
        CaseRetention {
            programme,
            parent: parent.into(),
            since: facts.since,
            case: retention::case(terms, facts),
            contact_way: retention::contact_way(terms, facts),
            private_space: retention::private_space(terms, facts, ended),
            has_contact: contact.is_some(),
            held,
            was_matched,
            last_day: retention::last_day(terms, facts),
            continued: (continued_at, by),
            closed_because: code_or_none(T, "ended_because", because.as_deref())?,
        },
    ))
}

/// The columns that the terms of a case are computed from.
macro_rules! case_columns {
    () => {
        (
            support_requests::programme_id,
            support_requests::id,
            support_requests::parent_id,
            support_requests::state,
            support_requests::updated_at,
            support_requests::contact_kind,
            diesel::dsl::exists(
                matches::table
                    .filter(matches::programme_id.eq(support_requests::programme_id))
                    .filter(matches::request_id.eq(support_requests::id)),
            ),
            diesel::dsl::exists(
                matches::table
                    .filter(matches::programme_id.eq(support_requests::programme_id))
                    .filter(matches::request_id.eq(support_requests::id))
                    .filter(matches::ended_at.is_null()),
            ),
            diesel::dsl::exists(
                holds::table
                    .filter(holds::programme_id.eq(support_requests::programme_id))
                    .filter(holds::request_id.eq(support_requests::id))
                    .filter(holds::lifted_at.is_null()),
            ),
            matches::table
                .filter(matches::programme_id.eq(support_requests::programme_id))
                .filter(matches::request_id.eq(support_requests::id))
                .filter(matches::ended_at.is_not_null())
                .select(matches::ended_at)
                .order(matches::ended_at.desc())
                .limit(1)
                .single_value(),
            erasure_requests::table
                .filter(erasure_requests::person_id.eq(support_requests::parent_id))
                .filter(erasure_requests::asked_at.ge(support_requests::created_at))
                .select(erasure_requests::asked_at.nullable())
                .single_value(),
            (
                support_requests::created_at,
                support_requests::continued_at,
                support_requests::continued_by,
                support_requests::last_day_told_at,
                support_requests::ended_because,
            ),
        )
    };
}

/// When these cases go. Of requests that a grant reached already.
pub fn of_cases(
    database: &mut Database<'_>,
    requests: &[RequestId],
) -> Result<HashMap<RequestId, CaseRetention>, Error> {
    let mut keys: Vec<Key> = requests.iter().map(|id| Key::from(*id)).collect();
    keys.sort_unstable();
    keys.dedup();
    let rows: Vec<CaseRow> = on_either!(&mut *database, |c| support_requests::table
        .filter(support_requests::id.eq_any(keys))
        .select(case_columns!())
        .load(c))?;
    read_all(database, rows).map(|all| all.into_iter().collect())
}

fn read_all(
    database: &mut Database<'_>,
    rows: Vec<CaseRow>,
) -> Result<Vec<(RequestId, CaseRetention)>, Error> {
    let programmes: Vec<ProgrammeId> = rows.iter().map(|row| row.0.into()).collect();
    let terms = terms(database, &programmes)?;
    rows.into_iter().map(|row| read(&terms, row)).collect()
}

/// The next cases in the order of their ids, for the platform's own round.
pub fn next_cases(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    after: RequestId,
    most: i64,
) -> Result<Vec<(RequestId, CaseRetention)>, Error> {
    let rows: Vec<CaseRow> = on_either!(&mut *database, |c| support_requests::table
        .filter(support_requests::id.gt(Key::from(after)))
        .order(support_requests::id)
        .limit(most)
        .select(case_columns!())
        .load(c))?;
    read_all(database, rows)
}

/// The id of the next case behind another, also where the rest of it does not read.
pub fn next_case(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    after: RequestId,
) -> Result<Option<RequestId>, Error> {
    let id: Option<Key> = on_either!(database, |c| support_requests::table
        .filter(support_requests::id.gt(Key::from(after)))
        .order(support_requests::id)
        .select(support_requests::id)
        .first(c)
        .optional())?;
    Ok(id.map(Into::into))
}

/// The cases of whoever is granted to decide on her own.
pub fn cases_of(
    database: &mut Database<'_>,
    grant: &Grant<DecideOnRequest>,
) -> Result<Vec<(RequestId, CaseRetention)>, Error> {
    let rows: Vec<CaseRow> = on_either!(&mut *database, |c| support_requests::table
        .filter(support_requests::parent_id.eq(Key::from(grant.person())))
        .order(support_requests::id)
        .select(case_columns!())
        .load(c))?;
    read_all(database, rows)
}
