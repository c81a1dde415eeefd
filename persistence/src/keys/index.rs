//! The index key: exact values (addresses of signing in, names that other issuers use) are found by a fingerprint under it. It
//! is a data key like others, wrapped by the master keys, and the only one that is never replaced: what it made a
//! fingerprint of is kept nowhere, so no fingerprint could be made anew.

use std::sync::Arc;

use diesel::prelude::*;
use hmac::{Hmac, Mac as _};
use naast_domain::Moment;
use sha2::Sha256;
use uuid::Uuid;

use super::data_keys::{self, Bound};
use super::envelope::Secret;
use super::masters::Masters;
use crate::database::Database;
use crate::schema::columns_to_seal;
use crate::transaction::Transaction;
use crate::{Error, OpenError, Store, locks, on_either};

/// Whose the key is, as the table of data keys knows it: the installation's, under an id that no other of its keys has.
pub(super) const OWNER: (&str, Uuid) = ("system", Uuid::from_u128(1));

/// The mark that the migration leaves.
const MARK: (&str, &str) = ("data_keys", "index key");

/// The index key, and from which master key it came when that was not the oldest.
#[derive(Debug, Clone)]
pub(super) struct Index {
    secret: Secret,
    pub(super) without_the_oldest: Option<String>,
}

impl Index {
    /// What an exact value is found by: the same for the same value of the same kind, and of no use without the key.
    pub(super) fn blind(&self, kind: &str, value: &str) -> [u8; 16] {
        *self.mac(&[kind.as_bytes(), value.as_bytes()]).first_chunk().expect("SHA-256 has more than 16 bytes")
    }

    /// The whole fingerprint of several parts, which nobody makes without the key.
    pub(super) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.secret.bytes()).expect("any length is a key of HMAC");
        for part in parts {
            mac.update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    fn found(database: &mut Database<'_>, masters: &Masters) -> Result<Option<Self>, Error> {
        let secret = data_keys::in_use(database, masters, OWNER)?;
        Ok(secret.map(|(_, secret)| Self { secret, without_the_oldest: None }))
    }

    /// The index key of a database that has keys. Where a version of before was at work it is the key by which that one found,
    /// wrapped now. A database that lost it is refused: with another key nobody would find what is there.
    pub(super) fn of(
        store: &Store,
        masters: &Arc<Masters>,
        active: &str,
        known: &[Bound],
        now: Moment,
    ) -> Result<Self, OpenError> {
        if let Some(found) = store.read::<_, Error>(|database| Self::found(database, masters))? {
            return Ok(found);
        }
        let oldest = known.first().map(|bound| bound.id.clone()).filter(|id| masters.find(id).is_none());
        let (masters, active) = (Arc::clone(masters), active.to_owned());
        store.write::<_, OpenError>(move |tx| {
            // of several that start at once one wraps it; the others find it here
            locks::lock_founding(tx)?;
            if let Some(found) = Self::found(tx, &masters)? {
                return Ok(crate::Kept::unchanged(found));
            }
            let found = Self::made(tx, &masters, &active, false, now)?.ok_or(OpenError::IndexKeyLost)?;
            Ok(crate::Kept::bookkeeping(Self { without_the_oldest: oldest.clone(), ..found }))
        })
    }

    /// Makes the key of a database under the lock of its founding: from the key of before where the migration left its mark,
    /// and a fresh one on a database that is new. Nothing, where it must be there already.
    pub(super) fn made(
        tx: &mut Transaction<'_, '_>,
        masters: &Masters,
        active: &str,
        is_new: bool,
        now: Moment,
    ) -> Result<Option<Self>, Error> {
        let mark = diesel::delete(columns_to_seal::table.find(MARK));
        let marked = on_either!(&mut **tx, |c| mark.execute(c))? == 1;
        let secret = match (marked, is_new) {
            (true, _) => masters.ring().index_of_before(),
            (false, true) => Secret::fresh(),
            (false, false) => return Ok(None),
        };
        let master = masters.find(active).expect("the key in use was proven to be in the ring");
        data_keys::insert(tx, &master, OWNER, &secret, now)?;
        Ok(Some(Self { secret, without_the_oldest: None }))
    }

    /// Whether the key in the database is this one.
    pub(super) fn is_kept(&self, database: &mut Database<'_>, masters: &Masters) -> Result<bool, Error> {
        match data_keys::in_use(database, masters, OWNER) {
            Ok(found) => Ok(found.is_some_and(|(_, secret)| secret.bytes() == self.secret.bytes())),
            Err(Error::Corrupt { .. } | Error::NoMaster(_)) => Ok(false),
            Err(fault) => Err(fault),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_and_value_are_told_apart_and_another_key_finds_nothing() {
        let index = || Index { secret: Secret::fresh(), without_the_oldest: None };
        let (one, other) = (index(), index());
        assert_eq!(one.blind("email", "a"), one.clone().blind("email", "a"));
        assert_ne!(one.blind("email", "a"), one.blind("emaila", ""));
        assert_ne!(one.blind("email", "a"), other.blind("email", "a"));
    }
}
