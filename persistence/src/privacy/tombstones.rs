//! Tombstones: what was erased or withdrawn, as a fingerprint and a moment. They lie in the database and, so that they
//! outlive it, in a file outside. A backup from before knows nothing of them; whoever restores it erases again what they name.

mod asked;
mod ends;
mod holds;
mod parts;
mod pupils;
mod risen;
mod talks;

use std::sync::OnceLock;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::code::Code as _;
use naast_domain::ids::MatchId;
use naast_domain::support::ClosureReason;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::erasure::Subject;
use super::export;
use crate::columns::At;
use crate::database::Database;
use crate::schema::tombstones;
use crate::transaction::Transaction;
use crate::{Error, on_either};

pub use asked::AskedSince;
pub(crate) use asked::{lay_of_asking, lay_of_forgetting};
pub use ends::Over;
pub(crate) use ends::lay_of_end;
pub use holds::{HeldSince, hold_again, lay_of_hold};
pub(crate) use parts::{lay_of_contact_way, lay_of_space};
pub(crate) use pupils::lay_word;
pub use risen::{Ended, Risen, SaidByPupil, TakenBack, TakenOut, risen};
pub use talks::{Side, TalkEnded};
pub(crate) use talks::{lay_of_steps, lay_of_talk, lay_of_talks_end};

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
    /// What a note said before its writer put other words in it.
    FormerWords,
    /// A match that ended, with why.
    Match,
    /// A certificate that was taken out.
    Certificate,
    /// A role that ended.
    Membership,
    /// A system that was shut out.
    Client,
    /// The code with which a pupil said something, hidden under the id of its request.
    PupilsCode,
    /// A pupil's no.
    PupilsNo,
    /// A pupil's yes: what she said before with that code is over.
    PupilsYes,
    /// A hold that was placed on a case, with why.
    Hold,
    /// Which hold that is and who placed it, hidden under the id of its request.
    HoldsMark,
    /// A hold that was lifted, and by whom, hidden under its id.
    HoldLifted,
    /// A request that ended, with why.
    RequestEnded,
    /// A contact way whose term was over.
    ContactWay,
    /// What parent and buddy shared, up to a match of theirs, whose term was over.
    PrivateSpace,
    /// A conversation whose term was over.
    Conversation,
    /// The parent's side of a conversation, whose term was over.
    ConversationSteps,
    /// A conversation that ended, with the step that ended it.
    ConversationEnded,
    /// That a person asked for erasure of everything of hers.
    ErasureAsked,
    /// That she asked for help again: what she asked before is over.
    ErasureAskedNoMore,
}

