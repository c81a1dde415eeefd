//! The day before and the day after each boundary. Today is 15 June 2026; the last day of a tie belongs to
//! it.

use super::*;
use TieKind as K;

/// The rule that a tie of this kind with the school falls under today when this was its last day.
fn after(kind: TieKind, last: &str) -> Option<u8> {
    found(&[ended(kind, school(), last)]).findings.first().map(|finding| finding.rule)
}

#[test]
fn former_work_counts_as_work_for_less_than_a_year_and_is_told_for_three() {
    for (last, rule) in [
        ("2026-06-15", Some(1)),
        ("2026-06-14", Some(1)),
        ("2025-06-16", Some(1)),
        ("2025-06-15", Some(2)),
        ("2023-06-15", Some(2)),
        ("2023-06-14", None),
    ] {
        assert_eq!(after(K::EmployedAtSchool, last), rule, "{last}");
    }
}

#[test]
fn a_child_who_left_is_told_for_three_years() {
    for (last, rule) in
        [("2026-06-15", Some(16)), ("2026-06-14", Some(18)), ("2023-06-15", Some(18)), ("2023-06-14", None)]
    {
        assert_eq!(after(K::OwnChildAtSchool, last), rule, "{last}");
    }
}

#[test]
fn a_conflict_is_open_recent_or_old_but_never_gone() {
    for (last, rule) in [
        ("2026-06-15", Some(22)),
        ("2026-06-14", Some(23)),
        ("2023-06-15", Some(23)),
        ("2023-06-14", Some(24)),
        ("1990-01-01", Some(24)),
    ] {
        assert_eq!(after(K::Conflict, last), rule, "{last}");
    }
}

#[test]
fn who_decided_on_the_childs_support_did_so_for_good() {
    let decided = ended(K::DecidesOnChildSupport, TieObject::Parent(id(HERE)), "2010-01-01");
    assert_eq!(rules_of(&found(&[decided])), [(9, Effect::Block)]);
}

#[test]
fn other_ties_are_over_when_they_end() {
    assert_eq!(after(K::CouncilMemberStaff, "2026-06-15"), Some(10));
    assert_eq!(after(K::CouncilMemberStaff, "2026-06-14"), None);
    let worker = |until| ended(K::SupportPointWorker, TieObject::Partnership(partnership("PO9999")), until);
    assert_eq!(rules_of(&found(&[worker("2026-06-15")])), [(7, Effect::Disclose)]);
    assert_eq!(rules_of(&found(&[worker("2026-06-14")])), []);
}

#[test]
fn former_work_at_another_school_of_the_board_does_not_count() {
    let sister = |until| ended(K::EmployedAtSchool, TieObject::School(location("03GR01")), until);
    assert_eq!(rules_of(&found(&[sister("2026-06-15")])), [(3, Effect::Disclose)]);
    assert_eq!(rules_of(&found(&[sister("2026-06-14")])), []);
}

#[test]
fn a_tie_counts_from_its_first_day() {
    let from = |since| Tie { since: Some(day(since)), ..tie(K::EmployedAtSchool, school()) };
    assert_eq!(found(&[from("2026-06-15")]).verdict, Effect::Block);
    assert_eq!(found(&[from("2026-06-16")]).verdict, Effect::None);
}

#[test]
fn a_buddy_is_asked_again_within_a_year() {
    let asked =
        |last| assess(&[], last, &situation(OrganisationForm::Independent, Some(here())), today()).verdict;
    assert_eq!(asked(Some(day("2025-06-15"))), Effect::None);
    assert_eq!(asked(Some(day("2025-06-14"))), Effect::Block);
    assert_eq!(asked(None), Effect::Block);
}

#[test]
fn a_term_that_began_on_a_day_that_its_month_lacks_ends_on_the_last_of_the_month() {
    let left = ended(K::OwnChildAtSchool, school(), "2024-02-29");
    let on = |date| {
        let situation = situation(OrganisationForm::Independent, Some(here()));
        assess(std::slice::from_ref(&left), Some(day("2026-12-01")), &situation, day(date)).verdict
    };
    assert_eq!(on("2027-02-28"), Effect::Disclose);
    assert_eq!(on("2027-03-01"), Effect::None);
}

#[test]
fn a_coordinator_is_asked_a_year_after_her_role_began_or_she_declared_last() {
    let (began, declared) = (Some(day("2025-01-10")), Some(day("2025-11-20")));
    for (since, last, on, due) in [
        (began, None, "2026-01-10", false),
        (began, None, "2026-01-11", true),
        (began, declared, "2026-11-20", false),
        (began, declared, "2026-11-21", true),
        // a role that was given anew is a new asking
        (declared, began, "2026-11-20", false),
        (None, None, "2025-01-10", true),
        (None, declared, "2026-11-20", false),
    ] {
        assert_eq!(is_own_question_due(since, last, day(on)), due, "{since:?} {last:?} {on}");
    }
}
