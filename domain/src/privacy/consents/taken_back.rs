//! What becomes of it when a consent is taken back: what stops, who is told of it, and what the parent is told where she did not do it herself.

use super::{Consent, ConsentKind, Consequence, GivenHow, RecipientKind};
use crate::Date;
use crate::requests::{ParentNotice, WithdrawnBy};

impl Consent {
    /// Whether it is a report and no more: somebody of the programme heard it, and the parent never confirmed it. It counted for nothing, so
    /// nothing rests on it, and nobody received anything on it.
    pub const fn is_report(&self) -> bool {
        matches!(self.how, GivenHow::ReportedByStaff) && self.confirmed.is_none()
    }

    /// What stops when this one is taken back: what its kind says, and of a report the report alone.
    pub const fn consequence(&self) -> Consequence {
        if self.is_report() { Consequence::ReportEnds } else { self.kind.consequence() }
    }

    /// Who is told that it was taken back. Of a report nobody received anything; but whoever heard it may have written down what she heard of a
    /// child's health.
    pub const fn told_when_taken_back(&self) -> &'static [RecipientKind] {
        match (self.is_report(), self.kind.is_of_health()) {
            (false, _) => self.kind.recipients(),
            (true, true) => &[RecipientKind::Programme],
            (true, false) => &[],
        }
    }

    /// Whether what was said of health goes with it, once no other consent to that holds: not with a report, on which nothing was said.
    pub const fn takes_health_along(&self) -> bool {
        self.kind.is_of_health() && !self.is_report()
    }

    /// What the parent reads where somebody else took it back. Nothing of what she took back herself or of which nobody knows who did it; and
    /// nothing of a report: she did not say it, and nothing stopped.
    pub const fn news_when_taken_back(&self) -> Option<ParentNotice> {
        match self.withdrawn_by {
            _ if self.is_report() => None,
            None | Some(WithdrawnBy::Parent) => None,
            Some(WithdrawnBy::Coordinator) => Some(ParentNotice::ConsentWithdrawnForYou),
            Some(WithdrawnBy::Pupil) => Some(ParentNotice::ConsentWithdrawnByPupil),
        }
    }

    /// The same, as long as there is something that she can do about it: once the day of the talk is over, nothing is left to announce.
    pub fn news_on(&self, day: Date) -> Option<ParentNotice> {
        let is_over = self.kind == ConsentKind::MeetingAnnouncement
            && self.valid_until.is_some_and(|of_the_talk| of_the_talk < day);
        self.news_when_taken_back().filter(|_| !is_over)
    }
}

impl ConsentKind {
    /// Whether a consent of this kind to the same thing, given later, is in the place of one of that kind. What is said of health is one thing, a
    /// parent's word or the pupil's.
    pub fn is_in_place_of(self, other: Self) -> bool {
        self == other || (self.is_of_health() && other.is_of_health())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Confirmation, ConfirmedHow};
    use super::*;
    use crate::Moment;
    use crate::code::Code;

    fn heard(kind: ConsentKind) -> Consent {
        Consent::given(kind, GivenHow::ReportedByStaff, None)
    }

    fn confirmed(kind: ConsentKind) -> Consent {
        let at = Confirmation { at: Moment::UNIX_EPOCH, how: Some(ConfirmedHow::OwnLogin) };
        Consent { confirmed: Some(at), ..heard(kind) }
    }

    #[test]
    fn a_report_takes_nothing_along_but_itself_until_it_is_confirmed() {
        for kind in ConsentKind::ALL {
            let report = heard(*kind);
            assert_eq!(report.consequence(), Consequence::ReportEnds, "{kind}");
            assert!(!report.takes_health_along());
            let told = if kind.is_of_health() { &[RecipientKind::Programme][..] } else { &[] };
            assert_eq!(report.told_when_taken_back(), told, "{kind}");
            for counts in [confirmed(*kind), Consent::given(*kind, GivenHow::OwnLogin, None)] {
                assert_eq!(counts.consequence(), kind.consequence());
                assert_eq!(counts.told_when_taken_back(), kind.recipients());
                assert_eq!(counts.takes_health_along(), kind.is_of_health());
            }
        }
    }

    #[test]
    fn the_parent_hears_of_what_somebody_else_took_back_and_of_nothing_else() {
        for kind in ConsentKind::ALL {
            let by = |by: Option<WithdrawnBy>, one: Consent| {
                Consent { withdrawn_by: by, ..one }.news_when_taken_back().map(Code::code)
            };
            let own = Consent::given(*kind, GivenHow::OwnLogin, None);
            for counts in [own, confirmed(*kind)] {
                assert_eq!(by(Some(WithdrawnBy::Coordinator), counts), Some("consent-withdrawn-for-you"));
                assert_eq!(by(Some(WithdrawnBy::Pupil), counts), Some("consent-withdrawn-by-pupil"));
                for nothing in [None, Some(WithdrawnBy::Parent)] {
                    assert_eq!(by(nothing, counts), None, "{kind}");
                }
            }
            for anybody in WithdrawnBy::ALL {
                assert_eq!(by(Some(*anybody), heard(*kind)), None, "{kind}");
            }
        }
    }

    #[test]
    fn that_a_talk_was_taken_back_is_news_until_its_day_is_over() {
        let day = Date::from_ymd_opt(2026, 11, 10).expect("a day");
        for kind in ConsentKind::ALL {
            let back = Consent::given(*kind, GivenHow::OwnLogin, Some(day));
            let back = Consent { withdrawn_by: Some(WithdrawnBy::Coordinator), ..back };
            assert_eq!(back.news_on(day), back.news_when_taken_back(), "{kind}");
            let is_talk = *kind == ConsentKind::MeetingAnnouncement;
            assert_eq!(back.news_on(day.succ_opt().expect("a day")).is_none(), is_talk, "{kind}");
        }
    }

    #[test]
    fn what_is_given_again_is_in_the_place_of_what_was_taken_back() {
        for one in ConsentKind::ALL {
            for other in ConsentKind::ALL {
                let same = one == other || (one.is_of_health() && other.is_of_health());
                assert_eq!(one.is_in_place_of(*other), same, "{one} {other}");
            }
        }
    }
}
