//! Who of the coordinators could know of a case that is about to be erased: whoever is let in to it now, and whoever was before something
//! of hers came in between. She is asked as well whether she keeps anything (AVG art. 19); whoever was kept out from the first day is
//! not, or she would learn by the question that there was such a case.

use naast_domain::ids::PersonId;
use naast_domain::independence::{Effect, Tie};
use naast_domain::requests::SupportRequest;
use naast_domain::{Date, Moment, day_of, start_of};

use super::by_person;
use super::colleagues::{Weighed, weighed};
use super::handling::{Case, weigh_ties};
use super::known;
use crate::Error;
use crate::database::Database;
use crate::organisations::days_of_coordinator;
use crate::privacy::access_log::coordinators_who_read;
use crate::rows::Stored;

/// A tie of a coordinator, and since when it counts for the platform.
struct Begun {
    tie: Tie,
    at: Moment,
}

/// Each of those who coordinate the programme of this case today, and whether she could know of it at any time until now.
///
/// By what counted then: a tie that she declared counts from then on, and no sooner than its first day. Which school the parent named
/// before is not kept; whoever read something of the case meanwhile stands in the access log.
pub(crate) fn who_knew(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
    now: Moment,
) -> Result<Weighed, Error> {
    let case = Case::of(request);
    let mut all = weighed(database, &case, day_of(now))?;
    if all.values().all(|clear| *clear) {
        return Ok(all);
    }
    let readers = coordinators_who_read(database, request)?;
    for (person, knew) in all.iter_mut().filter(|(person, clear)| !**clear && **person != case.parent) {
        *knew = readers.contains(person) || was_let_in(database, *person, &case, (request.created_at, now))?;
    }
    Ok(all)
}

/// Whether there was a moment in the life of a case at which a coordinator was not kept from it. Only ties that begin keep anybody out, so
/// it is enough to ask for the moments just before each of hers began.
fn was_let_in(
    database: &mut Database<'_>,
    person: PersonId,
    case: &Case,
    (begun, now): (Moment, Moment),
) -> Result<bool, Error> {
    let days = days_of_coordinator(database, case.programme, person)?;
    let was_coordinator =
        |day: Date| days.iter().any(|(since, until)| *since <= day && until.is_none_or(|until| day <= until));
    let ties = ties_of(database, person, case)?;
    for before in ties.iter().map(|tie| tie.at).filter(|at| begun < *at && *at <= now) {
        let day = day_of(before - chrono::TimeDelta::microseconds(1));
        if !was_coordinator(day) {
            continue;
        }
        let held: Vec<Tie> = ties.iter().filter(|tie| tie.at < before).map(|tie| tie.tie.clone()).collect();
        let meant = weigh_ties(database, (person, &held), case.programme, std::slice::from_ref(case), day)?;
        if meant.first().is_some_and(|effect| *effect != Effect::Block) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The ties of a coordinator as they counted before: none that she ended gave her a case back that it counted for, so they counted as they do now.
fn ties_of(database: &mut Database<'_>, person: PersonId, case: &Case) -> Result<Vec<Begun>, Error> {
    let declared = by_person::declared_by_coordinator(database, case.programme, person)?;
    let mut ties: Vec<Begun> = declared
        .into_iter()
        .map(|stored| {
            let first_day = stored.value.since.map(start_of);
            let at = first_day.map_or(stored.created_at, |first| first.max(stored.created_at));
            Begun { tie: stored.value, at }
        })
        .collect();
    let known = known::of_coordinator(database, person)?;
    ties.extend(known.into_iter().map(|tie| {
        let at = tie.since.map_or(Moment::UNIX_EPOCH, start_of);
        Begun { tie, at }
    }));
    Ok(ties)
}
