//! What every use case stands on: the store, the clock, the caller. One closure is one use case: load, decide, keep,
//! journal.

mod entries;
mod reading;
mod writing;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::web;
use naast_domain::Moment;
use naast_domain::access::Principal;
use naast_persistence::keys::Keys;
use naast_persistence::privacy::access_log::{self, Shown};
use naast_persistence::{Database, Kept, Store, Transaction};
use serde::Serialize;

use crate::answer::Answer;
use crate::call;
use crate::clock::{Clock, fresh};
use crate::health::Health;
use crate::identity::{Identity, Standing, Subject};
use crate::metrics::Metrics;
use crate::privacy::tombstones::Outside;
use crate::problem::Error;
use crate::queue::{Queue, USUAL};
use crate::retries::{Running, Whose};

pub use entries::{Said, signed_entry, unsigned_entry};
pub use reading::{Of, Reading, granted};
pub use writing::Writing;

/// A running server's parts, shared by all of its workers.
#[derive(Clone)]
pub struct Platform {
    /// The database.
    pub store: Arc<Store>,
    /// The clock.
    pub clock: Clock,
    /// Keys and tokens.
    pub identity: Arc<Identity>,
    /// The keys that what is personal is sealed with.
    pub keys: Keys,
    /// Where files of this installation stand.
    pub data: PathBuf,
    /// The file of the tombstones, outside the database.
    pub tombstones: PathBuf,
    /// Who writes them there.
    pub outside: Arc<Outside>,
    /// How events are named and sent.
    pub events: Arc<crate::events::Settings>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// How the server is.
    pub health: Arc<Health>,
    /// Who is known to be there.
    pub standing: Arc<Standing>,
    reads: Arc<Queue>,
    writes: Arc<Queue>,
    pub(crate) running: Arc<Running>,
}

/// What a platform is made of.
pub struct Parts {
    /// The database.
    pub store: Arc<Store>,
    /// The clock.
    pub clock: Clock,
    /// Keys and tokens.
    pub identity: Arc<Identity>,
    /// The keys that what is personal is sealed with.
    pub keys: Keys,
    /// Where files of this installation stand.
    pub data: PathBuf,
    /// The file of the tombstones, outside the database.
    pub tombstones: PathBuf,
    /// How events are named and sent.
    pub events: Arc<crate::events::Settings>,
}

impl Platform {
    /// A platform on these parts, with queues of the usual length.
    pub fn new(parts: Parts) -> Self {
        let Parts { store, clock, identity, keys, data, tombstones, events } = parts;
        // before anybody is told that something is gone, it stands where no backup can bring it back from
        let outside = Arc::new(Outside::at(tombstones.clone()));
        let puts = Arc::clone(&outside);
        store.put_tombstones_outside(move |laid| puts.put(laid));
        let metrics = Arc::new(Metrics::new());
        let (reads, writes) = queues(&store, USUAL, &metrics);
        let (health, standing, running) = (Arc::default(), Arc::default(), Arc::default());
        Self {
            store,
            clock,
            identity,
            keys,
            data,
            tombstones,
            outside,
            events,
            metrics,
            health,
            standing,
            reads,
            writes,
            running,
        }
    }

    /// The same, with queues that take so many calls.
    #[must_use]
    pub fn with_queues(self, most: usize) -> Self {
        let (reads, writes) = queues(&self.store, most, &self.metrics);
        Self { reads, writes, ..self }
    }

    /// The queues to the database: one to PostgreSQL, and to SQLite one to its readers and one to its writer.
    pub fn queues(&self) -> Vec<&Queue> {
        let writes = (!Arc::ptr_eq(&self.reads, &self.writes)).then_some(&*self.writes);
        std::iter::once(&*self.reads).chain(writes).collect()
    }

