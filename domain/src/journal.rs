//! The journal: what is recorded of every change, and how its rows are chained.
//!
//! A row says who did what to which object, in which role and for what purpose, and between which states. It never
//! holds a value that belongs to a person. Rows of one chain follow each other without gaps, and each carries a
//! hash over itself and the one before, so that a row that is altered, taken out, put in or moved shows.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use crate::ids::{PersonId, ProgrammeId};
use crate::{Moment, code_list};

code_list! {
    /// What a change or a reading is for (AVG art. 5 lid 1 b).
    pub enum Purpose {
        Signposting = "signposting": "de weg wijzen naar steun" / "signposting to support",
        Matching = "matching": "een passende buddy vinden" / "finding a fitting buddy",
        Support = "support": "steun door een buddy" / "support by a buddy",
        Volunteers = "volunteers": "werken met vrijwilligers" / "working with volunteers",
        Administration = "administration": "beheer" / "administration",
    }
}

/// One chain of rows: each programme has two, of which one is for the private spaces of its matches, and the platform has
/// one.
///
/// A row takes a number of its chain. Were a private row in the chain of the programme, whoever reads its events would see
/// a number missing each time that parent and buddy write to each other. So it goes into a chain that is read by nobody
/// over the API, and whose key cannot be the id of a programme: its version is 8 (RFC 9562), and ids are drawn with 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chain(uuid::Uuid);

impl Chain {
    /// The chain of what belongs to no programme.
    pub const PLATFORM: Self = Self(uuid::Uuid::nil());

    /// The chain with this key.
    pub const fn from_uuid(key: uuid::Uuid) -> Self {
        Self(key)
    }

    /// The key of the chain.
    pub const fn uuid(self) -> uuid::Uuid {
        self.0
    }

    /// The chain of the private spaces of a programme's matches.
    pub fn private_of(programme: ProgrammeId) -> Self {
        let digest = Sha256::new().chain_update(b"naast.journal.private").chain_update(programme.uuid());
        let mut key = [0; 16];
        key.copy_from_slice(&digest.finalize()[..16]);
        Self(uuid::Builder::from_custom_bytes(key).into_uuid())
    }

    /// Whether this is a chain of private spaces, of which nothing is told to anybody.
    pub fn is_private(self) -> bool {
        self.0.get_version_num() == 8
    }

    /// The programme whose chain this is; `None` for the chain of the platform and for one of private spaces.
    pub fn programme(self) -> Option<ProgrammeId> {
        (self != Self::PLATFORM && !self.is_private()).then(|| self.0.into())
    }
}

impl From<ProgrammeId> for Chain {
    fn from(programme: ProgrammeId) -> Self {
        Self(programme.uuid())
    }
}

/// What one row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The chain that the row belongs to.
    pub chain: Chain,
    /// When.
    pub at: Moment,
    /// Who; nobody when the system itself acted or the caller stayed unknown.
    pub actor: Option<PersonId>,
    /// In which role, as a code.
    pub role: &'static str,
    /// For what.
    pub purpose: Purpose,
    /// What was done, such as `request.withdrawn`.
    pub action: &'static str,
    /// What kind of thing it was done to.
    pub object_kind: &'static str,
    /// Which one.
    pub object_id: String,
    /// The state before, where the thing has states; for a fact of the directory what stood there.
    pub before: Option<Cow<'static, str>>,
    /// The state after; for a fact of the directory what stands there.
    pub after: Option<Cow<'static, str>>,
}

/// The hash of one row.
pub type Hash = [u8; 32];

/// What the first row of a chain follows.
pub const GENESIS: Hash = [0; 32];

/// The digest of what a row says, without its place in the chain. Every field is preceded by its length, so that no
/// two different rows read the same.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    /// The chain's key.
    pub chain: Chain,
    /// The moment.
    pub at: Moment,
    /// The actor.
    pub actor: Option<uuid::Uuid>,
    /// Role, purpose, action, kind of object, id of object.
    pub words: [&'a str; 5],
    /// State before and after.
    pub states: [Option<&'a str>; 2],
}

impl Fields<'_> {
    /// The digest.
    pub fn digest(&self) -> Hash {
        let mut hasher = Sha256::new();
        let mut put = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        put(b"naast.journal.v1");
        put(self.chain.0.as_bytes());
        put(&self.at.timestamp_micros().to_be_bytes());
        put(self.actor.map(uuid::Uuid::into_bytes).as_ref().map_or(&[], <[u8; 16]>::as_slice));
        for word in self.words {
            put(word.as_bytes());
        }
        for state in self.states {
            put(&[u8::from(state.is_some())]);
            put(state.unwrap_or_default().as_bytes());
        }
        hasher.finalize().into()
    }
}

/// The hash of the row at this place: over the row before, the place and the row's own digest.
pub fn link(previous: &Hash, seq: i64, digest: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update(seq.to_be_bytes());
    hasher.update(digest);
    hasher.finalize().into()
}

impl Entry {
    /// The digest of this entry.
    pub fn digest(&self) -> Hash {
        Fields {
            chain: self.chain,
            at: self.at,
            actor: self.actor.map(PersonId::uuid),
            words: [
                self.role,
                crate::code::Code::code(self.purpose),
                self.action,
                self.object_kind,
                &self.object_id,
            ],
            states: [self.before.as_deref(), self.after.as_deref()],
        }
        .digest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            chain: Chain::PLATFORM,
            at: Moment::UNIX_EPOCH,
            actor: None,
            role: "parent",
            purpose: Purpose::Matching,
            action: "request.withdrawn",
            object_kind: "request",
            object_id: "1".to_owned(),
            before: Some("submitted".into()),
            after: Some("withdrawn".into()),
        }
    }

    #[test]
    fn the_private_chain_of_a_programme_is_nobodys_programme() {
        for number in 0..1000_u128 {
            let programme =
                ProgrammeId::from_uuid(uuid::Builder::from_random_bytes(number.to_be_bytes()).into_uuid());
            let private = Chain::private_of(programme);
            assert!(private.is_private());
            assert_eq!(private.programme(), None);
            assert!(!Chain::from(programme).is_private());
            assert_eq!(Chain::from(programme).programme(), Some(programme));
        }
        assert!(!Chain::PLATFORM.is_private());
    }

    #[test]
    fn a_letter_that_moves_from_one_field_to_the_next_changes_the_digest() {
        let moved = Entry { role: "paren", action: "trequest.withdrawn", ..entry() };
        assert_ne!(entry().digest(), moved.digest());
    }

    #[test]
    fn an_absent_state_is_not_an_empty_one() {
        assert_ne!(
            Entry { before: None, ..entry() }.digest(),
            Entry { before: Some("".into()), ..entry() }.digest()
        );
    }

    #[test]
    fn the_place_in_the_chain_is_part_of_the_hash() {
        let digest = entry().digest();
        assert_ne!(link(&GENESIS, 1, &digest), link(&GENESIS, 2, &digest));
        assert_ne!(link(&GENESIS, 2, &digest), link(&[1; 32], 2, &digest));
    }
}
