//! More connections than there may be: whoever opens them and leaves it at that takes nobody's place, and no file from what the program
//! needs itself.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use naast_persistence::Location;
use naast_tests::app::{Shape, TestApp};
use naast_tests::world::World;
use naast_tests::{Engine, location, on_both};

use crate::looks::count;
use crate::program::{Served, begin, program, said};

on_both!(
    idle_connections_take_no_file_from_those_who_call,
    a_tombstone_that_cannot_be_written_is_written_later,
);

const LIVE: &str = "GET /health/live HTTP/1.1\r\nhost: test\r\n\r\n";

const TURNED_AWAY: &str = "naast_connections_crowded_total{outcome=\"turned-away\"}";

/// How an answer to this text begins, and all of it that came at once; an empty one when the connection was closed.
fn call(stream: &mut TcpStream, text: &str) -> String {
    stream.set_read_timeout(Some(Duration::from_millis(2_500))).expect("a socket");
    stream.write_all(text.as_bytes()).expect("it is open");
    let mut bytes = vec![0; 65_536];
    let read = stream.read(&mut bytes).expect("an answer, or an end, within two and a half seconds");
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}

fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect_timeout(&address, Duration::from_secs(2)).expect("it listens")
}

fn crowded(most: usize) -> World {
    World::on(TestApp::start_as(Engine::Sqlite, Shape { callers: most, ..Shape::default() }))
}

#[test]
fn whoever_is_idle_for_longest_makes_room() {
    let world = crowded(8);
    let address = world.app.address;
    let mut idle: Vec<TcpStream> = (0..60)
        .map(|place| {
            let mut stream = connect(address);
            assert!(call(&mut stream, LIVE).starts_with("HTTP/1.1 200"), "the {place}th is answered");
            stream
        })
        .collect();
    let first = &mut idle[0];
    first.set_read_timeout(Some(Duration::from_secs(2))).expect("a socket");
    assert_eq!(first.read(&mut [0]).expect("an end"), 0, "the first was closed, and not under an answer");
    let last = idle.last_mut().expect("there are sixty");
    assert!(call(last, LIVE).starts_with("HTTP/1.1 200"), "the last is good for another call");
    assert!(world.app.figure("naast_connections_crowded_total{outcome=\"idle-closed\"}") >= 50);
    assert_eq!(world.app.figure(TURNED_AWAY), 0);
    assert_eq!(world.app.figure("naast_connections_most"), 8);
}

#[test]
fn when_all_are_at_work_who_comes_is_told_to_come_back() {
    let world = crowded(8);
    let address = world.app.address;
    let before = world.app.figure("naast_connections_open");
    let body = "POST /v1/sign-in-codes HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: 40\r\n\r\n{";
    let mut busy: Vec<TcpStream> = Vec::new();
    // as many as there may be, each with a call whose body is on its way
    let told = (0..20).find_map(|_| {
        let mut stream = connect(address);
        stream.write_all(body.as_bytes()).expect("it is open");
        stream.set_read_timeout(Some(Duration::from_millis(400))).expect("a socket");
        let mut bytes = vec![0; 4096];
        let Ok(read) = stream.read(&mut bytes) else {
            busy.push(stream);
            return None;
        };
        Some(String::from_utf8_lossy(&bytes[..read]).into_owned())
    });
    let told = told.expect("one of twenty is told that there is no room").to_lowercase();
    assert!(told.starts_with("http/1.1 503"), "{told}");
    for part in
        ["\r\nretry-after: ", "\r\nconnection: close\r\n", "application/problem+json", "\"overloaded\""]
    {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(busy.len() >= 4, "{} were taken in", busy.len());
    // whoever asks how the server is hears that, in a room as full as it was
    for path in ["/health/live", "/health/ready"] {
        let asked = format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n");
        let turned_away = world.app.figure(TURNED_AWAY);
        let told = call(&mut connect(address), &asked);
        assert!(told.starts_with("HTTP/1.1 200") && told.contains("connection: close"), "{path}: {told}");
        assert!(world.app.figure(TURNED_AWAY) > turned_away, "{path}: there was room after all");
    }
    let english = "GET /v1/me HTTP/1.1\r\nhost: test\r\naccept-language: en\r\n\r\n";
    let told = call(&mut connect(address), english);
    assert!(told.starts_with("HTTP/1.1 503") && told.contains("content-language: en"), "{told}");
    assert!(world.app.figure("naast_connections_open") <= before + 8);
    assert!(world.app.figure(TURNED_AWAY) >= 1);
    drop(busy);
    let begun = Instant::now();
    while !call(&mut connect(address), LIVE).starts_with("HTTP/1.1 200") {
        assert!(begun.elapsed() < Duration::from_secs(5), "there is room again");
    }
}

/// The program with so few files that a few hundred connections would take them all.
fn serve_with(database: &Location, data: &Path, limits: &str) -> (Served, SocketAddr) {
    let inner = program(database, data);
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{limits}; exec \"$0\" \"$@\"")]).arg(inner.get_program());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let (child, address) = begin(command, &["serve", "--listen", "127.0.0.1:0", "--rate-address", "off"]);
    (Served(child), address)
}

