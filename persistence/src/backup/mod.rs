//! Backups: everything that a database holds at one moment, in one file that only the master keys open, written while others
//! work. What is in it is the same whichever database it comes from, so a backup of SQLite restores into PostgreSQL and back.
//!
//! The file says nothing to whoever has no master key, and any change of any byte is found before anything is written. The
//! master keys are not in it.

mod envelope;
mod restore;
mod rows;

use std::collections::BTreeMap;
use std::io::{Read, Write};

use naast_domain::Moment;
use serde::{Deserialize, Serialize};

use crate::database::Database;
use crate::keys::{Keys, Ring};
use crate::privacy::classification::tables;
use crate::{Error, Store, migrations};

pub use envelope::Opened;
pub use restore::{can_restore, restore};
pub(crate) use rows::Catalogue;

/// Why a backup cannot be made, read or restored, in words for the administrator.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file cannot be read or written.
    #[error("backup: {0}")]
    File(#[from] std::io::Error),
    /// It is no backup.
    #[error("this is no backup of Naast")]
    NoBackup,
    /// The master key that it was sealed under is not in the file of keys.
    #[error(
        "this backup was made under master key {0}, which the key file does not hold: bring the key file of its day"
    )]
    OtherKeys(String),
    /// A master key that wraps data keys in it is not in the file of keys.
    #[error(
        "this backup holds keys under master key {0}, which the key file does not hold, and what they sealed could not be read: bring the \
         key file of its day. Nothing was written"
    )]
    KeysMissing(String),
    /// Something in it was changed, or it was cut off.
    #[error("this backup was changed or cut off (piece {0}): it is not used, and nothing was written")]
    Damaged(u64),
    /// It does not say what a backup says.
    #[error("this backup does not hold what it should ({0}): nothing was written")]
    Unreadable(&'static str),
    /// It was made by another version.
    #[error(
        "this backup was made by a version of naast with other migrations (its last is {0}): restore it with that version, then \
         migrate"
    )]
    OtherVersion(String),
    /// The place to restore into is in use.
    #[error("the database is not empty: a backup is restored into a new one only. Nothing was written")]
    NotEmpty,
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] Error),
    /// The database could not be opened.
    #[error(transparent)]
    Open(#[from] crate::OpenError),
}

impl crate::Fault for BackupError {
    fn storage(&self) -> Option<&Error> {
        match self {
            Self::Storage(fault) => Some(fault),
            _ => None,
        }
    }
}

/// A file that goes along: the anchors of the journal, the tombstones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub content: Vec<u8>,
}

/// What a backup holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Rows by table.
    pub rows: BTreeMap<String, u64>,
}

impl Summary {
    /// How many rows in all.
    pub fn total(&self) -> u64 {
        self.rows.values().sum()
    }
}

/// A line of the file, once it is opened.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
    /// The first one.
    Backup { made_at: Moment, migrations: Vec<String> },
    /// A file that goes along, in hexadecimal.
    File { name: String, content: String },
    /// A table begins.
    Table { name: String, columns: Vec<String> },
    /// Rows of that table, as the database wrote them: an array and so not one of these. See [`Line::parse`].
    #[serde(skip)]
    Rows(String),
    /// The last one.
    End(Summary),
}

impl Line {
    /// Reads a line: rows are an array, anything else an object.
    fn parse(bytes: &[u8]) -> Result<Self, BackupError> {
        if bytes.first() == Some(&b'[') {
            let rows = std::str::from_utf8(bytes).map_err(|_| BackupError::Unreadable("rows"))?;
            return Ok(Self::Rows(rows.to_owned()));
        }
        serde_json::from_slice(bytes).map_err(|_| BackupError::Unreadable("a line"))
    }
}

/// Writes a backup of one moment, while others work.
pub fn make<W: Write>(
    store: &Store,
    keys: &Keys,
    beside: &[Beside],
    now: Moment,
    to: W,
) -> Result<(W, Summary), BackupError> {
    store.read(|database| {
        database.snapshot(|database| {
            let mut file = envelope::Sealer::new(to, &keys.master_at_start())?;
            write_line(
                &mut file,
                &Line::Backup { made_at: now, migrations: migrations::applied(database)? },
            )?;
            for one in beside {
                let content = rows::digits(&one.content);
                write_line(&mut file, &Line::File { name: one.name.clone(), content })?;
            }
            let mut summary = Summary::default();
            for table in tables() {
                let count = write_table(database, table.name, &mut file)?;
                summary.rows.insert(table.name.to_owned(), count);
            }
            write_line(&mut file, &Line::End(summary.clone()))?;
            Ok((file.finish()?, summary))
        })
    })
}

