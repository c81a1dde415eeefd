//! Webhooks that are not received: tried again at the right moments, given up in the end, and never in another's way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use naast_api::events::dispatcher::Dispatcher;
use naast_api::events::outbound::{Outbound, Patience, SystemNames};
use naast_domain::events::STEPS;
use naast_tests::receiver::{Reaction, Receiver, status};
use naast_tests::world::World;
use naast_tests::{Engine, around, on_both};
use serde_json::json;

use crate::looks::{assert_sound, count};
use crate::webhooks::{deliveries, subscribe};

on_both!(
    a_message_is_tried_ten_times_and_then_given_up,
    a_receiver_that_is_gone_is_not_called_again,
    a_receiver_that_asks_for_rest_gets_it,
    whoever_has_no_role_any_more_is_sent_nothing,
    what_a_receiver_said_outlasts_a_database_that_is_busy,
    a_message_that_fails_does_not_hold_up_the_next,
    a_dead_receiver_delays_nobody_else,
    a_dead_receiver_delays_nobody_in_the_sender_of_a_server,
    after_five_days_without_success_a_subscription_is_disabled,
    settled_deliveries_are_forgotten_after_thirty_days,
);

/// Moves the clock.
fn later(world: &World, by: TimeDelta) {
    world.app.platform.clock.advance(by);
}

/// A receiver whose answer a test changes.
pub fn changeable(first: u16) -> (Receiver, Arc<AtomicU16>) {
    let answer = Arc::new(AtomicU16::new(first));
    let says = Arc::clone(&answer);
    (Receiver::start("127.0.0.1", move |_| status(says.load(Ordering::SeqCst))), answer)
}

fn a_message_is_tried_ten_times_and_then_given_up(engine: Engine) {
    let world = World::with_receivers(engine);
    let receiver = Receiver::answering(500);
    let (path, _) = subscribe(&world, &receiver, Some(&["request.submitted"]));
    world.request(0, world.person());
    for (attempt, step) in STEPS.into_iter().enumerate() {
        if step > 0 {
            // not a moment too early
            later(&world, TimeDelta::seconds(step - 2));
            assert_eq!(world.app.drain(), 0, "attempt {attempt}");
            // a tenth is added by chance at most
            later(&world, TimeDelta::seconds(step / 10 + 3));
        }
        assert_eq!(world.app.drain(), 1, "attempt {attempt}");
        let delivery = &deliveries(&world, &path)[0];
        assert_eq!((&delivery["attempts"], &delivery["lastStatus"]), (&json!(attempt + 1), &json!(500)));
        assert_eq!(delivery["lastFault"], "status");
    }
    let delivery = &deliveries(&world, &path)[0];
    assert_eq!((&delivery["state"], &delivery["nextAttemptAt"]), (&json!("failed"), &json!(null)));
    later(&world, TimeDelta::days(30));
    assert_eq!(world.app.drain(), 0);
    let followed =
        |what: &str| world.app.figure(&format!("naast_webhook_attempts_total{{outcome=\"{what}\"}}"));
    assert_eq!((followed("again"), followed("given-up")), (9, 1));
    let got = receiver.got();
    assert_eq!(got.len(), 10);
    assert!(got.iter().all(|one| one.header("webhook-id") == got[0].header("webhook-id")));
    assert!(got.iter().all(|one| one.bytes == got[0].bytes));
    let times: Vec<i64> =
        got.iter().map(|one| one.header("webhook-timestamp").parse().expect("a number")).collect();
    assert!(times.windows(2).all(|two| two[0] < two[1]), "each attempt is signed anew: {times:?}");
    let found = world.app.get(world.coordinators[0], &path).expect(200);
    assert_eq!(found.body["state"], "active");
    assert!(found.body["failingSinceAt"].is_string());
}

