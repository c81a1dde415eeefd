//! The language in which the program speaks to whoever has the terminal: Dutch, unless she or her system says English. Lines that
//! programs read, such as `secret ...`, and words of the log are the same in both.

use std::fmt::Display;
use std::sync::OnceLock;

use clap::ValueEnum;
use naast_domain::text::Tongue;

/// The languages that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Nederlands
    Nl,
    /// English
    En,
}

static CHOSEN: OnceLock<Tongue> = OnceLock::new();

/// Chooses it for this run, once: what was asked for, or what the system speaks.
pub fn choose(asked: Option<Language>) {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].map(|name| std::env::var(name).unwrap_or_default());
    let _ = CHOSEN.set(chosen(asked, &set));
}

/// In the order of POSIX the first variable that is set decides.
fn chosen(asked: Option<Language>, set: &[String]) -> Tongue {
    match asked {
        Some(Language::En) => Tongue::English,
        Some(Language::Nl) => Tongue::Dutch,
        None => match set.iter().find(|value| !value.is_empty()) {
            Some(value) if value.starts_with("en") => Tongue::English,
            _ => Tongue::Dutch,
        },
    }
}

/// The language of this run.
pub fn tongue() -> Tongue {
    CHOSEN.get().copied().unwrap_or_default()
}

/// The words in that language.
pub fn said(nl: impl Into<String>, en: impl Into<String>) -> String {
    match tongue() {
        Tongue::Dutch => nl.into(),
        Tongue::English => en.into(),
    }
}

/// So many of something, in its singular or its plural.
pub fn many<N: Copy + Display + PartialEq + From<u8>>(number: N, one: &str, more: &str) -> String {
    let words = if number == N::from(1) { one } else { more };
    format!("{number} {words}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        let of = |number: u64| many(number, "ouder", "ouders");
        assert_eq!(
            (of(0), of(1), of(2)),
            ("0 ouders".to_owned(), "1 ouder".to_owned(), "2 ouders".to_owned())
        );
    }

    #[test]
    fn what_is_asked_for_decides_then_what_the_system_speaks_then_dutch() {
        let of = |asked, set: [&str; 3]| chosen(asked, &set.map(str::to_owned));
        assert_eq!(of(None, ["", "", ""]), Tongue::Dutch);
        assert_eq!(of(None, ["", "", "en_GB.UTF-8"]), Tongue::English);
        assert_eq!(of(None, ["C", "", "en_GB.UTF-8"]), Tongue::Dutch);
        assert_eq!(of(None, ["en_US", "nl_NL", ""]), Tongue::English);
        assert_eq!(of(None, ["", "nl_NL.UTF-8", "en_GB"]), Tongue::Dutch);
        assert_eq!(of(Some(Language::Nl), ["en_US", "", ""]), Tongue::Dutch);
        assert_eq!(of(Some(Language::En), ["", "", "nl_NL"]), Tongue::English);
    }
}
