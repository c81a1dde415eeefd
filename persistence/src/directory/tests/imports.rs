//! What an import changes, keeps, holds and leaves behind.

use naast_domain::access::{Grant, Power, Principal, ReadImports};
use naast_domain::directory::ImportStatus::{Applied, Held, Unchanged};
use naast_domain::directory::School;
use naast_domain::directory::files::PupilCount;
use naast_domain::organisations::Role;
use serde_json::json;

use super::*;
use crate::directory::imports::{ImportRecord, import, imports};
use crate::directory::{Pupils, Search, search};
use crate::{Page, journal};

on_sqlite! {
    the_same_file_again_changes_nothing
    another_file_is_applied_exactly
    a_file_that_lacks_more_than_five_percent_is_held_until_forced
    a_school_that_is_gone_stays_and_may_come_back
    a_large_file_lists_a_thousand_differences_and_counts_all
    pupils_are_known_by_their_latest_year
    imports_are_read_newest_first
    an_import_leaves_one_row_in_the_journal
}

fn grant() -> Grant<ReadImports> {
    let id = Uuid::from_u128(1);
    let power = Power {
        role: Role::Administrator,
        organisation: id.into(),
        programme: None,
        school: None,
        board: None,
    };
    let today = naast_domain::Date::default();
    Principal { person: id.into(), powers: vec![power], today }
        .grant()
        .expect("an administrator reads imports")
}

fn records(store: &Store, size: i64, after: Option<&ImportRecord>) -> Vec<ImportRecord> {
    let page = Page { size, after: after.map(|record| (record.at, record.id.uuid())) };
    store.read(|db| imports(db, &grant(), page)).expect("a read").items
}

fn named(store: &Store, word: &str) -> Vec<String> {
    let by_word = Search { name_words: vec![word.to_owned()], ..Search::default() };
    let page = store.read(|db| search(db, &by_word, 50, None)).expect("a read");
    page.items.iter().map(|found| found.school.location.to_string()).collect()
}

fn the_same_file_again_changes_nothing(store: &Store) {
    let (rows, areas) = (schools(3), [area("1011", "PO2707")]);
    let counted = [pupils("00AB00", PupilCount::Exactly(86))];
    assert_eq!(counts(&import_schools(store, 1, &rows)), (Applied, 3, 0, 0, 0));
    assert_eq!(counts(&import_areas(store, 1, &areas)), (Applied, 1, 0, 0, 0));
    assert_eq!(counts(&import_pupils(store, 1, &counted)), (Applied, 1, 0, 0, 0));
    let before = found(store, "00AB00");

    let again = import_schools(store, 2, &rows);
    assert_eq!(counts(&again), (Unchanged, 0, 0, 0, 3));
    assert_eq!(again.differences["total"], 0);
    assert_eq!(again.entry(&file(2), None), None);
    assert_eq!(counts(&import_areas(store, 2, &areas)), (Unchanged, 0, 0, 0, 1));
    assert_eq!(counts(&import_pupils(store, 2, &counted)), (Unchanged, 0, 0, 0, 1));
    assert_eq!(found(store, "00AB00"), before);
    assert_eq!(records(store, 50, None).len(), 3);
}

fn another_file_is_applied_exactly(store: &Store) {
    let first: Vec<School> = schools(40);
    import_schools(store, 1, &first);
    let mut second = first.clone();
    second.remove(0);
    second[0] = School { name: "De Regenboog".to_owned(), phone: None, ..second[0].clone() };
    second[1] = School { board: board("20091"), ..second[1].clone() };
    second.push(school("99ZZ00"));

    let report = import_schools(store, 2, &second);
    assert_eq!(counts(&report), (Applied, 1, 2, 1, 37));
    let mut told = report.differences.clone();
    let said = &report.differences["changed"][0]["values"];
    assert_eq!(
        said[0],
        json!({ "field": "name", "before": first[1].name, "after": "De Regenboog", "beside": false })
    );
    for one in told["changed"].as_array_mut().expect("a list") {
        one.as_object_mut().expect("a row").remove("values");
    }
    assert_eq!(
        told,
        json!({
            "total": 4,
            "added": ["99ZZ00"],
            "removed": ["00AB00"],
            "changed": [
                { "locationCode": "00AB01", "fields": ["name", "phone"] },
                { "locationCode": "00AB02", "fields": ["boardNumber"] },
            ],
        })
    );
    for (location, version) in [("00AB00", 2), ("00AB01", 2), ("00AB02", 2), ("00AB03", 1), ("99ZZ00", 1)] {
        assert_eq!(found(store, location).version, version, "{location}");
    }
    assert_eq!(found(store, "00AB01").school, second[0]);
    assert_eq!(found(store, "00AB02").school, second[1]);
    assert_eq!(named(store, "regenb"), ["00AB01"]);
    assert!(!named(store, "ark").contains(&"00AB01".to_owned()));
    assert_eq!(named(store, "amster").len(), 40);
}

