//! Tombstones: what was erased or withdrawn, as a fingerprint and a moment. They lie in the database and, so that they
//! outlive it, in a file outside. A backup from before knows nothing of them; whoever restores it erases again what they name.

use std::collections::HashSet;
use std::sync::OnceLock;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::ids::{BuddyId, ConsentId, PersonId, ProgrammeId, RequestId};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::erasure::Subject;
use super::export;
use crate::columns::{At, Key};
use crate::database::Database;
use crate::schema::{buddies, consents, people, private_entries, support_requests, tombstones};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// What a tombstone is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A case that was erased.
    Case,
    /// A request that was withdrawn, and whose contact way is gone.
    Withdrawal,
    /// An account that was erased.
    Person,
    /// A buddy's file that was erased.
    Buddy,
    /// A consent that was taken back by itself.
    Consent,
    /// A note or a message that its writer took away.
    PrivateEntry,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::Case, Self::Withdrawal, Self::Person, Self::Buddy, Self::Consent, Self::PrivateEntry];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Withdrawal => "withdrawal",
            Self::Person => "person",
            Self::Buddy => "buddy",
            Self::Consent => "consent",
            Self::PrivateEntry => "private-entry",
        }
    }

    /// The kind that this word is for.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A fingerprint of what is gone.
pub type Fingerprint = [u8; 32];

/// A tombstone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tombstone {
    /// Of what.
    pub kind: Kind,
    /// Its fingerprint. Ids are random: nobody finds one from its fingerprint.
    pub fingerprint: Fingerprint,
    /// When it was laid.
    pub laid_at: Moment,
}

/// The fingerprint of something by its id.
pub(crate) fn fingerprint(kind: &str, id: Uuid) -> Fingerprint {
    let mut hash = Sha256::new();
    for part in [b"naast.tombstone.v1".as_slice(), kind.as_bytes(), id.as_bytes()] {
        hash.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Who writes tombstones outside the database, after each commit that laid some and before its caller is answered.
#[derive(Default)]
pub(crate) struct Outside(OnceLock<Put>);

type Put = Box<dyn Fn(&[Tombstone]) + Send + Sync>;

impl Outside {
    pub(crate) fn by(&self, put: impl Fn(&[Tombstone]) + Send + Sync + 'static) {
        let _ = self.0.set(Box::new(put));
    }

    pub(crate) fn put(&self, laid: &[Tombstone]) {
        if let Some(put) = self.0.get().filter(|_| !laid.is_empty()) {
            put(laid);
        }
    }
}

/// Lays a tombstone for something of a case, a person or a buddy. Whatever an export holds of hers goes with it, and what was answered with one:
/// so whatever is taken back or erased names whose it is.
pub fn lay(
    tx: &mut Transaction<'_, '_>,
    kind: Kind,
    id: Uuid,
    whose: Subject,
    now: Moment,
) -> Result<(), Error> {
    export::outdate(tx, whose, now)?;
    let stone = Tombstone { kind, fingerprint: fingerprint(kind.word(), id), laid_at: now };
    set_up(tx, &[stone])?;
    tx.laid(stone);
    Ok(())
}

/// Keeps tombstones that came from outside.
pub fn set_up(tx: &mut Transaction<'_, '_>, stones: &[Tombstone]) -> Result<(), Error> {
    for stone in stones {
        let row = (
            tombstones::fingerprint.eq(stone.fingerprint.to_vec()),
            tombstones::kind.eq(stone.kind.word()),
            tombstones::laid_at.eq(At(stone.laid_at)),
        );
        on_either!(&mut **tx, |c| diesel::insert_into(tombstones::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    Ok(())
}

/// Every tombstone of the database.
pub fn all(database: &mut Database<'_>) -> Result<Vec<Tombstone>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| tombstones::table
        .order((tombstones::laid_at, tombstones::fingerprint))
        .select((tombstones::fingerprint, tombstones::kind, tombstones::laid_at))
        .load(c))?;
    rows.into_iter().map(read).collect()
}

type Row = (Vec<u8>, String, At);

fn read((fingerprint, kind, laid_at): Row) -> Result<Tombstone, Error> {
    let corrupt = |column| Error::Corrupt { table: "tombstones", column };
    Ok(Tombstone {
        kind: Kind::of_word(&kind).ok_or(corrupt("kind"))?,
        fingerprint: fingerprint.try_into().map_err(|_| corrupt("fingerprint"))?,
        laid_at: laid_at.0,
    })
}

/// What is in the database though a tombstone says that it is gone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Risen {
    /// Cases to erase.
    pub cases: Vec<RequestId>,
    /// Requests to withdraw.
    pub withdrawals: Vec<RequestId>,
    /// Accounts to erase.
    pub people: Vec<PersonId>,
    /// Buddies' files to erase.
    pub buddies: Vec<BuddyId>,
    /// Consents to take back, with their requests.
    pub consents: Vec<(RequestId, ConsentId)>,
    /// Notes and messages to take away, with their programmes.
    pub entries: Vec<(ProgrammeId, Uuid)>,
}

/// Finds what has come back. Reads every id: it is for a restored database, not for a call.
pub fn risen(database: &mut Database<'_>, stones: &[Tombstone]) -> Result<Risen, Error> {
    let known: HashSet<(Kind, Fingerprint)> =
        stones.iter().map(|stone| (stone.kind, stone.fingerprint)).collect();
    let is_gone = |kind: Kind, id: Uuid| known.contains(&(kind, fingerprint(kind.word(), id)));
    let requests: Vec<Key> =
        on_either!(&mut *database, |c| support_requests::table.select(support_requests::id).load(c))?;
    let people: Vec<Key> = on_either!(&mut *database, |c| people::table.select(people::id).load(c))?;
    let buddies: Vec<Key> = on_either!(&mut *database, |c| buddies::table.select(buddies::id).load(c))?;
    let consents: Vec<(Key, Key)> = on_either!(&mut *database, |c| consents::table
        .filter(consents::withdrawn_at.is_null())
        .select((consents::request_id, consents::id))
        .load(c))?;
    let entries: Vec<(Key, Key)> = on_either!(database, |c| private_entries::table
        .select((private_entries::programme_id, private_entries::id))
        .load(c))?;
    let of = |keys: &[Key], kind| -> Vec<Uuid> {
        keys.iter().map(|key| key.0).filter(|id| is_gone(kind, *id)).collect()
    };
    Ok(Risen {
        cases: of(&requests, Kind::Case).into_iter().map(Into::into).collect(),
        withdrawals: of(&requests, Kind::Withdrawal).into_iter().map(Into::into).collect(),
        people: of(&people, Kind::Person).into_iter().map(Into::into).collect(),
        buddies: of(&buddies, Kind::Buddy).into_iter().map(Into::into).collect(),
        consents: consents
            .into_iter()
            .filter(|(_, id)| is_gone(Kind::Consent, id.0))
            .map(|(request, id)| (request.into(), id.into()))
            .collect(),
        entries: entries
            .into_iter()
            .filter(|(_, id)| is_gone(Kind::PrivateEntry, id.0))
            .map(|(programme, id)| (programme.into(), id.0))
            .collect(),
    })
}
