//! Messages between parent and buddy. Each sees which messages of the other she has not read; nobody sees what the other
//! has read, so that nobody has to account for an answer that is late.

use actix_web::{delete, get, post, put, web};
use chrono::{DateTime, Utc};
use naast_domain::ids::{MatchId, MessageId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::access::DataKind;
use naast_domain::support::private_space::{PrivateSide, own_words};
use naast_persistence::Kept;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::support::private_space::{self, Message, PrivateSpace, ReadTo};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{entered, entered_to_write, may_say, said};
use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::{Body, Path, Sent};
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::{Platform, Said as _};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// A message to send.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "text": "Zullen we donderdag bellen?", "aboutHealth": false }))]
pub struct MessageBody {
    /// What it says.
    #[schema(min_length = 1, max_length = 2000)]
    pub text: String,
    /// Whether it is about the child's health: ask whoever writes. Then a consent to that must hold, and it goes when the consent is taken back.
    pub about_health: bool,
}

/// Up to where messages were read.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "upTo": "6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0001" }))]
pub struct ReadingBody {
    /// The last message that was read.
    pub up_to: MessageId,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageView {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it.
    pub writer: PrivateSide,
    /// What it says; null when it was erased.
    pub text: Option<String>,
    /// Whether it is about the child's health, as its writer said.
    pub about_health: bool,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// Whether it was written to you and you have not read it. Of your own messages you do not learn it.
    pub unread: bool,
    /// When it is erased: some time after the support ended.
    pub retention: RetentionView,
}

/// How many messages are left to read.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadingView {
    /// How many messages of the other you have not read.
    pub unread: i64,
}

impl MessageView {
    fn of(message: Message, space: &PrivateSpace, read_to: Option<ReadTo>, retention: RetentionView) -> Self {
        let place = (message.sent_at, message.id.uuid());
        let unread = message.writer != space.side && read_to.is_none_or(|to| place > to);
        let Message { id, writer, text, about_health, sent_at } = message;
        Self { id, writer, text, about_health, sent_at, unread, retention }
    }
}

page_of! {
    /// A page of messages, newest first.
    MessagePage of MessageView
}

/// List the messages of a match.
///
/// Only its parent and its buddy can, and the buddy only while the match runs.
#[utoipa::path(
    operation_id = "listMessages",
    tag = "support",
    params(("id" = MatchId, Path, description = "The match"), PageQuery),
    responses((status = 200, description = "A page", body = MessagePage)),
)]
#[get("/matches/{id}/messages")]
pub async fn list_messages(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<MatchId>,
    paging: Paging,
) -> Result<MessagePage, Error> {
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let space = entered(cx, id, DataKind::Messages)?;
            let read_to = private_space::read_to(cx.db, &space)?;
            let slice = private_space::messages(cx.db, cx.keys, &space, page)?;
            let next_cursor = paging.next(&slice, |one| (one.sent_at, one.id.uuid()));
            let retention = RetentionView::of_private_space(cx.db, space.request)?;
            let view = |one| MessageView::of(one, &space, read_to, retention.clone());
            Ok(MessagePage { data: slice.items.into_iter().map(view).collect(), next_cursor })
        })
        .await
}

/// Send a message to the other of the two.
#[utoipa::path(
    operation_id = "sendMessage",
    tag = "support",
    params(("id" = MatchId, Path, description = "The match")),
    request_body = MessageBody,
    responses((status = 201, description = "Sent", body = MessageView)),
)]
#[post("/matches/{id}/messages")]
pub async fn send_message(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<MatchId>,
    Body(body): Body<MessageBody>,
) -> Result<Answer<MessageView>, Error> {
    let message_id: MessageId = fresh();
    let text = said(&body.text)?;
    platform
        .write(caller.0, move |cx| {
            let space = entered_to_write(cx, id)?;
            space.course.write_privately()?;
            may_say(cx, &space, body.about_health)?;
            let words = (text.as_str(), body.about_health);
            let message = private_space::insert_message(cx.tx, cx.keys, &space, message_id, words, cx.now)?;
            let entry = cx
                .entry(space.chain(), space.role(), Purpose::Support, "private-message.sent")
                .on(message_id);
            let retention = RetentionView::of_private_space(cx.tx, space.request)?;
            let view = MessageView::of(message, &space, None, retention);
            let place = format!("/matches/{id}/messages");
            Ok(cx.tx.keep([entry], Answer::created(view, &place))?)
        })
        .await
}

/// Take a message away that you wrote. It is gone, also from the database.
#[utoipa::path(
    operation_id = "deleteMessage",
    tag = "support",
    params(
        ("id" = MatchId, Path, description = "The match"),
        ("messageId" = MessageId, Path, description = "The message"),
    ),
    responses((status = 204, description = "Gone")),
)]
#[delete("/matches/{id}/messages/{messageId}")]
pub async fn delete_message(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((id, message_id)): Path<(MatchId, MessageId)>,
) -> Result<Answer<()>, Error> {
    platform
        .write(caller.0, move |cx| {
            let space = entered_to_write(cx, id)?;
            let message = private_space::find_message(cx.tx, &space, message_id)?.ok_or(Error::NotFound)?;
            own_words(message.writer, space.side)?;
            private_space::take_message_away(cx.tx, &space, &message, cx.now)?;
            let entry = cx
                .entry(space.chain(), space.role(), Purpose::Support, "private-message.taken-away")
                .on(message_id);
            Ok(cx.tx.keep([entry], Answer::gone(()))?)
        })
        .await
}

/// Say up to which message you have read. Only you learn it.
#[utoipa::path(
    operation_id = "noteReading",
    tag = "support",
    params(("id" = MatchId, Path, description = "The match")),
    request_body = ReadingBody,
    responses((status = 200, description = "Remembered, now or before", body = ReadingView)),
)]
#[put("/matches/{id}/message-reading")]
pub async fn note_reading(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<MatchId>,
    sent: Sent<ReadingBody>,
) -> Result<Answer<ReadingView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let space = entered_to_write(cx, id)?;
            let mut check = sent.check();
            let mut message = None;
            check.refers("/upTo", |id| {
                message = private_space::find_message(cx.tx, &space, id)?;
                Ok(message.is_some())
            })?;
            sent.sound(check)?;
            let message = message.ok_or(Error::Internal("a sound body has its message"))?;
            let place = (message.sent_at, message.id.uuid());
            let before = private_space::read_to(cx.tx, &space)?;
            if before.is_some_and(|before| before >= place) {
                let unread = private_space::unread(cx.tx, &space, before)?;
                cx.shows([Shown::private_space(DataKind::Messages, &space)]);
                return Ok(Kept::unchanged(Answer::found(ReadingView { unread })));
            }
            private_space::note_reading(cx.tx, &space, &message)?;
            let unread = private_space::unread(cx.tx, &space, Some(place))?;
            let entry = cx
                .entry(space.chain(), space.role(), Purpose::Support, "private-message.read")
                .on(message.id);
            Ok(cx.tx.keep([entry], Answer::found(ReadingView { unread }))?)
        })
        .await
}
