//! The token endpoint (RFC 6749, 3.2): whoever proves herself gets an access token of ten minutes at most.

pub(crate) mod client;
mod external;
mod person;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, post, web};
use naast_domain::ids::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Reach;
use super::oauth::{Refusal, TokenErrorView};
use crate::caller::Reader;
use crate::contract::Form;
use crate::limits::Limits;
use crate::platform::Platform;
use crate::problem::Error;

/// Where the endpoint stands below the issuer.
pub(super) const PLACE: &str = "/v1/oauth/token";

/// A client, by its key or secret.
const CLIENT: &str = "client_credentials";
/// A session that goes on.
const REFRESH: &str = "refresh_token";
/// A token of a trusted issuer (RFC 7523, 2.1).
const ASSERTION: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// A code from the mail: a grant of our own (RFC 6749, 4.5), named by a URI of our own.
const ONE_TIME_CODE: &str = "https://naast.example/grants/one-time-code";

/// Every grant.
pub(super) const GRANTS: &[&str] = &[CLIENT, REFRESH, ASSERTION, ONE_TIME_CODE];

/// What the caller brings. Which fields are needed depends on the grant; a field that is unknown is ignored.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(example = json!({ "grant_type": "refresh_token", "refresh_token": "..." }))]
pub struct TokenBody {
    /// `client_credentials`, `refresh_token`, `urn:ietf:params:oauth:grant-type:jwt-bearer`, or
    /// `https://naast.example/grants/one-time-code`.
    #[schema(min_length = 1, max_length = 100, pattern = "^[ -~]*$")]
    grant_type: String,
    /// For a client: the scopes, with spaces between them; all that it has when left out.
    #[schema(max_length = 500, pattern = "^[ -~]*$")]
    scope: Option<String>,
    /// For a client: its id. It may be left out; it must be right.
    #[schema(max_length = 100, pattern = "^[ -~]*$")]
    client_id: Option<String>,
    /// For a client with a key: `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    #[schema(max_length = 100, pattern = "^[ -~]*$")]
    client_assertion_type: Option<String>,
    /// For a client with a key: a JWT signed with it (RFC 7523, 2.2), good for five minutes at most, once.
    #[schema(max_length = 8000, pattern = "^[ -~]*$")]
    client_assertion: Option<String>,
    /// For a session: the refresh token. It is good for one use.
    #[schema(max_length = 100, pattern = "^[ -~]*$")]
    refresh_token: Option<String>,
    /// For a code: the `signInId` of the answer to `POST /sign-in-codes`.
    sign_in_id: Option<uuid::Uuid>,
    /// For a code: the code.
    #[schema(max_length = 20)]
    code: Option<String>,
    /// For a code: which of the accounts of this address, when there are several; the oldest when left out.
    subject: Option<PersonId>,
    /// For a trusted issuer: its token.
    #[schema(max_length = 16000, pattern = "^[ -~]*$")]
    assertion: Option<String>,
}

impl std::fmt::Debug for TokenBody {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("TokenBody(withheld)")
    }
}

/// A token (RFC 6749, 5.1).
#[derive(Serialize, ToSchema)]
pub struct TokenView {
    /// The access token: send it as `Authorization: Bearer ...`.
    access_token: String,
    /// Always `Bearer`.
    token_type: String,
    /// For how many seconds it is good.
    expires_in: i64,
    /// For a person who signed in by a code: good for one use, for the next token. Left out for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refresh_token: Option<String>,
    /// For a client: the scopes of the token. Left out for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    scope: Option<String>,
    /// For a person: who she is. Left out for clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    subject: Option<PersonId>,
    /// For a code: the accounts of the address, when there are several.
    accounts: Vec<AccountView>,
}

impl std::fmt::Debug for TokenView {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("TokenView(withheld)")
    }
}

/// One of several accounts of an address.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountView {
    /// Its id, for `subject`.
    id: PersonId,
    /// The name that it was registered with.
    name: String,
}

impl TokenView {
    fn of(access_token: String, expires_in: i64) -> Self {
        Self {
            access_token,
            token_type: "Bearer".to_owned(),
            expires_in,
            refresh_token: None,
            scope: None,
            subject: None,
            accounts: Vec::new(),
        }
    }
}

