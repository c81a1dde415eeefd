//! Events by webhook: signed so that the official library believes them, with secrets that can be replaced, sent again on
//! demand, and only to who may subscribe.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use naast_api::contract::CONTRACT;
use naast_api::events::dispatcher::Dispatcher;
use naast_api::events::outbound::Outbound;
use naast_persistence::events::{Room, lease_due};
use naast_tests::receiver::{Reaction, Received, Receiver, status};
use naast_tests::world::World;
use naast_tests::{Engine, on_both, random_id};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::looks::{assert_sound, count, refused, tables_with};

on_both!(
    the_official_library_believes_a_message_and_nothing_else,
    a_replaced_secret_signs_for_one_more_day,
    a_message_that_was_sent_is_sent_again_under_the_same_id,
    only_what_was_asked_for_is_sent_from_the_beginning_of_the_subscription_on,
    only_who_may_manages_webhooks_and_sees_them,
    a_subscription_that_is_disabled_hears_afterwards_what_it_missed,
    several_senders_share_the_work_and_send_everything_once,
    what_a_dead_sender_held_is_sent_by_another,
    the_sender_of_a_server_wakes_by_itself_and_gives_back_what_it_held,
);

/// Subscribes programme 0 to everything, or to some types; gives back the path and the secret.
pub fn subscribe(world: &World, receiver: &Receiver, types: Option<&[&str]>) -> (String, String) {
    let mut body = json!({ "url": receiver.url(), "programmeId": world.programmes[0] });
    if let Some(types) = types {
        body["eventTypes"] = json!(types.iter().map(|kind| format!("nl.naast.{kind}")).collect::<Vec<_>>());
    }
    let made = world.app.post(world.coordinators[0], "/webhook-subscriptions", &body).expect(201);
    let id = made.body["subscription"]["id"].as_str().expect("an id");
    (format!("/webhook-subscriptions/{id}"), made.text("secret"))
}

/// The deliveries of a subscription, the oldest first.
pub fn deliveries(world: &World, path: &str) -> Vec<Value> {
    let id = path.rsplit('/').next().expect("an id");
    let path = format!("/webhook-deliveries?subscriptionId={id}&pageSize=200");
    let mut rows = world.app.get(world.coordinators[0], &path).expect(200).body["data"].clone();
    let rows = rows.as_array_mut().expect("a list");
    rows.sort_by_key(|row| row["sequence"].as_str().and_then(|number| number.parse::<i64>().ok()));
    rows.clone()
}

/// Whether a message holds for somebody with this secret.
pub fn believed(secret: &str, message: &Received, body: &[u8]) -> bool {
    let mut headers = ureq::http::HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        headers.insert(name, message.header(name).parse().expect("a header"));
    }
    Webhook::new(secret).expect("a secret of the standard").verify(body, &headers).is_ok()
}

/// Whether one of the signatures of a message is of this secret, at the time that the message says.
fn signs(secret: &str, message: &Received) -> bool {
    let timestamp = message.header("webhook-timestamp").parse().expect("a number");
    let signed = Webhook::new(secret).expect("a secret of the standard").sign(
        message.header("webhook-id"),
        timestamp,
        &message.bytes,
    );
    message.header("webhook-signature").split(' ').any(|one| Some(one) == signed.as_deref().ok())
}

fn the_official_library_believes_a_message_and_nothing_else(engine: Engine) {
    let world = World::with_receivers(engine);
    let receiver = Receiver::answering(204);
    let (path, secret) = subscribe(&world, &receiver, Some(&["request.submitted"]));
    let other = subscribe(&world, &Receiver::answering(204), Some(&["match.started"])).1;
    world.request(0, world.person());
    assert_eq!(world.app.drain(), 1);
    let got = receiver.got();
    let message = &got[0];
    assert!(believed(&secret, message, &message.bytes));
    assert!(!believed(&other, message, &message.bytes));
    let mut flipped = message.bytes.clone();
    flipped[10] ^= 1;
    assert!(!believed(&secret, message, &flipped));
    assert_eq!(message.header("content-type"), "application/cloudevents+json");
    assert_eq!(message.event()["id"], message.header("webhook-id"));
    let call = &CONTRACT.document["webhooks"]["event"]["post"];
    let content = &call["requestBody"]["content"]["application/cloudevents+json"];
    let schema = json!({ "$ref": content["schema"]["$ref"], "components": CONTRACT.document["components"] });
    let schema = jsonschema::options().should_validate_formats(true).build(&schema).expect("it compiles");
    assert!(schema.is_valid(&message.event()), "{}", message.event());
    assert!(schema.is_valid(&content["example"]), "the example");
    for header in call["parameters"].as_array().expect("headers") {
        assert!(message.headers.contains_key(header["name"].as_str().expect("a name")));
    }
    // what is sent is what the feed says
    let feed = format!("/events?programmeId={}&pageSize=200", world.programmes[0]);
    let feed = world.app.get(world.coordinators[0], &feed).expect(200).body["data"].clone();
    assert!(feed.as_array().expect("a list").contains(&message.event()));
    let sent = deliveries(&world, &path);
    assert_eq!((sent.len(), &sent[0]["state"], &sent[0]["attempts"]), (1, &json!("delivered"), &json!(1)));
    assert_eq!((&sent[0]["lastStatus"], &sent[0]["lastFault"]), (&json!(204), &json!(null)));
    assert_eq!(world.app.drain(), 0);
    assert_sound(&world);
}

