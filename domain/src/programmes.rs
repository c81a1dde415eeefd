//! Buddy programmes: the form that each of them has, and what follows from the form (I1, S0, S1, S6).

mod coverage;
mod forms;
mod news;
mod position;

use crate::code::{Code, CodeSet};
use crate::ids::{OrganisationId, ProgrammeId};
use crate::independence::Funder;
use crate::organisations::OrganisationKind;
use crate::{Date, code_list};

pub use coverage::{CoverageFault, CoveredPeriod, say_coverage};
pub use forms::{FormCounted, last_first_day, say_form};
pub use news::{FormNews, TOLD_FOR_DAYS, another_form_shown, form_changed, tell};
pub use position::{PositionStatement, Question, RunBy, position_statement};

code_list! {
    /// How a buddy programme is organised (I1, S1). The form has consequences for the buddy's position
    /// toward the school (S2).
    pub enum OrganisationForm {
        Independent = "independent": "los van school en samenwerkingsverband" / "apart from school and partnership",
        School = "school": "in een school" / "in a school",
        SupportPoint = "support-point": "in een Ouder- en Jeugdsteunpunt" / "in a parent and youth support point",
    }
}

impl OrganisationForm {
    /// Whether an organisation of this kind can run a programme in the form. What the form says of who is in charge must be true
    /// of the organisation: a school's programme is not independent because it says so (S1, S2), and one that is a school's own names the school or the
    /// board, so that a parent reads who is responsible for her data.
    pub fn fits(self, kind: OrganisationKind) -> bool {
        use OrganisationKind::{ParentAssociation, Provider};
        match kind {
            ParentAssociation | Provider => self != Self::School,
            _ => self.is_served_by(kind),
        }
    }

    /// Whether somebody of an organisation of this kind can coordinate a programme in the form and train its buddies: an association or a provider can do
    /// the whole of it in every form (S6), also where a school runs it.
    pub fn is_served_by(self, kind: OrganisationKind) -> bool {
        use OrganisationKind::{Board, ParentAssociation, Partnership, Provider, School, SupportPoint};
        match kind {
            ParentAssociation | Provider => true,
            School | Board => self == Self::School,
            Partnership | SupportPoint => self == Self::SupportPoint,
        }
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

impl FormPeriod {
    /// Who pays, as a parent is told it: those who are named, and the partnership of a support point, which is its own (rule 29).
    pub fn payers(&self) -> CodeSet<Funder> {
        let its_own = (self.form == OrganisationForm::SupportPoint).then_some(Funder::Partnership);
        self.funders.iter().chain(its_own).collect()
    }

    /// The period in words that are codes and days, nothing about anybody: its first day, its form and who pays.
    pub fn in_words(&self) -> String {
        let funders: Vec<&str> = self.funders.iter().map(Code::code).collect();
        format!("{} {} ({})", self.since, self.form.code(), funders.join(" "))
    }
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
    fn only_who_is_apart_from_school_and_partnership_runs_an_independent_programme() {
        let kinds = |form: OrganisationForm| -> Vec<&str> {
            let all = OrganisationKind::ALL.iter();
            all.filter(|kind| form.fits(**kind)).map(|kind| kind.code()).collect()
        };
        assert_eq!(kinds(OrganisationForm::Independent), ["parent-association", "provider"]);
        assert_eq!(kinds(OrganisationForm::School), ["school", "board"]);
        let at_point = ["partnership", "support-point", "parent-association", "provider"];
        assert_eq!(kinds(OrganisationForm::SupportPoint), at_point);
        for form in OrganisationForm::ALL {
            for kind in OrganisationKind::ALL {
                // whoever can run it can do the work, and so can an association at a school
                let does_the_work = form.fits(*kind)
                    || matches!(kind, OrganisationKind::ParentAssociation | OrganisationKind::Provider);
                assert_eq!(form.is_served_by(*kind), does_the_work, "{form} {kind}");
            }
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
}
