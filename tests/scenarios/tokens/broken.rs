//! What is no token, or not signed by whom it says.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use naast_tests::world::World;
use serde_json::{Value, json};

use super::forger::Forger;

/// What stands before an Ed25519 key in DER (RFC 8410, 4).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Tokens that are no tokens, or not signed by whom they say.
pub fn broken(world: &World, forger: &Forger) -> Vec<(String, String)> {
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
    // the key set shows the public key, and whoever takes it for a secret can sign with it
    let der = [&SPKI[..], &forger.public].concat();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&der));
    let secrets = [("as it is", &forger.public[..]), ("as DER", &der), ("as PEM", pem.as_bytes())];
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        for (written, secret) in secrets {
            let mut header = Header::new(algorithm);
            header.typ = Some("at+jwt".to_owned());
            header.kid = forger.header["kid"].as_str().map(str::to_owned);
            let token = encode(&header, &forger.claims, &EncodingKey::from_secret(secret)).expect("a token");
            add(&format!("{algorithm:?}, the public key {written} as its secret"), token);
        }
    }
    add("another person's name under an old signature", {
        let mut claims = forger.claims.clone();
        claims["sub"] = json!(world.administrator);
        format!("{head}.{}.{signature}", text(&claims))
    });
    let end = if signature.starts_with('A') { "B" } else { "A" };
    add("one letter of the signature", format!("{head}.{body}.{end}{}", &signature[1..]));
    add("a signature of zeros", format!("{head}.{body}.{}", URL_SAFE_NO_PAD.encode([0; 64])));
    for algorithm in ["ES256", "ES384", "EdDSA"] {
        let mut header = forger.header.clone();
        header["alg"] = json!(algorithm);
        // r = s = 0, which a careless verifier of ECDSA believes (CVE-2022-21449)
        let nought = URL_SAFE_NO_PAD.encode(vec![0; if algorithm == "ES384" { 96 } else { 64 }]);
        add(&format!("{algorithm} with r = s = 0"), format!("{}.{body}.{nought}", text(&header)));
    }
    add("a header twice over", {
        let twice = r#"{"alg":"EdDSA","alg":"none","typ":"at+jwt","kid":"a"}"#;
        format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode(twice))
    });
    add("a header that is no object", format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode("[1]")));
    add("not UTF-8", format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode(b"\xff\xfe")));
    add("deep as a well", format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode("[".repeat(20_000))));
    for (name, between) in [("a blank", " "), ("a tab", "\t")] {
        add(&format!("{name} inside"), format!("{head}{between}.{body}.{signature}"));
        add(&format!("{name} before the signature"), format!("{head}.{body}.{between}{signature}"));
    }
    add("a dot before", format!(".{token}"));
    add("a dot after", format!("{token}."));
    add("cut short", token[..token.len() - 1].to_owned());
    add(
        "base64 with the letters of another alphabet",
        format!("{head}.{body}.{}", signature.replace('-', "+").replace('_', "/") + "+/"),
    );
    add("padded", format!("{token}="));
    add("four parts", format!("{token}.{signature}"));
    add("two parts", format!("{head}.{body}"));
    add("nothing", String::new());
    add("words", "not a token".to_owned());
    all
}

/// A good token with letters in it that are no ASCII, which are bytes of no known meaning in a header (RFC 9110, 5.5).
pub fn in_other_letters(world: &World) -> Vec<(&'static str, String)> {
    let token = world.app.token(world.leader);
    let (before, after) = token.split_at(token.find('.').expect("three parts") + 1);
    let letters =
        [("Cyrillic", "а"), ("a blank of no width", "\u{200b}"), ("a mark of direction", "\u{202e}")];
    letters.map(|(name, letter)| (name, format!("{before}{letter}{after}"))).to_vec()
}
