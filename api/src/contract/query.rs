//! Query and path parameters, checked against the published contract: an unknown query key is a fault, and every fault
//! is named with what is allowed.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev, web};
use naast_domain::text::Text;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{CONTRACT, Operation, ParameterKind};
use crate::problem::{Error, InputFault};

/// Query parameters that the contract knows.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(read(request).map(Self))
    }
}

fn read<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, Error> {
    let fault = |name: &str, code, nl, en| InputFault::parameter(name, code, Text::of(nl, en));
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(request.query_string())
        .map_err(|_| fault("", "malformed", "De vraag is niet te lezen.", "The query cannot be read."))?;
    let known = CONTRACT
        .operation(request.method(), &request.match_pattern().unwrap_or_default())
        .map(|operation| &operation.query);
    let mut faults = Vec::new();
    for (place, (name, text)) in pairs.iter().enumerate() {
        let Some(parameter) = known.and_then(|known| known.get(name)) else {
            let names =
                known.map(|known| known.keys().map(String::as_str).collect::<Vec<_>>()).unwrap_or_default();
            faults.push(InputFault::parameter(name, "unknown-parameter", allowed_names(names)));
            continue;
        };
        if pairs[..place].iter().any(|(other, _)| other == name) {
            faults.push(fault(name, "repeated", "Dit mag maar één keer.", "This may be given only once."));
            continue;
        }
        if text.chars().any(char::is_control) {
            faults.push(fault(
                name,
                "control-character",
                "Hier staat een stuurteken in.",
                "There is a control character in here.",
            ));
            continue;
        }
        let value = match parameter.kind {
            ParameterKind::Integer => text.parse::<i64>().map_or_else(|_| text.clone().into(), Value::from),
            ParameterKind::Boolean => text.parse::<bool>().map_or_else(|_| text.clone().into(), Value::from),
            ParameterKind::Text => Value::from(text.clone()),
        };
        for violation in parameter.validator.iter_errors(&value) {
            faults.extend(
                InputFault::of_violation(&violation).into_iter().map(|fault| fault.in_parameter(name)),
            );
        }
    }
    for (name, parameter) in known.into_iter().flatten() {
        if parameter.required && pairs.iter().all(|(given, _)| given != name) {
            faults.push(fault(name, "required", "Deze parameter ontbreekt.", "This parameter is missing."));
        }
    }
    if !faults.is_empty() {
        return Err(Error::Input(faults));
    }
    web::Query::<T>::from_query(request.query_string())
        .map(web::Query::into_inner)
        .map_err(|_| fault("", "malformed", "De vraag is niet te lezen.", "The query cannot be read.").into())
}

/// Refuses query keys on an operation that has none: no handler looks at them. Where there are some, [`Query`] tells all
/// faults together.
///
/// # Errors
/// [`Error::Input`] with each key.
pub fn refuse_unknown(query: &str, operation: &Operation) -> Result<(), Error> {
    if query.is_empty() || !operation.query.is_empty() {
        return Ok(());
    }
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let faults: Vec<InputFault> = pairs
        .iter()
        .map(|(name, _)| {
            let text = Text::of("Hier zijn geen parameters.", "There are no parameters here.");
            InputFault::parameter(name, "unknown-parameter", text)
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Input(faults)) }
}

fn allowed_names(mut names: Vec<&str>) -> Text {
    names.sort_unstable();
    let names = names.join(", ");
    Text::new(
        format!("Deze parameter bestaat niet. Toegestaan: {names}."),
        format!("There is no such parameter. Allowed: {names}."),
    )
}

/// Path parameters. One that does not read names itself and what it should look like.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let read = web::Path::<T>::from_request(request, payload).into_inner();
        ready(read.map(|path| Self(path.into_inner())).map_err(|_| Error::Input(faults(request))))
    }
}

fn faults(request: &HttpRequest) -> Vec<InputFault> {
    let is_id = |name: &str| name == "id" || name.ends_with("Id");
    request
        .match_info()
        .iter()
        .filter(|(name, value)| !is_id(name) || uuid::Uuid::try_parse(value).is_err())
        .map(|(name, _)| {
            let text = if is_id(name) {
                Text::of("Dit moet een UUID zijn.", "This must be a UUID.")
            } else {
                Text::of("Dit heeft niet de vorm uit het contract.", "This has not the form of the contract.")
            };
            InputFault::parameter(name, "format", text)
        })
        .collect()
}
