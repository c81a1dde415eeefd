//! Connected systems prove themselves: with a key, once for each assertion, or with a secret; and whatever is wrong, the
//! answer is the same.

use chrono::TimeDelta;
use naast_api::cli::client::{Proof, revoke, rotate};
use naast_tests::world::World;
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::{count, holds, seen};
use crate::signing_in::{
    FORM, KeyClient, OtherKey, ask, basic, call, client_token, form, key_client, key_file, refused,
    secret_client,
};

on_both!(
    a_client_signs_in_with_its_key,
    a_key_goes_by_its_full_name_too,
    a_key_that_should_not_be_kept_is_not,
    an_assertion_that_is_not_in_order_is_refused_and_each_in_the_same_words,
    a_client_signs_in_with_its_secret_for_trials,
    a_key_is_changed_without_an_interruption,
    a_client_that_is_revoked_is_out_on_the_next_call,
    a_token_request_that_is_no_request_is_refused,
);

const SCOPES: &[&str] = &["directory:read", "conversations:open"];

fn a_client_signs_in_with_its_key(engine: Engine) {
    let world = World::new(engine);
    for key in [OtherKey::ed25519(), OtherKey::p256()] {
        let client = key_client(&world, key, SCOPES);
        let reply =
            KeyClient::ask(&world.app, &client.key.sign(None, &client.claims(&world.app))).expect(200);
        assert_eq!(reply.body["scope"], "directory:read conversations:open");
        // what it does not have is left out: libraries refuse null
        let members: Vec<&String> = reply.body.as_object().expect("an object").keys().collect();
        assert_eq!(members, ["access_token", "token_type", "expires_in", "scope", "accounts"]);
        assert_eq!(reply.body["expires_in"], 600);
        call(&world.app, &reply.text("access_token"), "GET", "/boards", None).expect(200);
        // for the issuer as a whole is as good as for the endpoint, and both are us
        let issuer = world.app.platform.identity.issuer();
        for aud in [json!(issuer), json!([issuer, format!("{issuer}/v1/oauth/token")])] {
            let mut claims = client.claims(&world.app);
            claims["aud"] = aud;
            KeyClient::ask(&world.app, &client.key.sign(None, &claims)).expect(200);
        }
        // a moment may have a fraction (RFC 7519, 2)
        let mut claims = client.claims(&world.app);
        for name in ["iat", "exp"] {
            claims[name] = json!(claims[name].as_f64().expect("a moment") + 0.25);
        }
        KeyClient::ask(&world.app, &client.key.sign(None, &claims)).expect(200);
    }
}

fn a_key_goes_by_its_full_name_too(engine: Engine) {
    let world = World::new(engine);
    let client = key_client(&world, OtherKey::ed25519(), SCOPES);
    let ask = |header: Value| {
        KeyClient::ask(&world.app, &client.key.sign_under(&header, &client.claims(&world.app)))
    };
    for header in [
        json!({ "alg": "Ed25519" }),
        json!({ "alg": "EdDSA", "typ": "client-authentication+jwt" }),
        json!({ "alg": "Ed25519", "kid": "whatever", "typ": "jwt" }),
    ] {
        ask(header).expect(200);
    }
    for header in [
        json!({ "alg": "Ed448" }),
        json!({ "alg": "ES256" }),
        json!({ "alg": "none" }),
        json!({ "alg": "Ed25519", "typ": "logout+jwt" }),
        json!({ "alg": "Ed25519", "typ": "at+jwt" }),
        json!({ "alg": "Ed25519", "crit": ["b64"], "b64": false }),
    ] {
        refused(ask(header), 401, "invalid_client");
    }
    let methods = world.app.send("GET", "/.well-known/oauth-authorization-server", &[], Vec::new()).body;
    let known = &methods["token_endpoint_auth_signing_alg_values_supported"];
    assert_eq!(known, &json!(["EdDSA", "Ed25519", "ES256", "RS256", "PS256"]));
}

