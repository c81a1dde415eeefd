//! Whom a trusted issuer knows.

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::Power;
use naast_domain::identity::VouchedRole;
use naast_domain::ids::PersonId;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::keys::Keys;
use crate::organisations::{Person, keep_person};
use crate::schema::{external_subjects, organisations};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// The person whom an issuer knows under this name.
pub fn person_of(
    database: &mut Database<'_>,
    issuer: &str,
    subject: &[u8],
) -> Result<Option<PersonId>, Error> {
    let found: Option<Key> = on_either!(database, |c| external_subjects::table
        .find((issuer, subject))
        .select(external_subjects::person_id)
        .first(c)
        .optional())?;
    Ok(found.map(Into::into))
}

/// Makes an account for somebody whom an issuer vouches for and who was never here.
pub fn link(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    (issuer, subject): (&str, &[u8]),
    person: &Person,
    now: Moment,
) -> Result<(), Error> {
    keep_person(tx, keys, person, now)?;
    let row = (
        external_subjects::issuer.eq(issuer),
        external_subjects::subject_hash.eq(subject),
        external_subjects::person_id.eq(Key::from(person.id)),
        external_subjects::linked_at.eq(At(now)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(external_subjects::table).values(row).execute(c))?;
    Ok(())
}

/// What a person may be at this moment by roles that were vouched for: only at schools that take part.
pub fn powers(database: &mut Database<'_>, vouched: &[VouchedRole]) -> Result<Vec<Power>, Error> {
    if vouched.is_empty() {
        return Ok(Vec::new());
    }
    let schools: Vec<&str> = vouched.iter().map(|one| one.school().as_str()).collect();
    let rows: Vec<(Key, Option<String>)> = on_either!(database, |c| organisations::table
        .filter(organisations::location_code.eq_any(schools))
        .select((organisations::id, organisations::location_code))
        .order(organisations::id)
        .load(c))?;
    let at = |one: &VouchedRole| {
        let place = rows.iter().find(|(_, school)| school.as_deref() == Some(one.school().as_str()))?;
        Some(Power {
            role: one.role(),
            organisation: place.0.into(),
            programme: None,
            school: Some(one.school().clone()),
            board: None,
        })
    };
    Ok(vouched.iter().filter_map(at).collect())
}
