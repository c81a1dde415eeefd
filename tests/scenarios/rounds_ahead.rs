//! A round that erases ahead of its time: what somebody signs in, proves or calls again with is in use until it expires, by the clock.

use chrono::TimeDelta;
use naast_api::privacy::round::round;
use naast_domain::ids::PersonId;
use naast_tests::world::World;
use naast_tests::{Engine, on_both};

use crate::looks::{assert_sound, count};
use crate::retention::withdraw;
use crate::signing_in::{
    KeyClient, OtherKey, ask, ask_code, call, code_in, key_client, letters, refused, sign_in, signed_in,
};

on_both!(what_is_in_use_until_it_expires_stays_whatever_moment_a_round_is_done_as_of);

fn what_is_in_use_until_it_expires_stays_whatever_moment_a_round_is_done_as_of(engine: Engine) {
    let world = World::new(engine);
    let (app, platform) = (&world.app, &world.app.platform);
    // somebody whose account is needed
    let session = signed_in(app, "ouder@example.org");
    let me = call(app, &session.text("access_token"), "GET", "/me", None).expect(200).text("id");
    let me: PersonId = me.parse::<uuid::Uuid>().map(PersonId::from_uuid).expect("an id");
    let line = "POST /support-requests";
    let (body, key) = (world.request_body(0), "\"eenmaal\"");
    let request = app.keyed(Some(me), line, &body, key).expect(201).id();
    world.consent(me, &request).expect(201);
    let client = key_client(&world, OtherKey::ed25519(), &["directory:read"]);
    let assertion = client.key.sign(None, &client.claims(app));
    KeyClient::ask(app, &assertion).expect(200);
    let code = ask_code(app, "ander@example.org");
    // and somebody whose case goes by then
    let gone = world.person();
    let withdrawn = world.consented(0, gone);
    withdraw(&world, gone, &withdrawn);

    let ahead = round(platform, platform.clock.now() + TimeDelta::days(60), false).expect("a round");
    assert_eq!(ahead.erased.get("request withdrawn"), Some(&1), "{ahead:?}");
    assert_eq!(ahead.erased.get("kept_answers"), None, "{ahead:?}");
    assert_eq!(app.keyed(Some(me), line, &body, key).expect(201).id(), request, "the same call is done once");
    let twice = KeyClient::ask(app, &assertion);
    refused(twice, 401, "invalid_client");
    let again = [("grant_type", "refresh_token"), ("refresh_token", &session.text("refresh_token"))];
    ask(app, &[], &again.map(|(name, value)| (name, value))).expect(200);
    let letter = letters(app).pop().expect("the code");
    sign_in(app, &code, &code_in(&letter)).expect(200);

    // a dry round shows what would have expired by then, and one whose time has come forgets it
    let far = |dry| round(platform, platform.clock.now() + TimeDelta::days(2), dry).expect("a round");
    assert!(far(true).erased.get("kept_answers").is_some_and(|answers| *answers > 0));
    assert_eq!(far(false).erased.get("kept_answers"), None);
    platform.clock.advance(TimeDelta::days(40));
    let late = round(platform, platform.clock.now(), false).expect("a round");
    assert!(late.erased.get("kept_answers").is_some_and(|answers| *answers > 0), "{late:?}");
    for table in ["sessions", "refresh_tokens", "sign_in_codes", "used_assertions", "kept_answers"] {
        assert_eq!(count(&world, table), 0, "{table}");
    }
    assert_sound(&world);
}
