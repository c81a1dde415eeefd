//! The partnership of a school: where the knowledge comes from, and what a postcode can say about it.
//!
//! A partnership is a region, so the postcode of a school mostly says which one it belongs to; its
//! municipality does not, because some municipalities lie in more than one. A national partnership is
//! the exception: it gathers the schools of one denomination from the whole country.

use std::collections::BTreeMap;

use super::{PartnershipCode, School};
use crate::{Date, code_list};

code_list! {
    /// How it is known which partnership a school belongs to.
    pub enum PartnershipSource {
        /// Derived from the postcode and the table of 2015; mergers since then are not in it.
        PostcodeTable = "postcode-table": "postcodetabel" / "postcode table",
        /// The school's denomination has a national partnership of its own.
        Denomination = "denomination": "richting van de school" / "denomination of the school",
        /// The partnership itself said or corrected it.
        Partnership = "partnership": "samenwerkingsverband zelf" / "partnership itself",
    }
}

impl PartnershipSource {
    /// Whether somebody can say so; what is derived from the postcodes comes from their table alone.
    pub fn is_said(self) -> bool {
        self != Self::PostcodeTable
    }
}

/// The first day on which a school can belong to a partnership as the law knows it now, where the days that are over say nothing
/// else: partnerships in this form began on 1 August 2014 (Wet passend onderwijs). A period that is over is not written over, so that
/// what counted on a day stays known: nothing begins before the day after `ended`, the last day of the last of them.
pub fn earliest_partnership(ended: Option<Date>) -> Date {
    let began = Date::from_ymd_opt(2014, 8, 1).unwrap_or(Date::MIN);
    ended.and_then(|ended| ended.succ_opt()).map_or(began, |free| free.max(began))
}

/// Whether the denomination of a school has a national partnership of its own: `Reformatorisch`, also beside another with
/// which it works together.
pub fn has_national_partnership(denomination: &str) -> bool {
    denomination.to_lowercase().contains("reformatorisch")
}

/// The partnerships of one area: all addresses whose postcode begins with the same four digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostcodeArea {
    /// The four digits.
    pub area: String,
    /// The municipality that the area lies in.
    pub municipality_name: String,
    /// The partnership for primary education, where the area has one.
    pub primary: Option<PartnershipCode>,
    /// The partnership for secondary education, where the area has one.
    pub secondary: Option<PartnershipCode>,
}

/// What the postcode of a school says about its partnership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Derivation {
    /// The school lies in the region of this partnership.
    Found(PartnershipCode),
    /// The school usually belongs to a national partnership; its postcode says nothing.
    NotByPostcode,
    /// The table has no partnership for this postcode.
    UnknownPostcode,
}

/// Derives the partnership for primary education from the postcode of a school.
///
/// Never for a Reformed (`Reformatorisch`) school: these (163 of the 6,122 locations in August 2026)
/// usually belong to a national partnership. DUO also publishes denominations that work together, so any
/// denomination that has the word in it counts. Other denominations, also `Gereformeerd vrijgemaakt`,
/// belong to the region.
pub fn partnership_by_postcode(school: &School, areas: &BTreeMap<String, PostcodeArea>) -> Derivation {
    if has_national_partnership(&school.denomination) {
        return Derivation::NotByPostcode;
    }
    areas
        .get(school.postcode.area())
        .and_then(|area| area.primary.clone())
        .map_or(Derivation::UnknownPostcode, Derivation::Found)
}

#[cfg(test)]
mod tests {
    use super::super::school::samples::school;
    use super::*;

    #[test]
    fn a_period_that_is_over_is_not_written_over() {
        let day = |year, month, day| Date::from_ymd_opt(year, month, day).expect("a day");
        assert_eq!(earliest_partnership(None), day(2014, 8, 1));
        assert_eq!(earliest_partnership(Some(day(1999, 12, 31))), day(2014, 8, 1));
        assert_eq!(earliest_partnership(Some(day(2026, 7, 31))), day(2026, 8, 1));
    }

    fn areas() -> BTreeMap<String, PostcodeArea> {
        let primary = Some(PartnershipCode::parse("PO2707").expect("a code"));
        let amsterdam = PostcodeArea {
            area: "1011".into(),
            municipality_name: "Amsterdam".into(),
            primary,
            secondary: None,
        };
        let harbour = PostcodeArea { area: "3197".into(), primary: None, ..amsterdam.clone() };
        [amsterdam, harbour].into_iter().map(|area| (area.area.clone(), area)).collect()
    }

    fn derived(denomination: &str, postcode: &str) -> Derivation {
        let postcode = super::super::Postcode::parse(postcode).expect("a postcode");
        let school = School { denomination: denomination.to_owned(), postcode, ..school("01AA00") };
        partnership_by_postcode(&school, &areas())
    }

    #[test]
    fn a_postcode_says_the_partnership_where_the_table_has_one() {
        let found = Derivation::Found(PartnershipCode::parse("PO2707").expect("a code"));
        assert_eq!(derived("Openbaar", "1011 ZZ"), found);
        assert_eq!(derived("Gereformeerd vrijgemaakt", "1011 AB"), found);
        assert_eq!(derived("Openbaar", "1012 AB"), Derivation::UnknownPostcode);
        assert_eq!(derived("Openbaar", "3197 AB"), Derivation::UnknownPostcode);
    }

    #[test]
    fn the_partnership_of_a_reformed_school_is_never_derived() {
        for denomination in ["Reformatorisch", "REFORMATORISCH", "Samenwerking PC, Reformatorisch"] {
            assert_eq!(derived(denomination, "1011 AB"), Derivation::NotByPostcode, "{denomination}");
        }
    }
}
