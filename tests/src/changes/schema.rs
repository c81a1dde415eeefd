//! Changes of schemas. The same schema is judged by who writes what fits it: the client, or the server.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Comparison, Weight};

/// Who writes what fits a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Direction {
    /// The client: it may only become wider.
    Sent,
    /// The server: it may only become narrower.
    Received,
}

/// Members of a schema that are words for people.
const WORDS: [&str; 6] = ["title", "description", "example", "examples", "deprecated", "$comment"];

/// Members that are compared one by one below; any other that differs is a change that nobody can judge.
const JUDGED: [&str; 19] = [
    "type",
    "enum",
    "const",
    "format",
    "pattern",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "oneOf",
    "anyOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "uniqueItems",
    "$ref",
];

/// Limits, and whether more of them is stricter.
const LIMITS: [(&str, bool); 6] = [
    ("minLength", true),
    ("minItems", true),
    ("minimum", true),
    ("maxLength", false),
    ("maxItems", false),
    ("maximum", false),
];

/// A schema without its null: what it says of everything else, and whether null fits.
struct Plain<'a> {
    /// The last reference on the way to it.
    name: Option<&'a str>,
    schema: &'a Map<String, Value>,
    nullable: bool,
}

fn is_null(schema: &Value) -> bool {
    schema["type"] == "null"
}

fn types(schema: &Map<String, Value>) -> Option<BTreeSet<&str>> {
    match schema.get("type")? {
        Value::String(one) => Some(BTreeSet::from([one.as_str()])),
        Value::Array(several) => {
            Some(several.iter().filter_map(Value::as_str).filter(|one| *one != "null").collect())
        }
        _ => None,
    }
}

fn values(schema: &Map<String, Value>) -> Option<Vec<&Value>> {
    match (schema.get("enum"), schema.get("const")) {
        (Some(Value::Array(list)), _) => Some(list.iter().filter(|one| !one.is_null()).collect()),
        (_, Some(one)) => Some(vec![one]),
        _ => None,
    }
}

/// Follows references, and takes null out.
fn plain<'a>(document: &'a Value, schema: &'a Value) -> Option<Plain<'a>> {
    let name = schema["$ref"].as_str();
    let schema = follow(document, schema);
    let object = schema.as_object()?;
    if let Some(ways) = object.get("oneOf").or_else(|| object.get("anyOf")).and_then(Value::as_array)
        && ways.len() == 2
        && let Some(other) = ways.iter().find(|way| !is_null(way)).filter(|_| ways.iter().any(is_null))
    {
        return plain(document, other).map(|inner| Plain { nullable: true, ..inner });
    }
    let types = object.get("type").and_then(Value::as_array);
    let nullable = types.is_some_and(|all| all.iter().any(|one| one == "null"));
    Some(Plain { name, schema: object, nullable })
}

/// What a reference refers to; anything else is itself.
pub(super) fn follow<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let mut value = value;
    while let Some(pointer) = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        match document.pointer(pointer) {
            Some(there) => value = there,
            None => break,
        }
    }
    value
}

