//! The rows of a private space, whatever they are: a note or a message.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::Upkeep;
use naast_domain::ids::{PersonId, ProgrammeId, RequestId};
use naast_domain::requests::SupportRequest;
use uuid::Uuid;

use super::PrivateSpace;
use crate::columns::{At, Key};
use crate::database::Database;
use crate::keys::{Keys, Place, Sealed};
use crate::privacy::erasure::Subject;
use crate::privacy::{export, tombstones};
use crate::retries;
use crate::rows::{Page, Slice, Stored, one};
use crate::schema::{buddies, matches, private_entries, support_requests};
use crate::transaction::Transaction;
use crate::{Error, on_either};

pub(super) const T: &str = "private_entries";
pub(crate) const MESSAGE: &str = "message";

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = private_entries)]
pub(super) struct Row {
    pub(super) programme_id: Key,
    pub(super) id: Key,
    pub(super) match_id: Key,
    pub(super) request_id: Key,
    pub(super) kind: String,
    pub(super) writer: String,
    pub(super) words: String,
    pub(super) version: i32,
    pub(super) written_at: At,
    pub(super) changed_at: Option<At>,
    pub(super) about_health: bool,
    pub(super) words_at: Option<At>,
}

pub(super) fn place(id: Uuid) -> Place {
    Place { table: T, column: "words", row: id }
}

/// What somebody writes.
pub(super) struct Writing<'a> {
    pub(super) id: Uuid,
    pub(super) kind: String,
    pub(super) text: &'a str,
    pub(super) about_health: bool,
    pub(super) now: Moment,
}

pub(super) fn insert(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    space: &PrivateSpace,
    writing: &Writing<'_>,
) -> Result<(), Error> {
    let sealed = keys.seal(tx, space.owner(), place(writing.id), writing.text, writing.now)?;
    let row = Row {
        programme_id: space.programme.into(),
        id: Key(writing.id),
        match_id: space.matched.into(),
        request_id: space.request.into(),
        kind: writing.kind.clone(),
        writer: space.side.to_string(),
        words: sealed.as_str().to_owned(),
        version: 1,
        written_at: At(writing.now),
        changed_at: None,
        about_health: writing.about_health,
        words_at: None,
    };
    on_either!(&mut **tx, |c| diesel::insert_into(private_entries::table).values(row).execute(c))?;
    Ok(())
}

