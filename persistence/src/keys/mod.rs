//! Encryption at rest. Names, contact ways, free text and secrets are sealed before they reach a column ([`Sealed`]), each
//! under the data key of whom or what it belongs to ([`Owner`]); the data keys lie in the database, wrapped by a master key
//! that does not ([`Ring`]). Destroying a data key makes everything that it sealed unreadable at once, in every copy of the
//! row, wherever that is.

mod columns;
mod data_keys;
mod envelope;
mod index;
mod masters;
mod ring;
mod work;

pub(crate) use data_keys::{destroy, discard, forget};

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use naast_domain::Moment;
use naast_domain::ids::{ExportId, PersonId, RequestId};
use uuid::Uuid;

use crate::database::Database;
use crate::transaction::Transaction;
use crate::{Error, OpenError, locks};

use index::Index;
use masters::Masters;

pub use envelope::Place;
pub(crate) use envelope::Secret;
pub use ring::{Master, Ring, RingError};
pub use work::{Checked, Damaged, Retirable, Rotated};

/// A value as it is kept, an envelope in base64: nobody reads it without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed(pub(crate) String);

impl Sealed {
    fn of(envelope: &[u8]) -> Self {
        Self(STANDARD_NO_PAD.encode(envelope))
    }

    fn envelope(&self) -> Result<Vec<u8>, envelope::Damaged> {
        STANDARD_NO_PAD.decode(&self.0).map_err(|_| envelope::Damaged)
    }

    /// What a column holds.
    pub fn from_column(value: String) -> Self {
        Self(value)
    }

    /// The column as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whose a data key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A person: her name, her sign-in address.
    Person(PersonId),
    /// A request: how to reach the parent.
    Case(RequestId),
    /// What parent and buddy write to each other in a case.
    Private(RequestId),
    /// The installation: secrets that belong to no person. The index key is the installation's too, apart from these.
    System,
    /// An export: destroyed with it, in every copy.
    Export(ExportId),
}

impl Owner {
    fn parts(self) -> (&'static str, Uuid) {
        match self {
            Self::Person(id) => ("person", id.uuid()),
            Self::Case(id) => ("case", id.uuid()),
            Self::Private(id) => ("private", id.uuid()),
            Self::System => ("system", Uuid::nil()),
            Self::Export(id) => ("system", id.uuid()),
        }
    }
}

/// The keys of a running program. Which master key wraps a new data key the database says, each time that one is made:
/// a process that was started before a rotation wraps with the new one from then on.
#[derive(Debug, Clone)]
pub struct Keys {
    masters: Arc<Masters>,
    active: String,
    index: Index,
}

impl Keys {
    /// The keys of this database. One that has none yet is bound to the last master key of the ring, and what it holds is
    /// sealed. One that is bound already must be bound to a key of the ring, and the ring must hold every key that still
    /// wraps anything; otherwise this refuses and nothing is written. A key that was added to the ring and is not bound yet
    /// waits for [`Self::rotate`].
    pub fn bound(ring: Ring, store: &crate::Store, now: Moment) -> Result<Self, OpenError> {
        Self::bound_to(Arc::new(Masters::of(ring, None)), store, now)
    }

    fn bound_to(masters: Arc<Masters>, store: &crate::Store, now: Moment) -> Result<Self, OpenError> {
        let known = store.read(data_keys::masters)?;
        if known.is_empty() {
            let shared = Arc::clone(&masters);
            let founded = store.write::<_, OpenError>(move |tx| {
                // of several that start on a new database one binds it; the others must hold that very key
                locks::lock_founding(tx)?;
                if !data_keys::masters(tx)?.is_empty() {
                    return Ok(crate::Kept::unchanged(None));
                }
                let ring = shared.ring();
                let newest = ring.newest();
                data_keys::bind(tx, newest, now)?;
                let index = Index::made(tx, &shared, &newest.id, true, now)?.ok_or(Error::Lost)?;
                let keys = Self { active: newest.id.clone(), masters: Arc::clone(&shared), index };
                keys.seal_existing(tx, now)?;
                Ok(crate::Kept::unchanged(Some(keys)))
            })?;
            return match founded {
                Some(keys) => {
                    // what was clear a moment ago still stands in the log of the database
                    store.tidy()?;
                    Ok(keys)
                }
                None => Self::proven(masters, &store.read(data_keys::masters)?, store, now),
            };
        }
        Self::proven(masters, &known, store, now)
    }

    fn proven(
        masters: Arc<Masters>,
        known: &[data_keys::Bound],
        store: &crate::Store,
        now: Moment,
    ) -> Result<Self, OpenError> {
        let active = data_keys::prove(&masters.ring(), known, &store.read(data_keys::wrapping)?)?;
        let index = Index::of(store, &masters, &active, known, now)?;
        let keys = Self { masters, active, index };
        keys.seal_waiting(store, now)?;
        Ok(keys)
    }

