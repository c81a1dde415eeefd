//! What holds for all ties.

use proptest::prelude::*;

use super::*;

fn any_date() -> impl Strategy<Value = Option<Date>> {
    proptest::option::of((-3000_i64..400).prop_map(|days| today() + chrono::TimeDelta::days(days)))
}

/// A thing of this kind: the request's own, or one elsewhere.
fn object(kind: ObjectKind, near: bool) -> TieObject {
    let pick = |own: &'static str, other: &'static str| if near { own } else { other };
    let number = if near { HERE } else { ELSEWHERE };
    match kind {
        ObjectKind::School => TieObject::School(location(pick("03GR00", "11AA00"))),
        ObjectKind::Board => TieObject::Board(board(pick("41775", "10001"))),
        ObjectKind::Partnership => TieObject::Partnership(partnership(pick("PO2707", "PO3001"))),
        ObjectKind::Seat => TieObject::Seat {
            partnership: partnership(pick("PO2707", "PO3001")),
            board: board(pick("41775", "10001")),
        },
        ObjectKind::Municipality => TieObject::Municipality(municipality(pick("0363", "0014"))),
        ObjectKind::Request => TieObject::Request(id(number)),
        ObjectKind::Parent => TieObject::Parent(id(number)),
        ObjectKind::Everywhere => TieObject::Everywhere,
    }
}

fn any_tie(near: impl Strategy<Value = bool>) -> impl Strategy<Value = Tie> {
    (
        proptest::sample::select(TieKind::ALL),
        any::<proptest::sample::Index>(),
        near,
        (any_date(), any_date()),
        any::<bool>(),
        any::<u128>(),
    )
        .prop_filter_map(
            "a tie that makes sense",
            |(kind, which, near, (since, until), heavy, number)| {
                let about = object(*which.get(kind.needs()), near);
                let heavy = heavy && kind.further_question().is_some();
                Tie::declare(id(number), kind, about, since, until, heavy).ok()
            },
        )
}

proptest! {
    #[test]
    fn adding_a_tie_never_makes_the_verdict_milder(
        ties in proptest::collection::vec(any_tie(any::<bool>()), 0..6),
        more in any_tie(any::<bool>()),
        form in proptest::sample::select(OrganisationForm::ALL),
        named in any::<bool>(),
        asked in any_date(),
    ) {
        let situation = situation(form, named.then(here));
        let before = assess(&ties, asked, &situation, today());
        let after = assess(&[ties, vec![more]].concat(), asked, &situation, today());
        prop_assert!(after.verdict >= before.verdict);
        prop_assert!(before.findings.iter().all(|finding| after.findings.contains(finding)));
    }

    #[test]
    fn a_tie_about_another_school_never_blocks(
        tie in any_tie(Just(false)),
        form in proptest::sample::select(OrganisationForm::ALL),
        named in any::<bool>(),
    ) {
        prop_assume!(tie.about != TieObject::Everywhere);
        let situation = situation(form, named.then(here));
        let verdict = assess(std::slice::from_ref(&tie), Some(today()), &situation, today()).verdict;
        prop_assert_ne!(verdict, Effect::Block);
        prop_assert_eq!(assess_coordinator(&[tie], &situation, today()).verdict, Effect::None);
    }

    #[test]
    fn the_verdict_is_the_worst_of_the_findings_and_the_order_of_the_ties_changes_nothing(
        mut ties in proptest::collection::vec(any_tie(any::<bool>()), 0..6),
        form in proptest::sample::select(OrganisationForm::ALL),
        asked in any_date(),
    ) {
        let situation = situation(form, Some(here()));
        let assessment = assess(&ties, asked, &situation, today());
        let worst = assessment.findings.iter().map(|finding| finding.effect).max();
        prop_assert_eq!(assessment.verdict, worst.unwrap_or(Effect::None));
        ties.reverse();
        prop_assert_eq!(assess(&ties, asked, &situation, today()), assessment);
    }

    #[test]
    fn every_key_is_read_back_and_differs_from_every_other(
        ties in proptest::collection::vec(any_tie(Just(true)), 0..6),
    ) {
        let keys: Vec<FindingKey> = found(&ties).findings.iter().map(Finding::key).collect();
        for key in &keys {
            prop_assert_eq!(FindingKey::parse(key.as_str()), Ok(key.clone()));
            prop_assert_eq!(keys.iter().filter(|other| *other == key).count(), 1);
        }
    }
}
