//! Who calls: a token that is not in perfect order is no token, and nobody learns what was wrong with it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use naast_tests::app::Reply;
use naast_tests::world::{SCHOOL, World};
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};

use crate::looks::{refused, seen};
use crate::signing_in::{FORM, form, signed_in};

on_both!(
    a_forged_token_is_refused_and_each_in_the_same_words,
    a_token_that_asks_for_more_than_we_understand_is_refused,
    a_token_dies_when_it_says,
);

/// What can sign with the installation's own key: the forger knows everything but is still refused.
struct Forger {
    key: EncodingKey,
    public: Vec<u8>,
    header: Value,
    claims: Value,
}

fn part(token: &str, place: usize) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(place).expect("three parts")).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

impl Forger {
    fn new(world: &World) -> Self {
        let token = world.app.token(world.leader);
        let file = std::fs::read(world.app.platform.data.join("key.pk8")).expect("the key is there");
        Self {
            key: EncodingKey::from_ed_der(&file),
            public: world.app.platform.identity.ring(world.app.platform.clock.now()).all()[0]
                .public()
                .to_vec(),
            header: part(&token, 0),
            claims: part(&token, 1),
        }
    }

    /// A token that is signed as it should be, with other words.
    fn signed(&self, header: &Value, claims: &Value) -> String {
        let text = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", text(header), text(claims));
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, Algorithm::EdDSA).expect("a signature");
        format!("{message}.{signature}")
    }

    fn with_claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        claims[name] = value;
        self.signed(&self.header, &claims)
    }

    fn with_header(&self, name: &str, value: Value) -> String {
        let mut header = self.header.clone();
        header[name] = value;
        self.signed(&header, &self.claims)
    }
}

