//! How a round goes through what it finds: a page at a time, a batch in a transaction, and past what does not read or cannot be written.

use std::collections::BTreeSet;

use naast_domain::journal::Entry;
use naast_persistence::keys::Keys;
use naast_persistence::{Database, Kept, Transaction};
use uuid::Uuid;

use super::Round;
use crate::problem::Error;

/// What is erased one by one, and how it is named when it is not.
pub(super) trait Named: Copy + Send + Sync + 'static {
    /// Its id.
    fn named(&self) -> Uuid;
}

macro_rules! named {
    ($($id:ty),+) => {
        $(impl Named for $id {
            fn named(&self) -> Uuid {
                self.uuid()
            }
        })+
    };
}

named!(
    naast_domain::ids::BuddyId,
    naast_domain::ids::ConversationId,
    naast_domain::ids::PersonId,
    naast_domain::ids::RequestId
);

impl<T: Named, P: Copy + Send + Sync + 'static> Named for (T, P) {
    fn named(&self) -> Uuid {
        self.0.named()
    }
}

impl Round<'_> {
    /// Goes through everything that a question finds, a page at a time: each page begins behind the last of the one before. The question
    /// gives no more than ids, or what reads whenever those do.
    pub(super) fn through<T>(
        &mut self,
        find: impl Fn(&mut Database<'_>, Uuid, i64) -> Result<Vec<T>, naast_persistence::Error>,
        id: impl Fn(&T) -> Uuid,
        mut work: impl FnMut(&mut Self, Vec<T>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (mut after, most) = (Uuid::nil(), self.pace.page);
        loop {
            let page = self.platform.store.read(|db| Ok::<_, Error>(find(db, after, most)?))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = id(last);
            work(self, page)?;
        }
    }

    /// The same, where a row may not read: `next` gives the id of the first one behind another. A page with such a row is read one by one, and it is left to the
    /// next round.
    pub(super) fn through_what_reads<T>(
        &mut self,
        (what, next): (
            &'static str,
            impl Fn(&mut Database<'_>, Uuid) -> Result<Option<Uuid>, naast_persistence::Error>,
        ),
        find: impl Fn(&mut Database<'_>, Uuid, i64) -> Result<Vec<T>, naast_persistence::Error>,
        id: impl Fn(&T) -> Uuid,
        mut work: impl FnMut(&mut Self, Vec<T>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (mut after, most) = (Uuid::nil(), self.pace.page);
        // how many of a page that does not read are still to be read one by one
        let mut alone = 0;
        loop {
            let size = if alone > 0 { 1 } else { most };
            let page = match self.platform.store.read(|db| Ok::<_, Error>(find(db, after, size)?)) {
                Ok(page) => page,
                Err(_) if size > 1 => {
                    alone = most;
                    continue;
                }
                Err(fault) => {
                    // where not even the id reads, nothing of the table does
                    let passed = self.platform.store.read(|db| Ok::<_, Error>(next(db, after)?))?;
                    let Some(passed) = passed else { return Ok(()) };
                    self.leave(what, passed, &fault);
                    (after, alone) = (passed, alone - 1);
                    continue;
                }
            };
            let Some(last) = page.last() else { return Ok(()) };
            after = id(last);
            alone = (alone - 1).max(0);
            work(self, page)?;
        }
    }

    /// Does something for each of these, a batch in a transaction; each gives the journal rows of what went. Where a batch fails each of it is done by itself,
    /// and what fails then is left to the next round: its ids are given back.
    pub(super) fn each<T: Named>(
        &mut self,
        what: &'static str,
        all: &[T],
        erase: impl Fn(&mut Transaction<'_, '_>, &Keys, T) -> Result<Vec<Entry>, Error> + Copy + Send + 'static,
    ) -> Result<BTreeSet<Uuid>, Error> {
        let mut left = BTreeSet::new();
        if self.dry {
            return Ok(left);
        }
        for batch in all.chunks(self.pace.batch) {
            self.keep_leading()?;
            let Err(fault) = self.done(batch, erase) else { continue };
            if let [one] = batch {
                self.leave(what, one.named(), &fault);
                left.insert(one.named());
                continue;
            }
            for one in batch {
                self.keep_leading()?;
                if let Err(fault) = self.done(&[*one], erase) {
                    self.leave(what, one.named(), &fault);
                    left.insert(one.named());
                }
            }
        }
        Ok(left)
    }

    /// The same, and counts those that did not fail.
    pub(super) fn each_counted<T: Named>(
        &mut self,
        (what, counted): (&'static str, &'static str),
        all: &[T],
        erase: impl Fn(&mut Transaction<'_, '_>, &Keys, T) -> Result<Vec<Entry>, Error> + Copy + Send + 'static,
    ) -> Result<(), Error> {
        let left = self.each(what, all, erase)?;
        self.report.count(counted, all.len() - left.len());
        Ok(())
    }

    fn done<T: Named>(
        &self,
        some: &[T],
        erase: impl Fn(&mut Transaction<'_, '_>, &Keys, T) -> Result<Vec<Entry>, Error> + Copy + Send + 'static,
    ) -> Result<(), Error> {
        let (some, keys) = (some.to_vec(), self.platform.keys.clone());
        self.platform.store.write(move |tx| {
            let mut entries = Vec::new();
            for one in &some {
                entries.extend(erase(tx, &keys, *one)?);
            }
            if entries.is_empty() { Ok::<_, Error>(Kept::bookkeeping(())) } else { Ok(tx.keep(entries, ())?) }
        })
    }

    /// Counts what is left to the next round, because something of it failed, and names it in the log: it stops nothing that is behind it. Once, however
    /// often this round comes upon it.
    pub(super) fn leave(&mut self, what: &'static str, id: Uuid, fault: &Error) {
        if self.left.insert(id) {
            log::error!(what = what, id = id.to_string().as_str(); "left to the next round: {fault}");
            self.report.failed += 1;
        }
    }
}
