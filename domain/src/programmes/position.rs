//! What a parent must know of a programme before she chooses it (S2): who pays, who steers, who sees what.

use super::{FormPeriod, OrganisationForm};
use crate::code::Code as _;
#[cfg(test)]
use crate::code::CodeSet;
use crate::code_list;
use crate::organisations::OrganisationKind;
use crate::text::Text;

/// What a parent must know of a programme before she chooses it: who pays, who steers, who can see what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionStatement {
    /// The questions, each with its answer.
    pub answers: Vec<(Question, Text)>,
}

code_list! {
    /// The questions that a position statement answers.
    pub enum Question {
        WhoSteers = "who-steers": "Wie is de baas over de buddy's?" / "Who is in charge of the buddies?",
        WhoPays = "who-pays": "Wie betaalt?" / "Who pays?",
        WhoSees = "who-sees": "Wie kan zien wat u vertelt?" / "Who can see what you tell?",
        WhatSchoolHears = "what-school-hears": "Wat hoort school?" / "What does the school hear?",
        OtherChoice = "other-choice": "Kunt u ook een andere buddy kiezen?" / "Can you choose another buddy too?",
        WhoHosts = "who-hosts": "Waar horen de buddy's bij?" / "Where do the buddies belong?",
        WhoTrains = "who-trains": "Wie leert de buddy haar werk?" / "Who teaches the buddy her work?",
    }
}

/// Who runs a programme, as a parent is told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunBy {
    /// The name of the organisation.
    pub name: String,
    /// What it is. An association can run a support point, and is then none itself (S6); a school's own programme of one is from before that was kept for
    /// schools and boards.
    pub kind: OrganisationKind,
    /// The names of the organisations whose trainers train its buddies; none where nobody was given that role, and then it sees to that itself.
    pub trainers: Vec<String>,
}

/// The statement that follows from a form and from who runs it, for a parent to read: short sentences, no jargon (S2, L10).
pub fn position_statement(period: &FormPeriod, run_by: &RunBy) -> PositionStatement {
    let organisation = &run_by.name;
    let for_others = matches!(run_by.kind, OrganisationKind::ParentAssociation | OrganisationKind::Provider);
    let steers = match period.form {
        OrganisationForm::Independent => Text::new(
            format!(
                "{organisation} is de baas over de buddy's. School is dat niet. Het samenwerkingsverband ook niet."
            ),
            format!(
                "{organisation} is in charge of the buddies. The school is not. The partnership is not either."
            ),
        ),
        OrganisationForm::School if for_others => Text::new(
            format!(
                "De buddy's horen bij school. {organisation} regelt het voor school. De buddy werkt wel alleen voor u."
            ),
            format!(
                "The buddies belong to the school. {organisation} arranges it for the school. Still, the buddy works only for \
                 you."
            ),
        ),
        OrganisationForm::SupportPoint if for_others => Text::new(
            format!(
                "De buddy's horen bij het steunpunt voor ouders en jongeren. {organisation} regelt het voor het steunpunt. Het \
                 samenwerkingsverband van de scholen heeft het steunpunt gemaakt. Het steunpunt werkt voor uw kind, niet voor \
                 school."
            ),
            format!(
                "The buddies belong to the support point for parents and young people. {organisation} arranges it for the support \
                 point. The partnership of schools made the support point. It works for your child, not for the school."
            ),
        ),
        OrganisationForm::School => Text::new(
            format!(
                "De buddy's horen bij school. {organisation} is de baas. De buddy werkt wel alleen voor u."
            ),
            format!(
                "The buddies belong to the school. {organisation} is in charge. Still, the buddy works only for you."
            ),
        ),
        OrganisationForm::SupportPoint => Text::new(
            format!(
                "De buddy's horen bij het steunpunt voor ouders en jongeren: {organisation}. Het samenwerkingsverband \
                 van de scholen heeft het steunpunt gemaakt. Het steunpunt werkt voor uw kind, niet voor school."
            ),
            format!(
                "The buddies belong to the support point for parents and young people: {organisation}. The partnership \
                 of schools made the support point. It works for your child, not for the school."
            ),
        ),
    };
    let payers = period.payers();
    let pays = if payers.is_empty() {
        Text::of(
            "Wij weten nog niet wie betaalt. Vraag het aan de coördinator. U betaalt niets.",
            "We do not know yet who pays. Ask the coordinator. You pay nothing.",
        )
    } else {
        let list = |nl: bool| {
            payers
                .iter()
                .map(|funder| if nl { funder.label().nl } else { funder.label().en }.into_owned())
                .collect::<Vec<_>>()
                .join(if nl { " en " } else { " and " })
        };
        Text::new(
            format!("Het geld komt van: {}. U betaalt niets.", list(true)),
            format!("The money comes from: {}. You pay nothing.", list(false)),
        )
    };
    let other = match period.form {
        OrganisationForm::School => Text::of(
            "Ja. U mag altijd om een andere buddy vragen, ook om een buddy die niet bij school hoort. U hoeft niet te \
             zeggen waarom.",
            "Yes. You may always ask for another buddy, also for one who does not belong to the school. You need not say \
             why.",
        ),
        _ => Text::of(
            "Ja. U mag altijd om een andere buddy vragen. U hoeft niet te zeggen waarom.",
            "Yes. You may always ask for another buddy. You need not say why.",
        ),
    };
    PositionStatement {
        answers: vec![
            (Question::WhoSteers, steers),
            (Question::WhoPays, pays),
            (Question::WhoSees, sees()),
            (Question::WhatSchoolHears, hears(period.form)),
            (Question::OtherChoice, other),
            (Question::WhoHosts, hosts(period.form, organisation, for_others)),
            (Question::WhoTrains, trains(run_by)),
        ],
    }
}

