//! What the API promises, over HTTP, on both databases.

mod buddies;
mod concurrency;
mod contract;
mod contract_tour;
mod conversation;
mod directory;
mod independence;
mod later_ties;
mod looks;
mod main_job;
mod memberships;
mod properties;
mod requests;
mod school_side;
mod tokens;
