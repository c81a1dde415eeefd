//! What every room needs to turn rows into the domain's values and back, and to page through them.

use naast_domain::Moment;
use naast_domain::access::{Action, Grant, Standing};
use naast_domain::code::Code;
use naast_domain::directory::InvalidIdentifier;
use uuid::Uuid;

use crate::Error;

/// A value with what storage knows of it. Only storage makes one: of something of a case it is the proof that a grant (or
/// a parent's code) reached it, and what belongs to the case is asked for with it and not with an id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stored<T> {
    /// The value.
    pub value: T,
    /// Counts its changes; the `ETag` comes from it.
    pub version: i32,
    /// When it was made.
    pub created_at: Moment,
}

impl<T> std::ops::Deref for Stored<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// One page of a collection that is ordered by time, newest first, and then by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// At most so many rows.
    pub size: i64,
    /// The last row of the page before.
    pub after: Option<(Moment, Uuid)>,
}

impl Page {
    /// One row more than the page shows whether there is a next one.
    pub(crate) fn limit(&self) -> i64 {
        self.size + 1
    }
}

/// The rows of one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Whether there are more behind them.
    pub more: bool,
}

impl<T> Slice<T> {
    /// Cuts off the row that only shows that there are more.
    pub(crate) fn cut(mut items: Vec<T>, size: i64) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = items.len() > size;
        items.truncate(size);
        Self { items, more }
    }

    pub(crate) fn try_map<U>(self, change: impl FnMut(T) -> Result<U, Error>) -> Result<Slice<U>, Error> {
        Ok(Slice { items: self.items.into_iter().map(change).collect::<Result<_, _>>()?, more: self.more })
    }
}

/// A page of which rows may be left out for its caller, and the place of its last row all the same: the next page begins
/// behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortened<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The last row that was looked at, when there are more behind it.
    pub next: Option<(Moment, Uuid)>,
}

impl<T> Shortened<T> {
    /// Nothing.
    pub(crate) fn empty() -> Self {
        Self { items: Vec::new(), next: None }
    }

    /// A whole page, with the place of each of its rows.
    pub(crate) fn whole(slice: Slice<T>, place: impl Fn(&T) -> (Moment, Uuid)) -> Self {
        Self { next: slice.items.last().filter(|_| slice.more).map(place), items: slice.items }
    }
}

/// Asks that a grant reaches what it is used on. Where it does not, the use case forgot to ask: nothing is done.
pub(crate) fn must_reach<A: Action>(grant: &Grant<A>, object: Standing<'_>) -> Result<(), Error> {
    let forgotten = || Error::Refused(format!("{} on what the grant does not reach", A::NAME));
    grant.reaches(object).map(|_| ()).ok_or_else(forgotten)
}

/// The code that a column holds.
pub(crate) fn code<C: Code>(table: &'static str, column: &'static str, text: &str) -> Result<C, Error> {
    C::parse(text).map_err(|_| Error::Corrupt { table, column })
}

/// The code that a column may hold.
pub(crate) fn code_or_none<C: Code>(
    table: &'static str,
    column: &'static str,
    text: Option<&str>,
) -> Result<Option<C>, Error> {
    text.map(|text| code(table, column, text)).transpose()
}

/// The identifier that a column holds.
pub(crate) fn identifier<T>(
    table: &'static str,
    column: &'static str,
    parsed: Result<T, InvalidIdentifier>,
) -> Result<T, Error> {
    parsed.map_err(|_| Error::Corrupt { table, column })
}

/// A count that a column holds.
pub(crate) fn count(table: &'static str, column: &'static str, number: i32) -> Result<u32, Error> {
    u32::try_from(number).map_err(|_| Error::Corrupt { table, column })
}

/// Asks that a conditional update changed its one row. When it did not, another transaction won: the whole use case
/// starts again and decides on what it finds then.
pub(crate) fn one(changed: usize) -> Result<(), Error> {
    if changed == 1 { Ok(()) } else { Err(Error::Lost) }
}