fn a_receiver_that_is_gone_is_not_called_again(engine: Engine) {
    let world = World::with_receivers(engine);
    let (receiver, answer) = changeable(410);
    let (path, _) = subscribe(&world, &receiver, Some(&["request.submitted"]));
    for _ in 0..3 {
        world.request(0, world.person());
    }
    assert_eq!(world.app.drain(), 1);
    let found = world.app.get(world.coordinators[0], &path).expect(200).body;
    assert_eq!((&found["state"], &found["disabledBecause"]), (&json!("disabled"), &json!("gone")));
    let row = "journal WHERE action = 'webhook-subscription.disabled' AND actor IS NULL AND role = 'system'";
    assert_eq!(count(&world, row), 1);
    later(&world, TimeDelta::days(9));
    assert_eq!(world.app.drain(), 0);
    answer.store(200, Ordering::SeqCst);
    world.app.post_on(world.coordinators[0], &path, &format!("{path}/enablements"), &json!({})).expect(200);
    assert_eq!(world.app.drain(), 2, "what waited goes on; what was answered with 410 does not");
    assert_sound(&world);
}

fn what_a_receiver_said_outlasts_a_database_that_is_busy(engine: Engine) {
    let world = World::with_receivers(engine);
    let location = world.app.location.clone();
    // when the message comes, somebody takes the lock that its outcome needs, for longer than a write waits for it
    let receiver = Receiver::start("127.0.0.1", move |_| {
        let (location, (tell, told)) = (location.clone(), std::sync::mpsc::channel());
        std::thread::spawn(move || {
            around(&location, |holder| {
                let (lock, time) = match engine {
                    Engine::Postgres => ("BEGIN; LOCK TABLE webhook_deliveries", 2_500),
                    Engine::Sqlite => ("BEGIN IMMEDIATE", 6_500),
                };
                holder.batch(lock).expect("the lock is free");
                tell.send(()).expect("the receiver waits");
                std::thread::sleep(Duration::from_millis(time));
                holder.batch("ROLLBACK").expect("it was held");
            });
        });
        told.recv().expect("the lock is held");
        status(410)
    });
    let (path, _) = subscribe(&world, &receiver, Some(&["request.submitted"]));
    world.request(0, world.person());
    assert_eq!(world.app.drain(), 1);
    let found = world.app.get(world.coordinators[0], &path).expect(200).body;
    assert_eq!((&found["state"], &found["disabledBecause"]), (&json!("disabled"), &json!("gone")));
    let delivery = &deliveries(&world, &path)[0];
    assert_eq!((&delivery["attempts"], &delivery["lastStatus"]), (&json!(1), &json!(410)));
    assert_eq!(receiver.got().len(), 1);
    assert_sound(&world);
}

fn whoever_has_no_role_any_more_is_sent_nothing(engine: Engine) {
    let world = World::with_receivers(engine);
    let (app, programme) = (&world.app, &world.programmes[0]);
    let organisation = &world.association;
    let give = |person, until: Option<naast_domain::Date>| {
        let body = json!({ "personId": person, "role": "coordinator", "programmeId": programme, "untilDate": until });
        let path = format!("/organisations/{organisation}/memberships");
        format!("{path}/{}", app.post(world.administrator, &path, &body).expect(201).id())
    };
    let change = |path: &str, status: &str| {
        let tag = app.get(world.administrator, path).expect(200).header("etag").expect("a tag").to_owned();
        let body = json!({ "status": status });
        app.call(Some(world.administrator), "PATCH", path, Some(&body), Some(&tag)).expect(200);
    };
    let (leaves, rests, runs_out) = (world.person(), world.person(), world.person());
    let roles = [
        give(leaves, None),
        give(rests, None),
        give(runs_out, Some(app.platform.clock.today() + chrono::Days::new(3))),
    ];
    let mine: Vec<(Receiver, String)> = [leaves, rests, runs_out, world.coordinators[0]]
        .into_iter()
        .map(|person| {
            let receiver = Receiver::answering(204);
            let kinds = ["nl.naast.request.submitted"];
            let body = json!({ "url": receiver.url(), "programmeId": programme, "eventTypes": kinds });
            let made = app.post(person, "/webhook-subscriptions", &body).expect(201);
            (
                receiver,
                format!(
                    "/webhook-subscriptions/{}",
                    made.body["subscription"]["id"].as_str().expect("an id")
                ),
            )
        })
        .collect();
    let got = || mine.iter().map(|(receiver, _)| receiver.got().len()).collect::<Vec<_>>();
    let stands = |place: usize| {
        let found = app.get(world.coordinators[0], &mine[place].1).expect(200).body;
        (found["state"].clone(), found["disabledBecause"].clone())
    };
    world.request(0, world.person());
    app.drain();
    assert_eq!(got(), [1, 1, 1, 1]);
    change(&roles[0], "ended");
    change(&roles[1], "suspended");
    later(&world, TimeDelta::days(5));
    world.request(0, world.person());
    app.drain();
    assert_eq!(got(), [1, 1, 1, 2], "nothing is sent to whoever may not have it any more");
    for place in 0..3 {
        assert_eq!(stands(place), (json!("disabled"), json!("role-ended")), "{place}");
    }
    let rows = "journal WHERE action = 'webhook-subscription.disabled' AND actor IS NULL AND role = 'system'";
    assert_eq!(count(&world, rows), 3);
    assert_eq!(count(&world, "webhook_subscriptions WHERE kept_by IS NOT NULL"), 1);
    // somebody who has the role wants it to go on, and nothing was missed
    let path = &mine[0].1;
    app.post_on(world.coordinators[0], path, &format!("{path}/enablements"), &json!({})).expect(200);
    app.drain();
    assert_eq!(got(), [2, 1, 1, 2]);
    change(&roles[1], "active");
    world.request(0, world.person());
    app.drain();
    assert_eq!(got(), [3, 1, 1, 3], "who has her role again enables hers herself");
    assert_sound(&world);
}

