//! Rows without a name: what is left of a buddy whose file was erased, and of a person whose account was, while a record of others names it. Once
//! nothing does they say nothing to anybody, and go.

use diesel::prelude::*;
use naast_domain::access::Upkeep;
use naast_domain::ids::{BuddyId, PersonId};

use crate::Error;
use crate::columns::{Id, Key};
use crate::database::Database;
use crate::on_either;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Id)]
    id: Key,
}

/// A buddy whose file is erased, and whom no case and no open question names. A buddy who left has a date for as long as her file is there.
const BUDDIES: &str = "SELECT b.id AS id FROM buddies b WHERE b.status = 'left' AND b.left_at IS NULL AND b.id > {after} \
    AND NOT EXISTS (SELECT 1 FROM proposals r WHERE r.programme_id = b.programme_id AND r.buddy_id = b.id) \
    AND NOT EXISTS (SELECT 1 FROM matches r WHERE r.programme_id = b.programme_id AND r.buddy_id = b.id) \
    AND NOT EXISTS (SELECT 1 FROM assessments r WHERE r.programme_id = b.programme_id AND r.buddy_id = b.id) \
    AND NOT EXISTS (SELECT 1 FROM withdrawal_notices r WHERE r.recipient_kind = 'buddy' AND r.recipient = CAST(b.id AS text)) \
    AND NOT EXISTS (SELECT 1 FROM erasure_notices r WHERE r.recipient_kind = 'buddy' AND r.recipient = CAST(b.id AS text)) \
    ORDER BY b.id LIMIT {most}";

/// A person whose account is erased, and whom no record of others names. Who has an account has a sealed name, also an empty one, and its key.
const PEOPLE: &str = "SELECT p.id AS id FROM people p WHERE p.name = '' AND p.id > {after} \
    AND NOT EXISTS (SELECT 1 FROM data_keys r WHERE r.owner_kind = 'person' AND r.owner_id = p.id) \
    AND NOT EXISTS (SELECT 1 FROM buddies r WHERE r.person_id = p.id) \
    AND NOT EXISTS (SELECT 1 FROM certificates r WHERE r.seen_by = p.id) \
    AND NOT EXISTS (SELECT 1 FROM conversations r WHERE r.opened_by = p.id) \
    AND NOT EXISTS (SELECT 1 FROM conversations r WHERE r.handed_to = p.id) \
    AND NOT EXISTS (SELECT 1 FROM support_requests r WHERE r.parent_id = p.id) \
    ORDER BY p.id LIMIT {most}";

fn find(database: &mut Database<'_>, question: &str, (after, most): (Key, i64)) -> Result<Vec<Key>, Error> {
    let mark = if database.is_postgres() { "$1" } else { "?" };
    let question = question.replace("{after}", mark).replace("{most}", &most.to_string());
    let rows: Vec<Row> = on_either!(database, |c| diesel::sql_query(question).bind::<Id, _>(after).load(c))?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// What is left of buddies whose file is erased, and nothing names any more.
pub fn nameless_buddies(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    (after, most): (BuddyId, i64),
) -> Result<Vec<BuddyId>, Error> {
    Ok(find(database, BUDDIES, (after.into(), most))?.into_iter().map(Into::into).collect())
}

/// What is left of people whose account is erased, and nothing names any more.
pub fn nameless_people(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    (after, most): (PersonId, i64),
) -> Result<Vec<PersonId>, Error> {
    Ok(find(database, PEOPLE, (after.into(), most))?.into_iter().map(Into::into).collect())
}
