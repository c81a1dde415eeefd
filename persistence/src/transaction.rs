//! A change and its journal row, which cannot be had apart.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};

use naast_domain::ids::{ExportId, RequestId};
use uuid::Uuid;

use crate::database::Database;
use crate::journal::{self, Entry};
use crate::privacy::access_log::Shown;
use crate::privacy::tombstones::Tombstone;
use crate::{Error, Fault};

/// An open transaction. Everything that writes asks for one; everything that only reads takes the
/// [`Database`] that it derefs to.
pub struct Transaction<'a, 'c> {
    database: &'a mut Database<'c>,
    /// The tombstones that it lays: they go outside the database after the commit, and before anybody is answered.
    laid: Vec<Tombstone>,
    /// The cases that it is about, or makes: an answer that is kept of it is of them. Others that it holds off only have to wait, because what it
    /// changes could touch them.
    cases: BTreeSet<RequestId>,
    /// The export that it gives out: an answer that is kept of it holds what was in it.
    export: Option<ExportId>,
    /// Of whom an answer that is kept of it shows something: whoever is given it again reads that.
    shown: Vec<Shown>,
    /// Of whom an answer that is kept of it says something, where that is of no case: people, and buddies' files.
    told_of: BTreeSet<Uuid>,
    /// Whether a row of it is about something else than a case: then cases follow from that, and its answer shows none.
    beside: bool,
}

/// What a row of the journal can be about from which cases follow: a role that is a tie makes a match rest. A buddy's own file is no such thing: she
/// says in a case that her ties are declared, and an answer about her file says itself whom it shows.
const BESIDE_A_CASE: [&str; 5] = ["membership", "organisation", "person", "programme", "school"];

/// What a change gives back. Only [`Transaction::keep`] makes one, and that writes the journal; only
/// [`Kept::unchanged`] and [`Kept::bookkeeping`] make one without, for a call that changed nothing of anybody's.
#[must_use]
#[derive(Debug)]
pub struct Kept<T> {
    value: T,
    journalled: bool,
}

impl<T> Kept<T> {
    /// Nothing was changed: the answer to a repeated call. To somebody who is signed in that is a reading, and asks for its record
    /// ([`Self::is_journalled`]).
    pub fn unchanged(value: T) -> Self {
        Self { value, journalled: false }
    }

    /// Only the platform's own bookkeeping was changed: what was sent where, and when; how often a one-time code was tried, and
    /// which token was used. It is nobody's object, and a row for each would be an event about events.
    pub fn bookkeeping(value: T) -> Self {
        Self { value, journalled: false }
    }

    /// Whether the journal has a row of it. Where it has none, nothing says that anybody was shown anything.
    pub fn is_journalled(&self) -> bool {
        self.journalled
    }

    /// The same, with another value: for what is made of an answer before the commit.
    pub fn try_map<U, E>(self, change: impl FnOnce(T) -> Result<U, E>) -> Result<Kept<U>, E> {
        let Self { value, journalled } = self;
        Ok(Kept { value: change(value)?, journalled })
    }

    pub(crate) fn into_inner(self) -> T {
        self.value
    }
}

