//! What a person may know and decide about her own data: who looked at them, and what they are used for.

pub mod access_log;
pub mod processing;
pub mod trace;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this room.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(access_log::list_my_access_log)
        .service(processing::list_processing_activities)
        .service(processing::get_processing_activity);
}
