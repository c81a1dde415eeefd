//! Erasure: keys first, then rows, and a tombstone. What goes with a case or a person is what the classification says is
//! of it, so a table that is added later goes too.

use diesel::prelude::*;
use naast_domain::access::Upkeep;
use naast_domain::ids::{BuddyId, ConversationId, PersonId, ProgrammeId, RequestId};
use naast_domain::privacy::retention::{Due, Rule};
use naast_domain::requests::SupportRequest;
use naast_domain::{Moment, day_of};
use uuid::Uuid;

use super::classification::{Of, Table, tables};
use super::export;
use super::notices;
use super::tombstones::{self, Kind};
use crate::columns::{At, Id, Key};
use crate::database::Database;
use crate::keys::{Keys, Owner};
use crate::retries;
use crate::rows::Stored;
use crate::schema::{buddies, certificates, consent_proofs, consents, erased_counts, proposals};
use crate::support::private_space;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Whose rows are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A case: a request and everything that belongs to it.
    Case(RequestId),
    /// A person.
    Person(PersonId),
    /// A buddy's file.
    Buddy(BuddyId),
    /// A conversation.
    Conversation(ConversationId),
}

impl Subject {
    pub(crate) fn id(self) -> Uuid {
        match self {
            Self::Case(id) => id.uuid(),
            Self::Person(id) => id.uuid(),
            Self::Buddy(id) => id.uuid(),
            Self::Conversation(id) => id.uuid(),
        }
    }

    fn column(self, of: Of) -> Option<&'static str> {
        match (self, of) {
            (Self::Case(_), Of::Case(by))
            | (Self::Person(_), Of::Person(by))
            | (Self::Buddy(_), Of::Buddy(by))
            | (Self::Conversation(_), Of::Conversation(by)) => Some(by),
            _ => None,
        }
    }
}

/// Which rows of a table are of a subject, as a condition with one place for its id; none when none can be.
pub(crate) fn condition(table: &Table, subject: Subject, mark: &str) -> Option<String> {
    if let Of::Row(by, parent) = table.of {
        let parent = tables().find(|one| one.name == parent)?;
        let of_parent = condition(parent, subject, mark)?;
        return Some(format!("{by} IN (SELECT id FROM {} WHERE {of_parent})", parent.name));
    }
    Some(format!("{} = {mark}", subject.column(table.of)?))
}

/// Deletes the rows of a subject in the tables that are meant, those that refer to others first.
fn delete(
    tx: &mut Transaction<'_, '_>,
    subject: Subject,
    meant: impl Fn(&Table) -> bool,
) -> Result<usize, Error> {
    let mut gone = 0;
    let order: Vec<&Table> = tables().filter(|table| meant(table)).collect();
    for table in order.into_iter().rev() {
        let mark = if tx.is_postgres() { "$1" } else { "?" };
        let Some(condition) = condition(table, subject, mark) else { continue };
        let statement = format!("DELETE FROM {} WHERE {condition}", table.name);
        gone += run(tx, &statement, subject.id())?;
    }
    Ok(gone)
}

fn run(tx: &mut Transaction<'_, '_>, statement: &str, id: Uuid) -> Result<usize, Error> {
    let done = match &mut **tx {
        Database::Sqlite(c) => diesel::sql_query(statement).bind::<Id, _>(Key(id)).execute(*c),
        Database::Postgres(c) => diesel::sql_query(statement).bind::<Id, _>(Key(id)).execute(*c),
    };
    done.map_err(Error::from)
}

/// Destroys the data keys of an owner and takes their rows away: nothing is left that they sealed.
pub(in crate::privacy) fn forget_keys(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    owner: Owner,
    now: Moment,
) -> Result<(), Error> {
    keys.destroy(tx, owner, now)?;
    crate::keys::forget(tx, owner)
}

