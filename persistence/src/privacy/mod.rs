//! What is kept of people: what each column is, how long it stays, and how it goes.

pub mod access_log;
pub mod classification;
pub mod erasure;
pub mod leases;
pub mod others;
pub mod restorations;
pub mod retention;
pub mod tombstones;
