//! The feed: pull the events of a programme, or of the platform, in their order, from wherever you were.

use actix_web::body::BoxBody;
use actix_web::{HttpRequest, HttpResponse, Responder, get, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use naast_domain::access::ReadEvents;
use naast_domain::ids::ProgrammeId;
use naast_domain::journal::{Chain, Hash};
use naast_persistence::{Database, events, programmes};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::EventView;
use crate::caller::Caller;
use crate::contract::Query;
use crate::paging::{FeedQuery, Paging};
use crate::platform::Platform;
use crate::problem::Error;

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct EventQuery {
    /// The programme; the platform's own events when you leave it out, for who reads those.
    pub programme_id: Option<ProgrammeId>,
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

/// Where a reader is: behind a row, by its number and what tells it from the row of that number in another history.
struct Position {
    seq: i64,
    print: String,
}

impl Position {
    fn read(place: &str) -> Option<Self> {
        let (seq, print) = place.split_once('_')?;
        Some(Self { seq: seq.parse().ok()?, print: print.to_owned() })
    }

    /// Whether the journal holds the very row that the reader saw.
    fn stands(&self, db: &mut Database<'_>, chain: Chain) -> Result<bool, Error> {
        Ok(events::hash_at(db, chain, self.seq)?.is_some_and(|hash| print(&hash) == self.print))
    }
}

/// 72 bits of a row's hash: enough to notice another history, which nobody makes up on purpose.
fn print(hash: &Hash) -> String {
    URL_SAFE_NO_PAD.encode(&hash[..9])
}

/// Read what happened, oldest first.
///
/// The events of one programme, or of the platform, in the order in which they were recorded. Keep `after`, and ask again
/// with it: nothing is skipped, whatever was being written at the moment that you read.
#[utoipa::path(
    operation_id = "listEvents",
    tag = "events",
    security(("person" = []), ("client" = ["events:read"])),
    params(EventQuery, FeedQuery),
    responses(
        (status = 200, description = "A page, oldest first", body = EventPage),
        (
            status = 404,
            description = "No such programme, or somebody else's",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
    ),
)]
#[get("/events")]
pub async fn list_events(
    platform: web::Data<Platform>,
    caller: Caller,
    Query(query): Query<EventQuery>,
    paging: Paging,
) -> Result<EventPage, Error> {
    let chain = query.programme_id.map_or(Chain::PLATFORM, Chain::from);
    let after = paging.after(Position::read)?;
    let settings = platform.events.clone();
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadEvents>()?;
            grant.reaches(events::standing(chain)).ok_or(Error::NotFound)?;
            // a mistyped id would read for ever as a programme in which nothing happened yet
            if let Some(programme) = chain.programme()
                && !programmes::exists(cx.db, programme)?
            {
                return Err(Error::NotFound);
            }
            // a position of another history would pass over what was written since in this one
            if let Some(after) = &after
                && !after.stands(cx.db, chain)?
            {
                return Err(paging.refusal());
            }
            let feed = events::feed(
                cx.db,
                &grant,
                chain,
                after.as_ref().map_or(0, |after| after.seq),
                paging.size(),
            )?;
            let last = feed.last.as_ref().map(|(seq, hash)| Position { seq: *seq, print: print(hash) });
            let after = last.or(after).map(|place| paging.write(&format!("{}_{}", place.seq, place.print)));
            let data = feed.events.iter().map(|event| EventView::of(event, &settings.event_source)).collect();
            Ok(EventPage { data, next_cursor: after.clone().filter(|_| feed.more), after })
        })
        .await
}
