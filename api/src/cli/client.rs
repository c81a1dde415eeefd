//! `naast client`: connected systems. Each works for one organisation and one purpose, within its scopes.

use std::path::PathBuf;

use chrono::{SecondsFormat, TimeDelta};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use naast_domain::access::{Grant, ManageClients};
use naast_domain::code::{Code as _, CodeSet};
use naast_domain::identity::{Scope, check_client};
use naast_domain::ids::{ClientId, OrganisationId};
use naast_domain::journal::{Chain, Purpose};
use naast_persistence::identity::clients::{self, Credential};
use naast_persistence::{Kept, Transaction, organisations};

use super::language::said;
use super::operator;
use super::place::Place;
use super::terminal::{Failure, say};
use crate::clock::{fresh, fresh_token};
use crate::identity::public_key::PublicKey;
use crate::identity::token::client::of_secret;
use crate::platform::{Platform, Said as _, granted, unsigned_entry};
use crate::problem::Error;

/// What can be done with connected systems.
#[derive(Debug, Subcommand)]
pub enum Client {
    /// Print every system that was connected: its id, whether it is let in, what it is called, for whom and for what it works, and by what it
    /// proves itself until when.
    List,
    /// Connect a system, and print its id (and its secret, once).
    ///
    /// Exit code 2: the organisation is unknown, or a system of such an organisation cannot have these scopes for this purpose.
    Create(Create),
    /// Give a system a new key or secret. The one before stays good for a while.
    Rotate {
        /// The system's id.
        client: uuid::Uuid,
        /// How it proves itself from now on.
        #[command(flatten)]
        proof: Proof,
        /// For how many hours the one before stays good; 0 when it was stolen: then the tokens that were got with it stop working, too.
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(i64).range(0..=720))]
        overlap_hours: i64,
    },
    /// Shut a system out. Its tokens stop working with the next call. There is no way back: connect it anew.
    Revoke {
        /// The system's id.
        client: uuid::Uuid,
    },
}

/// A system to connect.
#[derive(Debug, Args)]
pub struct Create {
    /// The id of the organisation that it works for. It reaches nothing of any other.
    #[arg(long)]
    pub organisation: uuid::Uuid,
    /// What people call it.
    #[arg(long)]
    pub name: String,
    /// What it is for.
    #[arg(long, value_parser = PossibleValuesParser::new(Purpose::ALL.iter().map(|one| one.code())))]
    pub purpose: String,
    /// What it may do; repeat it for more.
    #[arg(long = "scope", required = true, value_parser = PossibleValuesParser::new(Scope::ALL.iter().map(|one| one.code())))]
    pub scopes: Vec<String>,
    /// How it proves itself.
    #[command(flatten)]
    pub proof: Proof,
}

/// How a system proves itself.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct Proof {
    /// The file of its public key (PEM): Ed25519, P-256, or RSA of 2048 to 8192 bits. It signs assertions with the
    /// other half, which is nobody else's: a file that holds it is refused.
    #[arg(long)]
    pub public_key: Option<PathBuf>,
    /// Make a secret, and print it once. For trials: a key cannot be copied out of a log.
    #[arg(long)]
    pub secret: bool,
}

impl Proof {
    /// The credential to keep, and the secret to print.
    fn credential(&self) -> Result<(Credential, Option<String>), Failure> {
        let Some(file) = &self.public_key else {
            let secret = fresh_token();
            return Ok((Credential::Secret(of_secret(&secret)), Some(secret)));
        };
        let pem = std::fs::read_to_string(file).map_err(|fault| Failure::at(1, file.display(), &fault))?;
        let key = PublicKey::read(&pem).map_err(|fault| Failure::at(2, file.display(), &fault))?;
        Ok((Credential::PublicKey(key.pem()), None))
    }
}

/// Runs `naast client`.
pub fn run(place: &Place, what: Client) -> Result<(), Failure> {
    let platform = place.existing_platform()?;
    match what {
        Client::List => list(&platform),
        Client::Create(create) => {
            let (client, secret) = connect(&platform, &create)?;
            // told before it is anchored: it is done, and the secret is nowhere else
            say(&format!("client {client}"));
            tell(secret);
            place.anchor(&platform)
        }
        Client::Rotate { client, proof, overlap_hours } => {
            let secret = rotate(&platform, client, &proof, overlap_hours)?;
            say(&said(
                format!("client {client}: de nieuwe geldt nu, wat er was nog {overlap_hours} uur"),
                format!(
                    "client {client}: the new one is good now, what there was for {overlap_hours} hours more"
                ),
            ));
            tell(secret);
            place.anchor(&platform)
        }
        Client::Revoke { client } => {
            revoke(&platform, client)?;
            say(&said(
                format!("systeem {client} is buitengesloten; de tokens die het heeft gelden niet meer"),
                format!("system {client} is shut out; the tokens that it has are good for nothing"),
            ));
            place.anchor(&platform)
        }
    }
}

