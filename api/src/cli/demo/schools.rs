//! Six schools that do not exist, on two boards, in two partnerships.

use std::collections::BTreeMap;

use naast_domain::directory::{
    BoardNumber, LocationCode, MunicipalityCode, PartnershipCode, Postcode, PostcodeArea, School,
};
use naast_persistence::directory::imports::{self, ImportFile};

use super::calls::CallError;
use crate::clock::fresh;
use crate::platform::Platform;

/// The school that the demo is about.
pub const OWN: &str = "98ZA00";
/// Another school of the same board.
pub const SISTER: &str = "98ZB00";

/// location, board, name, postcode, place, municipality
const SCHOOLS: &[(&str, &str, &str, &str, &str, &str)] = &[
    (OWN, "99901", "Basisschool De Proeftuin (demo)", "1000 ZA", "VOORBEELDSTAD", "9901"),
    (SISTER, "99901", "Basisschool De Zandbak (demo)", "1000 ZB", "VOORBEELDSTAD", "9901"),
    ("98ZC00", "99901", "Basisschool Het Klimrek (demo)", "1001 ZC", "VOORBEELDDORP", "9902"),
    ("98ZD00", "99902", "Basisschool De Wip (demo)", "1000 ZD", "VOORBEELDSTAD", "9901"),
    ("98ZE00", "99902", "Basisschool De Schommel (demo)", "1002 ZE", "VOORBEELDEN", "9903"),
    ("98ZF00", "99902", "Basisschool De Glijbaan (demo)", "1002 ZF", "VOORBEELDEN", "9903"),
];

fn school(row: &(&str, &str, &str, &str, &str, &str)) -> School {
    let (location, board, name, postcode, place, municipality) = *row;
    let location = LocationCode::parse(location).expect("the demo's codes are codes");
    School {
        institution: location.institution(),
        location,
        board: BoardNumber::parse(board).expect("the demo's codes are codes"),
        name: name.to_owned(),
        street: "Voorbeeldstraat".to_owned(),
        house_number: "1".to_owned(),
        postcode: Postcode::parse(postcode).expect("the demo's codes are codes"),
        place: place.to_owned(),
        municipality: MunicipalityCode::parse(municipality).expect("the demo's codes are codes"),
        municipality_name: place.to_owned(),
        province: "Demo".to_owned(),
        denomination: "Openbaar".to_owned(),
        phone: None,
        website: None,
        beside: None,
    }
}

fn area(digits: &str, partnership: &str) -> PostcodeArea {
    PostcodeArea {
        area: digits.to_owned(),
        municipality_name: "Demo".to_owned(),
        primary: Some(PartnershipCode::parse(partnership).expect("the demo's codes are codes")),
        secondary: None,
    }
}

/// Puts the schools into the directory, as an import would.
pub fn import(platform: &Platform) -> Result<(), CallError> {
    let schools: Vec<School> = SCHOOLS.iter().map(school).collect();
    let areas = vec![area("1000", "PO9901"), area("1001", "PO9901"), area("1002", "PO9902")];
    let (at, today) = (platform.clock.now(), platform.clock.today());
    let file = |name: &str| ImportFile {
        id: fresh(),
        file_name: name.to_owned(),
        file_hash: "demo".to_owned(),
        at,
        today,
    };
    let files = (file("demo-partnerships"), file("demo-schools"));
    platform.store.write(move |tx| {
        let first = imports::apply_partnerships(tx, &files.0, &areas, false, &mut |_, _| {})?;
        let second = imports::apply_schools(tx, &files.1, &schools, false, &mut |_, _| {})?;
        let entries: Vec<_> =
            first.entry(&files.0, None).into_iter().chain(second.entry(&files.1, None)).collect();
        tx.keep(entries, ())
    })?;
    Ok(())
}

/// The names of the schools, by location code.
pub fn names() -> BTreeMap<&'static str, &'static str> {
    SCHOOLS.iter().map(|row| (row.0, row.2)).collect()
}
