//! A school's own identity provider vouches for who works there. Its tokens are exchanged for ours; what it says counts at
//! the schools that it names, for the length of one token.

use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use naast_api::identity::trusted::TrustedIssuers;
use naast_tests::app::{Reply, TestApp};
use naast_tests::world::{ELSEWHERE, SCHOOL, SISTER, World};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::{count, seen};
use crate::signing_in::{OtherKey, ask, call, refused};

on_both!(
    who_works_at_a_school_signs_in_with_her_schools_account,
    a_role_counts_where_it_was_vouched_for_and_nowhere_else,
    a_token_of_another_issuer_that_is_not_in_order_is_refused,
    keys_are_fetched_once_again_when_they_change_and_not_on_demand,
    an_issuer_that_does_not_answer_is_waited_for_and_its_known_keys_hold,
);

const ISSUER: &str = "https://inloggen.school.example";
const AUDIENCE: &str = "naast";

/// An identity provider on this machine: it publishes keys, and counts how often somebody reads them.
struct Provider {
    address: String,
    published: Arc<Mutex<(Option<Value>, usize)>>,
}

impl Provider {
    fn start(keys: &[Value]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = format!("http://{}/keys", listener.local_addr().expect("an address"));
        let published = Arc::new(Mutex::new((Some(json!({ "keys": keys })), 0)));
        let shared = Arc::clone(&published);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
                let mut line = String::new();
                while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                    line.clear();
                }
                let mut published = shared.lock().expect("no panic");
                published.1 += 1;
                let (status, body) = match &published.0 {
                    Some(keys) => ("200 OK", keys.to_string()),
                    None => ("500 Internal Server Error", String::new()),
                };
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
            }
        });
        Self { address, published }
    }

    fn publish(&self, keys: Option<&[Value]>) {
        self.published.lock().expect("no panic").0 = keys.map(|keys| json!({ "keys": keys }));
    }

    fn readings(&self) -> usize {
        self.published.lock().expect("no panic").1
    }

    /// A world that trusts this provider.
    fn world(&self, engine: Engine) -> World {
        let described = json!([{
            "issuer": ISSUER, "audience": AUDIENCE, "jwksUri": self.address, "algorithms": ["EdDSA"],
            "nameClaim": "name", "roleClaim": "roles", "locationClaim": "schools",
            "roles": { "directeur": "school-leader", "leraar": "school-staff" }
        }]);
        let trusted =
            TrustedIssuers::of(serde_json::from_value(described).expect("a description")).expect("safe");
        World::on(TestApp::start_signing(engine, |identity| identity.trusting(trusted)))
    }
}

fn claims(app: &TestApp, roles: &Value, schools: &Value) -> Value {
    let now = app.platform.clock.now().timestamp();
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "medewerker-1", "iat": now, "exp": now + 3_600, "nonce": "n",
        "name": "Directeur Voorbeeld", "roles": roles, "schools": schools
    })
}

fn exchange(app: &TestApp, assertion: &str) -> Reply {
    let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    ask(app, &[], &[("grant_type", grant), ("assertion", assertion)])
}

fn who_works_at_a_school_signs_in_with_her_schools_account(engine: Engine) {
    let key = OtherKey::ed25519();
    let world = Provider::start(&[key.jwk("a")]).world(engine);
    let people = count(&world, "people");
    let assertion = key.sign(Some("a"), &claims(&world.app, &json!(["directeur"]), &json!(SCHOOL)));
    let first = exchange(&world.app, &assertion).expect(200);
    assert_eq!(first.body["refresh_token"], Value::Null, "her school's provider says how long she is in");
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
        let list = me.body["powers"].as_array().expect("a list").clone();
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
        refused(by(&new, &format!("made up {number}")), 400, "invalid_grant");
    }
    assert_eq!(provider.readings(), 1, "made-up names do not make us read");
    provider.publish(Some(&[old.jwk("a"), new.jwk("b")]));
    wait(31);
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
    for place in ["http://inloggen.school.example/keys", "file:///etc/keys", "http://127.0.0.1.example/keys"]
    {
        assert!(!read(&|one| one["jwksUri"] = json!(place)), "{place}");
    }
    for role in ["administrator", "coordinator", "parent", "conversation-opener"] {
        assert!(!read(&|one| one["roles"]["x"] = json!(role)), "{role}");
    }
    assert!(!read(&|one| one["rolls"] = json!({})), "a member that is misspelt is told");
}
