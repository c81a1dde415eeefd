//! Terms in words, as they hold in a programme.

use super::{RetentionTerm, Terms};
use crate::text::Text;

/// How long a case stays, in the words of [`Rule::Case`](super::Rule::Case) and with the terms of its programme.
pub fn case_in_words(terms: &Terms) -> Text {
    let [withdrawn, unmatched, matched, waiting, supported] = [
        RetentionTerm::Withdrawn,
        RetentionTerm::Unmatched,
        RetentionTerm::Matched,
        RetentionTerm::Waiting,
        RetentionTerm::Supported,
    ]
    .map(|term| time(terms.days(term)));
    Text::new(
        format!(
            "intrekking {}, zonder buddy {}, met buddy {} na het einde; een aanvraag eindigt als de ouder {}, of met buddy {}, niet zegt dat zij doorgaat",
            withdrawn.nl, unmatched.nl, matched.nl, waiting.nl, supported.nl
        ),
        format!(
            "withdrawn {}, without a buddy {}, with a buddy {} after its end; a request ends when the parent does not say for {}, or with a buddy for {}, that it goes on",
            withdrawn.en, unmatched.en, matched.en, waiting.en, supported.en
        ),
    )
}

/// So many days, in the words that people use for them.
fn time(days: u32) -> Text {
    match days {
        0 => Text::of("meteen", "at once"),
        1 => Text::of("1 dag", "1 day"),
        180 => Text::of("een half jaar", "half a year"),
        365 => Text::of("een jaar", "a year"),
        730 => Text::of("twee jaar", "two years"),
        days => Text::new(format!("{days} dagen"), format!("{days} days")),
    }
}
