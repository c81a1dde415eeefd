//! Municipalities, by their code. No list of them is imported: one stands in the directory with the schools in it, and there is none in
//! the Netherlands without a primary school.

use std::collections::BTreeSet;

use diesel::prelude::*;
use naast_domain::directory::MunicipalityCode;

use super::has_schools;
use crate::database::Database;
use crate::schema::schools;
use crate::{Error, on_either};

/// Whether there is a municipality with this code. While no list of schools was imported nobody knows, and every code is taken.
pub fn is_municipality(database: &mut Database<'_>, code: &MunicipalityCode) -> Result<bool, Error> {
    Ok(are_municipalities(database, std::slice::from_ref(code))?.contains(&true))
}

/// The same of several, each in its turn. Schools that closed count: their municipality is known.
pub fn are_municipalities(
    database: &mut Database<'_>,
    codes: &[MunicipalityCode],
) -> Result<Vec<bool>, Error> {
    let mut known = BTreeSet::new();
    // one look at the index for each: a list would read every school of a city
    for code in codes.iter().collect::<BTreeSet<_>>() {
        let of_it = schools::table.filter(schools::municipality_code.eq(code.as_str()));
        let any = diesel::dsl::exists(of_it.select(schools::location_code));
        if on_either!(&mut *database, |c| diesel::select(any).get_result::<bool>(c))? {
            known.insert(code);
        }
    }
    let nobody_knows = known.is_empty() && !has_schools(database)?;
    Ok(codes.iter().map(|code| nobody_knows || known.contains(code)).collect())
}
