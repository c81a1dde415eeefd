//! What the directory was fed with: administrators and auditors read each import, what it changed and why it was held.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use naast_domain::access::ReadImports;
use naast_domain::directory::{ImportKind, ImportStatus};
use naast_domain::ids::ImportId;
use naast_persistence::directory::imports::{self, ImportRecord, Report};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::caller::Caller;
use crate::contract::Path;
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::Platform;
use crate::problem::Error;

/// How much an import changed, or would have changed when it was held.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportCountsView {
    /// The rows of the file.
    pub rows: u32,
    /// Rows that were not kept before.
    pub added: u32,
    /// Rows that say something else than was kept.
    pub changed: u32,
    /// What was kept and is no longer in the file.
    pub removed: u32,
    /// Rows that were kept as they stand in the file.
    pub unchanged: u32,
    /// Schools that came to belong to a partnership.
    pub links_opened: u32,
    /// Schools that no longer belong to a partnership that they belonged to.
    pub links_closed: u32,
}

impl From<&Report> for ImportCountsView {
    fn from(report: &Report) -> Self {
        Self {
            rows: report.rows,
            added: report.added,
            changed: report.changed,
            removed: report.removed,
            unchanged: report.unchanged,
            links_opened: report.links_opened,
            links_closed: report.links_closed,
        }
    }
}

/// An import that changed the directory or was held.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryImportView {
    /// Its id.
    pub id: ImportId,
    /// What the file holds.
    pub kind: ImportKind,
    /// What became of it.
    pub status: ImportStatus,
    /// The name of the file.
    pub file_name: String,
    /// The SHA-256 of the file, in hexadecimal.
    pub file_hash: String,
    /// When.
    pub imported_at: DateTime<Utc>,
    /// How much it changed.
    pub counts: ImportCountsView,
}

impl From<ImportRecord> for DirectoryImportView {
    fn from(one: ImportRecord) -> Self {
        let counts = ImportCountsView::from(&one.report);
        Self {
            id: one.id,
            kind: one.report.kind,
            status: one.report.status,
            file_name: one.file_name,
            file_hash: one.file_hash,
            imported_at: one.at,
            counts,
        }
    }
}

/// A row that says something else than was kept.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangedRowView {
    /// What the row is known by: a location code, or the four digits of a postcode.
    pub key: String,
    /// The fields that differ.
    pub fields: Vec<String>,
    /// What each of them said, and says now.
    pub values: Vec<FieldChangeView>,
}

impl ChangedRowView {
    /// Whether nothing differs but what Naast keeps beside and uses for nothing.
    pub fn is_only_beside(&self) -> bool {
        !self.values.is_empty() && self.values.iter().all(|one| one.beside)
    }
}

/// What a field said, and says now.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldChangeView {
    /// The field; of what is kept beside, the column as the publisher writes it.
    pub field: String,
    /// What it said; null where it said nothing.
    pub before: Option<String>,
    /// What it says now; null where it says nothing.
    pub after: Option<String>,
    /// Whether it is kept only to tell such differences, and used for nothing.
    pub beside: bool,
}

/// Which rows differ. At most 1,000 are listed: what was removed before what changed, and that before what was added.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DifferencesView {
    /// What was kept and is no longer in the file.
    pub removed: Vec<String>,
    /// What says something else than was kept.
    pub changed: Vec<ChangedRowView>,
    /// What was not kept before.
    pub added: Vec<String>,
}

impl DifferencesView {
    /// The differences that a report lists.
    pub fn of(report: &Report) -> Self {
        let list = |name: &str| report.differences[name].as_array().map(Vec::as_slice).unwrap_or_default();
        let words = |values: &[Value]| values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let changed = list("changed").iter().filter_map(|one| {
            let key = one[report.kind.key()].as_str()?.to_owned();
            let fields = one["fields"].as_array()?;
            // an import from before these were kept has none
            let values = serde_json::from_value(one["values"].clone()).unwrap_or_default();
            Some(ChangedRowView { key, fields: words(fields), values })
        });
        Self { removed: words(list("removed")), changed: changed.collect(), added: words(list("added")) }
    }
}

/// An import with the rows that it changed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryImportDetailView {
    /// Its id.
    pub id: ImportId,
    /// What the file holds.
    pub kind: ImportKind,
    /// What became of it.
    pub status: ImportStatus,
    /// The name of the file.
    pub file_name: String,
    /// The SHA-256 of the file, in hexadecimal.
    pub file_hash: String,
    /// When.
    pub imported_at: DateTime<Utc>,
    /// How much it changed.
    pub counts: ImportCountsView,
    /// Which rows it changed.
    pub differences: DifferencesView,
}

impl From<ImportRecord> for DirectoryImportDetailView {
    fn from(one: ImportRecord) -> Self {
        let differences = DifferencesView::of(&one.report);
        let DirectoryImportView { id, kind, status, file_name, file_hash, imported_at, counts } = one.into();
        Self { id, kind, status, file_name, file_hash, imported_at, counts, differences }
    }
}

page_of! {
    /// A page of imports, newest first.
    DirectoryImportPage of DirectoryImportView
}

/// List imports. One that changed nothing left none.
#[utoipa::path(
    operation_id = "listDirectoryImports",
    tag = "directory",
    params(PageQuery),
    responses((status = 200, description = "A page", body = DirectoryImportPage)),
)]
#[get("/directory-imports")]
pub async fn list_directory_imports(
    platform: web::Data<Platform>,
    caller: Caller,
    paging: Paging,
) -> Result<DirectoryImportPage, Error> {
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadImports>()?;
            let slice = imports::imports(cx.db, &grant, page)?;
            let next_cursor = paging.next(&slice, |one| (one.at, one.id.uuid()));
            let data = slice.items.into_iter().map(DirectoryImportView::from).collect();
            Ok(DirectoryImportPage { data, next_cursor })
        })
        .await
}

/// Get an import, with the rows that it changed.
#[utoipa::path(
    operation_id = "getDirectoryImport",
    tag = "directory",
    params(("id" = ImportId, Path, description = "The import")),
    responses((status = 200, description = "The import", body = DirectoryImportDetailView)),
)]
#[get("/directory-imports/{id}")]
pub async fn get_directory_import(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<ImportId>,
) -> Result<Answer<DirectoryImportDetailView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadImports>()?;
            let one = imports::import(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            // an import never changes afterwards
            Ok(Answer::found(one.into()).version(1))
        })
        .await
}
