//! What the program does with personal data, activity by activity: the lines of the register.

use super::Activity;
use crate::privacy::retention::RetentionTerm::{
    BuddyFile, ContactWay, Matched, PrivateSpace, Supported, Unmatched, Waiting, Withdrawn,
};
use crate::text::Text;

const PARENTS: Text = Text::of("ouders die steun vragen", "parents who ask for support");
const PUPILS: Text = Text::of("leerlingen van 16 jaar of ouder", "pupils of 16 or older");
const CHILDREN: Text = Text::of(
    "het kind van de ouder, voor zover zij en haar buddy over hem of haar schrijven",
    "the parent's child, as far as she and her buddy write about him or her",
);
const CHILDREN_OF_CONSENT: Text = Text::of(
    "het kind: alleen dát een toestemming over zijn of haar gezondheid is gegeven, en of het zelf besliste",
    "the child: only that a consent on his or her health was given, and whether the child decided",
);
const MENTIONED: Text = Text::of(
    "wie ouder en buddy in hun eigen woorden noemen, zoals een leraar",
    "whom parent and buddy name in words of their own, such as a teacher",
);
const AROUND_BUDDIES: Text = Text::of(
    "familie en vrienden van buddy's en coördinatoren, zonder naam: dat er iemand is met een band met een school of bestuur",
    "family and friends of buddies and coordinators, without a name: that there is somebody with a tie to a school or board",
);
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
const TOLD_TO_SCHOOL: Text = Text::of(
    "toegang per handeling, rol en zaak; de school leest alleen wat de ouder haar aankondigt, als lijst en als agendabestand, en noteert \
     daarop een praktisch bezwaar: geen zaak, geen naam van de ouder en niet waarom iets niet doorgaat",
    "access by action, role and case; the school reads only what the parent announces to it, as a list and as a calendar file, and notes \
     a practical objection to it: no case, no name of the parent, and not why something is off",
);
const LOGGED: Text = Text::of(
    "elke inzage vastgelegd voordat het antwoord wordt gegeven; de ouder leest dat zelf",
    "each reading recorded before the answer is given; the parent reads that herself",
);
const JOURNAL: Text = Text::of(
    "elke verandering in een logboek dat vervalsing laat zien, zonder gegevens van mensen",
    "each change in a journal that shows tampering, without data of people",
);
const CONSENT_AND_AGREEMENT: Text = Text::of(
    "van ouders: toestemming (AVG art. 6 lid 1 a), per doel, altijd in te trekken. Tot zij die geeft: dat zij er zelf om vroeg (6 lid 1 b). Na \
     het einde of een intrekking, tot de termijn om is: het belang om vragen en klachten te kunnen beantwoorden en te laten zien wat is \
     gedaan (6 lid 1 f, 5 lid 2). Van buddy's: de afspraken met hen (6 lid 1 b), en voor hun banden het belang van de ouder bij een \
     onafhankelijke buddy (6 lid 1 f)",
    "of parents: consent (GDPR art. 6(1)(a)), for each purpose, to be withdrawn at any time. Until she gives it: that she asked for it \
     herself (6(1)(b)). After the end or a withdrawal, until the term is over: the interest in being able to answer questions and complaints \
     and to show what was done (6(1)(f), 5(2)). Of buddies: the agreement with them (6(1)(b)), and for their ties the interest of the \
     parent in an independent buddy (6(1)(f))",
);

