//! Which of the coordinators of a programme can handle a case: asked of all of them, and not of whoever calls.

use std::collections::BTreeMap;

use naast_domain::Date;
use naast_domain::access::{Action, Grant};
use naast_domain::ids::PersonId;
use naast_domain::independence::{Effect, known_now};

use super::handling::{Case, weigh_ties};
use super::{coordinators, known};
use crate::Error;
use crate::database::Database;
use crate::organisations::coordinators_on;

/// Each coordinator of a programme, and whether she can handle a case: no tie keeps her from it.
pub(crate) type Weighed = BTreeMap<PersonId, bool>;

/// Who coordinates the programme of this case on this day, and whether each of them can handle it.
///
/// What an issuer vouches for is known while its holder calls, and not here: see [`has_vouched_tie`].
pub(crate) fn weighed(database: &mut Database<'_>, case: &Case, today: Date) -> Result<Weighed, Error> {
    let people = coordinators_on(database, case.programme, today)?;
    let mut known = known::of_people(database, &people)?;
    let mut weighed = Weighed::new();
    for person in people {
        let mut ties = coordinators::declared(database, case.programme, person)?;
        ties.extend(known.remove(&person).unwrap_or_default());
        let effects =
            weigh_ties(database, (person, &ties), case.programme, std::slice::from_ref(case), today)?;
        weighed.insert(person, effects.first() != Some(&Effect::Block));
    }
    Ok(weighed)
}

/// Whether the caller has a tie that nobody but her own call knows of, because an issuer vouches for the role that it comes from.
pub(crate) fn has_vouched_tie<A: Action>(grant: &Grant<A>) -> bool {
    grant.principal().powers.iter().any(|power| known_now(power).is_some())
}
