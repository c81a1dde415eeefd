//! The real program as a process of its own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use naast_persistence::Location;

/// The program on this database and folder.
pub fn program(database: &Location, data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_naast-under-test"));
    let url = match database {
        Location::Sqlite(path) => format!("sqlite:{}", path.display()),
        Location::Postgres(url) => url.clone(),
    };
    command.env("DATABASE_URL", url).env("NAAST_DATA", data).env("NAAST_LANGUAGE", "en");
    for name in ["NAAST_SIGNING_KEY_FILE", "NAAST_MASTER_KEY_FILE", "NAAST_ANCHORS_FILE"] {
        command.env_remove(name);
    }
    command
}

/// Runs it to its end; one that goes on for two minutes is ended.
pub fn run(database: &Location, data: &Path, arguments: &[&str]) -> Output {
    ended(program(database, data).args(arguments))
}

/// Waits for the end of a program, and ends one that goes on for two minutes.
pub fn ended(command: &mut Command) -> Output {
    let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("the program runs");
    let patience = Instant::now() + Duration::from_secs(120);
    while child.try_wait().expect("a child").is_none() {
        if Instant::now() > patience {
            child.kill().expect("ours");
        }
        thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().expect("what it said")
}

/// Runs it to its end, which must be a good one, and gives back what it said.
pub fn said(database: &Location, data: &Path, arguments: &[&str]) -> String {
    let output = run(database, data, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// Starts a server with these arguments, which say that it takes a free port, and gives back where it listens.
pub fn serve(database: &Location, data: &Path, arguments: &[&str]) -> (Child, SocketAddr) {
    begin(program(database, data), arguments)
}

/// The same, with a command that was prepared.
pub fn begin(mut command: Command, arguments: &[&str]) -> (Child, SocketAddr) {
    let mut child = command.args(arguments).stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("it was asked for")).read_line(&mut line).expect("it speaks");
    let address = line.split_once("http://").and_then(|(_, rest)| rest.split(';').next()?.parse().ok());
    (child, address.unwrap_or_else(|| panic!("it says where it listens, not {line:?}")))
}

/// Ends a server at once when the test ends, however it ends.
pub struct Served(pub Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
