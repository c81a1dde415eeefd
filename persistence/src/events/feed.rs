//! The feed: the events of one chain, in the order of their numbers.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{Grant, ReadEvents};
use naast_domain::code::Code as _;
use naast_domain::events::EventType;
use naast_domain::journal::{Chain, Hash};
use naast_domain::organisations::Role;

use super::cases::without_tied;
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

/// A page of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The events.
    pub events: Vec<Recorded>,
    /// The number and the hash of the last row that was looked at: a reader goes on behind it, also when it was left out.
    pub last: Option<(i64, Hash)>,
    /// Whether there are more behind it.
    pub more: bool,
}

/// The events of a chain behind a number, oldest first; for a coordinator without those of cases from which a tie of her own keeps
/// her. Empty where the grant does not reach.
pub fn feed(
    database: &mut Database<'_>,
    grant: &Grant<ReadEvents>,
    chain: Chain,
    after: i64,
    size: i64,
) -> Result<Feed, Error> {
    let role = grant.reaches(standing(chain)).filter(|_| !chain.is_private());
    let Some(role) = role else { return Ok(Feed { events: Vec::new(), last: None, more: false }) };
    let actions: Vec<&str> = EventType::ALL.iter().map(|kind| kind.action()).collect();
    let rows: Vec<Row> = on_either!(&mut *database, |c| journal::table
        .filter(journal::chain.eq(Key(chain.uuid())).and(journal::seq.gt(after)))
        .filter(journal::action.eq_any(&actions))
        .order(journal::seq)
        .limit(size + 1)
        .select(COLUMNS)
        .load(c))?;
    let slice = Slice::cut(rows, size);
    let items = slice.items.into_iter().filter_map(|row| read(chain, row).transpose());
    let events = items.collect::<Result<Vec<Recorded>, _>>()?;
    let last = events.last().map(|event| (event.seq, event.hash));
    let events = match (role, chain.programme()) {
        (Role::Coordinator, Some(programme)) => without_tied(database, grant, programme, events)?,
        _ => events,
    };
    Ok(Feed { events, last, more: slice.more })
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
