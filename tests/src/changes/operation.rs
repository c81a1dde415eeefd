//! Changes of operations: which there are, what goes in and what comes out. Who may do them is in `access`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Comparison;
use super::access::{opens, ways};
use super::schema::{Direction, follow};

const METHODS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

/// Members of an operation that are compared one by one below, or are words; any other that differs is a change that nobody
/// can judge.
const KNOWN: [&str; 10] = [
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "tags",
    "summary",
    "description",
    "externalDocs",
    "deprecated",
];

pub(super) fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// What an operation takes beside its body; what it says itself goes before what its path says for all.
fn parameters<'a>(
    document: &'a Value,
    item: &'a Value,
    operation: &'a Value,
) -> BTreeMap<(String, String), &'a Value> {
    let listed = |owner: &'a Value| owner["parameters"].as_array().into_iter().flatten();
    let all = listed(item).chain(listed(operation)).map(|one| follow(document, one));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    all.map(|one| ((text(&one["in"]), text(&one["name"])), one)).collect()
}

/// How a value is written into a path, a query or a header, with what holds when nothing is said.
fn writing(parameter: &Value) -> (&str, bool, bool, bool) {
    let usual = if ["query", "cookie"].contains(&parameter["in"].as_str().unwrap_or_default()) {
        "form"
    } else {
        "simple"
    };
    let style = parameter["style"].as_str().unwrap_or(usual);
    let explode = parameter["explode"].as_bool().unwrap_or(style == "form");
    (style, explode, parameter["allowReserved"] == true, parameter["allowEmptyValue"] == true)
}

/// What is said beside the members that are compared one by one.
pub(super) fn others(object: &Value, known: &[&str]) -> Map<String, Value> {
    let kept = |name: &str| !known.contains(&name) && !name.starts_with("x-");
    entries(object)
        .filter(|(name, _)| kept(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
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
                    Some(other) => self.operation((item, &new["paths"][path]), &item[method], other, &place),
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

    fn operation(&mut self, items: (&Value, &Value), old: &Value, new: &Value, place: &str) {
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
        if others(old, &KNOWN) != others(new, &KNOWN) || items.0["servers"] != items.1["servers"] {
            self.breaks(place, "something that cannot be compared is another");
        }
        let (before, now) = (parameters(self.old, items.0, old), parameters(self.new, items.1, new));
        self.parameters(&before, &now, place);
        self.body(&old["requestBody"], &new["requestBody"], place);
        self.answers(&old["responses"], &new["responses"], place);
    }

    fn parameters(
        &mut self,
        before: &BTreeMap<(String, String), &Value>,
        now: &BTreeMap<(String, String), &Value>,
        place: &str,
    ) {
        for ((kind, name), parameter) in before {
            let at = format!("{place} {kind} {name}");
            let Some(other) = now.get(&(kind.clone(), name.clone())) else {
                self.breaks(&at, "is gone");
                continue;
            };
            if is_required(other) && !is_required(parameter) {
                self.breaks(&at, "must be given now");
            }
            self.value(parameter, other, Direction::Sent, &at);
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

    /// A parameter or a header: its schema, and how it is written.
    fn value(&mut self, old: &Value, new: &Value, direction: Direction, place: &str) {
        if writing(old) != writing(new) {
            self.breaks(place, format!("is written as {:?} and was {:?}", writing(new), writing(old)));
        }
        if old["content"].is_null() != new["content"].is_null() {
            self.breaks(place, "is written as another kind of thing");
        }
        if direction == Direction::Received && is_required(old) && !is_required(new) {
            self.breaks(place, "may be left out now");
        }
        self.schema(&old["schema"], &new["schema"], direction, place);
        self.content(&old["content"], &new["content"], direction, place);
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
                        self.value(old, new, Direction::Received, &at);
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
                Some(other) => {
                    if content["encoding"] != other["encoding"] {
                        self.breaks(&at, "its parts are written in another way");
                    }
                    self.schema(&content["schema"], &other["schema"], direction, &at);
                }
                None => self.breaks(&at, "is gone"),
            }
        }
        for (media, _) in entries(new).filter(|(media, _)| old.get(media.as_str()).is_none()) {
            self.adds(&format!("{place} {media}"), "is new");
        }
    }

    /// A call that the server makes: what goes in is what the other side receives.
    fn webhook(&mut self, old: &Value, new: &Value, place: &str) {
        let before = parameters(self.old, &Value::Null, old);
        let now = parameters(self.new, &Value::Null, new);
        for (key, parameter) in &before {
            let at = format!("{place} {} {}", key.0, key.1);
            match now.get(key) {
                Some(other) => self.value(parameter, other, Direction::Received, &at),
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
