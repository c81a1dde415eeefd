//! The directory: schools, boards and partnerships as they are published, and what the directory was fed with.
//!
//! Everybody who is signed in can look a school up: a parent begins by finding her own.

pub mod boards;
pub mod imports;
pub mod partnerships;
pub mod recorded;
pub mod schools;
pub mod search;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this room.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(search::list_schools)
        .service(schools::get_school)
        .service(recorded::record_school_partnership)
        .service(boards::list_boards)
        .service(boards::get_board)
        .service(partnerships::list_partnerships)
        .service(partnerships::get_partnership)
        .service(imports::list_directory_imports)
        .service(imports::get_directory_import);
}
