//! What the edge refuses of bodies: too large, too deep, ambiguous, in another charset, or where nobody reads one.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use naast_api::contract::{CONTRACT, NEVER_HELD_UP};
use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::World;
use naast_tests::{Engine, random_id};
use serde_json::{Value, json};

use crate::looks::{count, refused};

fn send(world: &World, person: PersonId, kind: &str, body: &str) -> Reply {
    let token = format!("Bearer {}", world.app.token(person));
    let headers = [("authorization", token.as_str()), ("content-type", kind)];
    world.app.send("POST", "/v1/people", &headers, body.as_bytes().to_vec())
}

#[test]
fn a_body_says_each_thing_once_and_not_too_deep() {
    let world = World::new(Engine::Sqlite);
    let before = count(&world, "people");
    let post = |body: &str| send(&world, world.administrator, "application/json", body);
    let fault = |body: &str| {
        let reply = refused(post(body), 400, "invalid-input");
        let fault = &reply.body["errors"][0];
        (fault["pointer"].as_str().map(str::to_owned), fault["code"].as_str().map(str::to_owned))
    };
    let some = |pointer: &str, code: &str| (Some(pointer.to_owned()), Some(code.to_owned()));
    assert_eq!(fault(r#"{"name":"Een","name":"Twee"}"#), some("/name", "repeated"));
    assert_eq!(fault(r#"{"name":{"a":1,"a":1}}"#), some("/name/a", "repeated"));
    let deep = format!("{{\"name\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(fault(&deep), some(&format!("/name{}", "/0".repeat(31)), "too-deep"));
    for letters in [r"\u0000", r"\u0007", r"\u001b", r"\u007f", r"\u0085"] {
        assert_eq!(fault(&format!(r#"{{"name":"a{letters}b"}}"#)), some("/name", "control-character"));
    }
    refused(post("{\"name\":\"a\u{0}b\"}"), 400, "malformed-json");
    assert_eq!(count(&world, "people"), before);
}

/// `30.0` is thirty, as the contract's own schema says of an integer, and half a day is none.
#[test]
fn a_whole_number_is_one_however_it_is_written() {
    let world = World::new(Engine::Sqlite);
    let buddy = world.buddy(0, &json!({}));
    let (request, parent) = {
        let parent = world.person();
        (world.consented(0, parent), parent)
    };
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let token = format!("Bearer {}", world.app.token(buddy.person));
    let today = world.app.platform.clock.today();
    let met = |minutes: &str, key: &str| {
        let body = format!(
            "{{\"date\":\"{today}\",\"channel\":\"online\",\"minutes\":{minutes},\"task\":\"listening\"}}"
        );
        let headers = [
            ("authorization", token.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        world.app.send("POST", &format!("/v1/matches/{matched}/contacts"), &headers, body.into_bytes())
    };
    let key = format!("\"{}\"", random_id());
    let first = met("45", &key).expect(201);
    for same in ["45.0", "4.5e1"] {
        assert_eq!(met(same, &key).expect(201).bytes, first.bytes, "{same} is the same call");
    }
    for wrong in ["45.5", "1e300", "-45.0"] {
        let refusal = refused(met(wrong, &format!("\"{}\"", random_id())), 400, "invalid-input");
        assert_eq!(refusal.body["errors"][0]["pointer"], "/minutes", "{wrong}");
    }
}

/// Whoever sends a body believes that it counts: where none is taken she is told so, and nothing is done.
#[test]
fn a_body_that_nobody_reads_is_refused() {
    let world = World::new(Engine::Sqlite);
    let token = format!("Bearer {}", world.app.token(world.administrator));
    let send = |method: &str, path: &str, kind: &str, body: &[u8]| {
        let headers = [("authorization", token.as_str()), ("content-type", kind), ("if-match", "*")];
        world.app.send(method, path, &headers, body.to_vec())
    };
    let json = "application/json";
    let before = count(&world, "journal");
    let large = vec![b' '; 100_000];
    for (kind, body, status, code) in [
        (json, &b"{\"overlapHours\":0}"[..], 400, "invalid-input"),
        (json, b"{\"a\":\"\\u0000\"}", 400, "invalid-input"),
        (json, b"{\"a\":1,\"a\":2}", 400, "invalid-input"),
        (json, b"[]", 400, "invalid-input"),
        (json, b"{bad", 400, "malformed-json"),
        (json, b"\x00\xff\x01", 400, "malformed-json"),
        (json, &[b'['; 200], 400, "invalid-input"),
        (json, &large, 413, "payload-too-large"),
        ("text/plain", b"hello", 415, "unsupported-media-type"),
    ] {
        let text = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let refusal = send("POST", "/v1/me/exports", kind, body);
        assert_eq!((refusal.status, refusal.body["code"].as_str()), (status, Some(code)), "{text}");
    }
    let refusal = send("POST", "/v1/me/exports", json, b"{\"overlapHours\":0}");
    let faults = refusal.body["errors"].as_array().expect("faults");
    let told = |one: &Value| one["pointer"] == "/overlapHours" && one["code"] == "unknown-member";
    assert!(faults.len() == 1 && told(&faults[0]), "{faults:?}");
    assert_eq!(count(&world, "journal"), before, "nothing was done");

    // by one place at the edge: every operation that takes none, present and to come
    let mut tried = 0;
    for (path, item) in CONTRACT.document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let id = operation["operationId"].as_str().unwrap_or_default();
            let takes_none = operation["requestBody"].is_null() && !NEVER_HELD_UP.contains(&id);
            if !["post", "put", "patch", "delete"].contains(&method.as_str()) || !takes_none {
                continue;
            }
            let path = path.split('/').map(|step| if step.starts_with('{') { "x" } else { step });
            let path = format!("/v1{}", path.collect::<Vec<_>>().join("/"));
            let refusal = send(&method.to_uppercase(), &path, json, b"{\"somethingElse\":1}");
            let at = refusal.body["errors"].as_array().cloned().unwrap_or_default();
            assert_eq!(refusal.status, 400, "{id}: {}", refusal.body);
            assert!(at.iter().any(|one| one["pointer"] == "/somethingElse"), "{id}: {}", refusal.body);
            tried += 1;
        }
    }
    assert!(tried >= 10, "{tried} operations take no body");

    for (kind, body) in [(json, &b"{}"[..]), (json, b""), ("text/plain", b" \n")] {
        send("POST", "/v1/me/exports", kind, body).expect(201);
    }
}

#[test]
fn a_body_is_json_in_utf_8() {
    let world = World::new(Engine::Sqlite);
    let body = json!({ "name": "Zoë (test)" }).to_string();
    let post = |kind: &str| send(&world, world.administrator, kind, &body);
    for right in
        ["application/json; charset=utf-8", "application/json;charset=\"UTF-8\"", "application/json; v=1"]
    {
        post(right).expect(201);
    }
    for wrong in ["application/json; charset=iso-8859-1", "application/json;charset=utf-16", "text/json"] {
        refused(post(wrong), 415, "unsupported-media-type");
    }
    let latin: Vec<u8> = b"{\"name\":\"Zo\xeb\"}".to_vec();
    let token = format!("Bearer {}", world.app.token(world.administrator));
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    refused(world.app.send("POST", "/v1/people", &headers, latin), 400, "malformed-json");
}

/// What says itself that it is too large is refused at once, and not when the time for a body is up.
#[test]
fn a_body_that_says_it_is_too_large_is_not_waited_for() {
    let world = World::new(Engine::Sqlite);
    let token = world.app.token(world.administrator);
    for (path, kind, head) in [
        ("people", "application/json", format!("authorization: Bearer {token}\r\n")),
        // with something wrong before its body, too
        ("people?nonsense=1", "application/json", format!("authorization: Bearer {token}\r\n")),
        ("oauth/token", "application/x-www-form-urlencoded", String::new()),
    ] {
        let mut stream = TcpStream::connect(world.app.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a socket");
        let text = format!(
            "POST /v1/{path} HTTP/1.1\r\nhost: test\r\n{head}content-type: {kind}\r\ncontent-length: 70000\r\n\r\n{{"
        );
        stream.write_all(text.as_bytes()).expect("it is open");
        let (begun, mut told) = (Instant::now(), vec![0; 8192]);
        let read = stream.read(&mut told).expect("an answer long before ten seconds");
        let told = String::from_utf8_lossy(&told[..read]).into_owned();
        assert!(told.starts_with("HTTP/1.1 413"), "{path}: {told}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{path}: {:?}", begun.elapsed());
    }
}
