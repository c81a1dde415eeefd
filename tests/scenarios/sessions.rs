//! Sessions: a refresh token is good for one use, and one that comes twice ends the session for whoever has it.

use chrono::TimeDelta;
use naast_tests::app::{Reply, TestApp};
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::json;

use crate::looks::{count, seen};
use crate::signing_in::{FORM, ask, call, form, refused, signed_in};

on_both!(
    a_refresh_token_is_good_for_one_use,
    a_refresh_token_that_comes_twice_ends_the_session,
    a_session_ends_when_it_is_not_used_and_after_a_week,
    who_signs_out_is_out,
);

fn refresh(app: &TestApp, token: &str) -> Reply {
    ask(app, &[], &[("grant_type", "refresh_token"), ("refresh_token", token)])
}

fn a_refresh_token_is_good_for_one_use(engine: Engine) {
    let world = World::new(engine);
    let first = signed_in(&world.app, "ouder@example.org");
    world.app.platform.clock.advance(TimeDelta::minutes(10));
    call(&world.app, &first.text("access_token"), "GET", "/me", None).expect(401);
    let second = refresh(&world.app, &first.text("refresh_token")).expect(200);
    assert_eq!(second.body["subject"], first.body["subject"]);
    assert_ne!(second.body["refresh_token"], first.body["refresh_token"]);
    call(&world.app, &second.text("access_token"), "GET", "/me", None).expect(200);
    refresh(&world.app, &second.text("refresh_token")).expect(200);
    let unknown = refused(refresh(&world.app, "geen-token"), 400, "invalid_grant");
    let access = refresh(&world.app, &first.text("access_token")[..90]);
    assert_eq!(seen(&refused(access, 400, "invalid_grant")), seen(&unknown));
}

fn a_refresh_token_that_comes_twice_ends_the_session(engine: Engine) {
    let world = World::new(engine);
    let (stolen, other) =
        (signed_in(&world.app, "ouder@example.org"), signed_in(&world.app, "ander@example.org"));
    let old = stolen.text("refresh_token");
    let thief = refresh(&world.app, &old).expect(200);
    let owner = refused(refresh(&world.app, &old), 400, "invalid_grant");
    let after = refused(refresh(&world.app, &thief.text("refresh_token")), 400, "invalid_grant");
    assert_eq!(seen(&owner), seen(&after));
    assert_eq!(count(&world, "sessions WHERE ended_because = 'reused'"), 1);
    assert_eq!(count(&world, "journal WHERE action = 'session.ended' AND state_after = 'reused'"), 1);
    refresh(&world.app, &other.text("refresh_token")).expect(200);

    // two at once: never two successors that both live on
    let third = signed_in(&world.app, "derde@example.org").text("refresh_token");
    let replies: Vec<Reply> = std::thread::scope(|scope| {
        let uses: Vec<_> = (0..4).map(|_| scope.spawn(|| refresh(&world.app, &third))).collect();
        uses.into_iter().map(|one| one.join().expect("an answer")).collect()
    });
    let renewed: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 200).collect();
    assert_eq!(renewed.len(), 1);
    refused(refresh(&world.app, &renewed[0].text("refresh_token")), 400, "invalid_grant");
}

fn a_session_ends_when_it_is_not_used_and_after_a_week(engine: Engine) {
    let world = World::new(engine);
    let wait = |hours| world.app.platform.clock.advance(TimeDelta::hours(hours));
    let idle = signed_in(&world.app, "stil@example.org").text("refresh_token");
    wait(12);
    refused(refresh(&world.app, &idle), 400, "invalid_grant");
    let mut token = signed_in(&world.app, "druk@example.org").text("refresh_token");
    for _ in 0..15 {
        wait(11);
        token = refresh(&world.app, &token).expect(200).text("refresh_token");
    }
    wait(3);
    refused(refresh(&world.app, &token), 400, "invalid_grant");
    // the tokens of what is over are forgotten at the next sign-in; when it began is known as long as the account may need it
    wait(24 * 8);
    signed_in(&world.app, "nieuw@example.org");
    assert_eq!((count(&world, "sessions"), count(&world, "refresh_tokens")), (3, 1));
    wait(24 * 33);
    let platform = &world.app.platform;
    naast_api::privacy::round::round(platform, platform.clock.now(), false).expect("a round");
    assert_eq!(
        (count(&world, "sessions"), count(&world, "refresh_tokens")),
        (0, 0),
        "also when nobody signs in"
    );
}

fn who_signs_out_is_out(engine: Engine) {
    let world = World::new(engine);
    let first = signed_in(&world.app, "ouder@example.org");
    let token = refresh(&world.app, &first.text("refresh_token")).expect(200).text("refresh_token");
    let sign_out =
        |token: &str| world.app.send("POST", "/v1/oauth/revoke", &[FORM], form(&[("token", token)]));
    let known = sign_out(&token).expect(200);
    assert_eq!(known.body, json!({ "active": false }));
    for other in [token.as_str(), "onbekend"] {
        assert_eq!(seen(&sign_out(other)), seen(&known));
    }
    refused(refresh(&world.app, &token), 400, "invalid_grant");
    assert_eq!(count(&world, "journal WHERE action = 'session.ended' AND state_after = 'signed-out'"), 1);
    refused(world.app.send("POST", "/v1/oauth/revoke", &[FORM], Vec::new()), 400, "invalid_request");
}
