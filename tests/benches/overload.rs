//! Many more callers than the database has connections: how long they wait for an answer, whatever it says.
//! `cargo bench -p naast-tests --bench overload`, on a machine that does nothing else; `-- --seconds 30 --callers 300
//! --connections 2 --queue 512` says otherwise. It prints figures and judges nothing: a test on a busy machine would say
//! something of the machine.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use naast_tests::Engine;
use naast_tests::app::{Shape, TestApp};
use naast_tests::world::World;

/// What every answer should keep (docs/api/promises.md).
const PROMISED: Duration = Duration::from_millis(2_500);

/// A whole number from the command line.
fn option(name: &str, usual: usize) -> usize {
    let arguments: Vec<String> = std::env::args().collect();
    let given =
        arguments.iter().position(|one| one == &format!("--{name}")).and_then(|at| arguments.get(at + 1));
    given.map_or(usual, |text| text.parse().expect("a whole number"))
}

/// How long the answers of one kind took, sorted.
#[derive(Default)]
struct Took(Vec<Duration>);

impl Took {
    fn line(&mut self, name: &str, seconds: usize) {
        self.0.sort_unstable();
        let at = |part: usize| {
            let place = (self.0.len() * part / 1000).min(self.0.len().saturating_sub(1));
            self.0.get(place).copied().unwrap_or_default().as_secs_f64() * 1000.0
        };
        let late = self.0.iter().filter(|took| **took > PROMISED).count();
        println!(
            "{name:<28} {:>9} {:>9} {:>9.1} {:>9.1} {:>9.1} {:>9.1} {late:>7}",
            self.0.len(),
            self.0.len() / seconds.max(1),
            at(500),
            at(990),
            at(999),
            at(1000)
        );
    }
}

fn main() {
    let (callers, seconds) = (option("callers", 300), option("seconds", 20));
    let (connections, queue) = (option("connections", 2), option("queue", 512));
    for engine in [Engine::Postgres, Engine::Sqlite] {
        let shape =
            Shape { connections: connections.try_into().expect("a small number"), queue, ..Shape::default() };
        let world = World::on(TestApp::start_as(engine, shape));
        let parents: Vec<_> = (0..callers).map(|_| world.person()).collect();
        println!(
            "\n{engine:?}: {callers} callers, {connections} connections, a queue of {queue}, {seconds} s"
        );
        println!(
            "{:<28} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>7}",
            "what, and its answer",
            "answers",
            "a second",
            "p50 ms",
            "p99 ms",
            "p99.9 ms",
            "most ms",
            "> 2.5 s"
        );
        let mut all: BTreeMap<String, Took> = BTreeMap::new();
        let end = Instant::now() + Duration::from_secs(seconds as u64);
        thread::scope(|scope| {
            let threads: Vec<_> = parents
                .iter()
                .enumerate()
                .map(|(place, parent)| {
                    let world = &world;
                    scope.spawn(move || {
                        let mut took = Vec::new();
                        while Instant::now() < end {
                            let begun = Instant::now();
                            let (what, reply) = match place % 3 {
                                0 => (
                                    "POST a request",
                                    world.app.post(*parent, "/support-requests", &world.request_body(0)),
                                ),
                                1 => ("GET own requests", world.app.get(*parent, "/support-requests")),
                                _ => ("GET me", world.app.get(*parent, "/me")),
                            };
                            took.push((format!("{what} {}", reply.status), begun.elapsed()));
                        }
                        took
                    })
                })
                .collect();
            let mut health = Took::default();
            while threads.iter().any(|thread| !thread.is_finished()) {
                let begun = Instant::now();
                world.app.send("GET", "/health/live", &[], Vec::new());
                health.0.push(begun.elapsed());
                thread::sleep(Duration::from_millis(50));
            }
            all.insert("GET health 200".to_owned(), health);
            for (what, took) in threads.into_iter().flat_map(|thread| thread.join().expect("a caller ends")) {
                all.entry(what).or_default().0.push(took);
            }
        });
        for (name, took) in &mut all {
            took.line(name, seconds);
        }
    }
}
