//! The rules on ties once more, written from the agreed table and not from the code that keeps them, for the ties that walk
//! here: what each means for a school, in each form, on a day.

use chrono::Months;
use naast_domain::Date;

/// What a tie does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// The buddy cannot help this parent.
    Block,
    /// The parent must have accepted it, under this number.
    Tell(u8),
    /// Nothing.
    Nothing,
}

/// A tie with a school as it lies in the database.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Its kind.
    pub kind: String,
    /// Whether it is with the school of the request.
    pub same_school: bool,
    /// Whether it is with a school of the same board.
    pub same_board: bool,
    /// The first day, when it is known.
    pub since: Option<Date>,
    /// The last day, when it is over or will be.
    pub until: Option<Date>,
}

fn within(last: Date, months: u32, today: Date) -> bool {
    last.checked_add_months(Months::new(months)).is_none_or(|end| today <= end)
}

/// What a fact does in a programme of this form.
pub fn what_it_does(fact: &Fact, form: &str, today: Date) -> Does {
    if fact.since.is_some_and(|since| since > today) {
        return Does::Nothing;
    }
    let over = fact.until.filter(|until| *until < today);
    let heavier_in_a_school = |number| if form == "school" { Does::Block } else { Does::Tell(number) };
    if fact.kind == "employed-at-school" && !fact.same_school {
        return if over.is_none() && fact.same_board { heavier_in_a_school(3) } else { Does::Nothing };
    }
    if !fact.same_school {
        return Does::Nothing;
    }
    match (fact.kind.as_str(), over) {
        ("employed-at-school", None) => Does::Block,
        ("employed-at-school", Some(last)) => {
            let year = last.checked_add_months(Months::new(12)).expect("a day");
            if today < year {
                Does::Block
            } else if within(last, 36, today) {
                Does::Tell(2)
            } else {
                Does::Nothing
            }
        }
        ("own-child-at-school", None) => Does::Tell(16),
        ("own-child-at-school", Some(last)) if within(last, 36, today) => Does::Tell(18),
        ("council-member-parent", None) => Does::Tell(11),
        ("school-volunteer", None) => Does::Tell(15),
        ("supplier-of-school", None) => heavier_in_a_school(32),
        ("conflict", None) => Does::Block,
        ("conflict", Some(last)) if within(last, 36, today) => heavier_in_a_school(23),
        ("conflict", Some(_)) => Does::Tell(24),
        _ => Does::Nothing,
    }
}
