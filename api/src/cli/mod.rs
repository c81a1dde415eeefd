//! The command line of `naast`.

pub mod access_log;
mod backup;
pub mod client;
pub mod demo;
mod doctor;
mod import;
mod journal;
mod keys;
mod language;
mod retention;
mod serve;
mod signing_keys;
mod stop;

pub use serve::first_administrator;

use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Parser, Subcommand};
use ipnet::IpNet;
use naast_domain::access::{Power, Principal};
use naast_domain::ids::{OrganisationId, PersonId};
use naast_domain::organisations::Role;
use naast_persistence::keys::Keys;
use naast_persistence::{Location, Store, organisations};
use url::Url;

use self::language::{Language, said};
use crate::clock::Clock;
use crate::contract::CONTRACT;
use crate::cors::{Origin, Origins};
use crate::identity::post::Post;
use crate::identity::trusted::TrustedIssuers;
use crate::identity::{ISSUER, Identity, LIFETIME, on_this_machine};
use crate::independence::round::round;
use crate::limits::{LimitSettings, Setting};
use crate::platform::{Parts, Platform};

/// The API behind buddy programmes for parents in passend onderwijs.
#[derive(Debug, Parser)]
#[command(name = "naast", version, about, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    listen: Listen,
    /// The language of what the program says: that of the system when left out, and Dutch where the system says nothing.
    #[arg(long, env = "NAAST_LANGUAGE", value_enum, global = true)]
    language: Option<Language>,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Where the installation stands.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// The database: a postgres:// URL, or sqlite:PATH. Without it, naast.db in the data folder.
    #[arg(long, env = "DATABASE_URL", global = true, hide_env_values = true)]
    database_url: Option<String>,
    /// The folder for what the installation keeps in files: the SQLite database, the signing key, the anchors.
    #[arg(long, env = "NAAST_DATA", default_value = "data", global = true)]
    data: PathBuf,
    /// The file of the signing key, when it does not stand in the data folder. Replicas share one.
    #[arg(long, env = "NAAST_SIGNING_KEY_FILE", global = true)]
    signing_key_file: Option<PathBuf>,
    /// The file of the master keys, when it does not stand in the data folder. Replicas share one. Keep it apart from backups
    /// of the database.
    #[arg(long, env = "NAAST_MASTER_KEY_FILE", global = true)]
    master_key_file: Option<PathBuf>,
    /// The address under which clients reach this installation: the issuer of its tokens. https, without a path.
    #[arg(long, env = "NAAST_PUBLIC_URL", default_value = ISSUER, value_parser = public_url, global = true)]
    public_url: String,
    /// The mail server, such as `smtps://user:password@host` or `smtp://host?tls=required`. Without it, letters become files in the
    /// folder `mail` of the data folder.
    #[arg(long, env = "NAAST_SMTP_URL", requires = "mail_from", global = true, hide_env_values = true)]
    smtp_url: Option<String>,
    /// The sender of letters, such as: Naast <naast@example.org>.
    #[arg(long, env = "NAAST_MAIL_FROM", global = true)]
    mail_from: Option<String>,
    /// A file with the identity providers that are trusted: JSON, see docs/OPERATIONS.md. Without it, none is.
    #[arg(long, env = "NAAST_TRUSTED_ISSUERS", global = true)]
    trusted_issuers: Option<PathBuf>,
    /// The file of the journal's anchors, when it does not stand in the data folder.
    #[arg(long, env = "NAAST_ANCHORS_FILE", global = true)]
    anchors_file: Option<PathBuf>,
    /// Connections to the database, and threads that wait for them.
    #[arg(long, env = "NAAST_CONNECTIONS", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64), global = true)]
    connections: u32,
    #[command(flatten)]
    events: crate::events::Settings,
    /// Calls that may wait for the database or work with it at a time; more are sent away at once.
    #[arg(long, env = "NAAST_QUEUE", default_value_t = crate::queue::USUAL, global = true)]
    queue: usize,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve (what happens without a command).
    Serve,
    /// Serve a living demo programme in each of the three forms, with a token for every role.
    Demo,
    /// Bring the schema of the database up to date.
    Migrate,
    /// Read DUO's open data into the directory.
    ///
    /// A file goes in whole or not at all. Exit code 0: the directory says what the file says; 2: the file is wrong, each
    /// fault was printed with its line, and nothing was written; 3: so much would disappear that a person must look first,
    /// and nothing was changed.
    Import(import::Import),
    /// Print the contract as YAML: the file openapi.yaml.
    Openapi,
    /// Print a token for a person, for local trials.
    Token {
        /// The person's id.
        person: uuid::Uuid,
    },
    /// Make the first administrator of an installation, and print her id.
    Administrator {
        /// Her name.
        name: String,
    },
    /// Ask the independence rules again for every proposal and match, as the server does every few hours.
    Reassess,
    /// Connect systems, change their keys, and shut them out.
    #[command(subcommand)]
    Client(client::Client),
    /// Look after the keys: those that what is personal is sealed with, and those that tokens are signed with.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Erase what had its time.
    #[command(subcommand)]
    Retention(retention::Retention),
    /// Write everything that the database holds into one sealed file, while others work.
    Backup(backup::Backup),
    /// Restore a backup into an empty place, and erase again what was erased since.
    Restore(backup::Restore),
    /// Look after the journal.
    #[command(subcommand)]
    Journal(journal::Journal),
    /// Look after the record of who read what of whom.
    #[command(subcommand)]
    AccessLog(AccessLog),
    /// Check the installation.
    Doctor,
}

