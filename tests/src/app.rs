//! A real server on a fresh database, in this process so that a test can move its clock, and somebody to call it.

use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use naast_api::clock::Clock;
use naast_api::events;
use naast_api::events::dispatcher::Dispatcher;
use naast_api::events::outbound::Outbound;
use naast_api::identity::{Identity, LIFETIME};
use naast_api::platform::Platform;
use naast_api::server::{Settings, start};
use naast_domain::ids::PersonId;
use naast_persistence::keys::Keys;
use naast_persistence::{Location, Store};
use serde_json::Value;
use ureq::http::{HeaderMap, Method, Request};

use crate::{Engine, Guard, location};

/// A server that runs until the test ends.
pub struct TestApp {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its parts, for what a test prepares or looks at without HTTP.
    pub platform: Platform,
    /// Its database.
    pub location: Location,
    agent: ureq::Agent,
    handle: actix_web::dev::ServerHandle,
    thread: Option<JoinHandle<()>>,
    _guard: Guard,
    _data: tempfile::TempDir,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub bytes: Vec<u8>,
    /// The body as JSON; null when it is none.
    pub body: Value,
}

impl Reply {
    /// A header, when it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The ETag.
    pub fn etag(&self) -> String {
        self.header("etag").expect("this answer has an ETag").to_owned()
    }

    /// The same reply, when its status is this one; otherwise the test fails with the whole answer.
    #[expect(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "often only the check is wanted"
    )]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    /// A text member of the body.
    pub fn text(&self, member: &str) -> String {
        self.body[member].as_str().unwrap_or_else(|| panic!("no {member} in {}", self.body)).to_owned()
    }

    /// The member `id`.
    pub fn id(&self) -> String {
        self.text("id")
    }
}

impl TestApp {
    /// Starts a server on a fresh, migrated database.
    pub fn start(engine: Engine) -> Self {
        Self::start_as(engine, events::Settings::default(), |identity| identity)
    }

    /// Starts a server that says this of its events.
    pub fn start_with(engine: Engine, events: events::Settings) -> Self {
        Self::start_as(engine, events, |identity| identity)
    }

    /// Starts a server with another way to sign in.
    pub fn start_signing(engine: Engine, change: impl FnOnce(Identity) -> Identity) -> Self {
        Self::start_as(engine, events::Settings::default(), change)
    }

    fn start_as(engine: Engine, events: events::Settings, change: impl FnOnce(Identity) -> Identity) -> Self {
        let (location, guard) = location(engine);
        let data = tempfile::tempdir().expect("the temporary folder can be written to");
        let store = Store::open(&location, 8).expect("a migrated database opens");
        let clock = Clock::default();
        let keys = Keys::at(&data.path().join("master-keys"), &store, clock.now())
            .expect("keys are made for a new database");
        let platform = Platform {
            store: Arc::new(store),
            clock,
            keys,
            identity: Arc::new(change(
                Identity::open(&data.path().join("key.pk8"), LIFETIME)
                    .expect("a key is made where there is none"),
            )),
            data: data.path().to_owned(),
            events: Arc::new(events),
        };
        let (tell, told) = mpsc::channel();
        let served = platform.clone();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let listen = SocketAddr::from(([127, 0, 0, 1], 0));
                let running =
                    start(served, &Settings { listen, workers: 2, blocking: 8 }).expect("a port is free");
                tell.send((running.address, running.handle.clone())).expect("the test waits");
                running.serve().await.expect("the server stops in order");
            });
        });
        let (address, handle) = told.recv().expect("the server starts");
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        Self { address, platform, location, agent, handle, thread: Some(thread), _guard: guard, _data: data }
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

    /// Calls with whatever headers and body.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).expect("a request");
        let mut response = self.agent.run(request).expect("the server answers");
        let bytes = response.body_mut().read_to_vec().expect("the answer arrives whole");
        Reply {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            bytes,
        }
    }

    /// Calls the API as a person, with a JSON body and the version that was seen, where there is one.
    pub fn call(
        &self,
        person: Option<PersonId>,
        method: &str,
        path: &str,
        body: Option<&Value>,
        seen: Option<&str>,
    ) -> Reply {
        let authorization = person.map(|person| format!("Bearer {}", self.token(person)));
        let mut headers = vec![("accept", "application/json")];
        headers.extend(authorization.as_deref().map(|value| ("authorization", value)));
        headers.extend(seen.map(|etag| ("if-match", etag)));
        headers.extend(body.map(|_| ("content-type", "application/json")));
        let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        self.send(method, &format!("/v1{path}"), &headers, bytes)
    }

    /// Reads as a person.
    pub fn get(&self, person: PersonId, path: &str) -> Reply {
        self.call(Some(person), "GET", path, None, None)
    }

    /// Posts as a person.
    pub fn post(&self, person: PersonId, path: &str, body: &Value) -> Reply {
        self.call(Some(person), "POST", path, Some(body), None)
    }

    /// Posts as a person, without a body.
    pub fn ask(&self, person: PersonId, path: &str) -> Reply {
        self.call(Some(person), "POST", path, None, None)
    }

    /// Posts as a person, on the version that stands at `of` now.
    pub fn post_on(&self, person: PersonId, of: &str, path: &str, body: &Value) -> Reply {
        let etag = self.get(person, of).expect(200).etag();
        self.call(Some(person), "POST", path, Some(body), Some(&etag))
    }

    /// Changes as a person what stands at this path now.
    pub fn patch(&self, person: PersonId, path: &str, body: &Value) -> Reply {
        let etag = self.get(person, path).expect(200).etag();
        self.call(Some(person), "PATCH", path, Some(body), Some(&etag))
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
