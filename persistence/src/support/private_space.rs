//! The private space of a match: notes and messages of parent and buddy, sealed under a key of their own.
//!
//! Whoever comes here holds a [`PrivateSpace`], which only [`enter`] makes. The space stands in no programme and at no school: a
//! line of the policy that gave it to a role there would still reach nothing. Nothing outside its two tables changes when
//! something is written: no version, no time, no count of the match.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{Action, Grant, Standing};
use naast_domain::ids::{MatchId, MessageId, PersonId, PrivateNoteId, ProgrammeId, RequestId};
use naast_domain::journal::Chain;
use naast_domain::organisations::Role;
use naast_domain::support::Course;
use naast_domain::support::private_space::{NoteKind, PrivateSide};
use uuid::Uuid;

use super::{Match, Row as MatchRow};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::keys::{Keys, Owner, Place, Sealed};
use crate::rows::{Page, Slice, Stored, code, one};
use crate::schema::{buddies, matches, private_entries, private_readings, support_requests};
use crate::transaction::Transaction;
use crate::{Error, on_either};

const T: &str = "private_entries";
const MESSAGE: &str = "message";

/// The private space of one match, as one of its two has entered it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrivateSpace {
    /// The match.
    pub matched: MatchId,
    /// Its request.
    pub request: RequestId,
    /// Who of the two came in.
    pub side: PrivateSide,
    /// How the match stands.
    pub course: Course,
    programme: ProgrammeId,
    parent: PersonId,
}

impl PrivateSpace {
    /// The programme of the match, for the record of a reading; the space itself stands in none.
    pub(crate) fn programme(&self) -> ProgrammeId {
        self.programme
    }

    /// Whose space it is.
    pub(crate) fn parent(&self) -> PersonId {
        self.parent
    }

    /// The chain of the journal that its changes go to.
    pub fn chain(&self) -> Chain {
        Chain::private_of(self.programme)
    }

    /// The role in which one of the two came in.
    pub fn role(&self) -> Role {
        match self.side {
            PrivateSide::Parent => Role::Parent,
            PrivateSide::Buddy => Role::Buddy,
        }
    }

    fn owner(&self) -> Owner {
        Owner::Private(self.request)
    }
}

/// Lets somebody into the private space of a match: its parent, and its buddy as long as [`Course::lets_buddy_in`].
pub fn enter<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    id: MatchId,
) -> Result<Option<PrivateSpace>, Error> {
    let found: Option<(MatchRow, Key, Key, String)> = on_either!(database, |c| matches::table
        .inner_join(
            support_requests::table.on(support_requests::programme_id
                .eq(matches::programme_id)
                .and(support_requests::id.eq(matches::request_id))),
        )
        .inner_join(
            buddies::table
                .on(buddies::programme_id.eq(matches::programme_id).and(buddies::id.eq(matches::buddy_id))),
        )
        .filter(matches::id.eq(Key::from(id)))
        .select((MatchRow::as_select(), support_requests::parent_id, buddies::person_id, buddies::status))
        .first(c)
        .optional())?;
    let Some((row, parent, buddy, status)) = found else { return Ok(None) };
    let stored = Stored::<Match>::try_from(row)?;
    let buddy = crate::buddies::assigned(buddy, &status)?.filter(|_| stored.course.lets_buddy_in());
    // no programme, no school: see above
    let standing = Standing { owner: Some(parent.into()), assigned: buddy, ..Standing::default() };
    let side = match grant.reaches(standing) {
        Some(Role::Parent) => PrivateSide::Parent,
        Some(Role::Buddy) => PrivateSide::Buddy,
        _ => return Ok(None),
    };
    let Match { id, request, programme, course, .. } = stored.value;
    Ok(Some(PrivateSpace { matched: id, request, side, course, programme, parent: parent.into() }))
}

/// A private note, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: PrivateNoteId,
    /// What it is about.
    pub kind: NoteKind,
    /// Who wrote it.
    pub writer: PrivateSide,
    /// What it says; nothing when its key was destroyed.
    pub text: Option<String>,
    /// When it was last changed.
    pub changed_at: Option<Moment>,
}

/// A message, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it.
    pub writer: PrivateSide,
    /// What it says; nothing when its key was destroyed.
    pub text: Option<String>,
    /// When it was sent.
    pub sent_at: Moment,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = private_entries)]
struct Row {
    programme_id: Key,
    id: Key,
    match_id: Key,
    request_id: Key,
    kind: String,
    writer: String,
    words: String,
    version: i32,
    written_at: At,
    changed_at: Option<At>,
}

fn place(id: Uuid) -> Place {
    Place { table: T, column: "words", row: id }
}

/// What somebody writes.
struct Writing<'a> {
    id: Uuid,
    kind: String,
    text: &'a str,
    now: Moment,
}

fn insert(
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
    };
    on_either!(&mut **tx, |c| diesel::insert_into(private_entries::table).values(row).execute(c))?;
    Ok(())
}

