//! Whether this server can take calls. The answer is known before anybody asks: a thread of its own asks the database
//! each second, so that a busy pool does not make the answer slow, and a database that hangs does not hold it up.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use naast_persistence::Probe;

/// How often the database is asked.
const EVERY: Duration = Duration::from_secs(1);

/// An answer of the database counts for so long. A question that hangs makes the server unready.
const HOLDS: Duration = Duration::from_secs(3);

/// How a server is.
#[derive(Debug)]
pub struct Health {
    begun: Instant,
    /// Milliseconds from the beginning to the last answer of the database, plus one; nought when it did not answer.
    answered: AtomicU64,
    leaving: AtomicBool,
}

impl Default for Health {
    /// Well: the store has just been opened.
    fn default() -> Self {
        let health =
            Self { begun: Instant::now(), answered: AtomicU64::new(0), leaving: AtomicBool::new(false) };
        health.note(true);
        health
    }
}

impl Health {
    fn note(&self, answers: bool) {
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.answered.store(if answers { now + 1 } else { 0 }, Ordering::Release);
    }

    /// Whether it can take calls.
    pub fn is_ready(&self) -> bool {
        let answered = self.answered.load(Ordering::Acquire);
        let lately = answered > 0 && self.begun.elapsed() < Duration::from_millis(answered - 1) + HOLDS;
        lately && !self.is_leaving()
    }

    /// Whether it is about to stop.
    pub fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Acquire)
    }

    /// From now on it is not ready, and asks its callers to close their connections; it still answers.
    pub fn leave(&self) {
        self.leaving.store(true, Ordering::Release);
    }

    /// Watches the database for as long as anybody holds this.
    ///
    /// # Errors
    /// When the system starts no more threads.
    pub fn watch(self: &Arc<Self>, mut probe: Probe) -> std::io::Result<()> {
        let health: Weak<Self> = Arc::downgrade(self);
        let watching = move || {
            while health.strong_count() > 0 {
                let answers = probe.answers();
                let Some(health) = health.upgrade() else { return };
                health.note(answers);
                drop(health);
                thread::sleep(EVERY);
            }
        };
        thread::Builder::new().name("health".to_owned()).spawn(watching).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_ready_while_the_database_answered_lately_and_it_stays() {
        let health = Health::default();
        assert!(health.is_ready());
        health.note(false);
        assert!(!health.is_ready());
        health.note(true);
        assert!(health.is_ready());
        let long_ago = Instant::now().checked_sub(HOLDS + EVERY).expect("the machine runs longer than that");
        let old = Health { begun: long_ago, ..Health::default() };
        assert!(!old.is_ready(), "an answer of long ago");
        health.leave();
        assert!(!health.is_ready() && health.is_leaving());
    }
}
