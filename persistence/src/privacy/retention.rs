//! When what is kept goes, and what holds it back.

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{Grant, HoldCase, ManageProgrammes};
use naast_domain::buddies::Buddy;
use naast_domain::code::Code as _;
use naast_domain::ids::{BuddyId, HoldId, PersonId, ProgrammeId, RequestId};
use naast_domain::privacy::HoldReason;
use naast_domain::privacy::retention::{self, CaseFacts, Due, RetentionTerm, Terms};
use naast_domain::requests::SupportRequest;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::{Stored, code, count, must_reach, one};
use crate::schema::{buddies, erasure_requests, holds, matches, retention_terms, support_requests};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// A term that a programme set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTerm {
    /// Which one.
    pub term: RetentionTerm,
    /// In days.
    pub days: u32,
    /// Why it is longer than usual.
    pub reason: Option<String>,
    /// When it was set.
    pub set_at: Moment,
    /// Counts its changes.
    pub version: i32,
}

type TermRow = (Key, String, i32, Option<String>, At, i32);

/// The terms that these programmes set otherwise than usual.
pub fn own_terms(
    database: &mut Database<'_>,
    programmes: &[ProgrammeId],
) -> Result<HashMap<ProgrammeId, Vec<OwnTerm>>, Error> {
    let mut keys: Vec<Key> = programmes.iter().map(|id| Key::from(*id)).collect();
    keys.sort_unstable();
    keys.dedup();
    let rows: Vec<TermRow> = on_either!(database, |c| retention_terms::table
        .filter(retention_terms::programme_id.eq_any(keys))
        .order((retention_terms::programme_id, retention_terms::term))
        .select((
            retention_terms::programme_id,
            retention_terms::term,
            retention_terms::days,
            retention_terms::reason,
            retention_terms::set_at,
            retention_terms::version,
        ))
        .load(c))?;
    let mut all: HashMap<ProgrammeId, Vec<OwnTerm>> = HashMap::new();
    for (programme, term, days, reason, set_at, version) in rows {
        all.entry(programme.into()).or_default().push(OwnTerm {
            term: code("retention_terms", "term", &term)?,
            days: count("retention_terms", "days", days)?,
            reason,
            set_at: set_at.0,
            version,
        });
    }
    Ok(all)
}

/// The terms of these programmes, as the rules take them.
pub fn terms(
    database: &mut Database<'_>,
    programmes: &[ProgrammeId],
) -> Result<HashMap<ProgrammeId, Terms>, Error> {
    let own = own_terms(database, programmes)?;
    Ok(own
        .into_iter()
        .map(|(programme, own)| {
            (programme, Terms::set(own.into_iter().map(|one| (one.term, one.days)).collect()))
        })
        .collect())
}

/// Sets a term of a programme; back to the usual one when `own` is none.
pub fn set_term(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<ManageProgrammes>,
    programme: ProgrammeId,
    term: RetentionTerm,
    own: Option<(u32, Option<&str>)>,
    now: Moment,
) -> Result<(), Error> {
    let key = (Key::from(programme), term.code());
    let Some((days, reason)) = own else {
        on_either!(&mut **tx, |c| diesel::delete(retention_terms::table.find(key)).execute(c))?;
        return Ok(());
    };
    let days = i32::try_from(days).unwrap_or(i32::MAX);
    let changed = diesel::update(retention_terms::table.find(key)).set((
        retention_terms::days.eq(days),
        retention_terms::reason.eq(reason),
        retention_terms::set_at.eq(At(now)),
        retention_terms::version.eq(retention_terms::version + 1),
    ));
    if on_either!(&mut **tx, |c| changed.execute(c))? == 0 {
        let row = (
            retention_terms::programme_id.eq(key.0),
            retention_terms::term.eq(key.1),
            retention_terms::days.eq(days),
            retention_terms::reason.eq(reason),
            retention_terms::set_at.eq(At(now)),
        );
        on_either!(&mut **tx, |c| diesel::insert_into(retention_terms::table).values(row).execute(c))?;
    }
    Ok(())
}

/// When a case goes, and what of it goes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseRetention {
    /// The programme.
    pub programme: ProgrammeId,
    /// The parent.
    pub parent: PersonId,
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
}

type CaseRow = (Key, Key, Key, String, At, Option<String>, bool, bool, bool, Option<At>, Option<At>);