fn a_key_that_should_not_be_kept_is_not(engine: Engine) {
    let world = World::new(engine);
    let client = key_client(&world, OtherKey::ed25519(), SCOPES);
    let id = client.id.parse().expect("a UUID");
    let pair = aws_lc_rs::signature::Ed25519KeyPair::generate().expect("chance");
    let bytes = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(pair.to_pkcs8().expect("a key").as_ref())
    };
    let file = world.app.platform.data.join("mistake.pem");
    let proof = Proof { public_key: Some(file.clone()), secret: false };
    for label in ["PRIVATE KEY", "PUBLIC KEY"] {
        let pem = format!("-----BEGIN {label}-----\n{bytes}\n-----END {label}-----\n");
        std::fs::write(&file, pem).expect("our own folder");
        assert!(rotate(&world.app.platform, id, &proof, 24).is_err(), "{label}");
    }
    assert!(!holds(&world, &bytes));
    // what stands around a key is not kept with it
    let noted = format!("\n\n{}\n", client.key.pem());
    std::fs::write(&file, noted).expect("our own folder");
    rotate(&world.app.platform, id, &proof, 24).expect("a public key");
    KeyClient::ask(&world.app, &client.key.sign(None, &client.claims(&world.app))).expect(200);
}

fn an_assertion_that_is_not_in_order_is_refused_and_each_in_the_same_words(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    let client = key_client(&world, OtherKey::ed25519(), SCOPES);
    let other = key_client(&world, OtherKey::ed25519(), SCOPES);
    let now = app.platform.clock.now().timestamp();
    let refusal = refused(KeyClient::ask(app, "geen assertion"), 401, "invalid_client");
    assert_eq!(refusal.header("www-authenticate"), Some("Basic realm=\"naast\""), "no 401 goes without");
    let refusal = seen(&refusal);
    let with = |name: &str, value: Value| {
        let mut claims = client.claims(app);
        claims[name] = value;
        client.key.sign(None, &claims)
    };
    let mut bad = vec![
        ("replayed", {
            let assertion = client.key.sign(None, &client.claims(app));
            KeyClient::ask(app, &assertion).expect(200);
            assertion
        }),
        ("signed by another client", other.key.sign(None, &client.claims(app))),
        ("in another client's name", client.key.sign(None, &other.claims(app))),
        ("of nobody", with("sub", json!(random_id()))),
        ("issued by another", with("iss", json!(other.id))),
        ("for another audience", with("aud", json!("https://elsewhere.example/v1/oauth/token"))),
        ("for a longer audience", with("aud", json!("https://naast.example/v1/oauth/token/"))),
        ("for another audience beside us", {
            let issuer = app.platform.identity.issuer();
            with("aud", json!([issuer, "https://elsewhere.example"]))
        }),
        ("for nobody", with("aud", json!([]))),
        ("too far ahead", with("exp", json!(now + 400))),
        ("made to live too long", with("iat", json!(now - 300))),
        ("expired", with("exp", json!(now - 1))),
        ("from tomorrow", with("iat", json!(now + 86_400))),
        ("not yet", with("nbf", json!(now + 3_600))),
        ("expiry as text", with("exp", json!((now + 60).to_string()))),
        ("empty number", with("jti", json!(""))),
        ("by another algorithm", {
            let mut key = OtherKey::p256();
            std::mem::swap(&mut key.private, &mut OtherKey::p256().private);
            key.sign(None, &client.claims(app))
        }),
    ];
    for name in ["iss", "sub", "aud", "exp", "iat", "jti"] {
        let mut claims = client.claims(app);
        claims.as_object_mut().expect("claims").remove(name);
        bad.push((name, client.key.sign(None, &claims)));
    }
    for (name, assertion) in bad {
        assert_eq!(seen(&KeyClient::ask(app, &assertion)), refusal, "{name}");
    }
    let sound = || client.key.sign(None, &client.claims(app));
    let fields = |kind: &str, id: &str| {
        let assertion = sound();
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", kind),
            ("client_assertion", &assertion),
            ("client_id", id),
        ];
        ask(app, &[], &fields)
    };
    assert_eq!(seen(&fields("urn:other", &client.id)), refusal);
    assert_eq!(seen(&fields(crate::signing_in::BY_ASSERTION, &other.id)), refusal);
    fields(crate::signing_in::BY_ASSERTION, &client.id).expect(200);
    // numbers of assertions are kept while they matter, and no longer
    app.platform.clock.advance(TimeDelta::minutes(6));
    KeyClient::ask(app, &sound()).expect(200);
    assert_eq!(count(&world, "used_assertions"), 1);
}

