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

/// A tie as it lies in the database, seen from the school of a request.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Its kind.
    pub kind: String,
    /// Whether it is with the school of the request, its board, its partnership or its municipality: whatever it is about.
    pub same: bool,
    /// Whether it is with a school of the same board, or a seat that is held for that board.
    pub same_board: bool,
    /// Whether it is the heavier case of its kind: the one further question was answered with yes, or work for an authority is on the case itself.
    pub heavier: bool,
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
    match (fact.kind.as_str(), over) {
        // a worker of a support point is told wherever that support point is
        ("support-point-worker", None) => return Does::Tell(7),
        ("employed-at-school", None) if !fact.same && fact.same_board => return heavier_in_a_school(3),
        _ if !fact.same => return Does::Nothing,
        _ => {}
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
        // who ever had a say in what the child gets has one for good
        ("decides-on-child-support", _) => Does::Block,
        (
            "council-member-staff"
            | "own-child-same-class"
            | "family-on-staff"
            | "paid-by-school"
            | "commercial-interest"
            | "school-records-access",
            None,
        ) => Does::Block,
        ("friend-on-staff", None) => Does::Tell(20),
        ("tie-with-parent", None) => Does::Tell(21),
        ("expenses-paid-by-school", None) => Does::Tell(26),
        ("buddy-for-other-parent" | "authority-worker", None) if fact.heavier => Does::Block,
        ("buddy-for-other-parent", None) => Does::Tell(33),
        ("authority-worker", None) => Does::Tell(34),
        (
            "employed-at-board-office"
            | "board-or-supervisory-member"
            | "employed-by-partnership"
            | "partnership-board-member",
            None,
        ) => Does::Block,
        ("own-child-at-school", None) => Does::Tell(16),
        ("own-child-at-school", Some(last)) if within(last, 36, today) => Does::Tell(18),
        ("council-member-parent", None) => Does::Tell(11),
        ("joint-council-member", None) => Does::Tell(12),
        ("support-plan-council-parent", None) => Does::Tell(13),
        ("support-plan-council-staff", None) if form == "support-point" || fact.same_board => Does::Block,
        ("support-plan-council-staff", None) => Does::Tell(14),
        ("school-volunteer", None) => Does::Tell(15),
        ("paid-by-partnership", None) => Does::Tell(27),
        ("supplier-of-school", None) => heavier_in_a_school(32),
        ("political-office", None) => Does::Tell(35),
        ("conflict", None) => Does::Block,
        ("conflict", Some(last)) if within(last, 36, today) => heavier_in_a_school(23),
        ("conflict", Some(_)) => Does::Tell(24),
        _ => Does::Nothing,
    }
}

/// What the programme itself is, in this form and paid by these: the numbers that are told, whoever the buddy is.
pub fn what_pays(form: &str, by_school: bool, by_partnership: bool) -> Vec<u8> {
    let told = [(28, by_school), (29, by_partnership || form == "support-point")];
    told.into_iter().filter_map(|(number, is_so)| is_so.then_some(number)).collect()
}

/// The tie that a role is, by where it is held: its kind. A role of a programme is held where the programme is run.
pub fn tie_of_role(
    role: &str,
    of_a_school: bool,
    of_a_board: bool,
    of_a_partnership: bool,
) -> Option<&'static str> {
    let anywhere = of_a_school || of_a_board || of_a_partnership;
    match role {
        "school-staff" | "school-leader" | "professional" if of_a_school => Some("employed-at-school"),
        "school-staff" | "school-leader" | "professional" if of_a_board => Some("employed-at-board-office"),
        "board-member" if of_a_board => Some("board-or-supervisory-member"),
        "board-member" => Some("partnership-board-member"),
        "partnership-staff" => Some("employed-by-partnership"),
        // for whom she sits there no role says: it is told, and no more than told
        "council-member" if of_a_school => Some("council-member-parent"),
        "council-member" if of_a_board => Some("joint-council-member"),
        "council-member" if of_a_partnership => Some("support-plan-council-parent"),
        "trainer" if of_a_school || of_a_board => Some("supplier-of-school"),
        "trainer" | "coordinator" | "pool-manager" | "auditor" | "administrator" if anywhere => {
            Some("school-volunteer")
        }
        _ => None,
    }
}
