//! That a rule refuses a change tells how the case stands: a reading, which leaves its record.

use chrono::TimeDelta;
use naast_tests::app::TestApp;
use naast_tests::world::SCHOOL;
use naast_tests::{Engine, around, on_both};
use serde_json::{Value, json};

use crate::access_log::Case;
use crate::looks::refused;

on_both!(
    what_a_rule_refuses_stands_in_the_parents_log,
    whoever_is_kept_away_has_read_nothing,
    what_a_buddy_of_several_is_told_stands_in_the_log_of_the_one_it_is_about,
    what_is_refused_of_a_buddys_file_is_no_reading_of_a_case_of_hers,
);

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

/// An answer to a proposal holds off every case that the buddy's match would be a fact for, and tells of one.
fn what_a_buddy_of_several_is_told_stands_in_the_log_of_the_one_it_is_about(engine: Engine) {
    let case = Case::on(TestApp::start(engine));
    let (world, buddy) = (&case.world, case.world.buddy(0, &json!({ "capacity": 3 })));
    let other = world.person();
    world.matched(0, other, &world.consented(0, other), &buddy);
    let proposal = world.propose(0, &case.request, &buddy).expect(201).id();
    let path = format!("/proposals/{proposal}");
    let seen = |parent| -> Vec<Value> {
        let log = world.app.get(parent, "/me/access-log?pageSize=100").expect(200).body;
        let rows = log["data"].as_array().expect("rows").clone();
        let of_changes = |row: &&Value| row["role"] == "buddy" && row["data"] != "proposal";
        rows.iter().filter(of_changes).map(|row| row["data"].clone()).collect()
    };
    let others = seen(other);
    let undeclared = json!({ "answer": "accepted" });
    let answer = |body: &Value| world.app.post_on(buddy.person, &path, &format!("{path}/acceptances"), body);
    answer(&undeclared).expect(409);
    assert_eq!(seen(case.parent), ["refused-change"]);
    world.answer(buddy.person, &proposal, "accepted").expect(201);
    assert_eq!(seen(case.parent), ["changed-case", "refused-change"]);
    // that it is over, and why, is told of this case too
    world.app.ask(case.parent, &format!("{}/withdrawal", case.path())).expect(200);
    let late = world.app.call(
        Some(buddy.person),
        "POST",
        &format!("{path}/acceptances"),
        Some(&undeclared),
        Some("*"),
    );
    refused(late, 409, "proposal-not-open");
    assert_eq!(seen(case.parent), ["refused-change", "changed-case", "refused-change"]);
    assert_eq!(seen(other), others);
}

/// Whoever changes a buddy's file is told of her, also where she helps one parent and is held off with her.
fn what_is_refused_of_a_buddys_file_is_no_reading_of_a_case_of_hers(engine: Engine) {
    let case = Case::on(TestApp::start(engine));
    let (world, buddy) = (&case.world, case.world.buddy(0, &json!({})));
    world.matched(0, case.parent, &case.request, &buddy);
    let (coordinator, ties) = (world.coordinators[0], format!("/buddies/{}/ties", buddy.id));
    let about = json!({ "kind": "school", "locationCode": naast_tests::world::SISTER });
    let tie = json!({ "kind": "own-child-at-school", "about": about });
    let line = format!("POST {ties}");
    let declared = || world.app.keyed(Some(coordinator), &line, &tie, "\"of-her-file\"");
    let log = || world.app.get(case.parent, "/me/access-log?pageSize=100").expect(200).body["data"].clone();
    let before = log();
    declared().expect(201);
    assert_eq!(log(), before, "of her file");
    // given again, and refused
    declared().expect(201);
    refused(world.app.post(coordinator, &ties, &tie), 409, "tie-known");
    assert_eq!(log(), before, "and nothing of the case");
}

/// That a coordinator with a tie of her own is kept away tells her nothing of the case; the log would say that she read how it stands.
fn whoever_is_kept_away_has_read_nothing(engine: Engine) {
    let case = Case::on(TestApp::start(engine));
    let world = &case.world;
    let coordinator = world.coordinators[0];
    let log = || world.app.get(case.parent, "/me/access-log?pageSize=100").expect(200).body["data"].clone();
    let before = log();
    let holds = format!("{}/holds", case.path());
    let complaint = json!({ "because": "complaint" });
    // who was not asked for a year is kept away, whatever it is; who may act is told
    for (days, code) in [(400, "coordinator-not-asked-this-year"), (0, "coordinator-tied")] {
        world.app.platform.clock.advance(TimeDelta::days(days));
        if code == "coordinator-tied" {
            world.coordinators_declare();
            let ties = format!("/programmes/{}/coordinator-ties", world.programmes[0]);
            let about = json!({ "kind": "school", "locationCode": SCHOOL });
            let tie = json!({ "kind": "family-on-staff", "about": about });
            world.app.post(coordinator, &ties, &tie).expect(201);
        }
        refused(world.app.post(coordinator, &holds, &complaint), 409, code);
        refused(world.app.ask(coordinator, &format!("{}/continuations", case.path())), 409, code);
    }
    assert_eq!(log(), before);
}
