//! The administrator's figures: every series stands at nought before anything happened, the documentation names each of them,
//! and whatever an alarm is written on moves when it should.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use actix_web::web;
use chrono::TimeDelta;
use naast_api::clock::Clock;
use naast_api::limits::{LimitSettings, Rate};
use naast_api::problem::CATALOGUE;
use naast_tests::app::{Shape, TestApp};
use naast_tests::receiver::Receiver;
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::looks::refused;
use crate::webhooks::subscribe;

on_both!(every_series_stands_at_nought, webhooks_that_wait_fail_and_end_are_counted);

/// What each figure is called, as a server names them.
fn names(text: &str) -> BTreeSet<String> {
    let kinds = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    kinds.filter_map(|kind| kind.split(' ').next()).map(str::to_owned).collect()
}

/// Series by their whole name that an alarm may stand on, and that nothing moved yet.
fn alarms(engine: Engine) -> Vec<String> {
    let mut all = vec!["naast_panics_total".to_owned(), "naast_draining".to_owned()];
    let mut of = |figure: &str, label: &str, values: &[&str]| {
        all.extend(values.iter().map(|value| format!("{figure}{{{label}=\"{value}\"}}")));
    };
    let refusals = [
        "size",
        "depth",
        "control-character",
        "content-encoding",
        "media-type",
        "no-json",
        "repeated",
        "not-acceptable",
        "no-http",
        "head-size",
    ];
    of("naast_refused_total", "reason", &refusals);
    of("naast_deadlines_total", "of", &["head", "body", "call", "answer", "rest"]);
    of("naast_rate_limited_total", "policy", &["subject", "address", "attempts"]);
    of("naast_repeated_calls_total", "outcome", &["replayed", "in-use", "reused"]);
    of("naast_webhook_attempts_total", "outcome", &["delivered", "again", "given-up", "gone"]);
    of("naast_webhook_subscriptions_disabled_total", "reason", &["gone", "failing", "role-ended"]);
    of("naast_webhook_subscriptions", "state", &["active", "disabled"]);
    of("naast_problems_total", "code", &CATALOGUE.iter().map(|kind| kind.code).collect::<Vec<_>>());
    let queues: &[&str] = if engine == Engine::Sqlite { &["read", "write"] } else { &["database"] };
    for queue in queues {
        for reason in ["queue-full", "waited-too-long", "too-slow", "outcome-unknown"] {
            all.push(format!("naast_shed_total{{queue=\"{queue}\",reason=\"{reason}\"}}"));
        }
    }
    for line in [
        "method=\"GET\",route=\"/v1/me\",status=\"200\"",
        "method=\"GET\",route=\"/v1/me\",status=\"500\"",
        "method=\"POST\",route=\"/v1/support-requests\",status=\"503\"",
        "method=\"GET\",route=\"/health/ready\",status=\"503\"",
        "method=\"other\",route=\"-\",status=\"431\"",
    ] {
        all.push(format!("naast_calls_total{{{line}}}"));
    }
    all.push("naast_call_seconds_count{method=\"GET\",route=\"/v1/me\"}".to_owned());
    all.extend(
        [
            "subscriptions_failing",
            "deliveries_waiting",
            "deliveries_due",
            "oldest_due_seconds",
            "journal_rows_unread",
        ]
        .map(|figure| format!("naast_webhook_{figure}")),
    );
    all
}

fn every_series_stands_at_nought(engine: Engine) {
    let app = TestApp::start(engine);
    let text = app.metrics();
    for series in alarms(engine) {
        let line = format!("{series} 0");
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    assert!(text.contains("naast_webhook_figures_fresh 1"), "{text}");
    for queue in if engine == Engine::Sqlite { ["read", "write"] } else { ["database"; 2] } {
        for figure in ["naast_queue_calls", "naast_queue_wait_seconds_count"] {
            assert!(text.contains(&format!("{figure}{{queue=\"{queue}\"}} ")), "{figure} is not in\n{text}");
        }
    }
    // nothing moved at all, but for the connections to the database and for what the server does by itself as it starts
    let moved: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.ends_with(" 0"))
        .filter(|line| {
            let own = [
                "naast_connections_most",
                "naast_database_connections",
                "naast_queue_",
                "naast_webhook_figures_fresh",
            ];
            !own.iter().any(|figure| line.starts_with(figure))
        })
        .collect();
    assert!(moved.is_empty(), "{moved:?}");
}

