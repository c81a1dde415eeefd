//! A throw-away PostgreSQL cluster for one test process, with a database for each test.
//!
//! The cluster lives in a folder of its own, listens on a socket in that folder only, and belongs to a shell
//! (`cluster.sh`) that removes it when this process is gone, however it goes: Rust drops no statics. With
//! `TEST_DATABASE_URL` an existing server is used instead; what a killed run left there, the next one removes.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::sql_types::{Bool, Integer, Text};
use diesel::{Connection, QueryableByName, RunQueryDsl, sql_query};
use naast_persistence::Location;

use crate::random_id;

const NOT_INSTALLED: &str = "no PostgreSQL server (initdb, postgres) in PATH or /usr/lib/postgresql: install one \
     (Debian, Ubuntu: `apt-get install postgresql`) or set TEST_DATABASE_URL to a superuser's URL";

/// What the names of all our databases begin with.
const PREFIX: &str = "naast_test_";

/// The first half of the locks by which runs on one existing server know that the others are alive.
const LOCKS: i32 = 0x6e61_6173;

/// The longest folder in which the name of a socket still fits.
const LONGEST_FOLDER: usize = 70;

/// What [`configure`] asked for.
static SETTINGS: OnceLock<String> = OnceLock::new();

/// A running server, with a migrated database to copy from.
pub struct Cluster {
    address: Address,
    /// Tells this run's databases from those of others.
    tag: String,
    _alive: Alive,
}

/// What must stay open for as long as the tests run.
enum Alive {
    Ours { _pipe: ChildStdin },
    Existing { _lock: Mutex<PgConnection> },
}

/// The cluster of this process; the first caller starts it.
///
/// # Panics
/// When there is no server, in one line that says what to do.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start).as_ref().unwrap_or_else(|fault| panic!("{fault}"))
}

/// Gives the cluster of this process settings beside its own, as lines of `postgresql.conf`: a benchmark asks for the
/// durability that tests do without. Without effect on an existing server, and once the cluster runs.
pub fn configure(settings: &str) {
    let _ = SETTINGS.set(settings.to_owned());
}

/// A fresh, migrated database.
pub fn database() -> Database {
    cluster().database()
}

/// A database that is dropped with this value, whoever is still connected to it.
#[derive(Debug)]
pub struct Database {
    /// Where it is.
    pub url: String,
    name: String,
}

impl Database {
    /// Where it is.
    pub fn location(&self) -> Location {
        Location::Postgres(self.url.clone())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Err(fault) = cluster().execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name))
        {
            eprintln!("{} stays behind: {fault}", self.name);
        }
    }
}

impl Cluster {
    fn start() -> Result<Self, String> {
        let run = run_number();
        let (address, alive) = match std::env::var("TEST_DATABASE_URL") {
            Ok(url) => existing(&url, run)?,
            Err(_) => ours()?,
        };
        let cluster = Self { address, tag: format!("{PREFIX}{run:08x}"), _alive: alive };
        let template = cluster.template();
        cluster.execute(&format!("CREATE DATABASE {template} TEMPLATE template0"))?;
        naast_persistence::migrate(&Location::Postgres(cluster.address.of(&template)))
            .map_err(|fault| format!("the template of the test databases: {fault}"))?;
        Ok(cluster)
    }

    /// A fresh, migrated database.
    pub fn database(&self) -> Database {
        self.copy_of(&self.template())
    }

    /// A database in which nobody has made anything yet.
    pub fn empty_database(&self) -> Database {
        self.copy_of("template0")
    }

    fn template(&self) -> String {
        format!("{}_template", self.tag)
    }

    fn copy_of(&self, template: &str) -> Database {
        let name = format!("{}_{}", self.tag, random_id().simple());
        self.execute(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
            .expect("a superuser makes a database on a running server");
        Database { url: self.address.of(&name), name }
    }

    fn execute(&self, statement: &str) -> Result<(), String> {
        connect(&self.address.administration)?.batch_execute(statement).map_err(|fault| fault.to_string())
    }
}

/// A number by which this run's databases and its lock are known.
fn run_number() -> i32 {
    let [a, b, c, d, ..] = random_id().into_bytes();
    i32::from_be_bytes([a, b, c, d])
}

/// A server's URL, with room for the name of a database.
#[derive(Debug, PartialEq, Eq)]
struct Address {
    administration: String,
    before: String,
    after: String,
}

impl Address {
    fn parse(url: &str) -> Result<Self, String> {
        let authority =
            url.find("://").map(|at| at + 3).ok_or("TEST_DATABASE_URL must start with postgresql://")?;
        let path = url[authority..].find(['/', '?']).map_or(url.len(), |at| authority + at);
        let query = url[path..].find('?').map_or(url.len(), |at| path + at);
        Ok(Self {
            administration: url.to_owned(),
            before: format!("{}/", &url[..path]),
            after: url[query..].to_owned(),
        })
    }

