//! The partnership of a school through time.

use diesel::prelude::*;
use naast_domain::code::Code;
use naast_domain::directory::PartnershipSource;

use super::*;
use crate::directory::{boards_of, school_facts};
use crate::schema::school_partnerships;
use crate::{Kept, on_either};

on_sqlite! {
    the_partnership_follows_the_postcode_whichever_file_comes_first
    a_changed_table_ends_and_begins_links_only_where_the_derivation_changed
    a_school_that_moves_ends_one_link_and_begins_another
    a_link_that_held_on_no_day_is_not_kept
    what_the_partnership_itself_said_is_not_overwritten
    the_partnership_of_a_reformed_school_is_never_derived
    the_boards_of_schools_are_known_together
}

/// The partnership now, and since when.
fn now(store: &Store, location: &str) -> Option<(String, Date)> {
    found(store, location).partnership.map(|link| (link.code.to_string(), link.since))
}

fn since(partnership: &str, on: u32) -> (String, Date) {
    (partnership.to_owned(), day(on))
}

fn partnerships_on(store: &Store, location: &str, on: u32) -> Vec<String> {
    let facts = store.read(|db| school_facts(db, &code(location), day(on))).expect("a read");
    facts.expect("a school").partnerships.iter().map(ToString::to_string).collect()
}

/// The partnership itself says that it is this one, from this day on.
fn corrected(store: &Store, location: &'static str, to: &'static str, on: u32) {
    store
        .write(move |tx| {
            let row = (
                school_partnerships::location_code.eq(location),
                school_partnerships::partnership_code.eq(to),
                school_partnerships::source.eq(PartnershipSource::Partnership.code()),
                school_partnerships::since.eq(day(on)),
            );
            let end = diesel::update(school_partnerships::table)
                .filter(school_partnerships::location_code.eq(location))
                .set(school_partnerships::until.eq(day(on - 1)));
            on_either!(&mut **tx, |c| end.execute(c))?;
            on_either!(&mut **tx, |c| diesel::insert_into(school_partnerships::table)
                .values(row)
                .execute(c))?;
            Ok::<_, Error>(Kept::unchanged(()))
        })
        .expect("a correction");
}

fn at(location: &str, postcode: &str) -> School {
    School { postcode: Postcode::parse(postcode).expect("a postcode"), ..school(location) }
}

fn the_partnership_follows_the_postcode_whichever_file_comes_first(store: &Store) {
    let first = import_schools(store, 1, &[school("01AA00"), at("02BB00", "9999 ZZ")]);
    assert_eq!((first.links_opened, now(store, "01AA00")), (0, None));
    let table = import_areas(store, 2, &[area("1011", "PO2707")]);
    assert_eq!((table.links_opened, table.links_closed), (1, 0));
    let third = import_schools(store, 3, &[school("01AA00"), at("02BB00", "9999 ZZ"), school("03CC00")]);
    assert_eq!((third.links_opened, third.links_closed), (1, 0));
    assert_eq!(now(store, "01AA00"), Some(since("PO2707", 2)));
    assert_eq!(now(store, "02BB00"), None);
    assert_eq!(now(store, "03CC00"), Some(since("PO2707", 3)));
    assert_eq!((found(store, "01AA00").version, found(store, "02BB00").version), (2, 1));
    let link = found(store, "01AA00").partnership.expect("a link");
    assert_eq!(link.source, PartnershipSource::PostcodeTable);
}

fn a_changed_table_ends_and_begins_links_only_where_the_derivation_changed(store: &Store) {
    import_schools(store, 1, &[school("01AA00"), at("02BB00", "1012 ZZ")]);
    import_areas(store, 1, &[area("1011", "PO2707"), area("1012", "PO2707")]);
    let mut merged = [area("1011", "PO2707"), area("1012", "PO2710")];
    merged[0].secondary = None;
    let report = import_areas(store, 5, &merged);
    assert_eq!(counts(&report), (ImportStatus::Applied, 0, 2, 0, 0));
    assert_eq!((report.links_opened, report.links_closed), (1, 1));
    assert_eq!(now(store, "01AA00"), Some(since("PO2707", 1)));
    assert_eq!(now(store, "02BB00"), Some(since("PO2710", 5)));
    assert_eq!(partnerships_on(store, "02BB00", 4), ["PO2707"]);
    assert_eq!(partnerships_on(store, "02BB00", 5), ["PO2710"]);
    assert_eq!((found(store, "01AA00").version, found(store, "02BB00").version), (2, 3));
}

