//! The numbers of pupils, as a document of years in one row for each location.

use std::collections::BTreeMap;

use diesel::prelude::*;
use naast_domain::directory::LocationCode;
use naast_domain::directory::files::{LocationPupils, PupilCount};

use crate::Error;
use crate::columns::Json;
use crate::rows::identifier;
use crate::schema::pupil_counts;

const TABLE: &str = "pupil_counts";

/// What the document holds for a year that is published as "<5".
const BELOW_FIVE: i64 = -1;

/// The number of pupils in one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pupils {
    /// The year.
    pub year: i32,
    /// How many; 0 also stands for a year in which the location was not there.
    pub count: PupilCount,
}

impl Pupils {
    /// The latest year of a document.
    pub(super) fn latest(counts: Json) -> Result<Option<Self>, Error> {
        let years: BTreeMap<i32, i64> = counts.read(TABLE, "counts")?;
        years
            .last_key_value()
            .map(|(year, number)| Ok(Self { year: *year, count: read(*number)? }))
            .transpose()
    }
}

fn read(number: i64) -> Result<PupilCount, Error> {
    if number == BELOW_FIVE {
        return Ok(PupilCount::BelowFive);
    }
    u32::try_from(number)
        .map(PupilCount::Exactly)
        .map_err(|_| Error::Corrupt { table: TABLE, column: "counts" })
}

fn written(count: PupilCount) -> i64 {
    match count {
        PupilCount::Exactly(number) => number.into(),
        PupilCount::BelowFive => BELOW_FIVE,
    }
}

#[derive(Queryable, Selectable, Insertable, PartialEq, Eq)]
#[diesel(table_name = pupil_counts, treat_none_as_default_value = false)]
pub(super) struct Row {
    location_code: String,
    pub(super) kind: String,
    pub(super) counts: Json,
}

impl From<&LocationPupils> for Row {
    fn from(pupils: &LocationPupils) -> Self {
        let years: BTreeMap<i32, i64> =
            pupils.counts.iter().map(|(year, count)| (*year, written(*count))).collect();
        Self {
            location_code: pupils.location.to_string(),
            kind: pupils.kind.clone(),
            counts: Json::of(&years),
        }
    }
}

impl Row {
    pub(super) fn location(&self) -> Result<LocationCode, Error> {
        identifier(TABLE, "location_code", LocationCode::parse(&self.location_code))
    }
}
