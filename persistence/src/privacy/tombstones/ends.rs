//! Requests that ended: by their last day, or with their match. A backup may be of before that match was there.
//!
//! An end lays one of the request and why; and, where the parent had said that it goes on, one of that moment too: restored without tombstones, the same
//! request can go on and end twice, and who knows of the first end knows nothing of the second.

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::code::Code as _;
use naast_domain::ids::RequestId;
use naast_domain::requests::{RequestState, SupportRequest};
use naast_domain::support::ClosureReason;
use uuid::Uuid;

use super::{Fingerprint, Kind, fingerprint_of, moment, put};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::Stored;
use crate::schema::support_requests;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// A request that goes on though it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over {
    /// Which.
    pub request: RequestId,
    /// Why it ended.
    pub because: ClosureReason,
    /// When it ended.
    pub at: Moment,
}

/// Lays the tombstones of a request that ends for this reason. Nothing was taken back, and exports stand.
pub(crate) fn lay_of_end(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    because: &str,
    now: Moment,
) -> Result<(), Error> {
    let id = request.id.uuid();
    let continued: Option<At> = on_either!(&mut **tx, |c| support_requests::table
        .find((Key::from(request.programme), Key::from(request.id)))
        .select(support_requests::continued_at)
        .first(c))?;
    put(tx, Kind::RequestEnded, of_end(id, because, None), now)?;
    match continued {
        Some(at) => put(tx, Kind::RequestEnded, of_end(id, because, Some(at.0)), now),
        None => Ok(()),
    }
}

fn of_end(request: Uuid, because: &str, continued: Option<Moment>) -> Fingerprint {
    let since = continued.map(moment);
    let known_by: Vec<&[u8]> = [request.as_bytes().as_slice(), because.as_bytes()]
        .into_iter()
        .chain(since.as_ref().map(<[u8; 8]>::as_slice))
        .collect();
    fingerprint_of(Kind::RequestEnded.word(), &known_by)
}

/// When and why a request ended, that the parent said last at this moment goes on: what ended before she said so counts no more.
fn ended(
    known: &HashMap<(Kind, Fingerprint), Moment>,
    request: Uuid,
    (made, continued): (Moment, Option<Moment>),
) -> Option<(ClosureReason, Moment)> {
    let laid =
        |because: &str, since| known.get(&(Kind::RequestEnded, of_end(request, because, since))).copied();
    let said = continued.unwrap_or(made);
    ClosureReason::ALL.iter().find_map(|because| {
        let plain = laid(because.code(), None).filter(|at| *at >= said);
        let at = continued.and_then(|at| laid(because.code(), Some(at))).or(plain)?;
        Some((*because, at))
    })
}

/// The requests that go on though they ended.
pub(super) fn unended(
    database: &mut Database<'_>,
    known: &HashMap<(Kind, Fingerprint), Moment>,
) -> Result<Vec<Over>, Error> {
    if !known.keys().any(|(kind, _)| *kind == Kind::RequestEnded) {
        return Ok(Vec::new());
    }
    let open: Vec<String> =
        RequestState::ALL.iter().filter(|state| !state.has_ended()).map(ToString::to_string).collect();
    let rows: Vec<(Key, At, Option<At>)> = on_either!(database, |c| support_requests::table
        .filter(support_requests::state.eq_any(open))
        .order(support_requests::id)
        .select((support_requests::id, support_requests::created_at, support_requests::continued_at))
        .load(c))?;
    let over = |(id, made, continued): (Key, At, Option<At>)| {
        let (because, at) = ended(known, id.0, (made.0, continued.map(|at| at.0)))?;
        Some(Over { request: id.into(), because, at })
    };
    Ok(rows.into_iter().filter_map(over).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_she_said_since_an_end_outweighs_it_and_a_second_end_outweighs_that() {
        let at = |seconds| Moment::from_timestamp(seconds, 0).expect("a moment");
        let (id, because) = (Uuid::from_u128(1), ClosureReason::NotContinued);
        let stone = |since: Option<i64>, seconds: i64| {
            ((Kind::RequestEnded, of_end(id, because.code(), since.map(at))), at(seconds))
        };
        for (stones, continued, gone) in [
            (vec![stone(None, 10)], None, Some(10)),
            (vec![stone(None, 10)], Some(5), Some(10)),
            (vec![stone(None, 10)], Some(20), None),
            (vec![stone(None, 10), stone(Some(20), 30)], Some(20), Some(30)),
            // a backup of before she said so knows the end all the same
            (vec![stone(None, 30), stone(Some(20), 30)], None, Some(30)),
        ] {
            let known = HashMap::from_iter(stones);
            let expected = gone.map(|seconds| (because, at(seconds)));
            assert_eq!(ended(&known, id, (at(0), continued.map(at))), expected, "{continued:?} {gone:?}");
        }
    }
}
