//! That a database came from a backup, and whether what was erased since is erased again.

use diesel::prelude::*;
use naast_domain::Moment;
use uuid::Uuid;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::schema::restorations;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Notes that this database was restored: nothing is served until [`finish`].
pub fn begin(
    tx: &mut Transaction<'_, '_>,
    id: Uuid,
    backup_made_at: Moment,
    now: Moment,
) -> Result<(), Error> {
    let row = (
        restorations::id.eq(Key(id)),
        restorations::backup_made_at.eq(At(backup_made_at)),
        restorations::restored_at.eq(At(now)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(restorations::table).values(row).execute(c))?;
    Ok(())
}

/// Whether a restoration waits for what was erased since to be erased again.
pub fn unfinished(database: &mut Database<'_>) -> Result<bool, Error> {
    let waiting: i64 = on_either!(database, |c| restorations::table
        .filter(restorations::replayed_at.is_null())
        .count()
        .get_result(c))?;
    Ok(waiting > 0)
}

/// Notes that it is done.
pub fn finish(tx: &mut Transaction<'_, '_>, now: Moment) -> Result<(), Error> {
    let update = diesel::update(restorations::table.filter(restorations::replayed_at.is_null()))
        .set(restorations::replayed_at.eq(Some(At(now))));
    on_either!(&mut **tx, |c| update.execute(c))?;
    Ok(())
}
