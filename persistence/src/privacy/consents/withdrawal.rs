//! That consents are taken back, and by whom: once, and for good.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::ids::ConsentId;
use naast_domain::privacy::consents::ConsentKind;
use naast_domain::requests::{SupportRequest, WithdrawnBy};
use uuid::Uuid;

use super::{KeptConsent, on};
use crate::columns::{At, Key};
use crate::privacy::erasure::Subject;
use crate::privacy::tombstones;
use crate::rows::Stored;
use crate::schema::consents;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Which consents are taken back.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    /// Every one.
    All,
    /// This one.
    One(ConsentId),
    /// The one of this kind on this thing.
    About(ConsentKind, Uuid),
}

/// Takes consents back, and keeps who did it: those that hold or wait for confirmation. Gives back which. Never refused, also when repeated;
/// whoever calls holds the request's lock. They are taken back at a moment: now, or when it was done before a backup brought them back.
pub fn withdraw(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    which: Which,
    by: Option<WithdrawnBy>,
    at: Moment,
) -> Result<Vec<KeptConsent>, Error> {
    let mut back = on(tx, request)?;
    back.retain(|kept| {
        let meant = match which {
            Which::All => true,
            Which::One(id) => kept.id == id,
            Which::About(kind, subject) => kept.consent.kind == kind && kept.subject == subject,
        };
        meant && kept.consent.withdrawn_at.is_none() && kept.consent.lapsed_at.is_none()
    });
    let ids: Vec<Key> = back.iter().map(|kept| Key::from(kept.id)).collect();
    let row = consents::table
        .filter(consents::programme_id.eq(Key::from(request.programme)))
        .filter(consents::id.eq_any(ids));
    let update = diesel::update(row).set((
        consents::withdrawn_at.eq(Some(At(at))),
        consents::withdrawn_by.eq(by.map(|by| by.to_string())),
    ));
    on_either!(&mut **tx, |c| update.execute(c))?;
    for kept in &mut back {
        (kept.consent.withdrawn_at, kept.consent.withdrawn_by) = (Some(at), by);
        // where everything was taken back, the tombstone of the withdrawal says it
        if !matches!(which, Which::All) {
            let confirmed_at = kept.consent.confirmed.map(|confirmed| confirmed.at);
            let of = (kept.id.uuid(), confirmed_at);
            tombstones::lay_of_consent(tx, of, Subject::Case(request.id), at)?;
        }
    }
    Ok(back)
}
