//! Signing keys are changed without anybody noticing, and everybody can read how to sign in.

use aws_lc_rs::signature::Ed25519KeyPair;
use chrono::{DateTime, TimeDelta};
use naast_api::identity::{KeyRing, rotate};
use naast_api::journal::{Anchors, read_anchors};
use naast_tests::app::TestApp;
use naast_tests::{Engine, location, on_both};
use serde_json::Value;

use crate::anchors::SCHOOLS;
use crate::program::{run, said, serve};
use crate::signing_in::call;

on_both!(
    a_signing_key_is_changed_without_anybody_noticing,
    a_key_that_disappears_is_not_made_anew,
    anchors_of_an_older_key_hold,
    a_leaked_key_is_withdrawn_and_its_anchors_hold,
    everybody_can_read_how_to_sign_in,
);

fn open(app: &TestApp, path: &str) -> Value {
    let reply = app.send("GET", path, &[], Vec::new()).expect(200);
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{path}");
    reply.body
}

fn kids(app: &TestApp) -> Vec<String> {
    let set = open(app, "/.well-known/jwks.json");
    set["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .map(|key| {
            assert_eq!(
                (&key["kty"], &key["crv"], &key["alg"]),
                (&"OKP".into(), &"Ed25519".into(), &"EdDSA".into())
            );
            assert_eq!(key.as_object().expect("a key").len(), 6, "nothing but the public half: {key}");
            key["kid"].as_str().expect("a name").to_owned()
        })
        .collect()
}

fn a_signing_key_is_changed_without_anybody_noticing(engine: Engine) {
    let world = naast_tests::world::World::new(engine);
    let app = &world.app;
    let clock = &app.platform.clock;
    let kid = |token: &str| jsonwebtoken::decode_header(token).expect("a header").kid.expect("a name");
    let works = |token: &str| call(app, token, "GET", "/me", None).status;
    let file = app.platform.data.join("key.pk8");
    let first = kids(app);
    assert_eq!(first, [kid(&app.token(world.leader))]);

    let next = rotate(&file, clock.now(), TimeDelta::minutes(15)).expect("a fresh key");
    assert!(rotate(&file, clock.now(), TimeDelta::minutes(15)).is_err(), "one waits already");
    clock.advance(TimeDelta::minutes(2));
    assert_eq!(kids(app), [first[0].clone(), next.id.clone()], "published before it signs");
    assert_eq!(kid(&app.token(world.leader)), first[0]);
    clock.advance(TimeDelta::minutes(12));
    let old = app.token(world.leader);
    assert_eq!(kid(&old), first[0]);
    clock.advance(TimeDelta::minutes(2));
    let new = app.token(world.leader);
    assert_eq!(kid(&new), next.id);
    assert_eq!((works(&old), works(&new)), (200, 200), "both hold");
    clock.advance(TimeDelta::minutes(7));
    assert_eq!(works(&old), 200, "until it is old");
    clock.advance(TimeDelta::minutes(3));
    assert_eq!(kids(app), [next.id]);
    // what the old key would sign now is nobody's word any more
    let late = forged_by_first(app, &world);
    assert_eq!((works(&old), works(&late), works(&app.token(world.leader))), (401, 401, 200));
}

/// A server that runs never becomes another issuer because a file is gone for a moment.
fn a_key_that_disappears_is_not_made_anew(engine: Engine) {
    let world = naast_tests::world::World::new(engine);
    let app = &world.app;
    let file = app.platform.data.join("key.pk8");
    let (before, token) = (kids(app), app.token(world.leader));
    let kept = std::fs::read(&file).expect("the key");
    std::fs::remove_file(&file).expect("our own folder");
    app.platform.clock.advance(TimeDelta::minutes(2));
    assert_eq!(kids(app), before);
    assert!(!file.exists(), "nothing was made");
    assert!(rotate(&file, app.platform.clock.now(), TimeDelta::minutes(5)).is_err(), "beside nothing");
    assert!(!file.exists(), "nothing was made");
    assert_eq!(call(app, &token, "GET", "/me", None).status, 200);
    // many that find it due at once look once, and it is there again
    std::fs::write(&file, kept).expect("our own folder");
    let next = rotate(&file, app.platform.clock.now(), TimeDelta::minutes(5)).expect("a fresh key");
    app.platform.clock.advance(TimeDelta::minutes(2));
    assert_eq!(kids(app), [before[0].clone(), next.id]);
}

