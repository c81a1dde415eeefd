//! How many statements one call asks of the database, `BEGIN` and `COMMIT` with them: the product in this process, on one
//! connection, with diesel's own hook.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use naast_api::clock::Clock;
use naast_api::contract::Deprecations;
use naast_api::cors::Origins;
use naast_api::identity::{Identity, LIFETIME};
use naast_api::limits::LimitSettings;
use naast_api::platform::{Parts, Platform};
use naast_api::server::{Settings, start};
use naast_persistence::keys::Keys;
use naast_persistence::{Location, Store};

use crate::load::Connection;

static ASKED: AtomicU32 = AtomicU32::new(0);

struct Counter;

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            ASKED.fetch_add(1, Ordering::Relaxed);
            if std::env::var_os("NAAST_BENCH_STATEMENTS").is_some() {
                eprintln!("{query}");
            }
        }
    }
}

/// Counts for each of these calls; each is made twice before, so that what is prepared once is prepared.
pub fn count(location: &Location, data: &Path, calls: &[Vec<u8>]) -> Vec<u32> {
    set_default_instrumentation(|| Some(Box::new(Counter))).expect("nobody else sets it");
    let identity = Identity::open(&data.join("signing-key.pk8"), LIFETIME).expect("the key is there");
    let (store, clock) = (Store::open(location, 1).expect("a migrated database opens"), Clock::default());
    let keys = Keys::at(&data.join("master-keys"), &store, clock.now()).expect("the keys are there");
    let platform = Platform::new(Parts {
        store: Arc::new(store),
        clock,
        keys,
        identity: Arc::new(identity),
        data: data.to_owned(),
        tombstones: data.join("tombstones.jsonl"),
        events: Arc::default(),
    });
    let (tell, told) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let listen = SocketAddr::from(([127, 0, 0, 1], 0));
            let limits = LimitSettings::default();
            let settings = Settings {
                listen,
                workers: 1,
                blocking: 1,
                callers: 64,
                limits,
                origins: Origins::default(),
                deprecations: Deprecations::default(),
                metrics: None,
            };
            let running = start(platform, &settings).expect("a port is free");
            tell.send((running.address, running.handle.clone())).expect("somebody waits");
            running.serve().await.expect("the server stops in order");
        });
    });
    let (address, handle) = told.recv().expect("the server starts");
    let mut connection = Connection::open(address).expect("the server takes connections");
    let counts = calls
        .iter()
        .map(|call| {
            for _ in 0..2 {
                connection.call(call).expect("the server answers");
            }
            let before = ASKED.load(Ordering::Relaxed);
            let answer = connection.call(call).expect("the server answers");
            assert!(
                answer.status < 300,
                "{}\n{}",
                String::from_utf8_lossy(call),
                String::from_utf8_lossy(&answer.body)
            );
            ASKED.load(Ordering::Relaxed) - before
        })
        .collect();
    // the future sends its message when it is made
    drop(handle.stop(false));
    thread.join().expect("the server stopped in order");
    set_default_instrumentation(|| None).expect("nobody else sets it");
    counts
}
