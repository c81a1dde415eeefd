//! How schools, boards and partnerships are found.

use naast_domain::directory::{place_key, search_words};

use super::*;
use crate::directory::{Search, boards, partnerships, search};

on_sqlite! {
    a_school_is_found_by_the_beginnings_of_words
    a_school_is_found_by_place_postcode_board_and_partnership
    pages_follow_each_other_without_gaps
    boards_and_partnerships_are_listed_in_order
    an_unknown_school_is_nothing
}

fn codes(store: &Store, asked: &Search) -> Vec<String> {
    let page = store.read(|db| search(db, asked, 100, None)).expect("a read");
    assert!(!page.more);
    page.items.iter().map(|listed| listed.school.location.to_string()).collect()
}

fn a_few(store: &Store) {
    import_areas(store, 1, &[area("1011", "PO2707"), area("2511", "PO2801")]);
    let the_hague = School {
        name: "O.B.S. De Árk".to_owned(),
        place: "'S-GRAVENHAGE".to_owned(),
        postcode: Postcode::parse("2511 AB").expect("a postcode"),
        ..school("03CC00")
    };
    let rainbow = School {
        name: "De Regenboog".to_owned(),
        board: board("20091"),
        postcode: Postcode::parse("1011 XZ").expect("a postcode"),
        ..school("02BB00")
    };
    let next_door = School { postcode: Postcode::parse("1012 AA").expect("a postcode"), ..school("04DD00") };
    import_schools(store, 1, &[school("01AA00"), rainbow, the_hague, next_door]);
}

fn a_school_is_found_by_the_beginnings_of_words(store: &Store) {
    a_few(store);
    for (typed, expected) in [
        ("ark", vec!["01AA00", "03CC00", "04DD00"]),
        ("Ark Amst", vec!["01AA00", "04DD00"]),
        ("obs de árk", vec!["03CC00"]),
        ("de", vec!["01AA00", "02BB00", "03CC00", "04DD00"]),
        ("reg", vec!["02BB00"]),
        ("boog", vec![]),
        ("gravenhage", vec!["03CC00"]),
    ] {
        let asked = Search { name_words: search_words(typed), ..Search::default() };
        assert_eq!(codes(store, &asked), expected, "{typed}");
    }
}

fn a_school_is_found_by_place_postcode_board_and_partnership(store: &Store) {
    a_few(store);
    let all = Search::default();
    let place = Search { place_key: Some(place_key("'s-Gravenhage")), ..all.clone() };
    assert_eq!(codes(store, &place), ["03CC00"]);
    let area = Search { postcode: Some("1011".to_owned()), ..all.clone() };
    assert_eq!(codes(store, &area), ["01AA00", "02BB00"]);
    let street = Search { postcode: Some("1011 XZ".to_owned()), ..all.clone() };
    assert_eq!(codes(store, &street), ["02BB00"]);
    let of_board = Search { board: Some(board("41775")), ..all.clone() };
    assert_eq!(codes(store, &of_board), ["01AA00", "03CC00", "04DD00"]);
    let of_partnership = Search { partnership: Some(partnership("PO2707")), ..all };
    assert_eq!(codes(store, &of_partnership), ["01AA00", "02BB00"]);
    let both = Search { board: Some(board("41775")), ..of_partnership };
    assert_eq!(codes(store, &both), ["01AA00"]);
    assert_eq!(codes(store, &Search { name_words: vec!["reg".to_owned()], ..both }), [""; 0]);
}

fn pages_follow_each_other_without_gaps(store: &Store) {
    let rows = schools(45);
    import_schools(store, 1, &rows);
    import_schools(store, 2, &rows[2..]);
    for (include_gone, number) in [(false, 43), (true, 45)] {
        let asked = Search { name_words: vec!["a".to_owned()], include_gone, ..Search::default() };
        let mut seen: Vec<LocationCode> = Vec::new();
        loop {
            let page = store.read(|db| search(db, &asked, 10, seen.last())).expect("a read");
            seen.extend(page.items.into_iter().map(|listed| listed.school.location));
            if !page.more {
                break;
            }
        }
        let expected: Vec<_> = rows[45 - number..].iter().map(|school| school.location.clone()).collect();
        assert_eq!(seen, expected);
    }
}

fn boards_and_partnerships_are_listed_in_order(store: &Store) {
    a_few(store);
    let page = store.read(|db| boards(db, 1, None)).expect("a read");
    assert_eq!((page.items[0].number.as_str(), page.more), ("20091", true));
    let page = store.read(|db| boards(db, 1, Some(&board("20091")))).expect("a read");
    assert_eq!((page.items[0].number.as_str(), page.more), ("41775", false));
    let page = store.read(|db| partnerships(db, 2, None)).expect("a read");
    let listed: Vec<_> = page.items.iter().map(|partnership| partnership.code.as_str()).collect();
    assert_eq!((listed, page.more), (vec!["PO2707", "PO2801"], true));
    let page = store.read(|db| partnerships(db, 2, Some(&partnership("PO2801")))).expect("a read");
    assert_eq!((page.items[0].code.as_str(), page.more), ("VO2708", false));
    let one = store.read(|db| crate::directory::board(db, &board("20091"))).expect("a read");
    assert_eq!(one.map(|board| board.name), Some(None));
    assert_eq!(store.read(|db| crate::directory::partnership(db, &partnership("PO9999"))), Ok(None));
}

fn an_unknown_school_is_nothing(store: &Store) {
    assert_eq!(store.read(|db| find(db, &code("01AA00"))), Ok(None));
}