/// What to do with the access log.
#[derive(Debug, Subcommand)]
enum AccessLog {
    /// Write each record as a line of JSON, with the fields of the Logboek Dataverwerkingen 1.0. Whose data were read stands there by a
    /// pseudonym.
    Export {
        /// Only readings of this moment and later, such as 2026-11-01T00:00:00Z.
        #[arg(long)]
        since: Option<DateTime<Utc>>,
    },
}

/// Where the server listens.
#[derive(Debug, Clone, Args)]
pub struct Listen {
    /// Address and port; port 0 takes a free one.
    #[arg(long, env = "NAAST_LISTEN", default_value = "127.0.0.1:8080", global = true)]
    pub listen: SocketAddr,
    /// Threads that take calls in; the number of processors when left out.
    #[arg(long, env = "NAAST_WORKERS", global = true)]
    pub workers: Option<usize>,
    /// Address and port for the figures of Prometheus (/metrics); none are shown when left out. Keep it from the outside.
    #[arg(long, env = "NAAST_METRICS_LISTEN", global = true)]
    pub metrics_listen: Option<SocketAddr>,
    /// Seconds between the signal to stop and stopping, in which the server is not ready but still answers: as long as a
    /// proxy needs to notice, and those who call again and again to close their connections.
    #[arg(long, env = "NAAST_DRAIN_SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(..=300), global = true)]
    pub drain_seconds: u64,
    /// Seconds between two looks at whether something was journalled since the last anchor; if so, the heads are signed and
    /// written beside the database.
    #[arg(long, env = "NAAST_ANCHOR_SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600), global = true)]
    pub anchor_seconds: u64,
    /// Calls in seconds for a person who is signed in, such as 600/60; or off.
    #[arg(long, env = "NAAST_RATE_SUBJECT", default_value = "600/60", global = true)]
    rate_subject: Setting,
    /// Calls in seconds for an address from which nobody is signed in; or off.
    #[arg(long, env = "NAAST_RATE_ADDRESS", default_value = "300/60", global = true)]
    rate_address: Setting,
    /// Calls in seconds with which a code or a password can be tried; or off.
    #[arg(long, env = "NAAST_RATE_ATTEMPTS", default_value = "30/60", global = true)]
    rate_attempts: Setting,
    /// Origins whose pages may call from a browser, with commas, such as `https://app.example.org`. None when left out.
    #[arg(long, env = "NAAST_CORS_ORIGINS", value_delimiter = ',', global = true)]
    cors_origins: Vec<Origin>,
    /// Proxies whose X-Forwarded-For is taken: addresses or networks, with commas. Nobody's when left out.
    #[arg(long, env = "NAAST_TRUSTED_PROXIES", value_delimiter = ',', value_parser = network, global = true)]
    trusted_proxies: Vec<IpNet>,
}

