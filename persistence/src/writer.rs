//! The one thread that writes to SQLite, and how it shares commits.
//!
//! A commit that survives power loss costs a flush of the disk. Use cases that wait at the same moment run one
//! after the other, each in a savepoint of one `BEGIN IMMEDIATE` transaction, and are answered after its commit:
//! a refusal undoes its own savepoint only, and nobody is answered before the disk has it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::thread;

use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::sqlite::SqliteConnection;
use tokio::sync::oneshot;

use crate::Error;
use crate::database::{Database, prepare_sqlite};
use crate::error::Fault;
use crate::privacy::tombstones::{Outside, Tombstone};
use crate::transaction::{Kept, Transaction};

/// At most this many use cases share a commit: seven times the throughput of one each, measured; more gain little.
const SHARED: usize = 64;

/// One use case in the queue. Its type is forgotten, its answer is kept inside until the commit.
trait Job: Send {
    /// Runs in a savepoint; the answer stays inside.
    fn run(&mut self, database: &mut Database<'_>);
    /// The tombstones that the run laid.
    fn laid(&self) -> &[Tombstone];
    /// Whether the run ended in a fault of storage.
    fn faulted(&self) -> bool;
    /// Gives the answer that the run left, or the fault that took the whole commit.
    fn answer(self: Box<Self>, fault: Option<Error>);
}

struct UseCase<T, E, F> {
    work: F,
    outcome: Option<Result<T, E>>,
    laid: Vec<Tombstone>,
    caller: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for UseCase<T, E, F>
where
    T: Send,
    E: Fault + Send,
    F: Fn(&mut Transaction<'_, '_>) -> Result<Kept<T>, E> + Send,
{
    fn run(&mut self, database: &mut Database<'_>) {
        let work = &self.work;
        let ran = database.transaction(|database| Transaction::run(database, |tx| work(tx)));
        // it may run again when another took the commit with it
        self.laid.clear();
        self.outcome = Some(ran.map(|(kept, laid)| {
            self.laid = laid;
            kept.into_inner()
        }));
    }

    fn laid(&self) -> &[Tombstone] {
        &self.laid
    }

    fn faulted(&self) -> bool {
        matches!(&self.outcome, Some(Err(refusal)) if refusal.storage().is_some())
    }

    fn answer(self: Box<Self>, fault: Option<Error>) {
        let outcome = match (fault, self.outcome) {
            (Some(fault), _) => Err(fault.into()),
            (None, Some(outcome)) => outcome,
            (None, None) => Err(Error::Busy("the writer skipped a use case").into()),
        };
        // a caller that went away gets no answer; its effect stands all the same
        let _ = self.caller.send(outcome);
    }
}

/// The way to the writer thread.
pub(crate) struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
}

impl Writer {
    /// Starts the thread with its prepared connection. It ends when the last [`Writer`] is gone and the queue is
    /// empty.
    pub(crate) fn start(connection: SqliteConnection, url: String, outside: Arc<Outside>) -> Self {
        let (queue, jobs) = mpsc::channel();
        thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || Thread { connection, url, outside }.serve(&jobs))
            .expect("the system starts one more thread");
        Self { queue }
    }

    /// Puts a use case in the queue.
    pub(crate) fn submit<T, E>(
        &self,
        work: impl Fn(&mut Transaction<'_, '_>) -> Result<Kept<T>, E> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, E>>
    where
        T: Send + 'static,
        E: Fault + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        if let Err(mpsc::SendError(job)) =
            self.queue.send(Box::new(UseCase { work, outcome: None, laid: Vec::new(), caller }))
        {
            job.answer(Some(Error::Busy("the writer stopped")));
        }
        answer
    }
}

struct Thread {
    connection: SqliteConnection,
    url: String,
    outside: Arc<Outside>,
}

impl Thread {
    fn serve(mut self, jobs: &mpsc::Receiver<Box<dyn Job>>) {
        while let Ok(first) = jobs.recv() {
            let mut shared = vec![first];
            shared.extend(jobs.try_iter().take(SHARED - 1));
            self.commit(shared);
        }
    }

    /// Runs these use cases in one commit. One that panics or breaks the transaction is taken out and told so; the
    /// others run again.
    fn commit(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        loop {
            match self.attempt(&mut jobs) {
                Attempt::Committed => {
                    let laid: Vec<Tombstone> = jobs.iter().flat_map(|job| job.laid()).copied().collect();
                    self.outside.put(&laid);
                    return jobs.into_iter().for_each(|job| job.answer(None));
                }
                Attempt::Failed(fault) => {
                    return jobs.into_iter().for_each(|job| job.answer(Some(fault.clone())));
                }
                Attempt::Broken(place, fault) => {
                    jobs.remove(place).answer(fault);
                    // the state of the transaction is unknown: begin again on a new connection
                    match self.reconnect() {
                        Ok(()) => {}
                        Err(fault) => {
                            return jobs.into_iter().for_each(|job| job.answer(Some(fault.clone())));
                        }
                    }
                }
            }
        }
    }

    fn attempt(&mut self, jobs: &mut [Box<dyn Job>]) -> Attempt {
        if let Err(fault) =
            AnsiTransactionManager::begin_transaction_sql(&mut self.connection, "BEGIN IMMEDIATE")
        {
            return Attempt::Failed(fault.into());
        }
        for (place, job) in jobs.iter_mut().enumerate() {
            let connection = &mut self.connection;
            if catch_unwind(AssertUnwindSafe(|| job.run(&mut Database::Sqlite(connection)))).is_err() {
                return Attempt::Broken(place, Some(Error::Panicked));
            }
            // a full or failing disk may make SQLite roll back the whole transaction; what runs after that would be
            // committed alone and answered wrongly
            if job.faulted() && self.connection.batch_execute("BEGIN").is_ok() {
                return Attempt::Broken(place, None);
            }
        }
        match AnsiTransactionManager::commit_transaction(&mut self.connection) {
            Ok(()) => Attempt::Committed,
            Err(fault) => {
                let fault = Error::at_commit(fault);
                // a commit that failed may have left the transaction open
                let _ = AnsiTransactionManager::rollback_transaction(&mut self.connection);
                if let Err(fault) = self.reconnect() {
                    log::error!("the writer could not reconnect: {fault}");
                }
                Attempt::Failed(fault)
            }
        }
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        let mut fresh = SqliteConnection::establish(&self.url)
            .map_err(|_| Error::Busy("the database file does not open"))?;
        prepare_sqlite(&mut fresh, false)?;
        self.connection = fresh;
        Ok(())
    }
}

enum Attempt {
    Committed,
    Failed(Error),
    /// This use case took the shared transaction with it, and gets this fault or its own for an answer.
    Broken(usize, Option<Error>),
}