/// Every activity, in the order of a case.
pub const ACTIVITIES: &[Activity] = &[
    Activity {
        code: "signposting",
        name: Text::of("Gesprek op school", "Conversation at school"),
        purpose: Text::of(
            "een ouder op een respectvolle manier wijzen op steun, en haar zelf laten kiezen",
            "to point out support to a parent with respect, and let her choose",
        ),
        ground: Text::of(
            "gerechtvaardigd belang (AVG art. 6 lid 1 f), van een openbare school haar taak (6 lid 1 e): het gesprek houdt geen naam; voor de \
             overdracht toestemming van de ouder",
            "legitimate interest (GDPR art. 6(1)(f)), of a public-authority school its task (6(1)(e)): the conversation holds no name; for the \
             hand-over the parent's consent",
        ),
        persons: &[Text::of("ouders in een gesprek op school", "parents in a conversation at school")],
        data: &[
            Text::of(
                "een willekeurig kenmerk waaronder de school zelf de ouder kent, de aanleiding, de stappen en hun tijd, en wat de ouder op de \
                 eerste en de tweede vraag zei",
                "a random reference by which the school itself knows the parent, the ground, the steps and their times, and what the parent \
                 said to the first and the second question",
            ),
            Text::of("een vingerafdruk van de code van de ouder", "a fingerprint of the parent's code"),
        ],
        recipients: &[Text::of(
            "de school, en een schoolsysteem dat zij aansluit: alleen de kant van school",
            "the school, and a system that it connects: the school's side only",
        )],
        retention: Text::of(
            "het gesprek en de stappen van school zes maanden; wat de ouder zelf deed dertig dagen nadat zij stopte; aantallen per kwartaal \
             blijven",
            "the conversation and the school's steps six months; what the parent did herself thirty days after she stopped; numbers by \
             quarter stay",
        ),
        terms: &[],
        measures: &[
            Text::of("geen veld voor een naam of contactgegeven", "no field for a name or contact way"),
            Text::of(
                "is er een buddy uitgelegd, dan zien nee, stoppen en geen antwoord er op school hetzelfde uit",
                "once a buddy was explained, a no, a stop and no answer look the same at school",
            ),
            JOURNAL,
        ],
    },
    Activity {
        code: "matching",
        name: Text::of("Een buddy zoeken", "Seeking a buddy"),
        purpose: Text::of(
            "een passende en onafhankelijke buddy vinden voor een ouder die daarom vraagt",
            "to find a fitting and independent buddy for a parent who asks for one",
        ),
        ground: CONSENT_AND_AGREEMENT,
        persons: &[PARENTS, BUDDIES],
        data: &[
            Text::of(
                "hoe de ouder heet en bereikt wil worden",
                "what the parent is called and how to reach her",
            ),
            Text::of(
                "wensen: duur, vorm, onderwerpen, taal, school",
                "wishes: duration, form, topics, language, school",
            ),
            Text::of(
                "voorstellen, en wat ouder en buddy antwoordden, ook op elke band",
                "proposals, and what parent and buddy answered, also on each tie",
            ),
            Text::of(
                "mogelijke buddy's, punten, banden en het besluit",
                "possible buddies, points, ties and the decision",
            ),
        ],
        recipients: &[
            COORDINATOR,
            Text::of("de buddy die de ouder kiest", "the buddy whom the parent chooses"),
        ],
        retention: Text::of(
            "ingetrokken 30 dagen, zonder buddy 90 dagen, met buddy een jaar na het einde; een aanvraag eindigt als de ouder een half jaar, \
             of met buddy een jaar, niet zegt dat zij doorgaat; bereikbaarheid dertig dagen, bij intrekking meteen weg; of wat het \
             programma stelde",
            "withdrawn 30 days, without a buddy 90 days, with a buddy a year after the end; a request ends when the parent does not say \
             for half a year, or with a buddy for a year, that it goes on; how to reach her thirty days, gone at once on withdrawal; or \
             what the programme set",
        ),
        terms: &[Withdrawn, Unmatched, Matched, ContactWay, Waiting, Supported],
        measures: &[SEALED, POLICY, LOGGED, JOURNAL],
    },
    Activity {
        code: "support",
        name: Text::of("Steun door een buddy", "Support by a buddy"),
        purpose: Text::of(
            "de steun mogelijk maken en de buddy daarbij begeleiden",
            "to make the support possible and guide the buddy in it",
        ),
        ground: CONSENT_AND_AGREEMENT,
        persons: &[PARENTS, BUDDIES],
        data: &[
            Text::of(
                "wie met wie, wanneer, waarom het rust of stopt",
                "who with whom, when, why it rests or ends",
            ),
            Text::of(
                "dat zij elkaar spraken: dag, duur en soort; niet wat",
                "that they met: day, length and kind; not what",
            ),
        ],
        recipients: &[COORDINATOR, Text::of("ouder en buddy zelf", "parent and buddy themselves")],
        retention: Text::of(
            "een jaar na het einde, 30 dagen na een intrekking; of wat het programma stelde",
            "a year after the end, 30 days after a withdrawal; or what the programme set",
        ),
        terms: &[Withdrawn, Matched],
        measures: &[POLICY, LOGGED, JOURNAL],
    },
    Activity {
        code: "private-space",
        name: Text::of("Besloten ruimte", "Private space"),
        purpose: Text::of(
            "ouder en buddy laten voorbereiden, terugkijken en overleggen zonder dat iemand meeleest",
            "to let parent and buddy prepare, look back and talk without anybody reading along",
        ),
        ground: Text::of(
            "toestemming van de ouder (AVG art. 6 lid 1 a); voor wat over de gezondheid van haar kind gaat de uitdrukkelijke \
             toestemming daarvoor (art. 9 lid 2 a), die zij of de leerling apart geeft",
            "the parent's consent (GDPR art. 6(1)(a)); for what is about her child's health the explicit consent to that (art. \
             9(2)(a)), which she or the pupil gives apart",
        ),
        persons: &[PARENTS, BUDDIES, CHILDREN, MENTIONED],
        data: &[Text::of(
            "aantekeningen, doelen en berichten, tot waar elk van beiden las, en of iets over de gezondheid van het kind gaat",
            "notes, goals and messages, up to where each of the two read, and whether something is about the child's health",
        )],
        recipients: &[Text::of(
            "de ouder, en haar buddy zolang de koppeling loopt; verder niemand, in geen enkele rol",
            "the parent, and her buddy while the match runs; nobody else, in any role",
        )],
        retention: Text::of(
            "dertig dagen na het einde van de steun, en nooit langer dan de zaak; of wat het programma stelde",
            "thirty days after the support ended, and never longer than the case; or what the programme set",
        ),
        terms: &[PrivateSpace, Withdrawn, Matched],
        measures: &[
            SEALED,
            Text::of(
                "geen spoor in lijsten, tellingen, versies, gebeurtenissen of meldingen van anderen",
                "no trace in lists, counts, versions, events or messages of others",
            ),
            LOGGED,
        ],
    },
    Activity {
        code: "meeting-announcements",
        name: Text::of("Aankondiging van een gesprek", "Announcement of a talk"),
        purpose: Text::of(
            "school laten weten dat er iemand meekomt, als de ouder dat wil",
            "to let school know that somebody comes along, when the parent wants that",
        ),
        ground: Text::of(
            "toestemming van de ouder per gesprek (AVG art. 6 lid 1 a)",
            "the parent's consent for each talk (GDPR art. 6(1)(a))",
        ),
        persons: &[PARENTS, BUDDIES],
        data: &[
            Text::of(
                "voornaam en rol van de buddy, en de dag",
                "first name and role of the buddy, and the day",
            ),
            Text::of(
                "wat school daarover noteert, uit een vaste lijst",
                "what school notes on it, from a closed list",
            ),
        ],
        recipients: &[
            Text::of("de school die de ouder noemt", "the school that the parent names"),
            COORDINATOR,
            Text::of("ouder en buddy zelf", "parent and buddy themselves"),
        ],
        retention: Text::of(
            "wat school hoorde tot de dag voorbij is, ook als de zaak eerder is gewist; verder als de zaak: een jaar na het einde, 30 dagen na \
             een intrekking; of wat het programma stelde",
            "what school was told until the day is over, also when the case was erased before; otherwise as the case: a year after the end, \
             30 days after a withdrawal; or what the programme set",
        ),
        terms: &[Withdrawn, Matched],
        measures: &[SEALED, TOLD_TO_SCHOOL, LOGGED, JOURNAL],
    },
    Activity {
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
            COORDINATOR,
            Text::of("een buddy: wat aan haar is gevraagd", "a buddy: what she was asked"),
        ],
        retention: Text::of(
            "als de zaak: ingetrokken 30 dagen, zonder buddy 90 dagen, met buddy een jaar na het einde, of wat het programma stelde; het bewijs \
             zonder naam vijf jaar; de vraag aan ontvangers tot 90 dagen na het wissen",
            "as the case: withdrawn 30 days, without a buddy 90 days, with a buddy a year after the end, or what the programme set; the proof \
             without a name five years; the question to recipients until 90 days after the erasure",
        ),
        terms: &[Withdrawn, Unmatched, Matched],
        measures: &[POLICY, LOGGED, JOURNAL],
    },
    Activity {
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
                "van een zaak die wordt vastgehouden: de coördinator en de beheerder, zonder wie",
                "of a case that is held: the coordinator and the administrator, without who",
            ),
        ],
        retention: Text::of(
            "een export een dag; de vraag om te wissen als het account; wat een zaak vasthoudt als de zaak, gewoonlijk of zoals wat het \
             programma stelde; grafstenen blijven",
            "an export a day; the request for erasure as the account; what holds a case as the case, usually or by what the programme set; \
             tombstones stay",
        ),
        terms: &[Withdrawn, Unmatched, Matched],
        measures: &[SEALED, JOURNAL],
    },
    Activity {
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
            COORDINATOR,
            Text::of(
                "de ouder aan wie de buddy wordt voorgesteld",
                "the parent to whom the buddy is proposed",
            ),
        ],
        retention: Text::of(
            "een jaar na vertrek, of wat het programma stelde; bewijzen tot vertrek; banden van coördinatoren als het account",
            "a year after leaving, or what the programme set; certificates until leaving; ties of coordinators as the account",
        ),
        terms: &[BuddyFile],
        measures: &[SEALED, POLICY, LOGGED, JOURNAL],
    },
    Activity {
        code: "accounts",
        name: Text::of("Aanmelden en rollen", "Signing in and roles"),
        purpose: Text::of("weten wie er belt en wat zij mag", "to know who calls and what she may do"),
        ground: Text::of(
            "uitvoering van de overeenkomst (AVG art. 6 lid 1 b)",
            "performance of the agreement (GDPR art. 6(1)(b))",
        ),
        persons: &[PARENTS, BUDDIES, STAFF],
        data: &[
            Text::of(
                "een naam, een vingerafdruk van het mailadres",
                "a name, a fingerprint of the mail address",
            ),
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
            Text::of(
                "rollen, sessies en codes als vingerafdruk",
                "roles, sessions and codes as fingerprints",
            ),
        ],
        recipients: &[Text::of("beheerders, over rollen", "administrators, on roles")],
        retention: Text::of(
            "dertig dagen na de laatste zaak, rol of sessie",
            "thirty days after the last case, role or session",
        ),
        terms: &[],
        measures: &[SEALED, JOURNAL],
    },
    Activity {
        code: "accountability",
        name: Text::of("Verantwoorden", "Accounting for it"),
        purpose: Text::of(
            "laten zien wie wat las en veranderde, ook aan wie het aangaat",
            "to show who read and changed what, also to whom it concerns",
        ),
        ground: Text::of(
            "wettelijke plicht (AVG art. 5 lid 2, 15, 30 en 32)",
            "legal obligation (GDPR art. 5(2), 15, 30 and 32)",
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
        ],
        recipients: &[
            Text::of(
                "wie het aangaat: rol en organisatie van de lezer",
                "whom it concerns: role and organisation of the reader",
            ),
            Text::of(
                "de functionaris gegevensbescherming, bij onderzoek",
                "the data protection officer, in an inquiry",
            ),
        ],
        retention: Text::of(
            "inzagelogboek twee jaar; het logboek van veranderingen blijft",
            "access log two years; the journal of changes stays",
        ),
        terms: &[],
        measures: &[JOURNAL],
    },
];
