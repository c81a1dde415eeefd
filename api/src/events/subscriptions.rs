//! Subscriptions: where the events of a programme, or of the platform, are sent, and the secrets that sign for them.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use naast_domain::access::{ManageWebhooks, ReadWebhooks};
use naast_domain::code::Code as _;
use naast_domain::events::{DisablementReason, EventType, SubscriptionState, Target};
use naast_domain::ids::{ProgrammeId, WebhookSubscriptionId};
use naast_domain::journal::{Chain, Purpose};
use naast_domain::rejection::Rejection;
use naast_domain::text::Text;
use naast_persistence::{Stored, events, programmes};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::sign::written;
use crate::answer::{Answer, IfMatch};
use crate::caller::Caller;
use crate::clock::{fresh, fresh_secret};
use crate::contract::{Path, Query, Sent};
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// A subscription to make.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "url": "https://hook.example.org/naast", "programmeId": "0a7e3f52-2c0e-4d43-8a54-0b8f6e9d0002", "eventTypes": ["nl.naast.match.started", "nl.naast.match.closed"] }))]
pub struct WebhookSubscriptionBody {
    /// Where events are sent: https, on port 443 or 8443, at a public address.
    #[schema(format = "uri", min_length = 1, max_length = 500)]
    pub url: String,
    /// The programme; the platform's own events when you leave it out.
    pub programme_id: Option<ProgrammeId>,
    /// Which types; every type, also those that are still to come, when you leave it out.
    #[schema(min_items = 1, max_items = 63)]
    pub event_types: Option<Vec<EventType>>,
}

/// A subscription. Its secret is shown only when it is made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookSubscriptionView {
    /// Its id.
    pub id: WebhookSubscriptionId,
    /// The programme; null for the platform's own events.
    pub programme_id: Option<ProgrammeId>,
    /// Where events are sent.
    pub url: String,
    /// Which types; null for every type.
    pub event_types: Option<Vec<EventType>>,
    /// Where it stands.
    pub state: SubscriptionState,
    /// Why it was disabled.
    pub disabled_because: Option<DisablementReason>,
    /// Since when nothing has succeeded. After five days it is disabled.
    pub failing_since_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A subscription with a secret that was just made. This is the only time that it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookSecretView {
    /// The subscription.
    pub subscription: WebhookSubscriptionView,
    /// The secret, as libraries of Standard Webhooks take it: `whsec_` and Base64.
    pub secret: String,
}

impl From<Stored<events::Subscription>> for WebhookSubscriptionView {
    fn from(one: Stored<events::Subscription>) -> Self {
        Self {
            id: one.id,
            programme_id: one.chain.programme(),
            event_types: one.types.map(|types| types.iter().collect()),
            state: one.state,
            disabled_because: one.disabled_because,
            failing_since_at: one.failing_since,
            created_at: one.created_at,
            url: one.value.url,
        }
    }
}

fn too_many() -> Rejection {
    Rejection::rule(
        "too-many-subscriptions",
        "",
        Text::new(
            format!("Een programma heeft hoogstens {} webhooks die aan staan.", events::MOST_OF_A_CHAIN),
            format!("A programme has at most {} active webhooks.", events::MOST_OF_A_CHAIN),
        ),
    )
}

