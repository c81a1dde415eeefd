//! What an answer says of a case, of a person or of a buddy's file goes when that goes: whoever calls again under her key hears that the answer
//! is gone, and nothing is done again. What was answered of others stays.

use naast_api::privacy::round::round;
use naast_domain::ids::PersonId;
use naast_tests::world::World;
use naast_tests::{Engine, on_both, random_key};
use serde_json::json;

use crate::looks::{assert_sound, contents, count, differing, refused};

on_both!(
    what_was_answered_of_a_case_goes_when_it_is_withdrawn,
    what_was_answered_to_somebody_goes_when_she_is_erased,
    what_was_answered_of_somebody_goes_when_she_is_erased,
    what_names_a_buddy_goes_with_her_file,
    a_certificate_that_is_taken_out_is_not_given_again,
);

fn what_was_answered_of_a_case_goes_when_it_is_withdrawn(engine: Engine) {
    let world = World::new(engine);
    let (parent, coordinator) = (world.person(), world.coordinators[0]);
    let (body, mine, theirs) = (world.request_body(0), random_key(), random_key());
    let submit = |key: &str| world.app.keyed(Some(parent), "POST /support-requests", &body, key);
    let request = submit(&mine).expect(201).id();
    world.consent(parent, &request).expect(201);
    let buddy = world.buddy(0, &json!({}));
    let (line, put) = (format!("POST /support-requests/{request}/proposals"), json!({ "buddyId": buddy.id }));
    let propose = || world.app.keyed(Some(coordinator), &line, &put, &theirs);
    propose().expect(201);
    // of another case of hers everything stays
    let (other, kept) = (random_key(), world.request_body(0));
    let elsewhere = || world.app.keyed(Some(parent), "POST /support-requests", &kept, &other);
    let first = elsewhere().expect(201);
    assert_eq!(count(&world, "kept_answers WHERE length(sealed) = 0"), 0);

    world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
    assert_eq!(count(&world, "kept_answers WHERE length(sealed) = 0"), 2);
    let before = contents(&world);
    refused(submit(&mine), 409, "idempotency-answer-gone");
    refused(propose(), 409, "idempotency-answer-gone");
    assert_eq!(differing(&before, &contents(&world)), [""; 0], "nothing is done again");
    assert_eq!(elsewhere().expect(201).bytes, first.bytes);
    assert_eq!(count(&world, "support_requests"), 2);
    assert_sound(&world);
}

fn what_was_answered_to_somebody_goes_when_she_is_erased(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let body = world.request_body(0);
    world.app.keyed(Some(parent), "POST /support-requests", &body, &random_key()).expect(201);
    world.app.keyed(Some(parent), "POST /me/exports", &json!({}), &random_key());
    let hers = format!("kept_answers WHERE person_id = '{parent}' OR request_id IS NOT NULL");
    assert!(count(&world, &hers) > 0);
    let sure = json!({ "confirmation": "erase-everything-of-mine" });
    world.app.keyed(Some(parent), "POST /me/erasure", &sure, &random_key()).expect(200);
    assert_eq!(count(&world, &hers), 0);
    assert_eq!(count(&world, "kept_answers WHERE length(sealed) > 0"), 0);
    assert_sound(&world);
}

/// Whoever registered her was answered her name.
fn what_was_answered_of_somebody_goes_when_she_is_erased(engine: Engine) {
    let world = World::new(engine);
    let calls = [world.administrator, world.coordinators[0]].map(|who| (who, random_key()));
    let register = |(who, key): &(PersonId, String), name: &str| {
        world.app.keyed(Some(*who), "POST /people", &json!({ "name": name }), key)
    };
    let first = calls.each_ref().map(|call| register(call, "Persoon (test)").expect(201));
    let [gone, stays] =
        first.each_ref().map(|reply| PersonId::from_uuid(reply.id().parse().expect("a UUID")));
    assert_ne!(gone, stays);
    // and what role she was given, and that it ended
    let given = json!({ "personId": gone, "role": "auditor" });
    let place = format!("POST /organisations/{}/memberships", world.association);
    let (keys, ended) = ([random_key(), random_key()], json!({ "status": "ended" }));
    let give = || world.app.keyed(Some(world.administrator), &place, &given, &keys[0]);
    let line = format!("PATCH /organisations/{}/memberships/{}", world.association, give().expect(201).id());
    let end = || world.app.keyed_on(Some(world.administrator), &line, &ended, &keys[1], Some("*"));
    end().expect(200);
    let sure = json!({ "confirmation": "erase-everything-of-mine" });
    let erased = world.app.post(gone, "/me/erasure", &sure).expect(200);
    assert_eq!(erased.body["accountErased"], true, "{}", erased.body);
    for again in [give(), end()] {
        refused(again, 409, "idempotency-answer-gone");
    }
    let before = contents(&world);
    refused(register(&calls[0], "Persoon (test)"), 409, "idempotency-answer-gone");
    assert_eq!(differing(&before, &contents(&world)), [""; 0], "nobody is registered again");
    assert_eq!(register(&calls[1], "Persoon (test)").expect(201).bytes, first[1].bytes);
    assert_sound(&world);
}