/// Keeps a new note of whoever came in.
pub fn insert_note(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    space: &PrivateSpace,
    id: PrivateNoteId,
    (kind, text): (NoteKind, &str),
    now: Moment,
) -> Result<Stored<Note>, Error> {
    insert(tx, keys, space, &Writing { id: id.uuid(), kind: kind.to_string(), text, now })?;
    let text = Some(text.to_owned());
    Ok(Stored {
        value: Note { id, kind, writer: space.side, text, changed_at: None },
        version: 1,
        created_at: now,
    })
}

/// Keeps a new message of whoever came in.
pub fn insert_message(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    space: &PrivateSpace,
    id: MessageId,
    text: &str,
    now: Moment,
) -> Result<Message, Error> {
    insert(tx, keys, space, &Writing { id: id.uuid(), kind: MESSAGE.to_owned(), text, now })?;
    Ok(Message { id, writer: space.side, text: Some(text.to_owned()), sent_at: now })
}

fn row_of(
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

fn opened(
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

fn note(row: &Row, text: Option<String>) -> Result<Stored<Note>, Error> {
    Ok(Stored {
        value: Note {
            id: row.id.into(),
            kind: code(T, "kind", &row.kind)?,
            writer: code(T, "writer", &row.writer)?,
            text,
            changed_at: row.changed_at.map(|at| at.0),
        },
        version: row.version,
        created_at: row.written_at.0,
    })
}

fn message(row: &Row, text: Option<String>) -> Result<Message, Error> {
    let writer = code(T, "writer", &row.writer)?;
    Ok(Message { id: row.id.into(), writer, text, sent_at: row.written_at.0 })
}

/// A note of the space.
pub fn find_note(
    database: &mut Database<'_>,
    keys: &Keys,
    space: &PrivateSpace,
    id: PrivateNoteId,
) -> Result<Option<Stored<Note>>, Error> {
    let Some(row) = row_of(database, space, id.uuid(), false)? else { return Ok(None) };
    let opened = opened(database, keys, vec![row])?.pop();
    opened.map(|(row, text)| note(&row, text)).transpose()
}

/// Who wrote a message of the space, and when.
pub fn find_message(
    database: &mut Database<'_>,
    space: &PrivateSpace,
    id: MessageId,
) -> Result<Option<Message>, Error> {
    row_of(database, space, id.uuid(), true)?.map(|row| message(&row, None)).transpose()
}

fn page_of(
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

/// A page of the notes, newest first; of one kind, when it is named.
pub fn notes(
    database: &mut Database<'_>,
    keys: &Keys,
    space: &PrivateSpace,
    kind: Option<NoteKind>,
    page: Page,
) -> Result<Slice<Stored<Note>>, Error> {
    use naast_domain::code::Code as _;

    let kinds: Vec<String> = match kind {
        Some(kind) => vec![kind.to_string()],
        None => NoteKind::ALL.iter().map(ToString::to_string).collect(),
    };
    let slice = page_of(database, space, &kinds, page)?;
    let opened = opened(database, keys, slice.items)?;
    Slice { items: opened, more: slice.more }.try_map(|(row, text)| note(&row, text))
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

/// Puts other words in a note that stands as it was loaded.
pub fn change_note(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    space: &PrivateSpace,
    note: &Stored<Note>,
    (kind, text): (NoteKind, &str),
    now: Moment,
) -> Result<(), Error> {
    let sealed = keys.seal(tx, space.owner(), place(note.id.uuid()), text, now)?;
    let row = private_entries::table
        .find((Key::from(space.programme), Key::from(note.id)))
        .filter(private_entries::version.eq(note.version));
    let update = diesel::update(row).set((
        private_entries::kind.eq(kind.to_string()),
        private_entries::words.eq(sealed.as_str().to_owned()),
        private_entries::version.eq(note.version + 1),
        private_entries::changed_at.eq(Some(At(now))),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

fn take_away(tx: &mut Transaction<'_, '_>, space: &PrivateSpace, id: Uuid) -> Result<(), Error> {
    let row = private_entries::table
        .find((Key::from(space.programme), Key(id)))
        .filter(private_entries::match_id.eq(Key::from(space.matched)));
    let delete = diesel::delete(row);
    one(on_either!(&mut **tx, |c| delete.execute(c))?)
}

/// Takes a note away: the row is gone.
pub fn take_note_away(
    tx: &mut Transaction<'_, '_>,
    space: &PrivateSpace,
    note: &Stored<Note>,
) -> Result<(), Error> {
    take_away(tx, space, note.id.uuid())
}

/// Takes a message away: the row is gone.
pub fn take_message_away(
    tx: &mut Transaction<'_, '_>,
    space: &PrivateSpace,
    message: &Message,
) -> Result<(), Error> {
    take_away(tx, space, message.id.uuid())
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
