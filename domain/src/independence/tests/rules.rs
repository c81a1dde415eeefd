//! The 38 rules in the three forms, against the table as it was agreed on paper. The scene of each rule is
//! built from facts, so that the expectation says nothing that the code says too.

use super::*;
use TieKind as K;

/// The number of the rule; what it does apart from school, in a school, in a support point; and the case.
const AGREED: &[(u8, &str, &str)] = &[
    (1, "B B B", ""),
    (2, "D D D", ""),
    (3, "D B D", ""),
    (4, "B B B", ""),
    (5, "B B B", ""),
    (6, "B B B", ""),
    (7, "D D D", ""),
    (8, "B B B", ""),
    (9, "B B B", ""),
    (10, "B B B", ""),
    (11, "D D D", ""),
    (11, "D D D", "by a role"),
    (12, "D D D", ""),
    (13, "D D D", ""),
    (13, "D D D", "by a role"),
    (14, "B B B", "same board"),
    (14, "D D B", "other board"),
    (15, "D D D", ""),
    (15, "D D D", "by a role"),
    (16, "D D D", ""),
    (17, "B B B", ""),
    (18, "D D D", ""),
    (19, "B B B", ""),
    (20, "D D D", ""),
    (21, "D D D", ""),
    (22, "B B B", ""),
    (23, "D B D", ""),
    (24, "D D D", ""),
    (25, "B B B", ""),
    (26, "D D D", ""),
    (27, "D D D", ""),
    (28, "D D D", ""),
    (29, "D D D", ""),
    (30, "- - -", ""),
    (31, "B B B", ""),
    (32, "D B D", ""),
    (33, "D D D", ""),
    (33, "B B B", "interests conflict"),
    (34, "B B B", "involved"),
    (34, "D D D", ""),
    (35, "D D D", ""),
    (36, "B B B", ""),
    (37, "B B B", ""),
    (38, "B B B", ""),
];

/// A buddy with the one tie that the rule is about.
fn tie_of(rule: u8, case: &str) -> Option<Tie> {
    let at_board = || TieObject::Board(here().board);
    let at_partnership = || TieObject::Partnership(partnership("PO2707"));
    let at_municipality = || TieObject::Municipality(municipality("0363"));
    let seat = |number| TieObject::Seat { partnership: partnership("PO2707"), board: board(number) };
    let by_role = |kind, about| Tie { by_role: true, about, ..tie(kind, school()) };
    let heavy = |kind, about| Tie { aggravated: true, ..tie(kind, about) };
    Some(match (rule, case) {
        (1, _) => tie(K::EmployedAtSchool, school()),
        (2, _) => ended(K::EmployedAtSchool, school(), "2024-06-15"),
        (3, _) => tie(K::EmployedAtSchool, TieObject::School(location("03GR01"))),
        (4 | 37, _) => tie(K::EmployedAtBoardOffice, at_board()),
        (5, _) => tie(K::BoardOrSupervisoryMember, at_board()),
        (6, _) => tie(K::EmployedByPartnership, at_partnership()),
        (7, _) => tie(K::SupportPointWorker, at_partnership()),
        (8, _) => tie(K::PartnershipBoardMember, at_partnership()),
        (9, _) => tie(K::DecidesOnChildSupport, TieObject::Request(id(HERE))),
        (10, _) => tie(K::CouncilMemberStaff, school()),
        (11, "by a role") => by_role(K::CouncilMemberParent, school()),
        (11, _) => tie(K::CouncilMemberParent, school()),
        (12, _) => tie(K::JointCouncilMember, at_board()),
        (13, "by a role") => Tie { by_role: true, ..tie(K::SupportPlanCouncilParent, at_partnership()) },
        (13, _) => tie(K::SupportPlanCouncilParent, at_partnership()),
        (14, "same board") => tie(K::SupportPlanCouncilStaff, seat("41775")),
        (14, _) => tie(K::SupportPlanCouncilStaff, seat("10001")),
        (15, "by a role") => by_role(K::SchoolVolunteer, at_board()),
        (15, _) => tie(K::SchoolVolunteer, school()),
        (16, _) => tie(K::OwnChildAtSchool, school()),
        (17, _) => tie(K::OwnChildSameClass, TieObject::Request(id(HERE))),
        (18, _) => ended(K::OwnChildAtSchool, school(), "2024-07-31"),
        (19, _) => tie(K::FamilyOnStaff, at_board()),
        (20, _) => tie(K::FriendOnStaff, school()),
        (21, _) => tie(K::TieWithParent, TieObject::Parent(id(HERE))),
        (22, _) => tie(K::Conflict, at_partnership()),
        (23, _) => ended(K::Conflict, school(), "2025-01-01"),
        (24, _) => ended(K::Conflict, at_board(), "2019-01-01"),
        (25, _) => tie(K::PaidBySchool, school()),
        (26, _) => tie(K::ExpensesPaidBySchool, school()),
        (27, _) => tie(K::PaidByPartnership, at_partnership()),
        (31, _) => tie(K::CommercialInterest, at_municipality()),
        (32, _) => tie(K::SupplierOfSchool, at_board()),
        (33, "") => tie(K::BuddyForOtherParent, school()),
        (33, _) => heavy(K::BuddyForOtherParent, TieObject::Request(id(HERE))),
        (34, "") => tie(K::AuthorityWorker, at_municipality()),
        (34, _) => heavy(K::AuthorityWorker, at_municipality()),
        (35, _) => tie(K::PoliticalOffice, at_municipality()),
        (36, _) => tie(K::SchoolRecordsAccess, school()),
        _ => return None,
    })
}