/// A token of this moment, signed with the first key, as somebody who found its file would make one.
fn forged_by_first(app: &TestApp, world: &naast_tests::world::World) -> String {
    let token = app.token(world.leader);
    let bytes = std::fs::read(app.platform.data.join("key.pk8")).expect("the first key stays");
    let claims: Value = {
        use base64::Engine as _;
        let part = token.split('.').nth(1).expect("claims");
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64url");
        serde_json::from_slice(&bytes).expect("JSON")
    };
    let ring = app.platform.identity.ring(app.platform.clock.now());
    let mut header = jsonwebtoken::decode_header(&token).expect("a header");
    header.kid = Some(ring.all()[0].id.clone());
    jsonwebtoken::encode(&header, &claims, &jsonwebtoken::EncodingKey::from_ed_der(&bytes)).expect("a token")
}

fn anchors_of_an_older_key_hold(engine: Engine) {
    let world = naast_tests::world::World::new(engine);
    let platform = &world.app.platform;
    let (key, anchors) = (platform.data.join("key.pk8"), platform.data.join("anchors.jsonl"));
    assert!(Anchors::at(anchors.clone()).anchor(platform).expect("anchored") > 0);
    rotate(&key, platform.clock.now(), TimeDelta::minutes(5)).expect("a fresh key");
    platform.clock.advance(TimeDelta::hours(1));
    world.person();
    assert!(Anchors::at(anchors.clone()).anchor(platform).expect("anchored with the new key") > 0);
    assert!(read_anchors(&anchors, &platform.identity).expect("both keys attest").len() >= 2);
}

fn a_leaked_key_is_withdrawn_and_its_anchors_hold(engine: Engine) {
    let (database, _guard) = location(engine);
    let folder = tempfile::tempdir().expect("a folder");
    let (data, file) = (folder.path(), folder.path().join("signing-key.pk8"));
    said(&database, data, &["administrator", "Beheer (test)"]);
    let leaked = std::fs::read(&file).expect("the key");
    let name = |list: &str| list.split_whitespace().next().expect("a name").to_owned();
    let old = name(&said(&database, data, &["keys", "list-signing"]));
    // there is no other yet, and no other name
    for id in [old.as_str(), "somebody"] {
        assert_eq!(run(&database, data, &["keys", "revoke-signing", id]).status.code(), Some(1), "{id}");
    }
    assert_eq!(std::fs::read(&file).expect("the key"), leaked);

    said(&database, data, &["keys", "rotate-signing"]);
    said(&database, data, &["keys", "revoke-signing", &old]);
    let files = || std::fs::read_dir(data).expect("a folder").map(|entry| entry.expect("a file").path());
    assert!(
        files().all(|path| std::fs::read(path).unwrap_or_default() != leaked),
        "the private half is gone"
    );
    let list = said(&database, data, &["keys", "list-signing"]);
    let new = name(&list);
    assert!(new != old && list.lines().next().expect("a line").ends_with("signs"), "{list}");
    assert!(list.lines().any(|line| line.starts_with(&old) && line.ends_with("withdrawn")), "{list}");

    // what was anchored holds, with it or without, and the server anchors on, and ends in good order
    let verified = || run(&database, data, &["journal", "verify"]);
    assert_eq!(verified().status.code(), Some(0), "{:?}", verified());
    let anchored =
        std::fs::read_to_string(data.join("journal-anchors.jsonl")).expect("anchors").lines().count();
    let (mut server, address) = serve(&database, data, &["serve", "--listen", "127.0.0.1:0"]);
    let set = ureq::get(&format!("http://{address}/.well-known/jwks.json")).call().expect("an answer");
    let set = set.into_body().read_to_string().expect("text");
    let schools = data.join("schools.csv");
    std::fs::write(&schools, SCHOOLS).expect("written");
    said(&database, data, &["import", "schools", schools.to_str().expect("UTF-8")]);
    let stop = std::process::Command::new("kill").args(["-TERM", &server.id().to_string()]).status();
    assert!(stop.expect("kill").success());
    assert!(server.wait().expect("ours").success(), "it ends in good order");
    assert!(set.contains(&new) && !set.contains(&old), "{set}");
    assert_eq!(verified().status.code(), Some(0), "{:?}", verified());
    let now = std::fs::read_to_string(data.join("journal-anchors.jsonl")).expect("anchors").lines().count();
    assert!(now > anchored, "the new key anchors");

    // what it signs after that is nobody's word, also when its file comes back
    let pair = Ed25519KeyPair::from_pkcs8(&leaked).expect("a key");
    let signature = pair.sign(b"late");
    std::fs::write(data.join("signing-key.pk8.20200101T000000Z"), &leaked).expect("our own folder");
    let ring = KeyRing::read(&file).expect("keys");
    let until = ring.withdrawn()[0].until;
    assert!(ring.attests(b"late", signature.as_ref(), until - TimeDelta::seconds(1)));
    assert!(!ring.attests(b"late", signature.as_ref(), until));
    assert!(ring.all().iter().all(|key| key.id != old));
    // withdrawn once more, that file goes too
    said(&database, data, &["keys", "revoke-signing", &old]);
    assert!(files().all(|path| std::fs::read(path).unwrap_or_default() != leaked), "it is gone again");
    assert_eq!(name(&said(&database, data, &["keys", "list-signing"])), new);

    // back once more, it takes the place of nobody: when the first goes, the next that is believed signs
    std::fs::write(data.join("signing-key.pk8.20200101T000000Z"), &leaked).expect("our own folder");
    said(&database, data, &["keys", "rotate-signing"]);
    said(&database, data, &["keys", "revoke-signing", &new]);
    assert_ne!(std::fs::read(&file).expect("a key"), leaked);
    let list = said(&database, data, &["keys", "list-signing"]);
    let third = name(&list);
    assert!(
        third != old && third != new && list.lines().next().is_some_and(|line| line.ends_with("signs")),
        "{list}"
    );
}

