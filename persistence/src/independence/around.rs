//! Whom the partnership of one school can touch: the rules are asked again of nobody else.

use std::collections::BTreeMap;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::buddies::BuddyStatus;
use naast_domain::directory::LocationCode;
use naast_domain::matching::ProposalState;
use naast_domain::support::MatchState;

use super::ties::About;
use super::waiting;
use crate::columns::{Json, Key};
use crate::database::Database;
use crate::schema::{
    buddies, coordinator_ties, matches, memberships, organisations, programmes, proposals, support_requests,
    ties,
};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// The partnership of a school changed: the rules are asked again of each buddy whom it can touch, wherever she is one.
///
/// They read it as that of the school of a request, so of whoever is proposed for a request that names it or runs a match of one; and as
/// that of a school in a buddy's life, to know what to ask her after: one that she declared a tie with, over or not, and one where she
/// holds a role or held one. What else a tie can be about (a board, a partnership, a municipality) is held against the school of the
/// request alone, and that names it.
pub(crate) fn ask_around(
    tx: &mut Transaction<'_, '_>,
    school: &LocationCode,
    now: Moment,
) -> Result<(), Error> {
    let mut touched = of_requests(tx, school)?;
    touched.extend(tied(tx, school)?);
    touched.extend(members(tx, school)?);
    // one row for a person: it asks wherever she is a buddy
    let by_person: BTreeMap<Key, Key> = touched.into_iter().collect();
    for buddy in by_person.into_values() {
        waiting::ask_others_of(tx, buddy.into(), now)?;
    }
    Ok(())
}

diesel::alias!(buddies as former: Former);

/// A person and one of her profiles as a buddy.
type Touched = (Key, Key);

/// Who is proposed for a request that names the school, or runs a match of one.
fn of_requests(database: &mut Database<'_>, school: &LocationCode) -> Result<Vec<Touched>, Error> {
    let proposed = proposals::programme_id
        .eq(support_requests::programme_id)
        .and(proposals::request_id.eq(support_requests::id))
        .and(proposals::state.eq(ProposalState::Open.to_string()));
    let runs = matches::programme_id
        .eq(support_requests::programme_id)
        .and(matches::request_id.eq(support_requests::id))
        .and(matches::state.ne(MatchState::Closed.to_string()));
    let hers = buddies::programme_id.eq(proposals::programme_id).and(buddies::id.eq(proposals::buddy_id));
    let mut touched: Vec<Touched> = on_either!(&mut *database, |c| support_requests::table
        .inner_join(proposals::table.on(proposed))
        .inner_join(buddies::table.on(hers))
        .filter(support_requests::location_code.eq(school.as_str()))
        .select((buddies::person_id, buddies::id))
        .load(c))?;
    let hers = buddies::programme_id.eq(matches::programme_id).and(buddies::id.eq(matches::buddy_id));
    touched.extend(on_either!(database, |c| support_requests::table
        .inner_join(matches::table.on(runs))
        .inner_join(buddies::table.on(hers))
        .filter(support_requests::location_code.eq(school.as_str()))
        .select((buddies::person_id, buddies::id))
        .load::<Touched>(c))?);
    Ok(touched)
}

/// Who declared a tie with the school, as a buddy or as a coordinator: it counts in each profile that she has in that programme, whichever she
/// declared it with and whether or not she left that one (ADR 92).
fn tied(database: &mut Database<'_>, school: &LocationCode) -> Result<Vec<Touched>, Error> {
    let about = Json::of(&About::School(school.clone()));
    let of_declarer = former.field(buddies::programme_id).eq(ties::programme_id);
    let of_declarer = of_declarer.and(former.field(buddies::id).eq(ties::buddy_id));
    let hers = buddies::programme_id.eq(ties::programme_id);
    let hers = hers.and(buddies::person_id.eq(former.field(buddies::person_id)));
    let mut touched: Vec<Touched> = on_either!(&mut *database, |c| ties::table
        .inner_join(former.on(of_declarer))
        .inner_join(buddies::table.on(hers))
        .filter(ties::about.eq(&about))
        .filter(buddies::status.ne(BuddyStatus::Left.to_string()))
        .select((buddies::person_id, buddies::id))
        .load(c))?;
    let hers = buddies::programme_id.eq(coordinator_ties::programme_id);
    let hers = hers.and(buddies::person_id.eq(coordinator_ties::person_id));
    touched.extend(on_either!(database, |c| coordinator_ties::table
        .inner_join(buddies::table.on(hers))
        .filter(coordinator_ties::about.eq(about))
        .filter(buddies::status.ne(BuddyStatus::Left.to_string()))
        .select((buddies::person_id, buddies::id))
        .load::<Touched>(c))?);
    Ok(touched)
}

/// Who holds a role in the organisation that the school is, or in a programme that it runs, or held one.
fn members(database: &mut Database<'_>, school: &LocationCode) -> Result<Vec<Touched>, Error> {
    let of_its_programme = memberships::programme_id.eq(programmes::id.nullable());
    let mut touched: Vec<Touched> = on_either!(&mut *database, |c| organisations::table
        .inner_join(programmes::table.on(programmes::organisation_id.eq(organisations::id)))
        .inner_join(memberships::table.on(of_its_programme))
        .inner_join(buddies::table.on(buddies::person_id.eq(memberships::person_id)))
        .filter(organisations::location_code.eq(school.as_str()))
        .filter(buddies::status.ne(BuddyStatus::Left.to_string()))
        .select((buddies::person_id, buddies::id))
        .load(c))?;
    touched.extend(on_either!(database, |c| organisations::table
        .inner_join(memberships::table.on(memberships::organisation_id.eq(organisations::id)))
        .inner_join(buddies::table.on(buddies::person_id.eq(memberships::person_id)))
        .filter(organisations::location_code.eq(school.as_str()))
        .filter(buddies::status.ne(BuddyStatus::Left.to_string()))
        .select((buddies::person_id, buddies::id))
        .load::<Touched>(c))?);
    Ok(touched)
}
