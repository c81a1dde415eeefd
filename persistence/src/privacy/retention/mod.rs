//! When what is kept goes, and what holds it back.

mod cases;
mod files;
mod holds;
mod terms;

pub use cases::{CaseRetention, cases_of, next_case, next_cases, of_cases};
pub use files::{left_at, of_buddies, of_buddy};
pub(crate) use holds::forget_asking;
pub use holds::{
    Hold, ask_again, asked_at, holds_on, lift_hold, place_hold, remember_asking, take_asking_back,
};
pub use terms::{OwnTerm, SaidTerm, said_terms, set_term, terms};
