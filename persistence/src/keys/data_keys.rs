//! Data keys: one for each owner, wrapped by the master key in use when it was made.

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::Moment;
use uuid::Uuid;

use super::envelope::{self, Place, Secret};
use super::masters::Masters;
use super::ring::{Master, Ring};
use super::{Keys, Owner, damaged};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::schema::{data_keys, master_keys};
use crate::transaction::Transaction;
use crate::{Error, OpenError, on_either};

/// What is sealed under a master key to recognise it by.
const TOKEN: &[u8] = b"naast";

fn token_place() -> Place {
    Place { table: "master_keys", column: "token", row: Uuid::nil() }
}

pub(super) fn wrapped_place(id: Uuid) -> Place {
    Place { table: "data_keys", column: "wrapped", row: id }
}

/// A master key that this database is bound to.
pub(super) struct Bound {
    pub(super) id: String,
    token: Vec<u8>,
}

/// The master keys that this database is bound to.
pub(super) fn masters(database: &mut Database<'_>) -> Result<Vec<Bound>, OpenError> {
    let rows: Result<Vec<(String, Vec<u8>)>, _> = on_either!(database, |c| master_keys::table
        .order(master_keys::bound_at)
        .select((master_keys::id, master_keys::token))
        .load(c));
    let rows = rows.map_err(|fault| OpenError::Storage(fault.into()))?;
    Ok(rows.into_iter().map(|(id, token)| Bound { id, token }).collect())
}

/// The same, of a database that may be older than its keys, or empty.
pub(super) fn masters_if_any(database: &mut Database<'_>) -> Result<Vec<Bound>, OpenError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        number: i64,
    }
    let question = if database.is_postgres() {
        "SELECT count(*) AS number FROM pg_tables WHERE tablename = 'master_keys' AND schemaname = current_schema()"
    } else {
        "SELECT count(*) AS number FROM sqlite_master WHERE type = 'table' AND name = 'master_keys'"
    };
    let found: Result<Found, _> = on_either!(&mut *database, |c| diesel::sql_query(question).get_result(c));
    let found = found.map_err(|fault| OpenError::Storage(fault.into()))?;
    if found.number == 0 { Ok(Vec::new()) } else { masters(database) }
}

/// The ids of the master keys that still wrap a data key.
pub(super) fn wrapping(database: &mut Database<'_>) -> Result<Vec<String>, OpenError> {
    let ids = on_either!(database, |c| data_keys::table
        .filter(data_keys::wrapped.is_not_null())
        .select(data_keys::master_id)
        .distinct()
        .load(c));
    ids.map_err(|fault: diesel::result::Error| OpenError::Storage(fault.into()))
}

/// The newest key of the ring that this database is bound to. It is proven to be the very same key, as is every key that
/// still wraps something: with one of those missing, what it wraps would be unreadable one call at a time.
pub(super) fn prove(ring: &Ring, known: &[Bound], wrapping: &[String]) -> Result<String, OpenError> {
    let held = known.iter().rev().find(|bound| ring.find(&bound.id).is_some());
    let newest = held.ok_or_else(|| OpenError::OtherKeys(ring.newest().id.clone()))?;
    for bound in known.iter().filter(|bound| bound.id == newest.id || wrapping.contains(&bound.id)) {
        let is_the_same = ring.find(&bound.id).is_some_and(|master| {
            envelope::open(&master.secret, token_place(), &bound.token).as_deref() == Ok(TOKEN)
        });
        if !is_the_same {
            return Err(OpenError::OtherKeys(bound.id.clone()));
        }
    }
    Ok(newest.id.clone())
}

