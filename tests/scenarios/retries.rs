//! A call that is sent again is done once: `Idempotency-Key`, on both databases.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Barrier;

use chrono::TimeDelta;
use naast_domain::ids::PersonId;
use naast_tests::app::{Reply, TestApp};
use naast_tests::world::{World, words};
use naast_tests::{Engine, around, on_both, random_key};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count, refused};

on_both!(
    a_repeated_call_is_done_once_and_answered_to_the_byte,
    an_answer_is_kept_for_a_day_and_then_cleared_away,
    a_key_belongs_to_one_person_and_one_operation,
    a_key_belongs_to_one_call,
    a_key_that_is_none_is_refused,
    a_refusal_is_not_kept,
    a_change_on_a_version_is_repeated_after_it_changed,
    a_hundred_calls_at_once_with_one_key_have_one_effect,
    two_servers_do_a_call_once,
    effect_and_answer_are_kept_together_or_not_at_all,
    a_caller_who_went_away_finds_what_became_of_her_call,
);

/// A fresh key, as it stands in the header.
fn submitted(world: &World) -> i64 {
    count(world, "support_requests")
}

/// The first call and its repetition are the same answer, but for the number of the call.
fn assert_same(one: &Reply, other: &Reply) {
    assert_eq!(one.status, other.status, "{}", other.body);
    assert_eq!(one.bytes, other.bytes);
    for name in ["etag", "location", "content-type", "content-language"] {
        assert_eq!(one.header(name), other.header(name), "{name}");
    }
}

fn a_repeated_call_is_done_once_and_answered_to_the_byte(engine: Engine) {
    let world = World::new(engine);
    let (parent, key) = (world.person(), random_key());
    let body = world.request_body(0);
    let first = world.app.keyed(Some(parent), "POST /support-requests", &body, &key).expect(201);
    assert!(first.header("location").is_some() && first.header("etag").is_some());
    for _ in 0..3 {
        assert_same(&first, &world.app.keyed(Some(parent), "POST /support-requests", &body, &key));
    }
    // a bare UUID is the same key; the same JSON in other words is the same body; the language is that of the answer
    let other_words = {
        let mut members: Vec<_> = body.as_object().expect("an object").iter().collect();
        members.reverse();
        let members: Vec<String> =
            members.into_iter().map(|(name, value)| format!(" {} :\n {value}", json!(name))).collect();
        format!("{{{}}}", members.join(" , "))
    };
    let token = format!("Bearer {}", world.app.token(parent));
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
        ("accept-language", "en"),
        ("idempotency-key", key.trim_matches('"')),
    ];
    assert_same(&first, &world.app.send("POST", "/v1/support-requests", &headers, other_words.into_bytes()));
    assert_eq!(submitted(&world), 1);
    assert_eq!(count(&world, "journal WHERE action = 'request.submitted'"), 1);
    assert_eq!(world.app.figure("naast_repeated_calls_total{outcome=\"replayed\"}"), 4);
    // without a key, and with another, it is another call
    world.app.post(parent, "/support-requests", &body).expect(201);
    world.app.keyed(Some(parent), "POST /support-requests", &body, "\"another\"").expect(201);
    assert_eq!(submitted(&world), 3);
    assert_sound(&world);
}