fn a_receiver_that_asks_for_rest_gets_it(engine: Engine) {
    let world = World::with_receivers(engine);
    let says = Arc::new(AtomicU16::new(429));
    let heard = Arc::clone(&says);
    let receiver = Receiver::start("127.0.0.1", move |_| Reaction {
        header: Some("Retry-After: 3600".to_owned()),
        ..status(heard.load(Ordering::SeqCst))
    });
    let (path, _) = subscribe(&world, &receiver, Some(&["request.submitted"]));
    for _ in 0..2 {
        world.request(0, world.person());
    }
    // not this one, and no other either: neither the one that waits already nor one that comes now
    assert_eq!(world.app.drain(), 1);
    assert_eq!(world.app.drain(), 0);
    world.request(0, world.person());
    later(&world, TimeDelta::seconds(3598));
    assert_eq!(world.app.drain(), 0);
    says.store(200, Ordering::SeqCst);
    later(&world, TimeDelta::seconds(3));
    assert_eq!(world.app.drain(), 3);
    assert!(deliveries(&world, &path).iter().all(|one| one["state"] == "delivered"));
}

fn a_message_that_fails_does_not_hold_up_the_next(engine: Engine) {
    let world = World::with_receivers(engine);
    let receiver = Receiver::start("127.0.0.1", |message| {
        status(if message.event()["type"] == "nl.naast.request.submitted" { 500 } else { 200 })
    });
    let (path, _) = subscribe(&world, &receiver, Some(&["request.submitted", "request.consented"]));
    for _ in 0..3 {
        world.consented(0, world.person());
    }
    assert_eq!(world.app.drain(), 6);
    let states: Vec<_> = deliveries(&world, &path).iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["pending", "delivered", "pending", "delivered", "pending", "delivered"]);
}

fn a_dead_receiver_delays_nobody_else(engine: Engine) {
    let world = World::with_receivers(engine);
    let patience = Duration::from_secs(2);
    // dead: it takes the connection and never answers
    let dead: Vec<Receiver> = (0..4)
        .map(|_| Receiver::start("127.0.0.1", |_| Reaction { delay: Duration::from_secs(60), ..status(200) }))
        .collect();
    let mut paths: Vec<String> =
        dead.iter().map(|one| subscribe(&world, one, Some(&["request.submitted"])).0).collect();
    let living = Receiver::answering(200);
    paths.push(subscribe(&world, &living, Some(&["request.submitted"])).0);
    for _ in 0..2 {
        world.request(0, world.person());
    }
    let began = Instant::now();
    let outbound = Outbound::with(
        Arc::new(SystemNames),
        |address| address.is_loopback(),
        Patience { connect: patience, total: patience },
        true,
    );
    world.app.drain_through(outbound.expect("the system has certificates"));
    let last = living.got().last().expect("everything arrived").at;
    assert_eq!(living.got().len(), 2);
    assert!(last - began < patience, "{:?}", last - began);
    assert!(began.elapsed() >= patience, "the dead ones were really waited for");
    assert_eq!(deliveries(&world, &paths[0])[0]["lastFault"], "timeout");
}

