//! The feed: pull the events of a programme, or of the platform, in their order, from wherever you were.

use actix_web::body::BoxBody;
use actix_web::{HttpRequest, HttpResponse, Responder, get, web};
use naast_domain::access::ReadEvents;
use naast_domain::ids::ProgrammeId;
use naast_domain::journal::Chain;
use naast_domain::text::Text;
use naast_persistence::events;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::EventView;
use crate::caller::Caller;
use crate::contract::Query;
use crate::paging;
use crate::platform::Platform;
use crate::problem::{Error, InputFault};

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct EventQuery {
    /// The programme; the platform's own events when you leave it out, for who reads those.
    pub programme_id: Option<ProgrammeId>,
    /// `after` of the page before; from the beginning when you leave it out.
    pub after: Option<String>,
    /// How many at most: 50 when you do not say, never more than 200.
    #[param(minimum = 1)]
    pub page_size: Option<i64>,
}

/// A page of events, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventPage {
    /// The events of this page.
    pub data: Vec<EventView>,
    /// The cursor of the next page; null when you have read everything that there is now.
    pub next_cursor: Option<String>,
    /// Where you are now. Keep it, and come back with it later as `after`: what happens until then follows. It is null only
    /// when you asked from the beginning and nothing has happened yet.
    pub after: Option<String>,
}

impl Responder for EventPage {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        if let Some(next) = &self.next_cursor {
            let others = request
                .query_string()
                .split('&')
                .filter(|pair| !pair.is_empty() && !pair.starts_with("after="));
            let query: Vec<String> = others.map(str::to_owned).chain([format!("after={next}")]).collect();
            response
                .insert_header(("Link", format!("<{}?{}>; rel=\"next\"", request.path(), query.join("&"))));
        }
        response.json(self)
    }
}

/// A position that this feed does not have: of another feed, or from before a backup was put back.
fn no_position() -> InputFault {
    InputFault::parameter(
        "after",
        "cursor",
        Text::of(
            "Deze plaats is niet van deze reeks. Begin opnieuw zonder `after`; wat u al had, herkent u aan `id`.",
            "This position is not of this feed. Begin again without `after`; what you had already has the same `id`.",
        ),
    )
}

fn position(question: &str, after: Option<&str>) -> Result<Option<i64>, Error> {
    let place = paging::read(question, after).map_err(|_| no_position())?;
    place.map(|place| place.parse().map_err(|_| no_position().into())).transpose()
}

/// Read what happened, oldest first.
///
/// The events of one programme, or of the platform, in the order in which they were recorded. Keep `after`, and ask again
/// with it: nothing is skipped, whatever was being written at the moment that you read.
#[utoipa::path(operation_id = "listEvents", tag = "events", security(("person" = []), ("client" = ["events:read"])), params(EventQuery), responses((status = 200, description = "A page, oldest first", body = EventPage)))]
#[get("/events")]
pub async fn list_events(
    platform: web::Data<Platform>,
    caller: Caller,
    Query(query): Query<EventQuery>,
) -> Result<EventPage, Error> {
    let chain = query.programme_id.map_or(Chain::PLATFORM, Chain::from);
    let question = format!("events/{}", chain.uuid());
    let after = position(&question, query.after.as_deref())?;
    let (size, settings) = (paging::size(query.page_size), platform.events.clone());
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadEvents>()?;
            grant.reaches(events::standing(chain)).ok_or(Error::NotFound)?;
            let slice = events::feed(cx.db, &grant, chain, after.unwrap_or(0), size)?;
            let last = slice.items.last().map(|event| event.seq);
            // a position behind the end would pass over what is written there next
            if last.is_none() && after.is_some_and(|after| after > 0) {
                let head = events::head(cx.db, chain)?;
                if after.is_some_and(|after| after > head) {
                    return Err(no_position().into());
                }
            }
            let after = last.or(after).map(|seq| paging::write(&question, &seq.to_string()));
            let data = slice.items.iter().map(|event| EventView::of(event, &settings.event_source)).collect();
            Ok(EventPage { data, next_cursor: after.clone().filter(|_| slice.more), after })
        })
        .await
}
