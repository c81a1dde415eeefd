//! Of whom it is known that her token still holds. By its signature a token says whose it was; whether its session runs and its
//! owner is there, the statement says that reads her roles. What that said last is remembered here, for whoever decides before it
//! is asked: whose budget a call counts for, and whether somebody may hear what is wrong with her call.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use naast_domain::Date;
use naast_domain::access::Principal;
use naast_domain::ids::{PersonId, SessionId};
use naast_persistence::Database;

use super::Subject;
use crate::problem::Error;

/// So many are known at a time. When room is needed, those go who were not asked after for as long as a token lives.
const MOST: usize = 100_000;
const LONG_AGO: Duration = Duration::from_secs(600);

type Whose = (PersonId, Option<SessionId>);

/// Who was there when the database was last asked, and when that was.
#[derive(Debug, Default)]
pub struct Standing {
    seen: Mutex<HashMap<Whose, Instant>>,
}

impl Standing {
    /// Asks the database what this subject may be on a day, and remembers whether she is there.
    ///
    /// # Errors
    /// Those of [`Subject::principal`].
    pub fn ask(&self, subject: &Subject, db: &mut Database<'_>, today: Date) -> Result<Principal, Error> {
        let asked = Instant::now();
        let found = subject.principal(db, today);
        match &found {
            Ok(_) => self.see(subject, asked),
            Err(Error::Unauthenticated) => {
                self.seen().remove(&whose(subject));
            }
            Err(_) => {}
        }
        found
    }

    /// Whether she was there when she was last asked after.
    pub fn holds(&self, subject: &Subject) -> bool {
        self.seen().contains_key(&whose(subject))
    }

    /// Whether somebody asked since this moment, and she was there.
    pub fn holds_since(&self, subject: &Subject, moment: Instant) -> bool {
        self.seen().get(&whose(subject)).is_some_and(|seen| *seen >= moment)
    }

    /// A call that began at this moment ended. When nobody asked after its caller since, she is not known any more: otherwise
    /// whoever has a token that does not hold could go on with calls that never ask.
    pub fn doubt(&self, subject: &Subject, began: Instant) {
        let mut seen = self.seen();
        if seen.get(&whose(subject)).is_some_and(|seen| *seen < began) {
            seen.remove(&whose(subject));
        }
    }

    fn see(&self, subject: &Subject, now: Instant) {
        let mut seen = self.seen();
        if seen.len() >= MOST {
            seen.retain(|_, before| now.saturating_duration_since(*before) < LONG_AGO);
            // with hardly any room made, the next would have to look through all of them again
            if seen.len() > MOST / 4 * 3 {
                seen.clear();
            }
        }
        seen.insert(whose(subject), now);
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<Whose, Instant>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn whose(subject: &Subject) -> Whose {
    (subject.person, subject.session)
}