pub(super) fn row_of(
    database: &mut Database<'_>,
    space: &PrivateSpace,
    id: Uuid,
    is_message: bool,
) -> Result<Option<Row>, Error> {
    let row: Option<Row> = on_either!(database, |c| private_entries::table
        .find((Key::from(space.programme), Key(id)))
        .filter(private_entries::match_id.eq(Key::from(space.matched)))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    Ok(row.filter(|row| (row.kind == MESSAGE) == is_message))
}

pub(super) fn opened(
    database: &mut Database<'_>,
    keys: &Keys,
    rows: Vec<Row>,
) -> Result<Vec<(Row, Option<String>)>, Error> {
    let sealed: Vec<(Place, Sealed)> =
        rows.iter().map(|row| (place(row.id.0), Sealed(row.words.clone()))).collect();
    let sealed: Vec<(Place, &Sealed)> = sealed.iter().map(|(place, one)| (*place, one)).collect();
    let texts = keys.open_all(database, &sealed)?;
    Ok(rows.into_iter().zip(texts).collect())
}

pub(super) fn page_of(
    database: &mut Database<'_>,
    space: &PrivateSpace,
    kinds: &[String],
    page: Page,
) -> Result<Slice<Row>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| {
        let mut query = private_entries::table
            .filter(private_entries::programme_id.eq(Key::from(space.programme)))
            .filter(private_entries::match_id.eq(Key::from(space.matched)))
            .filter(private_entries::kind.eq_any(kinds))
            .select(Row::as_select())
            .order((private_entries::written_at.desc(), private_entries::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                private_entries::written_at
                    .le(at)
                    .and(private_entries::written_at.lt(at).or(private_entries::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    Ok(Slice::cut(rows, page.size))
}

pub(super) fn take_away(
    tx: &mut Transaction<'_, '_>,
    space: &PrivateSpace,
    id: Uuid,
    now: Moment,
) -> Result<(), Error> {
    let row = private_entries::table
        .find((Key::from(space.programme), Key(id)))
        .filter(private_entries::match_id.eq(Key::from(space.matched)));
    let delete = diesel::delete(row);
    one(on_either!(&mut **tx, |c| delete.execute(c))?)?;
    // only its writer was ever answered with it: what the other of the two did in this case is given again as before
    retries::blank_of_case_to(tx, space.request, &[space.me])?;
    tombstones::lay(tx, tombstones::Kind::PrivateEntry, id, Subject::Case(space.request), now)
}

/// Takes away what was answered of a case to its parent and to the buddies of its matches, whichever of them wrote: an answer that is kept holds
/// what an entry said when it was written, also where it was changed since. Whoever else has an answer of the case keeps it.
pub(crate) fn forget_answers(tx: &mut Transaction<'_, '_>, request: RequestId) -> Result<(), Error> {
    let parent: Option<Key> = on_either!(&mut **tx, |c| support_requests::table
        .filter(support_requests::id.eq(Key::from(request)))
        .select(support_requests::parent_id)
        .first(c)
        .optional())?;
    let buddies: Vec<Key> = on_either!(&mut **tx, |c| matches::table
        .inner_join(
            buddies::table
                .on(buddies::programme_id.eq(matches::programme_id).and(buddies::id.eq(matches::buddy_id))),
        )
        .filter(matches::request_id.eq(Key::from(request)))
        .select(buddies::person_id)
        .distinct()
        .load(c))?;
    let both: Vec<PersonId> = parent.into_iter().chain(buddies).map(Into::into).collect();
    retries::blank_of_case_to(tx, request, &both)
}

/// Takes away everything in the private spaces of a request that was said to be about the child's health, once no consent to that holds.
/// Gives back the ids of what is gone.
pub fn take_health_away(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    now: Moment,
) -> Result<Vec<Uuid>, Error> {
    let of_health = private_entries::table
        .filter(private_entries::programme_id.eq(Key::from(request.programme)))
        .filter(private_entries::request_id.eq(Key::from(request.id)))
        .filter(private_entries::about_health.eq(true));
    let mut gone: Vec<Key> = on_either!(&mut **tx, |c| of_health.select(private_entries::id).load(c))?;
    gone.sort_unstable();
    on_either!(&mut **tx, |c| diesel::delete(of_health).execute(c))?;
    // also where nothing is there any more: it may have been changed since, or taken away by hand
    forget_answers(tx, request.id)?;
    for id in &gone {
        tombstones::lay(tx, tombstones::Kind::PrivateEntry, id.0, Subject::Case(request.id), now)?;
    }
    Ok(gone.into_iter().map(|key| key.0).collect())
}

/// Takes away again what a backup brought back after its writer had taken it away, or put other words in it.
pub fn take_away_again(
    tx: &mut Transaction<'_, '_>,
    _leave: &Upkeep,
    programme: ProgrammeId,
    id: Uuid,
    now: Moment,
) -> Result<(), Error> {
    let of: Option<Key> = on_either!(&mut **tx, |c| private_entries::table
        .find((Key::from(programme), Key(id)))
        .select(private_entries::request_id)
        .first(c)
        .optional())?;
    if let Some(request) = of {
        // the backup may have brought an export of its day along, and what was answered with it
        export::outdate(tx, Subject::Case(request.into()), now)?;
        forget_answers(tx, request.into())?;
    }
    let delete = diesel::delete(private_entries::table.find((Key::from(programme), Key(id))));
    on_either!(&mut **tx, |c| delete.execute(c))?;
    Ok(())
}
