//! Private notes: of a contact, to prepare a talk with school, and what parent and buddy want to reach. Both read them; who
//! wrote one changes it or takes it away.

use actix_web::{delete, get, patch, post, web};
use chrono::{DateTime, Utc};
use naast_domain::ids::{MatchId, PrivateNoteId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::access::DataKind;
use naast_domain::support::private_space::{NoteKind, PrivateSide, own_words};
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::support::private_space::{self, Note, PrivateSpace};
use naast_persistence::{Database, Stored};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{entered, entered_to_write, may_say, said};
use crate::answer::{Answer, IfMatch};
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::{Body, Path, Query};
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::{Platform, Said as _, Writing};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// A private note to write.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "kind": "talk-preparation", "text": "Eerst vragen hoe het in de pauze gaat.", "aboutHealth": false }))]
pub struct PrivateNoteBody {
    /// What it is about.
    pub kind: NoteKind,
    /// What it says.
    #[schema(min_length = 1, max_length = 8000)]
    pub text: String,
    /// Whether it is about the child's health: ask whoever writes. Then a consent to that must hold, and it goes when the consent is taken back.
    pub about_health: bool,
}

/// What to change in a private note; what is left out stays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "text": "Eerst vragen hoe het in de klas gaat." }))]
pub struct PrivateNoteChangeBody {
    /// What it is about.
    pub kind: Option<NoteKind>,
    /// What it says.
    #[schema(min_length = 1, max_length = 8000)]
    pub text: Option<String>,
    /// Whether it is about the child's health.
    pub about_health: Option<bool>,
}

/// A private note.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrivateNoteView {
    /// Its id.
    pub id: PrivateNoteId,
    /// What it is about.
    pub kind: NoteKind,
    /// Who wrote it.
    pub writer: PrivateSide,
    /// What it says; null when it was erased.
    pub text: Option<String>,
    /// Whether it is about the child's health, as its writer said.
    pub about_health: bool,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// When it was last changed.
    pub changed_at: Option<DateTime<Utc>>,
    /// When it is erased: some time after the support ended.
    pub retention: RetentionView,
}

impl PrivateNoteView {
    fn of(stored: Stored<Note>, retention: RetentionView) -> Self {
        let written_at = stored.created_at;
        let Note { id, kind, writer, text, about_health, changed_at, words_at: _ } = stored.value;
        Self { id, kind, writer, text, about_health, written_at, changed_at, retention }
    }

    fn answer(
        db: &mut Database<'_>,
        space: &PrivateSpace,
        stored: Stored<Note>,
    ) -> Result<Answer<Self>, Error> {
        let version = stored.version;
        let retention = RetentionView::of_private_space(db, space.request)?;
        Ok(Answer::found(Self::of(stored, retention)).version(version))
    }
}

/// Which notes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct PrivateNoteQuery {
    /// Only of this kind.
    pub kind: Option<NoteKind>,
}

page_of! {
    /// A page of private notes, newest first.
    PrivateNotePage of PrivateNoteView
}

/// List the private notes of a match.
///
/// Only its parent and its buddy can, and the buddy only while the match runs. No coordinator, no auditor, no administrator,
/// nobody of the school.
#[utoipa::path(
    operation_id = "listPrivateNotes",
    tag = "support",
    params(("id" = MatchId, Path, description = "The match"), PrivateNoteQuery, PageQuery),
    responses((status = 200, description = "A page", body = PrivateNotePage)),
)]
#[get("/matches/{id}/private-notes")]
pub async fn list_private_notes(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<MatchId>,
    Query(query): Query<PrivateNoteQuery>,
    paging: Paging,
) -> Result<PrivateNotePage, Error> {
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let space = entered(cx, id, DataKind::PrivateNotes)?;
            let slice = private_space::notes(cx.db, cx.keys, &space, query.kind, page)?;
            let next_cursor = paging.next(&slice, |one| (one.created_at, one.id.uuid()));
            let retention = RetentionView::of_private_space(cx.db, space.request)?;
            let view = |one| PrivateNoteView::of(one, retention.clone());
            Ok(PrivateNotePage { data: slice.items.into_iter().map(view).collect(), next_cursor })
        })
        .await
}

/// Write a private note. The other of the two can read it.
#[utoipa::path(
    operation_id = "writePrivateNote",
    tag = "support",
    params(("id" = MatchId, Path, description = "The match")),
    request_body = PrivateNoteBody,
    responses((status = 201, description = "Written", body = PrivateNoteView)),
)]
#[post("/matches/{id}/private-notes")]
pub async fn write_private_note(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<MatchId>,
    Body(body): Body<PrivateNoteBody>,
) -> Result<Answer<PrivateNoteView>, Error> {
    let note_id: PrivateNoteId = fresh();
    let text = said(&body.text)?;
    platform
        .write(caller.0, move |cx| {
            let space = entered_to_write(cx, id)?;
            space.course.write_privately()?;
            may_say(cx, &space, body.about_health)?;
            let note = (body.kind, text.as_str(), body.about_health);
            let stored = private_space::insert_note(cx.tx, cx.keys, &space, note_id, note, cx.now)?;
            let entry =
                cx.entry(space.chain(), space.role(), Purpose::Support, "private-note.written").on(note_id);
            let answer = PrivateNoteView::answer(cx.tx, &space, stored)?
                .at(&format!("/matches/{id}/private-notes/{note_id}"));
            Ok(cx.tx.keep([entry], answer)?)
        })
        .await
}

