//! What a programme that takes another form owes the parents who asked it before (I1, S2). Another form has another controller, and a consent
//! was given to the one whom the parent knew: she is asked anew. Who pays is told.

use chrono::Days;

use super::{OrganisationForm, Programme, RunBy, position_statement};
use crate::code::Code as _;
use crate::privacy::processing::controller;
use crate::programmes::Question;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::{Date, code::CodeSet, independence::Funder};

/// For how many days a parent is told that somebody else pays, from the day on which it is so. [P]
pub const TOLD_FOR_DAYS: u64 = 60;

/// What a parent must hear of the form of a programme that she asked before it was so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormNews {
    /// She is asked anew: what she consented to was another controller. Since this day.
    Asked(Date),
    /// She is told that others pay. Since this day.
    Told(Date),
}

impl OrganisationForm {
    /// Whether a consent that was given while a programme had this form is to be given anew now that it has another: somebody else has come
    /// to be responsible for her data, or it has become a school's own.
    pub fn asks_anew(self, now: Self) -> bool {
        controller(self) != controller(now) || (now == Self::School && self != Self::School)
    }
}

impl Programme {
    /// In which form a consent of this day is given: the form of the day, or the one that it begins with.
    pub fn form_consented_to(&self, day: Date) -> Option<OrganisationForm> {
        let first = || self.forms.iter().min_by_key(|period| period.since);
        self.form_on(day).or_else(first).map(|period| period.form)
    }

    /// What a parent who consented on a day, while the programme had a form, must hear of it today.
    pub fn news_for(&self, consented: (Option<OrganisationForm>, Date), today: Date) -> Option<FormNews> {
        let mut begun: Vec<_> = self.forms.iter().filter(|period| period.since <= today).collect();
        begun.sort_by_key(|period| std::cmp::Reverse(period.since));
        let now = *begun.first()?;
        let (form, day) = consented;
        if form.is_none_or(|form| form.asks_anew(now.form)) {
            let since = begun.iter().take_while(|period| period.form == now.form).last();
            return Some(FormNews::Asked(since.map_or(now.since, |period| period.since)));
        }
        let payers: CodeSet<Funder> = begun.get(1)?.payers();
        let is_new = now.since.checked_add_days(Days::new(TOLD_FOR_DAYS)).is_none_or(|last| today < last);
        (is_new && day < now.since && payers != now.payers()).then_some(FormNews::Told(now.since))
    }
}

/// The refusal of what waits until a parent has consented to the form that a programme has now.
pub fn form_changed() -> Rejection {
    Rejection::rule(
        "form-changed",
        "I1",
        Text::of(
            "Het programma is anders geworden. De ouder moet eerst opnieuw toestemming geven.",
            "The programme has another form now. The parent must first consent anew.",
        ),
    )
}

/// The refusal of a consent that does not say the form in which the programme is today.
pub fn another_form_shown(now: OrganisationForm) -> Rejection {
    Rejection::rule(
        "form-not-shown",
        "I1",
        Text::of(
            "Het programma is anders geworden. De ouder leest eerst hoe het nu is.",
            "The programme has another form now. The parent first reads how it is.",
        ),
    )
    .while_it_is(&now.code())
    .at("/formShown")
}

/// What the parent reads of it: since when, what it is, who is in charge, who pays, who answers for her data, what she can do.
pub fn tell(
    news: FormNews,
    programme: &Programme,
    run_by: &RunBy,
    others: &[String],
    today: Date,
) -> Option<Text> {
    let period = programme.form_on(today)?;
    let statement = position_statement(period, run_by);
    let answer = |wanted: Question| {
        let found = statement.answers.iter().find(|(question, _)| *question == wanted);
        found.map(|(_, answer)| answer.clone())
    };
    let pays = answer(Question::WhoPays)?;
    let (name, list) = (&programme.name, others.join(", "));
    let elsewhere = if others.is_empty() {
        Text::of("", "")
    } else {
        Text::new(
            format!(" Andere programma's die u kunt vragen: {list}."),
            format!(" Other programmes that you can ask: {list}."),
        )
    };
    Some(match news {
        FormNews::Asked(since) => {
            let (steers, form, data) =
                (answer(Question::WhoSteers)?, period.form.label(), controller(period.form));
            Text::new(
                format!(
                    "{name} is veranderd. Sinds {} is het: {}. {} {} Voor uw gegevens zorgt nu: {}. U kiest. Wilt u blijven? Geef dan \
                     opnieuw toestemming, ook voor gezondheid als u dat deed. U kunt ook een ander programma vragen, of stoppen. Een nee heeft geen gevolgen voor u of \
                     uw kind. Tot u kiest, is er pauze.{}",
                    day(since),
                    form.nl,
                    steers.nl,
                    pays.nl,
                    data.nl,
                    elsewhere.nl,
                ),
                format!(
                    "{name} has changed. Since {} it is: {}. {} {} Responsible for your data now: {}. You choose. Do you want to stay? \
                     Then consent anew, also to health if you did. You can also ask another programme, or stop. A no has no consequence for you or your child. \
                     Until you choose there is a pause.{}",
                    day(since),
                    form.en,
                    steers.en,
                    pays.en,
                    data.en,
                    elsewhere.en,
                ),
            )
        }
        FormNews::Told(since) => Text::new(
            format!(
                "Voor {name} betaalt sinds {} iemand anders. {} U hoeft niets te doen. U kunt ook een ander programma vragen, of \
                 stoppen. Dat heeft geen gevolgen voor u of uw kind.{}",
                day(since),
                pays.nl,
                elsewhere.nl,
            ),
            format!(
                "Since {} somebody else pays for {name}. {} You need not do anything. You can also ask another programme, or stop. \
                 That has no consequence for you or your child.{}",
                day(since),
                pays.en,
                elsewhere.en,
            ),
        ),
    })
}

