//! The types of events: an allow-list over the actions of the journal.

use crate::code::Code as _;
use crate::code_list;

code_list! {
    /// What happened, as a type of CloudEvents (NL GOV profile 1.1): reverse DNS, and never a value of a person.
    pub enum EventType {
        RequestSubmitted = "nl.naast.request.submitted": "aanvraag gedaan" / "request submitted",
        RequestReferred = "nl.naast.request.referred": "aanvraag na een gesprek op school" / "request after a conversation at school",
        RequestConsented = "nl.naast.request.consented": "toestemming gegeven" / "consent given",
        RequestMatched = "nl.naast.request.matched": "aanvraag gekoppeld" / "request matched",
        RequestMatchEnded = "nl.naast.request.match-ended": "koppeling van de aanvraag beëindigd" / "match of the request ended",
        RequestWithdrawn = "nl.naast.request.withdrawn": "aanvraag ingetrokken" / "request withdrawn",
        ProposalMade = "nl.naast.proposal.made": "voorstel gedaan" / "proposal made",
        ProposalTiesAnswered = "nl.naast.proposal.ties-answered": "banden beantwoord" / "ties answered",
        ProposalAnswered = "nl.naast.proposal.answered": "voorstel beantwoord" / "proposal answered",
        ProposalCancelled = "nl.naast.proposal.cancelled": "voorstel vervallen" / "proposal cancelled",
        ProposalReassessed = "nl.naast.proposal.reassessed": "voorstel opnieuw beoordeeld" / "proposal reassessed",
        MatchStarted = "nl.naast.match.started": "koppeling begonnen" / "match started",
        MatchPaused = "nl.naast.match.paused": "koppeling gepauzeerd" / "match paused",
        MatchResumed = "nl.naast.match.resumed": "koppeling hervat" / "match resumed",
        MatchClosed = "nl.naast.match.closed": "koppeling gesloten" / "match closed",
        MatchTieSettled = "nl.naast.match.tie-settled": "band bij een koppeling afgehandeld" / "tie of a match settled",
        ContactRecorded = "nl.naast.contact.recorded": "contact vastgelegd" / "contact recorded",
        BuddyRegistered = "nl.naast.buddy.registered": "buddy ingeschreven" / "buddy registered",
        BuddyChanged = "nl.naast.buddy.changed": "gegevens van buddy veranderd" / "buddy changed",
        BuddyTiesConfirmed = "nl.naast.buddy.ties-confirmed": "banden van buddy bevestigd" / "buddy's ties confirmed",
        CertificateRecorded = "nl.naast.certificate.recorded": "bewijs vastgelegd" / "certificate recorded",
        TieDeclared = "nl.naast.tie.declared": "band opgegeven" / "tie declared",
        TieEnded = "nl.naast.tie.ended": "band beëindigd" / "tie ended",
        ProgrammeStarted = "nl.naast.programme.started": "programma begonnen" / "programme started",
        ProgrammeFormChanged = "nl.naast.programme.form-changed": "vorm van programma veranderd" / "form of programme changed",
        ProgrammeSchoolCovered = "nl.naast.programme.school-covered": "school toegevoegd aan programma" / "school covered by programme",
        OrganisationRegistered = "nl.naast.organisation.registered": "organisatie ingeschreven" / "organisation registered",
        MembershipGiven = "nl.naast.membership.given": "rol gegeven" / "role given",
        MembershipChanged = "nl.naast.membership.changed": "rol veranderd" / "role changed",
        DirectoryImported = "nl.naast.directory.imported": "scholengegevens ingelezen" / "directory imported",
        WebhookSubscriptionCreated = "nl.naast.webhook-subscription.created": "webhook aangemaakt" / "webhook created",
        WebhookSubscriptionSecretRotated = "nl.naast.webhook-subscription.secret-rotated": "geheim van webhook vervangen" / "webhook's secret rotated",
        WebhookSubscriptionDisabled = "nl.naast.webhook-subscription.disabled": "webhook uitgezet" / "webhook disabled",
        WebhookSubscriptionEnabled = "nl.naast.webhook-subscription.enabled": "webhook aangezet" / "webhook enabled",
        AnnouncementMade = "nl.naast.announcement.made": "gesprek aangekondigd" / "talk announced",
        AnnouncementCancelled = "nl.naast.announcement.cancelled": "aankondiging vervallen" / "announcement cancelled",
        AnnouncementObjectionNoted = "nl.naast.announcement.objection-noted": "bezwaar van praktische aard genoteerd" / "practical objection noted",
        SubjectErased = "nl.naast.subject.erased": "gegevens gewist" / "data erased",
        ConsentReported = "nl.naast.consent.reported": "toestemming gehoord, nog te bevestigen" / "consent reported, to be confirmed",
        ConsentConfirmed = "nl.naast.consent.confirmed": "toestemming bevestigd" / "consent confirmed",
        ConsentGiven = "nl.naast.consent.given": "toestemming van leerling gegeven" / "pupil's consent given",
        ConsentWithdrawn = "nl.naast.consent.withdrawn": "toestemming teruggenomen" / "consent taken back",
        WithdrawalNoticeSent = "nl.naast.withdrawal-notice.sent": "ontvanger gevraagd niets te bewaren" / "recipient asked to keep nothing",
        WithdrawalNoticeConfirmed = "nl.naast.withdrawal-notice.confirmed": "ontvanger bewaart niets meer" / "recipient keeps nothing any longer",
        CertificateRemoved = "nl.naast.certificate.removed": "bewijs weggehaald dat bij vergissing was vastgelegd" / "certificate removed that was recorded by mistake",
        RequestEnded = "nl.naast.request.ended": "aanvraag afgelopen" / "request ended",
    }
}

/// What stands before the action of the journal.
const PREFIX: &str = "nl.naast.";

impl EventType {
    /// The type of the event that an action of the journal is; `None` for what is told to nobody.
    pub fn of_action(action: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.action() == action)
    }

    /// The action of the journal.
    pub fn action(self) -> &'static str {
        &self.code()[PREFIX.len()..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_reverse_dns_and_stands_for_one_action() {
        for (place, kind) in EventType::ALL.iter().enumerate() {
            assert!(kind.code().starts_with(PREFIX), "{kind}");
            let plain = |letter: u8| letter.is_ascii_lowercase() || letter == b'.' || letter == b'-';
            assert!(kind.code().bytes().all(plain), "{kind}");
            assert_eq!(EventType::of_action(kind.action()), Some(*kind));
            assert!(EventType::ALL[..place].iter().all(|other| other != kind));
        }
        // a set of types is kept as bits
        assert!(EventType::ALL.len() <= 63);
    }

    #[test]
    fn no_event_is_about_a_conversation_or_names_a_person() {
        for action in ["opened", "step-recorded", "parent-answered", "invitation-used", "handed-over"] {
            assert_eq!(EventType::of_action(&format!("conversation.{action}")), None);
        }
        let closed = |kind: &EventType| {
            ["conversation.", "person.", "private-"].iter().any(|of| kind.action().starts_with(of))
        };
        assert!(!EventType::ALL.iter().any(closed));
    }
}
