//! What a person declared in a programme, whatever she is there: as its coordinator, and in each of her profiles as a buddy, also one that
//! she left. A tie is a fact about her. Whoever was told of it in one role knows it in the other; in another programme, which another
//! organisation answers for, she is asked herself (ADR 92).

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::buddies::Buddy;
use naast_domain::ids::{PersonId, ProgrammeId};
use naast_domain::independence::Tie;

use super::ties::TieRow;
use super::{coordinators, known};
use crate::columns::Key;
use crate::database::Database;
use crate::rows::Stored;
use crate::schema::{buddies, ties};
use crate::{Error, on_either};

/// The ties of these people in a programme: what each declared there in any role, every one once. A buddy's are read as they count for what she is
/// asked for here: an end that she gave one lets her in again as a buddy, whom the parent reads about, and not as a coordinator.
fn declared(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    people: &[PersonId],
    read: fn(TieRow) -> Result<Stored<Tie>, Error>,
) -> Result<HashMap<PersonId, Vec<Stored<Tie>>>, Error> {
    let mut declared: HashMap<PersonId, Vec<Stored<Tie>>> = HashMap::new();
    // SQLite takes 32,766 parameters in one statement
    for people in people.chunks(10_000) {
        let keys: Vec<Key> = people.iter().copied().map(Key::from).collect();
        let profiles = buddies::programme_id.eq(ties::programme_id).and(buddies::id.eq(ties::buddy_id));
        let rows: Vec<(Key, TieRow)> = on_either!(&mut *database, |c| ties::table
            .inner_join(buddies::table.on(profiles))
            .filter(ties::programme_id.eq(Key::from(programme)))
            .filter(buddies::person_id.eq_any(&keys))
            .order(ties::id)
            .select((buddies::person_id, TieRow::as_select()))
            .load(c))?;
        let as_buddies = rows.into_iter().map(|(person, row)| Ok((PersonId::from(person), read(row)?)));
        let mut all: Vec<_> = as_buddies.collect::<Result<_, Error>>()?;
        all.extend(coordinators::of_people(database, programme, people)?);
        // of what was declared twice the first one counts: from then on it was known
        all.sort_by_key(|(_, tie)| tie.created_at);
        for (person, tie) in all {
            let hers = declared.entry(person).or_default();
            if !hers.iter().any(|known| known.covers(&tie)) {
                hers.push(tie);
            }
        }
    }
    Ok(declared)
}

/// The ties that count for a buddy: what she declared in her programme, and what the installation knows itself.
pub fn counting_for(database: &mut Database<'_>, buddy: &Stored<Buddy>) -> Result<Vec<Tie>, Error> {
    let mut all = counting(database, buddy.programme, &[buddy.person])?;
    Ok(all.remove(&buddy.person).unwrap_or_default())
}

/// The same of many people of a programme, by person.
pub(crate) fn counting(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Vec<Tie>>, Error> {
    let mut all = known::of_people(database, people)?;
    for (person, ties) in declared(database, programme, people, TieRow::read)? {
        // what was declared says more than what a role says
        let known = all.remove(&person).unwrap_or_default();
        all.insert(person, ties.into_iter().map(|stored| stored.value).chain(known).collect());
    }
    Ok(all)
}

/// The ties that count for a coordinator of a programme: what she declared there in any role, and the roles that the installation knows.
pub(super) fn of_coordinator(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    person: PersonId,
) -> Result<Vec<Tie>, Error> {
    let declared = declared_by_coordinator(database, programme, person)?;
    let mut ties: Vec<Tie> = declared.into_iter().map(|stored| stored.value).collect();
    ties.extend(known::of_coordinator(database, person)?);
    Ok(ties)
}

/// What a coordinator declared in her programme in any role, as it counts for her there.
pub(super) fn declared_by_coordinator(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    person: PersonId,
) -> Result<Vec<Stored<Tie>>, Error> {
    let mut all = declared(database, programme, &[person], TieRow::read_for_coordinator)?;
    Ok(all.remove(&person).unwrap_or_default())
}
