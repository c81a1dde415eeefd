//! Sealing for the first time: what a database held before it had keys, and what a migration left to be sealed.

use diesel::prelude::*;
use naast_domain::Moment;
use uuid::Uuid;

use super::super::columns::{Column, sealed};
use super::super::{Keys, Sealed, data_keys, envelope};
use super::rows::{batch_held, write};
use crate::schema::columns_to_seal;
use crate::transaction::Transaction;
use crate::{Error, Kept, OpenError, Store, on_either};

impl Keys {
    /// Seals what a database held before it had keys.
    pub(in crate::keys) fn seal_existing(
        &self,
        tx: &mut Transaction<'_, '_>,
        now: Moment,
    ) -> Result<(), Error> {
        on_either!(&mut **tx, |c| diesel::delete(columns_to_seal::table).execute(c))?;
        for column in sealed() {
            self.seal_column(tx, column, now)?;
        }
        Ok(())
    }

    /// Seals the columns that a migration left to be sealed. Of several that start at once, one does it.
    pub(in crate::keys) fn seal_waiting(&self, store: &Store, now: Moment) -> Result<(), OpenError> {
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
            let rows = batch_held(tx, column, after)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.id.0;
            for row in &rows {
                let key = data_keys::of_parts(tx, self, (column.owner.parts().0, row.owner.0), now)?;
                let sealed = envelope::seal((key.0, &key.1), row.place(column), row.value.as_bytes());
                write(tx, column, row.id, &Sealed::of(&sealed))?;
            }
        }
    }
}
