//! Where an installation stands, and opening it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::TimeDelta;
use clap::Args;
use clap::builder::RangedU64ValueParser;
use naast_persistence::keys::Keys;
use naast_persistence::{Location, Store};
use url::Url;

use super::language::said;
use super::terminal::{Failure, complain, shown, words};
use crate::clock::Clock;
use crate::identity::post::Post;
use crate::identity::trusted::TrustedIssuers;
use crate::identity::{ISSUER, Identity, LIFETIME, SecurityContact, on_this_machine};
use crate::journal::Anchors;
use crate::platform::{Parts, Platform};
use crate::privacy::tombstones;

/// Where the installation stands.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// The database: a postgres:// URL, or sqlite:PATH. Without it, naast.db in the data folder, and demo.db there for the demo.
    #[arg(long, env = "DATABASE_URL", global = true, hide_env_values = true)]
    pub(super) database_url: Option<String>,
    /// The folder for what the installation keeps in files: the SQLite database, the signing key, the anchors.
    #[arg(long, env = "NAAST_DATA", default_value = "data", global = true)]
    pub(super) data: PathBuf,
    /// The file of the signing key, when it does not stand in the data folder. Replicas share one.
    #[arg(long, env = "NAAST_SIGNING_KEY_FILE", global = true)]
    pub(super) signing_key_file: Option<PathBuf>,
    /// The file of the master keys, when it does not stand in the data folder. Replicas share one. Keep it apart from backups
    /// of the database.
    #[arg(long, env = "NAAST_MASTER_KEY_FILE", global = true)]
    pub(super) master_key_file: Option<PathBuf>,
    /// The address under which clients reach this installation: the issuer of its tokens. https, without a path.
    #[arg(long, env = "NAAST_PUBLIC_URL", default_value = ISSUER, value_parser = public_url, global = true)]
    pub(super) public_url: String,
    /// Where a weakness is reported, for /.well-known/security.txt: a mailto: or https: URI. Without it, that file is not there.
    #[arg(long, env = "NAAST_SECURITY_CONTACT", global = true)]
    security_contact: Option<SecurityContact>,
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
    pub(super) anchors_file: Option<PathBuf>,
    /// The file of the tombstones, for a demo beside an installation.
    #[arg(skip)]
    pub(super) tombstones_file: Option<PathBuf>,
    /// Connections to the database, and threads that wait for them.
    #[arg(long, env = "NAAST_CONNECTIONS", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64), global = true)]
    pub(super) connections: u32,
    #[command(flatten)]
    events: crate::events::Settings,
    /// Calls that may wait for the database or work with it at a time; more are sent away at once.
    #[arg(long, env = "NAAST_QUEUE", default_value_t = crate::queue::USUAL, value_parser = RangedU64ValueParser::<usize>::new().range(1..=65_536), global = true)]
    queue: usize,
}

impl Place {
    /// The database that is meant.
    pub(super) fn location(&self) -> Result<Location, Failure> {
        match &self.database_url {
            Some(url) => Ok(Location::parse(url)?),
            None => Ok(Location::Sqlite(self.data.join("naast.db"))),
        }
    }

    /// The file of the master keys.
    pub(super) fn master_key_file(&self) -> PathBuf {
        self.master_key_file.clone().unwrap_or_else(|| self.data.join("master-keys"))
    }

    pub(super) fn key_file(&self) -> PathBuf {
        self.signing_key_file.clone().unwrap_or_else(|| self.data.join("signing-key.pk8"))
    }

    /// Keys, post and trust, as they are set.
    pub(super) fn identity(&self, longest: TimeDelta) -> Result<Identity, Failure> {
        let post = match (&self.smtp_url, &self.mail_from) {
            (Some(url), Some(from)) => Post::to_server(url, from)?,
            _ => Post::to_folder(self.data.join("mail")),
        };
        let trusted =
            self.trusted_issuers.as_deref().map(TrustedIssuers::read).transpose()?.unwrap_or_default();
        let identity = Identity::open(&self.key_file(), longest)?;
        let identity = identity.issued_by(&self.public_url).with_post(post).trusting(trusted);
        Ok(identity.told_of_weaknesses(self.security_contact.clone()))
    }

