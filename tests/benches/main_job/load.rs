//! Somebody to call: as many threads as connections, each with one keep-alive connection over which it sends its next
//! call when the last one is answered. It knows just enough of HTTP/1.1, so that it takes little from what it measures.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A connection that is kept.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self { stream, buffer: vec![0; 256 * 1024] })
    }

    /// Sends one call and reads its answer: the status, and where in the buffer the body stands.
    fn exchange(&mut self, call: &[u8]) -> std::io::Result<(u16, std::ops::Range<usize>)> {
        self.stream.write_all(call)?;
        let (mut filled, mut head) = (0, None);
        loop {
            let more = self.stream.read(&mut self.buffer[filled..])?;
            if more == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            filled += more;
            if head.is_none() {
                head = read_head(&self.buffer[..filled]);
            }
            if let Some((status, body)) = &head {
                if filled >= body.end {
                    return Ok((*status, body.clone()));
                }
                if self.buffer.len() < body.end {
                    self.buffer.resize(body.end, 0);
                }
            }
        }
    }

    /// Calls once.
    pub fn call(&mut self, call: &[u8]) -> std::io::Result<Answer> {
        let (status, body) = self.exchange(call)?;
        Ok(Answer { status, body: self.buffer[body].to_vec() })
    }
}

/// The status and the place of the body, once the whole head is there.
fn read_head(bytes: &[u8]) -> Option<(u16, std::ops::Range<usize>)> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..end]).expect("our own servers write ASCII heads");
    let status = head.get(9..12).and_then(|code| code.parse().ok()).expect("a status line");
    let length: usize = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map(|(_, value)| value.trim().parse().expect("a length"))
        .expect("our own servers say how long their bodies are");
    Some((status, end..end + length))
}

/// In a call, where a key of its own is put each time that it is sent: no second one is a repetition of the first.
pub const FRESH_KEY: &str = "00000000-0000-4000-8000-000000000000";

/// How many digits at the end of [`FRESH_KEY`] make it another key.
const DIGITS: usize = 12;

/// How many keys there were.
static KEYS: AtomicU64 = AtomicU64::new(0);

/// A call as it is sent, with a key of its own where it asks for one.
struct Written<'a> {
    calls: &'a [Vec<u8>],
    /// Where the digits of the key stand in each.
    places: Vec<Option<usize>>,
    own: Vec<u8>,
}

impl<'a> Written<'a> {
    fn new(calls: &'a [Vec<u8>]) -> Self {
        let place = |call: &Vec<u8>| {
            let found = call.windows(FRESH_KEY.len()).position(|part| part == FRESH_KEY.as_bytes());
            found.map(|place| place + FRESH_KEY.len() - DIGITS)
        };
        Self { calls, places: calls.iter().map(place).collect(), own: Vec::new() }
    }

    fn next(&mut self, number: usize) -> &[u8] {
        let Some(place) = self.places[number] else { return &self.calls[number] };
        self.own.clone_from(&self.calls[number]);
        let key = format!("{:0DIGITS$}", KEYS.fetch_add(1, Ordering::Relaxed));
        self.own[place..place + DIGITS].copy_from_slice(key.as_bytes());
        &self.own
    }
}

/// What came of one slice.
#[derive(Debug, Clone, Copy)]
pub struct Slice {
    /// How many calls were answered.
    pub calls: u32,
    /// Calls per second.
    pub rate: f64,
    /// The median time of a call.
    pub p50: Duration,
    /// The time that one call in a hundred goes beyond.
    pub p99: Duration,
}

/// Calls for a while over so many connections, each beginning at another place of the list; when there are as many calls as
/// connections, each connection repeats its own, so that no two ever send the same at once.
pub fn press(
    address: SocketAddr,
    calls: &[Vec<u8>],
    status: u16,
    connections: usize,
    during: Duration,
) -> Slice {
    let start = Barrier::new(connections + 1);
    let (mut times, elapsed) = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|number| {
                let start = &start;
                scope.spawn(move || {
                    let mut connection = Connection::open(address).expect("the server takes connections");
                    let mut times = Vec::with_capacity(8_192);
                    let mut written = Written::new(calls);
                    start.wait();
                    let begun = Instant::now();
                    let step = if calls.len() == connections { connections } else { 1 };
                    let order = (0..calls.len()).cycle().skip(number * calls.len() / connections);
                    for number in order.step_by(step) {
                        let call = written.next(number);
                        let sent = Instant::now();
                        let (answered, body) = connection.exchange(call).expect("the server answers");
                        times.push(sent.elapsed());
                        assert_eq!(answered, status, "{}", String::from_utf8_lossy(&connection.buffer[body]));
                        if begun.elapsed() >= during {
                            break;
                        }
                    }
                    times
                })
            })
            .collect();
        start.wait();
        let begun = Instant::now();
        let times: Vec<Duration> = threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("a caller got what it expected"))
            .collect();
        (times, begun.elapsed())
    });
    times.sort_unstable();
    let calls = u32::try_from(times.len()).expect("fewer calls than that");
    Slice {
        calls,
        rate: f64::from(calls) / elapsed.as_secs_f64(),
        p50: times[times.len() / 2],
        p99: times[times.len() * 99 / 100],
    }
}
