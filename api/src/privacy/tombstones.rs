//! Tombstones outside the database, in a file beside the anchors of the journal: a backup that is restored cannot bring back
//! what they name without anybody noticing.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use naast_domain::Moment;
use naast_persistence::privacy::tombstones::{Fingerprint, Kind, Tombstone, all};
use serde::{Deserialize, Serialize};

use crate::platform::Platform;

/// Where the tombstones of an installation stand, unless it is a demo beside another.
pub fn file_in(data: &Path) -> PathBuf {
    data.join("tombstones.jsonl")
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    kind: String,
    fingerprint: String,
    laid_at: Moment,
}

/// Why tombstones cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TombstoneError {
    /// The file cannot be read or written.
    #[error("tombstones: {0}")]
    File(#[from] std::io::Error),
    /// The database cannot be read.
    #[error(transparent)]
    Storage(#[from] naast_persistence::Error),
    /// A line is no tombstone.
    #[error("tombstones: line {0} is no tombstone")]
    Line(usize),
}

/// Reads a file; one that is not there has none. A line that a power cut left unfinished counts as not written.
pub fn read(path: &Path) -> Result<Vec<Tombstone>, TombstoneError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(fault) => return Err(fault.into()),
    };
    read_all(&bytes)
}

/// Reads what a file of tombstones holds.
pub fn read_all(bytes: &[u8]) -> Result<Vec<Tombstone>, TombstoneError> {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    bytes[..whole]
        .split_inclusive(|byte| *byte == b'\n')
        .enumerate()
        .map(|(place, line)| parse(line).ok_or(TombstoneError::Line(place + 1)))
        .collect()
}

fn parse(line: &[u8]) -> Option<Tombstone> {
    let line: Line = serde_json::from_slice(line).ok()?;
    let fingerprint: Fingerprint = STANDARD.decode(&line.fingerprint).ok()?.try_into().ok()?;
    Some(Tombstone { kind: Kind::of_word(&line.kind)?, fingerprint, laid_at: line.laid_at })
}

/// Appends what the file does not have. What is written is on the disk when this returns.
pub fn append(path: &Path, stones: &[Tombstone]) -> Result<usize, TombstoneError> {
    let mut file = opened(path)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let known: HashSet<Fingerprint> = read_all(&bytes)?.iter().map(|stone| stone.fingerprint).collect();
    let missing = stones.iter().filter(|stone| !known.contains(&stone.fingerprint));
    Ok(write(file, whole_lines(&bytes), missing)?.0)
}

/// A file of tombstones that grows with each commit that lays some. What it holds is read once, and again when somebody else wrote
/// to it.
pub struct Outside {
    path: PathBuf,
    known: Mutex<Known>,
    /// How many could not be written yet.
    waiting: AtomicUsize,
}

#[derive(Default)]
struct Known {
    stones: HashSet<Fingerprint>,
    /// How many bytes of whole lines those are; none before it was read.
    whole: Option<u64>,
    /// What could not be written yet.
    left: Vec<Tombstone>,
}

impl Outside {
    /// The tombstones of this file.
    pub fn at(path: PathBuf) -> Self {
        Self { path, known: Mutex::default(), waiting: AtomicUsize::new(0) }
    }

    /// Writes what was just laid. What cannot be written now is kept for [`Self::again`], and for the next round or start, for the database
    /// has it: the change is made, and whoever asked for it is not told otherwise (ADR 73).
    pub fn put(&self, laid: &[Tombstone]) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stones = std::mem::take(&mut known.left);
        stones.extend_from_slice(laid);
        if let Err(fault) = self.try_put(&mut known, &stones) {
            log::error!("{} tombstones are not outside the database yet: {fault}", stones.len());
            known.left = stones;
        }
        self.waiting.store(known.left.len(), Ordering::Relaxed);
    }

    /// How many could not be written yet.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Tries again what could not be written.
    pub fn again(&self) {
        if self.waiting() > 0 {
            self.put(&[]);
        }
    }

    fn try_put(&self, known: &mut Known, laid: &[Tombstone]) -> Result<(), TombstoneError> {
        let mut file = opened(&self.path)?;
        if known.whole != Some(file.metadata()?.len()) {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            known.stones = read_all(&bytes)?.iter().map(|stone| stone.fingerprint).collect();
            known.whole = Some(whole_lines(&bytes));
        }
        // read again if anything goes wrong from here on
        let whole = known.whole.take().unwrap_or(0);
        let missing: Vec<Tombstone> =
            laid.iter().filter(|stone| known.stones.insert(stone.fingerprint)).copied().collect();
        known.whole = Some(write(file, whole, missing.iter())?.1);
        Ok(())
    }
}

/// The file, made when it is not there, for this process alone until it is closed: an erasure by a call and a round of another
/// process write to it too, and what one cuts off as an unfinished line may be what the other is writing.
fn opened(path: &Path) -> std::io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    file.lock()?;
    Ok(file)
}

/// How many of these bytes are whole lines.
fn whole_lines(bytes: &[u8]) -> u64 {
    bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place as u64 + 1)
}

/// Writes stones behind the whole lines of a file. Gives back how many, and how many bytes of whole lines there are now.
fn write<'a>(
    mut file: File,
    whole: u64,
    stones: impl Iterator<Item = &'a Tombstone>,
) -> Result<(usize, u64), TombstoneError> {
    let mut lines = String::new();
    let mut count = 0;
    for stone in stones {
        let line = Line {
            kind: stone.kind.word().to_owned(),
            fingerprint: STANDARD.encode(stone.fingerprint),
            laid_at: stone.laid_at,
        };
        lines.push_str(&serde_json::to_string(&line).expect("a tombstone is plain text"));
        lines.push('\n');
        count += 1;
    }
    if count > 0 {
        file.set_len(whole)?;
        file.seek(SeekFrom::Start(whole))?;
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
    }
    Ok((count, whole + lines.len() as u64))
}

/// Writes the tombstones of the database beside it.
pub fn write_out(platform: &Platform) -> Result<usize, TombstoneError> {
    append(&platform.tombstones, &platform.store.read(all)?)
}

/// The tombstones of the file that the database does not know: it is older than they are.
pub fn unknown(platform: &Platform) -> Result<Vec<Tombstone>, TombstoneError> {
    // the file first: what stands there is committed before, so what a server erases meanwhile is not taken for unknown
    let mut stones = read(&platform.tombstones)?;
    let known: HashSet<Fingerprint> =
        platform.store.read(all)?.iter().map(|stone| stone.fingerprint).collect();
    stones.retain(|stone| !known.contains(&stone.fingerprint));
    Ok(stones)
}
