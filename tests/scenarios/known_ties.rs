//! What the installation knows itself counts without being declared (S2), and nobody judges herself.

use chrono::TimeDelta;
use naast_domain::ids::PersonId;
use naast_tests::world::{Buddy, SCHOOL, World};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::refused;

on_both!(
    a_role_at_the_school_counts_though_nobody_declared_it,
    a_role_that_is_given_later_ends_the_match,
    a_role_that_is_taken_away_counts_for_as_long_as_work_counts,
    a_coordinator_who_works_at_the_school_handles_no_case_of_it,
    a_tie_names_something_that_is_there_and_nothing_else,
    nobody_judges_herself,
    a_talk_that_could_only_end_where_nothing_may_be_told_is_not_opened,
);

fn give(world: &World, person: PersonId, organisation: &str, role: &str) {
    let body = json!({ "personId": person, "role": role });
    let path = format!("/organisations/{organisation}/memberships");
    world.app.post(world.administrator, &path, &body).expect(201);
}

fn organisation(world: &World, body: &Value) -> String {
    world.app.post(world.administrator, "/organisations", body).expect(201).id()
}

fn a_role_at_the_school_counts_though_nobody_declared_it(engine: Engine) {
    let world = World::new(engine);
    let board =
        organisation(&world, &json!({ "kind": "board", "name": "Bestuur (test)", "boardNumber": "99901" }));
    let office = organisation(
        &world,
        &json!({ "kind": "partnership", "name": "SWV (test)", "partnershipCode": "PO9901" }),
    );
    let other = organisation(
        &world,
        &json!({ "kind": "partnership", "name": "SWV (test)", "partnershipCode": "PO9902" }),
    );
    let request = world.consented(0, world.person());
    for (place, role, blocked) in [
        (&world.school, "school-leader", true),
        (&world.school, "school-staff", true),
        (&board, "board-member", true),
        (&board, "school-staff", true),
        (&office, "partnership-staff", true),
        (&office, "board-member", true),
        (&other, "partnership-staff", false),
        (&world.association, "trainer", false),
    ] {
        let buddy = world.buddy(0, &json!({}));
        if role == "trainer" {
            let body = json!({ "personId": buddy.person, "role": role, "programmeId": world.programmes[0] });
            let path = format!("/organisations/{place}/memberships");
            world.app.post(world.administrator, &path, &body).expect(201);
        } else {
            give(&world, buddy.person, place, role);
        }
        let reply = world.propose(0, &request, &buddy);
        if blocked {
            refused(reply, 409, "buddy-not-independent");
        } else {
            let proposal = reply.expect(201).id();
            world.answer(buddy.person, &proposal, "refused").expect(201);
        }
    }
}

fn a_role_that_is_given_later_ends_the_match(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    give(&world, buddy.person, &world.school, "school-staff");
    let shown = world.app.get(parent, &format!("/matches/{matched}")).expect(200);
    assert_eq!(
        (shown.text("state"), shown.text("closedBecause")),
        ("closed".into(), "independence-lost".into())
    );
    // it is open for another buddy, on the consent that she gave
    let second = world.buddy(0, &json!({}));
    world.propose(0, &request, &second).expect(201);
}

fn a_role_that_is_taken_away_counts_for_as_long_as_work_counts(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({}));
    let list = format!("/organisations/{}/memberships", world.school);
    let body = json!({ "personId": buddy.person, "role": "school-staff", "untilDate": "2099-12-31" });
    let path = format!("{list}/{}", world.app.post(world.administrator, &list, &body).expect(201).id());
    let request = world.consented(0, world.person());
    refused(world.propose(0, &request, &buddy), 409, "buddy-not-independent");
    let ended = world.app.patch(world.administrator, &path, &json!({ "status": "ended" })).expect(200);
    assert_eq!(
        ended.body["untilDate"],
        json!(world.app.platform.clock.today()),
        "not on the day that was meant"
    );
    let again = world.app.patch(world.administrator, &path, &json!({ "status": "invited" }));
    refused(again, 409, "membership-status");
    refused(world.propose(0, &request, &buddy), 409, "buddy-not-independent");
}

