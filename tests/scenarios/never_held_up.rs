//! What nothing may hold up: a withdrawal is done however it is called.

use naast_api::contract::{NEVER_HELD_UP, STOPS_BY_CODE};
use naast_api::limits::{LimitSettings, Rate};
use naast_domain::ids::PersonId;
use naast_tests::app::{Reply, Shape, TestApp};
use naast_tests::world::{World, words};
use naast_tests::{Engine, on_both};
use serde_json::json;

use crate::looks::{count, refused};

on_both!(
    what_is_taken_back_is_taken_back_however_it_is_asked,
    who_stops_by_code_stops_whatever_the_limits_say
);

/// One operation of the list, on something fresh.
struct Case {
    operation: &'static str,
    method: &'static str,
    /// Makes what is taken back, and says where.
    path: fn(&World, PersonId) -> String,
    /// Whether the answer says that it is done.
    is_done: fn(&Reply) -> bool,
}

const CASES: [Case; NEVER_HELD_UP.len()] = [
    Case {
        operation: "withdrawSupportRequest",
        method: "POST",
        path: |world, parent| format!("/v1/support-requests/{}/withdrawal", world.consented(0, parent)),
        is_done: |reply| reply.body["state"] == "withdrawn",
    },
    Case {
        operation: "withdrawConsent",
        method: "POST",
        path: |world, parent| {
            let request = world.request(0, parent);
            let consent = world.consent(parent, &request).expect(201).id();
            format!("/v1/support-requests/{request}/consents/{consent}/withdrawal")
        },
        is_done: |reply| reply.body["consent"]["state"] == "withdrawn",
    },
    Case {
        operation: "withdrawAllMyConsents",
        method: "POST",
        path: |world, parent| {
            world.consented(0, parent);
            "/v1/me/consents/withdrawal".to_owned()
        },
        is_done: |reply| {
            let done = |one: &serde_json::Value| one["state"] == "withdrawn";
            reply.body["withdrawals"].as_array().is_some_and(|all| !all.is_empty() && all.iter().all(done))
        },
    },
    Case {
        operation: "cancelAnnouncement",
        method: "POST",
        path: |world, parent| {
            let request = world.consented(0, parent);
            let (matched, _) = world.matched(0, parent, &request, &world.buddy(0, &json!({})));
            let talk =
                json!({ "date": world.app.platform.clock.today(), "text": words("meeting-announcement") });
            let talks = format!("/matches/{matched}/meeting-announcements");
            let talk = world.app.post(parent, &talks, &talk).expect(201).id();
            format!("/v1{talks}/{talk}/cancellation")
        },
        is_done: |reply| reply.body["state"] == "cancelled",
    },
    Case {
        operation: "takeBackErasure",
        method: "POST",
        path: |world, parent| {
            let holds = format!("/support-requests/{}/holds", world.consented(0, parent));
            world.app.post(world.coordinators[0], &holds, &json!({ "because": "complaint" })).expect(201);
            let sure = json!({ "confirmation": "erase-everything-of-mine" });
            world.app.post(parent, "/me/erasure", &sure).expect(200);
            assert!(world.app.get(parent, "/me").expect(200).body["erasureAskedAt"].is_string());
            "/v1/me/erasure/withdrawal".to_owned()
        },
        is_done: |reply| reply.body["erasureAskedAt"].is_null() && reply.body["id"].is_string(),
    },
];

