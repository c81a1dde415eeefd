//! Who calls: a token that is not in perfect order is no token, and nobody learns what was wrong with it.

use naast_tests::app::Reply;
use naast_tests::receiver::Receiver;
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::json;

use self::forger::Forger;
use crate::looks::{refused, seen};
use crate::unreadable_calls::send;

mod broken;
mod claims;
mod forger;
mod headers;
mod overreaching;

on_both!(
    a_forged_token_is_refused_and_each_in_the_same_words,
    a_token_that_asks_for_more_than_we_understand_is_refused,
    a_token_dies_when_it_says,
    a_token_in_other_letters_is_refused_in_the_same_words,
);

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
    let elsewhere = Receiver::answering(200);
    let tokens = [
        claims::claims(&world, &forger),
        headers::headers(&forger, &elsewhere),
        overreaching::overreaching(&forger),
        overreaching::sessions_of_others(&world, &forger),
        broken::broken(&world, &forger),
    ]
    .concat();
    assert!(tokens.len() >= 125, "{}", tokens.len());
    for (name, token) in &tokens {
        assert_eq!(seen(&asked(&world, &[("authorization", &bearer(token))])), refusal, "{name}");
    }
    assert_eq!(elsewhere.got().len(), 0, "a token says where its key is, and it was asked for");
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

/// No library of HTTP would send these; whoever wants to try them writes to the socket.
fn a_token_in_other_letters_is_refused_in_the_same_words(engine: Engine) {
    let world = World::new(engine);
    let told = |token: &str| {
        let call = format!(
            "GET /v1/me HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
        );
        let mut told = send(&world.app, &call).remove(0);
        let mut body = told.problem();
        body.as_object_mut().expect("a problem").remove("instance");
        (told.status, told.headers.remove("www-authenticate"), body)
    };
    assert_eq!(told(&world.app.token(world.leader)).0, 200);
    let refusal = told("x");
    assert_eq!(refusal.0, 401);
    for (name, token) in broken::in_other_letters(&world) {
        assert_eq!(told(&token), refusal, "{name}");
    }
}