/// Prints every system that was connected, each on lines of its own.
fn list(platform: &Platform) -> Result<(), Failure> {
    let (now, today) = (platform.clock.now(), platform.clock.today());
    let grant = granted(&operator(fresh(), fresh(), today))?;
    let all = platform.store.read(|db| clients::all(db, &grant, &platform.keys, now))?;
    for clients::Connected { client, name, organisation, proofs } in all {
        let id = client.id;
        say(&if client.active {
            format!("client {id}")
        } else {
            said(format!("client {id} (buitengesloten)"), format!("client {id} (shut out)"))
        });
        let scopes: Vec<&str> = client.scopes.iter().map(Scope::code).collect();
        let (name, works_for) = (name.unwrap_or_default(), client.organisation);
        say(&format!("  {name}: {organisation} ({works_for})"));
        say(&format!("  {}: {}", client.purpose.code(), scopes.join(" ")));
        for (is_key, until) in proofs.into_iter().filter(|_| client.active) {
            let what = if is_key { said("openbare sleutel", "public key") } else { said("geheim", "secret") };
            let until = until.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
            say(&match until {
                Some(until) => said(format!("  {what} tot {until}"), format!("  {what} until {until}")),
                None => format!("  {what}"),
            });
        }
    }
    Ok(())
}

/// Gives a system a new credential, and gives back the secret when it is one. Those before stay good for so many hours.
pub fn rotate(
    platform: &Platform,
    client: uuid::Uuid,
    proof: &Proof,
    overlap_hours: i64,
) -> Result<Option<String>, Failure> {
    let (credential, secret) = proof.credential()?;
    let (now, id) = (platform.clock.now(), fresh());
    let until = now + TimeDelta::hours(overlap_hours);
    change(platform, client, "client.key-changed", move |tx, grant, client| {
        clients::add_credential(tx, grant, client, id, &credential, (now, until))
    })?;
    Ok(secret)
}

/// Shuts a system out.
pub fn revoke(platform: &Platform, client: uuid::Uuid) -> Result<(), Failure> {
    let now = platform.clock.now();
    change(platform, client, "client.revoked", move |tx, grant, client| {
        clients::revoke(tx, grant, client, now)
    })
}

fn tell(secret: Option<String>) {
    if let Some(secret) = secret {
        say(&format!("secret {secret}"));
    }
}

/// Connects a system, and gives back its secret when it has one.
pub fn connect(platform: &Platform, create: &Create) -> Result<(ClientId, Option<String>), Failure> {
    let (credential, secret) = create.proof.credential()?;
    let scopes: CodeSet<Scope> = create.scopes.iter().filter_map(|code| Scope::parse(code).ok()).collect();
    let purpose = Purpose::parse(&create.purpose)?;
    let organisation = OrganisationId::from_uuid(create.organisation);
    let kind = platform
        .store
        .read(|db| organisations::find(db, organisation))?
        .ok_or_else(|| {
            Failure::new(
                2,
                said("er is geen organisatie met dit id", "there is no organisation with this id"),
            )
        })?
        .kind;
    check_client(scopes, purpose, kind).map_err(|fault| Failure::of(2, &fault))?;
    let client = clients::Client { id: fresh(), organisation, purpose, scopes, active: true };
    let (id, key, name, now) = (client.id, fresh(), create.name.clone(), platform.clock.now());
    let (keys, today) = (platform.keys.clone(), platform.clock.today());
    platform.store.write(move |tx| {
        let grant = granted(&operator(client.id.into(), organisation, today))?;
        clients::insert(tx, &grant, &keys, &client, &name, now)?;
        clients::add_credential(tx, &grant, client.id, key, &credential, (now, now))?;
        let entry =
            unsigned_entry(Chain::PLATFORM, "system", Purpose::Administration, "client.connected", now);
        Ok::<_, Error>(tx.keep([entry.on(client.id)], ())?)
    })?;
    Ok((id, secret))
}

/// Changes a system that is connected.
fn change(
    platform: &Platform,
    client: uuid::Uuid,
    act: &'static str,
    work: impl Fn(
        &mut Transaction<'_, '_>,
        &Grant<ManageClients>,
        ClientId,
    ) -> Result<(), naast_persistence::Error>
    + Send
    + 'static,
) -> Result<(), Failure> {
    let (client, now) = (ClientId::from_uuid(client), platform.clock.now());
    let today = platform.clock.today();
    let found = platform.store.write(move |tx| {
        let Some(known) = clients::find(tx, client)?.filter(|one| one.active) else {
            return Ok::<_, Error>(Kept::unchanged(false));
        };
        work(tx, &granted(&operator(client.into(), known.organisation, today))?, client)?;
        let entry = unsigned_entry(Chain::PLATFORM, "system", Purpose::Administration, act, now);
        Ok(tx.keep([entry.on(client)], true)?)
    })?;
    found
        .then_some(())
        .ok_or_else(|| Failure::new(2, said("zo'n client is er niet", "no such client is connected")))
}
