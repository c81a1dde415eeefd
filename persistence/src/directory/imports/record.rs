//! What the directory was fed with: a row for each import that changed it or was held.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{Grant, ReadImports};
use naast_domain::code::Code;
use naast_domain::ids::ImportId;

use super::{ImportFile, ImportKind, ImportStatus, Report};
use crate::columns::{At, Json, Key};
use crate::database::Database;
use crate::independence::waiting;
use crate::rows::{Page, Slice, code, count};
use crate::schema::directory_imports;
use crate::transaction::Transaction;
use crate::{Error, on_either};

const TABLE: &str = "directory_imports";

/// One import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRecord {
    /// Its id.
    pub id: ImportId,
    /// The name of the file.
    pub file_name: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub file_hash: String,
    /// The moment of the import.
    pub at: Moment,
    /// What it did.
    pub report: Report,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = directory_imports)]
struct Row {
    id: Key,
    kind: String,
    file_name: String,
    file_hash: String,
    status: String,
    #[diesel(column_name = row_count)]
    rows: i32,
    added: i32,
    changed: i32,
    removed: i32,
    unchanged: i32,
    links_opened: i32,
    links_closed: i32,
    differences: Json,
    imported_at: At,
}

impl TryFrom<Row> for ImportRecord {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id.into(),
            file_name: row.file_name,
            file_hash: row.file_hash,
            at: row.imported_at.0,
            report: Report {
                kind: code(TABLE, "kind", &row.kind)?,
                status: code(TABLE, "status", &row.status)?,
                rows: count(TABLE, "row_count", row.rows)?,
                added: count(TABLE, "added", row.added)?,
                changed: count(TABLE, "changed", row.changed)?,
                removed: count(TABLE, "removed", row.removed)?,
                unchanged: count(TABLE, "unchanged", row.unchanged)?,
                links_opened: count(TABLE, "links_opened", row.links_opened)?,
                links_closed: count(TABLE, "links_closed", row.links_closed)?,
                differences: row.differences.0,
            },
        })
    }
}

/// Keeps what an import did. One that changed nothing leaves no row: it may be repeated every night.
pub(super) fn record(tx: &mut Transaction<'_, '_>, file: &ImportFile, report: &Report) -> Result<(), Error> {
    if report.status == ImportStatus::Unchanged {
        return Ok(());
    }
    let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let row = Row {
        id: file.id.into(),
        kind: report.kind.code().to_owned(),
        file_name: file.file_name.clone(),
        file_hash: file.file_hash.clone(),
        status: report.status.code().to_owned(),
        rows: number(report.rows),
        added: number(report.added),
        changed: number(report.changed),
        removed: number(report.removed),
        unchanged: number(report.unchanged),
        links_opened: number(report.links_opened),
        links_closed: number(report.links_closed),
        differences: Json(report.differences.clone()),
        imported_at: At(file.at),
    };
    on_either!(&mut **tx, |c| diesel::insert_into(directory_imports::table).values(row).execute(c))?;
    if report.status == ImportStatus::Applied && report.kind != ImportKind::Pupils {
        // a school may have another board or partnership now: whoever imports, and whenever she is cut short, the rules are
        // asked again
        waiting::ask_everybody(tx, file.at)?;
    }
    Ok(())
}

/// A page of the imports.
pub fn imports(
    database: &mut Database<'_>,
    _grant: &Grant<ReadImports>,
    page: Page,
) -> Result<Slice<ImportRecord>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| {
        let mut query = directory_imports::table
            .select(Row::as_select())
            .order((directory_imports::imported_at.desc(), directory_imports::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                directory_imports::imported_at
                    .le(at)
                    .and(directory_imports::imported_at.lt(at).or(directory_imports::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    Slice::cut(rows, page.size).try_map(TryInto::try_into)
}

/// One import.
pub fn import(
    database: &mut Database<'_>,
    _grant: &Grant<ReadImports>,
    id: ImportId,
) -> Result<Option<ImportRecord>, Error> {
    let row: Option<Row> = on_either!(database, |c| directory_imports::table
        .find(Key::from(id))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(TryInto::try_into).transpose()
}