/// A network, or an address alone.
fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
        "write addresses or networks with commas between them, such as 10.0.0.2,10.1.0.0/16".to_owned()
    })
}

impl Listen {
    /// The pages that may call from a browser.
    pub fn origins(&self) -> Origins {
        self.cors_origins.clone().into()
    }

    /// How many calls a caller may make.
    pub fn limits(&self) -> LimitSettings {
        LimitSettings {
            subject: self.rate_subject.0,
            address: self.rate_address.0,
            attempts: self.rate_attempts.0,
            trusted_proxies: self.trusted_proxies.clone(),
        }
    }
}

/// What a command failed of, in words for the person at the terminal.
#[derive(Debug)]
pub struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    fn new(code: u8, message: impl Display) -> Self {
        Self { message: message.to_string(), code }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(fault: E) -> Self {
        Self::new(1, fault)
    }
}

impl Place {
    /// The database that is meant.
    fn location(&self) -> Result<Location, Failure> {
        match &self.database_url {
            Some(url) => Ok(Location::parse(url)?),
            None => Ok(Location::Sqlite(self.data.join("naast.db"))),
        }
    }

    /// The file of the master keys.
    fn master_key_file(&self) -> PathBuf {
        self.master_key_file.clone().unwrap_or_else(|| self.data.join("master-keys"))
    }

    fn key_file(&self) -> PathBuf {
        self.signing_key_file.clone().unwrap_or_else(|| self.data.join("signing-key.pk8"))
    }

    /// Keys, post and trust, as they are set.
    fn identity(&self, longest: TimeDelta) -> Result<Identity, Failure> {
        let post = match (&self.smtp_url, &self.mail_from) {
            (Some(url), Some(from)) => Post::to_server(url, from)?,
            _ => Post::to_folder(self.data.join("mail")),
        };
        let trusted =
            self.trusted_issuers.as_deref().map(TrustedIssuers::read).transpose()?.unwrap_or_default();
        let identity = Identity::open(&self.key_file(), longest)?;
        Ok(identity.issued_by(&self.public_url).with_post(post).trusting(trusted))
    }

    /// The platform on this place. SQLite is brought up to date on the way: it serves one machine, where nobody else does.
    /// `longest` is how long a token may live.
    fn platform(&self, longest: TimeDelta) -> Result<Platform, Failure> {
        let location = self.location()?;
        let file = self.master_key_file();
        let is_first = !file.exists();
        // before anything is written: a schema that is brought up to date without its keys would be a write too
        Keys::prove_first(&file, &location)?;
        let store = match location {
            Location::Sqlite(_) => Store::open_migrated(&location, self.connections)?,
            Location::Postgres(_) => Store::open(&location, self.connections)?,
        };
        let clock = Clock::default();
        let keys = Keys::at(&file, &store, clock.now())?;
        if let Some(gone) = keys.index_without_the_oldest() {
            let file = shown(&file);
            complain(&said(
                format!(
                    "naast: de oudste hoofdsleutel van deze database ({gone}) staat niet in {file}. Accounts werden ermee gevonden; nu met de \
                     oudste sleutel die er is, zoals sinds zij eruit ging. Wie zich voor die dag aanmeldde en dat niet meer kan, krijgt \
                     een nieuw account; zie \"The index key\" in docs/OPERATIONS.md"
                ),
                format!(
                    "naast: the oldest master key of this database ({gone}) is not in {file}. Accounts were found by it; now they are found by \
                     the oldest key that is there, as since it was taken out. Who signed in before that day and cannot any more needs an \
                     account anew; see \"The index key\" in docs/OPERATIONS.md"
                ),
            ));
        }
        if is_first {
            let file = shown(&file);
            complain(&said(
                format!(
                    "naast: de hoofdsleutels van deze installatie zijn gemaakt: {file}\n\
                     naast: zonder dit bestand is niets persoonlijks in de database te lezen; met beide alles.\n\
                     naast: bewaar nu een kopie, los van de database en haar back-ups: offline, waar twee mensen haar kunnen vinden.\n\
                     naast: zet het voor echt gebruik elders, of op een andere machine (NAAST_MASTER_KEY_FILE); zie docs/OPERATIONS.md"
                ),
                format!(
                    "naast: made the master keys of this installation: {file}\n\
                     naast: without this file nothing personal in the database can be read; with it and the database everything can.\n\
                     naast: keep a copy now, apart from the database and its backups: offline, where two people can find it.\n\
                     naast: for serious use move it to another place or machine (NAAST_MASTER_KEY_FILE); see docs/OPERATIONS.md"
                ),
            ));
        }
        let parts = Parts {
            store: Arc::new(store),
            clock,
            keys,
            identity: Arc::new(self.identity(longest)?),
            data: self.data.clone(),
            events: Arc::new(self.events.clone()),
        };
        Ok(Platform::new(parts).with_queues(self.queue))
    }

