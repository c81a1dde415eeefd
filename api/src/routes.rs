//! Every route, on one screen.

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{
    buddies, conversations, directory, events, identity, independence, matching, organisations, privacy,
    programmes, requests, service, support,
};

/// The routes of the contract, below its base.
pub fn routes(config: &mut ServiceConfig<'_>) {
    directory::routes(config);
    organisations::routes(config);
    identity::routes(config);
    programmes::routes(config);
    conversations::routes(config);
    requests::routes(config);
    buddies::routes(config);
    independence::routes(config);
    matching::routes(config);
    support::routes(config);
    privacy::routes(config);
    events::routes(config);
    service::routes(config);
}

/// The paths beside the contract that are read, but for the pages below `/docs/`.
pub const BESIDE: &[&str] = &[
    "/v1/openapi.json",
    "/v1/openapi.yaml",
    "/health/live",
    "/health/ready",
    "/docs",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/v1",
    "/.well-known/jwks.json",
    "/.well-known/security.txt",
];

/// What stands beside the contract: the document itself, its pages, health, and how to sign in.
pub fn beside(config: &mut web::ServiceConfig) {
    config
        .route("/v1/openapi.json", web::get().to(service::openapi_json))
        .route("/v1/openapi.yaml", web::get().to(service::openapi_yaml))
        .configure(identity::metadata::routes)
        .route("/health/live", web::get().to(service::live))
        .route("/health/ready", web::get().to(service::ready))
        .service(web::redirect("/docs", "/docs/"))
        .service(
            SwaggerUi::new("/docs/{_:.*}").config(
                Config::new(["/v1/openapi.json"])
                    .try_it_out_enabled(true)
                    .deep_linking(true)
                    .validator_url("none"),
            ),
        );
}
