//! A request body: read within its limits, checked against the published schema with all faults together, then read into
//! its type.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::http::header;
use actix_web::web::BytesMut;
use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::StreamExt as _;
use jsonschema::Validator;
use naast_domain::text::{Text, steers};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{CONTRACT, json};
use crate::call;
use crate::problem::{Error, InputFault};

/// The largest body, in bytes.
pub const LARGEST: usize = 64 * 1024;

/// How long a body may take to arrive. actix limits only the time of the headers.
const DEADLINE: Duration = Duration::from_secs(10);

/// A body that keeps its schema.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Body<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let arriving = arrive::<T>(request, payload.take());
        Box::pin(async move {
            if !CONTRACT.names_of(&T::name()).is_empty() {
                return Err(Error::Internal("a body that names something is read as `Sent`"));
            }
            let Arrived { found, body, .. } = arriving.await?;
            body.map(Self).ok_or(Error::Input(found))
        })
    }
}

/// A body that arrived, with what its schema says of it: `found` is empty, or `body` is not there.
pub(super) struct Arrived<T> {
    pub value: Value,
    pub found: Vec<InputFault>,
    pub body: Option<T>,
}

/// Takes a body in.
pub(super) fn arrive<T: DeserializeOwned + ToSchema + 'static>(
    request: &HttpRequest,
    payload: dev::Payload,
) -> impl Future<Output = Result<Arrived<T>, Error>> + 'static {
    let (is_json, length) = (is_json(request), declared(request));
    async move {
        if !is_json {
            return Err(Error::Refused("unsupported-media-type"));
        }
        read(&gather(length, payload).await?)
    }
}

/// A body that may be left out; where there is one, it keeps its schema.
#[derive(Debug)]
pub struct OptionalBody<T>(pub Option<T>);

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for OptionalBody<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        // a body of no length is none to the HTTP library
        if matches!(payload, dev::Payload::None) {
            // nothing is what this call says: with the same key, a body later is another call
            note(&Value::Null);
            return Box::pin(std::future::ready(Ok(Self(None))));
        }
        let body = Body::from_request(request, payload);
        Box::pin(async move { body.await.map(|body| Self(Some(body.0))) })
    }
}

pub(super) fn is_json(request: &HttpRequest) -> bool {
    let mut types = request.headers().get_all(header::CONTENT_TYPE);
    let Some(Ok(kind)) = types.next().map(header::HeaderValue::to_str) else { return false };
    let mut parts = kind.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    types.next().is_none()
        && parts.all(is_utf8)
        && ["application/json", "application/merge-patch+json"]
            .iter()
            .any(|known| kind.eq_ignore_ascii_case(known))
}

/// JSON is UTF-8 (RFC 8259, 8.1): another charset would be read wrongly.
fn is_utf8(parameter: &str) -> bool {
    parameter.split_once('=').is_none_or(|(name, value)| {
        !name.trim().eq_ignore_ascii_case("charset")
            || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    })
}

/// How long a body is, as far as its head says so.
pub(super) fn declared(request: &HttpRequest) -> Option<u64> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The bytes of a body, within their limits. One that says itself that it is too large is not waited for.
pub(super) async fn gather(length: Option<u64>, payload: dev::Payload) -> Result<BytesMut, Error> {
    if length.is_some_and(|length| length > LARGEST as u64) {
        return Err(Error::Refused("payload-too-large"));
    }
    tokio::time::timeout(DEADLINE, collect(payload)).await.map_err(|_| Error::Refused("body-too-slow"))?
}

async fn collect(mut payload: dev::Payload) -> Result<BytesMut, Error> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Error::Refused("malformed-call"))?;
        if bytes.len() + chunk.len() > LARGEST {
            return Err(Error::Refused("payload-too-large"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Remembers what a call says, where it can be repeated.
fn note(body: &Value) {
    if let Some(repeatable) = call::current().as_ref().and_then(|call| call.repeatable.as_ref()) {
        repeatable.note_body(body);
    }
}

/// A body as JSON, and what its schema and our own rules for text find in it. What is found is not all there is when it is
/// more than an answer tells.
pub(super) fn look(bytes: &[u8], validator: &Validator) -> Result<(Value, Vec<InputFault>), Error> {
    let (value, mut found) = json::read(bytes)?;
    for violation in validator.iter_errors(&value) {
        if InputFault::are_enough(&found) {
            break;
        }
        found.extend(InputFault::of_violation(&violation));
    }
    find_control_characters(&value, &mut String::new(), &mut found);
    Ok((value, found))
}

fn read<T: DeserializeOwned + ToSchema>(bytes: &[u8]) -> Result<Arrived<T>, Error> {
    let validator =
        CONTRACT.body(&T::name()).ok_or(Error::Internal("a body that the contract does not describe"))?;
    let (value, mut found) = look(bytes, validator)?;
    note(&value);
    // what was not looked at to the end is not looked up either
    if InputFault::are_enough(&found) {
        return Err(Error::Input(found));
    }
    let mut body = None;
    if found.is_empty()
        && let Some(call) = call::current()
    {
        call.changes_nothing.set(call.is_patch && value.as_object().is_some_and(Map::is_empty));
    }
    if found.is_empty() {
        match T::deserialize(&value) {
            Ok(read) => body = Some(read),
            Err(_) => found.push(InputFault::body(
                "",
                "schema",
                Text::of("Dit past niet bij het contract.", "This does not fit the contract."),
            )),
        }
    }
    Ok(Arrived { value, found, body })
}

/// No text holds NUL or another control character: PostgreSQL refuses the first, and nobody means the others. Nor one that turns the
/// direction of text: a name could be shown as another.
fn find_control_characters(value: &Value, pointer: &mut String, faults: &mut Vec<InputFault>) {
    use std::fmt::Write as _;

    if InputFault::are_enough(faults) {
        return;
    }
    let length = pointer.len();
    match value {
        Value::String(text) if text.chars().any(|letter| steers(letter) && letter != '\n') => {
            faults.push(InputFault::body(
                pointer.clone(),
                "control-character",
                Text::of("Hier staat een stuurteken in.", "There is a control character in here."),
            ));
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                let _ = write!(pointer, "/{place}");
                find_control_characters(item, pointer, faults);
                pointer.truncate(length);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let _ = write!(pointer, "/{}", name.replace('~', "~0").replace('/', "~1"));
                find_control_characters(member, pointer, faults);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}
