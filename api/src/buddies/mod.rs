//! Buddies (S3, S5): registered by the coordinator; readiness computed from facts.

pub mod certificates;
pub mod profile;
pub mod readiness;

use naast_domain::access::Action;
use naast_domain::buddies::Buddy;
use naast_domain::ids::{BuddyId, PersonId};
use naast_domain::organisations::Role;
use naast_domain::privacy::access::DataKind;
use naast_domain::rejection::Rejection;
use naast_domain::text::Text;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::{Stored, buddies};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::platform::{Reading, Writing};
use crate::problem::Error;

/// The routes of this room.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(profile::register_buddy)
        .service(profile::list_buddies)
        .service(profile::get_buddy)
        .service(profile::update_buddy)
        .service(readiness::get_readiness)
        .service(certificates::record_certificate)
        .service(certificates::remove_certificate)
        .service(certificates::list_certificates);
}

/// The buddy whom a reader reaches by an action, for an answer that shows these data of hers.
pub(crate) fn seen<A: Action>(
    cx: &mut Reading<'_, '_>,
    id: BuddyId,
    data: DataKind,
) -> Result<Stored<Buddy>, Error> {
    let grant = cx.grant::<A>()?;
    let (buddy, role) = buddies::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
    cx.shows([Shown::buddy(data, role, &buddy)]);
    Ok(buddy)
}

/// Nobody judges herself: who is the buddy does not record her own papers, let herself in or propose herself, whatever else
/// she is in the programme (S2, S3). Another coordinator does.
///
/// # Errors
/// `own-profile`.
pub fn not_herself(me: PersonId, buddy: &Buddy) -> Result<(), Error> {
    if buddy.person != me {
        return Ok(());
    }
    let reason = Text::of(
        "Dit gaat over uzelf als buddy. Een andere coördinator beslist hierover.",
        "This is about yourself as a buddy. Another coordinator decides on it.",
    );
    Err(Rejection::rule("own-profile", "S2", reason).into())
}

/// The buddy whom a change reaches by an action, and the role in which it does. Its answer is of her: a repetition of it is a reading.
pub(crate) fn reached<A: Action>(
    cx: &mut Writing<'_, '_, '_>,
    id: BuddyId,
) -> Result<(Stored<Buddy>, Role), Error> {
    let grant = cx.grant::<A>()?;
    let (buddy, role) = buddies::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
    cx.concerns([Shown::buddy(DataKind::BuddyProfile, role, &buddy)]);
    cx.tx.tells_of(buddy.id.uuid());
    Ok((buddy, role))
}
