//! How many connections there may be. Each takes a file of the process, and so do the database, letters, tombstones, webhooks and the
//! administrator's port: whoever opens connections and leaves it at that must not take theirs. So a part of the files is for callers, and the
//! rest is not. When that part is in use, the connection on which nothing has happened for longest goes, which loses no call; when none is idle, who
//! comes is told to come back.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use super::life::{Life, Stage};

/// However many files there are, no more connections than these: each takes memory too.
const MOST: usize = 8_192;

/// What is kept for others than callers, beside what the database takes: a webhook to each of 256 receivers, 32 connections on the
/// administrator's port, and files, letters, issuers.
const RESERVE: usize = 384;

/// What a connection to the database takes: SQLite's is three files.
const OF_THE_DATABASE: usize = 4;

/// A head comes in one piece or nearly so: one that takes longer gives way when there is no room.
const SLOW: Duration = Duration::from_secs(1);

/// So many of a worker are told at a time that there is no room; whoever comes meanwhile waits with the system.
pub(super) const SURPLUS: usize = 16;

/// How many connections of callers there may be, all workers together, when the process may have so many files open. Where that is too
/// little for the reserve, callers get a quarter.
pub fn room_for_callers(files: usize, database: usize) -> usize {
    files.saturating_sub(RESERVE + OF_THE_DATABASE * database).max(files / 4).clamp(1, MOST)
}

/// The connections of one worker.
#[derive(Debug)]
pub(super) struct Crowd {
    most: usize,
    next: Cell<u64>,
    present: RefCell<BTreeMap<u64, Rc<Life>>>,
}

/// A place among them, until this is dropped.
#[derive(Debug)]
pub(super) struct Present {
    crowd: Rc<Crowd>,
    number: u64,
}

impl Drop for Present {
    fn drop(&mut self) {
        self.crowd.present.borrow_mut().remove(&self.number);
    }
}

/// What room there was for one more.
#[derive(Debug)]
pub(super) enum Admission {
    /// Enough.
    Admitted(Present),
    /// Enough, after the one that was idle for longest was sent away.
    InPlaceOfAnother(Present),
    /// None: all that are there are at work.
    Full,
}

impl Crowd {
    /// Nobody yet, and room for so many.
    pub fn of(most: usize) -> Rc<Self> {
        Rc::new(Self { most, next: Cell::new(0), present: RefCell::default() })
    }

    /// Takes one more in, if need be in the place of another.
    pub fn admit(self: &Rc<Self>, life: &Rc<Life>) -> Admission {
        let is_full = {
            let present = self.present.borrow();
            present.values().filter(|one| !one.is_sent_away()).count() >= self.most
        };
        if is_full && !self.send_one_away() {
            return Admission::Full;
        }
        let number = self.next.replace(self.next.get() + 1);
        self.present.borrow_mut().insert(number, Rc::clone(life));
        let present = Present { crowd: Rc::clone(self), number };
        if is_full { Admission::InPlaceOfAnother(present) } else { Admission::Admitted(present) }
    }

    fn send_one_away(&self) -> bool {
        let now = Instant::now();
        let gives_way = |life: &Life| match life.stage.get() {
            Stage::Waiting => true,
            Stage::Arriving => now - life.since.get() >= SLOW,
            Stage::Busy | Stage::Answered | Stage::Ending => false,
        };
        let present = self.present.borrow();
        let idle = present.values().filter(|life| !life.is_sent_away() && gives_way(life));
        // a head that dawdles only when nobody is idle
        let Some(longest) = idle.min_by_key(|life| (life.stage.get() == Stage::Arriving, life.since.get()))
        else {
            return false;
        };
        longest.send_away();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_get_what_others_do_not_need() {
        for (files, database, expected) in
            [(1024, 8, 608), (65_536, 8, MOST), (524_288, 64, MOST), (256, 8, 64), (2, 8, 1), (1024, 64, 384)]
        {
            assert_eq!(room_for_callers(files, database), expected, "{files} files, {database} connections");
        }
    }

    #[test]
    fn the_longest_idle_gives_way_and_nobody_who_is_at_work() {
        let crowd = Crowd::of(2);
        let (first, second, third) = (Rc::new(Life::new()), Rc::new(Life::new()), Rc::new(Life::new()));
        first.since.set(Instant::now() - Duration::from_secs(9));
        second.since.set(Instant::now() - Duration::from_secs(20));
        let Admission::Admitted(place) = crowd.admit(&first) else { panic!("there is room") };
        let Admission::Admitted(_second) = crowd.admit(&second) else { panic!("there is room") };
        let Admission::InPlaceOfAnother(_third) = crowd.admit(&third) else { panic!("one is idle") };
        assert_eq!((first.is_sent_away(), second.is_sent_away()), (false, true));
        // one that was sent away and did not leave yet takes nobody's place
        first.stage.set(Stage::Busy);
        third.stage.set(Stage::Arriving);
        third.since.set(Instant::now());
        assert!(matches!(crowd.admit(&Rc::new(Life::new())), Admission::Full));
        third.since.set(Instant::now() - SLOW);
        assert!(matches!(crowd.admit(&Rc::new(Life::new())), Admission::InPlaceOfAnother(_)));
        assert!(third.is_sent_away());
        drop(place);
        assert!(matches!(crowd.admit(&Rc::new(Life::new())), Admission::Admitted(_)));
    }
}
