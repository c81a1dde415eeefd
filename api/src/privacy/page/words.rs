//! The words of an export's page: what each collection and each member is called. What the codes are called stands with the columns.

use naast_domain::organisations::Role;
use naast_persistence::privacy::classification::{Shown, label};
use naast_persistence::privacy::export;

type Words = &'static [(&'static str, &'static str, &'static str)];

/// The collections in the order in which they are shown.
pub(super) const TITLES: Words = &[
    ("account", "Uw account", "Your account"),
    ("account.roles", "Uw rollen", "Your roles"),
    ("account.sessions", "Wanneer u inlogde", "When you signed in"),
    ("account.signInAddresses", "Uw inlogadressen", "Your addresses for signing in"),
    ("account.externalAccounts", "Andere accounts waarmee u inlogt", "Other accounts that you sign in with"),
    ("requests", "Uw aanvragen", "Your requests"),
    ("requests.contact", "Hoe u bereikbaar bent", "How to reach you"),
    ("requests.consents", "Uw toestemmingen", "Your consents"),
    (
        "requests.programmesShown",
        "Welke programma's u zag, zoals toen is gezegd",
        "Which programmes you were shown, as was said then",
    ),
    ("requests.withdrawalRecipients", "Wie hoort dat u iets intrekt", "Who is told what you take back"),
    ("requests.proposals", "Voorstellen aan u", "Proposals to you"),
    (
        "requests.proposals.assessment",
        "Wat wij u over de buddy vertelden",
        "What we told you about the buddy",
    ),
    ("requests.proposals.tieAnswers", "Uw antwoorden daarop", "Your answers to that"),
    ("requests.proposals.earlierTieAnswers", "Uw eerdere antwoorden daarop", "Your earlier answers to that"),
    ("requests.matches", "Uw koppelingen", "Your matches"),
    ("requests.matches.pauses", "Wanneer de koppeling pauze had", "When the match rested"),
    ("requests.matches.contacts", "Wanneer u elkaar sprak", "When you met"),
    ("requests.matches.privateSpace", "Uw besloten ruimte", "Your private space"),
    ("requests.matches.announcements", "Aangekondigde gesprekken", "Talks that you announced"),
    (
        "requests.matches.announcements.objections",
        "Wat school daarover liet weten",
        "What school said about them",
    ),
    ("requests.holds", "Waarom een zaak wordt vastgehouden", "Why a case is held"),
    ("parties", "Wie er nog meer bij betrokken is", "Who else is involved"),
    ("buddyProfiles", "U als buddy", "You as a buddy"),
    ("buddyProfiles.ties", "Uw banden", "Your ties"),
    ("buddyProfiles.certificates", "Uw bewijzen", "Your certificates"),
    ("coordinatorTies", "Uw banden als coördinator", "Your ties as a coordinator"),
    (
        "coordinatorDeclarations",
        "Wanneer u zei dat u al uw banden als coördinator noemde",
        "When you said that you declared all your ties as a coordinator",
    ),
    ("accessLog", "Wie naar uw gegevens keek", "Who looked at your data"),
];

