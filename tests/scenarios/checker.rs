//! Checks an answer against the contract: its status, its form, its schema and its headers.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use naast_api::contract::CONTRACT;
use naast_api::problem::CATALOGUE;
use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::random_id;
use naast_tests::world::World;
use serde_json::{Value, json};

use crate::signing_in::{FORM, form};

/// Checks answers against the contract, and remembers which operations and codes were seen.
#[derive(Default)]
pub struct Checker {
    /// The operations that answered kindly.
    pub done: BTreeSet<String>,
    /// The codes of the problems that were seen.
    pub codes: BTreeSet<String>,
    /// What each reader was shown of each single thing last: its tag and the bytes.
    shown: BTreeMap<(PersonId, String), (String, Vec<u8>)>,
}

/// Whether a good answer of an operation shows one thing, as JSON: no page of a collection.
pub fn shows_one(operation: &Value) -> bool {
    let schema = &resolved(&operation["responses"]["200"])["content"]["application/json"]["schema"];
    schema["$ref"].as_str().is_some_and(|name| !name.ends_with("Page"))
}

fn schema(name: &str) -> Validator {
    let schema = json!({ "$ref": name, "components": CONTRACT.document["components"] });
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&schema)
        .expect("the schema compiles")
}

/// The operation of a call, by the template that has the fewest placeholders.
fn described(method: &str, path: &str) -> &'static Value {
    let segments: Vec<&str> = path.split('?').next().unwrap_or_default().split('/').collect();
    let paths = CONTRACT.document["paths"].as_object().expect("paths");
    paths
        .iter()
        .filter(|(template, _)| {
            let template: Vec<&str> = template.split('/').collect();
            template.len() == segments.len()
                && template.iter().zip(&segments).all(|(one, other)| one == other || one.starts_with('{'))
        })
        .min_by_key(|(template, _)| template.matches('{').count())
        .map_or_else(|| panic!("no {path}"), |(_, item)| &item[method.to_lowercase()])
}

/// Whether a call of an operation can be repeated with a key.
fn takes_key(operation: &Value) -> bool {
    let parameters = operation["parameters"].as_array();
    parameters.into_iter().flatten().any(|one| one["$ref"] == "#/components/parameters/IdempotencyKey")
}

