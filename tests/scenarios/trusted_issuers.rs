//! A school's own identity provider vouches for who works there. Its tokens are exchanged for ours; what it says counts at
//! the schools that it names, for the length of one token.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use naast_api::identity::trusted::TrustedIssuers;
use naast_tests::world::{ELSEWHERE, SCHOOL, SISTER, World};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::identity_provider::{AUDIENCE, ISSUER, Provider, claims, exchange, typed};
use crate::looks::{count, seen};
use crate::signing_in::{OtherKey, call, refused};

on_both!(
    who_works_at_a_school_signs_in_with_her_schools_account,
    a_role_counts_where_it_was_vouched_for_and_nowhere_else,
    a_token_of_another_issuer_that_is_not_in_order_is_refused,
    keys_are_fetched_once_again_when_they_change_and_not_on_demand,
    an_issuer_that_does_not_answer_is_waited_for_and_its_known_keys_hold,
    an_issuer_that_is_slow_holds_nobody_else_up,
    a_token_says_what_it_is_for_whom_it_was_given_and_for_how_long,
    keys_stand_where_the_file_says_and_are_for_signing,
);

fn who_works_at_a_school_signs_in_with_her_schools_account(engine: Engine) {
    let key = OtherKey::ed25519();
    let world = Provider::start(&[key.jwk("a")]).world(engine);
    let people = count(&world, "people");
    let assertion = key.sign(Some("a"), &claims(&world.app, &json!(["directeur"]), &json!(SCHOOL)));
    let first = exchange(&world.app, &assertion).expect(200);
    assert!(
        first.body.get("refresh_token").is_none(),
        "her school's provider says how long she is in: {}",
        first.body
    );
    let token = first.text("access_token");
    let me = call(&world.app, &token, "GET", "/me", None).expect(200);
    assert_eq!(me.body["name"], "Directeur Voorbeeld");
    assert_eq!(me.body["powers"][0]["role"], "school-leader");
    assert_eq!(me.body["powers"][0]["locationCode"], SCHOOL);
    let open = json!({ "locationCode": SCHOOL, "parentReference": random_id(), "ground": "regular-talk" });
    call(&world.app, &token, "POST", "/conversations", Some(&open)).expect(201);
    let again = exchange(&world.app, &assertion).expect(200);
    assert_eq!(again.body["subject"], first.body["subject"]);
    assert_eq!(count(&world, "people"), people + 1);
    let memberships = format!("memberships WHERE CAST(person_id AS text) = '{}'", first.text("subject"));
    assert_eq!(count(&world, &memberships), 0, "a role that is vouched for is kept nowhere");
    // a token of the provider itself opens nothing here
    call(&world.app, &assertion, "GET", "/me", None).expect(401);
}

fn a_role_counts_where_it_was_vouched_for_and_nowhere_else(engine: Engine) {
    let key = OtherKey::ed25519();
    let world = Provider::start(&[key.jwk("a")]).world(engine);
    let powers = |roles: Value, schools: Value| {
        let assertion = key.sign(Some("a"), &claims(&world.app, &roles, &schools));
        let token = exchange(&world.app, &assertion).expect(200).text("access_token");
        let me = call(&world.app, &token, "GET", "/me", None).expect(200);
        let mut list = me.body["powers"].as_array().expect("a list").clone();
        assert_eq!(list.pop().expect("everybody may be a parent")["role"], "parent");
        let said = list.iter().map(|power| {
            let text = |name: &str| power[name].as_str().expect("a text").to_owned();
            (text("role"), text("locationCode"))
        });
        (said.collect::<Vec<_>>(), token)
    };
    let staff = |school: &str| ("school-staff".to_owned(), school.to_owned());
    let (two, token) = powers(json!(["leraar", "koffiedame"]), json!([SCHOOL, ELSEWHERE, "geen code"]));
    assert_eq!(two, [staff(SCHOOL), staff(ELSEWHERE)]);
    call(&world.app, &token, "GET", &format!("/conversations?locationCode={SCHOOL}"), None).expect(200);
    // a school that takes no part gives nothing; nor does a role that nobody mapped, or no school at all
    for (roles, schools) in [
        (json!("leraar"), json!(SISTER)),
        (json!("administrator"), json!(SCHOOL)),
        (json!(["school-leader"]), json!(SCHOOL)),
        (json!("leraar"), Value::Null),
        (json!({ "leraar": true }), json!(SCHOOL)),
    ] {
        let (none, token) = powers(roles, schools);
        assert_eq!(none, []);
        call(&world.app, &token, "GET", &format!("/conversations?locationCode={SCHOOL}"), None).expect(403);
    }
    // and who lost it has it no longer than the token that said so
    let (_, token) = powers(json!("leraar"), json!(SCHOOL));
    world.app.platform.clock.advance(TimeDelta::minutes(10));
    call(&world.app, &token, "GET", "/me", None).expect(401);
}

