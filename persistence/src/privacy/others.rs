//! What goes for its age and is no case: conversations, buddies' files, accounts.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use naast_domain::access::{DecideOnRequest, Grant, Upkeep};
use naast_domain::buddies::BuddyStatus;
use naast_domain::code::Code as _;
use naast_domain::conversations::{ConversationSchoolState, ConversationState};
use naast_domain::ids::{BuddyId, ConversationId, PersonId, ProgrammeId};
use naast_domain::organisations::MembershipStatus;
use naast_domain::privacy::KeptBecause;
use naast_domain::privacy::retention::{self, ACCOUNT_STAYS_DAYS, Due, STEPS_STAY_DAYS};
use naast_domain::{Moment, conversations::REST_MONTHS};

use super::erasure;
use crate::columns::{At, Id, Key, Moment as SqlMoment};
use crate::database::Database;
use crate::rows::code;
use crate::schema::{
    buddies, certificates, conversation_steps, conversations, memberships, support_requests,
};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// The states in which the parent's side of a conversation has ended for good. After a hand-over her code still stops her request.
fn ended() -> Vec<String> {
    [ConversationState::BuddyDeclined, ConversationState::SelfContact, ConversationState::Withdrawn]
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// Conversations of which the parent's steps have had their time. What the school sees of them does not change.
pub fn conversations_with_old_steps(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    now: Moment,
    most: i64,
) -> Result<Vec<ConversationId>, Error> {
    let before = At(now - chrono::TimeDelta::days(STEPS_STAY_DAYS.into()));
    let of_this = conversation_steps::conversation_id.eq(conversations::id);
    let keys: Vec<Key> = on_either!(database, |c| conversations::table
        .filter(conversations::state.eq_any(ended()))
        .filter(diesel::dsl::exists(
            conversation_steps::table.filter(of_this).filter(conversation_steps::side.eq("parent")),
        ))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            conversation_steps::table.filter(of_this).filter(conversation_steps::at.ge(before)),
        )))
        .order(conversations::id)
        .limit(most)
        .select(conversations::id)
        .load(c))?;
    Ok(keys.into_iter().map(Into::into).collect())
}

/// Deletes the parent's steps of a conversation, and her code.
pub fn erase_old_steps(
    tx: &mut Transaction<'_, '_>,
    _leave: &Upkeep,
    id: ConversationId,
    _now: Moment,
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
    Ok(())
}

/// Conversations after which the school may ask again.
pub fn conversations_over(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    now: Moment,
    most: i64,
) -> Result<Vec<ConversationId>, Error> {
    // a day more than the months: `retention::conversation` says "after this day"
    let before = now
        .checked_sub_months(chrono::Months::new(REST_MONTHS))
        .map_or(now, |then| then - chrono::TimeDelta::days(1));
    let keys: Vec<Key> = on_either!(database, |c| conversations::table
        .filter(conversations::opened_at.lt(At(before)))
        .order(conversations::id)
        .limit(most)
        .select(conversations::id)
        .load(c))?;
    Ok(keys.into_iter().map(Into::into).collect())
}

/// Erases a conversation; the school keeps a count of how its own side ended.
pub fn erase_conversation(
    tx: &mut Transaction<'_, '_>,
    _leave: &Upkeep,
    id: ConversationId,
) -> Result<(), Error> {
    let row: Option<(String, String, At)> = on_either!(&mut **tx, |c| conversations::table
        .find(Key::from(id))
        .select((conversations::location_code, conversations::state, conversations::opened_at))
        .first(c)
        .optional())?;
    let Some((school, state, opened_at)) = row else { return Ok(()) };
    let state: ConversationState = code("conversations", "state", &state)?;
    let outcome = ConversationSchoolState::of(state).code();
    erasure::erase_conversation(tx, id, (&school, outcome), opened_at.0)
}

/// A buddy who left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone {
    /// The buddy.
    pub id: BuddyId,
    /// The programme.
    pub programme: ProgrammeId,
    /// Whether her certificates are still there.
    pub has_certificates: bool,
    /// When her file goes.
    pub file: Due,
}

