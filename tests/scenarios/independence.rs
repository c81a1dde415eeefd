//! Independence (S2): every tie of the table, in every form; what a parent is told and accepts by her own act; and what
//! follows when a tie comes later.

use chrono::{Months, TimeDelta};
use naast_domain::ids::PersonId;
use naast_tests::world::{ELSEWHERE, SCHOOL, SISTER, World};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{count, refused};

on_both!(
    every_tie_of_the_table_does_in_every_form_what_the_table_says,
    what_ties_a_buddy_to_a_child_counts_in_the_next_request_of_the_same_parent,
    only_the_buddy_herself_lifts_a_block,
    only_the_buddy_herself_says_that_there_is_nothing_else,
);

/// What a tie does: blocks, is told, or nothing.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Effect {
    B,
    D,
    N,
}
use Effect::{B, D, N};

/// The kind of a tie, what it is about, how many months ago it ended, whether its further question is answered with yes,
/// and what it does in the forms independent, school and support point.
type Row = (&'static str, &'static str, Option<u32>, bool, [Effect; 3]);

const TABLE: &[Row] = &[
    ("employed-at-school", "school", None, false, [B, B, B]),
    ("employed-at-school", "school", Some(11), false, [B, B, B]),
    ("employed-at-school", "school", Some(14), false, [D, D, D]),
    ("employed-at-school", "school", Some(38), false, [N, N, N]),
    ("employed-at-school", "sister", None, false, [D, B, D]),
    ("employed-at-school", "elsewhere", None, false, [N, N, N]),
    ("employed-at-board-office", "board", None, false, [B, B, B]),
    ("board-or-supervisory-member", "board", None, false, [B, B, B]),
    ("employed-by-partnership", "partnership", None, false, [B, B, B]),
    ("support-point-worker", "other-partnership", None, false, [D, D, D]),
    ("partnership-board-member", "partnership", None, false, [B, B, B]),
    ("partnership-board-member", "other-partnership", None, false, [N, N, N]),
    ("decides-on-child-support", "parent", Some(40), false, [B, B, B]),
    ("council-member-staff", "school", None, false, [B, B, B]),
    ("council-member-parent", "school", None, false, [D, D, D]),
    ("joint-council-member", "board", None, false, [D, D, D]),
    ("support-plan-council-parent", "partnership", None, false, [D, D, D]),
    ("support-plan-council-staff", "seat", None, false, [B, B, B]),
    ("support-plan-council-staff", "other-seat", None, false, [D, D, B]),
    ("school-volunteer", "school", None, false, [D, D, D]),
    ("own-child-at-school", "school", None, false, [D, D, D]),
    ("own-child-same-class", "request", None, false, [B, B, B]),
    ("own-child-at-school", "school", Some(35), false, [D, D, D]),
    ("own-child-at-school", "school", Some(38), false, [N, N, N]),
    ("family-on-staff", "school", None, false, [B, B, B]),
    ("friend-on-staff", "board", None, false, [D, D, D]),
    ("tie-with-parent", "parent", None, false, [D, D, D]),
    ("conflict", "partnership", None, false, [B, B, B]),
    ("conflict", "school", Some(35), false, [D, B, D]),
    ("conflict", "board", Some(38), false, [D, D, D]),
    ("paid-by-school", "board", None, false, [B, B, B]),
    ("expenses-paid-by-school", "school", None, false, [D, D, D]),
    ("paid-by-partnership", "partnership", None, false, [D, D, D]),
    ("commercial-interest", "everywhere", None, false, [B, B, B]),
    ("supplier-of-school", "school", None, false, [D, B, D]),
    ("buddy-for-other-parent", "school", None, false, [D, D, D]),
    ("buddy-for-other-parent", "school", None, true, [B, B, B]),
    ("authority-worker", "municipality", None, false, [D, D, D]),
    ("authority-worker", "municipality", None, true, [B, B, B]),
    ("political-office", "municipality", None, false, [D, D, D]),
    ("school-records-access", "school", None, false, [B, B, B]),
];

fn object(about: &str, parent: PersonId, request: &str) -> Value {
    match about {
        "school" => json!({ "kind": "school", "locationCode": SCHOOL }),
        "sister" => json!({ "kind": "school", "locationCode": SISTER }),
        "elsewhere" => json!({ "kind": "school", "locationCode": ELSEWHERE }),
        "board" => json!({ "kind": "board", "boardNumber": "99901" }),
        "partnership" => json!({ "kind": "partnership", "partnershipCode": "PO9901" }),
        "other-partnership" => json!({ "kind": "partnership", "partnershipCode": "PO9902" }),
        "seat" => json!({ "kind": "seat", "partnershipCode": "PO9901", "boardNumber": "99901" }),
        "other-seat" => json!({ "kind": "seat", "partnershipCode": "PO9901", "boardNumber": "99902" }),
        "municipality" => json!({ "kind": "municipality", "municipalityCode": "9901" }),
        "request" => json!({ "kind": "request", "requestId": request }),
        "parent" => json!({ "kind": "parent", "personId": parent }),
        _ => json!({ "kind": "everywhere" }),
    }
}