/// Get a private note.
#[utoipa::path(
    operation_id = "getPrivateNote",
    tag = "support",
    params(
        ("id" = MatchId, Path, description = "The match"),
        ("noteId" = PrivateNoteId, Path, description = "The note"),
    ),
    responses((status = 200, description = "The note", body = PrivateNoteView)),
)]
#[get("/matches/{id}/private-notes/{noteId}")]
pub async fn get_private_note(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((id, note_id)): Path<(MatchId, PrivateNoteId)>,
) -> Result<Answer<PrivateNoteView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let space = entered(cx, id, DataKind::PrivateNotes)?;
            let stored = private_space::find_note(cx.db, cx.keys, &space, note_id)?.ok_or(Error::NotFound)?;
            PrivateNoteView::answer(cx.db, &space, stored)
        })
        .await
}

/// Change a private note that you wrote.
#[utoipa::path(
    operation_id = "changePrivateNote",
    tag = "support",
    params(
        ("id" = MatchId, Path, description = "The match"),
        ("noteId" = PrivateNoteId, Path, description = "The note"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
    ),
    request_body = PrivateNoteChangeBody,
    responses((status = 200, description = "Changed", body = PrivateNoteView)),
)]
#[patch("/matches/{id}/private-notes/{noteId}")]
pub async fn change_private_note(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((id, note_id)): Path<(MatchId, PrivateNoteId)>,
    seen: IfMatch,
    Body(body): Body<PrivateNoteChangeBody>,
) -> Result<Answer<PrivateNoteView>, Error> {
    let text = body.text.as_deref().map(said).transpose()?;
    let show = move |cx: &mut Writing<'_, '_, '_>| {
        let space = entered_to_write(cx, id)?;
        let stored = private_space::find_note(cx.tx, cx.keys, &space, note_id)?.ok_or(Error::NotFound)?;
        cx.shows([Shown::private_space(DataKind::PrivateNotes, &space)]);
        PrivateNoteView::answer(cx.tx, &space, stored)
    };
    platform
        .patch(caller.0, show, move |cx| {
            let space = entered_to_write(cx, id)?;
            let mut stored =
                private_space::find_note(cx.tx, cx.keys, &space, note_id)?.ok_or(Error::NotFound)?;
            own_words(stored.writer, space.side)?;
            space.course.write_privately()?;
            seen.check(stored.version)?;
            let kind = body.kind.unwrap_or(stored.kind);
            let text = text.clone().or(stored.text.clone()).ok_or(Error::NotFound)?;
            let about_health = body.about_health.unwrap_or(stored.about_health);
            may_say(cx, &space, about_health)?;
            let note = (kind, text.as_str(), about_health);
            private_space::change_note(cx.tx, cx.keys, &space, &stored, note, cx.now)?;
            let entry =
                cx.entry(space.chain(), space.role(), Purpose::Support, "private-note.changed").on(note_id);
            stored.value.kind = kind;
            stored.value.about_health = about_health;
            stored.value.text = Some(text);
            stored.value.changed_at = Some(cx.now);
            stored.version += 1;
            let answer = PrivateNoteView::answer(cx.tx, &space, stored)?;
            Ok(cx.tx.keep([entry], answer)?)
        })
        .await
}

/// Take a private note away that you wrote. It is gone, also from the database. No `If-Match`: nothing holds it up.
#[utoipa::path(
    operation_id = "deletePrivateNote",
    tag = "support",
    params(
        ("id" = MatchId, Path, description = "The match"),
        ("noteId" = PrivateNoteId, Path, description = "The note"),
    ),
    responses((status = 204, description = "Gone")),
)]
#[delete("/matches/{id}/private-notes/{noteId}")]
pub async fn delete_private_note(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((id, note_id)): Path<(MatchId, PrivateNoteId)>,
) -> Result<Answer<()>, Error> {
    platform
        .write(caller.0, move |cx| {
            let space = entered_to_write(cx, id)?;
            let stored = private_space::find_note(cx.tx, cx.keys, &space, note_id)?.ok_or(Error::NotFound)?;
            own_words(stored.writer, space.side)?;
            private_space::take_note_away(cx.tx, &space, &stored, cx.now)?;
            let entry = cx
                .entry(space.chain(), space.role(), Purpose::Support, "private-note.taken-away")
                .on(note_id);
            Ok(cx.tx.keep([entry], Answer::gone(()))?)
        })
        .await
}
