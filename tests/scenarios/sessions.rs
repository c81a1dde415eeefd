//! Sessions: a refresh token is good for one use, and one that comes twice ends the session for whoever has it.

use chrono::TimeDelta;
use naast_api::contract::CONTRACT;
use naast_api::limits::{LimitSettings, Rate};
use naast_tests::app::{Reply, Shape, TestApp};
use naast_tests::asked::{during, prick_up_ears};
use naast_tests::world::{SCHOOL, World};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::{count, seen};
use crate::signing_in::{FORM, ask, call, client_token, form, refused, secret_client, signed_in};

on_both!(
    a_refresh_token_is_good_for_one_use,
    a_refresh_token_that_comes_twice_ends_the_session,
    a_session_ends_when_it_is_not_used_and_after_a_week,
    who_signs_out_is_out,
    an_access_token_is_good_while_its_session_runs,
    a_session_costs_a_call_no_statement,
    a_token_whose_session_ended_uses_up_nothing_of_its_owner,
);

fn refresh(app: &TestApp, token: &str) -> Reply {
    ask(app, &[], &[("grant_type", "refresh_token"), ("refresh_token", token)])
}

fn a_refresh_token_is_good_for_one_use(engine: Engine) {
    let world = World::new(engine);
    let first = signed_in(&world.app, "ouder@example.org");
    world.app.platform.clock.advance(TimeDelta::minutes(10));
    call(&world.app, &first.text("access_token"), "GET", "/me", None).expect(401);
    let second = refresh(&world.app, &first.text("refresh_token")).expect(200);
    assert_eq!(second.body["subject"], first.body["subject"]);
    assert_ne!(second.body["refresh_token"], first.body["refresh_token"]);
    call(&world.app, &second.text("access_token"), "GET", "/me", None).expect(200);
    refresh(&world.app, &second.text("refresh_token")).expect(200);
    let unknown = refused(refresh(&world.app, "geen-token"), 400, "invalid_grant");
    let access = refresh(&world.app, &first.text("access_token")[..90]);
    assert_eq!(seen(&refused(access, 400, "invalid_grant")), seen(&unknown));
}

fn a_refresh_token_that_comes_twice_ends_the_session(engine: Engine) {
    let world = World::new(engine);
    let (stolen, other) =
        (signed_in(&world.app, "ouder@example.org"), signed_in(&world.app, "ander@example.org"));
    let old = stolen.text("refresh_token");
    let thief = refresh(&world.app, &old).expect(200);
    let owner = refused(refresh(&world.app, &old), 400, "invalid_grant");
    let after = refused(refresh(&world.app, &thief.text("refresh_token")), 400, "invalid_grant");
    assert_eq!(seen(&owner), seen(&after));
    assert_eq!(count(&world, "sessions WHERE ended_because = 'reused'"), 1);
    assert_eq!(count(&world, "journal WHERE action = 'session.ended' AND state_after = 'reused'"), 1);
    refresh(&world.app, &other.text("refresh_token")).expect(200);

    // two at once: never two successors that both live on
    let third = signed_in(&world.app, "derde@example.org").text("refresh_token");
    let replies: Vec<Reply> = std::thread::scope(|scope| {
        let uses: Vec<_> = (0..4).map(|_| scope.spawn(|| refresh(&world.app, &third))).collect();
        uses.into_iter().map(|one| one.join().expect("an answer")).collect()
    });
    let renewed: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 200).collect();
    assert_eq!(renewed.len(), 1);
    refused(refresh(&world.app, &renewed[0].text("refresh_token")), 400, "invalid_grant");
}

