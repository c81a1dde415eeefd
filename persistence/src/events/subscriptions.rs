//! Subscriptions by webhook, and the secrets that sign for them.

use chrono::TimeDelta;
use diesel::prelude::*;
use naast_domain::access::{Action, Grant, ManageWebhooks, ReadWebhooks};
use naast_domain::code::CodeSet;
use naast_domain::events::{DisablementReason, EventType, SubscriptionState};
use naast_domain::ids::{PersonId, WebhookSubscriptionId};
use naast_domain::journal::Chain;
use naast_domain::organisations::Role;
use naast_domain::{Date, Moment};
use uuid::Uuid;

use super::standing;
use crate::columns::{At, Key};
use crate::database::Database;
use crate::keys::{Keys, Owner, Place, Sealed};
use crate::organisations::principal;
use crate::rows::{Page, Slice, Stored, code, code_or_none, one};
use crate::schema::{webhook_deliveries, webhook_secrets, webhook_subscriptions};
use crate::transaction::Transaction;
use crate::{Error, locks, on_either};

/// How long the secret before still signs beside the new one.
pub const OVERLAP: TimeDelta = TimeDelta::hours(24);

/// A chain has so many subscriptions at most: each may hold a connection of the sender.
pub const MOST_OF_A_CHAIN: i64 = 20;

/// A subscription to the events of one chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: WebhookSubscriptionId,
    /// The chain: a programme's, or the platform's.
    pub chain: Chain,
    /// Where its events are sent.
    pub url: String,
    /// Which types; every type, also those that are still to come, when it says none.
    pub types: Option<CodeSet<EventType>>,
    /// Where it stands.
    pub state: SubscriptionState,
    /// Why it was disabled.
    pub disabled_because: Option<DisablementReason>,
    /// Since when nothing has succeeded.
    pub failing_since: Option<Moment>,
    /// Whoever made or enabled it last, as far as that is known.
    pub kept_by: Option<PersonId>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = webhook_subscriptions)]
struct Row {
    chain: Key,
    id: Key,
    url: String,
    event_types: Option<i64>,
    state: String,
    disabled_because: Option<String>,
    failing_since: Option<At>,
    version: i32,
    created_at: At,
    kept_by: Option<Key>,
}

const T: &str = "webhook_subscriptions";

impl TryFrom<Row> for Stored<Subscription> {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            version: row.version,
            created_at: row.created_at.0,
            value: Subscription {
                id: row.id.into(),
                chain: Chain::from_uuid(row.chain.0),
                url: row.url,
                types: row.event_types.map(CodeSet::from_bits),
                state: code(T, "state", &row.state)?,
                disabled_because: code_or_none(T, "disabled_because", row.disabled_because.as_deref())?,
                failing_since: row.failing_since.map(|at| at.0),
                kept_by: row.kept_by.map(Into::into),
            },
        })
    }
}

