//! The calls that this server makes: the section `webhooks` of the document (OpenAPI 3.1).

use serde_json::{Value, json};

use crate::events::view::MEDIA_TYPE;

/// The one call that a subscriber receives.
pub(super) fn webhooks(document: &Value) -> Value {
    let event = &document["components"]["schemas"]["EventView"]["example"];
    let header = |name: &str, description: &str, example: &str| {
        json!({
            "name": name, "in": "header", "required": true, "description": description,
            "schema": { "type": "string" }, "example": example
        })
    };
    json!({
        "event": {
            "post": {
                "operationId": "receiveEvent",
                "tags": ["events"],
                "summary": "An event, sent to your URL.",
                "description": "A CloudEvent (NL GOV profile 1.1, structured mode) with the headers of Standard Webhooks \
                    1.0. Check the signature with one of its libraries before you believe anything, answer 2xx within 15 \
                    seconds, and do the work afterwards. Each event arrives at least once: know it by `webhook-id`. \
                    Anything but 2xx is tried again, ten times in three days; `Retry-After` with 429 or 503 is honoured \
                    up to a day; 410 ends the subscription; a redirect is not followed.",
                "security": [],
                "parameters": [
                    header("webhook-id", "The event; the same in every attempt and replay.", event["id"].as_str().unwrap_or_default()),
                    header("webhook-timestamp", "When this attempt was made, in seconds since 1970. Refuse one of more than five minutes ago.", "1795426200"),
                    header("webhook-signature", "`v1,` and the HMAC-SHA256 of `id.timestamp.body` in Base64; two of them, with a space between, while a secret is being replaced.", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=")
                ],
                "requestBody": {
                    "required": true,
                    "content": {
                        MEDIA_TYPE: { "schema": { "$ref": "#/components/schemas/EventView" }, "example": event }
                    }
                },
                "responses": {
                    "2XX": { "description": "You have it" },
                    "410": { "description": "You want no more: the subscription is disabled" },
                    "429": {
                        "description": "Not now",
                        "headers": { "Retry-After": { "description": "Seconds, or a moment", "schema": { "type": "string" } } }
                    }
                }
            }
        }
    })
}
