//! The rules of Naast.
//!
//! A parent whose child gets stuck at school sits alone opposite a table of professionals. A buddy, a
//! trained parent with the same experience, sits beside her. The Dutch guide for boards and school
//! leaders says what that asks of everyone: the programme may stand apart from the partnership, in a
//! school or in a support point (I1, S1: [`programmes`]); a school asks a parent first whether she has
//! somebody, then whether it may think along, and only then mentions a buddy (L6: [`conversations`]);
//! help is one-off or long-term, online or in person, by buddies with knowledge of their own (S5:
//! [`requests`], [`buddies`], [`matching`], [`support`]); and in every form the buddy's independence is
//! what matters to the parent (S2: [`independence`]).
//!
//! Nothing here reads a clock, draws a number, talks to a database or waits. Time, chance and facts come
//! in as arguments; what a rule proves comes out as a type.

pub mod access;
pub mod buddies;
pub mod code;
pub mod conversations;
mod days;
pub mod directory;
pub mod events;
pub mod identity;
pub mod ids;
pub mod independence;
pub mod journal;
pub mod matching;
pub mod organisations;
pub mod privacy;
pub mod programmes;
pub mod rejection;
pub mod requests;
pub mod support;
pub mod text;

pub use chrono::NaiveDate as Date;
pub use days::{day_of, start_of};
/// A moment in UTC, to the microsecond: what both databases keep.
pub type Moment = chrono::DateTime<chrono::Utc>;
