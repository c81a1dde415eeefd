//! Tombstones outside the database, in a file beside the anchors of the journal: a backup that is restored cannot bring back
//! what they name without anybody noticing.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use naast_domain::Moment;
use naast_persistence::privacy::tombstones::{Fingerprint, Kind, Tombstone, all};
use serde::{Deserialize, Serialize};

use crate::platform::Platform;

/// Where the tombstones of an installation stand.
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
    write(file, whole_lines(&bytes), missing)
}

/// Appends what was just laid, without reading what is there: for a round, which lays some at a time.
pub fn append_laid(path: &Path, stones: &[Tombstone]) -> Result<usize, TombstoneError> {
    if stones.is_empty() {
        return Ok(0);
    }
    let mut file = opened(path)?;
    // no line is this long: the end of the last whole one is in what is read
    let length = file.metadata()?.len();
    let from = length.saturating_sub(4096);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    write(file, from + whole_lines(&bytes), stones.iter())
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

/// Writes stones behind the whole lines of a file.
fn write<'a>(
    mut file: File,
    whole: u64,
    stones: impl Iterator<Item = &'a Tombstone>,
) -> Result<usize, TombstoneError> {
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
    Ok(count)
}

/// Writes the tombstones of the database beside it.
pub fn write_out(platform: &Platform) -> Result<usize, TombstoneError> {
    append(&file_in(&platform.data), &platform.store.read(all)?)
}

/// The tombstones of the file that the database does not know: it is older than they are.
pub fn unknown(platform: &Platform) -> Result<Vec<Tombstone>, TombstoneError> {
    let known: HashSet<Fingerprint> =
        platform.store.read(all)?.iter().map(|stone| stone.fingerprint).collect();
    let mut stones = read(&file_in(&platform.data))?;
    stones.retain(|stone| !known.contains(&stone.fingerprint));
    Ok(stones)
}
