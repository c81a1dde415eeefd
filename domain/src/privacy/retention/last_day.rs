//! The last day of a request that waits or runs. A consent is for a search and for support that the parent wants; where she does not say for long that she
//! still does, it ends by itself, and the terms that count from the end begin.
//!
//! It counts from what she said and from nothing else: not from when she met her buddy, nor from what the two write, which nobody else may read.

use chrono::Days;

use super::{CaseFacts, Due, RetentionTerm, Terms};
use crate::requests::RequestState;
use crate::{Date, day_of};

/// So many days before a request ends by itself its parent is told.
pub const TOLD_DAYS_BEFORE: u32 = 30;

/// The last day of a request that waits or runs, and whether its parent knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastDay {
    /// It ends after this day, unless the parent says before that it goes on.
    pub day: Date,
    /// Whether she was told of it, at least [`TOLD_DAYS_BEFORE`] days ahead. Until then it does not end.
    pub is_told: bool,
}

/// The last day of a request; none where it has ended, where the parent is yet to consent, and beyond the calendar.
///
/// Whoever is told late, because the round came late or the programme shortened its term, has her thirty days all the same: the day moves. Whoever was told of
/// a day that moved away since, because the term was lengthened, is told anew of the later one.
pub fn last_day(terms: &Terms, facts: CaseFacts) -> Option<LastDay> {
    let term = match facts.state {
        RequestState::Consented => RetentionTerm::Waiting,
        RequestState::Matched => RetentionTerm::Supported,
        RequestState::Submitted | RequestState::Closed | RequestState::Withdrawn => return None,
    };
    let after = |day: Date, days: u32| day.checked_add_days(Days::new(days.into()));
    let day = after(day_of(facts.continued_at), terms.days(term))?;
    let told = facts.told_at.and_then(|at| after(day_of(at), TOLD_DAYS_BEFORE));
    Some(match told {
        Some(told) if told >= day => LastDay { day: told, is_told: true },
        _ => LastDay { day, is_told: false },
    })
}

/// When a case goes, as it is read on a day: it ends no earlier than [`LastDay::earliest`], and what counts from its end moves along.
#[must_use]
pub fn due_on(due: Due, last: Option<LastDay>, today: Date) -> Due {
    match last {
        Some(last) if due.ground.is_open() => {
            let later = last.earliest(today).signed_duration_since(last.day);
            Due { after: due.after.and_then(|after| after.checked_add_signed(later)), ..due }
        }
        _ => due,
    }
}

impl LastDay {
    /// The day after which it ends at the earliest. Whoever was not told has her thirty days from when she is, and that is today at the earliest: nobody reads
    /// a nearer day, or one that is over.
    #[must_use]
    pub fn earliest(&self, today: Date) -> Date {
        match today.checked_add_days(Days::new(TOLD_DAYS_BEFORE.into())) {
            Some(ahead) if !self.is_told => self.day.max(ahead),
            _ => self.day,
        }
    }

    /// Whether it is near: from this day on its parent is to know.
    pub fn is_near(&self, today: Date) -> bool {
        today.checked_add_days(Days::new(TOLD_DAYS_BEFORE.into())).is_none_or(|ahead| ahead >= self.day)
    }

    /// Whether its parent is to be told now.
    pub fn is_to_be_told(&self, today: Date) -> bool {
        !self.is_told && self.is_near(today)
    }

