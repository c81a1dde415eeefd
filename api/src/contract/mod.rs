//! The published contract: generated from the code, and used to check what comes in, so that what openapi.yaml says and
//! what the server accepts cannot drift apart.

mod answers;
mod body;
mod deprecation;
mod document;
mod form;
mod head;
mod json;
mod query;
mod references;
mod sent;
mod webhooks;

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use jsonschema::Validator;
use naast_domain::code::{Code as _, CodeSet};
use naast_domain::identity::Scope;
use serde_json::{Map, Value, json};

pub use body::{Body, OptionalBody};
pub use deprecation::{Deprecations, MARK};
pub use document::{ADDRESS, API_VERSION, BASE, NEVER_HELD_UP, NUMBER, STOPS_BY_CODE};
pub use form::Form;
pub use head::{beside, faults, said_to_nobody, with_body};
pub use query::{Path, Query};
pub use references::{MARK as REFERS_TO, REFERENCES, Reference};
pub use sent::{Check, Sent};

/// What an `Idempotency-Key` looks like: a string in double quotes of 1 to 255 characters (RFC 8941, 3.3.3), or a bare UUID.
pub const KEY: &str =
    r#"^("([ !#-\[\]-~]|\\["\\]){1,255}"|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$"#;

/// The mark of a parameter that says something only together with another one, which it names.
pub const NEEDS: &str = "x-needs";

/// A search for words: what has no letter and no digit holds none.
pub const WORDS: &str = r"[\p{L}\p{N}]";

/// The contract of this build. Made once.
pub static CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::build);

/// The contract with what is compiled from it.
pub struct Contract {
    /// The OpenAPI document.
    pub document: Value,
    /// The document as JSON text.
    pub json: String,
    bodies: HashMap<String, Validator>,
    names: BTreeMap<String, Vec<(String, Reference)>>,
    operations: HashMap<(Method, String), Operation>,
    scopes: HashMap<(Method, String), CodeSet<Scope>>,
    paths: Vec<(Vec<String>, Vec<&'static str>)>,
}

/// An operation as the contract describes it.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says a thing of its own of how it is called")]
pub struct Operation {
    /// Its operationId.
    pub id: String,
    /// Whether it takes an `Idempotency-Key`.
    pub takes_key: bool,
    /// Whether it changes a version that the caller names in `If-Match`.
    pub takes_version: bool,
    /// Who may call it.
    pub callers: Callers,
    /// The media types of its good answers.
    pub forms: Vec<String>,
    /// Whether it has a body.
    pub has_body: bool,
    /// The media type of its body.
    pub takes: Option<String>,
    /// The schema of its body, where that is JSON.
    body: Option<String>,
    /// Whether a code or a password can be tried with it.
    pub tries_code: bool,
    way: ResourceDef,
    path: HashMap<String, Parameter>,
    query: HashMap<String, Parameter>,
}

impl Operation {
    /// Whether nothing in how it is called may hold it up.
    pub fn is_never_held_up(&self) -> bool {
        NEVER_HELD_UP.contains(&self.id.as_str())
    }

    /// Whether the limits refuse it only once its handler knows what it asks: with it somebody stops, who is known by her code.
    pub fn may_stop(&self) -> bool {
        STOPS_BY_CODE.contains(&self.id.as_str())
    }

    /// Whether its body names things that its handler looks up: it is read as [`Sent`].
    pub fn names_things(&self) -> bool {
        self.body.as_deref().is_some_and(|schema| !CONTRACT.names_of(schema).is_empty())
    }
}

/// Who may call an operation, before anybody asks what she may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callers {
    /// It is open to all.
    Everybody,
    /// Whoever has a token that holds.
    SignedIn,
}