fn day(day: Date) -> String {
    day.format("%-d-%-m-%Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::FormPeriod;
    use super::*;
    use crate::organisations::OrganisationKind;
    use OrganisationForm::{Independent, School, SupportPoint};

    fn on(day: u32) -> Date {
        Date::from_ymd_opt(2026, 9, day).expect("a day")
    }

    fn programme(forms: &[(u32, OrganisationForm, Funder)]) -> Programme {
        let period = |(since, form, funder): &(u32, OrganisationForm, Funder)| FormPeriod {
            since: on(*since),
            form: *form,
            funders: [*funder].into_iter().collect(),
            reason: String::new(),
        };
        Programme {
            id: uuid::Uuid::nil().into(),
            organisation: uuid::Uuid::nil().into(),
            name: "Naast elkaar".to_owned(),
            forms: forms.iter().map(period).collect(),
        }
    }

    /// Whoever is responsible changes with the form, so every other form asks, and the same one never.
    #[test]
    fn another_form_asks_and_the_same_does_not() {
        for before in OrganisationForm::ALL {
            for after in OrganisationForm::ALL {
                assert_eq!(before.asks_anew(*after), before != after, "{before} {after}");
            }
        }
    }

    #[test]
    fn a_parent_is_asked_from_the_day_on_and_not_before() {
        let one = programme(&[(1, Independent, Funder::Members), (10, School, Funder::School)]);
        let consented = (Some(Independent), on(2));
        assert_eq!(one.news_for(consented, on(9)), None);
        for today in [10, 29] {
            assert_eq!(one.news_for(consented, on(today)), Some(FormNews::Asked(on(10))));
            // who consented to it as it is now has nothing to hear, on the day itself neither
            assert_eq!(one.news_for((Some(School), on(10)), on(today)), None);
        }
        // the day on which it became what it is, not the day of the latest word on who pays
        let more =
            [(1, Independent, Funder::Members), (10, School, Funder::School), (12, School, Funder::Fund)];
        assert_eq!(programme(&more).news_for(consented, on(20)), Some(FormNews::Asked(on(10))));
        // back to whom she consented to
        let back = [
            (1, Independent, Funder::Members),
            (10, School, Funder::School),
            (12, Independent, Funder::Members),
        ];
        assert!(!matches!(programme(&back).news_for(consented, on(20)), Some(FormNews::Asked(_))));
        // nobody knows to what she consented
        assert_eq!(one.news_for((None, on(2)), on(9)), Some(FormNews::Asked(on(1))));
    }

    #[test]
    fn who_pays_is_told_for_a_while_to_whoever_was_there() {
        let one = programme(&[(1, Independent, Funder::Members), (10, Independent, Funder::School)]);
        let told = |day: Date, today: Date| one.news_for((Some(Independent), day), today);
        assert_eq!(told(on(2), on(9)), None);
        assert_eq!(told(on(2), on(10)), Some(FormNews::Told(on(10))));
        assert_eq!(told(on(10), on(10)), None, "she came after it");
        let last = on(10) + Days::new(TOLD_FOR_DAYS - 1);
        assert_eq!(told(on(2), last), Some(FormNews::Told(on(10))));
        assert_eq!(told(on(2), last + Days::new(1)), None);
        let same = programme(&[(1, Independent, Funder::Members), (10, Independent, Funder::Members)]);
        assert_eq!(same.news_for((Some(Independent), on(2)), on(11)), None);
    }

    #[test]
    fn a_consent_before_the_first_day_is_to_the_form_that_it_begins_with() {
        let one = programme(&[(20, SupportPoint, Funder::Fund), (10, School, Funder::School)]);
        assert_eq!(one.form_consented_to(on(1)), Some(School));
        assert_eq!(one.form_consented_to(on(25)), Some(SupportPoint));
        assert_eq!(one.news_for((Some(School), on(1)), on(5)), None, "nothing runs yet");
    }

    #[test]
    fn what_she_reads_says_since_when_who_and_what_she_can_do() {
        let one = programme(&[(1, Independent, Funder::Members), (10, School, Funder::School)]);
        let run_by = RunBy {
            name: "Balans (test)".to_owned(),
            kind: OrganisationKind::ParentAssociation,
            trainers: Vec::new(),
        };
        let others = ["Los (test)".to_owned()];
        let text = tell(FormNews::Asked(on(10)), &one, &run_by, &others, on(10)).expect("a form");
        for part in [
            "10-9-2026",
            "in een school",
            "Balans (test)",
            "school",
            "schoolbestuur",
            "Los (test)",
            "geen gevolgen",
        ] {
            assert!(text.nl.contains(part), "{part}: {}", text.nl);
        }
        for part in ["in a school", "the board of the school", "no consequence", "Los (test)"] {
            assert!(text.en.contains(part), "{part}: {}", text.en);
        }
        let none = tell(FormNews::Told(on(10)), &one, &run_by, &[], on(10)).expect("a form");
        assert!(!none.nl.contains("Andere programma's") && none.nl.contains("betaalt"), "{}", none.nl);
    }
}