    /// Whether it is over: the request ends.
    pub fn is_over(&self, today: Date) -> bool {
        self.is_told && today > self.day
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Moment;
    use crate::code::Code as _;
    use crate::privacy::retention::{RetentionGround, case, contact_way, private_space};
    use crate::start_of;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    fn at(text: &str) -> Moment {
        start_of(day(text)) + chrono::TimeDelta::hours(9)
    }

    fn facts(state: RequestState, told: Option<&str>) -> CaseFacts {
        CaseFacts {
            state,
            made_at: at("2026-01-01"),
            since: at("2026-01-02"),
            was_matched: state == RequestState::Matched,
            asked_at: None,
            continued_at: at("2027-01-01"),
            told_at: told.map(at),
        }
    }

    fn of(state: RequestState, told: Option<&str>) -> Option<LastDay> {
        last_day(&Terms::default(), facts(state, told))
    }

    #[test]
    fn whatever_waits_or_runs_has_a_last_day_and_a_ground() {
        for state in RequestState::ALL {
            let lives = matches!(state, RequestState::Consented | RequestState::Matched);
            assert_eq!(of(*state, None).is_some(), lives, "{state}");
            let due = case(&Terms::default(), facts(*state, None));
            assert!(due.after.is_some() && due.ground != RetentionGround::Running, "{state}");
            assert_eq!(due.ground.is_open(), lives, "{state}");
            assert_eq!(due.for_others(), if lives { Due::RUNNING } else { due }, "{state}");
            // it ends before anything of it is erased, however long nobody looked
            assert_eq!(due.has_come(Date::MAX), !lives, "{state}");
            assert_eq!(contact_way(&Terms::default(), facts(*state, None)).has_come(Date::MAX), !lives);
            assert_eq!(
                private_space(&Terms::default(), facts(*state, None), None).has_come(Date::MAX),
                !lives
            );
        }
        assert_eq!(of(RequestState::Consented, None).expect("waits").day, day("2027-06-30"));
        assert_eq!(of(RequestState::Matched, None).expect("runs").day, day("2028-01-01"));
        let due = case(&Terms::default(), facts(RequestState::Consented, None));
        assert_eq!(
            due.after,
            Some(day("2027-09-29")),
            "ninety days after it ends, on the day after its last"
        );
    }

    #[test]
    fn she_is_told_thirty_days_ahead_and_nothing_ends_before_she_was() {
        let untold = of(RequestState::Consented, None).expect("waits");
        assert!(!untold.is_to_be_told(day("2027-05-30")) && untold.is_to_be_told(day("2027-05-31")));
        assert!(!untold.is_over(Date::MAX), "a round that comes late tells first");
        let told = of(RequestState::Consented, Some("2027-05-31")).expect("waits");
        assert_eq!(told, LastDay { day: day("2027-06-30"), is_told: true });
        assert!(!told.is_to_be_told(Date::MAX), "once");
        assert!(
            !told.is_over(day("2027-06-30")) && told.is_over(day("2027-07-01")),
            "the day itself is hers"
        );
        let late = of(RequestState::Consented, Some("2027-08-10")).expect("waits");
        assert_eq!(late, LastDay { day: day("2027-09-09"), is_told: true }, "she has her thirty days");
    }

    #[test]
    fn a_day_that_moves_away_is_told_anew_and_one_that_comes_nearer_leaves_her_thirty_days() {
        let term = |days| Terms::set(vec![(RetentionTerm::Waiting, days)]);
        let told = facts(RequestState::Consented, Some("2027-05-31"));
        let longer = last_day(&term(300), told).expect("waits");
        assert_eq!((longer.day, longer.is_told), (day("2027-10-28"), false));
        let shorter = last_day(&term(90), told).expect("waits");
        assert_eq!((shorter.day, shorter.is_told), (day("2027-06-30"), true));
    }

    #[test]
    fn who_was_not_told_reads_no_day_on_which_it_cannot_end() {
        let due = case(&Terms::default(), facts(RequestState::Consented, None));
        let untold = of(RequestState::Consented, None);
        for (today, earliest) in [
            ("2027-01-01", "2027-06-30"),
            ("2027-05-31", "2027-06-30"),
            ("2027-06-10", "2027-07-10"),
            ("2028-01-01", "2028-01-31"),
        ] {
            let (today, earliest) = (day(today), day(earliest));
            assert_eq!(untold.expect("waits").earliest(today), earliest, "{today}");
            // told on that day, it is that day
            let told = CaseFacts { told_at: Some(start_of(today)), ..facts(RequestState::Consented, None) };
            let told = last_day(&Terms::default(), told).expect("waits");
            assert!(!told.is_told || told.day == earliest, "{today}");
            let goes = due_on(due, untold, today).after.expect("a day");
            assert_eq!(goes.signed_duration_since(earliest).num_days(), 91, "{today}");
        }
        let told = of(RequestState::Consented, Some("2027-05-31"));
        assert_eq!(told.expect("waits").earliest(day("2027-06-20")), day("2027-06-30"), "it was promised");
        let closed = case(&Terms::default(), facts(RequestState::Closed, None));
        assert_eq!(due_on(closed, None, Date::MAX), closed);
    }

    #[test]
    fn a_buddy_who_leaves_does_not_end_what_her_parent_was_not_told_of() {
        // the shorter term of what waits begins in the past
        let facts = CaseFacts { continued_at: at("2026-08-01"), ..facts(RequestState::Consented, None) };
        let last = last_day(&Terms::default(), facts).expect("waits");
        assert!(last.is_to_be_told(day("2027-05-01")) && !last.is_over(day("2027-05-01")));
    }
}
