//! What is wrong with a file, said to whoever must mend it.

use crate::directory::InvalidIdentifier;
use crate::text::Text;

/// So many faults are named; of the others only the number.
const MOST_NAMED: usize = 100;

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// The line of the file, counted from 1.
    pub line: u64,
    /// The column by its name in the header, where the fault is in one column.
    pub column: Option<String>,
    /// What is wrong and what was expected; never the value itself.
    pub reason: Text,
}

impl FileFault {
    /// A fault of a whole line.
    pub(super) fn of_line(line: u64, reason: Text) -> Self {
        Self { line, column: None, reason }
    }

    /// A fault in one column.
    pub(super) fn in_column(line: u64, column: &str, reason: Text) -> Self {
        Self { line, column: Some(column.to_owned()), reason }
    }
}

/// The faults of one file, gathered while it is read.
#[derive(Default)]
pub(super) struct Faults {
    named: Vec<FileFault>,
    unnamed: u64,
}

impl Faults {
    /// Adds one.
    pub(super) fn add(&mut self, fault: FileFault) {
        if self.named.len() < MOST_NAMED {
            self.named.push(fault);
        } else {
            self.unnamed += 1;
        }
    }

    /// What was read, if nothing was wrong.
    pub(super) fn unless_any<T>(mut self, read: T) -> Result<T, Vec<FileFault>> {
        let Some(last) = self.named.last() else { return Ok(read) };
        if self.unnamed > 0 {
            let reason = Text::new(
                format!("Hierna zijn nog {} fouten gevonden.", self.unnamed),
                format!("After this, {} more faults were found.", self.unnamed),
            );
            self.named.push(FileFault::of_line(last.line, reason));
        }
        Err(self.named)
    }
}

/// A line has more or fewer cells than the header.
pub(super) fn wrong_number_of_cells(cells: usize, columns: usize) -> Text {
    Text::new(
        format!("Deze regel heeft een ander aantal cellen ({cells}) dan de kopregel ({columns})."),
        format!("This line has another number of cells ({cells}) than the header ({columns})."),
    )
}

/// A cell does not hold the identifier that belongs there.
pub(super) fn not_an_identifier(invalid: InvalidIdentifier) -> Text {
    let InvalidIdentifier { what, expected } = invalid;
    let dutch = match what {
        "institution code" => "instellingscode",
        "location code" => "vestigingscode",
        "board number" => "nummer van een bevoegd gezag",
        "partnership code" => "code van een samenwerkingsverband",
        "municipality code" => "gemeentenummer",
        other => other,
    };
    Text::new(
        format!("Hier staat geen geldige waarde ({dutch}); verwacht: {expected}."),
        format!("The value here is not valid ({what}); expected: {expected}."),
    )
}

/// A code stands in the file for the second time.
pub(super) fn already_on_line(line: u64) -> Text {
    Text::new(
        format!("Deze waarde staat al op regel {line} en mag maar één keer voorkomen."),
        format!("This value is already on line {line} and may occur only once."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_faults_are_named_and_of_the_others_the_number() {
        let mut faults = Faults::default();
        for line in 1..=250 {
            faults.add(FileFault::of_line(line, wrong_number_of_cells(1, 2)));
        }
        let faults = faults.unless_any(()).expect_err("faults");
        assert_eq!(faults.len(), 101);
        assert_eq!(faults[100].line, 100);
        assert_eq!(faults[100].reason.en, "After this, 150 more faults were found.");
    }
}
