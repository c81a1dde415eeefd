//! Changes of what a schema is made of: members, items and variants.

use serde_json::{Map, Value};

use super::Comparison;
use super::schema::Direction;

/// What fits where a schema can stand, or a yes or a no, or nothing.
enum Room<'a> {
    Anything,
    Nothing,
    Some(&'a Value),
}

fn room(schema: Option<&Value>) -> Room<'_> {
    match schema {
        None | Some(Value::Bool(true)) => Room::Anything,
        Some(Value::Bool(false)) => Room::Nothing,
        Some(Value::Object(members)) if members.is_empty() => Room::Anything,
        Some(schema) => Room::Some(schema),
    }
}

impl Comparison<'_> {
    /// Compares what fits at places that a schema does not name: items, and members beyond its own.
    pub(super) fn room(
        &mut self,
        old: Option<&Value>,
        new: Option<&Value>,
        direction: Direction,
        place: &str,
    ) {
        let wider = match (room(old), room(new)) {
            (Room::Anything, Room::Anything) | (Room::Nothing, Room::Nothing) => return,
            (Room::Some(old), Room::Some(new)) => return self.schema(old, new, direction, place),
            (_, Room::Anything) | (Room::Nothing, Room::Some(_)) => true,
            (Room::Anything | Room::Some(_), Room::Nothing) | (Room::Anything, Room::Some(_)) => false,
        };
        match (wider, direction) {
            (true, Direction::Sent) => self.adds(place, "more is taken now"),
            (false, Direction::Sent) => self.breaks(place, "less is taken now"),
            (true, Direction::Received) => self.breaks(place, "can be more now"),
            (false, Direction::Received) => self.adds(place, "can only be less now"),
        }
    }

    pub(super) fn members(
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
    }

    /// Variants are known by what they refer to, or by their place.
    pub(super) fn variants(
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
        match (before.is_empty(), now.is_empty(), direction) {
            (false, true, Direction::Received) => self.breaks(place, "has no variants any more"),
            (true, false, Direction::Sent) => self.breaks(place, "is only one of variants now"),
            _ => {}
        }
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
