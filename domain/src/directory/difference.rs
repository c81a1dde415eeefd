//! What a newer file of schools would change, and when a person must look at it first.

use std::collections::{BTreeMap, BTreeSet};

use super::{LocationCode, School};

/// More than one location in this many must not disappear unseen: 5 %.
///
/// In the four months to August 2026 the real file lost 2 of its 6,107 locations. A list that loses more than 5 % is likelier half
/// a list, cut off or filtered, than a wave of closures; and with a school disappears what hangs on it.
pub const HOLD_SHARE: usize = 20;

/// What a field said, and says now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// The field, as the published contract writes it; of what is kept beside and used for nothing, the column as the
    /// publisher writes it.
    pub field: String,
    /// What it said; none where it said nothing.
    pub before: Option<String>,
    /// What it says now.
    pub after: Option<String>,
    /// Whether it is one of those that are used for nothing.
    pub beside: bool,
}

impl FieldChange {
    /// The change of a field, when there is one.
    pub fn of(field: &str, before: Option<&str>, after: Option<&str>) -> Option<Self> {
        let some = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let (before, after) = (some(before), some(after));
        (before != after).then(|| Self { field: field.to_owned(), before, after, beside: false })
    }
}

/// How a newer list of schools differs from what is kept. Codes are in their own order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The locations that were not there.
    pub added: Vec<LocationCode>,
    /// The locations that are no longer there.
    pub removed: Vec<LocationCode>,
    /// The locations that say something else now, each with what.
    pub changed: Vec<(LocationCode, Vec<FieldChange>)>,
    /// The locations that stay as they are, and of which it was not known what else is published of them.
    pub filled: Vec<LocationCode>,
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
            Some(fields) if fields.is_empty() => {
                difference.unchanged += 1;
                let was_known = before.get(code).is_some_and(|known| known.beside.is_some());
                if !was_known && school.beside.is_some() {
                    difference.filled.push(code.clone());
                }
            }
            Some(fields) => difference.changed.push((code.clone(), fields)),
        }
    }
    difference
}

/// Takes the school apart by name, so that a new field cannot be forgotten here.
fn changed_fields(before: &School, after: &School) -> Vec<FieldChange> {
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
        beside,
    } = before;
    let used = [
        ("name", Some(name.as_str()), Some(after.name.as_str())),
        ("street", Some(street), Some(&after.street)),
        ("houseNumber", Some(house_number), Some(&after.house_number)),
        ("postcode", Some(postcode.as_str()), Some(after.postcode.as_str())),
        ("place", Some(place), Some(&after.place)),
        ("municipalityCode", Some(municipality.as_str()), Some(after.municipality.as_str())),
        ("municipalityName", Some(municipality_name), Some(&after.municipality_name)),
        ("province", Some(province), Some(&after.province)),
        ("denomination", Some(denomination), Some(&after.denomination)),
        ("phone", phone.as_deref(), after.phone.as_deref()),
        ("website", website.as_deref(), after.website.as_deref()),
        ("boardNumber", Some(board.as_str()), Some(after.board.as_str())),
    ];
    let mut changes: Vec<FieldChange> =
        used.into_iter().filter_map(|(field, before, after)| FieldChange::of(field, before, after)).collect();
    if let (Some(before), Some(after)) = (beside, &after.beside) {
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let said = |all: &BTreeMap<String, String>, name: &String| all.get(name).cloned();
        changes.extend(names.into_iter().filter_map(|name| {
            let change = FieldChange::of(name, said(before, name).as_deref(), said(after, name).as_deref())?;
            Some(FieldChange { beside: true, ..change })
        }));
    }
    changes
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
        let change = |field: &str, before: &str, after: Option<&str>| {
            FieldChange::of(field, Some(before), after).expect("they differ")
        };
        let changes = vec![change("street", "Melkweg", Some("Brink")), change("phone", "0201234567", None)];
        assert_eq!(difference.changed, [(school("03CC00").location, changes)]);
        assert_eq!(difference.unchanged, 1);
    }

    #[test]
    fn what_is_used_for_nothing_is_compared_where_it_is_known_and_marked() {
        let beside = |region: &str| Some(BTreeMap::from([("RMC-REGIO NAAM".to_owned(), region.to_owned())]));
        let with = |region: &str| School { beside: beside(region), ..school("01AA00") };
        let difference = compare(&kept([with("Noord")]), &[with("Zuid")]);
        let [(_, changes)] = &difference.changed[..] else { panic!("{difference:?}") };
        let [change] = &changes[..] else { panic!("{changes:?}") };
        assert_eq!((change.field.as_str(), change.beside), ("RMC-REGIO NAAM", true));
        assert_eq!((change.before.as_deref(), change.after.as_deref()), (Some("Noord"), Some("Zuid")));
        // what was imported before it was kept is filled in, and has not changed
        let difference = compare(&kept([school("01AA00")]), &[with("Zuid")]);
        assert_eq!((difference.unchanged, difference.filled.len(), difference.changed.len()), (1, 1, 0));
        assert_eq!(compare(&kept([with("Zuid")]), &[with("Zuid")]).filled, []);
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
