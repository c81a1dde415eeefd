//! What independence asks of the directory: under which board, partnerships and municipality a school falls (S2).

use std::collections::BTreeMap;

use diesel::prelude::*;
use naast_domain::Date;
use naast_domain::directory::{BoardNumber, LocationCode, MunicipalityCode, PartnershipCode};
use naast_domain::independence::SchoolFacts;

use super::BATCH;
use crate::database::Database;
use crate::rows::identifier;
use crate::schema::{school_partnerships, schools};
use crate::{Error, on_either};

/// What the directory knows of a school, with the partnerships that it belongs to on this day; one question to the
/// database. `None` when no school has this code; a school that is gone still has its facts.
pub fn school_facts(
    database: &mut Database<'_>,
    location: &LocationCode,
    on: Date,
) -> Result<Option<SchoolFacts>, Error> {
    Ok(facts_of(database, std::slice::from_ref(location), on)?.remove(location))
}

/// The same of some schools, in one question for each thousand; a school that the directory does not know is left out.
pub(crate) fn facts_of(
    database: &mut Database<'_>,
    locations: &[LocationCode],
    on: Date,
) -> Result<BTreeMap<LocationCode, SchoolFacts>, Error> {
    let mut facts: BTreeMap<LocationCode, SchoolFacts> = BTreeMap::new();
    for some in locations.chunks(BATCH) {
        let codes: Vec<&str> = some.iter().map(LocationCode::as_str).collect();
        let holds = school_partnerships::location_code
            .eq(schools::location_code)
            .and(school_partnerships::since.le(on))
            .and(school_partnerships::until.is_null().or(school_partnerships::until.ge(on)));
        let rows: Vec<(String, String, String, Option<String>)> = on_either!(&mut *database, |c| {
            schools::table
                .left_join(school_partnerships::table.on(holds))
                .filter(schools::location_code.eq_any(&codes))
                .select((
                    schools::location_code,
                    schools::board_number,
                    schools::municipality_code,
                    school_partnerships::partnership_code.nullable(),
                ))
                .order((schools::location_code, school_partnerships::partnership_code))
                .load(c)
        })?;
        for (location, board, municipality, partnership) in rows {
            let location = identifier("schools", "location_code", LocationCode::parse(&location))?;
            let board = identifier("schools", "board_number", BoardNumber::parse(&board))?;
            let municipality =
                identifier("schools", "municipality_code", MunicipalityCode::parse(&municipality))?;
            let school = facts.entry(location.clone()).or_insert_with(|| SchoolFacts {
                location,
                board,
                municipality,
                partnerships: Vec::new(),
            });
            if let Some(code) = partnership {
                let code =
                    identifier("school_partnerships", "partnership_code", PartnershipCode::parse(&code))?;
                school.partnerships.push(code);
            }
        }
    }
    Ok(facts)
}

/// The boards of these schools; a school that the directory does not know is left out.
pub fn boards_of(
    database: &mut Database<'_>,
    locations: &[LocationCode],
) -> Result<BTreeMap<LocationCode, BoardNumber>, Error> {
    let mut boards = BTreeMap::new();
    for some in locations.chunks(BATCH) {
        let codes: Vec<&str> = some.iter().map(LocationCode::as_str).collect();
        let rows: Vec<(String, String)> = on_either!(database, |c| schools::table
            .filter(schools::location_code.eq_any(&codes))
            .select((schools::location_code, schools::board_number))
            .load(c))?;
        for (location, board) in rows {
            boards.insert(
                identifier("schools", "location_code", LocationCode::parse(&location))?,
                identifier("schools", "board_number", BoardNumber::parse(&board))?,
            );
        }
    }
    Ok(boards)
}
