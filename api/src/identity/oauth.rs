//! Refusals of the token endpoint, in the form that OAuth libraries read (RFC 6749, 5.2).

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use naast_domain::text::{Text, Tongue};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Error;

/// Why the token endpoint gave no token.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({ "error": "invalid_grant", "error_description": "This code or token does not hold." }))]
pub struct TokenErrorView {
    /// The code of RFC 6749, 5.2.
    pub error: String,
    /// What went wrong, in words. The value itself is never repeated.
    pub error_description: String,
}

/// What can go wrong at the token endpoint.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Something is missing, doubled or malformed.
    InvalidRequest,
    /// The client did not prove itself.
    InvalidClient,
    /// The code or token is wrong, too old, or used.
    InvalidGrant,
    /// There is no such grant.
    UnsupportedGrantType,
    /// A token of this kind is not ended here (RFC 7009, 2.2.1).
    UnsupportedTokenType,
    /// The client asked for more than it may have.
    InvalidScope,
    /// A trusted issuer does not answer.
    Unavailable,
    /// Something that every call can meet.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Refusal {
    /// The answer in a language.
    ///
    /// # Errors
    /// What every call can meet, for the edge to tell.
    pub fn answer(self, tongue: Tongue) -> Result<HttpResponse, Error> {
        let (status, code, text) = match &self {
            Self::InvalidRequest => (
                StatusCode::BAD_REQUEST,
                "invalid_request",
                Text::of(
                    "Er ontbreekt een veld, een veld staat er twee keer, of dit is geen formulier.",
                    "A field is missing or given twice, or this is not a form.",
                ),
            ),
            Self::InvalidClient => (
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                Text::of("De client bewees zich niet.", "The client did not prove itself."),
            ),
            Self::InvalidGrant => (
                StatusCode::BAD_REQUEST,
                "invalid_grant",
                Text::of("Deze code of dit token geldt niet.", "This code or token does not hold."),
            ),
            Self::UnsupportedGrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                Text::of("Deze soort bestaat niet.", "There is no such grant."),
            ),
            Self::UnsupportedTokenType => (
                StatusCode::BAD_REQUEST,
                "unsupported_token_type",
                Text::of(
                    "Dit token hoort bij geen sessie. Het geldt tot zijn einde, hoogstens tien minuten; een beheerder sluit een systeem af.",
                    "This token is of no session. It is good until its end, ten minutes at most; an administrator shuts a system out.",
                ),
            ),
            Self::InvalidScope => (
                StatusCode::BAD_REQUEST,
                "invalid_scope",
                Text::of("De client mag dit niet vragen.", "The client may not ask for this."),
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                Text::of(
                    "De andere uitgever antwoordt niet. Probeer het zo weer.",
                    "The other issuer does not answer. Try again in a moment.",
                ),
            ),
            Self::Failed(_) => {
                let Self::Failed(error) = self else { unreachable!("the arm says so") };
                return Err(error);
            }
        };
        let mut answer = HttpResponse::build(status);
        // whoever tried by the header is told so there (RFC 6749, 5.2); and no 401 goes without a challenge (RFC 9110, 15.5.2)
        if matches!(self, Self::InvalidClient) {
            answer.insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"naast\""));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            answer.insert_header((header::RETRY_AFTER, "30"));
        }
        Ok(answer
            .json(TokenErrorView { error: code.to_owned(), error_description: text.get(tongue).to_owned() }))
    }
}
