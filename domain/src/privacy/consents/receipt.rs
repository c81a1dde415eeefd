//! A receipt: what a parent said yes to, in the words that she saw, and how she takes it back. It is hers to keep, so it tells the time as the
//! clock on her wall does.

use chrono_tz::Europe::Amsterdam;
use chrono_tz::OffsetComponents as _;

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
    let there = given_at.with_timezone(&Amsterdam);
    let (day, hour) = (there.format("%d-%m-%Y"), there.format("%H:%M"));
    // an hour comes twice in the night in which the clocks go back
    let is_summer = !there.offset().dst_offset().is_zero();
    let (zone_nl, zone_en) =
        if is_summer { ("zomertijd", "summer time") } else { ("wintertijd", "winter time") };
    Text::new(
        format!(
            "Bewijs van toestemming\n\nWaarvoor: {}.\nDe woorden die u zag:\n{words}\n\nWanneer: {day} om {hour} uur (Nederlandse {zone_nl}).\n\
             Hoe: {}.\nWie krijgt iets: {}.\n\nStoppen kan altijd. U hoeft niet te zeggen waarom. Als u stopt: {}.\n\
             Controlegetal van de woorden (SHA-256): {hash}\n",
            kind.nl, how.nl, who.nl, stops.nl,
        ),
        format!(
            "Receipt of consent\n\nWhat for: {}.\nThe words that you saw:\n{words}\n\nWhen: {day} at {hour} (Dutch {zone_en}).\n\
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
    use super::super::text_in_use;
    use super::*;
    use crate::text::Tongue;

    #[test]
    fn a_receipt_holds_the_words_their_fingerprint_and_the_way_out() {
        for kind in ConsentKind::ALL {
            let words = text_in_use(*kind);
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

    #[test]
    fn a_receipt_tells_the_time_as_a_clock_in_the_netherlands() {
        for (moment, nl, en) in [
            (
                "2026-01-15T11:30:00Z",
                "15-01-2026 om 12:30 uur (Nederlandse wintertijd)",
                "15-01-2026 at 12:30 (Dutch winter time)",
            ),
            (
                "2026-07-15T11:30:00Z",
                "15-07-2026 om 13:30 uur (Nederlandse zomertijd)",
                "15-07-2026 at 13:30 (Dutch summer time)",
            ),
            // in the evening the day is another
            ("2026-07-31T22:15:00Z", "01-08-2026 om 00:15 uur", "01-08-2026 at 00:15"),
            ("2026-12-31T23:00:00Z", "01-01-2027 om 00:00 uur", "01-01-2027 at 00:00"),
            // the hour that comes twice, and the night in which one is left out
            (
                "2026-10-25T00:30:00Z",
                "25-10-2026 om 02:30 uur (Nederlandse zomertijd)",
                "02:30 (Dutch summer time)",
            ),
            (
                "2026-10-25T01:30:00Z",
                "25-10-2026 om 02:30 uur (Nederlandse wintertijd)",
                "02:30 (Dutch winter time)",
            ),
            (
                "2026-03-29T01:00:00Z",
                "29-03-2026 om 03:00 uur (Nederlandse zomertijd)",
                "03:00 (Dutch summer time)",
            ),
        ] {
            let given_at: Moment = moment.parse().expect("a moment");
            let (kind, how) = (ConsentKind::Request, GivenHow::OwnLogin);
            let page = receipt(&Shown { kind, words: "-", hash: "-", how, given_at });
            assert!(page.nl.contains(nl), "{moment}: {}", page.nl);
            assert!(page.en.contains(en), "{moment}: {}", page.en);
            assert!(!page.nl.contains("UTC") && !page.en.contains("UTC"));
        }
    }
}
