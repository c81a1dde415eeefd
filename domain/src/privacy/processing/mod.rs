//! The processing register (AVG art. 30): what personal data are used for, by activity. It is data with a version, and no secret:
//! whoever has an account may read it.
//!
//! Who is the controller follows from the form of a programme (S1): it is the organisation that runs it. What stands here is what
//! the program does; what an organisation adds, such as its own contact data and agreements with others, it adds itself.

mod activities;

use crate::programmes::OrganisationForm as Form;
use crate::text::Text;

pub use activities::ACTIVITIES;

/// The version of the register.
pub const VERSION: &str = "2026-2";

/// One activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Its code, which records of readings name.
    pub code: &'static str,
    /// What it is called.
    pub name: Text,
    /// What for (art. 30 lid 1 b).
    pub purpose: Text,
    /// On what ground (art. 6, and 9 where it comes to that).
    pub ground: Text,
    /// Of whom (lid 1 c).
    pub persons: &'static [Text],
    /// Which data (lid 1 c).
    pub data: &'static [Text],
    /// Who gets them (lid 1 d).
    pub recipients: &'static [Text],
    /// How long they stay (lid 1 f).
    pub retention: Text,
    /// How they are protected (lid 1 g).
    pub measures: &'static [Text],
}

/// Who is the controller of a programme of this form.
pub fn controller(form: Form) -> Text {
    match form {
        Form::Independent => Text::of(
            "de organisatie die het programma uitvoert, los van school en samenwerkingsverband",
            "the organisation that runs the programme, apart from school and partnership",
        ),
        Form::School => Text::of(
            "het schoolbestuur van de school die het programma uitvoert",
            "the board of the school that runs the programme",
        ),
        Form::SupportPoint => Text::of(
            "het samenwerkingsverband waar het steunpunt bij hoort",
            "the partnership that the support point belongs to",
        ),
    }
}

/// The activity with this code.
pub fn activity(code: &str) -> Option<&'static Activity> {
    ACTIVITIES.iter().find(|activity| activity.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code as _;
    use crate::privacy::access::DataKind;

    #[test]
    fn each_activity_says_everything_that_the_law_asks_for_in_both_languages() {
        for one in ACTIVITIES {
            let lists = [one.persons, one.data, one.recipients, one.measures];
            assert!(lists.iter().all(|list| !list.is_empty()), "{}", one.code);
            let texts = [&one.name, &one.purpose, &one.ground, &one.retention];
            for text in texts.into_iter().chain(lists.into_iter().flatten()) {
                assert!(
                    !text.nl.is_empty() && !text.en.is_empty() && !text.nl.contains("  "),
                    "{}: {text:?}",
                    one.code
                );
            }
            assert_eq!(ACTIVITIES.iter().filter(|other| other.code == one.code).count(), 1);
        }
    }

    #[test]
    fn what_a_record_of_a_reading_names_stands_in_the_register() {
        for data in DataKind::ALL {
            assert!(activity(data.activity()).is_some(), "{data}");
        }
        assert!(activity("marketing").is_none());
    }
}
