//! When a message that was not received is sent again: the ten steps of Standard Webhooks 1.0.

use chrono::TimeDelta;

use super::DeliveryFault;
use crate::Moment;

/// How long to wait before each attempt, in seconds: at once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h
/// (Standard Webhooks 1.0, "Deliverability and reliability"). In all three days and a few hours.
pub const STEPS: [i64; 10] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// A subscription of which nothing succeeded for so long is disabled.
pub const GIVES_UP_AFTER: TimeDelta = TimeDelta::days(5);

/// A receiver may ask for a wait of at most so long (`Retry-After`).
pub const LONGEST_WAIT: TimeDelta = TimeDelta::hours(24);

/// How the steps are walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Every step is divided by this: 1, but for a trial that cannot wait.
    pub divisor: i32,
    /// Chance, from 0 to 1000: so many ten-thousandths of a step are added, so that receivers that failed together are not
    /// called together.
    pub jitter: i32,
}

/// What came of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver answered.
    Answered {
        /// With this status.
        status: u16,
        /// Asking for this wait.
        retry_after: Option<TimeDelta>,
    },
    /// There was no answer.
    Failed(DeliveryFault),
}

/// What follows an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It was received.
    Delivered,
    /// It is sent again.
    Again {
        /// At this moment.
        at: Moment,
        /// Nothing else is sent to this receiver before that moment either: it asked for rest.
        rest: bool,
    },
    /// It was the last attempt.
    GivenUp,
    /// The receiver is gone for good (410): nothing is sent there any more.
    Gone,
}

impl Outcome {
    /// The status of the answer.
    pub fn status(self) -> Option<u16> {
        match self {
            Self::Answered { status, .. } => Some(status),
            Self::Failed(_) => None,
        }
    }

    /// What went wrong; `None` when it was received.
    pub fn fault(self) -> Option<DeliveryFault> {
        match self {
            Self::Answered { status: 200..=299, .. } => None,
            Self::Answered { .. } => Some(DeliveryFault::Status),
            Self::Failed(fault) => Some(fault),
        }
    }
}

/// What follows this outcome of the attempt with this number, the first being 1.
pub fn next(outcome: Outcome, attempt: i32, now: Moment, schedule: Schedule) -> Next {
    let asked = match outcome {
        Outcome::Answered { status: 200..=299, .. } => return Next::Delivered,
        Outcome::Answered { status: 410, .. } => return Next::Gone,
        Outcome::Answered { status: 429 | 503, retry_after } => retry_after,
        Outcome::Answered { .. } | Outcome::Failed(_) => None,
    };
    let Some(seconds) = usize::try_from(attempt).ok().and_then(|step| STEPS.get(step)) else {
        return Next::GivenUp;
    };
    let step = TimeDelta::milliseconds(seconds * 1000) * (10_000 + schedule.jitter) / 10_000;
    let step = step / schedule.divisor.max(1);
    let asked = asked.map(|wait| wait.clamp(TimeDelta::zero(), LONGEST_WAIT) / schedule.divisor.max(1));
    Next::Again { at: now + asked.map_or(step, |wait| wait.max(step)), rest: asked.is_some() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Schedule = Schedule { divisor: 1, jitter: 0 };
    const NOW: Moment = Moment::UNIX_EPOCH;

    fn answered(status: u16, seconds: Option<i64>) -> Outcome {
        Outcome::Answered { status, retry_after: seconds.map(TimeDelta::seconds) }
    }

    fn wait(outcome: Outcome, attempt: i32, schedule: Schedule) -> Option<TimeDelta> {
        match next(outcome, attempt, NOW, schedule) {
            Next::Again { at, .. } => Some(at - NOW),
            _ => None,
        }
    }

    #[test]
    fn ten_attempts_over_three_days_and_no_more() {
        let waits: Vec<i64> = (1..=9)
            .map(|attempt| {
                wait(Outcome::Failed(DeliveryFault::Timeout), attempt, PLAIN).expect("again").num_seconds()
            })
            .collect();
        assert_eq!(waits, STEPS[1..]);
        assert_eq!(waits.iter().sum::<i64>(), 3 * 86_400 + 3 * 3600 + 35 * 60 + 5);
        assert_eq!(next(answered(500, None), 10, NOW, PLAIN), Next::GivenUp);
    }

    #[test]
    fn only_2xx_is_received_and_410_is_the_end() {
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(next(answered(status, None), 1, NOW, PLAIN), Next::Delivered);
            assert_eq!(answered(status, None).fault(), None);
        }
        for status in [100, 301, 302, 307, 308, 400, 401, 404, 409, 429, 500, 502, 503, 504] {
            assert!(matches!(next(answered(status, None), 1, NOW, PLAIN), Next::Again { .. }), "{status}");
            assert_eq!(answered(status, None).fault(), Some(DeliveryFault::Status));
        }
        assert_eq!(next(answered(410, None), 1, NOW, PLAIN), Next::Gone);
    }

    #[test]
    fn a_receiver_may_ask_for_rest_but_not_for_ever_and_not_for_haste() {
        for (status, asked, attempt, seconds, rests) in [
            (429, Some(120), 1, 120, true),
            (503, Some(120), 1, 120, true),
            (429, Some(1), 2, 300, true),
            (429, Some(-5), 1, 5, true),
            (503, Some(999_999), 1, 86_400, true),
            (429, None, 1, 5, false),
            (500, Some(120), 1, 5, false),
        ] {
            let Next::Again { at, rest } = next(answered(status, asked), attempt, NOW, PLAIN) else {
                panic!("{status}");
            };
            assert_eq!(((at - NOW).num_seconds(), rest), (seconds, rests), "{status} {asked:?}");
        }
    }

    #[test]
    fn chance_adds_a_tenth_at_most_and_a_trial_is_faster() {
        let most = wait(answered(500, None), 2, Schedule { jitter: 1000, ..PLAIN });
        assert_eq!(most, Some(TimeDelta::seconds(330)));
        let trial = wait(answered(500, None), 2, Schedule { divisor: 1000, jitter: 0 });
        assert_eq!(trial, Some(TimeDelta::milliseconds(300)));
    }
}
