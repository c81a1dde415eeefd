//! The command line of `naast`.

pub mod access_log;
mod arguments;
mod backup;
mod brought;
pub mod client;
pub mod demo;
mod doctor;
mod faults;
mod files;
mod import;
mod journal;
mod keys;
mod language;
mod listen;
mod logging;
mod place;
mod retention;
mod rounds;
mod serve;
mod signing_keys;
mod stop;
mod terminal;

pub use listen::Listen;
pub use place::Place;
pub use serve::first_administrator;
pub use terminal::Failure;

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand};
use naast_domain::Date;
use naast_domain::access::{Power, Principal};
use naast_domain::ids::{OrganisationId, PersonId};
use naast_domain::organisations::Role;
use naast_persistence::keys::Keys;
use naast_persistence::organisations;

use self::language::{Language, said};
use self::terminal::{complain, say};
use crate::contract::CONTRACT;
use crate::identity::LIFETIME;
use crate::independence::round::round;

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
    /// and nothing was changed; 5: tombstones name what a restored copy brought back, and `naast retention replay` comes first.
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
    ///
    /// Exit code 0: done; 1: of some buddies it could not be done, and the server tries it again; 5: tombstones name what a restored copy
    /// brought back, and `naast retention replay` comes first.
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

/// Whoever has the terminal of the installation is its administrator.
fn operator(person: PersonId, organisation: OrganisationId, today: Date) -> Principal {
    let power = Power { role: Role::Administrator, organisation, programme: None, school: None, board: None };
    Principal { person, powers: vec![power], today }
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let given: Vec<_> = std::env::args_os().collect();
    let cli = match arguments::read(&given) {
        Ok(cli) => cli,
        Err(told) => {
            let speak = if told.code == 0 { say } else { complain };
            speak(told.text.trim_end());
            return ExitCode::from(told.code);
        }
    };
    logging::start();
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
            let location = place.location()?;
            // as whatever else writes: not under the keys of another installation
            Keys::prove_first(&place.master_key_file(), &location)?;
            let done = naast_persistence::migrate(&location)?;
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
            place.is_as_served()?;
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
            let platform = place.platform(LIFETIME)?;
            let administrator = serve::first_administrator(&platform, &name)?;
            // told before it is anchored: it is done, and cannot be done again
            println!("{administrator}");
            place.anchor(&platform)
        }
        Command::Reassess => {
            let platform = place.existing_platform()?;
            brought::must_be_replayed(&platform)?;
            let done = round(&platform)?;
            place.anchor(&platform)?;
            let (buddies, changes) = (done.buddies, done.changes);
            say(&said(
                format!("{buddies} buddy's bekeken, {changes} veranderingen"),
                format!("{buddies} buddies looked at, {changes} changes"),
            ));
            match done.left {
                0 => Ok(()),
                left => Err(Failure::new(
                    1,
                    said(
                        format!("van {left} buddy's kon het niet; de server probeert het opnieuw"),
                        format!("of {left} buddies it could not be done; the server tries it again"),
                    ),
                )),
            }
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
            let written =
                access_log::export(&platform.store, &platform.keys, &place.address(), since, &mut out)?;
            std::io::Write::flush(&mut out)?;
            complain(&said(format!("{written} regels"), format!("{written} records")));
            Ok(())
        }
        Command::Doctor => doctor::doctor(&place),
    }
}
