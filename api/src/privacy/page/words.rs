//! The words of an export's page: what each collection, each member and each code is called.

use naast_domain::buddies::{BuddyStatus, CertificateKind, Channel, SpokenLanguage};
use naast_domain::code::Code;
use naast_domain::identity::SessionEnd;
use naast_domain::independence::TieKind;
use naast_domain::journal::Purpose;
use naast_domain::matching::{Answer, CancellationReason, ProposalState};
use naast_domain::organisations::{MembershipStatus, Role};
use naast_domain::privacy::HoldReason;
use naast_domain::privacy::access::{DataKind, SubjectKind};
use naast_domain::privacy::consents::{ConfirmedHow, ConsentKind, GivenHow, NoticeState, RecipientKind};
use naast_domain::programmes::OrganisationForm;
use naast_domain::requests::{
    ContactKind, ContinuedBy, Origin, RequestState, SupportDuration, Topic, WithdrawnBy,
};
use naast_domain::support::announcements::{AnnouncementState, Objection};
use naast_domain::support::private_space::{NoteKind, PrivateSide};
use naast_domain::support::{ClosureReason, ContactTask, MatchState, PauseReason};
use naast_domain::text::Text;

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
    ("finding", "Over welke band", "On which tie"),
    ("findings", "Welke banden de buddy heeft", "Which ties the buddy has"),
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
    ("profile", "Opleidingsprofiel", "Training profile"),
    ("programme", "Programma", "Programme"),
    ("programmeForm", "Vorm van het programma toen", "Form of the programme then"),
    ("programmeId", "Programma (nummer)", "Programme (number)"),
    ("proposedAt", "Voorgesteld op", "Proposed on"),
    ("purpose", "Waarvoor", "What for"),
    ("readAt", "Bekeken op", "Read on"),
    ("readyUntilDate", "Klaar om te helpen tot", "Ready to help until"),
    ("recordedAt", "Vastgelegd op", "Recorded on"),
    ("requestId", "Hoort bij aanvraag", "Belongs to request"),
    ("resumedAt", "Weer verder op", "Resumed on"),
    ("role", "Rol", "Role"),
    ("runningMatches", "Lopende koppelingen", "Running matches"),
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

fn label<C: Code>(code: &str) -> Option<Text> {
    C::parse(code).ok().map(Code::label)
}

type Label = fn(&str) -> Option<Text>;

/// The lists of codes, by collection and member.
const LISTS: &[(&str, &str, Label)] = &[
    ("account.roles", "role", label::<Role>),
    ("account.roles", "status", label::<MembershipStatus>),
    ("account.sessions", "endedBecause", label::<SessionEnd>),
    ("accessLog", "asWhom", label::<SubjectKind>),
    ("accessLog", "data", label::<DataKind>),
    ("accessLog", "purpose", label::<Purpose>),
    ("accessLog", "role", label::<Role>),
    ("buddyProfiles", "channels", label::<Channel>),
    ("buddyProfiles", "languages", label::<SpokenLanguage>),
    ("buddyProfiles", "specialisms", label::<Topic>),
    ("buddyProfiles", "status", label::<BuddyStatus>),
    ("buddyProfiles.certificates", "kind", label::<CertificateKind>),
    ("buddyProfiles.ties", "kind", label::<TieKind>),
    ("coordinatorTies", "kind", label::<TieKind>),
    ("parties", "role", label::<Role>),
    ("requests", "channel", label::<Channel>),
    ("requests", "duration", label::<SupportDuration>),
    ("requests", "language", label::<SpokenLanguage>),
    ("requests", "origin", label::<Origin>),
    ("requests", "state", label::<RequestState>),
    ("requests", "topics", label::<Topic>),
    ("requests", "continuedBy", label::<ContinuedBy>),
    ("requests", "endedBecause", label::<ClosureReason>),
    ("requests", "withdrawnBy", label::<WithdrawnBy>),
    ("requests.consents", "kind", label::<ConsentKind>),
    ("requests.consents", "givenHow", label::<GivenHow>),
    ("requests.consents", "confirmedHow", label::<ConfirmedHow>),
    ("requests.consents", "withdrawnBy", label::<WithdrawnBy>),
    ("requests.consents", "programmeForm", label::<OrganisationForm>),
    ("requests.withdrawalRecipients", "kind", label::<RecipientKind>),
    ("requests.withdrawalRecipients", "state", label::<NoticeState>),
    ("requests.withdrawalRecipients", "withdrawnKinds", label::<ConsentKind>),
    ("requests.contact", "kind", label::<ContactKind>),
    ("requests.holds", "because", label::<HoldReason>),
    ("requests.matches", "closedBecause", label::<ClosureReason>),
    ("requests.matches", "pausedFor", label::<PauseReason>),
    ("requests.matches", "state", label::<MatchState>),
    ("requests.matches.announcements", "state", label::<AnnouncementState>),
    ("requests.matches.announcements.objections", "objection", label::<Objection>),
    ("requests.matches.contacts", "channel", label::<Channel>),
    ("requests.matches.contacts", "task", label::<ContactTask>),
    ("requests.matches.privateSpace", "kind", label::<NoteKind>),
    ("requests.matches.privateSpace", "writer", label::<PrivateSide>),
    ("requests.proposals", "cancelledBecause", label::<CancellationReason>),
    ("requests.proposals", "parentAnswer", label::<Answer>),
    ("requests.proposals", "state", label::<ProposalState>),
    ("requests.proposals.tieAnswers", "answer", label::<Answer>),
    ("requests.proposals.earlierTieAnswers", "answer", label::<Answer>),
];

/// What a code of a member is called.
pub(super) fn of_code(collection: &str, member: &str, code: &str) -> Option<Text> {
    let list = LISTS.iter().find(|(of, name, _)| (*of, *name) == (collection, member));
    list.and_then(|(.., label)| label(code))
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
        let promised = |of: &str, name: &str| {
            of == "parties"
                || tables().flat_map(|table| table.columns).filter_map(place_of).any(|one| one == (of, name))
        };
        for (of, name, _) in LISTS {
            assert!(promised(of, name), "LISTS names {name} of {of}, which nobody gets");
        }
    }
}
