//! Support requests (S5): by the parent herself or by referral; withdrawal is hers.

mod consent_notices;
pub mod continuation;
pub mod letters;
pub mod news;
pub mod notices;
pub mod school;
pub mod show;
pub mod submit;
pub mod view;
pub mod withdraw;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this room.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(submit::submit_support_request)
        .service(show::list_support_requests)
        .service(show::get_support_request)
        .service(school::change_request_school)
        .service(continuation::continue_support_request)
        .service(notices::list_my_notices)
        .service(withdraw::withdraw_support_request);
}
