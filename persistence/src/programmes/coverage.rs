//! The schools that a programme covers, each with the periods in which it did, does and will.

use std::collections::BTreeMap;

use diesel::prelude::*;
use naast_domain::Date;
use naast_domain::access::{Grant, ManageProgrammes};
use naast_domain::directory::LocationCode;
use naast_domain::ids::ProgrammeId;
use naast_domain::programmes::CoveredPeriod;

use crate::columns::Key;
use crate::database::Database;
use crate::locks::lock_school;
use crate::rows::{Slice, identifier};
use crate::schema::programme_schools;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// A school that a programme covers, covered or will cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The school.
    pub school: LocationCode,
    /// Its periods, in order of their days.
    pub periods: Vec<CoveredPeriod>,
    /// Counts its changes; nought where nothing was ever said.
    pub version: i32,
}

type Row = (String, Date, Option<Date>, i32);

/// The coverages that rows tell of, by location code.
fn gather(rows: Vec<Row>) -> Result<BTreeMap<LocationCode, Coverage>, Error> {
    let mut all: BTreeMap<LocationCode, Coverage> = BTreeMap::new();
    for (school, since, until, version) in rows {
        let school = identifier("programme_schools", "location_code", LocationCode::parse(&school))?;
        let one = all.entry(school.clone()).or_insert(Coverage { school, periods: Vec::new(), version: 0 });
        one.periods.push(CoveredPeriod { since, until });
        one.version = one.version.max(version);
    }
    Ok(all)
}

/// A programme's coverage of a school, as it stands and stays until the end of the transaction: whoever says another waits.
pub fn coverage(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<ManageProgrammes>,
    programme: ProgrammeId,
    school: &LocationCode,
) -> Result<Coverage, Error> {
    lock_school(tx, school)?;
    let rows: Vec<Row> = on_either!(&mut **tx, |c| programme_schools::table
        .filter(programme_schools::programme_id.eq(Key::from(programme)))
        .filter(programme_schools::location_code.eq(school.as_str()))
        .select((
            programme_schools::location_code,
            programme_schools::since,
            programme_schools::until,
            programme_schools::version,
        ))
        .order(programme_schools::since)
        .load(c))?;
    let none = Coverage { school: school.clone(), periods: Vec::new(), version: 0 };
    Ok(gather(rows)?.remove(school).unwrap_or(none))
}

/// Keeps the periods of a coverage as the rule says that they are now; gives its version. The last of them is the one that was said:
/// those before it stand already.
pub fn cover(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<ManageProgrammes>,
    programme: ProgrammeId,
    stood: &Coverage,
    periods: &[CoveredPeriod],
) -> Result<i32, Error> {
    let version = stood.version + 1;
    let Some(said) = periods.last() else { return Ok(stood.version) };
    let stay = periods.iter().map(|period| period.since);
    let replaced = programme_schools::table
        .filter(programme_schools::programme_id.eq(Key::from(programme)))
        .filter(programme_schools::location_code.eq(stood.school.as_str()))
        .filter(programme_schools::since.ne_all(stay));
    on_either!(&mut **tx, |c| diesel::delete(replaced).execute(c))?;
    let row = (
        programme_schools::programme_id.eq(Key::from(programme)),
        programme_schools::location_code.eq(stood.school.as_str()),
        programme_schools::since.eq(said.since),
        programme_schools::until.eq(said.until),
        programme_schools::version.eq(version),
    );
    let upsert = diesel::insert_into(programme_schools::table)
        .values(row)
        .on_conflict((
            programme_schools::programme_id,
            programme_schools::location_code,
            programme_schools::since,
        ))
        .do_update()
        .set((programme_schools::until.eq(said.until), programme_schools::version.eq(version)));
    on_either!(&mut **tx, |c| upsert.execute(c))?;
    Ok(version)
}

/// A page of the schools that a programme covers, covered or will cover, by location code.
pub fn covered_schools(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    size: i64,
    after: Option<&LocationCode>,
) -> Result<Slice<Coverage>, Error> {
    let codes: Vec<String> = on_either!(database, |c| {
        let mut query = programme_schools::table
            .filter(programme_schools::programme_id.eq(Key::from(programme)))
            .select(programme_schools::location_code)
            .distinct()
            .order(programme_schools::location_code)
            .limit(size + 1)
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(programme_schools::location_code.gt(after.as_str()));
        }
        query.load(c)
    })?;
    let Slice { items: codes, more } = Slice::cut(codes, size);
    let rows: Vec<Row> = on_either!(database, |c| programme_schools::table
        .filter(programme_schools::programme_id.eq(Key::from(programme)))
        .filter(programme_schools::location_code.eq_any(&codes))
        .select((
            programme_schools::location_code,
            programme_schools::since,
            programme_schools::until,
            programme_schools::version,
        ))
        .order((programme_schools::location_code, programme_schools::since))
        .load(c))?;
    Ok(Slice { items: gather(rows)?.into_values().collect(), more })
}
