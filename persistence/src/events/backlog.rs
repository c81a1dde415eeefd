//! How far the sending of webhooks is behind, in numbers only: for whoever runs the installation.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use naast_domain::Moment;

use crate::columns::At;
use crate::database::Database;
use crate::{Error, on_either};

/// Counted by the database in one question, over the deliveries that wait and never over those that are settled.
const QUESTION: &str = "SELECT \
     (SELECT count(*) FROM webhook_subscriptions WHERE state = 'active') AS active, \
     (SELECT count(*) FROM webhook_subscriptions WHERE state = 'disabled') AS disabled, \
     (SELECT count(*) FROM webhook_subscriptions WHERE state = 'active' AND failing_since IS NOT NULL) AS failing, \
     (SELECT count(*) FROM webhook_deliveries WHERE state = 'pending') AS waiting, \
     (SELECT count(*) FROM webhook_deliveries d JOIN webhook_subscriptions s ON s.chain = d.chain AND s.id = d.subscription_id \
     WHERE d.state = 'pending' AND d.next_at <= $1 AND s.state = 'active') AS due, \
     (SELECT min(d.next_at) FROM webhook_deliveries d JOIN webhook_subscriptions s ON s.chain = d.chain \
     AND s.id = d.subscription_id WHERE d.state = 'pending' AND d.next_at <= $1 AND s.state = 'active' AND s.failing_since IS NULL) AS oldest, \
     (SELECT CAST(COALESCE(sum(h.seq - s.position), 0) AS BIGINT) FROM webhook_subscriptions s \
     JOIN journal_heads h ON h.chain = s.chain WHERE s.state = 'active') AS unread";

/// How far the sending of webhooks is behind, of all replicas together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Backlog {
    /// Subscriptions that are sent to.
    #[diesel(sql_type = BigInt)]
    pub active: i64,
    /// Those that are sent nothing any more.
    #[diesel(sql_type = BigInt)]
    pub disabled: i64,
    /// Those of the active that did not take their last message.
    #[diesel(sql_type = BigInt)]
    pub failing: i64,
    /// Deliveries that are not settled, due or not; those of disabled subscriptions too.
    #[diesel(sql_type = BigInt)]
    pub waiting: i64,
    /// Deliveries to active subscriptions whose moment has come.
    #[diesel(sql_type = BigInt)]
    pub due: i64,
    /// Rows of the journal that active subscriptions were not planned for yet, summed over them. This grows, and `due` does
    /// not, when nobody sends.
    #[diesel(sql_type = BigInt)]
    pub unread: i64,
    #[diesel(sql_type = Nullable<crate::columns::Moment>)]
    oldest: Option<At>,
}

impl Backlog {
    /// Since when the oldest delivery is due of those to subscriptions that took their last message. Those that did not wait for their
    /// receiver, and say nothing of the senders.
    pub fn oldest(&self) -> Option<Moment> {
        self.oldest.map(|at| at.0)
    }
}

/// Counts what waits at this moment.
pub fn backlog(database: &mut Database<'_>, now: Moment) -> Result<Backlog, Error> {
    let question = diesel::sql_query(QUESTION).bind::<crate::columns::Moment, _>(At(now));
    on_either!(database, |c| question.get_result(c)).map_err(Error::from)
}
