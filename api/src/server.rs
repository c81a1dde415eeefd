//! The HTTP server.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use utoipa_actix_web::AppExt as _;

use crate::contract::{BASE, CONTRACT};
use crate::edge::{edge, nowhere};
use crate::platform::Platform;
use crate::routes;

/// How a server listens and works.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How many threads take calls in.
    pub workers: usize,
    /// How many threads wait for the database, in all: as many as there are connections.
    pub blocking: usize,
}

/// A server that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// To stop it.
    pub handle: ServerHandle,
    server: actix_web::dev::Server,
}

impl Running {
    /// Serves until it is stopped.
    pub async fn serve(self) -> std::io::Result<()> {
        self.server.await
    }
}

/// The application: every route behind the edge.
pub fn app(
    platform: Platform,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(web::Data::new(platform))
        .wrap(from_fn(edge))
        // before the contract's own routes: their scope takes every path below its base
        .configure(routes::beside)
        .into_utoipa_app()
        .service(utoipa_actix_web::scope(BASE).configure(routes::routes))
        .into_app()
        .default_service(web::to(nowhere))
}

/// Starts a server; it takes calls from the moment that it is served.
pub fn start(platform: Platform, settings: &Settings) -> std::io::Result<Running> {
    // the contract is made before the first call, not by it
    std::sync::LazyLock::force(&CONTRACT);
    let server = HttpServer::new(move || app(platform.clone()))
        .workers(settings.workers)
        .worker_max_blocking_threads(settings.blocking.div_ceil(settings.workers).max(1))
        .client_request_timeout(Duration::from_secs(5))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(10)
        .bind(settings.listen)?;
    let address = server.addrs()[0];
    let server = server.run();
    Ok(Running { address, handle: server.handle(), server })
}
