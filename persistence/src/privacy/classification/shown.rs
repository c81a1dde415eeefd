//! How the page of an export shows what stands in a column: codes by what their list calls them, ids and codes of the directory by the
//! name that somebody or something has. The data beside the page stay as they are.

use naast_domain::code::Code;
use naast_domain::privacy::processing;
use naast_domain::support::private_space::NoteKind;
use naast_domain::text::Text;

use crate::support::private_space::MESSAGE;

/// What a code is called; nothing for what is no code of the list.
pub type Label = fn(&str) -> Option<Text>;

/// How the page of an export shows a column.
#[derive(Debug, Clone, Copy)]
pub enum Shown {
    /// As it stands: a text that somebody wrote, a number, a day, a moment, yes or no, or an id that is hers to quote.
    AsItStands,
    /// By what its list calls the code, or each of the codes.
    Label(Label),
    /// By the name of the organisation, programme, school or municipality, where it has one.
    Name,
    /// What a tie is about: its kind, and the name of it.
    About,
    /// By the words of each finding in the reader's language.
    Findings,
    /// The key of a finding, by the words of that finding.
    Finding,
}

/// What a code of a list is called.
pub fn label<C: Code>(code: &str) -> Option<Text> {
    C::parse(code).ok().map(Code::label)
}

/// An activity of the processing register is called by its name there.
pub(super) fn of_activity(code: &str) -> Option<Text> {
    processing::activity(code).map(|one| one.name.clone())
}

/// What is written in the private space is a note of a kind, or a message.
pub(super) fn of_entry(kind: &str) -> Option<Text> {
    let message = || (kind == MESSAGE).then_some(Text::of("bericht", "message"));
    label::<NoteKind>(kind).or_else(message)
}
