//! What holds for every operation, whatever it does: who is let in, which method, which form, how large, and how every
//! fault is told.

use std::path::Path;

use naast_api::clock::Clock;
use naast_api::contract::{CONTRACT, NEVER_HELD_UP};
use naast_api::problem::{CATALOGUE, Error};
use naast_domain::text::Tongue;
use naast_tests::app::Reply;
use naast_tests::changes::judge;
use naast_tests::changes::released::kept;
use naast_tests::world::{SCHOOL, World};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::refused;

on_both!(
    the_contract_and_its_pages_come_from_the_server_itself,
    nobody_gets_in_without_a_token_where_the_contract_asks_for_one,
    a_path_has_its_methods_and_no_others,
    a_query_key_that_nobody_knows_is_a_fault_everywhere,
    a_body_is_json_of_a_reasonable_size_or_is_refused,
    every_fault_of_the_input_is_told_at_once_and_never_repeats_the_value,
    what_turns_the_direction_of_text_is_refused_wherever_text_is,
    an_answer_tells_a_hundred_faults_and_that_there_are_more,
);

#[test]
fn the_published_contract_is_the_one_that_the_code_makes() {
    let file = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.yaml"))
        .expect("openapi.yaml");
    let generated = CONTRACT.yaml();
    let differs = file.lines().zip(generated.lines()).find(|(one, other)| one != other);
    assert_eq!(differs, None, "make it again with `naast openapi`");
    assert_eq!(file.len(), generated.len());
}

#[test]
fn the_contract_breaks_no_client_of_the_one_that_was_released() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/contract");
    let kept = kept(Path::new(folder)).unwrap_or_else(|fault| panic!("docs/contract: {fault}"));
    let newest = kept.last().expect("there is a released contract, or a candidate");
    // a candidate is compared with what is out before it, and so is what comes after it
    for older in kept.iter().filter(|one| one.is_released || one.version == newest.version) {
        let Err(faults) =
            judge(&older.document, &CONTRACT.document, older.is_released, Clock::default().today())
        else {
            continue;
        };
        let way_out = if older.is_released {
            "Raise the version in api/src/contract/document.rs (additions: minor, BREAKING: major), and say it in CHANGELOG.md."
        } else {
            "It is not out yet: where this is meant, copy openapi.yaml over it in the same commit."
        };
        panic!("beside docs/contract/{}:\n{faults}\n{way_out}", older.name);
    }
}

/// Every operation: method, a path that fits it, and the operation.
fn operations() -> Vec<(String, String, &'static Value)> {
    let mut all = Vec::new();
    for (path, item) in CONTRACT.document["paths"].as_object().expect("paths") {
        let id = random_id().to_string();
        let place = path
            .replace("{locationCode}", SCHOOL)
            .replace("{boardNumber}", "99901")
            .replace("{partnershipCode}", "PO9901")
            .replace("{code}", "internal")
            .replace("{activityCode}", "matching");
        let place = place.split('/').map(|part| if part.starts_with('{') { id.as_str() } else { part });
        let place = place.collect::<Vec<_>>().join("/");
        for (method, operation) in item.as_object().expect("operations") {
            all.push((method.to_uppercase(), place.clone(), operation));
        }
    }
    assert!(all.len() >= 60);
    all
}

fn nobody_gets_in_without_a_token_where_the_contract_asks_for_one(engine: Engine) {
    let world = World::new(engine);
    let mut open = 0;
    for (method, path, operation) in operations() {
        let body = operation.get("requestBody").map(|_| json!({ "nonsense": true }));
        let reply = world.app.call(None, &method, &path, body.as_ref(), Some("\"v1\""));
        if operation["security"] == json!([]) {
            open += 1;
            assert_ne!(reply.status, 401, "{method} {path}");
        } else {
            let reply = refused(reply, 401, "unauthenticated");
            assert_eq!(
                reply.header("www-authenticate"),
                Some(
                    "Bearer resource_metadata=\"https://naast.example/.well-known/oauth-protected-resource/v1\""
                ),
                "{method} {path}"
            );
        }
    }
    assert_eq!(
        open, 15,
        "problems (2), consent texts, tie kinds, what the parent does by code (3), signing in (3), a code from a letter (2), a pupil (3)"
    );
    // who she is comes before what is wrong with her call
    let headers = [("idempotency-key", "no key at all"), ("content-type", "application/json")];
    let reply = world.app.send("POST", "/v1/people?nonsense=1", &headers, b"{".to_vec());
    refused(reply, 401, "unauthenticated");
    // a person whom this installation does not know is nobody
    let nobody = naast_domain::ids::PersonId::from_uuid(random_id());
    refused(world.app.get(nobody, "/me"), 401, "unauthenticated");
}

