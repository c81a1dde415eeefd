//! Support (S5): running matches, pauses, contacts and closure. What parent and buddy write to each other is in the private
//! space.

pub mod announcements;
pub mod close;
pub mod contacts;
pub mod pauses;
pub mod private_space;
pub mod show;

use naast_domain::access::Action;
use naast_domain::ids::MatchId;
use naast_domain::organisations::Role;
use naast_persistence::{Stored, locks, support};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::platform::Writing;
use crate::problem::Error;

/// The routes of this room.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(show::list_matches)
        .service(show::get_match)
        .service(pauses::pause_match)
        .service(pauses::resume_match)
        .service(contacts::record_contact)
        .service(contacts::list_contacts)
        .service(close::close_match);
    private_space::routes(config);
    announcements::routes(config);
}

/// The match that a change reaches by an action, with its request locked.
fn reached<A: Action>(
    cx: &mut Writing<'_, '_, '_>,
    id: MatchId,
) -> Result<(Stored<support::Match>, Role), Error> {
    let grant = cx.grant::<A>()?;
    let (first, _) = support::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
    locks::lock_request(cx.tx, first.request)?;
    let (stored, role) = support::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
    Ok((stored, role))
}
