//! Which accounts an address leads to. The address itself is not kept.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{Grant, RegisterPeople};
use naast_domain::ids::PersonId;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::keys::{Keys, Sealed};
use crate::organisations::{Person, keep_person, name_place};
use crate::schema::{people, sign_in_addresses};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// The accounts of an address, the oldest first.
pub fn accounts(database: &mut Database<'_>, keys: &Keys, address: &[u8]) -> Result<Vec<Person>, Error> {
    let rows: Vec<(Key, String)> = on_either!(&mut *database, |c| sign_in_addresses::table
        .inner_join(people::table.on(people::id.eq(sign_in_addresses::person_id)))
        .filter(sign_in_addresses::address_hash.eq(address))
        .order((sign_in_addresses::added_at, sign_in_addresses::person_id))
        .select((people::id, people::name))
        .load(c))?;
    let sealed: Vec<_> =
        rows.into_iter().map(|(id, name)| (name_place(id.into()), Sealed::from_column(name))).collect();
    let sealed: Vec<_> = sealed.iter().map(|(place, name)| (*place, name)).collect();
    let names = keys.open_all(database, &sealed)?;
    let people = sealed.iter().zip(names);
    Ok(people
        .map(|((place, _), name)| Person { id: place.row.into(), name: name.unwrap_or_default() })
        .collect())
}

/// Lets a person sign in by an address, on the word of who registers her.
pub fn insert(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<RegisterPeople>,
    address: &[u8],
    person: PersonId,
    now: Moment,
) -> Result<(), Error> {
    keep(tx, address, person, now)
}

/// Makes an account for somebody who proved that an address is hers and has none. It has no name: she gave none.
pub fn begin(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    address: &[u8],
    person: PersonId,
    now: Moment,
) -> Result<(), Error> {
    keep_person(tx, keys, &Person { id: person, name: String::new() }, now)?;
    keep(tx, address, person, now)
}

fn keep(tx: &mut Transaction<'_, '_>, address: &[u8], person: PersonId, now: Moment) -> Result<(), Error> {
    let row = (
        sign_in_addresses::address_hash.eq(address),
        sign_in_addresses::person_id.eq(Key::from(person)),
        sign_in_addresses::added_at.eq(At(now)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(sign_in_addresses::table).values(row).execute(c))?;
    Ok(())
}
