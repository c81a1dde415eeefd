//! Retries without harm: a call with an `Idempotency-Key` is done once, however often it is sent
//! (draft-ietf-httpapi-idempotency-key-header-07).
//!
//! The answer is written inside the transaction of its effect, kept there, and those bytes are sent: now, and to
//! everybody who repeats the call within a day. A key belongs to one subject and one operation. A refusal is not kept:
//! it had no effect, and what a rule said no to may be possible later. All of this stands between the edge and the
//! platform; a handler knows nothing of it.

mod key;
mod once;
mod running;
mod seal;
mod standing;

use std::cell::Cell;

use actix_web::dev::ServiceRequest;
use actix_web::http::header;
use chrono::TimeDelta;
use naast_domain::Moment;
use naast_domain::ids::{PersonId, RequestId};
use naast_domain::text::{Text, Tongue};
use naast_persistence::Transaction;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::retries::{self as kept, Digest, KeptAnswer};
use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Written};
use crate::contract::Operation;
use crate::problem::{Error, InputFault};

pub use key::HEADER;
pub use running::{Claim, Running};
pub use standing::{Powers, Standing};

/// How long an answer is kept.
const DAY: TimeDelta = TimeDelta::hours(24);

/// How long an answer is kept that shows a secret: long enough for a connection that broke.
const SHOWN_ONCE: TimeDelta = TimeDelta::minutes(10);

/// The refusal of a call by a connected system that does not name it. People's apps may go without; a system repeats what
/// it got no answer to, and nobody looks.
pub fn missing_key() -> InputFault {
    let text = Text::of(
        "Een aangesloten systeem geeft elke aanroep die iets verandert een eigen sleutel.",
        "A connected system gives a key of its own to each call that changes something.",
    );
    key::fault("required", text)
}

/// What is kept of a call that was done.
#[derive(Debug, Serialize, Deserialize)]
struct Done {
    #[serde(flatten)]
    written: Written,
    /// What the caller was at that moment. Of an answer that does not say so nobody knows: whoever repeats it must still be
    /// able to do it.
    #[serde(default = "standing::unknown")]
    powers: Powers,
    /// Of whom it shows something, where that is of no case.
    #[serde(default)]
    shown: Vec<Shown>,
}

/// Whose key it is. The same key of somebody else is another key.
#[derive(Debug, Clone, Copy)]
pub enum Whose {
    /// A person who is signed in, or a connected system.
    Subject(PersonId),
    /// Whoever holds a code: its fingerprint.
    Holder([u8; 32]),
}

/// A call with an `Idempotency-Key`, to an operation that takes one.
#[derive(Debug)]
pub struct Repeatable {
    key: String,
    operation: &'static Operation,
    said: Vec<Vec<u8>>,
    body: Cell<Option<Digest>>,
}

impl Repeatable {
    /// What makes this call repeatable; `None` without a key, and for an operation that changes nothing.
    ///
    /// # Errors
    /// For a key that is none.
    pub fn read(request: &ServiceRequest, operation: &'static Operation) -> Result<Option<Self>, InputFault> {
        if !operation.takes_key {
            return Ok(None);
        }
        let Some(key) = key::read(request.headers())? else { return Ok(None) };
        let head = request.head();
        let place = head.uri.path_and_query().map_or("", |place| place.as_str());
        let versions = request.headers().get_all(header::IF_MATCH).map(|value| value.as_bytes().to_vec());
        let said = [head.method.as_str().as_bytes().to_vec(), place.as_bytes().to_vec()];
        Ok(Some(Self {
            key,
            operation,
            said: said.into_iter().chain(versions).collect(),
            body: Cell::new(None),
        }))
    }

    /// Remembers the body of the call. Two texts that say the same JSON are the same body.
    pub fn note_body(&self, body: &serde_json::Value) {
        let mut sorted = body.clone();
        sorted.sort_all_objects();
        self.body.set(Some(seal::digest("naast.retry.body", &[sorted.to_string().as_bytes()])));
    }

