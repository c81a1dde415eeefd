//! What the round of retention does in the private space tells nobody whether anything was written there.

use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::json;

use crate::looks::count;
use crate::retention::{days, run};

on_both!(a_space_that_goes_leaves_no_number_in_what_others_read);

/// How far the programme's events come while a space goes: what takes a number there is seen by whoever reads the next event.
fn numbers_taken(world: &World, is_written: bool) -> i64 {
    let (parent, buddy) = (world.person(), world.buddy(0, &json!({})));
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    let path = format!("/matches/{matched}");
    if is_written {
        let note = json!({ "kind": "goal", "text": "Besloten", "aboutHealth": false });
        world.app.post(parent, &format!("{path}/private-notes"), &note).expect(201);
        let message = json!({ "text": "Besloten", "aboutHealth": false });
        world.app.post(buddy.person, &format!("{path}/messages"), &message).expect(201);
    }
    world
        .app
        .post_on(parent, &path, &format!("{path}/closure"), &json!({ "reason": "goal-reached" }))
        .expect(200);
    let last = || {
        let events = format!("/events?programmeId={}&pageSize=200", world.programmes[0]);
        let page = world.app.get(world.coordinators[0], &events).expect(200).body;
        page["data"].as_array().and_then(|all| all.last().cloned()).expect("events")["sequence"].clone()
    };
    let number = |sequence: serde_json::Value| {
        sequence.as_i64().or_else(|| sequence.as_str()?.parse().ok()).expect("a number")
    };
    let before = number(last());
    days(world, 100);
    run(world);
    assert_eq!(count(world, "private_entries"), 0);
    assert_eq!(
        count(world, &format!("support_requests WHERE id = '{request}'")),
        1,
        "the case is there still"
    );
    world.request(0, world.person());
    number(last()) - before
}

fn a_space_that_goes_leaves_no_number_in_what_others_read(engine: Engine) {
    let taken = [true, false].map(|is_written| numbers_taken(&World::new(engine), is_written));
    assert_eq!(taken[0], taken[1], "written, and not written");
}
