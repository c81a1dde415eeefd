//! Private notes.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::ids::PrivateNoteId;
use naast_domain::support::private_space::{NoteKind, PrivateSide};

use super::PrivateSpace;
use super::entries::{Row, T, Writing, insert, opened, page_of, place, row_of, take_away};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::keys::Keys;
use crate::privacy::erasure::Subject;
use crate::privacy::tombstones;
use crate::retries;
use crate::rows::{Page, Slice, Stored, code, one};
use crate::schema::private_entries;
use crate::transaction::Transaction;
use crate::{Error, on_either};

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
    /// Whether it is about the child's health.
    pub about_health: bool,
    /// When it was last changed.
    pub changed_at: Option<Moment>,
    /// When these words were put in the place of others.
    pub words_at: Option<Moment>,
}

/// Keeps a new note of whoever came in.
pub fn insert_note(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    space: &PrivateSpace,
    id: PrivateNoteId,
    (kind, text, about_health): (NoteKind, &str, bool),
    now: Moment,
) -> Result<Stored<Note>, Error> {
    insert(tx, keys, space, &Writing { id: id.uuid(), kind: kind.to_string(), text, about_health, now })?;
    let text = Some(text.to_owned());
    Ok(Stored {
        value: Note { id, kind, writer: space.side, text, about_health, changed_at: None, words_at: None },
        version: 1,
        created_at: now,
    })
}

fn note(row: &Row, text: Option<String>) -> Result<Stored<Note>, Error> {
    Ok(Stored {
        value: Note {
            id: row.id.into(),
            kind: code(T, "kind", &row.kind)?,
            writer: code(T, "writer", &row.writer)?,
            text,
            about_health: row.about_health,
            changed_at: row.changed_at.map(|at| at.0),
            words_at: row.words_at.map(|at| at.0),
        },
        version: row.version,
        created_at: row.written_at.0,
    })
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

/// Puts other words in a note that stands as it was loaded. What it said before is gone: from what was answered to its writer too, and from
/// the exports that wait for whose case it is; and a tombstone keeps a backup from saying it again.
pub fn change_note(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    space: &PrivateSpace,
    note: &Stored<Note>,
    (kind, text, about_health): (NoteKind, &str, bool),
    now: Moment,
) -> Result<(), Error> {
    let sealed = keys.seal(tx, space.owner(), place(note.id.uuid()), text, now)?;
    let row = private_entries::table
        .find((Key::from(space.programme), Key::from(note.id)))
        .filter(private_entries::version.eq(note.version));
    let says_other_words = note.text.as_deref() != Some(text);
    let words_at = if says_other_words { Some(now) } else { note.words_at };
    let update = diesel::update(row).set((
        private_entries::kind.eq(kind.to_string()),
        private_entries::about_health.eq(about_health),
        private_entries::words.eq(sealed.as_str().to_owned()),
        private_entries::version.eq(note.version + 1),
        private_entries::changed_at.eq(Some(At(now))),
        private_entries::words_at.eq(words_at.map(At)),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)?;
    if !says_other_words {
        return Ok(());
    }
    retries::blank_of_case_to(tx, space.request, &[space.me])?;
    let former = (note.id.uuid(), note.words_at.unwrap_or(note.created_at));
    tombstones::lay_of_words(tx, former, Subject::Case(space.request), now)
}

/// Takes a note away: the row is gone, and a tombstone keeps a backup from bringing it back.
pub fn take_note_away(
    tx: &mut Transaction<'_, '_>,
    space: &PrivateSpace,
    note: &Stored<Note>,
    now: Moment,
) -> Result<(), Error> {
    take_away(tx, space, note.id.uuid(), now)
}