fn an_answer_is_kept_for_a_day_and_then_cleared_away(engine: Engine) {
    let world = World::new(engine);
    let (parent, key, body) = (world.person(), random_key(), world.request_body(0));
    let again = || world.app.keyed(Some(parent), "POST /support-requests", &body, &key).expect(201);
    let clear = || {
        let platform = world.app.platform.clone();
        actix_web::rt::System::new()
            .block_on(async move { platform.forget_answers().await })
            .expect("cleared")
    };
    let first = again();
    world.app.platform.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(5));
    assert_eq!(clear(), 0);
    assert_same(&first, &again());
    world.app.platform.clock.advance(TimeDelta::seconds(10));
    let second = again();
    assert_ne!(first.id(), second.id());
    assert_eq!(submitted(&world), 2);
    for _ in 0..3 {
        world.app.keyed(Some(parent), "POST /support-requests", &body, &self::random_key()).expect(201);
    }
    assert_eq!(count(&world, "kept_answers"), 4);
    assert_eq!(clear(), 0);
    world.app.platform.clock.advance(TimeDelta::hours(25));
    // a round forgets them too, where no server runs
    let platform = &world.app.platform;
    let round = |dry| naast_api::privacy::round::round(platform, platform.clock.now(), dry).expect("a round");
    for (dry, left) in [(true, 4), (false, 0)] {
        assert_eq!(round(dry).erased.get("kept_answers"), Some(&4), "dry: {dry}");
        assert_eq!(count(&world, "kept_answers"), left);
    }
    assert_eq!(clear(), 0);
    again();
    platform.clock.advance(TimeDelta::hours(25));
    assert_eq!(clear(), 1);
    assert_eq!(count(&world, "kept_answers"), 0);
}

fn a_key_belongs_to_one_person_and_one_operation(engine: Engine) {
    let world = World::new(engine);
    let key = random_key();
    let (one, other) = (world.person(), world.person());
    let body = world.request_body(0);
    let first = world.app.keyed(Some(one), "POST /support-requests", &body, &key).expect(201);
    let hers = world.app.keyed(Some(other), "POST /support-requests", &body, &key).expect(201);
    assert_ne!(first.id(), hers.id());
    let consent = json!({ "kind": "request", "text": words("request") });
    let line = format!("POST /support-requests/{}/consents", first.id());
    world.app.keyed(Some(one), &line, &consent, &key).expect(201);
    // what is not found is not found, whoever found it before with this key
    refused(world.app.keyed(Some(other), &line, &consent, &key), 404, "not-found");
    refused(world.app.keyed(None, &line, &consent, &key), 401, "unauthenticated");
    assert_eq!(submitted(&world), 2);
}

fn a_key_belongs_to_one_call(engine: Engine) {
    let world = World::new(engine);
    let (parent, key, mut body) = (world.person(), random_key(), world.request_body(0));
    let requests: Vec<String> = (0..2).map(|_| world.request(0, parent)).collect();
    let post = |body: &Value| world.app.keyed(Some(parent), "POST /support-requests", body, &key);
    post(&body).expect(201);
    body["duration"] = json!("one-off");
    refused(post(&body), 422, "idempotency-key-reused");
    body["duration"] = json!("long-term");
    post(&body).expect(201);
    // the place is part of the call
    let consent = json!({ "kind": "request", "text": words("request") });
    let lines: Vec<String> =
        requests.iter().map(|request| format!("POST /support-requests/{request}/consents")).collect();
    world.app.keyed(Some(parent), &lines[0], &consent, &key).expect(201);
    refused(world.app.keyed(Some(parent), &lines[1], &consent, &key), 422, "idempotency-key-reused");
    // so is the version
    let person = world.person();
    let list = format!("/organisations/{}/memberships", world.association);
    let role = world.app.post(world.administrator, &list, &json!({ "personId": person, "role": "auditor" }));
    let line = format!("PATCH {list}/{}", role.expect(201).id());
    let change = json!({ "status": "suspended" });
    let patch = |seen: &str| world.app.keyed_on(Some(world.administrator), &line, &change, &key, Some(seen));
    patch("\"v1\"").expect(200);
    refused(patch("\"v2\""), 422, "idempotency-key-reused");
    assert_eq!(submitted(&world), 3);
    assert_eq!(count(&world, "consents"), 1);
    assert_eq!(world.app.figure("naast_repeated_calls_total{outcome=\"reused\"}"), 3);
}

