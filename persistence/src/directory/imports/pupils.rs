//! The file of pupils through the years.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::upsert::excluded;
use naast_domain::directory::files::LocationPupils;
use naast_domain::directory::{FieldChange, LocationCode};

use super::changes::Changes;
use super::record::record;
use super::{
    ImportFile, ImportKind, ImportStatus, Progress, Report, Steps, analyze, count_change, one_at_a_time,
};
use crate::database::Database;
use crate::directory::BATCH;
use crate::directory::pupils::Row;
use crate::schema::pupil_counts;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Makes the numbers of pupils what this file says. It also holds locations that the file of schools lacks, of special
/// education; a location that is no longer in it loses its numbers.
pub fn apply_pupils(
    tx: &mut Transaction<'_, '_>,
    file: &ImportFile,
    published: &[LocationPupils],
    force: bool,
    progress: &mut Progress<'_>,
) -> Result<Report, Error> {
    one_at_a_time(tx)?;
    let before = kept(tx)?;
    let after: BTreeMap<_, _> =
        published.iter().map(|pupils| (pupils.location.clone(), Row::from(pupils))).collect();
    let changes = Changes::between(&before, &after, changed_fields);
    let report = changes.report(ImportKind::Pupils, published.len(), before.len(), force);
    if report.status == ImportStatus::Applied {
        let rows: Vec<&Row> = changes.to_write().filter_map(|location| after.get(location)).collect();
        let mut steps = Steps::of(rows.len() + changes.removed.len(), progress);
        write(tx, &rows, &changes.removed, &mut steps)?;
        count_change(tx, &changes.all().collect::<Vec<_>>())?;
        analyze(tx, &["pupil_counts"])?;
    }
    record(tx, file, &report)?;
    Ok(report)
}

fn changed_fields(before: &Row, after: &Row) -> Vec<FieldChange> {
    let (kind, counts) = (|row: &Row| Some(row.kind.clone()), |row: &Row| Some(row.counts.0.to_string()));
    [
        FieldChange::of("kind", kind(before).as_deref(), kind(after).as_deref()),
        FieldChange::of("counts", counts(before).as_deref(), counts(after).as_deref()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn kept(database: &mut Database<'_>) -> Result<BTreeMap<LocationCode, Row>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| pupil_counts::table.select(Row::as_select()).load(c))?;
    rows.into_iter().map(|row| Ok((row.location()?, row))).collect()
}

fn write(
    tx: &mut Transaction<'_, '_>,
    rows: &[&Row],
    removed: &[LocationCode],
    steps: &mut Steps<'_>,
) -> Result<(), Error> {
    for some in rows.chunks(BATCH) {
        let upsert = diesel::insert_into(pupil_counts::table)
            .values(some.to_vec())
            .on_conflict(pupil_counts::location_code)
            .do_update()
            .set((
                pupil_counts::kind.eq(excluded(pupil_counts::kind)),
                pupil_counts::counts.eq(excluded(pupil_counts::counts)),
            ));
        on_either!(&mut **tx, |c| upsert.execute(c))?;
        steps.done(some.len());
    }
    for some in removed.chunks(BATCH) {
        let codes: Vec<&str> = some.iter().map(LocationCode::as_str).collect();
        let delete = diesel::delete(pupil_counts::table).filter(pupil_counts::location_code.eq_any(&codes));
        on_either!(&mut **tx, |c| delete.execute(c))?;
        steps.done(some.len());
    }
    Ok(())
}
