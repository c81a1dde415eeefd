//! The processing register (AVG art. 30): what personal data are used for, by activity. It is data with a version, and no secret:
//! whoever has an account may read it.
//!
//! Who is the controller follows from the form of a programme (S1). What stands here is what the program does; what an organisation
//! adds, such as its own contact data and agreements with others, it adds itself, and the register says so.

mod activities;

use crate::organisations::OrganisationKind;
use crate::privacy::retention::RetentionTerm;
use crate::programmes::OrganisationForm as Form;
use crate::text::Text;

pub use activities::ACTIVITIES;

/// The version of the register.
pub const VERSION: &str = "2026-6";

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
    /// Which of these terms a programme may set otherwise.
    pub terms: &'static [RetentionTerm],
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

/// Whether the organisation that runs a programme of this form is itself the controller, so that its name is the controller's (lid 1 a).
/// A school runs a programme for its board, a support point belongs to a partnership, and an association can run either for them.
pub fn is_controller(form: Form, run_by: OrganisationKind) -> bool {
    match form {
        Form::Independent => true,
        Form::School => run_by == OrganisationKind::Board,
        Form::SupportPoint => run_by == OrganisationKind::Partnership,
    }
}

/// Where the contact data of the controller and of her data protection officer are to be found (lid 1 a): the program has no field for them.
pub const CONTACT: Text = Text::of(
    "De contactgegevens van de verwerkingsverantwoordelijke en van haar functionaris gegevensbescherming bewaart dit programma niet. Zij \
     staan in het eigen register en de privacyverklaring van die organisatie. Vraag ernaar bij de organisatie die het programma uitvoert. \
     Een klacht kan altijd naar de Autoriteit Persoonsgegevens.",
    "The contact data of the controller and of its data protection officer are not kept by this program. They stand in that \
     organisation's own register and privacy statement. Ask the organisation that runs the programme. A complaint can always go to the \
     Dutch data protection authority (Autoriteit Persoonsgegevens).",
);

/// Who processes for the controller (lid 1 d): whom the program knows of.
pub const PROCESSORS: &[Text] = &[
    Text::of(
        "wie deze installatie host voor een ander, volgens een overeenkomst die zij zelf sluiten",
        "whoever hosts this installation for another, under an agreement of their own",
    ),
    Text::of(
        "de leverancier van een schoolsysteem dat de school aansluit: de kant van school in een gesprek, met een willekeurig kenmerk en zonder naam",
        "the supplier of a school's system that the school connects: the school's side of a conversation, with a random reference and without a name",
    ),
    Text::of(
        "wie inloggen verzorgt voor een school of organisatie, als de host die vertrouwt: dat iemand zich aanmeldt, en wanneer",
        "whoever arranges signing in for a school or organisation, where the host trusts it: that somebody signs in, and when",
    ),
    Text::of(
        "de mailserver die de host instelt: het adres, een eenmalige code, en dat een aanvraag of een toestemming is gestopt of straks stopt, \
         met de dag; niet waarover die gaat, van welke school of met welke buddy",
        "the mail server that the host sets: the address, a one-time code, and that a request or a consent has stopped or soon stops, with \
         the day; not what it is about, of which school or with which buddy",
    ),
];

/// What goes outside the European Economic Area (lid 1 e).
pub const TRANSFERS: Text = Text::of(
    "Het programma zelf geeft niets door buiten de Europese Economische Ruimte. Waar de host, de mailserver en de ontvangers van webhooks \
     staan, weet de organisatie die hen kiest; zij schrijft het in haar eigen register.",
    "The program itself transfers nothing outside the European Economic Area. Where the host, the mail server and the receivers of webhooks \
     stand is known to the organisation that chooses them; it writes that in its own register.",
);

/// The activity with this code.
pub fn activity(code: &str) -> Option<&'static Activity> {
    ACTIVITIES.iter().find(|activity| activity.code == code)
}

#[cfg(test)]
mod granted;

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
            let texts = [&one.name, &one.purpose, &one.ground, &one.retention, &CONTACT, &TRANSFERS];
            for text in texts.into_iter().chain(lists.into_iter().flatten()).chain(PROCESSORS) {
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
    fn a_term_that_a_programme_may_set_is_told_as_one() {
        for one in ACTIVITIES {
            let says = one.retention.nl.contains("wat het programma stelde");
            assert_eq!(says, one.retention.en.contains("what the programme set"), "{}", one.code);
            assert_eq!(says, !one.terms.is_empty(), "{}: {}", one.code, one.retention.nl);
        }
        for term in RetentionTerm::ALL {
            assert!(ACTIVITIES.iter().any(|one| one.terms.contains(term)), "{term} stands nowhere");
        }
    }

    #[test]
    fn who_runs_a_programme_for_another_is_not_its_controller() {
        for kind in OrganisationKind::ALL {
            assert!(is_controller(Form::Independent, *kind));
            assert_eq!(is_controller(Form::School, *kind), *kind == OrganisationKind::Board);
            let own = *kind == OrganisationKind::Partnership;
            assert_eq!(is_controller(Form::SupportPoint, *kind), own);
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
