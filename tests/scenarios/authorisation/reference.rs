//! The policy against a second model of it, written from the prose of the contract and not from the code: a plain question
//! about plain facts. Five million drawn callers, actions and objects, and no difference; and for each line of the policy that is
//! taken out, and for lines that must not be there, a difference that is found.

use std::collections::BTreeMap;

use naast_domain::access::{Action, OwnTie, POLICY, Power, Principal, Relation, Standing};
use naast_domain::code::Code as _;
use naast_domain::directory::LocationCode;
use naast_domain::organisations::Role;
use uuid::Uuid;

/// How many are drawn: five million when nothing else is asked for; `NAAST_PROOF_CALLERS` does.
fn pairs() -> usize {
    std::env::var("NAAST_PROOF_CALLERS").ok().and_then(|text| text.parse().ok()).unwrap_or(5_000_000)
}

/// A seat that somebody holds: what she is, and where.
#[derive(Clone, Copy, Debug)]
struct Seat {
    role: Role,
    programme: Option<u8>,
    school: Option<u8>,
}

/// Who calls.
#[derive(Clone, Debug)]
struct Caller {
    person: u8,
    seats: Vec<Seat>,
}

/// What it is done to.
#[derive(Clone, Copy, Debug)]
struct Thing {
    /// Whose it is: the parent who asks, or the buddy whose papers they are.
    whose: Option<u8>,
    /// The buddy that it was given to.
    given_to: Option<u8>,
    programme: Option<u8>,
    school: Option<u8>,
    /// Whether it is known that no tie keeps the caller from the case.
    own_tie: OwnTie,
}

/// Whether the contract lets this caller do this to that: in the words of the contract.
fn reference(action: &str, caller: &Caller, thing: Thing) -> Option<bool> {
    let is = |role: &str| caller.seats.iter().any(|seat| seat.role.code() == role);
    let sits_here = |role: &str| {
        let in_it = |seat: &Seat| thing.programme.is_some() && seat.programme == thing.programme;
        caller.seats.iter().any(|seat| seat.role.code() == role && in_it(seat))
    };
    let at_school = |roles: &[&str]| {
        let at_it = |seat: &Seat| thing.school.is_some() && seat.school == thing.school;
        caller.seats.iter().any(|seat| roles.contains(&seat.role.code()) && at_it(seat))
    };
    // a connected system is nobody's parent and nobody's buddy
    let machines = [
        "directory-reader",
        "directory-writer",
        "conversation-opener",
        "referral-reader",
        "pool-keeper",
        "offer-answerer",
        "event-reader",
        "report-reader",
    ];
    let is_a_person = !machines.iter().any(|role| is(role));
    let hers = is_a_person && thing.whose == Some(caller.person);
    let as_her_buddy = is_a_person && thing.given_to == Some(caller.person);
    let coordinates = sits_here("coordinator");
    // a case is handled by a coordinator who was asked and has no tie with it (rule 37)
    let handles = coordinates && thing.own_tie == OwnTie::Clear;
    Some(match action {
        // the installation belongs to its administrators; an auditor looks and does not touch
        "ManageOrganisations"
        | "ManageMemberships"
        | "ManageClients"
        | "ManageProgrammes"
        | "RecordPartnership" => is("administrator"),
        "ReadImports" | "ReadMemberships" => is("administrator") || is("auditor"),
        "RegisterPeople" => is("administrator") || coordinates,
        // the school's side has its conversation, and nothing else
        "HoldConversation" => {
            at_school(&["school-leader", "school-staff", "professional", "conversation-opener"])
        }
        // who leads the school says who goes on with one
        "HandOverConversation" => at_school(&["school-leader"]),
        "ReadConversation" => at_school(&[
            "school-leader",
            "school-staff",
            "professional",
            "conversation-opener",
            "referral-reader",
        ]),
        // and what a parent announces to it
        "ReadAnnouncedMeetings" | "NoteObjection" => {
            at_school(&["school-leader", "school-staff", "professional"])
        }
        // what only the parent does
        "SubmitRequest" | "DecideOnRequest" | "AnswerTies" | "AnnounceMeeting" => hers,
        // what she shares with the coordinator of her programme
        "ReadConsents" | "ReadProposals" | "CloseMatch" | "ContinueRequest" => hers || handles,
        // whoever hears that she stops writes it down
        "WithdrawRequest" => hers || coordinates,
        // and with her buddy
        "ReadRequest" | "ReadProposal" | "ReadMatch" | "ReadContacts" | "PauseMatch"
        | "ReadAnnouncements" => hers || handles || as_her_buddy,
        // what is between parent and buddy
        "AnswerProposal" | "ReadPrivateSpace" | "WriteInPrivateSpace" => hers || as_her_buddy,
        "RecordContact" => as_her_buddy || handles,
        // what the coordinator does
        "ReadCandidates" | "ProposeBuddy" | "CancelProposal" | "ReportConsent" => handles,
        "ManageBuddies" | "DeclareOwnTies" => coordinates,
        // a buddy's own papers
        "ReadBuddy" | "DeclareTies" => hers || coordinates,
        // what could let her in she says herself
        "VouchForTies" => hers,
        // and what she declared as a coordinator she ends herself, whatever she is now
        "EndOwnTies" => hers,
        "AnswerWithdrawalNotice" => hers || handles,
        // what keeps a case from erasure: who answers for it decides, and the parent can see it
        "HoldCase" => is("administrator") || handles,
        "ReadHolds" => is("administrator") || hers || handles,
        // what happened, to look at and to be sent
        "ReadEvents" => is("administrator") || is("auditor") || coordinates || sits_here("event-reader"),
        "ReadWebhooks" => is("administrator") || is("auditor") || coordinates,
        "ManageWebhooks" => is("administrator") || coordinates,
        _ => return None,
    })
}

