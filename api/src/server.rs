//! The HTTP server.

pub mod connection;
pub mod crowd;
pub mod door;
pub mod life;
mod own_answers;
mod surplus;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_http::HttpService;
use actix_http::error::DispatchError;
use actix_rt::net::TcpStream;
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, map_config};
use actix_web::body::BoxBody;
use actix_web::dev::{
    AppConfig, Server, ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse, fn_service,
};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use utoipa_actix_web::AppExt as _;

use self::connection::Connection;
use self::crowd::{Admission, Crowd, SURPLUS};
use self::door::Door;
use self::life::Life;
use crate::contract::{BASE, CONTRACT, Deprecations};
use crate::cors::Origins;
use crate::edge::{edge, nowhere};
use crate::limits::{LimitSettings, Limits};
use crate::metrics::Crowded;
use crate::platform::Platform;
use crate::{routes, service};

/// How often answers that were kept for repeated calls are cleared away.
const CLEAR_EVERY: Duration = Duration::from_secs(600);

/// How long calls that run may take when the server stops. Every answer comes within two and a half seconds, a body
/// within ten.
const FINISH: u64 = 13;

/// How many may look at the figures at a time.
const LOOKERS: usize = 32;

/// How long whoever looked at the figures keeps her connection.
const LOOKED: Duration = Duration::from_secs(5);

/// How a server listens and works.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How many threads take calls in.
    pub workers: usize,
    /// How many threads wait for the database, in all: as many as there are connections.
    pub blocking: usize,
    /// How many connections of callers there may be, in all: see [`crowd::room_for_callers`].
    pub callers: usize,
    /// How many calls a caller may make.
    pub limits: LimitSettings,
    /// The pages that may call from a browser.
    pub origins: Origins,
    /// What of the API is on its way out.
    pub deprecations: Deprecations,
    /// Where it shows its figures, when it does.
    pub metrics: Option<SocketAddr>,
}

/// A server that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it shows its figures.
    pub metrics: Option<SocketAddr>,
    /// To stop it.
    pub handle: ServerHandle,
    /// Where connections come in, for whoever shuts it before she stops the server.
    pub door: Option<Door>,
    server: Server,
    figures: Option<Server>,
    platform: Platform,
}

impl Running {
    /// Serves until it is stopped.
    pub async fn serve(self) -> std::io::Result<()> {
        // held here it would keep callers waiting for a server that has stopped
        drop(self.door);
        let figures = self.figures.map(|server| (server.handle(), actix_rt::spawn(server)));
        let clearing = actix_rt::spawn(keep_clear(self.platform));
        let served = self.server.await;
        clearing.abort();
        if let Some((handle, task)) = figures {
            handle.stop(false).await;
            task.abort();
        }
        served
    }
}

async fn keep_clear(platform: Platform) {
    let mut times = tokio::time::interval(CLEAR_EVERY);
    loop {
        times.tick().await;
        if let Err(fault) = platform.forget_answers().await {
            log::warn!("expired answers were not cleared away: {fault}");
        }
    }
}

/// The application: every route behind the edge, without limits. For calls in this process.
pub fn app(platform: Platform) -> App<impl Routes> {
    let unlimited = Limits::new(&LimitSettings::default(), &platform.clock);
    limited_app(platform, web::Data::new(unlimited), (Origins::default(), Deprecations::default()), |_| {})
}

/// What an [`App`] asks of its routes.
pub trait Routes:
    ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = actix_web::Error,
        InitError = (),
    >
{
}

impl<R> Routes for R where
    R: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<BoxBody>,
            Error = actix_web::Error,
            InitError = (),
        >
{
}

/// The application. `more` adds routes that are not the product's: those of a test.
fn limited_app(
    platform: Platform,
    limits: web::Data<Limits>,
    (origins, deprecations): (Origins, Deprecations),
    more: impl FnOnce(&mut web::ServiceConfig),
) -> App<impl Routes> {
    App::new()
        .app_data(web::Data::new(platform))
        .app_data(limits)
        .app_data(web::Data::new(origins))
        .app_data(web::Data::new(deprecations))
        .wrap(from_fn(edge))
        // before the contract's own routes: their scope takes every path below its base
        .configure(routes::beside)
        .configure(more)
        .into_utoipa_app()
        .service(utoipa_actix_web::scope(BASE).configure(routes::routes))
        .into_app()
        .default_service(web::to(nowhere))
}

