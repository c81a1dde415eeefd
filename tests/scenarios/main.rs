//! What the API promises, over HTTP, on both databases.

mod concurrency;
mod conversation;
mod directory;
mod independence;
mod later_ties;
mod looks;
mod main_job;
mod requests;
mod school_side;
