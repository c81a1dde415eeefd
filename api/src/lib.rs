//! Naast over HTTP: routes, contract, identity, and the command line.
//!
//! One request's way: the [`edge`] takes it in; a handler of a room says who calls ([`caller`]), checks the body against
//! the published [`contract`], and runs one closure on the [`platform`]: load, decide (the domain), keep, journal. What
//! goes wrong is a [`problem`].

pub mod accept;
pub mod answer;
pub mod buddies;
pub mod call;
pub mod caller;
pub mod cli;
pub mod clock;
pub mod contract;
pub mod conversations;
pub mod cors;
pub mod directory;
pub mod edge;
pub mod events;
pub mod health;
pub mod identity;
pub mod independence;
pub mod journal;
pub mod limits;
pub mod matching;
pub mod metrics;
pub mod organisations;
pub mod paging;
pub mod platform;
pub mod privacy;
pub mod problem;
pub mod programmes;
pub mod queue;
pub mod requests;
pub mod retries;
pub mod routes;
pub mod server;
pub mod service;
pub mod support;
pub mod version;