    /// The keys of this database from a file. The file is made for a database that has no keys yet, and only for such a one:
    /// where it is missing beside a database with keys, this refuses.
    pub fn at(path: &std::path::Path, store: &crate::Store, now: Moment) -> Result<Self, OpenError> {
        let is_new = store.read(data_keys::masters)?.is_empty();
        let ring = Ring::open(path, is_new)?;
        Self::bound_to(Arc::new(Masters::of(ring, Some(path))), store, now)
    }

    /// Whether the file holds the keys of a database that has some, asked without writing a byte of either: before a schema
    /// is brought up to date. A database that is not there, or has no keys yet, asks for none.
    pub fn prove_first(path: &std::path::Path, location: &crate::Location) -> Result<(), OpenError> {
        let (known, wrapping) = crate::location::peek(location, |database| {
            let known = data_keys::masters_if_any(database)?;
            let wrapping = if known.is_empty() { Vec::new() } else { data_keys::wrapping(database)? };
            Ok((known, wrapping))
        })?;
        if known.is_empty() {
            return Ok(());
        }
        data_keys::prove(&Ring::open(path, false)?, &known, &wrapping).map(drop)
    }

    /// The master key that wraps a data key which is made now: the one that the database was last bound to. Until the end of
    /// this transaction nobody binds it to another, so a rotation that begins meanwhile finds what is made here.
    ///
    /// # Errors
    /// [`Error::NoMaster`] when neither this process nor its key file has that key.
    fn master_in_use(&self, tx: &mut Transaction<'_, '_>) -> Result<Master, Error> {
        locks::lock_masters(tx)?;
        let id = data_keys::in_use_now(tx)?;
        self.masters.find(&id).ok_or(Error::NoMaster(id))
    }

    /// Seals a text under its owner's key, which is made when there is none.
    pub fn seal(
        &self,
        tx: &mut Transaction<'_, '_>,
        owner: Owner,
        place: Place,
        text: &str,
        now: Moment,
    ) -> Result<Sealed, Error> {
        let (id, secret) = data_keys::of(tx, self, owner, now)?;
        Ok(Sealed::of(&envelope::seal((id, &secret), place, text.as_bytes())))
    }

    /// Opens a sealed text; `None` when its key was destroyed.
    pub fn open(
        &self,
        database: &mut Database<'_>,
        place: Place,
        sealed: &Sealed,
    ) -> Result<Option<String>, Error> {
        Ok(self.open_all(database, &[(place, sealed)])?.pop().flatten())
    }

    /// Opens many, with one query for all of their keys.
    pub fn open_all(
        &self,
        database: &mut Database<'_>,
        sealed: &[(Place, &Sealed)],
    ) -> Result<Vec<Option<String>>, Error> {
        let mut ids = Vec::with_capacity(sealed.len());
        let mut envelopes = Vec::with_capacity(sealed.len());
        for (place, one) in sealed {
            if one.0.is_empty() {
                // erased: no key is asked for, and none would be of use
                ids.push(Uuid::nil());
                envelopes.push((*place, Vec::new()));
                continue;
            }
            let envelope = one.envelope().map_err(|_| damaged(*place))?;
            ids.push(envelope::key_of(&envelope).map_err(|_| damaged(*place))?);
            envelopes.push((*place, envelope));
        }
        let secrets: HashMap<Uuid, envelope::Secret> = data_keys::find(database, &self.masters, &ids)?;
        envelopes
            .iter()
            .zip(ids)
            .map(|((place, envelope), id)| {
                let Some(secret) = secrets.get(&id) else { return Ok(None) };
                let bytes = envelope::open(secret, *place, envelope).map_err(|_| damaged(*place))?;
                String::from_utf8(bytes).map(Some).map_err(|_| damaged(*place))
            })
            .collect()
    }

    /// Destroys the key of an owner: what it sealed cannot be read any more, here or in any copy.
    pub fn destroy(&self, tx: &mut Transaction<'_, '_>, owner: Owner, now: Moment) -> Result<usize, Error> {
        data_keys::destroy(tx, owner, now)
    }

    /// The master key that was in use when this process began: what it writes into a file of its own is sealed under it.
    pub(crate) fn master_at_start(&self) -> Master {
        self.masters.find(&self.active).expect("the key in use was proven to be in the ring")
    }

    /// What an exact value is found by without being readable.
    pub fn blind(&self, kind: &str, value: &str) -> [u8; 16] {
        self.index.blind(kind, value)
    }

    /// The fingerprint of something that others know by its parts: who has the parts and not the keys cannot try which it is of.
    pub(crate) fn fingerprint(&self, kind: &str, known_by: &[&[u8]]) -> [u8; 32] {
        let parts: Vec<&[u8]> = [b"naast.tombstone.v2".as_slice(), kind.as_bytes()]
            .into_iter()
            .chain(known_by.iter().copied())
            .collect();
        self.index.mac(&parts)
    }

    /// The oldest master key of this database, when it was gone from the file at the one start that wrapped the index key of before:
    /// what was found by that master key is not found any more.
    pub fn index_without_the_oldest(&self) -> Option<&str> {
        self.index.without_the_oldest.as_deref()
    }
}

fn damaged(place: Place) -> Error {
    Error::Corrupt { table: place.table, column: place.column }
}