impl Comparison<'_> {
    /// Compares two schemas.
    pub(super) fn schema(&mut self, old: &Value, new: &Value, direction: Direction, place: &str) {
        let (old_document, new_document) = (self.old, self.new);
        let (Some(old), Some(new)) = (plain(old_document, old), plain(new_document, new)) else {
            if old != new {
                self.breaks(place, "the schema is another");
            }
            return;
        };
        match (old.nullable, new.nullable, direction) {
            (true, false, Direction::Sent) => self.breaks(place, "null is not taken any more"),
            (false, true, Direction::Received) => self.breaks(place, "may be null now"),
            (false, true, Direction::Sent) => self.adds(place, "null is taken now"),
            _ => {}
        }
        let named = match (old.name, new.name) {
            (Some(old), Some(new)) => {
                if !self.seen.insert((old.to_owned(), new.to_owned(), direction)) {
                    return;
                }
                // what is shared is told once, under its own name
                let way = if direction == Direction::Sent { "sent" } else { "received" };
                (old == new).then(|| format!("{} ({way})", old.trim_start_matches("#/components/schemas/")))
            }
            _ => None,
        };
        let place = named.as_deref().unwrap_or(place);
        let (old, new) = (old.schema, new.schema);
        self.types(old, new, direction, place);
        self.values(old, new, direction, place);
        self.forms(old, new, direction, place);
        self.limits(old, new, direction, place);
        self.members(old, new, direction, place);
        self.variants(old, new, direction, place);
        if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
            self.schema(old, new, direction, &format!("{place}[]"));
        }
        let others = |schema: &Map<String, Value>| -> Map<String, Value> {
            let kept = |name: &String| !WORDS.contains(&name.as_str()) && !JUDGED.contains(&name.as_str());
            schema
                .iter()
                .filter(|(name, _)| kept(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        if others(old) != others(new) {
            self.breaks(place, "conditions that cannot be compared are others");
        }
    }

    fn types(
        &mut self,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        direction: Direction,
        place: &str,
    ) {
        let (old, new) = (types(old), types(new));
        let (narrow, wide) = match direction {
            Direction::Sent => (&old, &new),
            Direction::Received => (&new, &old),
        };
        let fits = match (narrow, wide) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(narrow), Some(wide)) => {
                narrow.iter().all(|one| wide.contains(one) || (*one == "integer" && wide.contains("number")))
            }
        };
        if !fits {
            self.breaks(place, format!("the type is {new:?} and was {old:?}"));
        } else if old != new {
            self.adds(place, "takes more types, or gives fewer");
        }
    }

    fn values(
        &mut self,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        direction: Direction,
        place: &str,
    ) {
        let said = |list: &[&Value]| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match (values(old), values(new)) {
            (None, Some(_)) if direction == Direction::Sent => {
                self.breaks(place, "only a list of values is taken now");
            }
            (Some(_), None) if direction == Direction::Received => {
                self.breaks(place, "is no list of values any more");
            }
            (Some(_), None) => self.adds(place, "takes any value now"),
            (Some(old), Some(new)) => {
                let gone: Vec<&Value> = old.iter().filter(|one| !new.contains(one)).copied().collect();
                let come: Vec<&Value> = new.iter().filter(|one| !old.contains(one)).copied().collect();
                if !gone.is_empty() && direction == Direction::Sent {
                    self.breaks(place, format!("not taken any more: {}", said(&gone)));
                }
                // the contract says that lists of codes can grow
                if !come.is_empty() {
                    self.adds(place, format!("new: {}", said(&come)));
                }
            }
            _ => {}
        }
    }

    fn forms(
        &mut self,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        direction: Direction,
        place: &str,
    ) {
        for form in ["format", "pattern", "uniqueItems"] {
            let (old, new) = (old.get(form), new.get(form));
            let breaks = match direction {
                _ if old == new => continue,
                Direction::Sent => new.is_some_and(|new| new != false),
                Direction::Received => old.is_some() && form == "format",
            };
            let weight = if breaks { Weight::Breaking } else { Weight::Addition };
            self.note(weight, place, format!("the {form} is another"));
        }
    }

    fn limits(
        &mut self,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        direction: Direction,
        place: &str,
    ) {
        for (limit, more_is_stricter) in LIMITS {
            let (old, new) = (old.get(limit).and_then(Value::as_f64), new.get(limit).and_then(Value::as_f64));
            let stricter = match (old, new) {
                _ if old == new => continue,
                (None, Some(_)) => true,
                (Some(_), None) => false,
                (Some(old), Some(new)) => (new > old) == more_is_stricter,
                (None, None) => continue,
            };
            let breaks = stricter && direction == Direction::Sent;
            let weight = if breaks { Weight::Breaking } else { Weight::Addition };
            self.note(weight, place, format!("{limit} is another"));
        }
    }

    fn members(
        &mut self,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        direction: Direction,
        place: &str,
    ) {
        let empty = Map::new();
        let members =
            |schema: &'_ Map<String, Value>| schema.get("properties").and_then(Value::as_object).cloned();
        let required = |schema: &Map<String, Value>, name: &str| {
            schema
                .get("required")
                .and_then(Value::as_array)
                .is_some_and(|all| all.iter().any(|one| one == name))
        };
        let (before, now) =
            (members(old).unwrap_or_else(|| empty.clone()), members(new).unwrap_or_else(|| empty.clone()));
        for (name, member) in &before {
            let at = format!("{place}.{name}");
            let Some(other) = now.get(name) else {
                self.breaks(&at, "is gone");
                continue;
            };
            match (required(old, name), required(new, name), direction) {
                (false, true, Direction::Sent) => self.breaks(&at, "must be given now"),
                (true, false, Direction::Received) => self.breaks(&at, "may be left out now"),
                (true, false, Direction::Sent) => self.adds(&at, "may be left out now"),
                _ => {}
            }
            self.schema(member, other, direction, &at);
        }
        for name in now.keys().filter(|name| !before.contains_key(*name)) {
            let at = format!("{place}.{name}");
            if direction == Direction::Sent && required(new, name) {
                self.breaks(&at, "is new and must be given");
            } else {
                self.adds(&at, "is new");
            }
        }
        let nameless =
            new.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        for name in nameless.filter(|name| !now.contains_key(*name) && !required(old, name)) {
            match direction {
                Direction::Sent => self.breaks(&format!("{place}.{name}"), "must be given now"),
                Direction::Received => self.adds(&format!("{place}.{name}"), "is always there now"),
            }
        }
        let open =
            |schema: &Map<String, Value>| schema.get("additionalProperties") != Some(&Value::Bool(false));
        if direction == Direction::Sent && open(old) && !open(new) {
            self.breaks(place, "other members are refused now");
        }
    }

    /// Variants are known by what they refer to, or by their place.
    fn variants(
        &mut self,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        direction: Direction,
        place: &str,
    ) {
        let named = |schema: &Map<String, Value>| -> Vec<(String, Value)> {
            let ways = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array);
            let name = |(at, way): (usize, &Value)| {
                (way["$ref"].as_str().map_or_else(|| at.to_string(), str::to_owned), way.clone())
            };
            ways.into_iter().flatten().enumerate().map(name).collect()
        };
        let (before, now) = (named(old), named(new));
        for (name, way) in &before {
            match now.iter().find(|(other, _)| other == name) {
                Some((_, other)) => self.schema(way, other, direction, &format!("{place}({name})")),
                None if direction == Direction::Sent => {
                    self.breaks(place, format!("the variant {name} is gone"));
                }
                None => self.adds(place, format!("the variant {name} is gone")),
            }
        }
        for (name, _) in now.iter().filter(|(name, _)| before.iter().all(|(other, _)| other != name)) {
            match direction {
                Direction::Sent => self.adds(place, format!("the variant {name} is new")),
                Direction::Received => self.breaks(place, format!("the variant {name} is new")),
            }
        }
    }
}
