//! How an announced talk ends: whatever the parent does, school reads the same of it, until the day is over.

use chrono::TimeDelta;
use naast_api::privacy::round::round;
use naast_domain::start_of;
use naast_tests::world::SCHOOL;
use naast_tests::{Engine, around, on_both};
use serde_json::{Value, json};

use crate::announcements::Case;
use crate::looks::{assert_sound, at_school, count, refused};

on_both!(
    whatever_the_parent_does_school_reads_the_same_bytes_of_a_talk,
    what_school_was_told_goes_when_the_day_of_the_talk_is_over,
    what_was_told_before_school_s_side_had_rows_of_its_own_stands_there_after,
    every_end_of_a_match_cancels_what_was_announced_in_the_same_transaction
);

/// What school sees of a talk in every way that it has, without the id in which two talks differ anyway.
fn shape(case: &Case, at: &str) -> String {
    let app = &case.world.app;
    let without_own = |mut body: Value| {
        body.as_object_mut().expect("an object").remove("id");
        body
    };
    let reply = app.get(case.world.leader, at).expect(200);
    let listed: Vec<Value> =
        case.at_school().as_array().expect("a list").iter().cloned().map(without_own).collect();
    let file = app.get(case.world.leader, &format!("{at}/calendar.ics")).expect(200);
    let file = String::from_utf8(file.bytes).expect("UTF-8");
    // a term of its own that passes takes months of the test's clock, and the file is of the day on which it is fetched
    let stamp = format!("DTSTAMP:{}", start_of(app.platform.clock.today()).format("%Y%m%dT%H%M%SZ"));
    assert!(file.contains(&format!("\r\n{stamp}\r\n")), "{file}");
    let file: Vec<&str> = file.lines().filter(|line| !line.starts_with("UID:") && *line != stamp).collect();
    let noted = app.post(case.world.leader, &format!("{at}/objections"), &json!({ "objection": "room" }));
    // the other half of the tag is of the answer itself, in which the id stands
    let (etag, noted) = (reply.etag(), (noted.status, noted.body["code"].clone()));
    let version = etag.split('-').next().expect("a version");
    format!("{} {version} {listed:?} {file:?} {noted:?}", without_own(reply.body.clone()))
}

/// Every way in which a parent can end it, her own case included: erased at once, and by its term.
const ENDS: [&str; 6] = ["taken-back", "its-consent", "closed", "withdrawn", "erased", "its-term"];

fn ended(case: &Case, id: &str, how: &str) {
    let app = &case.world.app;
    match how {
        "taken-back" => {
            case.take_back(id).expect(200);
            // twice is not refused, and changes nothing
            assert_eq!(case.take_back(id).expect(200).body["state"], "cancelled");
        }
        "its-consent" => {
            let all = app.get(case.parent, "/me/consents").expect(200).body;
            let all = all["data"].as_array().expect("consents");
            let one =
                all.iter().find(|one| one["consent"]["subjectId"] == id).expect("it is in the register");
            let consent = one["consent"]["id"].as_str().expect("an id");
            let path = format!("/support-requests/{}/consents/{consent}/withdrawal", case.request);
            app.ask(case.parent, &path).expect(200);
        }
        "closed" => {
            let reason = json!({ "reason": "other-buddy" });
            app.post_on(case.parent, &case.path, &format!("{}/closure", case.path), &reason).expect(200);
        }
        _ => {
            app.ask(case.parent, &format!("/support-requests/{}/withdrawal", case.request)).expect(200);
        }
    }
    if how == "erased" {
        let sure = json!({ "confirmation": "erase-everything-of-mine" });
        app.post(case.parent, "/me/erasure", &sure).expect(200);
    }
    if how == "its-term" {
        app.platform.clock.advance(TimeDelta::days(31));
        round(&app.platform, app.platform.clock.now(), false).expect("a round");
    }
    let is_gone = ["erased", "its-term"].contains(&how);
    assert_eq!(count(&case.world, "support_requests"), i64::from(!is_gone), "{how}");
}

fn whatever_the_parent_does_school_reads_the_same_bytes_of_a_talk(engine: Engine) {
    let mut shapes = Vec::new();
    for how in ENDS {
        let case = Case::new(engine);
        let app = &case.world.app;
        let mut body = case.body();
        // far enough for the case to be erased by its term before
        body["date"] = json!(app.platform.clock.today() + chrono::Days::new(60));
        let id = case.announce(&body).expect(201).id();
        let at = format!("/announced-meetings/{}", case.at_school()[0]["id"].as_str().expect("an id"));
        let changed = json!({ "objection": "date-changed" });
        app.post(case.world.leader, &format!("{at}/objections"), &changed).expect(200);
        ended(&case, &id, how);
        let shown = app.get(case.world.leader, &at).expect(200).body;
        assert_eq!((&shown["firstName"], &shown["state"]), (&Value::Null, &json!("cancelled")), "{how}");
        // what school noted itself stays its own
        assert_eq!(shown["objections"], json!(["date-changed"]), "{how}");
        shapes.push(shape(&case, &at));
        // and nothing leads from it to whoever is still there
        assert_eq!(count(&case.world, "meeting_announcements WHERE school_key IS NOT NULL"), 0);
        assert_sound(&case.world);
    }
    let day = |text: &String| text.matches("2027-").count() + text.matches("2026-").count();
    assert!(shapes.iter().all(|one| day(one) > 0));
    for (how, one) in ENDS.iter().zip(&shapes) {
        assert_eq!(one, &shapes[0], "{how}");
    }
}

