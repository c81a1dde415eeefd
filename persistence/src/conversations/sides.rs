//! Further sides of the parent's: each opened by exchanging the invitation again, with a state of its own in the conversation.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::conversations::ConversationState;

use super::{Conversation, Row};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::{code, one};
use crate::schema::{conversations, parent_sides};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// A further side of the parent's: its own state in the conversation, of which the first side shows nothing, nor it of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) code_hash: Vec<u8>,
    pub(super) answered_at: Option<Moment>,
    /// Where the conversation itself stands, which the first side moves.
    pub(super) first: ConversationState,
}

/// The conversation of a code for which the invitation was exchanged again, as it stands on that side.
pub(super) fn find(database: &mut Database<'_>, code_hash: &[u8; 32]) -> Result<Option<Conversation>, Error> {
    let further: Option<(Row, String, Option<At>)> = on_either!(database, |c| parent_sides::table
        .inner_join(conversations::table.on(conversations::id.eq(parent_sides::conversation_id)))
        .filter(parent_sides::code_hash.eq(&code_hash[..]))
        .select((Row::as_select(), parent_sides::state, parent_sides::answered_at))
        .first(c)
        .optional())?;
    let Some((row, state, answered_at)) = further else { return Ok(None) };
    let first = Conversation::try_from(row)?;
    let side =
        Side { code_hash: code_hash.to_vec(), answered_at: answered_at.map(|at| at.0), first: first.state };
    Ok(Some(Conversation { state: code("parent_sides", "state", &state)?, side: Some(side), ..first }))
}

/// A conversation by the fingerprint of its invitation, once that was exchanged.
pub fn find_by_invitation(
    database: &mut Database<'_>,
    invitation: &[u8; 32],
) -> Result<Option<Conversation>, Error> {
    let row: Option<Row> = on_either!(database, |c| conversations::table
        .filter(conversations::invitation_hash.eq(&invitation[..]))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(TryInto::try_into).transpose()
}

/// Gives whoever exchanges an invitation again a side of her own: as the first one was before anybody answered.
pub fn add_side(
    tx: &mut Transaction<'_, '_>,
    conversation: &Conversation,
    code_hash: &[u8; 32],
) -> Result<(), Error> {
    let row = (
        parent_sides::conversation_id.eq(Key::from(conversation.id)),
        parent_sides::code_hash.eq(&code_hash[..]),
        parent_sides::state.eq(ConversationState::BuddyExplained.to_string()),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(parent_sides::table).values(row).execute(c))?;
    Ok(())
}

/// Keeps where a further side stands, of a conversation that stands as it was loaded.
pub(super) fn keep(
    tx: &mut Transaction<'_, '_>,
    conversation: &Conversation,
    side: &Side,
    next: ConversationState,
    at: Moment,
) -> Result<(), Error> {
    let row = parent_sides::table
        .find((Key::from(conversation.id), side.code_hash.clone()))
        .filter(parent_sides::state.eq(conversation.state.to_string()));
    let update = diesel::update(row)
        .set((parent_sides::state.eq(next.to_string()), parent_sides::answered_at.eq(Some(At(at)))));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}
