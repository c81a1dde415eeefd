//! A tie is a fact about a person: in one programme it counts whatever she is there, and a role is a tie wherever it is held.

use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{SCHOOL, SISTER, World};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::refused;

on_both!(
    a_tie_of_a_coordinator_counts_for_her_as_a_buddy,
    a_tie_of_a_buddy_counts_for_her_as_a_coordinator,
    a_tie_goes_along_to_a_new_profile,
    a_seat_on_the_board_of_a_school_ends_the_match,
    work_around_the_school_for_the_partnership_ends_the_match,
    nobody_reads_that_no_tie_is_known_beside_one_that_stands_in_the_way,
);

const FAMILY: &str = "family-on-staff";

fn at_school() -> Value {
    json!({ "kind": "school", "locationCode": SCHOOL })
}

fn declares_as_coordinator(world: &World, who: PersonId) -> Reply {
    let body = json!({ "kind": FAMILY, "about": at_school(), "sinceDate": null });
    world.app.post(who, &format!("/programmes/{}/coordinator-ties", world.programmes[0]), &body)
}

/// A coordinator of the first programme beside the one who is there.
fn colleague(world: &World) -> PersonId {
    world.member(&world.association, "coordinator", Some(&world.programmes[0]))
}

fn a_tie_of_a_coordinator_counts_for_her_as_a_buddy(engine: Engine) {
    let world = World::new(engine);
    let both = colleague(&world);
    let buddy = world.buddy(0, &json!({ "personId": both }));
    let parent = world.person();
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    declares_as_coordinator(&world, both).expect(201);
    let shown = world.app.get(parent, &format!("/matches/{matched}")).expect(200);
    assert_eq!(shown.body["closedBecause"], json!("independence-lost"));
    refused(world.propose(0, &request, &buddy), 409, "buddy-not-independent");
}

fn a_tie_of_a_buddy_counts_for_her_as_a_coordinator(engine: Engine) {
    let world = World::new(engine);
    let both = colleague(&world);
    let buddy = world.buddy(0, &json!({ "personId": both }));
    let request = world.consented(0, world.person());
    let path = format!("/support-requests/{request}");
    world.app.get(both, &path).expect(200);
    world.tie(&buddy, FAMILY, &at_school()).expect(201);
    refused(world.app.get(both, &path), 409, "coordinator-tied");
    // it is listed where she declared it, and there alone
    let own = format!("/programmes/{}/coordinator-ties", world.programmes[0]);
    assert_eq!(world.app.get(both, &own).expect(200).body["data"], json!([]));
    // it is hers, and no colleague's
    world.app.get(world.coordinators[0], &path).expect(200);
}

fn a_tie_goes_along_to_a_new_profile(engine: Engine) {
    let world = World::new(engine);
    let before = world.buddy(0, &json!({}));
    world.tie(&before, FAMILY, &at_school()).expect(201);
    let path = format!("/buddies/{}", before.id);
    world.app.patch(world.coordinators[0], &path, &json!({ "status": "left" })).expect(200);
    let again = world.buddy(0, &json!({ "personId": before.person }));
    let request = world.consented(0, world.person());
    refused(world.propose(0, &request, &again), 409, "buddy-not-independent");
    // in another programme, which somebody else answers for, she is asked herself
    let there = world.buddy(2, &json!({ "personId": before.person }));
    let request = world.consented(2, world.person());
    world.propose(2, &request, &there).expect(201);
}

/// A role that somebody is given while her match runs, and what becomes of it.
fn ends_by(engine: Engine, organisation: impl Fn(&World) -> String, role: &str) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let body = json!({ "personId": buddy.person, "role": role });
    let list = format!("/organisations/{}/memberships", organisation(&world));
    world.app.post(world.administrator, &list, &body).expect(201);
    let shown = world.app.get(parent, &format!("/matches/{matched}")).expect(200);
    assert_eq!(shown.body["closedBecause"], json!("independence-lost"), "{role}");
    refused(world.propose(0, &request, &buddy), 409, "buddy-not-independent");
}

fn a_seat_on_the_board_of_a_school_ends_the_match(engine: Engine) {
    ends_by(engine, |world| world.school.clone(), "board-member");
    // and so does one on the board of a sister school, which has the same board
    let sister = |world: &World| {
        let body = json!({ "kind": "school", "name": "Zusterschool", "locationCode": SISTER });
        world.app.post(world.administrator, "/organisations", &body).expect(201).id()
    };
    ends_by(engine, sister, "board-member");
}

fn work_around_the_school_for_the_partnership_ends_the_match(engine: Engine) {
    let office = |world: &World| {
        let body =
            json!({ "kind": "partnership", "name": "Samenwerkingsverband", "partnershipCode": "PO9901" });
        world.app.post(world.administrator, "/organisations", &body).expect(201).id()
    };
    ends_by(engine, office, "professional");
}

fn nobody_reads_that_no_tie_is_known_beside_one_that_stands_in_the_way(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    let (_, proposal) = world.matched(0, parent, &request, &buddy);
    let explained = || {
        let of = world.app.get(parent, &format!("/proposals/{proposal}/explanation")).expect(200).body;
        let stands = of["ties"].as_array().expect("a list").iter().any(|tie| tie["effect"] == json!("block"));
        (stands, of["summary"].as_str().expect("words").to_owned())
    };
    let (stands, summary) = explained();
    assert!(!stands && summary.contains("geen band"), "{summary}");
    world.tie(&buddy, FAMILY, &at_school()).expect(201);
    let (stands, summary) = explained();
    assert!(stands && summary.contains("kan u niet helpen"), "{summary}");
}
