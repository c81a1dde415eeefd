//! The terms that a programme set otherwise than usual.

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{Grant, ManageProgrammes};
use naast_domain::code::Code as _;
use naast_domain::ids::ProgrammeId;
use naast_domain::privacy::retention::{RetentionTerm, Terms};

use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::{code, count, one};
use crate::schema::retention_terms;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// A term that is a programme's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTerm {
    /// In days.
    pub days: u32,
    /// Why it is longer than usual.
    pub reason: Option<String>,
}

/// What a programme said of a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidTerm {
    /// Which one.
    pub term: RetentionTerm,
    /// Its own; none when the usual one holds again.
    pub own: Option<OwnTerm>,
    /// When it was said.
    pub set_at: Moment,
    /// Counts its changes.
    pub version: i32,
}

type TermRow = (Key, String, Option<i32>, Option<String>, At, i32);

/// What these programmes said of their terms. A term that one never said anything of is not among them.
pub fn said_terms(
    database: &mut Database<'_>,
    programmes: &[ProgrammeId],
) -> Result<HashMap<ProgrammeId, Vec<SaidTerm>>, Error> {
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
    let mut all: HashMap<ProgrammeId, Vec<SaidTerm>> = HashMap::new();
    for (programme, term, days, reason, set_at, version) in rows {
        let days = days.map(|days| count("retention_terms", "days", days)).transpose()?;
        all.entry(programme.into()).or_default().push(SaidTerm {
            term: code("retention_terms", "term", &term)?,
            own: days.map(|days| OwnTerm { days, reason }),
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
    let said = said_terms(database, programmes)?;
    let own = |one: SaidTerm| Some((one.term, one.own?.days));
    Ok(said
        .into_iter()
        .map(|(programme, said)| (programme, Terms::set(said.into_iter().filter_map(own).collect())))
        .collect())
}

/// Sets a term of a programme whose version was read; back to the usual one when `own` is none. Gives what stands then. When somebody
/// else set it meanwhile, the use case begins again.
pub fn set_term(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<ManageProgrammes>,
    programme: ProgrammeId,
    (term, stood): (RetentionTerm, i32),
    own: Option<OwnTerm>,
    now: Moment,
) -> Result<SaidTerm, Error> {
    let days = own.as_ref().map(|own| i32::try_from(own.days).unwrap_or(i32::MAX));
    let reason = own.as_ref().and_then(|own| own.reason.as_deref());
    let version = stood + 1;
    let values = (
        retention_terms::days.eq(days),
        retention_terms::reason.eq(reason),
        retention_terms::set_at.eq(At(now)),
        retention_terms::version.eq(version),
    );
    let key = (Key::from(programme), term.code());
    if stood == 0 {
        let row = (retention_terms::programme_id.eq(key.0), retention_terms::term.eq(key.1), values);
        let insert = diesel::insert_into(retention_terms::table).values(row).on_conflict_do_nothing();
        one(on_either!(&mut **tx, |c| insert.execute(c))?)?;
    } else {
        let stands = retention_terms::table.find(key).filter(retention_terms::version.eq(stood));
        let change = diesel::update(stands).set(values);
        one(on_either!(&mut **tx, |c| change.execute(c))?)?;
    }
    Ok(SaidTerm { term, own, set_at: now, version })
}