fn forged(world: &World, forger: &Forger) -> Vec<(String, String)> {
    let now = world.app.platform.clock.now().timestamp();
    let mut all = Vec::new();
    let mut add = |name: &str, token: String| all.push((name.to_owned(), token));
    for name in ["iss", "aud", "sub", "client_id", "jti", "iat", "exp"] {
        let mut claims = forger.claims.clone();
        claims.as_object_mut().expect("claims").remove(name);
        add(&format!("no {name}"), forger.signed(&forger.header, &claims));
        add(&format!("{name} null"), forger.with_claim(name, Value::Null));
        add(&format!("{name} of another kind"), forger.with_claim(name, json!([1])));
    }
    add("wrong issuer", forger.with_claim("iss", json!("https://naast.example/")));
    for audience in
        ["naast-api", "https://naast.example", "https://naast.example/v1/", "https://naast.example/v2"]
    {
        add(&format!("audience {audience}"), forger.with_claim("aud", json!(audience)));
    }
    add("two audiences", forger.with_claim("aud", json!([world.app.platform.identity.resource(), "other"])));
    add("no such person", forger.with_claim("sub", json!(random_id())));
    add("exp as text", forger.with_claim("exp", json!((now + 300).to_string())));
    add("exp as fraction", forger.with_claim("exp", json!(1e300)));
    add("expired", {
        let mut claims = forger.claims.clone();
        (claims["iat"], claims["exp"]) = (json!(now - 600), json!(now));
        forger.signed(&forger.header, &claims)
    });
    add("lives too long", forger.with_claim("exp", json!(now + 86_400)));
    add("ends before it begins", forger.with_claim("exp", json!(now - 1)));
    add("issued tomorrow", {
        let mut claims = forger.claims.clone();
        (claims["iat"], claims["exp"]) = (json!(now + 86_400), json!(now + 86_700));
        forger.signed(&forger.header, &claims)
    });
    add("not yet", forger.with_claim("nbf", json!(now + 3_600)));
    for typ in [json!("JWT"), json!("id+jwt"), json!(""), Value::Null] {
        add(&format!("typ {typ}"), forger.with_header("typ", typ));
    }
    for kid in [json!("other"), json!("../../dev/null"), json!("' OR 1=1 --"), json!(""), Value::Null] {
        add(&format!("kid {kid}"), forger.with_header("kid", kid));
    }
    for name in ["jku", "x5u"] {
        add(name, forger.with_header(name, json!("https://naast.example/keys")));
    }
    add("x5c", forger.with_header("x5c", json!(["AAAA"])));
    add("jwk", forger.with_header("jwk", json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" })));
    for alg in ["none", "None", "HS256", "ES256", "RS256", "EdDSa"] {
        add(&format!("alg {alg}"), forger.with_header("alg", json!(alg)));
    }

    all.extend(overreaching(forger));
    all.extend(sessions_of_others(world, forger));
    all.extend(broken(world, forger));
    all
}

/// Tokens that are signed as they should be, and say more than we ever say.
fn overreaching(forger: &Forger) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut add = |name: &str, token: String| all.push((name.to_owned(), token));
    // what only this installation may say, said with its own key but not as it says it
    let with_all = |pairs: &[(&str, Value)]| {
        let mut claims = forger.claims.clone();
        for (name, value) in pairs {
            claims[*name] = value.clone();
        }
        forger.signed(&forger.header, &claims)
    };
    let (sub, role) =
        (forger.claims["sub"].clone(), |role: &str, at: &str| json!([{ "role": role, "at": at }]));
    add("a person with scopes", with_all(&[("scope", json!("directory:read"))]));
    add("a system without scopes", with_all(&[("client_id", sub.clone())]));
    add("a scope that is none", with_all(&[("client_id", sub.clone()), ("scope", json!("everything"))]));
    add("no scope at all", with_all(&[("client_id", sub.clone()), ("scope", json!(""))]));
    add("scopes as a list", with_all(&[("client_id", sub.clone()), ("scope", json!(["directory:read"]))]));
    add(
        "a system with roles",
        with_all(&[
            ("client_id", sub),
            ("scope", json!("directory:read")),
            ("school_roles", role("school-leader", SCHOOL)),
        ]),
    );
    add("administrator by vouching", with_all(&[("school_roles", role("administrator", SCHOOL))]));
    add("coordinator by vouching", with_all(&[("school_roles", role("coordinator", SCHOOL))]));
    add("a role that is none", with_all(&[("school_roles", role("boss", SCHOOL))]));
    add("a role at no school", with_all(&[("school_roles", role("school-leader", "nowhere"))]));
    add("roles as text", with_all(&[("school_roles", json!("school-leader"))]));
    let session = || json!(random_id());
    add("a session that is none", with_all(&[("sid", json!("none"))]));
    add("a session that nobody began", with_all(&[("sid", session())]));
    let system =
        [("client_id", forger.claims["sub"].clone()), ("scope", json!("directory:read")), ("sid", session())];
    add("a system in a session", with_all(&system));
    let vouched = [("school_roles", role("school-leader", SCHOOL)), ("sid", session())];
    add("a role by vouching in a session", with_all(&vouched));
    add("kid with NUL", forger.with_header("kid", json!("a\u{0}b")));
    add("kid of 10 kB", forger.with_header("kid", json!("a".repeat(10_000))));
    add("a name in the header that we do not know", forger.with_header("epk", json!({})));
    all
}

/// Tokens that are signed as they should be, in a session that runs and is somebody else's, and in one that has ended.
fn sessions_of_others(world: &World, forger: &Forger) -> Vec<(String, String)> {
    let somebody = signed_in(&world.app, "ander@example.org");
    let theirs = part(&somebody.text("access_token"), 1)["sid"].clone();
    let ended = signed_in(&world.app, "klaar@example.org");
    let own = part(&ended.text("access_token"), 1);
    let out = form(&[("token", &ended.text("refresh_token"))]);
    world.app.send("POST", "/v1/oauth/revoke", &[FORM], out).expect(200);
    let mut claims = forger.claims.clone();
    (claims["sub"], claims["sid"]) = (own["sub"].clone(), own["sid"].clone());
    vec![
        ("a session of somebody else".to_owned(), forger.with_claim("sid", theirs)),
        ("a session that has ended".to_owned(), forger.signed(&forger.header, &claims)),
    ]
}

/// Tokens that are no tokens, or not signed by whom they say.
fn broken(world: &World, forger: &Forger) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut add = |name: &str, token: String| all.push((name.to_owned(), token));
    let token = world.app.token(world.leader);
    let [head, body, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let text = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    add("unsigned", format!("{head}.{body}."));
    add("alg none, unsigned", {
        let mut header = forger.header.clone();
        header["alg"] = json!("none");
        format!("{}.{body}.", text(&header))
    });
    add("signed with the public key as a secret", {
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some("at+jwt".to_owned());
        header.kid = forger.header["kid"].as_str().map(str::to_owned);
        encode(&header, &forger.claims, &EncodingKey::from_secret(&forger.public)).expect("a token")
    });
    add("another person's name under an old signature", {
        let mut claims = forger.claims.clone();
        claims["sub"] = json!(world.administrator);
        format!("{head}.{}.{signature}", text(&claims))
    });
    let end = if signature.starts_with('A') { "B" } else { "A" };
    add("one letter of the signature", format!("{head}.{body}.{end}{}", &signature[1..]));
    add("a signature of zeros", format!("{head}.{body}.{}", URL_SAFE_NO_PAD.encode([0; 64])));
    add("a header twice over", {
        let twice = r#"{"alg":"EdDSA","alg":"none","typ":"at+jwt","kid":"a"}"#;
        format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode(twice))
    });
    add("a header that is no object", format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode("[1]")));
    add("not UTF-8", format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode(b"\xff\xfe")));
    add("deep as a well", format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode("[".repeat(20_000))));
    add("padded", format!("{token}="));
    add("four parts", format!("{token}.{signature}"));
    add("two parts", format!("{head}.{body}"));
    add("nothing", String::new());
    add("words", "not a token".to_owned());
    all
}

