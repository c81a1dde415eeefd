//! Support requests (S5): the parent asks herself, consents in words that she was shown, and stops when she wants.

use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, ELSEWHERE, SCHOOL, SISTER, World, words};
use naast_tests::{Engine, around, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count, holds, refused, sealed_in};

on_both!(
    a_parent_asks_without_school_and_without_a_conversation,
    a_consent_is_the_parents_own_in_the_words_in_use_and_given_once,
    nobody_is_sought_before_the_parent_consented,
    withdrawal_is_never_refused_and_ends_everything,
    what_was_withdrawn_leaves_no_contact_behind,
    who_works_at_a_school_does_not_ask_there_in_a_parents_place,
    a_municipality_that_nobody_has_is_told_and_without_a_directory_nobody_knows,
);

fn a_parent_asks_without_school_and_without_a_conversation(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let mut body = world.request_body(0);
    body.as_object_mut()
        .expect("an object")
        .retain(|name, _| name != "locationCode" && name != "municipalityCode");
    let shown = world.app.post(parent, "/support-requests", &body).expect(201);
    assert_eq!(shown.body["origin"], "self");
    assert_eq!(shown.body["state"], "submitted");
    assert_eq!(shown.body["parentId"], json!(parent));
    assert_eq!(count(&world, "conversations"), 0);
    let own = world.app.get(parent, "/support-requests").expect(200);
    assert_eq!(own.body["data"][0]["id"], shown.body["id"]);

    // nobody could check the school then, and the parent is told so before she says yes
    world.consent(parent, &shown.id()).expect(201);
    let buddy = world.buddy(0, &json!({}));
    let proposal = world.propose(0, &shown.id(), &buddy).expect(201).id();
    let told = world.app.get(parent, &format!("/proposals/{proposal}")).expect(200);
    assert_eq!(told.body["ties"][0]["code"], "school-not-named");
    refused(world.answer(parent, &proposal, "accepted"), 409, "tie-not-accepted");
}

fn a_consent_is_the_parents_own_in_the_words_in_use_and_given_once(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let request = world.request(0, parent);
    let path = format!("/support-requests/{request}/consents");
    let words = |kind: &str, version: &str| {
        let mut text = words(kind);
        text["textVersion"] = json!(version);
        json!({ "kind": kind, "text": text })
    };
    let unknown =
        refused(world.app.post(parent, &path, &words("request", "2020-1")), 409, "consent-text-unknown");
    assert_eq!(unknown.body["current"], "2026-3");
    refused(world.app.post(parent, &path, &words("referral", "2026-3")), 409, "request-not-open");
    for other in
        [world.coordinators[0], world.coordinators[1], world.leader, world.person(), world.administrator]
    {
        let reply = world.app.post(other, &path, &words("request", "2026-3"));
        assert!([403, 404].contains(&reply.status), "{}", reply.body);
    }
    assert_eq!(count(&world, "consents"), 0);

    let given = world.consent(parent, &request).expect(201);
    let texts = world.app.call(None, "GET", "/consent-texts", None, None).expect(200);
    let shown = texts.body["data"].as_array().expect("texts");
    // those before stay readable, each with its fingerprint
    let nl = |one: &&Value| one["kind"] == "request" && one["language"] == "nl";
    let before = shown.iter().filter(nl).find(|one| one["version"] == "2026-1").expect("the words before");
    assert_eq!((&before["current"], before["textHash"].as_str().map(str::len)), (&json!(false), Some(64)));
    let shown = shown.iter().filter(nl).find(|one| one["current"] == json!(true)).expect("the words");
    assert_eq!(given.body["textHash"], shown["textHash"]);
    refused(world.consent(parent, &request), 409, "already-there");
    let mut health = words("child-health-data", "2026-3");
    health["childAge"] = json!("under-16");
    world.app.post(parent, &path, &health).expect(201);
    assert_eq!(count(&world, "consents WHERE withdrawn_at IS NULL"), 2);
}

fn nobody_is_sought_before_the_parent_consented(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({}));
    let parent = world.person();
    let own = world.request(0, parent);
    let code = world.explained(&world.conversation());
    let referred = world.refer(parent, &code, &world.request_body(0)).expect(201).id();
    for request in [own, referred] {
        let candidates = format!("/support-requests/{request}/candidates");
        refused(world.app.get(world.coordinators[0], &candidates), 409, "consent-missing");
        refused(world.propose(0, &request, &buddy), 409, "consent-missing");
        world.consent(parent, &request).expect(201);
        world.app.get(world.coordinators[0], &candidates).expect(200);
        for other in [parent, buddy.person, world.leader] {
            refused(world.app.get(other, &candidates), 403, "forbidden");
        }
        refused(world.app.get(world.coordinators[1], &candidates), 404, "not-found");
    }
}

