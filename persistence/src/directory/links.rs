//! Which partnership a school belongs to, from when to when, and who says so.
//!
//! What was derived from the table of postcodes may be derived anew; what somebody said is never touched here.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use naast_domain::access::{Grant, RecordPartnership};
use naast_domain::code::Code;
use naast_domain::directory::{Derivation, LocationCode, PartnershipCode, PartnershipSource};
use naast_domain::{Date, Moment};

use super::BATCH;
use super::imports::Steps;
use super::schools::Listed;
use crate::database::Database;
use crate::independence::ask_around;
use crate::rows::{code, identifier, one};
use crate::schema::{partnerships, school_partnerships, schools};
use crate::transaction::Transaction;
use crate::{Error, on_either};

const TABLE: &str = "school_partnerships";

/// That a school belongs to a partnership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnershipLink {
    /// The partnership.
    pub code: PartnershipCode,
    /// How it is known.
    pub source: PartnershipSource,
    /// From this day on.
    pub since: Date,
}

impl PartnershipLink {
    /// Of two links the one that counts: the later source of the list knows better.
    pub(super) fn rank(&self) -> (PartnershipSource, Date) {
        (self.source, self.since)
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = school_partnerships, treat_none_as_default_value = false)]
pub(super) struct Row {
    location_code: String,
    partnership_code: String,
    source: String,
    since: Date,
    until: Option<Date>,
}

impl Row {
    pub(super) fn read(self) -> Result<PartnershipLink, Error> {
        Ok(PartnershipLink {
            code: identifier(TABLE, "partnership_code", PartnershipCode::parse(&self.partnership_code))?,
            source: code(TABLE, "source", &self.source)?,
            since: self.since,
        })
    }
}

/// The last day of the last period of a school that is over; `None` when none is.
pub fn last_day_over(
    database: &mut Database<'_>,
    _grant: &Grant<RecordPartnership>,
    location: &LocationCode,
) -> Result<Option<Date>, Error> {
    let last = school_partnerships::table
        .filter(school_partnerships::location_code.eq(location.as_str()))
        .select(diesel::dsl::max(school_partnerships::until));
    Ok(on_either!(database, |c| last.first(c))?)
}

/// Keeps that a school which stands as it was loaded belongs to a partnership from a day on, because somebody said so. What stood
/// open holds until the day before; where it would then hold on no day it goes, and is given back with the rest of what stood open: the
/// journal keeps it. The day must come after [`last_day_over`], so that no two periods claim one day. The rules
/// are asked again of whom it can touch.
pub fn record_partnership(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<RecordPartnership>,
    school: &Listed,
    link: &PartnershipLink,
    now: Moment,
) -> Result<Vec<PartnershipLink>, Error> {
    ask_around(tx, &school.school.location, now)?;
    let location = school.school.location.as_str();
    let stood: Vec<Row> = on_either!(&mut **tx, |c| school_partnerships::table
        .filter(school_partnerships::location_code.eq(location))
        .filter(school_partnerships::until.is_null())
        .order((school_partnerships::since, school_partnerships::partnership_code))
        .select(Row::as_select())
        .load(c))?;
    let partnership = diesel::insert_into(partnerships::table)
        .values(partnerships::code.eq(link.code.as_str()))
        .on_conflict_do_nothing();
    on_either!(&mut **tx, |c| partnership.execute(c))?;
    let open = school_partnerships::location_code.eq(location).and(school_partnerships::until.is_null());
    on_either!(&mut **tx, |c| diesel::delete(school_partnerships::table)
        .filter(open.and(school_partnerships::since.ge(link.since)))
        .execute(c))?;
    on_either!(&mut **tx, |c| diesel::update(school_partnerships::table)
        .filter(open)
        .set(school_partnerships::until.eq(link.since.pred_opt()))
        .execute(c))?;
    let begins = diesel::insert_into(school_partnerships::table).values(Row {
        location_code: location.to_owned(),
        partnership_code: link.code.to_string(),
        source: link.source.to_string(),
        since: link.since,
        until: None,
    });
    on_either!(&mut **tx, |c| begins.execute(c))?;
    let counted = diesel::update(schools::table)
        .filter(schools::location_code.eq(location))
        .filter(schools::version.eq(school.version))
        .set(schools::version.eq(school.version + 1));
    one(on_either!(&mut **tx, |c| counted.execute(c))?)?;
    stood.into_iter().map(Row::read).collect()
}

