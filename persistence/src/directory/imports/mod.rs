//! Feeding the directory with open data files, exactly as far as they differ from what is kept.
//!
//! An import is whole or it is not there: it only writes in the transaction that it is lent, and its caller ends that
//! with [`Report::entry`]. The same file again changes nothing and leaves no trace; a file that lacks more than 5 % of
//! what is kept is held until a person says that it is right.

mod changes;
mod partnerships;
mod pupils;
mod record;
mod schools;

use diesel::prelude::*;
use naast_domain::code::Code;
use naast_domain::directory::{ImportKind, ImportStatus, LocationCode};
use naast_domain::ids::{ImportId, PersonId};
use naast_domain::journal::{Chain, Entry, Purpose};
use naast_domain::organisations::Role;
use naast_domain::{Date, Moment};

use super::BATCH;
use crate::database::Database;
use crate::transaction::Transaction;
use crate::{Error, on_either, schema};

pub use partnerships::apply_partnerships;
pub use pupils::apply_pupils;
pub use record::{ImportRecord, import, imports};
pub use schools::apply_schools;

/// The file that is imported, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFile {
    /// The id of this import.
    pub id: ImportId,
    /// The name of the file.
    pub file_name: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub file_hash: String,
    /// The moment of the import.
    pub at: Moment,
    /// The day of the import: links begin, and schools are gone, from this day on.
    pub today: Date,
}

/// What an import did, or would have done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What the file holds.
    pub kind: ImportKind,
    /// Whether it was applied.
    pub status: ImportStatus,
    /// How many rows the file has.
    pub rows: u32,
    /// How many of them are new.
    pub added: u32,
    /// How many say something else than is kept.
    pub changed: u32,
    /// How many that are kept are no longer in the file.
    pub removed: u32,
    /// How many are kept as they stand in the file.
    pub unchanged: u32,
    /// How many links of a school with a partnership began.
    pub links_opened: u32,
    /// How many links of a school with a partnership ended.
    pub links_closed: u32,
    /// Which ones: `removed` and `added` are codes, `changed` are objects with a code and `fields`. At most 1,000
    /// stand here, the removed before the changed before the added; `total` says how many there are.
    pub differences: serde_json::Value,
}

impl Report {
    /// What the journal keeps of this import; nothing when it changed nothing.
    pub fn entry(&self, file: &ImportFile, actor: Option<PersonId>) -> Option<Entry> {
        (self.status != ImportStatus::Unchanged).then(|| Entry {
            chain: Chain::PLATFORM,
            at: file.at,
            actor,
            role: Role::Administrator.code(),
            purpose: Purpose::Administration,
            action: "directory.imported",
            object_kind: "directory-import",
            object_id: file.id.to_string(),
            before: None,
            after: Some(self.status.code().into()),
        })
    }
}

/// Is told, while an import writes, how many rows are written and how many there will be. An import that writes
/// nothing tells nothing.
pub type Progress<'a> = dyn FnMut(u64, u64) + 'a;

/// Counts the rows that an import writes.
pub(super) struct Steps<'p> {
    done: u64,
    total: u64,
    progress: &'p mut Progress<'p>,
}

impl<'p> Steps<'p> {
    fn of(total: usize, progress: &'p mut Progress<'p>) -> Self {
        Self { done: 0, total: total as u64, progress }
    }

    /// So many more are written.
    pub(super) fn done(&mut self, rows: usize) {
        self.done += rows as u64;
        (self.progress)(self.done, self.total);
    }
}

/// Holds off another import until the end of the transaction: both would compare with the same rows. SQLite has one
/// writer.
fn one_at_a_time(tx: &mut Transaction<'_, '_>) -> Result<(), Error> {
    match &mut **tx {
        Database::Postgres(_) => tx.batch("LOCK TABLE directory_imports IN SHARE ROW EXCLUSIVE MODE"),
        Database::Sqlite(_) => Ok(()),
    }
}

/// Lets the planner of either database look at the tables anew: without this, the first questions after a large import
/// get the plans of empty tables, and PostgreSQL reads every link to find one school.
fn analyze(tx: &mut Transaction<'_, '_>, tables: &[&str]) -> Result<(), Error> {
    tables.iter().try_for_each(|table| tx.batch(&format!("ANALYZE {table}")))
}

/// Counts a change of what is listed of these schools; a code without a school is passed over.
fn count_change(tx: &mut Transaction<'_, '_>, locations: &[&LocationCode]) -> Result<(), Error> {
    use schema::schools;
    for some in locations.chunks(BATCH) {
        let codes: Vec<&str> = some.iter().map(|location| location.as_str()).collect();
        let update = diesel::update(schools::table)
            .filter(schools::location_code.eq_any(&codes))
            .set(schools::version.eq(schools::version + 1));
        on_either!(&mut **tx, |c| update.execute(c))?;
    }
    Ok(())
}
