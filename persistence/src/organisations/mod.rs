//! Organisations, people and memberships; and who a caller is at this moment.

mod coordinators;
mod memberships;
mod people;
mod principal;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{Grant, ManageOrganisations};
use naast_domain::directory::{BoardNumber, LocationCode, PartnershipCode};
use naast_domain::ids::OrganisationId;
use naast_domain::organisations::{Identified, Organisation};

pub(crate) use self::coordinators::{coordinators_on, days_of_coordinator, trainers_from};
pub(crate) use self::memberships::memberships_with_seats;
pub use self::memberships::{
    change_membership, end_again, find_membership, insert_membership, memberships_in, overlapping_membership,
    own_memberships,
};
pub use self::people::{Person, correct_own_name, insert_person, is_registered, is_there, own_name};
pub(crate) use self::people::{forget_name, keep_person, name_of, name_place};
pub use self::principal::{has_administrator, principal, principal_of_session};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::{Page, Slice, Stored, code, identifier};
use crate::schema::organisations;
use crate::transaction::Transaction;
use crate::{Error, on_either};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = organisations)]
struct Row {
    id: Key,
    kind: String,
    name: String,
    location_code: Option<String>,
    board_number: Option<String>,
    partnership_code: Option<String>,
    version: i32,
    created_at: At,
}

impl TryFrom<Row> for Stored<Organisation> {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        const T: &str = "organisations";
        Ok(Self {
            version: row.version,
            created_at: row.created_at.0,
            value: Organisation {
                id: row.id.into(),
                kind: code(T, "kind", &row.kind)?,
                name: row.name,
                location: row
                    .location_code
                    .map(|text| identifier(T, "location_code", LocationCode::parse(&text)))
                    .transpose()?,
                board: row
                    .board_number
                    .map(|text| identifier(T, "board_number", BoardNumber::parse(&text)))
                    .transpose()?,
                partnership: row
                    .partnership_code
                    .map(|text| identifier(T, "partnership_code", PartnershipCode::parse(&text)))
                    .transpose()?,
            },
        })
    }
}

/// Registers an organisation.
pub fn insert(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<ManageOrganisations>,
    organisation: &Organisation,
    now: Moment,
) -> Result<(), Error> {
    let row = Row {
        id: organisation.id.into(),
        kind: organisation.kind.to_string(),
        name: organisation.name.clone(),
        location_code: organisation.location.as_ref().map(ToString::to_string),
        board_number: organisation.board.as_ref().map(ToString::to_string),
        partnership_code: organisation.partnership.as_ref().map(ToString::to_string),
        version: 1,
        created_at: At(now),
    };
    on_either!(&mut **tx, |c| diesel::insert_into(organisations::table).values(row).execute(c))?;
    Ok(())
}

/// The organisation that is registered already as the school, board or partnership that this one is. None for an organisation of a kind
/// that the directory does not know.
pub fn registered_as(
    database: &mut Database<'_>,
    organisation: &Organisation,
) -> Result<Option<OrganisationId>, Error> {
    if !matches!(organisation.kind.identified(), Identified::By(_)) {
        return Ok(None);
    }
    let school = organisation.location.as_ref().map(ToString::to_string);
    let board = organisation.board.as_ref().map(ToString::to_string);
    let partnership = organisation.partnership.as_ref().map(ToString::to_string);
    // a comparison with nothing finds nothing
    let found: Option<Key> = on_either!(database, |c| organisations::table
        .filter(organisations::kind.eq(organisation.kind.to_string()))
        .filter(
            organisations::location_code
                .eq(&school)
                .or(organisations::board_number.eq(&board))
                .or(organisations::partnership_code.eq(&partnership)),
        )
        .select(organisations::id)
        .first(c)
        .optional())?;
    Ok(found.map(Into::into))
}

/// An organisation; who takes part is no secret.
pub fn find(database: &mut Database<'_>, id: OrganisationId) -> Result<Option<Stored<Organisation>>, Error> {
    let row: Option<Row> = on_either!(database, |c| organisations::table
        .find(Key::from(id))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(TryInto::try_into).transpose()
}

/// A page of organisations.
pub fn list(database: &mut Database<'_>, page: Page) -> Result<Slice<Stored<Organisation>>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| {
        let mut query = organisations::table
            .select(Row::as_select())
            .order((organisations::created_at.desc(), organisations::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                organisations::created_at
                    .le(at)
                    .and(organisations::created_at.lt(at).or(organisations::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    Slice::cut(rows, page.size).try_map(TryInto::try_into)
}
