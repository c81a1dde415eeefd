//! How many calls a caller may make, and what she is told of it.

use std::sync::Barrier;

use chrono::TimeDelta;
use naast_api::clock::Clock;
use naast_api::limits::{LimitSettings, Rate};
use naast_domain::ids::PersonId;
use naast_tests::app::{Reply, Shape, TestApp};
use naast_tests::world::World;
use naast_tests::{Engine, random_id};
use serde_json::json;

use crate::looks::{count, refused};

/// A server whose buckets fill only when a test moves its clock.
fn app(limits: LimitSettings) -> TestApp {
    let clock = Clock::standing(Clock::default().now());
    TestApp::start_as(Engine::Sqlite, Shape { limits, clock, ..Shape::default() })
}

/// Somebody with an account, who was seen to be there. Her first call counts for her address.
fn known(app: &TestApp, address: &str) -> PersonId {
    let account = crate::signing_in::signed_in(app, address).text("subject");
    let person = account.parse().map(PersonId::from_uuid).expect("an id");
    assert_eq!(app.get(person, "/me").expect(200).header("ratelimit"), None, "no limit for an address here");
    person
}

fn from(app: &TestApp, forwarded: &str) -> Reply {
    app.send("GET", "/v1/problems", &[("x-forwarded-for", forwarded)], Vec::new())
}

#[test]
fn a_caller_is_told_how_much_is_left_and_then_to_wait() {
    let app = app(LimitSettings { subject: Rate::new(3, 60), ..LimitSettings::default() });
    let one = known(&app, "ouder@example.org");
    for left in [2, 1, 0] {
        let reply = app.get(one, "/me");
        assert_eq!(reply.header("ratelimit-policy"), Some("\"subject\";q=3;w=60"));
        assert_eq!(reply.header("ratelimit"), Some(format!("\"subject\";r={left};t=20").as_str()));
    }
    let told = refused(app.get(one, "/me"), 429, "quota-exceeded");
    let wait: i64 = told.header("retry-after").expect("how long").parse().expect("seconds");
    assert_eq!(wait, 20);
    assert_eq!(told.header("ratelimit"), Some(format!("\"subject\";r=0;t={wait}").as_str()));
    assert_eq!(told.header("content-type"), Some("application/problem+json"));
    assert!(told.header("x-request-id").is_some());
    // somebody else, nobody in particular, and whoever asks after the health are not held up
    let other = known(&app, "ander@example.org");
    assert_eq!(app.get(other, "/me").header("ratelimit"), Some("\"subject\";r=2;t=20"));
    assert_eq!(app.send("GET", "/v1/problems", &[], Vec::new()).expect(200).header("ratelimit"), None);
    for _ in 0..10 {
        app.send("GET", "/health/live", &[], Vec::new()).expect(200);
    }
    app.platform.clock.advance(TimeDelta::seconds(wait - 1));
    refused(app.get(one, "/me"), 429, "quota-exceeded");
    app.platform.clock.advance(TimeDelta::seconds(1));
    assert_ne!(app.get(one, "/me").status, 429);
    refused(app.get(one, "/me"), 429, "quota-exceeded");
    assert_eq!(app.figure("naast_rate_limited_total{policy=\"subject\"}"), 3);
}

#[test]
fn who_is_not_signed_in_is_counted_by_her_address() {
    let app = app(LimitSettings { address: Rate::new(3, 60), ..LimitSettings::default() });
    // a token that holds nothing makes nobody of her
    let token = |place: i32| format!("Bearer invented-{place}");
    for place in 0..3 {
        let token = token(place);
        let reply = app.send("GET", "/v1/me", &[("authorization", &token)], Vec::new()).expect(401);
        assert_eq!(reply.header("ratelimit-policy"), Some("\"address\";q=3;w=60"));
    }
    refused(app.send("GET", "/v1/me", &[("authorization", &token(4))], Vec::new()), 429, "quota-exceeded");
    // nobody believes what she writes about where she is
    refused(from(&app, "198.51.100.7"), 429, "quota-exceeded");
    // whoever has a token of ours has another bucket than whoever has none
    assert_eq!(app.get(PersonId::from_uuid(random_id()), "/me").status, 401);
}

#[test]
fn only_a_trusted_proxy_says_where_a_call_comes_from() {
    let app = app(LimitSettings {
        address: Rate::new(2, 60),
        trusted_proxies: vec!["127.0.0.0/8".parse().expect("a network")],
        ..LimitSettings::default()
    });
    for caller in ["198.51.100.7", "198.51.100.8", "2001:db8::1"] {
        from(&app, caller).expect(200);
        from(&app, caller).expect(200);
        refused(from(&app, caller), 429, "quota-exceeded");
        // what stands before the last address was written by the caller
        refused(from(&app, &format!("203.0.113.{}, {caller}", caller.len())), 429, "quota-exceeded");
    }
    refused(from(&app, "2001:db8:0:ff:1::2"), 429, "quota-exceeded");
    from(&app, "2001:db8:1::1").expect(200);
}

