//! Answers that are kept for a while, so that a call that is repeated is answered again instead of done again.
//!
//! A row is written in the transaction of the change that it answers: there is no change without its answer, and no
//! answer without its change. What a row holds means nothing to who reads the database: the slot and the fingerprint are
//! digests, and the answer is sealed (`api/src/retries/seal.rs`).

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use naast_domain::Moment;
use naast_domain::ids::{BuddyId, ExportId, PersonId, RequestId};
use uuid::Uuid;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::one;
use crate::schema::kept_answers;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// A digest.
pub type Digest = [u8; 32];

/// At most this many rows are removed at a time, so that no other write waits long for it.
const BATCH: i64 = 500;

/// An answer that was kept.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The digest of the call that it answers.
    pub fingerprint: Vec<u8>,
    /// The answer, which only who repeats the call can open.
    pub sealed: Vec<u8>,
    /// The case that it is of, when it is of one.
    pub case: Option<RequestId>,
    /// The export that it gave out, when it gave one out.
    pub export: Option<ExportId>,
    /// Of whom it says something, when that is of no case: a person, or a buddy's file.
    pub subject: Option<Uuid>,
}

impl KeptAnswer {
    /// Whether it was taken away, because its case was withdrawn or erased: that the call was done is all that is known.
    pub fn is_gone(&self) -> bool {
        self.sealed.is_empty()
    }
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

/// Takes a slot for this transaction, without waiting. `false` when another transaction has it: the first call still
/// runs, in this process or another. On SQLite there is one writer, which has every slot.
pub fn take(tx: &mut Transaction<'_, '_>, slot: &Digest) -> Result<bool, Error> {
    match &mut **tx {
        Database::Sqlite(_) => Ok(true),
        Database::Postgres(connection) => {
            // two slots that share these bytes cost one of them a second try, and nothing else
            let lock = slot.first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes));
            let taken: Taken = diesel::sql_query("SELECT pg_try_advisory_xact_lock($1) AS taken")
                .bind::<BigInt, _>(lock)
                .get_result(&mut **connection)?;
            Ok(taken.taken)
        }
    }
}

/// The answer that is kept in a slot and has not expired. Call it once the slot is [taken](take): a look that is taken
/// together with the lock would not see what the holder before committed.
pub fn find(tx: &mut Transaction<'_, '_>, slot: &Digest, now: Moment) -> Result<Option<KeptAnswer>, Error> {
    let found = on_either!(&mut **tx, |c| kept_answers::table
        .find(&slot[..])
        .select((
            kept_answers::fingerprint,
            kept_answers::sealed,
            kept_answers::expires_at,
            kept_answers::request_id,
            kept_answers::export_id,
            kept_answers::subject_id,
        ))
        .first::<(Vec<u8>, Vec<u8>, At, Option<Key>, Option<Key>, Option<Key>)>(c)
        .optional())?;
    match found {
        Some((fingerprint, sealed, until, case, export, subject)) if until.0 > now => {
            let (case, export, subject) =
                (case.map(Into::into), export.map(Into::into), subject.map(|key| key.0));
            Ok(Some(KeptAnswer { fingerprint, sealed, case, export, subject }))
        }
        Some(_) => {
            on_either!(&mut **tx, |c| diesel::delete(kept_answers::table.find(&slot[..])).execute(c))?;
            Ok(None)
        }
        None => Ok(None),
    }
}

/// Keeps an answer to a person in an empty slot until a moment.
///
/// # Errors
/// [`Error::Lost`] when the slot was filled meanwhile; the use case starts again and finds the answer.
pub fn keep(
    tx: &mut Transaction<'_, '_>,
    slot: &Digest,
    answer: &KeptAnswer,
    person: Option<PersonId>,
    until: Moment,
) -> Result<(), Error> {
    let row = || {
        (
            kept_answers::slot.eq(&slot[..]),
            kept_answers::fingerprint.eq(&answer.fingerprint),
            kept_answers::sealed.eq(&answer.sealed),
            kept_answers::expires_at.eq(At(until)),
            kept_answers::request_id.eq(answer.case.map(Key::from)),
            kept_answers::export_id.eq(answer.export.map(Key::from)),
            kept_answers::person_id.eq(person.map(Key::from)),
            kept_answers::subject_id.eq(answer.subject.map(Key)),
        )
    };
    let kept = on_either!(&mut **tx, |c| diesel::insert_into(kept_answers::table)
        .values(row())
        .on_conflict_do_nothing()
        .execute(c))?;
    one(kept)
}

