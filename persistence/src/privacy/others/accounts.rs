//! Accounts that nothing needs any more.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Date as Day, Nullable};
use naast_domain::access::{DecideOnRequest, Grant, Principal, Upkeep};
use naast_domain::buddies::BuddyStatus;
use naast_domain::ids::PersonId;
use naast_domain::organisations::MembershipStatus;
use naast_domain::privacy::KeptBecause;
use naast_domain::privacy::retention::{self, ACCOUNT_STAYS_DAYS, Due};
use naast_domain::{Date, Moment};

use crate::columns::{At, Id, Key, Moment as SqlMoment};
use crate::database::Database;
use crate::schema::{buddies, memberships, support_requests};
use crate::{Error, on_either};

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

/// What makes an account unused: nothing that needs it is there, and nothing happened since `{at}`, or she asked for its erasure and was given no role since.
/// Its row stays without a name while another's record names it; then it has no key any more.
const UNUSED: &str = "EXISTS (SELECT 1 FROM data_keys k WHERE k.owner_kind = 'person' AND k.owner_id = p.id) \
    AND NOT EXISTS (SELECT 1 FROM clients c WHERE c.id = p.id) \
    AND NOT EXISTS (SELECT 1 FROM support_requests r WHERE r.parent_id = p.id) \
    AND NOT EXISTS (SELECT 1 FROM buddies b WHERE b.person_id = p.id AND (b.status <> 'left' OR b.left_at IS NOT NULL)) \
    AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.person_id = p.id AND m.status <> 'ended') \
    AND (EXISTS (SELECT 1 FROM erasure_requests e WHERE e.person_id = p.id \
            AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.person_id = p.id AND m.since > {asked})) \
        OR (p.created_at < {at} \
        AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.person_id = p.id AND (m.until IS NULL OR m.until >= {day})) \
        AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.person_id = p.id AND s.started_at >= {at})))";

fn unused(database: &Database<'_>) -> String {
    // the same parameter twice: as a moment and as its day
    let (at, day) = if database.is_postgres() {
        ("$1", "($1 AT TIME ZONE 'UTC')::date")
    } else {
        ("?1", "substr(?1, 1, 10)")
    };
    UNUSED.replace("{at}", at).replace("{day}", day).replace("{asked}", asked_on(database))
}

/// The day on which she asked for erasure: a role says since which day it is held.
fn asked_on(database: &Database<'_>) -> &'static str {
    if database.is_postgres() { "(e.asked_at AT TIME ZONE 'UTC')::date" } else { "substr(e.asked_at, 1, 10)" }
}

fn last_used(now: Moment) -> At {
    At(now - chrono::TimeDelta::days(i64::from(ACCOUNT_STAYS_DAYS) + 1))
}

/// The accounts that nothing needs any more.
pub fn unused_accounts(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    now: Moment,
    (after, most): (PersonId, i64),
) -> Result<Vec<PersonId>, Error> {
    let mark = if database.is_postgres() { "$2" } else { "?2" };
    let unused = unused(database);
    let question = format!(
        "SELECT p.id AS id FROM people p WHERE p.id > {mark} AND {unused} ORDER BY p.id LIMIT {most}"
    );
    let found: Vec<Person> = on_either!(database, |c| diesel::sql_query(question)
        .bind::<SqlMoment, _>(last_used(now))
        .bind::<Id, _>(Key::from(after))
        .load(c))?;
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

#[derive(QueryableByName)]
struct Use {
    #[diesel(sql_type = Bool)]
    needed: bool,
    #[diesel(sql_type = SqlMoment)]
    created_at: At,
    #[diesel(sql_type = Nullable<SqlMoment>)]
    signed_in_at: Option<At>,
    #[diesel(sql_type = Nullable<Day>)]
    role_until: Option<Date>,
    #[diesel(sql_type = Nullable<SqlMoment>)]
    asked_at: Option<At>,
}

/// The same question as [`UNUSED`], for the date instead of a yes: what needs the account, and its last use.
const USE: &str = "SELECT (EXISTS (SELECT 1 FROM clients c WHERE c.id = p.id) \
    OR EXISTS (SELECT 1 FROM support_requests r WHERE r.parent_id = p.id) \
    OR EXISTS (SELECT 1 FROM buddies b WHERE b.person_id = p.id AND (b.status <> 'left' OR b.left_at IS NOT NULL)) \
    OR EXISTS (SELECT 1 FROM memberships m WHERE m.person_id = p.id \
        AND (m.status <> 'ended' OR m.until IS NULL))) AS needed, \
    p.created_at AS created_at, \
    (SELECT max(s.started_at) FROM sessions s WHERE s.person_id = p.id) AS signed_in_at, \
    (SELECT max(m.until) FROM memberships m WHERE m.person_id = p.id) AS role_until, \
    (SELECT e.asked_at FROM erasure_requests e WHERE e.person_id = p.id \
        AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.person_id = p.id AND m.since > {asked})) AS asked_at \
    FROM people p WHERE p.id = {id}";

/// When an account goes. For whoever it is of and nobody else: it says whether she asks for help somewhere.
pub fn account_due(database: &mut Database<'_>, me: &Principal) -> Result<Due, Error> {
    let mark = if database.is_postgres() { "$1" } else { "?" };
    let question = USE.replace("{id}", mark).replace("{asked}", asked_on(database));
    let found: Option<Use> = on_either!(database, |c| diesel::sql_query(question)
        .bind::<Id, _>(Key::from(me.person))
        .get_result(c)
        .optional())?;
    let Some(found) = found.filter(|found| !found.needed) else { return Ok(retention::account(None)) };
    if let Some(At(asked)) = found.asked_at {
        return Ok(retention::asked(asked));
    }
    let role = found.role_until.and_then(|day| day.and_hms_opt(0, 0, 0)).map(|at| at.and_utc());
    let last = [Some(found.created_at.0), found.signed_in_at.map(|at| at.0), role];
    Ok(retention::account(last.into_iter().flatten().max()))
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
