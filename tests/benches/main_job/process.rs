//! Processes: the product and its counterpart as children of this one, and what the system says of them.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use naast_persistence::Location;

use crate::load::Connection;

/// What makes this program serve the hand-written counterpart instead of measuring.
pub const COUNTERPART: &str = "NAAST_BENCH_COUNTERPART";

/// A server that ends with this value.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
}

/// A database as `DATABASE_URL` names it.
fn url(location: &Location) -> String {
    match location {
        Location::Sqlite(path) => format!("sqlite:{}", path.display()),
        Location::Postgres(url) => url.clone(),
    }
}

impl Server {
    /// Starts the product without limits: what is measured is the work, and one address sends more than any caller does.
    pub fn product(location: &Location, data: &Path) -> Self {
        Self::limited(location, data, "off")
    }

    /// Starts the product with the same limit for everybody, or with none.
    pub fn limited(location: &Location, data: &Path, rate: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_naast-under-test"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--workers", "2", "--connections", "8"]);
        command.args(["--rate-subject", rate, "--rate-address", rate, "--rate-attempts", rate]);
        // the daily round would erase meanwhile what was seeded as long over: other work, and fewer rows
        command.args(["--rounds-after-seconds", "3600"]);
        command.arg("--data").arg(data).env("DATABASE_URL", url(location)).env_remove("RUST_LOG");
        command.env_remove("NAAST_SIGNING_KEY_FILE");
        Self::start(command)
    }

    /// Starts the hand-written counterpart.
    pub fn counterpart(location: &Location) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program has a place"));
        command.env(COUNTERPART, url(location));
        Self::start(command)
    }

    /// Starts a server that says `http://ADDRESS` in its first line.
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("the pipe was asked for"))
            .read_line(&mut line)
            .expect("the server speaks");
        let address = line
            .split_once("http://")
            .and_then(|(_, rest)| rest.split([';', '\n', '/']).next()?.trim().parse().ok())
            .unwrap_or_else(|| panic!("the server says where it listens, not {line:?}"));
        Self { address, child }
    }

    /// How long the product needs from its start to its first answer.
    pub fn time_to_answer(location: &Location, data: &Path) -> Duration {
        let begun = Instant::now();
        let server = Self::product(location, data);
        let answer = Connection::open(server.address)
            .and_then(|mut connection| connection.call(b"GET /health/live HTTP/1.1\r\nhost: bench\r\n\r\n"))
            .expect("the server answers");
        assert_eq!(answer.status, 200);
        begun.elapsed()
    }

    /// The processor time that it has used.
    pub fn cpu(&self) -> Option<Duration> {
        Some(times(self.child.id())?.own)
    }

    /// The memory that it holds, in MiB.
    pub fn memory(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        let kib: u32 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(f64::from(kib) / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Times {
    parent: u32,
    own: Duration,
    of_ended_children: Duration,
}

/// What `/proc` says of a process; none where there is no `/proc`.
fn times(process: u32) -> Option<Times> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // the name stands in brackets and may hold anything
    let fields: Vec<u64> =
        stat.rsplit_once(')')?.1.split_whitespace().skip(1).map(|field| field.parse().unwrap_or(0)).collect();
    // a tick is a hundredth of a second on every Linux that people run
    let ticks =
        |places: [usize; 2]| Duration::from_millis(places.iter().map(|place| fields[*place] * 10).sum());
    Some(Times {
        parent: u32::try_from(fields[0]).ok()?,
        own: ticks([10, 11]),
        of_ended_children: ticks([12, 13]),
    })
}

/// The processes of a PostgreSQL server on this machine.
#[derive(Debug, Clone, Copy)]
pub struct Cluster(u32);

impl Cluster {
    /// The cluster to which this backend belongs.
    pub fn of_backend(process: u32) -> Option<Self> {
        times(process).map(|times| Self(times.parent))
    }

    /// The processor time that they have all used.
    pub fn cpu(self) -> Option<Duration> {
        let main = times(self.0)?;
        let children = std::fs::read_dir("/proc")
            .ok()?
            .filter_map(|entry| times(entry.ok()?.file_name().to_str()?.parse().ok()?))
            .filter(|times| times.parent == self.0)
            .map(|times| times.own)
            .sum::<Duration>();
        Some(main.own + main.of_ended_children + children)
    }
}
