//! The locations of primary schools (DUO: "Alle schoolvestigingen basisonderwijs"), in Windows-1252.

use std::collections::HashMap;

use super::FileFault;
use super::encoding::windows_1252;
use super::table::{Column, Row, Table};
use crate::directory::{BoardNumber, InstitutionCode, LocationCode, MunicipalityCode, Postcode, School};
use crate::text::Text;

/// Reads DUO's file of the locations of primary schools.
///
/// Where a row has the number of its municipality but not the name (two new schools in August 2026), the
/// name comes from another row with the same number.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn read_schools(bytes: &[u8]) -> Result<Vec<School>, Vec<FileFault>> {
    let file = windows_1252(bytes);
    let table = Table::open(&file.text)?;
    let columns = table.columns(COLUMNS)?;
    file.as_published()?;
    let mut seen = HashMap::new();
    let mut schools = table.rows(|row| school(row, &columns, &mut seen))?;
    name_municipalities(&mut schools);
    Ok(schools)
}

/// The columns that are read, by the names that DUO gives them.
const COLUMNS: [&str; 14] = [
    "VESTIGINGSCODE",
    "INSTELLINGSCODE",
    "BEVOEGD GEZAG NUMMER",
    "VESTIGINGSNAAM",
    "STRAATNAAM",
    "HUISNUMMER-TOEVOEGING",
    "POSTCODE",
    "PLAATSNAAM",
    "GEMEENTENUMMER",
    "GEMEENTENAAM",
    "PROVINCIE",
    "DENOMINATIE",
    "TELEFOONNUMMER",
    "INTERNETADRES",
];

/// Reads every cell before it gives up, so that all faults of a row are found.
fn school(
    row: &mut Row<'_>,
    columns: &[Column; 14],
    seen: &mut HashMap<LocationCode, u64>,
) -> Option<School> {
    let [
        code_of_location,
        code_of_institution,
        board,
        name,
        street,
        house_number,
        postcode,
        place,
        municipality,
        municipality_name,
        province,
        denomination,
        phone,
        website,
    ] = columns;
    let location = row.identifier(code_of_location, LocationCode::parse);
    let institution = row.identifier(code_of_institution, InstitutionCode::parse);
    let board = row.identifier(board, BoardNumber::parse);
    let name = row.required(name);
    let postcode = row.identifier(postcode, Postcode::parse);
    let place = row.required(place);
    let municipality = row.identifier(municipality, MunicipalityCode::parse);
    let denomination = row.required(denomination);
    if let Some(location) = &location {
        row.once(code_of_location, location, seen);
    }
    let (location, institution) = (location?, institution?);
    if location.institution() != institution {
        let reason = Text::of(
            "De vestigingscode begint niet met de instellingscode van deze regel.",
            "The location code does not begin with the institution code of this line.",
        );
        row.fault(code_of_location, reason);
    }
    Some(School {
        location,
        institution,
        board: board?,
        name: name?,
        street: row.text(street),
        house_number: row.text(house_number),
        postcode: postcode?,
        place: place?,
        municipality: municipality?,
        municipality_name: row.text(municipality_name),
        province: row.text(province),
        denomination: denomination?,
        phone: row.optional(phone),
        website: row.optional(website),
        beside: Some(row.others(columns)),
    })
}

fn name_municipalities(schools: &mut [School]) {
    let mut names = HashMap::new();
    for school in schools.iter().filter(|school| !school.municipality_name.is_empty()) {
        names.insert(school.municipality.clone(), school.municipality_name.clone());
    }
    for school in schools.iter_mut().filter(|school| school.municipality_name.is_empty()) {
        if let Some(name) = names.get(&school.municipality) {
            school.municipality_name.clone_from(name);
        }
    }
}

#[cfg(test)]
mod round_trip;

#[cfg(test)]
pub(super) mod samples {
    /// The header and three rows; the columns that are not read are left out, but for one.
    pub const FILE: &[u8] = b"\
        PROVINCIE;BEVOEGD GEZAG NUMMER;INSTELLINGSCODE;VESTIGINGSCODE;VESTIGINGSNAAM;STRAATNAAM;\
        HUISNUMMER-TOEVOEGING;POSTCODE;PLAATSNAAM;GEMEENTENUMMER;GEMEENTENAAM;DENOMINATIE;TELEFOONNUMMER;\
        INTERNETADRES;VAKANTIEREGIO\r\n\
        Drenthe;20091;32JK;32JK00;BBS de Verwondering;Melkweg;13;9306 TC;ALTEVEER GEM NOORDENVELD;1699;\
        NOORDENVELD;Algemeen bijzonder; ; ;Noord\r\n\
        Zuid-Holland;41775;03GR;03GR00;Caf\xE9 \x91t Zand;Plein;1-A;2511 AB;'S-GRAVENHAGE;0518;\
        'S-GRAVENHAGE;Hindoe\xEFstisch;0701234567;www.voorbeeld.nl;Midden\r\n\
        Zuid-Holland;41775;03GR;03GR01;\"Basisschool \"\"De Maasparel\"\"\";Plein;2;2511 AB;'S-GRAVENHAGE;0518; ;\
        Openbaar; ; ;Midden\r\n";
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1252;

    use super::*;

    /// The sample file with one text in it replaced by another.
    fn with(old: &[u8], new: &[u8]) -> Vec<u8> {
        let file = samples::FILE;
        let place = file.windows(old.len()).position(|bytes| bytes == old).expect("the sample has it");
        [&file[..place], new, &file[place + old.len()..]].concat()
    }

