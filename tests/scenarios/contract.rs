//! What holds for every operation, whatever it does: who is let in, which method, which form, how large, and how every
//! fault is told.

use naast_api::contract::CONTRACT;
use naast_api::problem::CATALOGUE;
use naast_tests::world::{SCHOOL, World};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::refused;

on_both!(
    nobody_gets_in_without_a_token_where_the_contract_asks_for_one,
    a_path_has_its_methods_and_no_others,
    a_body_is_json_of_a_reasonable_size_or_is_refused,
    every_fault_of_the_input_is_told_at_once_and_never_repeats_the_value,
    an_answer_is_json_in_dutch_or_in_english_and_not_sent_twice,
    a_cache_may_compare_weakly,
    pages_of_requests_have_no_gap_and_no_double,
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

/// Every operation: method, a path that fits it, and the operation.
fn operations() -> Vec<(String, String, &'static Value)> {
    let mut all = Vec::new();
    for (path, item) in CONTRACT.document["paths"].as_object().expect("paths") {
        let id = random_id().to_string();
        let place = path
            .replace("{locationCode}", SCHOOL)
            .replace("{boardNumber}", "99901")
            .replace("{partnershipCode}", "PO9901")
            .replace("{code}", "internal");
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
                Some("Bearer error=\"invalid_token\""),
                "{method} {path}"
            );
        }
    }
    assert_eq!(open, 6, "problems (2), consent texts, tie kinds, and the parent's own two");
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
        let reply = world.app.send("DELETE", &path, &headers, Vec::new());
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
    refused(world.app.send("GET", "/v1", &headers, Vec::new()), 404, "not-found");
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
    refused(send(&[], good.clone()), 415, "unsupported-media-type");
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
    for malformed in [b"".to_vec(), b"{".to_vec(), b"{\"name\":\"\xff\"}".to_vec(), b"NaN".to_vec(), deep] {
        refused(send(&[json], malformed), 400, "malformed-json");
    }
    let twice = send(&[json], br#"{"name":"Een","name":"Twee"}"#.to_vec());
    assert!([201, 400].contains(&twice.status));
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

fn an_answer_is_json_in_dutch_or_in_english_and_not_sent_twice(engine: Engine) {
    let world = World::new(engine);
    let token = format!("Bearer {}", world.app.token(world.leader));
    let get = |path: &str, extra: &[(&str, &str)]| {
        let mut headers = vec![("authorization", token.as_str())];
        headers.extend(extra);
        world.app.send("GET", &format!("/v1{path}"), &headers, Vec::new())
    };
    refused(get("/me", &[("accept", "text/html")]), 406, "not-acceptable");
    refused(get("/me", &[("accept", "application/json;q=0")]), 406, "not-acceptable");
    for accept in ["*/*", "application/json", "text/html, application/*;q=0.1", ""] {
        get("/me", &[("accept", accept)]).expect(200);
    }
    for (wish, language, title) in [
        ("nl", "nl", "Niet gevonden"),
        ("en", "en", "Not found"),
        ("de, en;q=0.5", "en", "Not found"),
        ("en;q=0.2, nl-BE;q=0.4", "nl", "Niet gevonden"),
        ("fr", "nl", "Niet gevonden"),
    ] {
        let reply = get(&format!("/conversations/{}", random_id()), &[("accept-language", wish)]).expect(404);
        assert_eq!(
            (reply.header("content-language"), &reply.body["title"]),
            (Some(language), &json!(title)),
            "{wish}"
        );
    }
    for kind in CATALOGUE {
        let shown = get(&format!("/problems/{}", kind.code), &[("accept-language", "en")]).expect(200);
        assert_eq!(shown.body["status"], kind.status);
    }
    let path = format!("/conversations/{}", world.conversation());
    let etag = get(&path, &[]).expect(200).etag();
    let same = get(&path, &[("if-none-match", &format!("\"v7\", {etag}"))]);
    assert_eq!((same.status, same.bytes.len(), same.etag()), (304, 0, etag.clone()));
    assert_eq!(same.header("api-version"), Some("1.0.0"));
    get(&path, &[("if-none-match", "\"v7\"")]).expect(200);
}

/// `If-None-Match` is compared weakly (RFC 9110, 13.1.2): what a compressing cache made of our ETag still names it.
fn a_cache_may_compare_weakly(engine: Engine) {
    let world = World::new(engine);
    let path = format!("/conversations/{}", world.conversation());
    let etag = format!("W/{}", world.app.get(world.leader, &path).expect(200).etag());
    let token = format!("Bearer {}", world.app.token(world.leader));
    let headers = [("authorization", token.as_str()), ("if-none-match", &etag)];
    world.app.send("GET", &format!("/v1{path}"), &headers, Vec::new()).expect(304);
}

fn pages_of_requests_have_no_gap_and_no_double(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let made: Vec<String> = (0..120).map(|_| world.request(0, parent)).collect();
    let programme = &world.programmes[0];
    for (reader, filter) in
        [(parent, String::new()), (world.coordinators[0], format!("&programmeId={programme}"))]
    {
        let (mut seen, mut cursor, mut sizes) = (Vec::new(), String::new(), Vec::new());
        loop {
            let reply =
                world.app.get(reader, &format!("/support-requests?pageSize=50{filter}{cursor}")).expect(200);
            let rows = reply.body["data"].as_array().expect("rows");
            sizes.push(rows.len());
            seen.extend(rows.iter().map(|row| row["id"].as_str().expect("an id").to_owned()));
            let Some(next) = reply.body["nextCursor"].as_str() else {
                assert_eq!(reply.header("link"), None);
                break;
            };
            assert!(
                reply.header("link").is_some_and(|link| link.contains(next) && link.contains("rel=\"next\""))
            );
            cursor = format!("&cursor={next}");
            if sizes.len() == 1 {
                // what comes in between is newer, and does not shift the pages behind
                world.request(0, parent);
                let other = format!("/matches?cursor={next}");
                let foreign = refused(world.app.get(reader, &other), 400, "invalid-input");
                assert_eq!(foreign.body["errors"][0]["parameter"], "cursor");
                refused(
                    world.app.get(reader, &format!("/support-requests?{filter}&cursor=zzzz")),
                    400,
                    "invalid-input",
                );
            }
        }
        assert_eq!(sizes[..2], [50, 50]);
        assert_eq!(seen.iter().collect::<std::collections::BTreeSet<_>>().len(), seen.len(), "no double");
        assert!(made.iter().all(|id| seen.contains(id)), "no gap");
    }
    let most = world.app.get(parent, "/support-requests?pageSize=100000").expect(200);
    assert_eq!(
        most.body["data"].as_array().map(Vec::len),
        Some(122),
        "a larger wish is cut down, not refused"
    );
}