fn a_replaced_secret_signs_for_one_more_day(engine: Engine) {
    let world = World::with_receivers(engine);
    let receiver = Receiver::answering(200);
    let (path, first) = subscribe(&world, &receiver, Some(&["request.submitted"]));
    let rotate = || {
        let etag = world.app.get(world.coordinators[0], &path).expect(200).etag();
        let rotations = format!("{path}/secret-rotations");
        world
            .app
            .call(Some(world.coordinators[0]), "POST", &rotations, None, Some(&etag))
            .expect(201)
            .text("secret")
    };
    let bare = world.app.ask(world.coordinators[0], &format!("{path}/secret-rotations"));
    refused(bare, 428, "precondition-missing");
    let message = || {
        world.request(0, world.person());
        assert_eq!(world.app.drain(), 1);
        receiver.got().pop().expect("a message")
    };
    let second = rotate();
    assert_ne!(first, second);
    let both = message();
    assert!(believed(&first, &both, &both.bytes) && believed(&second, &both, &both.bytes));
    assert_eq!(both.header("webhook-signature").split(' ').count(), 2);
    world.app.platform.clock.advance(TimeDelta::hours(23));
    assert!(signs(&first, &message()));
    world.app.platform.clock.advance(TimeDelta::hours(2));
    let one = message();
    assert!(!signs(&first, &one) && signs(&second, &one));
    // replaced twice in a day: the oldest stops at once
    let (third, fourth) = (rotate(), rotate());
    let last = message();
    assert!(!signs(&second, &last) && signs(&third, &last) && signs(&fourth, &last));
    // a secret is shown when it is made, and then never again
    for (path, who) in
        [(path.clone(), world.coordinators[0]), ("/webhook-subscriptions".to_owned(), world.administrator)]
    {
        let told = String::from_utf8(world.app.get(who, &path).expect(200).bytes).expect("text");
        assert!(!told.contains("whsec_") && !told.contains(&fourth[6..]), "{told}");
    }
    let tables = tables_with(&world, receiver.address.port().to_string().as_str());
    assert!(!tables.contains(&"journal".to_owned()), "the journal names no address");
}

fn a_message_that_was_sent_is_sent_again_under_the_same_id(engine: Engine) {
    let world = World::with_receivers(engine);
    let coordinator = world.coordinators[0];
    let receiver = Receiver::answering(200);
    let (path, secret) = subscribe(&world, &receiver, Some(&["request.submitted"]));
    world.request(0, world.person());
    world.app.drain();
    let delivery = deliveries(&world, &path)[0].clone();
    let place = format!("/webhook-deliveries/{}", delivery["id"].as_str().expect("an id"));
    assert_eq!(world.app.get(coordinator, &place).expect(200).body, delivery);
    let listed = |state: &str| {
        let of = path.rsplit('/').next().expect("an id");
        let list = format!("/webhook-deliveries?subscriptionId={of}&state={state}");
        world.app.get(coordinator, &list).expect(200).body["data"].as_array().expect("a list").len()
    };
    assert_eq!((listed("delivered"), listed("failed"), listed("pending")), (1, 0, 0));
    let waits = world.app.ask(coordinator, &format!("{place}/replays")).expect(201);
    assert_eq!((&waits.body["state"], &waits.body["attempts"]), (&json!("pending"), &json!(0)));
    refused(world.app.ask(coordinator, &format!("{place}/replays")), 409, "delivery-waits");
    assert_eq!(world.app.drain(), 1);
    let got = receiver.got();
    assert_eq!(got.len(), 2);
    assert_eq!((got[0].header("webhook-id"), &got[0].bytes), (got[1].header("webhook-id"), &got[1].bytes));
    assert!(believed(&secret, &got[1], &got[1].bytes));
    world.app.post_on(coordinator, &path, &format!("{path}/disablements"), &json!({})).expect(200);
    refused(world.app.ask(coordinator, &format!("{place}/replays")), 409, "subscription-state");
}

