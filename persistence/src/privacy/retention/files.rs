//! When a buddy's file goes.

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::buddies::Buddy;
use naast_domain::ids::{BuddyId, ProgrammeId};
use naast_domain::privacy::retention::{self, Due, Terms};

use super::terms;
use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::Stored;
use crate::schema::buddies;
use crate::{Error, on_either};

/// When the file of a buddy goes, who was loaded with a grant.
pub fn of_buddy(database: &mut Database<'_>, of: &Stored<Buddy>) -> Result<Due, Error> {
    Ok(of_buddies(database, &[of])?.remove(&of.id).unwrap_or(Due::RUNNING))
}

/// When a buddy left, who was loaded with a grant.
pub fn left_at(database: &mut Database<'_>, of: &Stored<Buddy>) -> Result<Option<Moment>, Error> {
    let left: Option<Option<At>> = on_either!(database, |c| buddies::table
        .filter(buddies::id.eq(Key::from(of.id)))
        .select(buddies::left_at)
        .first(c)
        .optional())?;
    Ok(left.flatten().map(|at| at.0))
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
