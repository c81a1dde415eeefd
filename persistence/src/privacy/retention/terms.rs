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
use crate::rows::{code, count};
use crate::schema::retention_terms;
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
