//! Reading the open data files of schools, partnerships and pupils, exactly as they are published.
//!
//! A file is read whole or not at all, and all its faults come back together: who maintains the
//! directory mends a file once. Columns are found by the name in the header, so their order may change
//! and new ones may come. A fault says what was expected and never repeats what stood there: a wrong
//! file may hold anything, also what is nobody's business.

mod encoding;
mod faults;
mod partnerships;
mod pupils;
mod schools;
mod table;

pub use faults::FileFault;
pub use partnerships::read_postcode_areas;
pub use pupils::{LocationPupils, PupilCount, read_pupil_counts};
pub use schools::read_schools;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_with_all(bytes: &[u8]) {
        let faults = [
            read_schools(bytes).err().map(|faults| faults.len()),
            read_postcode_areas(bytes).err().map(|faults| faults.len()),
            read_pupil_counts(bytes).err().map(|faults| faults.len()),
        ];
        assert!(faults.into_iter().flatten().all(|number| (1..=101).contains(&number)));
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            read_with_all(&bytes);
        }

        #[test]
        fn no_damage_to_a_good_file_makes_a_reader_panic(
            file in 0..3_usize,
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
            kept in any::<prop::sample::Index>(),
        ) {
            let mut bytes = [schools::samples::FILE, partnerships::samples::FILE, pupils::samples::FILE][file].to_vec();
            for (place, byte) in damage {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            bytes.truncate(kept.index(bytes.len()) + 1);
            read_with_all(&bytes);
        }
    }

    #[test]
    fn another_file_is_refused_and_the_missing_columns_are_named() {
        let faults = read_postcode_areas(pupils::samples::FILE).expect_err("the file of pupils");
        let columns: Vec<_> = faults.iter().filter_map(|fault| fault.column.as_deref()).collect();
        assert_eq!(columns, ["PC4", "GEMEENTE", "PO_SWV", "VO_SWV"]);
        assert!(faults.iter().all(|fault| fault.line == 1));

        let faults =
            read_schools(pupils::samples::FILE).expect_err("the file of pupils, in another encoding too");
        assert_eq!(faults.len(), 12);
        assert!(faults.iter().all(|fault| fault.reason.en == "This column is missing."));

        let faults =
            read_schools(b"<!DOCTYPE html>\r\n<title>Niet gevonden</title>\r\n").expect_err("a web page");
        assert_eq!(faults.len(), 14);
        assert!(faults.iter().all(|fault| !fault.reason.nl.contains("html")));
    }

    #[test]
    fn a_file_with_only_a_header_or_nothing_is_refused() {
        for empty in [&b""[..], b"\r\n\r\n", b"\xEF\xBB\xBF", b"PC4;GEMEENTE;PO_SWV;VO_SWV\r\n"] {
            let faults = read_postcode_areas(empty).expect_err("nothing to read");
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert_eq!((faults[0].line, &faults[0].column), (1, &None));
        }
    }
}
