//! Buddies (S3, S5): who they are, what they bring, and whether they are ready.

mod readiness;

pub use readiness::{
    Certificate, CertificateKind, Readiness, ReadyBuddy, Requirement, Unready, readiness, ready_until,
};

use crate::code::CodeSet;
use crate::code_list;
use crate::directory::MunicipalityCode;
use crate::ids::{BuddyId, PersonId, ProgrammeId};
use crate::requests::Topic;

code_list! {
    /// A way in which parent and buddy meet.
    pub enum Channel {
        Online = "online": "online" / "online",
        InPerson = "in-person": "persoonlijk" / "in person",
    }
}

code_list! {
    /// A language that people speak with each other, by its ISO 639 code.
    pub enum SpokenLanguage {
        Dutch = "nl": "Nederlands" / "Dutch",
        English = "en": "Engels" / "English",
        Arabic = "ar": "Arabisch" / "Arabic",
        Turkish = "tr": "Turks" / "Turkish",
        Polish = "pl": "Pools" / "Polish",
        Ukrainian = "uk": "Oekraïens" / "Ukrainian",
        Tigrinya = "ti": "Tigrinya" / "Tigrinya",
        Somali = "so": "Somalisch" / "Somali",
        Persian = "fa": "Perzisch (Farsi, Dari)" / "Persian (Farsi, Dari)",
        Spanish = "es": "Spaans" / "Spanish",
        Portuguese = "pt": "Portugees" / "Portuguese",
        French = "fr": "Frans" / "French",
        German = "de": "Duits" / "German",
        Chinese = "zh": "Chinees" / "Chinese",
        Bulgarian = "bg": "Bulgaars" / "Bulgarian",
        Romanian = "ro": "Roemeens" / "Romanian",
        Papiamento = "pap": "Papiaments" / "Papiamento",
        Frisian = "fy": "Fries" / "Frisian",
        Kurdish = "ku": "Koerdisch" / "Kurdish",
        DutchSignLanguage = "dse": "Nederlandse Gebarentaal" / "Dutch sign language",
    }
}

code_list! {
    /// Where a buddy stands in the programme.
    pub enum BuddyStatus {
        Applicant = "applicant": "in opleiding" / "in training",
        Active = "active": "actief" / "active",
        Paused = "paused": "pauze" / "paused",
        Left = "left": "gestopt" / "left",
    }
}

/// A buddy of a programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buddy {
    /// Her id.
    pub id: BuddyId,
    /// The programme.
    pub programme: ProgrammeId,
    /// The person that she is.
    pub person: PersonId,
    /// The languages that she speaks.
    pub languages: CodeSet<SpokenLanguage>,
    /// What she knows more of (S5: such as social safety at school).
    pub specialisms: CodeSet<Topic>,
    /// How she can meet.
    pub channels: CodeSet<Channel>,
    /// The municipalities in which she can meet in person.
    pub municipalities: Vec<MunicipalityCode>,
    /// How many parents she can support at the same time.
    pub capacity: u32,
    /// How many she supports now.
    pub matches: u32,
    /// Where she stands.
    pub status: BuddyStatus,
    /// When she was last asked whether there is any tie.
    pub ties_asked_on: Option<crate::Date>,
}

impl Buddy {
    /// How many more parents she can support.
    pub fn free(&self) -> u32 {
        self.capacity.saturating_sub(self.matches)
    }
}
