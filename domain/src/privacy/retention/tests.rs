use super::*;
use crate::code::Code as _;

fn at(month: u32, day: u32) -> Moment {
    Date::from_ymd_opt(2027, month, day).and_then(|day| day.and_hms_opt(9, 0, 0)).expect("a day").and_utc()
}

fn day(month: u32, day: u32) -> Option<Date> {
    Date::from_ymd_opt(2027, month, day)
}

fn facts(state: RequestState, was_matched: bool) -> CaseFacts {
    let made_at = at(3, 1);
    CaseFacts {
        state,
        made_at,
        since: at(3, 1),
        was_matched,
        asked_at: None,
        continued_at: at(3, 1),
        told_at: None,
    }
}

#[test]
fn a_case_goes_after_the_term_of_how_it_ended_and_never_while_it_runs() {
    let due = |state, was_matched| case(&Terms::default(), facts(state, was_matched));
    for lives in [RequestState::Consented, RequestState::Matched] {
        assert!(!due(lives, true).has_come(Date::MAX), "{lives}");
    }
    assert_eq!(due(RequestState::Withdrawn, true).after, day(3, 31));
    assert_eq!(due(RequestState::Closed, false).after, day(5, 30));
    assert_eq!(due(RequestState::Submitted, false).ground, RetentionGround::ConsentNotGiven);
    assert_eq!(due(RequestState::Closed, true).after, Date::from_ymd_opt(2028, 2, 29));
    assert!(
        !due(RequestState::Withdrawn, false).has_come(day(3, 31).expect("a day")),
        "the day itself is hers"
    );
    assert!(due(RequestState::Withdrawn, false).has_come(day(4, 1).expect("a day")));
}

#[test]
fn a_request_without_a_consent_counts_from_when_it_was_made_whatever_was_changed_of_it_since() {
    for since in [at(2, 1), at(3, 1), at(4, 20)] {
        let made_at = at(2, 1);
        let submitted = CaseFacts { made_at, since, ..facts(RequestState::Submitted, false) };
        let whole = case(&Terms::default(), submitted);
        assert_eq!((whole.after, whole.ground), (day(5, 2), RetentionGround::ConsentNotGiven), "{since}");
        assert_eq!(contact_way(&Terms::default(), submitted), whole, "she can consent until then: {since}");
        let closed = CaseFacts { since, ..facts(RequestState::Closed, false) };
        let after = day_of(since) + chrono::TimeDelta::days(90);
        assert_eq!(case(&Terms::default(), closed).after, Some(after), "what ended counts from its end");
    }
}

#[test]
fn a_term_counts_from_the_day_in_the_netherlands_and_a_question_to_the_database_agrees() {
    // late on the 28th of February in UTC, and the first of March at home
    let late: Moment = "2027-02-28T23:30:00Z".parse().expect("a moment");
    let due = case(&Terms::default(), CaseFacts { since: late, ..facts(RequestState::Withdrawn, true) });
    assert_eq!(due.after, day(3, 31));
    let asked = CaseFacts { asked_at: Some(late), ..facts(RequestState::Withdrawn, true) };
    assert!(case(&Terms::default(), asked).has_come(day(3, 1).expect("a day")));
    for today in ["2027-03-30", "2027-03-31", "2027-04-01", "2027-10-31", "2027-11-01"] {
        let today: Date = today.parse().expect("a day");
        for minutes in (0..3 * 24 * 60).step_by(30) {
            let since = start_of(today) - chrono::TimeDelta::days(31) + chrono::TimeDelta::minutes(minutes);
            let due = Due::days_after(since, 30, RetentionGround::OwnTerm);
            assert_eq!(due.has_come(today), since < Due::over_before(today, 30), "{since} on {today}");
        }
    }
}

#[test]
fn what_she_asks_for_goes_at_once_and_nothing_that_has_not_ended() {
    for state in RequestState::ALL {
        let asked = CaseFacts { asked_at: Some(at(3, 5)), ..facts(*state, true) };
        let (whole, contact) = (case(&Terms::default(), asked), contact_way(&Terms::default(), asked));
        let has_come = |due: Due| due.has_come(day(3, 5).expect("a day"));
        // asking ends whatever runs: what runs all the same she began afterwards
        assert_eq!((has_come(whole), has_come(contact)), (state.has_ended(), state.has_ended()), "{state}");
        if !state.has_ended() {
            assert_eq!(whole, case(&Terms::default(), facts(*state, true)), "{state}");
        }
    }
}