fn a_session_ends_when_it_is_not_used_and_after_a_week(engine: Engine) {
    let world = World::new(engine);
    let wait = |hours| world.app.platform.clock.advance(TimeDelta::hours(hours));
    let idle = signed_in(&world.app, "stil@example.org").text("refresh_token");
    wait(12);
    refused(refresh(&world.app, &idle), 400, "invalid_grant");
    let mut token = signed_in(&world.app, "druk@example.org").text("refresh_token");
    for _ in 0..15 {
        wait(11);
        token = refresh(&world.app, &token).expect(200).text("refresh_token");
    }
    wait(3);
    refused(refresh(&world.app, &token), 400, "invalid_grant");
    // the tokens of what is over are forgotten at the next sign-in; when it began is known as long as the account may need it
    wait(24 * 8);
    signed_in(&world.app, "nieuw@example.org");
    assert_eq!((count(&world, "sessions"), count(&world, "refresh_tokens")), (3, 1));
    wait(24 * 33);
    let platform = &world.app.platform;
    naast_api::privacy::round::round(platform, platform.clock.now(), false).expect("a round");
    assert_eq!(
        (count(&world, "sessions"), count(&world, "refresh_tokens")),
        (0, 0),
        "also when nobody signs in"
    );
}

fn who_signs_out_is_out(engine: Engine) {
    let world = World::new(engine);
    let first = signed_in(&world.app, "ouder@example.org");
    let token = refresh(&world.app, &first.text("refresh_token")).expect(200).text("refresh_token");
    let sign_out =
        |token: &str| world.app.send("POST", "/v1/oauth/revoke", &[FORM], form(&[("token", token)]));
    let known = sign_out(&token).expect(200);
    assert_eq!(known.body, json!({ "active": false }));
    for other in [token.as_str(), "onbekend"] {
        assert_eq!(seen(&sign_out(other)), seen(&known));
    }
    refused(refresh(&world.app, &token), 400, "invalid_grant");
    assert_eq!(count(&world, "journal WHERE action = 'session.ended' AND state_after = 'signed-out'"), 1);
    refused(world.app.send("POST", "/v1/oauth/revoke", &[FORM], Vec::new()), 400, "invalid_request");

    // by an access token too: whoever holds it could do more than end it
    let second = signed_in(&world.app, "ouder@example.org");
    let access = second.text("access_token");
    call(&world.app, &access, "GET", "/me", None).expect(200);
    for _ in 0..2 {
        assert_eq!(seen(&sign_out(&access)), seen(&known));
        call(&world.app, &access, "GET", "/me", None).expect(401);
    }
    refused(refresh(&world.app, &second.text("refresh_token")), 400, "invalid_grant");
    assert_eq!(count(&world, "journal WHERE action = 'session.ended' AND state_after = 'signed-out'"), 2);
    // what is of no session goes on until its end, and whoever asks is not told that it is over
    let system = client_token(&world, &secret_client(&world, &world.school, &["directory:read"]));
    for token in [system, world.app.token(world.leader)] {
        refused(sign_out(&token), 400, "unsupported_token_type");
    }
}

fn sign_out(app: &TestApp, token: &str) {
    app.send("POST", "/v1/oauth/revoke", &[FORM], form(&[("token", token)])).expect(200);
}

/// A path of the contract, to something that is not there.
pub fn filled(template: &str) -> String {
    let id = random_id().to_string();
    let place = template.split('/').map(|part| match part {
        "{locationCode}" => SCHOOL,
        "{boardNumber}" => "99901",
        "{partnershipCode}" => "PO9901",
        part if part.starts_with('{') => &id,
        part => part,
    });
    place.collect::<Vec<_>>().join("/")
}

/// The operations that ask for a token and do not send this one away.
fn opened(app: &TestApp, token: &str) -> Vec<String> {
    let (mut opened, mut tried) = (Vec::new(), 0);
    for (template, item) in CONTRACT.document["paths"].as_object().expect("paths") {
        let (id, path) = (random_id().to_string(), filled(template));
        for (method, operation) in item.as_object().expect("operations") {
            if operation["security"] == json!([]) {
                continue;
            }
            let needed = operation["parameters"].as_array().into_iter().flatten();
            let needed = needed.filter(|one| one["in"] == "query" && one["required"] == true);
            let query: Vec<String> =
                needed.map(|one| format!("{}={id}", one["name"].as_str().expect("a name"))).collect();
            let body = operation.get("requestBody").map(|_| json!({}));
            let reply = call(
                app,
                token,
                &method.to_uppercase(),
                &format!("{path}?{}", query.join("&")),
                body.as_ref(),
            );
            tried += 1;
            if reply.status != 401 {
                opened.push(format!("{method} {path}: {} {}", reply.status, reply.body["code"]));
            }
        }
    }
    assert!(tried > 90, "{tried}");
    opened
}

