//! The proof, the parent's acceptance, and what a buddy may declare.

use super::*;
use TieKind as K;

fn child_and_friend() -> Assessment {
    found(&[tie(K::OwnChildAtSchool, school()), Tie { id: id(8), ..tie(K::FriendOnStaff, school()) }])
}

#[test]
fn a_buddy_whom_a_tie_blocks_gets_no_proof_and_the_refusal_names_what_blocks() {
    let assessment = found(&[tie(K::EmployedAtSchool, school()), tie(K::FriendOnStaff, school())]);
    let refusal = assessment.clone().clear_for(id(1)).expect_err("a block");
    assert_eq!((refusal.code, refusal.source), ("buddy-not-independent", "S2"));
    assert!(refusal.reason.nl.contains("werkt op de school van uw kind"));
    assert!(!refusal.reason.nl.contains("vriend"));
    let everything: Vec<FindingKey> = assessment.findings.iter().map(Finding::key).collect();
    let refusal = all_accepted(&assessment, &everything).expect_err("a block cannot be accepted");
    assert_eq!(refusal.code, "buddy-not-independent");
}

#[test]
fn a_buddy_whom_nothing_blocks_is_independent_and_says_what_to_accept() {
    let buddy: BuddyId = id(3);
    let independent = child_and_friend().clear_for(buddy).expect("no block");
    assert_eq!(independent.buddy(), buddy);
    assert_eq!(independent.assessment(), &child_and_friend());
    let keys: Vec<String> = independent.ties_to_accept().map(|(key, _)| key.to_string()).collect();
    let expected = ["16:00000000-0000-0000-0000-000000000007", "20:00000000-0000-0000-0000-000000000008"];
    assert_eq!(keys, expected);
}

#[test]
fn each_tie_is_accepted_by_itself() {
    let assessment = child_and_friend();
    let keys: Vec<FindingKey> = assessment.to_accept().map(|(key, _)| key).collect();
    assert_eq!(all_accepted(&assessment, &keys), Ok(()));
    let refusal = all_accepted(&assessment, &keys[..1]).expect_err("one answer is missing");
    assert_eq!(
        (refusal.code, refusal.state, refusal.permitted),
        ("tie-not-accepted", "open", vec!["tie-answers"])
    );
    assert!(refusal.reason.en.contains("neighbour") && !refusal.reason.en.contains("child of this buddy"));
}

#[test]
fn the_acceptance_of_a_tie_does_not_cover_what_the_tie_becomes() {
    let now = found(&[tie(K::OwnChildAtSchool, school())]);
    let accepted: Vec<FindingKey> = now.to_accept().map(|(key, _)| key).collect();
    let later = found(&[ended(K::OwnChildAtSchool, school(), "2026-06-01")]);
    assert_eq!(all_accepted(&later, &accepted).map_err(|refusal| refusal.code), Err("tie-not-accepted"));
}

/// The key of a finding, and its words in both languages.
type Told = (String, [String; 2]);

#[test]
fn what_says_something_else_than_it_did_is_accepted_anew() {
    let now = child_and_friend();
    let as_kept = |assessment: &Assessment| -> Vec<Told> {
        let told = assessment.to_accept();
        let words = |finding: &Finding| [finding.meaning.nl.to_string(), finding.meaning.en.to_string()];
        told.map(|(key, finding)| (key.as_str().to_owned(), words(finding))).collect()
    };
    let anew = |before: &[Told]| {
        let before: Vec<_> =
            before.iter().map(|(key, [nl, en])| (key.as_str(), [nl.as_str(), en.as_str()])).collect();
        now.to_accept_anew(&before)
    };
    let keys: Vec<FindingKey> = now.to_accept().map(|(key, _)| key).collect();
    assert_eq!(anew(&as_kept(&now)), []);
    // one that was not there
    assert_eq!(anew(&as_kept(&now)[..1]), keys[1..]);
    // other words under the same key: another table, or another case of the rule
    let mut reworded = as_kept(&now);
    reworded[0].1[0] = "Deze buddy heeft een kind op een school.".to_owned();
    assert_eq!(anew(&reworded), keys[..1]);
    let mut in_english = as_kept(&now);
    in_english[1].1[1] = "This buddy knows somebody there.".to_owned();
    assert_eq!(anew(&in_english), keys[1..]);
    // what counts is what she was told last
    let twice = |last: &[Told], first: &[Told]| anew(&[last, first].concat());
    assert_eq!(
        (twice(&reworded, &as_kept(&now)), twice(&as_kept(&now), &reworded)),
        (keys[..1].to_vec(), vec![])
    );
}

