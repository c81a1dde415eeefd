//! Where time and ids come from. Nothing else in the workspace reads the clock or draws an id.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DurationRound as _, TimeDelta};
pub use naast_domain::day_of;
use naast_domain::{Date, Moment};

/// The clock of a server: the system's, or one that a test moves.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead: Arc<AtomicI64>,
    /// Where it stands when it does not run by itself.
    stands_at: Option<Moment>,
}

impl Clock {
    /// A clock that stands still until it is moved.
    pub fn standing(at: Moment) -> Self {
        Self { ahead: Arc::default(), stands_at: Some(at) }
    }

    /// The moment, to the microsecond, which is what both databases keep.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> Moment {
        let now = self.stands_at.unwrap_or_else(chrono::Utc::now)
            + TimeDelta::seconds(self.ahead.load(Ordering::Relaxed));
        now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
    }

    /// The day as people in the Netherlands reckon it.
    pub fn today(&self) -> Date {
        day_of(self.now())
    }

    /// How long ago a moment is for whoever lives by this clock: it never runs back.
    pub fn since(&self, begun: Instant) -> Duration {
        let moved = Duration::from_secs(u64::try_from(self.ahead.load(Ordering::Relaxed)).unwrap_or(0));
        if self.stands_at.is_some() { moved } else { begun.elapsed() + moved }
    }

    /// Moves this clock, and every clone of it, ahead.
    pub fn advance(&self, by: TimeDelta) {
        self.ahead.fetch_add(by.num_seconds(), Ordering::Relaxed);
    }
}

/// Day and time of a moment as a clock in the Netherlands shows them: `2026-03-04 15:30`.
pub fn in_the_netherlands(moment: Moment) -> String {
    moment.with_timezone(&chrono_tz::Europe::Amsterdam).format("%Y-%m-%d %H:%M").to_string()
}

/// A fresh id. Version 4 says nothing of when it was made.
#[expect(clippy::disallowed_methods, reason = "the one place that draws ids")]
pub fn fresh<I: From<uuid::Uuid>>() -> I {
    uuid::Uuid::new_v4().into()
}

/// A fresh secret of 80 bits, written in sixteen letters and digits that nobody confuses, for a parent to type.
#[expect(clippy::disallowed_methods, reason = "the one place that draws chance")]
#[expect(clippy::missing_panics_doc, reason = "five bits fit")]
pub fn fresh_code() -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKMNPQRSTVWXYZ0123456789";
    let bytes = uuid::Uuid::new_v4().into_bytes();
    // 6 of the 128 bits of a version 4 id are fixed, all in bytes 6 and 8: those are left out
    let random = bytes.iter().enumerate().filter(|(place, _)| !matches!(place, 6 | 8)).map(|(_, byte)| byte);
    let number = random.take(10).fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
    (0..16)
        .map(|place| {
            char::from(LETTERS[usize::try_from((number >> (5 * place)) & 31).expect("five bits fit")])
        })
        .enumerate()
        .fold(String::new(), |mut code, (place, letter)| {
            if place > 0 && place % 4 == 0 {
                code.push('-');
            }
            code.push(letter);
            code
        })
}

/// A fresh secret of 256 bits, for signing (Standard Webhooks 1.0 asks for 24 to 64 bytes).
#[expect(clippy::missing_panics_doc, reason = "a system without chance cannot sign anything")]
pub fn fresh_secret() -> [u8; 32] {
    let mut secret = [0; 32];
    aws_lc_rs::rand::fill(&mut secret).expect("the system gives chance");
    secret
}

/// Chance from 0 to 1000, for spreading what would otherwise happen at one moment.
#[expect(clippy::disallowed_methods, reason = "the one place that draws chance")]
pub fn fresh_permille() -> i32 {
    let bytes = uuid::Uuid::new_v4().into_bytes();
    i32::from(u16::from_be_bytes([bytes[0], bytes[1]])) % 1001
}

/// A fresh secret as text, base64url: for programs to send.
pub fn fresh_token() -> String {
    URL_SAFE_NO_PAD.encode(fresh_secret())
}

/// Eight fresh digits, each as likely as any other, for a person to type within minutes.
///
/// # Panics
/// When the system has no chance to give.
pub fn fresh_digits() -> String {
    const MANY: u64 = 100_000_000;
    loop {
        let mut bytes = [0; 8];
        aws_lc_rs::rand::fill(&mut bytes).expect("the system gives chance");
        let number = u64::from_be_bytes(bytes);
        // the last, unfinished round of numbers would make some codes likelier than others
        if number < u64::MAX - u64::MAX % MANY {
            return format!("{:08}", number % MANY);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_four_groups_and_never_the_same() {
        let (one, other) = (fresh_code(), fresh_code());
        assert_eq!(one.len(), 19);
        assert_ne!(one, other);
        assert!(
            one.chars().all(|letter| letter == '-' || letter.is_ascii_uppercase() || letter.is_ascii_digit())
        );
    }

    #[test]
    fn a_day_begins_at_midnight_in_the_netherlands() {
        let at = |text: &str| text.parse::<Moment>().expect("a moment");
        assert_eq!(day_of(at("2026-11-23T22:59:59Z")).to_string(), "2026-11-23");
        assert_eq!(day_of(at("2026-11-23T23:00:00Z")).to_string(), "2026-11-24");
        assert_eq!(day_of(at("2026-07-01T22:00:00Z")).to_string(), "2026-07-02", "in summer an hour earlier");
    }

    #[test]
    fn secrets_are_long_and_digits_are_eight() {
        assert_eq!(fresh_token().len(), 43);
        assert_ne!(fresh_token(), fresh_token());
        let digits = fresh_digits();
        assert!(digits.len() == 8 && digits.bytes().all(|letter| letter.is_ascii_digit()), "{digits}");
    }

    #[test]
    fn a_clock_that_is_moved_moves_for_everyone_who_holds_it() {
        let clock = Clock::default();
        let other = clock.clone();
        let before = other.today();
        clock.advance(TimeDelta::days(400));
        assert_eq!(other.today() - before, TimeDelta::days(400));
    }

    #[test]
    fn a_clock_that_stands_still_moves_only_when_it_is_moved() {
        let (at, begun) = (Clock::default().now(), Instant::now());
        let clock = Clock::standing(at);
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!((clock.now(), clock.since(begun)), (at, Duration::ZERO));
        clock.advance(TimeDelta::seconds(3));
        assert_eq!((clock.now(), clock.since(begun)), (at + TimeDelta::seconds(3), Duration::from_secs(3)));
    }
}