fn a_school_that_moves_ends_one_link_and_begins_another(store: &Store) {
    import_areas(store, 1, &[area("1011", "PO2707"), area("1012", "PO2710")]);
    import_schools(store, 1, &[school("01AA00"), school("02BB00")]);
    let report = import_schools(store, 9, &[at("01AA00", "1012 AB"), at("02BB00", "1011 XX")]);
    assert_eq!((report.changed, report.links_opened, report.links_closed), (2, 1, 1));
    assert_eq!(now(store, "01AA00"), Some(since("PO2710", 9)));
    assert_eq!(now(store, "02BB00"), Some(since("PO2707", 1)));
    assert_eq!(partnerships_on(store, "01AA00", 8), ["PO2707"]);
    assert_eq!(found(store, "01AA00").version, 2);
}

fn a_link_that_held_on_no_day_is_not_kept(store: &Store) {
    import_areas(store, 1, &[area("1011", "PO2707"), area("1012", "PO2710")]);
    for postcode in ["1011 AB", "1012 AB", "1011 AB", "1012 AB"] {
        import_schools(store, 1, &[at("01AA00", postcode)]);
    }
    assert_eq!(now(store, "01AA00"), Some(since("PO2710", 1)));
    assert_eq!(partnerships_on(store, "01AA00", 1), ["PO2710"]);
}

fn what_the_partnership_itself_said_is_not_overwritten(store: &Store) {
    import_schools(store, 1, &[school("01AA00"), school("02BB00")]);
    import_areas(store, 1, &[area("1011", "PO2707"), area("1012", "PO3001")]);
    corrected(store, "01AA00", "PO3001", 5);

    let table = import_areas(store, 6, &[area("1011", "PO2710"), area("1012", "PO3001")]);
    assert_eq!((table.links_opened, table.links_closed), (1, 1));
    import_schools(store, 7, &[at("01AA00", "1011 ZZ"), school("02BB00")]);
    let link = found(store, "01AA00").partnership.expect("a link");
    assert_eq!((link.code.as_str(), link.source), ("PO3001", PartnershipSource::Partnership));
    assert_eq!(link.since, day(5));
    assert_eq!(partnerships_on(store, "01AA00", 4), ["PO2707"]);
    assert_eq!(partnerships_on(store, "01AA00", 9), ["PO3001"]);
    assert_eq!(now(store, "02BB00"), Some(since("PO2710", 6)));
}

fn the_partnership_of_a_reformed_school_is_never_derived(store: &Store) {
    let reformed = |location| School { denomination: "Reformatorisch".to_owned(), ..school(location) };
    import_schools(store, 1, &[reformed("01AA00"), school("02BB00")]);
    let table = import_areas(store, 2, &[area("1011", "PO2707")]);
    assert_eq!((table.links_opened, now(store, "01AA00")), (1, None));

    let report = import_schools(store, 3, &[reformed("01AA00"), reformed("02BB00"), reformed("03CC00")]);
    assert_eq!((report.links_opened, report.links_closed), (0, 1));
    for location in ["01AA00", "02BB00", "03CC00"] {
        assert_eq!(now(store, location), None, "{location}");
    }
    assert_eq!(partnerships_on(store, "02BB00", 2), ["PO2707"]);
}

fn the_boards_of_schools_are_known_together(store: &Store) {
    import_schools(store, 1, &[school("01AA00"), School { board: board("20091"), ..school("02BB00") }]);
    let asked = [code("01AA00"), code("02BB00"), code("77XX00")];
    let boards = store.read(|db| boards_of(db, &asked)).expect("a read");
    assert_eq!(
        boards.into_iter().collect::<Vec<_>>(),
        [(code("01AA00"), board("41775")), (code("02BB00"), board("20091"))]
    );
    let facts = store.read(|db| school_facts(db, &code("02BB00"), day(1))).expect("a read");
    assert_eq!(facts.map(|facts| (facts.board, facts.partnerships)), Some((board("20091"), vec![])));
    assert_eq!(store.read(|db| school_facts(db, &code("77XX00"), day(1))), Ok(None));
}
