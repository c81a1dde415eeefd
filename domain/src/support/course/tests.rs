use super::*;

const ASKERS: [Asker; 3] = [Asker::Parent, Asker::Buddy, Asker::Coordinator];

fn refusal(course: Course, asker: Asker) -> &'static str {
    course.resume(asker).expect_err("it is refused").code
}

#[test]
fn who_asked_for_a_pause_takes_it_back_and_nobody_a_parents() {
    for asked in ASKERS {
        let resting = Course::RUNNING.pause(asked).expect("it runs");
        for asker in ASKERS {
            let may = asker == asked || (asker, asked) == (Asker::Coordinator, Asker::Buddy);
            match resting.resume(asker) {
                Ok(course) => assert_eq!((course, may), (Course::RUNNING, true), "{asked:?} {asker:?}"),
                Err(refused) => {
                    assert_eq!((refused.code, may), ("pause-of-other", false), "{asked:?} {asker:?}");
                }
            }
        }
    }
}

#[test]
fn only_the_coordinator_speaks_for_the_parent_and_only_when_she_says_so() {
    assert_eq!(Asker::of(Role::Coordinator, true), Some(Asker::Parent));
    assert_eq!(Asker::of(Role::Coordinator, false), Some(Asker::Coordinator));
    assert_eq!(Asker::of(Role::Parent, false), Some(Asker::Parent));
    assert_eq!(Asker::of(Role::Buddy, false), Some(Asker::Buddy));
    assert_eq!(Asker::of(Role::Buddy, true), None);
    assert_eq!(Asker::of(Role::Administrator, true), None);
}

#[test]
fn a_pause_for_a_tie_ends_only_by_the_parents_acceptance() {
    let asked = Course::RUNNING.asked_about_a_tie();
    for asker in ASKERS {
        assert_eq!(refusal(asked, asker), "tie-not-accepted");
    }
    assert_eq!(
        asked.resume(Asker::Parent).expect_err("not by resuming").permitted,
        ["tie-answers", "closure"]
    );
    assert_eq!(asked.tie_settled(), Course::RUNNING);
}

/// A reason, how it comes, and how it goes.
type Acts = [(PauseReason, fn(Course) -> Course, fn(Course) -> Course); 7];

const ACTS: Acts = [
    (PauseReason::FormChanged, Course::form_changed, Course::form_consented_to),
    (PauseReason::NewTie, Course::asked_about_a_tie, Course::tie_settled),
    (PauseReason::TiesNotDeclared, Course::ties_to_declare, Course::ties_declared),
    (PauseReason::BuddyNotReady, Course::buddy_lapsed, Course::buddy_ready),
    (
        PauseReason::ParentAsked,
        |course| course.pause(Asker::Parent).unwrap_or(course),
        |course| course.resume(Asker::Parent).unwrap_or(course),
    ),
    (
        PauseReason::BuddyAsked,
        |course| course.pause(Asker::Buddy).unwrap_or(course),
        |course| course.resume(Asker::Buddy).unwrap_or(course),
    ),
    (
        PauseReason::CoordinatorAsked,
        |course| course.pause(Asker::Coordinator).unwrap_or(course),
        |course| {
            let without = course.resume(Asker::Coordinator).unwrap_or(course);
            // she takes the buddy's back with it, where the buddy had one
            if course.rests_for.contains(PauseReason::BuddyAsked) { course } else { without }
        },
    ),
];

/// Walks every path of four acts. Gives back how many steps that took, or the first path on which the match does not rest for exactly
/// the reasons that came and did not go.
fn walk(acts: &Acts) -> Result<u32, u32> {
    let mut tried = 0;
    for path in 0..14_u32.pow(4) {
        let (mut course, mut expected) = (Course::RUNNING, CodeSet::EMPTY);
        for step in 0..4 {
            let (reason, come, go) = acts[(path / 14_u32.pow(step) % 7) as usize];
            let comes = path / 14_u32.pow(step) % 14 < 7;
            let skipped =
                reason == PauseReason::CoordinatorAsked && expected.contains(PauseReason::BuddyAsked);
            course = if comes { come(course) } else { go(course) };
            if comes {
                expected = expected.with(reason);
            } else if !skipped {
                expected = expected.without([reason].into_iter().collect());
            }
            let state = if expected.is_empty() { MatchState::Active } else { MatchState::Paused };
            if (course.rests_for, course.state) != (expected, state) {
                return Err(path);
            }
            tried += 1;
        }
    }
    Ok(tried)
}

