//! The table from the first four digits of a postcode to partnerships, as the ministerial regulation of
//! 2015 (BWBR0032324) gives it, in UTF-8.

use std::collections::HashMap;

use super::FileFault;
use super::encoding::utf_8;
use super::table::{Column, Row, Table};
use crate::directory::{InvalidIdentifier, PartnershipCode, PostcodeArea};

/// Stands in the table instead of a code for the three areas of the harbour, which have no partnership.
const HARBOUR: &str = "Europoort";

/// Reads the table of postcode areas.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn read_postcode_areas(bytes: &[u8]) -> Result<Vec<PostcodeArea>, Vec<FileFault>> {
    let file = utf_8(bytes);
    let table = Table::open(&file.text)?;
    let [digits, municipality, primary, secondary] =
        table.columns(["PC4", "GEMEENTE", "PO_SWV", "VO_SWV"])?;
    file.as_published()?;
    let mut seen = HashMap::new();
    table.rows(|row| {
        let area = row.identifier(&digits, four_digits);
        let municipality_name = row.required(&municipality);
        let primary = partnership(row, &primary, primary_code);
        let secondary = partnership(row, &secondary, secondary_code);
        let area = area?;
        row.once(&digits, &area, &mut seen);
        Some(PostcodeArea {
            area,
            municipality_name: municipality_name?,
            primary: primary?,
            secondary: secondary?,
        })
    })
}

/// The outer `None` is a fault, the inner one an area without a partnership.
#[expect(clippy::option_option, reason = "a fault and an absence are not the same")]
fn partnership(
    row: &mut Row<'_>,
    column: &Column,
    parse: fn(&str) -> Result<PartnershipCode, InvalidIdentifier>,
) -> Option<Option<PartnershipCode>> {
    match row.cell(column).trim() {
        "" | HARBOUR => Some(None),
        _ => row.identifier(column, parse).map(Some),
    }
}

fn four_digits(text: &str) -> Result<String, InvalidIdentifier> {
    let bytes = text.as_bytes();
    if bytes.len() == 4 && bytes[0] != b'0' && bytes.iter().all(u8::is_ascii_digit) {
        Ok(text.to_owned())
    } else {
        Err(InvalidIdentifier { what: "postcode", expected: "^[1-9][0-9]{3}$" })
    }
}

fn primary_code(text: &str) -> Result<PartnershipCode, InvalidIdentifier> {
    code_of_sector(text, "PO", "^PO[0-9]{4}$")
}

fn secondary_code(text: &str) -> Result<PartnershipCode, InvalidIdentifier> {
    code_of_sector(text, "VO", "^VO[0-9]{4}$")
}

fn code_of_sector(
    text: &str,
    sector: &str,
    expected: &'static str,
) -> Result<PartnershipCode, InvalidIdentifier> {
    let other = InvalidIdentifier { what: "partnership code", expected };
    let code = PartnershipCode::parse(text).map_err(|_| other)?;
    if text.starts_with(sector) { Ok(code) } else { Err(other) }
}

#[cfg(test)]
pub(super) mod samples {
    /// The header and four areas.
    pub const FILE: &[u8] = b"PC4;GEMEENTE;PO_SWV;VO_SWV\r\n1011;Amsterdam;PO2707;VO2708\r\n\
        8501;S\xC3\xBAdwest-Frysl\xC3\xA2n;PO2101; \r\n3197;Rotterdam;Europoort;Europoort\r\n\
        9999;Eemsmond;PO2001;VO2002\r\n";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_has_its_partnerships_or_none() {
        let areas = read_postcode_areas(samples::FILE).expect("a good file");
        assert_eq!(areas.len(), 4);
        assert_eq!(areas[0].primary.as_ref().map(PartnershipCode::as_str), Some("PO2707"));
        assert_eq!(areas[0].secondary.as_ref().map(PartnershipCode::as_str), Some("VO2708"));
        assert_eq!((areas[1].municipality_name.as_str(), &areas[1].secondary), ("Súdwest-Fryslân", &None));
        assert_eq!((&areas[2].primary, &areas[2].secondary), (&None, &None));
    }

    #[test]
    fn a_wrong_code_a_wrong_area_and_a_second_time_are_told_together() {
        let file = b"VO_SWV;PO_SWV;GEMEENTE;PC4\nVO2708;PO2707;Amsterdam;1011\n\n\
            PO2707;VO2708;Amsterdam;0111\nVO2708;PO2707; ;1011\n";
        let faults = read_postcode_areas(file).expect_err("four faults");
        let places: Vec<_> = faults.iter().map(|fault| (fault.line, fault.column.as_deref())).collect();
        assert_eq!(
            places,
            [
                (4, Some("PC4")),
                (4, Some("PO_SWV")),
                (4, Some("VO_SWV")),
                (5, Some("GEMEENTE")),
                (5, Some("PC4"))
            ]
        );
        assert_eq!(
            faults[1].reason.en,
            "The value here is not valid (partnership code); expected: ^PO[0-9]{4}$."
        );
        assert_eq!(faults[4].reason.en, "This value is already on line 2 and may occur only once.");
    }
}