impl Kind {
    const ALL: [Self; 25] = [
        Self::Case,
        Self::Withdrawal,
        Self::Person,
        Self::Buddy,
        Self::Consent,
        Self::PrivateEntry,
        Self::FormerWords,
        Self::Match,
        Self::Certificate,
        Self::Membership,
        Self::Client,
        Self::PupilsCode,
        Self::PupilsNo,
        Self::PupilsYes,
        Self::Hold,
        Self::HoldsMark,
        Self::HoldLifted,
        Self::RequestEnded,
        Self::ContactWay,
        Self::PrivateSpace,
        Self::Conversation,
        Self::ConversationSteps,
        Self::ConversationEnded,
        Self::ErasureAsked,
        Self::ErasureAskedNoMore,
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Withdrawal => "withdrawal",
            Self::Person => "person",
            Self::Buddy => "buddy",
            Self::Consent => "consent",
            Self::PrivateEntry => "private-entry",
            Self::FormerWords => "former-words",
            Self::Match => "match",
            Self::Certificate => "certificate",
            Self::Membership => "membership",
            Self::Client => "client",
            Self::PupilsCode => "pupils-code",
            Self::PupilsNo => "pupils-no",
            Self::PupilsYes => "pupils-yes",
            Self::Hold => "hold",
            Self::HoldsMark => "holds-mark",
            Self::HoldLifted => "hold-lifted",
            Self::RequestEnded => "request-ended",
            Self::ContactWay => "contact-way",
            Self::PrivateSpace => "private-space",
            Self::Conversation => "conversation",
            Self::ConversationSteps => "conversation-steps",
            Self::ConversationEnded => "conversation-ended",
            Self::ErasureAsked => "erasure-asked",
            Self::ErasureAskedNoMore => "erasure-asked-no-more",
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
    /// Its fingerprint. Ids and codes are random, so that nobody finds one from it; what somebody outside knows by its id is made with a key (`talks`).
    pub fingerprint: Fingerprint,
    /// When it was laid.
    pub laid_at: Moment,
}

/// The fingerprint of something by its id.
pub(crate) fn fingerprint(kind: &str, id: Uuid) -> Fingerprint {
    fingerprint_of(kind, &[id.as_bytes()])
}

/// The fingerprint of something by what it is known by: an id, and beside it a code or a moment where the id alone does not say it.
fn fingerprint_of(kind: &str, known_by: &[&[u8]]) -> Fingerprint {
    let mut hash = Sha256::new();
    for part in [b"naast.tombstone.v1".as_slice(), kind.as_bytes()].iter().chain(known_by) {
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
    put(tx, kind, fingerprint(kind.word(), id), now)
}

/// Lays the tombstones of a consent that is taken back: one of it, and, where the parent had confirmed it, one of it as she confirmed it. A backup from
/// before can be restored without its tombstones and the same consent confirmed anew; when she takes that back, it is another word of hers that is
/// over, and who knows of the first knows nothing of the second.
pub(crate) fn lay_of_consent(
    tx: &mut Transaction<'_, '_>,
    (id, confirmed_at): (Uuid, Option<Moment>),
    whose: Subject,
    now: Moment,
) -> Result<(), Error> {
    lay(tx, Kind::Consent, id, whose, now)?;
    match confirmed_at {
        Some(at) => put(tx, Kind::Consent, of_confirmed(id, at), now),
        None => Ok(()),
    }
}

fn of_confirmed(consent: Uuid, at: Moment) -> Fingerprint {
    fingerprint_of(Kind::Consent.word(), &[consent.as_bytes(), &moment(at)])
}

/// Lays a tombstone for a way in that was shut: a role that ended, a system that was shut out. It is nobody's data, and exports stand.
pub(crate) fn lay_of_entry(
    tx: &mut Transaction<'_, '_>,
    kind: Kind,
    id: Uuid,
    now: Moment,
) -> Result<(), Error> {
    put(tx, kind, fingerprint(kind.word(), id), now)
}

/// Lays a tombstone for a match that ended: its fingerprint is of the reason too, so that whoever has the match finds why. Nothing was taken
/// back by it, and what somebody has waiting of an export stands.
pub(crate) fn lay_of_match(
    tx: &mut Transaction<'_, '_>,
    id: MatchId,
    because: ClosureReason,
    now: Moment,
) -> Result<(), Error> {
    put(tx, Kind::Match, of_match(id.uuid(), because), now)
}

fn of_match(id: Uuid, because: ClosureReason) -> Fingerprint {
    fingerprint_of(Kind::Match.word(), &[id.as_bytes(), because.code().as_bytes()])
}

/// Lays a tombstone for what a note said since a moment: other words are in their place. Exports go with it, as in [`lay`].
pub(crate) fn lay_of_words(
    tx: &mut Transaction<'_, '_>,
    (note, since): (Uuid, Moment),
    whose: Subject,
    now: Moment,
) -> Result<(), Error> {
    export::outdate(tx, whose, now)?;
    put(tx, Kind::FormerWords, of_words(note, since), now)
}

fn of_words(note: Uuid, since: Moment) -> Fingerprint {
    fingerprint_of(Kind::FormerWords.word(), &[note.as_bytes(), &moment(since)])
}

/// A moment, as both databases keep it: to the microsecond.
fn moment(at: Moment) -> [u8; 8] {
    at.timestamp_micros().to_be_bytes()
}

/// Hides what a kind keeps under an id and a moment, and finds it again: whoever has the id finds it, and whoever has the file alone does not.
fn masked(kind: Kind, hidden: Fingerprint, under: Uuid, at: Moment) -> Fingerprint {
    let mask = fingerprint_of(kind.word(), &[under.as_bytes(), &moment(at)]);
    std::array::from_fn(|place| hidden[place] ^ mask[place])
}

fn put(tx: &mut Transaction<'_, '_>, kind: Kind, fingerprint: Fingerprint, now: Moment) -> Result<(), Error> {
    let stone = Tombstone { kind, fingerprint, laid_at: now };
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
