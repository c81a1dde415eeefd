//! The rows of the journal that use cases write: who did what, to what, and between which states.

use naast_domain::Moment;
use naast_domain::code::Code as _;
use naast_domain::ids::PersonId;
use naast_domain::journal::{Chain, Entry, Purpose};
use naast_domain::organisations::Role;

fn entry(
    chain: Chain,
    actor: Option<PersonId>,
    role: &'static str,
    purpose: Purpose,
    act: &'static str,
    at: Moment,
) -> Entry {
    // `request.withdrawn` is done to a request
    let object_kind = act.split_once('.').map_or(act, |(kind, _)| kind);
    Entry {
        chain,
        at,
        actor,
        role,
        purpose,
        action: act,
        object_kind,
        object_id: String::new(),
        before: None,
        after: None,
    }
}

/// The rest of a journal row: to what, and between which states.
pub trait Said {
    /// To which object.
    #[must_use]
    fn on(self, id: impl ToString) -> Self;
    /// Between which states.
    #[must_use]
    fn states(self, before: Option<&'static str>, after: Option<&'static str>) -> Self;
    /// What stood there, and what stands there now: codes and days of the directory, nothing about anybody.
    #[must_use]
    fn facts(self, before: Option<String>, after: String) -> Self;
}

impl Said for Entry {
    fn on(self, id: impl ToString) -> Self {
        Self { object_id: id.to_string(), ..self }
    }

    fn states(self, before: Option<&'static str>, after: Option<&'static str>) -> Self {
        Self { before: before.map(Into::into), after: after.map(Into::into), ..self }
    }

    fn facts(self, before: Option<String>, after: String) -> Self {
        Self { before: before.map(Into::into), after: Some(after.into()), ..self }
    }
}

/// The journal row of a change by a person.
pub fn signed_entry(
    chain: impl Into<Chain>,
    actor: PersonId,
    role: Role,
    purpose: Purpose,
    act: &'static str,
    at: Moment,
) -> Entry {
    entry(chain.into(), Some(actor), role.code(), purpose, act, at)
}

/// The journal row of a change by the system, or by somebody who stays unknown.
pub fn unsigned_entry(
    chain: impl Into<Chain>,
    role: &'static str,
    purpose: Purpose,
    act: &'static str,
    at: Moment,
) -> Entry {
    entry(chain.into(), None, role, purpose, act, at)
}
