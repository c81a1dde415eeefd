//! The queue to the database: bounded, and nobody waits in it for long. A call that cannot be done in time is answered
//! in time, with the truth about whether it may still be done.
//!
//! Work runs on threads of its own and cannot be stopped halfway; what can be done is to keep it from being committed.
//! Work and caller share one word ([`Turn`]) that only one of them can change at a time: a caller who gives up first
//! makes sure that nothing is kept, and work that has begun to commit tells the caller that it is too late to be sure.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::time::{Instant as Moment, timeout_at};

use crate::metrics::{Metrics, Shed};
use crate::problem::Error;

/// How long a call waits for its turn.
const WAIT: Duration = Duration::from_secs(2);
/// After how long, since it came, a call is given up that has had its turn.
const RUN: Duration = Duration::from_millis(2_300);
/// After how long a caller is answered in any case. Every answer comes within two and a half seconds.
const END: Duration = Duration::from_millis(2_400);

/// How many calls may be inside when nobody says otherwise.
pub const USUAL: usize = 512;

const WAITING: u8 = 0;
const RUNNING: u8 = 1;
const COMMITTING: u8 = 2;
const GIVEN_UP: u8 = 3;

/// A queue.
pub struct Queue {
    name: &'static str,
    most: usize,
    inside: AtomicUsize,
    metrics: Arc<Metrics>,
}

/// How a piece of work stands.
#[derive(Debug)]
struct Turn(AtomicU8);

