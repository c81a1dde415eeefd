//! A coordinator notes that a parent stops: it stands with the request who did, she reads it among what waits for her, and she is written to before the way
//! to reach her is gone.

use naast_domain::ids::PersonId;
use naast_tests::app::TestApp;
use naast_tests::world::World;
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::count;
use crate::signing_in::letters;

on_both!(
    who_is_withdrawn_for_is_told_and_written_to_once,
    who_stops_herself_is_not_written_to,
    a_coordinator_who_notes_that_a_consent_is_taken_back_ends_the_request_as_openly,
);

fn seen(app: &TestApp, parent: PersonId, request: &str) -> (Value, Vec<Value>) {
    let by = app.get(parent, &format!("/support-requests/{request}")).expect(200).body["withdrawnBy"].clone();
    let notices = app.get(parent, "/me/notices").expect(200).body["data"].clone();
    let of_it = notices.as_array().expect("a page").iter().filter(|one| one["requestId"] == json!(request));
    (by, of_it.map(|one| one["kind"].clone()).filter(|kind| kind == "withdrawn-for-you").collect())
}

fn who_is_withdrawn_for_is_told_and_written_to_once(engine: Engine) {
    let world = World::new(engine);
    let (app, coordinator, parent) = (&world.app, world.coordinators[0], world.person());
    let request = world.consented(0, parent);
    assert_eq!(seen(app, parent, &request), (json!(null), Vec::new()));
    let _ = letters(app);
    let (line, key) = (format!("POST /support-requests/{request}/withdrawal"), random_id().to_string());
    for _ in 0..2 {
        app.keyed(Some(coordinator), &line, &json!(null), &key).expect(200);
    }
    app.ask(coordinator, &format!("/support-requests/{request}/withdrawal")).expect(200);
    app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
    let sent = letters(app);
    assert_eq!(sent.len(), 1, "once, however often it is noted");
    assert!(sent[0].contains("ouder@example.org"), "{}", sent[0]);
    for words in ["stopt met uw aanvraag", "you stop your request"] {
        assert!(sent[0].replace("=\r\n", "").contains(words), "{words}: {}", sent[0]);
    }
    assert!(!sent[0].contains(&request));
    // who repeats it changes nothing of who did it, and nothing is left by which she could be reached
    assert_eq!(seen(app, parent, &request), (json!("coordinator"), vec![json!("withdrawn-for-you")]));
    let left = format!("support_requests WHERE CAST(id AS text) = '{request}' AND contact_value IS NOT NULL");
    assert_eq!(count(&world, &left), 0);
    let body = app.get(parent, &format!("/support-requests/{request}")).expect(200).body;
    assert_eq!((&body["state"], &body["contact"]), (&json!("withdrawn"), &json!(null)));
}

fn who_stops_herself_is_not_written_to(engine: Engine) {
    let world = World::new(engine);
    let (app, parent) = (&world.app, world.person());
    let (one, all) = (world.consented(0, parent), world.consented(1, parent));
    let _ = letters(app);
    app.ask(parent, &format!("/support-requests/{one}/withdrawal")).expect(200);
    assert_eq!(seen(app, parent, &one), (json!("parent"), Vec::new()));
    app.ask(parent, "/me/consents/withdrawal").expect(200);
    assert_eq!(seen(app, parent, &all), (json!("parent"), Vec::new()));
    // by telephone nobody is written to; who did it stands there all the same
    let another = world.person();
    let mut body = world.request_body(0);
    body["contact"] = json!({ "name": "Ouder", "kind": "phone", "value": "+31600000000" });
    let request = app.post(another, "/support-requests", &body).expect(201).id();
    app.ask(world.coordinators[0], &format!("/support-requests/{request}/withdrawal")).expect(200);
    assert_eq!(seen(app, another, &request), (json!("coordinator"), vec![json!("withdrawn-for-you")]));
    assert_eq!(letters(app).len(), 0);
}

fn a_coordinator_who_notes_that_a_consent_is_taken_back_ends_the_request_as_openly(engine: Engine) {
    let world = World::new(engine);
    let (app, parent) = (&world.app, world.person());
    let request = world.request(0, parent);
    let consent = world.consent(parent, &request).expect(201).id();
    let _ = letters(app);
    let path = format!("/support-requests/{request}/consents/{consent}/withdrawal");
    for _ in 0..2 {
        app.ask(world.coordinators[0], &path).expect(200);
    }
    assert_eq!(letters(app).len(), 1);
    assert_eq!(seen(app, parent, &request), (json!("coordinator"), vec![json!("withdrawn-for-you")]));
}