fn a_token_of_another_issuer_that_is_not_in_order_is_refused(engine: Engine) {
    let key = OtherKey::ed25519();
    let world = Provider::start(&[key.jwk("a")]).world(engine);
    let app = &world.app;
    let sound = claims(app, &json!("leraar"), &json!(SCHOOL));
    let now = app.platform.clock.now().timestamp();
    let refusal = seen(&refused(exchange(app, "geen token"), 400, "invalid_grant"));
    let with = |name: &str, value: Value| {
        let mut claims = sound.clone();
        claims[name] = value;
        key.sign(Some("a"), &claims)
    };
    let ours = app.token(world.leader);
    for (what, token) in [
        ("of another issuer", with("iss", json!("https://elders.example"))),
        ("of an issuer that looks alike", with("iss", json!(format!("{ISSUER}/")))),
        ("for somebody else", with("aud", json!("other"))),
        ("for nobody", with("aud", Value::Null)),
        ("expired", with("exp", json!(now))),
        ("without a moment of issue", with("iat", Value::Null)),
        ("made to live for days", with("exp", json!(now + 86_400))),
        ("made long ago", with("iat", json!(now - 86_400))),
        ("a word that somebody signed out", key.sign_under(&typed("logout+jwt"), &sound)),
        ("a proof of possession", key.sign_under(&typed("dpop+jwt"), &sound)),
        ("from tomorrow", with("iat", json!(now + 86_400))),
        ("not yet", with("nbf", json!(now + 3_600))),
        ("expiry as text", with("exp", json!("9999999999"))),
        ("without a subject", with("sub", json!(""))),
        ("subject of another kind", with("sub", json!(7))),
        ("by another key under the same name", OtherKey::ed25519().sign(Some("a"), &sound)),
        ("by another kind of key", OtherKey::p256().sign(Some("a"), &sound)),
        ("without the name of a key", key.sign(None, &sound)),
        ("ours", ours),
    ] {
        assert_eq!(seen(&exchange(app, &token)), refusal, "{what}");
    }
    for typ in ["JWT", "at+jwt", "application/at+jwt"] {
        exchange(app, &key.sign_under(&typed(typ), &sound)).expect(200);
    }
    exchange(app, &key.sign_under(&json!({ "alg": "Ed25519", "kid": "a" }), &sound)).expect(200);
    // it lives no longer than what it was exchanged for
    let short = exchange(app, &with("exp", json!(now + 120))).expect(200);
    assert!(short.body["expires_in"].as_i64().is_some_and(|left| (110..=120).contains(&left)));
}

fn keys_are_fetched_once_again_when_they_change_and_not_on_demand(engine: Engine) {
    let (old, new) = (OtherKey::ed25519(), OtherKey::ed25519());
    let provider = Provider::start(&[old.jwk("a"), json!({ "kty": "unheard-of", "kid": "x" })]);
    let world = provider.world(engine);
    let app = &world.app;
    let wait = |seconds| app.platform.clock.advance(TimeDelta::seconds(seconds));
    let by = |key: &OtherKey, kid: &str| {
        exchange(app, &key.sign(Some(kid), &claims(app, &json!("leraar"), &json!(SCHOOL))))
    };
    for _ in 0..5 {
        by(&old, "a").expect(200);
    }
    assert_eq!(provider.readings(), 1, "known keys are not read again");
    for number in 0..20 {
        let told = refused(by(&new, &format!("made up {number}")), 503, "temporarily_unavailable");
        assert_eq!(told.header("retry-after"), Some("30"), "it may be a key that was published just now");
    }
    assert_eq!(provider.readings(), 1, "made-up names do not make us read");
    provider.publish(Some(&[old.jwk("a"), new.jwk("b")]));
    refused(by(&new, "b"), 503, "temporarily_unavailable");
    by(&old, "a").expect(200);
    wait(31);
    refused(by(&new, "made up"), 400, "invalid_grant");
    assert_eq!(provider.readings(), 2, "and whoever makes one up has the new ones read");
    by(&new, "b").expect(200);
    assert_eq!(provider.readings(), 2, "a new name does, after a while");
    provider.publish(Some(&[new.jwk("b")]));
    wait(3_601);
    refused(by(&old, "a"), 400, "invalid_grant");
    by(&new, "b").expect(200);
    assert_eq!(provider.readings(), 3, "a key that was withdrawn does not live on");
}

