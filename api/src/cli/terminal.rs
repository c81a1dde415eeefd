//! How a command speaks with the person at the terminal: what it says, and what it failed of.

use std::fmt::Display;
use std::path::Path;

use super::faults::in_dutch;
use super::language::said;

/// What a command failed of, in words for the person at the terminal.
#[derive(Debug)]
pub struct Failure {
    pub(super) message: String,
    pub(super) code: u8,
}

impl Failure {
    /// A failure with this exit code and these words.
    pub fn new(code: u8, message: impl Display) -> Self {
        Self { message: message.to_string(), code }
    }

    /// A failure with this exit code that says what a fault says.
    pub fn of(code: u8, fault: &(dyn std::error::Error + 'static)) -> Self {
        Self::new(code, words(fault))
    }

    /// A failure with this exit code that says what is wrong with a file or an address.
    pub fn at(code: u8, place: impl Display, fault: &(dyn std::error::Error + 'static)) -> Self {
        Self::new(code, format!("{place}: {}", words(fault)))
    }
}

impl<E: std::error::Error + 'static> From<E> for Failure {
    fn from(fault: E) -> Self {
        Self::of(1, &fault)
    }
}

/// What a fault says, in the language of this run.
pub fn words(fault: &(dyn std::error::Error + 'static)) -> String {
    let english = fault.to_string();
    said(in_dutch(fault).unwrap_or_else(|| english.clone()), english)
}

/// Says something on standard output. A reader who has seen enough and went away is no fault.
pub fn say(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.trim_end().as_bytes()).and_then(|()| out.write_all(b"\n"));
}

/// Says something on standard error; nobody may be there to read it.
pub fn complain(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Makes the data folder, for its owner only, when it is not there.
pub fn make_folder(folder: &Path) -> Result<(), Failure> {
    naast_persistence::make_folder(folder).map_err(|fault| Failure::at(1, shown(folder), &fault))
}

/// A path as the person at the terminal knows it.
pub fn shown(path: &Path) -> String {
    path.display().to_string()
}
