//! Connected systems, their keys and secrets.

use diesel::prelude::*;
use naast_domain::access::{Grant, ManageClients, Power, Principal, Upkeep};
use naast_domain::code::CodeSet;
use naast_domain::directory::{BoardNumber, LocationCode};
use naast_domain::identity::Scope;
use naast_domain::ids::{ClientId, OrganisationId};
use naast_domain::journal::Purpose;
use naast_domain::organisations::OrganisationKind;
use naast_domain::{Date, Moment};
use uuid::Uuid;

use super::Fingerprint;
use crate::columns::{At, Key};
use crate::database::Database;
use crate::keys::Keys;
use crate::organisations::{Person, keep_person, name_of};
use crate::privacy::tombstones;
use crate::rows::{code, identifier, one};
use crate::schema::{client_credentials, clients, organisations, programmes};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// A connected system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// The one organisation that it works for.
    pub organisation: OrganisationId,
    /// What it is for.
    pub purpose: Purpose,
    /// What it may ask for at most.
    pub scopes: CodeSet<Scope>,
    /// Whether it is let in.
    pub active: bool,
}

/// How a system proves itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// By a secret with this fingerprint.
    Secret(Fingerprint),
    /// By signing with the private half of this key (PEM).
    PublicKey(String),
}

/// Connects a system, which stands among people with the same id.
pub fn insert(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<ManageClients>,
    keys: &Keys,
    client: &Client,
    name: &str,
    now: Moment,
) -> Result<(), Error> {
    keep_person(tx, keys, &Person { id: client.id.into(), name: name.to_owned() }, now)?;
    let row = (
        clients::id.eq(Key::from(client.id)),
        clients::organisation_id.eq(Key::from(client.organisation)),
        clients::purpose.eq(client.purpose.to_string()),
        clients::scopes.eq(client.scopes.bits()),
        clients::status.eq(status(client.active)),
        clients::created_at.eq(At(now)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(clients::table).values(row).execute(c))?;
    Ok(())
}

/// How the rows say whether a system is let in.
pub(crate) fn status(active: bool) -> &'static str {
    if active { "active" } else { "revoked" }
}

