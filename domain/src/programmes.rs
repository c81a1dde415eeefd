//! Buddy programmes: the form that each of them has, and what follows from the form (I1, S0, S1, S6).

use crate::code::{Code, CodeSet};
use crate::ids::{OrganisationId, ProgrammeId};
use crate::independence::Funder;
use crate::text::Text;
use crate::{Date, code_list};

code_list! {
    /// How a buddy programme is organised (I1, S1). The form has consequences for the buddy's position
    /// toward the school (S2).
    pub enum OrganisationForm {
        Independent = "independent": "los van school en samenwerkingsverband" / "apart from school and partnership",
        School = "school": "in een school" / "in a school",
        SupportPoint = "support-point": "in een Ouder- en Jeugdsteunpunt" / "in a parent and youth support point",
    }
}

/// The form of a programme from one day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormPeriod {
    /// The first day.
    pub since: Date,
    /// The form.
    pub form: OrganisationForm,
    /// Who pays.
    pub funders: CodeSet<Funder>,
    /// Why the form was chosen or changed.
    pub reason: String,
}

/// A buddy programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programme {
    /// Its id.
    pub id: ProgrammeId,
    /// The organisation that runs it.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its forms, each from its own day on.
    pub forms: Vec<FormPeriod>,
}

impl Programme {
    /// The form that holds on a day: the latest that has begun.
    pub fn form_on(&self, day: Date) -> Option<&FormPeriod> {
        self.forms.iter().filter(|period| period.since <= day).max_by_key(|period| period.since)
    }
}

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

/// The statement that follows from a form, for a parent to read: short sentences, no jargon (S2, L10).
pub fn position_statement(period: &FormPeriod, organisation: &str) -> PositionStatement {
    let steers = match period.form {
        OrganisationForm::Independent => Text::new(
            format!(
                "{organisation} is de baas over de buddy's. School is dat niet. Het samenwerkingsverband ook niet."
            ),
            format!(
                "{organisation} is in charge of the buddies. The school is not. The partnership is not either."
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
    let pays = if period.funders.is_empty() {
        Text::of(
            "Wij weten nog niet wie betaalt. Vraag het aan de coördinator. U betaalt niets.",
            "We do not know yet who pays. Ask the coordinator. You pay nothing.",
        )
    } else {
        let list = |nl: bool| {
            period
                .funders
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
    let sees = Text::of(
        "Alleen u, uw buddy en de coördinator weten dat u hulp krijgt. Wat u met uw buddy bespreekt, is van u en uw \
         buddy.",
        "Only you, your buddy and the coordinator know that you get help. What you discuss with your buddy stays \
         between the two of you.",
    );
    let hears = match period.form {
        OrganisationForm::School => Text::of(
            "De leraar en de directeur kunnen niet in uw dossier kijken, ook al horen de buddy's bij school. School \
             hoort alleen iets als u dat zelf wilt.",
            "The teacher and the school leader cannot look into your file, even though the buddies belong to the \
             school. The school hears something only if you want it to.",
        ),
        _ => Text::of(
            "Niets. School hoort alleen iets als u dat zelf wilt.",
            "Nothing. The school hears something only if you want it to.",
        ),
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
            (Question::WhoSees, sees),
            (Question::WhatSchoolHears, hears),
            (Question::OtherChoice, other),
            (Question::WhoHosts, hosts(period.form, organisation)),
            (Question::WhoTrains, trains(organisation)),
        ],
    }
}

fn hosts(form: OrganisationForm, organisation: &str) -> Text {
    match form {
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

fn trains(organisation: &str) -> Text {
    Text::new(
        format!("{organisation} zorgt daarvoor. Elke buddy volgt een training voor zij begint."),
        format!("{organisation} sees to that. Every buddy is trained before she begins."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(since: u32, form: OrganisationForm) -> FormPeriod {
        FormPeriod {
            since: Date::from_ymd_opt(2026, since, 1).expect("a day"),
            form,
            funders: CodeSet::default(),
            reason: String::new(),
        }
    }

    #[test]
    fn the_latest_form_that_has_begun_holds() {
        let programme = Programme {
            id: uuid::Uuid::nil().into(),
            organisation: uuid::Uuid::nil().into(),
            name: "Naast elkaar".to_owned(),
            forms: vec![period(8, OrganisationForm::SupportPoint), period(1, OrganisationForm::School)],
        };
        let form = |month| {
            programme.form_on(Date::from_ymd_opt(2026, month, 15).expect("a day")).map(|period| period.form)
        };
        assert_eq!(form(3), Some(OrganisationForm::School));
        assert_eq!(form(9), Some(OrganisationForm::SupportPoint));
        assert_eq!(programme.form_on(Date::from_ymd_opt(2025, 12, 31).expect("a day")), None);
    }

    #[test]
    fn a_statement_answers_every_question_and_differs_by_form() {
        let of = |form| position_statement(&period(1, form), "Steun");
        for form in OrganisationForm::ALL {
            let statement = of(*form);
            let asked: Vec<_> = statement.answers.iter().map(|(question, _)| *question).collect();
            assert_eq!(asked, Question::ALL);
        }
        assert_ne!(of(OrganisationForm::School), of(OrganisationForm::Independent));
        assert_ne!(of(OrganisationForm::SupportPoint), of(OrganisationForm::Independent));
    }
}
