//! What a client reads before it signs in: who issues tokens (RFC 8414), for what (RFC 9728), with which keys (RFC 7517);
//! and where to report a weakness (RFC 9116).

use actix_web::{HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Months, SecondsFormat};
use naast_domain::code::Code as _;
use naast_domain::identity::Scope;
use serde_json::{Value, json};

use super::token;
use crate::contract::BASE;
use crate::platform::Platform;
use crate::problem::Error;

/// The routes beside the contract. The resource has a path, so its metadata stand below that of the well-known document (RFC 9728,
/// 3.1). Whoever knows the address alone asks there: what is told is of the address (3.3: `resource` is what the document was asked
/// for, or nobody may use it).
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/.well-known/oauth-authorization-server", web::get().to(authorization_server))
        .route("/.well-known/oauth-protected-resource", web::get().to(protected_address))
        .route(&format!("/.well-known/oauth-protected-resource{BASE}"), web::get().to(protected_resource))
        .route("/.well-known/jwks.json", web::get().to(jwks))
        .route("/.well-known/security.txt", web::get().to(security));
}

fn scopes() -> Vec<&'static str> {
    Scope::ALL.iter().map(|scope| scope.code()).collect()
}

async fn authorization_server(platform: web::Data<Platform>) -> HttpResponse {
    let issuer = platform.identity.issuer();
    let methods = ["private_key_jwt", "client_secret_basic", "none"];
    HttpResponse::Ok().json(json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}{}", token::PLACE),
        "revocation_endpoint": format!("{issuer}{BASE}/oauth/revoke"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "scopes_supported": scopes(),
        // there is no authorization endpoint
        "response_types_supported": [],
        "grant_types_supported": token::GRANTS,
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": token::client::ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": ["none"],
        "service_documentation": format!("{issuer}/docs/"),
        "ui_locales_supported": ["nl", "en"],
    }))
}

async fn protected_resource(platform: web::Data<Platform>) -> HttpResponse {
    protected(&platform, platform.identity.resource())
}

async fn protected_address(platform: web::Data<Platform>) -> HttpResponse {
    protected(&platform, platform.identity.issuer())
}

fn protected(platform: &Platform, resource: &str) -> HttpResponse {
    let issuer = platform.identity.issuer();
    HttpResponse::Ok().json(json!({
        "resource": resource,
        "authorization_servers": [issuer],
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "scopes_supported": scopes(),
        "bearer_methods_supported": ["header"],
        "resource_name": "Naast",
        "resource_documentation": format!("{issuer}/docs/"),
    }))
}

async fn jwks(platform: web::Data<Platform>) -> HttpResponse {
    let now = platform.clock.now();
    let ring = platform.identity.ring(now);
    let keys: Vec<Value> = ring
        .believed(now, platform.identity.longest())
        .map(|key| {
            json!({
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
                "kid": key.id, "x": URL_SAFE_NO_PAD.encode(key.public())
            })
        })
        .collect();
    HttpResponse::Ok().json(json!({ "keys": keys }))
}

/// Not there while nobody said whom to tell.
async fn security(platform: web::Data<Platform>) -> Result<HttpResponse, Error> {
    let contact = platform.identity.security_contact.as_ref().ok_or(Error::NotFound)?;
    let issuer = platform.identity.issuer();
    // ahead of whoever reads it, and less than a year (RFC 9116, 2.5.5)
    let until = platform.clock.now() + Months::new(6);
    let until = until.to_rfc3339_opts(SecondsFormat::Secs, true);
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(format!(
        "Contact: {contact}\nExpires: {until}\nPreferred-Languages: nl, en\n\
         Canonical: {issuer}/.well-known/security.txt\n"
    )))
}
