//! What a file would change, the same for every kind of file.

use std::collections::BTreeMap;

use naast_domain::directory::{Difference, FieldChange, HOLD_SHARE, LocationCode};
use serde::Serialize;
use serde_json::{Value, json};

use super::{ImportKind, ImportStatus, Report};

/// So many are listed by name; more would tell a person no more.
const MOST_LISTED: usize = 1_000;

/// How a file differs from what is kept, by key and in the order of keys.
pub(super) struct Changes<K> {
    pub(super) added: Vec<K>,
    pub(super) removed: Vec<K>,
    pub(super) changed: Vec<(K, Vec<FieldChange>)>,
    /// What is kept as it stands in the file, and is written once to be complete.
    pub(super) filled: Vec<K>,
    pub(super) unchanged: usize,
}

impl From<Difference> for Changes<LocationCode> {
    fn from(difference: Difference) -> Self {
        let Difference { added, removed, changed, filled, unchanged } = difference;
        Self { added, removed, changed, filled, unchanged }
    }
}

impl<K: Ord + Clone + Serialize> Changes<K> {
    /// Compares, with what differs between two values of one key.
    pub(super) fn between<V>(
        before: &BTreeMap<K, V>,
        after: &BTreeMap<K, V>,
        fields: impl Fn(&V, &V) -> Vec<FieldChange>,
    ) -> Self {
        let mut changes = Self {
            added: Vec::new(),
            removed: before.keys().filter(|key| !after.contains_key(key)).cloned().collect(),
            changed: Vec::new(),
            filled: Vec::new(),
            unchanged: 0,
        };
        for (key, value) in after {
            match before.get(key).map(|known| fields(known, value)) {
                None => changes.added.push(key.clone()),
                Some(fields) if fields.is_empty() => changes.unchanged += 1,
                Some(fields) => changes.changed.push((key.clone(), fields)),
            }
        }
        changes
    }

    /// What is in the file and is not kept so.
    pub(super) fn to_write(&self) -> impl Iterator<Item = &K> {
        self.added.iter().chain(self.changed.iter().map(|(key, _)| key))
    }

    /// Everything that differs.
    pub(super) fn all(&self) -> impl Iterator<Item = &K> {
        self.removed.iter().chain(self.to_write())
    }

    /// The report of an import that makes these changes, unless a person must look first. A list of any kind that
    /// loses more than the share that holds a list of schools is likelier half a list.
    pub(super) fn report(&self, kind: ImportKind, rows: usize, before: usize, force: bool) -> Report {
        let status = if self.all().next().is_none() {
            ImportStatus::Unchanged
        } else if self.removed.len() > before / HOLD_SHARE && !force {
            ImportStatus::Held
        } else {
            ImportStatus::Applied
        };
        Report {
            kind,
            status,
            rows: number(rows),
            added: number(self.added.len()),
            changed: number(self.changed.len()),
            removed: number(self.removed.len()),
            unchanged: number(self.unchanged),
            links_opened: 0,
            links_closed: 0,
            differences: self.listed(kind.key()),
        }
    }

    fn listed(&self, key_name: &str) -> Value {
        let removed = &self.removed[..self.removed.len().min(MOST_LISTED)];
        let left = MOST_LISTED - removed.len();
        let changed = &self.changed[..self.changed.len().min(left)];
        let added = &self.added[..self.added.len().min(left - changed.len())];
        let changed: Vec<Value> = changed
            .iter()
            .map(|(key, fields)| {
                let names: Vec<&str> = fields.iter().map(|one| one.field.as_str()).collect();
                let values: Vec<Value> = fields
                    .iter()
                    .map(|one| {
                        json!({ "field": one.field, "before": one.before, "after": one.after, "beside": one.beside })
                    })
                    .collect();
                json!({ key_name: key, "fields": names, "values": values })
            })
            .collect();
        json!({ "total": self.all().count(), "removed": removed, "changed": changed, "added": added })
    }
}

/// A count as it is kept.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
