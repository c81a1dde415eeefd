//! Events: the feed, and the same events sent by webhook.
//!
//! NL GOV CloudEvents 1.1 inside the headers of Standard Webhooks 1.0. [`dispatcher`] takes what is due and sends it through
//! [`outbound`], which reaches public addresses only.

pub mod deliveries;
pub mod dispatcher;
pub mod feed;
pub mod outbound;
pub mod settings;
pub mod sign;
pub mod subscriptions;
pub mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub use settings::Settings;

/// The routes of this room.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(feed::list_events)
        .service(subscriptions::create_webhook_subscription)
        .service(subscriptions::list_webhook_subscriptions)
        .service(subscriptions::get_webhook_subscription)
        .service(subscriptions::rotate_webhook_secret)
        .service(subscriptions::disable_webhook_subscription)
        .service(subscriptions::enable_webhook_subscription)
        .service(deliveries::list_webhook_deliveries)
        .service(deliveries::get_webhook_delivery)
        .service(deliveries::replay_webhook_delivery);
}