fn asked(world: &World, headers: &[(&str, &str)]) -> Reply {
    world.app.send("GET", "/v1/me", headers, Vec::new())
}

fn a_forged_token_is_refused_and_each_in_the_same_words(engine: Engine) {
    let world = World::new(engine);
    let forger = Forger::new(&world);
    let bearer = |token: &str| format!("Bearer {token}");
    let sound = forger.signed(&forger.header, &forger.claims);
    asked(&world, &[("authorization", &bearer(&sound))]).expect(200);

    let anonymous = refused(asked(&world, &[]), 401, "unauthenticated");
    let refusal = refused(asked(&world, &[("authorization", "Bearer x")]), 401, "unauthenticated");
    // whoever brought a token hears that it is no good, and nothing else is different
    let place = "resource_metadata=\"https://naast.example/.well-known/oauth-protected-resource/v1\"";
    let challenge = |reply: &Reply| reply.header("www-authenticate").map(str::to_owned);
    assert_eq!(challenge(&anonymous), Some(format!("Bearer {place}")));
    assert_eq!(challenge(&refusal), Some(format!("Bearer error=\"invalid_token\", {place}")));
    let (anonymous, refusal) = (seen(&anonymous), seen(&refusal));
    assert_eq!(anonymous, refusal.replace("error=\\\"invalid_token\\\", ", ""));
    let tokens = forged(&world, &forger);
    assert!(tokens.len() >= 80, "{}", tokens.len());
    for (name, token) in &tokens {
        assert_eq!(seen(&asked(&world, &[("authorization", &bearer(token))])), refusal, "{name}");
    }
    for header in [format!("Basic {sound}"), sound.clone(), format!("Bearer  {sound}"), "Bearer".to_owned()] {
        assert_eq!(seen(&asked(&world, &[("authorization", &header)])), refusal, "{header}");
    }
    let twice = bearer(&sound);
    assert_eq!(seen(&asked(&world, &[("authorization", &twice), ("authorization", &twice)])), refusal);
    for place in ["access_token", "token"] {
        let reply = world.app.send("GET", &format!("/v1/me?{place}={sound}"), &[], Vec::new());
        assert_eq!(seen(&reply), anonymous);
    }
    assert_eq!(seen(&asked(&world, &[("cookie", &format!("access_token={sound}"))])), anonymous);
    asked(&world, &[("authorization", &format!("bearer {sound}"))]).expect(200);
    // and a system that nobody connected is nobody, also where its scope would let it in
    let mut claims = forger.claims.clone();
    (claims["client_id"], claims["scope"]) = (claims["sub"].clone(), json!("directory:read"));
    let boards = |headers: &[(&str, &str)]| world.app.send("GET", "/v1/boards", headers, Vec::new());
    let nobody = bearer(&forger.signed(&forger.header, &claims));
    assert_eq!(seen(&boards(&[("authorization", &nobody)])), refusal);
}

/// What is `crit` must be understood, or the token refused (RFC 7515, 4.1.11).
fn a_token_that_asks_for_more_than_we_understand_is_refused(engine: Engine) {
    let world = World::new(engine);
    let forger = Forger::new(&world);
    for critical in [json!(["b64"]), json!(["exp"]), json!([])] {
        let token = format!("Bearer {}", forger.with_header("crit", critical));
        refused(asked(&world, &[("authorization", &token)]), 401, "unauthenticated");
    }
}

fn a_token_dies_when_it_says(engine: Engine) {
    let world = World::new(engine);
    let token = format!("Bearer {}", world.app.token(world.leader));
    let headers = [("authorization", token.as_str())];
    asked(&world, &headers).expect(200);
    world.app.platform.clock.advance(chrono::TimeDelta::minutes(9));
    asked(&world, &headers).expect(200);
    world.app.platform.clock.advance(chrono::TimeDelta::minutes(1));
    refused(asked(&world, &headers), 401, "unauthenticated");
}
