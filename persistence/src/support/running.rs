//! Which match runs: of a request, of a proposal, of a buddy; and who supports whom.

use diesel::prelude::*;
use naast_domain::access::Upkeep;
use naast_domain::buddies::{Buddy, BuddyStatus};
use naast_domain::directory::LocationCode;
use naast_domain::ids::{BuddyId, MatchId, PersonId, ProgrammeId, RequestId};
use naast_domain::matching::ProposalState;
use naast_domain::requests::SupportRequest;
use naast_domain::support::{ClosureReason, MatchState};

use super::{Match, Row};
use crate::columns::Key;
use crate::database::Database;
use crate::matching::KeptProposal;
use crate::rows::Stored;
use crate::schema::{buddies, matches, proposals, support_requests};
use crate::{Error, on_either};

/// The running match of a request that was loaded with a grant.
pub fn running_of_request(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
) -> Result<Option<Stored<Match>>, Error> {
    running(database, request.programme, request.id)
}

/// The last match of a request that was loaded with a grant, whether it runs or not.
pub fn last_of_request(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
) -> Result<Option<Stored<Match>>, Error> {
    let row: Option<Row> = on_either!(database, |c| matches::table
        .filter(matches::programme_id.eq(Key::from(request.programme)))
        .filter(matches::request_id.eq(Key::from(request.id)))
        .order((matches::started_at.desc(), matches::id.desc()))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(TryInto::try_into).transpose()
}

/// The running match that came of a proposal that was loaded with a grant.
pub fn running_of_proposal(
    database: &mut Database<'_>,
    proposal: &Stored<KeptProposal>,
) -> Result<Option<Stored<Match>>, Error> {
    let running = running(database, proposal.programme, proposal.request)?;
    Ok(running.filter(|running| running.proposal == proposal.id))
}

fn running(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    request: RequestId,
) -> Result<Option<Stored<Match>>, Error> {
    let row: Option<Row> = on_either!(database, |c| matches::table
        .filter(matches::programme_id.eq(Key::from(programme)))
        .filter(matches::request_id.eq(Key::from(request)))
        .filter(matches::state.ne(MatchState::Closed.to_string()))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(TryInto::try_into).transpose()
}

/// A match that runs, for the platform's own upkeep.
pub fn running_of_upkeep(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    id: MatchId,
) -> Result<Option<Stored<Match>>, Error> {
    let row: Option<Row> = on_either!(database, |c| matches::table
        .filter(matches::id.eq(Key::from(id)))
        .filter(matches::state.ne(MatchState::Closed.to_string()))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(TryInto::try_into).transpose()
}

/// The person of the buddy with whom a match of this request runs, unless she has left.
pub(crate) fn assigned_buddy(
    database: &mut Database<'_>,
    request: &SupportRequest,
) -> Result<Option<PersonId>, Error> {
    let person: Option<Key> = on_either!(database, |c| matches::table
        .inner_join(
            buddies::table
                .on(buddies::programme_id.eq(matches::programme_id).and(buddies::id.eq(matches::buddy_id))),
        )
        .filter(matches::programme_id.eq(Key::from(request.programme)))
        .filter(matches::request_id.eq(Key::from(request.id)))
        .filter(matches::state.ne(MatchState::Closed.to_string()))
        .filter(buddies::status.ne(BuddyStatus::Left.to_string()))
        .select(buddies::person_id)
        .first(c)
        .optional())?;
    Ok(person.map(Into::into))
}

/// The running matches of a buddy who was loaded with a grant, by request.
pub fn running_of_buddy(
    database: &mut Database<'_>,
    buddy: &Stored<Buddy>,
) -> Result<Vec<Stored<Match>>, Error> {
    let (programme, buddy) = (buddy.programme, buddy.id);
    let rows: Vec<Row> = on_either!(database, |c| matches::table
        .filter(matches::programme_id.eq(Key::from(programme)))
        .filter(matches::buddy_id.eq(Key::from(buddy)))
        .filter(matches::state.ne(MatchState::Closed.to_string()))
        .order(matches::request_id)
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The people who, as a buddy of whatever programme, support another parent than this one at a school now. In order, each once.
/// The platform asks for itself: nobody is shown whom they support.
pub fn supporting_others_at(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    school: &LocationCode,
    parent: PersonId,
) -> Result<Vec<PersonId>, Error> {
    let of_request = matches::programme_id
        .eq(support_requests::programme_id)
        .and(matches::request_id.eq(support_requests::id))
        .and(matches::state.ne(MatchState::Closed.to_string()));
    let of_buddy = buddies::programme_id.eq(matches::programme_id).and(buddies::id.eq(matches::buddy_id));
    // the partial index knows exactly these words, so they stand in the text and not in a parameter
    let is_matched = diesel::dsl::sql::<diesel::sql_types::Bool>("support_requests.state = 'matched'");
    let people: Vec<Key> = on_either!(database, |c| support_requests::table
        .inner_join(matches::table.on(of_request))
        .inner_join(buddies::table.on(of_buddy))
        .filter(support_requests::location_code.eq(school.as_str()))
        .filter(is_matched)
        .filter(support_requests::parent_id.ne(Key::from(parent)))
        .select(buddies::person_id)
        .order(buddies::person_id)
        .distinct()
        .load(c))?;
    let mut people: Vec<PersonId> = people.into_iter().map(Into::into).collect();
    people.sort_unstable();
    Ok(people)
}

/// The buddies of a programme with whom a match runs or who are proposed to somebody, by id, for work that
/// goes through all of them.
pub fn buddies_in_use(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    programme: ProgrammeId,
) -> Result<Vec<BuddyId>, Error> {
    let mut keys: Vec<Key> = on_either!(&mut *database, |c| matches::table
        .filter(matches::programme_id.eq(Key::from(programme)))
        .filter(matches::state.ne(MatchState::Closed.to_string()))
        .select(matches::buddy_id)
        .distinct()
        .load(c))?;
    let proposed: Vec<Key> = on_either!(database, |c| proposals::table
        .filter(proposals::programme_id.eq(Key::from(programme)))
        .filter(proposals::state.eq(ProposalState::Open.to_string()))
        .select(proposals::buddy_id)
        .distinct()
        .load(c))?;
    keys.extend(proposed);
    keys.sort_unstable();
    keys.dedup();
    Ok(keys.into_iter().map(Into::into).collect())
}

/// The buddies of earlier matches of a request whom the parent did not want any longer.
pub fn turned_down(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
) -> Result<Vec<BuddyId>, Error> {
    let (programme, request) = (request.programme, request.id);
    let keys: Vec<Key> = on_either!(database, |c| matches::table
        .filter(matches::programme_id.eq(Key::from(programme)))
        .filter(matches::request_id.eq(Key::from(request)))
        .filter(matches::closed_because.eq(ClosureReason::OtherBuddy.to_string()))
        .select(matches::buddy_id)
        .load(c))?;
    Ok(keys.into_iter().map(Into::into).collect())
}