fn a_coordinator_who_works_at_the_school_handles_no_case_of_it(engine: Engine) {
    let world = World::new(engine);
    let request = world.consented(0, world.person());
    let candidates = format!("/support-requests/{request}/candidates");
    world.app.get(world.coordinators[0], &candidates).expect(200);
    give(&world, world.coordinators[0], &world.school, "school-staff");
    refused(world.app.get(world.coordinators[0], &candidates), 409, "coordinator-tied");
    // what she does not handle she does not read: the parent's contact way above all
    let (one, all) = (
        format!("/support-requests/{request}"),
        format!("/support-requests?programmeId={}", world.programmes[0]),
    );
    refused(world.app.get(world.coordinators[0], &one), 409, "coordinator-tied");
    assert_eq!(world.app.get(world.coordinators[0], &all).expect(200).body["data"], json!([]));
    let second = world.member(&world.association, "coordinator", Some(&world.programmes[0]));
    world.app.get(second, &candidates).expect(200);
    assert_eq!(world.app.get(second, &one).expect(200).body["contact"]["name"], "Ouder");
    assert_eq!(world.app.get(second, &all).expect(200).body["data"].as_array().map(Vec::len), Some(1));
}

fn a_tie_names_something_that_is_there_and_nothing_else(engine: Engine) {
    let world = World::new(engine);
    let (buddy, parent) = (world.buddy(0, &json!({})), world.person());
    let elsewhere = world.request(1, parent);
    for (kind, about, faults) in [
        (
            "own-child-same-class",
            json!({ "kind": "request", "requestId": random_id() }),
            vec!["/about/requestId"],
        ),
        (
            "own-child-same-class",
            json!({ "kind": "request", "requestId": elsewhere }),
            vec!["/about/requestId"],
        ),
        ("tie-with-parent", json!({ "kind": "parent", "personId": world.leader }), vec!["/about/personId"]),
        ("tie-with-parent", json!({ "kind": "parent", "personId": parent }), vec!["/about/personId"]),
        (
            "employed-by-partnership",
            json!({ "kind": "partnership", "partnershipCode": "PO0001" }),
            vec!["/about/partnershipCode"],
        ),
        (
            "support-plan-council-staff",
            json!({ "kind": "seat", "locationCode": SCHOOL, "boardNumber": "99901" }),
            vec!["/about/locationCode", "/about/partnershipCode"],
        ),
        (
            "own-child-at-school",
            json!({ "kind": "school", "locationCode": SCHOOL, "boardNumber": "99901" }),
            vec!["/about/boardNumber"],
        ),
    ] {
        let refusal = world.tie(&buddy, kind, &about).expect(400);
        let found: Vec<_> = refusal.body["errors"].as_array().expect("a list").iter().collect();
        let mut places: Vec<_> =
            found.iter().map(|fault| fault["pointer"].as_str().unwrap_or_default()).collect();
        places.sort_unstable();
        assert_eq!(places, faults, "{}", refusal.body);
    }
    let reference = json!({ "kind": "school", "name": "School (test)", "locationCode": "01AA00" });
    let refusal = world.app.post(world.administrator, "/organisations", &reference).expect(400);
    assert_eq!(refusal.body["errors"][0]["pointer"], "/locationCode");
    let nobody = json!({
        "programmeId": world.programmes[0], "personId": random_id(), "firstName": "Test", "languages": ["nl"],
        "specialisms": [], "channels": ["online"], "municipalityCodes": ["9901"], "capacity": 1
    });
    let refusal = world.app.post(world.coordinators[0], "/buddies", &nobody).expect(400);
    assert_eq!(refusal.body["errors"][0]["pointer"], "/personId");
    // a school beyond the directory of primary schools is in her life all the same: she says that it is no slip of the pen
    for (kind, about) in [
        ("own-child-at-school", json!({ "kind": "school", "locationCode": "01AA00" })),
        ("joint-council-member", json!({ "kind": "board", "boardNumber": "00001" })),
    ] {
        let member =
            if about["locationCode"].is_null() { "/about/boardNumber" } else { "/about/locationCode" };
        for said in [Value::Null, json!(false)] {
            let mut about = about.clone();
            about["notInDirectory"] = said;
            let refusal = world.tie(&buddy, kind, &about).expect(400);
            let fault = &refusal.body["errors"][0];
            assert_eq!((&fault["pointer"], &fault["code"]), (&json!(member), &json!("unknown")));
            assert!(fault["detail"].as_str().expect("words").contains("notInDirectory"), "{fault}");
        }
        let mut about = about;
        about["notInDirectory"] = json!(true);
        let kept = world.tie(&buddy, kind, &about).expect(201).body;
        assert!(
            kept["about"]["locationCode"] == "01AA00" || kept["about"]["boardNumber"] == "00001",
            "{kept}"
        );
    }
    let request = world.request(0, parent);
    world.tie(&buddy, "tie-with-parent", &json!({ "kind": "parent", "personId": parent })).expect(201);
    world
        .tie(&buddy, "own-child-same-class", &json!({ "kind": "request", "requestId": request }))
        .expect(201);
}

