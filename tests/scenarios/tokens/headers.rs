//! What a token says of itself, wrong in one place.

use naast_tests::receiver::Receiver;
use serde_json::{Value, json};

use super::forger::Forger;

/// Good signatures under headers that are not in perfect order; `elsewhere` is where some of them send whoever would
/// believe them.
pub fn headers(forger: &Forger, elsewhere: &Receiver) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut add = |name: &str, token: String| all.push((name.to_owned(), token));
    for typ in [json!("JWT"), json!("id+jwt"), json!(""), Value::Null] {
        add(&format!("typ {typ}"), forger.with_header("typ", typ));
    }
    for kid in [json!("other"), json!("../../dev/null"), json!("' OR 1=1 --"), json!(""), Value::Null] {
        add(&format!("kid {kid}"), forger.with_header("kid", kid));
    }
    for name in ["jku", "x5u"] {
        add(name, forger.with_header(name, json!(elsewhere.url())));
    }
    add("x5c", forger.with_header("x5c", json!(["AAAA"])));
    add("jwk", forger.with_header("jwk", json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" })));
    for alg in ["none", "None", "NONE", "nOnE", "", "HS256", "ES256", "RS256", "EdDSa", "Ed25519"] {
        add(&format!("alg {alg}"), forger.with_header("alg", json!(alg)));
    }
    add("kid with NUL", forger.with_header("kid", json!("a\u{0}b")));
    add("kid of 10 kB", forger.with_header("kid", json!("a".repeat(10_000))));
    add("a name in the header that we do not know", forger.with_header("epk", json!({})));
    let written = forger.header.to_string();
    let twice = format!("{},\"alg\":\"EdDSA\"}}", written.trim_end_matches('}'));
    add("alg twice over", forger.signed_as_written(&twice, &forger.claims.to_string()));
    all
}
