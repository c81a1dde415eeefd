//! What is measured once: the machine, how long the program takes to start, and how much memory it takes.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use diesel::sql_types::Integer;
use diesel::{QueryableByName, RunQueryDsl};
use naast_persistence::{Database, Location};
use naast_tests::Engine;

use crate::options::Options;
use crate::process::{Cluster, Server};
use crate::report::name;

/// Says what this run is.
pub fn describe(options: &Options) {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    println!(
        "{processors} processors, {} connections, turns of {} ms, {} rounds there and back; {} requests and as many \
         buddies against {}; one flush of the disk takes {:.2} ms (median)",
        options.connections,
        options.slice.as_millis(),
        options.rounds,
        options.large.rows(),
        options.small.rows(),
        flush().as_secs_f64() * 1e3
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// How long it takes until the disk has four kilobytes more.
fn flush() -> Duration {
    let mut file = tempfile::tempfile().expect("the temporary folder can be written to");
    let times = (0..51).map(|_| {
        let begun = Instant::now();
        file.write_all(&[1; 4096]).and_then(|()| file.sync_data()).expect("the disk takes it");
        begun.elapsed()
    });
    median(times.collect())
}

/// Prints how long the program takes to its first answer, and its memory before the first call that needs a database.
pub fn measure(engine: Engine, location: &Location, data: &Path, starts: usize) {
    let times = (0..starts).map(|_| Server::time_to_answer(location, data)).collect();
    let first = median(times).as_secs_f64() * 1e3;
    let server = Server::product(location, data);
    std::thread::sleep(Duration::from_millis(500));
    let memory = server.memory().map_or_else(|| "-".to_owned(), |memory| format!("{memory:.0}"));
    println!(
        "{}: {first:.0} ms from start to the first answer (median of {starts}); {memory} MiB when idle",
        name(engine)
    );
}

#[derive(QueryableByName)]
struct Process {
    #[diesel(sql_type = Integer)]
    number: i32,
}

/// The processes of the PostgreSQL server, when they are of this machine.
pub fn cluster(location: &Location) -> Option<Cluster> {
    naast_tests::around(location, |db| match db {
        Database::Postgres(connection) => {
            let process: Process =
                diesel::sql_query("SELECT pg_backend_pid() AS number").get_result(&mut **connection).ok()?;
            // read while the connection is there
            Cluster::of_backend(u32::try_from(process.number).ok()?)
        }
        Database::Sqlite(_) => None,
    })
}

/// Lets the database put away what the last block left, so that the next one does not pay for it.
pub fn settle(location: &Location) {
    naast_tests::around(location, |db| {
        let statement = if db.is_postgres() { "CHECKPOINT" } else { "PRAGMA wal_checkpoint(PASSIVE)" };
        db.batch(statement).expect("an administrator may ask this");
    });
}
