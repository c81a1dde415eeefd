//! Messages, and up to where each of the two has read.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::ids::MessageId;
use naast_domain::support::private_space::PrivateSide;
use uuid::Uuid;

use super::PrivateSpace;
use super::entries::{MESSAGE, Row, T, Writing, insert, opened, page_of, row_of, take_away};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::keys::Keys;
use crate::rows::{Page, Slice, code, one};
use crate::schema::{private_entries, private_readings};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// A message, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it.
    pub writer: PrivateSide,
    /// What it says; nothing when its key was destroyed.
    pub text: Option<String>,
    /// Whether it is about the child's health.
    pub about_health: bool,
    /// When it was sent.
    pub sent_at: Moment,
}

/// Keeps a new message of whoever came in.
pub fn insert_message(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    space: &PrivateSpace,
    id: MessageId,
    (text, about_health): (&str, bool),
    now: Moment,
) -> Result<Message, Error> {
    let writing = Writing { id: id.uuid(), kind: MESSAGE.to_owned(), text, about_health, now };
    insert(tx, keys, space, &writing)?;
    Ok(Message { id, writer: space.side, text: Some(text.to_owned()), about_health, sent_at: now })
}

fn message(row: &Row, text: Option<String>) -> Result<Message, Error> {
    let writer = code(T, "writer", &row.writer)?;
    let about_health = row.about_health;
    Ok(Message { id: row.id.into(), writer, text, about_health, sent_at: row.written_at.0 })
}

/// Who wrote a message of the space, and when.
pub fn find_message(
    database: &mut Database<'_>,
    space: &PrivateSpace,
    id: MessageId,
) -> Result<Option<Message>, Error> {
    row_of(database, space, id.uuid(), true)?.map(|row| message(&row, None)).transpose()
}

/// A page of the messages, newest first.
pub fn messages(
    database: &mut Database<'_>,
    keys: &Keys,
    space: &PrivateSpace,
    page: Page,
) -> Result<Slice<Message>, Error> {
    let slice = page_of(database, space, &[MESSAGE.to_owned()], page)?;
    let opened = opened(database, keys, slice.items)?;
    Slice { items: opened, more: slice.more }.try_map(|(row, text)| message(&row, text))
}

/// Takes a message away: the row is gone, and a tombstone keeps a backup from bringing it back.
pub fn take_message_away(
    tx: &mut Transaction<'_, '_>,
    space: &PrivateSpace,
    message: &Message,
    now: Moment,
) -> Result<(), Error> {
    take_away(tx, space, message.id.uuid(), now)
}

/// Up to where somebody has read: the time and id of the last message.
pub type ReadTo = (Moment, Uuid);

/// Up to where whoever came in has read the messages.
pub fn read_to(database: &mut Database<'_>, space: &PrivateSpace) -> Result<Option<ReadTo>, Error> {
    let found: Option<(At, Key)> = on_either!(database, |c| private_readings::table
        .find((Key::from(space.programme), Key::from(space.matched), space.side.to_string()))
        .select((private_readings::written_at, private_readings::entry_id))
        .first(c)
        .optional())?;
    Ok(found.map(|(at, id)| (at.0, id.0)))
}

/// Remembers that whoever came in has read up to a message.
pub fn note_reading(
    tx: &mut Transaction<'_, '_>,
    space: &PrivateSpace,
    message: &Message,
) -> Result<(), Error> {
    let key = (Key::from(space.programme), Key::from(space.matched), space.side.to_string());
    let (at, id) = (At(message.sent_at), Key::from(message.id));
    let place = (private_readings::written_at.eq(at), private_readings::entry_id.eq(id));
    let update = diesel::update(private_readings::table.find(key.clone())).set(place);
    let changed = on_either!(&mut **tx, |c| update.execute(c))?;
    if changed == 0 {
        let row = (
            private_readings::programme_id.eq(key.0),
            private_readings::match_id.eq(key.1),
            private_readings::reader.eq(key.2),
            private_readings::written_at.eq(at),
            private_readings::entry_id.eq(id),
        );
        let insert = diesel::insert_into(private_readings::table).values(row).on_conflict_do_nothing();
        // another device of hers was first: the whole use case decides again on what that one read
        one(on_either!(&mut **tx, |c| insert.execute(c))?)?;
    }
    Ok(())
}

/// How many messages of the other whoever came in has not read.
pub fn unread(database: &mut Database<'_>, space: &PrivateSpace, to: Option<ReadTo>) -> Result<i64, Error> {
    let count = on_either!(database, |c| {
        let mut query = private_entries::table
            .filter(private_entries::programme_id.eq(Key::from(space.programme)))
            .filter(private_entries::match_id.eq(Key::from(space.matched)))
            .filter(private_entries::kind.eq(MESSAGE))
            .filter(private_entries::writer.eq(space.side.other().to_string()))
            .count()
            .into_boxed();
        if let Some((at, id)) = to {
            let at = At(at);
            query = query.filter(
                private_entries::written_at
                    .ge(at)
                    .and(private_entries::written_at.gt(at).or(private_entries::id.gt(Key(id)))),
            );
        }
        query.get_result(c)
    })?;
    Ok(count)
}
