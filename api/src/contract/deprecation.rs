//! What is on its way out. An operation is marked once, beside its path:
//! `extensions(("x-deprecation" = json!({ "from": "2027-01-01", "until": "2028-01-01" })))`; the whole major version by the
//! same member of `info`. From that mark come `deprecated` and the words in the contract, and on every answer, refusals
//! included, `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and the links to read on.

use std::collections::HashMap;
use std::time::SystemTime;

use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, HttpDate, LINK};
use chrono::{Days, NaiveTime};
use naast_domain::{Date, Moment};
use serde_json::{Value, json};

use super::document::BASE;
use super::known_method;

/// The member that marks.
pub const MARK: &str = "x-deprecation";

/// How many days there are at least between the two: whoever builds on the API has a school year (docs/API.md, "Versions").
const NOTICE: u64 = 365;

/// What is on its way out, and the headers that say so.
#[derive(Debug, Clone, Default)]
pub struct Deprecations {
    version: Option<Headers>,
    operations: HashMap<(Method, String), Headers>,
}

type Headers = Vec<(HeaderName, HeaderValue)>;

/// A mark, read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    /// From this day on it should not be built upon.
    from: Date,
    /// On this day it may be gone.
    until: Date,
    /// What takes its place.
    successor: Option<String>,
}

impl Mark {
    /// The mark of an operation, or of `info`.
    fn read(marked: &Value, place: &str) -> Result<Option<Self>, String> {
        let Some(mark) = marked.get(MARK) else {
            return if marked["deprecated"] == true {
                Err(format!("{place}: deprecated without {MARK}"))
            } else {
                Ok(None)
            };
        };
        let day = |name: &str| {
            let text = mark[name].as_str().unwrap_or_default();
            text.parse::<Date>().map_err(|_| format!("{place}: {MARK}.{name} is no day"))
        };
        let (from, until) = (day("from")?, day("until")?);
        if from.checked_add_days(Days::new(NOTICE)).is_none_or(|earliest| until < earliest) {
            return Err(format!("{place}: between the two days of {MARK} lie less than {NOTICE}"));
        }
        let successor = mark["successor"].as_str().map(str::to_owned);
        Ok(Some(Self { from, until, successor }))
    }

    /// What the contract says of it.
    fn words(&self) -> String {
        let instead = self
            .successor
            .as_ref()
            .map_or_else(String::new, |successor| format!(" Use `{successor}` instead."));
        format!("**Deprecated** from {}; it may be gone on {}.{instead}", self.from, self.until)
    }

    fn headers(&self, page: &str) -> Result<Headers, String> {
        let midnight = |day: Date| -> Moment { day.and_time(NaiveTime::MIN).and_utc() };
        let header = |name, value: &str| {
            let value =
                HeaderValue::from_str(value).map_err(|_| format!("{MARK}: {value:?} is no header"))?;
            Ok::<_, String>((name, value))
        };
        let mut headers = vec![
            header(HeaderName::from_static("deprecation"), &format!("@{}", midnight(self.from).timestamp()))?,
            header(
                HeaderName::from_static("sunset"),
                &HttpDate::from(SystemTime::from(midnight(self.until))).to_string(),
            )?,
            header(LINK, &format!("<{page}>; rel=\"deprecation\"; type=\"text/html\""))?,
            header(LINK, &format!("<{page}>; rel=\"sunset\"; type=\"text/html\""))?,
        ];
        if let Some(successor) = &self.successor {
            headers.push(header(LINK, &format!("<{successor}>; rel=\"successor-version\""))?);
        }
        Ok(headers)
    }
}

impl Deprecations {
    /// What a contract marks.
    ///
    /// # Errors
    /// When a mark does not read: no two days, or less than a year between them.
    pub fn of(document: &Value) -> Result<Self, String> {
        let version = Mark::read(&document["info"], "info")?;
        let mut operations = HashMap::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let Some(method) = known_method(method) else { continue };
                if let Some(mark) = Mark::read(operation, &format!("{method} {path}"))? {
                    let method = Method::from_bytes(method.as_bytes()).map_err(|fault| fault.to_string())?;
                    operations.insert((method, format!("{BASE}{path}")), mark.headers(&page_of(operation))?);
                }
            }
        }
        let version = version.map(|mark| mark.headers("/docs/")).transpose()?;
        Ok(Self { version, operations })
    }

    /// Says it on an answer, when what was called is on its way out: the operation, or else the version.
    pub fn tell(&self, path: &str, method: &Method, route: &str, headers: &mut HeaderMap) {
        let of_version = self.version.as_ref().filter(|_| path.starts_with(BASE));
        let of_operation = || {
            let method = if method == Method::HEAD { Method::GET } else { method.clone() };
            self.operations.get(&(method, route.to_owned()))
        };
        if self.operations.is_empty() && of_version.is_none() {
            return;
        }
        for (name, value) in of_operation().or(of_version).into_iter().flatten() {
            headers.append(name.clone(), value.clone());
        }
    }
}

