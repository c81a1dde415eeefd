//! What it does to account for all of it, and to carry out the rights of those whom data are about.

use super::{BUDDIES, COORDINATOR, JOURNAL, LOGGED, PARENTS, POLICY, SEALED, STAFF};
use crate::privacy::processing::Activity;
use crate::privacy::retention::RetentionTerm::{Matched, Unmatched, Withdrawn};
use crate::text::Text;

const PUPILS: Text = Text::of("leerlingen van 16 jaar of ouder", "pupils of 16 or older");
const CHILDREN_OF_CONSENT: Text = Text::of(
    "het kind: alleen dát een toestemming over zijn of haar gezondheid is gegeven, en of het zelf besliste",
    "the child: only that a consent on his or her health was given, and whether the child decided",
);

/// Consents, and that they are taken back.
pub(super) const CONSENTS: Activity = Activity {
    code: "consents",
    name: Text::of("Toestemmingen", "Consents"),
    purpose: Text::of(
        "laten zien waarvoor iemand toestemming gaf en in welke woorden, en stoppen zodra zij die terugneemt",
        "to show what somebody consented to and in which words, and to stop once she takes it back",
    ),
    ground: Text::of(
        "wettelijke plicht om toestemming te kunnen aantonen en ontvangers te laten weten dat zij is ingetrokken (AVG art. 7 lid 1 en 3, 19)",
        "legal obligation to demonstrate consent and to tell recipients that it was withdrawn (GDPR art. 7(1), 7(3), 19)",
    ),
    persons: &[PARENTS, PUPILS, CHILDREN_OF_CONSENT, BUDDIES],
    data: &[
        Text::of(
            "welke toestemming, in welke woorden, wanneer gegeven, bevestigd, verlopen en teruggenomen",
            "which consent, in which words, when given, confirmed, lapsed and taken back",
        ),
        Text::of(
            "welke andere programma's de ouder zag, waar een school het programma heeft dat zij vroeg",
            "which other programmes the parent saw, where a school runs the one that she asked",
        ),
        Text::of(
            "van een leerling van 16 jaar of ouder: een vingerafdruk van een code, en ja of nee; geen naam",
            "of a pupil of 16 or older: a fingerprint of a code, and yes or no; no name",
        ),
        Text::of(
            "wie is gevraagd niets te bewaren, en wanneer dat is bevestigd, ook van een zaak die is gewist",
            "who was asked to keep nothing, and when that was confirmed, also of a case that was erased",
        ),
        Text::of(
            "na het wissen: een vingerafdruk, de woorden en de dagen; geen naam",
            "after erasure: a fingerprint, the words and the days; no name",
        ),
    ],
    recipients: &[
        Text::of("de ouder zelf: die van haar", "the parent herself: those of hers"),
        COORDINATOR,
        Text::of("een buddy: wat aan haar is gevraagd", "a buddy: what she was asked"),
        Text::of(
            "wie de code van een leerling heeft: wat daarmee is gezegd, en in welke woorden",
            "whoever holds a pupil's code: what was said with it, and in which words",
        ),
        Text::of(
            "wie de code heeft uit een brief die om bevestiging vraagt: waarvoor de toestemming is, bij welk programma en in welke woorden",
            "whoever holds the code of a letter that asks to confirm: what the consent is for, at which programme and in which words",
        ),
    ],
    retention: Text::of(
        "als de zaak: ingetrokken 30 dagen, zonder buddy 90 dagen, met buddy een jaar na het einde, of wat het programma stelde; het bewijs \
             zonder naam vijf jaar; de vraag aan ontvangers tot 90 dagen na het wissen",
        "as the case: withdrawn 30 days, without a buddy 90 days, with a buddy a year after the end, or what the programme set; the proof \
             without a name five years; the question to recipients until 90 days after the erasure",
    ),
    terms: &[Withdrawn, Unmatched, Matched],
    measures: &[POLICY, LOGGED, JOURNAL],
};

