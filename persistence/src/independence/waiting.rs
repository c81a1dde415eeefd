//! Facts that changed, of which the rules are still to be asked again for others than whoever the call was about. A row is
//! written in the transaction that changes the fact, so it is there exactly when the fact is; the server works rows off
//! within a second, and takes one away only after what it asks for is done.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::Upkeep;
use naast_domain::ids::{BuddyId, PersonId};
use uuid::Uuid;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::schema::{buddies, reassessments};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Of whom the rules are to be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whom {
    /// Whoever is proposed or matched anywhere: the directory changed.
    Everybody,
    /// A person, wherever she is a buddy.
    Person(PersonId),
    /// Nobody any more: her file went meanwhile.
    Nobody,
}

/// A row that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub id: Uuid,
    /// Of whom.
    pub whom: Whom,
    asked_at: Moment,
}

impl Waiting {
    /// Where it stands in the row.
    pub fn place(&self) -> (Moment, Uuid) {
        (self.asked_at, self.id)
    }
}

/// A row is nobody's to choose or to know.
#[expect(clippy::disallowed_methods, reason = "the id of a row of upkeep names nothing outside")]
fn fresh_id() -> Uuid {
    Uuid::new_v4()
}

fn insert(tx: &mut Transaction<'_, '_>, buddy: Option<BuddyId>, now: Moment) -> Result<(), Error> {
    // a row of its own each time: one that is being worked off at this moment may have read the facts of before
    let row = (
        reassessments::id.eq(Key(fresh_id())),
        reassessments::buddy_id.eq(buddy.map(Key::from)),
        reassessments::asked_at.eq(At(now)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(reassessments::table).values(row).execute(c))?;
    Ok(())
}

/// Something changed that counts in the other matches of this buddy: one that began, ended or went to another school.
pub fn ask_others_of(tx: &mut Transaction<'_, '_>, buddy: BuddyId, now: Moment) -> Result<(), Error> {
    insert(tx, Some(buddy), now)
}

/// Something changed that can count in any match, such as the board of a school.
pub fn ask_everybody(tx: &mut Transaction<'_, '_>, now: Moment) -> Result<(), Error> {
    insert(tx, None, now)
}

/// The oldest rows that wait, behind a place.
pub fn waiting(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    after: Option<(Moment, Uuid)>,
    most: i64,
) -> Result<Vec<Waiting>, Error> {
    let rows: Vec<(Key, Option<Key>, Option<Key>, At)> = on_either!(database, |c| {
        let mut rows = reassessments::table
            .left_join(buddies::table.on(reassessments::buddy_id.eq(buddies::id.nullable())))
            .into_boxed();
        if let Some((at, id)) = after {
            let later = reassessments::asked_at.gt(At(at));
            let beside = reassessments::asked_at.eq(At(at)).and(reassessments::id.gt(Key(id)));
            rows = rows.filter(later.or(beside));
        }
        rows.order((reassessments::asked_at, reassessments::id))
            .limit(most)
            .select((
                reassessments::id,
                reassessments::buddy_id,
                buddies::person_id.nullable(),
                reassessments::asked_at,
            ))
            .load(c)
    })?;
    Ok(rows
        .into_iter()
        .map(|(id, buddy, person, asked_at)| {
            let whom = match (buddy, person) {
                (None, _) => Whom::Everybody,
                (Some(_), Some(person)) => Whom::Person(person.into()),
                (Some(_), None) => Whom::Nobody,
            };
            Waiting { id: id.0, whom, asked_at: asked_at.0 }
        })
        .collect())
}

/// Takes rows away whose work is done.
pub fn done(tx: &mut Transaction<'_, '_>, _leave: &Upkeep, ids: &[Uuid]) -> Result<usize, Error> {
    let keys: Vec<Key> = ids.iter().copied().map(Key).collect();
    let delete = diesel::delete(reassessments::table.filter(reassessments::id.eq_any(keys)));
    Ok(on_either!(&mut **tx, |c| delete.execute(c))?)
}
