//! The forms of a programme: a first day is near, what has not begun can be replaced and taken back, and what counted on a day stays.

use chrono::{Months, TimeDelta};
use naast_domain::Date;
use naast_tests::app::Reply;
use naast_tests::world::{SCHOOL, World};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, lines, refused};

on_both!(
    a_form_begins_no_later_than_in_a_year,
    a_form_that_has_not_begun_is_replaced_and_taken_back,
    a_form_of_today_is_replaced_today_and_stays_tomorrow,
    a_form_that_takes_todays_place_asks_the_rules_again,
);

fn ahead(world: &World, days: i64) -> Date {
    world.app.platform.clock.today() + TimeDelta::days(days)
}

/// Another form, and who pays, from a day on.
fn change(world: &World, form: &str, funder: &str, since: Date) -> Reply {
    let path = format!("/programmes/{}", world.programmes[0]);
    let body = json!({ "form": form, "funders": [funder], "sinceDate": since, "reason": "Test." });
    if form == "school" {
        return world.change_form_as_before(0, &body);
    }
    world.app.post_on(world.administrator, &path, &format!("{path}/form-changes"), &body)
}

/// The forms but for the one that the programme began with.
fn stand(world: &World) -> Vec<Value> {
    let path = format!("/programmes/{}/form-changes", world.programmes[0]);
    let all = world.app.get(world.leader, &path).expect(200).body;
    let short = |one: &Value| json!([one["form"], one["funders"][0], one["sinceDate"]]);
    all["data"].as_array().expect("rows").iter().skip(1).map(short).collect()
}

fn too_late(reply: &Reply) {
    let told = &reply.body["errors"][0];
    let told = (reply.status, &told["pointer"], &told["code"]);
    assert_eq!(told, (400, &json!("/sinceDate"), &json!("too-late")), "{}", reply.body);
}

fn a_form_begins_no_later_than_in_a_year(engine: Engine) {
    let world = World::new(engine);
    let today = world.app.platform.clock.today();
    let year = today + Months::new(12);
    for since in [today + Months::new(1200), year + TimeDelta::days(1)] {
        too_late(&change(&world, "support-point", "partnership", since));
        let body = json!({
            "organisationId": world.association, "name": "Nieuw", "form": "independent", "funders": ["members"],
            "sinceDate": since, "reason": "Test."
        });
        too_late(&world.app.post(world.administrator, "/programmes", &body));
    }
    change(&world, "support-point", "partnership", year).expect(201);
    assert_eq!(stand(&world), [json!(["support-point", "partnership", year])]);
}

fn a_form_that_has_not_begun_is_replaced_and_taken_back(engine: Engine) {
    let world = World::new(engine);
    let (near, far) = (ahead(&world, 30), ahead(&world, 300));
    change(&world, "school", "school", far).expect(201);
    // on the same day, and beside one that begins earlier
    change(&world, "support-point", "partnership", far).expect(201);
    assert_eq!(stand(&world), [json!(["support-point", "partnership", far])]);
    change(&world, "school", "school", near).expect(201);
    assert_eq!(stand(&world), [json!(["school", "school", near])]);
    change(&world, "support-point", "fund", far).expect(201);
    assert_eq!(stand(&world), [json!(["school", "school", near]), json!(["support-point", "fund", far])]);
    // what holds, said once more from today on, takes back what was to come
    let today = ahead(&world, 0);
    let now = change(&world, "independent", "members", today).expect(201);
    assert_eq!(
        (now.text("form"), stand(&world)),
        ("independent".to_owned(), vec![json!(["independent", "members", today])])
    );
    // what was replaced is read in the journal
    let told = format!(
        "SELECT state_before || ' > ' || state_after AS name FROM journal \
         WHERE action = 'programme.form-changed' AND object_id = '{}' ORDER BY seq DESC LIMIT 1",
        world.programmes[0]
    );
    let told = lines(&world, &told).pop().expect("a row");
    let (before, after) = told.split_once(" > ").expect("before and after");
    let replaced = format!("{near} school (school), {far} support-point (fund)");
    assert!(before.ends_with(&replaced), "{told}");
    assert!(
        after.ends_with(&format!(", {today} independent (members)")) && !after.contains("school"),
        "{told}"
    );
    assert_sound(&world);
}

fn a_form_of_today_is_replaced_today_and_stays_tomorrow(engine: Engine) {
    let world = World::new(engine);
    let today = ahead(&world, 0);
    let kept = |reply: Reply, latest: Date| {
        let reply = refused(reply, 409, "form-not-later");
        let told = (&reply.body["current"], &reply.body["errors"][0]["pointer"]);
        assert_eq!(told, (&json!(latest), &json!("/sinceDate")));
    };
    change(&world, "independent", "school", today).expect(201);
    let corrected = change(&world, "independent", "members", today).expect(201);
    assert_eq!(corrected.body["funders"], json!(["members"]));
    assert_eq!(stand(&world), [json!(["independent", "members", today])]);
    // not from an earlier day on: there the form before it counted
    kept(change(&world, "independent", "fund", ahead(&world, -1)), today);
    world.app.platform.clock.advance(TimeDelta::days(1));
    for days in [-1, -2] {
        kept(change(&world, "independent", "fund", ahead(&world, days)), today);
    }
    // nor when another is still to come
    change(&world, "school", "school", ahead(&world, 9)).expect(201);
    kept(change(&world, "independent", "fund", today), today);
    assert_eq!(stand(&world).len(), 2);
}

fn a_form_that_takes_todays_place_asks_the_rules_again(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({}));
    // told in an independent programme, a block in a school's own
    world.tie(&buddy, "supplier-of-school", &json!({ "kind": "school", "locationCode": SCHOOL })).expect(201);
    let parent = world.person();
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let state = || world.app.get(parent, &format!("/matches/{matched}")).expect(200).text("state");
    change(&world, "independent", "fund", ahead(&world, 0)).expect(201);
    assert_eq!(state(), "active");
    change(&world, "school", "school", ahead(&world, 0)).expect(201);
    assert_ne!(state(), "active");
    assert_sound(&world);
}
