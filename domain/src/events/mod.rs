//! Events: which changes of the journal are told to systems outside, where they may be sent, and when a message that was
//! not received is sent again.
//!
//! An event is thin: it says that something happened, to which object, and when. It holds no value of a person and no
//! state; who wants to know more asks the API, with her own rights. What happens in a consent conversation is no event at
//! all (L6): it lies between a school and a parent. And no event names a person: that somebody was registered, a moment
//! before a request came, would say whose it is.

mod guard;
mod kinds;
mod retry;
mod target;

use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use guard::is_public;
pub use kinds::EventType;
pub use retry::{GIVES_UP_AFTER, LONGEST_WAIT, Next, Outcome, STEPS, Schedule, next};
pub use target::{InvalidTarget, Target};

use crate::code_list;
use crate::ids::{WebhookDeliveryId, WebhookSubscriptionId};
use crate::journal::Hash;

code_list! {
    /// Where a subscription stands.
    pub enum SubscriptionState {
        Active = "active": "actief" / "active",
        Disabled = "disabled": "uitgezet" / "disabled",
    }
}

code_list! {
    /// Why a subscription was disabled.
    pub enum DisablementReason {
        Asked = "asked": "op verzoek" / "by request",
        Restored = "restored": "een back-up is teruggezet: of deze webhook sindsdien is uitgezet of zijn geheim vervangen, is niet bekend" / "a backup was restored: whether it was disabled or its secret replaced since is not known",
        Gone = "gone": "de ontvanger antwoordde 410" / "the receiver answered 410",
        Failing = "failing": "vijf dagen lang lukte niets" / "nothing succeeded for five days",
        RoleEnded = "role-ended": "wie haar maakte of aanzette heeft de rol daarvoor niet meer" / "whoever made or enabled it has no role for it any more",
    }
}

code_list! {
    /// Where a delivery stands.
    pub enum DeliveryState {
        Pending = "pending": "wacht op een volgende poging" / "waits for a next attempt",
        Delivered = "delivered": "afgeleverd" / "delivered",
        Failed = "failed": "opgegeven" / "given up",
    }
}

code_list! {
    /// Why the last attempt of a delivery failed.
    pub enum DeliveryFault {
        Unreachable = "unreachable": "geen verbinding" / "no connection",
        AddressRefused = "address-refused": "het adres is niet openbaar" / "the address is not public",
        Timeout = "timeout": "geen antwoord op tijd" / "no answer in time",
        Status = "status": "het antwoord was geen 2xx" / "the answer was not 2xx",
    }
}

/// An id that follows from these bytes: the same bytes always give the same id (version 8 of RFC 9562).
fn derived(parts: [&[u8]; 3]) -> Uuid {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(half).into_uuid()
}

/// The id of the event that a row of the journal stands for. It follows from the hash of the row, so that the feed, every
/// delivery and every replay name one event alike.
pub fn event_id(row: &Hash) -> Uuid {
    derived([b"naast.event.v1", row, &[]])
}

/// The id of the delivery of an event to a subscription. There is one, however often it is planned.
pub fn delivery_id(subscription: WebhookSubscriptionId, event: Uuid) -> WebhookDeliveryId {
    derived([b"naast.delivery.v1", subscription.uuid().as_bytes(), event.as_bytes()]).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_one_id_and_each_subscription_one_delivery_of_it() {
        let (one, other) = (event_id(&[1; 32]), event_id(&[2; 32]));
        assert_eq!(one, event_id(&[1; 32]));
        assert_ne!(one, other);
        let (here, there) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
        assert_eq!(delivery_id(here, one), delivery_id(here, one));
        assert_ne!(delivery_id(here, one), delivery_id(there, one));
        assert_ne!(delivery_id(here, one), delivery_id(here, other));
    }
}
