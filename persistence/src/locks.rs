//! Locks, always in the same order: an address, a person, her roles, a sign-in code or session, a school, requests by id, a buddy, an announced talk, webhooks, the journal. SQLite has one writer and needs none.

use diesel::RunQueryDsl;
use naast_domain::directory::LocationCode;
use naast_domain::ids::{AnnouncedMeetingId, BuddyId, PersonId, RequestId, SessionId, SignInCodeId};
use naast_domain::journal::Chain;

use crate::Error;
use crate::columns::{Id, Key};
use crate::database::Database;
use crate::transaction::Transaction;

fn lock(tx: &mut Transaction<'_, '_>, statement: &'static str, key: Key) -> Result<(), Error> {
    match &mut **tx {
        Database::Postgres(connection) => {
            diesel::sql_query(statement).bind::<Id, _>(key).execute(&mut **connection)?;
        }
        Database::Sqlite(_) => {}
    }
    Ok(())
}

/// Holds off another conversation that is opened at this school at the same moment. What only refers to the school
/// goes on.
pub fn lock_school(tx: &mut Transaction<'_, '_>, school: &LocationCode) -> Result<(), Error> {
    if let Database::Postgres(connection) = &mut **tx {
        diesel::sql_query("SELECT 1 FROM schools WHERE location_code = $1 FOR NO KEY UPDATE")
            .bind::<diesel::sql_types::Text, _>(school.as_str())
            .execute(&mut **connection)?;
    }
    Ok(())
}

/// Holds off another founding of the same installation.
pub fn lock_founding(tx: &mut Transaction<'_, '_>) -> Result<(), Error> {
    if let Database::Postgres(connection) = &mut **tx {
        diesel::sql_query("SELECT pg_advisory_xact_lock(474198275956)").execute(&mut **connection)?;
    }
    Ok(())
}

/// Holds off, until the end of the transaction, whoever would bind the database to another master key. Many can hold it at once.
pub fn lock_masters(tx: &mut Transaction<'_, '_>) -> Result<(), Error> {
    if let Database::Postgres(connection) = &mut **tx {
        diesel::sql_query("SELECT pg_advisory_xact_lock_shared(474198275957)").execute(&mut **connection)?;
    }
    Ok(())
}

/// Waits for whoever makes a data key at this moment, and holds off the next, for binding the database to another master key.
pub fn lock_masters_to_bind(tx: &mut Transaction<'_, '_>) -> Result<(), Error> {
    if let Database::Postgres(connection) = &mut **tx {
        diesel::sql_query("SELECT pg_advisory_xact_lock(474198275957)").execute(&mut **connection)?;
    }
    Ok(())
}

/// Holds off whoever adds or enables a webhook of the same chain at the same moment: they are counted. Of two chains whose first
/// halves are the same, one waits for the other, which does no harm.
pub fn lock_webhooks(tx: &mut Transaction<'_, '_>, chain: Chain) -> Result<(), Error> {
    if let Database::Postgres(connection) = &mut **tx {
        let half = chain.uuid().as_u64_pair().0.cast_signed();
        diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
            .bind::<diesel::sql_types::BigInt, _>(half)
            .execute(&mut **connection)?;
    }
    Ok(())
}

/// Holds off whoever asks for a code for the same address at the same moment, known or not: there is no row to hold. Of two
/// addresses with the same first half, one waits for the other, which does no harm.
pub fn lock_address(tx: &mut Transaction<'_, '_>, address: &[u8; 16]) -> Result<(), Error> {
    // two halves: a space of its own beside the locks that are named by one number
    let half = |place: usize| i32::from_be_bytes([0, 1, 2, 3].map(|byte| address[place + byte]));
    if let Database::Postgres(connection) = &mut **tx {
        diesel::sql_query("SELECT pg_advisory_xact_lock($1, $2)")
            .bind::<diesel::sql_types::Integer, _>(half(0))
            .bind::<diesel::sql_types::Integer, _>(half(4))
            .execute(&mut **connection)?;
    }
    Ok(())
}

/// Holds off the erasure of this person's account, and whatever else asks whether she is there. A row that only names her goes on.
pub fn lock_person(tx: &mut Transaction<'_, '_>, id: PersonId) -> Result<(), Error> {
    lock(tx, "SELECT 1 FROM people WHERE id = $1 FOR NO KEY UPDATE", id.into())
}

/// Holds off whoever gives the same person a role at the same moment: what she has is compared, and of what is new there is no row to
/// hold. Of two people whose last halves are the same, one waits for the other, which does no harm.
pub fn lock_roles_of(tx: &mut Transaction<'_, '_>, person: PersonId) -> Result<(), Error> {
    if let Database::Postgres(connection) = &mut **tx {
        let half = person.uuid().as_u64_pair().1.cast_signed();
        diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
            .bind::<diesel::sql_types::BigInt, _>(half)
            .execute(&mut **connection)?;
    }
    Ok(())
}

/// Holds off every other change to this request, its proposals and its match until the end of the transaction, which is about it.
pub fn lock_request(tx: &mut Transaction<'_, '_>, id: RequestId) -> Result<(), Error> {
    tx.is_about(id);
    lock_request_besides(tx, id)
}

/// The same of a request that the transaction is not about, and that what it changes can touch.
pub fn lock_request_besides(tx: &mut Transaction<'_, '_>, id: RequestId) -> Result<(), Error> {
    lock(tx, "SELECT 1 FROM support_requests WHERE id = $1 FOR UPDATE", id.into())
}

/// Holds off every other change to this buddy, her ties, certificates and number of matches.
pub fn lock_buddy(tx: &mut Transaction<'_, '_>, id: BuddyId) -> Result<(), Error> {
    lock(tx, "SELECT 1 FROM buddies WHERE id = $1 FOR UPDATE", id.into())
}

/// Holds off every other change to whatever this person is a buddy of.
pub fn lock_buddies_of(tx: &mut Transaction<'_, '_>, person: PersonId) -> Result<(), Error> {
    lock(tx, "SELECT 1 FROM buddies WHERE person_id = $1 ORDER BY id FOR UPDATE", person.into())
}

/// Holds off whoever else notes something on this announced talk, or cancels it.
pub fn lock_announced_meeting(tx: &mut Transaction<'_, '_>, id: AnnouncedMeetingId) -> Result<(), Error> {
    lock(tx, "SELECT 1 FROM announced_meetings WHERE id = $1 FOR UPDATE", id.into())
}

/// Holds off every other try of this one-time code until the end of the transaction: tries are counted one by one.
pub fn lock_sign_in_code(tx: &mut Transaction<'_, '_>, id: SignInCodeId) -> Result<(), Error> {
    lock(tx, "SELECT 1 FROM sign_in_codes WHERE id = $1 FOR UPDATE", id.into())
}

/// Holds off every other use of a token of this session: of two that come at once, the second finds the first.
pub fn lock_session(tx: &mut Transaction<'_, '_>, id: SessionId) -> Result<(), Error> {
    lock(tx, "SELECT 1 FROM sessions WHERE id = $1 FOR UPDATE", id.into())
}
