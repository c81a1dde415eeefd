//! Who read what of whom: what a record of a reading says, and how the person whom it is about reads it.
//!
//! A record is one of the Dutch standard Logboek Dataverwerkingen 1.0: one processing, of the data of one person, by an
//! activity of the processing register. It holds no data that were read.

use crate::Date;
use crate::code_list;
use crate::journal::Purpose;
use crate::organisations::Role;
use crate::text::{Text, Tongue};

code_list! {
    /// What kind of data was read.
    pub enum DataKind {
        Request = "request": "de aanvraag" / "the request",
        Consents = "consents": "de toestemmingen" / "the consents",
        Withdrawal = "withdrawal": "welke toestemming is teruggenomen" / "which consent was taken back",
        Hold = "hold": "of een zaak wordt vastgehouden" / "whether a case is held",
        Candidates = "candidates": "de mogelijke buddy's" / "the possible buddies",
        Decisions = "decisions": "hoe een buddy is gekozen" / "how a buddy was chosen",
        Proposal = "proposal": "het voorstel van een buddy" / "the proposal of a buddy",
        TieAnswers = "tie-answers": "de antwoorden over banden" / "the answers on ties",
        Match = "match": "de koppeling" / "the match",
        Contacts = "contacts": "wanneer ouder en buddy elkaar spraken" / "when parent and buddy met",
        PrivateNotes = "private-notes": "de besloten aantekeningen" / "the private notes",
        Messages = "messages": "de berichten" / "the messages",
        Announcement = "announcement": "de aankondiging van een gesprek" / "the announcement of a talk",
        BuddyProfile = "buddy-profile": "het profiel van de buddy" / "the buddy's profile",
        Readiness = "readiness": "of de buddy klaar is om te helpen" / "whether the buddy is ready to help",
        Certificates = "certificates": "de bewijzen van de buddy" / "the buddy's certificates",
        Changed = "changed-case": "de zaak, bij een wijziging" / "the case, with a change of it",
        Refused = "refused-change": "hoe de zaak staat, bij een wijziging die niet kon" / "how the case stands, with a change that could not be made",
        Repeated = "repeated-answer": "het antwoord op een eerdere aanroep over de zaak" / "the answer to an earlier call about the case",
        Ties = "ties": "de banden van de buddy" / "the buddy's ties",
    }
}

code_list! {
    /// As whom somebody's data were read.
    pub enum SubjectKind {
        Parent = "parent": "ouder" / "parent",
        Buddy = "buddy": "buddy" / "buddy",
    }
}

impl DataKind {
    /// What the reading was for, by whoever read it.
    pub fn purpose(self) -> Purpose {
        match self {
            Self::Request | Self::Consents | Self::Candidates | Self::Decisions => Purpose::Matching,
            Self::Proposal | Self::TieAnswers => Purpose::Matching,
            Self::Changed
            | Self::Refused
            | Self::Repeated
            | Self::Match
            | Self::Contacts
            | Self::PrivateNotes
            | Self::Messages
            | Self::Announcement => Purpose::Support,
            Self::BuddyProfile | Self::Readiness | Self::Certificates | Self::Ties => Purpose::Volunteers,
            Self::Withdrawal | Self::Hold => Purpose::Administration,
        }
    }

