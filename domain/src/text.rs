//! Text that a person reads: always in Dutch and in English, Dutch first.

use std::borrow::Cow;

/// The languages in which Naast itself speaks. (What languages a buddy speaks is
/// [`crate::buddies::SpokenLanguage`].)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Tongue {
    /// Dutch, the default.
    #[default]
    Dutch,
    /// English.
    English,
}

impl Tongue {
    /// Its code (BCP 47).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Dutch => "nl",
            Self::English => "en",
        }
    }
}

/// Whether a letter steers how text is shown instead of being read: a control character, or one that turns the direction of what
/// follows (U+202A to U+202E, U+2066 to U+2069), by which a name can be shown as another. Marks that belong to a script, such as
/// U+200F, do not.
pub fn steers(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// One sentence or label in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The Dutch text.
    pub nl: Cow<'static, str>,
    /// The English text.
    pub en: Cow<'static, str>,
}

impl Text {
    /// A text that is known when the program is built.
    pub const fn of(nl: &'static str, en: &'static str) -> Self {
        Self { nl: Cow::Borrowed(nl), en: Cow::Borrowed(en) }
    }

    /// A text that names something of this moment.
    pub fn new(nl: impl Into<String>, en: impl Into<String>) -> Self {
        Self { nl: Cow::Owned(nl.into()), en: Cow::Owned(en.into()) }
    }

    /// The text in one language.
    pub fn get(&self, tongue: Tongue) -> &str {
        match tongue {
            Tongue::Dutch => &self.nl,
            Tongue::English => &self.en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_the_direction_of_text_steers_it_and_the_marks_of_a_script_do_not() {
        let steering = ['\0', '\n', '\u{7f}', '\u{85}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}'];
        assert!(steering.into_iter().all(steers));
        let read = [
            'a', 'ë', 'ş', 'م', '\u{200e}', '\u{200f}', '\u{200d}', '\u{2029}', '\u{202f}', '\u{2065}',
            '\u{206a}',
        ];
        assert!(!read.into_iter().any(steers));
    }
}
