//! A use case that changes something. Its answer shows how things stand afterwards, and so does the answer of one that finds nothing to change, or the
//! refusal of one that may not be: each is a reading, and leaves its record.

use naast_domain::access::{Action, Grant, Principal};
use naast_domain::independence::keeps_away;
use naast_domain::journal::{Chain, Entry, Purpose};
use naast_domain::organisations::Role;
use naast_domain::{Date, Moment};
use naast_persistence::keys::Keys;
use naast_persistence::privacy::access_log::{self, Shown};
use naast_persistence::{Kept, Transaction};

use super::entries::signed_entry;
use super::reading::{Of, granted};
use crate::clock::fresh;
use crate::problem::Error;

/// A use case that changes something.
pub struct Writing<'a, 't, 'c> {
    /// The transaction.
    pub tx: &'a mut Transaction<'t, 'c>,
    /// The keys that what is personal is sealed with.
    pub keys: &'a Keys,
    /// Who calls, with what she may be at this moment.
    pub me: Principal,
    /// The moment of the call, the same for everything that it keeps.
    pub now: Moment,
    /// The day of the call.
    pub today: Date,
    /// What the answer shows when nothing is changed, once it was said.
    shown: Option<Vec<Shown>>,
}

impl<'a, 't, 'c> Writing<'a, 't, 'c> {
    pub(super) fn new(
        tx: &'a mut Transaction<'t, 'c>,
        keys: &'a Keys,
        me: Principal,
        (now, today): (Moment, Date),
    ) -> Self {
        Self { tx, keys, me, now, today, shown: None }
    }

    /// Leave to do an action, as far as the caller reaches.
    pub fn grant<A: Action>(&self) -> Result<Grant<A>, Error> {
        granted(&self.me)
    }

    /// The journal row of a change by the caller.
    pub fn entry(&self, chain: impl Into<Chain>, role: Role, purpose: Purpose, act: &'static str) -> Entry {
        signed_entry(chain, self.me.person, role, purpose, act, self.now)
    }

    /// Says what an answer shows that comes without a change: how things stand, because it was done before or nothing was named. Nothing,
    /// when that is of nobody. One record for each person whom it is about is written in this transaction. What the answer to
    /// a change shows is known without it; where it shows less than that, this says what.
    pub fn shows(&mut self, shown: impl IntoIterator<Item = Shown>) {
        self.shown.get_or_insert_default().extend(shown);
    }

    /// Says of whom the answer to a change shows something where the answer is of no case: whoever is given it, or given it again under her
    /// `Idempotency-Key`, has read that.
    pub fn concerns(&mut self, shown: impl IntoIterator<Item = Shown>) {
        self.tx.concerns(shown);
    }

    /// Does something only to see whether it may be done: all of it is undone.
    pub(super) fn rehearse<T>(
        &mut self,
        work: impl Fn(&mut Writing<'_, '_, '_>) -> Result<T, Error>,
    ) -> Result<(), Error> {
        let (keys, me, at) = (self.keys, self.me.clone(), (self.now, self.today));
        self.tx.rehearse(|tx| work(&mut Writing::new(tx, keys, me, at)))
    }

    /// Writes down what is shown: by the case that was changed, or of whom the answer is; without a change by what its handler said.
    ///
    /// # Errors
    /// [`Error::Internal`] when it was not said what was shown: there is no answer then, whichever handler forgot.
    pub(super) fn settle<T>(mut self, kept: &Kept<T>, of: &Of) -> Result<(), Error> {
        let shown = if let Some(shown) = self.shown.take() {
            shown
        } else if kept.is_journalled() {
            self.changed()?
        } else {
            log::error!("an answer without a change left no record: its handler does not call `shows`");
            return Err(Error::Internal("an answer without a change left no record"));
        };
        let records = access_log::records(&shown, &of.by(self.me, self.now, self.now), fresh);
        Ok(access_log::insert(self.tx, &records)?)
    }

    /// What a refusal shows: when a rule says no to a change of a case, how that stands; nothing, where it keeps a coordinator away.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn refused(self, refusal: &Error) -> Result<Option<(Principal, Shown)>, Error> {
        let tells = matches!(refusal, Error::Rule(rule) if !keeps_away(rule));
        let Some(case) = self.tx.changed_case().filter(|_| tells) else { return Ok(None) };
        Ok(Shown::refused(self.tx, &self.me, case)?.map(|shown| (self.me, shown)))
    }

    /// What the answer to a change shows: those whom it concerns, or else the one case that it is about.
    ///
    /// # Errors
    /// Those of the database.
    fn changed(&mut self) -> Result<Vec<Shown>, Error> {
        let concerned = self.tx.concerned().to_vec();
        match self.tx.changed_case() {
            Some(case) if concerned.is_empty() => {
                Ok(Shown::changed(self.tx, &self.me, case)?.into_iter().collect())
            }
            // whoever was erased with the change reads no record
            _ => Ok(Shown::still(self.tx, concerned)?),
        }
    }
}
