//! Erasure that a parent asks for while something keeps a case or her account: what she asked for goes as soon as nothing keeps it, and nothing else.

use naast_domain::ids::PersonId;
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::count;
use crate::retention::{days, retention, run, withdraw};

on_both!(
    a_hold_keeps_a_case_until_it_is_lifted,
    who_asks_for_help_again_after_an_erasure_is_helped,
    what_is_held_stays_asked_for_beside_what_she_begins_later,
    a_role_that_is_given_afterwards_keeps_the_account_as_any_role_does,
    what_she_asked_for_she_sees_and_takes_back,
);

/// Asks for it; gives back the receipt.
pub fn erase_everything(world: &World, person: PersonId) -> Value {
    let sure = json!({ "confirmation": "erase-everything-of-mine" });
    world.app.post(person, "/me/erasure", &sure).expect(200).body
}

/// What she is given to do afterwards has its own terms, her account too.
fn a_role_that_is_given_afterwards_keeps_the_account_as_any_role_does(engine: Engine) {
    let world = World::new(engine);
    let list = format!("/organisations/{}/memberships", world.association);
    let person = world.person();
    let given = |role: &str| {
        let body = json!({ "personId": person, "role": role });
        world.app.post(world.administrator, &list, &body).expect(201).id()
    };
    let end = |role: &str| {
        let path = format!("{list}/{role}");
        world.app.patch(world.administrator, &path, &json!({ "status": "ended" })).expect(200);
    };
    let first = given("auditor");
    assert_eq!(erase_everything(&world, person)["accountKeptBecause"], json!(["role"]));
    end(&first);
    days(&world, 1);
    let second = given("auditor");
    assert!(
        world.app.get(person, "/me").expect(200).body["erasureAskedAt"].is_string(),
        "she asked all the same"
    );
    days(&world, 200);
    end(&second);
    assert_eq!(retention(&world, person, "/me")["ground"], json!("account-unused"));
    run(&world);
    world.app.get(person, "/me").expect(200);
    days(&world, 32);
    run(&world);
    world.app.get(person, "/me").expect(401);
}

fn a_hold_keeps_a_case_until_it_is_lifted(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let request = world.consented(0, parent);
    let holds = format!("/support-requests/{request}/holds");
    let coordinator = world.coordinators[0];
    let hold = world.app.post(coordinator, &holds, &json!({ "because": "legal-claim" })).expect(201).id();
    world.app.post(coordinator, &holds, &json!({ "because": "complaint" })).expect(409);
    withdraw(&world, parent, &request);
    let path = format!("/support-requests/{request}");
    assert_eq!(retention(&world, parent, &path)["held"], json!(true), "she reads that it is held");
    assert_eq!(world.app.get(parent, &holds).expect(200).body["data"][0]["because"], json!("legal-claim"));
    days(&world, 400);
    let report = run(&world);
    assert_eq!((report.total(), report.held), (0, 1));
    // she asks for erasure: what is held waits, and is used for nothing
    let receipt = erase_everything(&world, parent);
    assert_eq!(receipt["heldRequestIds"], json!([request]));
    assert_eq!(receipt["accountKeptBecause"], json!(["held-case"]));
    world.app.get(parent, &path).expect(200);
    // more than a year went by
    world.coordinators_declare();
    world.app.ask(coordinator, &format!("{holds}/{hold}/release")).expect(200);
    world.app.ask(coordinator, &format!("{holds}/{hold}/release")).expect(200);
    assert_eq!(run(&world).erased.get("request asked-for"), Some(&1));
    world.app.get(parent, &path).expect(404);
    // and her account, which nothing else needs: she asked for that too
    assert_eq!(retention(&world, parent, "/me")["ground"], json!("asked-for"));
    assert!(run(&world).total() > 0);
    world.app.get(parent, "/me").expect(401);
    assert_eq!(count(&world, "erasure_requests"), 0);
}

