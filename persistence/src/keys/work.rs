//! What an administrator does with keys: wrap every data key with a newer master key, seal every value under fresh data
//! keys, and check that everything opens. All of it goes in batches of their own transaction and can be cut short at any
//! moment: the next run does the rest.

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use naast_domain::Moment;
use uuid::Uuid;

use super::columns::{Column, sealed};
use super::data_keys::{self, bind, masters, unwrap, wrapped_place};
use super::envelope::{self, Place, Secret};
use super::{Keys, Sealed, damaged, index};
use crate::columns::{Id, Key};
use crate::database::Database;
use crate::schema::{columns_to_seal, data_keys as table};
use crate::transaction::Transaction;
use crate::{Error, Kept, OpenError, Store, locks, on_either};

/// How many rows share a transaction.
const BATCH: i64 = 500;

/// What a rotation or a re-encryption did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Data keys that were wrapped anew.
    pub keys: u64,
    /// Values that were sealed anew.
    pub values: u64,
}

/// Whether a master key may be taken out of the key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retirable {
    /// Nothing needs it.
    Yes,
    /// It wraps what is new.
    InUse,
    /// It still wraps so many data keys.
    StillWraps(u64),
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Values that open.
    pub values: u64,
    /// Values whose key was destroyed: erased.
    pub erased: u64,
    /// Values that do not open, by table and column.
    pub damaged: BTreeMap<String, u64>,
    /// Whether the key by which values are found is the one that this process finds by.
    pub index: bool,
    /// Data keys by the master key that wraps them.
    pub wrapped_by: BTreeMap<String, u64>,
}

impl Keys {
    /// Binds the database to the newest master key of the ring and wraps every data key with it. A server that runs wraps with it
    /// from then on; one that does not know it yet reads it from its file, so it must be there before.
    pub fn rotate(&self, store: &Store, now: Moment) -> Result<Rotated, OpenError> {
        let newest = self.masters.ring().newest().clone();
        if store.read(masters)?.iter().all(|bound| bound.id != newest.id) {
            let master = newest.clone();
            store.write::<_, OpenError>(move |tx| {
                // whoever makes a data key at this moment is waited for: what she wrapped with the key before is found below
                locks::lock_masters_to_bind(tx)?;
                bind(tx, &master, now)?;
                Ok(Kept::unchanged(()))
            })?;
        }
        let mut done = Rotated::default();
        loop {
            let (masters, master) = (Arc::clone(&self.masters), newest.clone());
            let count = store.write::<_, Error>(move |tx| {
                let rows: Vec<data_keys::Row> = on_either!(&mut **tx, |c| table::table
                    .filter(table::master_id.ne(&master.id))
                    .filter(table::wrapped.is_not_null())
                    .limit(BATCH)
                    .select((table::id, table::master_id, table::wrapped))
                    .load(c))?;
                let count = rows.len();
                for row in rows {
                    let Some((id, secret)) = unwrap(&masters, row)? else { continue };
                    let wrapped = envelope::seal((id, &master.secret), wrapped_place(id), secret.bytes());
                    let update = diesel::update(table::table.find(Key(id)))
                        .set((table::wrapped.eq(Some(wrapped)), table::master_id.eq(&master.id)));
                    on_either!(&mut **tx, |c| update.execute(c))?;
                }
                Ok(Kept::unchanged(count))
            })?;
            done.keys += count as u64;
            if count == 0 {
                return Ok(done);
            }
        }
    }

    /// Whether a master key may go: it is not the one in use, and nothing is wrapped with it any more. After this nothing can be: a data
    /// key is wrapped with what the database was last bound to.
    pub fn may_retire(&self, store: &Store, master: &str) -> Result<Retirable, OpenError> {
        store.read(|database| {
            if data_keys::in_use_now(database)? == master {
                return Ok(Retirable::InUse);
            }
            let wrapped = data_keys::wrapped_by(database, master)?.unsigned_abs();
            Ok(if wrapped > 0 { Retirable::StillWraps(wrapped) } else { Retirable::Yes })
        })
    }