const STATES: &[&str] =
    &["submitted", "consented", "proposed", "half-accepted", "matched", "paused", "closed", "withdrawn"];

/// A request that was brought as far as this, with its proposal and match.
fn brought_to(
    world: &World,
    state: &str,
    parent: PersonId,
    buddy: &Buddy,
) -> (String, Option<String>, Option<String>) {
    let request = world.request(0, parent);
    if state == "submitted" {
        return (request, None, None);
    }
    world.consent(parent, &request).expect(201);
    match state {
        "consented" => (request, None, None),
        "proposed" | "half-accepted" => {
            let proposal = world.propose(0, &request, buddy).expect(201).id();
            if state == "half-accepted" {
                world.answer(buddy.person, &proposal, "accepted").expect(201);
            }
            (request, Some(proposal), None)
        }
        "withdrawn" => {
            world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
            (request, None, None)
        }
        _ => {
            let (matched, proposal) = world.matched(0, parent, &request, buddy);
            let path = format!("/matches/{matched}");
            match state {
                "paused" => {
                    let etag = world.app.get(parent, &path).expect(200).etag();
                    world
                        .app
                        .call(Some(parent), "POST", &format!("{path}/pauses"), None, Some(&etag))
                        .expect(200);
                }
                "closed" => {
                    let goal = json!({ "reason": "goal-reached" });
                    world.app.post_on(parent, &path, &format!("{path}/closure"), &goal).expect(200);
                }
                _ => {}
            }
            (request, Some(proposal), Some(matched))
        }
    }
}

fn withdrawal_is_never_refused_and_ends_everything(engine: Engine) {
    let world = World::new(engine);
    let buddy = world.buddy(0, &json!({ "capacity": 1 }));
    for (round, state) in STATES.iter().enumerate() {
        let parent = world.person();
        let (request, proposal, matched) = brought_to(&world, state, parent, &buddy);
        let path = format!("/support-requests/{request}");
        // the coordinator may do it on the parent's word
        let who = if round % 2 == 0 { parent } else { world.coordinators[0] };
        let first = world.app.ask(who, &format!("{path}/withdrawal")).expect(200);
        assert_eq!(first.body["state"], "withdrawn", "{state}");
        if ["matched", "paused"].contains(state) {
            assert_eq!(first.body["closedMatchId"], json!(matched));
        }
        if ["proposed", "half-accepted"].contains(state) {
            assert_eq!(first.body["cancelledProposalIds"], json!([proposal]));
        }
        let again = world.app.ask(parent, &format!("{path}/withdrawal")).expect(200);
        assert_eq!((&again.body["state"], &again.body["closedMatchId"]), (&json!("withdrawn"), &Value::Null));
        // the second has less to tell, of a request that did not change
        let version = |reply: &Reply| reply.etag().split('-').next().map(str::to_owned);
        assert_eq!(version(&again), version(&first), "{state}");

        let shown = world.app.get(world.coordinators[0], &path).expect(200);
        assert_eq!(
            (&shown.body["state"], &shown.body["contact"]),
            (&json!("withdrawn"), &Value::Null),
            "{state}"
        );
        let consents = world.app.get(parent, &format!("{path}/consents")).expect(200);
        assert!(
            consents.body["data"]
                .as_array()
                .expect("consents")
                .iter()
                .all(|one| one["withdrawnAt"].is_string())
        );
        if let Some(matched) = matched {
            let shown = world.app.get(parent, &format!("/matches/{matched}")).expect(200);
            assert_eq!(shown.body["state"], "closed", "{state}");
        } else if let Some(proposal) = proposal {
            refused(world.answer(buddy.person, &proposal, "accepted"), 409, "proposal-not-open");
            refused(world.answer(parent, &proposal, "accepted"), 409, "proposal-not-open");
        }
        let free = world.app.get(world.coordinators[0], &format!("/buddies/{}", buddy.id)).expect(200);
        assert_eq!(free.body["runningMatches"], 0, "{state}");
        refused(world.consent(parent, &request), 409, "request-not-open");
        refused(world.propose(0, &request, &buddy), 409, "request-not-open");
    }
    assert_sound(&world);
}