/// A response, or the shared one that it refers to.
fn resolved(response: &Value) -> &Value {
    let pointer = response["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.map_or(response, |pointer| CONTRACT.document.pointer(pointer).expect("a shared response"))
}

/// Headers that come with some answers: the contract names them where they can come, and nowhere else.
const SOMETIMES: [&str; 5] = ["etag", "location", "link", "retry-after", "www-authenticate"];

impl Checker {
    /// Checks one answer.
    pub fn check(&mut self, method: &str, path: &str, reply: Reply) -> Reply {
        let operation = described(method, path);
        let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("no {method} {path}"));
        let told = format!("{name}: {} {}", reply.status, reply.body);
        let response = resolved(&operation["responses"][reply.status.to_string()]);
        if reply.status == 204 {
            assert!(reply.bytes.is_empty() && response.is_object(), "{told}");
            self.done.insert(name.to_owned());
            return reply;
        }
        let content =
            response["content"].as_object().unwrap_or_else(|| panic!("not in the contract: {told}"));
        let (kind, media) = content.iter().next().expect("an answer has a form");
        assert_eq!(
            reply.header("content-type").map(|of| of.split(';').next().unwrap_or(of)),
            Some(kind.as_str()),
            "{told}"
        );
        let faults: Vec<String> = if kind == "text/calendar" {
            assert!(reply.bytes.starts_with(b"BEGIN:VCALENDAR\r\n"), "{told}");
            Vec::new()
        } else {
            schema(media["schema"]["$ref"].as_str().unwrap_or_else(|| panic!("{told}")))
                .iter_errors(&reply.body)
                .map(|fault| format!("{} at {}", fault, fault.instance_path()))
                .collect()
        };
        assert_eq!(faults, [""; 0], "{told}");
        for (header, value) in [
            ("api-version", "1.0.0"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(reply.header(header), Some(value), "{told}");
        }
        for header in SOMETIMES.into_iter().filter(|header| reply.header(header).is_some()) {
            let named = response["headers"].as_object().expect("headers");
            assert!(
                named.keys().any(|name| name.eq_ignore_ascii_case(header)),
                "{header} is not named: {told}"
            );
        }
        for header in ["ETag", "Location"] {
            let promised = reply.status < 300 && response["headers"].get(header).is_some();
            assert!(!promised || reply.header(header).is_some(), "{header} is promised: {told}");
        }
        if let Some(place) = reply.header("location") {
            let path = place.strip_prefix("/v1").unwrap_or_else(|| panic!("{place}: {told}"));
            let stands = ["GET", "DELETE"].map(|method| !described(method, path).is_null());
            assert!(stands.contains(&true), "nothing can be done at {place}: {told}");
        }
        assert!(reply.header("x-request-id").is_some_and(|id| uuid::Uuid::try_parse(id).is_ok()), "{told}");
        assert!(reply.header("strict-transport-security").is_some(), "{told}");
        assert!(
            reply.header("content-security-policy").is_some_and(|of| of.contains("default-src 'none'")),
            "{told}"
        );
        if reply.status >= 400 && reply.body.get("error").is_some() {
            // RFC 6749, 5.2: OAuth's endpoints have codes of their own, which the schema describes
        } else if reply.status >= 400 {
            let code = reply.text("code");
            let kind = CATALOGUE.iter().find(|kind| kind.code == code).unwrap_or_else(|| panic!("{told}"));
            assert_eq!(kind.status, reply.status, "{told}");
            assert_ne!(code, "internal", "{told}");
            assert_eq!(
                reply.header("x-request-id").map(|id| format!("urn:uuid:{id}")),
                reply.body["instance"].as_str().map(str::to_owned)
            );
            self.codes.insert(code);
        } else {
            self.done.insert(name.to_owned());
        }
        reply
    }

    /// Sends a form, as nobody, and checks the answer.
    pub fn form(&mut self, world: &World, path: &str, fields: &[(&str, &str)]) -> Reply {
        let reply = world.app.send("POST", &format!("/v1{path}"), &[FORM], form(fields));
        self.check("POST", path, reply)
    }

    /// The tag of what is shown is another exactly when it is another answer, or the thing has another version.
    fn compare(&mut self, who: PersonId, path: &str, reply: &Reply) {
        let now = (reply.etag(), reply.bytes.clone());
        if let Some(before) = self.shown.insert((who, path.to_owned()), now.clone()) {
            let version = |tag: &str| tag.split_once('-').map(|(version, _)| version.to_owned());
            let stands = version(&before.0) == version(&now.0);
            assert_eq!(before.0 == now.0, before.1 == now.1 && stands, "{path}: {before:?} {now:?}");
        }
    }

    /// Calls, on the version that `of` is or has now, and checks the answer. What takes an `Idempotency-Key` gets one, and what
    /// was done with it is sent again: no operation does it twice, or answers otherwise.
    pub fn call(
        &mut self,
        world: &World,
        who: PersonId,
        line: &str,
        body: Option<&Value>,
        of: Option<&str>,
    ) -> Reply {
        let (method, path) = line.split_once(' ').expect("a method and a path");
        let etag = of.map(|of| match of {
            etag if etag.starts_with('"') => etag.to_owned(),
            of => world.app.get(who, of).expect(200).etag(),
        });
        let authorization = format!("Bearer {}", world.app.token(who));
        let mut headers = vec![("accept", "application/json"), ("authorization", &authorization)];
        headers.extend(etag.as_deref().map(|etag| ("if-match", etag)));
        headers.extend(body.map(|_| ("content-type", "application/json")));
        let key = format!("\"{}\"", random_id());
        let takes_key = takes_key(described(method, path));
        headers.extend(takes_key.then_some(("idempotency-key", key.as_str())));
        let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let send = || world.app.send(method, &format!("/v1{path}"), &headers, bytes.clone());
        let reply = self.check(method, path, send());
        if method == "GET" && reply.status == 200 && shows_one(described(method, path)) {
            self.compare(who, path, &reply);
            let etag = reply.etag();
            let again = [&headers[..], &[("if-none-match", &*etag)]].concat();
            let again = world.app.send("GET", &format!("/v1{path}"), &again, Vec::new()).expect(304);
            assert_eq!((again.bytes.len(), again.etag()), (0, etag), "{line}");
        }
        // whoever has erased herself is nobody who could call again
        if takes_key && reply.status < 300 && path != "/me/erasure" {
            let again = send();
            assert_eq!((again.status, &again.body), (reply.status, &reply.body), "{line}");
            assert!(again.bytes == reply.bytes, "{line}: the same in other bytes");
        }
        reply
    }
}