    /// The URL of one database.
    fn of(&self, name: &str) -> String {
        format!("{}{name}{}", self.before, self.after)
    }
}

fn connect(url: &str) -> Result<PgConnection, String> {
    PgConnection::establish(url).map_err(|fault| format!("the PostgreSQL server of the tests: {fault}"))
}

/// An existing server, on which this run holds a lock for as long as it lives.
fn existing(url: &str, run: i32) -> Result<(Address, Alive), String> {
    let address = Address::parse(url)?;
    let mut connection = connect(url)?;
    try_lock(&mut connection, run)?;
    remove_abandoned(&mut connection).map_err(|fault| format!("databases of earlier runs: {fault}"))?;
    Ok((address, Alive::Existing { _lock: Mutex::new(connection) }))
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

fn try_lock(connection: &mut PgConnection, run: i32) -> Result<bool, String> {
    sql_query("SELECT pg_try_advisory_lock($1, $2) AS yes")
        .bind::<Integer, _>(LOCKS)
        .bind::<Integer, _>(run)
        .get_result::<Answer>(connection)
        .map(|answer| answer.yes)
        .map_err(|fault| fault.to_string())
}

/// Drops the databases of runs that no longer hold their lock.
fn remove_abandoned(connection: &mut PgConnection) -> Result<(), String> {
    let names: Vec<Name> =
        sql_query("SELECT datname::text AS name FROM pg_database WHERE starts_with(datname, $1)")
            .bind::<Text, _>(PREFIX)
            .load(connection)
            .map_err(|fault| fault.to_string())?;
    for Name { name } in names {
        let run = name.get(PREFIX.len()..PREFIX.len() + 8).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        if let Some(run) = run.map(u32::cast_signed)
            && try_lock(connection, run)?
        {
            // apart: sent together they would be one transaction, which DROP DATABASE refuses
            for statement in [
                format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"),
                format!("SELECT pg_advisory_unlock({LOCKS}, {run})"),
            ] {
                connection.batch_execute(&statement).map_err(|fault| fault.to_string())?;
            }
        }
    }
    Ok(())
}

/// A cluster of our own.
fn ours() -> Result<(Address, Alive), String> {
    let programs = programs().ok_or(NOT_INSTALLED)?;
    let home = home().map_err(|fault| format!("no folder for the PostgreSQL of the tests: {fault}"))?;
    let failed = |what: &str| format!("PostgreSQL of {} does not start: {what}", programs.display());

    let script = home.join("keeper.sh");
    fs::write(&script, include_str!("cluster.sh")).map_err(|fault| failed(&fault.to_string()))?;
    let mut keeper = Command::new("sh");
    keeper
        .args([&script, &programs, &home])
        .arg(SETTINGS.get().map_or("", String::as_str))
        .current_dir(&home)
        // Ctrl-C goes to the tests; the keeper follows when their end of the pipe closes
        .process_group(0)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        keeper.env_remove(name);
    }
    // the server refuses to run as root
    if fs::metadata(&home).is_ok_and(|folder| folder.uid() == 0) {
        let (user, group) = unprivileged().ok_or_else(|| failed("no user to run it as"))?;
        chown(&home, Some(user), Some(group)).map_err(|fault| failed(&fault.to_string()))?;
        keeper.uid(user).gid(group);
    }

    let mut keeper = keeper.spawn().map_err(|fault| failed(&fault.to_string()))?;
    let pipe = keeper.stdin.take().expect("the pipe was asked for");
    let mut words = BufReader::new(keeper.stdout.take().expect("the pipe was asked for"));
    let mut word = String::new();
    words.read_line(&mut word).map_err(|fault| failed(&fault.to_string()))?;
    if word.trim_end() != "ready" {
        let _ = words.read_to_string(&mut word);
        return Err(failed(&word));
    }
    let after = format!("?host={}&port=5432&user=naast", home.display());
    let address = Address {
        administration: format!("postgresql:///postgres{after}"),
        before: "postgresql:///".to_owned(),
        after,
    };
    Ok((address, Alive::Ours { _pipe: pipe }))
}

/// The folder of the server's programs: of those in `PATH`, and else the newest of the distribution's.
fn programs() -> Option<PathBuf> {
    let complete =
        |folder: &Path| ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file());
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        // a link may stand in PATH alone, without the others beside it
        .filter_map(|folder| fs::canonicalize(folder.join("initdb")).ok())
        .filter_map(|initdb| initdb.parent().map(Path::to_owned))
        .find(|folder| complete(folder))
        .or_else(|| {
            let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
            versions
                .filter_map(|version| {
                    let version = version.ok()?;
                    let number: u32 = version.file_name().to_str()?.parse().ok()?;
                    let folder = version.path().join("bin");
                    complete(&folder).then_some((number, folder))
                })
                .max()
                .map(|(_, folder)| folder)
        })
}

/// An empty folder with a path that is short enough for a socket.
fn home() -> std::io::Result<PathBuf> {
    let folder = std::env::temp_dir();
    let folder = if folder.as_os_str().len() > LONGEST_FOLDER { PathBuf::from("/tmp") } else { folder };
    tempfile::Builder::new().prefix("naast-pg-").tempdir_in(folder).map(tempfile::TempDir::keep)
}

/// A user without rights, and its group.
fn unprivileged() -> Option<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    ["postgres", "nobody"].iter().find_map(|wanted| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next()? == *wanted).then_some(())?;
            Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_database_finds_its_place_in_a_url() {
        for (url, expected) in [
            (
                "postgres://me:secret@host:5433/postgres?sslmode=disable",
                "postgres://me:secret@host:5433/x?sslmode=disable",
            ),
            ("postgresql:///?host=/run/postgresql", "postgresql:///x?host=/run/postgresql"),
            ("postgresql://host", "postgresql://host/x"),
        ] {
            assert_eq!(Address::parse(url).map(|address| address.of("x")).as_deref(), Ok(expected));
        }
        assert!(Address::parse("host=localhost").is_err());
    }
}
