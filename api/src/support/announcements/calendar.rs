//! An announced talk for the calendar of whoever receives the parent at school (RFC 5545).

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder, get, web};
use naast_domain::access::ReadAnnouncedMeetings;
use naast_domain::code::Code as _;
use naast_domain::ids::AnnouncedMeetingId;
use naast_domain::support::announcements::{AnnouncementState, CompanionRole};
use naast_domain::support::calendar::CalendarEvent;
use naast_domain::text::{Text, Tongue};
use naast_domain::{Date, start_of};
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::support::announcements::{self, Announced};

use crate::call;
use crate::caller::Caller;
use crate::contract::Path;
use crate::platform::Platform;
use crate::problem::Error;

/// A file for a calendar.
#[derive(Debug)]
pub struct CalendarFile(String);

impl Responder for CalendarFile {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .content_type("text/calendar; charset=utf-8")
            .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"gesprek.ics\""))
            .body(self.0)
    }
}

/// The event as it stands today. RFC 5545 asks when it was last changed; that would be the moment at which the parent announced or cancelled
/// it, which is hers. What stands there is what the file is of: the beginning of the day on which it is fetched. `SEQUENCE` says which of
/// two is the later.
fn event(told: &Announced, tongue: Tongue, today: Date) -> CalendarEvent {
    let role = CompanionRole::Buddy.label();
    let summary = match &told.first_name {
        Some(name) => Text::new(
            format!("Gesprek: {name} komt mee ({})", role.nl),
            format!("Talk: {name} comes along ({})", role.en),
        ),
        None => Text::of("Gesprek: er komt niemand mee", "Talk: nobody comes along"),
    };
    CalendarEvent {
        uid: told.id.to_string(),
        sequence: u32::from(told.state == AnnouncementState::Cancelled),
        stamp: start_of(today),
        day: told.date,
        summary: summary.get(tongue).to_owned(),
        cancelled: told.state == AnnouncementState::Cancelled,
    }
}

/// Get an announced talk as a file for a calendar.
///
/// The same `UID` stays with it; fetched again after it was cancelled, the file says so.
#[utoipa::path(
    operation_id = "getAnnouncedMeetingCalendar",
    tag = "support",
    params(("id" = AnnouncedMeetingId, Path, description = "The announced talk")),
    responses((status = 200, description = "The file", body = String, content_type = "text/calendar")),
)]
#[get("/announced-meetings/{id}/calendar.ics")]
pub async fn get_announced_meeting_calendar(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<AnnouncedMeetingId>,
) -> Result<CalendarFile, Error> {
    let tongue = call::current().map_or(Tongue::Dutch, |call| call.language);
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadAnnouncedMeetings>()?;
            let found = announcements::find_at_school(cx.db, cx.keys, &grant, id, cx.today)?;
            let (told, role) = found.ok_or(Error::NotFound)?;
            cx.shows(Shown::announced(role, &[&told]));
            Ok(CalendarFile(event(&told, tongue, cx.today).write()))
        })
        .await
}