    /// The activity of the processing register that the reading was part of.
    pub fn activity(self) -> &'static str {
        match self {
            Self::Announcement => "meeting-announcements",
            Self::PrivateNotes | Self::Messages => "private-space",
            Self::Consents | Self::Withdrawal => "consents",
            Self::Hold => "rights",
            _ => match self.purpose() {
                Purpose::Matching => "matching",
                Purpose::Support => "support",
                Purpose::Administration => "accountability",
                _ => "volunteers",
            },
        }
    }

    /// What it is to whom it is about: `uw aanvraag`, and not `de aanvraag`.
    fn of_reader(self, as_whom: SubjectKind) -> Text {
        match (self, as_whom) {
            (Self::Request, SubjectKind::Parent) => Text::of("uw aanvraag", "your request"),
            (Self::Changed, SubjectKind::Parent) => {
                Text::of("uw zaak, bij een wijziging", "your case, with a change of it")
            }
            (Self::Refused, SubjectKind::Parent) => Text::of(
                "hoe uw zaak staat, bij een wijziging die niet kon",
                "how your case stands, with a change that could not be made",
            ),
            (Self::Consents, _) => Text::of("uw toestemmingen", "your consents"),
            (Self::Hold, _) => Text::of("of uw zaak wordt vastgehouden", "whether your case is held"),
            (Self::Candidates, SubjectKind::Parent) => {
                Text::of("uw aanvraag, met de mogelijke buddy's", "your request, with the possible buddies")
            }
            (Self::Candidates, SubjectKind::Buddy) => {
                Text::of("u als mogelijke buddy", "you as a possible buddy")
            }
            (Self::Proposal, SubjectKind::Buddy) => {
                Text::of("het voorstel met u als buddy", "the proposal with you as a buddy")
            }
            (Self::TieAnswers, SubjectKind::Parent) => {
                Text::of("uw antwoorden over de banden van een buddy", "your answers on a buddy's ties")
            }
            (Self::Match, SubjectKind::Parent) => {
                Text::of("uw koppeling met een buddy", "your match with a buddy")
            }
            (Self::Match, SubjectKind::Buddy) => {
                Text::of("uw koppeling met een ouder", "your match with a parent")
            }
            (Self::Contacts, SubjectKind::Parent) => {
                Text::of("wanneer u en uw buddy elkaar spraken", "when you and your buddy met")
            }
            (Self::Contacts, SubjectKind::Buddy) => {
                Text::of("wanneer u en de ouder elkaar spraken", "when you and the parent met")
            }
            (Self::PrivateNotes, _) => Text::of("uw besloten aantekeningen", "your private notes"),
            (Self::Messages, _) => Text::of("uw berichten", "your messages"),
            (Self::Announcement, SubjectKind::Parent) => {
                Text::of("uw aankondiging van een gesprek", "your announcement of a talk")
            }
            (Self::Announcement, SubjectKind::Buddy) => {
                Text::of("dat u meekomt naar een gesprek", "that you come along to a talk")
            }
            (Self::BuddyProfile, _) => Text::of("uw profiel als buddy", "your profile as a buddy"),
            (Self::Readiness, _) => Text::of("of u klaar bent om te helpen", "whether you are ready to help"),
            (Self::Certificates, _) => Text::of("uw bewijzen", "your certificates"),
            (Self::Repeated, _) => Text::of(
                "opnieuw het antwoord op een eerdere aanroep over uw zaak",
                "once more the answer to an earlier call about your case",
            ),
            (Self::Ties, _) => Text::of("uw banden met scholen", "your ties with schools"),
            (other, _) => crate::code::Code::label(other),
        }
    }
}

/// What a sentence is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading<'a> {
    /// The day, as people in the Netherlands reckon it.
    pub on: Date,
    /// In which role somebody read.
    pub role: Role,
    /// The organisation or programme that she holds it in; parents and buddies hold theirs in none.
    pub of: Option<&'a str>,
    /// What was read.
    pub data: DataKind,
    /// How many of them.
    pub objects: u32,
    /// As whom the reader of the sentence stands in it.
    pub as_whom: SubjectKind,
    /// What for.
    pub purpose: Purpose,
}

const MONTHS: [(&str, &str); 12] = [
    ("januari", "January"),
    ("februari", "February"),
    ("maart", "March"),
    ("april", "April"),
    ("mei", "May"),
    ("juni", "June"),
    ("juli", "July"),
    ("augustus", "August"),
    ("september", "September"),
    ("oktober", "October"),
    ("november", "November"),
    ("december", "December"),
];

fn reader(role: Role, of: Option<&str>, as_whom: SubjectKind) -> Text {
    let of = of.unwrap_or_default();
    match role {
        Role::Buddy if as_whom == SubjectKind::Parent => Text::of("uw buddy", "your buddy"),
        Role::Buddy => Text::of("een buddy", "a buddy"),
        Role::Parent => Text::of("een ouder", "a parent"),
        Role::SchoolLeader | Role::SchoolStaff | Role::Professional if !of.is_empty() => {
            Text::new(format!("iemand van {of}"), format!("somebody of {of}"))
        }
        role => {
            let label = crate::code::Code::label(role);
            match of {
                "" => Text::new(format!("een {}", label.nl), format!("a {}", label.en)),
                of => Text::new(format!("de {} van {of}", label.nl), format!("the {} of {of}", label.en)),
            }
        }
    }
}

