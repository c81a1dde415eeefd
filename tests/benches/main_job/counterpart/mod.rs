//! The least that somebody would write by hand for the same operations: the same rows by the same indexes, the same
//! JSON, actix-web, and prepared statements. No token, no roles, no contract, no check of what a body refers to, no
//! domain. The journal gets the same rows, with a hash that proves nothing.
//!
//! On PostgreSQL it is tokio-postgres with eight connections, four for each of two workers, which share their threads. On
//! SQLite it is prepared statements on eight readers and one writer behind a lock, one commit for each call, on blocking
//! threads. Both are as durable as the product.

mod candidates;
mod postgres;
mod sqlite;
mod views;

use std::net::SocketAddr;

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use naast_persistence::Location;
use serde::Deserialize;
use uuid::Uuid;

use self::views::Body;

/// Which rows of a programme.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    programme_id: Uuid,
    page_size: i64,
    /// The moment and the id of the last row of the page before.
    at: Option<String>,
    id: Option<Uuid>,
}

/// Serves until it is killed.
pub fn serve(url: &str) {
    let location = Location::parse(url).expect("the benchmark names a database");
    actix_web::rt::System::new().block_on(async move {
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        match location {
            Location::Postgres(url) => {
                let server = HttpServer::new(move || {
                    let url = url.clone();
                    let pool = move || {
                        let url = url.clone();
                        async move { postgres::Pool::connect(&url, 4).await }
                    };
                    App::new().data_factory(pool).configure(postgres_routes)
                });
                let server = server.workers(2).bind(listen).expect("a port is free");
                say(&server.addrs());
                server.run().await.expect("it is killed, it does not fail");
            }
            Location::Sqlite(path) => {
                let source = Data::new(sqlite::Source::open(&path, 8));
                let server =
                    HttpServer::new(move || App::new().app_data(source.clone()).configure(sqlite_routes));
                let server = server.workers(2).worker_max_blocking_threads(4);
                let server = server.bind(listen).expect("a port is free");
                say(&server.addrs());
                server.run().await.expect("it is killed, it does not fail");
            }
        }
    });
}

/// Says where the server listens, in the words that the benchmark waits for.
fn say(addresses: &[SocketAddr]) {
    println!("http://{}", addresses[0]);
}

/// Whom a call is from; the product reads it from the token.
fn person(request: &HttpRequest) -> Uuid {
    let header = request.headers().get("x-person").and_then(|value| value.to_str().ok());
    header.and_then(|text| text.parse().ok()).expect("the benchmark names a person")
}

fn postgres_routes(config: &mut web::ServiceConfig) {
    use postgres::Pool;
    config
        .route(
            "/v1/support-requests/{id}",
            web::get().to(async |pool: Data<Pool>, id: Path<Uuid>| {
                HttpResponse::Ok().json(pool.request(*id).await.expect("there is one").view())
            }),
        )
        .route(
            "/v1/support-requests",
            web::get().to(async |pool: Data<Pool>, page: Query<Page>| {
                let rows = pool.page(&page).await.expect("a page");
                HttpResponse::Ok().json(views::page(rows, page.page_size))
            }),
        )
        .route(
            "/v1/support-requests",
            web::post().to(async |pool: Data<Pool>, call: HttpRequest, body: Json<Body>| {
                let view = pool.submit(person(&call), body.into_inner()).await.expect("it is kept");
                HttpResponse::Created().json(view)
            }),
        )
        .route(
            "/v1/support-requests/{id}/candidates",
            web::get().to(async |pool: Data<Pool>, id: Path<Uuid>| {
                HttpResponse::Ok().json(pool.candidates(*id).await.expect("there is one"))
            }),
        );
}

fn sqlite_routes(config: &mut web::ServiceConfig) {
    use sqlite::Source;
    config
        .route(
            "/v1/support-requests/{id}",
            web::get().to(async |source: Data<Source>, id: Path<Uuid>| {
                let row = web::block(move || source.request(*id)).await.expect("it runs");
                HttpResponse::Ok().json(row.view())
            }),
        )
        .route(
            "/v1/support-requests",
            web::get().to(async |source: Data<Source>, page: Query<Page>| {
                let size = page.page_size;
                let rows = web::block(move || source.page(&page)).await.expect("it runs");
                HttpResponse::Ok().json(views::page(rows, size))
            }),
        )
        .route(
            "/v1/support-requests",
            web::post().to(async |source: Data<Source>, call: HttpRequest, body: Json<Body>| {
                let (person, body) = (person(&call), body.into_inner());
                let view = web::block(move || source.submit(person, body)).await.expect("it runs");
                HttpResponse::Created().json(view)
            }),
        )
        .route(
            "/v1/support-requests/{id}/candidates",
            web::get().to(async |source: Data<Source>, id: Path<Uuid>| {
                HttpResponse::Ok().json(web::block(move || source.candidates(*id)).await.expect("it runs"))
            }),
        );
}
