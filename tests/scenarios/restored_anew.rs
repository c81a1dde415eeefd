//! What nobody can know after a restore is asked anew: the ties of coordinators, webhooks, exports.

use naast_tests::app::TestApp;
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::json;

use crate::backups::{backup, case, elsewhere, stones_of, text};
use crate::ended_again::served;
use crate::looks::{count_in, refused};

on_both!(coordinators_webhooks_and_exports_are_asked_after_anew_after_a_restore);

fn coordinators_webhooks_and_exports_are_asked_after_anew_after_a_restore(engine: Engine) {
    let world = World::new(engine);
    let (parent, request) = case(&world);
    let coordinator = world.coordinators[0];
    world.coordinators_declare();
    let hook = json!({ "url": "https://ontvanger.example.org/naast", "programmeId": world.programmes[0] });
    let made = world.app.post(coordinator, "/webhook-subscriptions", &hook).expect(201).body;
    let hook = format!("/webhook-subscriptions/{}", made["subscription"]["id"].as_str().expect("an id"));
    let export = format!("/me/exports/{}", world.app.ask(parent, "/me/exports").expect(201).id());
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    world.app.ask_on(coordinator, &hook, &format!("{hook}/disablements")).expect(200);
    world.app.ask(parent, &format!("{export}/download")).expect(200);

    let there = elsewhere(engine);
    let line = ["restore", file.to_str().expect("UTF-8"), "--tombstones", &stones_of(&world)];
    let run = there.run(&world, &line);
    assert!(run.status.success(), "{}", text(&run));
    assert!(text(&run).contains("Every webhook is disabled"), "{}", text(&run));
    let app = served(&world, &there);
    let stands = app.get(coordinator, &hook).expect(200).body;
    assert_eq!((&stands["state"], &stands["disabledBecause"]), (&json!("disabled"), &json!("restored")));
    let rows = "journal WHERE action = 'webhook-subscription.disabled' AND role = 'system'";
    assert_eq!(count_in(&app, rows), 1);
    app.ask_on(coordinator, &hook, &format!("{hook}/enablements")).expect(200);
    assert_eq!(app.get(coordinator, &hook).expect(200).body["state"], "active");
    // what she took is not there to be taken again
    app.get(parent, &export).expect(404);
    app.ask(parent, &format!("{export}/download")).expect(404);
    assert_eq!(
        count_in(&app, "data_keys WHERE owner_kind = 'system'"),
        count_in(&world.app, "data_keys WHERE owner_kind = 'system'")
    );
    // a coordinator has no hand in a case until she declares, whenever her role began; a parent is not held up
    let holds = format!("/support-requests/{request}/holds");
    let complaint = json!({ "because": "complaint" });
    let place = |app: &TestApp| app.post(coordinator, &holds, &complaint);
    refused(place(&app), 409, "coordinator-not-asked-this-year");
    app.get(coordinator, &format!("/support-requests/{request}")).expect(200);
    let declared = format!("/programmes/{}/coordinator-tie-declarations", world.programmes[0]);
    app.ask(coordinator, &declared).expect(200);
    place(&app).expect(201);
    place(&world.app).expect(201);
    app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
    assert_eq!(there.run(&world, &["doctor"]).status.code(), Some(0));
}
