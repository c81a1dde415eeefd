//! The form of an answer: JSON, in Dutch or in English, not sent twice, and in pages.

use std::collections::BTreeSet;

use naast_api::problem::CATALOGUE;
use naast_tests::world::World;
use naast_tests::{Engine, on_both, random_id};
use serde_json::json;

use crate::looks::refused;

on_both!(
    an_answer_is_json_in_dutch_or_in_english_and_not_sent_twice,
    a_cache_may_compare_weakly,
    a_tag_is_another_exactly_when_the_answer_is,
    pages_of_requests_have_no_gap_and_no_double,
);

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

/// `If-None-Match` is compared weakly (RFC 9110, 13.1.2): what a compressing cache made of our tag still names it.
fn a_cache_may_compare_weakly(engine: Engine) {
    let world = World::new(engine);
    let path = format!("/conversations/{}", world.conversation());
    let etag = format!("W/{}", world.app.get(world.leader, &path).expect(200).etag());
    let token = format!("Bearer {}", world.app.token(world.leader));
    let headers = [("authorization", token.as_str()), ("if-none-match", &etag)];
    world.app.send("GET", &format!("/v1{path}"), &headers, Vec::new()).expect(304);
}

/// Of what has a version, and of what has none. That an answer changes keeps nobody from changing the thing, which did not.
fn a_tag_is_another_exactly_when_the_answer_is(engine: Engine) {
    let world = World::new(engine);
    let (parent, coordinator) = (world.person(), world.coordinators[0]);
    let request = world.consented(0, parent);
    let path = format!("/support-requests/{request}");
    let before = world.app.get(parent, &path).expect(200);
    assert_eq!(world.app.get(parent, &path).etag(), before.etag());
    world.app.post(coordinator, &format!("{path}/holds"), &json!({ "because": "complaint" })).expect(201);
    let held = world.app.get(parent, &path).expect(200);
    assert!(held.body != before.body && held.etag() != before.etag(), "{}", held.body);
    let reads = |who, path: &str, etag: &str| {
        let token = format!("Bearer {}", world.app.token(who));
        let headers = [("authorization", token.as_str()), ("if-none-match", etag)];
        world.app.send("GET", &format!("/v1{path}"), &headers, Vec::new()).status
    };
    assert_eq!((reads(parent, &path, &before.etag()), reads(parent, &path, &held.etag())), (200, 304));
    let version = |etag: String| etag.split_once('-').map(|(version, _)| version.to_owned());
    assert_eq!(version(before.etag()), version(held.etag()));
    let none = json!({ "locationCode": null });
    let on = |etag: &str| world.app.call(Some(parent), "PATCH", &path, Some(&none), Some(etag));
    refused(on("\"v99-0\""), 412, "stale-version");
    on(&before.etag()).expect(200);
    // a role more is another answer to who am I, and gone again the first
    let me = world.app.get(parent, "/me").expect(200);
    assert_eq!(reads(parent, "/me", &me.etag()), 304);
    let list = format!("/organisations/{}/memberships", world.association);
    let role = json!({ "personId": parent, "role": "trainer", "programmeId": world.programmes[0] });
    world.app.post(world.administrator, &list, &role).expect(201);
    assert_eq!(reads(parent, "/me", &me.etag()), 200);
    assert_ne!(world.app.get(parent, "/me").etag(), me.etag());
    for path in ["/boards/99901", "/partnerships/PO9901", "/conversation-guide"] {
        let shown = world.app.get(parent, path).expect(200);
        assert_eq!(reads(parent, path, &shown.etag()), 304, "{path}");
    }
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
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len(), "no double");
        assert!(made.iter().all(|id| seen.contains(id)), "no gap");
    }
    let most = world.app.get(parent, "/support-requests?pageSize=100000").expect(200);
    assert_eq!(
        most.body["data"].as_array().map(Vec::len),
        Some(122),
        "a larger wish is cut down, not refused"
    );
}
