//! Sessions of people and their refresh tokens, by fingerprint.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::identity::{Session, SessionEnd, sessions as rules};
use naast_domain::ids::SessionId;

use super::Fingerprint;
use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::{code_or_none, one};
use crate::schema::{refresh_tokens, sessions};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Forgets the tokens of sessions that are over, and the sessions of which an account's last use does not count any more. At
/// each beginning of another, and by the round: it may be long before anybody signs in again.
pub fn forget(tx: &mut Transaction<'_, '_>, now: Moment) -> Result<(), Error> {
    let before = |age| sessions::table.filter(sessions::started_at.lt(At(now - age)));
    let over = before(rules::LONGEST).select(sessions::id);
    let theirs = refresh_tokens::table.filter(refresh_tokens::session_id.eq_any(over));
    on_either!(&mut **tx, |c| diesel::delete(theirs).execute(c))?;
    on_either!(&mut **tx, |c| diesel::delete(before(rules::REMEMBERED)).execute(c))?;
    Ok(())
}

/// Begins a session, and forgets old ones.
pub fn insert(tx: &mut Transaction<'_, '_>, session: &Session, now: Moment) -> Result<(), Error> {
    forget(tx, now)?;
    let row = (
        sessions::id.eq(Key::from(session.id)),
        sessions::person_id.eq(Key::from(session.person)),
        sessions::started_at.eq(At(session.started_at)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(sessions::table).values(row).execute(c))?;
    Ok(())
}

/// Issues a refresh token.
pub fn issue(
    tx: &mut Transaction<'_, '_>,
    session: SessionId,
    token: &Fingerprint,
    now: Moment,
) -> Result<(), Error> {
    let row = (
        refresh_tokens::token_hash.eq(&token[..]),
        refresh_tokens::session_id.eq(Key::from(session)),
        refresh_tokens::issued_at.eq(At(now)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(refresh_tokens::table).values(row).execute(c))?;
    Ok(())
}

/// The session that a refresh token belongs to, for its lock.
pub fn of_token(database: &mut Database<'_>, token: &Fingerprint) -> Result<Option<SessionId>, Error> {
    let found: Option<Key> = on_either!(database, |c| refresh_tokens::table
        .find(&token[..])
        .select(refresh_tokens::session_id)
        .first(c)
        .optional())?;
    Ok(found.map(Into::into))
}

/// A refresh token as it stands: its session, when it was issued, whether it was used. Lock the session first.
pub fn find(
    database: &mut Database<'_>,
    token: &Fingerprint,
) -> Result<Option<(Session, Moment, bool)>, Error> {
    type Row = (Key, Key, At, Option<String>, At, bool);
    let row: Option<Row> = on_either!(database, |c| refresh_tokens::table
        .inner_join(sessions::table.on(sessions::id.eq(refresh_tokens::session_id)))
        .filter(refresh_tokens::token_hash.eq(&token[..]))
        .select((
            sessions::id,
            sessions::person_id,
            sessions::started_at,
            sessions::ended_because,
            refresh_tokens::issued_at,
            refresh_tokens::used,
        ))
        .first(c)
        .optional())?;
    row.map(|(id, person, started_at, ended, issued_at, used)| {
        let ended = code_or_none("sessions", "ended_because", ended.as_deref())?;
        let session = Session { id: id.into(), person: person.into(), started_at: started_at.0, ended };
        Ok((session, issued_at.0, used))
    })
    .transpose()
}

/// Whether a session runs. Lock it first.
pub fn runs(database: &mut Database<'_>, session: SessionId) -> Result<bool, Error> {
    let running = sessions::table.find(Key::from(session)).filter(sessions::ended_because.is_null());
    Ok(on_either!(database, |c| diesel::select(diesel::dsl::exists(running)).get_result(c))?)
}

/// Marks a refresh token as used, once.
pub fn mark_used(tx: &mut Transaction<'_, '_>, token: &Fingerprint) -> Result<(), Error> {
    let row = refresh_tokens::table.find(&token[..]).filter(refresh_tokens::used.eq(false));
    let update = diesel::update(row).set(refresh_tokens::used.eq(true));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// Ends a session that runs.
pub fn end(tx: &mut Transaction<'_, '_>, session: SessionId, because: SessionEnd) -> Result<(), Error> {
    let row = sessions::table.find(Key::from(session)).filter(sessions::ended_because.is_null());
    let update = diesel::update(row).set(sessions::ended_because.eq(because.to_string()));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// Ends every session, and forgets their tokens: of a restored backup, where nobody knows which were ended since. That they were begun is kept, for
/// an account that was used lately.
pub(crate) fn end_all(database: &mut Database<'_>) -> Result<(), Error> {
    on_either!(&mut *database, |c| diesel::delete(refresh_tokens::table).execute(c))?;
    let running = sessions::table.filter(sessions::ended_because.is_null());
    let update = diesel::update(running).set(sessions::ended_because.eq(SessionEnd::SignedOut.to_string()));
    on_either!(database, |c| update.execute(c))?;
    Ok(())
}
