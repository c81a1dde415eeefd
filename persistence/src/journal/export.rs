//! The journal written out, row by row as it lies there: for a verifier that shares no code with this program.

use naast_domain::Moment;
use naast_domain::journal::Chain;
use uuid::Uuid;

use super::{BATCH, Row, chains_of, next_seq, rows_after, stored_heads};
use crate::Error;
use crate::database::Database;

/// One line of what is written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A row, whatever it says.
    Row(Box<Written>),
    /// A row that holds what no row of ours can hold.
    Unreadable {
        /// The key of the chain.
        chain: Uuid,
        /// Its number.
        seq: i64,
    },
    /// Rows under a spelling of a chain that no program of ours writes.
    Misspelt {
        /// The key that was meant, or that of the platform's chain when none can be read from it.
        chain: Uuid,
    },
    /// What the head of a chain says of its last row.
    Head {
        /// The key of the chain.
        chain: Uuid,
        /// The number of the last row.
        seq: i64,
        /// The hash of the last row.
        hash: Vec<u8>,
    },
}

/// A row as it lies there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The key of the chain.
    pub chain: Uuid,
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// Who.
    pub actor: Option<Uuid>,
    /// Role, purpose, action, kind of object, id of object.
    pub words: [String; 5],
    /// State before and after.
    pub states: [Option<String>; 2],
    /// Its hash.
    pub hash: Vec<u8>,
}

impl Written {
    fn of(chain: Chain, row: Row) -> Self {
        Self {
            chain: chain.uuid(),
            seq: row.seq,
            at: row.at.0,
            actor: row.actor.map(|key| key.0),
            words: [row.role, row.purpose, row.action, row.object_kind, row.object_id],
            states: [row.state_before, row.state_after],
            hash: row.hash,
        }
    }
}

/// Writes every row of every chain, each chain in its order, and after it its head, for as long as `out` takes them. Others
/// may write meanwhile. It judges nothing: what is damaged is written as it is.
///
/// # Errors
/// [`Error`] when the database cannot be read.
pub fn export(database: &mut Database<'_>, mut out: impl FnMut(Line) -> bool) -> Result<(), Error> {
    database.snapshot(|database| lines(database, &mut out))
}

fn lines(database: &mut Database<'_>, out: &mut dyn FnMut(Line) -> bool) -> Result<(), Error> {
    let (mut chains, misspelt) = chains_of(database)?;
    let heads = stored_heads(database)?;
    chains.sort_unstable();
    chains.dedup();
    for name in misspelt {
        let chain = Uuid::parse_str(&name).unwrap_or(Uuid::nil());
        if !out(Line::Misspelt { chain }) {
            return Ok(());
        }
    }
    for key in chains {
        let chain = Chain::from_uuid(key.0);
        let mut last = i64::MIN;
        while let Some(seq) = next_seq(database, chain, last)? {
            let batch =
                rows_after(database, chain, last, BATCH).or_else(|_| rows_after(database, chain, last, 1));
            let batch = match batch {
                Ok(rows) => {
                    rows.into_iter().map(|row| Line::Row(Box::new(Written::of(chain, row)))).collect()
                }
                Err(_) => vec![Line::Unreadable { chain: key.0, seq }],
            };
            for line in batch {
                last = match &line {
                    Line::Row(row) => row.seq,
                    _ => seq,
                };
                if !out(line) {
                    return Ok(());
                }
            }
        }
        for (_, seq, hash) in heads.iter().filter(|(of, ..)| *of == key) {
            if !out(Line::Head { chain: key.0, seq: *seq, hash: hash.clone() }) {
                return Ok(());
            }
        }
    }
    Ok(())
}
