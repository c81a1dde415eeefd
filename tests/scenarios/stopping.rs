//! The real program, asked to stop while it works: no call fails, nothing that was acknowledged is missing, and it ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use naast_persistence::{Location, on_either};
use naast_tests::receiver::{Reaction, Receiver, status};
use naast_tests::{Engine, around, location, on_both};

use crate::program::{Served, begin, program, said, serve};

on_both!(
    a_server_that_is_asked_to_stop_fails_no_call,
    a_letter_that_was_taken_in_goes_out_before_the_end,
    a_webhook_that_is_on_its_way_is_not_sent_twice,
);

/// How the server is started here.
const SERVE: [&str; 7] =
    ["serve", "--listen", "127.0.0.1:0", "--drain-seconds", "1", "--rate-subject", "off"];

/// One connection of a caller who minds what she is told.
struct Caller {
    address: SocketAddr,
    stream: Option<TcpStream>,
}

impl Caller {
    fn new(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// The status of the answer to this text.
    fn call(&mut self, text: &str) -> Result<u16, String> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => TcpStream::connect(self.address).map_err(|fault| format!("connect: {fault}"))?,
        };
        stream.write_all(text.as_bytes()).map_err(|fault| format!("write: {fault}"))?;
        let (status, closes) = answer(&mut stream)?;
        self.stream = (!closes).then_some(stream);
        Ok(status)
    }
}

/// Reads one answer: its status, and whether the connection is to be closed.
fn answer(stream: &mut TcpStream) -> Result<(u16, bool), String> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut line) = (String::new(), String::new());
    while line != "\r\n" {
        line.clear();
        if reader.read_line(&mut line).map_err(|fault| format!("read: {fault}"))? == 0 {
            return Err(format!("cut off after {head:?}"));
        }
        head.push_str(&line.to_lowercase());
    }
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).map_err(|fault| format!("body: {fault}"))?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok((status.ok_or_else(|| head.clone())?, head.contains("connection: close")))
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn people(database: &Location) -> usize {
    let question = "SELECT count(*) AS number FROM people";
    let counted: Counted =
        around(database, |db| on_either!(db, |c| sql_query(question).get_result(c))).expect("counted");
    counted.number.try_into().expect("not below nought")
}

fn post(token: &str) -> String {
    let body = "{\"name\":\"Persoon (test)\"}";
    format!("{}{body}", head(token, body.len()))
}

fn head(token: &str, length: usize) -> String {
    format!(
        "POST /v1/people HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )
}

fn a_server_that_is_asked_to_stop_fails_no_call(engine: Engine) {
    let (database, _guard) = location(engine);
    let folder = tempfile::tempdir().expect("a folder");
    let administrator = said(&database, folder.path(), &["administrator", "Beheer (test)"]);
    let token = said(&database, folder.path(), &["token", &administrator]);
    for _ in 0..3 {
        stop_under_load(&database, folder.path(), &token);
    }
    let anchors = std::fs::read_to_string(folder.path().join("journal-anchors.jsonl")).expect("anchored");
    assert!(anchors.lines().count() >= 2, "the heads were signed at each stop");
}

/// A mail server on this machine that thinks for two seconds, takes one letter, and gives it back.
fn slow_mail_server() -> (SocketAddr, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("an address");
    let letter = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a letter comes");
        let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
        thread::sleep(Duration::from_secs(2));
        let mut say = |text: &str| stream.write_all(format!("{text}\r\n").as_bytes()).expect("it listens");
        say("220 test");
        let (mut letter, mut line) = (String::new(), String::new());
        while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
            match line.get(..4) {
                Some("DATA") => {
                    say("354 go on");
                    while !letter.ends_with("\r\n.\r\n") {
                        reader.read_line(&mut letter).expect("the letter goes on");
                    }
                    say("250 taken in");
                    return letter;
                }
                _ => say("250 test"),
            }
            line.clear();
        }
        letter
    });
    (address, letter)
}

