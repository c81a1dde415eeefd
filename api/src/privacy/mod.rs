//! What a person may know and decide about her own data: who looked at them, what they are used for, how long they stay, what
//! holds them back, and how they go.

pub mod access_log;
pub mod erasure;
pub mod holds;
pub mod processing;
pub mod replay;
pub mod retention;
pub mod round;
pub mod terms;
pub mod tombstones;
pub mod trace;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this room.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(access_log::list_my_access_log)
        .service(processing::list_processing_activities)
        .service(processing::get_processing_activity)
        .service(terms::list_retention_terms)
        .service(terms::set_retention_term)
        .service(holds::list_holds)
        .service(holds::place_hold)
        .service(holds::release_hold)
        .service(erasure::erase_me);
}
