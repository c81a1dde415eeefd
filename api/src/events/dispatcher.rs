//! The sender: takes what is due, subscription by subscription, and sends it.
//!
//! Each subscription has a task of its own, which sends one message after the other in the order of the chain; one that
//! hangs or is dead holds up nobody else: those that failed last have places of their own, however many they are. A message is kept as sent only after the receiver said so, so each arrives at least
//! once; after a crash some arrive twice, with the same `webhook-id`. A message that failed waits for its next step, and
//! those behind it go on: what comes late can be seen by `sequence`. A sender whose server is asked to stop begins nothing new, and
//! ends what it began.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures_util::future::join_all;
use naast_domain::Moment;
use naast_domain::code::Code as _;
use naast_domain::events::{DisablementReason, Schedule, SubscriptionState, event_id, next};
use naast_domain::journal::Purpose;
use naast_persistence::Kept;
use naast_persistence::events::{self, LEASE, Room, Settled, SubscriptionKey, Task};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use super::outbound::{Message, Outbound};
use super::sign::signatures;
use super::view::EventView;
use crate::clock::{fresh, fresh_permille};
use crate::platform::{Platform, Said as _, unsigned_entry};
use crate::problem::Error;

/// How often the sender looks whether there is something new.
const EVERY: Duration = Duration::from_millis(500);

/// To so many receivers it sends at the same moment, in one process; a part of them is for those that failed last time.
const ROOM: Room = Room { well: 192, failing: 64 };

/// So many connections to the database it uses at the same moment at most: calls come first.
const CONNECTIONS: usize = 2;

/// A lease holds for so long: what could not be kept is tried again within it.
const HELD: Duration = Duration::from_secs(LEASE.num_seconds().unsigned_abs());

/// After so long it is tried for the first time, and after twice as long each time.
const AGAIN: Duration = Duration::from_millis(250);

/// A delivery that was settled is remembered for so long.
const REMEMBERED: TimeDelta = TimeDelta::days(30);

/// How often settled deliveries are looked through.
const CLEAN_EVERY: TimeDelta = TimeDelta::hours(1);

/// Sends events by webhook.
pub struct Dispatcher {
    platform: Platform,
    outbound: Outbound,
    holder: Uuid,
    connections: Semaphore,
}

impl Dispatcher {
    /// A sender with a name of its own among all replicas.
    pub fn new(platform: Platform, outbound: Outbound) -> Self {
        Self { platform, outbound, holder: fresh(), connections: Semaphore::new(CONNECTIONS) }
    }