fn a_client_signs_in_with_its_secret_for_trials(engine: Engine) {
    let world = World::new(engine);
    let client = secret_client(&world, &world.school, SCOPES);
    assert!(!holds(&world, &client.1), "a secret is kept as a fingerprint");
    let token = client_token(&world, &client);
    call(&world.app, &token, "GET", "/partnerships", None).expect(200);
    let asked = |header: &str, scope: &str| {
        let fields = [("grant_type", "client_credentials"), ("scope", scope)];
        ask(&world.app, &[("authorization", header)], &fields)
    };
    let sound = basic(&client.0, &client.1);
    assert_eq!(asked(&sound, "directory:read").expect(200).body["scope"], "directory:read");
    for scope in ["reports:read", "directory:read reports:read", "everything", "directory:read  "] {
        refused(asked(&sound, scope), 400, "invalid_scope");
    }
    // RFC 6749, 2.3.1: both halves as in a form; some libraries encode every letter that is no letter
    let encoded = |text: &str| String::from_utf8(form(&[("", text)])).expect("a form")[1..].to_owned();
    assert!(encoded(&client.0).contains("%2D"));
    asked(&basic(&encoded(&client.0), &encoded(&client.1)), "directory:read").expect(200);
    let wrong = refused(asked(&basic(&client.0, "geheim"), ""), 401, "invalid_client");
    assert_eq!(wrong.header("www-authenticate"), Some("Basic realm=\"naast\""));
    for header in
        [basic(&random_id().to_string(), &client.1), basic("x", "y"), "Basic ???".into(), "Bearer x".into()]
    {
        assert_eq!(seen(&asked(&header, "")), seen(&wrong), "{header}");
    }
    // a client proves itself in one way, not in two
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", crate::signing_in::BY_ASSERTION),
        ("client_assertion", "x"),
    ];
    refused(ask(&world.app, &[("authorization", &sound)], &fields), 401, "invalid_client");
}

fn a_key_is_changed_without_an_interruption(engine: Engine) {
    let world = World::new(engine);
    let app = &world.app;
    let mut client = key_client(&world, OtherKey::ed25519(), SCOPES);
    let id = client.id.parse().expect("a UUID");
    let works = |key: &OtherKey| {
        let assertion = key.sign(None, &client.claims(app));
        KeyClient::ask(app, &assertion).status
    };
    let next = OtherKey::p256();
    rotate(&app.platform, id, &key_file(&world, &next), 24).expect("the client is connected");
    assert_eq!((works(&client.key), works(&next)), (200, 200));
    app.platform.clock.advance(TimeDelta::hours(25));
    assert_eq!((works(&client.key), works(&next)), (401, 200));
    // a stolen key is out at once, also when it had been given some time
    let got = |key: &OtherKey| {
        let reply = KeyClient::ask(app, &key.sign(None, &client.claims(app))).expect(200);
        reply.text("access_token")
    };
    let (last, stolen) = (OtherKey::ed25519(), got(&next));
    call(app, &stolen, "GET", "/boards", None).expect(200);
    rotate(&app.platform, id, &key_file(&world, &last), 0).expect("the client is connected");
    assert_eq!((works(&next), works(&last)), (401, 200));
    // and so is what was got with it, in the words of any token that does not hold
    let nonsense = seen(&call(app, "nonsense", "GET", "/boards", None));
    assert_eq!(seen(&call(app, &stolen, "GET", "/boards", None)), nonsense);
    let kept = got(&last);
    call(app, &kept, "GET", "/boards", None).expect(200);
    // it is of no session: it cannot be ended by whoever holds it
    let out = form(&[("token", &kept)]);
    refused(app.send("POST", "/v1/oauth/revoke", &[FORM], out), 400, "unsupported_token_type");
    let secret = rotate(&app.platform, id, &Proof { public_key: None, secret: true }, 1).expect("connected");
    client.key = last;
    client_token(&world, &(client.id.clone(), secret.expect("a secret")));
    assert_eq!(count(&world, "journal WHERE action = 'client.key-changed'"), 3);
}