fn an_issuer_that_does_not_answer_is_waited_for_and_its_known_keys_hold(engine: Engine) {
    let key = OtherKey::ed25519();
    let provider = Provider::start(&[key.jwk("a")]);
    provider.publish(None);
    let world = provider.world(engine);
    let app = &world.app;
    let asked = || exchange(app, &key.sign(Some("a"), &claims(app, &json!("leraar"), &json!(SCHOOL))));
    let reply = refused(asked(), 503, "temporarily_unavailable");
    assert_eq!(reply.header("retry-after"), Some("30"));
    refused(asked(), 503, "temporarily_unavailable");
    assert_eq!(provider.readings(), 1);
    provider.publish(Some(&[key.jwk("a")]));
    app.platform.clock.advance(TimeDelta::seconds(31));
    asked().expect(200);
    provider.publish(None);
    app.platform.clock.advance(TimeDelta::hours(23));
    asked().expect(200);
    app.platform.clock.advance(TimeDelta::hours(2));
    refused(asked(), 503, "temporarily_unavailable");
}

/// How long something took, with what came of it.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

fn an_issuer_that_is_slow_holds_nobody_else_up(engine: Engine) {
    /// Less than what a caller waits for an issuer; and what every answer takes at most, on a machine that does other things too.
    const AT_ONCE: Duration = Duration::from_millis(1_400);
    const IN_TIME: Duration = Duration::from_millis(3_200);
    let (key, stranger) = (OtherKey::ed25519(), OtherKey::ed25519());
    let provider = Provider::start(&[key.jwk("a")]);
    let world = provider.world(engine);
    let app = &world.app;
    let sound = claims(app, &json!("leraar"), &json!(SCHOOL));
    exchange(app, &key.sign(Some("a"), &sound)).expect(200);
    provider.change(|served| served.delay = Duration::from_secs(6));
    app.platform.clock.advance(TimeDelta::seconds(31));
    let (token, sound) = (app.token(world.leader), &claims(app, &json!("leraar"), &json!(SCHOOL)));
    std::thread::scope(|scope| {
        let forged: Vec<_> = (0..24)
            .map(|number| {
                let forged = stranger.sign(Some(&format!("made up {number}")), sound);
                scope.spawn(move || timed(|| exchange(app, &forged)))
            })
            .collect();
        // the fetch has begun: until it ends, everybody else is served as ever
        while provider.readings() < 2 {
            std::thread::sleep(Duration::from_millis(5));
        }
        while forged.iter().any(|call| !call.is_finished()) {
            let (reply, took) = timed(|| call(app, &token, "GET", "/me", None));
            assert!(reply.status == 200 && took < AT_ONCE, "{} after {took:?}", reply.status);
            let (reply, took) = timed(|| exchange(app, &key.sign(Some("a"), sound)));
            assert!(reply.status == 200 && took < AT_ONCE, "{} after {took:?}", reply.status);
        }
        for forged in forged {
            let (reply, took) = forged.join().expect("a call answers");
            assert!(took < IN_TIME, "{took:?}");
            let reply = refused(reply, 503, "temporarily_unavailable");
            assert_eq!(reply.header("retry-after"), Some("30"));
        }
    });
    assert_eq!(provider.readings(), 2, "all waited for one fetch");
}

