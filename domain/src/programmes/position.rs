//! What a parent must know of a programme before she chooses it (S2): who pays, who steers, who sees what.

use super::{FormPeriod, OrganisationForm};
use crate::code::Code as _;
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
        WhereToComplain = "where-to-complain": "Waar kunt u heen met een vraag of een klacht?" / "Where can you turn with a question or a complaint?",
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
            (Question::WhereToComplain, complaint(organisation)),
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
            "De leraar en de directeur kunnen niet in uw dossier kijken, ook al horen de buddy's bij school. De coördinator werkt wel \
             voor school: zij leest uw aanvraag, en niet wat u en uw buddy elkaar schrijven. Verder hoort school alleen iets als u dat \
             zelf wilt.",
            "The teacher and the school leader cannot look into your file, even though the buddies belong to the school. The \
             coordinator does work for the school: she reads your request, and not what you and your buddy write to each other. \
             Beyond that the school hears something only if you want it to.",
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

/// With whom a question or a complaint begins, and who is there whatever comes of it (AVG art. 13 lid 2 d, 77).
fn complaint(organisation: &str) -> Text {
    Text::new(
        format!(
            "Bij {organisation}. Gaat het over uw gegevens? Vraag daar naar de functionaris gegevensbescherming. U mag ook altijd een klacht \
             indienen bij de Autoriteit Persoonsgegevens: autoriteitpersoonsgegevens.nl. Uw steun gaat gewoon door."
        ),
        format!(
            "To {organisation}. Is it about your data? Ask there for the data protection officer. You can also always complain to the Dutch \
             data protection authority: autoriteitpersoonsgegevens.nl. Your support simply goes on."
        ),
    )
}

#[cfg(test)]
mod tests;
