//! The number of pupils of each location through the years (DUO: "Historisch overzicht leerlingen per
//! vestiging"), primary and special schools together, in UTF-8 with a byte order mark.

use std::collections::HashMap;

use super::FileFault;
use super::encoding::utf_8;
use super::table::{Column, Row, Table, number};
use crate::directory::LocationCode;
use crate::text::Text;

/// The pupils of one location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationPupils {
    /// The location.
    pub location: LocationCode,
    /// The kind of school as published: `BO` (primary), `SBO`, `SO`, `VSO` (special), `SO/VSO`.
    pub kind: String,
    /// The number of pupils in each year that the file has, the oldest year first. DUO writes 0 for a
    /// year in which the location had no pupils or did not exist.
    pub counts: Vec<(i32, PupilCount)>,
}

/// A number of pupils as DUO publishes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PupilCount {
    /// So many.
    Exactly(u32),
    /// Fewer than five: DUO hides the number, because a number that small can point at a child.
    BelowFive,
}

/// Reads DUO's file of pupils per location. The years come from the header.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn read_pupil_counts(bytes: &[u8]) -> Result<Vec<LocationPupils>, Vec<FileFault>> {
    let file = utf_8(bytes);
    let table = Table::open(&file.text)?;
    let [location, kind] = table.columns(["VESTIGINGSCODE", "SOORT_VESTIGING"])?;
    let years = table.columns_by_year("LEERLINGEN_")?;
    file.as_published()?;
    let mut seen = HashMap::new();
    table.rows(|row| {
        let code = row.identifier(&location, LocationCode::parse);
        let kind = row.required(&kind);
        let mut counts = Vec::with_capacity(years.len());
        for (year, column) in &years {
            counts.extend(count(row, column).map(|count| (*year, count)));
        }
        let code = code?;
        row.once(&location, &code, &mut seen);
        Some(LocationPupils { location: code, kind: kind?, counts })
    })
}

fn count(row: &mut Row<'_>, column: &Column) -> Option<PupilCount> {
    let count = match row.cell(column) {
        "<5" => Some(PupilCount::BelowFive),
        cell => number(cell).map(PupilCount::Exactly),
    };
    if count.is_none() {
        let reason = Text::of(
            "Hier hoort een heel getal te staan, of <5.",
            "There should be a whole number here, or <5.",
        );
        row.fault(column, reason);
    }
    count
}

#[cfg(test)]
pub(super) mod samples {
    /// The header and two locations.
    pub const FILE: &[u8] = b"\xEF\xBB\xBFINSTELLINGSCODE;VESTIGINGSCODE;NAAM_VESTIGING;SOORT_VESTIGING;\
        LEERLINGEN_2024;LEERLINGEN_2025\r\n\
        00AO;00AO00;De Bolster;VSO;94;86\r\n\
        00AR;00AR00;\"BS \"\"\"\"De Maasparel\"\"\"\"\";BO;<5;0\r\n";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(file: &[u8]) -> Vec<(u64, Option<String>)> {
        let faults = read_pupil_counts(file).expect_err("a fault");
        faults.into_iter().map(|fault| (fault.line, fault.column)).collect()
    }

    #[test]
    fn a_count_is_a_number_or_hidden_below_five() {
        let read = read_pupil_counts(samples::FILE).expect("a good file");
        assert_eq!(read[0].kind, "VSO");
        assert_eq!(read[0].counts, [(2024, PupilCount::Exactly(94)), (2025, PupilCount::Exactly(86))]);
        assert_eq!(read[1].counts, [(2024, PupilCount::BelowFive), (2025, PupilCount::Exactly(0))]);
    }

    #[test]
    fn a_new_year_is_read_wherever_its_column_stands() {
        let file = b"LEERLINGEN_2026;VESTIGINGSCODE;SOORT_VESTIGING;LEERLINGEN_2025;LEERLINGEN_TOTAAL\n\
            7;00AO00;BO;8;veel\n";
        let read = read_pupil_counts(file).expect("a good file");
        assert_eq!(read[0].counts, [(2025, PupilCount::Exactly(8)), (2026, PupilCount::Exactly(7))]);
    }

    #[test]
    fn anything_else_than_a_count_is_refused_in_its_column() {
        for wrong in ["", " ", "-1", "+1", "1.5", "<10", "99999999999"] {
            let file = format!("VESTIGINGSCODE;SOORT_VESTIGING;LEERLINGEN_2025\r\n00AO00;BO;{wrong}\r\n");
            assert_eq!(faults(file.as_bytes()), [(2, Some("LEERLINGEN_2025".to_owned()))], "{wrong:?}");
        }
    }

    #[test]
    fn a_file_without_years_or_with_a_year_twice_is_refused() {
        assert_eq!(faults(b"VESTIGINGSCODE;SOORT_VESTIGING\n00AO00;BO\n"), [(1, None)]);
        let twice = b"VESTIGINGSCODE;SOORT_VESTIGING;LEERLINGEN_2025;LEERLINGEN_2025\n00AO00;BO;1;2\n";
        assert_eq!(faults(twice), [(1, Some("LEERLINGEN_2025".to_owned()))]);
    }

    #[test]
    fn a_file_that_is_cut_off_inside_its_last_number_is_refused() {
        let cut_off = b"VESTIGINGSCODE;SOORT_VESTIGING;LEERLINGEN_2025\r\n00AO00;BO;1";
        assert_eq!(faults(cut_off), [(2, Some("LEERLINGEN_2025".to_owned()))]);
    }
}
