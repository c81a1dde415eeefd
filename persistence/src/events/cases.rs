//! Which case an event is of: a coordinator does not read what happens in one from which a tie of her own keeps her (rule 37).

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use naast_domain::access::{Grant, OwnTie, ReadEvents};
use naast_domain::ids::{ProgrammeId, RequestId};
use uuid::Uuid;

use super::feed::Recorded;
use crate::columns::Key;
use crate::database::Database;
use crate::independence::{Case, ask, may_be_kept};
use crate::schema::{consents, contacts, matches, meeting_announcements, proposals, withdrawal_notices};
use crate::{Error, on_either};

/// The kinds of objects whose events are of a case.
const OF_A_CASE: &[&str] =
    &["request", "subject", "proposal", "match", "contact", "announcement", "consent", "withdrawal-notice"];

/// The events without those of cases from which a tie keeps the caller. What is of a case that nobody can tell any more, because
/// it was erased, is left out as well, for whoever has any tie.
pub(super) fn without_tied(
    database: &mut Database<'_>,
    grant: &Grant<ReadEvents>,
    programme: ProgrammeId,
    events: Vec<Recorded>,
) -> Result<Vec<Recorded>, Error> {
    let is_of_a_case = |event: &Recorded| OF_A_CASE.contains(&event.object_kind.as_str());
    if !events.iter().any(is_of_a_case) || !may_be_kept(database, grant, programme)? {
        return Ok(events);
    }
    let requests = requests_of(database, programme, &events)?;
    let distinct: Vec<RequestId> = requests.values().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let cases = Case::load(database, programme, &distinct)?;
    let asked = ask(database, grant, programme, &cases)?;
    let clear: BTreeSet<RequestId> = cases
        .iter()
        .zip(asked)
        .filter(|(_, tie)| *tie == OwnTie::Clear)
        .map(|(case, _)| case.request)
        .collect();
    let is_hers = |event: &Recorded| {
        !is_of_a_case(event)
            || Uuid::try_parse(&event.object_id)
                .ok()
                .and_then(|id| requests.get(&id))
                .is_some_and(|request| clear.contains(request))
    };
    Ok(events.into_iter().filter(is_hers).collect())
}

/// The requests that the objects of these events are of; one question for each kind of object that there is.
fn requests_of(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    events: &[Recorded],
) -> Result<HashMap<Uuid, RequestId>, Error> {
    let programme = Key::from(programme);
    let mut found: HashMap<Uuid, RequestId> = HashMap::new();
    for kind in OF_A_CASE {
        let ids: Vec<Key> = events
            .iter()
            .filter(|event| event.object_kind == *kind)
            .filter_map(|event| Uuid::try_parse(&event.object_id).ok().map(Key))
            .collect();
        if ids.is_empty() {
            continue;
        }
        // what belongs to a request stands beside it in its own table
        macro_rules! of {
            ($table:ident) => {
                on_either!(&mut *database, |c| $table::table
                    .filter($table::programme_id.eq(programme))
                    .filter($table::id.eq_any(ids))
                    .select(($table::id, $table::request_id))
                    .load::<(Key, Key)>(c))?
            };
        }
        let pairs: Vec<(Key, Key)> = match *kind {
            "proposal" => of!(proposals),
            "match" => of!(matches),
            "announcement" => of!(meeting_announcements),
            "consent" => of!(consents),
            "withdrawal-notice" => of!(withdrawal_notices),
            "contact" => on_either!(&mut *database, |c| contacts::table
                .inner_join(matches::table.on(
                    matches::programme_id.eq(contacts::programme_id).and(matches::id.eq(contacts::match_id))
                ))
                .filter(contacts::programme_id.eq(programme))
                .filter(contacts::id.eq_any(ids))
                .select((contacts::id, matches::request_id))
                .load::<(Key, Key)>(c))?,
            _ => ids.into_iter().map(|id| (id, id)).collect(),
        };
        found.extend(pairs.into_iter().map(|(id, request)| (id.0, request.into())));
    }
    Ok(found)
}