    /// The platform on this place. SQLite is brought up to date on the way: it serves one machine, where nobody else does.
    /// `longest` is how long a token may live.
    pub(super) fn platform(&self, longest: TimeDelta) -> Result<Platform, Failure> {
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
            tombstones: self.tombstones(),
            events: Arc::new(self.events.clone()),
        };
        Ok(Platform::new(parts).with_queues(self.queue))
    }

    /// The platform on an installation that is there already: looking must not make one.
    pub(super) fn existing_platform(&self) -> Result<Platform, Failure> {
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

    /// Where it stands under which address this installation was served last.
    fn served(&self) -> PathBuf {
        self.data.join("public-url")
    }

    /// Whether events name an organisation that does not exist.
    pub(super) fn name_nobody(&self) -> bool {
        self.events.name_nobody()
    }

    /// Notes the address, for commands that sign: the server believes no token that names another.
    pub(super) fn note_served(&self) -> Result<(), Failure> {
        let file = self.served();
        let text = format!("{}\n", self.public_url);
        std::fs::write(&file, text).map_err(|fault| Failure::at(1, shown(&file), &fault))
    }

    /// The address at which clients reach the installation: the one that is set, else the one that it was served under last.
    pub(super) fn address(&self) -> String {
        let served = std::fs::read_to_string(self.served()).unwrap_or_default();
        match served.trim() {
            served if self.public_url == ISSUER && !served.is_empty() => served.to_owned(),
            _ => self.public_url.clone(),
        }
    }

    /// Refuses to sign under another address than the installation is served under.
    pub(super) fn is_as_served(&self) -> Result<(), Failure> {
        let served = std::fs::read_to_string(self.served()).unwrap_or_default();
        let (served, ours) = (served.trim(), &self.public_url);
        if served.is_empty() || served == ours {
            return Ok(());
        }
        let words = said(
            format!(
                "deze installatie wordt geserveerd als {served}, en dit token zou {ours} noemen: de server zou het weigeren. Zet \
                 NAAST_PUBLIC_URL={served} (of --public-url) ook bij dit commando"
            ),
            format!(
                "this installation is served as {served}, and this token would name {ours}: the server would refuse it. Set \
                 NAAST_PUBLIC_URL={served} (or --public-url) for this command too"
            ),
        );
        Err(Failure::new(2, words))
    }

    /// Anchors what a command journalled, before it says that it is done: no server may run to do it.
    pub(super) fn anchor(&self, platform: &Platform) -> Result<(), Failure> {
        Anchors::at(self.anchors()).anchor(platform).map(|_| ()).map_err(|fault| {
            let fault = words(&fault);
            Failure::new(
                1,
                said(
                    format!("het is gedaan en vastgelegd, maar niet verankerd: {fault}"),
                    format!("it is done and journalled, and not anchored: {fault}"),
                ),
            )
        })
    }

    /// The file of the tombstones.
    pub(super) fn tombstones(&self) -> PathBuf {
        self.tombstones_file.clone().unwrap_or_else(|| tombstones::file_in(&self.data))
    }

    /// The file of the journal's anchors.
    pub(super) fn anchors(&self) -> PathBuf {
        self.anchors_file.clone().unwrap_or_else(|| self.data.join("journal-anchors.jsonl"))
    }
}

/// A signing key is not where it should be.
pub(super) fn no_signing_key(file: &Path) -> Failure {
    let file = shown(file);
    let words =
        said(format!("er is geen ondertekensleutel op {file}"), format!("there is no signing key at {file}"));
    Failure::new(2, words)
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
