//! The journal's rows: appended in the transaction of the change they record, and verified.

mod export;

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Binary, Nullable, Text};
use naast_domain::journal::{Chain, Fields, GENESIS, Hash, link};

pub use export::{Line, Written, export};
pub use naast_domain::journal::Entry;

use crate::columns::{At, Id, Key, Moment};
use crate::database::Database;
use crate::schema::{journal, journal_heads};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// One statement on PostgreSQL: it takes the lock of the chain's head, numbers the row and chains it.
const APPEND: &str = "WITH head AS ( \
     INSERT INTO journal_heads AS h (chain, seq, hash) VALUES ($1, 1, sha256($2 || int8send(1) || $3)) \
     ON CONFLICT (chain) DO UPDATE SET seq = h.seq + 1, hash = sha256(h.hash || int8send(h.seq + 1) || $3) \
     RETURNING seq, hash) \
     INSERT INTO journal (chain, seq, at, actor, role, purpose, action, object_kind, object_id, state_before, \
     state_after, hash) \
     SELECT $1, head.seq, $4, $5, $6, $7, $8, $9, $10, $11, $12, head.hash FROM head";

/// Appends one row to its chain.
pub(crate) fn append(tx: &mut Transaction<'_, '_>, entry: &Entry) -> Result<(), Error> {
    let digest = entry.digest();
    let chain = Key(entry.chain.uuid());
    let actor = entry.actor.map(Key::from);
    let purpose = naast_domain::code::Code::code(entry.purpose);
    match &mut **tx {
        Database::Postgres(connection) => {
            diesel::sql_query(APPEND)
                .bind::<Id, _>(chain)
                .bind::<Binary, _>(&GENESIS[..])
                .bind::<Binary, _>(&digest[..])
                .bind::<Moment, _>(At(entry.at))
                .bind::<Nullable<Id>, _>(actor)
                .bind::<Text, _>(entry.role)
                .bind::<Text, _>(purpose)
                .bind::<Text, _>(entry.action)
                .bind::<Text, _>(entry.object_kind)
                .bind::<Text, _>(&entry.object_id)
                .bind::<Nullable<Text>, _>(entry.before.as_deref())
                .bind::<Nullable<Text>, _>(entry.after.as_deref())
                .execute(&mut **connection)?;
        }
        // SQLite has no sha256; its one writer holds the lock already, and a statement costs no round trip
        Database::Sqlite(connection) => {
            let head = journal_heads::table
                .find(chain)
                .select((journal_heads::seq, journal_heads::hash))
                .first::<(i64, Vec<u8>)>(&mut **connection)
                .optional()?;
            let (seq, previous) = match head {
                Some((seq, hash)) => (seq + 1, hash_of(&hash)?),
                None => (1, GENESIS),
            };
            let hash = link(&previous, seq, &digest);
            diesel::replace_into(journal_heads::table)
                .values((
                    journal_heads::chain.eq(chain),
                    journal_heads::seq.eq(seq),
                    journal_heads::hash.eq(&hash[..]),
                ))
                .execute(&mut **connection)?;
            diesel::insert_into(journal::table)
                .values((
                    journal::chain.eq(chain),
                    journal::seq.eq(seq),
                    journal::at.eq(At(entry.at)),
                    journal::actor.eq(actor),
                    journal::role.eq(entry.role),
                    journal::purpose.eq(purpose),
                    journal::action.eq(entry.action),
                    journal::object_kind.eq(entry.object_kind),
                    journal::object_id.eq(&entry.object_id),
                    journal::state_before.eq(entry.before.as_deref()),
                    journal::state_after.eq(entry.after.as_deref()),
                    journal::hash.eq(&hash[..]),
                ))
                .execute(&mut **connection)?;
        }
    }
    Ok(())
}

fn hash_of(bytes: &[u8]) -> Result<Hash, Error> {
    bytes.try_into().map_err(|_| Error::Corrupt { table: "journal", column: "hash" })
}

#[derive(Queryable)]
struct Row {
    seq: i64,
    at: At,
    actor: Option<Key>,
    role: String,
    purpose: String,
    action: String,
    object_kind: String,
    object_id: String,
    state_before: Option<String>,
    state_after: Option<String>,
    hash: Vec<u8>,
}