fn a_path_has_its_methods_and_no_others(engine: Engine) {
    let world = World::new(engine);
    let token = format!("Bearer {}", world.app.token(world.administrator));
    let headers = [("authorization", token.as_str())];
    let mut gets = 0;
    for (method, path, _) in operations() {
        let path = format!("/v1{path}");
        let reply = world.app.send("TRACE", &path, &headers, Vec::new());
        let allowed = refused(reply, 405, "method-not-allowed").header("allow").expect("an Allow").to_owned();
        assert!(allowed.split(", ").any(|one| one == method), "{method} {path}: {allowed}");
        refused(world.app.send(&method, &format!("{path}/"), &headers, Vec::new()), 404, "not-found");
        if method == "GET" {
            gets += 1;
            let (get, head) = (
                world.app.send("GET", &path, &headers, Vec::new()),
                world.app.send("HEAD", &path, &headers, Vec::new()),
            );
            assert_eq!((head.status, head.bytes.len()), (get.status, 0), "{path}");
            assert_eq!(head.header("etag"), get.header("etag"));
            assert_eq!(head.header("content-type"), get.header("content-type"));
            assert!(allowed.contains("HEAD"), "{path}: {allowed}");
        }
    }
    assert!(gets > 30);
    refused(world.app.send("GET", "/v1/nowhere", &headers, Vec::new()), 404, "not-found");
    for path in ["/v1/openapi.json", "/v1/openapi.yaml", "/health/live", "/health/ready", "/docs/"] {
        let reply = refused(world.app.send("POST", path, &headers, Vec::new()), 405, "method-not-allowed");
        assert_eq!(reply.header("allow"), Some("GET, HEAD"), "{path}");
    }
    for name in ["", " ", "\u{a0}\t"] {
        let reply = world.app.post(world.administrator, "/people", &json!({ "name": name }));
        assert_eq!(refused(reply, 400, "invalid-input").body["errors"][0]["pointer"], "/name", "{name:?}");
    }
    refused(world.app.send("GET", "/v1", &headers, Vec::new()), 404, "not-found");
}

fn a_query_key_that_nobody_knows_is_a_fault_everywhere(engine: Engine) {
    let world = World::new(engine);
    let held_up = |operation: &Value| !NEVER_HELD_UP.iter().any(|id| operation["operationId"] == *id);
    for (method, path, operation) in operations().into_iter().filter(|(_, _, operation)| held_up(operation)) {
        let caller = (operation["security"] != json!([])).then_some(world.administrator);
        let reply = world.app.call(caller, &method, &format!("{path}?geheim9351=1"), None, None);
        let reply = refused(reply, 400, "invalid-input");
        let faults = reply.body["errors"].as_array().expect("faults");
        let is_named =
            |fault: &Value| fault["parameter"] == "geheim9351" && fault["code"] == "unknown-parameter";
        assert!(faults.iter().any(is_named), "{path}: {}", reply.body);
    }
}

