//! What the API promises, over HTTP, on both databases.

mod address_guard;
mod answers;
mod buddies;
mod checker;
mod concurrency;
mod contract;
mod contract_tour;
mod conversation;
mod conversation_rules;
mod demo;
mod directory;
mod events;
mod independence;
mod invariants;
mod later_ties;
mod looks;
mod main_job;
mod memberships;
mod over_time;
mod properties;
mod requests;
mod school_side;
mod strangers;
mod tokens;
mod webhook_failures;
mod webhooks;