impl Row {
    fn digest(&self, chain: Chain) -> Hash {
        Fields {
            chain,
            at: self.at.0,
            actor: self.actor.map(|key| key.0),
            words: [&self.role, &self.purpose, &self.action, &self.object_kind, &self.object_id],
            states: [self.state_before.as_deref(), self.state_after.as_deref()],
        }
        .digest()
    }
}

/// The last row of a chain at some moment: what an anchor outside the database attests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The chain.
    pub chain: Chain,
    /// The number of its last row.
    pub seq: i64,
    /// The hash of its last row.
    pub hash: Hash,
}

/// What a verification found wrong: where, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The chain.
    pub chain: Chain,
    /// The number of the first row that does not fit.
    pub seq: i64,
    /// What does not fit.
    pub kind: DamageKind,
}

/// Kinds of damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DamageKind {
    /// A number is missing or double: rows were taken out or put in.
    Gap,
    /// The row's hash does not follow from the row and the one before: it was altered or moved.
    Altered,
    /// The head of the chain says another last row: rows at the end were taken out or put in.
    HeadDiffers,
    /// An anchor outside the database attests another row here: the chain was cut short or written anew.
    AnchorDiffers,
}

/// What a verification saw.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// How many rows were read.
    pub rows: u64,
    /// How many chains.
    pub chains: usize,
    /// How many rows came after the last anchor of their chain: what could be cut off without a trace.
    pub after_anchors: u64,
    /// What is wrong; empty when everything fits.
    pub damages: Vec<Damage>,
}

/// A head as it lies in its table, where a verification may find anything.
type StoredHead = (Key, i64, Vec<u8>);

fn stored_heads(database: &mut Database<'_>) -> Result<Vec<StoredHead>, Error> {
    Ok(on_either!(database, |c| journal_heads::table.order(journal_heads::chain).load(c))?)
}

/// The heads of all chains.
pub fn heads(database: &mut Database<'_>) -> Result<Vec<Head>, Error> {
    stored_heads(database)?
        .into_iter()
        .map(|(chain, seq, hash)| Ok(Head { chain: Chain::from_uuid(chain.0), seq, hash: hash_of(&hash)? }))
        .collect()
}

/// How many rows are read at a time.
const BATCH: i64 = 10_000;

/// Reads every row of every chain and compares it with its hash, its head and the anchors. Others may write meanwhile.
pub fn verify(
    database: &mut Database<'_>,
    anchors: &[Head],
    mut progress: impl FnMut(u64),
) -> Result<Verification, Error> {
    database.snapshot(|database| verify_still(database, anchors, &mut progress))
}

fn verify_still(
    database: &mut Database<'_>,
    anchors: &[Head],
    progress: &mut dyn FnMut(u64),
) -> Result<Verification, Error> {
    let (mut chains, misspelt) = chains_of(database)?;
    let heads: Vec<StoredHead> = on_either!(&mut *database, |c| journal_heads::table
        .filter(journal_heads::chain.eq_any(&chains))
        .order(journal_heads::chain)
        .load(c))?;
    chains.extend(heads.iter().map(|(chain, ..)| *chain));
    chains.extend(anchors.iter().map(|anchor| Key(anchor.chain.uuid())));
    chains.sort_unstable();
    chains.dedup();

    let mut seen = Verification { chains: chains.len(), ..Verification::default() };
    // SQLite takes any text for the name of a chain; a row under another spelling of it is nobody's but a forger's
    seen.damages.extend(misspelt.into_iter().map(|name| Damage {
        chain: uuid::Uuid::parse_str(&name).map_or(Chain::PLATFORM, Chain::from_uuid),
        seq: 0,
        kind: DamageKind::Gap,
    }));
    for key in chains {
        let chain = Chain::from_uuid(key.0);
        let of_chain = anchors.iter().filter(|anchor| anchor.chain == chain);
        let mut anchors: BTreeMap<i64, Vec<&Hash>> = BTreeMap::new();
        for anchor in of_chain {
            anchors.entry(anchor.seq).or_default().push(&anchor.hash);
        }
        let head = heads.iter().find(|(chain, ..)| *chain == key);
        verify_chain(database, chain, head, &anchors, &mut seen)?;
        progress(seen.rows);
    }
    Ok(seen)
}

