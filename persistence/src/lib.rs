//! Keeps what the domain decides, in SQLite or PostgreSQL.
//!
//! A use case runs in one closure: [`Store::read`] lends a [`Database`], [`Store::write`] a [`Transaction`], which
//! ends with the journal row of what it changed or does not end at all. Queries are functions of the rooms below;
//! each is written once and runs on either database (ADR 1).

mod alone;
pub mod backup;
pub mod buddies;
pub mod columns;
pub mod conversations;
pub mod database;
pub mod directory;
pub mod doctor;
mod error;
pub mod events;
pub mod identity;
pub mod independence;
pub mod journal;
pub mod keys;
mod location;
pub mod locks;
pub mod matching;
pub mod migrations;
pub mod organisations;
pub mod privacy;
mod probe;
pub mod programmes;
pub mod requests;
pub mod retries;
mod rows;
mod schema;
mod store;
pub mod support;
mod transaction;
mod writer;

pub use alone::{OnlyServer, is_unused, only_server};
pub use database::Database;
pub use error::{DAMAGED, Error, Fault, NO_DATABASE};
pub use location::{Location, OpenError, make_folder, migrate};
pub use probe::Probe;
pub use rows::{Page, Shortened, Slice, Stored};
pub use store::{Connections, Store};
pub use transaction::{Kept, Transaction};
