//! Somebody who receives webhooks: a small server that keeps what it got and answers what the test says.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A message as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// When.
    pub at: Instant,
    /// The headers, their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Received {
    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers))
    }

    /// The event.
    pub fn event(&self) -> Value {
        serde_json::from_slice(&self.bytes).expect("an event is JSON")
    }
}

/// What to answer: a status with a header, after a while.
#[derive(Debug, Clone)]
pub struct Reaction {
    /// The status.
    pub status: u16,
    /// One more header, such as `Retry-After: 60`.
    pub header: Option<String>,
    /// How long the answer takes.
    pub delay: Duration,
}

/// Answers with this status at once.
pub fn status(status: u16) -> Reaction {
    Reaction { status, header: None, delay: Duration::ZERO }
}

/// A receiver that listens until the test ends.
pub struct Receiver {
    /// Where.
    pub address: SocketAddr,
    got: Arc<Mutex<Vec<Received>>>,
}

impl Receiver {
    /// Listens on a free port of this machine, and answers with a status.
    pub fn answering(with: u16) -> Self {
        Self::start("127.0.0.1", move |_| status(with))
    }

    /// Listens on a free port of an address of this machine, and answers what the function says.
    pub fn start(host: &str, answer: impl Fn(&Received) -> Reaction + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((host, 0)).expect("a port is free");
        Self::on(listener, answer)
    }

    /// Answers on a listener.
    pub fn on(listener: TcpListener, answer: impl Fn(&Received) -> Reaction + Send + Sync + 'static) -> Self {
        let address = listener.local_addr().expect("a listener has an address");
        let (got, answer) = (Arc::new(Mutex::new(Vec::new())), Arc::new(answer));
        let keep = Arc::clone(&got);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (keep, answer) = (Arc::clone(&keep), Arc::clone(&answer));
                std::thread::spawn(move || serve(&stream, &keep, &*answer));
            }
        });
        Self { address, got }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Everything that arrived so far.
    pub fn got(&self) -> Vec<Received> {
        self.got.lock().expect("no receiver panics").clone()
    }

    /// The types of the events that arrived so far.
    pub fn types(&self) -> Vec<String> {
        self.got().iter().map(|one| one.event()["type"].as_str().expect("a type").to_owned()).collect()
    }
}

/// Takes one message after the other from a connection, for as long as the other side keeps it.
fn serve(stream: &TcpStream, keep: &Mutex<Vec<Received>>, answer: &dyn Fn(&Received) -> Reaction) {
    let mut reader = BufReader::new(stream);
    while take(stream, &mut reader, keep, answer) {}
}

fn take(
    stream: &TcpStream,
    reader: &mut BufReader<&TcpStream>,
    keep: &Mutex<Vec<Received>>,
    answer: &dyn Fn(&Received) -> Reaction,
) -> bool {
    let mut line = String::new();
    // whoever connects and says nothing leaves no message
    if reader.read_line(&mut line).unwrap_or_default() == 0 {
        return false;
    }
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).expect("the head arrives whole");
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes).expect("the body arrives whole");
    let received = Received { at: Instant::now(), headers, bytes };
    let Reaction { status, header, delay } = answer(&received);
    keep.lock().expect("no receiver panics").push(received);
    std::thread::sleep(delay);
    let header = header.map(|header| format!("{header}\r\n")).unwrap_or_default();
    // the sender may have gone away by now
    let written = (&mut &*stream)
        .write_all(format!("HTTP/1.1 {status} X\r\n{header}Content-Length: 0\r\n\r\n").as_bytes());
    written.is_ok()
}