/// Chance that comes out the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, sides: u64) -> u8 {
        u8::try_from(self.roll() % sides).expect("few sides")
    }

    fn perhaps(&mut self, sides: u64) -> Option<u8> {
        (!self.roll().is_multiple_of(4)).then(|| self.below(sides))
    }

    fn caller(&mut self) -> Caller {
        let seats = (0..self.below(4)).map(|_| self.seat()).collect();
        Caller { person: self.below(4), seats }
    }

    fn seat(&mut self) -> Seat {
        let role = Role::ALL[usize::from(self.below(Role::ALL.len() as u64))];
        Seat { role, programme: self.perhaps(3), school: self.perhaps(3) }
    }

    fn thing(&mut self) -> Thing {
        Thing {
            whose: self.perhaps(4),
            given_to: self.perhaps(4),
            programme: self.perhaps(3),
            school: self.perhaps(3),
            own_tie: [OwnTie::NotAsked, OwnTie::Clear, OwnTie::Clear, OwnTie::Blocks]
                [usize::from(self.below(4))],
        }
    }
}

fn id(kind: u128, number: u8) -> Uuid {
    Uuid::from_u128(kind << 64 | u128::from(number))
}

fn schools() -> [LocationCode; 3] {
    ["99ZA00", "99ZB00", "99ZC00"].map(|code| LocationCode::parse(code).expect("a location code"))
}

fn principal(caller: &Caller, schools: &[LocationCode; 3]) -> Principal {
    let power = |seat: &Seat| Power {
        role: seat.role,
        organisation: id(9, 0).into(),
        programme: seat.programme.map(|number| id(2, number).into()),
        school: seat.school.map(|number| schools[usize::from(number)].clone()),
        board: None,
    };
    Principal {
        person: id(1, caller.person).into(),
        powers: caller.seats.iter().map(power).collect(),
        today: naast_domain::Date::default(),
    }
}

fn standing(thing: Thing, schools: &[LocationCode; 3]) -> Standing<'_> {
    Standing {
        owner: thing.whose.map(|number| id(1, number).into()),
        assigned: thing.given_to.map(|number| id(1, number).into()),
        programme: thing.programme.map(|number| id(2, number).into()),
        school: thing.school.map(|number| &schools[usize::from(number)]),
        own_tie: thing.own_tie,
    }
}

/// What the policy answers.
type Answer = fn(&Principal, Standing<'_>) -> bool;

fn asked<A: Action>(who: &Principal, to: Standing<'_>) -> bool {
    who.grant::<A>().is_some_and(|grant| grant.reaches(to).is_some())
}

macro_rules! every {
    ($($action:ident)+) => {
        /// The policy's own answer for each action. An action that is missing here fails the test below.
        fn answers() -> BTreeMap<&'static str, Answer> {
            BTreeMap::from([$((stringify!($action), asked::<naast_domain::access::$action> as Answer)),+])
        }
    };
}

every! {
    ReadImports ManageOrganisations RegisterPeople ReadMemberships ManageMemberships ManageClients ManageProgrammes
    RecordPartnership HoldConversation HandOverConversation ReadConversation SubmitRequest ReadRequest ReadConsents DecideOnRequest ReportConsent ContinueRequest
    AnswerWithdrawalNotice WithdrawRequest ReadCandidates ProposeBuddy CancelProposal ReadProposals ReadProposal AnswerTies AnswerProposal
    ReadMatch RecordContact ReadContacts PauseMatch CloseMatch ReadPrivateSpace WriteInPrivateSpace ManageBuddies ReadBuddy
    DeclareTies VouchForTies DeclareOwnTies EndOwnTies AnnounceMeeting ReadAnnouncements ReadAnnouncedMeetings NoteObjection HoldCase ReadHolds
    ReadEvents ReadWebhooks ManageWebhooks
}