/// Erases a case that is locked, as of a moment: now, or when it was erased before a backup brought it back. Its keys, its rows. What stays is the proof of its consents and a count, without a name,
/// a tombstone, and the question to whoever could read something and did not say yet that nothing is kept.
pub fn erase_case(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    stored: &Stored<SupportRequest>,
    outcome: &str,
    (at, now): (Moment, Moment),
) -> Result<(), Error> {
    let (programme, request) = (stored.programme, stored.id);
    notices::carry_over(tx, stored, (at, now))?;
    forget_keys(tx, keys, Owner::Case(request), now)?;
    forget_keys(tx, keys, Owner::Private(request), now)?;
    retries::blank_of_case(tx, request)?;
    export::forget_of_parent(tx, keys, request, now)?;
    keep_proofs(tx, request)?;
    count_one(tx, &format!("programme:{programme}"), "request", outcome, at)?;
    delete(tx, Subject::Case(request), |_| true)?;
    tombstones::lay(tx, Kind::Case, request.uuid(), Subject::Case(request), at)
}

/// Erases what parent and buddy shared in a case. Says whether there was anything.
pub fn erase_private_space(
    tx: &mut Transaction<'_, '_>,
    _leave: &Upkeep,
    keys: &Keys,
    request: RequestId,
    now: Moment,
) -> Result<bool, Error> {
    let gone = delete(tx, Subject::Case(request), |table| table.retention == Rule::PrivateSpace)?;
    if gone > 0 {
        forget_keys(tx, keys, Owner::Private(request), now)?;
        // a programme may have set a term that is over within the day
        private_space::forget_answers(tx, request)?;
        tombstones::lay_of_space(tx, request, now)?;
        export::outdate(tx, Subject::Case(request), now)?;
    }
    Ok(gone > 0)
}

/// Erases a person's account. Her row stays without a name while somebody else's record names her id. Says whether it went.
pub fn erase_account(
    tx: &mut Transaction<'_, '_>,
    _leave: &Upkeep,
    keys: &Keys,
    person: PersonId,
    now: Moment,
) -> Result<bool, Error> {
    export::forget_of(tx, keys, person, now)?;
    retries::blank_of_person(tx, person)?;
    delete(tx, Subject::Person(person), |table| table.name != "people")?;
    forget_keys(tx, keys, Owner::Person(person), now)?;
    tombstones::lay(tx, Kind::Person, person.uuid(), Subject::Person(person), now)?;
    if let Some(gone) = unless_named(tx, "DELETE FROM people WHERE id =", person.uuid())? {
        return Ok(gone > 0);
    }
    crate::organisations::forget_name(tx, person)?;
    Ok(false)
}

