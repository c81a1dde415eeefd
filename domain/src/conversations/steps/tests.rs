//! Which steps follow on which, and where a conversation ends.

use super::*;

/// Every path that is allowed, written out by hand; whatever is not here must be refused.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("opened", "ask-first-question", "first-question-asked"),
    ("first-question-asked", "has-own-network", "own-network"),
    ("first-question-asked", "has-nobody", "no-network"),
    ("first-question-asked", "rather-not-say", "first-question-unanswered"),
    ("no-network", "ask-second-question", "second-question-asked"),
    ("second-question-asked", "agrees", "thinking-along"),
    ("second-question-asked", "declines", "second-question-declined"),
    ("thinking-along", "explain-buddy", "buddy-explained"),
    ("buddy-explained", "take-time", "thinking"),
    ("buddy-explained", "decline-buddy", "buddy-declined"),
    ("thinking", "decline-buddy", "buddy-declined"),
    ("buddy-explained", "contact-self", "self-contact"),
    ("thinking", "contact-self", "self-contact"),
    ("buddy-explained", "consent-to-referral", "referred"),
    ("thinking", "consent-to-referral", "referred"),
];

#[test]
fn a_step_cannot_be_done_yet_or_no_longer() {
    let said = |state: ConversationSchoolState, step: SchoolStep| state.refuse(step).reason.en;
    for (state, step, yet) in [
        (ConversationSchoolState::Opened, SchoolStep::AskSecondQuestion, true),
        (ConversationSchoolState::Opened, SchoolStep::ExplainBuddy, true),
        (ConversationSchoolState::FirstQuestionAsked, SchoolStep::AskFirstQuestion, false),
        (ConversationSchoolState::NoNetwork, SchoolStep::AskFirstQuestion, false),
        (ConversationSchoolState::NoNetwork, SchoolStep::ExplainBuddy, true),
        (ConversationSchoolState::ThinkingAlong, SchoolStep::Agrees, false),
        (ConversationSchoolState::OwnNetwork, SchoolStep::AskSecondQuestion, false),
        (ConversationSchoolState::WithParent, SchoolStep::ExplainBuddy, false),
    ] {
        let words = said(state, step);
        assert_eq!(words.contains("yet"), yet, "{words}");
        assert_eq!(words.contains("no longer"), !yet, "{words}");
    }
}

#[test]
fn exactly_the_paths_of_the_source_are_open() {
    for state in ConversationState::ALL {
        for step in Step::all().filter(|step| *step != Step::Parent(ParentStep::Withdraw)) {
            let row = ALLOWED.iter().find(|(from, by, _)| *from == state.code() && *by == step.code());
            let taken = state.take(step).map(ConversationState::code).ok();
            assert_eq!(taken, row.map(|(_, _, to)| *to), "{state} by {}", step.code());
        }
    }
}

#[test]
fn a_step_ends_a_conversation_where_nothing_follows_it() {
    for (from, by, to) in ALLOWED {
        let step = Step::all().find(|step| step.code() == *by).expect("a step");
        let after = ConversationState::parse(to).expect("a state");
        let ends = after.has_ended() && after != ConversationState::Referred;
        assert_eq!(step.ends_in(), ends.then_some(after), "{from} by {by}");
    }
}

#[test]
fn what_ended_ends_again_from_wherever_a_backup_is_of() {
    use ConversationState::{BuddyDeclined, BuddyExplained, Opened, OwnNetwork, Referred, Withdrawn};
    let (declines, stops) = (Step::Parent(ParentStep::DeclineBuddy), Step::Parent(ParentStep::Withdraw));
    let explains = Step::School(SchoolStep::ExplainBuddy);
    for (stands, by, again) in [
        (Opened, declines, Some(BuddyDeclined)),
        (BuddyExplained, declines, Some(BuddyDeclined)),
        (BuddyExplained, stops, Some(Withdrawn)),
        (Opened, explains, Some(BuddyExplained)),
        (ConversationState::ThinkingAlong, explains, Some(BuddyExplained)),
        (ConversationState::Thinking, explains, None),
        (BuddyDeclined, explains, None),
        (OwnNetwork, explains, None),
        (BuddyDeclined, declines, None),
        // she stopped after she had said no, or after school had its answer
        (BuddyDeclined, stops, Some(Withdrawn)),
        (OwnNetwork, stops, Some(Withdrawn)),
        (Withdrawn, stops, None),
        (Withdrawn, declines, None),
        // what was handed over is her request, and ends as that does
        (Referred, stops, None),
        (Referred, declines, None),
        (BuddyExplained, Step::Parent(ParentStep::TakeTime), None),
        (Opened, Step::School(SchoolStep::RatherNotSay), Some(ConversationState::FirstQuestionUnanswered)),
    ] {
        assert_eq!(stands.end_again(by), again, "{stands} by {}", by.code());
    }
}

#[test]
fn a_parent_may_stop_at_any_moment_and_twice() {
    for state in ConversationState::ALL {
        let stopped = state.take(Step::Parent(ParentStep::Withdraw)).expect("never refused");
        let expected =
            if *state == ConversationState::Referred { *state } else { ConversationState::Withdrawn };
        assert_eq!(stopped, expected, "{state}");
    }
}

#[test]
fn a_leap_answers_with_the_permitted_step_and_the_sentence_to_say() {
    let refusal = ConversationState::Opened.take(Step::School(SchoolStep::ExplainBuddy)).expect_err("a leap");
    assert_eq!(refusal.permitted, ["ask-first-question"]);
    assert_eq!(refusal.sentence.expect("the source has one").nl, "Heeft u iemand die u kan ondersteunen?");
    let refusal =
        ConversationState::NoNetwork.take(Step::School(SchoolStep::ExplainBuddy)).expect_err("a leap");
    assert_eq!(refusal.permitted, ["ask-second-question"]);
    assert_eq!(refusal.sentence.expect("the source has one").nl, "Zou ik met u mee mogen denken?");
}

#[test]
fn a_no_a_stop_and_no_answer_look_the_same_at_school() {
    let silent = ConversationSchoolState::of(ConversationState::BuddyExplained);
    for state in [
        ConversationState::Thinking,
        ConversationState::BuddyDeclined,
        ConversationState::SelfContact,
        ConversationState::Withdrawn,
    ] {
        assert_eq!(ConversationSchoolState::of(state), silent);
        let refusal = |state: ConversationState| {
            state.take(Step::School(SchoolStep::AskFirstQuestion)).expect_err("too late")
        };
        assert_eq!(refusal(state), refusal(ConversationState::BuddyExplained));
    }
}
