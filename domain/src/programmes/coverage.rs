//! For how long a programme covers a school. Parents choose among the programmes that cover their school on a day, so what counted on a
//! day is not written over.

use crate::Date;

/// A time in which a programme covers a school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoveredPeriod {
    /// From this day on.
    pub since: Date,
    /// Up to and with this day; open when it is none.
    pub until: Option<Date>,
}

impl CoveredPeriod {
    /// Whether it has counted on some day, today's among them.
    fn has_begun(self, today: Date) -> bool {
        self.since <= today
    }

    /// The period in words that are data of the directory: an interval as ISO 8601 writes it.
    pub fn in_words(self) -> String {
        let until = self.until.map_or_else(|| "..".to_owned(), |until| until.to_string());
        format!("{}/{until}", self.since)
    }
}

/// Why a period cannot be said: it would rewrite days on which something else counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoverageFault {
    /// A period that has begun goes on without an end: another can begin after it, not beside it.
    StillOpen(Date),
    /// The days before this one are taken, by a period that has begun.
    TooEarly(Date),
    /// The period has begun: it has counted up to and with today, and ends no earlier than this day.
    EndsTooEarly(Date),
    /// The period is over: this was its last day.
    Over(Date),
}

/// What the periods of a coverage are once `said` is said: in order of their days, `said` the last. `stand` are those that stand, in
/// order of their days. What has begun keeps its first day, and can be ended, today at the earliest; what is over stays; what has not
/// begun is replaced.
///
/// # Errors
/// [`CoverageFault`] when it would rewrite what counted.
pub fn say_coverage(
    stand: &[CoveredPeriod],
    said: CoveredPeriod,
    today: Date,
) -> Result<Vec<CoveredPeriod>, CoverageFault> {
    let mut begun: Vec<CoveredPeriod> =
        stand.iter().copied().filter(|period| period.has_begun(today)).collect();
    match begun.last().copied() {
        Some(last) if last.since == said.since => {
            if last.until != said.until {
                if let Some(until) = last.until.filter(|until| *until < today) {
                    return Err(CoverageFault::Over(until));
                }
                if said.until.is_some_and(|until| until < today) {
                    return Err(CoverageFault::EndsTooEarly(today));
                }
            }
            begun.pop();
        }
        Some(CoveredPeriod { since, until: None }) => return Err(CoverageFault::StillOpen(since)),
        Some(CoveredPeriod { until: Some(until), .. }) if said.since <= until => {
            return Err(CoverageFault::TooEarly(until.succ_opt().unwrap_or(Date::MAX)));
        }
        Some(_) | None => {}
    }
    begun.push(said);
    Ok(begun)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> Date {
        Date::from_ymd_opt(2026, 9, day).expect("a day")
    }

    fn from(since: u32, until: impl Into<Option<u32>>) -> CoveredPeriod {
        CoveredPeriod { since: day(since), until: until.into().map(day) }
    }

    /// Said on the tenth.
    fn say(stand: &[CoveredPeriod], said: CoveredPeriod) -> Result<Vec<CoveredPeriod>, CoverageFault> {
        say_coverage(stand, said, day(10))
    }

    #[test]
    fn the_first_period_may_begin_on_any_day() {
        for one in [from(1, None), from(1, 5), from(10, None), from(20, 25)] {
            assert_eq!(say(&[], one), Ok(vec![one]));
        }
    }

    #[test]
    fn what_has_begun_is_ended_today_at_the_earliest_and_keeps_its_first_day() {
        let open = [from(5, None)];
        for until in [10, 11, 30] {
            assert_eq!(say(&open, from(5, until)), Ok(vec![from(5, until)]));
        }
        assert_eq!(say(&open, from(5, 9)), Err(CoverageFault::EndsTooEarly(day(10))));
        for since in [1, 6, 10, 11] {
            assert_eq!(say(&open, from(since, None)), Err(CoverageFault::StillOpen(day(5))), "{since}");
        }
        // an end that is ahead is moved and taken away
        assert_eq!(say(&[from(5, 20)], from(5, 12)), Ok(vec![from(5, 12)]));
        assert_eq!(say(&[from(5, 20)], from(5, None)), Ok(vec![from(5, None)]));
        // what began today has counted today
        assert_eq!(say(&[from(10, None)], from(10, 10)), Ok(vec![from(10, 10)]));
        assert_eq!(say(&[from(10, None)], from(12, None)), Err(CoverageFault::StillOpen(day(10))));
    }

    #[test]
    fn what_is_over_stays_and_a_new_period_begins_later() {
        let over = [from(1, 4), from(6, 9)];
        assert_eq!(say(&over, from(6, 9)), Ok(over.to_vec()), "said again");
        for said in [from(6, None), from(6, 8), from(6, 20)] {
            assert_eq!(say(&over, said), Err(CoverageFault::Over(day(9))));
        }
        for since in [1, 3, 5, 7, 9] {
            assert_eq!(say(&over, from(since, None)), Err(CoverageFault::TooEarly(day(10))), "{since}");
        }
        assert_eq!(say(&over, from(10, None)), Ok(vec![over[0], over[1], from(10, None)]));
        // what still runs and has its end leads to one after it
        assert_eq!(say(&[from(5, 20)], from(20, None)), Err(CoverageFault::TooEarly(day(21))));
        assert_eq!(say(&[from(5, 20)], from(21, None)), Ok(vec![from(5, 20), from(21, None)]));
    }

    #[test]
    fn what_has_not_begun_is_replaced() {
        let ahead = [from(1, 9), from(20, None)];
        assert_eq!(say(&ahead, from(15, 18)), Ok(vec![from(1, 9), from(15, 18)]));
        assert_eq!(say(&[from(5, 12), from(20, None)], from(5, 14)), Ok(vec![from(5, 14)]));
        assert_eq!(say(&[from(20, None)], from(1, 3)), Ok(vec![from(1, 3)]));
    }
}