/// The buddies who left and whose file is there. One whose row stays for a case that names it has no file any more.
pub fn buddies_who_left(database: &mut Database<'_>, _leave: &Upkeep) -> Result<Vec<Gone>, Error> {
    type Row = (Key, Key, Option<At>, bool);
    let rows: Vec<Row> = on_either!(&mut *database, |c| buddies::table
        .filter(buddies::status.eq(BuddyStatus::Left.to_string()))
        .filter(buddies::left_at.is_not_null())
        .order(buddies::id)
        .select((
            buddies::programme_id,
            buddies::id,
            buddies::left_at,
            diesel::dsl::exists(
                certificates::table
                    .filter(certificates::programme_id.eq(buddies::programme_id))
                    .filter(certificates::buddy_id.eq(buddies::id)),
            ),
        ))
        .load(c))?;
    let programmes: Vec<ProgrammeId> = rows.iter().map(|row| row.0.into()).collect();
    let terms = super::retention::terms(database, &programmes)?;
    let usual = retention::Terms::default();
    Ok(rows
        .into_iter()
        .map(|(programme, id, left_at, has_certificates)| {
            let programme: ProgrammeId = programme.into();
            let terms = terms.get(&programme).unwrap_or(&usual);
            let file = retention::buddy_file(terms, left_at.map(|at| at.0));
            Gone { id: id.into(), programme, has_certificates, file }
        })
        .collect())
}

#[derive(QueryableByName)]
struct Person {
    #[diesel(sql_type = Id)]
    id: Key,
}

#[derive(QueryableByName)]
struct Yes {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// What makes an account unused: nothing that needs it is there, and nothing happened since `{at}`. Its row stays without a
/// name while another's record names it; then it has no key any more and is not looked at again.
const UNUSED: &str = "p.created_at < {at} \
    AND EXISTS (SELECT 1 FROM data_keys k WHERE k.owner_kind = 'person' AND k.owner_id = p.id) \
    AND NOT EXISTS (SELECT 1 FROM clients c WHERE c.id = p.id) \
    AND NOT EXISTS (SELECT 1 FROM support_requests r WHERE r.parent_id = p.id) \
    AND NOT EXISTS (SELECT 1 FROM buddies b WHERE b.person_id = p.id AND (b.status <> 'left' OR b.left_at IS NOT NULL)) \
    AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.person_id = p.id \
        AND (m.status <> 'ended' OR m.until IS NULL OR m.until >= {day})) \
    AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.person_id = p.id AND s.started_at >= {at})";

fn unused(database: &Database<'_>) -> String {
    // the same parameter twice: as a moment and as its day
    let (at, day) = if database.is_postgres() {
        ("$1", "($1 AT TIME ZONE 'UTC')::date")
    } else {
        ("?1", "substr(?1, 1, 10)")
    };
    UNUSED.replace("{at}", at).replace("{day}", day)
}

fn last_used(now: Moment) -> At {
    At(now - chrono::TimeDelta::days(i64::from(ACCOUNT_STAYS_DAYS) + 1))
}

/// The accounts that nothing needs any more.
pub fn unused_accounts(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    now: Moment,
) -> Result<Vec<PersonId>, Error> {
    let question = format!("SELECT p.id AS id FROM people p WHERE {} ORDER BY p.id", unused(database));
    let found: Vec<Person> =
        on_either!(database, |c| diesel::sql_query(question).bind::<SqlMoment, _>(last_used(now)).load(c))?;
    Ok(found.into_iter().map(|one| one.id.into()).collect())
}

/// Whether nothing needs this account any more.
pub fn is_unused(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    person: PersonId,
    now: Moment,
) -> Result<bool, Error> {
    let mark = if database.is_postgres() { "$2" } else { "?2" };
    let question =
        format!("SELECT EXISTS (SELECT 1 FROM people p WHERE p.id = {mark} AND {}) AS yes", unused(database));
    let found: Yes = on_either!(database, |c| diesel::sql_query(question)
        .bind::<SqlMoment, _>(last_used(now))
        .bind::<Id, _>(Key::from(person))
        .get_result(c))?;
    Ok(found.yes)
}

/// What keeps the account of somebody who asked for erasure.
pub fn account_kept_because(
    database: &mut Database<'_>,
    grant: &Grant<DecideOnRequest>,
) -> Result<Vec<KeptBecause>, Error> {
    let me = Key::from(grant.person());
    let requests: i64 = on_either!(&mut *database, |c| support_requests::table
        .filter(support_requests::parent_id.eq(me))
        .count()
        .get_result(c))?;
    let files: i64 = on_either!(&mut *database, |c| buddies::table
        .filter(buddies::person_id.eq(me))
        .filter(buddies::status.ne(BuddyStatus::Left.to_string()).or(buddies::left_at.is_not_null()))
        .count()
        .get_result(c))?;
    let roles: i64 = on_either!(database, |c| memberships::table
        .filter(memberships::person_id.eq(me))
        .filter(memberships::status.ne(MembershipStatus::Ended.to_string()))
        .count()
        .get_result(c))?;
    let found =
        [(KeptBecause::HeldCase, requests), (KeptBecause::BuddyFile, files), (KeptBecause::Role, roles)];
    Ok(found.into_iter().filter(|(_, count)| *count > 0).map(|(because, _)| because).collect())
}
