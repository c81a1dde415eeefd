//! A form: what OAuth's endpoints take instead of JSON (RFC 6749, appendix B), checked against the published schema like
//! any other body.

use std::future::Future;
use std::pin::Pin;

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev};
use naast_domain::text::steers;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::CONTRACT;
use super::body::{declared, gather};
use crate::problem::Error;

/// A form that keeps its schema; `None` when it does not. OAuth's endpoints have words of their own for that.
#[derive(Debug)]
pub struct Form<T>(pub Option<T>);

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Form<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let (is_form, length) = (is_form(request), declared(request));
        let payload = payload.take();
        Box::pin(async move {
            let bytes = gather(length, payload).await?;
            Ok(Self(if is_form { read(&bytes)? } else { None }))
        })
    }
}

fn is_form(request: &HttpRequest) -> bool {
    let mut types = request.headers().get_all(header::CONTENT_TYPE);
    let Some(Ok(kind)) = types.next().map(header::HeaderValue::to_str) else { return false };
    let kind = kind.split(';').next().unwrap_or_default().trim();
    types.next().is_none() && kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// A field that is given twice spoils the form, an empty one counts as left out, and one that nobody knows is not looked at, whatever is in
/// it and however often it comes (RFC 6749, 3.2).
fn read<T: DeserializeOwned + ToSchema>(bytes: &[u8]) -> Result<Option<T>, Error> {
    let Ok(pairs) = serde_urlencoded::from_bytes::<Vec<(String, String)>>(bytes) else { return Ok(None) };
    let known = &CONTRACT.document["components"]["schemas"][T::name().as_ref()]["properties"];
    let mut members = Map::new();
    for (name, text) in pairs.into_iter().filter(|(name, _)| known.get(name).is_some()) {
        if text.chars().any(steers) || members.contains_key(&name) {
            return Ok(None);
        }
        if !text.is_empty() {
            members.insert(name, Value::from(text));
        }
    }
    let value = Value::Object(members);
    let validator =
        CONTRACT.body(&T::name()).ok_or(Error::Internal("a body that the contract does not describe"))?;
    Ok(if validator.is_valid(&value) { T::deserialize(value).ok() } else { None })
}
