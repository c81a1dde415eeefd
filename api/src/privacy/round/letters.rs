//! What the round tells a parent by letter, and keeps as told. The letter goes first and the mark follows: once the mail server took it, or where no letter can
//! reach her. What the post cannot do now leaves her untold, and the next round tries again; a round that is killed between the two writes to her twice, which is
//! better than never. The rest of the round waits for none of it.

use std::time::{Duration, Instant};

use naast_domain::ids::RequestId;
use naast_domain::journal::Entry;
use naast_persistence::{Database, Kept, Transaction};

use super::Round;
use crate::identity::post::{Delivery, Letter};
use crate::problem::Error;

/// So long a round writes letters. Whoever has not been written to then is next.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// After so many letters in a row for which no mail server was there, the round leaves the rest to the next.
const GIVEN_UP_AFTER: u32 = 3;

/// What became of the letters of a round so far.
#[derive(Debug, Default)]
pub(super) struct Course {
    began: Option<Instant>,
    unanswered: u32,
}

impl Course {
    /// Whether another letter can be tried in this round.
    fn goes_on(&mut self) -> bool {
        let began = *self.began.get_or_insert_with(Instant::now);
        self.unanswered < GIVEN_UP_AFTER && began.elapsed() < LONGEST
    }

    /// Whether she can be kept as told after this.
    fn is_told(&mut self, delivery: Delivery) -> bool {
        self.unanswered = if delivery == Delivery::Unanswered { self.unanswered + 1 } else { 0 };
        matches!(delivery, Delivery::Taken | Delivery::Refused)
    }
}

/// What is to be told, as it is looked up before: nothing any more, or a letter, or what no letter can reach her with.
pub(super) enum News {
    /// She said something since.
    Over,
    /// There is no e-mail address that reads; she is told by what waits for her alone.
    Unwritten,
    /// To be written.
    Letter(Letter),
}

impl Round<'_> {
    /// Tells the parent of one request, unless the post does not work; whether she is kept as told now. `keep` looks again under the lock of the request: since
    /// the letter was written she may have said something.
    pub(super) fn tell(
        &mut self,
        id: RequestId,
        find: impl FnOnce(&mut Database<'_>) -> Result<News, Error>,
        keep: impl Fn(&mut Transaction<'_, '_>) -> Result<Option<Entry>, Error> + Send + 'static,
    ) -> Result<bool, Error> {
        // nobody waits for letters where a server ends
        if self.platform.health.is_leaving() || !self.letters.goes_on() {
            self.report.untold += 1;
            return Ok(false);
        }
        self.keep_leading()?;
        let told = match self.platform.store.read(find) {
            Ok(News::Over) => return Ok(false),
            Ok(News::Unwritten) => self.keep_told(keep),
            Ok(News::Letter(letter)) => {
                if !self.letters.is_told(self.platform.identity.post.deliver(letter)) {
                    log::warn!(request = id.to_string().as_str(); "a parent could not be told; the next round tries again");
                    self.report.untold += 1;
                    return Ok(false);
                }
                self.keep_told(keep)
            }
            Err(fault) => Err(fault),
        };
        Ok(told.unwrap_or_else(|fault| self.is_left(id, &fault)))
    }

    /// Keeps that she was told.
    fn keep_told(
        &self,
        keep: impl Fn(&mut Transaction<'_, '_>) -> Result<Option<Entry>, Error> + Send + 'static,
    ) -> Result<bool, Error> {
        self.platform.store.write(move |tx| match keep(tx)? {
            Some(entry) => Ok::<_, Error>(tx.keep([entry], true)?),
            None => Ok(Kept::unchanged(false)),
        })
    }

    /// Leaves a request to the next round.
    pub(super) fn is_left(&mut self, id: RequestId, fault: &Error) -> bool {
        self.leave("request", id.uuid(), fault);
        false
    }
}