fn funders_of(rule: u8) -> &'static [Funder] {
    match rule {
        28 => &[Funder::School],
        29 => &[Funder::Partnership],
        30 => &[Funder::Municipality, Funder::Fund, Funder::Members],
        _ => &[],
    }
}

fn as_agreed(letter: &str) -> Effect {
    match letter {
        "-" => Effect::None,
        "D" => Effect::Disclose,
        "B" => Effect::Block,
        other => panic!("{other} is no effect"),
    }
}

#[test]
fn every_rule_does_in_every_form_what_was_agreed() {
    let numbers: std::collections::BTreeSet<u8> = AGREED.iter().map(|row| row.0).collect();
    assert_eq!(numbers, (1..=38).collect());
    for (rule, effects, case) in AGREED {
        assert_eq!(effects.split(' ').count(), OrganisationForm::ALL.len());
        for (form, letter) in OrganisationForm::ALL.iter().zip(effects.split(' ')) {
            let situation = Situation { funders: funders_of(*rule), ..situation(*form, Some(here())) };
            let ties: Vec<Tie> = tie_of(*rule, case).into_iter().collect();
            let assessment = if *rule == 37 {
                assess_coordinator(&ties, &situation, today())
            } else {
                let last_asked = (*rule != 38).then(|| day("2026-05-15"));
                assess(&ties, last_asked, &situation, today())
            };
            // In a support point it is always told that the partnership pays.
            let inherent = *form == OrganisationForm::SupportPoint && ![29, 37].contains(rule);
            let mut expected = vec![(*rule, as_agreed(letter))];
            expected.extend(inherent.then_some((29, Effect::Disclose)));
            let mut actual = rules_of(&assessment);
            actual.sort_unstable();
            expected.sort_unstable();
            assert_eq!(actual, expected, "rule {rule} {case} in the form {form}");
            assert_eq!(assessment.table_version, "2026-1");
            let finding = assessment.findings.iter().find(|finding| finding.rule == *rule).expect("found");
            assert_eq!(finding.tie, ties.first().map(|tie| tie.id), "rule {rule}");
        }
    }
}

#[test]
fn every_kind_of_tie_leads_to_a_rule() {
    let reached: Vec<TieKind> = AGREED.iter().filter_map(|row| Some(tie_of(row.0, row.2)?.kind)).collect();
    assert!(TieKind::ALL.iter().all(|kind| reached.contains(kind)));
}

#[test]
fn what_a_role_says_is_told_in_words_that_leave_open_what_it_does_not_say() {
    for (rule, said, by_role) in [
        (11, "council-member-parent", "council-member"),
        (13, "support-plan-council-parent", "support-plan-council-member"),
        (15, "school-volunteer", "task-at-school"),
    ] {
        let code = |case| found(&[tie_of(rule, case).expect("a tie")]).findings.first().map(|one| one.code);
        assert_eq!((code(""), code("by a role")), (Some(said), Some(by_role)));
    }
}

