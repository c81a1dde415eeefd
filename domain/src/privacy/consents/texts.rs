//! What a parent consents to, in the exact words that she saw.

mod words;

use sha2::{Digest, Sha256};

use super::ConsentKind;
use crate::text::{Text, Tongue};

pub use words::TEXTS;

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

/// The text of a consent that is in use now.
///
/// # Panics
/// When a kind has no words: a test holds that each has.
pub fn text_in_use(kind: ConsentKind) -> &'static ConsentText {
    TEXTS.iter().rev().find(|text| text.kind == kind).expect("every kind of consent has words")
}

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
    use super::super::RecipientKind;
    use super::*;
    use crate::code::Code as _;

    #[test]
    fn every_consent_has_words_and_the_last_ones_are_in_use() {
        for kind in ConsentKind::ALL {
            let versions: Vec<&str> =
                TEXTS.iter().filter(|text| text.kind == *kind).map(|text| text.version).collect();
            assert!(versions.is_sorted_by(|one, next| one < next), "{kind}: {versions:?}");
            assert_eq!(text_in_use(*kind).version, *versions.last().expect("words"), "{kind}");
            for version in versions {
                assert!(text_of(*kind, version).is_some());
            }
        }
        assert_eq!(text_of(ConsentKind::Request, "2025-9"), None);
    }

    /// What was shown once stays as it was, to the letter: receipts and proofs name it by these fingerprints.
    #[test]
    fn words_that_somebody_was_shown_are_never_changed() {
        let shown: [(ConsentKind, &str); 6] = [
            (ConsentKind::Referral, "d0f9e6d3609f12b72ed3f1350ab58e1d8f7cce81641f48b5591b5b10cc117306"),
            (ConsentKind::Request, "0f4fa2ec2b89571db4acf6a63ab3584f02ed3265b5158082fcf1677368c15e2a"),
            (
                ConsentKind::ChildHealthData,
                "95561f164ee1aca3c8cf2506ac2418eff5325fbd55a68489a9f6a84081df10b4",
            ),
            (
                ConsentKind::MeetingAnnouncement,
                "0b5250dc3424aee3a7cece97c7af901a33d516efbc0b345c7af1e24ec8fa90b9",
            ),
            (ConsentKind::Pool, "3311b188600fbf2c158426d05ee85855ed8ff40b5644e3e3dd329fdc34bf5837"),
            (
                ConsentKind::PupilHealthData,
                "639494b4604fe4e057c0b0637ce194dfaeea3cce196dafe84e861b669d0e9620",
            ),
        ];
        for (kind, fingerprint) in shown {
            let words = text_of(kind, "2026-1").expect("they are kept");
            assert_eq!(words.fingerprint(Tongue::Dutch), fingerprint, "{kind}");
        }
    }

    #[test]
    fn words_of_a_consent_say_what_for_to_whom_what_how_long_and_how_to_take_it_back() {
        for kind in ConsentKind::ALL {
            let (nl, en) = (&text_in_use(*kind).text.nl, &text_in_use(*kind).text.en);
            for said in [
                "Waarvoor: ",
                "Hoe lang: ",
                "School ziet",
                "altijd",
                "Ik hoef niet te zeggen waarom",
                "Autoriteit Persoonsgegevens",
            ] {
                assert!(nl.contains(said), "{kind}: {said}");
            }
            // what school does not see, a coordinator who works for school may
            if nl.contains("School ziet niets") {
                assert!(nl.contains("werkt de coördinator voor school"), "{kind}");
            }
            for said in [
                "What for: ",
                "For how long: ",
                "The school sees",
                "at any time",
                "I need not say why",
                "data protection authority",
            ] {
                assert!(en.contains(said), "{kind}: {said}");
            }
            assert!(
                ["Wie krijgt het: ", "Wie ziet het: ", "Wie weet het dan: "]
                    .iter()
                    .any(|who| nl.contains(who))
            );
            // whoever receives on this consent is named, and whoever is named receives; the words on a talk name the buddy whom school hears of
            let who = ["Wie krijgt het: ", "Wie ziet het: ", "Wie weet het dan: "]
                .iter()
                .find_map(|who| Some(nl.split_once(who)?.1.split_once("School ziet")?.0))
                .expect("it says who")
                .replace("de coördinator van die buddypool", "de pool");
            for (recipient, word) in [
                (RecipientKind::Programme, "coördinator"),
                (RecipientKind::Buddy, "buddy"),
                (RecipientKind::Pool, "pool"),
                (RecipientKind::School, "school die ik noem"),
            ] {
                assert_eq!(who.contains(word), kind.recipients().contains(&recipient), "{kind}: {who}");
            }
            if kind.is_of_health() {
                for said in ["gezondheid", "Wat wordt bewaard: ", "Dit hoeft niet", "Dan gaat weg wat"] {
                    assert!(nl.contains(said), "{kind}: {said}");
                }
            }
        }
    }

    #[test]
    fn the_fingerprint_tells_languages_apart() {
        let text = text_in_use(ConsentKind::Request);
        assert_ne!(text.fingerprint(Tongue::Dutch), text.fingerprint(Tongue::English));
        assert_eq!(text.fingerprint(Tongue::Dutch).len(), 64);
    }
}
