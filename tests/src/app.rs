//! A real server on a fresh database, in this process so that a test can move its clock, and somebody to call it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use naast_api::clock::Clock;
use naast_api::contract::{CONTRACT, Deprecations};
use naast_api::cors::Origins;
use naast_api::events;
use naast_api::events::dispatcher::Dispatcher;
use naast_api::events::outbound::Outbound;
use naast_api::identity::{Identity, LIFETIME};
use naast_api::limits::LimitSettings;
use naast_api::platform::{Parts, Platform};
use naast_api::queue::USUAL;
use naast_api::server::{Settings, start_with};
use naast_domain::ids::PersonId;
use naast_persistence::keys::Keys;
use naast_persistence::{Location, Store};

use crate::{Engine, Guard, location};

mod calls;

pub use calls::Reply;

/// A server that runs until the test ends.
pub struct TestApp {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it shows its figures.
    pub metrics: SocketAddr,
    /// Its parts, for what a test prepares or looks at without HTTP.
    pub platform: Platform,
    /// Its database.
    pub location: Location,
    agent: ureq::Agent,
    patient: AtomicBool,
    handle: actix_web::dev::ServerHandle,
    thread: Option<JoinHandle<()>>,
    _guard: Guard,
    _data: tempfile::TempDir,
}

/// What a test wants otherwise than usual.
#[derive(Debug, Clone)]
pub struct Shape {
    /// How many calls a caller may make; as many as she likes, when the test does not say.
    pub limits: LimitSettings,
    /// Connections to the database.
    pub connections: u32,
    /// Connections of callers.
    pub callers: usize,
    /// How many calls the queue takes.
    pub queue: usize,
    /// What it says of its events.
    pub events: events::Settings,
    /// Its clock.
    pub clock: Clock,
    /// The pages that may call from a browser.
    pub origins: Origins,
    /// What of the API is on its way out.
    pub deprecations: Deprecations,
    /// The master keys of a database that has some already; made anew when the test does not say.
    pub master_keys: Option<PathBuf>,
    /// Routes that are not the product's.
    pub more: fn(&mut actix_web::web::ServiceConfig),
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            limits: LimitSettings::default(),
            connections: 8,
            callers: 1_024,
            queue: USUAL,
            events: events::Settings::default(),
            clock: Clock::default(),
            origins: Origins::default(),
            deprecations: CONTRACT.deprecations(),
            master_keys: None,
            more: |_| {},
        }
    }
}

impl TestApp {
    /// Starts a server on a fresh, migrated database.
    pub fn start(engine: Engine) -> Self {
        Self::start_as(engine, Shape::default())
    }

    /// Starts a server with another way to sign in.
    pub fn start_signing(engine: Engine, change: impl FnOnce(Identity) -> Identity) -> Self {
        let (location, guard) = location(engine);
        Self::start_changed(location, guard, Shape::default(), change)
    }

    /// The same, in another shape.
    pub fn start_signing_as(engine: Engine, shape: Shape, change: impl FnOnce(Identity) -> Identity) -> Self {
        let (location, guard) = location(engine);
        Self::start_changed(location, guard, shape, change)
    }

    /// Starts a server of another shape on a fresh, migrated database.
    pub fn start_as(engine: Engine, shape: Shape) -> Self {
        let (location, guard) = location(engine);
        Self::start_on(location, guard, shape)
    }

    /// Starts a server on this database, which must be there and migrated.
    pub fn start_on(location: Location, guard: Guard, shape: Shape) -> Self {
        Self::start_changed(location, guard, shape, |identity| identity)
    }

    fn start_changed(
        location: Location,
        guard: Guard,
        shape: Shape,
        change: impl FnOnce(Identity) -> Identity,
    ) -> Self {
        let data = tempfile::tempdir().expect("the temporary folder can be written to");
        let store = Store::open(&location, shape.connections).expect("a migrated database opens");
        let clock = shape.clock.clone();
        let file = shape.master_keys.clone().unwrap_or_else(|| data.path().join("master-keys"));
        let keys = Keys::at(&file, &store, clock.now()).expect("keys are made for a new database");
        let identity = Identity::open(&data.path().join("key.pk8"), LIFETIME);
        let platform = Platform::new(Parts {
            store: Arc::new(store),
            clock,
            keys,
            identity: Arc::new(change(identity.expect("a key is made where there is none"))),
            data: data.path().to_owned(),
            tombstones: data.path().join("tombstones.jsonl"),
            events: Arc::new(shape.events.clone()),
        });
        Self::serve(platform, location, guard, data, shape)
    }

