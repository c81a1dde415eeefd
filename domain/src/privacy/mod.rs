//! What a person may rely on about what is kept of her: how sensitive it is, how long it stays, and what she gets when she
//! asks for it (AVG art. 5, 15, 17, 20).

pub mod access;
mod classes;
pub mod processing;
pub mod retention;

pub use classes::{Confirmation, DataClass, HoldReason, KeptBecause, WithheldBecause};
