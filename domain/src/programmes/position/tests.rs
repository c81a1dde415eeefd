//! What the statement says is what the policy and the rules do.

use super::*;
use crate::access::POLICY;
use crate::code::CodeSet;
use crate::independence::Funder;
use crate::organisations::Role;

/// A kind of organisation that is itself what the form says.
fn its_own(form: OrganisationForm) -> OrganisationKind {
    match form {
        OrganisationForm::Independent => OrganisationKind::ParentAssociation,
        OrganisationForm::School => OrganisationKind::School,
        OrganisationForm::SupportPoint => OrganisationKind::SupportPoint,
    }
}

fn run_by(form: OrganisationForm, kind: OrganisationKind, funders: CodeSet<Funder>) -> PositionStatement {
    let since = crate::Date::from_ymd_opt(2026, 1, 1).expect("a day");
    let period = FormPeriod { since, form, funders, reason: String::new() };
    position_statement(&period, &RunBy { name: "Steun".to_owned(), kind, trainers: Vec::new() })
}

fn of(form: OrganisationForm) -> PositionStatement {
    run_by(form, its_own(form), CodeSet::default())
}

#[test]
fn an_association_that_runs_a_programme_is_not_said_to_be_the_school_or_the_support_point() {
    for form in [OrganisationForm::School, OrganisationForm::SupportPoint] {
        for kind in OrganisationKind::ALL.iter().copied().filter(|kind| form.fits(*kind)) {
            let told = run_by(form, kind, CodeSet::default()).answers;
            let says = |words: &str| told.iter().any(|(_, answer)| answer.nl.contains(words));
            let is_another = matches!(kind, OrganisationKind::ParentAssociation | OrganisationKind::Provider);
            assert_eq!(says("Steun regelt het"), is_another, "{form} {kind}");
            let itself =
                says("Bij school: Steun.") || says("Bij het steunpunt: Steun.") || says("Steun is de baas");
            assert_eq!(itself, !is_another, "{form} {kind}");
        }
    }
}

/// What the statement says of who pays is what the rules tell (28, 29 and 30).
#[test]
fn the_partnership_pays_for_its_support_point_whoever_is_named() {
    for funders in [CodeSet::default(), [Funder::Municipality].into_iter().collect()] {
        let told = run_by(OrganisationForm::SupportPoint, OrganisationKind::SupportPoint, funders).answers;
        let (_, pays) = told.iter().find(|(code, _)| *code == Question::WhoPays).expect("an answer");
        assert!(pays.nl.contains("een samenwerkingsverband"), "{}", pays.nl);
        assert!(pays.en.contains("a partnership"), "{}", pays.en);
    }
    let told = answer(OrganisationForm::Independent, Question::WhoPays);
    assert!(told.nl.starts_with("Wij weten nog niet wie betaalt."), "{}", told.nl);
}

fn answer(form: OrganisationForm, question: Question) -> Text {
    let mut answers = of(form).answers.into_iter();
    answers.find(|(asked, _)| *asked == question).expect("every question is answered").1
}

#[test]
fn a_statement_answers_every_question_and_differs_by_form() {
    for form in OrganisationForm::ALL {
        let asked: Vec<_> = of(*form).answers.iter().map(|(question, _)| *question).collect();
        assert_eq!(asked, Question::ALL);
    }
    assert_ne!(of(OrganisationForm::School), of(OrganisationForm::Independent));
    assert_ne!(of(OrganisationForm::SupportPoint), of(OrganisationForm::Independent));
}

#[test]
fn whoever_trains_the_buddies_is_named() {
    let told = |trainers: &[&str]| {
        let trainers = trainers.iter().map(ToString::to_string).collect();
        trains(&RunBy { name: "Steun".to_owned(), kind: OrganisationKind::Provider, trainers })
            .nl
            .into_owned()
    };
    assert!(told(&[]).starts_with("Steun zorgt daarvoor."));
    assert!(told(&["Bureau"]).starts_with("Bureau zorgt daarvoor."));
    assert!(told(&["Bureau", "Steun"]).starts_with("Bureau en Steun zorgen daarvoor."));
}

