//! Who goes on with a conversation when who asked leaves the school: the school leader says so.

use actix_web::{post, web};
use naast_domain::access::{HandOverConversation, HoldConversation, ReadConversation, Standing};
use naast_domain::ids::{ConversationId, PersonId};
use naast_domain::journal::{Chain, Purpose};
use naast_domain::organisations::Role;
use naast_persistence::{conversations, organisations};
use serde::Deserialize;
use utoipa::ToSchema;

use super::hold::ConversationView;
use crate::answer::{Answer, IfMatch};
use crate::caller::{Caller, Reader};
use crate::contract::{Path, Sent};
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// Who goes on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "personId": "6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0001" }))]
pub struct ConversationHolderBody {
    /// Somebody who holds conversations at this school now.
    pub person_id: PersonId,
}

/// Name who goes on with a conversation.
///
/// Who asked the first question goes on with the parent (L6). When she leaves, the school leader names a colleague; the parent's side does
/// not change.
#[utoipa::path(
    operation_id = "nameConversationHolder",
    tag = "conversations",
    params(
        ("id" = ConversationId, Path, description = "The conversation"),
        ("If-Match" = String, Header, description = "The ETag of the conversation that was read"),
    ),
    request_body = ConversationHolderBody,
    responses((status = 200, description = "She goes on from here", body = ConversationView)),
)]
#[post("/conversations/{id}/holders")]
pub async fn name_conversation_holder(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<ConversationId>,
    seen: IfMatch,
    sent: Sent<ConversationHolderBody>,
) -> Result<Answer<ConversationView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let (hand_over, read) = (cx.grant::<HandOverConversation>()?, cx.grant::<ReadConversation>()?);
            let (one, _) = conversations::find(cx.tx, &read, id)?.ok_or(Error::NotFound)?;
            let standing = Standing { school: Some(&one.school), ..Standing::default() };
            hand_over.reaches(standing).ok_or(Error::NotFound)?;
            let mut check = sent.check();
            // the same answer for a stranger and for nobody
            check.refers("/personId", |person| {
                let colleague = organisations::principal(cx.tx, person, cx.today)?;
                Ok(colleague.and_then(|one| one.grant::<HoldConversation>()?.reaches(standing)).is_some())
            })?;
            let body = sent.sound(check)?;
            seen.check(one.school_version)?;
            conversations::hand_over(cx.tx, &hand_over, &one, body.person_id)?;
            let entry = cx.entry(
                Chain::PLATFORM,
                Role::SchoolLeader,
                Purpose::Signposting,
                "conversation.handed-to-colleague",
            );
            let (after, _) = conversations::find(cx.tx, &read, id)?.ok_or(Error::NotFound)?;
            let answer = Answer::found(ConversationView::of(&after, reader.0)).version(after.school_version);
            Ok(cx.tx.keep([entry.on(id)], answer)?)
        })
        .await
}
