//! What an effect means for the parent, in short sentences (S2, L10).

use super::table::Effect;
use crate::text::Text;

/// What something that is told of a buddy means for the parent, and what she can do.
pub fn what_it_means_for_you(effect: Effect) -> Text {
    match effect {
        Effect::None => Text::of(
            "Dit heeft geen gevolgen. U hoeft niets te doen.",
            "This has no consequences. You need not do anything.",
        ),
        Effect::Disclose => Text::of(
            "U beslist of u dit goed vindt. Zegt u nee? Dan zoeken wij een andere buddy. U hoeft niet te zeggen waarom.",
            "You decide whether this is all right. If you say no, we look for another buddy. You need not say why.",
        ),
        Effect::Block => Text::of(
            "Deze buddy kan u daarom niet helpen. Wij zoeken een andere buddy.",
            "That is why this buddy cannot help you. We look for another buddy.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Date;
    use crate::code::{Code as _, CodeSet};
    use crate::independence::{Funder, current};
    use crate::organisations::OrganisationKind;
    use crate::programmes::{FormPeriod, OrganisationForm, RunBy, position_statement};

    /// Syllables of a Dutch word: groups of vowels, where a trema begins a new one.
    fn syllables(word: &str) -> usize {
        let (mut count, mut before) = (0, false);
        for letter in word.to_lowercase().chars() {
            let vowel = "aeiouyáéíóúàèìòùâêîôû".contains(letter);
            let opens = "äëïöü".contains(letter);
            count += usize::from(opens || (vowel && !before));
            before = vowel || opens;
        }
        count.max(1)
    }

    /// Flesch-Douma: 206.84 - 0.93 x words in a sentence - 77 x syllables in a word. From 60 on a text is normal to read.
    fn flesch_douma(text: &str) -> f64 {
        let sentences = text.split_inclusive(['.', '?']).filter(|one| one.trim().len() > 1).count().max(1);
        let words: Vec<&str> = text.split_whitespace().collect();
        let all: usize = words.iter().map(|word| syllables(word)).sum();
        #[expect(clippy::cast_precision_loss, reason = "few words")]
        let (sentences, words, all) = (sentences as f64, words.len() as f64, all as f64);
        206.84 - 0.93 * (words / sentences) - 77.0 * (all / words)
    }

    /// Everything that a parent reads of a buddy and her programme, in Dutch, each with what it is.
    fn everything() -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = Effect::ALL
            .iter()
            .map(|effect| (effect.to_string(), what_it_means_for_you(*effect).nl.into_owned()))
            .collect();
        for form in OrganisationForm::ALL {
            for funder in Funder::ALL {
                let period = FormPeriod {
                    since: Date::default(),
                    form: *form,
                    funders: [*funder].into_iter().collect::<CodeSet<_>>(),
                    reason: String::new(),
                };
                for kind in OrganisationKind::ALL.iter().copied().filter(|kind| form.is_served_by(*kind)) {
                    let run_by = RunBy { name: "Buddy's".to_owned(), kind, trainers: Vec::new() };
                    let answers = position_statement(&period, &run_by).answers;
                    all.extend(
                        answers
                            .into_iter()
                            .map(|(code, text)| (format!("{form} {kind} {code}"), text.nl.into_owned())),
                    );
                }
            }
        }
        all.extend(
            current().rows.iter().map(|row| (row.code.to_owned(), row.meaning.nl.clone().into_owned())),
        );
        all
    }

    #[test]
    fn a_sentence_to_a_parent_is_short() {
        for (what, text) in everything() {
            for sentence in text.split_inclusive(['.', '?']) {
                let words = sentence.split_whitespace().count();
                assert!(words <= 21, "{what}: {words} words in `{sentence}`");
            }
        }
    }

    #[test]
    fn all_of_it_together_reads_easily() {
        let texts: Vec<String> = everything().into_iter().map(|(_, text)| text).collect();
        let score = flesch_douma(&texts.join(" "));
        assert!(score >= 70.0, "{score:.1}");
        // the measure measures: a sentence from a policy paper does not pass
        let paper = "De organisatorische onafhankelijkheid van ervaringsdeskundige ondersteuningsmedewerkers behoeft \
                     vanzelfsprekend een zorgvuldige institutionele verantwoording.";
        assert!(flesch_douma(paper) < 30.0, "{:.1}", flesch_douma(paper));
    }
}
