//! That a rule refuses a change tells how the case stands: a reading, which leaves its record.

use naast_tests::app::TestApp;
use naast_tests::{Engine, around, on_both};
use serde_json::{Value, json};

use crate::access_log::Case;
use crate::looks::refused;

on_both!(what_a_rule_refuses_stands_in_the_parents_log);

/// Nothing changes, and whoever was refused was told how the case stands all the same.
fn what_a_rule_refuses_stands_in_the_parents_log(engine: Engine) {
    let case = Case::on(TestApp::start(engine));
    let (world, buddy) = (&case.world, case.world.buddy(0, &json!({ "capacity": 2 })));
    let (matched, _) = world.matched(0, case.parent, &case.request, &buddy);
    let path = format!("/matches/{matched}");
    let resumptions = format!("{path}/resumptions");
    let refusals = || -> Vec<Value> {
        let log = world.app.get(case.parent, "/me/access-log?pageSize=100").expect(200).body;
        let rows = log["data"].as_array().expect("rows").clone();
        rows.into_iter()
            .filter(|row| row["data"] == "refused-change")
            .map(|row| row["role"].clone())
            .collect()
    };
    assert_eq!(refusals(), [json!(null); 0]);
    let coordinator = world.coordinators[0];
    let proposals = format!("{}/proposals", case.path());
    let another = json!({ "buddyId": buddy.id });
    world.app.post(coordinator, &proposals, &another).expect(409);
    assert_eq!(refusals(), [json!("coordinator")]);
    let line = format!("POST {proposals}");
    // sent again with its key: refused again, and told again
    let keyed = || world.app.keyed(Some(coordinator), &line, &another, "\"a-key-of-hers\"");
    keyed().expect(409);
    keyed().expect(409);
    assert_eq!(refusals().len(), 3);
    world.app.ask_on(buddy.person, &path, &resumptions).expect(409);
    assert_eq!(
        refusals(),
        [json!("buddy"), json!("coordinator"), json!("coordinator"), json!("coordinator")]
    );
    // a change that names nothing is refused as one that does, and tells as much
    let note = json!({ "kind": "goal", "text": "Van haar", "aboutHealth": false });
    let note = world.app.post(case.parent, &format!("{path}/private-notes"), &note).expect(201).id();
    let hers = format!("{path}/private-notes/{note}");
    world.app.call(Some(buddy.person), "PATCH", &hers, Some(&json!({})), Some("*")).expect(409);
    assert_eq!(refusals().len(), 5);
    // her own refusals are nobody's readings, and who is told nothing of the case has read nothing
    world.app.ask_on(case.parent, &path, &resumptions).expect(409);
    world.app.post(world.coordinators[1], &proposals, &another).expect(404);
    world.app.post(world.leader, &proposals, &another).expect(403);
    let stale = world.app.call(
        Some(coordinator),
        "POST",
        &format!("{path}/pauses"),
        None,
        Some("\"v9-0000000000000000\""),
    );
    assert_eq!(stale.status, 412);
    assert_eq!(refusals().len(), 5);
    // and what cannot be written down is not told
    around(&world.app.location, |database| {
        database.batch("ALTER TABLE access_log RENAME TO access_log_away")
    })
    .expect("whoever has a console can do this");
    let refusal = refused(world.app.post(coordinator, &proposals, &another), 503, "reading-not-recorded");
    assert!(!String::from_utf8_lossy(&refusal.bytes).contains("matched"));
    world.app.ask_on(case.parent, &path, &resumptions).expect(409);
    around(&world.app.location, |database| {
        database.batch("ALTER TABLE access_log_away RENAME TO access_log")
    })
    .expect("and back");
}
