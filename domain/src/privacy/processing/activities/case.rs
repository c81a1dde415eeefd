//! What the program does with data of a case, from the conversation at school to the talk that is announced.

use super::{BUDDIES, COORDINATOR, JOURNAL, LOGGED, PARENTS, POLICY, SEALED};
use crate::privacy::processing::Activity;
use crate::privacy::retention::RetentionTerm::{
    ContactWay, Matched, PrivateSpace, Supported, Unmatched, Waiting, Withdrawn,
};
use crate::text::Text;

const CHILDREN: Text = Text::of(
    "het kind van de ouder, voor zover zij en haar buddy over hem of haar schrijven",
    "the parent's child, as far as she and her buddy write about him or her",
);
const MENTIONED: Text = Text::of(
    "wie ouder en buddy in hun eigen woorden noemen, zoals een leraar",
    "whom parent and buddy name in words of their own, such as a teacher",
);
const TOLD_TO_SCHOOL: Text = Text::of(
    "toegang per handeling, rol en zaak; de school leest alleen wat de ouder haar aankondigt, als lijst en als agendabestand, en noteert \
     daarop een praktisch bezwaar: geen zaak, geen naam van de ouder en niet waarom iets niet doorgaat",
    "access by action, role and case; the school reads only what the parent announces to it, as a list and as a calendar file, and notes \
     a practical objection to it: no case, no name of the parent, and not why something is off",
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

/// The conversation at school.
pub(super) const SIGNPOSTING: Activity = Activity {
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
    recipients: &[
        Text::of("de school: alleen haar eigen kant", "the school: its own side only"),
        Text::of(
            "een systeem dat de school aansluit: hetzelfde",
            "a system that the school connects: the same",
        ),
        Text::of("wie de code van de ouder heeft: haar kant", "whoever holds the parent's code: her side"),
    ],
    retention: Text::of(
        "het gesprek en de stappen van school zes maanden, ook hoe het eindigde; de stappen en de code van de ouder dertig dagen nadat zij \
             stopte; aantallen per kwartaal blijven",
        "the conversation and the school's steps six months, and how it ended; the parent's steps and code thirty days after she stopped; \
             numbers by quarter stay",
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
};

/// Seeking a buddy.
pub(super) const MATCHING: Activity = Activity {
    code: "matching",
    name: Text::of("Een buddy zoeken", "Seeking a buddy"),
    purpose: Text::of(
        "een passende en onafhankelijke buddy vinden voor een ouder die daarom vraagt",
        "to find a fitting and independent buddy for a parent who asks for one",
    ),
    ground: CONSENT_AND_AGREEMENT,
    persons: &[PARENTS, BUDDIES],
    data: &[
        Text::of("hoe de ouder heet en bereikt wil worden", "what the parent is called and how to reach her"),
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
        Text::of(
            "de ouder zelf: ook de voornaam van wie haar wordt voorgesteld, en wat haar banden betekenen",
            "the parent herself: also the first name of whoever is proposed to her, and what her ties mean",
        ),
        COORDINATOR,
        Text::of(
            "wie als buddy wordt voorgesteld: eerst alleen om welke school het gaat",
            "whoever is proposed as a buddy: at first only which school it is about",
        ),
        Text::of("de buddy die de ouder kiest", "the buddy whom the parent chooses"),
    ],
    retention: Text::of(
        "ingetrokken 30 dagen, zonder buddy 90 dagen, met buddy een jaar na het einde; een aanvraag eindigt als de ouder een half jaar, \
             of met buddy een jaar, niet zegt dat zij doorgaat; bereikbaarheid dertig dagen na het einde, bij intrekking meteen weg, \
             en waar nooit toestemming kwam met de aanvraag; of wat het programma stelde",
        "withdrawn 30 days, without a buddy 90 days, with a buddy a year after the end; a request ends when the parent does not say \
             for half a year, or with a buddy for a year, that it goes on; how to reach her thirty days after the end, gone at once on \
             withdrawal, and where no consent ever came with the request; or what the programme set",
    ),
    terms: &[Withdrawn, Unmatched, Matched, ContactWay, Waiting, Supported],
    measures: &[SEALED, POLICY, LOGGED, JOURNAL],
};

/// Support by a buddy.
pub(super) const SUPPORT: Activity = Activity {
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
};

/// What parent and buddy write to each other.
pub(super) const PRIVATE_SPACE: Activity = Activity {
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
};

/// What a parent announces to school.
pub(super) const MEETING_ANNOUNCEMENTS: Activity = Activity {
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
        Text::of("voornaam en rol van de buddy, en de dag", "first name and role of the buddy, and the day"),
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
};