    /// Runs a use case that only reads.
    pub async fn read<T: Send + 'static>(
        &self,
        caller: impl Into<Subject>,
        work: impl FnOnce(&mut Reading<'_, '_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (caller, today, keys) = (caller.into(), self.clock.today(), self.keys.clone());
        let (came, began, standing) = (call::waits_since(), self.clock.now(), Arc::clone(&self.standing));
        let (answer, me, shown) = self
            .read_open(move |db| {
                let me = standing.ask(&caller, db, today)?;
                let mut cx = Reading::new(db, &keys, me, today);
                let answer = work(&mut cx)?;
                let (me, shown) = cx.settled()?;
                Ok((answer, me, shown))
            })
            .await?;
        if !shown.is_empty() {
            self.record(came, began, me, &shown).await?;
        }
        Ok(answer)
    }

    /// Writes down who read what of whom. The answer is given only when that is done: within the time that the call has in
    /// all.
    async fn record(
        &self,
        came: tokio::time::Instant,
        began: Moment,
        me: Principal,
        shown: &[Shown],
    ) -> Result<(), Error> {
        let records = access_log::records(shown, &Of::this_call().by(me, began, self.clock.now()), fresh);
        if records.is_empty() {
            return Ok(());
        }
        let kept = move |tx: &mut Transaction<'_, '_>| {
            access_log::insert(tx, &records)?;
            Ok(Kept::bookkeeping(()))
        };
        self.change_since(came, kept).await.map_err(|error| {
            log::warn!(code = error.code(); "a reading could not be recorded, and was not answered");
            Error::Refused("reading-not-recorded")
        })
    }

