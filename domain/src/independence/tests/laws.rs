//! What holds for all ties. Each law is asked of the rules, and then of rules with a fault that was put into them by hand: a law that cannot find
//! the fault that it is about proves nothing of the rules.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

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
        (any::<bool>(), any::<bool>()),
        any::<u128>(),
    )
        .prop_filter_map(
            "a tie that makes sense",
            |(kind, which, near, (since, until), (heavy, by_role), number)| {
                let about = object(*which.get(kind.needs()), near);
                let heavy = heavy && kind.further_question().is_some();
                let tie = Tie::declare(id(number), kind, about, since, until, heavy).ok()?;
                Some(Tie { by_role, ..tie })
            },
        )
}

/// The rules for a buddy, or rules with a fault.
type Rules = fn(&[Tie], Option<Date>, &Situation<'_>, Date) -> Assessment;
/// The rules for a coordinator, or rules with a fault.
type CoordinatorRules = fn(&[Tie], &Situation<'_>, Date) -> Assessment;

/// What a law came to: the smallest case that breaks it, when there is one.
type Outcome<T> = Result<(), TestError<T>>;

/// Cases that are drawn anew each time.
fn drawn() -> TestRunner {
    TestRunner::new(Config { failure_persistence: None, ..Config::default() })
}

/// Many cases, the same each time: whether a fault is found is no matter of luck.
fn the_same() -> TestRunner {
    let config = Config { failure_persistence: None, cases: 4_096, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

fn ties() -> impl Strategy<Value = Vec<Tie>> {
    proptest::collection::vec(any_tie(any::<bool>()), 0..6)
}

fn form() -> impl Strategy<Value = OrganisationForm> {
    proptest::sample::select(OrganisationForm::ALL)
}

/// The law does not hold for rules with a fault: a case was found, and the law was not given up for want of cases.
fn found_out<T>(outcome: &Outcome<T>) {
    assert!(matches!(outcome, Err(TestError::Fail(..))), "the law does not find the fault");
}

/// One tie more never makes the verdict milder, and takes no finding away.
fn one_more_is_never_milder(mut runner: TestRunner, rules: Rules) -> Outcome<impl std::fmt::Debug> {
    let cases = (ties(), any_tie(any::<bool>()), form(), any::<bool>(), any_date());
    runner.run(&cases, |(ties, more, form, named, asked)| {
        let situation = situation(form, named.then(here));
        let before = rules(&ties, asked, &situation, today());
        let after = rules(&[ties, vec![more]].concat(), asked, &situation, today());
        prop_assert!(after.verdict >= before.verdict);
        prop_assert!(before.findings.iter().all(|finding| after.findings.contains(finding)));
        Ok(())
    })
}

#[test]
fn adding_a_tie_never_makes_the_verdict_milder() {
    one_more_is_never_milder(drawn(), assess).unwrap_or_else(|fault| panic!("{fault}"));
    // a form with room for three: the fourth takes the place of the first
    found_out(&one_more_is_never_milder(the_same(), |ties, asked, situation, on| {
        assess(&ties[ties.len().saturating_sub(3)..], asked, situation, on)
    }));
    // a verdict that is taken from the last tie alone
    found_out(&one_more_is_never_milder(the_same(), |ties, asked, situation, on| {
        let whole = assess(ties, asked, situation, on);
        let last = &ties[ties.len().saturating_sub(1)..];
        Assessment { verdict: assess(last, asked, situation, on).verdict, ..whole }
    }));
}

/// What is about another school blocks nobody.
fn elsewhere_never_blocks(
    mut runner: TestRunner,
    rules: Rules,
    of_coordinators: CoordinatorRules,
) -> Outcome<impl std::fmt::Debug> {
    runner.run(&(any_tie(Just(false)), form(), any::<bool>()), |(tie, form, named)| {
        prop_assume!(tie.about != TieObject::Everywhere);
        let situation = situation(form, named.then(here));
        let verdict = rules(std::slice::from_ref(&tie), Some(today()), &situation, today()).verdict;
        prop_assert_ne!(verdict, Effect::Block);
        prop_assert_eq!(of_coordinators(&[tie], &situation, today()).verdict, Effect::None);
        Ok(())
    })
}

/// These ties, with a board that is another's taken for the school's own.
fn of_any_board(ties: &[Tie]) -> Vec<Tie> {
    let own = |tie: &Tie| match tie.about {
        TieObject::Board(_) => Tie { about: TieObject::Board(here().board), ..tie.clone() },
        _ => tie.clone(),
    };
    ties.iter().map(own).collect()
}

#[test]
fn a_tie_about_another_school_never_blocks() {
    elsewhere_never_blocks(drawn(), assess, assess_coordinator).unwrap_or_else(|fault| panic!("{fault}"));
    found_out(&elsewhere_never_blocks(
        the_same(),
        |ties, asked, situation, on| assess(&of_any_board(ties), asked, situation, on),
        assess_coordinator,
    ));
    found_out(&elsewhere_never_blocks(the_same(), assess, |ties, situation, on| {
        assess_coordinator(&of_any_board(ties), situation, on)
    }));
}

/// The verdict is the worst of what was found, in whatever order the ties stand.
fn worst_in_any_order(mut runner: TestRunner, rules: Rules) -> Outcome<impl std::fmt::Debug> {
    runner.run(&(ties(), form(), any_date()), |(mut ties, form, asked)| {
        let situation = situation(form, Some(here()));
        let assessment = rules(&ties, asked, &situation, today());
        let worst = assessment.findings.iter().map(|finding| finding.effect).max();
        prop_assert_eq!(assessment.verdict, worst.unwrap_or(Effect::None));
        ties.reverse();
        prop_assert_eq!(rules(&ties, asked, &situation, today()), assessment);
        Ok(())
    })
}

#[test]
fn the_verdict_is_the_worst_of_the_findings_and_the_order_of_the_ties_changes_nothing() {
    worst_in_any_order(drawn(), assess).unwrap_or_else(|fault| panic!("{fault}"));
    // the mildest in place of the worst
    found_out(&worst_in_any_order(the_same(), |ties, asked, situation, on| {
        let whole = assess(ties, asked, situation, on);
        let mildest = whole.findings.iter().map(|finding| finding.effect).min();
        Assessment { verdict: mildest.unwrap_or(Effect::None), ..whole }
    }));
    // whoever declares many is heard to the third
    found_out(&worst_in_any_order(the_same(), |ties, asked, situation, on| {
        assess(&ties[..ties.len().min(3)], asked, situation, on)
    }));
}

/// A key says which finding is meant, and no two findings have one.
fn keys_differ(
    mut runner: TestRunner,
    write: fn(&Finding) -> String,
    read: fn(&str) -> Result<FindingKey, InvalidFindingKey>,
) -> Outcome<impl std::fmt::Debug> {
    runner.run(&proptest::collection::vec(any_tie(Just(true)), 0..6), |ties| {
        let keys: Vec<String> = found(&ties).findings.iter().map(write).collect();
        for key in &keys {
            prop_assert_eq!(read(key).map(String::from), Ok(key.clone()));
            prop_assert_eq!(keys.iter().filter(|other| *other == key).count(), 1);
        }
        Ok(())
    })
}

#[test]
fn every_key_is_read_back_and_differs_from_every_other() {
    let write: fn(&Finding) -> String = |finding| finding.key().to_string();
    keys_differ(drawn(), write, FindingKey::parse).unwrap_or_else(|fault| panic!("{fault}"));
    // the rule alone: two friends who work at the school are one
    found_out(&keys_differ(the_same(), |finding| finding.rule.to_string(), FindingKey::parse));
    // what stands behind the colon is not read
    found_out(&keys_differ(the_same(), write, |key| FindingKey::parse(key.split(':').next().unwrap_or(key))));
    // and of what comes from no tie nothing is
    found_out(&keys_differ(the_same(), |finding| format!("{}:", finding.key()), FindingKey::parse));
}