fn only_what_was_asked_for_is_sent_from_the_beginning_of_the_subscription_on(engine: Engine) {
    let world = World::with_receivers(engine);
    world.request(0, world.person());
    let (some, every, platform) =
        (Receiver::answering(200), Receiver::answering(200), Receiver::answering(200));
    subscribe(&world, &some, Some(&["request.consented", "request.withdrawn"]));
    subscribe(&world, &every, None);
    let body = json!({ "url": platform.url() });
    world.app.post(world.administrator, "/webhook-subscriptions", &body).expect(201);
    let parent = world.person();
    world.member(&world.association, "auditor", None);
    let request = world.consented(0, parent);
    world.request(1, parent);
    world.app.ask(parent, &format!("/support-requests/{request}/withdrawal")).expect(200);
    world.app.drain();
    assert_eq!(some.types(), ["nl.naast.request.consented", "nl.naast.request.withdrawn"]);
    assert_eq!(
        every.types(),
        [
            "nl.naast.webhook-subscription.created",
            "nl.naast.request.submitted",
            "nl.naast.request.consented",
            "nl.naast.consent.withdrawn",
            "nl.naast.withdrawal-notice.sent",
            "nl.naast.request.withdrawn"
        ]
    );
    assert_eq!(platform.types(), ["nl.naast.webhook-subscription.created", "nl.naast.membership.given"]);
    for message in [some.got(), every.got(), platform.got()].concat() {
        let bytes = String::from_utf8(message.bytes).expect("text");
        assert!(!bytes.contains("ouder@example.org") && !bytes.contains(&parent.to_string()), "{bytes}");
    }
}

fn only_who_may_manages_webhooks_and_sees_them(engine: Engine) {
    let world = World::with_receivers(engine);
    let receiver = Receiver::answering(200);
    let (path, _) = subscribe(&world, &receiver, Some(&["request.submitted"]));
    world.request(0, world.person());
    world.app.drain();
    let delivery = deliveries(&world, &path)[0]["id"].as_str().expect("an id").to_owned();
    let auditor = world.member(&world.association, "auditor", None);
    let (stranger, leader, parent) = (world.coordinators[1], world.leader, world.person());
    let list = format!("/webhook-deliveries?subscriptionId={}", path.rsplit('/').next().expect("an id"));
    let body = |programme: Option<&str>| json!({ "url": receiver.url(), "programmeId": programme });
    let own = body(Some(&world.programmes[0]));
    for who in [leader, parent, stranger, auditor] {
        refused(world.app.post(who, "/webhook-subscriptions", &own), 403, "forbidden");
    }
    let mut platform = body(None);
    platform.as_object_mut().expect("an object").remove("programmeId");
    refused(world.app.post(world.coordinators[0], "/webhook-subscriptions", &platform), 403, "forbidden");
    let unknown = json!({ "url": receiver.url(), "programmeId": random_id() });
    refused(world.app.post(world.administrator, "/webhook-subscriptions", &unknown), 400, "invalid-input");
    for read in [path.as_str(), &format!("/webhook-deliveries/{delivery}"), &list] {
        for who in [world.coordinators[0], world.administrator, auditor] {
            world.app.get(who, read).expect(200);
        }
        refused(world.app.get(stranger, read), 404, "not-found");
        for who in [leader, parent] {
            refused(world.app.get(who, read), 403, "forbidden");
        }
    }
    let etag = world.app.get(auditor, &path).expect(200).etag();
    for act in ["secret-rotations", "disablements", "enablements"] {
        let act = format!("{path}/{act}");
        let call = |who| world.app.call(Some(who), "POST", &act, None, Some(&etag));
        refused(call(stranger), 404, "not-found");
        refused(call(auditor), 403, "forbidden");
        refused(call(leader), 403, "forbidden");
    }
    let replays = format!("/webhook-deliveries/{delivery}/replays");
    refused(world.app.ask(stranger, &replays), 404, "not-found");
    refused(world.app.ask(auditor, &replays), 403, "forbidden");
    let seen = |who| world.app.get(who, "/webhook-subscriptions").expect(200).body["data"].clone();
    assert_eq!(seen(stranger), json!([]));
    assert_eq!(seen(world.coordinators[0]).as_array().map(Vec::len), Some(1));
    assert_eq!(seen(auditor), seen(world.coordinators[0]));
    assert_eq!(count(&world, "webhook_subscriptions"), 1);
    for _ in 1..20 {
        world.app.post(world.coordinators[0], "/webhook-subscriptions", &own).expect(201);
    }
    refused(
        world.app.post(world.coordinators[0], "/webhook-subscriptions", &own),
        409,
        "too-many-subscriptions",
    );
    // nor by enabling one that was disabled
    let disabled = format!("{path}/disablements");
    let off = world.app.ask_on(world.coordinators[0], &path, &disabled).expect(200);
    assert_eq!(off.body["state"], "disabled");
    world.app.post(world.coordinators[0], "/webhook-subscriptions", &own).expect(201);
    let enabled = format!("{path}/enablements");
    refused(world.app.ask_on(world.coordinators[0], &path, &enabled), 409, "too-many-subscriptions");
}