/// The members. What is not named here is shown under its own name: nothing is left out for want of a word.
pub(super) const MEMBERS: Words = &[
    ("aboutHealth", "Gaat over gezondheid", "About health"),
    ("about", "Gaat over", "Is about"),
    ("activity", "Onderdeel van", "Part of"),
    ("addedAt", "Toegevoegd op", "Added on"),
    ("announcedAt", "Aangekondigd op", "Announced on"),
    ("answer", "Uw antwoord", "Your answer"),
    ("answeredAt", "Beantwoord op", "Answered on"),
    ("asWhom", "Over u als", "Of you as"),
    ("assessedOnDate", "Beoordeeld op", "Assessed on"),
    ("because", "Reden", "Reason"),
    ("cancelledAt", "Ingetrokken op", "Cancelled on"),
    ("cancelledBecause", "Reden van het intrekken", "Reason of the cancellation"),
    ("callId", "Nummer van de inzage", "Number of the reading"),
    ("capacity", "Hoeveel ouders u wilt helpen", "How many parents you want to help"),
    ("changedAt", "Veranderd op", "Changed on"),
    ("channel", "Op welke manier", "In which way"),
    ("channels", "Op welke manieren", "In which ways"),
    ("closedBecause", "Reden van het einde", "Reason of the end"),
    ("confirmedAt", "Bevestigd op", "Confirmed on"),
    ("confirmedHow", "Hoe bevestigd", "How it was confirmed"),
    ("confirmedLanguage", "Taal bij het bevestigen", "Language when it was confirmed"),
    (
        "confirmedTextHash",
        "Controlegetal van de woorden bij het bevestigen",
        "Check number of the words when it was confirmed",
    ),
    (
        "confirmedTextVersion",
        "Versie van de woorden bij het bevestigen",
        "Version of the words when it was confirmed",
    ),
    ("consentEndToldAt", "Verteld dat een toestemming afloopt", "Told that a consent ends"),
    ("continuedAt", "Laatst gezegd dat het doorgaat", "Last said that it goes on"),
    ("continuedBy", "Opgeschreven door", "Noted by"),
    ("createdAt", "Vastgelegd op", "Recorded on"),
    ("data", "Welke gegevens", "Which data"),
    ("date", "Dag", "Day"),
    ("declaredAt", "Opgegeven op", "Declared on"),
    ("declaredDate", "Gezegd op", "Said on"),
    ("duration", "Hoe lang", "How long"),
    ("endedAt", "Geëindigd op", "Ended on"),
    ("endedBecause", "Reden van het einde", "Reason of the end"),
    ("erasureAskedAt", "U vroeg om wissen op", "You asked for erasure on"),
    ("expiresOnDate", "Geldig tot", "Valid until"),
    ("finding", "Waarop", "On what"),
    ("findings", "Wat wij u vertelden", "What we told you"),
    ("firstName", "Voornaam", "First name"),
    ("form", "Vorm van het programma", "Form of the programme"),
    ("furtherAnswer", "Antwoord op de vervolgvraag", "Answer to the further question"),
    ("givenAt", "Gegeven op", "Given on"),
    ("givenHow", "Hoe gegeven", "How it was given"),
    ("id", "Nummer", "Number"),
    ("issuedOnDate", "Afgegeven op", "Issued on"),
    ("issuer", "Van wie", "Whose"),
    ("kind", "Soort", "Kind"),
    ("language", "Taal", "Language"),
    ("languages", "Talen", "Languages"),
    ("lapsedAt", "Vervallen op", "Lapsed on"),
    ("lastDayToldAt", "Verteld dat de laatste dag nadert", "Told that the last day is near"),
    ("leftAt", "Gestopt op", "Left on"),
    ("liftedAt", "Opgeheven op", "Lifted on"),
    ("linkedAt", "Verbonden op", "Linked on"),
    ("locationCode", "School (vestigingscode)", "School (location code)"),
    ("minutes", "Minuten", "Minutes"),
    ("municipalityCode", "Gemeente (code)", "Municipality (code)"),
    ("municipalityCodes", "Gemeenten (codes)", "Municipalities (codes)"),
    ("name", "Naam", "Name"),
    ("notedAt", "Genoteerd op", "Noted on"),
    ("objection", "Praktisch bezwaar", "Practical objection"),
    ("objects", "Hoeveel", "How many"),
    ("organisation", "Organisatie", "Organisation"),
    ("organisationId", "Organisatie (nummer)", "Organisation (number)"),
    ("origin", "Hoe het begon", "How it began"),
    ("parentAnswer", "Uw antwoord", "Your answer"),
    ("pausedAt", "Pauze vanaf", "Paused from"),
    ("pausedFor", "Redenen van de pauze", "Reasons of the pause"),
    ("personId", "Nummer van uw account", "Number of your account"),
    ("placedAt", "Sinds", "Since"),
    ("poolOrganisationId", "Buddypool van", "Pool of buddies of"),
    ("profile", "Opleidingsprofiel", "Training profile"),
    ("programme", "Programma", "Programme"),
    ("programmeForm", "Vorm van het programma toen", "Form of the programme then"),
    ("programmeId", "Programma (nummer)", "Programme (number)"),
    ("proposedAt", "Voorgesteld op", "Proposed on"),
    ("purpose", "Waarvoor", "What for"),
    ("readAt", "Bekeken op", "Read on"),
    ("readyUntilDate", "Klaar om te helpen tot", "Ready to help until"),
    ("recipient", "Aan wie", "To whom"),
    ("recordedAt", "Vastgelegd op", "Recorded on"),
    ("requestId", "Hoort bij aanvraag", "Belongs to request"),
    ("resumedAt", "Weer verder op", "Resumed on"),
    ("role", "Rol", "Role"),
    ("runningMatches", "Lopende koppelingen", "Running matches"),
    ("saidAt", "Gezegd op", "Said on"),
    ("saidHow", "Hoe dat is gezegd", "How that was said"),
    ("sinceDate", "Sinds", "Since"),
    ("specialisms", "Onderwerpen", "Topics"),
    ("startedAt", "Begonnen op", "Begun on"),
    ("state", "Stand", "State"),
    ("status", "Stand", "State"),
    ("submittedAt", "Ingediend op", "Submitted on"),
    ("tableVersion", "Versie van de regels", "Version of the rules"),
    ("task", "Wat u samen deed", "What you did together"),
    ("text", "Tekst", "Text"),
    ("textHash", "Kenmerk van de tekst", "Fingerprint of the text"),
    ("textVersion", "Versie van de tekst", "Version of the text"),
    ("tiesAskedOnDate", "Gevraagd naar banden op", "Asked for ties on"),
    ("tiesDeclaredDate", "Banden opgegeven op", "Ties declared on"),
    ("toldAt", "Verteld op", "Told on"),
    ("topics", "Onderwerpen", "Topics"),
    ("untilDate", "Tot en met", "Until"),
    ("endSaidOnDate", "Einde opgegeven op", "End declared on"),
    ("updatedAt", "Veranderd op", "Changed on"),
    ("validUntilDate", "Geldig tot en met", "Valid until"),
    ("value", "Adres of nummer", "Address or number"),
    ("verdict", "Oordeel van de regels", "Verdict of the rules"),
    ("withdrawnAt", "Ingetrokken op", "Taken back on"),
    ("withdrawnBy", "Ingetrokken door", "Taken back by"),
    ("withdrawnKinds", "Wat is ingetrokken", "What was taken back"),
    ("writer", "Geschreven door", "Written by"),
    ("writtenAt", "Geschreven op", "Written on"),
];

