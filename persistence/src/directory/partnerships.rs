//! Partnerships (samenwerkingsverbanden), by their code.

use diesel::prelude::*;
use naast_domain::directory::PartnershipCode;

use crate::database::Database;
use crate::rows::{Slice, identifier};
use crate::schema::partnerships;
use crate::{Error, on_either};

/// A partnership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partnership {
    /// Its code.
    pub code: PartnershipCode,
    /// Its name, where it is known: the table of postcodes gives only codes.
    pub name: Option<String>,
}

impl TryFrom<(String, Option<String>)> for Partnership {
    type Error = Error;

    fn try_from((code, name): (String, Option<String>)) -> Result<Self, Error> {
        Ok(Self { code: identifier("partnerships", "code", PartnershipCode::parse(&code))?, name })
    }
}

/// A partnership.
pub fn partnership(
    database: &mut Database<'_>,
    code: &PartnershipCode,
) -> Result<Option<Partnership>, Error> {
    let row: Option<(String, Option<String>)> =
        on_either!(database, |c| partnerships::table.find(code.as_str()).first(c).optional())?;
    row.map(TryInto::try_into).transpose()
}

/// A page of the partnerships, by code: those for primary education before those for secondary education.
pub fn partnerships(
    database: &mut Database<'_>,
    size: i64,
    after: Option<&PartnershipCode>,
) -> Result<Slice<Partnership>, Error> {
    let rows: Vec<(String, Option<String>)> = on_either!(database, |c| {
        let mut query = partnerships::table.order(partnerships::code).limit(size + 1).into_boxed();
        if let Some(after) = after {
            query = query.filter(partnerships::code.gt(after.as_str()));
        }
        query.load(c)
    })?;
    Slice::cut(rows, size).try_map(TryInto::try_into)
}

/// Whether the directory knows partnerships at all: without the published table it does not.
pub fn has_partnerships(database: &mut Database<'_>) -> Result<bool, Error> {
    let any = diesel::dsl::exists(partnerships::table.select(partnerships::code));
    Ok(on_either!(database, |c| diesel::select(any).get_result(c))?)
}
