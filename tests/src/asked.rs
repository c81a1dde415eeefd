//! What a server asks of its database: each statement, by diesel's own hook.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, Once, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use naast_persistence::Location;

/// What was asked of the databases that somebody listens to, by a part of their address that no other has.
static HEARD: LazyLock<Mutex<HashMap<String, Vec<String>>>> = LazyLock::new(Mutex::default);

static ONCE: Once = Once::new();

/// Hears one connection.
#[derive(Default)]
struct Ear {
    address: String,
}

impl Instrumentation for Ear {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => url.clone_into(&mut self.address),
            InstrumentationEvent::StartQuery { query, .. } => {
                let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((_, said)) = heard.iter_mut().find(|(marker, _)| self.address.contains(*marker)) {
                    said.push(query.to_string());
                }
            }
            _ => {}
        }
    }
}

/// From now on connections that are made can be listened to. Called before the server of a test starts.
pub fn prick_up_ears() {
    ONCE.call_once(|| {
        set_default_instrumentation(|| Some(Box::new(Ear::default()))).expect("nobody else sets it");
    });
}

/// What tells a database from every other, in the address of a connection.
fn marker(location: &Location) -> &str {
    match location {
        Location::Sqlite(path) => path.to_str().expect("our own paths are UTF-8"),
        // the name of the database, which no other test has
        Location::Postgres(url) => {
            url.split('?').next().and_then(|url| url.rsplit('/').next()).expect("a name")
        }
    }
}

/// What anybody asks of this database while this work is done, in its order; `BEGIN` and `COMMIT` with it.
pub fn during(location: &Location, work: impl FnOnce()) -> Vec<String> {
    since(location);
    work();
    HEARD.lock().unwrap_or_else(PoisonError::into_inner).remove(marker(location)).expect("it was put there")
}

/// What was asked of this database since this was asked last; the first time nothing, and from then on it is listened to.
pub fn since(location: &Location) -> Vec<String> {
    let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
    heard.insert(marker(location).to_owned(), Vec::new()).unwrap_or_default()
}
