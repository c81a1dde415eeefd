//! Who coordinates a programme and since when, and for whom its trainers work.

use diesel::prelude::*;
use naast_domain::Date;
use naast_domain::ids::{PersonId, ProgrammeId};
use naast_domain::organisations::{MembershipStatus, Role};

use super::memberships::MembershipRow;
use crate::columns::Key;
use crate::database::Database;
use crate::schema::{memberships, organisations};
use crate::{Error, on_either};

/// Who coordinates a programme on this day, in the order of their ids.
pub(crate) fn coordinators_on(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    today: Date,
) -> Result<Vec<PersonId>, Error> {
    let rows: Vec<MembershipRow> = on_either!(database, |c| memberships::table
        .filter(memberships::programme_id.eq(Key::from(programme)))
        .filter(memberships::role.eq(Role::Coordinator.to_string()))
        .order((memberships::person_id, memberships::id))
        .select(MembershipRow::as_select())
        .load(c))?;
    let mut people = Vec::new();
    for row in rows {
        let (membership, _) = row.read()?;
        if membership.is_active(today) && people.last() != Some(&membership.person) {
            people.push(membership.person);
        }
    }
    Ok(people)
}

/// The names of the organisations for which those work who train the buddies of a programme on this day, each once.
pub(crate) fn trainers_from(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    today: Date,
) -> Result<Vec<String>, Error> {
    let rows: Vec<(MembershipRow, String)> = on_either!(database, |c| memberships::table
        .inner_join(organisations::table.on(organisations::id.eq(memberships::organisation_id)))
        .filter(memberships::programme_id.eq(Key::from(programme)))
        .filter(memberships::role.eq(Role::Trainer.to_string()))
        .order((organisations::name, memberships::id))
        .select((MembershipRow::as_select(), organisations::name))
        .load(c))?;
    let mut names = Vec::new();
    for (row, name) in rows {
        if row.read()?.0.is_active(today) && names.last() != Some(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// From when until when a person was to coordinate a programme, by the roles that are known of her today.
pub(crate) fn days_of_coordinator(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    person: PersonId,
) -> Result<Vec<(Date, Option<Date>)>, Error> {
    let rows: Vec<MembershipRow> = on_either!(database, |c| memberships::table
        .filter(memberships::programme_id.eq(Key::from(programme)))
        .filter(memberships::person_id.eq(Key::from(person)))
        .filter(memberships::role.eq(Role::Coordinator.to_string()))
        .filter(memberships::status.ne(MembershipStatus::Invited.to_string()))
        .select(MembershipRow::as_select())
        .load(c))?;
    rows.into_iter().map(|row| row.read().map(|(one, _)| (one.since, one.until))).collect()
}