fn a_letter_that_was_taken_in_goes_out_before_the_end(engine: Engine) {
    let (database, _guard) = location(engine);
    let folder = tempfile::tempdir().expect("a folder");
    said(&database, folder.path(), &["administrator", "Beheer (test)"]);
    let (mail, letter) = slow_mail_server();
    let mut command = program(&database, folder.path());
    command.env("NAAST_SMTP_URL", format!("smtp://{mail}")).env("NAAST_MAIL_FROM", "naast@example.org");
    let (mut child, address) = begin(command, &SERVE);
    let body = "{\"email\":\"ouder@example.org\"}";
    let text = format!(
        "POST /v1/sign-in-codes HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(Caller::new(address).call(&text), Ok(202));
    let status = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill");
    assert!(status.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert!(letter.is_finished(), "the letter went out before the server ended");
    assert!(letter.join().expect("a letter").contains("ouder@example.org"));
}

fn a_webhook_that_is_on_its_way_is_not_sent_twice(engine: Engine) {
    let (database, _guard) = location(engine);
    let folder = tempfile::tempdir().expect("a folder");
    let administrator = said(&database, folder.path(), &["administrator", "Beheer (test)"]);
    let token = said(&database, folder.path(), &["token", &administrator]);
    let receiver =
        Receiver::start("127.0.0.1", |_| Reaction { delay: Duration::from_secs(5), ..status(200) });
    let started = || {
        let mut command = program(&database, folder.path());
        command.env("NAAST_WEBHOOKS_TO_LOOPBACK", "true");
        begin(command, &SERVE)
    };
    let (mut child, address) = started();
    let post = |place: &str, body: &str| {
        let head = format!(
            "POST /v1/{place} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        assert_eq!(Caller::new(address).call(&head), Ok(201));
    };
    let kind = "nl.naast.organisation.registered";
    post("webhook-subscriptions", &format!("{{\"url\":\"{}\",\"eventTypes\":[\"{kind}\"]}}", receiver.url()));
    post("organisations", "{\"kind\":\"parent-association\",\"name\":\"Vereniging (test)\"}");
    let since = Instant::now();
    while receiver.got().is_empty() {
        assert!(since.elapsed() < Duration::from_secs(10), "the message is on its way");
        thread::sleep(Duration::from_millis(20));
    }
    // a second one that was not begun waits for the next start
    post("organisations", "{\"kind\":\"parent-association\",\"name\":\"Tweede vereniging (test)\"}");
    let signal = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill");
    assert!(signal.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_eq!(receiver.got().len(), 1);
    let (child, _) = started();
    let _served = Served(child);
    let since = Instant::now();
    while receiver.got().len() < 2 {
        assert!(since.elapsed() < Duration::from_secs(10), "the lease was given back");
        thread::sleep(Duration::from_millis(20));
    }
    let ids: Vec<String> = receiver.got().iter().map(|one| one.header("webhook-id").to_owned()).collect();
    assert_ne!(ids[0], ids[1], "the first was received, and its server heard so");
}

/// A caller who goes on until nobody listens any more; every third opens a connection for each call, and every second takes
/// a breath between two. Gives back what failed.
fn call_until_refused(address: SocketAddr, token: &str, place: u64, done: &AtomicUsize) -> Option<String> {
    let (mut caller, text) = (Caller::new(address), post(token));
    loop {
        match caller.call(&text) {
            Ok(201) => done.fetch_add(1, Ordering::Relaxed),
            Err(fault) if fault.starts_with("connect") => return None,
            other => return Some(format!("{place}: {other:?}")),
        };
        if place.is_multiple_of(3) {
            caller.stream = None;
        }
        if place.is_multiple_of(2) {
            thread::sleep(Duration::from_millis(place * 3));
        }
    }
}

fn stop_under_load(database: &Location, data: &Path, token: &str) {
    let before = people(database);
    let (mut child, address) = serve(database, data, &SERVE);
    let done = AtomicUsize::new(0);
    // one that never calls, and one that called once, hold nobody up
    let _silent = TcpStream::connect(address).expect("it listens");
    let mut idle = Caller::new(address);
    let live = "GET /health/live HTTP/1.1\r\nhost: test\r\n\r\n";
    assert_eq!(idle.call(live), Ok(200));
    let failed: Vec<String> = thread::scope(|scope| {
        let callers: Vec<_> = (0..12)
            .map(|place| {
                let done = &done;
                scope.spawn(move || call_until_refused(address, token, place, done))
            })
            .collect();
        // a call whose second half comes when the server has stopped listening
        let halfway = scope.spawn(|| {
            let body = "{\"name\":\"Halverwege (test)\"}";
            let mut stream = TcpStream::connect(address).expect("it listens");
            let (first, second) = body.split_at(9);
            stream.write_all(format!("{}{first}", head(token, body.len())).as_bytes()).expect("sent");
            thread::sleep(Duration::from_secs(3));
            assert!(TcpStream::connect(address).is_err(), "it takes no new connections");
            stream.write_all(second.as_bytes()).expect("it still listens to what it began");
            answer(&mut stream).expect("an answer")
        });
        thread::sleep(Duration::from_millis(700));
        let asked = Instant::now();
        let status = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill");
        assert!(status.success());
        let ready = "GET /health/ready HTTP/1.1\r\nhost: test\r\n\r\n";
        while Caller::new(address).call(ready).expect("it still answers") == 200 {
            assert!(asked.elapsed() < Duration::from_millis(800), "it says that it is leaving");
            thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(idle.call(live), Ok(200), "a connection from before is still good");
        assert!(idle.stream.is_none(), "and was asked to be closed");
        assert_eq!(halfway.join().expect("a caller ends"), (201, true));
        done.fetch_add(1, Ordering::Relaxed);
        let ended = child.wait().expect("it ends");
        assert_eq!(ended.code(), Some(0));
        assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
        callers.into_iter().filter_map(|caller| caller.join().expect("a caller ends")).collect()
    });
    assert_eq!(failed, [""; 0]);
    let done = done.into_inner();
    assert!(done > 20, "{done} calls");
    assert_eq!(people(database) - before, done, "what was acknowledged is there, and nothing else");
}