    /// The platform on an installation that is there already: looking must not make one.
    fn existing_platform(&self) -> Result<Platform, Failure> {
        if let Location::Sqlite(file) = self.location()?
            && !file.exists()
        {
            let file = shown(&file);
            let words =
                said(format!("er is geen database op {file}"), format!("there is no database at {file}"));
            return Err(Failure::new(2, words));
        }
        if !self.key_file().exists() {
            return Err(no_signing_key(&self.key_file()));
        }
        self.platform(LIFETIME)
    }

    /// The file of the journal's anchors.
    fn anchors(&self) -> PathBuf {
        self.anchors_file.clone().unwrap_or_else(|| self.data.join("journal-anchors.jsonl"))
    }
}

/// A signing key is not where it should be.
fn no_signing_key(file: &Path) -> Failure {
    let file = shown(file);
    let words =
        said(format!("er is geen ondertekensleutel op {file}"), format!("there is no signing key at {file}"));
    Failure::new(2, words)
}

/// Whoever has the terminal of the installation is its administrator.
fn operator(person: PersonId, organisation: OrganisationId) -> Principal {
    let power = Power { role: Role::Administrator, organisation, programme: None, school: None, board: None };
    Principal { person, powers: vec![power] }
}

/// An issuer is https without path, query or fragment (RFC 8414, 2); http only on this machine. Written as browsers write an
/// origin, so that there is one way to write it.
fn public_url(text: &str) -> Result<String, String> {
    let expected = || "expected https://HOST without a path (http:// only on this machine)".to_owned();
    let url = Url::parse(text).map_err(|_| expected())?;
    let is_safe = url.scheme() == "https" || on_this_machine(&url);
    let is_bare = ["", "/"].contains(&url.path()) && url.query().is_none() && url.fragment().is_none();
    let has_user = !url.username().is_empty() || url.password().is_some();
    (is_safe && is_bare && !has_user).then(|| url.origin().ascii_serialization()).ok_or_else(expected)
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    language::choose(cli.language);
    start_log();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&format!("naast: {}", failure.message));
            ExitCode::from(failure.code)
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let place = cli.place;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(&place, &cli.listen),
        Command::Demo => demo::demo(&place, &cli.listen),
        Command::Migrate => {
            let done = naast_persistence::migrate(&place.location()?)?;
            say(&said(
                format!("{done} migraties uitgevoerd; het schema is bij"),
                format!("{done} migrations applied; the schema is up to date"),
            ));
            Ok(())
        }
        Command::Import(what) => import::import(&place, &what),
        Command::Openapi => {
            say(&CONTRACT.yaml());
            Ok(())
        }
        Command::Token { person } => {
            let platform = place.existing_platform()?;
            let (person, today) = (PersonId::from_uuid(person), platform.clock.today());
            if platform.store.read(|db| organisations::principal(db, person, today))?.is_none() {
                return Err(Failure::new(
                    2,
                    said(
                        "niemand in deze installatie heeft dat id; er is geen token gemaakt",
                        "nobody in this installation has that id; no token was made",
                    ),
                ));
            }
            println!("{}", platform.identity.token(person, &platform.clock, LIFETIME));
            Ok(())
        }
        Command::Administrator { name } => {
            println!("{}", serve::first_administrator(&place.platform(LIFETIME)?, &name)?);
            Ok(())
        }
        Command::Reassess => {
            let done = round(&place.existing_platform()?)?;
            let (buddies, changes) = (done.buddies, done.changes);
            say(&said(
                format!("{buddies} buddy's bekeken, {changes} veranderingen"),
                format!("{buddies} buddies looked at, {changes} changes"),
            ));
            Ok(())
        }
        Command::Client(what) => client::run(&place, what),
        Command::Keys(what) => keys::run(&place, &what),
        Command::Retention(what) => retention::run(&place, &what),
        Command::Backup(what) => backup::backup(&place, &what),
        Command::Restore(what) => backup::restore(&place, &what),
        Command::Journal(what) => journal::run(&place, &what),
        Command::AccessLog(AccessLog::Export { since }) => {
            let platform = place.existing_platform()?;
            let since = since.unwrap_or(DateTime::UNIX_EPOCH);
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            let written = access_log::export(&platform.store, &platform.keys, since, &mut out)?;
            std::io::Write::flush(&mut out)?;
            complain(&said(format!("{written} regels"), format!("{written} records")));
            Ok(())
        }
        Command::Doctor => doctor::doctor(&place),
    }
}