/// Names by the conventions of Prometheus, and a table that names each of them and nothing else.
#[test]
fn the_documentation_names_every_figure() {
    let app = TestApp::start(Engine::Sqlite);
    let text = app.metrics();
    let shown = names(&text);
    for name in &shown {
        let is_counter = text.contains(&format!("# TYPE {name} counter\n"));
        assert_eq!(is_counter, name.ends_with("_total"), "{name}");
        assert!(text.contains(&format!("# HELP {name} ")), "{name}");
    }
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/OPERATIONS.md"))
        .expect("a page");
    let section =
        page.split("\n## Figures\n").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a section");
    let told: BTreeSet<String> = section
        .lines()
        .filter(|line| line.starts_with("| `naast_"))
        .flat_map(|line| line.split('|').nth(1).expect("a cell").split('`'))
        .filter(|word| word.starts_with("naast_"))
        .map(str::to_owned)
        .collect();
    assert_eq!(told, shown);
}

/// Why a call is refused, its headers and body, and the status.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], Vec<u8>, u16);

#[test]
fn what_the_edge_refuses_is_counted_by_what_for() {
    let world = World::new(Engine::Sqlite);
    let token = format!("Bearer {}", world.app.token(world.administrator));
    let json = ("content-type", "application/json");
    let post = |more: &[(&str, &str)], body: &[u8]| {
        let headers: Vec<_> =
            [("authorization", token.as_str())].into_iter().chain(more.iter().copied()).collect();
        world.app.send("POST", "/v1/people", &headers, body.to_vec())
    };
    let counted = |reason: &str| world.app.figure(&format!("naast_refused_total{{reason=\"{reason}\"}}"));
    let deep = format!("{{\"name\":{}1{}}}", "[".repeat(40), "]".repeat(40));
    let large = format!("{{\"name\":\"{}\"}}", "a".repeat(70_000));
    let cases: [Case<'_>; 8] = [
        ("size", &[json], large.into_bytes(), 413),
        ("depth", &[json], deep.into_bytes(), 400),
        ("control-character", &[json], br#"{"name":"a\u0007b"}"#.to_vec(), 400),
        ("content-encoding", &[json, ("content-encoding", "gzip")], b"{}".to_vec(), 415),
        ("media-type", &[("content-type", "text/plain")], b"{}".to_vec(), 415),
        ("no-json", &[json], b"{".to_vec(), 400),
        ("repeated", &[json], br#"{"name":"Een","name":"Twee"}"#.to_vec(), 400),
        ("not-acceptable", &[json, ("accept", "image/png")], b"{}".to_vec(), 406),
    ];
    for (place, (reason, headers, body, status)) in cases.iter().enumerate() {
        post(headers, body).expect(*status);
        for (other, (name, ..)) in cases.iter().enumerate() {
            assert_eq!(counted(name), u64::from(other <= place), "{name} after {reason}");
        }
    }
    assert_eq!(world.app.figure("naast_problems_total{code=\"payload-too-large\"}"), 1);
    assert_eq!(world.app.figure("naast_problems_total{code=\"unsupported-media-type\"}"), 2);
    for (text, reason) in [
        ("no HTTP\r\n\r\n".to_owned(), "no-http"),
        (format!("GET /{} HTTP/1.1\r\n", "a".repeat(200_000)), "head-size"),
    ] {
        let mut stream = TcpStream::connect(world.app.address).expect("it listens");
        stream.write_all(text.as_bytes()).expect("open");
        stream.read_to_end(&mut Vec::new()).expect("closed");
        assert_eq!(counted(reason), 1, "{reason}");
    }
}

async fn panics() -> actix_web::HttpResponse {
    panic!("in a handler")
}

fn panicking(config: &mut web::ServiceConfig) {
    config.route("/test/handler", web::get().to(panics));
}

#[test]
fn limits_a_full_queue_and_a_panic_are_counted() {
    let limits = LimitSettings { address: Rate::new(2, 60), ..LimitSettings::default() };
    let clock = Clock::standing(Clock::default().now());
    // a queue without a place: every call that asks the database is sent away
    let app = TestApp::start_as(
        Engine::Sqlite,
        Shape { limits, clock, queue: 0, more: panicking, ..Shape::default() },
    );
    let somebody = naast_domain::ids::PersonId::from_uuid(naast_tests::random_id());
    for _ in 0..2 {
        refused(app.get(somebody, "/me"), 503, "overloaded");
    }
    refused(app.get(somebody, "/me"), 429, "quota-exceeded");
    for status in [200, 200, 429, 429] {
        app.send("GET", "/v1/problems", &[], Vec::new()).expect(status);
    }
    app.send("GET", "/test/handler", &[], Vec::new()).expect(500);
    for (series, expected) in [
        ("naast_problems_total{code=\"overloaded\"}", 2),
        ("naast_shed_total{queue=\"read\",reason=\"queue-full\"}", 2),
        ("naast_rate_limited_total{policy=\"subject\"}", 0),
        // one of them of somebody of whom nobody could ask whether she is there
        ("naast_rate_limited_total{policy=\"address\"}", 3),
        ("naast_problems_total{code=\"quota-exceeded\"}", 3),
        ("naast_panics_total", 1),
        ("naast_problems_total{code=\"internal\"}", 1),
        ("naast_calls_total{method=\"GET\",route=\"/v1/me\",status=\"503\"}", 2),
    ] {
        assert_eq!(app.figure(series), expected, "{series}");
    }
}

/// A server that was asked to stop says so, and on how many connections somebody is still.
#[test]
fn a_server_that_leaves_says_so_and_who_is_left() {
    let world = World::new(Engine::Sqlite);
    let open = || world.app.figure("naast_connections_open");
    let settles = |expected: u64| {
        let begun = Instant::now();
        while open() != expected {
            assert!(begun.elapsed() < Duration::from_secs(5), "{} open, not {expected}", open());
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let before = open();
    let callers: Vec<_> = (0..3)
        .map(|_| {
            let mut stream = TcpStream::connect(world.app.address).expect("it listens");
            stream.write_all(b"POST /v1/people HTTP/1.1\r\nhost: test\r\n").expect("open");
            stream
        })
        .collect();
    settles(before + 3);
    world.app.platform.health.leave();
    assert_eq!((world.app.figure("naast_draining"), open()), (1, before + 3));
    refused(world.app.send("GET", "/health/ready", &[], Vec::new()), 503, "not-ready");
    assert_eq!(world.app.figure("naast_problems_total{code=\"not-ready\"}"), 1);
    drop(callers);
    // the caller of these tests was told to close hers, too
    settles(before - 1);
}

fn webhooks_that_wait_fail_and_end_are_counted(engine: Engine) {
    let world = World::with_receivers(engine);
    let figure = |name: &str| world.app.figure(&format!("naast_webhook_{name}"));
    let waits = || [figure("deliveries_waiting"), figure("deliveries_due"), figure("journal_rows_unread")];
    let later = |by| world.app.platform.clock.advance(by);
    let (sound, broken) = (Receiver::answering(204), Receiver::answering(500));
    let (taken, _) = subscribe(&world, &sound, Some(&["request.submitted"]));
    let taken = taken.rsplit('/').next().expect("an id");
    subscribe(&world, &broken, Some(&["request.submitted"]));
    world.app.drain();
    assert_eq!((figure("subscriptions{state=\"active\"}"), waits()), (2, [0, 0, 0]));
    world.request(0, world.person());
    // nobody sent yet: what is behind is seen all the same
    assert!(figure("journal_rows_unread") >= 2, "{}", world.app.metrics());
    world.app.drain();
    assert_eq!(figure("attempts_total{outcome=\"delivered\"}"), 1);
    assert_eq!(figure("attempts_total{outcome=\"again\"}"), 1);
    assert_eq!((waits(), figure("subscriptions_failing")), ([1, 0, 0], 1));
    later(TimeDelta::minutes(3));
    assert_eq!(waits(), [1, 1, 0]);
    // who waits for a receiver that fails says nothing of the senders
    assert_eq!(figure("oldest_due_seconds"), 0);
    let deliveries = format!("/webhook-deliveries?subscriptionId={taken}");
    let sent = world.app.get(world.coordinators[0], &deliveries).expect(200);
    let sent = sent.body["data"][0]["id"].as_str().expect("a delivery").to_owned();
    let again = format!("/webhook-deliveries/{sent}/replays");
    world.app.post(world.coordinators[0], &again, &Value::Null).expect(201);
    later(TimeDelta::seconds(90));
    assert!((80..=100).contains(&figure("oldest_due_seconds")), "{}", figure("oldest_due_seconds"));
    // nothing succeeds for so long that it is given up
    for _ in 0..12 {
        world.app.drain();
        later(TimeDelta::hours(27));
    }
    world.app.drain();
    assert_eq!(figure("subscriptions_disabled_total{reason=\"failing\"}"), 1);
    let gone = Receiver::answering(410);
    let (path, _) = subscribe(&world, &gone, Some(&["request.submitted"]));
    world.request(0, world.person());
    world.app.drain();
    assert_eq!(world.app.get(world.coordinators[0], &path).expect(200).body["state"], json!("disabled"));
    assert_eq!(figure("attempts_total{outcome=\"gone\"}"), 1);
    assert_eq!(figure("subscriptions_disabled_total{reason=\"gone\"}"), 1);
    assert!(figure("subscriptions{state=\"disabled\"}") >= 1);
}