    /// The attempt of a subject.
    ///
    /// # Errors
    /// [`Error::Internal`] when the operation has a body that nobody noted: two different calls would look the same.
    pub fn attempt(&self, whose: Whose, language: Tongue) -> Result<Attempt, Error> {
        if self.operation.has_body && self.body.get().is_none() {
            return Err(Error::Internal("the body of a repeatable call was not noted"));
        }
        let body = self.body.get().unwrap_or_default();
        let person;
        let subject = match whose {
            Whose::Subject(id) => Some(id),
            Whose::Holder(_) => None,
        };
        let whose: &[u8] = match &whose {
            Whose::Subject(id) => {
                person = id.uuid();
                person.as_bytes()
            }
            Whose::Holder(fingerprint) => fingerprint,
        };
        let scope = [whose, self.operation.id.as_bytes(), self.key.as_bytes()];
        let secret = seal::digest("naast.retry.seal", &scope);
        let said: Vec<&[u8]> = self.said.iter().map(Vec::as_slice).chain([&secret[..], &body[..]]).collect();
        Ok(Attempt {
            slot: seal::digest("naast.retry.slot", &scope),
            // of the secret too: a digest of the call alone could be found by trying what the call may have said
            fingerprint: seal::digest("naast.retry.fingerprint", &said),
            secret,
            guessable: !key::is_drawn_by_chance(&self.key),
            language,
            person: subject,
        })
    }
}

/// What a call was answered before.
#[derive(Debug)]
pub struct Earlier<T> {
    /// The answer, as it was sent.
    pub answer: Answer<T>,
    /// What the caller was then.
    pub powers: Powers,
    /// The case that it is of, when it is of one.
    pub case: Option<RequestId>,
    /// Of whom it shows something, where that is of no case.
    pub shown: Vec<Shown>,
}

/// One sending of a repeatable call.
#[derive(Debug)]
pub struct Attempt {
    /// Where its answer is kept.
    pub slot: Digest,
    fingerprint: Digest,
    secret: Digest,
    guessable: bool,
    language: Tongue,
    /// To whom its answer is given, when she is signed in.
    person: Option<PersonId>,
}

impl Attempt {
    /// The answer that this call got before, if it was done.
    ///
    /// # Errors
    /// `idempotency-key-in-use` while the first call runs, `idempotency-key-reused` when it was another call,
    /// `idempotency-answer-gone` when what it answered was taken back or erased since.
    pub fn earlier<T>(&self, tx: &mut Transaction<'_, '_>, now: Moment) -> Result<Option<Earlier<T>>, Error> {
        if !kept::take(tx, &self.slot)? {
            return Err(Error::Refused("idempotency-key-in-use"));
        }
        let Some(found) = kept::find(tx, &self.slot, now)? else { return Ok(None) };
        if found.fingerprint != self.fingerprint {
            return Err(Error::Refused("idempotency-key-reused"));
        }
        if found.is_gone() {
            return Err(Error::Refused("idempotency-answer-gone"));
        }
        let bytes = seal::open(&self.secret, &self.place(), &found.sealed)?;
        let done: Done =
            serde_json::from_slice(&bytes).map_err(|_| Error::Internal("a kept answer does not read"))?;
        Ok(Some(Earlier {
            answer: Answer::written(done.written),
            powers: done.powers,
            case: found.case,
            shown: done.shown,
        }))
    }

    /// Keeps the answer with what the caller was before the call, and gives back the one to send: the same bytes.
    ///
    /// # Errors
    /// [`Error::Input`] for an answer with a secret under a key that somebody could guess.
    pub fn keep<T: Serialize>(
        &self,
        tx: &mut Transaction<'_, '_>,
        answer: Answer<T>,
        powers: Powers,
        now: Moment,
    ) -> Result<Answer<T>, Error> {
        let shown_once = answer.is_shown_once();
        if shown_once && self.guessable {
            let text = Text::of(
                "Deze aanroep geeft een code die maar één keer wordt getoond. Gebruik als sleutel een willekeurige UUID (versie 4).",
                "This call gives a code that is shown only once. Use a random UUID (version 4) as the key.",
            );
            return Err(key::fault("guessable", text).into());
        }
        let done = Done { written: answer.write(self.language)?, powers, shown: tx.concerned().to_vec() };
        let bytes =
            serde_json::to_vec(&done).map_err(|_| Error::Internal("an answer could not be written"))?;
        let sealed = seal::seal(&self.secret, &self.place(), bytes)?;
        // what says something of several people would have to go with each of them
        let (told_of, case) = (tx.told_of(), tx.case());
        if case.is_none() && told_of.len() > 1 {
            return Err(Error::Internal("an answer on several people, of no case, is kept"));
        }
        let row = KeptAnswer {
            fingerprint: self.fingerprint.to_vec(),
            sealed,
            case,
            export: tx.export(),
            subject: told_of.first().copied().filter(|_| case.is_none()),
        };
        kept::keep(tx, &self.slot, &row, self.person, now + if shown_once { SHOWN_ONCE } else { DAY })?;
        Ok(Answer::written(done.written))
    }

    fn place(&self) -> Vec<u8> {
        [self.slot, self.fingerprint].concat()
    }
}
