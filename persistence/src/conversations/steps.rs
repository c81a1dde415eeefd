//! The steps that were taken in a conversation. What the parent did stands apart from what school did.

use diesel::prelude::*;
use naast_domain::access::{Grant, ReadConversation, Upkeep};
use naast_domain::conversations::{ConversationSchoolState, ConversationState, Step};
use naast_domain::ids::ProgrammeId;
use naast_domain::{Date, Moment};

use super::{Conversation, sides};
use crate::columns::{At, Json, Key};
use crate::database::Database;
use crate::keys::Keys;
use crate::privacy::tombstones::{self, TalkEnded};
use crate::rows::one;
use crate::schema::{conversation_steps, conversations};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// One step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Which step.
    pub step: Step,
    /// The version of the words that were said.
    pub wording_version: Option<String>,
    /// The language in which they were said.
    pub language: Option<String>,
    /// The programmes that the parent was shown.
    pub programmes_shown: Option<Vec<ProgrammeId>>,
    /// When.
    pub at: Moment,
}

/// What a step changes besides the state.
#[derive(Debug, Clone, Default)]
pub struct Consequence {
    /// The fingerprint of the invitation code that the parent gets.
    pub code_hash: Option<[u8; 32]>,
    /// The day of the hand-over.
    pub handed_over_on: Option<Date>,
}

/// Keeps a step that was taken, on a conversation that stands as it was loaded.
pub fn keep_step(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    conversation: &Conversation,
    next: ConversationState,
    taken: &Taken,
    consequence: &Consequence,
) -> Result<(), Error> {
    if taken.step.outlives_a_restore() {
        let side = conversation.side.as_ref().map(|side| &side.code_hash[..]);
        tombstones::lay_of_talks_end(tx, keys, conversation.id, (side, taken.step), taken.at)?;
    }
    if let Some(side) = &conversation.side {
        sides::keep(tx, conversation, side, next, taken.at)?;
        // only the hand-over is the conversation's own
        if next != ConversationState::Referred {
            return Ok(());
        }
    }
    let seen =
        i32::from(ConversationSchoolState::of(conversation.state) != ConversationSchoolState::of(next));
    let row = conversations::table
        .find(Key::from(conversation.id))
        .filter(conversations::version.eq(conversation.version));
    let update = diesel::update(row).set((
        conversations::state.eq(next.to_string()),
        conversations::version.eq(conversation.version + 1),
        conversations::school_version.eq(conversation.school_version + seen),
        consequence.code_hash.as_ref().map(|hash| conversations::code_hash.eq(Some(&hash[..]))),
        consequence.handed_over_on.map(|day| conversations::handed_over_on.eq(Some(day))),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)?;
    let side = match taken.step {
        Step::School(_) => "school",
        Step::Parent(_) => "parent",
    };
    let row = (
        conversation_steps::conversation_id.eq(Key::from(conversation.id)),
        conversation_steps::ordinal.eq(conversation.version),
        conversation_steps::step.eq(taken.step.code()),
        conversation_steps::side.eq(side),
        conversation_steps::wording_version.eq(&taken.wording_version),
        conversation_steps::language.eq(&taken.language),
        conversation_steps::programmes_shown.eq(taken.programmes_shown.as_ref().map(Json::of)),
        conversation_steps::at.eq(At(taken.at)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(conversation_steps::table).values(row).execute(c))?;
    Ok(())
}

/// Ends a conversation again that a step ended and a backup brought back, as of the moment at which it did; on that side of the parent's, where it has one.
/// Gives back from where to where, nothing when it is over.
pub fn end_again(
    tx: &mut Transaction<'_, '_>,
    (keys, _leave): (&Keys, &Upkeep),
    ended: &TalkEnded,
) -> Result<Option<(ConversationState, ConversationState)>, Error> {
    let found = match &ended.side {
        Some(code) => sides::find(tx, code)?,
        None => super::load(tx, ended.conversation)?,
    };
    let Some(conversation) = found.filter(|one| one.id == ended.conversation) else { return Ok(None) };
    let Some(next) = conversation.state.end_again(ended.step) else { return Ok(None) };
    let taken = Taken {
        step: ended.step,
        wording_version: None,
        language: None,
        programmes_shown: None,
        at: ended.at,
    };
    keep_step(tx, keys, &conversation, next, &taken, &Consequence::default())?;
    Ok(Some((conversation.state, next)))
}

/// The steps of the school's side, in their order. What the parent did is not among them.
pub fn school_steps(
    database: &mut Database<'_>,
    conversation: &Conversation,
    _grant: &Grant<ReadConversation>,
) -> Result<Vec<Taken>, Error> {
    steps(database, conversation, "school")
}

/// When the last step of either side was taken, of a further side its own and the school's; when it was opened before the first.
pub fn last_step_at(database: &mut Database<'_>, conversation: &Conversation) -> Result<Moment, Error> {
    let answered = conversation.side.as_ref().and_then(|side| side.answered_at);
    // asked in any case, so that each side takes the same
    let sides: &[&str] = if conversation.side.is_some() { &["school"] } else { &["school", "parent"] };
    let last: Option<At> = on_either!(database, |c| conversation_steps::table
        .filter(conversation_steps::conversation_id.eq(Key::from(conversation.id)))
        .filter(conversation_steps::side.eq_any(sides))
        .order(conversation_steps::ordinal.desc())
        .select(conversation_steps::at)
        .first(c)
        .optional())?;
    if let Some(at) = answered {
        return Ok(at);
    }
    Ok(last.map_or(conversation.opened_at, |at| at.0))
}

/// The programmes that the parent was shown.
pub fn programmes_shown(
    database: &mut Database<'_>,
    conversation: &Conversation,
) -> Result<Vec<ProgrammeId>, Error> {
    let steps = steps(database, conversation, "school")?;
    Ok(steps.into_iter().filter_map(|taken| taken.programmes_shown).next_back().unwrap_or_default())
}

fn steps(database: &mut Database<'_>, conversation: &Conversation, side: &str) -> Result<Vec<Taken>, Error> {
    type Found = (String, Option<String>, Option<String>, Option<Json>, At);
    let rows: Vec<Found> = on_either!(database, |c| conversation_steps::table
        .filter(conversation_steps::conversation_id.eq(Key::from(conversation.id)))
        .filter(conversation_steps::side.eq(side))
        .order(conversation_steps::ordinal)
        .select((
            conversation_steps::step,
            conversation_steps::wording_version,
            conversation_steps::language,
            conversation_steps::programmes_shown,
            conversation_steps::at,
        ))
        .load(c))?;
    rows.into_iter()
        .map(|(step, wording_version, language, programmes_shown, at)| {
            const T: &str = "conversation_steps";
            let step = Step::all()
                .find(|known| known.code() == step)
                .ok_or(Error::Corrupt { table: T, column: "step" })?;
            Ok(Taken {
                step,
                wording_version,
                language,
                programmes_shown: programmes_shown
                    .map(|json| json.read(T, "programmes_shown"))
                    .transpose()?,
                at: at.0,
            })
        })
        .collect()
}