/// Where the documentation that the server shows speaks of an operation.
fn page_of(operation: &Value) -> String {
    let tag = operation["tags"][0].as_str().unwrap_or_default();
    format!("/docs/#/{tag}/{}", operation["operationId"].as_str().unwrap_or_default())
}

/// Writes into the contract what follows from its marks: `deprecated`, the words, and the headers of every answer.
pub(super) fn finish(document: &mut Value) -> Result<(), String> {
    let version = Mark::read(&document["info"], "info")?;
    let responses = document["components"]["responses"].clone();
    let mut is_any = false;
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let own = Mark::read(operation, &format!("{method} {path}"))?;
            let Some(mark) = own.or_else(|| version.clone()) else { continue };
            is_any = true;
            operation["deprecated"] = true.into();
            operation[MARK] = json!({ "from": mark.from, "until": mark.until });
            if let Some(successor) = &mark.successor {
                operation[MARK]["successor"] = successor.as_str().into();
            }
            let said =
                operation["description"].as_str().map_or_else(String::new, |said| format!("\n\n{said}"));
            operation["description"] = format!("{}{said}", mark.words()).into();
            for response in
                operation["responses"].as_object_mut().into_iter().flat_map(|all| all.values_mut())
            {
                if let Some(name) = response["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
                    *response = responses[name].clone();
                }
                for name in ["Deprecation", "Sunset", "Link"] {
                    response["headers"][name] = json!({ "$ref": format!("#/components/headers/{name}") });
                }
            }
        }
    }
    if is_any {
        let text = |description: &str, example: &str| json!({ "description": description, "schema": { "type": "string", "examples": [example] } });
        document["components"]["headers"]["Deprecation"] =
            text("From when this should not be built upon (RFC 9745).", "@1798761600");
        document["components"]["headers"]["Sunset"] =
            text("When this may be gone (RFC 8594).", "Sat, 01 Jan 2028 00:00:00 GMT");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(mark: &Value) -> Value {
        json!({
            "info": {},
            "paths": { "/things": {
                "get": {
                    "operationId": "listThings", "tags": ["things"], "description": "What it does.", MARK: mark,
                    "responses": { "200": { "headers": {} }, "404": { "$ref": "#/components/responses/NotThere" } }
                },
                "post": { "operationId": "makeThing", "tags": ["things"], "responses": { "404": { "$ref": "#/components/responses/NotThere" } } }
            } },
            "components": { "headers": {}, "responses": { "NotThere": { "description": "Not there" } } }
        })
    }

    #[test]
    fn a_mark_says_from_when_and_until_when_with_a_year_between() {
        for (mark, fault) in [
            (json!({}), "is no day"),
            (json!({ "from": "2027-01-01" }), "is no day"),
            (json!({ "from": "2027-02-30", "until": "2029-01-01" }), "is no day"),
            (json!({ "from": "2027-01-01", "until": "2027-12-31" }), "less than 365"),
            (json!({ "from": "2027-01-01", "until": "2028-01-01", "successor": "a\nb" }), "no header"),
        ] {
            let told = Deprecations::of(&document(&mark)).expect_err("it is refused");
            assert!(told.contains(fault), "{mark}: {told}");
        }
        let mut bare = document(&json!({ "from": "2027-01-01", "until": "2028-01-01" }));
        assert!(Deprecations::of(&bare).is_ok());
        bare["paths"]["/things"]["post"]["deprecated"] = true.into();
        assert!(Deprecations::of(&bare).is_err(), "nothing is deprecated without days");
    }

    #[test]
    fn the_contract_says_of_a_marked_operation_what_its_answers_say() {
        let mut document =
            document(&json!({ "from": "2027-01-01", "until": "2028-01-01", "successor": "/v2/things" }));
        finish(&mut document).expect("a mark that reads");
        let marked = &document["paths"]["/things"]["get"];
        assert_eq!(marked["deprecated"], true);
        let words = "**Deprecated** from 2027-01-01; it may be gone on 2028-01-01. Use `/v2/things` instead.";
        assert_eq!(marked["description"], format!("{words}\n\nWhat it does."));
        for status in ["200", "404"] {
            for name in ["Deprecation", "Sunset", "Link"] {
                assert!(marked["responses"][status]["headers"].get(name).is_some(), "{status} {name}");
            }
        }
        assert!(document["components"]["headers"].get("Sunset").is_some());
        let other = &document["paths"]["/things"]["post"];
        assert!(other.get("deprecated").is_none());
        assert_eq!(other["responses"]["404"]["$ref"], "#/components/responses/NotThere");
    }

    #[test]
    fn a_version_that_ends_takes_every_operation_with_it() {
        let mut document = document(&json!({ "from": "2027-01-01", "until": "2028-01-01" }));
        document["info"][MARK] = json!({ "from": "2029-01-01", "until": "2031-01-01" });
        finish(&mut document).expect("marks that read");
        assert_eq!(document["paths"]["/things"]["post"][MARK]["until"], "2031-01-01");
        assert_eq!(document["paths"]["/things"]["get"][MARK]["until"], "2028-01-01", "its own mark holds");
    }
}
