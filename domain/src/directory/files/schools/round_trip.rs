//! What is written as DUO writes it reads back equal.

use std::collections::BTreeMap;

use encoding_rs::WINDOWS_1252;
use proptest::prelude::*;

use super::*;

fn text() -> impl Strategy<Value = String> {
    "[A-Za-zÀ-ÿ]([A-Za-zÀ-ÿ0-9 ;.'\"-]{0,12}[A-Za-zÀ-ÿ])?"
}

prop_compose! {
    fn any_school()(
        code in "[0-9]{2}[A-Z]{2}[0-9]{2}", board in "[0-9]{5}", postcode in "[1-9][0-9]{3} [A-Z]{2}",
        municipality in "[0-9]{4}", name in text(), street in text(), house_number in "[1-9]([0-9]-[A-Z])?",
        place in text(), municipality_name in text(), province in text(), denomination in text(),
        phone in prop::option::of("0[0-9]{9}"), website in prop::option::of(text()),
    ) -> School {
        let location = LocationCode::parse(&code).expect("a location code");
        School {
            institution: location.institution(),
            location,
            board: BoardNumber::parse(&board).expect("a board number"),
            postcode: Postcode::parse(&postcode).expect("a postcode"),
            municipality: MunicipalityCode::parse(&municipality).expect("a municipality code"),
            name, street, house_number, place, municipality_name, province, denomination, phone, website,
            beside: Some(BTreeMap::new()),
        }
    }
}

fn published(schools: &[School]) -> Vec<u8> {
    let form = csv::Terminator::CRLF;
    let mut file = csv::WriterBuilder::new().delimiter(b';').terminator(form).from_writer(Vec::new());
    file.write_record(COLUMNS).expect("memory takes it");
    for school in schools {
        let blank = " ".to_owned();
        let row = [
            school.location.as_str(),
            school.institution.as_str(),
            school.board.as_str(),
            &school.name,
            &school.street,
            &school.house_number,
            school.postcode.as_str(),
            &school.place,
            school.municipality.as_str(),
            &school.municipality_name,
            &school.province,
            &school.denomination,
            school.phone.as_ref().unwrap_or(&blank),
            school.website.as_ref().unwrap_or(&blank),
        ];
        file.write_record(row).expect("memory takes it");
    }
    let text = String::from_utf8(file.into_inner().expect("memory takes it")).expect("text");
    WINDOWS_1252.encode(&text).0.into_owned()
}

proptest! {
    #[test]
    fn a_list_of_schools_that_is_written_as_duo_does_reads_back_equal(
        schools in prop::collection::vec(any_school(), 1..6),
    ) {
        let schools: BTreeMap<_, _> =
            schools.into_iter().map(|school| (school.location.clone(), school)).collect();
        let schools: Vec<_> = schools.into_values().collect();
        prop_assert_eq!(read_schools(&published(&schools)), Ok(schools));
    }
}
