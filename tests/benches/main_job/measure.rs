//! One block: several subjects of one operation take turns, there and back, so that what happens to the machine happens
//! to all of them.

use std::net::SocketAddr;
use std::time::Duration;

use crate::load::{Slice, press};
use crate::process::{Cluster, Server};

/// Something that is called.
pub struct Subject<'a> {
    /// The server.
    pub server: &'a Server,
    /// The calls.
    pub calls: Vec<Vec<u8>>,
    /// The status of every answer.
    pub status: u16,
}

/// What came of a subject.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    slices: Vec<Slice>,
    server: Duration,
    cluster: Duration,
}

/// How a block goes.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    /// How long a subject is called in one turn.
    pub slice: Duration,
    /// How often it goes there and back.
    pub rounds: usize,
    /// How many connections call.
    pub connections: usize,
    /// The PostgreSQL server, whose processor time counts too.
    pub cluster: Option<Cluster>,
}

impl Block {
    /// Measures.
    pub fn run(self, subjects: &[Subject<'_>]) -> Vec<Figures> {
        let mut figures = vec![Figures::default(); subjects.len()];
        for one in subjects {
            self.press(one, self.slice / 2);
        }
        for _ in 0..self.rounds {
            for place in (0..subjects.len()).chain((0..subjects.len()).rev()) {
                let one = &subjects[place];
                let cluster = || self.cluster.and_then(Cluster::cpu).unwrap_or_default();
                let before = (one.server.cpu().unwrap_or_default(), cluster());
                let slice = self.press(one, self.slice);
                let all = &mut figures[place];
                all.server += one.server.cpu().unwrap_or_default().saturating_sub(before.0);
                all.cluster += cluster().saturating_sub(before.1);
                all.slices.push(slice);
            }
        }
        figures
    }

    fn press(self, one: &Subject<'_>, during: Duration) -> Slice {
        let address: SocketAddr = one.server.address;
        press(address, &one.calls, one.status, self.connections, during)
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

impl Figures {
    /// Calls per second.
    pub fn rate(&self) -> f64 {
        median(self.slices.iter().map(|slice| slice.rate))
    }

    /// The median time of a call, in milliseconds.
    pub fn p50(&self) -> f64 {
        median(self.slices.iter().map(|slice| slice.p50.as_secs_f64() * 1e3))
    }

    /// The time that one call in a hundred goes beyond, in milliseconds.
    pub fn p99(&self) -> f64 {
        median(self.slices.iter().map(|slice| slice.p99.as_secs_f64() * 1e3))
    }

    /// Microseconds of processor for a call: of the server, and of PostgreSQL.
    pub fn cpu(&self) -> (f64, f64) {
        let calls: f64 = self.slices.iter().map(|slice| f64::from(slice.calls)).sum();
        (self.server.as_secs_f64() * 1e6 / calls, self.cluster.as_secs_f64() * 1e6 / calls)
    }

    /// How many times as many calls as another subject of the same block: the median over their turns.
    pub fn times(&self, other: &Self) -> f64 {
        median(self.slices.iter().zip(&other.slices).map(|(one, other)| one.rate / other.rate))
    }
}
