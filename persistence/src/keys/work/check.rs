//! Checking that everything which is sealed opens.

use std::collections::BTreeMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::super::columns::{Column, sealed};
use super::super::envelope::{self, Place, Secret};
use super::super::{Keys, Sealed, damaged, data_keys};
use super::Damaged;
use super::rows::{SealedRow, batch};
use crate::database::Database;
use crate::schema::data_keys as table;
use crate::{Error, OpenError, Store, on_either};

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Values that open.
    pub values: u64,
    /// Values whose key was destroyed: erased.
    pub erased: u64,
    /// Values that do not open.
    pub damaged: Damaged,
    /// Whether the key by which values are found is the one that this process finds by.
    pub index: bool,
    /// Data keys by the master key that wraps them.
    pub wrapped_by: BTreeMap<String, u64>,
}

impl Keys {
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
        let place = row.place(column);
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
                seen.damaged.entry(column.to_string()).or_default().push(row.id.0);
            }
            Err(fault) => return Err(fault),
        }
        Ok(())
    }
}

fn open(secret: &Secret, place: Place, sealed: &[u8]) -> Result<(), Error> {
    envelope::open(secret, place, sealed).map(drop).map_err(|_| damaged(place))
}
