//! What ends again after a backup was restored ends as of the moment at which it ended: a term that counts from there is no longer for it.

use std::path::Path;

use diesel::prelude::*;
use naast_api::privacy::tombstones::{append, read};
use naast_persistence::{Location, on_either};
use naast_tests::app::{Shape, TestApp};
use naast_tests::world::{World, words};
use naast_tests::{Engine, Guard, around, on_both};
use serde_json::{Value, json};

use crate::backups::{backup, case, elsewhere, stones_of, text};
use crate::ended_again::{served, without};

on_both!(
    what_is_withdrawn_again_counts_its_days_from_the_withdrawal,
    a_match_that_ended_with_its_request_withdraws_it_also_without_the_other_tombstone,
    what_she_confirmed_since_a_restore_outweighs_a_report_that_was_taken_back_before,
    what_she_takes_back_twice_across_restores_is_gone_by_the_second_time,
);

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

fn lines(location: &Location, question: &str) -> Vec<String> {
    around(location, |database| {
        let rows: Vec<Named> = on_either!(database, |c| diesel::sql_query(question).load(c)).expect("sound");
        rows.into_iter().map(|row| row.name).collect()
    })
}

/// The moments from which terms count, and those that say when something was taken back: of requests, matches, consents, questions that outlive
/// their case, pupils' words and tombstones.
const MOMENTS: [(&str, &str); 7] = [
    (
        "requests",
        "SELECT CAST(updated_at AS text) AS name FROM support_requests WHERE state = 'withdrawn' ORDER BY 1",
    ),
    ("matches", "SELECT CAST(ended_at AS text) AS name FROM matches WHERE ended_at IS NOT NULL ORDER BY 1"),
    (
        "proposals",
        "SELECT CAST(cancelled_at AS text) AS name FROM proposals WHERE cancelled_at IS NOT NULL ORDER BY 1",
    ),
    (
        "consents",
        "SELECT CAST(withdrawn_at AS text) AS name FROM consents WHERE withdrawn_at IS NOT NULL ORDER BY 1",
    ),
    ("questions", "SELECT CAST(erased_at AS text) AS name FROM erasure_notices ORDER BY 1"),
    (
        "words",
        "SELECT CAST(said_no_at AS text) AS name FROM pupil_codes WHERE said_no_at IS NOT NULL ORDER BY 1",
    ),
    (
        "tombstones",
        "SELECT CAST(laid_at AS text) AS name FROM tombstones WHERE kind IN ('withdrawal', 'consent', 'case', 'person', 'match') ORDER BY 1",
    ),
];

fn moments(location: &Location) -> Vec<(&'static str, Vec<String>)> {
    MOMENTS.iter().map(|(of, question)| (*of, lines(location, question))).collect()
}

fn what_is_withdrawn_again_counts_its_days_from_the_withdrawal(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    let [(stops, stopped), (gone, _), (stays, request)] = [case(&world), case(&world), case(&world)];
    let waiting = world.consented(0, stops);
    world.propose(0, &waiting, &world.buddy(0, &json!({}))).expect(201);
    let health =
        json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
    let consents = format!("/support-requests/{request}/consents");
    let health = app.post(stays, &consents, &health).expect(201).id();
    let (pupils_parent, pupils) = case(&world);
    let code = app.ask(pupils_parent, &format!("/support-requests/{pupils}/pupil-codes")).expect(201);
    let code = code.text("pupilCode");
    let yes = json!({ "code": code, "text": words("pupil-health-data") });
    app.call(None, "POST", "/pupil-consents", Some(&yes), None).expect(200);
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());

    for id in [&stopped, &waiting] {
        app.ask(stops, &format!("/support-requests/{id}/withdrawal")).expect(200);
    }
    app.ask(stays, &format!("{consents}/{health}/withdrawal")).expect(200);
    app.call(None, "POST", "/pupil-consents/withdrawal", Some(&json!({ "code": code })), None).expect(200);
    app.post(gone, "/me/erasure", &json!({ "confirmation": "erase-everything-of-mine" })).expect(200);
    let of = moments(&app.location);
    for (what, at) in &of {
        assert!(!at.is_empty(), "{what}: something ended");
    }
    let there = elsewhere(engine);
    let file = file.to_str().expect("UTF-8");
    let done = there.run(&world, &["restore", file, "--tombstones", &stones_of(&world)]);
    assert!(done.status.success(), "{}", text(&done));
    for (one, other) in moments(&there.location).iter().zip(&of) {
        assert_eq!(one, other);
    }
    // and a replay of all of them once more changes none
    assert!(there.run(&world, &["retention", "replay"]).status.success());
    assert_eq!(moments(&there.location), of);
    let master_keys = Some(app.platform.data.join("master-keys"));
    let shape = Shape { master_keys, ..Shape::default() };
    let served = TestApp::start_on(there.location.clone(), Guard::nothing(), shape);
    let term = |app: &TestApp| -> Value {
        app.get(stops, &format!("/support-requests/{stopped}")).expect(200).body["retention"].clone()
    };
    assert_eq!(term(&served), term(app));
    assert_eq!(there.run(&world, &["doctor"]).status.code(), Some(0));
}

