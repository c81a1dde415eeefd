//! What the storage promises, on both databases: the schema, migrations, column types, transactions, limits and the
//! journal.

mod classification;
mod columns;
mod events;
mod index_key;
mod journal;
mod keys;
mod keys_cut_short;
mod limits;
mod migrations;
mod parts;
mod register;
mod schema;
mod second_verifier;
mod tables;
mod tampering;
mod writing;