/// Starts a server; it takes calls from the moment that it is served. It minds no signals: whoever runs it does.
pub fn start(platform: Platform, settings: &Settings) -> std::io::Result<Running> {
    start_with(platform, settings, |_| {})
}

/// Starts a server with more routes than the product has: those of a test.
pub fn start_with(
    platform: Platform,
    settings: &Settings,
    more: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
) -> std::io::Result<Running> {
    // the contract is made before the first call, not by it
    platform.metrics.begin_calls(&CONTRACT);
    // one for all workers: limits of each worker would let through as many times more
    let limits = web::Data::new(Limits::new(&settings.limits, &platform.clock));
    let told = (settings.origins.clone(), settings.deprecations.clone());
    let (of_workers, origins) = (platform.clone(), Arc::new(settings.origins.clone()));
    let (door, listener) = Door::open(settings.listen)?;
    let address = listener.local_addr()?;
    let most = (settings.callers / settings.workers.max(1)).max(1);
    platform.metrics.room_for_connections(most * settings.workers);
    let builder = Server::build()
        .workers(settings.workers)
        .max_concurrent_connections(most + SURPLUS)
        .worker_max_blocking_threads(settings.blocking.div_ceil(settings.workers).max(1))
        .shutdown_timeout(FINISH)
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let server = builder.listen("naast", listener, move || {
        let app = limited_app(of_workers.clone(), limits.clone(), told.clone(), more.clone());
        let app = app.into_factory().map_err(|fault: actix_web::Error| fault.error_response());
        let http = HttpService::build()
            .client_request_timeout(Duration::from_secs(5))
            .client_disconnect_timeout(Duration::from_secs(1))
            .keep_alive(Duration::from_secs(75))
            .local_addr(address)
            .on_connect_ext(|connection: &Connection, data| {
                data.insert(Rc::clone(&connection.life));
            })
            .h1(map_config(app, |()| AppConfig::default()));
        let (stopping, platform, origins) = (stopping.clone(), of_workers.clone(), Arc::clone(&origins));
        let crowd = Crowd::of(most);
        fn_service(move |io: TcpStream| {
            let (caller, stopping) = (io.peer_addr().ok(), stopping.clone());
            let (platform, origins) = (platform.clone(), Arc::clone(&origins));
            let life = Rc::new(Life::new());
            let admission = crowd.admit(&life);
            async move {
                let present = match admission {
                    Admission::Admitted(present) => present,
                    Admission::InPlaceOfAnother(present) => {
                        platform.metrics.crowded(Crowded::Closed);
                        present
                    }
                    Admission::Full => {
                        platform.metrics.crowded(Crowded::TurnedAway);
                        surplus::turn_away(io, &life, &platform, &origins).await;
                        return Err(DispatchError::Io(ErrorKind::ConnectionRefused.into()));
                    }
                };
                let stopping = async move { stopping.notified().await };
                Ok((Connection::new(io, (life, present), stopping, platform, origins), caller))
            }
        })
        .and_then(http)
    })?;
    let (metrics, figures) = match settings.metrics {
        Some(listen) => {
            let (address, server) = show_figures(platform.clone(), listen)?;
            (Some(address), Some(server))
        }
        None => (None, None),
    };
    platform.health.watch(platform.store.probe())?;
    let server = server.run();
    Ok(Running { address, metrics, handle: server.handle(), door: Some(door), server, figures, platform })
}

/// The administrator's port: figures, and nothing that anybody can change.
fn show_figures(platform: Platform, listen: SocketAddr) -> std::io::Result<(SocketAddr, Server)> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(platform.clone()))
            .route("/metrics", web::get().to(service::metrics))
    })
    .workers(1)
    .max_connections(LOOKERS)
    .keep_alive(LOOKED)
    .disable_signals()
    .bind(listen)?;
    Ok((server.addrs()[0], server.run()))
}
