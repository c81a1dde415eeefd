//! What the edge makes of callers that are slow, and of a panic. What it refuses of bodies: `bodies.rs`.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use actix_web::web;
use naast_api::platform::Platform;
use naast_domain::ids::PersonId;
use naast_persistence::Kept;
use naast_tests::app::{Reply, Shape, TestApp};
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::Value;

use crate::looks::{assert_sound, count, refused};

on_both!(a_panic_is_a_problem_and_harms_nobody_else);

/// A caller who never ends what she began.
struct Dawdler {
    name: &'static str,
    /// What she sends at once.
    begins: Vec<u8>,
    /// What she sends four times a second after that.
    drips: &'static [u8],
    /// Whether she reads what she is sent.
    reads: bool,
    /// How the last answer that she gets begins.
    told: &'static str,
}

impl Dawdler {
    fn new(name: &'static str, begins: &str, drips: &'static [u8], told: &'static str) -> Self {
        Self { name, begins: begins.as_bytes().to_vec(), drips, reads: true, told }
    }

    /// Gives back what came, and how long it took until the connection was closed.
    fn dawdle(&self, app: &TestApp) -> (String, Duration) {
        let begun = Instant::now();
        let mut stream = TcpStream::connect(app.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_millis(250))).expect("a socket");
        stream.set_write_timeout(Some(Duration::from_millis(250))).expect("a socket");
        let waits = |fault: &std::io::Error| {
            matches!(fault.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
        };
        let mut came = Vec::new();
        let mut buffer = [0; 4096];
        // more than the sockets hold is written as far as it goes
        let mut open = stream.write_all(&self.begins).err().is_none_or(|fault| waits(&fault));
        while open && begun.elapsed() < Duration::from_secs(20) {
            if self.reads {
                match stream.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(length) => came.extend_from_slice(&buffer[..length]),
                    Err(fault) => open = waits(&fault),
                }
            } else {
                thread::sleep(Duration::from_millis(250));
            }
            open = open && stream.write_all(self.drips).err().is_none_or(|fault| waits(&fault));
        }
        (String::from_utf8_lossy(&came).into_owned(), begun.elapsed())
    }
}

/// Everybody who could hold a connection: with a head or a body that does not end, with and without a token, before and
/// after the answer, and by not reading it.
fn dawdlers(world: &World, parent: PersonId, request: &str) -> Vec<Dawdler> {
    let bearer = |person| format!("authorization: Bearer {}\r\n", world.app.token(person));
    let known = bearer(world.administrator);
    let head = |path: &str, token: &str, length: &str| {
        format!(
            "POST /v1{path} HTTP/1.1\r\nhost: test\r\n{token}content-type: application/json\r\n{length}\r\n\r\n"
        )
    };
    let (long, chunks) = ("content-length: 60000", "transfer-encoding: chunked");
    let withdrawal = format!("/support-requests/{request}/withdrawal");
    let too_large = format!("{}11000\r\n{}", head("/people", &known, chunks), " ".repeat(0x11000));
    let mut all = vec![
        Dawdler::new("length", &head("/people", &known, long), b" ", "HTTP/1.1 408"),
        Dawdler::new("chunks, silent", &head("/people", &known, chunks), b"", "HTTP/1.1 408"),
        Dawdler::new("chunks", &head("/people", &known, chunks), b"1\r\n \r\n", "HTTP/1.1 408"),
        Dawdler::new("nobody, silent", &head("/people", "", chunks), b"", "HTTP/1.1 401"),
        Dawdler::new("nobody", &head("/people", "", chunks), b"1\r\n \r\n", "HTTP/1.1 401"),
        Dawdler::new("nowhere", &head("/no-such-place", "", chunks), b"1\r\n \r\n", "HTTP/1.1 404"),
        Dawdler::new("too large, silent", &too_large, b"", "HTTP/1.1 413"),
        Dawdler::new("too large", &too_large, b"\r\n1\r\n ", "HTTP/1.1 413"),
        Dawdler::new(
            "a body that nobody reads",
            &head(&withdrawal, &bearer(parent), long),
            b" ",
            "HTTP/1.1 200",
        ),
        Dawdler::new(
            "chunks that nobody reads",
            &head(&withdrawal, &bearer(parent), chunks),
            b"",
            "HTTP/1.1 200",
        ),
        Dawdler::new("head", "POST /v1/people HTTP/1.1\r\nx-slow: ", b" ", "HTTP/1.1 408"),
        Dawdler::new(
            "second head",
            "GET /health/live HTTP/1.1\r\nhost: test\r\n\r\nGET /",
            b"a",
            "HTTP/1.1 200",
        ),
    ];
    let many = "GET /v1/openapi.json HTTP/1.1\r\nhost: test\r\n\r\n".repeat(200);
    all.push(Dawdler { reads: false, ..Dawdler::new("who does not read", &many, b"G", "") });
    all
}

