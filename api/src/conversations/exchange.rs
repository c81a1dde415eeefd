//! The parent exchanges the invitation that the school handed her for a code of her own. The school knew the invitation;
//! it never sees what it was exchanged for, so that from here on nobody but the parent can read or answer in her place.
//! Whoever exchanges it again gets a side of her own (ADR 49): a parent who lost her code goes on, and a school that tries
//! learns nothing, takes nothing from her, and cannot consent.

use actix_web::{post, web};
use naast_domain::journal::{Chain, Purpose};
use naast_persistence::conversations;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{of_conversation, of_invitation};
use crate::answer::Answer;
use crate::clock::fresh_code;
use crate::contract::Body;
use crate::platform::{Platform, Said as _, unsigned_entry};
use crate::problem::Error;

/// An invitation to exchange.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "invitationCode": "ABCD-EFGH-2345-6789" }))]
pub struct InvitationBody {
    /// The code that the school gave. Dashes, spaces and small letters do no harm.
    #[schema(min_length = 16, max_length = 30)]
    pub invitation_code: String,
}

/// The parent's own code.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParentCodeView {
    /// The code, shown once. Nobody but the parent has it.
    pub parent_code: String,
}

/// Exchange the school's invitation code for a code of the parent's own.
///
/// It can be exchanged again, as by a parent who lost hers: each code opens a side of its own, on which nothing is seen of what was
/// answered on another. So nobody learns by it that it was exchanged before. Only the hand-over is the conversation's, and once.
#[utoipa::path(
    operation_id = "exchangeInvitationCode",
    tag = "conversations",
    security(()),
    request_body = InvitationBody,
    responses(
        (
            status = 201,
            description = "Exchanged; keep the new code, the school's opens nothing else",
            body = ParentCodeView,
        ),
        (
            status = 404,
            description = "No invitation has this code",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
    ),
)]
#[post("/parent-codes")]
pub async fn exchange_invitation_code(
    platform: web::Data<Platform>,
    Body(body): Body<InvitationBody>,
) -> Result<Answer<ParentCodeView>, Error> {
    let now = platform.clock.now();
    let code = fresh_code();
    let invitation = of_invitation(&body.invitation_code);
    platform
        .write_held(invitation, move |tx| {
            let hers = of_conversation(&code);
            let one = if let Some(one) = conversations::find_by_code(tx, &invitation)? {
                conversations::exchange_code(tx, &one, (&invitation, &hers))?;
                one
            } else {
                // school kept the invitation: whoever sends it again must not learn by the answer, nor by what the new code opens, that
                // it was exchanged before
                let one = conversations::find_by_invitation(tx, &invitation)?.ok_or(Error::NotFound)?;
                conversations::add_side(tx, &one, &hers)?;
                one
            };
            let act = "conversation.invitation-used";
            let entry = unsigned_entry(Chain::PLATFORM, "parent", Purpose::Signposting, act, now).on(one.id);
            let view = ParentCodeView { parent_code: code.clone() };
            Ok(tx.keep([entry], Answer::made(view).shown_once(true))?)
        })
        .await
}
