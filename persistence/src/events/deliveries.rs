//! Deliveries: one for each event and subscription, with what came of it.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{Grant, ManageWebhooks, ReadWebhooks};
use naast_domain::events::{
    DeliveryFault, DeliveryState, EventType, SubscriptionState, delivery_id, event_id,
};
use naast_domain::ids::{WebhookDeliveryId, WebhookSubscriptionId};
use naast_domain::journal::Chain;

use super::feed::{self, Recorded};
use super::{Subscription, standing};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::{Page, Slice, code, code_or_none, one};
use crate::schema::{journal, webhook_deliveries, webhook_subscriptions};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// The delivery of one event to one subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: WebhookDeliveryId,
    /// The chain of the event and of the subscription.
    pub chain: Chain,
    /// The subscription.
    pub subscription: WebhookSubscriptionId,
    /// The number of the event in its chain.
    pub seq: i64,
    /// The type of the event.
    pub kind: EventType,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried, since it was planned or sent again by hand.
    pub attempts: i32,
    /// When it is tried next.
    pub next_at: Option<Moment>,
    /// When it was tried last.
    pub last_at: Option<Moment>,
    /// The status that the receiver answered last.
    pub last_status: Option<i32>,
    /// Why the last attempt failed.
    pub last_fault: Option<DeliveryFault>,
    /// When it was delivered or given up.
    pub settled_at: Option<Moment>,
    /// When it was planned.
    pub created_at: Moment,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_deliveries, treat_none_as_default_value = false)]
struct Row {
    chain: Key,
    id: Key,
    subscription_id: Key,
    seq: i64,
    event_type: String,
    state: String,
    attempts: i32,
    next_at: Option<At>,
    last_at: Option<At>,
    last_status: Option<i32>,
    last_fault: Option<String>,
    settled_at: Option<At>,
    created_at: At,
}

const T: &str = "webhook_deliveries";

impl TryFrom<Row> for Delivery {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id.into(),
            chain: Chain::from_uuid(row.chain.0),
            subscription: row.subscription_id.into(),
            seq: row.seq,
            kind: code(T, "event_type", &row.event_type)?,
            state: code(T, "state", &row.state)?,
            attempts: row.attempts,
            next_at: row.next_at.map(|at| at.0),
            last_at: row.last_at.map(|at| at.0),
            last_status: row.last_status,
            last_fault: code_or_none(T, "last_fault", row.last_fault.as_deref())?,
            settled_at: row.settled_at.map(|at| at.0),
            created_at: row.created_at.0,
        })
    }
}

/// Plans the delivery of each of these events to a subscription.
pub(super) fn plan(
    tx: &mut Transaction<'_, '_>,
    subscription: &Subscription,
    events: &[Recorded],
    now: Moment,
) -> Result<(), Error> {
    let of = |event: &Recorded| Row {
        chain: Key(event.chain.uuid()),
        id: delivery_id(subscription.id, event_id(&event.hash)).into(),
        subscription_id: subscription.id.into(),
        seq: event.seq,
        event_type: event.kind.to_string(),
        state: DeliveryState::Pending.to_string(),
        attempts: 0,
        next_at: Some(At(now)),
        last_at: None,
        last_status: None,
        last_fault: None,
        settled_at: None,
        created_at: At(now),
    };
    let rows: Vec<Row> = events.iter().map(of).collect();
    on_either!(&mut **tx, |c| diesel::insert_into(webhook_deliveries::table).values(rows).execute(c))?;
    Ok(())
}

