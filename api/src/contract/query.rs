//! Query and path parameters, read into their types. The edge checked them against the published contract before
//! ([`super::faults`]); what still does not read is refused here with the same words.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev, web};
use naast_domain::text::Text;
use serde::de::DeserializeOwned;

use super::{CONTRACT, head};
use crate::problem::{Error, InputFault};

/// Query parameters that the contract knows.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let read = web::Query::<T>::from_query(request.query_string());
        ready(read.map(|query| Self(query.into_inner())).map_err(|_| refusal(request)))
    }
}

/// Path parameters. One that does not read names itself and what it should look like.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let read = web::Path::<T>::from_request(request, payload).into_inner();
        ready(read.map(|path| Self(path.into_inner())).map_err(|_| refusal(request)))
    }
}

/// The refusal of what does not read: everything that the contract finds, and where it finds nothing, that it does not read.
fn refusal(request: &HttpRequest) -> Error {
    let template = request.match_pattern().unwrap_or_default();
    let operation = CONTRACT.operation(request.method(), &template);
    let mut found = operation.map(|operation| head::faults(request, operation)).unwrap_or_default();
    if found.is_empty() {
        let text =
            Text::of("Dit heeft niet de vorm uit het contract.", "This has not the form of the contract.");
        found.push(InputFault::parameter("", "malformed", text));
    }
    Error::Input(found)
}