/// Binds the database to a master key, which is in use from then on, whatever the clock says of the one before.
pub(super) fn bind(tx: &mut Transaction<'_, '_>, master: &Master, now: Moment) -> Result<(), Error> {
    let last: Option<At> = on_either!(&mut **tx, |c| master_keys::table
        .order(master_keys::bound_at.desc())
        .select(master_keys::bound_at)
        .first(c)
        .optional())?;
    let now = last.map_or(now, |At(last)| now.max(last + chrono::TimeDelta::microseconds(1)));
    let row = (
        master_keys::id.eq(&master.id),
        master_keys::token.eq(envelope::seal((Uuid::nil(), &master.secret), token_place(), TOKEN)),
        master_keys::bound_at.eq(At(now)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(master_keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// The id of the master key that the database was last bound to.
pub(super) fn in_use_now(database: &mut Database<'_>) -> Result<String, Error> {
    Ok(on_either!(database, |c| master_keys::table
        .order(master_keys::bound_at.desc())
        .select(master_keys::id)
        .first(c))?)
}

/// How many data keys this master key still wraps.
pub(super) fn wrapped_by(database: &mut Database<'_>, master: &str) -> Result<i64, Error> {
    Ok(on_either!(database, |c| data_keys::table
        .filter(data_keys::master_id.eq(master))
        .filter(data_keys::wrapped.is_not_null())
        .count()
        .get_result(c))?)
}

pub(super) type Row = (Key, String, Option<Vec<u8>>);

pub(super) fn unwrap(masters: &Masters, (id, master, wrapped): Row) -> Result<Option<(Uuid, Secret)>, Error> {
    let Some(wrapped) = wrapped else { return Ok(None) };
    let place = wrapped_place(id.0);
    let master = masters.find(&master).ok_or(Error::NoMaster(master))?;
    let bytes = envelope::open(&master.secret, place, &wrapped).map_err(|_| damaged(place))?;
    Secret::of(&bytes).map(|secret| Some((id.0, secret))).ok_or_else(|| damaged(place))
}

/// Whether there is or was a data key of this id.
pub(super) fn is_known(database: &mut Database<'_>, id: Uuid) -> Result<bool, Error> {
    let count: i64 =
        on_either!(database, |c| data_keys::table.filter(data_keys::id.eq(Key(id))).count().get_result(c))?;
    Ok(count == 1)
}

/// The key in use of an owner, made when there is none.
pub(super) fn of(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    owner: Owner,
    now: Moment,
) -> Result<(Uuid, Secret), Error> {
    of_parts(tx, keys, owner.parts(), now)
}

/// The same, for an owner as the table knows it.
pub(super) fn of_parts(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    owner: (&str, Uuid),
    now: Moment,
) -> Result<(Uuid, Secret), Error> {
    if let Some(key) = in_use(tx, &keys.masters, owner)? {
        return Ok(key);
    }
    let master = keys.master_in_use(tx)?;
    insert(tx, &master, owner, &Secret::fresh(), now)?;
    // another transaction may have made it first: whichever is there counts
    in_use(tx, &keys.masters, owner)?.ok_or(Error::Lost)
}

/// The key in use of an owner as the table knows it, when there is one.
pub(super) fn in_use(
    database: &mut Database<'_>,
    masters: &Masters,
    (kind, owner_id): (&str, Uuid),
) -> Result<Option<(Uuid, Secret)>, Error> {
    let active = data_keys::table
        .filter(data_keys::owner_kind.eq(kind))
        .filter(data_keys::owner_id.eq(Key(owner_id)))
        .filter(data_keys::state.eq("active"))
        .select((data_keys::id, data_keys::master_id, data_keys::wrapped));
    // held until what is sealed with it is committed: nobody retires or destroys the key in between
    let found: Option<Row> = match database {
        Database::Sqlite(c) => active.first(*c).optional(),
        Database::Postgres(c) => active.for_share().first(*c).optional(),
    }?;
    let Some(row) = found else { return Ok(None) };
    unwrap(masters, row)?.ok_or(damaged(wrapped_place(owner_id))).map(Some)
}

/// Keeps a key for an owner, unless one is in use.
pub(super) fn insert(
    tx: &mut Transaction<'_, '_>,
    master: &Master,
    (kind, owner_id): (&str, Uuid),
    secret: &Secret,
    now: Moment,
) -> Result<(), Error> {
    let id = fresh_id();
    let row = (
        data_keys::id.eq(Key(id)),
        data_keys::owner_kind.eq(kind),
        data_keys::owner_id.eq(Key(owner_id)),
        data_keys::master_id.eq(&master.id),
        data_keys::wrapped.eq(Some(envelope::seal((id, &master.secret), wrapped_place(id), secret.bytes()))),
        data_keys::state.eq("active"),
        data_keys::created_at.eq(At(now)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(data_keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// The id of a data key names nothing outside, and a caller has no say in it.
#[expect(clippy::disallowed_methods, reason = "like a nonce: never a caller's to choose")]
fn fresh_id() -> Uuid {
    Uuid::new_v4()
}

/// Data keys by their ids; those that were destroyed are not among them.
pub(super) fn find(
    database: &mut Database<'_>,
    masters: &Masters,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Secret>, Error> {
    let mut keys: Vec<Key> = ids.iter().copied().map(Key).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut secrets = HashMap::with_capacity(keys.len());
    // SQLite takes 32,766 parameters in one statement
    for keys in keys.chunks(10_000) {
        let rows: Vec<Row> = on_either!(&mut *database, |c| data_keys::table
            .filter(data_keys::id.eq_any(keys))
            .select((data_keys::id, data_keys::master_id, data_keys::wrapped))
            .load(c))?;
        for row in rows {
            secrets.extend(unwrap(masters, row)?);
        }
    }
    Ok(secrets)
}

/// Destroys every key of an owner. Says how many that were.
pub(crate) fn destroy(tx: &mut Transaction<'_, '_>, owner: Owner, now: Moment) -> Result<usize, Error> {
    let (kind, owner_id) = owner.parts();
    let mut destroyed = 0;
    loop {
        let update = diesel::update(
            data_keys::table
                .filter(data_keys::owner_kind.eq(kind))
                .filter(data_keys::owner_id.eq(Key(owner_id)))
                .filter(data_keys::state.ne("destroyed")),
        )
        .set((
            data_keys::wrapped.eq(None::<Vec<u8>>),
            data_keys::state.eq("destroyed"),
            data_keys::destroyed_at.eq(Some(At(now))),
        ));
        match on_either!(&mut **tx, |c| update.execute(c))? {
            0 => return Ok(destroyed),
            // whoever sealed anew under a fresh key was waited for, and this question began before that one was there
            some => destroyed += some,
        }
    }
}

/// Takes away every key of an owner, of whom nothing is left: in a database that nobody uses yet.
pub(crate) fn discard(database: &mut Database<'_>, owner: Owner) -> Result<(), Error> {
    let (kind, owner_id) = owner.parts();
    let delete = diesel::delete(
        data_keys::table.filter(data_keys::owner_kind.eq(kind)).filter(data_keys::owner_id.eq(Key(owner_id))),
    );
    on_either!(database, |c| delete.execute(c))?;
    Ok(())
}

/// Takes away the rows of an owner's keys that were destroyed, once nothing is left that they sealed.
pub(crate) fn forget(tx: &mut Transaction<'_, '_>, owner: Owner) -> Result<(), Error> {
    let (kind, owner_id) = owner.parts();
    let delete = diesel::delete(
        data_keys::table
            .filter(data_keys::owner_kind.eq(kind))
            .filter(data_keys::owner_id.eq(Key(owner_id)))
            .filter(data_keys::state.eq("destroyed")),
    );
    on_either!(&mut **tx, |c| delete.execute(c))?;
    Ok(())
}
