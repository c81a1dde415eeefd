//! Reads JSON more strictly than its grammar: a member that stands twice is a fault instead of a silent loss, and what is
//! nested deeper than anything in the contract is not read at all.

use std::cell::RefCell;
use std::fmt;

use naast_domain::text::Text;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::problem::{Error, InputFault};

/// How deep values may be nested. No schema of the contract comes near.
const DEEPEST: usize = 32;

/// Up to here a number with a point says exactly which integer it is.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads a text that is one JSON value, and the members that it says twice.
///
/// # Errors
/// `malformed-json` for what is no JSON; [`Error::Input`] for what is nested too deep, at its place.
pub fn read(bytes: &[u8]) -> Result<(Value, Vec<InputFault>), Error> {
    let reading = Reading::default();
    let mut text = serde_json::Deserializer::from_slice(bytes);
    let read = Node { reading: &reading, depth: 0 }
        .deserialize(&mut text)
        .and_then(|value| text.end().map(|()| value));
    let faults = reading.faults.into_inner();
    match read {
        Ok(value) => Ok((value, faults)),
        Err(_) if reading.too_deep.into_inner() => Err(Error::Input(faults)),
        Err(fault) => {
            Err(Error::NotJson(InputFault::body("", "malformed-json", where_it_stops(bytes, &fault))))
        }
    }
}

/// Where a body stops being JSON. Bytes are counted, as editors and `jq` do it: a body need not be text.
fn where_it_stops(bytes: &[u8], fault: &serde_json::Error) -> Text {
    if bytes.is_empty() {
        return Text::of("Het bericht is leeg; hier hoort JSON.", "The body is empty; JSON belongs here.");
    }
    let (line, column) = (fault.line(), fault.column());
    if fault.is_eof() {
        return Text::new(
            format!("De JSON houdt te vroeg op: regel {line}, byte {column}."),
            format!("The JSON ends too early: line {line}, byte {column}."),
        );
    }
    Text::new(
        format!("Vanaf regel {line}, byte {column}, is dit geen JSON."),
        format!("From line {line}, byte {column}, on this is not JSON."),
    )
}

#[derive(Default)]
struct Reading {
    place: RefCell<String>,
    faults: RefCell<Vec<InputFault>>,
    too_deep: RefCell<bool>,
}

impl Reading {
    fn fault(&self, code: &'static str, text: Text) {
        let mut faults = self.faults.borrow_mut();
        // a body of thousands of them costs no more than one of a hundred
        if !InputFault::are_enough(&faults) {
            faults.push(InputFault::body(self.place.borrow().as_str(), code, text));
        }
    }

    /// Does something one step further down, and comes back.
    fn below<T>(&self, step: &str, work: impl FnOnce() -> T) -> T {
        let length = self.place.borrow().len();
        {
            let mut place = self.place.borrow_mut();
            place.push('/');
            place.push_str(&step.replace('~', "~0").replace('/', "~1"));
        }
        let done = work();
        self.place.borrow_mut().truncate(length);
        done
    }
}

#[derive(Clone, Copy)]
struct Node<'a> {
    reading: &'a Reading,
    depth: usize,
}

impl Node<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= DEEPEST {
            *self.reading.too_deep.borrow_mut() = true;
            let text = Text::new(
                format!("Hoogstens {DEEPEST} niveaus diep."),
                format!("At most {DEEPEST} levels deep."),
            );
            self.reading.fault("too-deep", text);
            return Err(E::custom("too deep"));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        // a whole number is an integer however it is written (JSON Schema 2020-12, 6.1.1): `30.0` and `3e1` are 30
        if value.fract() == 0.0 && value.abs() <= EXACT {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "it is whole, and small enough to be exact"
            )]
            return Ok((value as i64).into());
        }
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let below = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) =
            self.reading.below(&list.len().to_string(), || items.next_element_seed(below))?
        {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let below = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = self.reading.below(&name, || {
                if object.contains_key(&name) {
                    let text = Text::of("Dit veld staat er twee keer.", "This member stands here twice.");
                    self.reading.fault("repeated", text);
                }
                members.next_value_seed(below)
            })?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<InputFault> {
        read(text.as_bytes()).expect("JSON").1
    }

    #[test]
    fn it_reads_what_the_library_reads() {
        for text in [
            r#"{"a":[1,-2,2.5,1e300,"x\u0041",true,null],"b":{"c":{}}}"#,
            r#""""#,
            " [ ] ",
            "18446744073709551615",
            "-9223372036854775808",
            "123456789012345678901234567890",
        ] {
            let expected: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(read(text.as_bytes()).expect("JSON").0, expected, "{text}");
        }
        for text in ["", "{", "[1,]", "{} {}", "nul", "\"\u{1}\"", "1e999", "{1:2}"] {
            assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
            let said = read(text.as_bytes()).err().map(|error| error.code());
            assert_eq!(said, Some("malformed-json"), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_says_from_where_on() {
        for (text, place) in [
            ("", "empty"),
            ("{\n  \"a\": 1,\n}", "From line 3, byte 1"),
            ("{\"a\": 1", "too early: line 1, byte 7"),
            ("nul", "too early: line 1, byte 3"),
            ("{} {}", "From line 1, byte 4"),
        ] {
            let Err(Error::NotJson(fault)) = read(text.as_bytes()) else { panic!("{text}") };
            let told = Error::NotJson(fault).problem(naast_domain::text::Tongue::English, "x");
            let [only] = told.errors.as_slice() else { panic!("{told:?}") };
            assert!(only.detail.contains(place), "{text:?}: {}", only.detail);
            assert_eq!(only.pointer.as_deref(), Some(""));
        }
    }

    #[test]
    fn a_member_that_stands_twice_is_found_wherever_it_is() {
        assert_eq!(faults(r#"{"a":1,"b":{"a":1}}"#), []);
        let place = |at: &str| {
            InputFault::body(
                at,
                "repeated",
                Text::of("Dit veld staat er twee keer.", "This member stands here twice."),
            )
        };
        assert_eq!(faults(r#"{"a":1,"\u0061":2}"#), [place("/a")]);
        assert_eq!(
            faults(r#"{"x":[0,{"a/b":1,"a/b":2}],"y":{"q":1,"q":1}}"#),
            [place("/x/1/a~1b"), place("/y/q")]
        );
    }

    #[test]
    fn what_is_too_deep_is_refused_at_its_place() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(nested(DEEPEST).as_bytes()).is_ok());
        for depth in [DEEPEST + 1, 10_000] {
            let Err(Error::Input(faults)) = read(nested(depth).as_bytes()) else { panic!("{depth}") };
            let text = Text::new("Hoogstens 32 niveaus diep.", "At most 32 levels deep.");
            assert_eq!(faults, [InputFault::body("/0".repeat(DEEPEST), "too-deep", text)]);
        }
    }
}
