//! What still waits to be sent when a webhook is disabled, and nobody enables it.

use chrono::TimeDelta;
use naast_api::events::dispatcher::Dispatcher;
use naast_api::events::outbound::Outbound;
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::assert_sound;
use crate::webhook_failures::changeable;
use crate::webhooks::{deliveries, subscribe};

on_both!(what_waits_at_a_disabled_webhook_goes_after_thirty_days_and_the_rest_is_sent);

fn clean(world: &World) -> usize {
    let outbound = Outbound::new(&world.app.platform.events).expect("the system has certificates");
    let sender = Dispatcher::new(world.app.platform.clone(), outbound);
    actix_web::rt::System::new().block_on(sender.clean()).expect("storage works")
}

fn what_waits_at_a_disabled_webhook_goes_after_thirty_days_and_the_rest_is_sent(engine: Engine) {
    let world = World::with_receivers(engine);
    let coordinator = world.coordinators[0];
    let later = |by: TimeDelta| world.app.platform.clock.advance(by);
    let ((off, answers_off), (on, answers_on)) = (changeable(500), changeable(500));
    let types: Option<&[&str]> = Some(&["request.submitted"]);
    let ((left, _), (stays, _)) = (subscribe(&world, &off, types), subscribe(&world, &on, types));
    let waiting = |path: &str| {
        let rows = deliveries(&world, path);
        let is_waiting = |row: &&Value| row["state"] == json!("pending");
        rows.iter().filter(is_waiting).count()
    };
    world.request(0, world.person());
    world.app.drain();
    later(TimeDelta::days(2));
    world.request(0, world.person());
    world.app.drain();
    world.app.post_on(coordinator, &left, &format!("{left}/disablements"), &json!({})).expect(200);
    assert_eq!((waiting(&left), waiting(&stays)), (2, 2));
    // the thirtieth day of the first is over, and of the second not
    later(TimeDelta::days(28) - TimeDelta::minutes(1));
    assert_eq!(clean(&world), 0);
    later(TimeDelta::minutes(2));
    assert_eq!(clean(&world), 1);
    assert_eq!((waiting(&left), waiting(&stays)), (1, 2), "one that is sent to waits on");
    assert_eq!(clean(&world), 0);
    for answers in [answers_off, answers_on] {
        answers.store(200, std::sync::atomic::Ordering::SeqCst);
    }
    world.app.post_on(coordinator, &left, &format!("{left}/enablements"), &json!({})).expect(200);
    let before = off.got().len();
    world.app.drain();
    assert_eq!(off.got().len() - before, 1, "what is younger is sent");
    let rows = deliveries(&world, &left);
    assert_eq!((rows.len(), &rows[0]["state"]), (1, &json!("delivered")));
    assert_eq!(waiting(&stays), 0);
    later(TimeDelta::days(3));
    assert_eq!(clean(&world), 0);
    assert_sound(&world);
}