/// A path or query parameter as the contract describes it.
#[derive(Debug)]
struct Parameter {
    validator: Validator,
    kind: ParameterKind,
    required: bool,
    /// Without which other parameter it says nothing ([`NEEDS`]).
    needs: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ParameterKind {
    Integer,
    Boolean,
    Text,
}

/// The validator of a schema, with the schemas that it names and no others: the whole document in each of two hundred
/// validators took a quarter of a second at each start, and as many megabytes.
fn compile(schema: &Value, document: &Value) -> Validator {
    let mut whole = schema.clone();
    if let Some(members) = whole.as_object_mut() {
        members.insert("components".to_owned(), json!({ "schemas": named_by(schema, document) }));
    }
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&whole)
        .expect("our own schemas compile; a test builds the contract")
}

/// The schemas of the document that a schema names, those that they name, and so on.
fn named_by(schema: &Value, document: &Value) -> Map<String, Value> {
    let (mut named, mut open) = (Map::new(), vec![schema]);
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                let reference = members.get("$ref").and_then(Value::as_str);
                let name = reference.and_then(|place| place.strip_prefix("#/components/schemas/"));
                if let Some(name) = name.filter(|name| !named.contains_key(*name)) {
                    let found = &document["components"]["schemas"][name];
                    named.insert(name.to_owned(), found.clone());
                    open.push(found);
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    named
}

impl Contract {
    fn build() -> Self {
        let document = document::document();
        let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
        let bodies = schemas
            .keys()
            .filter(|name| name.ends_with("Body"))
            .map(|name| {
                let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
                (name.clone(), compile(&reference, &document))
            })
            .collect();
        let names = references::of_bodies(&schemas);
        let mut operations = HashMap::new();
        let mut scopes = HashMap::new();
        let mut paths = Vec::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            let mut methods = Vec::new();
            for (method, operation) in item.as_object().into_iter().flatten() {
                let Some(method) = known_method(method) else { continue };
                methods.push(method);
                let opening = scopes_of(operation);
                let operation = Operation {
                    id: operation["operationId"].as_str().unwrap_or_default().to_owned(),
                    takes_key: document::takes_key(method, path, operation),
                    takes_version: document::takes_version(operation),
                    forms: forms_of(operation),
                    callers: if document::is_open(operation) {
                        Callers::Everybody
                    } else {
                        Callers::SignedIn
                    },
                    has_body: operation.get("requestBody").is_some(),
                    takes: takes_of(operation),
                    body: body_of(operation),
                    tries_code: document::tries_code(method, path, operation),
                    way: ResourceDef::new(format!("{BASE}{path}")),
                    path: parameters_of("path", operation, &document),
                    query: parameters_of("query", operation, &document),
                };
                let method = Method::from_bytes(method.as_bytes()).expect("a known method");
                scopes.insert((method.clone(), format!("{BASE}{path}")), opening);
                operations.insert((method, format!("{BASE}{path}")), operation);
            }
            if methods.contains(&"GET") {
                methods.push("HEAD");
            }
            paths.push((format!("{BASE}{path}").split('/').map(str::to_owned).collect(), methods));
        }
        let json = serde_json::to_string(&document).expect("the document is JSON");
        Self { document, json, bodies, names, operations, scopes, paths }
    }

    /// The document as YAML text: the file openapi.yaml.
    #[expect(clippy::missing_panics_doc, reason = "JSON is YAML")]
    pub fn yaml(&self) -> String {
        let head = "# Generated from the code by `naast openapi`; a test compares. Do not edit by hand.\n";
        format!("{head}{}", serde_norway::to_string(&self.document).expect("JSON is YAML"))
    }

    /// What of it is on its way out.
    #[expect(clippy::missing_panics_doc, reason = "the contract is not made with marks that do not read")]
    pub fn deprecations(&self) -> Deprecations {
        Deprecations::of(&self.document).expect("our own marks read")
    }

    /// Checks a body against its schema.
    fn body(&self, schema: &str) -> Option<&Validator> {
        self.bodies.get(schema)
    }

    /// What the members of a body name: patterns of JSON pointers, in which `*` is any place of a list.
    pub fn names_of(&self, schema: &str) -> &[(String, Reference)] {
        self.names.get(schema).map_or(&[], Vec::as_slice)
    }

    /// The operation of a method and a path as it stands in the contract, with its base.
    pub fn operation(&self, method: &Method, template: &str) -> Option<&Operation> {
        self.operations.get(&(method.clone(), template.to_owned()))
    }

    /// The scopes by which a connected system may do an operation, any one of them; none for what only people do.
    pub fn scopes(&self, method: &Method, path: &str) -> CodeSet<Scope> {
        self.scopes.get(&(method.clone(), path.to_owned())).copied().unwrap_or_default()
    }

    /// Every operation: its method, its path with the base, and the statuses that it answers with.
    pub fn answers(&self) -> impl Iterator<Item = (String, String, Vec<String>)> {
        let items = self.document["paths"].as_object().into_iter().flatten();
        items.flat_map(|(path, item)| {
            let operations = item.as_object().into_iter().flatten();
            operations.filter_map(move |(method, operation)| {
                let statuses = operation["responses"].as_object()?.keys().cloned().collect();
                Some((known_method(method)?.to_owned(), format!("{BASE}{path}"), statuses))
            })
        })
    }

    /// The methods of a path; `None` when the contract has no such path.
    pub fn methods_of(&self, path: &str) -> Option<Vec<&'static str>> {
        let segments: Vec<&str> = path.split('/').collect();
        let fits = |template: &[String]| {
            template.len() == segments.len()
                && template.iter().zip(&segments).all(|(expected, found)| {
                    expected == found || (expected.starts_with('{') && !found.is_empty())
                })
        };
        self.paths.iter().find(|(template, _)| fits(template)).map(|(_, methods)| methods.clone())
    }
}