fn nobody_judges_herself(engine: Engine) {
    let world = World::new(engine);
    let herself = world.coordinators[0];
    let body = json!({
        "programmeId": world.programmes[0], "personId": herself, "firstName": "Test", "languages": ["nl"],
        "specialisms": ["talking-with-school"], "channels": ["online", "in-person"], "municipalityCodes": ["9901"],
        "capacity": 1
    });
    let own = Buddy { id: world.app.post(herself, "/buddies", &body).expect(201).id(), person: herself };
    let path = format!("/buddies/{}", own.id);
    refused(world.certificate(0, &own, "agreement"), 409, "own-profile");
    refused(world.app.patch(herself, &path, &json!({ "status": "active" })), 409, "own-profile");

    // another coordinator does it, and then she still does not propose herself
    let second = world.member(&world.association, "coordinator", Some(&world.programmes[0]));
    let issued = world.app.platform.clock.today() - TimeDelta::days(30);
    for kind in ["vog", "training", "agreement", "code-of-conduct"] {
        let profile = if kind == "vog" { json!("45") } else { json!(null) };
        let mut body = json!({ "kind": kind, "issuedDate": issued });
        if kind == "vog" {
            body["profile"] = profile;
        }
        world.app.post(second, &format!("{path}/certificates"), &body).expect(201);
    }
    world.app.ask_on(herself, &path, &format!("{path}/tie-declarations")).expect(200);
    world.app.patch(second, &path, &json!({ "status": "active" })).expect(200);
    let request = world.consented(0, world.person());
    refused(world.propose(0, &request, &own), 409, "own-profile");
    let proposals = format!("/support-requests/{request}/proposals");
    world.app.post(second, &proposals, &json!({ "buddyId": own.id })).expect(201);
    // to step back is hers
    world.app.patch(herself, &path, &json!({ "status": "paused" })).expect(200);
}

fn a_talk_that_could_only_end_where_nothing_may_be_told_is_not_opened(engine: Engine) {
    let world = World::new(engine);
    let open = || {
        let body =
            json!({ "locationCode": SCHOOL, "parentReference": random_id(), "ground": "regular-talk" });
        world.app.post(world.leader, "/conversations", &body)
    };
    open().expect(201);
    let [independent, _, point] = &world.programmes;
    for programme in [independent, point] {
        let path = format!("/programmes/{programme}/schools/{SCHOOL}");
        let start = world.app.platform.clock.today() - chrono::Months::new(24);
        let body = json!({ "sinceDate": start, "untilDate": world.app.platform.clock.today() });
        world.app.call(Some(world.administrator), "PUT", &path, Some(&body), Some("*")).expect(200);
    }
    world.app.platform.clock.advance(TimeDelta::days(1));
    refused(open(), 409, "no-independent-choice");
}
