//! Decisions, proposals, the parent's answers on ties, and acceptances.

mod decisions;
mod proposals;
mod ties;

pub use decisions::{Decision, decisions_on, insert_decision};
pub use proposals::{
    KeptProposal, Shown, cancel_open, change, find, insert, of_match, open_proposals_of, proposals_for,
    proposals_to,
};
pub use ties::{TieAnswer, accepted_findings, answer_tie, earlier_answers_on, put_aside, tie_answers_on};
