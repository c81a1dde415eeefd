//! A receipt: what a parent said yes to, in the words that she saw, and how she takes it back. It is hers to keep.

use super::{ConsentKind, GivenHow};
use crate::Moment;
use crate::code::Code;
use crate::text::Text;

/// What a receipt says of a consent.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// What it is for.
    pub kind: ConsentKind,
    /// The exact words that were shown.
    pub words: &'a str,
    /// Their fingerprint.
    pub hash: &'a str,
    /// How it was given.
    pub how: GivenHow,
    /// When.
    pub given_at: Moment,
}

/// The receipt as a page of plain lines, to read, print or keep. The words stand in the language in which they were shown.
pub fn receipt(shown: &Shown<'_>) -> Text {
    let Shown { words, hash, given_at, .. } = shown;
    let (kind, how) = (shown.kind.label(), shown.how.label());
    let (stops, who) = (shown.kind.consequence().label(), recipients(shown.kind));
    let (day, hour) = (given_at.format("%d-%m-%Y"), given_at.format("%H:%M"));
    Text::new(
        format!(
            "Bewijs van toestemming\n\nWaarvoor: {}.\nDe woorden die u zag:\n{words}\n\nWanneer: {day} om {hour} uur (UTC).\n\
             Hoe: {}.\nWie krijgt iets: {}.\n\nStoppen kan altijd. U hoeft niet te zeggen waarom. Als u stopt: {}.\n\
             Controlegetal van de woorden (SHA-256): {hash}\n",
            kind.nl, how.nl, who.nl, stops.nl,
        ),
        format!(
            "Receipt of consent\n\nWhat for: {}.\nThe words that you saw:\n{words}\n\nWhen: {day} at {hour} (UTC).\n\
             How: {}.\nWho receives something: {}.\n\nYou can stop at any time. You need not say why. If you stop: {}.\n\
             Check number of the words (SHA-256): {hash}\n",
            kind.en, how.en, who.en, stops.en,
        ),
    )
}

fn recipients(kind: ConsentKind) -> Text {
    let labels: Vec<Text> = kind.recipients().iter().map(|one| one.label()).collect();
    let list = |pick: fn(&Text) -> &str, and: &str| labels.iter().map(pick).collect::<Vec<_>>().join(and);
    Text::new(list(|text| &text.nl, " en "), list(|text| &text.en, " and "))
}

#[cfg(test)]
mod tests {
    use super::super::{TEXT_VERSION, text_of};
    use super::*;
    use crate::text::Tongue;

    #[test]
    fn a_receipt_holds_the_words_their_fingerprint_and_the_way_out() {
        for kind in ConsentKind::ALL {
            let words = text_of(*kind, TEXT_VERSION).expect("there are words");
            let hash = words.fingerprint(Tongue::Dutch);
            let shown = Shown {
                kind: *kind,
                words: words.text.get(Tongue::Dutch),
                hash: &hash,
                how: GivenHow::OwnLogin,
                given_at: Moment::UNIX_EPOCH,
            };
            let page = receipt(&shown);
            for part in [shown.words, &hash, "Stoppen kan altijd", "01-01-1970"] {
                assert!(page.nl.contains(part), "{kind}: {part}");
            }
            assert!(page.en.contains("You can stop at any time"));
        }
    }
}
