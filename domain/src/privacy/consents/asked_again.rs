//! A consent that ends by itself, and of which the parent was promised that she is asked again: data on her child's health, after a year. The child may have
//! become 16 since, and decides herself then.

use chrono::Days;

use super::{Consent, ConsentKind};
use crate::Date;
use crate::privacy::retention::TOLD_DAYS_BEFORE;
use crate::programmes::OrganisationForm;
use crate::text::Text;

impl ConsentKind {
    /// Whether the parent is asked again before a consent of this kind ends. That to a talk ends with its day, and there is nothing more to ask; a pupil's own
    /// has no end.
    pub const fn is_asked_again(self) -> bool {
        matches!(self, Self::ChildHealthData)
    }
}

impl Consent {
    /// Whether its parent is to be asked again on a day: from [`TOLD_DAYS_BEFORE`] days before its end on, also once it is over. Not of what was taken back, or of
    /// what was only reported, and never counted.
    pub fn is_asked_again_on(&self, day: Date) -> bool {
        let is_near = |last: Date| {
            day.checked_add_days(Days::new(TOLD_DAYS_BEFORE.into())).is_none_or(|ahead| ahead >= last)
        };
        self.kind.is_asked_again()
            && self.withdrawn_at.is_none()
            && self.lapsed_at.is_none()
            && !self.is_report()
            && self.valid_until.is_some_and(is_near)
    }

    /// Whether it lapses when the same is given on a day: it does not hold any more, was said to another form, or is asked for again.
    pub fn gives_way_on(&self, day: Date, form: Option<OrganisationForm>) -> bool {
        !(self.in_force_on(day) && self.is_for(form)) || self.is_asked_again_on(day)
    }
}

/// Which of the consents on a request is asked for again on a day, as its place among them: the one that ends last, unless another that is in its place holds
/// longer, the pupil's own word too.
pub fn asked_again(all: &[Consent], day: Date) -> Option<usize> {
    let holds_longer = |one: &Consent| {
        all.iter().any(|other| {
            other.kind.is_in_place_of(one.kind)
                && other.in_force_on(day)
                && other.valid_until.is_none_or(|last| Some(last) > one.valid_until)
        })
    };
    let ends = all.iter().enumerate().filter(|(_, one)| one.is_asked_again_on(day) && !holds_longer(one));
    ends.max_by_key(|(_, one)| one.valid_until).map(|(place, _)| place)
}

/// The last day of a consent that is asked for again, as its parent is told it.
pub fn its_last_day(last: Date, today: Date) -> Text {
    let day = last.format("%-d-%-m-%Y");
    if last < today {
        Text::new(format!("De laatste dag was {day}."), format!("The last day was {day}."))
    } else {
        Text::new(format!("De laatste dag is {day}."), format!("The last day is {day}."))
    }
}

#[cfg(test)]
mod tests {
    use super::super::GivenHow;
    use super::*;
    use crate::Moment;
    use crate::code::Code as _;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    fn health(last: &str) -> Consent {
        Consent::given(ConsentKind::ChildHealthData, GivenHow::OwnLogin, Some(day(last)))
    }

    #[test]
    fn a_kind_is_asked_again_when_it_ends_by_itself() {
        for kind in ConsentKind::ALL {
            assert_eq!(kind.is_asked_again(), kind.valid_until(day("2027-01-01")).is_some(), "{kind}");
        }
    }

    #[test]
    fn it_is_asked_thirty_days_ahead_and_until_it_is_answered() {
        let one = health("2027-11-30");
        assert!(!one.is_asked_again_on(day("2027-10-30")) && one.is_asked_again_on(day("2027-10-31")));
        assert!(one.is_asked_again_on(Date::MAX), "also once it is over");
        let gone = Some(Moment::UNIX_EPOCH);
        let report = Consent { how: GivenHow::ReportedByStaff, ..one };
        for none in [Consent { withdrawn_at: gone, ..one }, Consent { lapsed_at: gone, ..one }, report] {
            assert!(!none.is_asked_again_on(Date::MAX));
        }
    }

    #[test]
    fn what_holds_longer_is_the_answer() {
        let (near, today) = (health("2027-11-30"), day("2027-11-10"));
        assert_eq!(asked_again(&[near], today), Some(0));
        assert_eq!(asked_again(&[health("2026-11-30"), near], today), Some(1), "the one that ends last");
        assert_eq!(asked_again(&[near, health("2028-11-10")], today), None);
        let pupil = Consent::given(ConsentKind::PupilHealthData, GivenHow::OneTimeCode, None);
        assert_eq!(asked_again(&[near, pupil], today), None, "her own word");
        let back = Consent { withdrawn_at: Some(Moment::UNIX_EPOCH), ..health("2028-11-10") };
        let report = Consent { how: GivenHow::ReportedByStaff, ..health("2028-11-10") };
        let other = Consent::given(ConsentKind::Request, GivenHow::OwnLogin, None);
        assert_eq!(asked_again(&[back, report, other, near], today), Some(3));
    }

    #[test]
    fn it_can_be_given_again_before_it_is_over() {
        let (one, form) = (health("2027-11-30"), None);
        assert!(!one.gives_way_on(day("2027-10-30"), form));
        assert!(one.gives_way_on(day("2027-10-31"), form) && one.gives_way_on(day("2027-12-01"), form));
    }

    #[test]
    fn a_day_that_is_over_was() {
        let (last, today) = (day("2027-11-30"), day("2027-12-01"));
        assert_eq!(its_last_day(last, today).nl, "De laatste dag was 30-11-2027.");
        assert_eq!(its_last_day(last, last).nl, "De laatste dag is 30-11-2027.");
    }
}