#[test]
fn a_part_never_outlives_the_whole() {
    for state in RequestState::ALL {
        for days in [0, 10, 30, 90] {
            let terms = Terms::set(vec![
                (RetentionTerm::ContactWay, days),
                (RetentionTerm::PrivateSpace, days),
                (RetentionTerm::Withdrawn, 20),
            ]);
            let facts = facts(*state, true);
            let whole = case(&terms, facts).after.unwrap_or(Date::MAX);
            assert!(contact_way(&terms, facts).after.unwrap_or(Date::MAX) <= whole);
            for ended in [None, Some(at(2, 1)), Some(at(12, 1))] {
                assert!(
                    private_space(&terms, facts, ended).after.unwrap_or(Date::MAX) <= whole,
                    "{state} {days}"
                );
            }
        }
    }
    // a match that ended while the case goes on takes its private space along
    let running = private_space(&Terms::default(), facts(RequestState::Consented, true), Some(at(3, 1)));
    assert_eq!(running.after, day(3, 31));
}

#[test]
fn a_shorter_term_is_free_a_longer_one_needs_a_reason_and_has_an_end() {
    for term in RetentionTerm::ALL {
        assert!(term.allows(term.shortest(), None).is_ok() && term.allows(term.usual(), None).is_ok());
        assert!(term.shortest() <= term.usual() && term.usual() <= term.longest());
        let code = |days, reason| term.allows(days, reason).err().map(|refusal| refusal.code);
        if let Some(shorter) = term.shortest().checked_sub(1) {
            assert_eq!(code(shorter, Some("een wens")), Some("term-too-short"));
        }
        assert_eq!(code(term.usual() + 1, None), Some("term-needs-reason"));
        assert_eq!(code(term.usual() + 1, Some(" ")), Some("term-needs-reason"));
        assert_eq!(code(term.longest(), Some("een lopende evaluatie")), None);
        assert_eq!(code(term.longest() + 1, Some("een lopende evaluatie")), Some("term-too-long"));
    }
}

#[test]
fn a_conversation_goes_when_the_school_may_ask_again_whatever_the_parent_did() {
    assert_eq!(conversation(at(3, 1)).after, day(9, 1));
}

#[test]
fn an_account_and_a_file_stay_while_they_are_used() {
    assert_eq!(account(None), Due::RUNNING);
    assert_eq!(account(Some(at(3, 1))).after, day(3, 31));
    assert_eq!(buddy_file(&Terms::default(), None), Due::RUNNING);
    assert_eq!(buddy_file(&Terms::default(), Some(at(3, 1))).after, Date::from_ymd_opt(2028, 2, 29));
}

#[test]
fn the_parents_side_of_a_conversation_goes_before_it_and_only_once_she_ended_it() {
    let opened = at(3, 1);
    for state in ConversationState::ALL {
        let ended = state.ended_by_parent();
        let early = parents_side(opened, at(3, 2), *state);
        assert_eq!(early.ground == RetentionGround::StepsOver, ended, "{state}");
        assert_eq!(early.after, if ended { day(4, 1) } else { conversation(opened).after }, "{state}");
        // the whole is never outlived
        assert_eq!(parents_side(opened, at(8, 20), *state), conversation(opened), "{state}");
    }
}

#[test]
fn what_goes_by_its_own_age_has_a_day_and_what_goes_with_something_else_has_none() {
    for rule in Rule::ALL {
        assert_eq!(own_term(*rule, at(3, 1)).is_some(), rule.days().is_some(), "{rule}");
    }
    let read = own_term(Rule::AccessLog, at(3, 1)).expect("a term");
    assert_eq!((read.after, read.ground), (Date::from_ymd_opt(2029, 3, 1), RetentionGround::OwnTerm));
    assert_eq!(until(at(3, 2)).after, day(3, 2));
    assert_eq!(announced_talk(day(3, 5).expect("a day")).after, day(3, 5));
    for due in [Due::RUNNING, Due::WITH_ACCOUNT, Due::WITH_REQUEST] {
        assert!(!due.has_come(Date::MAX), "no day, no erasure for its age");
    }
}

#[test]
fn certificates_go_at_the_first_round_after_she_left() {
    assert_eq!(certificates(None), Due::RUNNING);
    let left = certificates(Some(at(3, 1)));
    assert!(!left.has_come(day(3, 1).expect("a day")) && left.has_come(day(3, 2).expect("a day")));
}

#[test]
fn a_case_is_told_with_the_terms_of_its_programme() {
    assert_eq!(case_in_words(&Terms::default()), Rule::Case.label());
    let own = Terms::set(vec![
        (RetentionTerm::Withdrawn, 0),
        (RetentionTerm::Unmatched, 1),
        (RetentionTerm::Matched, 730),
        (RetentionTerm::Waiting, 100),
    ]);
    let said = case_in_words(&own);
    assert!(
        said.nl.starts_with("intrekking meteen, zonder buddy 1 dag, met buddy twee jaar na het einde;"),
        "{}",
        said.nl
    );
    assert!(said.nl.contains("als de ouder 100 dagen, of met buddy een jaar, niet zegt"), "{}", said.nl);
    assert!(
        said.en.starts_with("withdrawn at once, without a buddy 1 day, with a buddy two years after"),
        "{}",
        said.en
    );
    assert!(said.en.contains("for 100 days, or with a buddy for a year, that it goes on"), "{}", said.en);
}