fn what_was_withdrawn_leaves_no_contact_behind(engine: Engine) {
    const WAY: &str = "merkteken-0815@example.org";
    let world = World::new(engine);
    let parent = world.person();
    let mut body = world.request_body(0);
    body["contact"]["value"] = json!(WAY);
    let request = world.app.post(parent, "/support-requests", &body).expect(201).id();
    assert!(!holds(&world, WAY), "it is sealed from the start");
    let sealed = sealed_in(&world, "support_requests", "contact_value").pop().expect("it is kept");
    assert!(holds(&world, &sealed), "the look itself works");
    world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
    if engine == Engine::Sqlite {
        around(&world.app.location, |database| database.batch("PRAGMA wal_checkpoint(TRUNCATE)"))
            .expect("the log is worked in");
    }
    assert!(!holds(&world, &sealed) && !holds(&world, WAY));
    // and the key is gone: what a backup holds cannot be opened either
    assert_eq!(count(&world, "data_keys WHERE owner_kind = 'case' AND wrapped IS NOT NULL"), 0);
}

fn who_works_at_a_school_does_not_ask_there_in_a_parents_place(engine: Engine) {
    let world = World::new(engine);
    let (app, mut body) = (&world.app, world.request_body(0));
    // a colleague could hand over a parent who consented to nothing
    refused(app.post(world.leader, "/support-requests", &body), 409, "only-the-parent");
    body["locationCode"] = Value::Null;
    refused(app.post(world.leader, "/support-requests", &body), 409, "only-the-parent");
    assert_eq!(count(&world, "support_requests"), 0);
    // her own child goes to another school: there she is a parent like any other
    body["locationCode"] = json!(ELSEWHERE);
    let path =
        format!("/support-requests/{}", app.post(world.leader, "/support-requests", &body).expect(201).id());
    for school in [json!(SCHOOL), Value::Null] {
        let named = json!({ "locationCode": school, "programmesShown": world.programmes });
        refused(app.patch(world.leader, &path, &named), 409, "only-the-parent");
    }
    let other = json!({ "locationCode": SISTER, "programmesShown": world.programmes });
    let parent = world.person();
    let hers = format!("/support-requests/{}", world.request(0, parent));
    app.patch(parent, &hers, &other).expect(200);
}

fn a_municipality_that_nobody_has_is_told_and_without_a_directory_nobody_knows(engine: Engine) {
    let world = World::new(engine);
    let (parent, buddy) = (world.person(), world.applicant(0, &json!({})));
    let mut body = world.request_body(0);
    body.as_object_mut().expect("an object").remove("locationCode");
    body["municipalityCode"] = json!("0000");
    let ask = |body: &Value, language: &str| {
        let token = format!("Bearer {}", world.app.token(parent));
        let headers =
            [("authorization", &*token), ("content-type", "application/json"), ("accept-language", language)];
        world.app.send("POST", "/v1/support-requests", &headers, body.to_string().into_bytes())
    };
    for (language, words) in [("nl", "In geen gemeente"), ("en", "No municipality")] {
        let refusal = ask(&body, language).expect(400);
        let faults = refusal.body["errors"].as_array().expect("a list");
        assert_eq!(faults.len(), 1, "{}", refusal.body);
        assert_eq!(
            (&faults[0]["pointer"], &faults[0]["code"]),
            (&json!("/municipalityCode"), &json!("unknown"))
        );
        assert!(faults[0]["detail"].as_str().expect("words").starts_with(words), "{}", refusal.body);
    }
    // a school that closed still says that its municipality is there
    let sql = |text: &str| around(&world.app.location, |database| database.batch(text)).expect("it is done");
    sql("UPDATE schools SET gone_since = '2026-01-01' WHERE municipality_code = '9902'");
    body["municipalityCode"] = json!("9902");
    ask(&body, "nl").expect(201);
    // an installation that imported no list knows of no code that it is wrong
    sql("DELETE FROM school_words; DELETE FROM programme_schools; DELETE FROM school_partnerships; \
         UPDATE organisations SET location_code = NULL; DELETE FROM schools");
    body["municipalityCode"] = json!("0000");
    ask(&body, "nl").expect(201);
    world
        .tie(&buddy, "political-office", &json!({ "kind": "municipality", "municipalityCode": "0000" }))
        .expect(201);
    world
        .tie(&buddy, "own-child-at-school", &json!({ "kind": "school", "locationCode": "01AA00" }))
        .expect(201);
    world
        .tie(&buddy, "joint-council-member", &json!({ "kind": "board", "boardNumber": "00001" }))
        .expect(201);
}