/// Who is allowed something, by the table.
fn allowed(action: &str) -> Vec<Role> {
    let (_, allowed) = POLICY.iter().find(|(name, _)| *name == action).expect("an action of the table");
    allowed.iter().map(|(role, _)| *role).collect()
}

#[test]
fn who_sees_what_a_parent_tells_is_who_is_granted_it() {
    let words = [
        (Role::Parent, "u,", "you,"),
        (Role::Coordinator, "de coördinatoren van dit programma", "the coordinators of this programme"),
        (Role::Buddy, "en uw buddy lezen", "and your buddy read"),
    ];
    assert_eq!(allowed("ReadRequest"), words.map(|(role, ..)| role));
    assert_eq!(allowed("ReadPrivateSpace"), [Role::Parent, Role::Buddy]);
    for form in OrganisationForm::ALL {
        let told = answer(*form, Question::WhoSees);
        let (first_nl, first_en) = (told.nl.split('.').next(), told.en.split('.').next());
        for (role, nl, en) in words {
            assert!(first_nl.is_some_and(|first| first.contains(nl)), "{role}: {}", told.nl);
            assert!(first_en.is_some_and(|first| first.contains(en)), "{role}: {}", told.en);
        }
        assert!(told.nl.contains("Wat u en uw buddy elkaar schrijven, leest niemand anders."));
        assert!(told.en.contains("What you and your buddy write to each other nobody else reads."));
    }
}

/// Words of the statement: in the answer to which question, in Dutch and in English.
type Said = (Question, &'static str, &'static str);

/// What each action that the table gives to the school's side lets it hear of a parent, in the words of the statement. An
/// action that is given to it later fails this until the statement says what it hears then.
const AT_SCHOOL: &[(&str, &[Said])] = &[
    // its own asking, which is not of the programme
    ("HoldConversation", &[]),
    ("HandOverConversation", &[]),
    (
        "ReadConversation",
        &[
            (
                Question::WhoSees,
                "Dan ziet school dat u dat deed, en op welke dag.",
                "Then the school sees that you did, and on which day.",
            ),
            (
                Question::WhatSchoolHears,
                "Dan hoort school dat, en op welke dag.",
                "Then the school hears that, and on which day.",
            ),
        ],
    ),
    (
        "ReadAnnouncedMeetings",
        &[
            (
                Question::WhoSees,
                "tenzij u zelf laat weten dat uw buddy meekomt naar een gesprek.",
                "unless you let it know yourself that your buddy comes along to a talk.",
            ),
            (
                Question::WhatSchoolHears,
                "haar voornaam, dat zij uw buddy is, en de dag.",
                "her first name, that she is your buddy, and the day.",
            ),
            (
                Question::WhatSchoolHears,
                "Gaat dat niet door? Dan hoort school dat ook.",
                "Does she not come after all? Then the school hears that too.",
            ),
        ],
    ),
    ("NoteObjection", &[]),
];

#[test]
fn what_school_hears_is_what_it_is_granted() {
    let granted = POLICY
        .iter()
        .filter(|(_, allowed)| allowed.iter().any(|(role, _)| role.is_school_side()))
        .map(|(name, _)| *name);
    assert_eq!(granted.collect::<Vec<_>>(), AT_SCHOOL.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    for form in OrganisationForm::ALL {
        for (action, words) in AT_SCHOOL {
            for (question, nl, en) in *words {
                let told = answer(*form, *question);
                assert!(told.nl.contains(nl), "{action}: {}", told.nl);
                assert!(told.en.contains(en), "{action}: {}", told.en);
            }
        }
    }
}

#[test]
fn what_a_parent_reads_here_is_in_short_sentences() {
    for form in OrganisationForm::ALL {
        for (question, answer) in of(*form).answers {
            for sentence in answer.nl.split(['.', '?', ':']) {
                let words = sentence.split_whitespace().count();
                assert!(words <= 20, "{question}: {words} words: {sentence}");
            }
        }
    }
}