fn a_certificate_that_is_taken_out_is_not_given_again(engine: Engine) {
    let world = World::new(engine);
    let (buddy, other) = (world.buddy(0, &json!({})), world.buddy(0, &json!({})));
    let coordinator = world.coordinators[0];
    let body = json!({ "kind": "training", "issuedDate": world.app.platform.clock.today() });
    let record = |id: &str, key: &str| {
        world.app.keyed(Some(coordinator), &format!("POST /buddies/{id}/certificates"), &body, key)
    };
    let (hers, of_other) = (random_key(), random_key());
    let made = record(&buddy.id, &hers).expect(201);
    let kept = record(&other.id, &of_other).expect(201);
    let place = format!("/buddies/{}/certificates/{}", buddy.id, made.id());
    world.app.call(Some(coordinator), "DELETE", &place, None, Some("*")).expect(204);
    refused(record(&buddy.id, &hers), 409, "idempotency-answer-gone");
    assert_eq!(record(&other.id, &of_other).expect(201).bytes, kept.bytes);
    // and what is left of her file when she leaves goes from what was answered as well
    let (line, change, key) =
        (format!("PATCH /buddies/{}", other.id), json!({ "firstName": "Ander (test)" }), random_key());
    let renamed = || world.app.keyed_on(Some(coordinator), &line, &change, &key, Some("*"));
    renamed().expect(200);
    let left = json!({ "status": "left" });
    world.app.patch(coordinator, &format!("/buddies/{}", other.id), &left).expect(200);
    let ahead = world.app.platform.clock.now() + chrono::TimeDelta::days(2);
    round(&world.app.platform, ahead, false).expect("a round");
    refused(record(&other.id, &of_other), 409, "idempotency-answer-gone");
    refused(renamed(), 409, "idempotency-answer-gone");
    assert_sound(&world);
}

/// Where a programme keeps no file of whoever left, her name goes from what was answered of the cases that she was proposed for, too.
fn what_names_a_buddy_goes_with_her_file(engine: Engine) {
    let world = World::new(engine);
    let term = format!("/programmes/{}/retention-terms/buddy-file", world.programmes[0]);
    let none = json!({ "days": 0 });
    world.app.call(Some(world.administrator), "PUT", &term, Some(&none), Some("*")).expect(200);
    let (coordinator, buddy) = (world.coordinators[0], world.buddy(0, &json!({})));
    let propose = |request: &str, buddy: &str, key: &str| {
        let line = format!("POST /support-requests/{request}/proposals");
        world.app.keyed(Some(coordinator), &line, &json!({ "buddyId": buddy }), key)
    };
    let requests = [(); 2].map(|()| world.consented(0, world.person()));
    let (other, keys) = (world.buddy(0, &json!({})), [random_key(), random_key()]);
    let first = propose(&requests[0], &buddy.id, &keys[0]).expect(201);
    assert!(first.body["buddyFirstName"].is_string(), "{}", first.body);
    let kept = propose(&requests[1], &other.id, &keys[1]).expect(201);
    let left = json!({ "status": "left" });
    world.app.patch(coordinator, &format!("/buddies/{}", buddy.id), &left).expect(200);
    assert_eq!(propose(&requests[0], &buddy.id, &keys[0]).expect(201).bytes, first.bytes);
    let ahead = world.app.platform.clock.now() + chrono::TimeDelta::days(2);
    round(&world.app.platform, ahead, false).expect("a round");
    refused(propose(&requests[0], &buddy.id, &keys[0]), 409, "idempotency-answer-gone");
    assert_eq!(propose(&requests[1], &other.id, &keys[1]).expect(201).bytes, kept.bytes);
    assert_sound(&world);
}
