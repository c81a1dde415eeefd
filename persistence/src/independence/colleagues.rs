//! Which of the coordinators of a programme can handle a case: asked of all of them, and not of whoever calls.

use std::collections::BTreeMap;

use diesel::prelude::*;
use naast_domain::Date;
use naast_domain::access::{Action, Grant, Upkeep};
use naast_domain::ids::{PersonId, ProgrammeId};
use naast_domain::independence::{Effect, Tie, known_now};
use naast_domain::requests::{RequestState, SupportRequest};

use super::handling::{COLUMNS, Case, Columns, weigh_ties};
use super::{by_person, known};
use crate::columns::Key;
use crate::database::Database;
use crate::organisations::coordinators_on;
use crate::privacy::notices;
use crate::rows::Stored;
use crate::schema::support_requests;
use crate::{Error, on_either, programmes};

/// Each coordinator of a programme, and whether she can handle a case: no tie keeps her from it.
pub(crate) type Weighed = BTreeMap<PersonId, bool>;

/// Who coordinates the programme of this case on this day, and whether each of them can handle it.
///
/// What an issuer vouches for is known while its holder calls, and not here: see [`has_vouched_tie`].
pub(crate) fn weighed(database: &mut Database<'_>, case: &Case, today: Date) -> Result<Weighed, Error> {
    let cases = std::slice::from_ref(case);
    let mut weighed = Weighed::new();
    for person in coordinators_on(database, case.programme, today)? {
        let kept = kept_from(database, person, case.programme, cases, today)?;
        weighed.insert(person, !kept.contains(&true));
    }
    Ok(weighed)
}

/// Of each of these cases of one programme, whether a tie keeps this coordinator from it.
fn kept_from(
    database: &mut Database<'_>,
    person: PersonId,
    programme: ProgrammeId,
    cases: &[Case],
    today: Date,
) -> Result<Vec<bool>, Error> {
    let ties = by_person::of_coordinator(database, programme, person)?;
    let effects = weigh_ties(database, (person, &ties), programme, cases, today)?;
    Ok(effects.into_iter().map(|effect| effect == Effect::Block).collect())
}

/// Whether nobody coordinates the programme of this request today who can handle it: it waits for another coordinator.
pub fn waits_for_coordinator(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
    today: Date,
) -> Result<bool, Error> {
    nobody_may(database, &Case::of(request), today)
}

/// Whether nobody coordinates the programme of this case today who can handle it.
pub(crate) fn nobody_may(database: &mut Database<'_>, case: &Case, today: Date) -> Result<bool, Error> {
    Ok(!weighed(database, case, today)?.values().any(|clear| *clear))
}

/// The programmes in which something waits that none of its coordinators can handle today: each has a tie with it, or there is no
/// coordinator. A case that is not over waits, and so does what the programme is told of one that was withdrawn or erased, until somebody
/// said that nothing of it is kept. Which case, which of these it is, and how many, is nobody's to know by this. Reads every case that is
/// not over, and every notice that is open.
pub fn programmes_in_need(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    today: Date,
) -> Result<Vec<ProgrammeId>, Error> {
    let mut in_need = Vec::new();
    for programme in programmes::ids(database)? {
        let coordinators = coordinators_on(database, programme, today)?;
        let mut waiting = going_on(database, programme)?;
        let told = notices::cases_told_of(database, programme)?;
        waiting.extend(Case::load(database, programme, &told)?);
        for person in &coordinators {
            if waiting.is_empty() {
                break;
            }
            let kept = kept_from(database, *person, programme, &waiting, today)?;
            let mut kept = kept.into_iter();
            waiting.retain(|_| kept.next() == Some(true));
        }
        if !waiting.is_empty() || notices::is_erased_unread(database, programme, &coordinators)? {
            in_need.push(programme);
        }
    }
    Ok(in_need)
}

/// The cases of a programme that are not over.
fn going_on(database: &mut Database<'_>, programme: ProgrammeId) -> Result<Vec<Case>, Error> {
    let over = [RequestState::Withdrawn, RequestState::Closed].map(|state| state.to_string());
    let rows: Vec<Columns> = on_either!(database, |c| support_requests::table
        .filter(support_requests::programme_id.eq(Key::from(programme)))
        .filter(support_requests::state.ne_all(over))
        .select(COLUMNS)
        .load(c))?;
    rows.into_iter().map(Case::read).collect()
}

/// Whether the caller has a tie that nobody but her own call knows of, because an issuer vouches for the role that it comes from.
pub(crate) fn has_vouched_tie<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
) -> Result<bool, Error> {
    let vouched: Vec<Tie> = grant.principal().powers.iter().filter_map(known_now).collect();
    if vouched.is_empty() {
        return Ok(false);
    }
    let known = known::of_coordinator(database, grant.person())?;
    // a role by a membership gives the same tie as that membership
    let is_known = |tie: &Tie| known.iter().any(|one| one.kind == tie.kind && one.about == tie.about);
    Ok(!vouched.iter().all(is_known))
}

/// Whether a person has any tie as coordinator of this programme, declared or known, or is a parent there. What an issuer vouches for is not
/// known here.
pub(crate) fn has_any_tie(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    person: PersonId,
) -> Result<bool, Error> {
    if !by_person::of_coordinator(database, programme, person)?.is_empty() {
        return Ok(true);
    }
    let own = support_requests::table
        .filter(support_requests::parent_id.eq(Key::from(person)))
        .filter(support_requests::programme_id.eq(Key::from(programme)));
    Ok(on_either!(database, |c| diesel::select(diesel::dsl::exists(own)).get_result(c))?)
}
