//! What a connected system reaches: what its scopes open, in its own organisation, and nothing of people's cases.

use naast_api::contract::CONTRACT;
use naast_domain::code::Code as _;
use naast_domain::identity::Scope;
use naast_tests::world::{ELSEWHERE, SCHOOL, World};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::{count, refused, seen};
use crate::signing_in::{call, client_token, secret_client};

on_both!(
    a_schools_system_holds_a_conversation_in_its_own_name,
    a_system_reaches_no_other_school,
    each_scope_opens_what_the_contract_says_and_nothing_else,
    who_lacks_a_scope_reads_which_it_needs_and_which_it_has,
    a_programmes_system_reads_its_events_and_no_others,
    a_scope_that_is_taken_away_stops_working_on_the_next_call,
);

fn conversation(school: &str) -> Value {
    json!({ "locationCode": school, "parentReference": random_id(), "ground": "regular-talk" })
}

fn a_schools_system_holds_a_conversation_in_its_own_name(engine: Engine) {
    let world = World::new(engine);
    let client = secret_client(&world, &world.school, &["conversations:open", "referrals:status"]);
    let token = client_token(&world, &client);
    let opened = call(&world.app, &token, "POST", "/conversations", Some(&conversation(SCHOOL))).expect(201);
    let path = format!("/conversations/{}", opened.id());
    let authorization = format!("Bearer {token}");
    let step = json!({ "step": "ask-first-question", "wordingVersion": "2026-1", "language": "nl" });
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-type", "application/json"),
        ("if-match", &opened.etag()),
        ("idempotency-key", "\"first-question\""),
    ];
    // what changes something must be named, so that it can be sent again
    let nameless = world.app.send("POST", &format!("/v1{path}/answers"), &headers[..3], Vec::new());
    let nameless = refused(nameless, 400, "invalid-input");
    assert_eq!(nameless.body["errors"][0]["header"], "Idempotency-Key");
    assert_eq!(nameless.body["errors"][0]["code"], "required");
    world
        .app
        .send("POST", &format!("/v1{path}/answers"), &headers, step.to_string().into_bytes())
        .expect(201);
    let steps = call(&world.app, &token, "GET", &format!("{path}/answers"), None).expect(200);
    assert_eq!(steps.body["data"][0]["step"], "ask-first-question");
    // what it opened, people at the school go on with
    assert_eq!(world.app.get(world.leader, &path).expect(200).body["state"], "first-question-asked");
    let actor = match engine {
        Engine::Sqlite => format!("actor = '{}'", client.0),
        Engine::Postgres => format!("actor = '{}'::uuid", client.0),
    };
    let rows = format!("journal WHERE role = 'conversation-opener' AND {actor}");
    assert_eq!(count(&world, &rows), 2, "the journal names the system");
}

fn a_system_reaches_no_other_school(engine: Engine) {
    let world = World::new(engine);
    let client = secret_client(&world, &world.school, &["conversations:open", "referrals:status"]);
    let token = client_token(&world, &client);
    refused(
        call(&world.app, &token, "POST", "/conversations", Some(&conversation(ELSEWHERE))),
        403,
        "forbidden",
    );
    let far = format!("/programmes/{}/schools/{ELSEWHERE}", world.programmes[0]);
    let since = json!({ "sinceDate": "2026-01-01" });
    world.app.call(Some(world.administrator), "PUT", &far, Some(&since), None).expect(200);
    let theirs =
        world.app.post(world.other_leader, "/conversations", &conversation(ELSEWHERE)).expect(201).id();
    let there = call(&world.app, &token, "GET", &format!("/conversations/{theirs}"), None);
    let nowhere = call(&world.app, &token, "GET", &format!("/conversations/{}", random_id()), None);
    assert_eq!(seen(&refused(there, 404, "not-found")), seen(&nowhere));
    let list = format!("/conversations?locationCode={ELSEWHERE}");
    assert_eq!(call(&world.app, &token, "GET", &list, None).expect(200).body["data"], json!([]));
}