fn a_token_says_what_it_is_for_whom_it_was_given_and_for_how_long(engine: Engine) {
    let key = OtherKey::ed25519();
    let provider = Provider::start(&[key.jwk("a")]);
    let more = json!({
        "authorizedParties": ["naast", "portaal"], "tokenTypes": ["at+jwt"], "longestMinutes": 90
    });
    let (plain, strict) = (provider.world(engine), provider.world_that(engine, &more));
    let status = |world: &World, typ: &str, change: Value| {
        let mut claims = claims(&world.app, &json!("leraar"), &json!(SCHOOL));
        for (name, value) in change.as_object().expect("claims") {
            claims[name] = value.clone();
        }
        exchange(&world.app, &key.sign_under(&typed(typ), &claims)).status
    };
    let both = json!([AUDIENCE, "leerlingvolgsysteem"]);
    for (claims, of_plain, of_strict) in [
        (json!({}), 200, 200),
        (json!({ "aud": [AUDIENCE] }), 200, 200),
        (json!({ "azp": "elders" }), 400, 400),
        (json!({ "azp": AUDIENCE }), 200, 200),
        (json!({ "aud": [AUDIENCE], "azp": "elders" }), 400, 400),
        (json!({ "azp": [] }), 400, 400),
        (json!({ "azp": "portaal" }), 400, 200),
        (json!({ "aud": both }), 400, 400),
        (json!({ "aud": both, "azp": "elders" }), 400, 400),
        (json!({ "aud": both, "azp": [AUDIENCE] }), 400, 400),
        (json!({ "aud": both, "azp": AUDIENCE }), 200, 200),
        (json!({ "aud": both, "azp": "portaal" }), 400, 200),
        (json!({ "aud": ["leerlingvolgsysteem"], "azp": AUDIENCE }), 400, 400),
    ] {
        assert_eq!(status(&plain, "at+jwt", claims.clone()), of_plain, "{claims}");
        assert_eq!(status(&strict, "at+jwt", claims.clone()), of_strict, "{claims}");
    }
    assert_eq!((status(&plain, "JWT", json!({})), status(&strict, "JWT", json!({}))), (200, 400));
    let now = plain.app.platform.clock.now().timestamp();
    let two_hours = json!({ "exp": now + 7_200 });
    assert_eq!(
        (status(&plain, "at+jwt", two_hours.clone()), status(&strict, "at+jwt", two_hours)),
        (200, 400)
    );
}

fn keys_stand_where_the_file_says_and_are_for_signing(engine: Engine) {
    let (key, sealing) = (OtherKey::ed25519(), OtherKey::ed25519());
    let mut other = sealing.jwk("b");
    other["use"] = json!("enc");
    let provider = Provider::start(&[key.jwk("a"), other]);
    let elsewhere = Provider::start(&[key.jwk("a")]);
    provider.change(|served| served.elsewhere = Some(elsewhere.address.clone()));
    let world = provider.world(engine);
    let app = &world.app;
    let by = |key: &OtherKey, kid: &str| {
        exchange(app, &key.sign(Some(kid), &claims(app, &json!("leraar"), &json!(SCHOOL))))
    };
    refused(by(&key, "a"), 503, "temporarily_unavailable");
    assert_eq!((provider.readings(), elsewhere.readings()), (1, 0), "nobody is sent elsewhere");
    provider.change(|served| served.elsewhere = None);
    app.platform.clock.advance(TimeDelta::seconds(31));
    by(&key, "a").expect(200);
    app.platform.clock.advance(TimeDelta::seconds(31));
    refused(by(&sealing, "b"), 400, "invalid_grant");
}

#[test]
fn a_file_of_issuers_that_asks_for_what_is_not_safe_is_refused() {
    let sound = json!({
        "issuer": ISSUER, "audience": AUDIENCE, "jwksUri": "https://inloggen.school.example/keys",
        "algorithms": ["RS256"], "roles": { "leraar": "school-staff" }
    });
    let read = |change: &dyn Fn(&mut Value)| {
        let mut described = sound.clone();
        change(&mut described);
        serde_json::from_value(json!([described])).is_ok_and(|list| TrustedIssuers::of(list).is_ok())
    };
    assert!(read(&|_| ()));
    for algorithms in [json!([]), json!(["HS256"]), json!(["RS256", "HS512"]), json!(["none"])] {
        assert!(!read(&|one| one["algorithms"] = algorithms.clone()), "{algorithms}");
    }
    for place in [
        "http://inloggen.school.example/keys",
        "file:///etc/keys",
        "http://127.0.0.1.example/keys",
        "http://127.0.0.1:x@elders.example/",
        "http://127.0.0.1:80@elders.example/",
        "http://localhost:80@elders.example/",
        "http://localhost.example/keys",
        "https://wie@inloggen.school.example/keys",
        "https:",
    ] {
        assert!(!read(&|one| one["jwksUri"] = json!(place)), "{place}");
    }
    for place in ["http://127.0.0.1:8000/keys", "http://[::1]/keys", "http://localhost:8000/keys"] {
        assert!(read(&|one| one["jwksUri"] = json!(place)), "{place}");
    }
    assert!(!read(&|one| one["longestMinutes"] = json!(0)));
    for role in ["administrator", "coordinator", "parent", "conversation-opener"] {
        assert!(!read(&|one| one["roles"]["x"] = json!(role)), "{role}");
    }
    assert!(!read(&|one| one["rolls"] = json!({})), "a member that is misspelt is told");
}
