//! Independence: for a parent it matters in every form, and the form has consequences for the buddy's
//! position toward the school (S2).
//!
//! A buddy declares facts: [`Tie`]s. For one request the rules read those facts with the [`Situation`] of
//! the request and the dated, versioned [`Table`], and answer with an [`Assessment`]: the worst of what was
//! found. A finding that blocks cannot be accepted away, by nobody. A finding that must be disclosed is put
//! to the parent in plain words, and the parent accepts it herself, per tie and per request
//! ([`all_accepted`]). Only an assessment without a block becomes an [`IndependentBuddy`], which is what a
//! proposal to a parent asks for.
//!
//! Some ties nobody has to declare: a role, a seat or a task at a school, a board or a partnership that the installation knows of
//! itself ([`known_tie`]).
//!
//! Ties belong to the buddy. The coordinator and the parent of the request see them; no school and no
//! partnership does.

mod assessment;
mod declared;
mod engine;
mod kinds;
mod known;
mod plain;
mod questions;
mod situation;
mod table;
#[cfg(test)]
mod tests;
mod ties;

pub use assessment::{Assessment, Finding, FindingKey, IndependentBuddy, InvalidFindingKey, all_accepted};
pub use declared::{Declared, Questions};
pub use engine::{
    assess, assess_by, assess_coordinator, coordinator_not_asked, coordinator_tied, is_own_question_due,
    is_own_question_lost, is_yearly_question_due, keeps_a_coordinator, keeps_away,
};
pub use kinds::{ObjectKind, TieKind};
pub use known::{Seat, known_now, known_tie};
pub use plain::what_it_means_for_you;
pub use questions::{question, schools_in_her_life, to_ask};
pub use situation::{Funder, SchoolFacts, Situation};
pub use table::{Case, Effect, Row, TABLE_VERSION, Table, Terms, current, table};
pub use ties::{OwnEnd, Tie, TieFault, TieObject};
