//! The contract itself, the problem catalogue, and health.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder as _, get, web};
use naast_domain::text::Tongue;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::accept;
use crate::answer::Answer;
use crate::caller::Reader;
use crate::contract::CONTRACT;
use crate::page_of;
use crate::platform::Platform;
use crate::problem::{self, CATALOGUE, Error, Kind};

/// The routes of this room.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_problems).service(get_problem);
}

/// What a code of a problem means.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemKindView {
    /// The code.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// What it is called.
    pub title: String,
    /// What it means and what to do.
    pub detail: String,
}

fn view(kind: &Kind, tongue: Tongue) -> ProblemKindView {
    ProblemKindView {
        code: kind.code.to_owned(),
        status: kind.status,
        title: kind.title.get(tongue).to_owned(),
        detail: kind.detail.get(tongue).to_owned(),
    }
}

page_of! {
    /// Every kind of problem.
    ProblemKindPage of ProblemKindView
}

/// Every kind of problem that this API answers with. A browser gets a page.
#[utoipa::path(
    operation_id = "listProblemKinds",
    tag = "service",
    security(()),
    responses((status = 200, description = "All of them, on one page", body = ProblemKindPage)),
)]
#[get("/problems")]
pub async fn list_problems(request: HttpRequest, reader: Reader) -> HttpResponse {
    if accept::prefers_page(request.headers()) {
        return page(problem::page::all(reader.0));
    }
    let data = CATALOGUE.iter().map(|kind| view(kind, reader.0)).collect();
    ProblemKindPage { data, next_cursor: None }.respond_to(&request)
}

/// What one kind of problem means. The `type` of a problem leads here; a browser gets a page in both languages.
#[utoipa::path(
    operation_id = "getProblemKind",
    tag = "service",
    security(()),
    params(("code" = String, Path, description = "The code of the problem")),
    responses((status = 200, description = "The kind", body = ProblemKindView)),
)]
#[get("/problems/{code}")]
pub async fn get_problem(
    request: HttpRequest,
    reader: Reader,
    code: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let kind = CATALOGUE.iter().find(|kind| kind.code == *code).ok_or(Error::NotFound)?;
    if accept::prefers_page(request.headers()) {
        return Ok(page(problem::page::kind(kind, reader.0)));
    }
    Ok(Answer::found(view(kind, reader.0)).respond_to(&request))
}

fn page(html: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, problem::page::policy()))
        .content_type("text/html; charset=utf-8")
        .body(html)
}

/// The contract as JSON, open to all.
pub async fn openapi_json() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(CONTRACT.json.as_str())
}

/// The contract as YAML, open to all.
pub async fn openapi_yaml() -> HttpResponse {
    HttpResponse::Ok().content_type("application/yaml").body(CONTRACT.yaml())
}

/// The figures, for the port that is the administrator's.
pub async fn metrics(platform: web::Data<Platform>) -> HttpResponse {
    let text = platform.metrics.text(&platform).await;
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text)
}

/// The process runs.
pub async fn live() -> HttpResponse {
    is_live()
}

/// Says that the process runs.
pub fn is_live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "live" }))
}

/// The database answered lately, and the server is not about to stop.
pub async fn ready(platform: web::Data<Platform>) -> Result<HttpResponse, Error> {
    is_ready(&platform)
}

/// Says that the database answered lately and the server is not about to stop.
///
/// # Errors
/// `not-ready` when that is not so.
pub fn is_ready(platform: &Platform) -> Result<HttpResponse, Error> {
    if !platform.health.is_ready() {
        return Err(Error::Refused("not-ready"));
    }
    Ok(HttpResponse::Ok().json(serde_json::json!({ "status": "ready" })))
}
