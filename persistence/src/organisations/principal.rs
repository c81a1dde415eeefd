//! Who a caller is at this moment: her active memberships, read at each call.

use diesel::dsl::exists;
use diesel::prelude::*;
use naast_domain::Date;
use naast_domain::access::{Power, Principal};
use naast_domain::directory::{BoardNumber, LocationCode};
use naast_domain::ids::{PersonId, SessionId};
use naast_domain::organisations::{MembershipStatus, Role};

use super::memberships::MembershipRow;
use crate::columns::Key;
use crate::database::Database;
use crate::rows::identifier;
use crate::schema::{memberships, organisations, people, sessions};
use crate::{Error, on_either};

/// Who this person is on this day: her active memberships, read at each call. `None` when nobody has this id.
pub fn principal(
    database: &mut Database<'_>,
    person: PersonId,
    today: Date,
) -> Result<Option<Principal>, Error> {
    load_principal(database, person, None, today)
}

/// The same, while this session of hers runs: `None` once it has ended, and for a session of somebody else. It is asked in the
/// statement that reads her roles, by the key of the session.
pub fn principal_of_session(
    database: &mut Database<'_>,
    person: PersonId,
    session: SessionId,
    today: Date,
) -> Result<Option<Principal>, Error> {
    load_principal(database, person, Some(session), today)
}

fn load_principal(
    database: &mut Database<'_>,
    person: PersonId,
    session: Option<SessionId>,
    today: Date,
) -> Result<Option<Principal>, Error> {
    type Found = (Option<MembershipRow>, Option<String>, Option<String>);
    // two statements of fixed words, so that each is prepared once: every call begins with one of them
    macro_rules! roles {
        () => {
            people::table
                .left_join(memberships::table.on(memberships::person_id.eq(people::id)))
                .left_join(organisations::table.on(organisations::id.eq(memberships::organisation_id)))
                .filter(people::id.eq(Key::from(person)))
                .select((
                    Option::<MembershipRow>::as_select(),
                    organisations::location_code.nullable(),
                    organisations::board_number.nullable(),
                ))
        };
    }
    let rows: Vec<Found> = match session {
        None => on_either!(database, |c| roles!().load(c))?,
        Some(session) => {
            let runs = sessions::table
                .filter(sessions::id.eq(Key::from(session)))
                .filter(sessions::person_id.eq(Key::from(person)))
                .filter(sessions::ended_because.is_null());
            on_either!(database, |c| roles!().filter(exists(runs)).load(c))?
        }
    };
    if rows.is_empty() {
        return Ok(None);
    }
    let mut powers = Vec::new();
    for (membership, school, board) in rows {
        let Some((membership, _)) = membership.map(MembershipRow::read).transpose()? else { continue };
        if !membership.is_active(today) {
            continue;
        }
        powers.push(Power {
            role: membership.role,
            organisation: membership.organisation,
            programme: membership.programme,
            school: school
                .map(|text| identifier("organisations", "location_code", LocationCode::parse(&text)))
                .transpose()?,
            board: board
                .map(|text| identifier("organisations", "board_number", BoardNumber::parse(&text)))
                .transpose()?,
        });
    }
    Ok(Some(Principal { person, powers, today }))
}

/// Whether anybody administers this installation.
pub fn has_administrator(database: &mut Database<'_>) -> Result<bool, Error> {
    let found = memberships::table
        .filter(memberships::role.eq(Role::Administrator.to_string()))
        .filter(memberships::status.eq(MembershipStatus::Active.to_string()));
    on_either!(database, |c| diesel::select(diesel::dsl::exists(found)).get_result(c)).map_err(Error::from)
}