fn a_body_is_json_of_a_reasonable_size_or_is_refused(engine: Engine) {
    let world = World::new(engine);
    let token = format!("Bearer {}", world.app.token(world.administrator));
    let send = |extra: &[(&str, &str)], body: Vec<u8>| {
        let mut headers = vec![("authorization", token.as_str())];
        headers.extend(extra);
        world.app.send("POST", "/v1/people", &headers, body)
    };
    let good = br#"{"name":"Iemand"}"#.to_vec();
    let json = ("content-type", "application/json");
    let told = refused(send(&[], good.clone()), 415, "unsupported-media-type");
    assert_eq!((told.header("accept-post"), told.header("accept-patch")), (Some("application/json"), None));
    refused(send(&[("content-type", "text/plain")], good.clone()), 415, "unsupported-media-type");
    refused(send(&[("content-type", "application/jsonp")], good.clone()), 415, "unsupported-media-type");
    refused(send(&[json, ("content-encoding", "gzip")], good.clone()), 415, "unsupported-media-type");
    send(&[("content-type", "application/json; charset=utf-8")], good).expect(201);
    let padded = |size: usize| {
        let mut body = br#"{"name":"Iemand"}"#.to_vec();
        body.resize(size, b' ');
        body
    };
    send(&[json], padded(64 * 1024)).expect(201);
    refused(send(&[json], padded(64 * 1024 + 1)), 413, "payload-too-large");
    let deep = [vec![b'['; 30_000], vec![b']'; 30_000]].concat();
    for malformed in [b"".to_vec(), b"{".to_vec(), b"{\"name\":\"\xff\"}".to_vec(), b"NaN".to_vec()] {
        refused(send(&[json], malformed), 400, "malformed-json");
    }
    let twice = send(&[json], br#"{"name":"Een","name":"Twee"}"#.to_vec());
    refused(twice, 400, "invalid-input");
    refused(send(&[json], deep), 400, "invalid-input");
}

fn what_turns_the_direction_of_text_is_refused_wherever_text_is(engine: Engine) {
    let world = World::new(engine);
    let fault = |reply: &Reply, place: &str, at: &str| {
        let errors = reply.body["errors"].as_array().expect("faults");
        errors.iter().any(|one| one[place] == at && one["code"] == "control-character")
    };
    for letter in ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}') {
        let text = format!("An{letter}na");
        let named = world.app.post(world.administrator, "/people", &json!({ "name": text })).expect(400);
        assert!(fault(&named, "pointer", "/name"), "{letter:?} {}", named.body);
        let query: Vec<String> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let query = query.concat();
        let searched = world.app.get(world.leader, &format!("/schools?name={query}")).expect(400);
        assert!(fault(&searched, "parameter", "name"), "{letter:?} {}", searched.body);
        // with the other faults, each in its place
        let mut body = world.request_body(0);
        body["contact"] = json!({ "name": text, "kind": "email", "value": text });
        body["municipalityCode"] = json!("0000");
        let asked = world.app.post(world.person(), "/support-requests", &body).expect(400);
        for place in ["/contact/name", "/contact/value"] {
            assert!(fault(&asked, "pointer", place), "{letter:?} {}", asked.body);
        }
        let unknown = asked.body["errors"].as_array().expect("faults").iter();
        assert!(unknown.clone().any(|one| one["pointer"] == "/municipalityCode"), "{}", asked.body);
    }
    // what a script needs is text
    let name = "\u{200f}مريم\u{200e} Şahin-Łuczak";
    let kept = world.app.post(world.administrator, "/people", &json!({ "name": name })).expect(201);
    assert_eq!(kept.body["name"], name);
}

fn every_fault_of_the_input_is_told_at_once_and_never_repeats_the_value(engine: Engine) {
    let world = World::new(engine);
    let (coordinator, value) = (world.coordinators[0], "Geheim9351");
    let body = json!({
        "programmeId": value, "firstName": "", "languages": [value], "specialisms": value, "channels": [],
        "municipalityCodes": [value], "capacity": 99, "geheim9351": value, "personId": format!("{value}\u{0}")
    });
    let reply = refused(world.app.post(coordinator, "/buddies", &body), 400, "invalid-input");
    let errors = reply.body["errors"].as_array().expect("faults");
    let pointers: Vec<&str> = errors.iter().filter_map(|one| one["pointer"].as_str()).collect();
    for pointer in [
        "/programmeId",
        "/firstName",
        "/languages/0",
        "/specialisms",
        "/channels",
        "/municipalityCodes/0",
        "/capacity",
        "/geheim9351",
        "/personId",
    ] {
        assert!(pointers.contains(&pointer), "{pointer} in {pointers:?}");
    }
    assert!(!String::from_utf8_lossy(&reply.bytes).contains(value), "{}", reply.body);

    let nul = refused(
        world.app.post(world.administrator, "/people", &json!({ "name": "a\u{0}b" })),
        400,
        "invalid-input",
    );
    assert_eq!(
        nul.body["errors"][0],
        json!({
            "pointer": "/name", "parameter": null, "header": null, "code": "control-character",
            "detail": "Hier staat een stuurteken in."
        })
    );
    let queries = refused(
        world.app.get(coordinator, "/matches?pageSize=x&colour=red&cursor=a&cursor=b"),
        400,
        "invalid-input",
    );
    let named: Vec<_> =
        queries.body["errors"].as_array().expect("faults").iter().map(|one| &one["parameter"]).collect();
    assert_eq!(named, ["pageSize", "colour", "cursor"]);
    let path = refused(world.app.get(coordinator, "/matches/geen-id"), 400, "invalid-input");
    assert_eq!(path.body["errors"][0]["parameter"], "id");
    for number in ["1e308", "-1", "2.5", "99999999999999999999"] {
        let text = world.request_body(0).to_string();
        let text = text.replacen('{', &format!("{{\"capacity\":{number},"), 1);
        let token = format!("Bearer {}", world.app.token(coordinator));
        let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
        refused(world.app.send("POST", "/v1/buddies", &headers, text.into_bytes()), 400, "invalid-input");
    }
}