/// Gives a system a credential. Those that it has stop being good at `others_until`; when that is now, they are forgotten, and the tokens that
/// were got with them are good for nothing.
pub fn add_credential(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<ManageClients>,
    client: ClientId,
    id: Uuid,
    credential: &Credential,
    (now, others_until): (Moment, Moment),
) -> Result<(), Error> {
    let lasting =
        client_credentials::table.filter(client_credentials::client_id.eq(Key::from(client))).filter(
            client_credentials::expires_at.is_null().or(client_credentials::expires_at.gt(At(others_until))),
        );
    let update = diesel::update(lasting).set(client_credentials::expires_at.eq(Some(At(others_until))));
    on_either!(&mut **tx, |c| update.execute(c))?;
    if others_until <= now {
        let over = client_credentials::table
            .filter(client_credentials::client_id.eq(Key::from(client)))
            .filter(client_credentials::expires_at.le(At(now)));
        on_either!(&mut **tx, |c| diesel::delete(over).execute(c))?;
    }
    let (secret, key) = match credential {
        Credential::Secret(fingerprint) => (Some(&fingerprint[..]), None),
        Credential::PublicKey(pem) => (None, Some(pem)),
    };
    let row = (
        client_credentials::id.eq(Key(id)),
        client_credentials::client_id.eq(Key::from(client)),
        client_credentials::secret_hash.eq(secret),
        client_credentials::public_key.eq(key),
        client_credentials::created_at.eq(At(now)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(client_credentials::table).values(row).execute(c))?;
    Ok(())
}

/// Shuts a system out. Its tokens die with the next call, and a tombstone keeps a backup from letting it in again.
pub fn revoke(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<ManageClients>,
    client: ClientId,
    now: Moment,
) -> Result<(), Error> {
    tombstones::lay_of_entry(tx, tombstones::Kind::Client, client.uuid(), now)?;
    shut_out(tx, client)
}

/// Shuts a system out once more, which a restored backup let in.
pub fn revoke_again(tx: &mut Transaction<'_, '_>, _leave: &Upkeep, client: ClientId) -> Result<(), Error> {
    shut_out(tx, client)
}

fn shut_out(tx: &mut Transaction<'_, '_>, client: ClientId) -> Result<(), Error> {
    let update =
        diesel::update(clients::table.find(Key::from(client))).set(clients::status.eq(status(false)));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// A system that is known, let in or not.
pub fn find(database: &mut Database<'_>, id: ClientId) -> Result<Option<Client>, Error> {
    type Row = (Key, String, i64, String);
    let row: Option<Row> = on_either!(database, |c| clients::table
        .find(Key::from(id))
        .select((clients::organisation_id, clients::purpose, clients::scopes, clients::status))
        .first(c)
        .optional())?;
    row.map(|(organisation, purpose, scopes, state)| {
        Ok(Client {
            id,
            organisation: organisation.into(),
            purpose: code("clients", "purpose", &purpose)?,
            scopes: CodeSet::from_bits(scopes),
            active: state == status(true),
        })
    })
    .transpose()
}

/// A connected system as an administrator looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// The system.
    pub client: Client,
    /// What people call it.
    pub name: Option<String>,
    /// The name of the organisation that it works for.
    pub organisation: String,
    /// By what it proves itself at this moment, the newest first: a public key or else a secret, and until when.
    pub proofs: Vec<(bool, Option<Moment>)>,
}

/// Every system that was ever connected, the oldest first.
pub fn all(
    database: &mut Database<'_>,
    _grant: &Grant<ManageClients>,
    keys: &Keys,
    now: Moment,
) -> Result<Vec<Connected>, Error> {
    type Row = (Key, Key, String, i64, String, String);
    let rows: Vec<Row> = on_either!(&mut *database, |c| clients::table
        .inner_join(organisations::table.on(organisations::id.eq(clients::organisation_id)))
        .order((clients::created_at, clients::id))
        .select((
            clients::id,
            clients::organisation_id,
            clients::purpose,
            clients::scopes,
            clients::status,
            organisations::name,
        ))
        .load(c))?;
    let mut found = Vec::with_capacity(rows.len());
    for (id, works_for, purpose, scopes, state, organisation) in rows {
        let proofs: Vec<(bool, Option<At>)> = on_either!(&mut *database, |c| client_credentials::table
            .filter(client_credentials::client_id.eq(id))
            .filter(client_credentials::expires_at.is_null().or(client_credentials::expires_at.gt(At(now))))
            .order(client_credentials::created_at.desc())
            .select((client_credentials::public_key.is_not_null(), client_credentials::expires_at))
            .load(c))?;
        let client = Client {
            id: id.into(),
            organisation: works_for.into(),
            purpose: code("clients", "purpose", &purpose)?,
            scopes: CodeSet::from_bits(scopes),
            active: state == status(true),
        };
        let name = name_of(database, keys, client.id.into())?;
        let proofs = proofs.into_iter().map(|(key, until)| (key, until.map(|at| at.0))).collect();
        found.push(Connected { client, name, organisation, proofs });
    }
    Ok(found)
}

/// The credentials of a system that are good at this moment.
pub fn credentials(
    database: &mut Database<'_>,
    client: ClientId,
    now: Moment,
) -> Result<Vec<(Uuid, Credential)>, Error> {
    type Row = (Key, Option<Vec<u8>>, Option<String>);
    let rows: Vec<Row> = on_either!(database, |c| client_credentials::table
        .filter(client_credentials::client_id.eq(Key::from(client)))
        .filter(client_credentials::expires_at.is_null().or(client_credentials::expires_at.gt(At(now))))
        .order(client_credentials::created_at.desc())
        .select((client_credentials::id, client_credentials::secret_hash, client_credentials::public_key))
        .load(c))?;
    rows.into_iter()
        .map(|row| match row {
            (id, Some(fingerprint), None) => fingerprint
                .try_into()
                .map(|fingerprint| (id.0, Credential::Secret(fingerprint)))
                .map_err(|_| Error::Corrupt { table: "client_credentials", column: "secret_hash" }),
            (id, None, Some(pem)) => Ok((id.0, Credential::PublicKey(pem))),
            _ => Err(Error::Corrupt { table: "client_credentials", column: "public_key" }),
        })
        .collect()
}

/// What a system may be at this moment: by each scope of its token that it still has, the role of that scope, in its own
/// organisation and the programmes that this runs. `None` when it is shut out, when the credential that its token was got with was taken away, or when it
/// has none of these scopes any more.
pub fn principal(
    database: &mut Database<'_>,
    client: ClientId,
    credential: Uuid,
    asked: CodeSet<Scope>,
    today: Date,
) -> Result<Option<Principal>, Error> {
    const T: &str = "organisations";
    type Row = (Key, i64, String, Option<String>, Option<String>, Option<Key>);
    let rows: Vec<Row> = on_either!(database, |c| clients::table
        .inner_join(organisations::table.on(organisations::id.eq(clients::organisation_id)))
        .inner_join(client_credentials::table.on(client_credentials::client_id.eq(clients::id)))
        .left_join(programmes::table.on(programmes::organisation_id.eq(organisations::id)))
        .filter(clients::id.eq(Key::from(client)))
        .filter(clients::status.eq(status(true)))
        .filter(client_credentials::id.eq(Key(credential)))
        .select((
            organisations::id,
            clients::scopes,
            organisations::kind,
            organisations::location_code,
            organisations::board_number,
            programmes::id.nullable(),
        ))
        .load(c))?;
    let mut powers = Vec::new();
    for (organisation, scopes, kind, school, board, programme) in rows {
        let kind: OrganisationKind = code(T, "kind", &kind)?;
        let school =
            school.map(|text| identifier(T, "location_code", LocationCode::parse(&text))).transpose()?;
        let board = board.map(|text| identifier(T, "board_number", BoardNumber::parse(&text))).transpose()?;
        let held = asked.common(CodeSet::from_bits(scopes));
        powers.extend(held.iter().filter(|scope| scope.holders().contains(&kind)).map(|scope| Power {
            role: scope.role(),
            organisation: organisation.into(),
            programme: programme.map(Into::into),
            school: school.clone(),
            board: board.clone(),
        }));
    }
    Ok((!powers.is_empty()).then(|| Principal { person: client.into(), powers, today }))
}
