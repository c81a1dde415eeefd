//! The directory: schools, boards and partnerships, and the open data files that it is fed with.
//!
//! A parent looks for her own school here, and the programme's forms, the buddies' ties and the conversations all
//! point at it. So no school ever leaves it: one that is no longer published is marked, and what hangs on it stays.

mod boards;
mod facts;
pub mod imports;
mod links;
mod municipalities;
mod partnerships;
mod pupils;
mod schools;
mod search;
#[cfg(test)]
mod tests;

pub use boards::{Board, board, boards};
pub(crate) use facts::facts_of;
pub use facts::{boards_of, school_facts};
pub use links::{PartnershipLink, last_day_over, record_partnership};
pub use municipalities::{are_municipalities, is_municipality};
pub use partnerships::{Partnership, has_partnerships, partnership, partnerships};
pub use pupils::Pupils;
pub use schools::{Listed, find, has_schools};
pub use search::{Search, search};

/// How many rows, or codes of a question, go into one statement. The widest row has 17 columns; PostgreSQL takes
/// 65,535 variables in one statement and SQLite 32,766.
const BATCH: usize = 1_000;
