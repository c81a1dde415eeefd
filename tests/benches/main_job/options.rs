//! How long and how large, from the environment.
//!
//! `NAAST_BENCH_QUICK=1` is a run of about a minute on less data, for trying the benchmark itself. `NAAST_BENCH_ONLY`
//! names one database (`sqlite` or `postgres`), `NAAST_BENCH_SLICE_MS` and `NAAST_BENCH_ROUNDS` set the length.

use std::time::Duration;

use naast_tests::Engine;

use crate::data::Size;

/// What a run does.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which databases.
    pub engines: Vec<Engine>,
    /// The data that counts.
    pub large: Size,
    /// The data to compare growth with.
    pub small: Size,
    /// How long one subject is called before the next one has its turn.
    pub slice: Duration,
    /// How often the subjects have their turns, there and back.
    pub rounds: usize,
    /// How many connections call at the same time.
    pub connections: usize,
    /// How often the program is started.
    pub starts: usize,
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text:?}")))
}

impl Options {
    /// Reads them.
    pub fn from_environment() -> Self {
        let quick = number("NAAST_BENCH_QUICK").is_some_and(|value| value > 0);
        let engines = match std::env::var("NAAST_BENCH_ONLY").as_deref() {
            Ok("sqlite") => vec![Engine::Sqlite],
            Ok("postgres") => vec![Engine::Postgres],
            Ok(other) => panic!("NAAST_BENCH_ONLY is sqlite or postgres, not {other:?}"),
            Err(_) => vec![Engine::Sqlite, Engine::Postgres],
        };
        let slice = number("NAAST_BENCH_SLICE_MS").unwrap_or(if quick { 250 } else { 800 });
        let rounds = number("NAAST_BENCH_ROUNDS").unwrap_or(if quick { 1 } else { 2 });
        Self {
            engines,
            large: Size {
                programmes: if quick { 50 } else { 500 },
                crowd: if quick { 2_000 } else { 10_000 },
            },
            small: Size { programmes: 5, crowd: 0 },
            slice: Duration::from_millis(slice),
            rounds: usize::try_from(rounds).expect("a few rounds").max(1),
            connections: 32,
            starts: if quick { 3 } else { 10 },
        }
    }
}