/// Get a token: as a client, with a code from the mail, with a refresh token, or for a token of a trusted issuer.
#[utoipa::path(operation_id = "issueToken", tag = "identity", security(()), request_body(content = TokenBody, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "A token", body = TokenView),
    (status = 400, description = "No token: the grant, the scope or the form is wrong", body = TokenErrorView),
    (status = 401, description = "No token: the client did not prove itself", body = TokenErrorView),
    (status = 503, description = "No token for now: try again", body = TokenErrorView)
))]
#[post("/oauth/token")]
pub async fn issue_token(
    platform: web::Data<Platform>,
    limits: web::Data<Limits>,
    request: HttpRequest,
    reader: Reader,
    Form(body): Form<TokenBody>,
) -> Result<HttpResponse, Error> {
    match grant(&platform, &limits, &request, body).await {
        Ok(token) => Ok(HttpResponse::Ok().json(token)),
        Err(refusal) => refusal.answer(reader.0),
    }
}

async fn grant(
    platform: &Platform,
    limits: &Limits,
    request: &HttpRequest,
    body: Option<TokenBody>,
) -> Result<TokenView, Refusal> {
    let body = body.ok_or(Refusal::InvalidRequest)?;
    match body.grant_type.as_str() {
        CLIENT => client::grant(platform, basic(request)?, body).await,
        REFRESH => person::refresh(platform, &body.refresh_token.ok_or(Refusal::InvalidRequest)?).await,
        ONE_TIME_CODE => {
            let (Some(id), Some(code)) = (body.sign_in_id, body.code) else {
                return Err(Refusal::InvalidRequest);
            };
            // the only grant with something that could be guessed
            limits.attempt(request)?;
            person::sign_in(platform, id.into(), code, body.subject).await
        }
        ASSERTION => external::grant(platform, &body.assertion.ok_or(Refusal::InvalidRequest)?).await,
        _ => Err(Refusal::UnsupportedGrantType),
    }
}

/// What stands in the Authorization header, when anything does.
fn basic(request: &HttpRequest) -> Result<Option<String>, Refusal> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let Some(value) = headers.next() else { return Ok(None) };
    let value = value.to_str().ok().filter(|_| headers.next().is_none());
    let (scheme, rest) = value.and_then(|value| value.split_once(' ')).ok_or(Refusal::InvalidClient)?;
    scheme.eq_ignore_ascii_case("basic").then(|| Some(rest.to_owned())).ok_or(Refusal::InvalidClient)
}

/// A session to end.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(example = json!({ "token": "..." }))]
pub struct RevocationBody {
    /// The refresh token of the session, or an access token of it.
    #[schema(min_length = 1, max_length = 4000, pattern = "^[ -~]*$")]
    token: String,
}

impl std::fmt::Debug for RevocationBody {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("RevocationBody(withheld)")
    }
}

/// That the session is over, whether or not there was one.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevocationView {
    /// Always `false`.
    active: bool,
}

/// Sign out: end the session of a refresh token, or of an access token (RFC 7009). A token that is unknown, or over, gets the same answer. An
/// access token of no session, such as a system's, cannot be ended here: `unsupported_token_type`.
#[utoipa::path(operation_id = "revokeToken", tag = "identity", security(()), request_body(content = RevocationBody, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "It is over: its refresh token and its access tokens are refused from the next call on", body = RevocationView),
    (status = 400, description = "The form is wrong, or the token is of no session", body = TokenErrorView)
))]
#[post("/oauth/revoke")]
pub async fn revoke_token(
    platform: web::Data<Platform>,
    reader: Reader,
    Form(body): Form<RevocationBody>,
) -> Result<HttpResponse, Error> {
    let Some(body) = body else { return Refusal::InvalidRequest.answer(reader.0) };
    let known = platform.identity.verify(&body.token, platform.clock.now());
    match known.map(|subject| subject.session.filter(|_| subject.reach == Reach::Person)) {
        Some(Some(session)) => person::leave(&platform, session).await?,
        Some(None) => return Refusal::UnsupportedTokenType.answer(reader.0),
        None => person::sign_out(&platform, &body.token).await?,
    }
    Ok(HttpResponse::Ok().json(RevocationView { active: false }))
}