/// Whom to tell of a weakness is what the administrator said, for ever ahead; where nobody said it, nobody is named.
#[test]
fn a_weakness_is_told_to_whom_the_administrator_named() {
    let place = "/.well-known/security.txt";
    let contact = "https://buddy.example.org/zwakke-plek";
    let app = TestApp::start_signing(Engine::Sqlite, |identity| {
        let contact = contact.parse().expect("a page");
        identity.issued_by("https://buddy.example.org").told_of_weaknesses(Some(contact))
    });
    for _ in 0..4 {
        let told = app.send("GET", place, &[], Vec::new()).expect(200);
        assert_eq!(told.header("content-type"), Some("text/plain; charset=utf-8"));
        let text = String::from_utf8(told.bytes).expect("text");
        let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        assert_eq!(line("Contact:"), Some(contact));
        assert_eq!(line("Canonical:"), Some("https://buddy.example.org/.well-known/security.txt"));
        let expires = line("Expires:").expect("RFC 9116 asks for it");
        let expires = DateTime::parse_from_rfc3339(expires).expect("a moment");
        let now = app.platform.clock.now();
        assert!(expires > now + TimeDelta::days(90) && expires < now + TimeDelta::days(366), "{expires}");
        app.platform.clock.advance(TimeDelta::days(200));
    }
    let silent = TestApp::start(Engine::Sqlite);
    let reply = silent.send("GET", place, &[], Vec::new()).expect(404);
    assert_eq!(reply.body["code"], "not-found");
}

fn everybody_can_read_how_to_sign_in(engine: Engine) {
    let app = TestApp::start_signing(engine, |identity| identity.issued_by("https://buddy.example.org/"));
    let server = open(&app, "/.well-known/oauth-authorization-server");
    assert_eq!(server["issuer"], "https://buddy.example.org");
    assert_eq!(server["token_endpoint"], "https://buddy.example.org/v1/oauth/token");
    assert_eq!(server["jwks_uri"], "https://buddy.example.org/.well-known/jwks.json");
    assert_eq!(server["grant_types_supported"].as_array().map(Vec::len), Some(4));
    assert_eq!(server["scopes_supported"].as_array().map(Vec::len), Some(8));
    let resource = open(&app, "/.well-known/oauth-protected-resource/v1");
    assert_eq!(resource["resource"], "https://buddy.example.org/v1");
    assert_eq!(resource["authorization_servers"], serde_json::json!(["https://buddy.example.org"]));
    // RFC 9728, 3.3: what a document names is what it was asked for, or nobody may use it
    let mut address = open(&app, "/.well-known/oauth-protected-resource");
    assert_eq!(address["resource"], "https://buddy.example.org");
    address["resource"] = resource["resource"].clone();
    assert_eq!(address, resource, "for all else they say the same");
    let keys = app.send("GET", "/.well-known/jwks.json", &[], Vec::new());
    assert_eq!(keys.header("cache-control"), Some("public, max-age=300"));
    // tokens are issued under that name, for what the metadata name
    assert_eq!(app.platform.identity.issuer(), "https://buddy.example.org");
    let token = app.token(naast_domain::ids::PersonId::from_uuid(naast_tests::random_id()));
    let claims: Value = {
        use base64::Engine as _;
        let part = token.split('.').nth(1).expect("claims");
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64url");
        serde_json::from_slice(&bytes).expect("JSON")
    };
    assert_eq!((&claims["iss"], &claims["aud"]), (&server["issuer"], &resource["resource"]));
    // who is not let in is told where to read on, and that a token was no good when there was one
    let place = "resource_metadata=\"https://buddy.example.org/.well-known/oauth-protected-resource/v1\"";
    let told = |headers: &[(&str, &str)]| {
        let reply = app.send("GET", "/v1/me", headers, Vec::new()).expect(401);
        reply.header("www-authenticate").expect("a challenge").to_owned()
    };
    assert_eq!(told(&[]), format!("Bearer {place}"));
    assert_eq!(told(&[("authorization", "Bearer x")]), format!("Bearer error=\"invalid_token\", {place}"));
}
