//! The words of the conversation, by step, version and language.
//!
//! The two questions are the source's own (L6). The rest is ours and stays as plain as they are.

use super::steps::SchoolStep;
use crate::text::Text;

/// The version of the words that is in use now.
pub const WORDING_VERSION: &str = "2026-1";

/// The words of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// The version.
    pub version: &'static str,
    /// What is said to the parent.
    pub spoken: Text,
    /// What helps the one who says it.
    pub hint: Text,
}

/// One step of the guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideEntry {
    /// The step that the words belong to.
    pub step: SchoolStep,
    /// The statement of the source.
    pub source: &'static str,
    /// The words, newest version last.
    pub wordings: &'static [Wording],
}

/// The steps in which the school says something, in their order.
pub const GUIDE: &[GuideEntry] = &[
    GuideEntry {
        step: SchoolStep::AskFirstQuestion,
        source: "L6",
        wordings: &[Wording {
            version: "2026-1",
            spoken: Text::of(
                "Heeft u iemand die u kan ondersteunen?",
                "Do you have somebody who can support you?",
            ),
            hint: Text::of(
                "Stel de vraag aan alle ouders, niet alleen als u denkt dat het nodig is. Heeft de ouder iemand? Zeg \
                 dan dat die persoon welkom is bij gesprekken.",
                "Ask all parents, not only when you think it is needed. If the parent has somebody, say that this \
                 person is welcome in talks.",
            ),
        }],
    },
    GuideEntry {
        step: SchoolStep::AskSecondQuestion,
        source: "L6",
        wordings: &[Wording {
            version: "2026-1",
            spoken: Text::of("Zou ik met u mee mogen denken?", "May I think along with you?"),
            hint: Text::of(
                "Zegt de ouder nee? Dan stopt het hier. Een nee heeft geen gevolgen.",
                "If the parent says no, it ends here. A no has no consequences.",
            ),
        }],
    },
    GuideEntry {
        step: SchoolStep::ExplainBuddy,
        source: "L6",
        wordings: &[Wording {
            version: "2026-1",
            spoken: Text::of(
                "Er zijn buddy's: ouders die hetzelfde hebben meegemaakt en daarvoor zijn opgeleid. Een buddy is er \
                 voor u. Het kost niets, u kiest zelf of u het wilt en met wie, en u kunt altijd stoppen. School hoort \
                 niet wat u met uw buddy bespreekt.",
                "There are buddies: parents who went through the same and are trained for it. A buddy is there for \
                 you. It costs nothing, you choose whether you want it and with whom, and you can stop at any time. The \
                 school does not hear what you discuss with your buddy.",
            ),
            hint: Text::of(
                "Geef de code aan de ouder. Daarmee kiest de ouder zelf, thuis, op haar eigen tijd. U ziet alleen of haar \
                 gegevens zijn overgedragen, als zij dat wil. Verder ziet u niets.",
                "Give the code to the parent. With it she chooses herself, at home, in her own time. You see only whether \
                 her data were handed over, if she wants that. You see nothing else.",
            ),
        }],
    },
];

/// The words of a step in a version; `None` when the step has no words or not that version.
pub fn wording(step: SchoolStep, version: &str) -> Option<&'static Wording> {
    let entry = GUIDE.iter().find(|entry| entry.step == step)?;
    entry.wordings.iter().find(|wording| wording.version == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_questions_are_the_sources_own() {
        let said = |step| wording(step, WORDING_VERSION).map(|wording| wording.spoken.nl.clone());
        assert_eq!(
            said(SchoolStep::AskFirstQuestion).as_deref(),
            Some("Heeft u iemand die u kan ondersteunen?")
        );
        assert_eq!(said(SchoolStep::AskSecondQuestion).as_deref(), Some("Zou ik met u mee mogen denken?"));
    }

    #[test]
    fn nobody_says_buddy_before_the_parent_agreed() {
        for entry in GUIDE.iter().filter(|entry| entry.step != SchoolStep::ExplainBuddy) {
            for wording in entry.wordings {
                let words = format!("{} {}", wording.spoken.nl, wording.spoken.en);
                assert!(!words.to_lowercase().contains("buddy"), "{}", entry.step);
            }
        }
    }
}
