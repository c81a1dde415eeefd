//! When parent and buddy met. Not what was said.

use diesel::prelude::*;
use naast_domain::access::{Grant, ReadContacts, RecordContact};
use naast_domain::buddies::Channel;
use naast_domain::ids::{ContactId, PersonId};
use naast_domain::support::ContactTask;
use naast_domain::{Date, Moment};

use super::Match;
use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::{Page, Slice, Stored, code, count};
use crate::schema::contacts;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// That parent and buddy met: when, how, how long and what kind. Not what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The day.
    pub date: Date,
    /// Online or in person.
    pub channel: Channel,
    /// How long, in minutes.
    pub minutes: u32,
    /// What they did.
    pub task: ContactTask,
    /// Who recorded it.
    pub recorded_by: PersonId,
    /// When it was recorded.
    pub recorded_at: Moment,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = contacts)]
struct ContactRow {
    programme_id: Key,
    id: Key,
    match_id: Key,
    contact_date: Date,
    channel: String,
    minutes: i32,
    task: String,
    recorded_by: Key,
    recorded_at: At,
}

/// Keeps a contact of a match that was loaded with a grant.
pub fn insert_contact(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<RecordContact>,
    of: &Stored<Match>,
    contact: &Contact,
) -> Result<(), Error> {
    let row = ContactRow {
        programme_id: of.programme.into(),
        id: contact.id.into(),
        match_id: of.id.into(),
        contact_date: contact.date,
        channel: contact.channel.to_string(),
        minutes: i32::try_from(contact.minutes).unwrap_or(i32::MAX),
        task: contact.task.to_string(),
        recorded_by: contact.recorded_by.into(),
        recorded_at: At(contact.recorded_at),
    };
    on_either!(&mut **tx, |c| diesel::insert_into(contacts::table).values(row).execute(c))?;
    Ok(())
}

/// A page of the contacts of a match that was loaded with a grant, newest first.
pub fn contacts_of(
    database: &mut Database<'_>,
    _grant: &Grant<ReadContacts>,
    of: &Stored<Match>,
    page: Page,
) -> Result<Slice<Contact>, Error> {
    let rows: Vec<ContactRow> = on_either!(database, |c| {
        let mut query = contacts::table
            .filter(contacts::programme_id.eq(Key::from(of.programme)))
            .filter(contacts::match_id.eq(Key::from(of.id)))
            .select(ContactRow::as_select())
            .order((contacts::recorded_at.desc(), contacts::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                contacts::recorded_at.le(at).and(contacts::recorded_at.lt(at).or(contacts::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    Slice::cut(rows, page.size).try_map(|row| {
        const T: &str = "contacts";
        Ok(Contact {
            id: row.id.into(),
            date: row.contact_date,
            channel: code(T, "channel", &row.channel)?,
            minutes: count(T, "minutes", row.minutes)?,
            task: code(T, "task", &row.task)?,
            recorded_by: row.recorded_by.into(),
            recorded_at: row.recorded_at.0,
        })
    })
}
