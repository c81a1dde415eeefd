//! That a person asked for erasure of everything of hers, and that she took it back, or asked for help again. It can change, so each is a tombstone of
//! its own, of the person and the moment, and the last one counts.

use std::collections::BTreeMap;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::ids::PersonId;

use super::{Kind, Tombstone, all, fingerprint_of, moment, put};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::schema::{erasure_requests, people};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// What a person last said of erasure, which the database does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedSince {
    /// Who.
    pub person: PersonId,
    /// Whether she asked for it; otherwise she took it back.
    pub is_asked: bool,
    /// When.
    pub at: Moment,
}

/// Lays the tombstone of her asking. Nothing is gone by it, and exports stand.
pub(crate) fn lay_of_asking(
    tx: &mut Transaction<'_, '_>,
    person: PersonId,
    now: Moment,
) -> Result<(), Error> {
    put(tx, Kind::ErasureAsked, of(Kind::ErasureAsked, person.into(), now), now)
}

/// Lays the tombstone of her taking it back.
pub(crate) fn lay_of_forgetting(
    tx: &mut Transaction<'_, '_>,
    person: PersonId,
    now: Moment,
) -> Result<(), Error> {
    put(tx, Kind::ErasureAskedNoMore, of(Kind::ErasureAskedNoMore, person.into(), now), now)
}

fn of(kind: Kind, person: Key, at: Moment) -> super::Fingerprint {
    fingerprint_of(kind.word(), &[person.0.as_bytes(), &moment(at)])
}

/// What each person said last, where the database does not know it. What it knows itself counts with what came from outside.
pub(super) fn unknown(database: &mut Database<'_>, stones: &[Tombstone]) -> Result<Vec<AskedSince>, Error> {
    let is_of = |stone: &&Tombstone| matches!(stone.kind, Kind::ErasureAsked | Kind::ErasureAskedNoMore);
    let own = all(database)?;
    let words: Vec<&Tombstone> = own.iter().chain(stones).filter(is_of).collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(Key, At)> = on_either!(&mut *database, |c| erasure_requests::table
        .select((erasure_requests::person_id, erasure_requests::asked_at))
        .load(c))?;
    let here: BTreeMap<Key, Moment> = rows.into_iter().map(|(person, at)| (person, at.0)).collect();
    let people: Vec<Key> = on_either!(database, |c| people::table
        .filter(people::name.ne(""))
        .order(people::id)
        .select(people::id)
        .load(c))?;
    let last = |person: Key| {
        let said = words.iter().filter(|word| word.fingerprint == of(word.kind, person, word.laid_at));
        said.max_by_key(|word| (word.laid_at, word.kind)).map(|word| (word.kind, word.laid_at))
    };
    let unknown = |person: Key| {
        let (kind, at) = last(person)?;
        let is_asked = kind == Kind::ErasureAsked;
        let stands = here.get(&person).copied();
        let is_known = if is_asked { stands >= Some(at) } else { stands.is_none_or(|asked| asked > at) };
        (!is_known).then_some(AskedSince { person: person.into(), is_asked, at })
    };
    Ok(people.into_iter().filter_map(unknown).collect())
}
