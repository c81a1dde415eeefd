//! A way to PostgreSQL that can be held up: a server that says nothing any more, which no setting of the server itself
//! can imitate.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use naast_persistence::Location;

/// What the way does with what passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    /// It passes.
    Open,
    /// Nothing passes in either direction.
    Shut,
    /// Once a commit has gone to the server, its answer does not come back, nor anything after it.
    SwallowCommit,
}

#[derive(Debug)]
struct Gate {
    passage: Mutex<Passage>,
    changed: Condvar,
    streams: Mutex<Vec<UnixStream>>,
}

/// A way to a database that a test opens and shuts.
#[derive(Debug)]
pub struct Stall {
    gate: Arc<Gate>,
    location: Location,
    _folder: tempfile::TempDir,
}

impl Stall {
    /// A way to the database of this location, which must stand behind a socket.
    pub fn before(location: &Location) -> Self {
        let Location::Postgres(url) = location else { panic!("only PostgreSQL stands behind a way") };
        let (before, rest) =
            url.split_once("host=").expect("the cluster of the tests stands behind a socket");
        let (host, after) = rest.split_once('&').expect("host is not the last parameter");
        let folder = tempfile::Builder::new().prefix("naast-way-").tempdir_in("/tmp").expect("a folder");
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).expect("a socket");
        let server = PathBuf::from(host).join(".s.PGSQL.5432");
        let gate = Arc::new(Gate {
            passage: Mutex::new(Passage::Open),
            changed: Condvar::new(),
            streams: Mutex::default(),
        });
        let kept = Arc::clone(&gate);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = UnixStream::connect(&server) else { return };
                for stream in [&client, &server] {
                    kept.streams.lock().expect("whole").push(stream.try_clone().expect("a handle"));
                }
                let swallow = Arc::new(Mutex::new(false));
                let (to, back) = ((&client, &server), (&server, &client));
                for (is_question, (from, to)) in [(true, to), (false, back)] {
                    let (from, to) = (from.try_clone().expect("a handle"), to.try_clone().expect("a handle"));
                    let (gate, swallow) = (Arc::clone(&kept), Arc::clone(&swallow));
                    thread::spawn(move || pass(from, to, &gate, is_question, &swallow));
                }
            }
        });
        let location = Location::Postgres(format!("{before}host={}&{after}", folder.path().display()));
        Self { gate, location, _folder: folder }
    }

    /// The database, by this way.
    pub fn location(&self) -> Location {
        self.location.clone()
    }

    /// Opens or shuts the way, for what is under way too.
    pub fn set(&self, passage: Passage) {
        *self.gate.passage.lock().expect("whole") = passage;
        self.gate.changed.notify_all();
    }

    /// Breaks every connection.
    pub fn cut(&self) {
        for stream in self.gate.streams.lock().expect("whole").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn pass(mut from: UnixStream, mut to: UnixStream, gate: &Gate, is_question: bool, swallow: &Mutex<bool>) {
    let mut buffer = [0; 16_384];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let mut passage = gate.passage.lock().expect("whole");
        loop {
            let stopped = match *passage {
                Passage::Open => false,
                Passage::Shut => true,
                Passage::SwallowCommit => !is_question && *swallow.lock().expect("whole"),
            };
            if !stopped {
                break;
            }
            passage = gate.changed.wait(passage).expect("whole");
        }
        let commits = buffer[..length].windows(7).any(|word| word == b"COMMIT\0");
        if is_question && commits && *passage == Passage::SwallowCommit {
            *swallow.lock().expect("whole") = true;
        }
        drop(passage);
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
