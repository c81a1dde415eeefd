//! How consents are given: in the exact words, by whom they are hers to give, and by nobody else.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use naast_domain::Date;
use naast_tests::world::{SCHOOL, World, words};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use super::by_others::given;
use super::{consent, health, running, state_of};
use crate::looks::{assert_sound, count, refused, texts};

on_both!(
    a_receipt_holds_the_exact_words_and_the_way_out,
    a_receipt_and_an_export_name_whom_each_consent_is_to,
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

/// What a parent keeps says to whom she said yes, also when everything here is gone.
fn a_receipt_and_an_export_name_whom_each_consent_is_to(engine: Engine) {
    let world = World::new(engine);
    let case = running(&world);
    let (programme, association) = (&world.programmes[0], &world.association);
    let named = |path: &str| world.app.get(case.parent, path).expect(200).text("name");
    let organisation =
        world.app.get(world.administrator, &format!("/organisations/{association}")).expect(200).text("name");
    let programme = named(&format!("/programmes/{programme}"));
    let school = named(&format!("/schools/{SCHOOL}"));
    let day = world.app.platform.clock.today();
    let ids: Vec<(&str, String)> = ["request", "pool", "meeting-announcement", "pupil-health-data"]
        .map(|kind| (kind, given(&world, &case, kind)))
        .into();
    let to = format!("het buddyprogramma {programme} (van {organisation})");
    let page = |id: &str, who| {
        let path = format!("/support-requests/{}/consents/{id}/receipt", case.request);
        world.app.get(who, &path).expect(200).text("page")
    };
    for (kind, id) in &ids {
        let who = match *kind {
            "pool" => format!("de buddypool van {organisation}."),
            "meeting-announcement" => {
                format!("de school {school}, over het gesprek op {}.", day.format("%d-%m-%Y"))
            }
            _ => format!("{to} en de buddy."),
        };
        for reader in [case.parent, world.coordinators[0]] {
            let page = page(id, reader);
            assert!(page.contains(&format!("Wie krijgt iets: {who}")), "{kind}: {page}");
            assert_eq!(
                page.contains("De woorden die de leerling zag"),
                *kind == "pupil-health-data",
                "{page}"
            );
        }
    }
    // taken back, so that each of them is told
    world.app.ask(case.parent, &format!("/support-requests/{}/withdrawal", case.request)).expect(200);
    let made = world.app.ask(case.parent, "/me/exports").expect(201).id();
    let taken = world.app.ask(case.parent, &format!("/me/exports/{made}/download")).expect(200);
    let all = &taken.body["data"]["collections"];
    for row in all["requests.consents"].as_array().expect("consents") {
        let pool = if row["kind"] == "pool" { json!(association) } else { Value::Null };
        assert_eq!(row["poolOrganisationId"], pool, "{row}");
    }
    let told = all["requests.withdrawalRecipients"].as_array().expect("who was told");
    let told: BTreeSet<(&str, &str)> = told
        .iter()
        .map(|row| (row["kind"].as_str().unwrap_or_default(), row["recipient"].as_str().unwrap_or("-")))
        .collect();
    let each = [
        ("buddy", "-"),
        ("pool", association.as_str()),
        ("programme", world.programmes[0].as_str()),
        ("school", SCHOOL),
    ];
    assert_eq!(told, BTreeSet::from(each));
    let page = taken.text("page");
    for line in [
        format!("<dt>Buddypool van</dt><dd>{organisation}</dd>"),
        format!("<dt>Aan wie</dt><dd>{organisation}</dd>"),
        format!("<dt>Aan wie</dt><dd>{programme}</dd>"),
        format!("<dt>Aan wie</dt><dd>{school}</dd>"),
    ] {
        assert!(page.contains(&line), "{line}: {page}");
    }
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