/// Also whoever is not signed in: what comes out is bounded by more than what goes in.
fn an_answer_tells_a_hundred_faults_and_that_there_are_more(engine: Engine) {
    let world = World::new(engine);
    let send = |language: &str, body: String| {
        let headers = [("content-type", "application/json"), ("accept-language", language)];
        refused(
            world.app.send("POST", "/v1/sign-in-codes", &headers, body.into_bytes()),
            400,
            "invalid-input",
        )
    };
    let nested =
        |depth: usize, inner: &str| format!("{}{inner}{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let repeated = |times: usize| format!("{{{}}}", vec!["\"b\":1"; times].join(","));
    // the first of the repeated members is no fault, and `a` and the missing address are one each
    for (members, faults, more) in [(99, 100, false), (100, 100, true), (10_000, 100, true)] {
        let reply = send("en", nested(29, &repeated(members)));
        let errors = reply.body["errors"].as_array().expect("faults");
        let has_more = errors.last().is_some_and(|last| last["code"] == "more-faults");
        assert_eq!((errors.len() - usize::from(has_more), has_more), (faults, more), "{members}");
        assert!(reply.bytes.len() < 64 * 1024, "{} bytes for {members}", reply.bytes.len());
    }
    let told = |language: &str| {
        let reply = send(language, nested(29, &repeated(5_000)));
        reply.body["errors"].as_array().and_then(|all| all.last().cloned()).expect("the last")
    };
    let last = |detail: &str| json!({ "pointer": null, "parameter": null, "header": null, "code": "more-faults", "detail": detail });
    assert_eq!(told("nl"), last("Er is meer mis dan deze 100. Herstel die eerst."));
    assert_eq!(told("en"), last("More is wrong than these 100. Mend those first."));
    // a place repeats every name above it: one long name above many faults, found by the reader or by the look at the text
    let name = "n".repeat(30_000);
    let control = vec!["\"\\u0001\""; 3_000].join(",");
    for inner in [repeated(5_000), format!("[{control}]")] {
        let reply = send("en", format!("{{\"{name}\":{inner}}}"));
        assert!(reply.bytes.len() < 64 * 1024, "{} bytes", reply.bytes.len());
        let errors = reply.body["errors"].as_array().expect("faults");
        assert_eq!(errors.last().map(|last| &last["code"]), Some(&json!("more-faults")));
    }
    // unknown members, and violations of the schema
    let unknown: Vec<String> = (0..6_000).map(|place| format!("\"x{place}\":1")).collect();
    let reply = send("en", format!("{{{}}}", unknown.join(",")));
    assert_eq!(reply.body["errors"].as_array().map(Vec::len), Some(101));
}

/// The pages of `/docs` load the document from this server; without it they show nothing.
fn the_contract_and_its_pages_come_from_the_server_itself(engine: Engine) {
    let world = World::new(engine);
    let open = |path: &str| world.app.send("GET", path, &[], Vec::new()).expect(200);
    assert_eq!(open("/v1/openapi.json").body, CONTRACT.document);
    assert_eq!(open("/v1/openapi.json").header("access-control-allow-origin"), Some("*"));
    assert_eq!(open("/v1/openapi.yaml").bytes, CONTRACT.yaml().into_bytes());
    assert!(String::from_utf8_lossy(&open("/docs/").bytes).contains("swagger-ui"));
    let script = open("/docs/swagger-initializer.js");
    assert!(String::from_utf8_lossy(&script.bytes).contains("/v1/openapi.json"));
}

/// A list of codes that is published as any text at all would hide its faults.
#[test]
fn every_code_in_a_body_is_published_with_its_list() {
    let schemas = CONTRACT.document["components"]["schemas"].as_object().expect("schemas");
    let named = |name: &str, body: &str| {
        let member = &schemas[body]["properties"][name];
        // a list of its own, or the part of one that a person may give
        let list = member["$ref"].as_str().and_then(|place| place.rsplit('/').next());
        let codes = list.map_or(&member["enum"], |list| &schemas[list]["enum"]);
        assert!(codes.as_array().is_some_and(|codes| !codes.is_empty()), "{body}/{name}");
    };
    named("duration", "SupportRequestBody");
    named("channel", "SupportRequestBody");
    named("language", "SupportRequestBody");
    named("kind", "ConsentBody");
    named("step", "ConversationStepBody");
    named("form", "ProgrammeBody");
    named("role", "MembershipBody");
    named("reason", "ClosureBody");
    named("task", "MeetingBody");
}

/// Whoever is sent away for a while is told for how long; and nothing is answered in the name of a gateway, which this is not.
#[test]
fn whoever_is_sent_away_for_a_while_is_told_for_how_long() {
    let waits = |error: Error| error.answer(Tongue::Dutch, "1").headers().contains_key("retry-after");
    let mut told = 0;
    for kind in CATALOGUE {
        assert!(![502, 504].contains(&kind.status), "{}", kind.code);
        if kind.status == 503 {
            assert!(waits(Error::Refused(kind.code)), "{}", kind.code);
            told += 1;
        }
    }
    assert!(told >= 4 && waits(Error::TooMany(7)), "{told}");
}