fn idle_connections_take_no_file_from_those_who_call(engine: Engine) {
    let (database, _guard) = location(engine);
    let folder = tempfile::tempdir().expect("a folder");
    said(&database, folder.path(), &["administrator", "Beheer (test)"]);
    // a soft limit is the system's first offer; the program takes what it may have
    let (server, address) = serve_with(&database, folder.path(), "ulimit -Sn 64; ulimit -Hn 300");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.0.id())).expect("Linux says so");
    let files = limits.lines().find(|line| line.starts_with("Max open files")).expect("one of them");
    assert_eq!(files.split_whitespace().nth(3), Some("300"), "{files}");
    let _idle: Vec<TcpStream> = (0..400)
        .map(|place| {
            let mut stream = connect(address);
            let told = call(&mut stream, LIVE);
            assert!(told.starts_with("HTTP/1.1 200"), "the {place}th is told {told:?}");
            stream
        })
        .collect();
    let body = "{\"email\":\"ouder@example.org\"}";
    let text = format!(
        "POST /v1/sign-in-codes HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    assert!(call(&mut connect(address), &text).starts_with("HTTP/1.1 202"));
    let begun = Instant::now();
    let letters = || std::fs::read_dir(folder.path().join("mail")).map_or(0, Iterator::count);
    while letters() == 0 {
        assert!(begun.elapsed() < Duration::from_secs(5), "the letter that was promised is there");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn a_tombstone_that_cannot_be_written_is_written_later(engine: Engine) {
    let world = World::new(engine);
    let file = world.app.platform.tombstones.clone();
    let lines = || std::fs::read_to_string(&file).map_or(0, |text| text.lines().count());
    let all = || usize::try_from(count(&world, "tombstones")).expect("few");
    let waiting = || world.app.figure("naast_tombstones_waiting");
    let outside = &world.app.platform.outside;
    let withdraw = || {
        let parent = world.person();
        let path = format!("/support-requests/{}/withdrawal", world.consented(0, parent));
        world.app.ask(parent, &path).expect(200);
    };
    withdraw();
    assert_eq!((lines(), waiting()), (all(), 0));
    let before = lines();
    // what stands there is no file that can be written
    let aside = file.with_extension("aside");
    std::fs::rename(&file, &aside).expect("ours");
    std::fs::create_dir(&file).expect("ours");
    withdraw();
    withdraw();
    assert!(waiting() >= 2, "they are kept in mind, and a figure says so");
    outside.again();
    assert!(waiting() >= 2, "and as long as it goes on");
    std::fs::remove_dir(&file).expect("empty");
    std::fs::rename(&aside, &file).expect("ours");
    outside.again();
    assert_eq!((waiting(), lines() > before), (0, true));
    assert_eq!(lines(), all(), "each once");
}