impl<'a, 'c> Transaction<'a, 'c> {
    /// Does the work of a transaction that is open. Gives back what it made and the tombstones that it laid.
    pub(crate) fn run<T, E: Fault>(
        database: &'a mut Database<'c>,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<(T, Vec<Tombstone>), E> {
        let mut tx = Self::on(database);
        let value = work(&mut tx)?;
        Ok((value, tx.laid))
    }

    fn on(database: &'a mut Database<'c>) -> Self {
        Self {
            database,
            laid: Vec::new(),
            cases: BTreeSet::new(),
            export: None,
            shown: Vec::new(),
            told_of: BTreeSet::new(),
            beside: false,
        }
    }

    /// Notes that this transaction laid a tombstone.
    pub(crate) fn laid(&mut self, stone: Tombstone) {
        self.laid.push(stone);
    }

    /// Notes that the call is about this case, whatever other cases it holds off others from.
    pub fn is_about(&mut self, request: RequestId) {
        self.cases.insert(request);
    }

    /// Notes that this transaction gives an export out.
    pub(crate) fn gives_out(&mut self, export: ExportId) {
        self.export = Some(export);
    }

    /// Notes of whom its answer shows something, for when that is kept and given again. Each is noted once.
    pub fn concerns(&mut self, shown: impl IntoIterator<Item = Shown>) {
        for one in shown {
            if !self.shown.contains(&one) {
                self.shown.push(one);
            }
        }
    }

    /// Notes that its answer says something of a person, or of a buddy's file: when she is erased, or it is, nobody is given that again.
    pub fn tells_of(&mut self, whom: Uuid) {
        self.told_of.insert(whom);
    }

    /// Of whom its answer says something, where that is of no case.
    pub fn told_of(&self) -> &BTreeSet<Uuid> {
        &self.told_of
    }

    /// Of whom its answer shows something.
    pub fn concerned(&self) -> &[Shown] {
        &self.shown
    }

    /// The export that it gives out.
    pub fn export(&self) -> Option<ExportId> {
        self.export
    }

    /// The one case that it is about; none where it is several.
    pub fn case(&self) -> Option<RequestId> {
        self.cases.first().copied().filter(|_| self.cases.len() == 1)
    }

    /// The one case that its answer shows as it stands after the change; none where the change is of something else, and the case only follows.
    pub fn changed_case(&self) -> Option<RequestId> {
        self.case().filter(|_| !self.beside)
    }

    /// Does something that may fail by itself: when it does, only it is undone, and the transaction goes on.
    pub(crate) fn savepoint<T>(
        &mut self,
        work: impl FnOnce(&mut Transaction<'_, '_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (value, laid) = self.database.transaction(|database| Transaction::run(database, work))?;
        self.laid.extend(laid);
        Ok(value)
    }

    /// Does something only to see whether it may be done: all of it is undone, also when it may, and the transaction goes on.
    ///
    /// # Errors
    /// What stood in its way.
    pub fn rehearse<T, E: Fault>(
        &mut self,
        work: impl FnOnce(&mut Transaction<'_, '_>) -> Result<T, E>,
    ) -> Result<(), E> {
        let mut cases = BTreeSet::new();
        let undone: Result<(), Undone<E>> = self.database.transaction(|database| {
            let mut tx = Transaction::on(database);
            let ended = work(&mut tx);
            cases = tx.cases;
            Err(ended.map_or_else(Undone::Refused, |_| Undone::Done))
        });
        match undone {
            Err(Undone::Refused(error)) => {
                // whoever is refused is told of these
                self.cases.extend(cases);
                Err(error)
            }
            Ok(()) | Err(Undone::Done) => Ok(()),
        }
    }

    /// Ends a change: one journal row for each thing that changed, in this transaction.
    pub fn keep<T>(&mut self, entries: impl IntoIterator<Item = Entry>, value: T) -> Result<Kept<T>, Error> {
        let mut journalled = false;
        for entry in entries {
            journal::append(self, &entry)?;
            journalled = true;
            self.beside |= BESIDE_A_CASE.contains(&entry.object_kind);
        }
        Ok(Kept { value, journalled })
    }
}

impl<'c> Deref for Transaction<'_, 'c> {
    type Target = Database<'c>;

    fn deref(&self) -> &Self::Target {
        self.database
    }
}

impl DerefMut for Transaction<'_, '_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.database
    }
}

/// How a rehearsal ended: always with an error, so that nothing of it stays.
enum Undone<E> {
    Done,
    Refused(E),
}

impl<E: Fault> From<Error> for Undone<E> {
    fn from(error: Error) -> Self {
        Self::Refused(error.into())
    }
}

impl<E: Fault> Fault for Undone<E> {
    fn storage(&self) -> Option<&Error> {
        match self {
            Self::Done => None,
            Self::Refused(error) => error.storage(),
        }
    }
}