/// Who reads what she tells. It says what the policy grants, and no less: a test holds the two together.
fn sees() -> Text {
    Text::of(
        "Alleen u, de coördinatoren van dit programma en uw buddy lezen uw aanvraag. Wordt iemand als buddy voorgesteld? Dan \
         hoort zij eerst alleen om welke school het gaat. Wat u en uw buddy elkaar schrijven, leest niemand anders. Wie zorgt voor \
         de computer waar dit op staat, kan erbij, maar mag niet kijken. Vraag de coördinator wie dat is. Geeft u uw vraag door na een gesprek op school? Dan ziet school dat u dat deed, en op welke dag. Meer leest \
         school niet, tenzij u zelf laat weten dat uw buddy meekomt naar een gesprek.",
        "Only you, the coordinators of this programme and your buddy read your request. Is somebody proposed as a buddy? Then \
         she first hears only which school it is about. What you and your buddy write to each other nobody else reads. Whoever looks \
         after the computer on which this stands can reach it, but may not look. Ask the coordinator who that is. Do you hand your question over after a talk at school? Then the school sees that you did, and on which day. The school reads \
         nothing else, unless you let it know yourself that your buddy comes along to a talk.",
    )
}

/// What reaches the school, and by which act of hers.
fn hears(form: OrganisationForm) -> Text {
    let first = match form {
        OrganisationForm::School => Text::of(
            "De leraar en de directeur kunnen niet in uw dossier kijken, ook al horen de buddy's bij school. School hoort \
             alleen iets als u dat zelf wilt.",
            "The teacher and the school leader cannot look into your file, even though the buddies belong to the school. \
             The school hears something only if you want it to.",
        ),
        OrganisationForm::Independent | OrganisationForm::SupportPoint => Text::of(
            "School hoort alleen iets als u dat zelf wilt.",
            "The school hears something only if you want it to.",
        ),
    };
    let when = Text::of(
        "Geeft u uw vraag door na een gesprek op school? Dan hoort school dat, en op welke dag. Laat u weten dat uw buddy \
         meekomt naar een gesprek? Dan hoort school haar voornaam, dat zij uw buddy is, en de dag. Gaat dat niet door? Dan hoort \
         school dat ook.",
        "Do you hand your question over after a talk at school? Then the school hears that, and on which day. Do you let it know \
         that your buddy comes along to a talk? Then the school hears her first name, that she is your buddy, and the day. Does \
         she not come after all? Then the school hears that too.",
    );
    Text::new(format!("{} {}", first.nl, when.nl), format!("{} {}", first.en, when.en))
}

fn hosts(form: OrganisationForm, organisation: &str, for_others: bool) -> Text {
    match form {
        OrganisationForm::School if for_others => Text::new(
            format!(
                "Bij school. {organisation} regelt het. U kunt ook kiezen voor buddy's die niet bij school horen."
            ),
            format!(
                "With the school. {organisation} arranges it. You can also choose buddies who do not belong to the school."
            ),
        ),
        OrganisationForm::SupportPoint if for_others => Text::new(
            format!(
                "Bij het steunpunt. {organisation} regelt het. Het steunpunt is van de scholen samen, en werkt voor uw kind."
            ),
            format!(
                "With the support point. {organisation} arranges it. The support point is of the schools together, and works for \
                 your child."
            ),
        ),
        OrganisationForm::Independent => Text::new(
            format!("Bij {organisation}. Dat is geen school en geen bestuur van een school."),
            format!("With {organisation}. That is no school and no board of a school."),
        ),
        OrganisationForm::School => Text::new(
            format!("Bij school: {organisation}. U kunt ook kiezen voor buddy's die niet bij school horen."),
            format!(
                "With the school: {organisation}. You can also choose buddies who do not belong to the school."
            ),
        ),
        OrganisationForm::SupportPoint => Text::new(
            format!("Bij het steunpunt: {organisation}. Dat is van de scholen samen, en werkt voor uw kind."),
            format!(
                "With the support point: {organisation}. It is of the schools together, and works for your child."
            ),
        ),
    }
}

fn trains(run_by: &RunBy) -> Text {
    let own = std::slice::from_ref(&run_by.name);
    let who = if run_by.trainers.is_empty() { own } else { &run_by.trainers };
    let (sees_nl, sees_en) = if who.len() == 1 { ("zorgt", "sees") } else { ("zorgen", "see") };
    Text::new(
        format!("{} {sees_nl} daarvoor. Elke buddy volgt een training voor zij begint.", who.join(" en ")),
        format!("{} {sees_en} to that. Every buddy is trained before she begins.", who.join(" and ")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::POLICY;
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
                let is_another =
                    matches!(kind, OrganisationKind::ParentAssociation | OrganisationKind::Provider);
                assert_eq!(says("Steun regelt het"), is_another, "{form} {kind}");
                let itself = says("Bij school: Steun.")
                    || says("Bij het steunpunt: Steun.")
                    || says("Steun is de baas");
                assert_eq!(itself, !is_another, "{form} {kind}");
            }
        }
    }

    /// What the statement says of who pays is what the rules tell (28, 29 and 30).
    #[test]
    fn the_partnership_pays_for_its_support_point_whoever_is_named() {
        for funders in [CodeSet::default(), [Funder::Municipality].into_iter().collect()] {
            let told =
                run_by(OrganisationForm::SupportPoint, OrganisationKind::SupportPoint, funders).answers;
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
}
