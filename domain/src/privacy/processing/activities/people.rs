//! What it does with data of those who work with it: buddies, and whoever has an account.

use super::{BUDDIES, JOURNAL, LOGGED, PARENTS, POLICY, SEALED, STAFF};
use crate::privacy::processing::Activity;
use crate::privacy::retention::RetentionTerm::BuddyFile;
use crate::text::Text;

const AROUND_BUDDIES: Text = Text::of(
    "familie en vrienden van buddy's en coördinatoren, zonder naam: dat er iemand is met een band met een school of bestuur",
    "family and friends of buddies and coordinators, without a name: that there is somebody with a tie to a school or board",
);

/// Working with buddies.
pub(super) const VOLUNTEERS: Activity = Activity {
    code: "volunteers",
    name: Text::of("Werken met buddy's", "Working with buddies"),
    purpose: Text::of(
        "buddy's werven, scholen en begeleiden, en nagaan dat zij klaar en onafhankelijk zijn",
        "to recruit, train and guide buddies, and see that they are ready and independent",
    ),
    ground: Text::of(
        "uitvoering van de afspraken met de buddy (AVG art. 6 lid 1 b); voor banden het belang van de ouder bij onafhankelijkheid (6 lid \
             1 f)",
        "performance of the agreement with the buddy (GDPR art. 6(1)(b)); for ties the interest of the parent in independence \
             (6(1)(f))",
    ),
    persons: &[
        BUDDIES,
        Text::of("coördinatoren, over hun eigen banden", "coordinators, on ties of their own"),
        AROUND_BUDDIES,
    ],
    data: &[
        Text::of(
            "voornaam, talen, kennis, gemeenten, plaatsen",
            "first name, languages, knowledge, municipalities, places",
        ),
        Text::of(
            "bewijzen: soort en data, nooit het document",
            "certificates: kind and dates, never the document",
        ),
        Text::of("banden met scholen en besturen", "ties with schools and boards"),
        Text::of(
            "van coördinatoren: hun eigen banden, om te zien welke zaak naar een ander gaat",
            "of coordinators: their own ties, to see which case goes to another",
        ),
        Text::of("dat een buddy opnieuw wordt beoordeeld", "that a buddy is assessed again"),
    ],
    recipients: &[
        Text::of("de buddy zelf", "the buddy herself"),
        Text::of(
            "de coördinator van het programma: van de banden van coördinatoren alleen die van haarzelf",
            "the coordinator of the programme: of the ties of coordinators her own only",
        ),
        Text::of(
            "de ouder aan wie de buddy wordt voorgesteld: haar voornaam, en wat haar banden betekenen",
            "the parent to whom the buddy is proposed: her first name, and what her ties mean",
        ),
    ],
    retention: Text::of(
        "een jaar na vertrek, of wat het programma stelde; bewijzen tot de eerste ronde na de dag van vertrek; banden van coördinatoren als \
             het account",
        "a year after leaving, or what the programme set; certificates until the first round after the day of leaving; ties of \
             coordinators as the account",
    ),
    terms: &[BuddyFile],
    measures: &[SEALED, POLICY, LOGGED, JOURNAL],
};

/// Signing in, and roles.
pub(super) const ACCOUNTS: Activity = Activity {
    code: "accounts",
    name: Text::of("Aanmelden en rollen", "Signing in and roles"),
    purpose: Text::of("weten wie er belt en wat zij mag", "to know who calls and what she may do"),
    ground: Text::of(
        "uitvoering van de overeenkomst (AVG art. 6 lid 1 b)",
        "performance of the agreement (GDPR art. 6(1)(b))",
    ),
    persons: &[PARENTS, BUDDIES, STAFF],
    data: &[
        Text::of("een naam, een vingerafdruk van het mailadres", "a name, a fingerprint of the mail address"),
        Text::of(
            "het nummer bij een andere uitgever waarmee iemand zich aanmeldt, als vingerafdruk",
            "the number at another issuer with which somebody signs in, as a fingerprint",
        ),
        Text::of(
            "antwoorden op een aanroep die kan worden herhaald, verzegeld, een dag",
            "answers to a call that can be repeated, sealed, for a day",
        ),
        Text::of(
            "sleutels van mensen en zaken, zelf versleuteld, en van systemen het openbare deel",
            "keys of people and cases, themselves encrypted, and of systems the public part",
        ),
        Text::of("rollen, sessies en codes als vingerafdruk", "roles, sessions and codes as fingerprints"),
    ],
    recipients: &[
        Text::of("wie het account heeft: wat van haar is", "whoever has the account: what is hers"),
        Text::of("beheerders en toezichthouders: over rollen", "administrators and auditors: on roles"),
        Text::of(
            "de coördinator van het programma: de naam van wie zij inschrijft, als zij dat doet",
            "the coordinator of the programme: the name of whom she registers, as she does so",
        ),
    ],
    retention: Text::of(
        "dertig dagen na de laatste zaak, rol of sessie",
        "thirty days after the last case, role or session",
    ),
    terms: &[],
    measures: &[SEALED, JOURNAL],
};
