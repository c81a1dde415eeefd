//! How consents are given: in the exact words, by whom they are hers to give, and by nobody else.

use chrono::TimeDelta;
use naast_domain::Date;
use naast_tests::world::{World, words};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use super::{consent, health, state_of};
use crate::looks::{assert_sound, count, refused, texts};

on_both!(
    a_receipt_holds_the_exact_words_and_the_way_out,
    words_that_are_not_those_of_the_version_are_refused,
    a_pupil_of_sixteen_decides_on_her_own_health_data,
    a_consent_that_lapsed_is_given_again_also_in_the_hour_after_midnight,
);

fn a_receipt_holds_the_exact_words_and_the_way_out(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let request = world.request(0, parent);
    let given = world.consent(parent, &request).expect(201);
    let place = given.header("location").expect("a place").trim_start_matches("/v1").to_owned();
    let receipt = world.app.get(parent, &place).expect(200);
    let all = world.app.call(None, "GET", "/consent-texts", None, None).expect(200);
    let shown = all.body["data"].as_array().expect("texts").iter();
    let in_use = |one: &&Value| one["kind"] == "request" && one["current"] == true && one["language"] == "nl";
    let shown: Vec<_> = shown.filter(in_use).collect();
    assert_eq!(receipt.body["words"], shown[0]["text"]);
    assert_eq!(receipt.body["consent"]["textHash"], shown[0]["textHash"]);
    let page = receipt.text("page");
    for part in [&receipt.text("words"), &given.text("textHash"), "Stoppen kan altijd"] {
        assert!(page.contains(part), "{page}");
    }
    // what it says of the way out is so
    let way = receipt.text("withdrawal").trim_start_matches("/v1").to_owned();
    world.app.ask(parent, &way).expect(200);
    assert_eq!(world.app.get(parent, &place).expect(200).body["consent"]["state"], "withdrawn");
    let own = world.app.get(parent, "/me/consents").expect(200);
    assert_eq!(own.body["data"][0]["receipt"], format!("/v1{place}"));
    assert_eq!(own.body["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(world.app.get(world.person(), "/me/consents").expect(200).body["data"], json!([]));
}

fn words_that_are_not_those_of_the_version_are_refused(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let request = world.request(0, parent);
    let sent = |language: &str, hash: &str| {
        let text = json!({ "textVersion": "2026-3", "language": language, "textHash": hash });
        consent(&world, parent, &request, &json!({ "kind": "request", "text": text }))
    };
    let other = refused(sent("nl", &"0".repeat(64)), 409, "consent-text-differs");
    assert_eq!(other.body["current"], words("request")["textHash"], "it says which is right");
    // who does not say what was shown has shown nothing
    let mut silent = words("request");
    silent.as_object_mut().expect("an object").remove("textHash");
    let silent = consent(&world, parent, &request, &json!({ "kind": "request", "text": silent }));
    let silent = refused(silent, 400, "invalid-input");
    assert_eq!(silent.body["errors"][0]["pointer"], "/text/textHash");
    assert_eq!(silent.body["errors"][0]["code"], "required");
    let all = world.app.call(None, "GET", "/consent-texts", None, None).expect(200);
    let hash = |language: &str| {
        let mut shown = all.body["data"].as_array().expect("texts").iter();
        let one = shown
            .find(|one| one["kind"] == "request" && one["current"] == true && one["language"] == language);
        one.expect("words")["textHash"].as_str().expect("a hash").to_owned()
    };
    // the words of another language are other words
    refused(sent("nl", &hash("en")), 409, "consent-text-differs");
    assert_eq!(count(&world, "consents"), 0);
    assert_eq!(sent("nl", &hash("nl")).expect(201).text("textHash"), hash("nl"));
}

fn a_pupil_of_sixteen_decides_on_her_own_health_data(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let request = world.consented(0, parent);
    let path = format!("/support-requests/{request}");
    refused(consent(&world, parent, &request, &json!({ "kind": "child-health-data" })), 400, "invalid-input");
    let old = json!({ "kind": "child-health-data", "childAge": "16-or-older" });
    let refusal = refused(consent(&world, parent, &request, &old), 409, "pupil-decides");
    assert_eq!(texts(&refusal.body["permitted"]), ["pupil-codes"]);
    let by_parent = json!({ "kind": "pupil-health-data" });
    refused(consent(&world, parent, &request, &by_parent), 409, "consent-elsewhere");

    let code = world.app.ask(parent, &format!("{path}/pupil-codes")).expect(201).text("pupilCode");
    let pupil = |place: &str, body: &Value| world.app.call(None, "POST", place, Some(body), None);
    let yes = json!({ "code": code, "text": words("pupil-health-data") });
    assert_eq!(pupil("/pupil-consents", &yes).expect(200).text("state"), "in-force");
    pupil("/pupil-consents", &yes).expect(200);
    let kept = "consents WHERE kind = 'pupil-health-data' AND how = 'one-time-code' AND recorded_by IS NULL";
    assert_eq!(count(&world, kept), 1);
    for _ in 0..2 {
        let back = pupil("/pupil-consents/withdrawal", &json!({ "code": code })).expect(200);
        assert_eq!(back.text("state"), "withdrawn");
    }
    assert_eq!(count(&world, &format!("{kept} AND withdrawn_at IS NULL")), 0);
    assert_eq!(state_of(&world, parent, &path), "consented");
    // she may change her mind: that is a new consent
    pupil("/pupil-consents", &yes).expect(200);
    assert_eq!(count(&world, kept), 2);
    world.app.ask(parent, &format!("{path}/withdrawal")).expect(200);
    refused(pupil("/pupil-consents", &yes), 409, "request-not-open");
    pupil("/pupil-consents/withdrawal", &json!({ "code": code })).expect(200);

    // a parent is asked again after a year: nobody keeps a birthday
    let second = world.consented(0, parent);
    let given = health(&world, parent, &second).expect(201);
    world.app.platform.clock.advance(TimeDelta::days(366));
    let list = world.app.get(parent, &format!("/support-requests/{second}/consents")).expect(200);
    let states: Vec<_> =
        list.body["data"].as_array().expect("consents").iter().map(|one| &one["state"]).collect();
    assert_eq!(given.text("state"), "in-force");
    assert_eq!(states, ["in-force", "lapsed"]);
    health(&world, parent, &second).expect(201);
    assert_sound(&world);
}

fn a_consent_that_lapsed_is_given_again_also_in_the_hour_after_midnight(engine: Engine) {
    let world = World::new(engine);
    let (clock, parent) = (&world.app.platform.clock, world.person());
    // in the Netherlands it is the next day already
    let late = clock.now().date_naive().and_hms_opt(23, 30, 0).expect("a time").and_utc();
    clock.advance(late + TimeDelta::days(1) - clock.now());
    let (request, other) = (world.consented(0, parent), world.person());
    let of_other = world.consented(0, other);
    health(&world, other, &of_other).expect(201);
    let given = health(&world, parent, &request).expect(201).body;
    let last: Date = given["validUntilDate"].as_str().expect("a last day").parse().expect("a day");
    refused(health(&world, parent, &request), 409, "already-there");
    // from thirty days before its end on she is asked again, and can give it again
    let to = |day: Date| clock.advance(day.signed_duration_since(clock.today()));
    to(last - TimeDelta::days(31));
    refused(health(&world, parent, &request), 409, "already-there");
    to(last - TimeDelta::days(30));
    health(&world, parent, &request).expect(201);
    refused(health(&world, parent, &request), 409, "already-there");
    to(last + TimeDelta::days(1));
    health(&world, other, &of_other).expect(201);
    assert_sound(&world);
}