/// Subscribe to events by webhook. The answer holds the secret, this once.
#[utoipa::path(
    operation_id = "createWebhookSubscription",
    tag = "events",
    request_body = WebhookSubscriptionBody,
    responses(
        (
            status = 201,
            description = "Subscribed: it hears what happens from now on",
            body = WebhookSecretView,
        ),
    ),
)]
#[post("/webhook-subscriptions")]
pub async fn create_webhook_subscription(
    platform: web::Data<Platform>,
    caller: Caller,
    sent: Sent<WebhookSubscriptionBody>,
) -> Result<Answer<WebhookSecretView>, Error> {
    let trial = platform.events.webhooks_to_loopback;
    let (id, secret_id, secret) = (fresh(), fresh(), fresh_secret());
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<ManageWebhooks>()?;
            let mut check = sent.check();
            // where it is not readable of which programme, whoever may subscribe to any is told what is wrong
            let reached = match check.get::<ProgrammeId>("/programmeId") {
                None if check.has("/programmeId") => None,
                programme => {
                    let chain = programme.map_or(Chain::PLATFORM, Chain::from);
                    Some((chain, grant.reaches(events::standing(chain)).ok_or(Error::Forbidden)?))
                }
            };
            check.refers("/programmeId", |id| Ok(programmes::exists(cx.tx, id)?))?;
            let mut url = None;
            if let Some(named) = check.get::<String>("/url") {
                match Target::parse(&named, trial) {
                    Ok(target) => url = Some(target.as_str().to_owned()),
                    Err(fault) => check.fault("/url", "not-a-target", fault.words()),
                }
            }
            let body = sent.sound(check)?;
            let ((chain, role), url) =
                reached.zip(url).ok_or(Error::Internal("a sound body says where it belongs"))?;
            let value = events::Subscription {
                id,
                chain,
                url,
                types: body.event_types.as_ref().map(|types| types.iter().copied().collect()),
                state: SubscriptionState::Active,
                disabled_because: None,
                failing_since: None,
                kept_by: Some(cx.me.person),
            };
            let stored = events::insert(cx.tx, cx.keys, &grant, value, (secret_id, &secret), cx.now)?
                .ok_or_else(too_many)?;
            let entry = cx
                .entry(chain, role, Purpose::Administration, "webhook-subscription.created")
                .on(id)
                .states(None, Some(stored.state.code()));
            let view = WebhookSecretView { subscription: stored.into(), secret: written(&secret) };
            let place = format!("/webhook-subscriptions/{id}");
            Ok(cx.tx.keep([entry], Answer::created(view, &place).version(1).shown_once(true))?)
        })
        .await
}

/// Which subscriptions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct WebhookSubscriptionQuery {
    /// Only those of this programme.
    pub programme_id: Option<ProgrammeId>,
}

page_of! {
    /// A page of subscriptions, newest first.
    WebhookSubscriptionPage of WebhookSubscriptionView
}

/// List the subscriptions that you may read.
#[utoipa::path(
    operation_id = "listWebhookSubscriptions",
    tag = "events",
    params(WebhookSubscriptionQuery, PageQuery),
    responses((status = 200, description = "A page", body = WebhookSubscriptionPage)),
)]
#[get("/webhook-subscriptions")]
pub async fn list_webhook_subscriptions(
    platform: web::Data<Platform>,
    caller: Caller,
    Query(query): Query<WebhookSubscriptionQuery>,
    paging: Paging,
) -> Result<WebhookSubscriptionPage, Error> {
    let chain = query.programme_id.map(Chain::from);
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadWebhooks>()?;
            let slice = events::list(cx.db, &grant, chain, page)?;
            let next_cursor = paging.next(&slice, |one| (one.created_at, one.id.uuid()));
            let data = slice.items.into_iter().map(WebhookSubscriptionView::from).collect();
            Ok(WebhookSubscriptionPage { data, next_cursor })
        })
        .await
}

/// Get a subscription.
#[utoipa::path(
    operation_id = "getWebhookSubscription",
    tag = "events",
    params(("id" = WebhookSubscriptionId, Path, description = "The subscription")),
    responses((status = 200, description = "The subscription", body = WebhookSubscriptionView)),
)]
#[get("/webhook-subscriptions/{id}")]
pub async fn get_webhook_subscription(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<WebhookSubscriptionId>,
) -> Result<Answer<WebhookSubscriptionView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadWebhooks>()?;
            let (found, _) = events::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            let version = found.version;
            Ok(Answer::found(found.into()).version(version))
        })
        .await
}

