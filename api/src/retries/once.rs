//! Doing a call once: between a use case and the transaction that it runs in.

use std::sync::Arc;

use naast_persistence::{Kept, Transaction, retries};
use serde::Serialize;

use super::{Standing, Whose};
use crate::answer::Answer;
use crate::call;
use crate::metrics::Repeated;
use crate::platform::{Of, Platform};
use crate::problem::Error;

impl Platform {
    /// Does a call once, however often it is sent, when it carries an `Idempotency-Key`.
    ///
    /// Its answer is given again as long as whoever sends it still is what she was when it was done. When a role of hers has
    /// ended since, or a tie of hers keeps her from the case now (rule 37), the call is done as a new one would be and undone: a
    /// refusal is the answer, and nothing is done twice. What nothing holds up, taking something back, is not kept for a key.
    pub(crate) async fn write_once<T: Serialize + Send + 'static, W: Standing + Clone>(
        &self,
        whose: Whose,
        who: impl Fn(&mut Transaction<'_, '_>) -> Result<W, Error> + Send + 'static,
        work: impl Fn(&mut Transaction<'_, '_>, W) -> Result<Kept<Answer<T>>, Error> + Send + 'static,
    ) -> Result<Answer<T>, Error> {
        let call = call::current();
        let Some((call, repeatable)) = call.as_ref().and_then(|call| Some((call, call.repeatable.as_ref()?)))
        else {
            return self
                .change(move |tx| {
                    let who = who(tx)?;
                    work(tx, who)
                })
                .await;
        };
        let attempt = repeatable.attempt(whose, call.language)?;
        let Some(claim) = self.running.claim(attempt.slot) else {
            self.metrics.repeated(Repeated::InUse);
            return Err(Error::Refused("idempotency-key-in-use"));
        };
        let of = Of::this_call();
        let (held, now, metrics) = (Arc::clone(&claim), self.clock.now(), Arc::clone(&self.metrics));
        let outcome = self
            .change(move |tx| {
                // the claim goes along with the work, which may outlast its caller
                let _held = &held;
                let who = who(tx)?;
                let powers = who.powers();
                if let Some(earlier) = attempt.earlier(tx, now)? {
                    let kept_from = earlier.case.map_or(Ok(false), |case| who.is_kept_from(tx, case))?;
                    if kept_from || !earlier.powers.is_subset(&powers) {
                        tx.rehearse(|tx| work(tx, who.clone()))?;
                    }
                    who.reads_again(tx, (earlier.case, earlier.shown), &of, now)?;
                    metrics.repeated(Repeated::Replayed);
                    return Ok(Kept::unchanged(earlier.answer));
                }
                work(tx, who)?.try_map(|answer| attempt.keep(tx, answer, powers, now))
            })
            .await;
        // a caller who was told that nothing is kept may come again at once; where that is not sure, the work keeps it
        if !matches!(&outcome, Err(Error::Refused("overloaded" | "outcome-unknown"))) {
            claim.release();
        }
        match &outcome {
            Err(Error::Refused("idempotency-key-in-use")) => self.metrics.repeated(Repeated::InUse),
            Err(Error::Refused("idempotency-key-reused")) => self.metrics.repeated(Repeated::Reused),
            _ => {}
        }
        outcome
    }

    /// Removes the kept answers that have expired, and says how many.
    pub async fn forget_answers(&self) -> Result<usize, Error> {
        let mut all = 0;
        loop {
            let now = self.clock.now();
            let some =
                self.write_open(move |tx| Ok(Kept::bookkeeping(retries::forget_expired(tx, now)?))).await?;
            all += some;
            if some == 0 {
                return Ok(all);
            }
        }
    }
}