    /// Reads what is open to everybody.
    pub async fn read_open<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Database<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (ticket, patience) = self.reads.enter_since(call::waits_since())?;
        let store = Arc::clone(&self.store);
        let reading = move || {
            store.read(|db| {
                ticket.begin()?;
                work(db)
            })
        };
        patience.wait(self.apart(reading)).await
    }

    /// Runs a use case that changes something. The answer comes once the change is durable. A call that was sent before,
    /// with the same `Idempotency-Key`, is not done again: it gets the answer of the first. What changes nothing and shows something
    /// leaves the record of a reading, in the same transaction ([`Writing::shows`]).
    pub async fn write<T: Serialize + Send + 'static>(
        &self,
        caller: impl Into<Subject>,
        work: impl Fn(&mut Writing<'_, '_, '_>) -> Result<Kept<Answer<T>>, Error> + Send + 'static,
    ) -> Result<Answer<T>, Error> {
        if call::changes_nothing() {
            return Err(Error::Internal(
                "an empty change of a part is answered with what stands: see `patch`",
            ));
        }
        self.write_as(caller.into(), work).await
    }

    /// Runs a use case that changes a part of something (`PATCH`). A change that names nothing is only rehearsed, so that whatever would
    /// refuse it refuses it; then nothing is changed or written down, and the answer is what stands, which `show` shows.
    pub async fn patch<T: Serialize + Send + 'static>(
        &self,
        caller: impl Into<Subject>,
        show: impl Fn(&mut Writing<'_, '_, '_>) -> Result<Answer<T>, Error> + Send + 'static,
        work: impl Fn(&mut Writing<'_, '_, '_>) -> Result<Kept<Answer<T>>, Error> + Send + 'static,
    ) -> Result<Answer<T>, Error> {
        let changes_nothing = call::changes_nothing();
        self.write_as(caller.into(), move |cx| {
            if !changes_nothing {
                return work(cx);
            }
            cx.rehearse(&work)?;
            Ok(Kept::unchanged(show(cx)?))
        })
        .await
    }

    async fn write_as<T: Serialize + Send + 'static>(
        &self,
        caller: Subject,
        work: impl Fn(&mut Writing<'_, '_, '_>) -> Result<Kept<Answer<T>>, Error> + Send + 'static,
    ) -> Result<Answer<T>, Error> {
        let (keys, of) = (self.keys.clone(), Of::this_call());
        let (now, today, standing) = (self.clock.now(), self.clock.today(), Arc::clone(&self.standing));
        let came = call::waits_since();
        let told = Arc::new(Mutex::new(None));
        let telling = Arc::clone(&told);
        let outcome = self
            .write_once(
                Whose::Subject(caller.person),
                move |tx| standing.ask(&caller, tx, today),
                move |tx, me| {
                    let mut cx = Writing::new(tx, &keys, me, (now, today));
                    match work(&mut cx) {
                        Ok(kept) => cx.settle(&kept, &of).map(|()| kept),
                        Err(refusal) => {
                            let shown = cx.refused(&refusal)?;
                            *telling.lock().unwrap_or_else(PoisonError::into_inner) = shown;
                            Err(refusal)
                        }
                    }
                },
            )
            .await;
        // what was refused is undone, so that its record has a transaction of its own; a later try may have ended otherwise
        let told = told.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (Err(Error::Rule(_)), Some((me, shown))) = (&outcome, told) {
            self.record(came, now, me, &[shown]).await?;
        }
        outcome
    }

    /// Runs a change by somebody who is not signed in but holds a code; `holder` is its fingerprint. Her
    /// `Idempotency-Key` is hers as long as she sends that code.
    pub async fn write_held<T: Serialize + Send + 'static>(
        &self,
        holder: [u8; 32],
        work: impl Fn(&mut Transaction<'_, '_>) -> Result<Kept<Answer<T>>, Error> + Send + 'static,
    ) -> Result<Answer<T>, Error> {
        self.write_once(Whose::Holder(holder), |_| Ok(()), move |tx, ()| work(tx)).await
    }

    /// Runs a change that is not done once for a key: a job of the server itself, or a call by somebody who is not signed
    /// in and to whom nothing is kept.
    pub async fn write_open<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Transaction<'_, '_>) -> Result<Kept<T>, Error> + Send + 'static,
    ) -> Result<T, Error> {
        if call::current().is_some_and(|call| call.repeatable.is_some()) {
            // the contract promised otherwise: `document::takes_key`
            return Err(Error::Internal("a repeatable call was to be done without its key"));
        }
        self.change(work).await
    }

    pub(crate) async fn change<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Transaction<'_, '_>) -> Result<Kept<T>, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.change_since(call::waits_since(), work).await
    }

    async fn change_since<T: Send + 'static>(
        &self,
        came: tokio::time::Instant,
        work: impl Fn(&mut Transaction<'_, '_>) -> Result<Kept<T>, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (ticket, patience) = self.writes.enter_since(came)?;
        let in_time = move |tx: &mut Transaction<'_, '_>| {
            ticket.begin()?;
            let kept = work(tx)?;
            ticket.commit()?;
            Ok(kept)
        };
        if self.store.queues_writes() {
            // waits without holding a thread, so that many can share one commit
            let answer = self.store.queue(in_time);
            let written = patience
                .wait(async { answer.await.unwrap_or(Err(Error::Internal("the writer stopped"))) })
                .await;
            if matches!(&written, Err(Error::Storage(naast_persistence::Error::Panicked))) {
                self.metrics.panicked();
            }
            return written;
        }
        let store = Arc::clone(&self.store);
        patience.wait(self.apart(move || store.write(in_time))).await
    }

    /// Runs something on a thread that may wait.
    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        web::block(work).await.unwrap_or_else(|_| {
            self.metrics.panicked();
            Err(Error::Internal("a use case panicked"))
        })
    }
}

fn queues(store: &Store, most: usize, metrics: &Arc<Metrics>) -> (Arc<Queue>, Arc<Queue>) {
    if store.queues_writes() {
        let of = |name| Queue::new(name, most, Arc::clone(metrics));
        return (of("read"), of("write"));
    }
    let both = Queue::new("database", most, Arc::clone(metrics));
    (Arc::clone(&both), both)
}
