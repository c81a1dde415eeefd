//! Values as a person reads them: codes in words, ids by what they are called, findings by their words, moments as day and time.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use naast_domain::independence::ObjectKind;
use naast_domain::text::{Text, Tongue};
use naast_persistence::privacy::classification::{Shown, label};
use serde_json::{Map, Value};

use super::words::shown_at;
use crate::clock::in_the_netherlands;

/// What is called how in one export, for a reader of one language.
pub(super) struct Book<'a> {
    tongue: Tongue,
    names: Option<&'a Map<String, Value>>,
    /// The words of the findings, by request and key.
    findings: HashMap<(&'a str, &'a str), &'a str>,
    /// When her requests were made.
    requests: HashMap<&'a str, DateTime<Utc>>,
}

fn rows<'a>(data: &'a Value, collection: &str) -> impl Iterator<Item = &'a Value> {
    data["collections"][collection].as_array().into_iter().flatten()
}

impl<'a> Book<'a> {
    pub(super) fn of(data: &'a Value, tongue: Tongue) -> Self {
        let mut findings = HashMap::new();
        for assessment in rows(data, "requests.proposals.assessment") {
            let of = assessment["requestId"].as_str().unwrap_or_default();
            for one in assessment["findings"].as_array().into_iter().flatten() {
                if let (Some(key), Some(words)) = (one["key"].as_str(), one[tongue.code()].as_str()) {
                    findings.insert((of, key), words);
                }
            }
        }
        let made = |one: &'a Value| Some((one["id"].as_str()?, one["submittedAt"].as_str()?.parse().ok()?));
        let requests = rows(data, "requests").filter_map(made).collect();
        Self { tongue, names: data["names"].as_object(), findings, requests }
    }

    /// A value of a row, as a person reads it.
    pub(super) fn shown(
        &self,
        (collection, member): (&str, &str),
        value: &Value,
        row: &Map<String, Value>,
    ) -> String {
        let of = row.get("requestId").and_then(Value::as_str).unwrap_or_default();
        match shown_at(collection, member) {
            Shown::Label(label) => self.each(value, ", ", &|code| self.code(label, code)),
            Shown::Name => self.each(value, ", ", &|id| self.name(id)),
            Shown::Finding => self.each(value, " ", &|key| {
                self.findings.get(&(of, key)).map_or_else(|| key.to_owned(), ToString::to_string)
            }),
            Shown::Findings => {
                let words = |one: &Value| one[self.tongue.code()].as_str().map(str::to_owned);
                let all: Vec<_> = value.as_array().into_iter().flatten().filter_map(words).collect();
                all.join(" ")
            }
            Shown::About => self.about(value),
            Shown::AsItStands => self.each(value, ", ", &|text| self.as_it_stands(member, text)),
        }
    }

    fn code(&self, label: fn(&str) -> Option<Text>, code: &str) -> String {
        label(code).map_or_else(|| code.to_owned(), |words| words.get(self.tongue).to_owned())
    }

    fn name(&self, id: &str) -> String {
        let name = self.names.and_then(|names| names.get(id)).and_then(Value::as_str);
        name.unwrap_or(id).to_owned()
    }

    /// What a tie is about: what kind of thing, and which.
    fn about(&self, value: &Value) -> String {
        match value {
            Value::Object(members) => {
                let part = |(kind, which): (&String, &Value)| {
                    let which = self.each(which, ", ", &|id| self.name(id));
                    format!("{}: {which}", self.code(label::<ObjectKind>, kind))
                };
                members.iter().map(part).collect::<Vec<_>>().join("; ")
            }
            other => self.each(other, ", ", &|kind| self.code(label::<ObjectKind>, kind)),
        }
    }

    fn as_it_stands(&self, member: &str, text: &str) -> String {
        if member == "requestId"
            && let Some(made) = self.requests.get(text)
        {
            let of = Text::of("uw aanvraag van", "your request of");
            return format!("{} {}", of.get(self.tongue), in_the_netherlands(*made));
        }
        match text.parse::<DateTime<Utc>>() {
            Ok(moment) if member.ends_with("At") => in_the_netherlands(moment),
            _ => text.to_owned(),
        }
    }

    /// Each text in a value by what it is called; what is no text in words.
    fn each(&self, value: &Value, between: &str, called: &dyn Fn(&str) -> String) -> String {
        match value {
            Value::Null => String::new(),
            Value::Bool(yes) => {
                if *yes { Text::of("ja", "yes") } else { Text::of("nee", "no") }.get(self.tongue).to_owned()
            }
            Value::String(text) => called(text),
            Value::Array(many) => {
                many.iter().map(|one| self.each(one, between, called)).collect::<Vec<_>>().join(between)
            }
            Value::Object(members) => {
                let parts =
                    members.iter().map(|(name, one)| format!("{name}: {}", self.each(one, between, called)));
                parts.collect::<Vec<_>>().join("; ")
            }
            number @ Value::Number(_) => number.to_string(),
        }
    }
}
