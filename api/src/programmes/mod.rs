//! Buddy programmes in their three forms (I1, S0, S1, S6).

pub mod coverage;
pub mod forms;
pub mod position;
pub mod register;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this room.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(register::create_programme)
        .service(register::list_programmes)
        .service(register::get_programme)
        .service(forms::change_programme_form)
        .service(forms::list_programme_forms)
        .service(coverage::cover_school)
        .service(coverage::list_covered_schools)
        .service(position::get_position_statement);
}
