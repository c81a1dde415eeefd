//! Sealing everything anew. What does not open is passed over and named, and its keys stay: whoever mends it finds them there.

use std::collections::BTreeSet;

use diesel::prelude::*;
use naast_domain::Moment;
use uuid::Uuid;

use super::super::columns::{Column, sealed};
use super::super::envelope;
use super::super::{Keys, Sealed, damaged, data_keys, index};
use super::rows::{BATCH, SealedRow, batch_held, write};
use super::{Damaged, Rotated};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::schema::data_keys as table;
use crate::transaction::Transaction;
use crate::{Error, Kept, OpenError, Store, on_either};

/// What one pass over all columns came upon.
#[derive(Default)]
struct Pass {
    values: u64,
    damaged: Damaged,
    /// Data keys that a damaged value names, and owners whose value is damaged: a kind, and an id.
    spared: (BTreeSet<Uuid>, BTreeSet<(&'static str, Uuid)>),
}

impl Keys {
    /// Seals every value under a fresh data key of its owner, and destroys the keys that then seal nothing any more. A value that
    /// does not open stays as it is, and so do the keys of whom it belongs to; the rest is done.
    pub fn reencrypt(&self, store: &Store, now: Moment) -> Result<Rotated, OpenError> {
        let goes_on = store.write::<_, Error>(move |tx| {
            let half_way: i64 = on_either!(&mut **tx, |c| table::table
                .filter(table::state.eq("retiring"))
                .count()
                .get_result(c))?;
            // an earlier run was cut short: this one does the rest of it
            if half_way == 0 {
                retire(tx, now)?;
            }
            Ok(Kept::unchanged(half_way > 0))
        })?;
        let mut pass = self.pass(store, now)?;
        if goes_on && pass.values == 0 && !pass.damaged.is_empty() {
            // nothing was left of the earlier run but what it could not open either: it was done, and this one begins
            store.write::<_, Error>(move |tx| retire(tx, now).map(Kept::unchanged))?;
            pass = self.pass(store, now)?;
        }
        let keys = destroy_retired(store, &pass, now)?;
        Ok(Rotated { keys, values: pass.values, damaged: pass.damaged })
    }

    fn pass(&self, store: &Store, now: Moment) -> Result<Pass, OpenError> {
        let mut pass = Pass::default();
        for column in sealed() {
            let mut after = Uuid::nil();
            loop {
                let keys = self.clone();
                let (last, count, broken) = store
                    .write::<_, Error>(move |tx| keys.reseal(tx, column, after, now).map(Kept::unchanged))?;
                pass.values += count;
                for row in broken {
                    pass.damaged.entry(column.to_string()).or_default().push(row.id.0);
                    pass.spared.0.extend(key_named(&row));
                    pass.spared.1.insert((column.owner.parts().0, row.owner.0));
                }
                match last {
                    Some(last) => after = last,
                    None => break,
                }
            }
        }
        Ok(pass)
    }

    /// Seals a batch of a column anew, where its key is retiring. Gives back the last row that was looked at, how many were sealed, and
    /// those that do not open.
    fn reseal(
        &self,
        tx: &mut Transaction<'_, '_>,
        column: Column,
        after: Uuid,
        now: Moment,
    ) -> Result<(Option<Uuid>, u64, Vec<SealedRow>), Error> {
        let rows = batch_held(tx, column, after)?;
        let last = rows.last().map(|row| row.id.0);
        let (mut count, mut broken) = (0, Vec::new());
        for row in rows {
            match self.reseal_one(tx, column, &row, now) {
                Ok(was_sealed) => count += u64::from(was_sealed),
                Err(Error::Corrupt { .. } | Error::NoMaster(_)) => broken.push(row),
                Err(fault) => return Err(fault),
            }
        }
        Ok((last, count, broken))
    }

    fn reseal_one(
        &self,
        tx: &mut Transaction<'_, '_>,
        column: Column,
        row: &SealedRow,
        now: Moment,
    ) -> Result<bool, Error> {
        let place = row.place(column);
        let sealed = Sealed(row.value.clone()).envelope().map_err(|_| damaged(place))?;
        let id = envelope::key_of(&sealed).map_err(|_| damaged(place))?;
        let key = table::table.find(Key(id)).select((table::owner_kind, table::owner_id, table::state));
        // held until this is committed: whoever destroys the keys of an owner meanwhile waits, and finds the fresh one too
        let found: Option<(String, Key, String)> = match &mut **tx {
            Database::Sqlite(c) => key.first(*c).optional(),
            Database::Postgres(c) => key.for_share().first(*c).optional(),
        }?;
        // one whose key was never there is damaged; one whose key is in use or destroyed is no work
        let (kind, owner, state) = found.ok_or_else(|| damaged(place))?;
        if state != "retiring" {
            return Ok(false);
        }
        let old = data_keys::find(tx, &self.masters, &[id])?;
        let secret = old.get(&id).ok_or_else(|| damaged(place))?;
        let value = envelope::open(secret, place, &sealed).map_err(|_| damaged(place))?;
        let fresh = data_keys::of_parts(tx, self, (&kind, owner.0), now)?;
        write(tx, column, row.id, &Sealed::of(&envelope::seal((fresh.0, &fresh.1), place, &value)))?;
        Ok(true)
    }
}

fn key_named(row: &SealedRow) -> Option<Uuid> {
    Sealed(row.value.clone()).envelope().and_then(|envelope| envelope::key_of(&envelope)).ok()
}

/// Takes what is in use out of use: what is sealed from now on gets fresh keys.
fn retire(tx: &mut Transaction<'_, '_>, now: Moment) -> Result<(), Error> {
    // the index key seals nothing, and a fingerprint cannot be made anew
    let of_values = table::owner_kind.ne(index::OWNER.0).or(table::owner_id.ne(Key(index::OWNER.1)));
    let update = diesel::update(
        table::table.filter(table::state.eq("active").and(table::created_at.lt(At(now)))).filter(of_values),
    )
    .set(table::state.eq("retiring"));
    on_either!(&mut **tx, |c| update.execute(c))?;
    Ok(())
}

/// Destroys the keys that seal nothing any more. Says how many.
fn destroy_retired(store: &Store, pass: &Pass, now: Moment) -> Result<u64, OpenError> {
    let retired: Vec<(Key, String, Key)> = store.read::<_, Error>(|database| {
        Ok(on_either!(database, |c| table::table
            .filter(table::state.eq("retiring"))
            .select((table::id, table::owner_kind, table::owner_id))
            .load(c))?)
    })?;
    let (named, owners) = &pass.spared;
    let over = retired.into_iter().filter(|(id, kind, owner)| {
        !named.contains(&id.0) && !owners.iter().any(|(of, whose)| of == kind && *whose == owner.0)
    });
    let over: Vec<Key> = over.map(|(id, _, _)| id).collect();
    let mut count = 0;
    for part in over.chunks(usize::try_from(BATCH).unwrap_or(1)) {
        let part = part.to_vec();
        count += store.write::<_, Error>(move |tx| {
            let update = diesel::update(table::table.filter(table::id.eq_any(&part))).set((
                table::wrapped.eq(None::<Vec<u8>>),
                table::state.eq("destroyed"),
                table::destroyed_at.eq(Some(At(now))),
            ));
            Ok(Kept::unchanged(on_either!(&mut **tx, |c| update.execute(c))? as u64))
        })?;
    }
    Ok(count)
}
