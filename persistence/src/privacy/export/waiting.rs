//! An export that waits for the person whose it is: sealed under a key of its own, given out once, and gone when something in it is taken back.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{DecideOnRequest, Grant};
use naast_domain::ids::{ExportId, PersonId, RequestId};

use crate::columns::{At, Key};
use crate::database::Database;
use crate::keys::{Keys, Owner, Place, Sealed};
use crate::privacy::erasure::{Subject, forget_keys};
use crate::retries;
use crate::schema::{buddies, exports, support_requests};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// An export as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its id.
    pub id: ExportId,
    /// When it was asked for.
    pub requested_at: Moment,
    /// When it is deleted.
    pub expires_at: Moment,
    /// When it was taken.
    pub taken_at: Option<Moment>,
    /// When it went before it was taken, because something in it was taken back.
    pub gone_at: Option<Moment>,
    content: Option<String>,
}

fn place(id: ExportId) -> Place {
    Place { table: "exports", column: "content", row: id.uuid() }
}

/// Keeps an export, sealed under a key of its own.
pub fn keep(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    grant: &Grant<DecideOnRequest>,
    (id, content): (ExportId, &str),
    (now, until): (Moment, Moment),
) -> Result<(), Error> {
    let me: PersonId = grant.person();
    let sealed = keys.seal(tx, Owner::Export(id), place(id), content, now)?;
    let row = (
        exports::id.eq(Key::from(id)),
        exports::person_id.eq(Key::from(me)),
        exports::content.eq(Some(sealed.as_str())),
        exports::requested_at.eq(At(now)),
        exports::expires_at.eq(At(until)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(exports::table).values(row).execute(c))?;
    Ok(())
}

/// An export of the person who was granted it, while it is there.
pub fn find(
    database: &mut Database<'_>,
    grant: &Grant<DecideOnRequest>,
    id: ExportId,
    now: Moment,
) -> Result<Option<Kept>, Error> {
    type Row = (Option<String>, At, At, Option<At>, Option<At>);
    let row: Option<Row> = on_either!(database, |c| exports::table
        .filter(exports::id.eq(Key::from(id)))
        .filter(exports::person_id.eq(Key::from(grant.person())))
        .filter(exports::expires_at.gt(At(now)))
        .select((
            exports::content,
            exports::requested_at,
            exports::expires_at,
            exports::taken_at,
            exports::gone_at,
        ))
        .first(c)
        .optional())?;
    Ok(row.map(|(content, requested_at, expires_at, taken_at, gone_at)| Kept {
        id,
        requested_at: requested_at.0,
        expires_at: expires_at.0,
        taken_at: taken_at.map(|at| at.0),
        gone_at: gone_at.map(|at| at.0),
        content,
    }))
}

/// Gives the content out, once: it is gone afterwards. Nothing when it was given before.
pub fn take(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    kept: &Kept,
    now: Moment,
) -> Result<Option<String>, Error> {
    let Some(content) = &kept.content else { return Ok(None) };
    let update = diesel::update(
        exports::table.filter(exports::id.eq(Key::from(kept.id))).filter(exports::content.is_not_null()),
    )
    .set((exports::content.eq(None::<String>), exports::taken_at.eq(Some(At(now)))));
    if on_either!(&mut **tx, |c| update.execute(c))? == 0 {
        return Ok(None);
    }
    tx.gives_out(kept.id);
    let opened = keys.open(tx, place(kept.id), &Sealed::from_column(content.clone()))?;
    forget_keys(tx, keys, Owner::Export(kept.id), now)?;
    Ok(opened)
}

/// Takes exports away, their keys first, and what was answered with them.
fn forget(tx: &mut Transaction<'_, '_>, keys: &Keys, ids: &[Key], now: Moment) -> Result<usize, Error> {
    retries::blank_of_exports(tx, ids)?;
    for id in ids {
        forget_keys(tx, keys, Owner::Export((*id).into()), now)?;
        on_either!(&mut **tx, |c| diesel::delete(exports::table.find(*id)).execute(c))?;
    }
    Ok(ids.len())
}

/// Takes away every export of a person: what she has erased is not to lie in one.
pub fn forget_of(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    person: PersonId,
    now: Moment,
) -> Result<usize, Error> {
    let of = exports::table.filter(exports::person_id.eq(Key::from(person))).select(exports::id);
    let ids: Vec<Key> = on_either!(&mut **tx, |c| of.load(c))?;
    forget(tx, keys, &ids, now)
}

/// Takes away every export and its key: of a restored backup, where nobody knows which were taken since.
pub(crate) fn forget_all(database: &mut Database<'_>) -> Result<(), Error> {
    let ids: Vec<Key> = on_either!(&mut *database, |c| exports::table.select(exports::id).load(c))?;
    for id in ids {
        crate::keys::discard(database, Owner::Export(id.into()))?;
    }
    on_either!(database, |c| diesel::delete(exports::table).execute(c))?;
    Ok(())
}

/// The same, of the parent of a request.
pub(in crate::privacy) fn forget_of_parent(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    request: RequestId,
    now: Moment,
) -> Result<usize, Error> {
    let parent: Option<Key> = on_either!(&mut **tx, |c| support_requests::table
        .filter(support_requests::id.eq(Key::from(request)))
        .select(support_requests::parent_id)
        .first(c)
        .optional())?;
    parent.map_or(Ok(0), |parent| forget_of(tx, keys, parent.into(), now))
}

/// Empties whatever export waits that holds something of a case, a person or a buddy, and takes away what was answered with one: something in it was
/// taken back. Its row stays until its day is over and says so to the person whose it is. Nobody else is told, and the journal has no row of it: it has
/// that of what was taken back.
pub(crate) fn outdate(tx: &mut Transaction<'_, '_>, whose: Subject, now: Moment) -> Result<(), Error> {
    let person: Option<Key> = match whose {
        Subject::Person(person) => Some(person.into()),
        Subject::Case(request) => on_either!(&mut **tx, |c| support_requests::table
            .filter(support_requests::id.eq(Key::from(request)))
            .select(support_requests::parent_id)
            .first(c)
            .optional())?,
        Subject::Buddy(buddy) => on_either!(&mut **tx, |c| buddies::table
            .filter(buddies::id.eq(Key::from(buddy)))
            .select(buddies::person_id)
            .first(c)
            .optional())?,
        Subject::Conversation(_) => None,
    };
    let Some(person) = person else { return Ok(()) };
    let of = exports::table.filter(exports::person_id.eq(person)).select(exports::id);
    let ids: Vec<Key> = on_either!(&mut **tx, |c| of.load(c))?;
    if ids.is_empty() {
        return Ok(());
    }
    let waiting = exports::table.filter(exports::person_id.eq(person)).filter(exports::content.is_not_null());
    let update = diesel::update(waiting)
        .set((exports::content.eq(None::<String>), exports::gone_at.eq(Some(At(now)))));
    on_either!(&mut **tx, |c| update.execute(c))?;
    for id in &ids {
        crate::keys::destroy(tx, Owner::Export((*id).into()), now)?;
        crate::keys::forget(tx, Owner::Export((*id).into()))?;
    }
    // after the rows: whoever was giving one out at this moment has kept her answer by now
    retries::blank_of_exports(tx, &ids)
}

/// Exports whose day is over.
pub fn expired(database: &mut Database<'_>, now: Moment) -> Result<Vec<Key>, Error> {
    let over = exports::table.filter(exports::expires_at.le(At(now))).select(exports::id);
    Ok(on_either!(database, |c| over.load(c))?)
}

/// Takes away the exports whose day is over. Says how many.
pub fn forget_expired(tx: &mut Transaction<'_, '_>, keys: &Keys, now: Moment) -> Result<usize, Error> {
    let ids = expired(tx, now)?;
    forget(tx, keys, &ids, now)
}
