//! Sending: which subscription is whose turn, what it sends next, and what came of it.
//!
//! A subscription is leased by one process at a time, so that its events go out one after the other in the order of the
//! chain, and several replicas share the subscriptions among them. A process that dies leaves leases that run out.

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use naast_domain::events::{
    DeliveryState, DisablementReason, GIVES_UP_AFTER, Next, Outcome, SubscriptionState,
};
use naast_domain::ids::{WebhookDeliveryId, WebhookSubscriptionId};
use naast_domain::journal::Chain;
use naast_domain::{Date, Moment};
use uuid::Uuid;

use super::deliveries::{event_of, first_due, plan};
use super::feed::{self, Recorded};
use super::subscriptions::{Subscription, change_state, is_vouched_for, of_chain, signing_secrets};
use crate::columns::{At, Id, Key};
use crate::database::Database;
use crate::keys::Keys;
use crate::rows::Stored;
use crate::schema::{journal, webhook_deliveries, webhook_subscriptions};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// How long a subscription is leased. Each turn leases it anew; one attempt takes half of it at most.
pub const LEASE: TimeDelta = TimeDelta::seconds(30);

/// How many rows of the journal are looked at in one step of planning.
const STEP: i64 = 200;

/// Subscriptions that nobody sends for and that have something to send or to plan.
const DUE: &str = "SELECT s.chain, s.id FROM webhook_subscriptions s WHERE s.state = 'active' \
     AND (s.lease_until IS NULL OR s.lease_until <= $1) AND (s.quiet_until IS NULL OR s.quiet_until <= $1) \
     AND (EXISTS (SELECT 1 FROM journal_heads h WHERE h.chain = s.chain AND h.seq > s.position) \
     OR EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.chain = s.chain AND d.subscription_id = s.id \
     AND d.state = 'pending' AND d.next_at <= $1))";

/// For how many subscriptions a process can send at once: those that succeeded last or were never tried, and apart from them
/// those that failed last, so that however many are dead, they wait for each other and for nobody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// For those that do not fail.
    pub well: usize,
    /// For those that fail.
    pub failing: usize,
}

/// The key of a subscription.
pub type SubscriptionKey = (Chain, WebhookSubscriptionId);

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Id)]
    chain: Key,
    #[diesel(sql_type = Id)]
    id: Key,
}

fn find_due(
    database: &mut Database<'_>,
    lock: &str,
    now: Moment,
    room: Room,
) -> Result<(Vec<SubscriptionKey>, Vec<SubscriptionKey>), Error> {
    let mut find = |which: &str, most: usize| -> Result<Vec<SubscriptionKey>, Error> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        // by lot: where more wait than there is room for, none waits for ever behind the same others
        let question = format!("{DUE} AND s.failing_since IS {which} ORDER BY random() LIMIT $2{lock}");
        let query =
            diesel::sql_query(question).bind::<crate::columns::Moment, _>(At(now)).bind::<BigInt, _>(most);
        let found: Vec<Found> = on_either!(&mut *database, |c| query.load(c))?;
        Ok(found.into_iter().map(|one| (Chain::from_uuid(one.chain.0), one.id.into())).collect())
    };
    Ok((find("NULL", room.well)?, find("NOT NULL", room.failing)?))
}

/// Whether anything waits to be sent or planned for which there is room. A reader can ask that without disturbing the writer.
pub fn due(database: &mut Database<'_>, now: Moment, room: Room) -> Result<bool, Error> {
    let one = Room { well: room.well.min(1), failing: room.failing.min(1) };
    let (well, failing) = find_due(database, "", now, one)?;
    Ok(!well.is_empty() || !failing.is_empty())
}

/// Leases due subscriptions to a process, as many as it has room for: those that do not fail, and those that do. On PostgreSQL
/// what another replica leases at this moment is passed over instead of waited for.
pub fn lease_due(
    tx: &mut Transaction<'_, '_>,
    holder: Uuid,
    now: Moment,
    room: Room,
) -> Result<(Vec<SubscriptionKey>, Vec<SubscriptionKey>), Error> {
    let lock = if tx.is_postgres() { " FOR UPDATE OF s SKIP LOCKED" } else { "" };
    let (well, failing) = find_due(tx, lock, now, room)?;
    for (chain, id) in well.iter().chain(&failing) {
        let lease = diesel::update(webhook_subscriptions::table.find((Key(chain.uuid()), Key::from(*id))))
            .set((
                webhook_subscriptions::lease_holder.eq(Some(Key(holder))),
                webhook_subscriptions::lease_until.eq(Some(At(now + LEASE))),
            ));
        on_either!(&mut **tx, |c| lease.execute(c))?;
    }
    Ok((well, failing))
}

