//! What was delivered, what was not, and sending it again.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use naast_domain::access::{ManageWebhooks, ReadWebhooks};
use naast_domain::code::Code as _;
use naast_domain::events::{DeliveryFault, DeliveryState, EventType, SubscriptionState};
use naast_domain::ids::{ProgrammeId, WebhookDeliveryId, WebhookSubscriptionId};
use naast_domain::journal::Purpose;
use naast_domain::rejection::Rejection;
use naast_domain::text::Text;
use naast_persistence::events;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::caller::Caller;
use crate::contract::{Path, Query};
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// The delivery of one event to one subscription.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookDeliveryView {
    /// Its id. The header `webhook-id` holds the id of the event instead, which stays the same in every attempt.
    pub id: WebhookDeliveryId,
    /// The subscription.
    pub subscription_id: WebhookSubscriptionId,
    /// The programme; null for the platform's own events.
    pub programme_id: Option<ProgrammeId>,
    /// What happened.
    pub event_type: EventType,
    /// The number of the event, as in its `sequence`.
    #[schema(pattern = r"^[0-9]{19}$")]
    pub sequence: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried, since it was planned or replayed. After ten times it is given up.
    pub attempts: i32,
    /// When it is tried next.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When it was tried last.
    pub last_attempt_at: Option<DateTime<Utc>>,
    /// The HTTP status that the receiver answered last.
    pub last_status: Option<i32>,
    /// Why the last attempt failed.
    pub last_fault: Option<DeliveryFault>,
    /// When it was delivered or given up. Thirty days later this record is gone.
    pub settled_at: Option<DateTime<Utc>>,
    /// When it was planned.
    pub created_at: DateTime<Utc>,
}

impl From<events::Delivery> for WebhookDeliveryView {
    fn from(one: events::Delivery) -> Self {
        Self {
            id: one.id,
            subscription_id: one.subscription,
            programme_id: one.chain.programme(),
            event_type: one.kind,
            sequence: super::view::sequence(one.seq),
            state: one.state,
            attempts: one.attempts,
            next_attempt_at: one.next_at,
            last_attempt_at: one.last_at,
            last_status: one.last_status,
            last_fault: one.last_fault,
            settled_at: one.settled_at,
            created_at: one.created_at,
        }
    }
}

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct WebhookDeliveryQuery {
    /// The subscription.
    pub subscription_id: WebhookSubscriptionId,
    /// Only those that stand so.
    pub state: Option<DeliveryState>,
}

page_of! {
    /// A page of deliveries, newest first.
    WebhookDeliveryPage of WebhookDeliveryView
}

/// List the deliveries to a subscription.
#[utoipa::path(
    operation_id = "listWebhookDeliveries",
    tag = "events",
    params(WebhookDeliveryQuery, PageQuery),
    responses(
        (status = 200, description = "A page", body = WebhookDeliveryPage),
        (
            status = 404,
            description = "No such subscription, or somebody else's",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
    ),
)]
#[get("/webhook-deliveries")]
pub async fn list_webhook_deliveries(
    platform: web::Data<Platform>,
    caller: Caller,
    Query(query): Query<WebhookDeliveryQuery>,
    paging: Paging,
) -> Result<WebhookDeliveryPage, Error> {
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadWebhooks>()?;
            let (of, _) = events::find(cx.db, &grant, query.subscription_id)?.ok_or(Error::NotFound)?;
            let slice = events::deliveries_of(cx.db, &of, query.state, page)?;
            let next_cursor = paging.next(&slice, |one| (one.created_at, one.id.uuid()));
            let data = slice.items.into_iter().map(WebhookDeliveryView::from).collect();
            Ok(WebhookDeliveryPage { data, next_cursor })
        })
        .await
}

/// Get a delivery.
#[utoipa::path(
    operation_id = "getWebhookDelivery",
    tag = "events",
    params(("id" = WebhookDeliveryId, Path, description = "The delivery")),
    responses((status = 200, description = "The delivery", body = WebhookDeliveryView)),
)]
#[get("/webhook-deliveries/{id}")]
pub async fn get_webhook_delivery(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<WebhookDeliveryId>,
) -> Result<Answer<WebhookDeliveryView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadWebhooks>()?;
            let found = events::find_delivery(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            Ok(Answer::found(found.into()))
        })
        .await
}

/// Send a delivered or given-up event again, with the same `webhook-id`.
///
/// It needs no If-Match: a receiver knows an event that it has already by its id, so sending it once more does no harm.
#[utoipa::path(
    operation_id = "replayWebhookDelivery",
    tag = "events",
    params(("id" = WebhookDeliveryId, Path, description = "The delivery")),
    responses((status = 201, description = "It waits to be sent", body = WebhookDeliveryView)),
)]
#[post("/webhook-deliveries/{id}/replays")]
pub async fn replay_webhook_delivery(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<WebhookDeliveryId>,
) -> Result<Answer<WebhookDeliveryView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let (read, manage) = (cx.grant::<ReadWebhooks>()?, cx.grant::<ManageWebhooks>()?);
            let mut found = events::find_delivery(cx.tx, &read, id)?.ok_or(Error::NotFound)?;
            let (of, role) = events::find(cx.tx, &manage, found.subscription)?.ok_or(Error::NotFound)?;
            if of.state == SubscriptionState::Disabled {
                let text = Text::of("Zet de webhook eerst aan.", "Enable the webhook first.");
                return Err(Rejection::rule("subscription-state", "", text)
                    .in_state(of.state.code(), vec!["enablements"])
                    .into());
            }
            if found.state == DeliveryState::Pending {
                let text = Text::of("Dit wacht al om verstuurd te worden.", "This waits to be sent already.");
                return Err(Rejection::rule("delivery-waits", "", text)
                    .in_state(found.state.code(), Vec::new())
                    .into());
            }
            events::replay(cx.tx, &manage, &found, cx.now)?;
            let entry = cx
                .entry(found.chain, role, Purpose::Administration, "webhook-delivery.replayed")
                .on(id)
                .states(Some(found.state.code()), Some(DeliveryState::Pending.code()));
            found.state = DeliveryState::Pending;
            found.attempts = 0;
            found.next_at = Some(cx.now);
            found.settled_at = None;
            let place = format!("/webhook-deliveries/{id}");
            Ok(cx.tx.keep([entry], Answer::created(found.into(), &place))?)
        })
        .await
}
