//! Ties that the installation knows itself, of people who are buddies or coordinators.

use std::collections::HashMap;

use naast_domain::ids::PersonId;
use naast_domain::independence::{Tie, keeps_a_coordinator, known_tie};

use crate::Error;
use crate::database::Database;
use crate::organisations::memberships_with_seats;

/// The ties that follow from the memberships of these people, by person.
pub fn of_people(
    database: &mut Database<'_>,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Vec<Tie>>, Error> {
    let mut known: HashMap<PersonId, Vec<Tie>> = HashMap::new();
    // SQLite takes 32,766 parameters in one statement
    for people in people.chunks(10_000) {
        for (membership, seat) in memberships_with_seats(database, people)? {
            known.entry(membership.person).or_default().extend(known_tie(&membership, &seat));
        }
    }
    Ok(known)
}

/// Those of one person that can keep her from a case as coordinator. That she coordinates, which is a tie with whoever runs the programme, is
/// none of them, or nobody could handle a case of a school's own programme.
pub(super) fn of_coordinator(database: &mut Database<'_>, person: PersonId) -> Result<Vec<Tie>, Error> {
    let mut known = of_people(database, &[person])?.remove(&person).unwrap_or_default();
    known.retain(|tie| keeps_a_coordinator(tie.kind));
    Ok(known)
}
