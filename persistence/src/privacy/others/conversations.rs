//! Conversations after which the school may ask again, and the parent's side of those that she ended.

use diesel::prelude::*;
use naast_domain::access::Upkeep;
use naast_domain::code::Code as _;
use naast_domain::conversations::{ConversationSchoolState, ConversationState, REST_MONTHS};
use naast_domain::ids::ConversationId;
use naast_domain::privacy::retention::{Due, STEPS_STAY_DAYS};
use naast_domain::{Moment, day_of};

use super::super::erasure;
use super::super::tombstones::{self, Side};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::keys::Keys;
use crate::rows::code;
use crate::schema::{conversation_steps, conversations, parent_sides};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// The states in which the parent's side of a conversation has ended for good.
fn ended() -> Vec<String> {
    ConversationState::ALL.iter().filter(|state| state.ended_by_parent()).map(ToString::to_string).collect()
}

/// Conversations of which the parent's steps have had their time. What the school sees of them does not change.
pub fn conversations_with_old_steps(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    now: Moment,
    (after, most): (ConversationId, i64),
) -> Result<Vec<ConversationId>, Error> {
    let before = At(Due::over_before(day_of(now), STEPS_STAY_DAYS));
    let of_this = conversation_steps::conversation_id.eq(conversations::id);
    let first = conversations::state
        .eq_any(ended())
        .and(diesel::dsl::exists(
            conversation_steps::table.filter(of_this).filter(conversation_steps::side.eq("parent")),
        ))
        .and(diesel::dsl::not(diesel::dsl::exists(
            conversation_steps::table.filter(of_this).filter(conversation_steps::at.ge(before)),
        )));
    let further = diesel::dsl::exists(
        parent_sides::table
            .filter(parent_sides::conversation_id.eq(conversations::id))
            .filter(parent_sides::state.eq_any(ended()))
            .filter(parent_sides::answered_at.lt(before)),
    );
    let keys: Vec<Key> = on_either!(database, |c| conversations::table
        .filter(first.or(further))
        .filter(conversations::id.gt(Key::from(after)))
        .order(conversations::id)
        .limit(most)
        .select(conversations::id)
        .load(c))?;
    Ok(keys.into_iter().map(Into::into).collect())
}

/// Deletes the parent's steps of a conversation, and her code, on each side of hers that had its time.
pub fn erase_old_steps(
    tx: &mut Transaction<'_, '_>,
    (keys, _leave): (&Keys, &Upkeep),
    id: ConversationId,
    now: Moment,
) -> Result<(), Error> {
    let before = At(Due::over_before(day_of(now), STEPS_STAY_DAYS));
    let over: Vec<Vec<u8>> = on_either!(&mut **tx, |c| parent_sides::table
        .filter(parent_sides::conversation_id.eq(Key::from(id)))
        .filter(parent_sides::state.eq_any(ended()))
        .filter(parent_sides::answered_at.lt(before))
        .select(parent_sides::code_hash)
        .load(c))?;
    for code in over {
        erase_side(tx, keys, (id, &code), now)?;
    }
    let stays = conversation_steps::table
        .filter(conversation_steps::conversation_id.eq(Key::from(id)))
        .filter(conversation_steps::at.ge(before));
    let ended = conversations::table.find(Key::from(id)).filter(conversations::state.eq_any(ended()));
    let is_over: bool = on_either!(&mut **tx, |c| diesel::select(
        diesel::dsl::exists(ended).and(diesel::dsl::not(diesel::dsl::exists(stays)))
    )
    .get_result(c))?;
    if is_over { erase_first_side(tx, keys, id, now) } else { Ok(()) }
}

/// Deletes what the parent did on a further side that ended, and its code. Says whether it was there.
fn erase_side(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    (id, code): (ConversationId, &[u8]),
    now: Moment,
) -> Result<bool, Error> {
    let side =
        parent_sides::table.find((Key::from(id), code.to_vec())).filter(parent_sides::state.eq_any(ended()));
    if on_either!(&mut **tx, |c| diesel::delete(side).execute(c))? == 0 {
        return Ok(false);
    }
    tombstones::lay_of_steps(tx, keys, id, Some(code), now)?;
    Ok(true)
}

/// Deletes the parent's steps on the first side, and her code.
fn erase_first_side(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    id: ConversationId,
    now: Moment,
) -> Result<(), Error> {
    let delete = diesel::delete(
        conversation_steps::table
            .filter(conversation_steps::conversation_id.eq(Key::from(id)))
            .filter(conversation_steps::side.eq("parent")),
    );
    on_either!(&mut **tx, |c| delete.execute(c))?;
    let update = diesel::update(conversations::table.find(Key::from(id)))
        .set(conversations::code_hash.eq(None::<Vec<u8>>));
    on_either!(&mut **tx, |c| update.execute(c))?;
    tombstones::lay_of_steps(tx, keys, id, None, now)
}

/// Deletes the parent's steps of a side again that went, as of the moment at which they did, where that side has ended. Says whether anything was there.
pub fn erase_steps_again(
    tx: &mut Transaction<'_, '_>,
    (keys, _leave): (&Keys, &Upkeep),
    (id, side): (ConversationId, Side),
    at: Moment,
) -> Result<bool, Error> {
    if let Some(code) = side {
        return erase_side(tx, keys, (id, &code), at);
    }
    let of_parent = conversation_steps::table
        .filter(conversation_steps::conversation_id.eq(conversations::id))
        .filter(conversation_steps::side.eq("parent"));
    let left = conversations::table
        .find(Key::from(id))
        .filter(conversations::state.eq_any(ended()))
        .filter(conversations::code_hash.is_not_null().or(diesel::dsl::exists(of_parent)));
    let is_left: bool = on_either!(&mut **tx, |c| diesel::select(diesel::dsl::exists(left)).get_result(c))?;
    if is_left {
        erase_first_side(tx, keys, id, at)?;
    }
    Ok(is_left)
}

/// Conversations after which the school may ask again.
pub fn conversations_over(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    now: Moment,
    (after, most): (ConversationId, i64),
) -> Result<Vec<ConversationId>, Error> {
    // a day more than the months: `retention::conversation` says "after this day"; and an hour, by which the clocks may have changed
    let before = now
        .checked_sub_months(chrono::Months::new(REST_MONTHS))
        .map_or(now, |then| then - chrono::TimeDelta::hours(25));
    let keys: Vec<Key> = on_either!(database, |c| conversations::table
        .filter(conversations::opened_at.lt(At(before)))
        .filter(conversations::id.gt(Key::from(after)))
        .order(conversations::id)
        .limit(most)
        .select(conversations::id)
        .load(c))?;
    Ok(keys.into_iter().map(Into::into).collect())
}

/// Erases a conversation; the school keeps a count of how its own side ended.
pub fn erase_conversation(
    tx: &mut Transaction<'_, '_>,
    leave: &Upkeep,
    id: ConversationId,
    now: Moment,
) -> Result<(), Error> {
    let row: Option<(String, String, At)> = on_either!(&mut **tx, |c| conversations::table
        .find(Key::from(id))
        .select((conversations::location_code, conversations::state, conversations::opened_at))
        .first(c)
        .optional())?;
    let Some((school, state, opened_at)) = row else { return Ok(()) };
    let state: ConversationState = code("conversations", "state", &state)?;
    let outcome = ConversationSchoolState::of(state).code();
    erasure::erase_conversation(tx, leave, id, (&school, outcome), (opened_at.0, now))
}
