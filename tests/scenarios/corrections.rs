//! What was written down wrongly is put right (AVG art. 16): a certificate by the coordinator, a name by whose name it is.

use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count, found, lines, raw, refused};

on_both!(
    a_certificate_that_was_recorded_by_mistake_is_taken_out_and_what_runs_rests_until_it_is_right,
    everybody_puts_her_own_name_right_and_nobody_elses,
);

fn certificate_of(world: &World, list: &str, kind: &str) -> String {
    let all = world.app.get(world.coordinators[0], list).expect(200).body;
    let one = all["data"].as_array().expect("a list").iter().rev().find(|one| one["kind"] == kind);
    format!("{list}/{}", one.expect("it is there")["id"].as_str().expect("an id"))
}

fn a_certificate_that_was_recorded_by_mistake_is_taken_out_and_what_runs_rests_until_it_is_right(
    engine: Engine,
) {
    let world = World::new(engine);
    let (app, coordinator) = (&world.app, world.coordinators[0]);
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let waits = world.consented(0, world.person());
    let list = format!("/buddies/{}/certificates", buddy.id);
    let stands = || app.get(parent, &format!("/matches/{matched}")).expect(200).body;
    let ready = || app.get(coordinator, &format!("/buddies/{}/readiness", buddy.id)).expect(200).body;
    let take_out = |who, path: &str| app.call(Some(who), "DELETE", path, None, None);

    let wrong = certificate_of(&world, &list, "vog");
    // nobody but the programme's coordinator, and on no other buddy
    refused(take_out(buddy.person, &wrong), 403, "forbidden");
    refused(take_out(world.coordinators[2], &wrong), 404, "not-found");
    let another = world.buddy(0, &json!({}));
    let crossed = wrong.replace(&buddy.id, &another.id);
    refused(take_out(coordinator, &crossed), 404, "not-found");
    assert_eq!((stands()["state"].clone(), ready()["ready"].clone()), (json!("active"), json!(true)));

    let known = count(&world, "journal");
    take_out(coordinator, &wrong).expect(204);
    refused(take_out(coordinator, &wrong), 404, "not-found");
    assert_eq!(ready()["missing"][0]["requirement"], "vog");
    assert_eq!(stands()["pausedFor"], json!(["buddy-not-ready"]));
    let refusal = refused(world.propose(0, &waits, &buddy), 409, "buddy-not-ready");
    assert_eq!(refusal.body["reasons"], json!(["vog"]));
    // what was recorded, and that it was taken out, both stand in the journal; and a system that follows the feed hears of it
    let id = wrong.rsplit('/').next().expect("an id");
    let told = format!("SELECT action AS name FROM journal WHERE object_id = '{id}' ORDER BY seq");
    assert_eq!(lines(&world, &told), ["certificate.recorded", "certificate.removed"]);
    assert_eq!(count(&world, "journal"), known + 2, "and that the match rests");
    let feed = format!("/events?programmeId={}&pageSize=200", world.programmes[0]);
    let feed = app.get(coordinator, &feed).expect(200);
    assert!(found(&feed.bytes, "nl.naast.certificate.removed"));

    world.certificate(0, &buddy, "vog").expect(201);
    assert_eq!((stands()["state"].clone(), ready()["ready"].clone()), (json!("active"), json!(true)));
    // who records what is right first keeps nobody waiting
    let wrong = certificate_of(&world, &list, "training");
    world.certificate(0, &buddy, "training").expect(201);
    take_out(coordinator, &wrong).expect(204);
    assert_eq!((stands()["state"].clone(), ready()["ready"].clone()), (json!("active"), json!(true)));
    assert_sound(&world);
}

fn everybody_puts_her_own_name_right_and_nobody_elses(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    let (parent, other) = (world.person(), world.person());
    let name = |who| app.get(who, "/me").expect(200).body["name"].clone();
    let (before, others) = (name(parent), name(other));
    let put = |body: &Value| app.call(Some(parent), "PUT", "/me/name", Some(body), None);
    for wrong in [json!({}), json!({ "name": " " }), json!({ "name": "A", "id": other })] {
        refused(put(&wrong), 400, "invalid-input");
    }
    assert_eq!(name(parent), before);
    let tag = app.get(parent, "/me").etag();
    let told = put(&json!({ "name": "Wilgje van der Plas" })).expect(200).body;
    assert_eq!((&told["name"], &told["id"]), (&json!("Wilgje van der Plas"), &json!(parent)));
    assert_eq!((name(parent), name(other)), (json!("Wilgje van der Plas"), others));
    assert_ne!(app.get(parent, "/me").etag(), tag);
    // sealed as it was, and not what it was
    let rows = raw(&app.location);
    for word in ["Wilgje", "van der Plas"] {
        assert!(!found(&rows, word), "{word} can be read in the database");
    }
    // the journal says that, and no name
    assert_eq!(count(&world, "journal WHERE action = 'person.renamed'"), 1);
    let anonymous = app.call(None, "PUT", "/me/name", Some(&json!({ "name": "A" })), None);
    refused(anonymous, 401, "unauthenticated");
    assert_sound(&world);
}
