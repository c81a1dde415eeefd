//! One school with what the directory knows beside DUO's own words: partnership, pupils, whether it is gone.

use diesel::prelude::*;
use naast_domain::Date;
use naast_domain::directory::{
    BoardNumber, InstitutionCode, LocationCode, MunicipalityCode, Postcode, School, place_key,
};

use super::links::{self, PartnershipLink};
use super::pupils::Pupils;
use crate::columns::Json;
use crate::database::Database;
use crate::rows::identifier;
use crate::schema::{pupil_counts, school_partnerships, schools};
use crate::{Error, on_either};

/// A school as the directory lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The school, as it was published last.
    pub school: School,
    /// The partnership that it belongs to now: the link without an end. Where there are more, the partnership's own
    /// word goes before what was derived.
    pub partnership: Option<PartnershipLink>,
    /// The pupils in the latest year that is known.
    pub pupils: Option<Pupils>,
    /// The day on which the school was no longer published.
    pub gone_since: Option<Date>,
    /// Counts the changes of everything that is listed here.
    pub version: i32,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = schools, treat_none_as_default_value = false)]
pub(super) struct Row {
    location_code: String,
    institution_code: String,
    board_number: String,
    name: String,
    street: String,
    house_number: String,
    postcode: String,
    place: String,
    place_key: String,
    municipality_code: String,
    municipality_name: String,
    province: String,
    denomination: String,
    phone: Option<String>,
    website: Option<String>,
    pub(super) gone_since: Option<Date>,
    pub(super) version: i32,
}

impl Row {
    /// The row of a school that is published, at this version.
    pub(super) fn of(school: &School, version: i32) -> Self {
        Self {
            location_code: school.location.to_string(),
            institution_code: school.institution.to_string(),
            board_number: school.board.to_string(),
            name: school.name.clone(),
            street: school.street.clone(),
            house_number: school.house_number.clone(),
            postcode: school.postcode.to_string(),
            place: school.place.clone(),
            place_key: place_key(&school.place),
            municipality_code: school.municipality.to_string(),
            municipality_name: school.municipality_name.clone(),
            province: school.province.clone(),
            denomination: school.denomination.clone(),
            phone: school.phone.clone(),
            website: school.website.clone(),
            gone_since: None,
            version,
        }
    }
}

impl TryFrom<Row> for School {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        const T: &str = "schools";
        Ok(Self {
            location: identifier(T, "location_code", LocationCode::parse(&row.location_code))?,
            institution: identifier(T, "institution_code", InstitutionCode::parse(&row.institution_code))?,
            board: identifier(T, "board_number", BoardNumber::parse(&row.board_number))?,
            name: row.name,
            street: row.street,
            house_number: row.house_number,
            postcode: identifier(T, "postcode", Postcode::parse(&row.postcode))?,
            place: row.place,
            municipality: identifier(
                T,
                "municipality_code",
                MunicipalityCode::parse(&row.municipality_code),
            )?,
            municipality_name: row.municipality_name,
            province: row.province,
            denomination: row.denomination,
            phone: row.phone,
            website: row.website,
            beside: None,
        })
    }
}

type Found = (Row, Option<links::Row>, Option<Json>);

/// The rows of the schools that this condition holds for, with what belongs to each. One code is asked for as such:
/// that question is prepared once, a list of codes each time anew on SQLite.
macro_rules! found {
    ($database:expr, $condition:expr) => {{
        let open = school_partnerships::location_code
            .eq(schools::location_code)
            .and(school_partnerships::until.is_null());
        on_either!($database, |c| schools::table
            .left_join(school_partnerships::table.on(open))
            .left_join(pupil_counts::table.on(pupil_counts::location_code.eq(schools::location_code)))
            .filter($condition)
            .order(schools::location_code)
            .select((Row::as_select(), Option::<links::Row>::as_select(), pupil_counts::counts.nullable()))
            .load::<Found>(c))
    }};
}

/// A school; also one that is gone, because conversations and requests still point at it. One question to the
/// database.
pub fn find(database: &mut Database<'_>, location: &LocationCode) -> Result<Option<Listed>, Error> {
    let rows = found!(database, schools::location_code.eq(location.as_str()))?;
    Ok(listed(rows)?.pop())
}

/// The schools with these codes, in the order of their codes; one question to the database.
pub(super) fn find_all(database: &mut Database<'_>, codes: &[String]) -> Result<Vec<Listed>, Error> {
    listed(found!(database, schools::location_code.eq_any(codes))?)
}

/// Takes the rows of one school together: there is one for each link that has no end.
fn listed(rows: Vec<Found>) -> Result<Vec<Listed>, Error> {
    let mut schools: Vec<Listed> = Vec::with_capacity(rows.len());
    for (row, link, counts) in rows {
        let link = link.map(links::Row::read).transpose()?;
        let (gone_since, version) = (row.gone_since, row.version);
        let school = School::try_from(row)?;
        match schools.last_mut().filter(|last| last.school.location == school.location) {
            Some(same) => {
                let known = same.partnership.take();
                same.partnership = known.into_iter().chain(link).max_by_key(PartnershipLink::rank);
            }
            None => schools.push(Listed {
                school,
                partnership: link,
                pupils: counts.map(Pupils::latest).transpose()?.flatten(),
                gone_since,
                version,
            }),
        }
    }
    Ok(schools)
}

/// Whether the directory knows schools at all: before the first import it does not.
pub fn has_schools(database: &mut Database<'_>) -> Result<bool, Error> {
    let any = diesel::dsl::exists(schools::table.select(schools::location_code));
    Ok(on_either!(database, |c| diesel::select(any).get_result(c))?)
}