fn read(terms: &HashMap<ProgrammeId, Terms>, row: CaseRow) -> Result<(RequestId, CaseRetention), Error> {
    let (programme, id, parent, state, since, contact, was_matched, runs, held, ended, asked) = row;
    let facts = CaseFacts {
        state: code("support_requests", "state", &state)?,
        since: since.0,
        was_matched,
        asked_at: asked.map(|at| at.0),
    };
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
            case: retention::case(terms, facts),
            contact_way: retention::contact_way(terms, facts),
            private_space: retention::private_space(terms, facts, ended),
            has_contact: contact.is_some(),
            held,
            was_matched,
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
                .select(erasure_requests::asked_at.nullable())
                .single_value(),
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

/// The cases of a parent.
pub fn cases_of(
    database: &mut Database<'_>,
    parent: PersonId,
) -> Result<Vec<(RequestId, CaseRetention)>, Error> {
    let rows: Vec<CaseRow> = on_either!(&mut *database, |c| support_requests::table
        .filter(support_requests::parent_id.eq(Key::from(parent)))
        .order(support_requests::id)
        .select(case_columns!())
        .load(c))?;
    read_all(database, rows)
}

/// A hold on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// Why.
    pub because: HoldReason,
    /// Who placed it.
    pub placed_by: PersonId,
    /// When.
    pub placed_at: Moment,
    /// Who lifted it.
    pub lifted_by: Option<PersonId>,
    /// When it was lifted.
    pub lifted_at: Option<Moment>,
}

type HoldRow = (Key, String, Key, At, Option<Key>, Option<At>);

/// The holds on a request that was loaded with a grant, the newest first.
pub fn holds_on(database: &mut Database<'_>, request: &Stored<SupportRequest>) -> Result<Vec<Hold>, Error> {
    let rows: Vec<HoldRow> = on_either!(database, |c| holds::table
        .filter(holds::programme_id.eq(Key::from(request.programme)))
        .filter(holds::request_id.eq(Key::from(request.id)))
        .order((holds::placed_at.desc(), holds::id))
        .select((
            holds::id,
            holds::because,
            holds::placed_by,
            holds::placed_at,
            holds::lifted_by,
            holds::lifted_at,
        ))
        .load(c))?;
    rows.into_iter()
        .map(|(id, because, placed_by, placed_at, lifted_by, lifted_at)| {
            Ok(Hold {
                id: id.into(),
                because: code("holds", "because", &because)?,
                placed_by: placed_by.into(),
                placed_at: placed_at.0,
                lifted_by: lifted_by.map(Into::into),
                lifted_at: lifted_at.map(|at| at.0),
            })
        })
        .collect()
}

/// Places a hold on a request. One is in force at a time.
pub fn place_hold(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<HoldCase>,
    request: &Stored<SupportRequest>,
    hold: &Hold,
) -> Result<(), Error> {
    must_reach(grant, crate::requests::standing(request))?;
    let row = (
        holds::programme_id.eq(Key::from(request.programme)),
        holds::id.eq(Key::from(hold.id)),
        holds::request_id.eq(Key::from(request.id)),
        holds::because.eq(hold.because.to_string()),
        holds::placed_by.eq(Key::from(hold.placed_by)),
        holds::placed_at.eq(At(hold.placed_at)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(holds::table).values(row).execute(c))?;
    Ok(())
}

/// Lifts the hold that is in force on a request.
pub fn lift_hold(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<HoldCase>,
    request: &Stored<SupportRequest>,
    hold: HoldId,
    now: Moment,
) -> Result<(), Error> {
    must_reach(grant, crate::requests::standing(request))?;
    let update = diesel::update(
        holds::table
            .find((Key::from(request.programme), Key::from(hold)))
            .filter(holds::request_id.eq(Key::from(request.id)))
            .filter(holds::lifted_at.is_null()),
    )
    .set((holds::lifted_by.eq(Some(Key::from(grant.person()))), holds::lifted_at.eq(Some(At(now)))));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// Remembers that a person asked for erasure, so that what a hold keeps back goes when it is lifted.
pub fn remember_asking(tx: &mut Transaction<'_, '_>, person: PersonId, now: Moment) -> Result<(), Error> {
    let row = (erasure_requests::person_id.eq(Key::from(person)), erasure_requests::asked_at.eq(At(now)));
    on_either!(&mut **tx, |c| diesel::insert_into(erasure_requests::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// When the files of these buddies go, who were loaded with a grant.
pub fn of_buddies(
    database: &mut Database<'_>,
    of: &[&Stored<Buddy>],
) -> Result<HashMap<BuddyId, Due>, Error> {
    let keys: Vec<Key> = of.iter().map(|one| Key::from(one.id)).collect();
    let left: Vec<(Key, Key, Option<At>)> = on_either!(&mut *database, |c| buddies::table
        .filter(buddies::id.eq_any(keys))
        .select((buddies::programme_id, buddies::id, buddies::left_at))
        .load(c))?;
    let programmes: Vec<ProgrammeId> =
        left.iter().filter(|row| row.2.is_some()).map(|row| row.0.into()).collect();
    let terms = if programmes.is_empty() { HashMap::new() } else { terms(database, &programmes)? };
    let usual = Terms::default();
    Ok(left
        .into_iter()
        .map(|(programme, id, left_at)| {
            let terms = terms.get(&programme.into()).unwrap_or(&usual);
            (id.into(), retention::buddy_file(terms, left_at.map(|at| at.0)))
        })
        .collect())
}
