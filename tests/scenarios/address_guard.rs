//! What this server refuses to call: whatever is not public, whichever way it is written, answered by a name, or pointed at
//! by a redirect (OWASP API7).

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use naast_api::clock::Clock;
use naast_api::events::outbound::{Addresses, Allowed, Message, Names, Outbound, Patience, SystemNames};
use naast_domain::events::{DeliveryFault, Outcome, is_public};
use naast_tests::receiver::{Reaction, Receiver, status};
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::json;

use crate::looks::{count, refused};

on_both!(a_subscription_to_a_place_that_is_not_public_is_refused);

/// Names that answer what the test says, one answer after the other, the last one for ever.
struct Lying {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Lying {
    fn with(answers: impl IntoIterator<Item = Vec<IpAddr>>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers.into_iter().collect()), asked: AtomicUsize::new(0) })
    }
}

impl Names for Lying {
    fn look_up(&self, _: &str) -> Addresses {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().expect("nobody panics");
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { answer.ok_or_else(|| io::Error::other("no answer")) })
    }
}

/// Short, so that a test does not wait for what should not be called at all.
const SHORT: Patience = Patience { connect: Duration::from_secs(2), total: Duration::from_secs(2) };

/// Sends one message to a URL.
fn send(names: Arc<dyn Names>, allowed: Allowed, url: &str) -> Outcome {
    let outbound = Outbound::with(names, allowed, SHORT, true).expect("the system has certificates");
    let message = Message { id: "1".into(), timestamp: 0, signature: "v1,".into(), body: b"{}".to_vec() };
    actix_web::rt::System::new().block_on(outbound.send(url, message, Clock::default().now()))
}

const REFUSED: Outcome = Outcome::Failed(DeliveryFault::AddressRefused);

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const ALSO_HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

fn answered(outcome: Outcome) -> Option<u16> {
    outcome.status()
}

/// The name says a good address when it is checked, and a bad one whenever it is asked again.
#[test]
fn a_name_that_lies_the_second_time_is_not_asked_a_second_time() {
    let good = Receiver::start("127.0.0.2", |_| status(200));
    let listener =
        std::net::TcpListener::bind((HERE, good.address.port())).expect("the port is free here too");
    let bad = Receiver::on(listener, |_| status(200));
    let names = Lying::with([vec![ALSO_HERE], vec![HERE]]);
    let url = format!("http://localhost:{}/", good.address.port());
    let outcome = send(names.clone(), |address| address == ALSO_HERE, &url);
    assert_eq!(answered(outcome), Some(200));
    assert_eq!((good.got().len(), bad.got().len()), (1, 0));
    assert_eq!(names.asked.load(Ordering::SeqCst), 1);
    // the next message asks anew, and what is said then is checked anew
    assert_eq!(send(names, |address| address == ALSO_HERE, &url), REFUSED);
    assert_eq!((good.got().len(), bad.got().len()), (1, 0));
}

/// A connection that was kept would carry the second message past the look-up, to an address that was good once.
#[test]
fn the_name_of_a_receiver_is_looked_up_for_each_message() {
    let receiver = Receiver::answering(200);
    let names = Lying::with([vec![HERE], vec![HERE], vec![ALSO_HERE]]);
    let outbound = Outbound::with(names.clone(), |address| address == HERE, SHORT, true);
    let outbound = outbound.expect("the system has certificates");
    let url = format!("http://localhost:{}/", receiver.address.port());
    let outcomes = actix_web::rt::System::new().block_on(async {
        let mut outcomes = Vec::new();
        for _ in 0..3 {
            let message =
                Message { id: "1".into(), timestamp: 0, signature: "v1,".into(), body: b"{}".to_vec() };
            outcomes.push(outbound.send(&url, message, Clock::default().now()).await);
            // time for a connection to go back to where it would be kept
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        outcomes
    });
    assert_eq!(outcomes.iter().map(|one| answered(*one)).collect::<Vec<_>>(), [Some(200), Some(200), None]);
    assert_eq!(outcomes[2], REFUSED);
    assert_eq!((receiver.got().len(), names.asked.load(Ordering::SeqCst)), (2, 3));
}

#[test]
fn a_name_with_one_bad_address_among_good_ones_is_refused() {
    let receiver = Receiver::answering(200);
    let url = format!("http://localhost:{}/", receiver.address.port());
    for bad in [
        IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)),
        IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V6(Ipv4Addr::LOCALHOST.to_ipv6_mapped()),
    ] {
        for answer in [vec![HERE, bad], vec![bad, HERE], vec![bad]] {
            let outcome = send(Lying::with([answer]), |address| address == HERE, &url);
            assert_eq!(outcome, REFUSED, "{bad}");
        }
    }
    assert_eq!(send(Lying::with([vec![]]), |_| true, &url), REFUSED, "no address at all");
    assert_eq!(receiver.got().len(), 0);
    assert_eq!(answered(send(Lying::with([vec![HERE]]), |address| address == HERE, &url)), Some(200));
}

