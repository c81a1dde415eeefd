//! From facts to findings: which row of the table each declared tie falls under on a day. The result is the
//! worst of what was found.

use chrono::Months;

use super::assessment::{Assessment, Finding};
use super::kinds::TieKind;
use super::situation::{Funder, Situation};
use super::table::{self, Case, Row, Table, Terms};
use super::ties::{Standing, Tie, TieObject};
use crate::Date;
use crate::programmes::OrganisationForm;
use crate::rejection::Rejection;
use crate::text::Text;

/// What the ties of a buddy, who was last asked about them on a day, mean for a request.
pub fn assess(ties: &[Tie], last_asked: Option<Date>, situation: &Situation<'_>, on: Date) -> Assessment {
    assess_by(table::current(), ties, last_asked, situation, on)
}

/// The same by a table of choice, to make an earlier assessment again.
pub fn assess_by(
    table: &'static Table,
    ties: &[Tie],
    last_asked: Option<Date>,
    situation: &Situation<'_>,
    on: Date,
) -> Assessment {
    let finding = |number, case, tie: Option<&Tie>| {
        Finding::of(row(table, number, case), tie.map(|tie| tie.id), situation.form)
    };
    let here = situation.school.as_ref().map(|school| &school.location);
    let mut findings: Vec<Finding> = ties
        .iter()
        .filter_map(|tie| {
            let (number, case) = rule_of(tie, situation, table.terms, on)?;
            let found = finding(number, case, Some(tie));
            // what nobody knows of this school is not what nobody knew of another
            Some(if number == 0 { found.at(here.cloned()) } else { found })
        })
        .collect();
    findings.extend(funding(situation).into_iter().map(|number| finding(number, Case::Always, None)));
    // nobody has to declare what the platform itself arranged; what she declared of it says more
    if situation.supports_another_here && !findings.iter().any(|found| found.rule == 33) {
        findings.push(finding(33, Case::Otherwise, None).at(here.cloned()));
    }
    if situation.school.is_none() {
        findings.push(finding(0, Case::SchoolNotNamed, None));
    }
    if is_to_be_asked(table.terms, last_asked, on) {
        findings.push(finding(38, Case::Always, None));
    }
    Assessment::of(table.version, findings)
}

/// Whether a buddy who was last asked after her ties on a day is to be asked again: the yearly question (rule 38). Whoever has not
/// answered it is put to nobody; what she does already rests until she has.
pub fn is_yearly_question_due(last_asked: Option<Date>, on: Date) -> bool {
    is_to_be_asked(table::current().terms, last_asked, on)
}

/// Whether a coordinator whose role in a programme began on a day is to be asked again after her own ties there: a buddy's question, by
/// the same term. With the role she is asked for the first time.
pub fn is_own_question_due(role_since: Option<Date>, declared_on: Option<Date>, on: Date) -> bool {
    is_yearly_question_due(role_since.max(declared_on), on)
}

/// Whether a coordinator whose role began on a day is to be asked after her own ties because a backup was restored on another: what she declared
/// between the backup and that day is gone, and so is that she declared at all. A role that was given since asks by itself.
pub fn is_own_question_lost(role_since: Option<Date>, restored_on: Option<Date>) -> bool {
    role_since.zip(restored_on).is_some_and(|(since, restored)| since <= restored)
}

fn is_to_be_asked(terms: Terms, last_asked: Option<Date>, on: Date) -> bool {
    !last_asked.is_some_and(|asked| is_within(asked, terms.asked_again, on))
}

/// Whether a tie of this kind can keep a coordinator from a case: whoever has no other has none in the way, wherever she holds a seat or
/// runs a programme. So it is no tie of hers that the programme is a school's own.
pub fn keeps_a_coordinator(kind: TieKind) -> bool {
    table::current().coordinator.contains(&rule_while_held(kind))
}

/// Whether a coordinator may handle a request, by the coordinator's own ties. With one of the ties that the
/// table names, the case goes to another coordinator; in a school's own programme to one from outside the
/// school. While the request names no school, ties with a school are not seen.
pub fn assess_coordinator(ties: &[Tie], situation: &Situation<'_>, on: Date) -> Assessment {
    let table = table::current();
    let findings = ties
        .iter()
        .filter_map(|tie| {
            let stands_in_the_way = |number: u8| table.coordinator.contains(&number);
            let (number, case) = match rule_of(tie, situation, table.terms, on)? {
                (number, _) if stands_in_the_way(number) => (37, Case::Always),
                // perhaps it does: she is told, as the parent is told of a buddy
                (0, Case::PartnershipNotKnown) if stands_in_the_way(rule_while_held(tie.kind)) => {
                    (0, Case::PartnershipNotKnown)
                }
                _ => return None,
            };
            Some(Finding::of(row(table, number, case), Some(tie.id), situation.form))
        })
        .collect();
    Assessment::of(table.version, findings)
}