fn a_key_that_is_none_is_refused(engine: Engine) {
    let world = World::new(engine);
    let (parent, body) = (world.person(), world.request_body(0));
    for wrong in ["bare", "\"\"", "\"open", "\"a\";b=1", &format!("\"{}\"", "k".repeat(256))] {
        let reply = world.app.keyed(Some(parent), "POST /support-requests", &body, wrong);
        let reply = refused(reply, 400, "invalid-input");
        assert_eq!(reply.body["errors"][0]["header"], "Idempotency-Key", "{wrong}");
    }
    let token = format!("Bearer {}", world.app.token(parent));
    let twice = [
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
        ("idempotency-key", "\"a\""),
        ("idempotency-key", "\"b\""),
    ];
    refused(
        world.app.send("POST", "/v1/support-requests", &twice, body.to_string().into_bytes()),
        400,
        "invalid-input",
    );
    assert_eq!(submitted(&world), 0);
    // where nothing is created, the header says nothing
    let headers = [("authorization", token.as_str()), ("idempotency-key", "bare")];
    world.app.send("GET", "/v1/me", &headers, Vec::new()).expect(200);
}

fn a_refusal_is_not_kept(engine: Engine) {
    let world = World::new(engine);
    let (parent, key) = (world.person(), random_key());
    let request = world.request(0, parent);
    let buddy = world.buddy(0, &json!({}));
    let line = format!("POST /support-requests/{request}/proposals");
    let body = json!({ "buddyId": buddy.id });
    let propose = || world.app.keyed(Some(world.coordinators[0]), &line, &body, &key);
    assert_eq!(propose().status, 409);
    assert_eq!(count(&world, "kept_answers"), 0);
    world.consent(parent, &request).expect(201);
    let first = propose().expect(201);
    assert_same(&first, &propose());
    assert_eq!(count(&world, "proposals"), 1);
}

fn a_change_on_a_version_is_repeated_after_it_changed(engine: Engine) {
    let world = World::new(engine);
    let (buddy, parent) = (world.buddy(0, &json!({})), world.person());
    let request = world.consented(0, parent);
    let proposal = world.propose(0, &request, &buddy).expect(201).id();
    world.answer_ties(parent, &proposal, "accepted");
    let path = format!("/proposals/{proposal}");
    let seen = world.app.get(parent, &path).expect(200).etag();
    let (line, body, key) =
        (format!("POST {path}/acceptances"), json!({ "answer": "accepted" }), random_key());
    let answer = |key: &str| world.app.keyed_on(Some(parent), &line, &body, key, Some(&seen));
    let first = answer(&key).expect(201);
    // by now the version is another and the answer given: only who repeats may say it again
    assert_same(&first, &answer(&key));
    assert_eq!(answer(&self::random_key()).status, 412);
}

