//! What a parent consents to, in the exact words that she saw.

use sha2::{Digest, Sha256};

use super::ConsentKind;
use crate::text::{Text, Tongue};

/// The version of the texts that is in use now.
pub const TEXT_VERSION: &str = "2026-1";

/// The exact words of one consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentText {
    /// What it is for.
    pub kind: ConsentKind,
    /// The version of the words.
    pub version: &'static str,
    /// The words.
    pub text: Text,
}

/// Every text that was ever in use.
pub const TEXTS: &[ConsentText] = &[
    ConsentText {
        kind: ConsentKind::Referral,
        version: "2026-1",
        text: Text::of(
            "Ik wil dat mijn naam en één manier om mij te bereiken naar het buddyprogramma gaan dat ik heb gekozen. \
             School ziet alleen dát het is doorgegeven, en op welke dag. Ik kan altijd stoppen. Dat heeft geen gevolgen \
             voor mijn kind.",
            "I want my name and one way to reach me to go to the buddy programme that I chose. The school sees only \
             that it was handed over, and on which day. I can stop at any time. That has no consequences for my child.",
        ),
    },
    ConsentText {
        kind: ConsentKind::Request,
        version: "2026-1",
        text: Text::of(
            "Ik wil dat het buddyprogramma mijn aanvraag bewaart en een buddy voor mij zoekt. De coördinator en de \
             buddy die ik kies zien mijn aanvraag. Wie als buddy wordt voorgesteld, hoort eerst alleen om welke school het gaat. \
             School ziet niets. Ik kan altijd stoppen.",
            "I want the buddy programme to keep my request and to look for a buddy for me. The coordinator and the \
             buddy whom I choose see my request. Who is proposed as a buddy first hears only which school it is about. The school sees nothing. I can stop at any time.",
        ),
    },
    ConsentText {
        kind: ConsentKind::ChildHealthData,
        version: "2026-1",
        text: Text::of(
            "Ik vind het goed dat het buddyprogramma gegevens over de gezondheid van mijn kind bewaart die ik zelf \
             vertel. Dit hoeft niet om een buddy te krijgen. Is mijn kind 16 of ouder? Dan beslist mijn kind zelf.",
            "I agree that the buddy programme keeps data on my child's health that I tell myself. This is not needed to \
             get a buddy. If my child is 16 or older, my child decides.",
        ),
    },
    ConsentText {
        kind: ConsentKind::MeetingAnnouncement,
        version: "2026-1",
        text: crate::support::announcements::WORDS,
    },
    ConsentText {
        kind: ConsentKind::Pool,
        version: "2026-1",
        text: Text::of(
            "Ik wil dat mijn naam, één manier om mij te bereiken en mijn aanvraag naar deze andere buddypool gaan. Die \
             zoekt daar een buddy voor mij. School ziet niets. Ik kan altijd stoppen.",
            "I want my name, one way to reach me and my request to go to this other pool of buddies. It looks for a buddy \
             for me there. The school sees nothing. I can stop at any time.",
        ),
    },
    ConsentText {
        kind: ConsentKind::PupilHealthData,
        version: "2026-1",
        text: Text::of(
            "Ik ben 16 jaar of ouder. Ik vind het goed dat het buddyprogramma van mijn ouder gegevens over mijn \
             gezondheid bewaart. Dit hoeft niet. Ik beslis zelf. Ik kan altijd stoppen, met deze code.",
            "I am 16 or older. I agree that my parent's buddy programme keeps data on my health. This is not needed. I \
             decide. I can stop at any time, with this code.",
        ),
    },
];

/// The text of a consent in a version; `None` when there was none.
pub fn text_of(kind: ConsentKind, version: &str) -> Option<&'static ConsentText> {
    TEXTS.iter().find(|text| text.kind == kind && text.version == version)
}

impl ConsentText {
    /// The fingerprint of the words in a language, kept with a consent as proof of what was shown.
    pub fn fingerprint(&self, tongue: Tongue) -> String {
        use std::fmt::Write as _;
        Sha256::digest(self.text.get(tongue).as_bytes()).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code as _;

    #[test]
    fn every_consent_has_words_of_the_version_in_use() {
        for kind in ConsentKind::ALL {
            assert!(text_of(*kind, TEXT_VERSION).is_some(), "{kind}");
        }
    }

    #[test]
    fn the_fingerprint_tells_languages_apart() {
        let text = text_of(ConsentKind::Request, TEXT_VERSION).expect("there is one");
        assert_ne!(text.fingerprint(Tongue::Dutch), text.fingerprint(Tongue::English));
        assert_eq!(text.fingerprint(Tongue::Dutch).len(), 64);
    }
}