/// Keeps a new subscription with its first secret. It hears what happens from now on. Gives back nothing, and keeps nothing, when
/// its chain has as many as it may.
pub fn insert(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    _grant: &Grant<ManageWebhooks>,
    subscription: Subscription,
    secret: (Uuid, &[u8]),
    now: Moment,
) -> Result<Option<Stored<Subscription>>, Error> {
    let chain = Key(subscription.chain.uuid());
    if !has_room(tx, subscription.chain)? {
        return Ok(None);
    }
    let head = super::head(tx, subscription.chain)?;
    let row = (
        webhook_subscriptions::chain.eq(chain),
        webhook_subscriptions::id.eq(Key::from(subscription.id)),
        webhook_subscriptions::url.eq(&subscription.url),
        webhook_subscriptions::event_types.eq(subscription.types.map(CodeSet::bits)),
        webhook_subscriptions::state.eq(subscription.state.to_string()),
        webhook_subscriptions::position.eq(head),
        webhook_subscriptions::created_at.eq(At(now)),
        webhook_subscriptions::kept_by.eq(subscription.kept_by.map(Key::from)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(webhook_subscriptions::table).values(row).execute(c))?;
    insert_secret(tx, keys, &subscription, secret, now)?;
    Ok(Some(Stored { value: subscription, version: 1, created_at: now }))
}

/// Whether one more subscription of a chain may be active. Those who ask at the same moment ask one after the other.
pub fn has_room(tx: &mut Transaction<'_, '_>, chain: Chain) -> Result<bool, Error> {
    locks::lock_webhooks(tx, chain)?;
    let active: i64 = on_either!(&mut **tx, |c| webhook_subscriptions::table
        .filter(webhook_subscriptions::chain.eq(Key(chain.uuid())))
        .filter(webhook_subscriptions::state.eq(SubscriptionState::Active.to_string()))
        .count()
        .get_result(c))?;
    Ok(active < MOST_OF_A_CHAIN)
}

fn secret_place(id: Uuid) -> Place {
    Place { table: "webhook_secrets", column: "secret", row: id }
}

fn insert_secret(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    of: &Subscription,
    (id, secret): (Uuid, &[u8]),
    now: Moment,
) -> Result<(), Error> {
    let secret = keys.seal(tx, Owner::System, secret_place(id), &digits(secret), now)?;
    let row = (
        webhook_secrets::chain.eq(Key(of.chain.uuid())),
        webhook_secrets::id.eq(Key(id)),
        webhook_secrets::subscription_id.eq(Key::from(of.id)),
        webhook_secrets::secret.eq(secret.as_str()),
        webhook_secrets::since.eq(At(now)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(webhook_secrets::table).values(row).execute(c))?;
    Ok(())
}

/// Gives a subscription that stands at this version a new secret. The one before still signs for [`OVERLAP`]; an older one
/// stops at once, so that two sign at most.
pub fn rotate_secret(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    _grant: &Grant<ManageWebhooks>,
    of: &Stored<Subscription>,
    secret: (Uuid, &[u8]),
    now: Moment,
) -> Result<(), Error> {
    let chain = Key(of.chain.uuid());
    let bump = diesel::update(
        webhook_subscriptions::table
            .find((chain, Key::from(of.id)))
            .filter(webhook_subscriptions::version.eq(of.version)),
    )
    .set(webhook_subscriptions::version.eq(of.version + 1));
    one(on_either!(&mut **tx, |c| bump.execute(c))?)?;
    let theirs = webhook_secrets::table
        .filter(webhook_secrets::chain.eq(chain))
        .filter(webhook_secrets::subscription_id.eq(Key::from(of.id)));
    let drop_older = diesel::delete(theirs.filter(webhook_secrets::until.is_not_null()));
    on_either!(&mut **tx, |c| drop_older.execute(c))?;
    let end = diesel::update(theirs.filter(webhook_secrets::until.is_null()))
        .set(webhook_secrets::until.eq(Some(At(now + OVERLAP))));
    on_either!(&mut **tx, |c| end.execute(c))?;
    insert_secret(tx, keys, of, secret, now)
}

/// The secrets that sign at this moment, the newest first.
pub(super) fn signing_secrets(
    database: &mut Database<'_>,
    keys: &Keys,
    chain: Chain,
    id: WebhookSubscriptionId,
    now: Moment,
) -> Result<Vec<Vec<u8>>, Error> {
    let rows: Vec<(Key, String)> = on_either!(&mut *database, |c| webhook_secrets::table
        .filter(webhook_secrets::chain.eq(Key(chain.uuid())))
        .filter(webhook_secrets::subscription_id.eq(Key::from(id)))
        .filter(webhook_secrets::until.is_null().or(webhook_secrets::until.gt(At(now))))
        .order(webhook_secrets::since.desc())
        .select((webhook_secrets::id, webhook_secrets::secret))
        .load(c))?;
    let sealed: Vec<(Place, Sealed)> =
        rows.into_iter().map(|(id, secret)| (secret_place(id.0), Sealed(secret))).collect();
    let sealed: Vec<(Place, &Sealed)> = sealed.iter().map(|(place, secret)| (*place, secret)).collect();
    let corrupt = Error::Corrupt { table: "webhook_secrets", column: "secret" };
    keys.open_all(database, &sealed)?
        .into_iter()
        .map(|secret| secret.as_deref().and_then(bytes).ok_or_else(|| corrupt.clone()))
        .collect()
}

/// Bytes as two hexadecimal digits each.
fn digits(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes that two hexadecimal digits each stand for.
fn bytes(text: &str) -> Option<Vec<u8>> {
    (0..text.len())
        .step_by(2)
        .map(|at| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect()
}

/// A subscription as the sender sees it: the system itself needs no grant.
pub(super) fn of_chain(
    database: &mut Database<'_>,
    chain: Chain,
    id: WebhookSubscriptionId,
) -> Result<Stored<Subscription>, Error> {
    let row: Row = on_either!(database, |c| webhook_subscriptions::table
        .find((Key(chain.uuid()), Key::from(id)))
        .select(Row::as_select())
        .first(c))?;
    row.try_into()
}

/// A subscription that the grant reaches, with the role in which it does.
pub fn find<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    id: WebhookSubscriptionId,
) -> Result<Option<(Stored<Subscription>, Role)>, Error> {
    let row: Option<Row> = on_either!(database, |c| webhook_subscriptions::table
        .filter(webhook_subscriptions::id.eq(Key::from(id)))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    let Some(found) = row.map(Stored::<Subscription>::try_from).transpose()? else { return Ok(None) };
    Ok(grant.reaches(standing(found.chain)).map(|role| (found, role)))
}

/// A page of the subscriptions that the grant reaches, newest first; of one programme, when it is named.
pub fn list(
    database: &mut Database<'_>,
    grant: &Grant<ReadWebhooks>,
    chain: Option<Chain>,
    page: Page,
) -> Result<Slice<Stored<Subscription>>, Error> {
    let own: Vec<Key> = grant.programmes().into_iter().map(Key::from).collect();
    let rows: Vec<Row> = on_either!(database, |c| {
        let mut query = webhook_subscriptions::table
            .select(Row::as_select())
            .order((webhook_subscriptions::created_at.desc(), webhook_subscriptions::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if !grant.reaches_all() {
            query = query.filter(webhook_subscriptions::chain.eq_any(&own));
        }
        if let Some(chain) = chain {
            query = query.filter(webhook_subscriptions::chain.eq(Key(chain.uuid())));
        }
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                webhook_subscriptions::created_at
                    .le(at)
                    .and(webhook_subscriptions::created_at.lt(at).or(webhook_subscriptions::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    Slice::cut(rows, page.size).try_map(TryInto::try_into)
}

/// Whether whoever made or enabled a subscription last still may. What is not known of one from before is not held against it.
pub(super) fn is_vouched_for(
    database: &mut Database<'_>,
    of: &Subscription,
    today: Date,
) -> Result<bool, Error> {
    let Some(person) = of.kept_by else { return Ok(true) };
    let grant = principal(database, person, today)?.and_then(|one| one.grant::<ManageWebhooks>());
    Ok(grant.is_some_and(|grant| grant.reaches(standing(of.chain)).is_some()))
}

/// Disables every subscription: of a restored backup, where nobody knows which were disabled since, or had their secret replaced because somebody else
/// had it. Whoever looks after one enables it, and it goes on where the backup left it. Gives back those that it disabled, each with its chain.
pub(crate) fn disable_all(database: &mut Database<'_>) -> Result<Vec<(Chain, WebhookSubscriptionId)>, Error> {
    let active = || {
        webhook_subscriptions::table
            .filter(webhook_subscriptions::state.eq(SubscriptionState::Active.to_string()))
    };
    let rows: Vec<(Key, Key)> = on_either!(&mut *database, |c| active()
        .order((webhook_subscriptions::chain, webhook_subscriptions::id))
        .select((webhook_subscriptions::chain, webhook_subscriptions::id))
        .load(c))?;
    let update = diesel::update(active()).set((
        webhook_subscriptions::state.eq(SubscriptionState::Disabled.to_string()),
        webhook_subscriptions::disabled_because.eq(Some(DisablementReason::Restored.to_string())),
        webhook_subscriptions::failing_since.eq(None::<At>),
        webhook_subscriptions::quiet_until.eq(None::<At>),
        webhook_subscriptions::version.eq(webhook_subscriptions::version + 1),
        webhook_subscriptions::kept_by.eq(None::<Key>),
    ));
    on_either!(database, |c| update.execute(c))?;
    Ok(rows.into_iter().map(|(chain, id)| (Chain::from_uuid(chain.0), id.into())).collect())
}

/// Disables a subscription that stands at this version, for a reason, or enables it for this person. Enabled, it goes on where it stopped:
/// what happened meanwhile, and what was waiting, is sent, but for what waited for so long that it was forgotten.
pub fn change_state(
    tx: &mut Transaction<'_, '_>,
    of: &Stored<Subscription>,
    next: Result<PersonId, DisablementReason>,
    now: Moment,
) -> Result<(), Error> {
    let (because, by) = (next.err(), next.ok());
    let state = if because.is_some() { SubscriptionState::Disabled } else { SubscriptionState::Active };
    let key = (Key(of.chain.uuid()), Key::from(of.id));
    let update = diesel::update(
        webhook_subscriptions::table.find(key).filter(webhook_subscriptions::version.eq(of.version)),
    )
    .set((
        webhook_subscriptions::state.eq(state.to_string()),
        webhook_subscriptions::disabled_because.eq(because.map(|because| because.to_string())),
        webhook_subscriptions::failing_since.eq(None::<At>),
        webhook_subscriptions::quiet_until.eq(None::<At>),
        webhook_subscriptions::version.eq(of.version + 1),
        webhook_subscriptions::kept_by.eq(by.map(Key::from)),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)?;
    if state == SubscriptionState::Active {
        let wake = diesel::update(
            webhook_deliveries::table
                .filter(webhook_deliveries::chain.eq(key.0))
                .filter(webhook_deliveries::subscription_id.eq(key.1))
                .filter(webhook_deliveries::state.eq("pending")),
        )
        .set((webhook_deliveries::next_at.eq(Some(At(now))), webhook_deliveries::attempts.eq(0)));
        on_either!(&mut **tx, |c| wake.execute(c))?;
    }
    Ok(())
}
