//! A receipt: what a parent said yes to, in the words that she saw, and how she takes it back. It is hers to keep, so it tells the time as the
//! clock on her wall does.

use chrono_tz::Europe::Amsterdam;
use chrono_tz::OffsetComponents as _;

use super::{Consent, ConsentKind, GivenHow, RecipientKind};
use crate::Moment;
use crate::code::Code;
use crate::text::Text;

/// What a receipt says of a consent.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// What it is for, how it was given, and what came of it.
    pub consent: Consent,
    /// Whom it reaches, by name.
    pub named: Named<'a>,
    /// The exact words that the parent was shown; those that the programme reported, while she has not confirmed them.
    pub words: &'a str,
    /// Their version.
    pub version: &'a str,
    /// Their fingerprint.
    pub hash: &'a str,
    /// When it was given.
    pub given_at: Moment,
    /// The programmes that were shown with the words, by name (S2).
    pub beside: &'a [String],
}

/// Whom a consent reaches, by name (AVG art. 7(1), 15(1)(c)).
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// What the programme is called.
    pub programme: &'a str,
    /// What the organisation is called that runs it.
    pub organisation: &'a str,
    /// What the organisation is called that runs the pool, for a consent to one.
    pub pool: Option<&'a str>,
    /// What the school is called that hears of the talk, for a consent to that.
    pub school: Option<&'a str>,
}

/// The receipt as a page of plain lines, to read, print or keep. The words stand in the language in which they were shown.
pub fn receipt(shown: &Shown<'_>) -> Text {
    let Shown { consent, named, words, version, hash, given_at, .. } = shown;
    let (kind, how) = (consent.kind.label(), how(consent));
    let (stops, who) = (stopping(consent), recipients(consent, named));
    let when = on_the_wall(*given_at);
    let (header, confirmed, back) = (of_the_words(consent), confirmation(consent), taken_back(consent));
    let beside = beside(shown);
    Text::new(
        format!(
            "Bewijs van toestemming\n\nWaarvoor: {}.\n{}\n{words}\n{}\nWanneer: {}.\n\
             Hoe: {}.\n{}{}Wie krijgt iets: {}.\n\n{}\n\
             Versie van de woorden: {version}. Controlegetal (SHA-256): {hash}\n",
            kind.nl, header.nl, beside.nl, when.nl, how.nl, confirmed.nl, back.nl, who.nl, stops.nl,
        ),
        format!(
            "Receipt of consent\n\nWhat for: {}.\n{}\n{words}\n{}\nWhen: {}.\n\
             How: {}.\n{}{}Who receives something: {}.\n\n{}\n\
             Version of the words: {version}. Check number (SHA-256): {hash}\n",
            kind.en, header.en, beside.en, when.en, how.en, confirmed.en, back.en, who.en, stops.en,
        ),
    )
}

/// How it was given. A pupil's own is read by her parent, who did not give it.
fn how(consent: &Consent) -> Text {
    match (consent.kind, consent.how) {
        (ConsentKind::PupilHealthData, GivenHow::OneTimeCode) => {
            Text::of("de leerling zelf, met een eigen code", "the pupil, with a code of her or his own")
        }
        (_, how) => how.label(),
    }
}

/// That it can be taken back, by whom, and what stops then.
fn stopping(consent: &Consent) -> Text {
    let stops = consent.consequence().label();
    if consent.kind == ConsentKind::PupilHealthData {
        return Text::new(
            format!(
                "Stoppen kan altijd, door de leerling en door u. Niemand hoeft te zeggen waarom. Dan: {}.",
                stops.nl
            ),
            format!("The pupil and you can stop at any time. Nobody need say why. Then: {}.", stops.en),
        );
    }
    Text::new(
        format!("Stoppen kan altijd. U hoeft niet te zeggen waarom. Als u stopt: {}.", stops.nl),
        format!("You can stop at any time. You need not say why. If you stop: {}.", stops.en),
    )
}

