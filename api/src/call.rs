//! What the edge knows of the call in progress, for what works below the handlers: a handler does not pass it on, so a
//! new endpoint cannot forget to.

use std::future::Future;
use std::rc::Rc;

use naast_domain::text::Tongue;
use uuid::Uuid;

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
    /// The trace that it says it is part of, and the span that it came from.
    pub trace: Option<(Uuid, i64)>,
}

/// Handles a call: whatever is awaited inside can ask for it.
pub async fn within<F: Future>(call: Call, handling: F) -> F::Output {
    CALL.scope(Rc::new(call), handling).await
}

/// The call in progress; none in the work of the server itself.
pub fn current() -> Option<Rc<Call>> {
    CALL.try_with(Rc::clone).ok()
}
