//! Events and webhooks: the feed that the journal is read through, subscriptions with their secrets, and deliveries.
//!
//! There is no second table of what happened: an event *is* a row of the journal, written in the transaction of its change.
//! Rows of one chain are numbered under the lock of its head, which is held until the commit; so whoever sees row 7 has
//! seen row 6, and a reader that goes on from the last number she saw skips nothing.

mod backlog;
mod cases;
mod deliveries;
mod dispatch;
mod feed;
mod subscriptions;

pub use backlog::{Backlog, backlog};
pub use deliveries::{Delivery, deliveries_of, find_delivery, forget_old, replay};
pub use dispatch::{LEASE, Room, Settled, SubscriptionKey, Task, Turn, due, lease_due, release, take_turn};
pub use feed::{Feed, Recorded, feed, hash_at};

use feed::head;
pub(crate) use subscriptions::disable_all;
pub use subscriptions::{
    MOST_OF_A_CHAIN, OVERLAP, Subscription, change_state, find, has_room, insert, list, rotate_secret,
};

use naast_domain::access::Standing;
use naast_domain::journal::Chain;

/// How what belongs to a chain stands to a caller.
pub fn standing(chain: Chain) -> Standing<'static> {
    Standing { programme: chain.programme(), ..Standing::default() }
}
