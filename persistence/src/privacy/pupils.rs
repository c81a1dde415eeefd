//! The codes by which pupils decide on the data on their own health, and what was said with each.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{Action, Grant, Upkeep};
use naast_domain::privacy::consents::{ConsentKind, PupilsWord};
use naast_domain::requests::SupportRequest;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::requests::standing;
use crate::rows::{Stored, must_reach, one};
use crate::schema::{pupil_codes, support_requests};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Keeps the fingerprint of a code that the parent gives to her child.
pub fn keep_pupil_code<A: Action>(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<A>,
    request: &Stored<SupportRequest>,
    fingerprint: &[u8],
    now: Moment,
) -> Result<(), Error> {
    must_reach(grant, standing(request))?;
    let row = (
        pupil_codes::programme_id.eq(Key::from(request.programme)),
        pupil_codes::request_id.eq(Key::from(request.id)),
        pupil_codes::code_hash.eq(fingerprint),
        pupil_codes::made_at.eq(At(now)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(pupil_codes::table).values(row).execute(c))?;
    Ok(())
}

/// The request that a pupil's code belongs to, for whoever holds the code.
pub fn find_by_pupil_code(
    database: &mut Database<'_>,
    fingerprint: &[u8],
) -> Result<Option<Stored<SupportRequest>>, Error> {
    let found: Option<(Key, Key)> = on_either!(&mut *database, |c| pupil_codes::table
        .inner_join(
            support_requests::table.on(support_requests::programme_id
                .eq(pupil_codes::programme_id)
                .and(support_requests::id.eq(pupil_codes::request_id))),
        )
        .filter(pupil_codes::code_hash.eq(fingerprint))
        .select((support_requests::programme_id, support_requests::id))
        .first(c)
        .optional())?;
    found
        .map(|(programme, id)| crate::requests::of_programme(database, programme.into(), id.into()))
        .transpose()
}

/// What was said with one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The fingerprint of the code.
    pub code: Vec<u8>,
    /// The last word with it.
    pub word: PupilsWord,
}

/// What was said with each code of a request that was loaded with a grant, or by whoever holds one.
pub fn said_with_codes(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
) -> Result<Vec<Said>, Error> {
    let rows: Vec<(Vec<u8>, Option<At>, Option<At>)> = on_either!(database, |c| pupil_codes::table
        .filter(pupil_codes::programme_id.eq(Key::from(request.programme)))
        .filter(pupil_codes::request_id.eq(Key::from(request.id)))
        .order(pupil_codes::code_hash)
        .select((pupil_codes::code_hash, pupil_codes::used_at, pupil_codes::said_no_at))
        .load(c))?;
    let word = |used: Option<At>, no: Option<At>| match (used, no) {
        (_, Some(_)) => PupilsWord::No,
        (Some(_), None) => PupilsWord::Yes,
        (None, None) => PupilsWord::Nothing,
    };
    Ok(rows.into_iter().map(|(code, used, no)| Said { code, word: word(used, no) }).collect())
}

/// Notes what a pupil says with a code, for whoever holds it. A tombstone keeps a backup from forgetting it.
pub fn note_word(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    code: &[u8],
    says_yes: bool,
    now: Moment,
) -> Result<(), Error> {
    let row = pupil_codes::table.find((Key::from(request.programme), code));
    let first = diesel::update(row.filter(pupil_codes::used_at.is_null()))
        .set(pupil_codes::used_at.eq(Some(At(now))));
    on_either!(&mut **tx, |c| first.execute(c))?;
    super::tombstones::lay_word(tx, request, (code, says_yes), now)?;
    let word = diesel::update(row).set(pupil_codes::said_no_at.eq((!says_yes).then_some(At(now))));
    one(on_either!(&mut **tx, |c| word.execute(c))?)
}

/// Keeps a code again with which a pupil said something, where a backup is of before it was made.
pub fn keep_again(
    tx: &mut Transaction<'_, '_>,
    _leave: &Upkeep,
    request: &Stored<SupportRequest>,
    code: &[u8],
    at: Moment,
) -> Result<(), Error> {
    let row = (
        pupil_codes::programme_id.eq(Key::from(request.programme)),
        pupil_codes::request_id.eq(Key::from(request.id)),
        pupil_codes::code_hash.eq(code),
        pupil_codes::made_at.eq(At(at)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(pupil_codes::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// What the parent consented to of her child's health lapses: the pupil has spoken herself.
pub fn lapse_of_parent(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    now: Moment,
) -> Result<(), Error> {
    let about = [Key::from(request.id)];
    super::consents::lapse_about(tx, request.programme, ConsentKind::ChildHealthData, &about, now)
}