/// Signing out, and a refresh token that comes twice, end what the session gave at the very next call, on every replica; and
/// nothing of her other sessions.
fn an_access_token_is_good_while_its_session_runs(engine: Engine) {
    let world = World::new(engine);
    let twin = world.app.twin();
    let (first, other) =
        (signed_in(&world.app, "ouder@example.org"), signed_in(&world.app, "ouder@example.org"));
    assert_eq!(first.body["subject"], other.body["subject"], "two sessions of one person");
    let access = |reply: &Reply| reply.text("access_token");
    let me = |token: &str| call(&world.app, token, "GET", "/me", None);
    let nobody = seen(&me("geen-token").expect(401));
    let next = refresh(&world.app, &first.text("refresh_token")).expect(200);
    // the token of before the refresh is of the same session, and both were seen to be good on both replicas
    for token in [access(&first), access(&next), access(&other)] {
        me(&token).expect(200);
        call(&twin, &token, "GET", "/me", None).expect(200);
    }
    let before = opened(&world.app, &access(&next));
    assert!(before.len() > 40, "{before:?}");
    sign_out(&world.app, &next.text("refresh_token"));
    for token in [access(&first), access(&next)] {
        assert_eq!(seen(&me(&token)), nobody);
        assert_eq!(seen(&call(&twin, &token, "GET", "/me", None)), nobody);
        assert_eq!(opened(&world.app, &token), [""; 0]);
    }
    let request = call(&world.app, &access(&next), "POST", "/support-requests", Some(&world.request_body(0)));
    assert_eq!(seen(&request), nobody);
    assert_eq!(count(&world, "support_requests"), 0);
    me(&access(&other)).expect(200);

    // what a thief got dies with the session that it was stolen from
    let old = other.text("refresh_token");
    let thief = refresh(&world.app, &old).expect(200);
    me(&access(&thief)).expect(200);
    refused(refresh(&world.app, &old), 400, "invalid_grant");
    for token in [access(&other), access(&thief)] {
        assert_eq!(seen(&me(&token)), nobody);
    }
    // a trial at the terminal has no session, and goes on
    let person = first.text("subject").parse().map(naast_domain::ids::PersonId::from_uuid).expect("an id");
    world.app.get(person, "/me").expect(200);
}