/// The rule of an installation in earnest, against the names and addresses of this machine.
#[test]
fn this_machine_is_not_called_by_name_or_by_address() {
    let receiver = Receiver::answering(200);
    let port = receiver.address.port();
    for host in ["localhost", "127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::1]"] {
        let url = format!("http://{host}:{port}/");
        assert_eq!(send(Arc::new(SystemNames), is_public, &url), REFUSED, "{host}");
    }
    // an address in the URL itself is never looked up
    let names = Lying::with([vec![HERE]]);
    assert_eq!(send(names.clone(), is_public, &format!("http://127.0.0.1:{port}/")), REFUSED);
    assert_eq!(names.asked.load(Ordering::SeqCst), 0);
    assert_eq!(receiver.got().len(), 0);
}

#[test]
fn in_earnest_nothing_is_sent_without_tls() {
    let receiver = Receiver::answering(200);
    let outbound = Outbound::with(Lying::with([vec![HERE]]), |_| true, SHORT, false);
    let outbound = outbound.expect("the system has certificates");
    for url in [receiver.url(), format!("http://hook.example.org:{}/", receiver.address.port())] {
        let message = Message { id: "1".into(), timestamp: 0, signature: "v1,".into(), body: b"{}".to_vec() };
        let sent = outbound.send(&url, message, Clock::default().now());
        assert_eq!(actix_web::rt::System::new().block_on(sent), REFUSED, "{url}");
    }
    assert_eq!(receiver.got().len(), 0);
}

#[test]
fn a_redirect_is_not_followed() {
    let inside = Receiver::answering(200);
    for code in [301, 302, 303, 307, 308] {
        let place = format!("Location: {}", inside.url());
        let outside =
            Receiver::start("127.0.0.1", move |_| Reaction { header: Some(place.clone()), ..status(code) });
        let outcome = send(Arc::new(SystemNames), |address| address.is_loopback(), &outside.url());
        assert_eq!(answered(outcome), Some(code));
        assert_eq!(outcome.fault(), Some(DeliveryFault::Status));
        assert_eq!((outside.got().len(), inside.got().len()), (1, 0));
    }
}

/// A proxy that the environment names would be told every message, and would look the name up itself, where nobody checks what it
/// finds. The environment is of a whole process: a second one of this program is started with it, and runs the test below.
#[test]
fn a_proxy_of_the_environment_is_never_asked() {
    let proxy = Receiver::answering(200);
    let receiver = Receiver::answering(200);
    let mut child = std::process::Command::new(std::env::current_exe().expect("this program has a name"));
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        child.env(name, proxy.url());
    }
    for name in ["no_proxy", "NO_PROXY"] {
        child.env_remove(name);
    }
    let port = receiver.address.port().to_string();
    let output = child
        .env("NAAST_TEST_RECEIVER", port)
        .args(["--exact", "address_guard::one_message_is_sent_beside_the_proxy_that_the_environment_names"])
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!((proxy.got().len(), receiver.got().len()), (0, 2));
}

/// By a name and by an address; with a proxy in the environment when the test above starts it, and nothing to do otherwise.
#[test]
fn one_message_is_sent_beside_the_proxy_that_the_environment_names() {
    let Ok(port) = std::env::var("NAAST_TEST_RECEIVER") else { return };
    for host in ["localhost", "127.0.0.1"] {
        let names = Lying::with([vec![HERE]]);
        let outcome = send(names, |address| address == HERE, &format!("http://{host}:{port}/"));
        assert_eq!(answered(outcome), Some(200), "{host}");
    }
}

/// An answer of any size, or without an end, costs nothing: it is not read.
#[test]
fn an_answer_without_an_end_is_not_waited_for() {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind((HERE, 0)).expect("a port is free");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a call");
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n");
        while stream.write_all(b"5\r\naaaaa\r\n").is_ok() {}
    });
    let began = std::time::Instant::now();
    let outcome = send(Arc::new(SystemNames), |address| address.is_loopback(), &url);
    assert_eq!(answered(outcome), Some(200));
    assert!(began.elapsed() < SHORT.total, "{:?}", began.elapsed());
}

fn a_subscription_to_a_place_that_is_not_public_is_refused(engine: Engine) {
    let world = World::new(engine);
    let coordinator = world.coordinators[0];
    let make = |url: &str| {
        let body = json!({ "url": url, "programmeId": world.programmes[0] });
        world.app.post(coordinator, "/webhook-subscriptions", &body)
    };
    for url in [
        "http://hook.example.org/",
        "https://hook.example.org:22/",
        "https://user:secret@hook.example.org/",
        "https://localhost/",
        "https://localhost./",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://017700000001/",
        "https://[::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[2002:7f00:1::]/",
        "https://[fd00:ec2::254]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://100.64.0.1/",
        "https://168.63.129.16/",
        "https://metadata.google.internal/",
        "https://database/",
    ] {
        let reply = refused(make(url), 400, "invalid-input");
        assert_eq!(reply.body["errors"][0]["pointer"], "/url", "{url}");
        assert!(!String::from_utf8_lossy(&reply.bytes).contains(url), "{url} is repeated");
    }
    assert_eq!(count(&world, "webhook_subscriptions"), 0);
    make("https://hook.example.org/naast").expect(201);
    make("https://hook.example.org:8443/naast?key=1").expect(201);
}
