//! What this installation never says, under its own signature.

use naast_tests::random_id;
use naast_tests::world::{SCHOOL, World};
use serde_json::{Value, json};

use super::forger::{Forger, part};
use crate::signing_in::{FORM, form, signed_in};

/// Tokens that are signed as they should be, and say more than we ever say.
pub fn overreaching(forger: &Forger) -> Vec<(String, String)> {
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
    all
}

/// Tokens that are signed as they should be, in a session that runs and is somebody else's, and in one that has ended.
pub fn sessions_of_others(world: &World, forger: &Forger) -> Vec<(String, String)> {
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