#[test]
fn a_buddy_without_ties_who_was_asked_is_clear_of_everything() {
    assert_eq!(rules_of(&found(&[])), []);
    assert_eq!(found(&[]).verdict, Effect::None);
}

#[test]
fn a_coordinator_with_another_tie_may_handle_the_case() {
    let taking_away = [1, 4, 5, 6, 8, 9, 19];
    for (rule, _, case) in AGREED.iter().filter(|row| !(28..=30).contains(&row.0) && row.0 < 37) {
        let ties: Vec<Tie> = tie_of(*rule, case).into_iter().collect();
        let situation = situation(OrganisationForm::School, Some(here()));
        let verdict = assess_coordinator(&ties, &situation, today()).verdict;
        assert_eq!(verdict == Effect::Block, taking_away.contains(rule), "rule {rule}");
    }
}

#[test]
fn a_tie_with_a_partnership_is_told_where_that_of_the_school_is_not_known() {
    let unlinked = SchoolFacts { partnerships: Vec::new(), ..here() };
    let at_partnership = TieObject::Partnership(partnership("PO2707"));
    let seat = TieObject::Seat { partnership: partnership("PO2707"), board: board("41775") };
    let asked = |tie: Tie| {
        let situation = situation(OrganisationForm::Independent, Some(unlinked.clone()));
        rules_of(&assess(&[tie], Some(today()), &situation, today()))
    };
    for kind in
        [K::EmployedByPartnership, K::PartnershipBoardMember, K::Conflict, K::SupportPlanCouncilParent]
    {
        assert_eq!(asked(tie(kind, at_partnership.clone())), [(0, Effect::Disclose)], "{kind}");
    }
    assert_eq!(asked(tie(K::SupportPlanCouncilStaff, seat)), [(0, Effect::Disclose)]);
    assert_eq!(asked(ended(K::Conflict, at_partnership.clone(), "2025-01-01")), [(0, Effect::Disclose)]);
    // what would mean nothing if it were the school's own partnership, means nothing here
    assert_eq!(asked(ended(K::EmployedByPartnership, at_partnership.clone(), "2025-01-01")), []);
    // and what is always told is told by its own rule
    assert_eq!(asked(tie(K::SupportPointWorker, at_partnership)), [(7, Effect::Disclose)]);
}

#[test]
fn a_request_without_a_school_says_that_ties_with_the_school_were_not_checked() {
    let unnamed = |ties: &[Tie], form| assess(ties, Some(today()), &situation(form, None), today());
    for form in OrganisationForm::ALL {
        let assessment = unnamed(&[tie(K::EmployedAtSchool, school())], *form);
        assert_eq!(assessment.verdict, Effect::Disclose);
        assert_eq!((assessment.findings[0].rule, assessment.findings[0].code), (0, "school-not-named"));
        let decides = tie(K::DecidesOnChildSupport, TieObject::Parent(id(HERE)));
        assert_eq!(unnamed(&[decides], *form).verdict, Effect::Block);
    }
}

#[test]
fn work_at_a_school_of_an_unknown_board_is_told() {
    let working_at = |code| tie(K::EmployedAtSchool, TieObject::School(location(code)));
    for form in OrganisationForm::ALL {
        let here = situation(*form, Some(here()));
        let unknown = assess(&[working_at("22BB00")], Some(today()), &here, today());
        assert_eq!(unknown.verdict, Effect::Disclose);
        assert_eq!((unknown.findings[0].rule, unknown.findings[0].code), (0, "board-not-known"));
    }
    assert_eq!(rules_of(&found(&[working_at("11AA00")])), []);
}

