//! What scenarios of other issuers stand on: an identity provider on this machine, and what it says.

use std::io::{BufRead, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use naast_api::identity::trusted::TrustedIssuers;
use naast_tests::Engine;
use naast_tests::app::{Reply, TestApp};
use naast_tests::world::World;
use serde_json::{Value, json};

use crate::signing_in::ask;

pub const ISSUER: &str = "https://inloggen.school.example";
pub const AUDIENCE: &str = "naast";

/// What an identity provider answers.
#[derive(Default)]
pub struct Served {
    pub keys: Option<Value>,
    pub elsewhere: Option<String>,
    pub delay: Duration,
    readings: usize,
}

/// An identity provider on this machine: it publishes keys, and counts how often somebody reads them.
pub struct Provider {
    pub address: String,
    served: Arc<Mutex<Served>>,
}

impl Provider {
    pub fn start(keys: &[Value]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = format!("http://{}/keys", listener.local_addr().expect("an address"));
        let served = Served { keys: Some(json!({ "keys": keys })), ..Served::default() };
        let served = Arc::new(Mutex::new(served));
        let shared = Arc::clone(&served);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || answer(stream, &shared));
            }
        });
        Self { address, served }
    }

    pub fn change(&self, change: impl FnOnce(&mut Served)) {
        change(&mut self.served.lock().expect("no panic"));
    }

    pub fn publish(&self, keys: Option<&[Value]>) {
        self.change(|served| served.keys = keys.map(|keys| json!({ "keys": keys })));
    }

    pub fn readings(&self) -> usize {
        self.served.lock().expect("no panic").readings
    }

    /// A world that trusts this provider.
    pub fn world(&self, engine: Engine) -> World {
        self.world_that(engine, &json!({}))
    }

    /// A world that trusts this provider, described with these members more.
    pub fn world_that(&self, engine: Engine, more: &Value) -> World {
        let mut described = json!({
            "issuer": ISSUER, "audience": AUDIENCE, "jwksUri": self.address, "algorithms": ["EdDSA"],
            "nameClaim": "name", "roleClaim": "roles", "locationClaim": "schools",
            "roles": { "directeur": "school-leader", "leraar": "school-staff" }
        });
        for (name, value) in more.as_object().expect("members") {
            described[name] = value.clone();
        }
        let described = serde_json::from_value(json!([described])).expect("a description");
        let trusted = TrustedIssuers::of(described).expect("safe");
        World::on(TestApp::start_signing(engine, |identity| identity.trusting(trusted)))
    }
}

fn answer(mut stream: TcpStream, served: &Mutex<Served>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        line.clear();
    }
    let (delay, head, body) = {
        let mut served = served.lock().expect("no panic");
        served.readings += 1;
        let (head, body) = match (&served.elsewhere, &served.keys) {
            (Some(place), _) => (format!("302 Found\r\nLocation: {place}"), String::new()),
            (None, Some(keys)) => ("200 OK".to_owned(), keys.to_string()),
            (None, None) => ("500 Internal Server Error".to_owned(), String::new()),
        };
        (served.delay, head, body)
    };
    std::thread::sleep(delay);
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

pub fn claims(app: &TestApp, roles: &Value, schools: &Value) -> Value {
    let now = app.platform.clock.now().timestamp();
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "medewerker-1", "iat": now, "exp": now + 3_600, "nonce": "n",
        "name": "Directeur Voorbeeld", "roles": roles, "schools": schools
    })
}

pub fn typed(typ: &str) -> Value {
    json!({ "alg": "EdDSA", "kid": "a", "typ": typ })
}

pub fn exchange(app: &TestApp, assertion: &str) -> Reply {
    let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    ask(app, &[], &[("grant_type", grant), ("assertion", assertion)])
}
