//! One-time codes by mail. Whether an address is known makes no difference to any of these rules: nobody can learn it by
//! asking for a code.

use chrono::TimeDelta;

use crate::Moment;
use crate::ids::SignInCodeId;

/// How long a code is good for.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// How often a code may be tried. Of a hundred million codes, five guesses find one in twenty million.
pub const TRIES: i32 = 5;

/// How many letters with a code go to one address in [`WINDOW`]. Who asks for more gets the same answer, and no letter. So an
/// address is guessed at fifteen times at most in that time, from wherever the guesses come. Codes
/// that went before stay good for their minutes.
pub const MOST: i64 = 3;

/// The time over which codes to one address are counted.
pub const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// A code that was made for an address, without the code itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInCode {
    /// Its id.
    pub id: SignInCodeId,
    /// When it stops being good.
    pub expires_at: Moment,
    /// How often it was tried.
    pub tries: i32,
    /// Whether somebody signed in with it.
    pub used: bool,
    /// Whether a letter with it went out. One that was made only so that the work does not tell opens nothing: otherwise whoever
    /// asks again and again would get five guesses more each time.
    pub sent: bool,
}

/// Where a code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeState {
    /// It may be tried.
    Open,
    /// It was used, tried too often, is too old, or was never sent.
    Spent,
}

impl SignInCode {
    /// A fresh code, of which no letter has gone out.
    pub fn made(id: SignInCodeId, now: Moment) -> Self {
        Self { id, expires_at: now + LIFETIME, tries: 0, used: false, sent: false }
    }

    /// Where it stands at a moment.
    pub fn state(&self, now: Moment) -> CodeState {
        if !self.sent || self.used || self.tries >= TRIES || now >= self.expires_at {
            CodeState::Spent
        } else {
            CodeState::Open
        }
    }
}

/// Whether one more code may go to an address to which so many went in [`WINDOW`].
pub fn may_send(lately: i64) -> bool {
    lately < MOST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_good_for_ten_minutes_five_tries_and_one_use() {
        let now = Moment::UNIX_EPOCH;
        let unsent = SignInCode::made(uuid::Uuid::nil().into(), now);
        assert_eq!(unsent.state(now), CodeState::Spent);
        let code = SignInCode { sent: true, ..unsent };
        assert_eq!(code.state(now), CodeState::Open);
        assert_eq!(code.state(now + LIFETIME - TimeDelta::microseconds(1)), CodeState::Open);
        assert_eq!(code.state(now + LIFETIME), CodeState::Spent);
        assert_eq!(SignInCode { tries: 4, ..code.clone() }.state(now), CodeState::Open);
        assert_eq!(SignInCode { tries: 5, ..code.clone() }.state(now), CodeState::Spent);
        assert_eq!(SignInCode { used: true, ..code }.state(now), CodeState::Spent);
    }

    #[test]
    fn an_address_gets_three_codes_in_a_quarter_of_an_hour() {
        assert!(may_send(0) && may_send(2));
        assert!(!may_send(3));
    }
}