/// Replace the secret. The old one signs as well for 24 hours, so that nothing is missed; one from before that stops at
/// once. The answer holds the new secret, this once.
#[utoipa::path(
    operation_id = "rotateWebhookSecret",
    tag = "events",
    params(
        ("id" = WebhookSubscriptionId, Path, description = "The subscription"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
    ),
    responses((status = 201, description = "Replaced", body = WebhookSecretView)),
)]
#[post("/webhook-subscriptions/{id}/secret-rotations")]
pub async fn rotate_webhook_secret(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<WebhookSubscriptionId>,
    seen: IfMatch,
) -> Result<Answer<WebhookSecretView>, Error> {
    let (secret_id, secret) = (fresh(), fresh_secret());
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<ManageWebhooks>()?;
            let (mut stored, role) = events::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            seen.check(stored.version)?;
            events::rotate_secret(cx.tx, cx.keys, &grant, &stored, (secret_id, &secret), cx.now)?;
            let act = "webhook-subscription.secret-rotated";
            let entry = cx.entry(stored.chain, role, Purpose::Administration, act).on(id);
            stored.version += 1;
            let version = stored.version;
            let view = WebhookSecretView { subscription: stored.into(), secret: written(&secret) };
            let place = format!("/webhook-subscriptions/{id}");
            Ok(cx.tx.keep([entry], Answer::created(view, &place).version(version).shown_once(true))?)
        })
        .await
}

/// Disable a subscription: nothing is sent any more until it is enabled.
#[utoipa::path(
    operation_id = "disableWebhookSubscription",
    tag = "events",
    params(
        ("id" = WebhookSubscriptionId, Path, description = "The subscription"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
    ),
    responses((status = 200, description = "Disabled", body = WebhookSubscriptionView)),
)]
#[post("/webhook-subscriptions/{id}/disablements")]
pub async fn disable_webhook_subscription(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<WebhookSubscriptionId>,
    seen: IfMatch,
) -> Result<Answer<WebhookSubscriptionView>, Error> {
    change(platform, caller, id, seen, Some(DisablementReason::Asked)).await
}

/// Enable a subscription again. It goes on where it stopped: what happened meanwhile is sent, and what was waiting begins
/// at the first step. A delivery that waited for more than thirty days is gone: read its event in the feed.
#[utoipa::path(
    operation_id = "enableWebhookSubscription",
    tag = "events",
    params(
        ("id" = WebhookSubscriptionId, Path, description = "The subscription"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
    ),
    responses((status = 200, description = "Active", body = WebhookSubscriptionView)),
)]
#[post("/webhook-subscriptions/{id}/enablements")]
pub async fn enable_webhook_subscription(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<WebhookSubscriptionId>,
    seen: IfMatch,
) -> Result<Answer<WebhookSubscriptionView>, Error> {
    change(platform, caller, id, seen, None).await
}

async fn change(
    platform: web::Data<Platform>,
    caller: Caller,
    id: WebhookSubscriptionId,
    seen: IfMatch,
    because: Option<DisablementReason>,
) -> Result<Answer<WebhookSubscriptionView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<ManageWebhooks>()?;
            let (mut stored, role) = events::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            seen.check(stored.version)?;
            let (next, act, permitted) = match because {
                Some(_) => (SubscriptionState::Disabled, "webhook-subscription.disabled", "enablements"),
                None => (SubscriptionState::Active, "webhook-subscription.enabled", "disablements"),
            };
            if stored.state == next {
                return Err(Rejection::rule(
                    "subscription-state",
                    "",
                    Text::of("Deze webhook staat al zo.", "This webhook stands so already."),
                )
                .in_state(next.code(), vec![permitted])
                .into());
            }
            if next == SubscriptionState::Active && !events::has_room(cx.tx, stored.chain)? {
                return Err(too_many().into());
            }
            events::change_state(cx.tx, &stored, because.map_or(Ok(cx.me.person), Err), cx.now)?;
            let entry = cx
                .entry(stored.chain, role, Purpose::Administration, act)
                .on(id)
                .states(Some(stored.state.code()), Some(next.code()));
            stored.version += 1;
            stored.value.state = next;
            stored.value.disabled_because = because;
            stored.value.failing_since = None;
            let version = stored.version;
            Ok(cx.tx.keep([entry], Answer::found(stored.into()).version(version))?)
        })
        .await
}
