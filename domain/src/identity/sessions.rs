//! Sessions of people. Each refresh token is good for one use: one that comes back a second time was stolen from somebody,
//! and nobody can tell from whom, so the session ends for both (RFC 9700, 4.14.2).

use chrono::TimeDelta;

use crate::ids::{PersonId, SessionId};
use crate::privacy::retention::ACCOUNT_STAYS_DAYS;
use crate::{Moment, code_list};

/// A session that is not used for so long is over.
pub const IDLE: TimeDelta = TimeDelta::hours(12);

/// No session lasts longer, however often it is used.
pub const LONGEST: TimeDelta = TimeDelta::days(7);

/// How long it is known that a session was begun: a day longer than an account stays after its last use
/// ([`ACCOUNT_STAYS_DAYS`](crate::privacy::retention::ACCOUNT_STAYS_DAYS)), so that one which is used is not taken for unused.
pub const REMEMBERED: TimeDelta = TimeDelta::days(ACCOUNT_STAYS_DAYS as i64 + 2);

code_list! {
    /// Why a session ended.
    pub enum SessionEnd {
        SignedOut = "signed-out": "zelf afgemeld, of doordat een reservekopie werd teruggezet" / "signed out, by herself or because a backup was restored",
        Reused = "reused": "een vernieuwingstoken kwam twee keer" / "a refresh token came twice",
    }
}

/// A session of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub person: PersonId,
    /// When it began.
    pub started_at: Moment,
    /// Why it ended, when it has.
    pub ended: Option<SessionEnd>,
}

/// What comes of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// It is exchanged for a new one.
    Renewed,
    /// It was used before: the session ends.
    Reused,
    /// The session is over; nothing changes.
    Over,
}

/// What comes of a refresh token that was issued at a moment and may have been used.
pub fn refresh(session: &Session, issued_at: Moment, used: bool, now: Moment) -> Refreshed {
    if session.ended.is_some() {
        Refreshed::Over
    } else if used {
        Refreshed::Reused
    } else if now >= issued_at + IDLE || now >= session.started_at + LONGEST {
        Refreshed::Over
    } else {
        Refreshed::Renewed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_comes_twice_ends_the_session_even_when_it_is_old() {
        let start = Moment::UNIX_EPOCH;
        let id = uuid::Uuid::nil();
        let session = Session { id: id.into(), person: id.into(), started_at: start, ended: None };
        let at = |hours| start + TimeDelta::hours(hours);
        assert_eq!(refresh(&session, start, false, at(11)), Refreshed::Renewed);
        assert_eq!(refresh(&session, start, false, at(12)), Refreshed::Over);
        assert_eq!(refresh(&session, at(160), false, at(167)), Refreshed::Renewed);
        assert_eq!(refresh(&session, at(160), false, at(168)), Refreshed::Over);
        assert_eq!(refresh(&session, start, true, at(11)), Refreshed::Reused);
        assert_eq!(refresh(&session, start, true, at(500)), Refreshed::Reused);
        let ended = Session { ended: Some(SessionEnd::SignedOut), ..session };
        assert_eq!(refresh(&ended, start, true, at(1)), Refreshed::Over);
    }
}
