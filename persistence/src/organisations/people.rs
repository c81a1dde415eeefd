//! People who can sign in. A name is sealed under a key of hers.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{Action, DecideOnRequest, Grant, Principal, RegisterPeople, SubmitRequest};
use naast_domain::ids::PersonId;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::keys::{Keys, Owner, Place, Sealed};
use crate::rows::one;
use crate::schema::people;
use crate::transaction::Transaction;
use crate::{Error, locks, on_either};

/// A person who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Her id.
    pub id: PersonId,
    /// Her name.
    pub name: String,
}

/// Registers a person.
pub fn insert_person(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    _grant: &Grant<RegisterPeople>,
    person: &Person,
    now: Moment,
) -> Result<(), Error> {
    keep_person(tx, keys, person, now)
}

/// Keeps a person, registered by somebody or by herself.
pub(crate) fn keep_person(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    person: &Person,
    now: Moment,
) -> Result<(), Error> {
    let name = keys.seal(tx, Owner::Person(person.id), name_place(person.id), &person.name, now)?;
    let row =
        (people::id.eq(Key::from(person.id)), people::name.eq(name.as_str()), people::created_at.eq(At(now)));
    on_either!(&mut **tx, |c| diesel::insert_into(people::table).values(row).execute(c))?;
    Ok(())
}

/// The caller's own name; `None` when there is nobody with her id.
pub fn own_name(database: &mut Database<'_>, keys: &Keys, me: &Principal) -> Result<Option<String>, Error> {
    name_of(database, keys, me.person)
}

/// The name of whoever has this id; `None` when nobody has it.
pub(crate) fn name_of(
    database: &mut Database<'_>,
    keys: &Keys,
    id: PersonId,
) -> Result<Option<String>, Error> {
    let sealed: Option<String> = on_either!(&mut *database, |c| people::table
        .find(Key::from(id))
        .select(people::name)
        .first(c)
        .optional())?;
    let Some(sealed) = sealed else { return Ok(None) };
    Ok(Some(keys.open(database, name_place(id), &Sealed(sealed))?.unwrap_or_default()))
}

/// Puts the caller's own name right, sealed under the key that it had.
pub fn correct_own_name(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    grant: &Grant<DecideOnRequest>,
    name: &str,
    now: Moment,
) -> Result<(), Error> {
    let me = grant.person();
    let sealed = keys.seal(tx, Owner::Person(me), name_place(me), name, now)?;
    let update = diesel::update(people::table.find(Key::from(me))).set(people::name.eq(sealed.as_str()));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// Whether anybody has this id, with nothing that erases her account meanwhile: for whoever gives her a role, or registers her as a buddy. Of whom only a
/// row without a name is left, for the records of others that name it, nobody is there any more.
pub fn is_registered<A: Action>(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<A>,
    id: PersonId,
) -> Result<bool, Error> {
    is_named(tx, id)
}

/// Whether the account of whoever asks for help is there, with nothing that erases it meanwhile: she was asked who she is before.
/// Her name goes with her account; an account of before names were sealed may never have had one.
pub fn is_there(tx: &mut Transaction<'_, '_>, grant: &Grant<SubmitRequest>) -> Result<bool, Error> {
    let me = grant.person();
    let name = |tx: &mut Transaction<'_, '_>| -> Result<Option<String>, Error> {
        let name = people::table.find(Key::from(me)).select(people::name);
        Ok(on_either!(&mut **tx, |c| name.first(c).optional())?)
    };
    let before = name(tx)?;
    locks::lock_person(tx, me)?;
    let now = name(tx)?;
    Ok(now.is_some_and(|now| !now.is_empty() || before.is_some_and(|before| before.is_empty())))
}

fn is_named(tx: &mut Transaction<'_, '_>, id: PersonId) -> Result<bool, Error> {
    locks::lock_person(tx, id)?;
    let found = people::table.find(Key::from(id)).filter(people::name.ne(""));
    on_either!(&mut **tx, |c| diesel::select(diesel::dsl::exists(found)).get_result(c)).map_err(Error::from)
}

/// Takes the name of a person away, and keeps her id for the records of others that name it. No key of hers is made again:
/// an empty name needs none.
pub(crate) fn forget_name(tx: &mut Transaction<'_, '_>, person: PersonId) -> Result<(), Error> {
    let update = diesel::update(people::table.find(Key::from(person))).set(people::name.eq(""));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

pub(crate) fn name_place(id: PersonId) -> Place {
    Place { table: "people", column: "name", row: id.uuid() }
}