/// Every operation, with every scope by itself: let in where the contract names the scope, and refused everywhere else.
fn each_scope_opens_what_the_contract_says_and_nothing_else(engine: Engine) {
    let world = World::new(engine);
    let scopes = ["directory:read", "conversations:open", "referrals:status", "events:read"];
    let holder = |scope: &str| if scope == "events:read" { &world.association } else { &world.school };
    let tokens = scopes.map(|scope| client_token(&world, &secret_client(&world, holder(scope), &[scope])));
    let before = count(&world, "support_requests");
    let mut opened = 0;
    for (path, item) in CONTRACT.document["paths"].as_object().expect("paths") {
        let id = random_id().to_string();
        let place = path.split('/').map(|part| match part {
            "{locationCode}" => SCHOOL,
            "{boardNumber}" => "99901",
            "{partnershipCode}" => "PO9901",
            part if part.starts_with('{') => &id,
            part => part,
        });
        let place = place.collect::<Vec<_>>().join("/");
        for (method, operation) in item.as_object().expect("operations") {
            if operation["security"] == json!([]) {
                continue;
            }
            let ways = operation["security"].as_array().cloned().unwrap_or_default();
            // the feed without a programme is the platform's own, which no system reads
            let place = match operation["operationId"].as_str() {
                Some("listEvents") => format!("{place}?programmeId={}", world.programmes[0]),
                _ => place.clone(),
            };
            let named: Vec<Value> =
                ways.iter().filter_map(|way| way["client"].as_array()).flatten().cloned().collect();
            for (scope, token) in scopes.iter().zip(&tokens) {
                let told = format!("{method} {path} with {scope}");
                let body = match operation["operationId"].as_str() {
                    Some("submitSupportRequest") => Some(world.request_body(0)),
                    _ => operation.get("requestBody").map(|_| json!({ "nonsense": true })),
                };
                let reply = call(&world.app, token, &method.to_uppercase(), &place, body.as_ref());
                if named.contains(&json!(scope)) {
                    opened += 1;
                    assert!(![401, 403].contains(&reply.status), "{told}: {}", reply.body);
                } else {
                    let opening: Vec<&str> = named.iter().filter_map(Value::as_str).collect();
                    let reply = reply.expect(403);
                    assert_eq!(reply.body["code"], "insufficient-scope", "{told}");
                    let challenge = reply.header("www-authenticate").expect("a challenge").to_owned();
                    let words = reply.text("detail");
                    assert!(words.ends_with(&format!("Dit token heeft: {scope}.")), "{told}: {words}");
                    assert!(opening.iter().all(|name| words.contains(name)), "{told}: {words}");
                    let start = "Bearer error=\"insufficient_scope\"";
                    if opening.is_empty() {
                        assert_eq!(challenge, start, "{told}: no scope opens what is for people");
                    } else {
                        let one = challenge
                            .strip_prefix(&format!("{start}, scope=\""))
                            .and_then(|rest| rest.strip_suffix('"'));
                        assert!(
                            one.is_some_and(|one| opening.contains(&one)),
                            "one that will do: {told}: {challenge}"
                        );
                    }
                }
            }
        }
    }
    assert!(opened >= 18, "{opened}");
    assert_eq!(count(&world, "support_requests"), before, "a system is nobody's parent");
}

/// Who lacks a scope reads which she needs and which she has, in her language; and no 403 of another kind looks like it.
fn who_lacks_a_scope_reads_which_it_needs_and_which_it_has(engine: Engine) {
    let world = World::new(engine);
    let client = secret_client(&world, &world.school, &["conversations:open", "referrals:status"]);
    let token = client_token(&world, &client);
    let asked = |language: &str, path: &str| {
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str()), ("accept-language", language)];
        refused(world.app.send("GET", &format!("/v1{path}"), &headers, Vec::new()), 403, "insufficient-scope")
    };
    let held = "conversations:open, referrals:status";
    for (path, nl, en, challenge) in [
        (
            "/boards",
            "Nodig is de scope directory:read.",
            "It needs the scope directory:read.",
            "Bearer error=\"insufficient_scope\", scope=\"directory:read\"",
        ),
        (
            "/support-requests",
            "Dit is voor mensen: geen scope opent het.",
            "This is for people: no scope opens it.",
            "Bearer error=\"insufficient_scope\"",
        ),
    ] {
        let (dutch, english) = (asked("nl", path), asked("en", path));
        assert_eq!(dutch.text("detail"), format!("{nl} Dit token heeft: {held}."));
        assert_eq!(english.text("detail"), format!("{en} This token has: {held}."));
        for reply in [dutch, english] {
            assert_eq!(reply.header("www-authenticate"), Some(challenge), "{path}");
        }
    }
    let events = client_token(&world, &secret_client(&world, &world.association, &["events:read"]));
    let reply = refused(call(&world.app, &events, "GET", "/conversations", None), 403, "insufficient-scope");
    assert_eq!(
        reply.text("detail"),
        "Nodig is een van deze scopes: conversations:open, referrals:status. Dit token heeft: events:read."
    );
    // a person whose roles do not reach is told of roles, and of no scope
    let reply = refused(world.app.get(world.person(), "/webhook-subscriptions"), 403, "forbidden");
    assert_eq!((reply.header("www-authenticate"), reply.text("detail").contains("scope")), (None, false));
}

fn a_programmes_system_reads_its_events_and_no_others(engine: Engine) {
    let world = World::new(engine);
    let token = client_token(&world, &secret_client(&world, &world.association, &["events:read"]));
    world.request(0, world.person());
    let feed = |programme: &str| call(&world.app, &token, "GET", &format!("/events{programme}"), None);
    let own = feed(&format!("?programmeId={}", world.programmes[0])).expect(200);
    assert!(own.body["data"].as_array().is_some_and(|events| !events.is_empty()));
    for other in
        ["", &format!("?programmeId={}", world.programmes[1]), &format!("?programmeId={}", random_id())]
    {
        refused(feed(other), 404, "not-found");
    }
}

fn a_scope_that_is_taken_away_stops_working_on_the_next_call(engine: Engine) {
    let world = World::new(engine);
    let client = secret_client(&world, &world.school, &["directory:read"]);
    let token = client_token(&world, &client);
    call(&world.app, &token, "GET", "/boards", None).expect(200);
    let other =
        1_i64 << Scope::ALL.iter().position(|scope| *scope == Scope::EventsRead).expect("in the list");
    naast_tests::around(&world.app.location, |database| {
        database.batch(&format!("UPDATE clients SET scopes = {other}")).expect("an administrator may");
    });
    refused(call(&world.app, &token, "GET", "/boards", None), 401, "unauthenticated");
}