/// The first delivery of a subscription, in the order of the chain, whose time has come.
pub(super) fn first_due(
    database: &mut Database<'_>,
    subscription: &Subscription,
    now: Moment,
) -> Result<Option<Delivery>, Error> {
    let row: Option<Row> = on_either!(database, |c| webhook_deliveries::table
        .filter(webhook_deliveries::chain.eq(Key(subscription.chain.uuid())))
        .filter(webhook_deliveries::subscription_id.eq(Key::from(subscription.id)))
        .filter(webhook_deliveries::state.eq(DeliveryState::Pending.to_string()))
        .filter(webhook_deliveries::next_at.le(At(now)))
        .order(webhook_deliveries::seq)
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(TryInto::try_into).transpose()
}

/// The event that a delivery carries.
pub(super) fn event_of(database: &mut Database<'_>, chain: Chain, seq: i64) -> Result<Recorded, Error> {
    let row: feed::Row = on_either!(database, |c| journal::table
        .find((Key(chain.uuid()), seq))
        .select(feed::COLUMNS)
        .first(c))?;
    feed::read(chain, row)?.ok_or(Error::Corrupt { table: T, column: "seq" })
}

/// A delivery that the grant reaches.
pub fn find_delivery(
    database: &mut Database<'_>,
    grant: &Grant<ReadWebhooks>,
    id: WebhookDeliveryId,
) -> Result<Option<Delivery>, Error> {
    let row: Option<Row> = on_either!(database, |c| webhook_deliveries::table
        .filter(webhook_deliveries::id.eq(Key::from(id)))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    let found = row.map(Delivery::try_from).transpose()?;
    Ok(found.filter(|found| grant.reaches(standing(found.chain)).is_some()))
}

/// A page of a subscription's deliveries, newest first; of one state, when it is named. Whoever asks holds the
/// subscription, which a grant reached.
pub fn deliveries_of(
    database: &mut Database<'_>,
    subscription: &Subscription,
    state: Option<DeliveryState>,
    page: Page,
) -> Result<Slice<Delivery>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| {
        let mut query = webhook_deliveries::table
            .filter(webhook_deliveries::chain.eq(Key(subscription.chain.uuid())))
            .filter(webhook_deliveries::subscription_id.eq(Key::from(subscription.id)))
            .select(Row::as_select())
            .order((webhook_deliveries::created_at.desc(), webhook_deliveries::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some(state) = state {
            query = query.filter(webhook_deliveries::state.eq(state.to_string()));
        }
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                webhook_deliveries::created_at
                    .le(at)
                    .and(webhook_deliveries::created_at.lt(at).or(webhook_deliveries::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    Slice::cut(rows, page.size).try_map(TryInto::try_into)
}

/// Sends a settled delivery again, from the first step on.
pub fn replay(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<ManageWebhooks>,
    delivery: &Delivery,
    now: Moment,
) -> Result<(), Error> {
    let update = diesel::update(
        webhook_deliveries::table
            .find((Key(delivery.chain.uuid()), Key::from(delivery.id)))
            .filter(webhook_deliveries::state.eq(delivery.state.to_string())),
    )
    .set((
        webhook_deliveries::state.eq(DeliveryState::Pending.to_string()),
        webhook_deliveries::attempts.eq(0),
        webhook_deliveries::next_at.eq(Some(At(now))),
        webhook_deliveries::settled_at.eq(None::<At>),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// Forgets deliveries that were settled before this moment, and those that were planned before it and wait at a subscription that is disabled: nobody knows
/// whether it is enabled ever again. Says how many. The journal keeps the events.
pub fn forget_old(tx: &mut Transaction<'_, '_>, before: Moment) -> Result<usize, Error> {
    let settled = diesel::delete(
        webhook_deliveries::table
            .filter(webhook_deliveries::state.ne(DeliveryState::Pending.to_string()))
            .filter(webhook_deliveries::settled_at.lt(At(before))),
    );
    let is_disabled = webhook_subscriptions::table
        .filter(webhook_subscriptions::chain.eq(webhook_deliveries::chain))
        .filter(webhook_subscriptions::id.eq(webhook_deliveries::subscription_id))
        .filter(webhook_subscriptions::state.eq(SubscriptionState::Disabled.to_string()));
    let waiting = diesel::delete(
        webhook_deliveries::table
            .filter(webhook_deliveries::state.eq(DeliveryState::Pending.to_string()))
            .filter(webhook_deliveries::created_at.lt(At(before)))
            .filter(diesel::dsl::exists(is_disabled)),
    );
    let gone = on_either!(&mut **tx, |c| settled.execute(c))?;
    Ok(gone + on_either!(&mut **tx, |c| waiting.execute(c))?)
}
