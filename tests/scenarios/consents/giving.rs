//! How consents are given: in the exact words, by whom they are hers to give, and by nobody else.

use chrono::TimeDelta;
use naast_tests::world::{World, words};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use super::{confirmation_in, consent, health, state_of};
use crate::looks::{assert_sound, count, refused, texts};
use crate::signing_in::letters;

on_both!(
    a_receipt_holds_the_exact_words_and_the_way_out,
    words_that_are_not_those_of_the_version_are_refused,
    what_a_coordinator_heard_counts_once_the_parent_confirmed_it_herself,
    a_code_from_a_letter_confirms_for_fourteen_days_and_revives_nothing,
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
        let text = json!({ "textVersion": "2026-2", "language": language, "textHash": hash });
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

fn what_a_coordinator_heard_counts_once_the_parent_confirmed_it_herself(engine: Engine) {
    let world = World::new(engine);
    let (parent, coordinator) = (world.person(), world.coordinators[0]);
    let buddy = world.buddy(0, &json!({}));
    let request = world.request(0, parent);
    let path = format!("/support-requests/{request}");
    let heard = |kind: &str| {
        let body = json!({ "kind": kind, "text": words(kind) });
        world.app.post(coordinator, &format!("{path}/reported-consents"), &body)
    };
    for kind in ["referral", "meeting-announcement", "pupil-health-data"] {
        refused(heard(kind), 409, "only-the-parent");
    }
    let reported = heard("request").expect(201);
    assert_eq!(
        (reported.text("state"), reported.text("givenHow")),
        ("to-be-confirmed".into(), "reported-by-staff".into())
    );
    refused(heard("request"), 409, "already-there");
    // it counts for nothing yet
    assert_eq!(state_of(&world, parent, &path), "submitted");
    refused(world.propose(0, &request, &buddy), 409, "consent-missing");
    let confirmation = format!("{path}/consents/{}/confirmation", reported.id());
    for other in [coordinator, world.coordinators[1], world.leader, world.person(), buddy.person] {
        refused(world.app.ask(other, &confirmation), 404, "not-found");
    }
    world.app.ask(parent, &confirmation).expect(200);
    assert_eq!(state_of(&world, parent, &path), "consented");
    world.propose(0, &request, &buddy).expect(201);
    // also when repeated
    assert_eq!(world.app.ask(parent, &confirmation).expect(200).text("state"), "in-force");

    // her own word takes the place of what was heard
    let second = world.person();
    let request = world.request(0, second);
    let body = json!({ "kind": "request", "text": words("request") });
    let path = format!("/support-requests/{request}");
    let reported = world.app.post(coordinator, &format!("{path}/reported-consents"), &body).expect(201);
    world.consent(second, &request).expect(201);
    let confirmation = format!("{path}/consents/{}/confirmation", reported.id());
    refused(world.app.ask(second, &confirmation), 409, "consent-not-to-confirm");
    let all = world.app.get(second, &format!("{path}/consents")).expect(200);
    let states: Vec<_> =
        all.body["data"].as_array().expect("consents").iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["lapsed", "in-force"]);
    assert_sound(&world);
}

fn a_code_from_a_letter_confirms_for_fourteen_days_and_revives_nothing(engine: Engine) {
    let world = World::new(engine);
    let confirm = |code: &str| {
        world.app.call(None, "POST", "/consent-confirmations", Some(&json!({ "code": code })), None)
    };
    let reported = || {
        let parent = world.person();
        let request = world.request(0, parent);
        let path = format!("/support-requests/{request}");
        letters(&world.app);
        let body = json!({ "kind": "request", "text": words("request") });
        let reply =
            world.app.post(world.coordinators[0], &format!("{path}/reported-consents"), &body).expect(201);
        let letter = letters(&world.app).pop().expect("a letter");
        // it says nothing of what it is about
        for word in ["buddy", "aanvraag", "school", &request, "Persoon"] {
            let body = letter.split_once("\r\n\r\n").map_or("", |(_, body)| body);
            assert!(!body.to_lowercase().contains(&word.to_lowercase()), "{word}: {letter}");
        }
        let code = confirmation_in(&letter);
        assert!(!reply.body.to_string().contains(&code), "the coordinator does not see the code");
        (parent, path, code)
    };
    let (parent, path, code) = reported();
    refused(confirm("ABCD-EFGH-2345-6789"), 404, "not-found");
    assert_eq!(confirm(&code).expect(200).text("state"), "in-force");
    assert_eq!(state_of(&world, parent, &path), "consented");
    assert_eq!(count(&world, "journal WHERE action = 'consent.confirmed' AND actor IS NULL"), 1);

    // what was taken back in between does not come back by the code
    let (parent, path, code) = reported();
    world.app.ask(parent, &format!("{path}/withdrawal")).expect(200);
    refused(confirm(&code), 409, "consent-not-to-confirm");
    assert_eq!(state_of(&world, parent, &path), "withdrawn");

    let (parent, path, code) = reported();
    world.app.platform.clock.advance(TimeDelta::days(15));
    refused(confirm(&code), 404, "not-found");
    assert_eq!(state_of(&world, parent, &path), "submitted");
    assert_sound(&world);
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
    let request = world.consented(0, parent);
    health(&world, parent, &request).expect(201);
    refused(health(&world, parent, &request), 409, "already-there");
    clock.advance(TimeDelta::days(365));
    refused(health(&world, parent, &request), 409, "already-there");
    clock.advance(TimeDelta::days(1));
    health(&world, parent, &request).expect(201);
    assert_sound(&world);
}