#[test]
fn a_slow_caller_is_gone_within_fifteen_seconds_and_holds_nobody_up() {
    let world = World::new(Engine::Sqlite);
    let parent = world.person();
    let request = world.request(0, parent);
    let dawdlers = dawdlers(&world, parent, &request);
    thread::scope(|scope| {
        let callers: Vec<_> = dawdlers
            .iter()
            .flat_map(|one| std::iter::repeat_n(one, 5))
            .map(|one| (one, scope.spawn(|| one.dawdle(&world.app))))
            .collect();
        for _ in 0..40 {
            let begun = Instant::now();
            world.app.get(parent, "/me").expect(200);
            assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
            thread::sleep(Duration::from_millis(50));
        }
        for (one, caller) in callers {
            let (came, took) = caller.join().expect("a caller ends");
            assert!(took < Duration::from_secs(15), "{}: {took:?} {came}", one.name);
            assert!(came.starts_with(one.told), "{}: {came}", one.name);
        }
    });
    let reply = world.app.get(parent, &format!("/support-requests/{request}")).expect(200);
    assert_eq!(reply.body["state"], "withdrawn");
    // what each left undone is counted: five of every kind, of some in several ways
    let passed = |of: &str| world.app.figure(&format!("naast_deadlines_total{{of=\"{of}\"}}"));
    assert_eq!((passed("head"), passed("body"), passed("answer")), (10, 15, 5), "{}", world.app.metrics());
    assert!(passed("rest") >= 5 && passed("call") == 0, "{}", world.app.metrics());
}

