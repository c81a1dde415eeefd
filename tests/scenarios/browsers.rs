//! What a browser meets: which pages may call, in which language it is answered, and the pages that explain problems.

use naast_api::contract::CONTRACT;
use naast_api::cors::Origins;
use naast_api::limits::{LimitSettings, Rate};
use naast_api::problem::CATALOGUE;
use naast_tests::app::{Reply, Shape, TestApp};
use naast_tests::world::World;
use naast_tests::{Engine, on_both};

use crate::looks::refused;

on_both!(
    a_page_of_the_list_may_call_and_read_the_answer_whatever_it_is,
    a_page_that_is_not_on_the_list_is_told_nothing,
    what_is_open_to_all_is_open_to_every_page,
    the_language_is_the_one_that_was_asked_for_and_the_answer_says_which,
    every_problem_leads_to_a_page_that_a_person_can_read,
);

const OURS: &str = "https://app.example.org";
const OTHERS: [&str; 7] = [
    "https://app.example.org.evil.example",
    "https://evil.example",
    "http://app.example.org",
    "https://app.example.org:8443",
    "HTTPS://APP.EXAMPLE.ORG",
    "null",
    "*",
];

/// What stands in an answer that lets a page in.
const LETS_IN: [&str; 5] = [
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
    "access-control-max-age",
];

fn app(engine: Engine, limits: LimitSettings) -> TestApp {
    let origins: Origins =
        vec![OURS.parse().expect("an origin"), "http://localhost:5173".parse().expect("another")].into();
    TestApp::start_as(engine, Shape { origins, limits, ..Shape::default() })
}

fn words(reply: &Reply, header: &str) -> Vec<String> {
    reply.header(header).unwrap_or_default().split(',').map(|word| word.trim().to_ascii_lowercase()).collect()
}

fn ask(app: &TestApp, path: &str, origin: &str, method: &str) -> Reply {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", method),
        ("access-control-request-headers", "authorization"),
    ];
    app.send("OPTIONS", path, &headers, Vec::new())
}

fn a_page_of_the_list_may_call_and_read_the_answer_whatever_it_is(engine: Engine) {
    let one = LimitSettings { address: Rate::new(1, 3600), ..LimitSettings::default() };
    let app = app(engine, one);
    // every operation, present and to come
    for (template, item) in CONTRACT.document["paths"].as_object().expect("paths") {
        let path = format!("/v1{}", template.replace(['{', '}'], ""));
        for method in item.as_object().expect("operations").keys() {
            let method = method.to_uppercase();
            // asking costs nothing of the limit, so that it never keeps a page from calling
            let reply = ask(&app, &path, OURS, &method).expect(204);
            if !template.starts_with("/problems") {
                assert_eq!(reply.header("access-control-allow-origin"), Some(OURS), "{path}");
            }
            assert!(
                words(&reply, "access-control-allow-methods").contains(&method.to_ascii_lowercase()),
                "{path}"
            );
            for sent in [
                "authorization",
                "content-type",
                "idempotency-key",
                "if-match",
                "if-none-match",
                "accept-language",
            ] {
                assert!(words(&reply, "access-control-allow-headers").contains(&sent.to_owned()), "{sent}");
            }
            assert_eq!(reply.header("access-control-max-age"), Some("7200"));
            assert_eq!(reply.header("access-control-allow-credentials"), None);
            assert!(words(&reply, "vary").contains(&"origin".to_owned()));
        }
    }
    let call = |path: &str, origin: &str| app.send("GET", path, &[("origin", origin)], Vec::new());
    let kinds = [
        (call("/v1/me", OURS), 401),
        (call("/v1/consent-texts", OURS), 429),
        (call("/v1/me", "http://localhost:5173"), 429),
    ];
    for (reply, status) in kinds {
        let reply = reply.expect(status);
        assert!(reply.header("access-control-allow-origin").is_some_and(|origin| origin != "*"));
        for read in [
            "etag",
            "link",
            "location",
            "retry-after",
            "ratelimit",
            "ratelimit-policy",
            "x-request-id",
            "api-version",
            "content-language",
            "www-authenticate",
        ] {
            assert!(words(&reply, "access-control-expose-headers").contains(&read.to_owned()), "{read}");
        }
        assert_eq!(reply.header("access-control-allow-credentials"), None);
        assert!(words(&reply, "vary").contains(&"origin".to_owned()));
    }
    // a path that is not there, and a question that is none
    refused(ask(&app, "/v1/nowhere", OURS, "GET"), 429, "quota-exceeded");
    refused(app.send("OPTIONS", "/v1/me", &[("origin", OURS)], Vec::new()), 429, "quota-exceeded");
}

