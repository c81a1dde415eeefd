//! What the edge knows of the call in progress, for what works below the handlers: a handler does not pass it on, so a
//! new endpoint cannot forget to.

use std::cell::{Cell, OnceCell};
use std::future::Future;
use std::rc::Rc;

use naast_domain::text::Tongue;
use tokio::time::Instant;
use uuid::Uuid;

use crate::problem::{Error, InputFault};
use crate::retries::Repeatable;

tokio::task_local! {
    static CALL: Rc<Call>;
}

/// The call in progress.
#[derive(Debug)]
pub struct Call {
    /// The language of its answer.
    pub language: Tongue,
    /// What makes it repeatable, when the caller gave an `Idempotency-Key` and the operation takes one.
    pub repeatable: Option<Repeatable>,
    /// Its number.
    pub number: Uuid,
    /// The operation of the contract.
    pub operation: Option<&'static str>,
    /// What is wrong with it that does not keep its handler from looking at its body first: the refusal tells both together.
    pub found: Vec<InputFault>,
    /// In how many seconds the limits let it through, when they said no and what it asks decides ([`Operation::may_stop`]).
    ///
    /// [`Operation::may_stop`]: crate::contract::Operation::may_stop
    pub beyond: Option<u64>,
    /// The trace that it says it is part of, and the span that it came from.
    pub trace: Option<(Uuid, i64)>,
    /// Whether it changes a part of something (`PATCH`).
    pub is_patch: bool,
    /// Whether it is such a change, and its body names nothing to change.
    pub changes_nothing: Cell<bool>,
    /// When it first asked for the database.
    pub asked: OnceCell<Instant>,
}

/// Handles a call: whatever is awaited inside can ask for it.
pub async fn within<F: Future>(call: Call, handling: F) -> F::Output {
    CALL.scope(Rc::new(call), handling).await
}

/// Since when the caller waits for the database: from the first piece of work of her call on, however many there are, so that
/// several do not add up their times. Work of the server itself waits from now on.
pub fn waits_since() -> Instant {
    let now = Instant::now();
    current().map_or(now, |call| *call.asked.get_or_init(|| now))
}

/// The refusal of the limits, for the handler of an operation with which somebody can stop: it refuses with it whatever is not
/// that. None when they let the call through.
pub fn refusal() -> Option<Error> {
    current().and_then(|call| call.beyond).map(Error::TooMany)
}

/// Whether the call in progress is a change of a part that names nothing to change.
pub fn changes_nothing() -> bool {
    current().is_some_and(|call| call.changes_nothing.get())
}

/// The call in progress; none in the work of the server itself.
pub fn current() -> Option<Rc<Call>> {
    CALL.try_with(Rc::clone).ok()
}
