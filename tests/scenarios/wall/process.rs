//! The real program at the loudest setting of its log, beside the test's server on the same database.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use naast_persistence::Location;
use naast_tests::app::TestApp;
use serde_json::{Value, json};

use crate::authorisation::calls::path;
use crate::authorisation::objects::Objects;
use crate::authorisation::stage::Stage;
use crate::authorisation::table::Operation;

/// A process that logs at TRACE.
pub struct Talkative {
    child: Child,
    address: String,
    log: JoinHandle<Vec<u8>>,
    agent: ureq::Agent,
}

impl Talkative {
    /// Starts it on the database and the keys of a server of this process.
    pub fn beside(app: &TestApp) -> Self {
        let url = match &app.location {
            Location::Sqlite(path) => format!("sqlite:{}", path.display()),
            Location::Postgres(url) => url.clone(),
        };
        let data = &app.platform.data;
        let mut command = Command::new(env!("CARGO_BIN_EXE_naast-under-test"));
        command
            .env("DATABASE_URL", url)
            .env("NAAST_DATA", data)
            .env("NAAST_SIGNING_KEY_FILE", data.join("key.pk8"))
            .env("NAAST_PUBLIC_URL", app.platform.identity.issuer())
            .env("RUST_LOG", "trace")
            .args(["serve", "--listen", "127.0.0.1:0", "--drain-seconds", "0", "--rate-subject", "off"])
            .args(["--rate-address", "off", "--rate-attempts", "off"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut stderr = child.stderr.take().expect("it was asked for");
        let log = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = stderr.read_to_end(&mut bytes);
            bytes
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it was asked for"))
            .read_line(&mut line)
            .expect("it speaks");
        let address = line.split_once("http://").and_then(|(_, rest)| rest.split(';').next());
        let address =
            address.unwrap_or_else(|| panic!("it says where it listens, not {line:?}")).trim().to_owned();
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        Self { child, address, log, agent }
    }

    /// Makes a call with everything in order and a word in its body; and one with the word in its query, in the keys of its body and
    /// in its headers, which is refused.
    pub fn call(
        &self,
        stage: &Stage,
        operation: &Operation,
        caller: &str,
        on: &Objects,
        body: &Value,
        word: &str,
    ) {
        self.send(stage, operation, caller, on, (body.to_string(), None));
        self.send(stage, operation, caller, on, (json!({ word: word }).to_string(), Some(word)));
    }

    fn send(
        &self,
        stage: &Stage,
        operation: &Operation,
        caller: &str,
        on: &Objects,
        (body, word): (String, Option<&str>),
    ) {
        let query = word.map(|word| format!("?{word}={word}")).unwrap_or_default();
        let url = format!("http://{}/v1{}{query}", self.address, path(operation, on));
        let method = ureq::http::Method::from_bytes(operation.method.as_bytes()).expect("a method");
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        if let Some(token) = stage.cast.token(caller) {
            request = request.header("authorization", token);
        }
        if operation.asks_version {
            request = request.header("if-match", "*");
        }
        if let Some(word) = word {
            request = request.header("idempotency-key", word).header("user-agent", word);
            request = request.header("accept-language", word);
        }
        let request = request.header("content-type", "application/json").body(body).expect("a call");
        let reply = self.agent.run(request).expect("the program answers");
        assert_ne!(reply.status().as_u16(), 401, "{}: its keys are other ones", operation.id);
        assert!(reply.status().as_u16() < 500, "{}: {}", operation.id, reply.status());
    }

    /// Stops it; gives back everything that it wrote to its log.
    pub fn stop(mut self) -> Vec<u8> {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
        self.log.join().expect("the log was read")
    }
}