    fn faults(file: &[u8]) -> Vec<FileFault> {
        read_schools(file).expect_err("a fault")
    }

    fn places(faults: &[FileFault]) -> Vec<(u64, Option<&str>)> {
        faults.iter().map(|fault| (fault.line, fault.column.as_deref())).collect()
    }

    #[test]
    fn a_file_is_read_as_duo_publishes_it() {
        let schools = read_schools(samples::FILE).expect("a good file");
        assert_eq!(schools.len(), 3);
        assert_eq!((&schools[0].phone, &schools[0].website), (&None, &None));
        assert_eq!(schools[1].name, "Café ‘t Zand");
        assert_eq!(schools[1].denomination, "Hindoeïstisch");
        assert_eq!(schools[1].website.as_deref(), Some("www.voorbeeld.nl"));
        assert_eq!(schools[2].name, "Basisschool \"De Maasparel\"");
    }

    #[test]
    fn a_municipality_without_a_name_is_named_by_another_row() {
        let schools = read_schools(samples::FILE).expect("a good file");
        assert_eq!(schools[2].municipality_name, "'S-GRAVENHAGE");
        let schools = read_schools(&with(b"NOORDENVELD;Algemeen", b" ;Algemeen")).expect("a good file");
        assert_eq!(schools[0].municipality_name, "");
    }

    #[test]
    fn a_bad_cell_is_refused_with_its_line_and_column_and_never_repeated() {
        for (old, new, line, column) in [
            (&b"32JK00"[..], &b"32jk00"[..], 2, "VESTIGINGSCODE"),
            (b"03GR01", b" 03GR01", 4, "VESTIGINGSCODE"),
            (b"03GR01", b"04GR01", 4, "VESTIGINGSCODE"),
            (b"03GR01", b"03GR00", 4, "VESTIGINGSCODE"),
            (b"32JK;", b"32J;", 2, "INSTELLINGSCODE"),
            (b"20091", b"2009", 2, "BEVOEGD GEZAG NUMMER"),
            (b"9306 TC", b"9306TC", 2, "POSTCODE"),
            (b"1699", b"169", 2, "GEMEENTENUMMER"),
            (b"BBS de Verwondering", b" ", 2, "VESTIGINGSNAAM"),
            (b"ALTEVEER GEM NOORDENVELD", b"", 2, "PLAATSNAAM"),
            (b"Hindoe\xEFstisch", b" ", 3, "DENOMINATIE"),
            (b"Melkweg", b"Melk\0weg", 2, "STRAATNAAM"),
            (b"Melkweg", b"Melk\tweg", 2, "STRAATNAAM"),
            (b"Caf\xE9", b"Caf\x81", 3, "VESTIGINGSNAAM"),
            (b"Noord\r", b"No\x1Brd\r", 2, "VAKANTIEREGIO"),
        ] {
            let found = faults(&with(old, new));
            assert_eq!(places(&found), [(line, Some(column))], "{new:?}");
            let repeated =
                std::str::from_utf8(new).is_ok_and(|new| new.len() > 1 && found[0].reason.nl.contains(new));
            assert!(!repeated, "{found:?}");
        }
    }

    #[test]
    fn a_bad_identifier_is_told_with_its_pattern_in_both_languages() {
        let reason = faults(&with(b"32JK00", b"32jk00")).remove(0).reason;
        assert_eq!(
            reason.nl,
            "Hier staat geen geldige waarde (vestigingscode); verwacht: ^[0-9]{2}[A-Z]{2}[0-9]{2}$."
        );
        assert_eq!(
            reason.en,
            "The value here is not valid (location code); expected: ^[0-9]{2}[A-Z]{2}[0-9]{2}$."
        );
    }

    #[test]
    fn a_line_with_too_few_or_too_many_cells_is_refused() {
        assert_eq!(places(&faults(&with(b"Melkweg;", b"Melkweg"))), [(2, Some("VAKANTIEREGIO"))]);
        assert_eq!(places(&faults(&with(b"Melkweg;", b"Melk;weg;"))), [(2, Some("VAKANTIEREGIO"))]);
        let cut_off = &samples::FILE[..samples::FILE.len() - 20];
        assert_eq!(places(&faults(cut_off)), [(4, Some("TELEFOONNUMMER")), (4, Some("VAKANTIEREGIO"))]);
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_is_told_on_its_own_line() {
        assert_eq!(places(&faults(&with(b"Melkweg", b"\"Melkweg")))[0], (2, Some("VAKANTIEREGIO")));
    }

    #[test]
    fn all_faults_of_all_lines_come_together() {
        let mut file = with(b"20091", b"x");
        file.extend_from_slice(b";;\r\n\r\na;b\r\n");
        assert_eq!(
            places(&faults(&file)),
            [
                (2, Some("BEVOEGD GEZAG NUMMER")),
                (5, Some("VESTIGINGSCODE")),
                // where it ends too early
                (7, Some("INSTELLINGSCODE"))
            ]
        );
    }

    #[test]
    fn a_missing_column_and_a_column_twice_are_named() {
        let found = faults(&with(b"PLAATSNAAM", b"POSTCODE"));
        assert_eq!(places(&found), [(1, Some("POSTCODE")), (1, Some("PLAATSNAAM"))]);
        assert_eq!(found[1].reason.en, "This column is missing.");
    }

    #[test]
    fn a_copy_saved_as_utf_8_is_recognised() {
        let copy = WINDOWS_1252.decode(samples::FILE).0.into_owned();
        assert_eq!(places(&faults(copy.as_bytes())), [(3, None)]);
    }
}
