//! What a caller is told who never got as far as a call: her first line is no HTTP, her head is too large or does not end, her
//! body comes in chunks that are none. She is answered as everybody is, once, and the connection ends.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use naast_api::cors::Origins;
use naast_tests::Engine;
use naast_tests::app::{Shape, TestApp};
use naast_tests::world::World;
use serde_json::Value;

/// An answer, read off the wire.
pub struct Told {
    /// Its status.
    pub status: u16,
    /// Its headers, by their names in small letters.
    pub headers: BTreeMap<String, String>,
    body: String,
}

impl Told {
    /// Its body.
    pub fn problem(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no problem: {:?}", self.body))
    }
}

/// Every answer in what came, by the length that each names.
fn answers(mut came: &str) -> Vec<Told> {
    let mut all = Vec::new();
    while !came.is_empty() {
        let (head, rest) = came.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head in {came:?}"));
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let length: usize = headers["content-length"].parse().expect("a length");
        let (body, after) = rest.split_at(length);
        all.push(Told { status: status.parse().expect("a status"), headers, body: body.to_owned() });
        came = after;
    }
    all
}

/// Sends this at once, and gives back everything that came until the server closed the connection, in order.
pub fn send(app: &TestApp, text: &str) -> Vec<Told> {
    let mut stream = TcpStream::connect(app.address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
    stream.write_all(text.as_bytes()).expect("the server reads on while it refuses");
    let mut came = String::new();
    stream.read_to_string(&mut came).expect("it is closed, not broken off");
    answers(&came)
}

fn get(headers: &str) -> String {
    format!("GET /health/live HTTP/1.1\r\nhost: test\r\n{headers}\r\n")
}

/// What is sent, and what it is told: status and code.
fn unreadable(token: &str) -> Vec<(&'static str, String, u16, &'static str)> {
    let post = |headers: &str, body: &str| {
        format!(
            "POST /v1/people HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
             {headers}\r\n{body}"
        )
    };
    let chunked = "transfer-encoding: chunked\r\n";
    let (malformed, large) = ((400, "malformed-call"), (431, "head-too-large"));
    let one = |name, text: String, (status, code)| (name, text, status, code);
    vec![
        one("a garbage line", "hello there, are you HTTP?\r\n\r\n".to_owned(), malformed),
        one("bytes of TLS", "\u{16}\u{3}\u{1}\u{2}\r\n\r\n".to_owned(), malformed),
        one("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), malformed),
        one("a bad version", "GET / HTTP/1.7\r\nhost: test\r\n\r\n".to_owned(), malformed),
        one("no version", "GET /health/live\r\n\r\n".to_owned(), malformed),
        one("a bad target", "GET http://[ HTTP/1.1\r\nhost: test\r\n\r\n".to_owned(), malformed),
        one("a bad header name", get("x bad: 1\r\n"), malformed),
        one("a space before the colon", get("x-bad : 1\r\n"), malformed),
        one("a folded header", get("x-bad: 1\r\n 2\r\n"), malformed),
        one("a control character", get("x-bad: a\u{0}b\r\n"), malformed),
        one("no host", "GET /health/live HTTP/1.1\r\n\r\n".to_owned(), malformed),
        one("two hosts", get("host: test\r\n"), malformed),
        one("a header too large", get(&format!("x-large: {}\r\n", "a".repeat(200_000))), large),
        one(
            "a token of a megabyte",
            get(&format!("authorization: Bearer {}\r\n", "a".repeat(1 << 20))),
            large,
        ),
        one("a line too large", format!("GET /{} HTTP/1.1\r\n", "a".repeat(200_000)), large),
        one(
            "a target too long",
            get("").replacen("/health/live", &format!("/{}", "a".repeat(70_000)), 1),
            large,
        ),
        one("too many headers", get(&"x-many: 1\r\n".repeat(200)), large),
        one("a length of letters", post("content-length: abc\r\n", ""), malformed),
        one("a length with a sign", post("content-length: +2\r\n", "{}"), malformed),
        one("a negative length", post("content-length: -1\r\n", ""), malformed),
        one("a length beyond all numbers", post("content-length: 99999999999999999999\r\n", ""), malformed),
        one("two lengths", post("content-length: 2\r\ncontent-length: 2\r\n", "{}"), malformed),
        one("a length and chunks", post(&format!("content-length: 2\r\n{chunked}"), "0\r\n\r\n"), malformed),
        one("chunks and a length", post(&format!("{chunked}content-length: 2\r\n"), "0\r\n\r\n"), malformed),
        one("chunks twice", post(&chunked.repeat(2), "0\r\n\r\n"), malformed),
        one("an unknown coding", post("transfer-encoding: gzip\r\n", ""), malformed),
        one("a chunk that is none", post(chunked, "ZZ\r\n{}\r\n0\r\n\r\n"), malformed),
        one("a chunk without its end", post(chunked, "2\r\n{}XX0\r\n\r\n"), malformed),
        one("a chunk beyond all numbers", post(chunked, "ffffffffffffffffff\r\n{}"), malformed),
        one(
            "chunks in HTTP/1.0",
            format!("POST / HTTP/1.0\r\nhost: test\r\n{chunked}\r\n0\r\n\r\n"),
            malformed,
        ),
        one(
            "a body without length in HTTP/1.0",
            "POST / HTTP/1.0\r\nhost: test\r\n\r\n".to_owned(),
            malformed,
        ),
        one(
            "a head that does not end",
            "GET /health/live HTTP/1.1\r\nhost: te".to_owned(),
            (408, "head-too-slow"),
        ),
        one("nothing", String::new(), (408, "head-too-slow")),
    ]
}

/// The headers that tell of one call only, or of one page.
fn usual(told: &Told) -> BTreeMap<String, String> {
    let own = ["x-request-id", "date", "content-length", "connection"];
    told.headers
        .iter()
        .filter(|(name, _)| !own.contains(&name.as_str()) && !name.starts_with("ratelimit"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn assert_told(name: &str, told: &Told, status: u16, code: &str) {
    let problem = told.problem();
    assert_eq!((told.status, problem["code"].as_str()), (status, Some(code)), "{name}");
    assert_eq!(problem["status"], status, "{name}");
    assert_eq!(told.headers["content-type"], "application/problem+json", "{name}");
    assert_eq!(told.headers["connection"], "close", "{name}");
    let number = &told.headers["x-request-id"];
    assert_eq!(problem["instance"], format!("urn:uuid:{number}"), "{name}");
}

#[test]
fn a_call_that_is_no_http_is_answered_like_every_other() {
    let world = World::new(Engine::Sqlite);
    let token = world.app.token(world.administrator);
    let [missing] = &send(&world.app, "GET /nowhere HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")[..]
    else {
        panic!("one answer");
    };
    let expected = usual(missing);
    assert!(expected.contains_key("api-version") && expected.contains_key("strict-transport-security"));
    thread::scope(|scope| {
        let cases: Vec<_> = unreadable(&token)
            .into_iter()
            .map(|case| {
                let app = &world.app;
                scope.spawn(move || {
                    let answers = send(app, &case.1);
                    (case, answers)
                })
            })
            .collect();
        for case in cases {
            let ((name, _, status, code), answers) = case.join().expect("a caller ends");
            assert_eq!(
                answers.len(),
                1,
                "{name}: {:?}",
                answers.iter().map(|told| told.status).collect::<Vec<_>>()
            );
            assert_told(name, &answers[0], status, code);
            // limits are counted for calls; but for them the headers are those of every error
            assert_eq!(usual(&answers[0]), expected, "{name}");
        }
    });
    for code in ["malformed-call", "head-too-large", "head-too-slow"] {
        world.app.get(world.administrator, &format!("/problems/{code}")).expect(200);
    }
    let figures = world.app.metrics();
    let counted = |status: u16| {
        let line = format!("naast_calls_total{{method=\"other\",route=\"-\",status=\"{status}\"}} ");
        figures.lines().find_map(|found| found.strip_prefix(&line)).map(str::to_owned)
    };
    assert_eq!((counted(431), counted(408)), (Some("5".to_owned()), Some("2".to_owned())), "{figures}");
    assert!(figures.contains("naast_calls_running 0"), "{figures}");
}

#[test]
fn the_answer_is_in_the_language_of_the_head_that_was_no_good() {
    let world = World::new(Engine::Sqlite);
    for (headers, language, title) in [
        ("", "nl", "Dit is geen geldige aanroep"),
        ("Accept-Language: en\r\n", "en", "This is not a valid call"),
        ("accept-language: de, nl;q=0.5\r\n", "nl", "Dit is geen geldige aanroep"),
    ] {
        let answers = send(&world.app, &get(&format!("{headers}host: twice\r\n")));
        assert_eq!(answers[0].headers["content-language"], language);
        assert_eq!(answers[0].problem()["title"], title);
    }
}

/// What a page is told in which a call went wrong before it was one: what every other answer tells it.
#[test]
fn a_page_of_the_list_reads_what_was_wrong_with_a_call_that_was_never_read() {
    const OURS: &str = "https://app.example.org";
    let origins: Origins = vec![OURS.parse().expect("an origin")].into();
    let world = World::on(TestApp::start_as(Engine::Sqlite, Shape { origins, ..Shape::default() }));
    let token = world.app.token(world.administrator);
    // what is too large is not read on
    let unheard = ["a line too large"];
    let from = |text: &str, origins: &[&str]| {
        let (first, rest) = text.split_once("\r\n").unwrap_or((text, ""));
        let lines = origins.iter().map(|origin| format!("Origin: {origin}\r\n")).collect::<Vec<_>>().concat();
        format!("{first}\r\n{lines}{rest}")
    };
    let known = world.app.send("GET", "/v1/me", &[("origin", OURS)], Vec::new());
    // what the edge refuses is readable as well
    let bearer = format!("Bearer {token}");
    let sent = [("origin", OURS), ("authorization", bearer.as_str()), ("content-type", "application/json")];
    let large = world.app.send("POST", "/v1/people", &sent, vec![b' '; 70_000]).expect(413);
    assert_eq!(large.header("access-control-allow-origin"), Some(OURS));
    thread::scope(|scope| {
        let cases: Vec<_> = unreadable(&token)
            .into_iter()
            .flat_map(|(name, text, status, code)| {
                let heard = (!unheard.contains(&name)).then_some(OURS);
                let all = [
                    (vec![OURS], heard),
                    (vec!["https://evil.example"], None),
                    (vec![OURS, "https://evil.example"], None),
                ];
                all.map(|(origins, allowed)| (name, from(&text, &origins), status, code, allowed))
            })
            .filter(|(name, ..)| *name != "nothing")
            .collect();
        let calls: Vec<_> = cases
            .into_iter()
            .map(|(name, text, status, code, allowed)| {
                let app = &world.app;
                (name, status, code, allowed, scope.spawn(move || send(app, &text)))
            })
            .collect();
        for (name, status, code, allowed, call) in calls {
            let answers = call.join().expect("a caller ends");
            assert_told(name, &answers[0], status, code);
            let told = |header: &str| answers[0].headers.get(header).map(String::as_str);
            assert_eq!(told("access-control-allow-origin"), allowed, "{name}");
            let exposed = allowed.and(known.header("access-control-expose-headers"));
            assert_eq!(told("access-control-expose-headers"), exposed, "{name}");
            assert!(told("vary").is_some_and(|vary| vary.contains("Origin")), "{name}");
        }
    });
}

/// A connection is kept by a browser for several pages: a head that does not end is answered for the page that began it.
#[test]
fn a_page_is_not_told_what_another_page_did_on_the_same_connection() {
    let origins: Origins = vec!["https://app.example.org".parse().expect("an origin")].into();
    let app = TestApp::start_as(Engine::Sqlite, Shape { origins, ..Shape::default() });
    let mut stream = TcpStream::connect(app.address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
    stream.write_all(get("Origin: https://app.example.org\r\n").as_bytes()).expect("open");
    let mut came = vec![0; 4096];
    let length = stream.read(&mut came).expect("an answer");
    came.truncate(length);
    stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: test\r\nbad header\r\n\r\n").expect("open");
    stream.read_to_end(&mut came).expect("it is closed, not broken off");
    let answers = answers(std::str::from_utf8(&came).expect("text"));
    assert_told("a second head", &answers[1], 400, "malformed-call");
    assert!(!answers[1].headers.contains_key("access-control-allow-origin"));
}

/// What is good of what was sent is done and answered first; after an answer that was the last nothing follows.
#[test]
fn what_came_before_is_answered_first_and_nothing_after_the_last() {
    let world = World::new(Engine::Sqlite);
    let answers = send(&world.app, &format!("{}GARBAGE\r\n\r\n", get("accept-language: en\r\n").repeat(3)));
    assert_eq!(answers.iter().map(|told| told.status).collect::<Vec<_>>(), [200, 200, 200, 400]);
    assert_told("after three", &answers[3], 400, "malformed-call");
    assert_eq!(answers[3].headers["content-language"], "en", "as the call before");

    let answers = send(
        &world.app,
        "GET /health/live HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\nGARBAGE\r\n\r\n",
    );
    assert_eq!(answers.len(), 1, "who says that she closes is not answered again");

    let nobody = "POST /v1/people HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n";
    let answers = send(&world.app, nobody);
    assert_eq!(answers.iter().map(|told| told.status).collect::<Vec<_>>(), [401]);
}

/// From the second call on the library gives no answer to a head that does not end.
#[test]
fn a_second_head_that_does_not_end_is_answered_too() {
    let world = World::new(Engine::Sqlite);
    let mut stream = TcpStream::connect(world.app.address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
    stream.write_all(get("").as_bytes()).expect("open");
    let mut came = vec![0; 4096];
    let length = stream.read(&mut came).expect("an answer");
    came.truncate(length);
    stream.write_all(b"GET /health/live HTTP/1.1\r\naccept-language: en\r\n").expect("open");
    stream.read_to_end(&mut came).expect("it is closed, not broken off");
    let answers = answers(std::str::from_utf8(&came).expect("text"));
    assert_eq!(answers[0].status, 200);
    assert_told("a second head", &answers[1], 408, "head-too-slow");
    assert_eq!(answers[1].headers["content-language"], "en");
}