    /// Sends until the server is asked to stop, and what was begun then has ended; or until it is dropped.
    pub async fn run(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut well, mut failing) = (JoinSet::new(), JoinSet::new());
        let mut cleaned = Moment::UNIX_EPOCH;
        loop {
            ticks.tick().await;
            if self.platform.health.is_leaving() {
                break;
            }
            for running in [&mut well, &mut failing] {
                while running.try_join_next().is_some() {}
            }
            let room = Room { well: ROOM.well - well.len(), failing: ROOM.failing - failing.len() };
            match self.lease(room).await {
                Ok((sound, struggling)) => {
                    for (running, keys) in [(&mut well, sound), (&mut failing, struggling)] {
                        for key in keys {
                            let this = Arc::clone(&self);
                            running.spawn(async move { this.serve(key).await });
                        }
                    }
                }
                Err(fault) => log::warn!("webhooks wait: {fault}"),
            }
            let now = self.platform.clock.now();
            if now - cleaned >= CLEAN_EVERY {
                cleaned = now;
                if let Err(fault) = self.clean().await {
                    log::warn!("old webhook deliveries were not removed: {fault}");
                }
            }
        }
        for mut running in [well, failing] {
            while running.join_next().await.is_some() {}
        }
    }

    /// Sends everything that is due at this moment, and says how many attempts that took.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn drain(&self) -> Result<usize, Error> {
        let mut attempts = 0;
        loop {
            let (well, failing) = self.lease(ROOM).await?;
            if well.is_empty() && failing.is_empty() {
                return Ok(attempts);
            }
            let keys = well.into_iter().chain(failing);
            attempts += join_all(keys.map(|key| self.serve(key))).await.iter().sum::<usize>();
        }
    }

    /// Removes the records of deliveries that were settled long ago, or wait for as long at a subscription that is disabled, and says how many.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn clean(&self) -> Result<usize, Error> {
        let before = self.platform.clock.now() - REMEMBERED;
        self.platform.write_open(move |tx| Ok(Kept::bookkeeping(events::forget_old(tx, before)?))).await
    }

    /// Gives back what this sender holds, so that another replica goes on at once.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn stop(&self) -> Result<(), Error> {
        let holder = self.holder;
        self.platform.write_open(move |tx| Ok(Kept::bookkeeping(events::release(tx, holder)?))).await
    }

    async fn lease(&self, room: Room) -> Result<(Vec<SubscriptionKey>, Vec<SubscriptionKey>), Error> {
        let (holder, now) = (self.holder, self.platform.clock.now());
        let _turn = self.connections.acquire().await;
        if !self.platform.read_open(move |db| Ok(events::due(db, now, room)?)).await? {
            return Ok((Vec::new(), Vec::new()));
        }
        self.platform
            .write_open(move |tx| Ok(Kept::bookkeeping(events::lease_due(tx, holder, now, room)?)))
            .await
    }

    /// Sends to one subscription until nothing is due, and says how many attempts that took.
    async fn serve(&self, key: SubscriptionKey) -> usize {
        let (mut last, mut attempts) = (None, 0);
        let (mut leased, mut pause) = (Instant::now(), AGAIN);
        loop {
            let asked = Instant::now();
            match self.turn(key, last).await {
                Ok(Some(task)) => {
                    (leased, pause) = (asked, AGAIN);
                    attempts += 1;
                    last = Some(self.attempt(task).await);
                }
                Ok(None) => return attempts,
                // what the receiver said is not thrown away while nobody else can send to it
                Err(fault) if last.is_some() && leased.elapsed() + pause < HELD => {
                    log::warn!(subscription = key.1.to_string().as_str(); "what came of a webhook waits: {fault}");
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                Err(fault) => {
                    // the lease runs out; what was not kept is sent once more
                    log::warn!(subscription = key.1.to_string().as_str(); "a webhook waits: {fault}");
                    return attempts;
                }
            }
        }
    }

    async fn turn(&self, key: SubscriptionKey, last: Option<Settled>) -> Result<Option<Task>, Error> {
        let (now, keys) = (self.platform.clock.now(), self.platform.keys.clone());
        let today = self.platform.clock.today();
        let holder = (self.holder, !self.platform.health.is_leaving());
        let _turn = self.connections.acquire().await;
        let (task, disabled) = self
            .platform
            .write_open(move |tx| {
                let turn = events::take_turn(tx, &keys, holder, key, last, (now, today))?;
                let found = (turn.task, turn.disabled);
                if turn.disabled.is_none() {
                    return Ok(Kept::bookkeeping(found));
                }
                let act = "webhook-subscription.disabled";
                let entry = unsigned_entry(key.0, "system", Purpose::Administration, act, now)
                    .on(key.1)
                    .states(Some(SubscriptionState::Active.code()), Some(SubscriptionState::Disabled.code()));
                Ok::<_, Error>(tx.keep([entry], found)?)
            })
            .await?;
        // told once it is so, however often the transaction began again
        if let Some(because) = disabled {
            tell(key, because);
            self.platform.metrics.disabled(because);
        }
        Ok(task)
    }

    async fn attempt(&self, task: Task) -> Settled {
        let settings = &self.platform.events;
        let event = EventView::of(&task.event, &settings.event_source);
        let (id, body) = (event_id(&task.event.hash).to_string(), event.written());
        let timestamp = self.platform.clock.now().timestamp();
        let signature = signatures(&task.secrets, &id, timestamp, &body);
        let message = Message { id, timestamp, signature, body };
        let outcome = self.outbound.send(&task.url, message, self.platform.clock.now()).await;
        let schedule = Schedule { divisor: settings.webhook_haste, jitter: fresh_permille() };
        let next = next(outcome, task.attempt, self.platform.clock.now(), schedule);
        self.platform.metrics.attempted(next);
        Settled { delivery: task.delivery, attempt: task.attempt, outcome, next }
    }
}

fn tell((_, id): SubscriptionKey, because: DisablementReason) {
    log::warn!(subscription = id.to_string().as_str(), because = because.code(); "a webhook was disabled");
}