/// Whose eyes the words were before: the parent's, the pupil's, or as yet only those of whoever reported what she said.
fn of_the_words(consent: &Consent) -> Text {
    if consent.kind == ConsentKind::PupilHealthData {
        return Text::of("De woorden die de leerling zag:", "The words that the pupil saw:");
    }
    if was_seen(consent) {
        return Text::of("De woorden die u zag:", "The words that you saw:");
    }
    Text::of("De woorden die het programma voor zich had:", "The words that the programme had before it:")
}

/// Whether it was shown to the parent herself; else there is only what the programme heard of her.
fn was_seen(consent: &Consent) -> bool {
    consent.how != GivenHow::ReportedByStaff
        || consent.confirmed.is_some_and(|confirmed| confirmed.how.is_some())
}

/// Which programmes were shown with the words, on a line of its own; nothing where none had to be.
fn beside(shown: &Shown<'_>) -> Text {
    if shown.beside.is_empty() {
        return Text::of("", "");
    }
    let names = shown.beside.join("; ");
    let (nl, en) = if was_seen(&shown.consent) {
        ("Programma's die u daarbij zag", "Programmes that you saw with them")
    } else {
        (
            "Programma's die u volgens het programma daarbij zag",
            "Programmes that you saw with them, as the programme says",
        )
    };
    Text::new(format!("{nl}: {names}.\n"), format!("{en}: {names}.\n"))
}

/// That and how she confirmed it, on a line of its own; nothing, where nobody reported it.
fn confirmation(consent: &Consent) -> Text {
    if consent.how != GivenHow::ReportedByStaff {
        return Text::of("", "");
    }
    let Some(confirmed) = consent.confirmed else {
        return Text::of("Bevestigd: nog niet.\n", "Confirmed: not yet.\n");
    };
    let when = on_the_wall(confirmed.at);
    let how = confirmed
        .how
        .map_or_else(|| Text::of("hoe, is toen niet bewaard", "how was not kept then"), Code::label);
    Text::new(
        format!("Bevestigd: {}, {}.\n", when.nl, how.nl),
        format!("Confirmed: {}, {}.\n", when.en, how.en),
    )
}

/// That it was taken back and by whom, on a line of its own; nothing, while it was not.
fn taken_back(consent: &Consent) -> Text {
    let Some(at) = consent.withdrawn_at else { return Text::of("", "") };
    let when = on_the_wall(at);
    let who = consent
        .withdrawn_by
        .map_or_else(|| Text::of("door wie, is niet bekend", "by whom is not known"), Code::label);
    Text::new(
        format!("Teruggenomen: {}, {}.\n", when.nl, who.nl),
        format!("Taken back: {}, {}.\n", when.en, who.en),
    )
}

/// A moment as the clock on a Dutch wall tells it.
fn on_the_wall(at: Moment) -> Text {
    let there = at.with_timezone(&Amsterdam);
    let (day, hour) = (there.format("%d-%m-%Y"), there.format("%H:%M"));
    // an hour comes twice in the night in which the clocks go back
    let is_summer = !there.offset().dst_offset().is_zero();
    let (nl, en) = if is_summer { ("zomertijd", "summer time") } else { ("wintertijd", "winter time") };
    Text::new(format!("{day} om {hour} uur (Nederlandse {nl})"), format!("{day} at {hour} (Dutch {en})"))
}

/// Who receives something, by name: what a parent keeps tells her years later whom she said yes to.
fn recipients(consent: &Consent, named: &Named<'_>) -> Text {
    let one = |kind: &RecipientKind| {
        let Text { nl, en } = kind.label();
        let Named { programme, organisation, .. } = named;
        match (kind, named.pool, named.school, consent.valid_until) {
            (RecipientKind::Programme, ..) => Text::new(
                format!("{nl} {programme} (van {organisation})"),
                format!("{en} {programme} (of {organisation})"),
            ),
            (RecipientKind::Pool, Some(pool), ..) => {
                Text::new(format!("de buddypool van {pool}"), format!("the pool of buddies of {pool}"))
            }
            (RecipientKind::School, _, Some(school), Some(day)) => {
                let day = day.format("%d-%m-%Y");
                Text::new(
                    format!("{nl} {school}, over het gesprek op {day}"),
                    format!("{en} {school}, of the talk on {day}"),
                )
            }
            _ => Text { nl, en },
        }
    };
    let all: Vec<Text> = consent.kind.recipients().iter().map(one).collect();
    let list = |pick: fn(&Text) -> &str, and: &str| all.iter().map(pick).collect::<Vec<_>>().join(and);
    Text::new(list(|text| &text.nl, " en "), list(|text| &text.en, " and "))
}

