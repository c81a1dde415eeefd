//! The table of postcodes and partnerships, and the links that follow from it.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::upsert::excluded;
use naast_domain::directory::{
    FieldChange, LocationCode, PartnershipCode, PostcodeArea, partnership_by_postcode,
};

use super::changes::{Changes, number};
use super::record::record;
use super::schools::Kept;
use super::{
    ImportFile, ImportKind, ImportStatus, Progress, Report, Steps, analyze, count_change, one_at_a_time,
};
use crate::database::Database;
use crate::directory::{BATCH, links};
use crate::rows::identifier;
use crate::schema::{partnerships, postcode_areas};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Makes the table of postcodes what this file says, and derives the partnership anew for every school to which the
/// table now says something else; also for one that is gone, because what hangs on it stays.
pub fn apply_partnerships(
    tx: &mut Transaction<'_, '_>,
    file: &ImportFile,
    published: &[PostcodeArea],
    force: bool,
    progress: &mut Progress<'_>,
) -> Result<Report, Error> {
    one_at_a_time(tx)?;
    let before = kept_areas(tx)?;
    let after: BTreeMap<_, _> = published.iter().map(|area| (area.area.clone(), area.clone())).collect();
    let changes = Changes::between(&before, &after, changed_fields);
    let mut report = changes.report(ImportKind::Partnerships, published.len(), before.len(), force);
    if report.status == ImportStatus::Applied {
        let schools = Kept::load(tx)?;
        let derived = schools.schools().filter_map(|school| {
            let derivation = partnership_by_postcode(school, &after);
            (derivation != partnership_by_postcode(school, &before)).then_some((&school.location, derivation))
        });
        let links = links::Plan::make(tx, derived)?;
        let moved: Vec<&LocationCode> = links.schools().into_iter().collect();
        report.links_opened = number(links.opened());
        report.links_closed = number(links.closed());

        let rows: Vec<Row> = changes.to_write().filter_map(|area| after.get(area)).map(Row::from).collect();
        let total = rows.len() + changes.removed.len() + links.opened() + links.closed();
        let mut steps = Steps::of(total, progress);
        add_partnerships(tx, published)?;
        write(tx, &rows, &changes.removed, &mut steps)?;
        links.write(tx, file.today, &mut steps)?;
        count_change(tx, &moved)?;
        analyze(tx, &["partnerships", "postcode_areas", "school_partnerships"])?;
    }
    record(tx, file, &report)?;
    Ok(report)
}

fn changed_fields(before: &PostcodeArea, after: &PostcodeArea) -> Vec<FieldChange> {
    let PostcodeArea { area: _, municipality_name, primary, secondary } = before;
    let text = |one: &Option<PartnershipCode>| one.as_ref().map(ToString::to_string);
    [
        FieldChange::of("municipalityName", Some(municipality_name), Some(&after.municipality_name)),
        FieldChange::of("primary", text(primary).as_deref(), text(&after.primary).as_deref()),
        FieldChange::of("secondary", text(secondary).as_deref(), text(&after.secondary).as_deref()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = postcode_areas, treat_none_as_default_value = false)]
struct Row {
    area: String,
    municipality_name: String,
    primary_partnership: Option<String>,
    secondary_partnership: Option<String>,
}

impl From<&PostcodeArea> for Row {
    fn from(area: &PostcodeArea) -> Self {
        Self {
            area: area.area.clone(),
            municipality_name: area.municipality_name.clone(),
            primary_partnership: area.primary.as_ref().map(ToString::to_string),
            secondary_partnership: area.secondary.as_ref().map(ToString::to_string),
        }
    }
}

impl TryFrom<Row> for PostcodeArea {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let partnership = |column, text: Option<String>| {
            text.map(|text| identifier("postcode_areas", column, PartnershipCode::parse(&text))).transpose()
        };
        Ok(Self {
            primary: partnership("primary_partnership", row.primary_partnership)?,
            secondary: partnership("secondary_partnership", row.secondary_partnership)?,
            area: row.area,
            municipality_name: row.municipality_name,
        })
    }
}

/// The table of postcodes; empty when none was imported.
pub(super) fn kept_areas(database: &mut Database<'_>) -> Result<BTreeMap<String, PostcodeArea>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| postcode_areas::table.select(Row::as_select()).load(c))?;
    rows.into_iter().map(|row| Ok((row.area.clone(), row.try_into()?))).collect()
}

/// The partnerships that the directory did not know; a partnership never goes.
fn add_partnerships(tx: &mut Transaction<'_, '_>, areas: &[PostcodeArea]) -> Result<(), Error> {
    let codes: BTreeSet<&PartnershipCode> =
        areas.iter().flat_map(|area| [&area.primary, &area.secondary]).flatten().collect();
    let rows: Vec<_> = codes.into_iter().map(|code| partnerships::code.eq(code.as_str())).collect();
    for some in rows.chunks(BATCH) {
        let insert = diesel::insert_into(partnerships::table).values(some).on_conflict_do_nothing();
        on_either!(&mut **tx, |c| insert.execute(c))?;
    }
    Ok(())
}

fn write(
    tx: &mut Transaction<'_, '_>,
    rows: &[Row],
    removed: &[String],
    steps: &mut Steps<'_>,
) -> Result<(), Error> {
    for some in rows.chunks(BATCH) {
        let upsert = diesel::insert_into(postcode_areas::table)
            .values(some)
            .on_conflict(postcode_areas::area)
            .do_update()
            .set((
                postcode_areas::municipality_name.eq(excluded(postcode_areas::municipality_name)),
                postcode_areas::primary_partnership.eq(excluded(postcode_areas::primary_partnership)),
                postcode_areas::secondary_partnership.eq(excluded(postcode_areas::secondary_partnership)),
            ));
        on_either!(&mut **tx, |c| upsert.execute(c))?;
        steps.done(some.len());
    }
    for some in removed.chunks(BATCH) {
        let delete = diesel::delete(postcode_areas::table).filter(postcode_areas::area.eq_any(some));
        on_either!(&mut **tx, |c| delete.execute(c))?;
        steps.done(some.len());
    }
    Ok(())
}
