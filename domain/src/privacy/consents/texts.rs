//! What a parent consents to, in the exact words that she saw.

use sha2::{Digest, Sha256};

use super::ConsentKind;
use crate::text::{Text, Tongue};

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

/// Every text that was ever in use; of each kind the last one is in use now. One that somebody was shown is never changed or taken out: the
/// fingerprint of her words is the proof of what she consented to, and her receipt shows them.
///
/// What a consent must say for somebody to know what she agrees to (AVG art. 4(11), 7(3), 9(2)(a), 13): what for, who gets it, what is kept, for how
/// long, that it is not needed where it is not, and how to take it back.
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
    ConsentText {
        kind: ConsentKind::Referral,
        version: "2026-2",
        text: Text::of(
            "Ik wil dat mijn naam en één manier om mij te bereiken naar het buddyprogramma gaan dat ik heb gekozen. Waarvoor: om contact met mij \
             op te nemen en een buddy voor mij te zoeken. Wie krijgt het: de coördinator van dat programma, en later de buddy die ik kies. School \
             ziet alleen dát het is doorgegeven, en op welke dag. Hoe lang: tot een tijd na het einde. Die dag staat bij mijn aanvraag. Als ik stop, \
             gaan mijn naam en hoe ik te bereiken ben meteen weg. Ik kan altijd stoppen: zelf in mijn account, of door het tegen de coördinator \
             te zeggen. Ik hoef niet te zeggen waarom. Het heeft geen gevolgen voor mijn kind.",
            "I want my name and one way to reach me to go to the buddy programme that I chose. What for: to contact me and to look for a buddy for \
             me. Who gets it: the coordinator of that programme, and later the buddy whom I choose. The school sees only that it was handed over, and \
             on which day. For how long: until some time after the end. That day stands with my request. If I stop, my name and the way to reach \
             me go at once. I can stop at any time: myself in my account, or by telling the coordinator. I need not say why. It has no \
             consequences for my child.",
        ),
    },
    ConsentText {
        kind: ConsentKind::Request,
        version: "2026-2",
        text: Text::of(
            "Ik wil dat het buddyprogramma mijn aanvraag bewaart. Waarvoor: om een buddy voor mij te zoeken, en om de steun te begeleiden. Wie ziet \
             het: de coördinator, en de buddy die ik kies. Wie als buddy wordt voorgesteld, hoort eerst alleen om welke school het gaat. School ziet \
             niets. Wat wordt bewaard: wat ik in mijn aanvraag zeg, wie mijn buddy is, en dat wij elkaar spraken. Hoe lang: tot een tijd na het \
             einde. Die dag staat bij mijn aanvraag. Ik kan altijd stoppen: zelf in mijn account, of door het tegen de coördinator te zeggen. Ik \
             hoef niet te zeggen waarom. Dan stopt de steun, en gaan mijn naam en hoe ik te bereiken ben meteen weg.",
            "I want the buddy programme to keep my request. What for: to look for a buddy for me, and to guide the support. Who sees it: the \
             coordinator, and the buddy whom I choose. Who is proposed as a buddy first hears only which school it is about. The school sees nothing. \
             What is kept: what I say in my request, who my buddy is, and that we spoke. For how long: until some time after the end. That day \
             stands with my request. I can stop at any time: myself in my account, or by telling the coordinator. I need not say why. Then \
             the support stops, and my name and the way to reach me go at once.",
        ),
    },
    ConsentText {
        kind: ConsentKind::ChildHealthData,
        version: "2026-2",
        text: Text::of(
            "Ik vind het goed dat gegevens over de gezondheid van mijn kind worden gebruikt die ik zelf vertel of opschrijf. Waarvoor: om een buddy \
             te zoeken die past, en om met mijn buddy gesprekken met school voor te bereiden. Wie weet het dan: de coördinator, wat ik haar vertel. \
             Mijn buddy, wat ik haar vertel. Wat mijn buddy en ik in onze besloten ruimte schrijven, lezen alleen wij. School ziet niets. Wat wordt \
             bewaard: wat wij daar schrijven, en waarbij staat dat het over gezondheid gaat. Hoe lang: tot een tijd na het einde van de steun. Die dag \
             staat erbij. Na een jaar wordt het mij opnieuw gevraagd. Dit hoeft niet om een buddy te krijgen. Ik kan dit altijd terugnemen: \
             zelf in mijn account, of door het tegen de coördinator te zeggen. Ik hoef niet te zeggen waarom. Dan gaat weg wat wij daar over \
             gezondheid schreven. Het programma en mijn buddy wordt gevraagd om niets te bewaren. Mijn buddy blijft. Is mijn kind 16 jaar of ouder? \
             Dan beslist mijn kind zelf.",
            "I agree that data on my child's health are used that I tell or write down myself. What for: to look for a buddy who fits, and to prepare \
             talks with the school with my buddy. Who then knows: the coordinator, what I tell her. My buddy, what I tell her. What my buddy and I \
             write in our private space is read by the two of us alone. The school sees nothing. What is kept: what we write there, and of which we \
             say that it is about health. For how long: until some time after the support ended. That day stands with it. After a year I am \
             asked again. This is not needed to get a buddy. I can take this back at any time: myself in my account, or by telling the \
             coordinator. I need not say why. Then what we wrote there about health goes. The programme and my buddy are asked to keep nothing. My \
             buddy stays. If my child is 16 or older, my child decides.",
        ),
    },
    ConsentText {
        kind: ConsentKind::Pool,
        version: "2026-2",
        text: Text::of(
            "Ik wil dat mijn naam, één manier om mij te bereiken en mijn aanvraag naar deze andere buddypool gaan. Waarvoor: om daar een buddy voor \
             mij te zoeken. Wie krijgt het: de coördinator van die buddypool. School ziet niets. Hoe lang: zo lang als mijn aanvraag wordt bewaard. \
             Die dag staat bij mijn aanvraag. Dit hoeft niet om hier een buddy te krijgen. Ik kan dit altijd terugnemen: zelf in mijn account, of \
             door het tegen de coördinator te zeggen. Ik hoef niet te zeggen waarom. Mijn aanvraag hier gaat dan door.",
            "I want my name, one way to reach me and my request to go to this other pool of buddies. What for: to look for a buddy for me there. \
             Who gets it: the coordinator of that pool. The school sees nothing. For how long: as long as my request is kept. That day stands with \
             my request. This is not needed to get a buddy here. I can take this back at any time: myself in my account, or by telling the \
             coordinator. I need not say why. My request here then goes on.",
        ),
    },
    ConsentText {
        kind: ConsentKind::PupilHealthData,
        version: "2026-2",
        text: Text::of(
            "Ik ben 16 jaar of ouder. Ik vind het goed dat gegevens over mijn gezondheid worden gebruikt die mijn ouder vertelt of opschrijft. \
             Waarvoor: om een buddy te zoeken die bij mijn ouder past, en om gesprekken met school voor te bereiden. Wie weet het dan: de coördinator \
             en de buddy, wat mijn ouder hun vertelt. Wat mijn ouder en de buddy in hun besloten ruimte schrijven, lezen alleen zij. School ziet \
             niets. Wat wordt bewaard: wat zij daar schrijven, en waarbij staat dat het over gezondheid gaat. Hoe lang: tot een tijd na het einde \
             van de steun. Dit hoeft niet, ook niet om een buddy te krijgen. Ik beslis zelf. Ik kan dit altijd terugnemen, met deze code. Ik hoef \
             niet te zeggen waarom. Dan gaat weg wat zij daar over gezondheid schreven. Het programma en de buddy wordt gevraagd om niets te bewaren.",
            "I am 16 or older. I agree that data on my health are used that my parent tells or writes down. What for: to look for a buddy who fits my \
             parent, and to prepare talks with the school. Who then knows: the coordinator and the buddy, what my parent tells them. What my \
             parent and the buddy write in their private space is read by the two of them alone. The school sees nothing. What is kept: what they \
             write there, and of which they say that it is about health. For how long: until some time after the support ended. This is \
             not needed, not even to get a buddy. I decide. I can take this back at any time, with this code. I need not say why. Then what they \
             wrote there about health goes. The programme and the buddy are asked to keep nothing.",
        ),
    },
];

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
        for kind in ConsentKind::ALL.iter().filter(|kind| **kind != ConsentKind::MeetingAnnouncement) {
            let (nl, en) = (&text_in_use(*kind).text.nl, &text_in_use(*kind).text.en);
            for said in ["Waarvoor: ", "Hoe lang: ", "School ziet", "altijd", "Ik hoef niet te zeggen waarom"]
            {
                assert!(nl.contains(said), "{kind}: {said}");
            }
            for said in
                ["What for: ", "For how long: ", "The school sees", "at any time", "I need not say why"]
            {
                assert!(en.contains(said), "{kind}: {said}");
            }
            assert!(
                ["Wie krijgt het: ", "Wie ziet het: ", "Wie weet het dan: "]
                    .iter()
                    .any(|who| nl.contains(who))
            );
            // whoever receives on this consent is named
            for (recipient, word) in
                [(RecipientKind::Programme, "coördinator"), (RecipientKind::Buddy, "buddy")]
            {
                assert!(!kind.recipients().contains(&recipient) || nl.contains(word), "{kind}: {word}");
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
