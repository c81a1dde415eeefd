//! What changed between two versions of the contract, and what that asks of its version (semantic versioning). Clients are
//! generated from the contract and run for years: what worked with the older one must work with the newer one.
//!
//! What a client sends may only become wider, and what she receives may only become narrower, but for two things that the
//! contract announces: answers get more members, and lists of codes more codes. An operation goes only when the older contract
//! said so, and not before the day that it named. The reasons for each line stand in
//! docs/adr/0017.

mod access;
mod deprecation;
mod members;
mod operation;
pub mod released;
mod schema;

use std::collections::HashSet;
use std::fmt;

use naast_domain::Date;
use serde_json::Value;

/// What a change asks of the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// A client of the older contract works on.
    Addition,
    /// A client of the older contract may stop working: only with a new major version.
    Breaking,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it asks of the version.
    pub weight: Weight,
    /// Where.
    pub place: String,
    /// What.
    pub what: String,
}

impl fmt::Display for Change {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = match self.weight {
            Weight::Addition => "addition",
            Weight::Breaking => "BREAKING",
        };
        write!(to, "{weight}  {}: {}", self.place, self.what)
    }
}

/// The two documents, and what was found so far.
struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    today: Date,
    changes: Vec<Change>,
    /// References that were compared already, with their direction: schemas may refer to themselves.
    seen: HashSet<(String, String, schema::Direction)>,
}

impl Comparison<'_> {
    fn note(&mut self, weight: Weight, place: &str, what: impl Into<String>) {
        let change = Change { weight, place: place.to_owned(), what: what.into() };
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    fn breaks(&mut self, place: &str, what: impl Into<String>) {
        self.note(Weight::Breaking, place, what);
    }

    fn adds(&mut self, place: &str, what: impl Into<String>) {
        self.note(Weight::Addition, place, what);
    }
}

/// Every change from the older contract to the newer one that a client could notice, on a day. Words are not among them.
pub fn changes(old: &Value, new: &Value, today: Date) -> Vec<Change> {
    let mut comparison = Comparison { old, new, today, changes: Vec::new(), seen: HashSet::new() };
    comparison.servers();
    comparison.operations();
    comparison.schemes();
    comparison.changes
}

/// A version of the contract: major, minor, patch.
pub type Version = (u64, u64, u64);

/// The version that a document says it has.
///
/// # Errors
/// When it is not three numbers.
pub fn version(document: &Value) -> Result<Version, String> {
    let text = document["info"]["version"].as_str().unwrap_or_default();
    let parts: Result<Vec<u64>, _> = text.split('.').map(str::parse).collect();
    match parts.as_deref() {
        Ok(&[major, minor, patch]) => Ok((major, minor, patch)),
        _ => Err(format!("{text:?} is not a version")),
    }
}

/// Whether the newer contract may have its version after the older one. `released` says whether the older one is out, or
/// still a candidate that may grow. On the day of the comparison depends what was announced long enough.
///
/// # Errors
/// With every change that asks for more, when it may not.
pub fn judge(old: &Value, new: &Value, released: bool, today: Date) -> Result<(), String> {
    let (before, now) = (version(old)?, version(new)?);
    if now < before {
        return Err(format!("the version went back, from {before:?} to {now:?}"));
    }
    let room = if now.0 > before.0 {
        return Ok(());
    } else if now.1 > before.1 || !released {
        Weight::Addition
    } else {
        // the same minor version: nothing that a client could notice
        return all(&changes(old, new, today));
    };
    let beyond: Vec<Change> =
        changes(old, new, today).into_iter().filter(|change| change.weight > room).collect();
    all(&beyond)
}

fn all(changes: &[Change]) -> Result<(), String> {
    if changes.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
    Err(lines.join("\n"))
}

#[cfg(test)]
mod tests;