fn every_tie_of_the_table_does_in_every_form_what_the_table_says(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    let today = app.platform.clock.today();
    for form in 0..3 {
        let parent = world.person();
        let request = world.consented(form, parent);
        let path = format!("/support-requests/{request}");
        // what is told of the programme itself, whoever the buddy is
        let inherent = usize::from(form > 0);
        let mut seen = Vec::new();
        for (kind, about, ended, heavier, effects) in TABLE {
            let buddy = world.buddy(form, &json!({}));
            let mut tie = json!({ "kind": kind, "about": object(about, parent, &request) });
            if let Some(months) = ended {
                tie["untilDate"] = json!(today - Months::new(*months));
            }
            if *heavier {
                tie["aggravated"] = json!(true);
            }
            app.post(buddy.person, &format!("/buddies/{}/ties", buddy.id), &tie).expect(201);
            let row = format!("{kind} {about} {ended:?} {heavier} in form {form}");
            let proposed = world.propose(form, &request, &buddy);
            if effects[form] == B {
                let refusal = refused(proposed, 409, "buddy-not-independent");
                assert_eq!(refusal.body["source"], "S2", "{row}");
                seen.push((buddy.id, true));
                continue;
            }
            let proposal = proposed.expect(201);
            let ties = proposal.body["ties"].as_array().expect("ties").len();
            assert_eq!(ties, inherent + usize::from(effects[form] == D), "{row}: {}", proposal.body["ties"]);
            // a no frees the place among the two open proposals
            world.answer(parent, &proposal.id(), "refused").expect(201);
        }
        let candidates =
            app.get(world.coordinators[form], &format!("{path}/candidates?limit=100")).expect(200);
        let of = |list: &str, id: &str| {
            let rows = candidates.body[list].as_array().expect("a list");
            rows.iter().find(|row| row["buddyId"] == id).cloned()
        };
        for (id, _) in &seen {
            assert_eq!(of("candidates", id), None);
            let reasons = of("excluded", id).expect("who is excluded is told")["reasons"].clone();
            let codes: Vec<_> =
                reasons.as_array().expect("reasons").iter().map(|one| one["code"].clone()).collect();
            assert_eq!(codes, ["not-independent"]);
        }
    }
}

/// Nothing of the child is kept by which two requests of a parent could be told to be about two children.
fn what_ties_a_buddy_to_a_child_counts_in_the_next_request_of_the_same_parent(engine: Engine) {
    let world = World::new(engine);
    for (kind, heavier) in [
        ("decides-on-child-support", false),
        ("own-child-same-class", false),
        ("authority-worker", true),
        ("buddy-for-other-parent", true),
    ] {
        let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
        let first = world.consented(0, parent);
        let ties = format!("/buddies/{}/ties", buddy.id);
        let about = object("request", parent, &first);
        let tie = json!({ "kind": kind, "about": about, "aggravated": heavier.then_some(true) });
        let tie = world.app.post(buddy.person, &ties, &tie).expect(201);
        refused(world.propose(0, &first, &buddy), 409, "buddy-not-independent");
        world.app.ask(parent, &format!("/support-requests/{first}/withdrawal")).expect(200);

        let again = world.consented(0, parent);
        refused(world.propose(0, &again, &buddy), 409, "buddy-not-independent");
        // of another parent's request it says nothing
        let others = world.consented(0, world.person());
        assert_eq!(world.propose(0, &others, &buddy).expect(201).body["ties"], json!([]), "{kind}");
        // and it is hers to say that it is over
        let ended = json!({ "untilDate": world.app.platform.clock.today() - Months::new(120) });
        let place = format!("{ties}/{}", tie.id());
        world.app.call(Some(buddy.person), "PATCH", &place, Some(&ended), Some(&tie.etag())).expect(200);
        if kind != "decides-on-child-support" {
            world.propose(0, &again, &buddy).expect(201);
        }
    }
}

fn only_the_buddy_herself_lifts_a_block(engine: Engine) {
    let world = World::new(engine);
    let (buddy, request) = (world.buddy(0, &json!({})), world.consented(0, world.person()));
    let coordinator = world.coordinators[0];
    let ties = format!("/buddies/{}/ties", buddy.id);
    // what she heard of a buddy she writes down: it can only keep her out
    let heard = json!({ "kind": "employed-at-school", "about": object("school", coordinator, &request) });
    let tie = world.app.post(coordinator, &ties, &heard).expect(201);
    refused(world.propose(0, &request, &buddy), 409, "buddy-not-independent");

    let place = format!("{ties}/{}", tie.id());
    let end = |who| {
        let long_ago = json!({ "untilDate": world.app.platform.clock.today() - Months::new(120) });
        world.app.call(Some(who), "PATCH", &place, Some(&long_ago), Some(&tie.etag()))
    };
    let (before, rows) = (world.app.get(coordinator, &ties).expect(200).body, count(&world, "journal"));
    refused(end(coordinator), 404, "not-found");
    assert_eq!(world.app.get(buddy.person, &ties).expect(200).body, before, "the tie stands as it was");
    assert_eq!(count(&world, "journal"), rows, "nothing was changed");
    refused(world.propose(0, &request, &buddy), 409, "buddy-not-independent");

    end(buddy.person).expect(200);
    world.propose(0, &request, &buddy).expect(201);
}

fn only_the_buddy_herself_says_that_there_is_nothing_else(engine: Engine) {
    let world = World::new(engine);
    let (buddy, request) = (world.buddy(0, &json!({})), world.consented(0, world.person()));
    world.app.platform.clock.advance(TimeDelta::days(396));
    world.coordinators_declare();
    refused(world.propose(0, &request, &buddy), 409, "buddy-not-independent");
    let path = format!("/buddies/{}", buddy.id);
    let asked = |who| world.app.ask_on(who, &path, &format!("{path}/tie-declarations"));
    refused(asked(world.coordinators[0]), 404, "not-found");
    refused(world.propose(0, &request, &buddy), 409, "buddy-not-independent");
    asked(buddy.person).expect(200);
    world.propose(0, &request, &buddy).expect(201);
}