/// A method, a path, headers, and what whoever is nobody is answered.
type Way = (&'static str, &'static str, &'static [(&'static str, &'static str)], u16);

/// Whoever has a token of a session that ended does not use up what its owner may still call, by whatever kind of calls: such as
/// never ask who calls, such as are refused before anybody asks, and such as lead nowhere.
fn a_token_whose_session_ended_uses_up_nothing_of_its_owner(engine: Engine) {
    const MANY: u32 = 60;
    let many = |calls| Rate::new(calls, 864_000);
    let limits = LimitSettings { subject: many(MANY), address: many(5_000), ..LimitSettings::default() };
    let app = TestApp::start_as(engine, Shape { limits, ..Shape::default() });
    let ways: [Way; 6] = [
        ("GET", "/v1/me", &[], 401),
        ("GET", "/v1/problems", &[], 200),
        ("GET", "/v1/nowhere", &[], 404),
        ("POST", "/v1/support-requests", &[("content-encoding", "gzip")], 401),
        ("GET", "/v1/conversations", &[], 401),
        ("GET", "/v1/me?nobodyKnowsThis=1", &[], 401),
    ];
    for (place, (method, path, headers, status)) in ways.into_iter().enumerate() {
        let address = format!("ouder{place}@example.org");
        let (stolen, hers) = (signed_in(&app, &address), signed_in(&app, &address));
        let me = |reply: &Reply| call(&app, &reply.text("access_token"), "GET", "/me", None).expect(200);
        let policy = |reply: &Reply| reply.header("ratelimit-policy").expect("a policy")[..9].to_owned();
        // the first call is of somebody who is not known yet
        assert_eq!(
            (policy(&me(&stolen)), policy(&me(&stolen))),
            ("\"address\"".into(), "\"subject\"".into())
        );
        sign_out(&app, &stolen.text("refresh_token"));
        let bearer = format!("Bearer {}", stolen.text("access_token"));
        let headers: Vec<_> = headers.iter().copied().chain([("authorization", bearer.as_str())]).collect();
        for time in 0..MANY {
            let reply = app.send(method, path, &headers, Vec::new()).expect(status);
            // what a call of hers showed holds until one shows otherwise
            assert!(time == 0 || policy(&reply) == "\"address\"", "{method} {path}, {time}");
        }
        me(&hers);
        let left = me(&hers).header("ratelimit").expect("what is left")[12..14].parse::<u32>();
        assert_eq!(left, Ok(MANY - 3), "{method} {path}");
    }
}

/// The session is asked for in the statement that reads her roles: a token that names one asks no more than one that does not.
fn a_session_costs_a_call_no_statement(engine: Engine) {
    prick_up_ears();
    let world = World::new(engine);
    let inside = signed_in(&world.app, "ouder@example.org");
    let person = inside.text("subject").parse().map(naast_domain::ids::PersonId::from_uuid).expect("an id");
    let asked = |token: &str| {
        let once = || {
            during(&world.app.location, || {
                call(&world.app, token, "GET", "/support-requests", None).expect(200);
            })
        };
        (0..6).map(|_| once()).min_by_key(Vec::len).expect("six times")
    };
    let (with, without) = (asked(&inside.text("access_token")), asked(&world.app.token(person)));
    assert!(with.iter().any(|said| said.contains("sessions")), "{with:#?}");
    assert!(!without.iter().any(|said| said.contains("sessions")), "{without:#?}");
    assert_eq!(with.len(), without.len(), "{with:#?}\n{without:#?}");
}

/// What RFC 9068, 2.2 requires stands in every token, and a session in those that one gave.
#[test]
fn a_token_names_its_client_and_the_session_that_gave_it() {
    use base64::Engine as _;
    let world = World::new(Engine::Sqlite);
    let claims = |token: &str| -> Value {
        let part = token.split('.').nth(1).expect("claims");
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64url");
        serde_json::from_slice(&bytes).expect("JSON")
    };
    let system = crate::signing_in::secret_client(&world, &world.school, &["directory:read"]);
    let person = signed_in(&world.app, "ouder@example.org");
    let again = refresh(&world.app, &person.text("refresh_token")).expect(200);
    let of_system = crate::signing_in::client_token(&world, &system);
    let at_terminal = world.app.token(world.leader);
    let all = [
        (claims(&person.text("access_token")), "naast", true),
        (claims(&again.text("access_token")), "naast", true),
        // of a system the key that it signed in with: what ends that ends its tokens
        (claims(&of_system), system.0.as_str(), true),
        (claims(&at_terminal), "naast-cli", false),
    ];
    for (claims, client, has_session) in &all {
        for required in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
            assert!(!claims[required].is_null(), "{required} in {claims}");
        }
        assert_eq!(
            (&claims["client_id"], claims["sid"].is_string()),
            (&json!(client), *has_session),
            "{claims}"
        );
    }
    assert_eq!(all[0].0["sid"], all[1].0["sid"], "a refresh goes on in the same session");
    assert_ne!(all[0].0["jti"], all[1].0["jti"]);
}