/// The limits are on what a caller leaves undone. Who waits between two calls, sends a body in chunks, or sends calls ahead
/// of their answers, keeps her connection.
#[test]
fn a_connection_is_kept_by_who_ends_what_she_begins() {
    let world = World::new(Engine::Sqlite);
    let mut stream = TcpStream::connect(world.app.address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a socket");
    let token = world.app.token(world.administrator);
    let post = format!(
        "POST /v1/people HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\n\r\n"
    );
    let live = "GET /health/live HTTP/1.1\r\nhost: test\r\n\r\n";
    let ends = |stream: &mut TcpStream, answers: usize| {
        let (mut came, mut buffer) = (String::new(), [0; 4096]);
        while came.matches("HTTP/1.1 ").count() < answers || !came.ends_with('}') {
            let length = stream.read(&mut buffer).expect("it stays open");
            assert!(length > 0, "it was closed after {came}");
            came.push_str(&String::from_utf8_lossy(&buffer[..length]));
        }
        assert!(!came.to_lowercase().contains("connection: close"), "{came}");
        came
    };
    for wait in [0, 3, 15] {
        thread::sleep(Duration::from_secs(wait));
        stream.write_all(post.as_bytes()).expect("open");
        thread::sleep(Duration::from_millis(300));
        stream.write_all(b"14\r\n{\"name\":\"Een (test)\"\r\n1\r\n}\r\n0\r\n\r\n").expect("open");
        assert!(ends(&mut stream, 1).starts_with("HTTP/1.1 201"));
        stream.write_all(live.repeat(5).as_bytes()).expect("open");
        ends(&mut stream, 5);
    }
}

async fn panics() -> actix_web::HttpResponse {
    panic!("in a handler")
}

async fn panics_reading(
    platform: web::Data<Platform>,
) -> Result<actix_web::HttpResponse, naast_api::problem::Error> {
    platform.read_open(|_| -> Result<(), _> { panic!("while reading") }).await?;
    Ok(actix_web::HttpResponse::Ok().finish())
}

async fn panics_writing(
    platform: web::Data<Platform>,
) -> Result<actix_web::HttpResponse, naast_api::problem::Error> {
    platform
        .write_open(|tx| -> Result<Kept<()>, naast_api::problem::Error> {
            tx.batch("DELETE FROM kept_answers")?;
            panic!("while writing")
        })
        .await?;
    Ok(actix_web::HttpResponse::Ok().finish())
}

/// Routes that panic, beside those of the product.
fn panicking(config: &mut web::ServiceConfig) {
    config
        .route("/test/handler", web::get().to(panics))
        .route("/test/reading", web::get().to(panics_reading))
        .route("/test/writing", web::get().to(panics_writing));
}

fn a_panic_is_a_problem_and_harms_nobody_else(engine: Engine) {
    let world =
        World::on(TestApp::start_as(engine, Shape { more: panicking, connections: 2, ..Shape::default() }));
    let parent = world.person();
    world.app.keyed(Some(parent), "POST /support-requests", &world.request_body(0), "\"before\"").expect(201);
    // more often than there are connections, threads and workers
    for _ in 0..5 {
        for place in ["handler", "reading", "writing"] {
            let reply = world.app.send("GET", &format!("/test/{place}"), &[], Vec::new());
            let reply = refused(reply, 500, "internal");
            assert_eq!(reply.header("content-type"), Some("application/problem+json"));
            assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
            assert!(!String::from_utf8_lossy(&reply.bytes).contains("while"), "{place}");
            world.app.get(parent, "/me").expect(200);
            world.request(0, parent);
        }
    }
    let shown: Vec<Reply> = thread::scope(|scope| {
        let calls: Vec<_> = (0..12)
            .map(|place| {
                let world = &world;
                scope.spawn(move || match place % 3 {
                    0 => world.app.send("GET", "/test/writing", &[], Vec::new()),
                    1 => world.app.send("GET", "/test/reading", &[], Vec::new()),
                    _ => world.app.post(parent, "/support-requests", &world.request_body(0)),
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().expect("a call answers")).collect()
    });
    for (place, reply) in shown.into_iter().enumerate() {
        reply.expect(if place % 3 == 2 { 201 } else { 500 });
    }
    assert_eq!(count(&world, "support_requests"), 1 + 15 + 4);
    assert_eq!(count(&world, "kept_answers"), 1, "what a panic had begun is undone");
    assert!(world.app.figure("naast_panics_total") >= 23);
    assert_sound(&world);
}

/// Figures say how much, never who or what.
#[test]
fn the_figures_name_nobody() {
    let world = World::new(Engine::Sqlite);
    let parent = world.person();
    let request = world.consented(0, parent);
    world.app.get(parent, "/support-requests/no-such-thing");
    world.app.get(parent, "/nowhere/ouder@example.org");
    world.app.send("TRACE", "/v1/me", &[], Vec::new());
    let text = world.app.metrics();
    let line =
        "naast_calls_total{method=\"POST\",route=\"/v1/support-requests/{id}/consents\",status=\"201\"} 1";
    assert!(text.lines().any(|found| found == line), "{text}");
    assert!(text.contains("naast_call_seconds_bucket{method=\"GET\""), "{text}");
    for expected in
        ["naast_queue_wait_seconds", "naast_database_connections{state=\"used\"}", "naast_calls_running 0"]
    {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    for value in
        [request, parent.uuid().to_string(), "ouder".to_owned(), "nowhere".to_owned(), "TRACE".to_owned()]
    {
        assert!(!text.contains(&value), "{value} in {text}");
    }
    // the administrator's port shows figures and nothing else; the callers' port shows none
    let shown: Value = world.app.send("GET", "/metrics", &[], Vec::new()).expect(404).body;
    assert_eq!(shown["code"], "not-found");
}
