//! On which days a match ran: parent and buddy met on a day, and whether they could is a question about that day, not about today.

use super::{ClosureReason, MatchState};
use crate::Date;
use crate::code::Code as _;
use crate::rejection::Rejection;
use crate::requests::RequestState;
use crate::text::Text;

/// For so many days after a match ended a contact can still be noted: as long as the parent can usually be reached, and so be asked
/// whether it was so (the usual term of her contact way).
pub const NOTED_WITHIN_DAYS: u16 = 30;

/// A time in which a match rested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// The day on which it came to rest; it still ran on it.
    pub since: Date,
    /// The day on which it went on, and ran again; none while it rests, and for good when it ended at rest.
    pub until: Option<Date>,
}

/// When a match ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The day on which it began.
    pub began: Date,
    /// The day on which it ended.
    pub ended: Option<Date>,
    /// When it rested.
    pub rests: Vec<Rest>,
}

/// Why parent and buddy cannot have met on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotThen {
    /// The match had not begun.
    BeforeItBegan(Date),
    /// The day is still to come.
    Ahead,
    /// It had ended.
    AfterItEnded(Date),
    /// It rested.
    AtRest(Rest),
}

impl Ran {
    /// Checks that parent and buddy can have met on a day: the match ran on it, or on a part of it.
    ///
    /// # Errors
    /// Why not.
    pub fn on(&self, day: Date, today: Date) -> Result<(), NotThen> {
        if day < self.began {
            return Err(NotThen::BeforeItBegan(self.began));
        }
        if day > today {
            return Err(NotThen::Ahead);
        }
        if let Some(ended) = self.ended.filter(|ended| day > *ended) {
            return Err(NotThen::AfterItEnded(ended));
        }
        let rested = |rest: &&Rest| rest.since < day && rest.until.is_none_or(|until| day < until);
        self.rests.iter().find(rested).map_or(Ok(()), |rest| Err(NotThen::AtRest(*rest)))
    }

    /// Checks that a contact can be noted at all: what the parent took back is not added to, and after the end it is noted while it can
    /// still be said to be wrong.
    ///
    /// # Errors
    /// `match-state`.
    pub fn can_be_noted(
        &self,
        closed_because: Option<ClosureReason>,
        request: RequestState,
        today: Date,
    ) -> Result<(), Rejection> {
        let refuse = |text| {
            Err(Rejection::rule("match-state", "S5", text).in_state(MatchState::Closed.code(), Vec::new()))
        };
        if request == RequestState::Withdrawn || closed_because == Some(ClosureReason::RequestWithdrawn) {
            return refuse(Text::of(
                "De ouder trok haar aanvraag in. Er wordt niets meer over haar opgeschreven.",
                "The parent withdrew her request. Nothing more is written about her.",
            ));
        }
        let days_since = self.ended.map_or(0, |ended| (today - ended).num_days());
        if days_since > i64::from(NOTED_WITHIN_DAYS) {
            return refuse(Text::new(
                format!(
                    "Deze koppeling eindigde langer dan {NOTED_WITHIN_DAYS} dagen geleden. Een contact opschrijven kan niet meer."
                ),
                format!(
                    "This match ended more than {NOTED_WITHIN_DAYS} days ago. A contact can no longer be recorded."
                ),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> Date {
        Date::from_ymd_opt(2026, 10, day).expect("a day")
    }

    fn rest(since: u32, until: impl Into<Option<u32>>) -> Rest {
        Rest { since: day(since), until: until.into().map(day) }
    }

    /// On which days of the month they can have met, as the thirtieth looks back.
    fn days(ran: &Ran) -> Vec<u32> {
        (1..=31).filter(|one| ran.on(day(*one), day(30)).is_ok()).collect()
    }

    #[test]
    fn a_match_ran_from_the_day_it_began_to_the_day_it_ended() {
        let ran = Ran { began: day(27), ended: None, rests: Vec::new() };
        assert_eq!(days(&ran), [27, 28, 29, 30]);
        assert_eq!(ran.on(day(26), day(30)), Err(NotThen::BeforeItBegan(day(27))));
        assert_eq!(ran.on(day(31), day(30)), Err(NotThen::Ahead));
        let ran = Ran { ended: Some(day(28)), ..ran };
        assert_eq!(days(&ran), [27, 28]);
        assert_eq!(ran.on(day(29), day(30)), Err(NotThen::AfterItEnded(day(28))));
        assert_eq!(ran.on(day(31), day(30)), Err(NotThen::Ahead));
    }

    #[test]
    fn it_did_not_run_between_the_day_it_came_to_rest_and_the_day_it_went_on() {
        let ran = |rests: &[Rest]| Ran { began: day(20), ended: None, rests: rests.to_vec() };
        assert_eq!(days(&ran(&[rest(22, None)])), [20, 21, 22]);
        assert_eq!(days(&ran(&[rest(22, 28)])), [20, 21, 22, 28, 29, 30]);
        // a pause within a day, or that ends on the next, has no whole day
        assert_eq!(days(&ran(&[rest(22, 22), rest(24, 25)])).len(), 11);
        // one that began on the day on which the one before ended
        assert_eq!(days(&ran(&[rest(20, 25), rest(25, 30)])), [20, 25, 30]);
        assert_eq!(ran(&[rest(22, 28)]).on(day(25), day(30)), Err(NotThen::AtRest(rest(22, 28))));
        // it ended at rest: nobody met on the day of the end
        let closed = Ran { ended: Some(day(25)), ..ran(&[rest(22, None)]) };
        assert_eq!(days(&closed), [20, 21, 22]);
        assert_eq!(closed.on(day(25), day(30)), Err(NotThen::AtRest(rest(22, None))));
    }

    #[test]
    fn what_was_withdrawn_is_not_added_to_and_what_ended_only_for_a_while() {
        let can = |ended, because, request, today| {
            let ran = Ran { began: day(1), ended, rests: Vec::new() };
            ran.can_be_noted(because, request, today).map_err(|no| (no.code, no.state))
        };
        let no = Err(("match-state", "closed"));
        assert_eq!(can(None, None, RequestState::Matched, day(30)), Ok(()));
        let last = day(1) + chrono::Days::new(NOTED_WITHIN_DAYS.into());
        for (because, request) in [
            (ClosureReason::GoalReached, RequestState::Closed),
            (ClosureReason::ParentStops, RequestState::Closed),
            (ClosureReason::BuddyStops, RequestState::Consented),
            (ClosureReason::OtherBuddy, RequestState::Matched),
            (ClosureReason::IndependenceLost, RequestState::Consented),
        ] {
            let can = |today| can(Some(day(1)), Some(because), request, today);
            assert_eq!((can(day(1)), can(last), can(last + chrono::Days::new(1))), (Ok(()), Ok(()), no));
        }
        let withdrawn = Some(ClosureReason::RequestWithdrawn);
        assert_eq!(can(Some(day(1)), withdrawn, RequestState::Withdrawn, day(1)), no);
        // she withdrew after the match had ended
        let reached = Some(ClosureReason::GoalReached);
        assert_eq!(can(Some(day(1)), reached, RequestState::Withdrawn, day(1)), no);
    }
}