/// Carrying out the rights of those whom data are about.
pub(super) const RIGHTS: Activity = Activity {
    code: "rights",
    name: Text::of("Rechten uitvoeren", "Carrying out rights"),
    purpose: Text::of(
        "inzage geven, wissen, en niet wissen zolang dat niet mag",
        "to give access, to erase, and not to erase while that may not be",
    ),
    ground: Text::of(
        "wettelijke plicht (AVG art. 12, 15, 17, 18 en 20)",
        "legal obligation (GDPR art. 12, 15, 17, 18 and 20)",
    ),
    persons: &[PARENTS, BUDDIES, STAFF],
    data: &[
        Text::of("dat iemand vroeg om wissen, en wanneer", "that somebody asked for erasure, and when"),
        Text::of(
            "een export: alles wat van haar is, als een verzegeld geheel",
            "an export: everything that is hers, as one sealed whole",
        ),
        Text::of(
            "waarom een zaak wordt vastgehouden, door wie en tot wanneer",
            "why a case is held, by whom and until when",
        ),
        Text::of(
            "grafstenen: een vingerafdruk van wat is gewist, teruggenomen of beëindigd",
            "tombstones: a fingerprint of what was erased, taken back or ended",
        ),
    ],
    recipients: &[
        Text::of("zij zelf", "she herself"),
        Text::of(
            "de coördinator van het programma: dat om wissen is gevraagd, en waarom een zaak wordt vastgehouden, niet door wie",
            "the coordinator of the programme: that erasure was asked for, and why a case is held, not by whom",
        ),
        Text::of(
            "beheerders: hetzelfde, van een zaak die wordt vastgehouden",
            "administrators: the same, of a case that is held",
        ),
        Text::of("een buddy: dat om wissen is gevraagd", "a buddy: that erasure was asked for"),
    ],
    retention: Text::of(
        "een export een dag; de vraag om te wissen als het account; wat een zaak vasthoudt als de zaak, gewoonlijk of zoals wat het \
             programma stelde; grafstenen blijven",
        "an export a day; the request for erasure as the account; what holds a case as the case, usually or by what the programme set; \
             tombstones stay",
    ),
    terms: &[Withdrawn, Unmatched, Matched],
    measures: &[SEALED, JOURNAL],
};

/// Showing who read and changed what.
pub(super) const ACCOUNTABILITY: Activity = Activity {
    code: "accountability",
    name: Text::of("Verantwoorden", "Accounting for it"),
    purpose: Text::of(
        "laten zien wie wat las en veranderde, ook aan wie het aangaat, en wie daarop wacht laten weten dat er iets veranderde",
        "to show who read and changed what, also to whom it concerns, and to let whoever waits for it know that something changed",
    ),
    ground: Text::of(
        "wettelijke plicht (AVG art. 5 lid 2, 15, 30 en 32); voor gebeurtenissen het belang om op tijd te weten dat er iets te doen is (6 \
             lid 1 f)",
        "legal obligation (GDPR art. 5(2), 15, 30 and 32); for events the interest in knowing in time that there is something to do \
             (6(1)(f))",
    ),
    persons: &[PARENTS, BUDDIES, STAFF],
    data: &[
        Text::of(
            "wie, in welke rol, wat voor gegevens, wanneer en waarvoor; nooit de gegevens zelf",
            "who, in which role, what kind of data, when and what for; never the data themselves",
        ),
        Text::of(
            "wie wat veranderde, in welke rol en waarvoor; nooit een waarde",
            "who changed what, in which role and what for; never a value",
        ),
        Text::of(
            "als gebeurtenis: welk soort verandering er was, aan welk nummer en wanneer; geen mens en geen rol",
            "as an event: what kind of change there was, to which id and when; no person and no role",
        ),
        Text::of(
            "waar gebeurtenissen naartoe worden gestuurd, wie dat instelde, en of zij aankwamen",
            "where events are sent, who set that, and whether they arrived",
        ),
    ],
    recipients: &[
        Text::of(
            "wie het aangaat: rol en organisatie van de lezer",
            "whom it concerns: role and organisation of the reader",
        ),
        Text::of(
            "de coördinator van het programma: gebeurtenissen van dat programma, en waar die naartoe gaan",
            "the coordinator of the programme: events of that programme, and where they go",
        ),
        Text::of(
            "beheerders en toezichthouders: hetzelfde, van elk programma",
            "administrators and auditors: the same, of every programme",
        ),
        Text::of(
            "een systeem dat gebeurtenissen leest: die van de programma's van zijn organisatie",
            "a system that reads events: those of the programmes of its organisation",
        ),
        Text::of(
            "ontvangers van webhooks: de gebeurtenissen waarvoor een coördinator of beheerder hen instelde",
            "receivers of webhooks: the events for which a coordinator or administrator set them",
        ),
        Text::of(
            "wie de database beheert: de rest, en bij onderzoek aan wie zij het geeft, zoals de functionaris gegevensbescherming",
            "whoever administers the database: the rest, and in an inquiry whom she gives it to, such as the data protection officer",
        ),
    ],
    retention: Text::of(
        "inzagelogboek twee jaar; het logboek van veranderingen blijft; waar gebeurtenissen naartoe gaan zolang dat is \
             ingesteld; wat is gestuurd dertig dagen",
        "access log two years; the journal of changes stays; where events are sent as long as that is set; what was sent thirty days",
    ),
    terms: &[],
    measures: &[JOURNAL],
};