#[test]
fn codes_cannot_be_tried_often() {
    let settings =
        LimitSettings { address: Rate::new(900, 60), attempts: Rate::new(3, 60), ..LimitSettings::default() };
    let world = World::on(app(settings));
    let code = json!({ "code": "ABCD-EFGH-2345-6789" });
    let invitation = json!({ "invitationCode": "ABCD-EFGH-2345-6789" });
    let answer = json!({ "code": "ABCD-EFGH-2345-6789", "step": "take-time" });
    let open = |path: &str, body| world.app.call(None, "POST", path, Some(body), None);
    // they share one bucket: a code is tried wherever it is taken
    open("/parent-codes", &invitation).expect(404);
    open("/consent-confirmations/_search", &code).expect(404);
    let last = open("/parent-answers", &answer).expect(404);
    assert_eq!(last.header("ratelimit-policy"), Some("\"address\";q=900;w=60, \"attempts\";q=3;w=60"));
    assert_eq!(last.header("ratelimit"), Some("\"address\";r=897;t=1, \"attempts\";r=0;t=20"));
    for (path, body) in [
        ("/parent-codes", &invitation),
        ("/parent-conversations/_search", &code),
        ("/consent-confirmations/_search", &code),
        ("/pupil-consents/_search", &code),
        ("/parent-answers", &answer),
    ] {
        refused(open(path, body), 429, "quota-exceeded");
    }
    // what is no attempt goes on, and so does the parent who is signed in, until there was too much trying from where she is
    world.app.send("GET", "/v1/problems", &[], Vec::new()).expect(200);
    let parent = world.person();
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(world.refer(parent, "ABCD-EFGH-2345-6789", &world.request_body(0)).status);
        world.app.get(parent, "/me").expect(200);
    }
    assert_eq!(statuses, [404, 404, 404, 429]);
    // another account tries no more often
    let another = world.refer(world.person(), "ABCD-EFGH-2345-6789", &world.request_body(0));
    refused(another, 429, "quota-exceeded");
    assert_eq!(world.app.figure("naast_rate_limited_total{policy=\"attempts\"}"), 7);
}

/// Three hundred people behind the address of one school renew their tokens every ten minutes, and none of them guesses.
#[test]
fn what_nobody_can_guess_is_no_try_of_a_code() {
    let limits =
        LimitSettings { address: Rate::new(900, 60), attempts: Rate::new(3, 60), ..LimitSettings::default() };
    let app = app(limits);
    let ask = |fields: &[(&str, &str)]| crate::signing_in::ask(&app, &[], fields);
    for _ in 0..20 {
        let reply = ask(&[("grant_type", "refresh_token"), ("refresh_token", "x")]).expect(400);
        assert_eq!(reply.header("ratelimit-policy"), Some("\"address\";q=900;w=60"));
        ask(&[("grant_type", "client_credentials")]).expect(401);
        app.send("POST", "/v1/oauth/revoke", &[crate::signing_in::FORM], b"token=x".to_vec()).expect(200);
    }
    // a code is, and shares its bucket with the others
    let id = random_id().to_string();
    let code = || {
        ask(&[("grant_type", crate::signing_in::ONE_TIME_CODE), ("sign_in_id", &id), ("code", "00000000")])
    };
    let first = code().expect(400);
    assert_eq!(first.header("ratelimit-policy"), Some("\"address\";q=900;w=60, \"attempts\";q=3;w=60"));
    assert!(first.header("ratelimit").is_some_and(|state| state.ends_with("\"attempts\";r=2;t=20")));
    let body = json!({ "email": "iemand@example.org" });
    app.call(None, "POST", "/sign-in-codes", Some(&body), None).expect(202);
    code().expect(400);
    let last = refused(code(), 429, "quota-exceeded");
    assert!(last.header("retry-after").is_some());
    refused(app.call(None, "POST", "/sign-in-codes", Some(&body), None), 429, "quota-exceeded");
    ask(&[("grant_type", "refresh_token"), ("refresh_token", "x")]).expect(400);
    assert_eq!(app.figure("naast_rate_limited_total{policy=\"attempts\"}"), 2);
}

#[test]
fn the_limit_is_one_for_all_workers_and_what_is_refused_has_no_effect() {
    let limits = LimitSettings { subject: Rate::new(1_000, 3_600), ..LimitSettings::default() };
    let world = World::on(app(limits));
    let parent = world.person();
    // from now on she is known, and her calls count for her
    world.app.get(parent, "/me").expect(200);
    for _ in 0..990 {
        assert_eq!(world.app.get(parent, "/me").status, 200);
    }
    let start = Barrier::new(40);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..40)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    world.app.post(parent, "/support-requests", &world.request_body(0)).status
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().expect("a call answers")).collect()
    });
    let done = statuses.iter().filter(|status| **status == 201).count();
    assert_eq!(done, 10, "{statuses:?}");
    assert!(statuses.iter().all(|status| [201, 429].contains(status)), "{statuses:?}");
    assert_eq!(usize::try_from(count(&world, "support_requests")).expect("a number"), done);
}