    /// Seals every value under a fresh data key of its owner, and destroys the keys that then seal nothing any more.
    pub fn reencrypt(&self, store: &Store, now: Moment) -> Result<Rotated, OpenError> {
        store.write::<_, Error>(move |tx| {
            let half_way: i64 = on_either!(&mut **tx, |c| table::table
                .filter(table::state.eq("retiring"))
                .count()
                .get_result(c))?;
            if half_way > 0 {
                // an earlier run was cut short: this one does the rest of it
                return Ok(Kept::unchanged(()));
            }
            // the index key seals nothing, and a fingerprint cannot be made anew
            let of_values = table::owner_kind.ne(index::OWNER.0).or(table::owner_id.ne(Key(index::OWNER.1)));
            let update = diesel::update(
                table::table
                    .filter(table::state.eq("active").and(table::created_at.lt(crate::columns::At(now))))
                    .filter(of_values),
            )
            .set(table::state.eq("retiring"));
            on_either!(&mut **tx, |c| update.execute(c))?;
            Ok(Kept::unchanged(()))
        })?;
        let mut done = Rotated::default();
        for column in sealed() {
            let mut after = Uuid::nil();
            loop {
                let keys = self.clone();
                let (last, count) = store
                    .write::<_, Error>(move |tx| keys.reseal(tx, column, after, now).map(Kept::unchanged))?;
                done.values += count;
                match last {
                    Some(last) => after = last,
                    None => break,
                }
            }
        }
        done.keys = store.write::<_, Error>(move |tx| {
            let update = diesel::update(table::table.filter(table::state.eq("retiring"))).set((
                table::wrapped.eq(None::<Vec<u8>>),
                table::state.eq("destroyed"),
                table::destroyed_at.eq(Some(crate::columns::At(now))),
            ));
            Ok(Kept::unchanged(on_either!(&mut **tx, |c| update.execute(c))? as u64))
        })?;
        Ok(done)
    }

    /// Seals what a database held before it had keys.
    pub(super) fn seal_existing(&self, tx: &mut Transaction<'_, '_>, now: Moment) -> Result<(), Error> {
        on_either!(&mut **tx, |c| diesel::delete(columns_to_seal::table).execute(c))?;
        for column in sealed() {
            self.seal_column(tx, column, now)?;
        }
        Ok(())
    }

    /// Seals the columns that a migration left to be sealed. Of several that start at once, one does it.
    pub(super) fn seal_waiting(&self, store: &Store, now: Moment) -> Result<(), OpenError> {
        let waiting: i64 = store.read::<_, Error>(|database| {
            Ok(on_either!(database, |c| columns_to_seal::table.count().get_result(c))?)
        })?;
        if waiting == 0 {
            return Ok(());
        }
        let keys = self.clone();
        store.write::<_, OpenError>(move |tx| {
            for column in sealed() {
                let mark = diesel::delete(columns_to_seal::table.find((column.table, column.column)));
                // whoever takes the mark away does the work; another waits for her here and then finds no mark
                if on_either!(&mut **tx, |c| mark.execute(c)).map_err(Error::from)? == 1 {
                    keys.seal_column(tx, column, now)?;
                }
            }
            Ok(Kept::bookkeeping(()))
        })?;
        // what was clear a moment ago still stands in the log of the database
        Ok(store.tidy()?)
    }

    fn seal_column(&self, tx: &mut Transaction<'_, '_>, column: Column, now: Moment) -> Result<(), Error> {
        let mut after = Uuid::nil();
        loop {
            let rows = batch(tx, column, after)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.id.0;
            for row in &rows {
                let place = Place { table: column.table, column: column.column, row: row.id.0 };
                let key = data_keys::of_parts(tx, self, (column.owner.parts().0, row.owner.0), now)?;
                let sealed = envelope::seal((key.0, &key.1), place, row.value.as_bytes());
                write(tx, column, row.id, &Sealed::of(&sealed))?;
            }
        }
    }

    /// Seals a batch of a column anew, where its key is retiring. Gives back the last row that was looked at.
    fn reseal(
        &self,
        tx: &mut Transaction<'_, '_>,
        column: Column,
        after: Uuid,
        now: Moment,
    ) -> Result<(Option<Uuid>, u64), Error> {
        let rows = batch(tx, column, after)?;
        let Some(last) = rows.last().map(|row| row.id.0) else { return Ok((None, 0)) };
        let mut count = 0;
        for row in rows {
            let place = Place { table: column.table, column: column.column, row: row.id.0 };
            let sealed = Sealed(row.value).envelope().map_err(|_| damaged(place))?;
            let id = envelope::key_of(&sealed).map_err(|_| damaged(place))?;
            let found: Option<(String, Key, String)> = on_either!(&mut **tx, |c| table::table
                .find(Key(id))
                .select((table::owner_kind, table::owner_id, table::state))
                .first(c)
                .optional())?;
            let Some((kind, owner, _)) = found.filter(|(_, _, state)| state == "retiring") else { continue };
            let old = data_keys::find(tx, &self.masters, &[id])?;
            let value = envelope::open(&old[&id], place, &sealed).map_err(|_| damaged(place))?;
            let fresh = data_keys::of_parts(tx, self, (&kind, owner.0), now)?;
            write(tx, column, row.id, &Sealed::of(&envelope::seal((fresh.0, &fresh.1), place, &value)))?;
            count += 1;
        }
        Ok((Some(last), count))
    }

