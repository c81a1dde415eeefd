//! Days as people in the Netherlands reckon them. Terms, consents and rests count in days; both databases keep moments in UTC, in which
//! an evening call can fall on the day before.

use chrono::{Duration, NaiveTime};
use chrono_tz::Europe::Amsterdam;

use crate::{Date, Moment};

/// The day of a moment in the Netherlands.
pub fn day_of(moment: Moment) -> Date {
    moment.with_timezone(&Amsterdam).date_naive()
}

/// The moment at which a day begins in the Netherlands.
pub fn start_of(day: Date) -> Moment {
    let midnight = day.and_time(NaiveTime::MIN);
    // the clocks change at two and three; a zone that changed at midnight would begin its day an hour later
    let local = midnight
        .and_local_timezone(Amsterdam)
        .earliest()
        .or_else(|| (midnight + Duration::hours(1)).and_local_timezone(Amsterdam).earliest());
    local.map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&chrono::Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_and_ends_at_midnight_in_the_netherlands() {
        for (moment, day) in [
            ("2026-11-25T22:59:59Z", "2026-11-25"),
            ("2026-11-25T23:00:00Z", "2026-11-26"),
            ("2026-07-01T21:59:59Z", "2026-07-01"),
            ("2026-07-01T22:00:00Z", "2026-07-02"),
            // the days on which the clocks change
            ("2026-03-28T23:00:00Z", "2026-03-29"),
            ("2026-03-29T21:59:59Z", "2026-03-29"),
            ("2026-10-24T22:00:00Z", "2026-10-25"),
            ("2026-10-25T22:59:59Z", "2026-10-25"),
        ] {
            let moment: Moment = moment.parse().expect("a moment");
            let day: Date = day.parse().expect("a day");
            assert_eq!(day_of(moment), day, "{moment}");
            assert!(start_of(day) <= moment && moment < start_of(day.succ_opt().expect("there is one")));
        }
    }
}