/// In whatever order reasons come and go, the match rests for exactly those that came and did not go.
#[test]
fn no_reason_is_forgotten_by_another_that_comes_or_goes() {
    assert_eq!(walk(&ACTS), Ok(4 * 14_u32.pow(4)));
}

/// The test of the test: acts with a fault, each of which a path finds.
#[test]
fn a_reason_that_is_forgotten_is_found() {
    type Act = fn(Course) -> Course;
    let comes: [(usize, Act); 3] = [
        // the last reason in place of all of them
        (1, |course| Course {
            rests_for: [PauseReason::NewTie].into_iter().collect(),
            ..course.rests(PauseReason::NewTie)
        }),
        // what comes on top of another reason is not noted
        (3, |course| if course.state == MatchState::Paused { course } else { course.buddy_lapsed() }),
        // it is noted, and the match runs on
        (2, |course| Course { state: course.state, ..course.ties_to_declare() }),
    ];
    let goes: [(usize, Act); 4] = [
        // one reason that goes takes all of them along
        (1, |_| Course::RUNNING),
        // nothing goes
        (3, |course| course),
        // the match runs again while another reason is left
        (2, |course| Course { state: MatchState::Active, ..course.ties_declared() }),
        // the parent takes back what she did not ask for
        (4, |course| course.resume(Asker::Parent).unwrap_or(course).tie_settled()),
    ];
    for (place, fault) in comes {
        let mut acts = ACTS;
        acts[place].1 = fault;
        assert!(walk(&acts).is_err(), "a fault in how {} comes is not found", acts[place].0);
    }
    for (place, fault) in goes {
        let mut acts = ACTS;
        acts[place].2 = fault;
        assert!(walk(&acts).is_err(), "a fault in how {} goes is not found", acts[place].0);
    }
}

#[test]
fn the_parent_is_told_the_weightiest_reason() {
    let all = PauseReason::ALL.iter().fold(Course::RUNNING, |course, reason| course.rests(*reason));
    assert_eq!(all.paused_because(), Some(PauseReason::FormChanged));
    let all = all.form_consented_to();
    assert_eq!(all.paused_because(), Some(PauseReason::NewTie));
    assert_eq!(all.tie_settled().paused_because(), Some(PauseReason::ParentAsked));
    assert_eq!(Course::RUNNING.paused_because(), None);
    assert_eq!(BY_WEIGHT.len(), PauseReason::ALL.len());
}

#[test]
fn a_pause_until_the_buddy_has_declared_ends_only_by_that() {
    let asked = Course::RUNNING.ties_to_declare();
    for asker in ASKERS {
        assert_eq!(refusal(asked, asker), "ties-not-declared");
    }
    assert_eq!(asked.asked_about_a_tie().ties_declared(), Course::resting(PauseReason::NewTie));
    assert_eq!(asked.ties_declared(), Course::RUNNING);
}

#[test]
fn a_pause_for_another_form_ends_only_by_the_parents_consent() {
    let asked = Course::RUNNING.form_changed();
    for asker in ASKERS {
        assert_eq!(refusal(asked, asker), "form-changed");
    }
    assert!(!asked.lets_buddy_in());
    assert_eq!(asked.asked_about_a_tie().form_consented_to(), Course::resting(PauseReason::NewTie));
    assert_eq!(asked.form_consented_to(), Course::RUNNING);
}

#[test]
fn a_match_that_ended_neither_rests_nor_goes_on() {
    let closed = Course { state: MatchState::Closed, ..Course::RUNNING };
    assert_eq!(closed.asked_about_a_tie().buddy_lapsed().tie_settled(), closed);
    for asker in ASKERS {
        assert_eq!(closed.pause(asker).expect_err("over").code, "match-state");
        assert_eq!(refusal(closed, asker), "match-state");
        assert_eq!(refusal(Course::RUNNING, asker), "match-state");
    }
    let resting = Course::RUNNING.pause(Asker::Parent).expect("it runs");
    assert_eq!(resting.pause(Asker::Parent).expect_err("at her wish already").code, "match-state");
}
