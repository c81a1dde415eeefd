//! What a token says, wrong in one place.

use naast_tests::random_id;
use naast_tests::world::World;
use serde_json::{Value, json};

use super::forger::Forger;

/// Good signatures under claims that are not in perfect order.
pub fn claims(world: &World, forger: &Forger) -> Vec<(String, String)> {
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
    for issuer in
        ["https://naast.example/", "https://NAAST.example", "http://naast.example", "naast.example", ""]
    {
        add(&format!("issuer {issuer:?}"), forger.with_claim("iss", json!(issuer)));
    }
    for audience in
        ["", "naast-api", "https://naast.example", "https://naast.example/v1/", "https://naast.example/v2"]
    {
        add(&format!("audience {audience}"), forger.with_claim("aud", json!(audience)));
    }
    add("two audiences", forger.with_claim("aud", json!([world.app.platform.identity.resource(), "other"])));
    add("no such person", forger.with_claim("sub", json!(random_id())));
    add("exp as text", forger.with_claim("exp", json!((now + 300).to_string())));
    add("exp as a fraction", forger.with_claim("exp", json!(1e300)));
    add("exp before the world began", forger.with_claim("exp", json!(-1)));
    add("exp of 2^63", forger.with_claim("exp", json!(1_u64 << 63)));
    add("iat of -2^63", forger.with_claim("iat", json!(i64::MIN)));
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
    for (name, nbf) in [
        ("in an hour", json!(now + 3_600)),
        ("in 45 s", json!(now + 45)),
        ("of a fraction", json!(0.5)),
        ("null", Value::Null),
    ] {
        add(&format!("nbf {name}"), forger.with_claim("nbf", nbf));
    }
    add("nbf as text", forger.with_claim("nbf", json!((now - 60).to_string())));
    add("nbf as words", forger.with_claim("nbf", json!("x")));
    for nonce in [json!("n-0S6_WzA2Mj"), json!(""), Value::Null] {
        add(&format!("an ID token's nonce {nonce}"), forger.with_claim("nonce", nonce));
    }
    for (name, value) in [("sub", random_id().to_string()), ("exp", (now + 300).to_string())] {
        let value = if name == "sub" { format!("\"{value}\"") } else { value };
        let written = forger.claims.to_string();
        let twice = format!("{},\"{name}\":{value}}}", written.trim_end_matches('}'));
        add(&format!("{name} twice over"), forger.signed_as_written(&forger.header.to_string(), &twice));
    }
    all
}