#[test]
fn that_a_buddy_supports_another_parent_is_accepted_for_one_school() {
    let at = |school| {
        let here = Situation {
            supports_another_here: true,
            ..situation(OrganisationForm::Independent, Some(SchoolFacts { location: school, ..here() }))
        };
        assess(&[], Some(today()), &here, today()).findings[0].key().to_string()
    };
    let other = LocationCode::parse("11AA00").expect("a location");
    assert_eq!((at(here().location), at(other)), ("33:03GR00".to_owned(), "33:11AA00".to_owned()));
}

#[test]
fn what_nobody_knows_of_a_tie_is_accepted_for_one_school() {
    let elsewhere = LocationCode::parse("22BB00").expect("a location");
    let works_there = [tie(K::EmployedAtSchool, TieObject::School(elsewhere))];
    let at = |school: &str| {
        let facts = SchoolFacts { location: LocationCode::parse(school).expect("a location"), ..here() };
        let situation = situation(OrganisationForm::Independent, Some(facts));
        let found = assess(&works_there, Some(today()), &situation, today());
        assert_eq!(rules_of(&found), [(0, Effect::Disclose)], "whose board it is of, nobody knows");
        found.findings[0].key().to_string()
    };
    let tie = "0:00000000-0000-0000-0000-000000000007";
    assert_eq!((at("03GR00"), at("11AA00")), (format!("{tie}:03GR00"), format!("{tie}:11AA00")));
}

#[test]
fn what_has_no_effect_needs_no_acceptance() {
    let funders = [Funder::Fund];
    let situation = Situation { funders: &funders, ..situation(OrganisationForm::Independent, Some(here())) };
    let assessment = assess(&[], Some(today()), &situation, today());
    assert_eq!(rules_of(&assessment), [(30, Effect::None)]);
    assert_eq!(all_accepted(&assessment, &[]), Ok(()));
}

#[test]
fn a_key_is_read_only_as_it_is_written() {
    assert!(FindingKey::parse("28").is_ok());
    assert!(FindingKey::parse("16:00000000-0000-0000-0000-00000000000a").is_ok());
    assert!(FindingKey::parse("33:03GR00").is_ok());
    assert!(FindingKey::parse("0:00000000-0000-0000-0000-00000000000a:03GR00").is_ok());
    for wrong in [
        "",
        "028",
        "+28",
        "100",
        "16:",
        ":16",
        "16:7",
        "16:00000000-0000-0000-0000-00000000000A",
        "16:a:b",
        "33:03gr00",
        "33:03GR0",
        "33:03GR00:03GR00",
    ] {
        assert_eq!(FindingKey::parse(wrong), Err(InvalidFindingKey), "{wrong:?}");
    }
}

#[test]
fn a_tie_is_about_the_right_thing_ends_after_it_began_and_answers_only_what_was_asked() {
    let declare = |kind, about, since, until, aggravated| {
        Tie::declare(id::<TieId>(7), kind, about, since, until, aggravated)
    };
    let wrong = |faults: &[TieFault]| Err(faults.to_vec());
    let request = TieObject::Request(id::<RequestId>(HERE));
    let parent = TieObject::Parent(id::<PersonId>(HERE));
    assert_eq!(declare(K::OwnChildAtSchool, request, None, None, false), wrong(&[TieFault::WrongObject]));
    assert_eq!(
        declare(K::TieWithParent, parent.clone(), None, None, true),
        wrong(&[TieFault::AnswerNotAsked])
    );
    let (before, after) = (Some(day("2026-01-01")), Some(day("2026-01-02")));
    assert_eq!(
        declare(K::TieWithParent, parent.clone(), after, before, false),
        wrong(&[TieFault::EndsBeforeStart])
    );
    let all = [TieFault::WrongObject, TieFault::EndsBeforeStart, TieFault::AnswerNotAsked];
    assert_eq!(declare(K::TieWithParent, school(), after, before, true), wrong(&all));
    assert!(declare(K::TieWithParent, parent.clone(), before, after, false).is_ok());
    assert!(declare(K::TieWithParent, parent, before, before, false).is_ok());
    assert!(declare(K::BuddyForOtherParent, school(), None, None, true).is_ok());
}

#[test]
fn a_wrong_object_says_what_the_tie_can_be_about_and_an_end_before_the_start_is_refused() {
    let said = TieFault::WrongObject.words(K::Conflict).en;
    assert!(said.ends_with("Allowed: school, board, partnership."), "{said}");
    let begun = Some(day("2026-02-02"));
    let tie = Tie::declare(id(7), K::SchoolVolunteer, school(), begun, None, false).expect("a tie");
    let refusal = tie.clone().end(day("2026-02-01")).expect_err("before it began");
    assert_eq!(refusal.code, "tie-ends-before-start");
    assert_eq!(tie.end(day("2026-02-02")).expect("on its first day").until, begun);
}