fn write_table<W: Write>(
    database: &mut Database<'_>,
    table: &str,
    file: &mut envelope::Sealer<W>,
) -> Result<u64, BackupError> {
    let columns = rows::columns(database, table)?;
    let names = columns.iter().map(|column| column.name.clone()).collect();
    write_line(file, &Line::Table { name: table.to_owned(), columns: names })?;
    let mut count = 0;
    rows::read(database, table, &columns, |batch, size| {
        count += size;
        // the databases write JSON on one line: a line end in a text is an escape
        file.write(batch.as_bytes())?;
        file.write(b"\n")
    })?;
    Ok(count)
}

fn write_line<W: Write>(file: &mut envelope::Sealer<W>, line: &Line) -> Result<(), BackupError> {
    let mut text =
        serde_json::to_vec(line).map_err(|_| BackupError::Unreadable("a line that does not write"))?;
    text.push(b'\n');
    file.write(&text)
}

/// Reads a backup to its end, piece by piece, and says what it holds. Whoever restores does this first.
///
/// # Errors
/// Those of [`BackupError`] that say that it is of no use: [`BackupError::KeysMissing`] when it reads to its end, and what is sealed in it would not.
pub fn check(ring: &Ring, from: impl Read) -> Result<Checked, BackupError> {
    let mut checked = None;
    let mut beside = Vec::new();
    let mut seen = Summary::default();
    let mut table = String::new();
    let mut wrapping = Wrapping::default();
    let mut end = None;
    for line in envelope::Opened::new(from, ring)?.lines() {
        match line? {
            Line::Backup { made_at, migrations } => checked = Some((made_at, migrations)),
            Line::File { name, content } => {
                let content = rows::bytes(&content).ok_or(BackupError::Unreadable("a file"))?;
                beside.push(Beside { name, content });
            }
            Line::Table { name, columns } => {
                seen.rows.insert(name.clone(), 0);
                wrapping.begin(&name, &columns);
                table = name;
            }
            Line::Rows(rows) => {
                wrapping.read(&rows, ring)?;
                let rows: Vec<serde::de::IgnoredAny> =
                    serde_json::from_str(&rows).map_err(|_| BackupError::Unreadable("rows"))?;
                *seen.rows.entry(table.clone()).or_default() += rows.len() as u64;
            }
            Line::End(summary) => end = Some(summary),
        }
    }
    let (made_at, migrations) = checked.ok_or(BackupError::Unreadable("its beginning"))?;
    if end.as_ref() != Some(&seen) {
        return Err(BackupError::Unreadable("its end"));
    }
    if let Some(master) = wrapping.missing {
        return Err(BackupError::KeysMissing(master));
    }
    Ok(Checked { made_at, migrations, beside, summary: seen })
}

/// What wraps the data keys of a backup.
#[derive(Default)]
struct Wrapping {
    /// Where the rows of a table say which master key wraps a data key, and what it wraps; nowhere in other tables.
    places: Option<(usize, usize)>,
    /// The first master key that the ring lacks.
    missing: Option<String>,
}

impl Wrapping {
    fn begin(&mut self, table: &str, columns: &[String]) {
        let place = |name: &str| columns.iter().position(|column| column == name);
        self.places = place("master_id").zip(place("wrapped")).filter(|_| table == "data_keys");
    }

    /// Looks whether a master key of the ring opens each data key.
    fn read(&mut self, rows: &str, ring: &Ring) -> Result<(), BackupError> {
        let Some((master, wrapped)) = self.places else { return Ok(()) };
        let rows: Vec<Vec<serde_json::Value>> =
            serde_json::from_str(rows).map_err(|_| BackupError::Unreadable("keys"))?;
        // one that was destroyed is wrapped by nothing
        for row in rows.iter().filter(|row| row.get(wrapped).is_some_and(|wrapped| !wrapped.is_null())) {
            let master = row.get(master).and_then(serde_json::Value::as_str);
            let master = master.ok_or(BackupError::Unreadable("a key"))?;
            if self.missing.is_none() && ring.find(master).is_none() {
                self.missing = Some(master.to_owned());
            }
        }
        Ok(())
    }
}

/// A backup that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Of which moment it is.
    pub made_at: Moment,
    /// The migrations of its schema.
    pub migrations: Vec<String>,
    /// The files that go along.
    pub beside: Vec<Beside>,
    /// What it holds.
    pub summary: Summary,
}