fn a_page_that_is_not_on_the_list_is_told_nothing(engine: Engine) {
    let app = app(engine, LimitSettings::default());
    for origin in OTHERS {
        let reply = refused(ask(&app, "/v1/me", origin, "GET"), 405, "method-not-allowed");
        let called =
            refused(app.send("GET", "/v1/me", &[("origin", origin)], Vec::new()), 401, "unauthenticated");
        for header in LETS_IN {
            assert_eq!((reply.header(header), called.header(header)), (None, None), "{origin}: {header}");
        }
    }
    let twice = [("origin", OURS), ("origin", OURS), ("access-control-request-method", "GET")];
    let reply = app.send("OPTIONS", "/v1/me", &twice, Vec::new());
    assert_eq!(reply.header("access-control-allow-origin"), None);
    // health is nobody's page's business, and without a list no page is on it
    assert_eq!(
        app.send("GET", "/health/live", &[("origin", OURS)], Vec::new())
            .header("access-control-allow-origin"),
        None
    );
    let unlisted = TestApp::start(engine);
    refused(ask(&unlisted, "/v1/me", OURS, "GET"), 405, "method-not-allowed");
    let called = unlisted.send("GET", "/v1/me", &[("origin", OURS)], Vec::new());
    assert_eq!(called.header("access-control-allow-origin"), None);
}

fn what_is_open_to_all_is_open_to_every_page(engine: Engine) {
    let app = TestApp::start(engine);
    for path in [
        "/v1/openapi.json",
        "/v1/openapi.yaml",
        "/v1/problems",
        "/v1/problems/internal",
        "/v1/problems/no-such-code",
        "/.well-known/jwks.json",
        "/.well-known/oauth-authorization-server",
        "/.well-known/security.txt",
    ] {
        for headers in [vec![("origin", "https://evil.example")], vec![]] {
            let reply = app.send("GET", path, &headers, Vec::new());
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{path}");
            assert_eq!(reply.header("access-control-allow-credentials"), None, "{path}");
        }
        let asked = ask(&app, path, "https://evil.example", "GET").expect(204);
        assert_eq!(asked.header("access-control-allow-origin"), Some("*"), "{path}");
        assert_eq!(words(&asked, "access-control-allow-methods"), ["get", "head"], "{path}");
    }
}

fn the_language_is_the_one_that_was_asked_for_and_the_answer_says_which(engine: Engine) {
    let app = TestApp::start(engine);
    for (wish, language, title) in [
        (None, "nl", "Niet gevonden"),
        (Some("en"), "en", "Not found"),
        (Some("en-GB;q=0.4, nl;q=0.5"), "nl", "Niet gevonden"),
        (Some("fr, en;q=0.3, nl;q=0.2"), "en", "Not found"),
        (Some("nl;q=0, *"), "en", "Not found"),
        (Some("de"), "nl", "Niet gevonden"),
    ] {
        let headers: Vec<(&str, &str)> = wish.map(|wish| ("accept-language", wish)).into_iter().collect();
        let reply = app.send("GET", "/v1/nowhere", &headers, Vec::new()).expect(404);
        assert_eq!(
            (reply.header("content-language"), reply.text("title").as_str()),
            (Some(language), title),
            "{wish:?}"
        );
        let kind = app.send("GET", "/v1/problems/not-found", &headers, Vec::new()).expect(200);
        assert_eq!(
            (kind.header("content-language"), kind.text("title").as_str()),
            (Some(language), title),
            "{wish:?}"
        );
        for told in ["accept", "accept-language", "authorization", "origin"] {
            assert!(words(&kind, "vary").contains(&told.to_owned()), "{told}");
        }
    }
    for path in ["/v1/openapi.json", "/docs/"] {
        let reply = app.send("GET", path, &[("accept-language", "nl")], Vec::new()).expect(200);
        assert_eq!(reply.header("content-language"), Some("en"), "{path}");
    }
}

fn every_problem_leads_to_a_page_that_a_person_can_read(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    let browser = [
        ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ("accept-language", "en"),
    ];
    let problem = refused(
        app.get(world.leader, &format!("/programmes/{}", naast_tests::random_id())),
        404,
        "not-found",
    );
    let page = app.send("GET", &problem.text("type"), &browser, Vec::new()).expect(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    let text = String::from_utf8(page.bytes).expect("text");
    assert!(text.contains("<h1>Not found</h1>") && text.contains("<h2>Niet gevonden</h2>"), "{text}");
    for kind in CATALOGUE {
        let path = format!("/v1/problems/{}", kind.code);
        let page = app.send("GET", &path, &browser, Vec::new()).expect(200);
        assert!(page.bytes.starts_with(b"<!doctype html><html lang=\"en\">"), "{path}");
        let json = app.send("GET", &path, &[("accept", "*/*")], Vec::new()).expect(200);
        assert_eq!(json.text("code"), kind.code);
    }
    let all = String::from_utf8(app.send("GET", "/v1/problems", &browser, Vec::new()).expect(200).bytes)
        .expect("text");
    assert!(CATALOGUE.iter().all(|kind| all.contains(&format!("href=\"/v1/problems/{}\"", kind.code))));
    // a page is only where there is one
    refused(
        app.send("GET", "/v1/consent-texts", &[("accept", "text/html")], Vec::new()),
        406,
        "not-acceptable",
    );
    refused(app.send("GET", "/v1/problems/no-such-code", &browser, Vec::new()), 404, "not-found");
}
