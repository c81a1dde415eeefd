//! A use case that only reads, and what it owes: a record of whatever of a case it shows, before its answer goes out.

use naast_domain::access::{Action, Grant, Principal, SHOWS_NO_CASE};
use naast_domain::{Date, Moment};
use naast_persistence::Database;
use naast_persistence::keys::Keys;
use naast_persistence::privacy::access_log::{self, Shown};
use uuid::Uuid;

use crate::call;
use crate::clock::fresh;
use crate::problem::Error;

/// A use case that only reads.
pub struct Reading<'a, 'c> {
    /// The database.
    pub db: &'a mut Database<'c>,
    /// The keys that what is personal is sealed with.
    pub keys: &'a Keys,
    /// Who calls, with what she may be at this moment.
    pub me: Principal,
    /// The day of the call.
    pub today: Date,
    /// The action of a case that was granted and whose record is still owed.
    owed: Option<&'static str>,
    shown: Vec<Shown>,
}

/// Leave to do an action, or the refusal.
pub fn granted<A: Action>(me: &Principal) -> Result<Grant<A>, Error> {
    me.grant().ok_or(Error::Forbidden)
}

impl<'a, 'c> Reading<'a, 'c> {
    pub(super) fn new(db: &'a mut Database<'c>, keys: &'a Keys, me: Principal, today: Date) -> Self {
        Self { db, keys, me, today, owed: None, shown: Vec::new() }
    }

    /// Leave to do an action, as far as the caller reaches. Whoever is granted to read of a case must say with
    /// [`Self::shows`] what the answer shows, or there is no answer.
    pub fn grant<A: Action>(&mut self) -> Result<Grant<A>, Error> {
        let grant = granted(&self.me)?;
        if !SHOWS_NO_CASE.contains(&A::NAME) {
            self.owed = Some(A::NAME);
        }
        Ok(grant)
    }

    /// Says what the answer shows of a case; nothing, when it shows nothing. One record for each person whom it is about is
    /// written before the answer goes out.
    pub fn shows(&mut self, shown: impl IntoIterator<Item = Shown>) {
        self.owed = None;
        self.shown.extend(shown);
    }

    /// What was shown, once nothing is owed.
    pub(super) fn settled(self) -> Result<(Principal, Vec<Shown>), Error> {
        if let Some(action) = self.owed {
            log::error!(action = action; "a reading of a case left no record: its handler does not call `shows`");
            return Err(Error::Internal("a reading of a case left no record"));
        }
        Ok((self.me, self.shown))
    }
}

/// The call that a record of a reading names. Asked for where the call is known: what runs in the queue of the writer is told.
#[derive(Debug, Clone)]
pub struct Of {
    operation: &'static str,
    call: Uuid,
    trace: Option<(Uuid, i64)>,
}

impl Of {
    /// The call in progress.
    pub fn this_call() -> Self {
        let call = call::current();
        Self {
            operation: call.as_ref().and_then(|call| call.operation).unwrap_or_default(),
            call: call.as_ref().map_or_else(fresh, |call| call.number),
            trace: call.as_ref().and_then(|call| call.trace),
        }
    }

    /// A reading in it by somebody, from one moment to another.
    pub fn by(&self, me: Principal, began: Moment, ended: Moment) -> access_log::Reader {
        let Self { operation, call, trace } = self.clone();
        access_log::Reader { me, operation: operation.to_owned(), call, trace, began, ended }
    }
}