/// The media types in which an operation answers kindly.
fn forms_of(operation: &Value) -> Vec<String> {
    let answers = operation["responses"].as_object().into_iter().flatten();
    let kind = answers.filter(|(status, _)| status.starts_with('2')).map(|(_, answer)| answer);
    kind.filter_map(|answer| answer["content"].as_object()).flat_map(|forms| forms.keys().cloned()).collect()
}

/// The parameters of an operation that stand in a place.
fn parameters_of(place: &str, operation: &Value, document: &Value) -> HashMap<String, Parameter> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let here = parameters.filter(|parameter| parameter["in"] == place);
    here.map(|parameter| {
        let schema = &parameter["schema"];
        let kind = match schema["type"].as_str() {
            Some("integer") => ParameterKind::Integer,
            Some("boolean") => ParameterKind::Boolean,
            _ => ParameterKind::Text,
        };
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        let required = parameter["required"].as_bool().unwrap_or_default();
        let needs = parameter[NEEDS].as_str().map(str::to_owned);
        (name, Parameter { validator: compile(schema, document), kind, required, needs })
    })
    .collect()
}

/// The media type of an operation's body.
fn takes_of(operation: &Value) -> Option<String> {
    operation.pointer("/requestBody/content")?.as_object()?.keys().next().cloned()
}

/// The schema of the body of an operation, where that is JSON.
fn body_of(operation: &Value) -> Option<String> {
    let kinds = operation["requestBody"]["content"].as_object()?;
    let body = kinds.iter().find(|(kind, _)| kind.ends_with("json")).map(|(_, content)| content)?;
    let reference = body["schema"]["$ref"].as_str()?;
    reference.strip_prefix("#/components/schemas/").map(str::to_owned)
}

/// The scopes that the security requirements of an operation name.
fn scopes_of(operation: &Value) -> CodeSet<Scope> {
    let ways = operation["security"].as_array().into_iter().flatten();
    let named = ways.filter_map(|way| way["client"].as_array()).flatten().filter_map(Value::as_str);
    named.map(|scope| Scope::parse(scope).expect("a scope of the list; a test builds the contract")).collect()
}

fn known_method(method: &str) -> Option<&'static str> {
    ["GET", "POST", "PUT", "PATCH", "DELETE"].into_iter().find(|known| known.eq_ignore_ascii_case(method))
}
