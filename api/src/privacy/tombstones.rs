//! Tombstones outside the database, in a file beside the anchors of the journal: a backup that is restored cannot bring back
//! what they name without anybody noticing.

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::Write as _;
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
#[expect(clippy::missing_panics_doc, reason = "a tombstone is plain text")]
pub fn append(path: &Path, stones: &[Tombstone]) -> Result<usize, TombstoneError> {
    let known: HashSet<Fingerprint> = read(path)?.iter().map(|stone| stone.fingerprint).collect();
    let mut lines = String::new();
    let mut count = 0;
    for stone in stones.iter().filter(|stone| !known.contains(&stone.fingerprint)) {
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
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        let bytes = std::fs::read(path)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
        file.set_len(u64::try_from(whole).unwrap_or(u64::MAX))?;
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
