//! The buckets of a policy, one for each caller, in a map that cannot grow without end.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::Clock as Ticking;
use governor::nanos::Nanos;
use governor::state::StateStore;

use crate::clock::Clock;

/// So many callers have a bucket at a time.
const MOST: usize = 100_000;

/// Time as the buckets see it: it never runs back, and goes along when a test moves the server's clock.
#[derive(Debug, Clone)]
pub struct Ticks {
    begun: Instant,
    clock: Clock,
}

impl Ticks {
    /// Time from now on.
    pub fn new(clock: Clock) -> Self {
        Self { begun: Instant::now(), clock }
    }
}

impl Ticking for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.clock.since(self.begun)
    }
}

/// The buckets. A bucket that is full again says nothing and is forgotten when room is needed. When every bucket is in
/// use, all are forgotten: whoever has that many addresses is not held by a limit on each of them.
#[derive(Debug)]
pub struct Buckets<K> {
    most: usize,
    ticks: Ticks,
    begun: Duration,
    /// The moment at which a bucket is full again, in nanoseconds from the beginning.
    full_at: Mutex<HashMap<K, u64>>,
}

impl<K: Hash + Eq> Buckets<K> {
    /// No bucket yet. The limiter must be made right after, with the same ticks.
    pub fn new(ticks: Ticks) -> Self {
        Self::at_most(MOST, ticks)
    }

    fn at_most(most: usize, ticks: Ticks) -> Self {
        let begun = ticks.now();
        Self { most, ticks, begun, full_at: Mutex::default() }
    }

    fn make_room(&self, full_at: &mut HashMap<K, u64>) {
        let passed = self.ticks.now().saturating_sub(self.begun);
        let now = u64::try_from(passed.as_nanos()).unwrap_or(u64::MAX);
        full_at.retain(|_, moment| *moment > now);
        // with hardly any room made, the next caller would have to look through all of them again
        if full_at.len() > self.most / 4 * 3 {
            full_at.clear();
        }
    }
}

impl<K: Hash + Eq + Clone> StateStore for Buckets<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(moment) = full_at.get_mut(key) {
            let (allowed, next) = decide(Some(Nanos::new(*moment)))?;
            *moment = next.as_u64();
            return Ok(allowed);
        }
        let (allowed, next) = decide(None)?;
        if full_at.len() >= self.most {
            self.make_room(&mut full_at);
        }
        full_at.insert(key.clone(), next.as_u64());
        Ok(allowed)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use chrono::TimeDelta;
    use governor::middleware::NoOpMiddleware;
    use governor::{Quota, RateLimiter};

    use super::*;

    type Limiter = RateLimiter<u32, Buckets<u32>, Ticks, NoOpMiddleware<Duration>>;

    fn limiter(most: usize, clock: &Clock) -> Limiter {
        let ticks = Ticks::new(clock.clone());
        let two = Quota::per_minute(NonZeroU32::new(2).expect("not nought"));
        RateLimiter::new(two, Buckets::at_most(most, ticks.clone()), ticks)
    }

    #[test]
    fn a_bucket_empties_and_fills() {
        let clock = Clock::default();
        let limiter = limiter(8, &clock);
        let outcomes: Vec<bool> = (0..3).map(|_| limiter.check_key(&1).is_ok()).collect();
        assert_eq!(outcomes, [true, true, false]);
        assert!(limiter.check_key(&2).is_ok(), "somebody else");
        clock.advance(TimeDelta::seconds(31));
        assert!(limiter.check_key(&1).is_ok());
        assert!(limiter.check_key(&1).is_err());
    }

    #[test]
    fn the_map_does_not_grow_without_end() {
        let clock = Clock::default();
        let limiter = limiter(8, &clock);
        for key in 0..1_000 {
            let _ = limiter.check_key(&key);
        }
        let store = limiter.into_state_store();
        assert!(store.full_at.lock().expect("whole").len() <= 8);
    }

    #[test]
    fn full_buckets_go_first() {
        let clock = Clock::default();
        let limiter = limiter(8, &clock);
        for key in 0..6 {
            let _ = limiter.check_key(&key);
        }
        clock.advance(TimeDelta::minutes(2));
        for _ in 0..3 {
            let _ = limiter.check_key(&100);
        }
        for key in 200..202 {
            let _ = limiter.check_key(&key);
        }
        assert!(
            limiter.check_key(&100).is_err(),
            "an empty bucket was not forgotten for the sake of full ones"
        );
    }
}