fn a_client_that_is_revoked_is_out_on_the_next_call(engine: Engine) {
    let world = World::new(engine);
    let client = secret_client(&world, &world.school, SCOPES);
    let token = client_token(&world, &client);
    call(&world.app, &token, "GET", "/boards", None).expect(200);
    revoke(&world.app.platform, client.0.parse().expect("a UUID")).expect("the client is connected");
    let refusal = call(&world.app, &token, "GET", "/boards", None);
    assert_eq!(seen(&refusal), seen(&call(&world.app, "nonsense", "GET", "/boards", None)));
    let header = basic(&client.0, &client.1);
    let fields = [("grant_type", "client_credentials")];
    refused(ask(&world.app, &[("authorization", &header)], &fields), 401, "invalid_client");
    assert!(revoke(&world.app.platform, client.0.parse().expect("a UUID")).is_err());
    assert!(revoke(&world.app.platform, random_id()).is_err());
    let rows = "journal WHERE action LIKE 'client.%' AND object_id = '";
    assert_eq!(count(&world, &format!("{rows}{}'", client.0)), 2, "connected and revoked");
}

fn a_token_request_that_is_no_request_is_refused(engine: Engine) {
    let world = World::new(engine);
    let send =
        |headers: &[(&str, &str)], body: Vec<u8>| world.app.send("POST", "/v1/oauth/token", headers, body);
    let sound = form(&[("grant_type", "refresh_token"), ("refresh_token", "x")]);
    refused(send(&[FORM], sound.clone()), 400, "invalid_grant");
    // what nobody knows is not looked at
    let more = [sound.clone(), b"&colour=red&colour=%18blue".to_vec()].concat();
    refused(send(&[FORM], more), 400, "invalid_grant");
    for (headers, body) in [
        (vec![], sound.clone()),
        (vec![("content-type", "application/json")], br#"{"grant_type":"refresh_token"}"#.to_vec()),
        (vec![FORM], Vec::new()),
        (vec![FORM], b"grant_type=refresh_token".to_vec()),
        (vec![FORM], b"grant_type=refresh_token&refresh_token=".to_vec()),
        (vec![FORM], [sound.clone(), b"&grant_type=refresh_token".to_vec()].concat()),
        (vec![FORM], b"grant_type=refresh_token&refresh_token=%00".to_vec()),
        (
            vec![FORM],
            b"grant_type=https%3A%2F%2Fnaast.example%2Fgrants%2Fone-time-code&sign_in_id=x&code=1".to_vec(),
        ),
    ] {
        let told = String::from_utf8_lossy(&body).into_owned();
        let reply = send(&headers, body);
        assert_eq!(reply.body["error"], "invalid_request", "{told}: {}", reply.body);
        assert_eq!(reply.status, 400);
    }
    for grant in ["password", "authorization_code", "implicit"] {
        refused(send(&[FORM], form(&[("grant_type", grant)])), 400, "unsupported_grant_type");
    }
    crate::looks::refused(send(&[FORM], vec![b'a'; 65 * 1024]), 413, "payload-too-large");
    let english = send(&[FORM, ("accept-language", "en")], sound);
    assert_eq!(english.body["error_description"], "This code or token does not hold.");
}
