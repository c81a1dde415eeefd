//! What the program does with personal data, activity by activity: the lines of the register.

mod accounting;
mod case;
mod people;

use super::Activity;
use crate::text::Text;

const PARENTS: Text = Text::of("ouders die steun vragen", "parents who ask for support");
const BUDDIES: Text = Text::of("buddy's", "buddies");
const STAFF: Text =
    Text::of("mensen met een rol in een organisatie", "people with a role in an organisation");
const COORDINATOR: Text = Text::of("de coördinator van het programma", "the coordinator of the programme");
const SEALED: Text = Text::of(
    "namen, contactgegevens en vrije tekst versleuteld, met een sleutel per persoon of zaak",
    "names, contact data and free text encrypted, with a key per person or case",
);
const POLICY: Text = Text::of(
    "toegang per handeling, rol en zaak; de kant van school heeft geen regel",
    "access by action, role and case; the school's side has no line",
);
const LOGGED: Text = Text::of(
    "elke inzage vastgelegd voordat het antwoord wordt gegeven; de ouder leest dat zelf",
    "each reading recorded before the answer is given; the parent reads that herself",
);
const JOURNAL: Text = Text::of(
    "elke verandering in een logboek dat vervalsing laat zien, zonder gegevens van mensen",
    "each change in a journal that shows tampering, without data of people",
);

/// Every activity, in the order of a case.
pub const ACTIVITIES: &[Activity] = &[
    case::SIGNPOSTING,
    case::MATCHING,
    case::SUPPORT,
    case::PRIVATE_SPACE,
    case::MEETING_ANNOUNCEMENTS,
    accounting::CONSENTS,
    accounting::RIGHTS,
    people::VOLUNTEERS,
    people::ACCOUNTS,
    accounting::ACCOUNTABILITY,
];