/// What she asked to erase was what was there then. She is not held to it by what she begins later.
fn who_asks_for_help_again_after_an_erasure_is_helped(engine: Engine) {
    let world = World::new(engine);
    // a buddy, whose file keeps her account
    let parent = world.buddy(0, &json!({})).person;
    let before = world.consented(0, parent);
    let receipt = erase_everything(&world, parent);
    assert_eq!((&receipt["erasedRequestIds"], &receipt["accountErased"]), (&json!([before]), &json!(false)));
    days(&world, 3);
    let request = world.consented(0, parent);
    let buddy = world.buddy(0, &json!({}));
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let path = format!("/support-requests/{request}");
    assert_eq!(retention(&world, parent, &path)["ground"], json!("supported"));
    let waiting = world.request(0, parent);
    assert_eq!(
        retention(&world, parent, &format!("/support-requests/{waiting}"))["ground"],
        json!("consent-not-given")
    );
    days(&world, 3);
    assert_eq!(run(&world).total(), 0);
    world.app.get(buddy.person, &format!("/matches/{matched}")).expect(200);
    // what is withdrawn of it has its ordinary term
    withdraw(&world, parent, &request);
    assert_eq!(retention(&world, parent, &path)["ground"], json!("withdrawn"));
    days(&world, 3);
    assert_eq!(run(&world).total(), 0);
    // who asks again asked for this too
    let receipt = erase_everything(&world, parent);
    let mut gone = vec![request, waiting];
    gone.sort();
    assert_eq!(receipt["erasedRequestIds"], json!(gone));
}

/// What is held of before stays asked for, and what she begins meanwhile does not.
fn what_is_held_stays_asked_for_beside_what_she_begins_later(engine: Engine) {
    let world = World::new(engine);
    let (parent, coordinator) = (world.person(), world.coordinators[0]);
    let held = world.consented(0, parent);
    let holds = format!("/support-requests/{held}/holds");
    let placed = world.app.post(coordinator, &holds, &json!({ "because": "complaint" })).expect(201).id();
    erase_everything(&world, parent);
    days(&world, 1);
    let later = world.consented(0, parent);
    assert!(
        world.app.get(parent, "/me").expect(200).body["erasureAskedAt"].is_string(),
        "of before something is kept"
    );
    world.app.ask(coordinator, &format!("{holds}/{placed}/release")).expect(200);
    assert_eq!(run(&world).erased.get("request asked-for"), Some(&1));
    world.app.get(parent, &format!("/support-requests/{held}")).expect(404);
    world.app.get(parent, &format!("/support-requests/{later}")).expect(200);
    withdraw(&world, parent, &later);
    assert_eq!(
        retention(&world, parent, &format!("/support-requests/{later}"))["ground"],
        json!("withdrawn")
    );
}

/// While something keeps what she asked to erase she reads that she asked, and can take it back: what is left has its own terms again.
fn what_she_asked_for_she_sees_and_takes_back(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let (gone, request) = (world.consented(0, parent), world.consented(0, parent));
    let path = format!("/support-requests/{request}");
    let holds = format!("{path}/holds");
    let coordinator = world.coordinators[0];
    let hold = world.app.post(coordinator, &holds, &json!({ "because": "complaint" })).expect(201).id();
    let asked = || world.app.get(parent, "/me").expect(200).body["erasureAskedAt"].clone();
    assert_eq!(asked(), json!(null));
    let receipt = erase_everything(&world, parent);
    assert_eq!(receipt["heldRequestIds"], json!([request]));
    assert_eq!(asked(), receipt["erasedAt"]);
    assert_eq!(world.app.get(coordinator, "/me").expect(200).body["erasureAskedAt"], json!(null));
    for _ in 0..2 {
        let me = world.app.ask(parent, "/me/erasure/withdrawal").expect(200).body;
        assert_eq!((&me["erasureAskedAt"], &me["id"]), (&json!(null), &json!(parent)));
    }
    assert_eq!(count(&world, "journal WHERE action = 'account.erasure-taken-back'"), 1);
    assert_eq!(asked(), json!(null));
    world.app.get(parent, &format!("/support-requests/{gone}")).expect(404);
    world.app.ask(coordinator, &format!("{holds}/{hold}/release")).expect(200);
    assert_eq!(run(&world).total(), 0, "it is withdrawn, and goes as that");
    assert_eq!(retention(&world, parent, &path)["ground"], json!("withdrawn"));
    days(&world, 31);
    assert_eq!(run(&world).erased.get("request withdrawn"), Some(&1));
    assert_eq!(retention(&world, parent, "/me")["ground"], json!("account-unused"));
    world.app.get(parent, "/me").expect(200);
}
