//! Of which requests a parent is to be asked again for a consent that ends by itself, for the platform's own round.

use diesel::dsl::exists;
use diesel::prelude::*;
use naast_domain::Date;
use naast_domain::access::Upkeep;
use naast_domain::code::Code as _;
use naast_domain::ids::RequestId;
use naast_domain::privacy::consents::ConsentKind;
use naast_domain::privacy::retention::TOLD_DAYS_BEFORE;
use naast_domain::requests::RequestState;

use crate::columns::Key;
use crate::database::Database;
use crate::schema::{consents, support_requests};
use crate::{Error, on_either};

/// The next open requests, in the order of their ids, with a consent of a kind that is asked again that ends soon or is over, and of which the parent was not told.
/// Whether another is in its place is not asked here.
pub fn to_ask_again(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    after: RequestId,
    today: Date,
    most: i64,
) -> Result<Vec<RequestId>, Error> {
    let until = today.checked_add_days(chrono::Days::new(TOLD_DAYS_BEFORE.into())).unwrap_or(Date::MAX);
    let kinds: Vec<String> =
        ConsentKind::ALL.iter().filter(|kind| kind.is_asked_again()).map(ToString::to_string).collect();
    let open: Vec<String> =
        RequestState::ALL.iter().filter(|state| state.is_open()).map(ToString::to_string).collect();
    let untold = support_requests::table
        .filter(support_requests::programme_id.eq(consents::programme_id))
        .filter(support_requests::id.eq(consents::request_id))
        .filter(support_requests::state.eq_any(open))
        .filter(
            support_requests::consent_end_told_at
                .is_null()
                .or(support_requests::consent_end_told_at.lt(consents::given_at.nullable())),
        );
    let found: Vec<Key> = on_either!(database, |c| consents::table
        .filter(consents::kind.eq_any(kinds))
        .filter(consents::withdrawn_at.is_null())
        .filter(consents::lapsed_at.is_null())
        .filter(consents::valid_until.le(until))
        .filter(consents::request_id.gt(Key::from(after)))
        .filter(exists(untold))
        .select(consents::request_id)
        .distinct()
        .order(consents::request_id)
        .limit(most)
        .load(c))?;
    Ok(found.into_iter().map(Into::into).collect())
}
