//! What an administrator does with keys: wrap every data key with a newer master key, seal every value under fresh data
//! keys, and check that everything opens. All of it goes in batches of their own transaction and can be cut short at any
//! moment: the next run does the rest. What does not open stops none of them: it is named, and the rest is done.

mod check;
mod first;
mod reencrypt;
mod rows;

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::prelude::*;
use naast_domain::Moment;
use uuid::Uuid;

use super::Keys;
use super::data_keys::{self, bind, masters, unwrap, wrapped_place};
use super::envelope;
use super::masters::Masters;
use super::ring::Master;
use crate::columns::Key;
use crate::schema::data_keys as table;
use crate::transaction::Transaction;
use crate::{Error, Kept, OpenError, Store, locks, on_either};

pub use check::Checked;
use rows::BATCH;

/// What does not open: ids of rows, by table and column.
pub type Damaged = BTreeMap<String, Vec<Uuid>>;

/// What a rotation or a re-encryption did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Data keys that were wrapped anew, or destroyed.
    pub keys: u64,
    /// Values that were sealed anew.
    pub values: u64,
    /// What did not open, and stayed as it was.
    pub damaged: Damaged,
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
        let mut after = Uuid::nil();
        loop {
            let (masters, master) = (Arc::clone(&self.masters), newest.clone());
            let (last, count, broken) = store
                .write::<_, Error>(move |tx| rewrap(tx, &masters, &master, after).map(Kept::unchanged))?;
            done.keys += count;
            if !broken.is_empty() {
                done.damaged.entry("data_keys.wrapped".to_owned()).or_default().extend(broken);
            }
            match last {
                Some(last) => after = last,
                None => return Ok(done),
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
}

/// Wraps a batch of data keys with another master key. Gives back the last that was looked at, how many were wrapped, and those that
/// do not open. One that was destroyed since it was read stays destroyed.
fn rewrap(
    tx: &mut Transaction<'_, '_>,
    masters: &Masters,
    master: &Master,
    after: Uuid,
) -> Result<(Option<Uuid>, u64, Vec<Uuid>), Error> {
    let rows: Vec<data_keys::Row> = on_either!(&mut **tx, |c| table::table
        .filter(table::id.gt(Key(after)))
        .filter(table::master_id.ne(&master.id))
        .filter(table::wrapped.is_not_null())
        .order(table::id)
        .limit(BATCH)
        .select((table::id, table::master_id, table::wrapped))
        .load(c))?;
    let last = rows.last().map(|(id, ..)| id.0);
    let (mut count, mut broken) = (0, Vec::new());
    for row in rows {
        let (of, before) = (row.0.0, row.2.clone());
        let (id, secret) = match unwrap(masters, row) {
            Ok(Some(opened)) => opened,
            Ok(None) => continue,
            Err(Error::Corrupt { .. } | Error::NoMaster(_)) => {
                broken.push(of);
                continue;
            }
            Err(fault) => return Err(fault),
        };
        let wrapped = envelope::seal((id, &master.secret), wrapped_place(id), secret.bytes());
        // only over what was read: whoever destroyed it meanwhile, or wrapped it as well, was first
        let update = diesel::update(table::table.find(Key(id)).filter(table::wrapped.eq(before)))
            .set((table::wrapped.eq(Some(wrapped)), table::master_id.eq(&master.id)));
        count += on_either!(&mut **tx, |c| update.execute(c))? as u64;
    }
    Ok((last, count, broken))
}