    /// Opens every sealed value there is, and the index key.
    pub fn check(&self, store: &Store) -> Result<Checked, OpenError> {
        store.read(|database| {
            let index = self.index.is_kept(database, &self.masters)?;
            let mut seen = Checked { index, ..Checked::default() };
            let masters: Vec<(String, i64)> = on_either!(&mut *database, |c| table::table
                .filter(table::wrapped.is_not_null())
                .group_by(table::master_id)
                .select((table::master_id, diesel::dsl::count_star()))
                .load(c))
            .map_err(Error::from)?;
            seen.wrapped_by = masters.into_iter().map(|(id, count)| (id, count.unsigned_abs())).collect();
            for column in sealed() {
                let mut after = Uuid::nil();
                loop {
                    let rows = batch(database, column, after)?;
                    let Some(last) = rows.last() else { break };
                    after = last.id.0;
                    for row in &rows {
                        self.check_one(database, column, row, &mut seen)?;
                    }
                }
            }
            Ok(seen)
        })
    }

    fn check_one(
        &self,
        database: &mut Database<'_>,
        column: Column,
        row: &SealedRow,
        seen: &mut Checked,
    ) -> Result<(), Error> {
        let place = Place { table: column.table, column: column.column, row: row.id.0 };
        let envelope = Sealed(row.value.clone()).envelope();
        let named = envelope.and_then(|envelope| envelope::key_of(&envelope).map(|id| (id, envelope)));
        let opens = named.map_err(|_| damaged(place)).and_then(|(id, envelope)| {
            match data_keys::find(database, &self.masters, &[id])?.get(&id) {
                Some(secret) => open(secret, place, &envelope).map(|()| true),
                // a key that was destroyed is known; one that never was is damage
                None if data_keys::is_known(database, id)? => Ok(false),
                None => Err(damaged(place)),
            }
        });
        match opens {
            Ok(true) => seen.values += 1,
            Ok(false) => seen.erased += 1,
            Err(Error::Corrupt { .. } | Error::NoMaster(_)) => {
                *seen.damaged.entry(format!("{}.{}", column.table, column.column)).or_default() += 1;
            }
            Err(fault) => return Err(fault),
        }
        Ok(())
    }
}

fn open(secret: &Secret, place: Place, sealed: &[u8]) -> Result<(), Error> {
    envelope::open(secret, place, sealed).map(drop).map_err(|_| damaged(place))
}

#[derive(QueryableByName)]
struct SealedRow {
    #[diesel(sql_type = Id)]
    id: Key,
    #[diesel(sql_type = Id)]
    owner: Key,
    #[diesel(sql_type = Text)]
    value: String,
}

fn batch(database: &mut Database<'_>, column: Column, after: Uuid) -> Result<Vec<SealedRow>, Error> {
    let Column { table, column, owner } = column;
    let installation = if database.is_postgres() { "CAST('{}' AS uuid)" } else { "'{}'" };
    let installation = installation.replace("{}", &Uuid::nil().to_string());
    let owner = owner.parts().1.unwrap_or(&installation);
    let question = |one: &str, two: &str| {
        format!(
            "SELECT id, {owner} AS owner, {column} AS value FROM {table} WHERE {column} IS NOT NULL AND {column} <> '' AND id > {one} ORDER BY id LIMIT {two}"
        )
    };
    match database {
        Database::Sqlite(c) => {
            diesel::sql_query(question("?", "?")).bind::<Id, _>(Key(after)).bind::<BigInt, _>(BATCH).load(*c)
        }
        Database::Postgres(c) => diesel::sql_query(question("$1", "$2"))
            .bind::<Id, _>(Key(after))
            .bind::<BigInt, _>(BATCH)
            .load(*c),
    }
    .map_err(Error::from)
}

fn write(tx: &mut Transaction<'_, '_>, column: Column, row: Key, sealed: &Sealed) -> Result<(), Error> {
    let Column { table, column, .. } = column;
    let changed = match &mut **tx {
        Database::Sqlite(c) => diesel::sql_query(format!("UPDATE {table} SET {column} = ? WHERE id = ?"))
            .bind::<Text, _>(sealed.as_str())
            .bind::<Id, _>(row)
            .execute(*c),
        Database::Postgres(c) => diesel::sql_query(format!("UPDATE {table} SET {column} = $1 WHERE id = $2"))
            .bind::<Text, _>(sealed.as_str())
            .bind::<Id, _>(row)
            .execute(*c),
    };
    crate::rows::one(changed?)
}