fn a_file_that_lacks_more_than_five_percent_is_held_until_forced(store: &Store) {
    let rows = schools(40);
    import_schools(store, 1, &rows);
    let held = import_schools(store, 2, &rows[3..]);
    assert_eq!(counts(&held), (Held, 0, 0, 3, 37));
    assert_eq!(held.differences["removed"], json!(["00AB00", "00AB01", "00AB02"]));
    assert_eq!((found(store, "00AB00").gone_since, found(store, "00AB00").version), (None, 1));
    assert_eq!(records(store, 1, None)[0].report, held);

    let forced = written(store, file(3), rows[3..].to_vec(), true, apply_schools);
    assert_eq!(counts(&forced), (Applied, 0, 0, 3, 37));
    assert_eq!((found(store, "00AB00").gone_since, found(store, "00AB00").version), (Some(day(3)), 2));

    import_areas(store, 4, &[area("1011", "PO2707"), area("1012", "PO2707")]);
    assert_eq!(import_areas(store, 5, &[area("1011", "PO2707")]).status, Held);
    import_pupils(store, 4, &[pupils("00AB00", PupilCount::BelowFive)]);
    assert_eq!(import_pupils(store, 5, &[]).status, Held);
}

fn a_school_that_is_gone_stays_and_may_come_back(store: &Store) {
    let rows = schools(20);
    import_schools(store, 1, &rows);
    assert_eq!(import_schools(store, 2, &rows[1..]).removed, 1);
    let gone = found(store, "00AB00");
    assert_eq!((gone.gone_since, gone.version, &gone.school), (Some(day(2)), 2, &rows[0]));
    assert_eq!(named(store, "ark").len(), 19);
    assert_eq!(import_schools(store, 3, &rows[1..]).status, Unchanged);

    let mut back = rows.clone();
    back[0].name = "De Terugkeer".to_owned();
    let report = import_schools(store, 4, &back);
    assert_eq!(counts(&report), (Applied, 1, 0, 0, 19));
    let school = found(store, "00AB00");
    assert_eq!((school.gone_since, school.version, &school.school), (None, 3, &back[0]));
    assert_eq!(named(store, "terug"), ["00AB00"]);
    assert_eq!(named(store, "ark").len(), 19);
}

fn a_large_file_lists_a_thousand_differences_and_counts_all(store: &Store) {
    let report = import_schools(store, 1, &schools(2_100));
    assert_eq!(counts(&report), (Applied, 2_100, 0, 0, 0));
    assert_eq!(report.differences["total"], 2_100);
    assert_eq!(report.differences["added"].as_array().map(Vec::len), Some(1_000));
    assert_eq!(found(store, "20AB99").version, 1);
}

fn pupils_are_known_by_their_latest_year(store: &Store) {
    import_schools(store, 1, &schools(2));
    assert_eq!(found(store, "00AB00").pupils, None);
    import_pupils(
        store,
        1,
        &[pupils("00AB00", PupilCount::Exactly(86)), pupils("77XX00", PupilCount::Exactly(0))],
    );
    let known = found(store, "00AB00");
    assert_eq!(known.pupils, Some(Pupils { year: 2025, count: PupilCount::Exactly(86) }));
    assert_eq!((known.version, found(store, "00AB01").version), (2, 1));

    let report = import_pupils(
        store,
        2,
        &[pupils("00AB00", PupilCount::BelowFive), pupils("77XX00", PupilCount::Exactly(0))],
    );
    assert_eq!(counts(&report), (Applied, 0, 1, 0, 1));
    assert_eq!(report.differences["changed"][0]["fields"], json!(["counts"]));
    assert_eq!(found(store, "00AB00").pupils, Some(Pupils { year: 2025, count: PupilCount::BelowFive }));
}

fn imports_are_read_newest_first(store: &Store) {
    import_schools(store, 1, &schools(1));
    let third = file(3);
    written(store, third.clone(), schools(3), false, apply_schools);
    let report = import_areas(store, 2, &[area("1011", "PO2707")]);
    let first = records(store, 1, None);
    assert_eq!((first[0].id, first[0].at), (third.id, third.at));
    let rest = records(store, 50, first.last());
    assert_eq!(rest.iter().map(|record| record.report.rows).collect::<Vec<_>>(), [1, 1]);
    assert_eq!((&rest[0].report, report.links_opened), (&report, 3));
    let one = store.read(|db| import(db, &grant(), third.id)).expect("a read").expect("an import");
    assert_eq!(one, first[0]);
    let other = store.read(|db| import(db, &grant(), file(1).id)).expect("a read");
    assert_eq!(other, None);
}

fn an_import_leaves_one_row_in_the_journal(store: &Store) {
    import_schools(store, 1, &schools(40));
    import_schools(store, 2, &schools(40));
    import_schools(store, 3, &schools(30));
    let seen = store.read(|db| journal::verify(db, &[], |_| {})).expect("a read");
    assert_eq!((seen.rows, seen.chains, seen.damages.len()), (2, 1, 0));
}