/// The same with the loop that a server runs: while it waits for the dead, somebody else subscribes and is sent to.
fn a_dead_receiver_delays_nobody_in_the_sender_of_a_server(engine: Engine) {
    let world = World::with_receivers(engine);
    let dead = Receiver::start("127.0.0.1", |_| Reaction { delay: Duration::from_secs(60), ..status(200) });
    let living = Receiver::answering(200);
    subscribe(&world, &dead, Some(&["request.submitted"]));
    actix_web::rt::System::new().block_on(async {
        let patience = Patience { connect: Duration::from_secs(2), total: Duration::from_secs(25) };
        let outbound = Outbound::with(Arc::new(SystemNames), |address| address.is_loopback(), patience, true);
        let outbound = outbound.expect("the system has certificates");
        let sender = Arc::new(Dispatcher::new(world.app.platform.clone(), outbound));
        let sending = actix_web::rt::spawn(sender.run());
        let arrived = async |receiver: &Receiver| {
            while receiver.got().is_empty() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        world.request(0, world.person());
        tokio::time::timeout(Duration::from_secs(20), arrived(&dead)).await.expect("the dead one is tried");
        subscribe(&world, &living, Some(&["request.submitted"]));
        world.request(0, world.person());
        tokio::time::timeout(Duration::from_secs(15), arrived(&living))
            .await
            .expect("nobody waits for the dead");
        sending.abort();
    });
}

fn after_five_days_without_success_a_subscription_is_disabled(engine: Engine) {
    let world = World::with_receivers(engine);
    let (receiver, answer) = changeable(500);
    let (path, _) = subscribe(&world, &receiver, Some(&["request.submitted"]));
    let state = || world.app.get(world.coordinators[0], &path).expect(200).body["state"].clone();
    world.request(0, world.person());
    world.app.drain();
    later(&world, TimeDelta::days(3));
    // one success, and the five days begin anew
    answer.store(200, Ordering::SeqCst);
    assert_eq!(world.app.drain(), 1);
    answer.store(500, Ordering::SeqCst);
    for day in 0..=5 {
        assert_eq!(state(), "active", "day {day}");
        world.request(0, world.person());
        assert!(world.app.drain() >= 1, "day {day}");
        later(&world, TimeDelta::hours(24) + TimeDelta::seconds(1));
    }
    assert_eq!(state(), "disabled");
    let because = world.app.get(world.coordinators[0], &path).expect(200).body["disabledBecause"].clone();
    assert_eq!(because, "failing");
    world.request(0, world.person());
    assert_eq!(world.app.drain(), 0);
}

fn settled_deliveries_are_forgotten_after_thirty_days(engine: Engine) {
    let world = World::with_receivers(engine);
    let (receiver, answer) = changeable(200);
    let (path, _) = subscribe(&world, &receiver, Some(&["request.submitted"]));
    world.request(0, world.person());
    world.app.drain();
    let clean = || {
        let outbound = Outbound::new(&world.app.platform.events).expect("the system has certificates");
        let sender = naast_api::events::dispatcher::Dispatcher::new(world.app.platform.clone(), outbound);
        actix_web::rt::System::new().block_on(sender.clean()).expect("storage works")
    };
    later(&world, TimeDelta::days(29));
    assert_eq!(clean(), 0);
    answer.store(500, Ordering::SeqCst);
    world.request(0, world.person());
    world.app.drain();
    later(&world, TimeDelta::days(2));
    assert_eq!(clean(), 1);
    let left = deliveries(&world, &path);
    assert_eq!((left.len(), &left[0]["state"]), (1, &json!("pending")), "what waits is not forgotten");
}