/// Gives back every lease of a process that stops, so that nobody waits for them to run out.
pub fn release(tx: &mut Transaction<'_, '_>, holder: Uuid) -> Result<(), Error> {
    let update = diesel::update(
        webhook_subscriptions::table.filter(webhook_subscriptions::lease_holder.eq(Key(holder))),
    )
    .set((
        webhook_subscriptions::lease_holder.eq(None::<Key>),
        webhook_subscriptions::lease_until.eq(None::<At>),
    ));
    on_either!(&mut **tx, |c| update.execute(c))?;
    Ok(())
}

/// One thing to send.
#[derive(Debug, Clone)]
pub struct Task {
    /// The delivery.
    pub delivery: WebhookDeliveryId,
    /// The number of this attempt, from 1.
    pub attempt: i32,
    /// Where to.
    pub url: String,
    /// What signs, the newest first.
    pub secrets: Vec<Vec<u8>>,
    /// What.
    pub event: Recorded,
}

/// What came of a task.
#[derive(Debug, Clone, Copy)]
pub struct Settled {
    /// The delivery.
    pub delivery: WebhookDeliveryId,
    /// The number of the attempt.
    pub attempt: i32,
    /// What the receiver said.
    pub outcome: Outcome,
    /// What follows.
    pub next: Next,
}

/// What a turn of the holder of a lease came to.
#[derive(Debug, Default)]
pub struct Turn {
    /// What to send now; nothing when the turn is over and the lease is given back.
    pub task: Option<Task>,
    /// The subscription was disabled in this turn, for this reason: the caller writes it in the journal.
    pub disabled: Option<DisablementReason>,
}

/// Takes a turn for a leased subscription: keeps what came of the last task, leases it anew, plans what is new in the
/// journal, and says what to send now. In one transaction, so that an attempt costs one. Who is not `staying` keeps what came of the last and
/// gives the lease back.
pub fn take_turn(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    (holder, staying): (Uuid, bool),
    (chain, id): SubscriptionKey,
    last: Option<Settled>,
    (now, today): (Moment, Date),
) -> Result<Turn, Error> {
    let subscription = of_chain(tx, chain, id)?;
    if let Some(last) = last {
        keep_outcome(tx, &subscription, &last, now)?;
        if let Some(because) = judge(tx, &subscription, &last, now)? {
            change_state(tx, &subscription, Err(because), now)?;
            return Ok(Turn { task: None, disabled: Some(because) });
        }
    }
    let rests = matches!(last, Some(Settled { next: Next::Again { rest: true, .. }, .. }));
    // whoever fails gives its place up after each attempt: one that answers again is not to wait for the whole queue of the dead
    let fails = matches!(last, Some(Settled { next: Next::Again { .. } | Next::GivenUp, .. }));
    let goes_on = staying && !rests && !fails && subscription.state == SubscriptionState::Active;
    let task = if goes_on && extend(tx, holder, &subscription, now)? {
        next_task(tx, keys, &subscription, now)?
    } else {
        None
    };
    // asked when something is about to be sent, so that no way in which a role ends is forgotten
    if task.is_some() && !is_vouched_for(tx, &subscription, today)? {
        let because = DisablementReason::RoleEnded;
        change_state(tx, &subscription, Err(because), now)?;
        give_back(tx, holder, &subscription)?;
        return Ok(Turn { task: None, disabled: Some(because) });
    }
    if task.is_none() {
        give_back(tx, holder, &subscription)?;
    }
    Ok(Turn { task, disabled: None })
}

/// Keeps what came of an attempt. An outcome that comes too late, after somebody else settled the delivery or it was sent
/// again by hand, changes nothing.
fn keep_outcome(
    tx: &mut Transaction<'_, '_>,
    of: &Subscription,
    last: &Settled,
    now: Moment,
) -> Result<(), Error> {
    let (state, next_at) = match last.next {
        Next::Delivered => (DeliveryState::Delivered, None),
        Next::Again { at, .. } => (DeliveryState::Pending, Some(At(at))),
        Next::GivenUp | Next::Gone => (DeliveryState::Failed, None),
    };
    let update = diesel::update(
        webhook_deliveries::table
            .find((Key(of.chain.uuid()), Key::from(last.delivery)))
            .filter(webhook_deliveries::state.eq(DeliveryState::Pending.to_string()))
            .filter(webhook_deliveries::attempts.eq(last.attempt - 1)),
    )
    .set((
        webhook_deliveries::state.eq(state.to_string()),
        webhook_deliveries::attempts.eq(last.attempt),
        webhook_deliveries::next_at.eq(next_at),
        webhook_deliveries::last_at.eq(Some(At(now))),
        webhook_deliveries::last_status.eq(last.outcome.status().map(i32::from)),
        webhook_deliveries::last_fault.eq(last.outcome.fault().map(|fault| fault.to_string())),
        webhook_deliveries::settled_at.eq(next_at.is_none().then_some(At(now))),
    ));
    on_either!(&mut **tx, |c| update.execute(c))?;
    Ok(())
}

