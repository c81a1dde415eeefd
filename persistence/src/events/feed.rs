//! The feed: the events of one chain, in the order of their numbers.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{Grant, ReadEvents};
use naast_domain::code::Code as _;
use naast_domain::events::EventType;
use naast_domain::journal::{Chain, Hash};

use super::standing;
use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::Slice;
use crate::schema::{journal, journal_heads};
use crate::{Error, on_either};

/// A row of the journal that is an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The chain.
    pub chain: Chain,
    /// The number in the chain.
    pub seq: i64,
    /// When it was recorded.
    pub at: Moment,
    /// What happened.
    pub kind: EventType,
    /// To what kind of object.
    pub object_kind: String,
    /// To which one.
    pub object_id: String,
    /// The hash of the row.
    pub hash: Hash,
}

pub(super) type Columns =
    (journal::seq, journal::at, journal::action, journal::object_kind, journal::object_id, journal::hash);
pub(super) const COLUMNS: Columns =
    (journal::seq, journal::at, journal::action, journal::object_kind, journal::object_id, journal::hash);
pub(super) type Row = (i64, At, String, String, String, Vec<u8>);

/// The event that a row is; `None` for what is told to nobody.
pub(super) fn read(chain: Chain, row: Row) -> Result<Option<Recorded>, Error> {
    let (seq, at, action, object_kind, object_id, hash) = row;
    let Some(kind) = EventType::of_action(&action) else { return Ok(None) };
    let hash = hash.as_slice().try_into().map_err(|_| Error::Corrupt { table: "journal", column: "hash" })?;
    Ok(Some(Recorded { chain, seq, at: at.0, kind, object_kind, object_id, hash }))
}

/// The events of a chain behind a number, oldest first. Empty where the grant does not reach.
pub fn feed(
    database: &mut Database<'_>,
    grant: &Grant<ReadEvents>,
    chain: Chain,
    after: i64,
    size: i64,
) -> Result<Slice<Recorded>, Error> {
    if chain.is_private() || grant.reaches(standing(chain)).is_none() {
        return Ok(Slice { items: Vec::new(), more: false });
    }
    let actions: Vec<&str> = EventType::ALL.iter().map(|kind| kind.action()).collect();
    let rows: Vec<Row> = on_either!(database, |c| journal::table
        .filter(journal::chain.eq(Key(chain.uuid())).and(journal::seq.gt(after)))
        .filter(journal::action.eq_any(&actions))
        .order(journal::seq)
        .limit(size + 1)
        .select(COLUMNS)
        .load(c))?;
    let slice = Slice::cut(rows, size);
    let items = slice.items.into_iter().filter_map(|row| read(chain, row).transpose());
    Ok(Slice { items: items.collect::<Result<_, _>>()?, more: slice.more })
}

/// The hash of a row of a chain, by which one history is told from another; none of a row that is not there, and of a
/// private space.
pub fn hash_at(database: &mut Database<'_>, chain: Chain, seq: i64) -> Result<Option<Hash>, Error> {
    if chain.is_private() {
        return Ok(None);
    }
    let hash: Option<Vec<u8>> = on_either!(database, |c| journal::table
        .find((Key(chain.uuid()), seq))
        .select(journal::hash)
        .first(c)
        .optional())?;
    hash.map(|hash| {
        hash.as_slice().try_into().map_err(|_| Error::Corrupt { table: "journal", column: "hash" })
    })
    .transpose()
}

/// The number of the last row of a chain; 0 when it has none, and for a chain of private spaces, of which nobody learns how
/// long it is.
pub fn head(database: &mut Database<'_>, chain: Chain) -> Result<i64, Error> {
    if chain.is_private() {
        return Ok(0);
    }
    let head: Option<i64> = on_either!(database, |c| journal_heads::table
        .find(Key(chain.uuid()))
        .select(journal_heads::seq)
        .first(c)
        .optional())?;
    Ok(head.unwrap_or(0))
}
