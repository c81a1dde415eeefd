//! Buddies (S3, S5): registered by the coordinator; readiness computed from facts; ties declared by themselves.

pub mod certificates;
pub mod profile;
pub mod readiness;
pub mod ties;

use naast_domain::access::Action;
use naast_domain::buddies::Buddy;
use naast_domain::ids::BuddyId;
use naast_domain::organisations::Role;
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
        .service(certificates::list_certificates)
        .service(ties::list_tie_kinds)
        .service(ties::declare_tie)
        .service(ties::list_ties)
        .service(ties::end_tie)
        .service(ties::confirm_ties);
}

/// The buddy whom a reader reaches by an action.
fn seen<A: Action>(cx: &mut Reading<'_, '_>, id: BuddyId) -> Result<Stored<Buddy>, Error> {
    let grant = cx.grant::<A>()?;
    buddies::find(cx.db, &grant, id)?.map(|(buddy, _)| buddy).ok_or(Error::NotFound)
}

/// The buddy whom a change reaches by an action, and the role in which it does.
fn reached<A: Action>(cx: &mut Writing<'_, '_, '_>, id: BuddyId) -> Result<(Stored<Buddy>, Role), Error> {
    let grant = cx.grant::<A>()?;
    buddies::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)
}