impl Turn {
    fn step(&self, from: u8, to: u8) -> bool {
        self.0.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// The work's half: it goes along with the work, and its place in the queue is free when it is dropped.
pub struct Ticket {
    turn: Arc<Turn>,
    queue: Arc<Queue>,
    entered: Instant,
}

/// The caller's half.
pub struct Patience {
    turn: Arc<Turn>,
    queue: Arc<Queue>,
    entered: Moment,
}

impl Queue {
    /// An empty queue that takes so many calls.
    pub fn new(name: &'static str, most: usize, metrics: Arc<Metrics>) -> Arc<Self> {
        metrics.begin_queue(name);
        Arc::new(Self { name, most, inside: AtomicUsize::new(0), metrics })
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// How many calls are inside, waiting or running.
    pub fn inside(&self) -> usize {
        self.inside.load(Ordering::Relaxed)
    }

    /// Takes a place for work of a call that waits since this moment: it is answered as if it had waited here all the time.
    ///
    /// # Errors
    /// `overloaded` when there is none: the work has not been begun.
    pub fn enter_since(self: &Arc<Self>, came: Moment) -> Result<(Ticket, Patience), Error> {
        if self.inside.fetch_add(1, Ordering::AcqRel) >= self.most {
            self.inside.fetch_sub(1, Ordering::AcqRel);
            return Err(self.shed(Shed::Full));
        }
        let turn = Arc::new(Turn(AtomicU8::new(WAITING)));
        let ticket = Ticket { turn: Arc::clone(&turn), queue: Arc::clone(self), entered: Instant::now() };
        Ok((ticket, Patience { turn, queue: Arc::clone(self), entered: came }))
    }

    fn shed(&self, why: Shed) -> Error {
        self.metrics.shed(self.name, why);
        Error::Refused(if why == Shed::Unsure { "outcome-unknown" } else { "overloaded" })
    }
}

impl Ticket {
    /// Begins the work, or begins it again after another transaction won.
    ///
    /// # Errors
    /// `overloaded` when the caller has given up: she was told that nothing was done.
    pub fn begin(&self) -> Result<(), Error> {
        if self.turn.step(WAITING, RUNNING) {
            self.queue.metrics.waited(self.queue.name, self.entered.elapsed());
            return Ok(());
        }
        wanted(self.turn.step(COMMITTING, RUNNING) || self.turn.step(RUNNING, RUNNING))
    }

    /// The last word before the commit: from here on it may stand, whatever the caller is told.
    ///
    /// # Errors
    /// `overloaded` when the caller has given up: the work must not be kept.
    pub fn commit(&self) -> Result<(), Error> {
        wanted(self.turn.step(RUNNING, COMMITTING))
    }
}

/// Whether somebody still waits for the work.
fn wanted(still: bool) -> Result<(), Error> {
    if still { Ok(()) } else { Err(Error::Refused("overloaded")) }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.queue.inside.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Patience {
    /// Waits for the answer of the work, for as long as anybody should wait.
    ///
    /// # Errors
    /// `overloaded` when it did not come in time and nothing is kept of it; `outcome-unknown` when it may be kept yet.
    pub async fn wait<T>(self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let mut answer = pin!(answer);
        for (until, gives_up_on) in [(WAIT, &[WAITING][..]), (RUN, &[WAITING, RUNNING]), (END, &[RUNNING])] {
            if let Ok(answered) = timeout_at(self.entered + until, &mut answer).await {
                return answered;
            }
            if let Some(was) = gives_up_on.iter().find(|was| self.turn.step(**was, GIVEN_UP)) {
                return Err(self.queue.shed(if *was == WAITING { Shed::Waited } else { Shed::Slow }));
            }
        }
        Err(self.queue.shed(Shed::Unsure))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(most: usize) -> Arc<Queue> {
        Queue::new("test", most, Arc::new(Metrics::new()))
    }

    impl Queue {
        fn enter(self: &Arc<Self>) -> Result<(Ticket, Patience), Error> {
            self.enter_since(Moment::now())
        }
    }

    fn wait(patience: Patience) -> Result<(), Error> {
        let clock = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        clock.block_on(patience.wait(std::future::pending()))
    }

    #[test]
    fn a_full_queue_takes_nobody_until_somebody_leaves() {
        let queue = queue(1);
        let (ticket, _patience) = queue.enter().expect("empty");
        assert_eq!(queue.enter().err().map(|error| error.code()), Some("overloaded"));
        drop(ticket);
        assert_eq!(queue.inside(), 0);
        assert!(queue.enter().is_ok());
    }

    #[test]
    fn who_gave_up_before_the_commit_can_be_sure_that_nothing_is_kept() {
        let queue = queue(2);
        let (never_begun, patience) = queue.enter().expect("room");
        assert_eq!(wait(patience).err().map(|error| error.code()), Some("overloaded"));
        assert!(never_begun.begin().is_err());
        let (slow, patience) = queue.enter().expect("room");
        slow.begin().expect("somebody waits");
        assert_eq!(wait(patience).err().map(|error| error.code()), Some("overloaded"));
        assert!(slow.commit().is_err());
        assert!(slow.begin().is_err());
    }

    #[test]
    fn who_gives_up_during_the_commit_is_told_that_nobody_knows() {
        let queue = queue(1);
        let (ticket, patience) = queue.enter().expect("room");
        ticket.begin().expect("somebody waits");
        ticket.commit().expect("somebody waits");
        assert_eq!(wait(patience).err().map(|error| error.code()), Some("outcome-unknown"));
    }

    /// Wherever work hangs, its caller is answered within the two and a half seconds that are promised, with a tenth of a second
    /// to spare for the answer itself.
    #[test]
    fn whatever_the_work_does_its_caller_is_answered_within_two_and_a_half_seconds() {
        const PROMISED: Duration = Duration::from_millis(2_500);
        let queue = queue(9);
        let hangs = |steps: usize, waited: Duration| {
            let came = Moment::now().checked_sub(waited).expect("the machine runs for longer than that");
            let (ticket, patience) = queue.enter_since(came).expect("room");
            if steps > 0 {
                ticket.begin().expect("somebody waits");
            }
            if steps > 1 {
                ticket.commit().expect("somebody waits");
            }
            (ticket, came, patience)
        };
        let clock = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        for (steps, code) in [(0, "overloaded"), (1, "overloaded"), (2, "outcome-unknown")] {
            for waited in [Duration::ZERO, Duration::from_millis(2_200)] {
                let (_ticket, came, patience) = hangs(steps, waited);
                let told = clock.block_on(patience.wait(std::future::pending::<Result<(), Error>>()));
                assert_eq!(told.err().map(|error| error.code()), Some(code), "after {steps} steps");
                assert!(came.elapsed() < PROMISED, "after {steps} steps: {:?}", came.elapsed());
            }
        }
        assert!(END + Duration::from_millis(100) <= PROMISED, "time to write the answer");
    }

    /// What a call has waited for already counts, whatever it waited for.
    #[test]
    fn a_call_that_has_waited_long_enough_waits_no_more() {
        let queue = queue(3);
        for (waited, code) in [(END, "overloaded"), (RUN, "overloaded"), (WAIT, "overloaded")] {
            let came = Moment::now().checked_sub(waited).expect("the machine runs for longer than that");
            let (ticket, patience) = queue.enter_since(came).expect("room");
            assert_eq!(wait(patience).err().map(|error| error.code()), Some(code));
            assert!(ticket.begin().is_err(), "nobody waits for it");
        }
    }

    #[test]
    fn work_that_lost_begins_again() {
        let queue = queue(1);
        let (ticket, _patience) = queue.enter().expect("room");
        for _ in 0..3 {
            ticket.begin().expect("somebody waits");
            ticket.commit().expect("somebody waits");
        }
        ticket.begin().expect("somebody waits");
        ticket.begin().expect("refused before its commit, and begun again");
    }
}