/// Deletes a row by its id, unless a row of another table names it: the database says so. Gives back how many went, none when it is named.
fn unless_named(
    tx: &mut Transaction<'_, '_>,
    statement: &'static str,
    id: Uuid,
) -> Result<Option<usize>, Error> {
    let gone = tx.savepoint(|tx| {
        let mark = if tx.is_postgres() { "$1" } else { "?" };
        run(tx, &format!("{statement} {mark}"), id)
    });
    match gone {
        Ok(gone) => Ok(Some(gone)),
        Err(Error::Missing { .. }) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Takes away what is left of a person whose account is erased, when no record names her any more. Says whether it went.
pub fn sweep_person(tx: &mut Transaction<'_, '_>, _leave: &Upkeep, person: PersonId) -> Result<bool, Error> {
    let gone = unless_named(tx, "DELETE FROM people WHERE name = '' AND id =", person.uuid())?;
    Ok(gone.is_some_and(|gone| gone > 0))
}

/// Takes away what is left of a buddy whose file is erased, when no case names her any more. Says whether it went.
pub fn sweep_buddy(tx: &mut Transaction<'_, '_>, _leave: &Upkeep, buddy: BuddyId) -> Result<bool, Error> {
    // what somebody wrote on it in the meantime belongs to nobody
    delete(tx, Subject::Buddy(buddy), |table| table.name != "buddies")?;
    let row = "DELETE FROM buddies WHERE status = 'left' AND left_at IS NULL AND id =";
    Ok(unless_named(tx, row, buddy.uuid())?.is_some_and(|gone| gone > 0))
}

/// Erases a buddy's file. Her row stays without a name and without what was known of her while a case names its id. Says
/// whether it went.
pub fn erase_buddy_file(
    tx: &mut Transaction<'_, '_>,
    _leave: &Upkeep,
    (programme, buddy): (ProgrammeId, BuddyId),
    now: Moment,
) -> Result<bool, Error> {
    retries::blank_of_file(tx, buddy)?;
    // her name stands in what was answered of the cases that she was proposed for
    let cases: Vec<Key> = on_either!(&mut **tx, |c| proposals::table
        .filter(proposals::programme_id.eq(Key::from(programme)))
        .filter(proposals::buddy_id.eq(Key::from(buddy)))
        .select(proposals::request_id)
        .distinct()
        .load(c))?;
    for request in cases {
        retries::blank_of_case(tx, request.into())?;
    }
    delete(tx, Subject::Buddy(buddy), |table| table.name != "buddies")?;
    tombstones::lay(tx, Kind::Buddy, buddy.uuid(), Subject::Buddy(buddy), now)?;
    if let Some(gone) = unless_named(tx, "DELETE FROM buddies WHERE id =", buddy.uuid())? {
        return Ok(gone > 0);
    }
    crate::buddies::forget(tx, (programme, buddy))?;
    Ok(false)
}

/// The programme of a buddy.
pub fn programme_of(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    buddy: BuddyId,
) -> Result<Option<ProgrammeId>, Error> {
    let found: Option<Key> = on_either!(database, |c| buddies::table
        .filter(buddies::id.eq(Key::from(buddy)))
        .select(buddies::programme_id)
        .first(c)
        .optional())?;
    Ok(found.map(Into::into))
}

/// Erases the certificates of a buddy who left, and takes along what she has waiting of an export: it holds them. Says how many.
pub fn erase_certificates(
    tx: &mut Transaction<'_, '_>,
    _leave: &Upkeep,
    buddy: BuddyId,
    now: Moment,
) -> Result<usize, Error> {
    export::outdate(tx, Subject::Buddy(buddy), now)?;
    retries::blank_of_file(tx, buddy)?;
    let papers: Vec<Key> = on_either!(&mut **tx, |c| certificates::table
        .filter(certificates::buddy_id.eq(Key::from(buddy)))
        .order(certificates::id)
        .select(certificates::id)
        .load(c))?;
    for id in papers {
        tombstones::lay(tx, Kind::Certificate, id.0, Subject::Buddy(buddy), now)?;
    }
    delete(tx, Subject::Buddy(buddy), |table| table.retention == Rule::Certificate)
}

/// Erases a conversation. What stays is a count of the school's.
pub fn erase_conversation(
    tx: &mut Transaction<'_, '_>,
    _leave: &Upkeep,
    conversation: ConversationId,
    (school, outcome): (&str, &str),
    (opened_at, now): (Moment, Moment),
) -> Result<(), Error> {
    count_one(tx, &format!("school:{school}"), "conversation", outcome, opened_at)?;
    delete(tx, Subject::Conversation(conversation), |_| true)?;
    tombstones::lay_of_talk(tx, conversation, now)
}

/// Counts something that was erased, in the quarter of this moment.
fn count_one(
    tx: &mut Transaction<'_, '_>,
    scope: &str,
    kind: &str,
    outcome: &str,
    at: Moment,
) -> Result<(), Error> {
    use chrono::Datelike as _;
    let quarter = format!("{}-Q{}", at.year(), at.month0() / 3 + 1);
    let row = (
        erased_counts::scope.eq(scope),
        erased_counts::kind.eq(kind),
        erased_counts::outcome.eq(outcome),
        erased_counts::quarter.eq(&quarter),
        erased_counts::number.eq(1),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(erased_counts::table)
        .values(row)
        .on_conflict((
            erased_counts::scope,
            erased_counts::kind,
            erased_counts::outcome,
            erased_counts::quarter
        ))
        .do_update()
        .set(erased_counts::number.eq(erased_counts::number + 1))
        .execute(c))?;
    Ok(())
}

/// The words of a consent, in columns: version, language, fingerprint.
type Words<T> = (T, T, T);
type ProofRow = (Key, String, Words<String>, Words<Option<String>>, At, Option<At>);

/// Keeps of each consent on a request that it was given and taken back, and not whose it was. Of one that she confirmed, the words are those that
/// she was shown then.
fn keep_proofs(tx: &mut Transaction<'_, '_>, request: RequestId) -> Result<(), Error> {
    let rows: Vec<ProofRow> = on_either!(&mut **tx, |c| consents::table
        .filter(consents::request_id.eq(Key::from(request)))
        .select((
            consents::id,
            consents::kind,
            (consents::text_version, consents::language, consents::text_hash),
            (consents::confirmed_text_version, consents::confirmed_language, consents::confirmed_text_hash,),
            consents::given_at,
            consents::withdrawn_at,
        ))
        .load(c))?;
    for (id, kind, sent, confirmed, given_at, withdrawn_at) in rows {
        let (text_version, language, text_hash) = match confirmed {
            (Some(version), Some(language), Some(hash)) => (version, language, hash),
            _ => sent,
        };
        let row = (
            consent_proofs::fingerprint.eq(tombstones::fingerprint("consent", id.0).to_vec()),
            consent_proofs::kind.eq(kind),
            consent_proofs::text_version.eq(text_version),
            consent_proofs::language.eq(language),
            consent_proofs::text_hash.eq(text_hash),
            consent_proofs::given_at.eq(given_at),
            consent_proofs::withdrawn_at.eq(withdrawn_at),
        );
        on_either!(&mut **tx, |c| diesel::insert_into(consent_proofs::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    Ok(())
}

/// Deletes the rows of tables that go by their own age, so many at most of each. Says how many of each table.
pub fn erase_aged(
    tx: &mut Transaction<'_, '_>,
    now: Moment,
    most: i64,
) -> Result<Vec<(&'static str, usize)>, Error> {
    let mut gone = Vec::new();
    for table in tables() {
        let Some((by, days)) = table.aged_by.zip(table.retention.days()) else { continue };
        let before = At(Due::over_before(day_of(now), days));
        let statement = |mark: &str, place: &str| {
            format!(
                "DELETE FROM {0} WHERE {place} IN (SELECT {place} FROM {0} WHERE {by} < {mark} LIMIT {most})",
                table.name
            )
        };
        let count = match &mut **tx {
            Database::Sqlite(c) => diesel::sql_query(statement("?", "rowid"))
                .bind::<crate::columns::Moment, _>(before)
                .execute(*c),
            Database::Postgres(c) => diesel::sql_query(statement("$1", "ctid"))
                .bind::<crate::columns::Moment, _>(before)
                .execute(*c),
        };
        gone.push((table.name, count?));
    }
    Ok(gone)
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

/// How many rows would go by their own age, by table.
pub fn count_aged(database: &mut Database<'_>, now: Moment) -> Result<Vec<(&'static str, u64)>, Error> {
    let mut counts = Vec::new();
    for table in tables() {
        let Some((by, days)) = table.aged_by.zip(table.retention.days()) else { continue };
        let before = At(Due::over_before(day_of(now), days));
        let mark = if database.is_postgres() { "$1" } else { "?" };
        let question = format!("SELECT count(*) AS number FROM {} WHERE {by} < {mark}", table.name);
        let counted: Counted = on_either!(&mut *database, |c| diesel::sql_query(question)
            .bind::<crate::columns::Moment, _>(before)
            .get_result(c))?;
        counts.push((table.name, counted.number.unsigned_abs()));
    }
    Ok(counts)
}
