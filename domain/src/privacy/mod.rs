//! What a person may rely on about what is kept of her: what she consented to and took back ([`consents`]), how sensitive it
//! is, how long it stays, and what she gets when she asks for it (AVG art. 5, 7, 15, 17, 19, 20).

pub mod access;
mod classes;
pub mod consents;
pub mod processing;
pub mod retention;

pub use classes::{Confirmation, DataClass, HoldReason, KeptBecause, WithheldBecause};
