//! The directory: a parent finds her own school, every wrong code is named, and only who looks after the platform reads
//! what the directory was fed with.

use naast_domain::directory::place_key;
use naast_tests::app::Reply;
use naast_tests::world::{ELSEWHERE, SCHOOL, SISTER, World};
use naast_tests::{Engine, around, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

on_both!(
    a_school_is_found_by_every_filter,
    a_school_is_found_by_the_everyday_name_of_its_place,
    a_school_is_whole_and_has_a_version,
    every_wrong_code_is_named_and_an_unknown_one_is_not_there,
    pages_follow_each_other_and_a_cursor_belongs_to_its_question,
    boards_and_partnerships_are_known_by_their_codes,
    only_who_looks_after_the_platform_reads_imports,
);

fn members(reply: &Reply, name: &str) -> Vec<String> {
    let rows = reply.body["data"].as_array().expect("a page has data");
    rows.iter().map(|row| row[name].as_str().expect("a text member").to_owned()).collect()
}

fn wrong_parameters(reply: &Reply) -> Vec<String> {
    let errors = reply.body["errors"].as_array().expect("a problem has errors");
    errors.iter().map(|error| error["parameter"].as_str().unwrap_or_default().to_owned()).collect()
}

fn a_school_is_found_by_every_filter(engine: Engine) {
    let world = World::new(engine);
    for (query, found) in [
        ("", &[SCHOOL, SISTER, ELSEWHERE][..]),
        ("?name=teststad+98za", &[SCHOOL]),
        ("?name=SCH%C3%B6", &[SCHOOL, SISTER, ELSEWHERE]),
        ("?name=chool", &[]),
        ("?place=Teststad", &[SCHOOL, SISTER, ELSEWHERE]),
        ("?place=test", &[]),
        ("?postcode=1000", &[SCHOOL, SISTER]),
        ("?postcode=1000zb", &[SISTER]),
        ("?boardNumber=99902", &[ELSEWHERE]),
        ("?partnershipCode=PO9901&postcode=1000+ZA", &[SCHOOL]),
        ("?includeGone=true&boardNumber=99903", &[]),
    ] {
        let reply = world.app.get(world.leader, &format!("/schools{query}")).expect(200);
        assert_eq!(members(&reply, "locationCode"), found, "{query}");
    }
    world.app.call(None, "GET", "/schools", None, None).expect(401);
}

fn a_school_is_whole_and_has_a_version(engine: Engine) {
    let world = World::new(engine);
    let reply = world.app.get(world.leader, &format!("/schools/{SCHOOL}")).expect(200);
    let expected = json!({
        "locationCode": SCHOOL, "institutionCode": "98ZA", "boardNumber": "99901", "name": "School 98ZA00 (test)",
        "street": "", "houseNumber": "", "postcode": "1000 ZA", "place": "TESTSTAD", "municipalityCode": "9901",
        "municipalityName": "", "province": "", "denomination": "Openbaar", "phone": null, "website": null,
        "partnership": {
            "partnershipCode": "PO9901", "source": "postcode-table", "sinceDate": world.app.platform.clock.today()
        },
        "pupils": null, "goneSinceDate": null
    });
    assert_eq!(reply.body, expected);
    let token = format!("Bearer {}", world.app.token(world.leader));
    let headers = [("authorization", token.as_str()), ("if-none-match", &reply.etag())];
    world.app.send("GET", &format!("/v1/schools/{SCHOOL}"), &headers, Vec::new()).expect(304);
}

fn a_school_is_found_by_the_everyday_name_of_its_place(engine: Engine) {
    let world = World::new(engine);
    for (listed, asked) in [
        ("'S-HERTOGENBOSCH", ["den+bosch", "Den%20Bosch", "s-hertogenbosch", "%27S-Hert%C3%B3genbosch"]),
        ("'S-GRAVENHAGE", ["den+haag", "DEN+HAAG", "s+gravenhage", "the+hague"]),
    ] {
        // as an import keeps it
        let (place, key) = (listed.replace('\'', "''"), place_key(listed));
        let moved = format!(
            "UPDATE schools SET place = '{place}', place_key = '{key}' WHERE location_code = '{ELSEWHERE}'"
        );
        around(&world.app.location, |database| database.batch(&moved)).expect("a row changes");
        for asked in asked {
            let found = world.app.get(world.leader, &format!("/schools?place={asked}")).expect(200);
            assert_eq!(members(&found, "place"), [listed], "{asked}");
        }
    }
}

fn every_wrong_code_is_named_and_an_unknown_one_is_not_there(engine: Engine) {
    let world = World::new(engine);
    let get = |path: &str| world.app.get(world.leader, path);
    for (path, named) in [
        ("/schools/98za00", "locationCode"),
        ("/boards/9990", "boardNumber"),
        ("/partnerships/XX9901", "partnershipCode"),
        ("/schools?postcode=0123", "postcode"),
        ("/schools?boardNumber=x", "boardNumber"),
        ("/schools?partnershipCode=9901", "partnershipCode"),
        ("/schools?includeGone=yes", "includeGone"),
        ("/schools?name=...", "name"),
        ("/schools?place=--", "place"),
        ("/schools?city=Urk", "city"),
    ] {
        assert_eq!(wrong_parameters(&get(path).expect(400)), [named], "{path}");
    }
    for path in ["/schools/98ZX00", "/boards/99909", "/partnerships/PO9909"] {
        get(path).expect(404);
    }
}

fn pages_follow_each_other_and_a_cursor_belongs_to_its_question(engine: Engine) {
    let world = World::new(engine);
    let get = |path: &str| world.app.get(world.leader, path);
    let first = get("/schools?place=TESTSTAD&pageSize=2").expect(200);
    assert_eq!(members(&first, "locationCode"), [SCHOOL, SISTER]);
    let cursor = first.text("nextCursor");
    assert!(first.header("link").is_some_and(|link| link.contains(&cursor) && link.contains("rel=\"next\"")));
    let second = get(&format!("/schools?pageSize=2&cursor={cursor}&place=TESTSTAD")).expect(200);
    assert_eq!(
        (members(&second, "locationCode"), &second.body["nextCursor"]),
        (vec![ELSEWHERE.to_owned()], &Value::Null)
    );
    for other in [
        format!("/schools?place=ELDERS&cursor={cursor}"),
        format!("/schools?cursor={cursor}"),
        format!("/boards?cursor={cursor}"),
    ] {
        assert_eq!(wrong_parameters(&get(&other).expect(400)), ["cursor"]);
    }
}

fn boards_and_partnerships_are_known_by_their_codes(engine: Engine) {
    let world = World::new(engine);
    let get = |path: &str| world.app.get(world.leader, path).expect(200);
    assert_eq!(members(&get("/boards"), "boardNumber"), ["99901", "99902"]);
    assert_eq!(members(&get("/partnerships"), "partnershipCode"), ["PO9901", "PO9902"]);
    assert_eq!(get("/boards/99901").body, json!({ "boardNumber": "99901", "name": null }));
    assert_eq!(get("/partnerships/PO9902").body, json!({ "partnershipCode": "PO9902", "name": null }));
    let after = get("/boards?pageSize=1").text("nextCursor");
    assert_eq!(members(&get(&format!("/boards?cursor={after}")), "boardNumber"), ["99902"]);
}

fn only_who_looks_after_the_platform_reads_imports(engine: Engine) {
    let world = World::new(engine);
    let page = world.app.get(world.administrator, "/directory-imports").expect(200);
    let mut kinds = members(&page, "kind");
    kinds.sort();
    assert_eq!(kinds, ["partnerships", "schools"]);
    let rows = page.body["data"].as_array().expect("a page has data");
    let schools = rows.iter().find(|row| row["kind"] == "schools").expect("the schools were imported");
    assert_eq!(schools["counts"]["added"], 3);

    let path = format!("/directory-imports/{}", schools["id"].as_str().expect("an id"));
    let one = world.app.get(world.administrator, &path).expect(200);
    assert!(one.etag().starts_with("\"v1-"), "{}", one.etag());
    assert_eq!(
        one.body["differences"],
        json!({ "removed": [], "changed": [], "added": [SCHOOL, SISTER, ELSEWHERE] })
    );
    world.app.get(world.administrator, &format!("/directory-imports/{}", Uuid::nil())).expect(404);
    assert_eq!(
        wrong_parameters(&world.app.get(world.administrator, "/directory-imports/x").expect(400)),
        ["id"]
    );

    for nosy in [world.leader, world.coordinators[0], world.person()] {
        world.app.get(nosy, "/directory-imports").expect(403);
        world.app.get(nosy, &path).expect(403);
    }
}
