//! Work that one process does at a time: whoever holds the lease, until it runs out.

use diesel::prelude::*;
use naast_domain::Moment;
use uuid::Uuid;

use crate::columns::{At, Key};
use crate::schema::job_leases;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// The round of retention.
pub const RETENTION: &str = "retention";

/// Takes or extends a lease from a moment until another. False when somebody else holds it.
pub fn take(
    tx: &mut Transaction<'_, '_>,
    job: &str,
    holder: Uuid,
    (now, until): (Moment, Moment),
) -> Result<bool, Error> {
    let free = job_leases::holder.eq(Key(holder)).or(job_leases::until.le(At(now)));
    let taken = diesel::update(job_leases::table.find(job).filter(free))
        .set((job_leases::holder.eq(Key(holder)), job_leases::until.eq(At(until))));
    if on_either!(&mut **tx, |c| taken.execute(c))? == 1 {
        return Ok(true);
    }
    let row = (job_leases::job.eq(job), job_leases::holder.eq(Key(holder)), job_leases::until.eq(At(until)));
    let made = diesel::insert_into(job_leases::table).values(row).on_conflict_do_nothing();
    Ok(on_either!(&mut **tx, |c| made.execute(c))? == 1)
}

/// Gives a lease back, when it is still this holder's.
pub fn give_back(tx: &mut Transaction<'_, '_>, job: &str, holder: Uuid) -> Result<(), Error> {
    let delete = diesel::delete(job_leases::table.find(job).filter(job_leases::holder.eq(Key(holder))));
    on_either!(&mut **tx, |c| delete.execute(c))?;
    Ok(())
}
