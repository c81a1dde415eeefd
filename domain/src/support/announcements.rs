//! Meeting announcements: the parent lets school know that somebody comes along to a talk. She alone decides, for each talk;
//! school hears a name, a role and the day, and nothing else. It cannot refuse; it can say what stands in the way in practice.

use crate::Date;
use crate::code_list;
use crate::rejection::Rejection;
use crate::support::{Course, MatchState};
use crate::text::Text;

code_list! {
    /// Where an announcement stands.
    pub enum AnnouncementState {
        Announced = "announced": "aangekondigd" / "announced",
        Cancelled = "cancelled": "vervallen" / "cancelled",
    }
}

code_list! {
    /// In which role somebody comes along.
    pub enum CompanionRole {
        Buddy = "buddy": "buddy van de ouder" / "the parent's buddy",
    }
}

code_list! {
    /// What stands in the way in practice. None of them says that the buddy is not welcome: that is not for school to say.
    pub enum Objection {
        Room = "room": "de ruimte is te klein of niet toegankelijk" / "the room is too small or not accessible",
        DateChanged = "date-changed": "het gesprek is op een andere dag" / "the talk is on another day",
        TimeChanged = "time-changed": "het gesprek is op een andere tijd" / "the talk is at another time",
        PlaceChanged = "place-changed": "het gesprek is op een andere plaats" / "the talk is at another place",
        TalkUnknown = "talk-unknown": "school weet niet welk gesprek dit is" / "school does not know which talk this is",
    }
}

/// Whether school sees an announcement on a day: until the day of the talk is over. What is over needs no name any more.
pub fn is_shown_to_school(talk: Date, today: Date) -> bool {
    talk >= today
}

/// The farthest day ahead of a talk that is announced, in days.
pub const FARTHEST: i64 = 366;

impl Course {
    /// Whether the parent can announce a talk on this day: with a buddy whose match runs, for a day that has not passed.
    ///
    /// # Errors
    /// `match-state` when the match does not run, which says what comes first; `talk-date` for a day that is over or too far ahead.
    pub fn announce(self, talk: Date, today: Date) -> Result<(), Rejection> {
        if self.state != MatchState::Active {
            let (first, permitted) = self.before_it_runs();
            let reason = Text::new(
                format!("Een buddy kan mee als de koppeling loopt. {}", first.nl),
                format!("A buddy can come along while the match runs. {}", first.en),
            );
            return Err(Rejection::rule("match-state", "L2", reason)
                .in_state(crate::code::Code::code(self.state), permitted));
        }
        let ahead = (talk - today).num_days();
        if (0..=FARTHEST).contains(&ahead) {
            return Ok(());
        }
        let reason = Text::of(
            "Kondig een gesprek aan dat nog komt, niet later dan over een jaar.",
            "Announce a talk that is still to come, no later than in a year.",
        );
        Err(Rejection::rule("talk-date", "L2", reason).at("/date"))
    }
}

impl AnnouncementState {
    /// Whether school may note what stands in the way.
    ///
    /// # Errors
    /// `announcement-cancelled` when nobody comes along any more.
    pub fn object(self) -> Result<(), Rejection> {
        if self == Self::Announced {
            return Ok(());
        }
        let reason = Text::of("Deze aankondiging is vervallen.", "This announcement was cancelled.");
        Err(Rejection::rule("announcement-cancelled", "L2", reason).in_state("cancelled", Vec::new()))
    }
}

/// The most announcements of one match that are open at a time.
pub const MOST_OPEN: i64 = 20;

/// The refusal of one more, of a match in this state.
pub fn too_many(state: MatchState) -> Rejection {
    let reason = Text::of(
        "Er staan al twintig gesprekken aangekondigd. Laat er eerst een vervallen.",
        "Twenty talks are announced already. Cancel one first.",
    );
    Rejection::rule("too-many-announcements", "L2", reason)
        .in_state(crate::code::Code::code(state), vec!["cancellation"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code as _;
    use crate::support::{Asker, PauseReason};

    fn day(number: u32) -> Date {
        Date::from_ymd_opt(2026, 11, number).expect("a day")
    }

    #[test]
    fn a_talk_is_announced_while_the_match_runs_and_before_it_is_held() {
        assert!(Course::RUNNING.announce(day(5), day(5)).is_ok());
        assert_eq!(Course::RUNNING.announce(day(4), day(5)).expect_err("over").code, "talk-date");
        let far = day(5) + chrono::Days::new(367);
        assert_eq!(Course::RUNNING.announce(far, day(5)).expect_err("too far").code, "talk-date");
    }

    /// What the answer sends her to is what lets the match go on, and not what is refused in its turn.
    #[test]
    fn a_talk_with_a_buddy_whose_match_rests_names_what_comes_first() {
        let refused = |course: Course| {
            let refusal = course.announce(day(5), day(5)).expect_err("it does not run");
            assert_eq!(refusal.code, "match-state");
            (refusal.reason.nl.into_owned(), refusal.permitted)
        };
        for reason in PauseReason::ALL {
            let course = Course::resting(*reason);
            let (words, permitted) = refused(course);
            match course.resume(Asker::Parent) {
                Ok(_) => assert_eq!(permitted, ["resumptions"], "{reason}"),
                Err(refusal) => {
                    assert_eq!(permitted, refusal.permitted, "{reason}");
                    assert!(words.ends_with(&*refusal.reason.nl), "{reason}: {words}");
                }
            }
        }
        // her own pause lies below the form that she is asked on: both come first
        let both = Course::resting(PauseReason::ParentAsked).form_changed();
        assert_eq!(refused(both).1, ["consents", "closure", "resumptions"]);
        let closed = Course { state: MatchState::Closed, ..Course::RUNNING };
        assert_eq!(refused(closed).1, Vec::<&str>::new());
    }

    #[test]
    fn school_sees_an_announcement_until_the_day_of_the_talk_is_over() {
        assert!(is_shown_to_school(day(5), day(5)));
        assert!(!is_shown_to_school(day(5), day(6)));
    }

    #[test]
    fn school_says_what_stands_in_the_way_and_never_no() {
        for objection in Objection::ALL {
            let words = objection.label();
            for no in ["welkom", "weiger", "niet mee", "welcome", "refuse"] {
                assert!(!words.nl.contains(no) && !words.en.contains(no), "{objection}");
            }
        }
        assert!(AnnouncementState::Cancelled.object().is_err());
    }
}
