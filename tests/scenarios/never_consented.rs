//! A request on which consent is never given goes ninety days after it was made, whatever its parent changes of it.

use chrono::TimeDelta;
use naast_tests::world::{ELSEWHERE, World};
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count};
use crate::retention::{days, retention, run};

on_both!(a_change_of_the_school_does_not_move_the_day_of_a_request_without_a_consent);

fn a_change_of_the_school_does_not_move_the_day_of_a_request_without_a_consent(engine: Engine) {
    let world = World::new(engine);
    let parent = world.person();
    let request = world.request(0, parent);
    let path = format!("/support-requests/{request}");
    let day = json!(world.app.platform.clock.today() + TimeDelta::days(90));
    let goes = || {
        let said = retention(&world, parent, &path);
        assert_eq!(said["ground"], "consent-not-given");
        said["eraseAfterDate"].clone()
    };
    let reached = || count(&world, "support_requests WHERE contact_kind IS NOT NULL");
    let names = |school: Value| {
        world.app.patch(parent, &path, &json!({ "locationCode": school })).expect(200);
    };
    assert_eq!(goes(), day);
    days(&world, 20);
    names(json!(ELSEWHERE));
    assert_eq!(goes(), day);
    // and she is to be reached as long as she can consent
    days(&world, 70);
    run(&world);
    assert_eq!(reached(), 1);
    names(Value::Null);
    assert_eq!((goes(), run(&world).erased.get("request consent-not-given")), (day, None));
    days(&world, 1);
    let done = run(&world);
    assert_eq!(done.erased.get("request consent-not-given"), Some(&1), "{done:?}");
    world.app.get(parent, &path).expect(404);

    // what she consents to counts from what she says, and what ends from its end
    let parent = world.person();
    let request = world.request(0, parent);
    days(&world, 80);
    world.consent(parent, &request).expect(201);
    days(&world, 20);
    crate::retention::withdraw(&world, parent, &request);
    let said = retention(&world, parent, &format!("/support-requests/{request}"));
    let thirty = json!(world.app.platform.clock.today() + TimeDelta::days(30));
    assert_eq!((&said["ground"], &said["eraseAfterDate"]), (&json!("withdrawn"), &thirty));
    assert_sound(&world);
}
