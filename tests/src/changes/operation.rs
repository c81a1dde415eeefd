//! Changes of operations: which there are, who may do them, what goes in and what comes out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Comparison;
use super::schema::{Direction, follow};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// One way to be let in: the schemes that it takes, each with its scopes.
type Way = BTreeMap<String, BTreeSet<String>>;

fn ways(document: &Value, operation: &Value) -> Vec<Way> {
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
fn opens(asked: &Way, had: &Way) -> bool {
    asked.iter().all(|(scheme, scopes)| had.get(scheme).is_some_and(|own| scopes.is_subset(own)))
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn parameters<'a>(document: &'a Value, operation: &'a Value) -> BTreeMap<(String, String), &'a Value> {
    let all = operation["parameters"].as_array().into_iter().flatten().map(|one| follow(document, one));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    all.map(|one| ((text(&one["in"]), text(&one["name"])), one)).collect()
}

fn is_required(value: &Value) -> bool {
    value["required"] == true
}

impl Comparison<'_> {
    /// Compares every operation, and every call that the server makes.
    pub(super) fn operations(&mut self) {
        let (old, new) = (self.old, self.new);
        for (path, item) in entries(&old["paths"]) {
            for method in METHODS.into_iter().filter(|method| item.get(method).is_some()) {
                let place = format!("{} {path}", method.to_uppercase());
                match new["paths"].get(path).and_then(|item| item.get(method)) {
                    Some(other) => self.operation(&item[method], other, &place),
                    None => self.gone(&item[method], &place),
                }
            }
        }
        for (path, item) in entries(&new["paths"]) {
            for method in METHODS.into_iter().filter(|method| item.get(method).is_some()) {
                if old["paths"].get(path).and_then(|item| item.get(method)).is_none() {
                    self.adds(&format!("{} {path}", method.to_uppercase()), "is new");
                }
            }
        }
        for (name, item) in entries(&old["webhooks"]) {
            let place = format!("webhook {name}");
            match new["webhooks"].get(name) {
                Some(other) => self.webhook(&item["post"], &other["post"], &place),
                None => self.breaks(&place, "is gone"),
            }
        }
        for (name, _) in
            entries(&new["webhooks"]).filter(|(name, _)| old["webhooks"].get(name.as_str()).is_none())
        {
            self.adds(&format!("webhook {name}"), "is new");
        }
    }

    /// Compares the scopes that a connected system can have.
    pub(super) fn scopes(&mut self) {
        let of = |document: &Value| -> BTreeSet<String> {
            let schemes = entries(&document["components"]["securitySchemes"]);
            let flows = schemes.flat_map(|(_, scheme)| entries(&scheme["flows"]));
            flows.flat_map(|(_, flow)| entries(&flow["scopes"])).map(|(name, _)| name.clone()).collect()
        };
        let (old, new) = (of(self.old), of(self.new));
        for scope in old.difference(&new) {
            self.breaks(&format!("scope {scope}"), "is gone");
        }
        for scope in new.difference(&old) {
            self.adds(&format!("scope {scope}"), "is new");
        }
    }

    fn operation(&mut self, old: &Value, new: &Value, place: &str) {
        if old["operationId"] != new["operationId"] {
            self.breaks(place, format!("its name is {} and was {}", new["operationId"], old["operationId"]));
        }
        let (had, asked) = (ways(self.old, old), ways(self.new, new));
        for way in had.iter().filter(|way| !asked.iter().any(|asked| opens(asked, way))) {
            self.breaks(place, format!("is not open any more to {way:?}"));
        }
        for way in asked.iter().filter(|way| !had.iter().any(|had| opens(had, way))) {
            self.adds(place, format!("is open to {way:?} too"));
        }
        self.deprecation(old, new, place);
        self.parameters(old, new, place);
        self.body(&old["requestBody"], &new["requestBody"], place);
        self.answers(&old["responses"], &new["responses"], place);
    }

    fn parameters(&mut self, old: &Value, new: &Value, place: &str) {
        let (before, now) = (parameters(self.old, old), parameters(self.new, new));
        for ((kind, name), parameter) in &before {
            let at = format!("{place} {kind} {name}");
            let Some(other) = now.get(&(kind.clone(), name.clone())) else {
                self.breaks(&at, "is gone");
                continue;
            };
            if is_required(other) && !is_required(parameter) {
                self.breaks(&at, "must be given now");
            }
            self.schema(&parameter["schema"], &other["schema"], Direction::Sent, &at);
        }
        for ((kind, name), parameter) in now.iter().filter(|(key, _)| !before.contains_key(*key)) {
            let at = format!("{place} {kind} {name}");
            if is_required(parameter) {
                self.breaks(&at, "is new and must be given");
            } else {
                self.adds(&at, "is new");
            }
        }
    }

    fn body(&mut self, old: &Value, new: &Value, place: &str) {
        let (old, new) = (follow(self.old, old), follow(self.new, new));
        let at = format!("{place} body");
        match (old.is_null(), new.is_null()) {
            (true, true) => return,
            (false, true) => return self.breaks(&at, "is gone"),
            (true, false) if is_required(new) => return self.breaks(&at, "is new and must be given"),
            (true, false) => return self.adds(&at, "is new"),
            (false, false) => {}
        }
        if is_required(new) && !is_required(old) {
            self.breaks(&at, "must be given now");
        }
        self.content(&old["content"], &new["content"], Direction::Sent, &at);
    }

    fn answers(&mut self, old: &Value, new: &Value, place: &str) {
        for (status, answer) in entries(old) {
            let at = format!("{place} {status}");
            let Some(other) = new.get(status) else {
                self.breaks(&at, "is gone");
                continue;
            };
            let (answer, other) = (follow(self.old, answer), follow(self.new, other));
            // what these two say of the operation is compared already
            let is_compared = |name: &str| ["Deprecation", "Sunset"].contains(&name);
            for (name, header) in entries(&answer["headers"]).filter(|(name, _)| !is_compared(name)) {
                let at = format!("{at} header {name}");
                match other["headers"].get(name) {
                    Some(new) => {
                        let (old, new) = (follow(self.old, header), follow(self.new, new));
                        self.schema(&old["schema"], &new["schema"], Direction::Received, &at);
                    }
                    None => self.breaks(&at, "is gone"),
                }
            }
            for (name, _) in
                entries(&other["headers"]).filter(|(name, _)| answer["headers"].get(name.as_str()).is_none())
            {
                self.adds(&format!("{at} header {name}"), "is new");
            }
            self.content(&answer["content"], &other["content"], Direction::Received, &at);
        }
        for (status, _) in entries(new).filter(|(status, _)| old.get(status.as_str()).is_none()) {
            let at = format!("{place} {status}");
            if status.starts_with('2') {
                self.breaks(&at, "is another way to say yes");
            } else {
                self.adds(&at, "is new");
            }
        }
    }

    fn content(&mut self, old: &Value, new: &Value, direction: Direction, place: &str) {
        for (media, content) in entries(old) {
            let at = format!("{place} {media}");
            match new.get(media) {
                Some(other) => self.schema(&content["schema"], &other["schema"], direction, &at),
                None => self.breaks(&at, "is gone"),
            }
        }
        for (media, _) in entries(new).filter(|(media, _)| old.get(media.as_str()).is_none()) {
            self.adds(&format!("{place} {media}"), "is new");
        }
    }

    /// A call that the server makes: what goes in is what the other side receives.
    fn webhook(&mut self, old: &Value, new: &Value, place: &str) {
        let (before, now) = (parameters(self.old, old), parameters(self.new, new));
        for (key, parameter) in &before {
            let at = format!("{place} {} {}", key.0, key.1);
            match now.get(key) {
                Some(other) => self.schema(&parameter["schema"], &other["schema"], Direction::Received, &at),
                None => self.breaks(&at, "is gone"),
            }
        }
        let (content, other) = (&old["requestBody"]["content"], &new["requestBody"]["content"]);
        self.content(content, other, Direction::Received, &format!("{place} body"));
        for (status, _) in
            entries(&old["responses"]).filter(|(status, _)| new["responses"].get(status.as_str()).is_none())
        {
            self.breaks(&format!("{place} {status}"), "is not understood any more");
        }
    }
}