fn rows_after(database: &mut Database<'_>, chain: Chain, last: i64, limit: i64) -> Result<Vec<Row>, Error> {
    Ok(on_either!(database, |c| journal::table
        .filter(journal::chain.eq(Key(chain.uuid())).and(journal::seq.gt(last)))
        .order(journal::seq)
        .limit(limit)
        .select((
            journal::seq,
            journal::at,
            journal::actor,
            journal::role,
            journal::purpose,
            journal::action,
            journal::object_kind,
            journal::object_id,
            journal::state_before,
            journal::state_after,
            journal::hash,
        ))
        .load(c))?)
}

fn next_seq(database: &mut Database<'_>, chain: Chain, last: i64) -> Result<Option<i64>, Error> {
    Ok(on_either!(database, |c| journal::table
        .filter(journal::chain.eq(Key(chain.uuid())).and(journal::seq.gt(last)))
        .order(journal::seq)
        .select(journal::seq)
        .first(c)
        .optional())?)
}

/// The chains that there are, and on SQLite the names of chains that are spelt as no program of ours spells them.
fn chains_of(database: &mut Database<'_>) -> Result<(Vec<Key>, Vec<String>), Error> {
    #[derive(diesel::QueryableByName)]
    struct Named {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }

    let Database::Sqlite(connection) = database else {
        let mut keys: Vec<Key> =
            on_either!(&mut *database, |c| journal::table.select(journal::chain).distinct().load(c))?;
        keys.extend(on_either!(database, |c| journal_heads::table
            .select(journal_heads::chain)
            .load::<Key>(c))?);
        return Ok((keys, Vec::new()));
    };
    let question = "SELECT DISTINCT CAST(chain AS TEXT) AS name FROM journal UNION SELECT CAST(chain AS TEXT) FROM journal_heads";
    let names: Vec<Named> = diesel::sql_query(question).load(*connection)?;
    let (mut keys, mut misspelt) = (Vec::new(), Vec::new());
    for Named { name } in names {
        match uuid::Uuid::parse_str(&name) {
            Ok(id) if id.hyphenated().to_string() == name => keys.push(Key(id)),
            _ => misspelt.push(name),
        }
    }
    Ok((keys, misspelt))
}

fn verify_chain(
    database: &mut Database<'_>,
    chain: Chain,
    head: Option<&StoredHead>,
    anchors: &BTreeMap<i64, Vec<&Hash>>,
    seen: &mut Verification,
) -> Result<(), Error> {
    let (mut last, mut previous) = (0_i64, GENESIS);
    let mut read = i64::MIN;
    loop {
        let rows = match rows_after(database, chain, read, BATCH) {
            Ok(rows) => rows,
            // one of them holds what no row of ours can hold: the rest is read one by one, up to that one
            Err(fault) => {
                let Ok(rows) = rows_after(database, chain, read, 1) else {
                    let seq = next_seq(database, chain, read)?.ok_or(fault)?;
                    seen.damages.push(Damage { chain, seq, kind: DamageKind::Altered });
                    return Ok(());
                };
                rows
            }
        };
        if rows.is_empty() {
            break;
        }
        for row in rows {
            seen.rows += 1;
            let kind = if row.seq != last + 1 {
                Some(DamageKind::Gap)
            } else if link(&previous, row.seq, &row.digest(chain))[..] != row.hash[..] {
                Some(DamageKind::Altered)
            } else if anchors
                .get(&row.seq)
                .is_some_and(|hashes| hashes.iter().any(|hash| hash[..] != row.hash[..]))
            {
                Some(DamageKind::AnchorDiffers)
            } else {
                None
            };
            if let Some(kind) = kind {
                // what follows the first damage of a chain cannot be judged
                seen.damages.push(Damage { chain, seq: row.seq, kind });
                return Ok(());
            }
            last = row.seq;
            read = row.seq;
            previous = hash_of(&row.hash)?;
        }
    }
    let attested = anchors.last_key_value().map_or(0, |(seq, _)| *seq);
    seen.after_anchors += u64::try_from(last - attested).unwrap_or(0);
    let head_fits = match head {
        Some((_, seq, hash)) => *seq == last && hash[..] == previous[..],
        // no head and no row: only an anchor can know of this chain
        None => last == 0,
    };
    if !head_fits {
        seen.damages.push(Damage { chain, seq: last, kind: DamageKind::HeadDiffers });
    } else if anchors.last_key_value().is_some_and(|(seq, _)| *seq > last) {
        seen.damages.push(Damage { chain, seq: last, kind: DamageKind::AnchorDiffers });
    }
    Ok(())
}
