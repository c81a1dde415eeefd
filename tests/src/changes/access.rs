//! Changes of what stands around the operations: where they are found, and how one is let in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Comparison;
use super::operation::{entries, others};

/// One way to be let in: the schemes that it takes, each with its scopes.
pub(super) type Way = BTreeMap<String, BTreeSet<String>>;

/// The ways that lead to an operation; one that asks for nothing when all may call.
pub(super) fn ways(document: &Value, operation: &Value) -> Vec<Way> {
    let security = operation.get("security").unwrap_or(&document["security"]);
    let ways = security.as_array().cloned().unwrap_or_default();
    if ways.is_empty() {
        return vec![Way::new()];
    }
    let scopes = |list: &Value| {
        list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let way =
        |way: &Map<String, Value>| way.iter().map(|(name, list)| (name.clone(), scopes(list))).collect();
    ways.iter().filter_map(Value::as_object).map(way).collect()
}

/// Whether who goes this way needs no more than the other asks.
pub(super) fn opens(asked: &Way, had: &Way) -> bool {
    asked.iter().all(|(scheme, scopes)| had.get(scheme).is_some_and(|own| scopes.is_subset(own)))
}

/// Addresses, without the words beside them.
fn addresses(document: &Value) -> Vec<(&Value, &Value)> {
    document["servers"].as_array().into_iter().flatten().map(|one| (&one["url"], &one["variables"])).collect()
}

/// Members of the document that are compared elsewhere, or are words.
const KNOWN: [&str; 9] =
    ["openapi", "info", "servers", "paths", "webhooks", "components", "security", "tags", "externalDocs"];

impl Comparison<'_> {
    /// Compares where the operations are found. Generated clients take the first address.
    pub(super) fn servers(&mut self) {
        let (old, new) = (addresses(self.old), addresses(self.new));
        for gone in old.iter().filter(|one| !new.contains(one)) {
            self.breaks("servers", format!("{} is gone", gone.0));
        }
        if old.first() != new.first() {
            self.breaks("servers", "the first is another");
        }
        for come in new.iter().filter(|one| !old.contains(one)) {
            self.adds("servers", format!("{} is new", come.0));
        }
        if others(self.old, &KNOWN) != others(self.new, &KNOWN) {
            self.breaks("the document", "something that cannot be compared is another");
        }
    }

    /// Compares how one is let in, with the scopes that a connected system can have.
    pub(super) fn schemes(&mut self) {
        let (old, new) =
            (&self.old["components"]["securitySchemes"], &self.new["components"]["securitySchemes"]);
        for (name, scheme) in entries(old) {
            let place = format!("security scheme {name}");
            let Some(other) = new.get(name) else {
                self.breaks(&place, "is gone");
                continue;
            };
            // the form of a token is a hint (OpenAPI 3.1, 4.8.27)
            let known = ["description", "bearerFormat", "flows"];
            if others(scheme, &known) != others(other, &known) {
                self.breaks(&place, "is of another kind");
            }
            self.flows(&scheme["flows"], &other["flows"], &place);
        }
        for (name, _) in entries(new).filter(|(name, _)| old.get(name.as_str()).is_none()) {
            self.adds(&format!("security scheme {name}"), "is new");
        }
    }

    fn flows(&mut self, old: &Value, new: &Value, place: &str) {
        for (name, flow) in entries(old) {
            let place = format!("{place} {name}");
            let Some(other) = new.get(name) else {
                self.breaks(&place, "is gone");
                continue;
            };
            if others(flow, &["scopes"]) != others(other, &["scopes"]) {
                self.breaks(&place, "has another address");
            }
            for (scope, _) in
                entries(&flow["scopes"]).filter(|(one, _)| other["scopes"].get(one.as_str()).is_none())
            {
                self.breaks(&format!("scope {scope}"), "is gone");
            }
            for (scope, _) in
                entries(&other["scopes"]).filter(|(one, _)| flow["scopes"].get(one.as_str()).is_none())
            {
                self.adds(&format!("scope {scope}"), "is new");
            }
        }
        for (name, _) in entries(new).filter(|(name, _)| old.get(name.as_str()).is_none()) {
            self.adds(&format!("{place} {name}"), "is new");
        }
    }
}