/// Calls that go out at the same moment.
fn at_once(calls: usize, call: impl Fn(usize) -> Reply + Sync) -> Vec<Reply> {
    let start = Barrier::new(calls);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..calls)
            .map(|place| {
                let (start, call) = (&start, &call);
                scope.spawn(move || {
                    start.wait();
                    call(place)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a call answers")).collect()
    })
}

fn statuses(replies: &[Reply]) -> Vec<u16> {
    replies.iter().map(|reply| reply.status).collect()
}

/// All of these are one answer, or word that the first call still runs; gives back the answer.
fn one_answer(replies: Vec<Reply>) -> Reply {
    let (done, running): (Vec<Reply>, Vec<Reply>) =
        replies.into_iter().partition(|reply| reply.status == 201);
    for reply in running {
        assert!(reply.header("retry-after").is_some());
        refused(reply, 409, "idempotency-key-in-use");
    }
    let first = done.first().expect("one of them was done").clone();
    for reply in &done {
        assert_same(&first, reply);
    }
    first
}

fn a_hundred_calls_at_once_with_one_key_have_one_effect(engine: Engine) {
    let world = World::new(engine);
    for round in 1..=5 {
        let (parent, key, body) = (world.person(), random_key(), world.request_body(0));
        let call = |_| world.app.keyed(Some(parent), "POST /support-requests", &body, &key);
        let first = one_answer(at_once(100, call));
        assert_same(&first, &call(0));
        assert_eq!(submitted(&world), round);
        assert_eq!(count(&world, "journal WHERE action = 'request.submitted'"), round);
    }
    assert_sound(&world);
}

/// On SQLite one process writes, so that the second server stands for the same one: its queue, and not its memory.
fn two_servers_do_a_call_once(engine: Engine) {
    let world = World::new(engine);
    let second = world.app.twin();
    for round in 1..=10 {
        let (parent, key, body) = (world.person(), random_key(), world.request_body(0));
        let call = |place: usize| {
            let app = if place.is_multiple_of(2) { &world.app } else { &second };
            app.keyed(Some(parent), "POST /support-requests", &body, &key)
        };
        let first = one_answer(at_once(20, call));
        assert_same(&first, &call(0));
        assert_same(&first, &call(1));
        assert_eq!(submitted(&world), round);
        // who comes second must not be told that the version is gone: she herself changed it
        let list = format!("/organisations/{}/memberships", world.association);
        let role = json!({ "personId": parent, "role": "auditor" });
        let role = world.app.post(world.administrator, &list, &role).expect(201);
        let (line, etag) = (format!("PATCH {list}/{}", role.id()), role.etag());
        let change = |place: usize| {
            let app = if place.is_multiple_of(2) { &world.app } else { &second };
            let body = json!({ "status": "suspended" });
            app.keyed_on(Some(world.administrator), &line, &body, &key, Some(&etag))
        };
        let replies = at_once(20, change);
        assert!(replies.iter().all(|reply| [200, 409].contains(&reply.status)), "{:?}", statuses(&replies));
        assert_same(&change(0).expect(200), &change(1));
    }
    assert_sound(&world);
}

/// Makes rows of a table impossible.
fn forbid(world: &World, table: &str, engine: Engine) {
    let statement = match engine {
        Engine::Sqlite => format!(
            "CREATE TRIGGER forbidden BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'forbidden'); END"
        ),
        Engine::Postgres => format!("ALTER TABLE {table} ADD CONSTRAINT forbidden CHECK (false) NOT VALID"),
    };
    around(&world.app.location, |database| database.batch(&statement)).expect("an administrator may");
}

fn allow(world: &World, table: &str, engine: Engine) {
    let statement = match engine {
        Engine::Sqlite => "DROP TRIGGER forbidden".to_owned(),
        Engine::Postgres => format!("ALTER TABLE {table} DROP CONSTRAINT forbidden"),
    };
    around(&world.app.location, |database| database.batch(&statement)).expect("an administrator may");
}

fn effect_and_answer_are_kept_together_or_not_at_all(engine: Engine) {
    let world = World::new(engine);
    let (parent, key, body) = (world.person(), random_key(), world.request_body(0));
    let call = || world.app.keyed(Some(parent), "POST /support-requests", &body, &key);
    for table in ["kept_answers", "journal"] {
        forbid(&world, table, engine);
        assert_eq!(call().status, 500, "{table}");
        assert_eq!((submitted(&world), count(&world, "kept_answers")), (0, 0), "{table}");
        allow(&world, table, engine);
    }
    let first = call().expect(201);
    assert_same(&first, &call());
    assert_sound(&world);
}

/// Sends a call and hangs up without waiting for its answer.
fn send_and_leave(app: &TestApp, person: PersonId, path: &str, body: &Value, key: &str) {
    let body = body.to_string();
    let text = format!(
        "POST /v1{path} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         idempotency-key: {key}\r\ncontent-length: {}\r\n\r\n{body}",
        app.token(person),
        body.len()
    );
    TcpStream::connect(app.address).expect("it listens").write_all(text.as_bytes()).expect("sent");
}

fn a_caller_who_went_away_finds_what_became_of_her_call(engine: Engine) {
    let world = World::new(engine);
    for round in 1..=20 {
        let (parent, key, body) = (world.person(), random_key(), world.request_body(0));
        send_and_leave(&world.app, parent, "/support-requests", &body, &key);
        let again = || world.app.keyed(Some(parent), "POST /support-requests", &body, &key);
        let mut reply = again();
        while reply.status == 409 {
            refused(reply, 409, "idempotency-key-in-use");
            reply = again();
        }
        reply.expect(201);
        assert_eq!(submitted(&world), round);
    }
    assert_sound(&world);
}
