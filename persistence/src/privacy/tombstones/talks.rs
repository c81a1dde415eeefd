//! Conversations: that a step ended one, on which side of the parent's, and what of one went by its term. A school knows its conversations by their
//! ids, and the steps are few: the fingerprints are made with a key, so that whoever has the file of tombstones cannot try which no was said.

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::conversations::{ConversationState, SchoolStep, Step};
use naast_domain::ids::ConversationId;

use super::{Fingerprint, Kind, fingerprint, put};
use crate::columns::Key;
use crate::database::Database;
use crate::keys::Keys;
use crate::rows::code;
use crate::schema::{conversations, parent_sides};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Which side of the parent's: the first, or the further one that a code of its own opens.
pub type Side = Option<Fingerprint>;

/// A conversation that goes on though it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TalkEnded {
    /// Which.
    pub conversation: ConversationId,
    /// On which side.
    pub side: Side,
    /// By which step.
    pub step: Step,
    /// When.
    pub at: Moment,
}

/// What is in the database of conversations though it ended or went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Talks {
    pub(super) ended: Vec<TalkEnded>,
    pub(super) steps: Vec<(ConversationId, Side, Moment)>,
    pub(super) whole: Vec<(ConversationId, Moment)>,
}

/// Lays the tombstone of a step that ends a conversation, on whichever side, or with which it comes to the parent.
pub(crate) fn lay_of_talks_end(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    conversation: ConversationId,
    (side, step): (Option<&[u8]>, Step),
    now: Moment,
) -> Result<(), Error> {
    put(tx, Kind::ConversationEnded, of_end(keys, conversation, side, step), now)
}

/// Lays the tombstone of the steps of a side whose term is over.
pub(crate) fn lay_of_steps(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    conversation: ConversationId,
    side: Option<&[u8]>,
    now: Moment,
) -> Result<(), Error> {
    put(tx, Kind::ConversationSteps, of_steps(keys, conversation, side), now)
}

/// Lays the tombstone of a conversation whose term is over.
pub(crate) fn lay_of_talk(
    tx: &mut Transaction<'_, '_>,
    conversation: ConversationId,
    now: Moment,
) -> Result<(), Error> {
    put(tx, Kind::Conversation, fingerprint(Kind::Conversation.word(), conversation.uuid()), now)
}

fn of_end(keys: &Keys, conversation: ConversationId, side: Option<&[u8]>, step: Step) -> Fingerprint {
    let id = conversation.uuid();
    let known_by: [&[u8]; 3] = [id.as_bytes(), side.unwrap_or_default(), step.code().as_bytes()];
    keys.fingerprint(Kind::ConversationEnded.word(), &known_by)
}

fn of_steps(keys: &Keys, conversation: ConversationId, side: Option<&[u8]>) -> Fingerprint {
    let id = conversation.uuid();
    keys.fingerprint(Kind::ConversationSteps.word(), &[id.as_bytes(), side.unwrap_or_default()])
}

/// What has come back of conversations.
pub(super) fn come_back(
    database: &mut Database<'_>,
    keys: &Keys,
    known: &HashMap<(Kind, Fingerprint), Moment>,
) -> Result<Talks, Error> {
    const KINDS: [Kind; 3] = [Kind::Conversation, Kind::ConversationSteps, Kind::ConversationEnded];
    let mut talks = Talks::default();
    if !known.keys().any(|(kind, _)| KINDS.contains(kind)) {
        return Ok(talks);
    }
    let first: Vec<(Key, String)> = on_either!(&mut *database, |c| conversations::table
        .order(conversations::id)
        .select((conversations::id, conversations::state))
        .load(c))?;
    let further: Vec<(Key, String, Vec<u8>)> = on_either!(database, |c| parent_sides::table
        .order((parent_sides::conversation_id, parent_sides::code_hash))
        .select((parent_sides::conversation_id, parent_sides::state, parent_sides::code_hash))
        .load(c))?;
    for (id, _) in &first {
        let stone = (Kind::Conversation, fingerprint(Kind::Conversation.word(), id.0));
        talks.whole.extend(known.get(&stone).map(|at| ((*id).into(), *at)));
    }
    let first = first.into_iter().map(|(id, state)| (id, state, None));
    let further = further.into_iter().map(|(id, state, code)| (id, state, Some(code)));
    for (id, state, hash) in first.chain(further) {
        let (conversation, hash) = (ConversationId::from(id), hash.as_deref());
        let side = hash
            .map(Fingerprint::try_from)
            .transpose()
            .map_err(|_| Error::Corrupt { table: "parent_sides", column: "code_hash" })?;
        let mut stands: ConversationState = code("conversations", "state", &state)?;
        let taken = |step| {
            let at = known.get(&(Kind::ConversationEnded, of_end(keys, conversation, hash, step)))?;
            Some(TalkEnded { conversation, side, step, at: *at })
        };
        // first that it came to the parent, so that school reads that step of each conversation in which it was taken, and then how it ended
        if let Some(explained) = taken(Step::School(SchoolStep::ExplainBuddy))
            && let Some(next) = stands.end_again(explained.step)
        {
            talks.ended.push(explained);
            stands = next;
        }
        let ended = Step::all().filter(|step| stands.end_again(*step).is_some()).filter_map(taken);
        talks.ended.extend(ended.max_by_key(|one| one.at));
        let steps = known.get(&(Kind::ConversationSteps, of_steps(keys, conversation, hash)));
        talks.steps.extend(steps.map(|at| (conversation, side, *at)));
    }
    Ok(talks)
}
