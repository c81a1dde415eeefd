//! How the forms of a programme follow each other. Buddies were proposed and matched by the form of a day, so what counted on a day is not
//! written over.

use chrono::Months;

use super::FormPeriod;
use crate::Date;

/// How far ahead a form may begin. Beyond it a first day is more likely a typing error than a plan.
const MONTHS_AHEAD: u32 = 12;

/// The last day on which a form can begin that is said today.
pub fn last_first_day(today: Date) -> Date {
    today.checked_add_months(Months::new(MONTHS_AHEAD)).unwrap_or(Date::MAX)
}

/// A form with this first day, or a later one, has counted on a day before today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormCounted(pub Date);

/// What the forms of a programme are once `said` is said, in order of their days. `stand` are those that stand. One that has begun stays;
/// only if it began today, and `said` does so too, is it replaced. One that has not begun is replaced by what begins on its first day or
/// before, and stays beside what begins after it.
///
/// # Errors
/// [`FormCounted`], with the first day of the latest form that has begun, when `said` would take its place.
pub fn say_form(stand: &[FormPeriod], said: FormPeriod, today: Date) -> Result<Vec<FormPeriod>, FormCounted> {
    let begun = stand.iter().map(|period| period.since).filter(|since| *since <= today).max();
    let is_todays = begun == Some(today) && said.since == today;
    if let Some(since) = begun.filter(|since| said.since <= *since && !is_todays) {
        return Err(FormCounted(since));
    }
    let mut forms: Vec<FormPeriod> =
        stand.iter().filter(|period| period.since < said.since).cloned().collect();
    forms.push(said);
    forms.sort_by_key(|period| period.since);
    Ok(forms)
}

#[cfg(test)]
mod tests {
    use super::super::OrganisationForm;
    use super::*;
    use crate::code::CodeSet;

    fn day(day: u32) -> Date {
        Date::from_ymd_opt(2026, 9, day).expect("a day")
    }

    fn from(since: u32) -> FormPeriod {
        FormPeriod {
            since: day(since),
            form: OrganisationForm::Independent,
            funders: CodeSet::default(),
            reason: "stands".to_owned(),
        }
    }

    /// The first days once a form from this day on is said on the tenth, and how many of them are new.
    fn say(stand: &[u32], since: u32) -> Result<(Vec<Date>, usize), FormCounted> {
        let stand: Vec<_> = stand.iter().copied().map(from).collect();
        let said = FormPeriod { reason: "said".to_owned(), ..from(since) };
        let forms = say_form(&stand, said, day(10))?;
        let new = forms.iter().filter(|period| period.reason == "said").count();
        Ok((forms.into_iter().map(|period| period.since).collect(), new))
    }

    fn stands(days: &[u32]) -> (Vec<Date>, usize) {
        (days.iter().copied().map(day).collect(), 1)
    }

    #[test]
    fn a_form_begins_after_what_has_begun() {
        assert_eq!(say(&[1], 10), Ok(stands(&[1, 10])));
        assert_eq!(say(&[1], 20), Ok(stands(&[1, 20])));
        assert_eq!(say(&[1, 5], 6), Ok(stands(&[1, 5, 6])));
        for since in [1, 3, 5] {
            assert_eq!(say(&[1, 5], since), Err(FormCounted(day(5))), "{since}");
            assert_eq!(say(&[1, 5, 20], since), Err(FormCounted(day(5))), "{since}, with one ahead");
        }
    }

    #[test]
    fn what_began_today_is_replaced_from_today_on_and_not_before() {
        assert_eq!(say(&[1, 10], 10), Ok(stands(&[1, 10])));
        assert_eq!(say(&[1, 10, 20], 10), Ok(stands(&[1, 10])));
        assert_eq!(say(&[1, 10], 9), Err(FormCounted(day(10))));
        assert_eq!(say(&[1, 10], 11), Ok(stands(&[1, 10, 11])));
    }

    #[test]
    fn what_has_not_begun_is_replaced_by_what_begins_no_later() {
        for since in [10, 15, 20] {
            assert_eq!(say(&[1, 20], since), Ok(stands(&[1, since])), "{since}");
        }
        assert_eq!(say(&[1, 20, 25], 22), Ok(stands(&[1, 20, 22])));
        assert_eq!(say(&[1, 20], 25), Ok(stands(&[1, 20, 25])));
        assert_eq!(say(&[20], 11), Ok(stands(&[11])), "the first form of a programme");
    }

    #[test]
    fn a_form_begins_within_a_year() {
        let of = |year, month, day| Date::from_ymd_opt(year, month, day).expect("a day");
        assert_eq!(last_first_day(of(2026, 11, 26)), of(2027, 11, 26));
        assert_eq!(last_first_day(of(2028, 2, 29)), of(2029, 2, 28));
        assert_eq!(last_first_day(Date::MAX), Date::MAX);
    }
}
