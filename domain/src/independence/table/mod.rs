//! The table of ties: what each tie means in each form, as versioned data. An assessment stores the version
//! that it was made with, so that it can be read, and made again, after the table has changed.

mod version_2026_1;

use crate::code_list;
use crate::programmes::OrganisationForm;
use crate::text::Text;

/// The version of the table in use.
pub const TABLE_VERSION: &str = "2026-1";

code_list! {
    /// What a tie does to a proposal, from mild to heavy (S2).
    pub enum Effect {
        None = "none": "geen gevolg" / "no effect",
        Disclose = "disclose": "de ouder moet het weten en goedvinden" / "the parent must be told and accept it",
        Block = "block": "deze buddy kan deze ouder niet helpen" / "this buddy cannot help this parent",
    }
}

/// The case in which a row holds, for rules that say more than one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Case {
    /// The rule has one case.
    Always,
    /// The tie is with the school's own board.
    SameBoard,
    /// The interests of two parents conflict.
    InterestsConflict,
    /// The buddy is involved in this case through work.
    Involved,
    /// A role says that she sits on the council, and not for whom.
    SideNotSaid,
    /// A role says that she does something there, and not whether she is paid.
    Task,
    /// The rule has a heavier case, which is not this one.
    Otherwise,
    /// The request names no school.
    SchoolNotNamed,
    /// The directory does not know the board of a school.
    BoardNotKnown,
    /// The directory does not know the partnership of the request's school.
    PartnershipNotKnown,
}

/// One row: a rule, or one case of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// The number of the rule; 0 for what could not be checked.
    pub number: u8,
    /// The case of the rule.
    pub case: Case,
    /// The stable code of the row.
    pub code: &'static str,
    /// What it means, for the parent.
    pub meaning: Text,
    effects: [Effect; 3],
}

impl Row {
    /// The effect of the row in a programme of this form.
    pub const fn effect(&self, form: OrganisationForm) -> Effect {
        let [independent, school, support_point] = self.effects;
        match form {
            OrganisationForm::Independent => independent,
            OrganisationForm::School => school,
            OrganisationForm::SupportPoint => support_point,
        }
    }
}

/// How long things count, in calendar months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Former work at the school counts as work there for less than this.
    pub work_counts_as_current: u32,
    /// Former work at the school is told up to and including this.
    pub work_told: u32,
    /// A child who left the school is told up to and including this.
    pub child_left_told: u32,
    /// An ended conflict is recent up to and including this.
    pub conflict_recent: u32,
    /// A buddy was asked about ties at most this long ago.
    pub asked_again: u32,
}

/// One version of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// The version.
    pub version: &'static str,
    /// The rows in the order of their numbers.
    pub rows: &'static [Row],
    /// How long things count.
    pub terms: Terms,
    /// The rules that keep a coordinator from a request.
    pub coordinator: &'static [u8],
}

impl Table {
    /// The row of a rule in a case.
    pub fn row(&self, number: u8, case: Case) -> Option<&'static Row> {
        self.rows.iter().find(|row| row.number == number && row.case == case)
    }
}

static TABLES: &[&Table] = &[&version_2026_1::TABLE];

/// The table of a version, whether it is still in use or not.
pub fn table(version: &str) -> Option<&'static Table> {
    TABLES.iter().copied().find(|table| table.version == version)
}

/// The table in use.
pub const fn current() -> &'static Table {
    &version_2026_1::TABLE
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::code::Code as _;

    #[test]
    fn the_table_in_use_is_found_by_its_version_and_no_other_is() {
        assert_eq!(current().version, TABLE_VERSION);
        assert_eq!(table(TABLE_VERSION), Some(current()));
        assert_eq!(table("2025-1"), None);
    }

    #[test]
    fn every_table_has_38_rules_and_each_row_has_its_own_code_and_its_own_case() {
        for table in TABLES {
            let numbers: BTreeSet<u8> = table.rows.iter().map(|row| row.number).collect();
            assert_eq!(numbers, (0..=38).collect());
            let codes: BTreeSet<&str> = table.rows.iter().map(|row| row.code).collect();
            assert_eq!(codes.len(), table.rows.len());
            for row in table.rows {
                assert_eq!(table.row(row.number, row.case), Some(row));
            }
        }
    }

    #[test]
    fn every_rule_with_a_heavier_case_says_what_holds_otherwise() {
        for row in current().rows.iter().filter(|row| row.number > 0 && row.case != Case::Always) {
            // what a role says does no more and no less than the rule does
            let (other, by_role) = match row.case {
                Case::SideNotSaid | Case::Task => (Case::Always, true),
                _ => (Case::Otherwise, false),
            };
            let other = current().row(row.number, other).expect("what holds otherwise");
            for form in OrganisationForm::ALL {
                let (this, other) = (row.effect(*form), other.effect(*form));
                assert!(if by_role { other == this } else { other <= this }, "{}", row.code);
            }
        }
    }

    #[test]
    fn every_meaning_is_short_and_speaks_of_the_buddy_to_the_parent() {
        let words = |text: &str| text.split_whitespace().count();
        for Row { code, meaning, .. } in current().rows {
            assert!(meaning.nl.split_inclusive(". ").all(|sentence| words(sentence) <= 20), "{code}");
            assert!(meaning.nl.contains("deze buddy") || meaning.nl.contains("Deze "), "{code}");
            assert!(meaning.en.contains("this buddy") || meaning.en.contains("This "), "{code}");
        }
    }
}