/// Headers, a body and a query.
type Way = (&'static [(&'static str, &'static str)], &'static [u8], &'static str);

/// Headers with which every other operation refuses a call.
const WAYS: [&[(&str, &str)]; 9] = [
    &[("idempotency-key", "not a key")],
    &[("idempotency-key", "\"used\"")],
    &[("idempotency-key", "\"one\""), ("idempotency-key", "\"two\"")],
    &[("accept", "text/html")],
    &[("accept", "application/json;q=0")],
    &[("content-encoding", "gzip")],
    &[("content-type", "text/plain")],
    &[("if-match", "\"v99\"")],
    &[("content-type", "application/json"), ("if-none-match", "*")],
];

const BODIES: [&[u8]; 4] = [b"", b"{", b"{\"reason\":\"\\u0000\"}", &[0xff; 70_000]];

fn what_is_taken_back_is_taken_back_however_it_is_asked(engine: Engine) {
    let world = World::new(engine);
    for (case, listed) in CASES.iter().zip(NEVER_HELD_UP) {
        assert_eq!(case.operation, listed);
        let parent = world.person();
        // the key of another call
        world
            .app
            .keyed(Some(parent), "POST /support-requests", &world.request_body(0), "\"used\"")
            .expect(201);
        let token = format!("Bearer {}", world.app.token(parent));
        let mut ways: Vec<Way> = Vec::new();
        ways.extend(WAYS.iter().map(|headers| (*headers, BODIES[0], "")));
        ways.extend(BODIES.iter().map(|body| (WAYS[6], *body, "")));
        ways.push((&[], b"", "?because=of"));
        for (headers, body, query) in ways {
            let path = (case.path)(&world, parent);
            let headers: Vec<(&str, &str)> =
                headers.iter().copied().chain([("authorization", token.as_str())]).collect();
            let reply = world.app.send(case.method, &format!("{path}{query}"), &headers, body.to_vec());
            let reply = reply.expect(200);
            assert_eq!(reply.header("content-type"), Some("application/json"), "{headers:?}");
            assert!((case.is_done)(&reply), "{headers:?} {}", reply.body);
        }
    }
}

#[test]
fn what_is_taken_back_is_counted_and_not_refused() {
    let limits = LimitSettings { subject: Rate::new(150, 864_000), ..LimitSettings::default() };
    let world = World::on(TestApp::start_as(Engine::Sqlite, Shape { limits, ..Shape::default() }));
    for case in CASES {
        let parent = world.person();
        let path = (case.path)(&world, parent);
        let mut calls = 0;
        while world.app.get(parent, "/me").status != 429 {
            calls += 1;
            assert!(calls < 160, "the limit is reached");
        }
        let token = format!("Bearer {}", world.app.token(parent));
        for _ in 0..3 {
            let reply =
                world.app.send(case.method, &path, &[("authorization", &token)], Vec::new()).expect(200);
            assert!((case.is_done)(&reply), "{}", reply.body);
            assert!(
                reply.header("ratelimit").is_some_and(|said| said.contains(";r=0;")),
                "{:?}",
                reply.headers
            );
        }
    }
}

/// Somebody who is known by her code stops behind the address of a school from which too many calls came. A stop is held up by
/// nothing; whatever else is asked with the code, and a code that is no good, are.
fn who_stops_by_code_stops_whatever_the_limits_say(engine: Engine) {
    for (policy, limits) in [
        ("attempts", LimitSettings { attempts: Rate::new(30, 864_000), ..LimitSettings::default() }),
        ("address", LimitSettings { address: Rate::new(30, 864_000), ..LimitSettings::default() }),
    ] {
        let world = World::on(TestApp::start_as(engine, Shape { limits, ..Shape::default() }));
        let code = world.explained(&world.conversation());
        let referred = world.explained(&world.conversation());
        let parent = world.person();
        let request = world.refer(parent, &referred, &world.request_body(0)).expect(201).id();
        let pupil = world
            .app
            .ask(parent, &format!("/support-requests/{request}/pupil-codes"))
            .expect(201)
            .text("pupilCode");
        let wrong = "ABCD-EFGH-2345-6789";
        let search = json!({ "code": wrong });
        let statuses: Vec<u16> = (0..60)
            .map(|_| {
                world.app.call(None, "POST", "/parent-conversations/_search", Some(&search), None).status
            })
            .collect();
        assert_eq!(statuses.last(), Some(&429), "{statuses:?}");

        let by_pupil = |code: &str| {
            let body = json!({ "code": code });
            world.app.call(None, "POST", "/pupil-consents/withdrawal", Some(&body), None)
        };
        let rows = count(&world, "journal");
        let held = format!("naast_rate_limited_total{{policy=\"{policy}\"}}");
        let before = world.app.figure(&held);
        for step in ["take-time", "decline-buddy", "contact-self"] {
            assert!(
                refused(world.parent_step(&code, step), 429, "quota-exceeded")
                    .header("retry-after")
                    .is_some()
            );
        }
        refused(world.parent_step(wrong, "withdraw"), 429, "quota-exceeded");
        refused(by_pupil(wrong), 429, "quota-exceeded");
        assert_eq!(world.app.figure(&held), before + 5, "each refusal is one");
        assert_eq!(count(&world, "journal"), rows, "nothing was changed");

        assert_eq!(by_pupil(&pupil).expect(200).body["state"], "withdrawn");
        for code in [&code, &referred] {
            // and again: it may be sent as often as she likes
            for _ in 0..2 {
                let stopped = world.parent_step(code, "withdraw").expect(200);
                let said = stopped.header("ratelimit").expect("it is counted").to_owned();
                assert!(said.contains(&format!("\"{policy}\";r=0;")), "{said}");
            }
        }
        let shown = world.app.get(parent, &format!("/support-requests/{request}")).expect(200);
        assert_eq!(shown.body["state"], "withdrawn");
        assert_eq!(count(&world, "conversations WHERE state = 'withdrawn'"), 1);
        assert_eq!(world.app.figure(&held), before + 5, "what was done is no refusal");
    }
}

#[test]
fn no_other_operation_leaves_the_refusal_to_its_handler() {
    assert_eq!(STOPS_BY_CODE, ["answerAsParent", "withdrawAsPupil"], "give each its case above");
}

#[test]
fn the_contract_says_what_nothing_holds_up() {
    let document = &naast_api::contract::CONTRACT.document;
    let operations = || {
        let paths = document["paths"].as_object().expect("paths").values();
        paths.flat_map(|item| item.as_object().expect("an item").values())
    };
    for id in NEVER_HELD_UP {
        let operation = operations().find(|one| one["operationId"] == id);
        let operation = operation.unwrap_or_else(|| panic!("{id} is in the contract"));
        assert!(operation["description"].as_str().expect("it says so").contains("Nothing in how you call"));
        assert!(operation.get("requestBody").is_none(), "{id}");
        for refusal in ["406", "408", "409", "412", "413", "415", "422", "428", "429"] {
            assert!(operation["responses"].get(refusal).is_none(), "{id} {refusal}");
        }
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        assert!(parameters.into_iter().all(|one| one["in"] == "path"), "{id}");
    }
}
