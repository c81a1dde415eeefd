//! That a database came from a backup, whether what was erased since is erased again, and whether that was known at all.

use diesel::prelude::*;
use naast_domain::{Date, Moment, day_of};
use uuid::Uuid;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::schema::restorations;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// That a backup was restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restoration {
    /// Its id.
    pub id: Uuid,
    /// Of which moment the backup is.
    pub backup_made_at: Moment,
    /// When it was restored.
    pub restored_at: Moment,
    /// Whether it was restored without the tombstones of the installation whose backup it is: what was erased or taken back between the
    /// two moments may be here again, and nobody can say what.
    pub tombstones_missing: bool,
}

/// Notes that this database was restored, in the transaction that restores it: nothing is served until [`finish`].
pub(crate) fn begin(database: &mut Database<'_>, restoration: &Restoration) -> Result<(), Error> {
    let row = (
        restorations::id.eq(Key(restoration.id)),
        restorations::backup_made_at.eq(At(restoration.backup_made_at)),
        restorations::restored_at.eq(At(restoration.restored_at)),
        restorations::tombstones_missing.eq(restoration.tombstones_missing),
    );
    on_either!(database, |c| diesel::insert_into(restorations::table).values(row).execute(c))?;
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

/// The day on which the last backup was restored here.
pub(crate) fn last_day(database: &mut Database<'_>) -> Result<Option<Date>, Error> {
    let last: Option<At> = on_either!(database, |c| restorations::table
        .order(restorations::restored_at.desc())
        .select(restorations::restored_at)
        .first(c)
        .optional())?;
    Ok(last.map(|at| day_of(at.0)))
}

/// Notes that it is done.
pub fn finish(tx: &mut Transaction<'_, '_>, now: Moment) -> Result<(), Error> {
    let update = diesel::update(restorations::table.filter(restorations::replayed_at.is_null()))
        .set(restorations::replayed_at.eq(Some(At(now))));
    on_either!(&mut **tx, |c| update.execute(c))?;
    Ok(())
}

/// The restorations whose tombstones nobody brought, the oldest first.
pub fn without_tombstones(database: &mut Database<'_>) -> Result<Vec<Restoration>, Error> {
    let rows: Vec<(Key, At, At)> = on_either!(database, |c| restorations::table
        .filter(restorations::tombstones_missing.eq(true))
        .order((restorations::restored_at, restorations::id))
        .select((restorations::id, restorations::backup_made_at, restorations::restored_at))
        .load(c))?;
    let read = |(id, made, restored): (Key, At, At)| Restoration {
        id: id.0,
        backup_made_at: made.0,
        restored_at: restored.0,
        tombstones_missing: true,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Notes that the tombstones of these restorations were brought after all.
pub fn brought(tx: &mut Transaction<'_, '_>, ids: &[Uuid]) -> Result<(), Error> {
    let keys: Vec<Key> = ids.iter().map(|id| Key(*id)).collect();
    let update = diesel::update(restorations::table.filter(restorations::id.eq_any(keys)))
        .set(restorations::tombstones_missing.eq(false));
    on_either!(&mut **tx, |c| update.execute(c))?;
    Ok(())
}