fn a_subscription_that_is_disabled_hears_afterwards_what_it_missed(engine: Engine) {
    let world = World::with_receivers(engine);
    let coordinator = world.coordinators[0];
    let receiver = Receiver::answering(200);
    let (path, _) = subscribe(&world, &receiver, Some(&["request.submitted"]));
    let off = world.app.post_on(coordinator, &path, &format!("{path}/disablements"), &json!({})).expect(200);
    assert_eq!((&off.body["state"], &off.body["disabledBecause"]), (&json!("disabled"), &json!("asked")));
    refused(
        world.app.post_on(coordinator, &path, &format!("{path}/disablements"), &json!({})),
        409,
        "subscription-state",
    );
    for _ in 0..3 {
        world.request(0, world.person());
    }
    assert_eq!(world.app.drain(), 0);
    world.app.post_on(coordinator, &path, &format!("{path}/enablements"), &json!({})).expect(200);
    assert_eq!(world.app.drain(), 3);
    assert_eq!(receiver.types().len(), 3);
    assert_sound(&world);
}

fn several_senders_share_the_work_and_send_everything_once(engine: Engine) {
    let world = World::with_receivers(engine);
    let receivers: Vec<Receiver> = (0..8).map(|_| Receiver::answering(200)).collect();
    for receiver in &receivers {
        subscribe(&world, receiver, Some(&["request.submitted"]));
    }
    for _ in 0..12 {
        world.request(0, world.person());
    }
    let attempts: usize = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..3).map(|_| scope.spawn(|| world.app.drain())).collect();
        senders.into_iter().map(|sender| sender.join().expect("no sender fails")).sum()
    });
    assert_eq!(attempts, 8 * 12);
    for receiver in &receivers {
        let got = receiver.got();
        let order: Vec<i64> = got
            .iter()
            .map(|one| one.event()["sequence"].as_str().expect("a text").parse().expect("a number"))
            .collect();
        assert_eq!(order.len(), 12);
        assert!(order.windows(2).all(|two| two[0] < two[1]), "{order:?}");
    }
}

fn what_a_dead_sender_held_is_sent_by_another(engine: Engine) {
    let world = World::with_receivers(engine);
    let receiver = Receiver::answering(200);
    subscribe(&world, &receiver, Some(&["request.submitted"]));
    world.request(0, world.person());
    let (dead, now) = (random_id(), world.app.platform.clock.now());
    let held = world.app.platform.store.write(move |tx| {
        let keys = lease_due(tx, dead, now, Room { well: 10, failing: 0 })?;
        Ok::<_, naast_persistence::Error>(naast_persistence::Kept::bookkeeping(keys))
    });
    assert_eq!(held.expect("storage works").0.len(), 1);
    assert_eq!(world.app.drain(), 0);
    world.app.platform.clock.advance(TimeDelta::from_std(Duration::from_secs(31)).expect("short"));
    assert_eq!(world.app.drain(), 1);
    assert_eq!(receiver.got().len(), 1);
}

fn the_sender_of_a_server_wakes_by_itself_and_gives_back_what_it_held(engine: Engine) {
    let world = World::with_receivers(engine);
    let quick = Receiver::answering(200);
    let slow = Receiver::start("127.0.0.1", |_| Reaction { delay: Duration::from_secs(60), ..status(200) });
    subscribe(&world, &quick, Some(&["request.submitted"]));
    let (path, _) = subscribe(&world, &slow, Some(&["request.submitted"]));
    actix_web::rt::System::new().block_on(async {
        let outbound = Outbound::new(&world.app.platform.events).expect("the system has certificates");
        let sender = Arc::new(Dispatcher::new(world.app.platform.clone(), outbound));
        let sending = actix_web::rt::spawn(Arc::clone(&sender).run());
        world.request(0, world.person());
        let both_have_it = async {
            while quick.got().is_empty() || slow.got().is_empty() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), both_have_it).await.expect("the sender woke");
        // stopped in the middle of a message: what it held is free at once, and the message was not received
        sending.abort();
        let _ = sending.await;
        sender.stop().await.expect("storage works");
    });
    assert_eq!(count(&world, "webhook_subscriptions WHERE lease_holder IS NOT NULL"), 0);
    assert_eq!(deliveries(&world, &path)[0]["state"], "pending");
}
