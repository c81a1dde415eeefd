//! School boards, by their number.

use diesel::prelude::*;
use naast_domain::directory::BoardNumber;

use crate::database::Database;
use crate::rows::{Slice, identifier};
use crate::schema::boards;
use crate::{Error, on_either};

/// A school board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// Its number.
    pub number: BoardNumber,
    /// Its name, where it is known: the file of schools gives only numbers.
    pub name: Option<String>,
}

impl TryFrom<(String, Option<String>)> for Board {
    type Error = Error;

    fn try_from((number, name): (String, Option<String>)) -> Result<Self, Error> {
        Ok(Self { number: identifier("boards", "number", BoardNumber::parse(&number))?, name })
    }
}

/// A board.
pub fn board(database: &mut Database<'_>, number: &BoardNumber) -> Result<Option<Board>, Error> {
    let row: Option<(String, Option<String>)> =
        on_either!(database, |c| boards::table.find(number.as_str()).first(c).optional())?;
    row.map(TryInto::try_into).transpose()
}

/// A page of the boards, by number.
pub fn boards(
    database: &mut Database<'_>,
    size: i64,
    after: Option<&BoardNumber>,
) -> Result<Slice<Board>, Error> {
    let rows: Vec<(String, Option<String>)> = on_either!(database, |c| {
        let mut query = boards::table.order(boards::number).limit(size + 1).into_boxed();
        if let Some(after) = after {
            query = query.filter(boards::number.gt(after.as_str()));
        }
        query.load(c)
    })?;
    Slice::cut(rows, size).try_map(TryInto::try_into)
}