fn row(table: &'static Table, number: u8, case: Case) -> &'static Row {
    table.row(number, case).expect("every rule that is applied stands in the table")
}

/// The rule that a tie falls under on a day, if any.
fn rule_of(tie: &Tie, situation: &Situation<'_>, terms: Terms, on: Date) -> Option<(u8, Case)> {
    let standing = tie.standing(on)?;
    match (tie.kind, standing) {
        // A worker of a support point is always told, wherever that support point is.
        (TieKind::SupportPointWorker, Standing::Held) => Some((7, Case::Always)),
        (TieKind::EmployedAtSchool, Standing::Held) if !situation.concerns(&tie.about) => {
            elsewhere(&tie.about, situation, 3)
        }
        // a seat on the board of another school, which is known by a role there: a board has all of its schools
        (TieKind::BoardOrSupervisoryMember, Standing::Held) if !situation.concerns(&tie.about) => {
            elsewhere(&tie.about, situation, 5)
        }
        (_, Standing::Held) if situation.cannot_tell(&tie.about) => Some((0, Case::PartnershipNotKnown)),
        (kind, Standing::Ended(last)) if situation.cannot_tell(&tie.about) => {
            rule_after(kind, last, terms, on).map(|_| (0, Case::PartnershipNotKnown))
        }
        _ if !situation.concerns(&tie.about) => None,
        (kind, Standing::Held) => Some((rule_while_held(kind), case_of(tie, situation))),
        (kind, Standing::Ended(last)) => rule_after(kind, last, terms, on).map(|rule| (rule, Case::Always)),
    }
}

/// A tie with a school that is not the request's: it falls under this rule when both schools have one board.
fn elsewhere(about: &TieObject, situation: &Situation<'_>, rule: u8) -> Option<(u8, Case)> {
    let (TieObject::School(location), Some(school)) = (about, &situation.school) else { return None };
    match (situation.board_of)(location) {
        Some(board) if board == school.board => Some((rule, Case::Always)),
        Some(_) => None,
        None => Some((0, Case::BoardNotKnown)),
    }
}

/// The rule of a tie that concerns the request and holds now.
const fn rule_while_held(kind: TieKind) -> u8 {
    match kind {
        TieKind::EmployedAtSchool => 1,
        TieKind::EmployedAtBoardOffice => 4,
        TieKind::BoardOrSupervisoryMember => 5,
        TieKind::EmployedByPartnership => 6,
        TieKind::SupportPointWorker => 7,
        TieKind::PartnershipBoardMember => 8,
        TieKind::DecidesOnChildSupport => 9,
        TieKind::CouncilMemberStaff => 10,
        TieKind::CouncilMemberParent => 11,
        TieKind::JointCouncilMember => 12,
        TieKind::SupportPlanCouncilParent => 13,
        TieKind::SupportPlanCouncilStaff => 14,
        TieKind::SchoolVolunteer => 15,
        TieKind::OwnChildAtSchool => 16,
        TieKind::OwnChildSameClass => 17,
        TieKind::FamilyOnStaff => 19,
        TieKind::FriendOnStaff => 20,
        TieKind::TieWithParent => 21,
        TieKind::Conflict => 22,
        TieKind::PaidBySchool => 25,
        TieKind::ExpensesPaidBySchool => 26,
        TieKind::PaidByPartnership => 27,
        TieKind::CommercialInterest => 31,
        TieKind::SupplierOfSchool => 32,
        TieKind::BuddyForOtherParent => 33,
        TieKind::AuthorityWorker => 34,
        TieKind::PoliticalOffice => 35,
        TieKind::SchoolRecordsAccess => 36,
    }
}

/// The case of a rule that has more than one.
fn case_of(tie: &Tie, situation: &Situation<'_>) -> Case {
    let (holds, heavier) = match (tie.kind, &tie.about) {
        (TieKind::SupportPlanCouncilStaff, TieObject::Seat { board, .. }) => {
            (situation.concerns(&TieObject::Board(board.clone())), Case::SameBoard)
        }
        (TieKind::SupportPlanCouncilStaff, _) => (false, Case::SameBoard),
        (TieKind::BuddyForOtherParent, _) => (tie.aggravated, Case::InterestsConflict),
        // of a seat nobody said for whom it is held, of a task nobody said whether it is paid
        (TieKind::CouncilMemberParent | TieKind::SupportPlanCouncilParent, _) if tie.by_role => {
            return Case::SideNotSaid;
        }
        (TieKind::SchoolVolunteer, _) if tie.by_role => return Case::Task,
        // Who declares a tie with this very request through work is involved in it.
        (TieKind::AuthorityWorker, TieObject::Request(_) | TieObject::Parent(_)) => (true, Case::Involved),
        (TieKind::AuthorityWorker, _) => (tie.aggravated, Case::Involved),
        _ => return Case::Always,
    };
    if holds { heavier } else { Case::Otherwise }
}

/// The rule of a tie that concerns the request and is over: only work at the school, a child who left, a
/// conflict and a say in the child's support still count.
fn rule_after(kind: TieKind, last: Date, terms: Terms, on: Date) -> Option<u8> {
    match kind {
        TieKind::EmployedAtSchool if is_before(last, terms.work_counts_as_current, on) => Some(1),
        TieKind::EmployedAtSchool if is_within(last, terms.work_told, on) => Some(2),
        TieKind::DecidesOnChildSupport => Some(9),
        TieKind::OwnChildAtSchool if is_within(last, terms.child_left_told, on) => Some(18),
        TieKind::Conflict if is_within(last, terms.conflict_recent, on) => Some(23),
        TieKind::Conflict => Some(24),
        _ => None,
    }
}

/// The rules on who pays for the programme. A support point is the partnership's own, so that is always told.
fn funding(situation: &Situation<'_>) -> Vec<u8> {
    let paid_by = |funder| situation.funders.contains(&funder);
    let by_partnership = paid_by(Funder::Partnership) || situation.form == OrganisationForm::SupportPoint;
    let by_others = [Funder::Municipality, Funder::Fund, Funder::Members].into_iter().any(paid_by);
    [(28, paid_by(Funder::School)), (29, by_partnership), (30, by_others)]
        .into_iter()
        .filter_map(|(rule, holds)| holds.then_some(rule))
        .collect()
}

/// Whether a day lies before the day that is so many months after another. A month without that day ends
/// on its last day.
fn is_before(day: Date, months: u32, on: Date) -> bool {
    day.checked_add_months(Months::new(months)).is_none_or(|end| on < end)
}

/// Whether a day lies at most so many months after another, that last day included.
fn is_within(day: Date, months: u32, on: Date) -> bool {
    day.checked_add_months(Months::new(months)).is_none_or(|end| on <= end)
}

const TIED: &str = "coordinator-tied";
const NOT_ASKED: &str = "coordinator-not-asked-this-year";

/// Whether a refusal keeps a coordinator away from a case. It says nothing of how that stands: nobody read anything by it.
pub fn keeps_away(refusal: &Rejection) -> bool {
    [TIED, NOT_ASKED].contains(&refusal.code)
}

/// The refusal of a coordinator whom a tie of her own keeps from a case.
pub fn coordinator_tied() -> Rejection {
    Rejection::rule(
        TIED,
        "S2",
        Text::of(
            "U heeft een band met de school of de ouder van deze aanvraag. Een andere coördinator neemt haar over; is die er \
             niet, dan zoekt de beheerder er een. Wil de ouder stoppen, dan legt u de intrekking wel zelf vast.",
            "You have a tie with the school or the parent of this request. Another coordinator takes it over; where there is \
             none, the administrator finds one. When the parent wants to stop, you do note the withdrawal yourself.",
        ),
    )
}

/// The refusal of a coordinator who has to say first what ties her, because she was not asked for a year.
pub fn coordinator_not_asked() -> Rejection {
    Rejection::rule(
        NOT_ASKED,
        "S2",
        Text::of(
            "U bent een jaar niet gevraagd naar uw eigen banden. Noem eerst wat nieuw is, en zeg dan dat alles er staat: `POST \
             /programmes/{id}/coordinator-tie-declarations`. Lezen kan intussen, en wat een ouder terugneemt, legt u vast.",
            "You were not asked after your own ties for a year. Declare first what is new, and then say that all of it is there: `POST \
             /programmes/{id}/coordinator-tie-declarations`. You can read meanwhile, and you note what a parent takes back.",
        ),
    )
}