#[test]
fn a_seat_on_the_board_of_one_school_is_one_on_the_board_of_all_its_schools() {
    let known = tie(K::BoardOrSupervisoryMember, TieObject::Board(board("41775")));
    let sitting_at = |code| Tie { about: TieObject::School(location(code)), by_role: true, ..known.clone() };
    assert_eq!(rules_of(&found(&[sitting_at("03GR00")])), [(5, Effect::Block)]);
    assert_eq!(rules_of(&found(&[sitting_at("03GR01")])), [(5, Effect::Block)]);
    assert_eq!(rules_of(&found(&[sitting_at("11AA00")])), []);
    let unknown = found(&[sitting_at("22BB00")]);
    assert_eq!((unknown.verdict, unknown.findings[0].code), (Effect::Disclose, "board-not-known"));
}

#[test]
fn who_declares_a_tie_with_this_request_through_an_authority_is_involved() {
    for about in [TieObject::Request(id(HERE)), TieObject::Parent(id(HERE))] {
        assert_eq!(rules_of(&found(&[tie(K::AuthorityWorker, about)])), [(34, Effect::Block)]);
    }
    let other = tie(K::AuthorityWorker, TieObject::Request(id(ELSEWHERE)));
    assert_eq!(rules_of(&found(&[other])), []);
}

#[test]
fn what_the_platform_arranged_itself_is_told_without_being_declared() {
    let here = Situation { supports_another_here: true, ..situation(OrganisationForm::School, Some(here())) };
    let asked = |ties: &[Tie]| rules_of(&assess(ties, Some(today()), &here, today()));
    assert_eq!(asked(&[]), [(33, Effect::Disclose)]);
    let declared = tie(K::BuddyForOtherParent, TieObject::Request(id(HERE)));
    assert_eq!(asked(&[Tie { aggravated: true, ..declared }]), [(33, Effect::Block)]);
}

#[test]
fn a_tie_about_a_child_counts_in_every_request_of_the_parent() {
    for kind in [K::DecidesOnChildSupport, K::OwnChildSameClass, K::AuthorityWorker, K::BuddyForOtherParent] {
        for form in OrganisationForm::ALL {
            let asked = |request| {
                let tie = Tie { aggravated: true, ..tie(kind, TieObject::Request(id(request))) };
                assess(&[tie], Some(today()), &situation(*form, Some(here())), today())
            };
            let this = asked(HERE);
            assert_eq!(this.verdict, Effect::Block, "{kind} {form}");
            assert_eq!(rules_of(&asked(AGAIN)), rules_of(&this), "{kind} {form}: another request of hers");
            for other in [ELSEWHERE, 9] {
                assert_ne!(
                    asked(other).verdict,
                    Effect::Block,
                    "{kind} {form}: another parent's, or one that is gone"
                );
            }
        }
    }
}

#[test]
fn what_ties_a_buddy_to_the_municipality_of_the_parent_counts_without_a_school_too() {
    let at = |code| TieObject::Municipality(municipality(code));
    let sells = [tie(K::CommercialInterest, at("0363"))];
    for school in [None, Some(SchoolFacts { municipality: municipality("0014"), ..here() })] {
        let of = |own: Option<&str>| {
            let here = Situation {
                municipality: own.map(municipality),
                ..situation(OrganisationForm::Independent, school.clone())
            };
            rules_of(&assess(&sells, Some(today()), &here, today()))
        };
        assert!(of(Some("0363")).contains(&(31, Effect::Block)));
        assert!(!of(Some("0599")).iter().any(|(rule, _)| *rule == 31));
        assert!(!of(None).iter().any(|(rule, _)| *rule == 31));
    }
}

#[test]
fn a_school_close_to_the_buddys_life_gives_questions_to_ask() {
    let near = SchoolFacts { location: location("03GR01"), ..here() };
    assert!(to_ask(&near, &here()).contains(&K::EmployedAtSchool));
    assert_eq!(
        to_ask(&here(), &here()),
        to_ask(&near, &here()),
        "the school itself is of its board and its partnership"
    );
    let far = SchoolFacts { board: board("10001"), partnerships: vec![partnership("PO3001")], ..near };
    assert_eq!(to_ask(&far, &here()), []);
    let region = SchoolFacts { partnerships: here().partnerships, ..far };
    assert_eq!(
        to_ask(&region, &here()),
        [K::EmployedByPartnership, K::PartnershipBoardMember, K::SupportPlanCouncilParent]
    );
}
