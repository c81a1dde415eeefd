//! What must not be seen: words and ids of each case, and the operations whose rows in the table say who may see them.

use super::stage::{Stage, contact_of, private_words_of};
use super::table::{Column, Table};

/// The operations that show a request; who has none of them learns nothing of it.
const OF_THE_CASE: &[&str] = &["getSupportRequest", "getProposal", "getMatch"];

/// Something that only some may see.
pub struct Marker {
    /// The letters.
    pub text: String,
    /// What they are, in words.
    pub what: String,
    column: Column,
    shown_by: &'static [&'static str],
}

/// Every marker of a stage.
pub fn markers(stage: &Stage) -> Vec<Marker> {
    let mut all = Vec::new();
    for (column, on) in stage.all() {
        let mut add = |what: &str, text: &str, shown_by: &'static [&'static str]| {
            if !text.is_empty() && all.iter().all(|one: &Marker| one.text != text || one.column != column) {
                let what = format!("{what} ({column:?})");
                all.push(Marker { text: text.to_owned(), what, column, shown_by });
            }
        };
        let name = format!("{column:?}").to_lowercase();
        add("how to reach the parent", &contact_of(&name), &["getSupportRequest"]);
        add("private words", &private_words_of(&name), &["getPrivateNote"]);
        add("the announcement", &on.announcement, &["getAnnouncement"]);
        add("the announced talk", &on.announced, &["getAnnouncedMeeting"]);
        add("the private note", &on.note, &["getPrivateNote"]);
        add("the message", &on.message, &["getPrivateNote"]);
        let by_school = &["getBuddy", "getProposal", "getAnnouncedMeeting"];
        add("the buddy's name", &format!("Buddy-{name}"), by_school);
        add("the request", &on.request, OF_THE_CASE);
        add("the proposal", &on.proposal, &["getProposal", "getMatch"]);
        add("the match", &on.matched, &["getMatch"]);
        add("the buddy", &on.buddy, &["getBuddy", "getProposal", "getMatch"]);
        add("the tie", &on.tie, &["listTies", "getProposal"]);
        add("the conversation", &on.conversation, &["getConversation"]);
    }
    all
}

impl Marker {
    /// Whether this caller may see it, by the table.
    pub fn may_be_seen(&self, table: &Table, caller: &str) -> bool {
        self.shown_by.iter().any(|operation| {
            table.cell(operation, caller, self.column).is_some_and(super::table::Cell::is_kind)
        })
    }
}
