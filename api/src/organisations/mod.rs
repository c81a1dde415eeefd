//! Organisations, people and memberships (I1): who takes part, in which role.

pub mod me;
pub mod memberships;
pub mod people;
pub mod register;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this room.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(me::get_me)
        .service(me::correct_my_name)
        .service(me::list_my_memberships)
        .service(people::register_person)
        .service(register::create_organisation)
        .service(register::list_organisations)
        .service(register::get_organisation)
        .service(memberships::create_membership)
        .service(memberships::list_memberships)
        .service(memberships::get_membership)
        .service(memberships::update_membership);
}