fn what_school_was_told_goes_when_the_day_of_the_talk_is_over(engine: Engine) {
    let case = Case::new(engine);
    let app = &case.world.app;
    let mut body = case.body();
    let kept = || count(&case.world, "announced_meetings");
    for days in [0, 1] {
        body["date"] = json!(app.platform.clock.today() + chrono::Days::new(days));
        case.announce(&body).expect(201);
    }
    let round = |dry| round(&app.platform, app.platform.clock.now(), dry).expect("a round");
    // on the day itself it stays
    assert_eq!((round(false).erased.get("announced_meetings"), kept()), (None, 2));
    for left in [1, 0] {
        app.platform.clock.advance(TimeDelta::days(1));
        assert_eq!(round(true).erased.get("announced_meetings"), Some(&1), "a dry run counts it");
        assert_eq!((round(false).erased.get("announced_meetings"), kept()), (Some(&1), left));
    }
    // what the case knows of it stays with the case, and can still be taken back
    assert_eq!(count(&case.world, "meeting_announcements WHERE state = 'announced'"), 2);
    app.ask(case.parent, &format!("/support-requests/{}/withdrawal", case.request)).expect(200);
    assert_eq!(count(&case.world, "meeting_announcements WHERE state = 'announced'"), 0);
    assert_sound(&case.world);
}

/// Migration 26 gives what schools were told rows of its own, and 34 takes the moments from them: undone and done again, school reads what
/// it read.
fn what_was_told_before_school_s_side_had_rows_of_its_own_stands_there_after(engine: Engine) {
    let case = Case::new(engine);
    let app = &case.world.app;
    let [stays, gone] = [(); 2].map(|()| case.announce(&case.body()).expect(201).id());
    let at = format!("/announced-meetings/{}", at_school(&case.world, &stays));
    for objection in ["talk-unknown", "date-changed"] {
        app.post(case.world.leader, &format!("{at}/objections"), &json!({ "objection": objection }))
            .expect(200);
    }
    case.take_back(&gone).expect(200);
    let before = app.get(case.world.leader, &at).expect(200).body;
    let engine = if engine == Engine::Sqlite { "sqlite" } else { "postgres" };
    let folder = format!("{}/../persistence/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
    let (rows, moments) = ("0026_announced_meetings", "0034_no_moments_at_school");
    for (migration, way) in [(moments, "down"), (rows, "down"), (rows, "up"), (moments, "up")] {
        let statements =
            std::fs::read_to_string(format!("{folder}/{migration}/{way}.sql")).expect("statements");
        around(&app.location, |database| database.batch(&statements)).expect(way);
    }
    assert_eq!(app.get(case.world.leader, &at).expect(200).body, before);
    let talks = case.at_school();
    let mut states: Vec<&Value> =
        talks.as_array().expect("a list").iter().map(|talk| &talk["state"]).collect();
    states.sort_by_key(|state| state.as_str());
    assert_eq!(states, ["announced", "cancelled"]);
    app.ask(case.parent, &format!("/support-requests/{}/withdrawal", case.request)).expect(200);
    assert_eq!(app.get(case.world.leader, &at).expect(200).body["state"], "cancelled");
    app.platform.clock.advance(TimeDelta::days(1));
    round(&app.platform, app.platform.clock.now(), false).expect("a round");
    assert_eq!(count(&case.world, "announced_meetings"), 0);
}

fn every_end_of_a_match_cancels_what_was_announced_in_the_same_transaction(engine: Engine) {
    let case = Case::new(engine);
    let app = &case.world.app;
    for _ in 0..3 {
        case.announce(&case.body()).expect(201);
    }
    let board = json!({ "kind": "school", "locationCode": SCHOOL });
    // a tie that nobody can set aside ends the match
    case.world.tie(&case.buddy, "employed-at-school", &board).expect(201);
    assert_eq!(app.get(case.parent, &case.path).expect(200).body["state"], "closed");
    for talk in case.at_school().as_array().expect("a list") {
        assert_eq!(talk["state"], "cancelled");
    }
    let ended = "journal WHERE action = 'announcement.cancelled' AND actor IS NULL";
    assert_eq!(count(&case.world, ended), 3);
    refused(case.announce(&case.body()), 409, "match-state");
    assert_sound(&case.world);
}