/// The links that have no end.
fn open_links(database: &mut Database<'_>) -> Result<BTreeMap<LocationCode, Vec<PartnershipLink>>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| school_partnerships::table
        .filter(school_partnerships::until.is_null())
        .select(Row::as_select())
        .load(c))?;
    let mut links: BTreeMap<LocationCode, Vec<PartnershipLink>> = BTreeMap::new();
    for row in rows {
        let location = identifier(TABLE, "location_code", LocationCode::parse(&row.location_code))?;
        links.entry(location).or_default().push(row.read()?);
    }
    Ok(links)
}

/// The derived links that must end and begin.
#[derive(Default)]
pub(super) struct Plan {
    close: Vec<LocationCode>,
    open: Vec<(LocationCode, PartnershipCode)>,
}

impl Plan {
    /// Holds what is derived for these schools against what is kept of them.
    pub(super) fn make<'a>(
        database: &mut Database<'_>,
        derived: impl IntoIterator<Item = (&'a LocationCode, Derivation)>,
    ) -> Result<Self, Error> {
        let kept = open_links(database)?;
        let mut plan = Self::default();
        for (location, derivation) in derived {
            let links = kept.get(location).map_or(&[][..], Vec::as_slice);
            if links.iter().any(|link| link.source != PartnershipSource::PostcodeTable) {
                continue;
            }
            let wanted = match derivation {
                Derivation::Found(code) => Some(code),
                Derivation::NotByPostcode | Derivation::UnknownPostcode => None,
            };
            if links.iter().map(|link| &link.code).eq(wanted.iter()) {
                continue;
            }
            if !links.is_empty() {
                plan.close.push(location.clone());
            }
            plan.open.extend(wanted.map(|code| (location.clone(), code)));
        }
        Ok(plan)
    }

    /// The schools that belong to another partnership afterwards, or to none.
    pub(super) fn schools(&self) -> BTreeSet<&LocationCode> {
        self.close.iter().chain(self.open.iter().map(|(location, _)| location)).collect()
    }

    /// How many links end.
    pub(super) fn closed(&self) -> usize {
        self.close.len()
    }

    /// How many links begin.
    pub(super) fn opened(&self) -> usize {
        self.open.len()
    }

    /// Ends links with the day before and begins links today. A link that began today held on no day: it goes.
    pub(super) fn write(
        &self,
        tx: &mut Transaction<'_, '_>,
        today: Date,
        steps: &mut Steps<'_>,
    ) -> Result<(), Error> {
        let yesterday = today.pred_opt().unwrap_or(today);
        for some in self.close.chunks(BATCH) {
            let codes: Vec<&str> = some.iter().map(LocationCode::as_str).collect();
            let derived = school_partnerships::location_code
                .eq_any(&codes)
                .and(school_partnerships::source.eq(PartnershipSource::PostcodeTable.code()))
                .and(school_partnerships::until.is_null());
            on_either!(&mut **tx, |c| diesel::delete(school_partnerships::table)
                .filter(derived.clone().and(school_partnerships::since.ge(today)))
                .execute(c))?;
            on_either!(&mut **tx, |c| diesel::update(school_partnerships::table)
                .filter(derived)
                .set(school_partnerships::until.eq(yesterday))
                .execute(c))?;
            steps.done(some.len());
        }
        for some in self.open.chunks(BATCH) {
            let rows: Vec<Row> = some
                .iter()
                .map(|(location, partnership)| Row {
                    location_code: location.to_string(),
                    partnership_code: partnership.to_string(),
                    source: PartnershipSource::PostcodeTable.to_string(),
                    since: today,
                    until: None,
                })
                .collect();
            // somebody may have begun and ended the same link today; what she said stands
            let insert =
                diesel::insert_into(school_partnerships::table).values(&rows).on_conflict_do_nothing();
            on_either!(&mut **tx, |c| insert.execute(c))?;
            steps.done(some.len());
        }
        Ok(())
    }
}
