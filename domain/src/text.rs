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