/// Takes the answers away that are meant: their slots stay, so that a call that is repeated is not done again either.
macro_rules! blank {
    ($tx:expr, $meant:expr) => {{
        let update = diesel::update(kept_answers::table.filter($meant)).set((
            kept_answers::sealed.eq(Vec::<u8>::new()),
            kept_answers::request_id.eq(None::<Key>),
            kept_answers::person_id.eq(None::<Key>),
            kept_answers::export_id.eq(None::<Key>),
            kept_answers::subject_id.eq(None::<Key>),
        ));
        on_either!($tx, |c| update.execute(c))?;
        Ok(())
    }};
}

/// Takes away what was answered of a case, for whomever it was kept: nobody reads it again.
pub(crate) fn blank_of_case(tx: &mut Transaction<'_, '_>, request: RequestId) -> Result<(), Error> {
    blank!(&mut **tx, kept_answers::request_id.eq(Key::from(request)))
}

/// Takes away what was answered of a case to these persons: what they wrote in its private space and took back. The answers that anybody else
/// has of the case stay as they are, so that nobody outside the space can tell that something in it went.
pub(crate) fn blank_of_case_to(
    tx: &mut Transaction<'_, '_>,
    request: RequestId,
    persons: &[PersonId],
) -> Result<(), Error> {
    let persons: Vec<Key> = persons.iter().copied().map(Key::from).collect();
    let of_case = kept_answers::request_id.eq(Key::from(request));
    blank!(&mut **tx, of_case.and(kept_answers::person_id.eq_any(persons)))
}

/// Takes away what was answered to a person who is erased, and what was answered of her to whomever.
pub(crate) fn blank_of_person(tx: &mut Transaction<'_, '_>, person: PersonId) -> Result<(), Error> {
    let to_her = kept_answers::person_id.eq(Key::from(person));
    blank!(&mut **tx, to_her.or(kept_answers::subject_id.eq(Key::from(person))))
}

/// Takes away what was answered of a buddy's file, outside any case: something that stood in it was taken out.
pub(crate) fn blank_of_file(tx: &mut Transaction<'_, '_>, buddy: BuddyId) -> Result<(), Error> {
    blank!(&mut **tx, kept_answers::subject_id.eq(Key::from(buddy)))
}

/// Takes away what was answered with these exports.
pub(crate) fn blank_of_exports(tx: &mut Transaction<'_, '_>, exports: &[Key]) -> Result<(), Error> {
    blank!(&mut **tx, kept_answers::export_id.eq_any(exports.to_vec()))
}

/// Takes away every answer of a backup that is put back: what was erased and taken back since it was made, some of them say.
pub(crate) fn blank_all(database: &mut Database<'_>) -> Result<(), Error> {
    blank!(database, kept_answers::slot.is_not_null())
}

/// How many answers have expired.
pub fn count_expired(database: &mut Database<'_>, now: Moment) -> Result<i64, Error> {
    let expired = kept_answers::table.filter(kept_answers::expires_at.le(At(now)));
    Ok(on_either!(database, |c| expired.count().get_result(c))?)
}

/// Removes some of the answers that have expired, and says how many: call again until it says none.
pub fn forget_expired(tx: &mut Transaction<'_, '_>, now: Moment) -> Result<usize, Error> {
    let slots: Vec<Vec<u8>> = on_either!(&mut **tx, |c| kept_answers::table
        .filter(kept_answers::expires_at.le(At(now)))
        .order(kept_answers::expires_at)
        .limit(BATCH)
        .select(kept_answers::slot)
        .load(c))?;
    if slots.is_empty() {
        return Ok(0);
    }
    Ok(on_either!(&mut **tx, |c| diesel::delete(
        kept_answers::table.filter(kept_answers::slot.eq_any(&slots))
    )
    .execute(c))?)
}
