//! Who takes part (I1): a school, a board and a partnership are each there once.

use naast_tests::world::{SISTER, World};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{count, refused};

on_both!(what_the_directory_knows_is_registered_once, of_many_who_register_a_school_at_once_one_does);

fn what_the_directory_knows_is_registered_once(engine: Engine) {
    let world = World::new(engine);
    let register = |body: &Value| world.app.post(world.administrator, "/organisations", body);
    for (kind, member, code) in [
        ("school", "locationCode", SISTER),
        ("board", "boardNumber", "99901"),
        ("partnership", "partnershipCode", "PO9901"),
    ] {
        let mut body = json!({ "kind": kind, "name": "Voorbeeldorganisatie" });
        body[member] = json!(code);
        let first = register(&body).expect(201);
        body["name"] = json!("Dezelfde onder een andere naam");
        let again = refused(register(&body), 409, "organisation-known");
        assert_eq!(again.body["errors"][0]["pointer"], format!("/{member}"), "{}", again.body);
        assert_eq!(again.body["existing"]["id"], first.body["id"], "{}", again.body);
        let path = again.body["existing"]["href"].as_str().expect("a place");
        let found = world.app.get(world.administrator, path.trim_start_matches("/v1")).expect(200);
        assert_eq!(found.body, first.body);
    }
    // a partnership may have several support points, and two associations may share a name
    for body in [
        json!({ "kind": "support-point", "name": "Steunpunt", "partnershipCode": "PO9901" }),
        json!({ "kind": "parent-association", "name": "Voorbeeldvereniging" }),
    ] {
        register(&body).expect(201);
        register(&body).expect(201);
    }
}

fn of_many_who_register_a_school_at_once_one_does(engine: Engine) {
    let world = World::new(engine);
    let body = json!({ "kind": "school", "name": "Voorbeeldschool", "locationCode": SISTER });
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let register = || world.app.post(world.administrator, "/organisations", &body).status;
        let calls: Vec<_> = (0..20).map(|_| scope.spawn(register)).collect();
        calls.into_iter().map(|call| call.join().expect("an answer")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [201, 409, 503].contains(status)), "{statuses:?}");
    assert_eq!(count(&world, &format!("organisations WHERE location_code = '{SISTER}'")), 1);
}
