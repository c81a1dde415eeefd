//! Anchors of the journal: its heads, signed, outside the database. Without one, rows cut off the end, or a chain written
//! anew, could not be told from the truth.

mod export;

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

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
        identity.attests(&text, &signature).then_some(Head {
            chain: Chain::from_uuid(self.chain),
            seq: self.seq,
            hash,
        })
    }
}

/// Writes the heads that have moved since the file was written last, and says how many those were. What is written is on
/// the disk when this returns.
///
/// # Errors
/// [`AnchorError`] when the file holds something else than anchors of this installation, or cannot be written.
#[expect(clippy::missing_panics_doc, reason = "an anchor is plain text and numbers")]
pub fn anchor(platform: &Platform, path: &Path) -> Result<usize, AnchorError> {
    let known: HashMap<Uuid, i64> = if path.exists() {
        read_anchors(path, &platform.identity)?.iter().map(|head| (head.chain.uuid(), head.seq)).collect()
    } else {
        HashMap::new()
    };
    let at = platform.clock.now();
    let mut moved: Vec<Head> = platform.store.read(heads)?;
    moved.retain(|head| known.get(&head.chain.uuid()) != Some(&head.seq));
    let mut lines = String::new();
    for head in &moved {
        let chain = head.chain.uuid();
        let signature = platform.identity.sign(&Anchor::signed_text(chain, head.seq, &head.hash, at), at);
        let (hash, signature) = (STANDARD.encode(head.hash), STANDARD.encode(signature));
        let anchor = Anchor { chain, seq: head.seq, hash, at, signature };
        lines.push_str(&serde_json::to_string(&anchor).expect("an anchor is plain text and numbers"));
        lines.push('\n');
    }
    if !moved.is_empty() {
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        // a line that a power cut left unfinished attests nothing; the next begins on a line of its own
        file.set_len(u64::try_from(whole_lines(&std::fs::read(path)?).len()).unwrap_or(u64::MAX))?;
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
    }
    Ok(moved.len())
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
