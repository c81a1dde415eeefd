//! What is wrong with a call before its body: its path, its query and the name that it gives itself. The edge asks before a
//! handler begins, so that these faults and those of the body come in one list, whatever a handler looks at first.

use std::sync::LazyLock;

use actix_web::HttpRequest;
use actix_web::dev::{Path, Payload, Url};
use jsonschema::Validator;
use naast_domain::text::{Text, steers};
use serde_json::{Map, Value};

use super::{CONTRACT, Operation, Parameter, ParameterKind, body};
use crate::paging;
use crate::problem::{Error, InputFault};

/// What is wrong with the path and the query of a call.
pub fn faults(request: &HttpRequest, operation: &Operation) -> Vec<InputFault> {
    let mut found = of_path(request, operation);
    let Ok(pairs) = serde_urlencoded::from_str::<Vec<(String, String)>>(request.query_string()) else {
        let text = Text::of("De vraag is niet te lezen.", "The query cannot be read.");
        found.push(InputFault::parameter("", "malformed", text));
        return found;
    };
    found.extend(of_query(&pairs, operation));
    found.extend(of_cursor(request.path(), pairs, operation, &found));
    found
}

/// What is wrong with the cursor, when nothing was found in how it is written. A parameter that nobody knows is no part of the question,
/// and neither is the size of a page.
fn of_cursor(
    path: &str,
    mut pairs: Vec<(String, String)>,
    operation: &Operation,
    found: &[InputFault],
) -> Option<InputFault> {
    pairs.retain(|(name, _)| operation.query.contains_key(name));
    let is_wrong = |name: &str| found.iter().any(|fault| fault.is_of_parameter(name));
    if pairs.iter().any(|(name, _)| paging::is_cursor(name) && is_wrong(name)) {
        return None;
    }
    let mut question =
        operation.path.keys().chain(operation.query.keys()).filter(|name| !paging::is_of_page(name));
    paging::fault(path, &pairs, !question.any(|name| is_wrong(name)))
}

/// The refusal of a call in which something was found already, with what its schema finds in its body.
pub async fn with_body(
    mut found: Vec<InputFault>,
    request: &HttpRequest,
    operation: &Operation,
    payload: Payload,
) -> Error {
    let Some(schema) = operation.body.as_deref().filter(|_| !matches!(payload, Payload::None)) else {
        return Error::Input(found);
    };
    let validator = match CONTRACT.body(schema) {
        Some(validator) if body::is_json(request) => validator,
        // what is no JSON is told when the rest is mended: its schema says nothing of it
        _ => return Error::Input(found),
    };
    match body::gather(body::declared(request), payload).await.and_then(|bytes| body::look(&bytes, validator))
    {
        Ok((_, more)) => {
            found.extend(more);
            Error::Input(found)
        }
        Err(refusal) => beside(found, refusal),
    }
}

/// What is wrong with the body of a call to an operation that takes none. It is read within the limits of every other body; nothing, `null`
/// and an object of nothing say nothing. Whoever says more believes that it counts, and is told that it does not.
///
/// # Errors
/// Why it is not read: too large, too slow, no JSON.
pub async fn said_to_nobody(request: &HttpRequest, payload: Payload) -> Result<Vec<InputFault>, Error> {
    static NOTHING: LazyLock<Validator> = LazyLock::new(|| {
        let schema = serde_json::json!({ "type": ["object", "null"] });
        jsonschema::validator_for(&schema).expect("a schema")
    });
    if matches!(payload, Payload::None) {
        return Ok(Vec::new());
    }
    let is_json = body::is_json(request);
    let bytes = body::gather(body::declared(request), payload).await?;
    if bytes.trim_ascii().is_empty() {
        return Ok(Vec::new());
    }
    if !is_json {
        return Err(Error::Refused("unsupported-media-type"));
    }
    let (said, mut found) = body::look(&bytes, &NOTHING)?;
    let members = said.as_object().into_iter().flat_map(Map::keys);
    found.extend(members.map(|name| InputFault::unknown_member("", name)));
    Ok(found)
}

/// The refusal of a body, with what was found of its call before.
pub fn beside(mut found: Vec<InputFault>, refusal: Error) -> Error {
    match refusal {
        Error::Input(more) => found.extend(more),
        Error::NotJson(fault) if !found.is_empty() => found.push(fault),
        refusal => return refusal,
    }
    Error::Input(found)
}

/// The edge asks before the path is matched: the operation matches it itself.
fn of_path(request: &HttpRequest, operation: &Operation) -> Vec<InputFault> {
    let mut path = Path::new(Url::new(request.uri().clone()));
    operation.way.capture_match_info(&mut path);
    path.iter()
        .filter_map(|(name, value)| Some((name, value, operation.path.get(name)?)))
        .flat_map(|(name, value, parameter)| violations(name, value, parameter))
        .collect()
}

fn of_query(pairs: &[(String, String)], operation: &Operation) -> Vec<InputFault> {
    let (known, mut found) = (&operation.query, Vec::new());
    for (place, (name, text)) in pairs.iter().enumerate() {
        let Some(parameter) = known.get(name) else {
            found.push(InputFault::parameter(name, "unknown-parameter", allowed_names(operation)));
            continue;
        };
        if pairs[..place].iter().any(|(other, _)| other == name) {
            let text = Text::of("Dit mag maar één keer.", "This may be given only once.");
            found.push(InputFault::parameter(name, "repeated", text));
            continue;
        }
        found.extend(violations(name, text, parameter));
        let lacking = parameter.needs.iter().filter(|needed| pairs.iter().all(|(given, _)| given != *needed));
        found.extend(lacking.map(|needed| InputFault::parameter(name, "needs-other", with(needed))));
    }
    for (name, parameter) in known {
        if parameter.required && pairs.iter().all(|(given, _)| given != name) {
            let text = Text::of("Deze parameter ontbreekt.", "This parameter is missing.");
            found.push(InputFault::parameter(name, "required", text));
        }
    }
    found
}

fn with(needed: &str) -> Text {
    Text::new(
        format!("Dit kan alleen samen met `{needed}`."),
        format!("This works only together with `{needed}`."),
    )
}

/// What is wrong with the value of a parameter.
fn violations(name: &str, text: &str, parameter: &Parameter) -> Vec<InputFault> {
    if text.chars().any(steers) {
        let said = Text::of("Hier staat een stuurteken in.", "There is a control character in here.");
        return vec![InputFault::parameter(name, "control-character", said)];
    }
    let value = match parameter.kind {
        ParameterKind::Integer => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
        ParameterKind::Boolean => text.parse::<bool>().map_or_else(|_| text.into(), Value::from),
        ParameterKind::Text => Value::from(text),
    };
    let violations = parameter.validator.iter_errors(&value);
    violations.flat_map(|one| InputFault::of_violation(&one)).map(|fault| fault.in_parameter(name)).collect()
}

fn allowed_names(operation: &Operation) -> Text {
    let mut names: Vec<&str> = operation.query.keys().map(String::as_str).collect();
    if names.is_empty() {
        return Text::of("Hier zijn geen parameters.", "There are no parameters here.");
    }
    names.sort_unstable();
    let names = names.join(", ");
    Text::new(
        format!("Deze parameter bestaat niet. Toegestaan: {names}."),
        format!("There is no such parameter. Allowed: {names}."),
    )
}
