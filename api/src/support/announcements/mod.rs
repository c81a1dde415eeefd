//! Meeting announcements: the parent lets school know that her buddy comes along to a talk; school sees its own side of it,
//! and can note what stands in the way, never refuse.

pub mod announce;
pub mod at_school;
pub mod calendar;
pub mod take_back;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of announcements.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(announce::announce_meeting)
        .service(announce::list_announcements)
        .service(announce::get_announcement)
        .service(take_back::cancel_announcement)
        .service(at_school::list_announced_meetings)
        .service(at_school::get_announced_meeting)
        .service(at_school::note_objection)
        .service(calendar::get_announced_meeting_calendar);
}