#[cfg(test)]
mod tests {
    use super::super::{Confirmation, ConfirmedHow, text_in_use};
    use super::*;
    use crate::Date;
    use crate::requests::WithdrawnBy;
    use crate::text::Tongue;

    /// What a test says of a consent: names, and words that it does not look at.
    const fn of(consent: Consent) -> Shown<'static> {
        let named = Named {
            programme: "Naast elkaar",
            organisation: "Voorbeeld",
            pool: Some("De Pool"),
            school: Some("De School"),
        };
        let (words, version, hash) = ("-", "-", "-");
        Shown { consent, named, words, version, hash, given_at: Moment::UNIX_EPOCH, beside: &[] }
    }

    #[test]
    fn a_receipt_holds_the_words_their_fingerprint_and_the_way_out() {
        for kind in ConsentKind::ALL {
            let words = text_in_use(*kind);
            let hash = words.fingerprint(Tongue::Dutch);
            let consent = Consent::given(*kind, GivenHow::OwnLogin, Date::from_ymd_opt(2027, 2, 1));
            let shown = Shown {
                words: words.text.get(Tongue::Dutch),
                version: words.version,
                hash: &hash,
                ..of(consent)
            };
            let page = receipt(&shown);
            for part in [shown.words, &hash, words.version, "Stoppen kan altijd", "01-01-1970"] {
                assert!(page.nl.contains(part), "{kind}: {part}");
            }
            assert!(page.en.contains("can stop at any time"));
        }
    }

    #[test]
    fn a_receipt_names_the_programmes_that_were_shown_and_to_whom() {
        let at = Moment::UNIX_EPOCH;
        let beside = ["Naast elkaar".to_owned(), "Steun van ouders".to_owned()];
        let own = Consent::given(ConsentKind::Request, GivenHow::OwnLogin, None);
        let heard = Consent::given(ConsentKind::Request, GivenHow::ReportedByStaff, None);
        let how = Some(ConfirmedHow::OwnLogin);
        let confirmed = Consent { confirmed: Some(Confirmation { at, how }), ..heard };
        let page = |consent| receipt(&Shown { beside: &beside, ..of(consent) });
        let (saw, heard_of) = (
            "Programma's die u daarbij zag: Naast elkaar; Steun van ouders.\n",
            "volgens het programma daarbij",
        );
        for consent in [own, confirmed] {
            assert!(page(consent).nl.contains(saw), "{}", page(consent).nl);
            assert!(page(consent).en.contains("that you saw with them: Naast elkaar; Steun van ouders.\n"));
        }
        assert!(page(heard).nl.contains(heard_of) && !page(heard).nl.contains(saw), "{}", page(heard).nl);
        assert!(!receipt(&of(own)).nl.contains("Programma's"), "none had to be shown");
    }

    #[test]
    fn a_receipt_names_everybody_who_receives_something() {
        for kind in ConsentKind::ALL {
            let consent = Consent::given(*kind, GivenHow::OwnLogin, Date::from_ymd_opt(2027, 2, 1));
            let page = receipt(&of(consent));
            for recipient in kind.recipients() {
                let (nl, en) = match recipient {
                    RecipientKind::Programme => (
                        "het buddyprogramma Naast elkaar (van Voorbeeld)",
                        "the buddy programme Naast elkaar (of Voorbeeld)",
                    ),
                    RecipientKind::Buddy => ("en de buddy.", "and the buddy."),
                    RecipientKind::Pool => ("de buddypool van De Pool.", "the pool of buddies of De Pool."),
                    RecipientKind::School => (
                        "de school De School, over het gesprek op 01-02-2027.",
                        "the school De School, of the talk on 01-02-2027.",
                    ),
                };
                assert!(page.nl.contains(nl), "{kind}: {}", page.nl);
                assert!(page.en.contains(en), "{kind}: {}", page.en);
            }
        }
    }

    #[test]
    fn a_receipt_of_what_a_pupil_said_says_that_it_was_the_pupil() {
        let page = receipt(&of(Consent::given(ConsentKind::PupilHealthData, GivenHow::OneTimeCode, None)));
        for said in [
            "De woorden die de leerling zag:",
            "Hoe: de leerling zelf, met een eigen code.",
            "door de leerling en door u",
        ] {
            assert!(page.nl.contains(said), "{}", page.nl);
        }
        assert!(page.en.contains("The words that the pupil saw:"), "{}", page.en);
        assert!(!page.nl.contains("die u zag") && !page.nl.contains("Als u stopt"));
    }

    #[test]
    fn a_receipt_of_what_was_heard_says_whose_words_they_are_and_how_it_was_confirmed() {
        let page = |confirmed| {
            let heard = Consent::given(ConsentKind::Request, GivenHow::ReportedByStaff, None);
            receipt(&of(Consent { confirmed, ..heard }))
        };
        let waits = page(None);
        assert!(waits.nl.contains("Bevestigd: nog niet") && !waits.nl.contains("die u zag"), "{}", waits.nl);
        for how in ConfirmedHow::ALL {
            let page = page(Some(Confirmation { at: Moment::UNIX_EPOCH, how: Some(*how) }));
            let (nl, en) = (how.label().nl, how.label().en);
            assert!(
                page.nl
                    .contains(&format!("Bevestigd: 01-01-1970 om 01:00 uur (Nederlandse wintertijd), {nl}."))
            );
            assert!(page.en.contains(&format!("Confirmed: 01-01-1970 at 01:00 (Dutch winter time), {en}.")));
            assert!(page.nl.contains("De woorden die u zag:") && page.en.contains("The words that you saw:"));
        }
        // from before it was kept: nobody knows what she saw
        let before = page(Some(Confirmation { at: Moment::UNIX_EPOCH, how: None }));
        assert!(before.nl.contains("hoe, is toen niet bewaard") && !before.nl.contains("die u zag"));
        // what she gave herself has nothing to confirm
        let consent = Consent::given(ConsentKind::Request, GivenHow::OwnLogin, None);
        let own = receipt(&of(consent));
        assert!(!own.nl.contains("Bevestigd"));
    }

    #[test]
    fn a_receipt_says_that_it_was_taken_back_and_by_whom() {
        let given = Consent::given(ConsentKind::Pool, GivenHow::OwnLogin, None);
        let page = |consent| receipt(&of(consent));
        let back =
            |withdrawn_by| page(Consent { withdrawn_at: Some(Moment::UNIX_EPOCH), withdrawn_by, ..given });
        assert!(!page(given).nl.contains("Teruggenomen"));
        let when = "Teruggenomen: 01-01-1970 om 01:00 uur (Nederlandse wintertijd)";
        for by in WithdrawnBy::ALL {
            let (page, label) = (back(Some(*by)), by.label());
            assert!(page.nl.contains(&format!("{when}, {}.", label.nl)), "{}", page.nl);
            assert!(page.en.contains(&*label.en), "{}", page.en);
        }
        assert!(back(None).nl.contains(&format!("{when}, door wie, is niet bekend.")));
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
            let consent = Consent::given(ConsentKind::Request, GivenHow::OwnLogin, None);
            let page = receipt(&Shown { given_at, ..of(consent) });
            assert!(page.nl.contains(nl), "{moment}: {}", page.nl);
            assert!(page.en.contains(en), "{moment}: {}", page.en);
            assert!(!page.nl.contains("UTC") && !page.en.contains("UTC"));
        }
    }
}
