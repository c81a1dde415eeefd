//! What is kept of people: what each column is, how long it stays, and how it goes; the consent register, and what recipients
//! are told when a consent is taken back.

pub mod access_log;
pub mod choice;
pub mod classification;
pub mod consents;
pub mod erasure;
pub mod export;
pub mod leases;
pub mod notices;
pub mod others;
pub mod pupils;
pub mod restorations;
pub mod retention;
pub mod tombstones;
