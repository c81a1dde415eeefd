//! What a grant reaches.

use super::*;

fn id(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

fn coordinator_of(programme: u128) -> Principal {
    Principal {
        person: id(1).into(),
        powers: vec![Power {
            role: Role::Coordinator,
            organisation: id(9).into(),
            programme: Some(id(programme).into()),
            school: None,
            board: None,
        }],
        today: Date::default(),
    }
}

#[test]
fn a_coordinator_reaches_her_own_programme_and_no_other() {
    let grant = coordinator_of(5).grant::<ReadRequest>().expect("coordinators read requests");
    let of = |programme| Standing {
        programme: Some(id(programme).into()),
        own_tie: OwnTie::Clear,
        ..Standing::default()
    };
    assert_eq!(grant.reaches(of(5)), Some(Role::Coordinator));
    assert_eq!(grant.reaches(of(6)), None);
    assert!(grant.handles_in(id(5).into()) && !grant.handles_in(id(6).into()));
    let events = coordinator_of(5).grant::<ReadEvents>().expect("coordinators read events");
    assert_eq!(events.programmes(), [ProgrammeId::from_uuid(id(5))]);
}

#[test]
fn a_coordinator_with_a_tie_or_whom_nobody_asked_handles_no_case_but_may_be_its_parent() {
    let grant = coordinator_of(5).grant::<ReadRequest>().expect("coordinators read requests");
    for own_tie in [OwnTie::NotAsked, OwnTie::Blocks] {
        let of = |owner: Option<u128>| Standing {
            owner: owner.map(|number| id(number).into()),
            programme: Some(id(5).into()),
            own_tie,
            ..Standing::default()
        };
        assert_eq!(grant.reaches(of(None)), None, "{own_tie:?}");
        assert_eq!(grant.reaches(of(Some(1))), Some(Role::Parent), "{own_tie:?}");
    }
    // what a parent takes back is taken back whoever hears it
    let stops = coordinator_of(5).grant::<WithdrawRequest>().expect("coordinators note that she stops");
    let tied = Standing { programme: Some(id(5).into()), own_tie: OwnTie::Blocks, ..Standing::default() };
    assert_eq!(stops.reaches(tied), Some(Role::Coordinator));
    assert!(!stops.handles_in(id(5).into()));
}

#[test]
fn whatever_a_coordinator_may_do_to_a_case_is_reading_answering_or_handling_it() {
    let of_cases =
        POLICY.iter().filter(|(_, allowed)| allowed.contains(&(Role::Coordinator, Relation::Case)));
    let handling: Vec<&str> = of_cases
        .map(|(name, _)| *name)
        .filter(|name| !name.starts_with("Read") && *name != AnswerWithdrawalNotice::NAME)
        .collect();
    assert_eq!(handling, HANDLES_A_CASE);
}

#[test]
fn nobody_reaches_an_object_by_a_role_that_the_action_does_not_name() {
    let leader = Principal {
        person: id(1).into(),
        powers: vec![Power {
            role: Role::SchoolLeader,
            organisation: id(9).into(),
            programme: Some(id(5).into()),
            school: None,
            board: None,
        }],
        today: Date::default(),
    };
    assert!(leader.grant::<ReadCandidates>().is_none());
    let grant = leader.grant::<ReadRequest>().expect("everybody may ask for her own");
    assert_eq!(grant.reaches(Standing { programme: Some(id(5).into()), ..Standing::default() }), None);
    assert_eq!(
        grant.reaches(Standing { owner: Some(id(1).into()), ..Standing::default() }),
        Some(Role::Parent)
    );
}

#[test]
fn a_system_reaches_its_own_school_and_is_nobodys_parent() {
    let school = LocationCode::parse("99ZZ00").expect("a location code");
    let other = LocationCode::parse("99ZY00").expect("a location code");
    let system = Principal {
        person: id(1).into(),
        powers: vec![Power {
            role: Role::ConversationOpener,
            organisation: id(9).into(),
            programme: None,
            school: Some(school.clone()),
            board: None,
        }],
        today: Date::default(),
    };
    assert!(system.grant::<ReadRequest>().is_none());
    let grant = system.grant::<HoldConversation>().expect("its scope opens conversations");
    let at = |school| Standing { school: Some(school), ..Standing::default() };
    assert_eq!(grant.reaches(at(&school)), Some(Role::ConversationOpener));
    assert_eq!(grant.reaches(at(&other)), None);
}

#[test]
fn what_a_role_may_do_is_what_the_table_says_of_it() {
    let parent: Vec<_> = actions_of(Role::Parent).collect();
    assert!(parent.contains(&"SubmitRequest") && parent.contains(&"AnswerTies"), "{parent:?}");
    assert!(!parent.contains(&"ProposeBuddy") && !parent.contains(&"RecordContact"), "{parent:?}");
    let buddy: Vec<_> = actions_of(Role::Buddy).collect();
    assert!(buddy.contains(&"RecordContact") && !buddy.contains(&"CloseMatch"), "{buddy:?}");
}

#[test]
fn nothing_of_nobody_is_anybodys_own() {
    let grant = coordinator_of(5).grant::<ReadRequest>().expect("granted");
    assert_eq!(grant.reaches(Standing::default()), None);
}
