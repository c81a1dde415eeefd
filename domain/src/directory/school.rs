//! A school as a parent looks for it: one location, with its address and its board.

use std::collections::BTreeMap;

use super::{BoardNumber, InstitutionCode, LocationCode, MunicipalityCode, Postcode};

/// One location of a primary school, as DUO publishes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct School {
    /// The code of this location.
    pub location: LocationCode,
    /// The institution that the location belongs to: the first four characters of its code.
    pub institution: InstitutionCode,
    /// The board that answers for the school.
    pub board: BoardNumber,
    /// The name of the location.
    pub name: String,
    /// The street; empty where DUO leaves it out.
    pub street: String,
    /// The house number with what is added to it, such as `12-A`; empty where DUO leaves it out.
    pub house_number: String,
    /// The postcode of the location, not of its post-office box.
    pub postcode: Postcode,
    /// The place, in capitals as DUO writes it. [`super::place_key`] makes places comparable.
    pub place: String,
    /// The code of the municipality.
    pub municipality: MunicipalityCode,
    /// The name of the municipality; empty where no row of DUO's file gives it.
    pub municipality_name: String,
    /// The province; empty where DUO leaves it out.
    pub province: String,
    /// The denomination in DUO's words, such as `Openbaar`. DUO cuts it off after 30 characters.
    pub denomination: String,
    /// The telephone number, ten digits without spaces.
    pub phone: Option<String>,
    /// The address of the website, mostly without `https://`.
    pub website: Option<String>,
    /// What else DUO says of it, by the names of its columns: used for nothing but to tell how a later file differs. None where it
    /// is not known, or was not asked for.
    pub beside: Option<BTreeMap<String, String>>,
}

#[cfg(test)]
pub(super) mod samples {
    use super::*;

    /// A school to begin with; a test changes what it is about.
    pub fn school(location: &str) -> School {
        let location = LocationCode::parse(location).expect("a location code");
        School {
            institution: location.institution(),
            location,
            board: BoardNumber::parse("41775").expect("a board number"),
            name: "De Ark".to_owned(),
            street: "Melkweg".to_owned(),
            house_number: "13-A".to_owned(),
            postcode: Postcode::parse("1011 AB").expect("a postcode"),
            place: "AMSTERDAM".to_owned(),
            municipality: MunicipalityCode::parse("0363").expect("a municipality code"),
            municipality_name: "AMSTERDAM".to_owned(),
            province: "Noord-Holland".to_owned(),
            denomination: "Openbaar".to_owned(),
            phone: Some("0201234567".to_owned()),
            website: None,
            beside: None,
        }
    }
}