fn what_she_confirmed_since_a_restore_outweighs_a_report_that_was_taken_back_before(engine: Engine) {
    let world = World::new(engine);
    let (coordinator, parent, other) = (world.coordinators[0], world.person(), world.person());
    let requests = [world.request(0, parent), world.request(0, other)];
    let heard = json!({ "kind": "request", "text": words("request") });
    let report = |request: &String| {
        let path = format!("/support-requests/{request}");
        let id = world.app.post(coordinator, &format!("{path}/reported-consents"), &heard).expect(201).id();
        format!("{path}/consents/{id}")
    };
    let reports = requests.each_ref().map(report);
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    for report in &reports {
        world.app.ask(coordinator, &format!("{report}/withdrawal")).expect(200);
    }
    let there = elsewhere(engine);
    let line = ["restore", file.to_str().expect("UTF-8"), "--without-tombstones"];
    assert!(there.run(&world, &line).status.success());
    let served = || {
        let master_keys = Some(world.app.platform.data.join("master-keys"));
        TestApp::start_on(there.location.clone(), Guard::nothing(), Shape { master_keys, ..Shape::default() })
    };
    served()
        .post(parent, &format!("{}/confirmation", reports[0]), &json!({ "text": words("request") }))
        .expect(200);
    let brought = there.run(&world, &["retention", "replay", "--tombstones", &stones_of(&world)]);
    assert!(brought.status.success(), "{}", text(&brought));
    let app = served();
    let stands = |who, request: &String| {
        let path = format!("/support-requests/{request}");
        let consents = app.get(who, &format!("{path}/consents")).expect(200).body;
        (app.get(who, &path).expect(200).text("state"), consents["data"][0]["state"].clone())
    };
    // her word came later; the other report is gone again, and its request waits as before
    assert_eq!(stands(parent, &requests[0]), ("consented".to_owned(), json!("in-force")));
    assert_eq!(stands(other, &requests[1]), ("submitted".to_owned(), json!("withdrawn")));
}

fn what_she_takes_back_twice_across_restores_is_gone_by_the_second_time(engine: Engine) {
    let world = World::new(engine);
    let (coordinator, parent) = (world.coordinators[0], world.person());
    let path = format!("/support-requests/{}", world.consented(0, parent));
    // one that she can take back by itself: the request goes on
    let heard =
        json!({ "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data") });
    let id = world.app.post(coordinator, &format!("{path}/reported-consents"), &heard).expect(201).id();
    let report = format!("{path}/consents/{id}");
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    world.app.ask(coordinator, &format!("{report}/withdrawal")).expect(200);
    // restored without what was taken back, confirmed by the parent, and then the tombstones are brought
    let there = elsewhere(engine);
    let line = ["restore", file.to_str().expect("UTF-8"), "--without-tombstones"];
    assert!(there.run(&world, &line).status.success());
    let confirmation = json!({ "text": words("child-health-data") });
    served(&world, &there).post(parent, &format!("{report}/confirmation"), &confirmation).expect(200);
    let brought = there.run(&world, &["retention", "replay", "--tombstones", &stones_of(&world)]);
    assert!(brought.status.success(), "{}", text(&brought));
    let between = folder.path().join("between.backup");
    let between = between.to_str().expect("UTF-8");
    assert!(there.run(&world, &["backup", between]).status.success());
    let taken_back = |app: &TestApp| -> (Value, Value) {
        let all = app.get(parent, &format!("{path}/consents")).expect(200).body;
        let rows = all["data"].as_array().expect("a page");
        let one = rows.iter().find(|one| one["id"] == json!(id)).expect("it is there");
        (one["state"].clone(), one["withdrawnAt"].clone())
    };
    // she takes it back herself
    let second = served(&world, &there);
    assert_eq!(taken_back(&second).0, "in-force", "what she confirmed outweighs what was taken back before");
    second.ask(parent, &format!("{report}/withdrawal")).expect(200);
    let of = taken_back(&second);
    // both times go into one file, where what stands already is not written again
    let all = there.data.path().join("tombstones.jsonl");
    for file in [Path::new(&stones_of(&world)), &second.platform.tombstones] {
        append(&all, &read(file).expect("tombstones")).expect("written");
    }
    let third = elsewhere(engine);
    let line = ["restore", between, "--tombstones", all.to_str().expect("UTF-8")];
    let done = third.run(&world, &line);
    assert!(done.status.success(), "{}", text(&done));
    let app = served(&world, &third);
    assert_eq!(taken_back(&app), of, "gone, as of the moment at which she took it back");
    assert_eq!(of.0, "withdrawn");
}

fn a_match_that_ended_with_its_request_withdraws_it_also_without_the_other_tombstone(engine: Engine) {
    let world = World::new(engine);
    let (parent, stopped) = case(&world);
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    world.app.ask(parent, &format!("/support-requests/{stopped}/withdrawal")).expect(200);
    let only = without(&world, folder.path(), "withdrawal");
    let there = elsewhere(engine);
    let line = ["restore", file.to_str().expect("UTF-8"), "--tombstones", &only, "--without-tombstones"];
    let done = there.run(&world, &line);
    assert!(done.status.success(), "{}", text(&done));
    let app = served(&world, &there);
    let request = app.get(parent, &format!("/support-requests/{stopped}")).expect(200).body;
    assert_eq!((&request["state"], &request["contact"]), (&json!("withdrawn"), &json!(null)));
    let doctor = there.run(&world, &["doctor"]);
    assert!(doctor.status.success(), "{}", text(&doctor));
}
