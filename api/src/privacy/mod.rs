//! What a person may know and decide about her own data: what she said yes to and in which words, how she takes it back and
//! who was told; who looked at them, what they are used for, how long they stay, what holds them back, and how they go.

pub mod access_log;
pub mod choice;
pub mod confirm;
pub mod erasure;
pub mod exports;
pub mod give;
pub mod holds;
pub mod notices;
mod page;
pub mod processing;
pub mod pupil;
pub mod register;
pub mod replay;
pub mod report;
pub mod retention;
pub mod round;
pub mod take_back;
pub mod terms;
pub mod tombstones;
pub mod trace;
pub mod view;

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
        .service(erasure::erase_me)
        .service(erasure::take_back_erasure)
        .service(give::list_consent_texts)
        .service(give::give_consent)
        .service(view::list_consents)
        .service(view::get_consent_receipt)
        .service(report::report_consent)
        .service(confirm::confirm_consent)
        .service(confirm::find_consent_to_confirm)
        .service(confirm::confirm_consent_by_code)
        .service(take_back::withdraw_consent)
        .service(register::list_my_consents)
        .service(register::withdraw_all_my_consents)
        .service(pupil::create_pupil_code)
        .service(pupil::look::find_pupil_consent)
        .service(pupil::consent_as_pupil)
        .service(pupil::withdraw_as_pupil)
        .service(notices::list_withdrawal_recipients)
        .service(notices::list_withdrawal_notices)
        .service(notices::confirm_withdrawal_notice)
        .service(exports::request_export)
        .service(exports::get_export)
        .service(exports::take_export);
}
