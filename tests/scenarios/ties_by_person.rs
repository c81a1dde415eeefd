//! A tie is a fact about a person: in one programme it counts whatever she is there, and a role is a tie wherever it is held.

use chrono::TimeDelta;
use naast_domain::Date;
use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{SCHOOL, SISTER, World};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::refused;

on_both!(
    a_tie_of_a_coordinator_counts_for_her_as_a_buddy,
    a_tie_of_a_buddy_counts_for_her_as_a_coordinator,
    an_end_that_a_buddy_gives_a_tie_gives_a_coordinator_no_case_back,
    a_tie_goes_along_to_a_new_profile,
    a_tie_of_a_former_profile_is_asked_after_in_the_new_one,
    whoever_declared_a_tie_as_a_coordinator_ends_it_also_after_her_role,
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

fn ends(world: &World, who: PersonId, place: &str, tie: &Reply, last: Date) -> Reply {
    world.app.call(Some(who), "PATCH", place, Some(&json!({ "untilDate": last })), Some(&tie.etag()))
}

fn an_end_that_a_buddy_gives_a_tie_gives_a_coordinator_no_case_back(engine: Engine) {
    let world = World::new(engine);
    let (both, clock) = (colleague(&world), &world.app.platform.clock);
    // one is a coordinator already, the other becomes one when everything is said
    let later = world.buddy(0, &json!({}));
    let now = world.buddy(0, &json!({ "personId": both }));
    let before = world.consented(0, world.person());
    for buddy in [&now, &later] {
        let tie = world.tie(buddy, FAMILY, &at_school()).expect(201);
        let place = format!("/buddies/{}/ties/{}", buddy.id, tie.id());
        // as a buddy she may say that it was over long ago: the rules are asked again, and the parent reads what they find
        ends(&world, buddy.person, &place, &tie, clock.today() - TimeDelta::days(400)).expect(200);
    }
    let role = json!({ "personId": later.person, "role": "coordinator", "programmeId": world.programmes[0] });
    let list = format!("/organisations/{}/memberships", world.association);
    world.app.post(world.administrator, &list, &role).expect(201);
    let same_day = world.consented(0, world.person());
    clock.advance(TimeDelta::days(1));
    let after = world.consented(0, world.person());
    for who in [now.person, later.person] {
        for request in [&before, &same_day] {
            refused(world.app.get(who, &format!("/support-requests/{request}")), 409, "coordinator-tied");
        }
        world.app.get(who, &format!("/support-requests/{after}")).expect(200);
        let page = format!("/support-requests?programmeId={}", world.programmes[0]);
        let shown = world.app.get(who, &page).expect(200).body["data"].to_string();
        assert!(!shown.contains(&before) && !shown.contains(&same_day) && shown.contains(&after));
    }
    world.propose(0, &before, &now).expect(201);
}

fn a_tie_of_a_former_profile_is_asked_after_in_the_new_one(engine: Engine) {
    let world = World::new(engine);
    let former = world.buddy(0, &json!({}));
    let path = format!("/buddies/{}", former.id);
    world.app.patch(world.coordinators[0], &path, &json!({ "status": "left" })).expect(200);
    let again = world.buddy(0, &json!({ "personId": former.person }));
    let parent = world.person();
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &again);
    // she says with her former profile what holds for her
    let told = json!({ "kind": "friend-on-staff", "about": { "kind": "board", "boardNumber": "99901" } });
    let told = world.app.post(former.person, &format!("{path}/ties"), &told).expect(201);
    let state = || world.app.get(parent, &format!("/matches/{matched}")).expect(200).text("state");
    assert_eq!(state(), "paused", "the parent is asked");
    // and that it was a mistake, in the same place
    let place = format!("{path}/ties/{}", told.id());
    ends(&world, former.person, &place, &told, world.app.platform.clock.today() - TimeDelta::days(800))
        .expect(200);
    assert_eq!(state(), "active", "what she was asked about is gone");
    world
        .app
        .post(former.person, &format!("{path}/ties"), &json!({ "kind": FAMILY, "about": at_school() }))
        .expect(201);
    assert_eq!(state(), "closed");
}

fn whoever_declared_a_tie_as_a_coordinator_ends_it_also_after_her_role(engine: Engine) {
    let world = World::new(engine);
    let (person, clock) = (world.person(), &world.app.platform.clock);
    let list = format!("/organisations/{}/memberships", world.association);
    let role = json!({ "personId": person, "role": "coordinator", "programmeId": world.programmes[0] });
    let role = world.app.post(world.administrator, &list, &role).expect(201).id();
    let tie = declares_as_coordinator(&world, person).expect(201);
    let ties = format!("/programmes/{}/coordinator-ties", world.programmes[0]);
    let place = format!("{ties}/{}", tie.id());
    world
        .app
        .patch(world.administrator, &format!("{list}/{role}"), &json!({ "status": "ended" }))
        .expect(200);
    // it keeps her out as a buddy for as long as it stands
    let buddy = world.buddy(0, &json!({ "personId": person }));
    let request = world.consented(0, world.person());
    refused(world.propose(0, &request, &buddy), 409, "buddy-not-independent");
    // nobody else finds it, whatever she is, and its holder declares nothing any more
    let stranger = world.buddy(0, &json!({})).person;
    refused(world.app.get(stranger, &ties), 403, "forbidden");
    refused(ends(&world, stranger, &place, &tie, clock.today()), 404, "not-found");
    refused(ends(&world, world.coordinators[0], &place, &tie, clock.today()), 404, "not-found");
    refused(declares_as_coordinator(&world, person), 403, "forbidden");
    let listed = world.app.get(person, &ties).expect(200).body;
    assert_eq!(listed["data"][0]["id"], json!(tie.id()));
    // by the rule of her own ties: today or later
    let yesterday = clock.today() - TimeDelta::days(1);
    assert_eq!(
        ends(&world, person, &place, &tie, yesterday).expect(400).body["errors"][0]["code"],
        "too-early"
    );
    ends(&world, person, &place, &tie, clock.today()).expect(200);
    clock.advance(TimeDelta::days(1));
    world.propose(0, &request, &buddy).expect(201);
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
