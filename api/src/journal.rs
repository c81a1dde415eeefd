//! Anchors of the journal: its heads, signed, outside the database. Without one, rows cut off the end, or a chain written
//! anew, could not be told from the truth.

mod export;

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use naast_domain::Moment;
use naast_domain::journal::{Chain, Hash};
use naast_persistence::journal::{Head, heads};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::identity::Identity;
use crate::platform::Platform;

pub use export::line;

/// One head at one moment, with the signature of the installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Anchor {
    chain: Uuid,
    seq: i64,
    hash: String,
    at: Moment,
    signature: String,
}

impl Anchor {
    fn signed_text(chain: Uuid, seq: i64, hash: &Hash, at: Moment) -> Vec<u8> {
        let mut text = b"naast.anchor.v1".to_vec();
        text.extend(chain.as_bytes());
        text.extend(seq.to_be_bytes());
        text.extend(hash);
        text.extend(at.timestamp_micros().to_be_bytes());
        text
    }

    /// The head that this anchor attests, when its signature holds.
    fn head(&self, identity: &Identity) -> Option<Head> {
        let hash: Hash = STANDARD.decode(&self.hash).ok()?.try_into().ok()?;
        let text = Self::signed_text(self.chain, self.seq, &hash, self.at);
        let signature = STANDARD.decode(&self.signature).ok()?;
        identity.attests(&text, &signature, self.at).then_some(Head {
            chain: Chain::from_uuid(self.chain),
            seq: self.seq,
            hash,
        })
    }
}

/// A file of anchors that grows. What it attests is read once, and again when somebody else wrote to it.
#[derive(Debug)]
pub struct Anchors {
    file: PathBuf,
    known: Known,
}

/// What a file of anchors attests.
#[derive(Debug, Default)]
struct Known {
    /// The number of the last anchor of each chain.
    last: HashMap<Uuid, i64>,
    /// How long the file was when that was so.
    length: Option<u64>,
}

impl Anchors {
    /// The anchors in this file, which need not be there yet.
    pub fn at(file: PathBuf) -> Self {
        Self { file, known: Known::default() }
    }

    /// Where they stand.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Writes the heads that have moved since, and says how many those were. What is written is on the disk when this
    /// returns. When nothing moved and nobody else wrote, it costs a look at the heads and at the length of the file. A file
    /// that was carried elsewhere is begun anew, with every head.
    ///
    /// # Errors
    /// [`AnchorError`] when the file holds something else than anchors of this installation, or cannot be written.
    #[expect(clippy::missing_panics_doc, reason = "an anchor is plain text and numbers")]
    pub fn anchor(&mut self, platform: &Platform) -> Result<usize, AnchorError> {
        let mut file = OpenOptions::new().create(true).append(true).open(&self.file)?;
        // a command at the terminal anchors what it wrote while a server runs: one at a time, or one would cut off what the
        // other had just written; the lock goes with the file
        file.lock()?;
        // read only now: who waited for the lock with older heads would sign them after newer ones
        let mut moved: Vec<Head> = platform.store.read(heads)?;
        let at = platform.clock.now();
        if self.known.length != Some(file.metadata()?.len()) {
            self.known = read_last(&self.file, &platform.identity)?;
        }
        moved.retain(|head| self.known.last.get(&head.chain.uuid()) != Some(&head.seq));
        if moved.is_empty() {
            return Ok(0);
        }
        let mut lines = String::new();
        for head in &moved {
            let chain = head.chain.uuid();
            let signature = platform.identity.sign(&Anchor::signed_text(chain, head.seq, &head.hash, at), at);
            let (hash, signature) = (STANDARD.encode(head.hash), STANDARD.encode(signature));
            let anchor = Anchor { chain, seq: head.seq, hash, at, signature };
            lines.push_str(&serde_json::to_string(&anchor).expect("an anchor is plain text and numbers"));
            lines.push('\n');
        }
        // read again if anything goes wrong from here on
        let whole = self.known.length.take().unwrap_or(0);
        // a line that a power cut left unfinished attests nothing; the next begins on a line of its own
        file.set_len(whole)?;
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        self.known.last.extend(moved.iter().map(|head| (head.chain.uuid(), head.seq)));
        self.known.length = Some(whole + lines.len() as u64);
        Ok(moved.len())
    }
}

/// Reads the last anchor of each chain. Only those are held against their signatures: they decide what is written next, and
/// `naast journal verify` looks at the others.
fn read_last(file: &Path, identity: &Identity) -> Result<Known, AnchorError> {
    let bytes = match std::fs::read(file) {
        Err(fault) if fault.kind() == ErrorKind::NotFound => Vec::new(),
        read => read?,
    };
    let whole = whole_lines(&bytes);
    let mut found: HashMap<Uuid, (usize, Anchor)> = HashMap::new();
    for (place, line) in whole.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let anchor: Anchor = serde_json::from_slice(line).map_err(|_| AnchorError::Line(place + 1))?;
        found.insert(anchor.chain, (place, anchor));
    }
    let last = found.into_iter().map(|(chain, (place, anchor))| {
        anchor.head(identity).map(|head| (chain, head.seq)).ok_or(AnchorError::Line(place + 1))
    });
    Ok(Known { last: last.collect::<Result<_, _>>()?, length: Some(whole.len() as u64) })
}

/// The part of a file up to its last line end.
fn whole_lines(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    &bytes[..end]
}

/// Why anchors cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    /// The file cannot be read or written.
    #[error("anchors: {0}")]
    File(#[from] std::io::Error),
    /// The heads cannot be read.
    #[error(transparent)]
    Storage(#[from] naast_persistence::Error),
    /// A line is no anchor, or its signature does not hold.
    #[error("anchors: line {0} is not an anchor of this installation")]
    Line(usize),
}

/// Reads the anchors of a file. Each must bear the installation's own signature, by the key of
/// today or an older one.
pub fn read_anchors(path: &Path, identity: &Identity) -> Result<Vec<Head>, AnchorError> {
    let bytes = std::fs::read(path)?;
    whole_lines(&bytes)
        .split_inclusive(|byte| *byte == b'\n')
        .enumerate()
        .map(|(place, line)| {
            let anchor: Option<Anchor> = serde_json::from_slice(line).ok();
            anchor.and_then(|anchor| anchor.head(identity)).ok_or(AnchorError::Line(place + 1))
        })
        .collect()
}
