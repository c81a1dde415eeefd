//! What a newer file of schools would change, and when a person must look at it first.

use std::collections::BTreeMap;

use super::{LocationCode, School};

/// More than one location in this many must not disappear unseen: 5 %.
///
/// In the four months to August 2026 the real file lost 2 of its 6,107 locations. A list that loses more than 5 % is likelier half
/// a list, cut off or filtered, than a wave of closures; and with a school disappears what hangs on it.
pub const HOLD_SHARE: usize = 20;

/// How a newer list of schools differs from what is kept. Codes are in their own order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The locations that were not there.
    pub added: Vec<LocationCode>,
    /// The locations that are no longer there.
    pub removed: Vec<LocationCode>,
    /// The locations that say something else now, each with the names of those fields as the published
    /// contract writes them.
    pub changed: Vec<(LocationCode, Vec<&'static str>)>,
    /// How many locations stay as they are.
    pub unchanged: usize,
}

impl Difference {
    /// Whether so much would disappear of the `before` locations that a person must look first: more
    /// than 5 %. Exactly 5 % is not held.
    pub fn held(&self, before: usize) -> bool {
        self.removed.len() > before / HOLD_SHARE
    }
}

/// Compares what is kept with what a newer file says.
pub fn compare(before: &BTreeMap<LocationCode, School>, after: &[School]) -> Difference {
    let after: BTreeMap<&LocationCode, &School> =
        after.iter().map(|school| (&school.location, school)).collect();
    let mut difference = Difference {
        removed: before.keys().filter(|code| !after.contains_key(code)).cloned().collect(),
        ..Difference::default()
    };
    for (code, school) in after {
        match before.get(code).map(|known| changed_fields(known, school)) {
            None => difference.added.push(code.clone()),
            Some(fields) if fields.is_empty() => difference.unchanged += 1,
            Some(fields) => difference.changed.push((code.clone(), fields)),
        }
    }
    difference
}

/// Takes the school apart by name, so that a new field cannot be forgotten here.
fn changed_fields(before: &School, after: &School) -> Vec<&'static str> {
    let School {
        location: _,
        institution: _,
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
    } = before;
    [
        ("name", *name != after.name),
        ("street", *street != after.street),
        ("houseNumber", *house_number != after.house_number),
        ("postcode", *postcode != after.postcode),
        ("place", *place != after.place),
        ("municipalityCode", *municipality != after.municipality),
        ("municipalityName", *municipality_name != after.municipality_name),
        ("province", *province != after.province),
        ("denomination", *denomination != after.denomination),
        ("phone", *phone != after.phone),
        ("website", *website != after.website),
        ("boardNumber", *board != after.board),
    ]
    .into_iter()
    .filter_map(|(field, differs)| differs.then_some(field))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::school::samples::school;
    use super::*;

    fn kept(schools: impl IntoIterator<Item = School>) -> BTreeMap<LocationCode, School> {
        schools.into_iter().map(|school| (school.location.clone(), school)).collect()
    }

    fn codes(number: usize) -> Vec<School> {
        (0..number).map(|n| school(&format!("{:02}AB{:02}", n / 100, n % 100))).collect()
    }

    #[test]
    fn a_newer_list_says_what_came_went_and_changed() {
        let before = kept([school("01AA00"), school("02BB00"), school("03CC00")]);
        let moved = School { street: "Brink".to_owned(), phone: None, ..school("03CC00") };
        let difference = compare(&before, &[school("09ZZ00"), moved, school("02BB00")]);
        assert_eq!(difference.added, [school("09ZZ00").location]);
        assert_eq!(difference.removed, [school("01AA00").location]);
        assert_eq!(difference.changed, [(school("03CC00").location, vec!["street", "phone"])]);
        assert_eq!(difference.unchanged, 1);
    }

    #[test]
    fn a_list_against_itself_changes_nothing() {
        let schools = codes(30);
        let unchanged = Difference { unchanged: 30, ..Difference::default() };
        assert_eq!(compare(&kept(schools.clone()), &schools), unchanged);
    }

    #[test]
    fn more_than_five_percent_gone_is_held_and_exactly_five_percent_is_not() {
        for (before, gone, held) in
            [(0, 0, false), (10, 1, true), (20, 1, false), (100, 5, false), (100, 6, true), (119, 5, false)]
        {
            let schools = codes(before);
            let difference = compare(&kept(schools.clone()), &schools[gone..]);
            assert_eq!(difference.held(before), held, "{gone} of {before}");
        }
    }

    #[test]
    fn an_empty_list_is_held() {
        let schools = codes(3);
        assert!(compare(&kept(schools), &[]).held(3));
    }
}
