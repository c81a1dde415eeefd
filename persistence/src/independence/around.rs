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
    buddies, matches, memberships, organisations, programmes, proposals, support_requests, ties,
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

/// Who declared a tie with the school.
fn tied(database: &mut Database<'_>, school: &LocationCode) -> Result<Vec<Touched>, Error> {
    let about = Json::of(&About::School(school.clone()));
    let hers = buddies::programme_id.eq(ties::programme_id).and(buddies::id.eq(ties::buddy_id));
    Ok(on_either!(database, |c| ties::table
        .inner_join(buddies::table.on(hers))
        .filter(ties::about.eq(about))
        .filter(buddies::status.ne(BuddyStatus::Left.to_string()))
        .select((buddies::person_id, buddies::id))
        .load(c))?)
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