#[test]
fn millions_of_callers_get_of_the_policy_what_the_contract_says() {
    let (answers, schools, mut dice) = (answers(), schools(), Dice(0x6e61_6173_7401));
    let mut seen: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let all = pairs();
    for _ in 0..all {
        let (action, _) = POLICY[usize::from(dice.below(POLICY.len() as u64))];
        let (caller, thing) = (dice.caller(), dice.thing());
        let say = |what: &str| format!("{action} is not in the {what}: add it to authorisation/reference.rs");
        let expected = reference(action, &caller, thing).unwrap_or_else(|| panic!("{}", say("model")));
        let answer = answers.get(action).unwrap_or_else(|| panic!("{}", say("list")));
        let found = answer(&principal(&caller, &schools), standing(thing, &schools));
        assert_eq!(found, expected, "{action} by {caller:?} on {thing:?}");
        seen.entry(action).or_default()[usize::from(found)] += 1;
    }
    println!("{all} pairs, {} actions, 0 differences", seen.len());
    assert_eq!(seen.len(), POLICY.len());
    for (action, [refused, allowed]) in seen {
        assert!(
            refused > all / 10_000 && allowed > all / 10_000,
            "{action}: {refused} refused, {allowed} allowed"
        );
    }
}

/// The same policy with one line changed, worked out from the table of pairs.
fn by_pairs(allowed: &[(Role, Relation)], caller: &Caller, thing: Thing) -> bool {
    let system = caller.seats.iter().any(|seat| seat.role.is_of_a_system());
    allowed.iter().any(|(role, relation)| {
        let holds =
            |fits: &dyn Fn(&Seat) -> bool| caller.seats.iter().any(|seat| seat.role == *role && fits(seat));
        match relation {
            Relation::Own => !system && thing.whose == Some(caller.person),
            Relation::Assigned => !system && thing.given_to == Some(caller.person),
            Relation::Programme => {
                thing.programme.is_some() && holds(&|seat| seat.programme == thing.programme)
            }
            Relation::Case => {
                thing.own_tie == OwnTie::Clear
                    && thing.programme.is_some()
                    && holds(&|seat| seat.programme == thing.programme)
            }
            Relation::School => thing.school.is_some() && holds(&|seat| seat.school == thing.school),
            Relation::Platform => holds(&|_| true),
        }
    })
}

#[test]
fn every_line_that_is_taken_out_or_put_in_is_found() {
    const PUT_IN: &[(Role, Relation)] = &[
        (Role::SchoolLeader, Relation::School),
        (Role::SchoolStaff, Relation::Programme),
        (Role::Coordinator, Relation::Platform),
        (Role::Coordinator, Relation::Programme),
        (Role::SchoolStaff, Relation::Case),
        (Role::BoardMember, Relation::Platform),
        (Role::Buddy, Relation::Assigned),
        (Role::Parent, Relation::Own),
        (Role::PoolKeeper, Relation::Programme),
    ];
    let (mut faults, mut missed) = (0, Vec::new());
    for (action, allowed) in POLICY {
        let taken_out = (0..allowed.len()).map(|place| {
            let mut lines = allowed.to_vec();
            lines.remove(place);
            lines
        });
        let put_in = PUT_IN.iter().map(|line| [allowed, [*line].as_slice()].concat());
        for lines in taken_out.chain(put_in) {
            // who it is called by, as a role, is no part of the answer: an owner is an owner
            let same = |one: &[(Role, Relation)]| {
                let near = |relation: Relation| one.iter().any(|(_, of)| *of == relation);
                let mut by_role: Vec<_> = one
                    .iter()
                    .filter(|(_, relation)| !matches!(relation, Relation::Own | Relation::Assigned))
                    .collect();
                by_role.sort_by_key(|pair| format!("{pair:?}"));
                by_role.dedup();
                format!("{}{}{by_role:?}", near(Relation::Own), near(Relation::Assigned))
            };
            if same(&lines) == same(allowed) {
                continue;
            }
            faults += 1;
            let mut dice = Dice(0x6e61_6173_7402);
            let found = (0..20_000).any(|_| {
                let (caller, thing) = (dice.caller(), dice.thing());
                reference(action, &caller, thing) != Some(by_pairs(&lines, &caller, thing))
            });
            if !found {
                missed.push(format!("{action}: {lines:?}"));
            }
        }
    }
    println!("{faults} seeded faults, {} of them missed", missed.len());
    assert_eq!(missed, [""; 0]);
    assert!(faults > 200, "{faults}");
}