/// One JSON line for each event, on standard error. `RUST_LOG` says how much; calls are logged at `info`. What a stranger sends
/// that is no HTTP is no fault of ours, and fills no log.
fn start_log() {
    use std::io::Write as _;

    struct Pairs(serde_json::Map<String, serde_json::Value>);
    impl<'kvs> log::kv::VisitSource<'kvs> for Pairs {
        fn visit_pair(
            &mut self,
            key: log::kv::Key<'kvs>,
            value: log::kv::Value<'kvs>,
        ) -> Result<(), log::kv::Error> {
            let value = value.to_u64().map_or_else(|| value.to_string().into(), serde_json::Value::from);
            self.0.insert(key.to_string(), value);
            Ok(())
        }
    }

    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn,actix_http=off"))
        .format(|to, record| {
            let mut pairs = Pairs(serde_json::Map::new());
            pairs.0.insert("at".to_owned(), Clock::default().now().to_rfc3339().into());
            pairs.0.insert("level".to_owned(), record.level().as_str().into());
            pairs.0.insert("event".to_owned(), record.args().to_string().into());
            let _ = record.key_values().visit(&mut pairs);
            writeln!(to, "{}", serde_json::Value::Object(pairs.0))
        })
        .init();
    // what a panic says may hold values of a call: only its place is told
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        log::error!(place = place.as_str(); "panic");
    }));
}

/// Says something on standard output. A reader who has seen enough and went away is no fault.
fn say(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.trim_end().as_bytes()).and_then(|()| out.write_all(b"\n"));
}

/// Says something on standard error; nobody may be there to read it.
fn complain(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Makes the data folder, for its owner only, when it is not there.
fn make_folder(folder: &Path) -> Result<(), Failure> {
    naast_persistence::make_folder(folder)
        .map_err(|fault| Failure::new(1, format!("{}: {fault}", shown(folder))))
}

/// A path as the person at the terminal knows it.
fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_https_or_this_machine() {
        for (text, read) in [
            ("https://buddy.example.org", "https://buddy.example.org"),
            ("https://Buddy.Example.org:443/", "https://buddy.example.org"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
        ] {
            assert_eq!(public_url(text).as_deref(), Ok(read), "{text}");
        }
        for text in [
            "http://buddy.example.org",
            "http://127.0.0.1.example",
            "http://127.0.0.1:x@elders.example",
            "http://localhost:1@elders.example",
            "https://wie@buddy.example.org",
            "https://buddy.example.org/api",
            "https://buddy.example.org/?x",
            "https://buddy.example.org/#x",
            "buddy.example.org",
            "",
        ] {
            assert!(public_url(text).is_err(), "{text}");
        }
    }
}