    /// A second server on the same database, with the same keys.
    #[must_use]
    pub fn twin(&self) -> Self {
        self.twin_with(self.platform.keys.clone())
    }

    /// A second server on the same database, with keys that were read anew.
    #[must_use]
    pub fn twin_with(&self, keys: Keys) -> Self {
        self.second(self.location.clone(), |_| keys)
    }

    /// The server of after a restore: the same keys of either kind, on another database.
    #[must_use]
    pub fn restored_at(&self, location: Location) -> Self {
        let file = self.platform.data.join("master-keys");
        let now = self.platform.clock.now();
        self.second(location, |store| Keys::at(&file, store, now).expect("the keys of the backup"))
    }

    fn second(&self, location: Location, keys: impl FnOnce(&Store) -> Keys) -> Self {
        let shape = Shape::default();
        let store = Store::open(&location, shape.connections).expect("a migrated database opens");
        let keys = keys(&store);
        let data = tempfile::tempdir().expect("the temporary folder can be written to");
        let first = self.platform.clone();
        let platform = Platform::new(Parts {
            store: Arc::new(store),
            clock: first.clock,
            keys,
            identity: first.identity,
            data: data.path().to_owned(),
            tombstones: data.path().join("tombstones.jsonl"),
            events: first.events,
        });
        Self::serve(platform, location, Guard::nothing(), data, shape)
    }

    fn serve(
        platform: Platform,
        location: Location,
        guard: Guard,
        data: tempfile::TempDir,
        shape: Shape,
    ) -> Self {
        let platform = platform.with_queues(shape.queue);
        let (tell, told) = mpsc::channel();
        let served = platform.clone();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let listen = SocketAddr::from(([127, 0, 0, 1], 0));
                let settings = Settings {
                    listen,
                    workers: 2,
                    blocking: shape.connections.try_into().expect("a small number"),
                    callers: shape.callers,
                    limits: shape.limits,
                    origins: shape.origins,
                    deprecations: shape.deprecations,
                    metrics: Some(listen),
                };
                let running = start_with(served, &settings, shape.more).expect("a port is free");
                let metrics = running.metrics.expect("it was asked for");
                tell.send((running.address, metrics, running.handle.clone())).expect("the test waits");
                running.serve().await.expect("the server stops in order");
            });
        });
        let (address, metrics, handle) = told.recv().expect("the server starts");
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let thread = Some(thread);
        let patient = AtomicBool::new(false);
        Self {
            address,
            metrics,
            platform,
            location,
            agent,
            patient,
            handle,
            thread,
            _guard: guard,
            _data: data,
        }
    }

    /// The figures that it shows, as text.
    pub fn metrics(&self) -> String {
        let mut answer = self.agent.get(format!("http://{}/metrics", self.metrics)).call();
        answer.as_mut().expect("the figures are shown").body_mut().read_to_string().expect("text")
    }

    /// One of its figures; nought when it is not there yet.
    pub fn figure(&self, name: &str) -> u64 {
        let text = self.metrics();
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.map_or(0, |value| value.parse().expect("a whole number"))
    }

    /// Sends every webhook that is due at this moment, and says how many attempts that took.
    pub fn drain(&self) -> usize {
        self.drain_through(Outbound::new(&self.platform.events).expect("the system has certificates"))
    }

    /// The same, through a way out of the test's own.
    pub fn drain_through(&self, outbound: Outbound) -> usize {
        let sender = Dispatcher::new(self.platform.clone(), outbound);
        actix_web::rt::System::new().block_on(sender.drain()).expect("storage does not fail")
    }

    /// A token for a person.
    pub fn token(&self, person: PersonId) -> String {
        self.platform.identity.token(person, &self.platform.clock, LIFETIME)
    }

    /// From now on a call that is told to come back is sent again after a second, thirty times: for tests that take long on a machine that does other things
    /// meanwhile.
    pub fn be_patient(&self) {
        self.patient.store(true, Ordering::Relaxed);
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // the future sends its message when it is made; the thread then ends by itself
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