/// How a member is shown: as the list of all columns says. Who else has a part in a case stands in no column.
pub(super) fn shown_at(collection: &str, member: &str) -> Shown {
    match (collection, member) {
        ("parties", "role") => Shown::Label(label::<Role>),
        _ => export::shown_at(collection, member),
    }
}

#[cfg(test)]
mod tests {
    use naast_persistence::privacy::classification::tables;
    use naast_persistence::privacy::export::place_of;

    use super::*;

    #[test]
    fn whatever_somebody_gets_has_words() {
        let knows = |words: Words, name: &str| words.iter().any(|(known, ..)| *known == name);
        for (collection, member) in tables().flat_map(|table| table.columns).filter_map(place_of) {
            assert!(knows(TITLES, collection), "TITLES has no words for {collection}");
            assert!(knows(MEMBERS, member), "MEMBERS has no words for {member} of {collection}");
        }
    }

    /// Members that are shown as they stand, although no name of theirs says that they are a day or a moment: what somebody wrote, numbers,
    /// yes and no, versions and fingerprints, and ids that are hers to quote.
    const AS_IT_STANDS: &[&str] = &[
        "aboutHealth",
        "callId",
        "capacity",
        "confirmedTextHash",
        "confirmedTextVersion",
        "firstName",
        "furtherAnswer",
        "id",
        "issuer",
        "minutes",
        "name",
        "objects",
        "personId",
        "profile",
        "runningMatches",
        "tableVersion",
        "text",
        "textHash",
        "textVersion",
        "value",
    ];

    #[test]
    fn of_every_column_that_somebody_gets_it_is_said_how_she_reads_it() {
        for column in tables().flat_map(|table| table.columns) {
            let Some((collection, member)) = place_of(column) else { continue };
            let stands = matches!(column.shown, Shown::AsItStands);
            let is_time = member.ends_with("At") || member.ends_with("Date") || member == "date";
            let reviewed = is_time || AS_IT_STANDS.contains(&member);
            assert_eq!(stands, reviewed, "say in the classification how {member} of {collection} is read");
        }
    }
}
