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
    /// What is said beside each reference on the way to it: it holds as well.
    beside: Vec<Value>,
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

/// What a schema says beside a reference, or beside its two ways of which one is null.
fn beside(schema: &Value, way: &str) -> Option<Value> {
    let said = |name: &String| name != way && !WORDS.contains(&name.as_str());
    let rest: Map<String, Value> = schema
        .as_object()?
        .iter()
        .filter(|(name, _)| said(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    (!rest.is_empty()).then_some(Value::Object(rest))
}

/// Follows references, and takes null out.
fn plain<'a>(document: &'a Value, schema: &'a Value) -> Option<Plain<'a>> {
    let name = schema["$ref"].as_str();
    let (mut schema, mut said) = (schema, Vec::new());
    while let Some(there) = referred(document, schema) {
        said.extend(beside(schema, "$ref"));
        schema = there;
    }
    let object = schema.as_object()?;
    for way in ["oneOf", "anyOf"] {
        if let Some(ways) = object.get(way).and_then(Value::as_array)
            && ways.len() == 2
            && let Some(other) = ways.iter().find(|way| !is_null(way)).filter(|_| ways.iter().any(is_null))
        {
            said.extend(beside(schema, way));
            let inner = plain(document, other)?;
            said.extend(inner.beside);
            return Some(Plain { nullable: true, beside: said, ..inner });
        }
    }
    let types = object.get("type").and_then(Value::as_array);
    let nullable = types.is_some_and(|all| all.iter().any(|one| one == "null"));
    Some(Plain { name, schema: object, nullable, beside: said })
}

fn referred<'a>(document: &'a Value, value: &Value) -> Option<&'a Value> {
    document.pointer(value["$ref"].as_str()?.strip_prefix('#')?)
}

/// What a reference refers to; anything else is itself.
pub(super) fn follow<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let mut value = value;
    while let Some(there) = referred(document, value) {
        value = there;
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
        let said_nothing = Value::Object(Map::new());
        for at in 0..old.beside.len().max(new.beside.len()) {
            let (old, new) = (old.beside.get(at), new.beside.get(at));
            let (old, new) = (old.unwrap_or(&said_nothing), new.unwrap_or(&said_nothing));
            self.schema(old, new, direction, place);
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
        self.room(old.get("items"), new.get("items"), direction, &format!("{place}[]"));
        let beyond = "additionalProperties";
        self.room(old.get(beyond), new.get(beyond), direction, &format!("{place}.*"));
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
}