fn so_that(purpose: Purpose) -> Text {
    match purpose {
        Purpose::Signposting => Text::of("om de weg te wijzen naar steun", "to show the way to support"),
        Purpose::Matching => Text::of("om een passende buddy te vinden", "to find a fitting buddy"),
        Purpose::Support => Text::of("voor de steun door een buddy", "for the support by a buddy"),
        Purpose::Volunteers => Text::of("voor het werk met buddy's", "for the work with buddies"),
        Purpose::Administration => Text::of("voor het beheer", "for administration"),
    }
}

impl Reading<'_> {
    /// The sentence that the person whom it is about reads.
    pub fn sentence(&self, tongue: Tongue) -> String {
        use chrono::Datelike as _;

        let month = MONTHS[self.on.month0() as usize % 12];
        let who = reader(self.role, self.of, self.as_whom);
        let what = self.data.of_reader(self.as_whom);
        let why = so_that(self.purpose);
        let (day, year) = (self.on.day(), self.on.year());
        match tongue {
            Tongue::Dutch => {
                let times =
                    if self.objects > 1 { format!(" ({} stuks)", self.objects) } else { String::new() };
                format!("Op {day} {} {year} las {} {}{times}, {}.", month.0, who.nl, what.nl, why.nl)
            }
            Tongue::English => {
                let times =
                    if self.objects > 1 { format!(" ({} of them)", self.objects) } else { String::new() };
                format!("On {day} {} {year} {} read {}{times}, {}.", month.1, who.en, what.en, why.en)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code as _;

    #[test]
    fn a_parent_reads_who_read_what_and_why() {
        let reading = Reading {
            on: Date::from_ymd_opt(2026, 3, 3).expect("a day"),
            role: Role::Coordinator,
            of: Some("Ouders voor Ouders"),
            data: DataKind::Request,
            objects: 1,
            as_whom: SubjectKind::Parent,
            purpose: Purpose::Matching,
        };
        assert_eq!(
            reading.sentence(Tongue::Dutch),
            "Op 3 maart 2026 las de coördinator van Ouders voor Ouders uw aanvraag, om een passende buddy te vinden."
        );
        assert_eq!(
            reading.sentence(Tongue::English),
            "On 3 March 2026 the coordinator of Ouders voor Ouders read your request, to find a fitting buddy."
        );
        let buddy = Reading {
            role: Role::Buddy,
            of: None,
            data: DataKind::Messages,
            purpose: Purpose::Support,
            ..reading
        };
        assert_eq!(
            buddy.sentence(Tongue::Dutch),
            "Op 3 maart 2026 las uw buddy uw berichten, voor de steun door een buddy."
        );
    }

    /// A coordinator notes it, and a pupil does it herself: the sentence holds whoever took it back.
    #[test]
    fn whoever_took_a_consent_back_the_sentence_is_true() {
        let what = DataKind::Withdrawal.of_reader(SubjectKind::Parent);
        assert_eq!(
            (&*what.nl, &*what.en),
            ("welke toestemming is teruggenomen", "which consent was taken back")
        );
    }

    #[test]
    fn every_sentence_can_be_read_in_both_languages() {
        for data in DataKind::ALL {
            for as_whom in SubjectKind::ALL {
                for role in Role::ALL {
                    let reading = Reading {
                        on: Date::from_ymd_opt(2026, 12, 31).expect("a day"),
                        role: *role,
                        of: None,
                        data: *data,
                        objects: 2,
                        as_whom: *as_whom,
                        purpose: data.purpose(),
                    };
                    for tongue in [Tongue::Dutch, Tongue::English] {
                        let sentence = reading.sentence(tongue);
                        assert!(sentence.ends_with('.') && !sentence.contains("  "), "{sentence}");
                    }
                }
            }
        }
    }
}