/// What an outcome means for the subscription: nothing, a rest, or its end.
fn judge(
    tx: &mut Transaction<'_, '_>,
    of: &Stored<Subscription>,
    last: &Settled,
    now: Moment,
) -> Result<Option<DisablementReason>, Error> {
    if of.state != SubscriptionState::Active {
        return Ok(None);
    }
    let failing_since = match last.next {
        Next::Gone => return Ok(Some(DisablementReason::Gone)),
        Next::Delivered => None,
        Next::Again { .. } | Next::GivenUp => Some(of.failing_since.unwrap_or(now)),
    };
    if failing_since.is_some_and(|since| now - since >= GIVES_UP_AFTER) {
        return Ok(Some(DisablementReason::Failing));
    }
    let quiet_until = match last.next {
        Next::Again { at, rest: true } => Some(at),
        _ => None,
    };
    if failing_since != of.failing_since || quiet_until.is_some() {
        let update = diesel::update(
            webhook_subscriptions::table.find((Key(of.chain.uuid()), Key::from(of.id))),
        )
        .set((
            webhook_subscriptions::failing_since.eq(failing_since.map(At)),
            webhook_subscriptions::quiet_until.eq(quiet_until.map(At)),
        ));
        on_either!(&mut **tx, |c| update.execute(c))?;
    }
    Ok(None)
}

/// Leases the subscription anew; false when another process holds it by now.
fn extend(tx: &mut Transaction<'_, '_>, holder: Uuid, of: &Subscription, now: Moment) -> Result<bool, Error> {
    let update = diesel::update(
        webhook_subscriptions::table
            .find((Key(of.chain.uuid()), Key::from(of.id)))
            .filter(webhook_subscriptions::lease_holder.eq(Key(holder))),
    )
    .set(webhook_subscriptions::lease_until.eq(Some(At(now + LEASE))));
    Ok(on_either!(&mut **tx, |c| update.execute(c))? == 1)
}

fn give_back(tx: &mut Transaction<'_, '_>, holder: Uuid, of: &Subscription) -> Result<(), Error> {
    let update = diesel::update(
        webhook_subscriptions::table
            .find((Key(of.chain.uuid()), Key::from(of.id)))
            .filter(webhook_subscriptions::lease_holder.eq(Key(holder))),
    )
    .set((
        webhook_subscriptions::lease_holder.eq(None::<Key>),
        webhook_subscriptions::lease_until.eq(None::<At>),
    ));
    on_either!(&mut **tx, |c| update.execute(c))?;
    Ok(())
}

fn next_task(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    of: &Subscription,
    now: Moment,
) -> Result<Option<Task>, Error> {
    let due = loop {
        if let Some(due) = first_due(tx, of, now)? {
            break due;
        }
        if !plan_step(tx, of, now)? {
            return Ok(None);
        }
    };
    Ok(Some(Task {
        delivery: due.id,
        attempt: due.attempts + 1,
        url: of.url.clone(),
        secrets: signing_secrets(tx, keys, of.chain, of.id, now)?,
        event: event_of(tx, of.chain, due.seq)?,
    }))
}

/// Plans the deliveries of the next rows of the chain; false when there are none.
fn plan_step(tx: &mut Transaction<'_, '_>, of: &Subscription, now: Moment) -> Result<bool, Error> {
    let key = (Key(of.chain.uuid()), Key::from(of.id));
    let subscription = webhook_subscriptions::table.find(key);
    let position: i64 =
        on_either!(&mut **tx, |c| subscription.select(webhook_subscriptions::position).first(c))?;
    let rows: Vec<feed::Row> = on_either!(&mut **tx, |c| journal::table
        .filter(journal::chain.eq(key.0).and(journal::seq.gt(position)))
        .order(journal::seq)
        .limit(STEP)
        .select(feed::COLUMNS)
        .load(c))?;
    let Some(last) = rows.last().map(|row| row.0) else { return Ok(false) };
    let events: Vec<Recorded> = rows
        .into_iter()
        .filter_map(|row| feed::read(of.chain, row).transpose())
        .filter(|event| {
            let wants = |event: &Recorded| of.types.is_none_or(|types| types.contains(event.kind));
            event.as_ref().map_or(true, wants)
        })
        .collect::<Result<_, _>>()?;
    if !events.is_empty() {
        plan(tx, of, &events, now)?;
    }
    let moved = diesel::update(subscription).set(webhook_subscriptions::position.eq(last));
    on_either!(&mut **tx, |c| moved.execute(c))?;
    Ok(true)
}
