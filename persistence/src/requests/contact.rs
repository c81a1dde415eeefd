//! How to reach the parent of a request: sealed under the key of her case, and gone when that key is.

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::Upkeep;
use naast_domain::ids::{ProgrammeId, RequestId};
use naast_domain::requests::{Contact, ContactKind, SupportRequest, WithdrawnBy};

use super::T;
use crate::columns::Key;
use crate::database::Database;
use crate::keys::{Keys, Owner, Place, Sealed};
use crate::privacy::erasure::Subject;
use crate::privacy::tombstones;
use crate::retries;
use crate::rows::{Stored, code, one};
use crate::schema::support_requests;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// The columns of a contact, as they are kept.
type Columns = (
    diesel::dsl::Eq<support_requests::contact_name, Option<String>>,
    diesel::dsl::Eq<support_requests::contact_kind, Option<String>>,
    diesel::dsl::Eq<support_requests::contact_value, Option<String>>,
);

/// Seals how to reach the parent of a request.
pub(super) fn sealed(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    request: RequestId,
    contact: &Contact,
    now: Moment,
) -> Result<Columns, Error> {
    let owner = Owner::Case(request);
    let name = keys.seal(tx, owner, place(request, "contact_name"), &contact.name, now)?;
    let value = keys.seal(tx, owner, place(request, "contact_value"), &contact.value, now)?;
    Ok((
        support_requests::contact_name.eq(Some(name.as_str().to_owned())),
        support_requests::contact_kind.eq(Some(contact.kind.to_string())),
        support_requests::contact_value.eq(Some(value.as_str().to_owned())),
    ))
}

fn place(request: RequestId, column: &'static str) -> Place {
    Place { table: T, column, row: request.uuid() }
}

/// How to reach the parents of these requests, which were loaded with a grant; nothing for one that was withdrawn.
pub fn contacts_of(
    database: &mut Database<'_>,
    keys: &Keys,
    requests: &[&Stored<SupportRequest>],
) -> Result<HashMap<RequestId, Contact>, Error> {
    type Found = (Key, Option<String>, Option<String>, Option<String>);
    let ids: Vec<Key> = requests.iter().map(|request| Key::from(request.id)).collect();
    let rows: Vec<Found> = on_either!(&mut *database, |c| support_requests::table
        .filter(support_requests::id.eq_any(ids))
        .select((
            support_requests::id,
            support_requests::contact_name,
            support_requests::contact_kind,
            support_requests::contact_value,
        ))
        .load(c))?;
    let mut kinds = Vec::new();
    let mut sealed = Vec::new();
    for (id, name, kind, value) in rows {
        if let (Some(name), Some(kind), Some(value)) = (name, kind, value) {
            let id = RequestId::from(id);
            kinds.push((id, code::<ContactKind>(T, "contact_kind", &kind)?));
            sealed.push((place(id, "contact_name"), Sealed(name)));
            sealed.push((place(id, "contact_value"), Sealed(value)));
        }
    }
    let sealed: Vec<(Place, &Sealed)> = sealed.iter().map(|(place, one)| (*place, one)).collect();
    let opened = keys.open_all(database, &sealed)?;
    let contacts = kinds.into_iter().zip(opened.chunks(2)).filter_map(|((id, kind), pair)| match pair {
        [Some(name), Some(value)] => Some((id, Contact { name: name.clone(), kind, value: value.clone() })),
        _ => None,
    });
    Ok(contacts.collect())
}

/// Takes the contact data of a request away that somebody withdrew at a moment, and destroys the key that sealed them: copies in backups are
/// unreadable from now on.
pub fn forget_contact(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    request: &Stored<SupportRequest>,
    by: Option<WithdrawnBy>,
    (at, now): (Moment, Moment),
) -> Result<(), Error> {
    let update =
        diesel::update(support_requests::table.find((Key::from(request.programme), Key::from(request.id))))
            .set((
                support_requests::withdrawn_by.eq(by.map(|by| by.to_string())),
                support_requests::contact_name.eq(None::<String>),
                support_requests::contact_kind.eq(None::<String>),
                support_requests::contact_value.eq(None::<String>),
            ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)?;
    retries::blank_of_case(tx, request.id)?;
    keys.destroy(tx, Owner::Case(request.id), now)?;
    let whose = Subject::Case(request.id);
    tombstones::lay(tx, tombstones::Kind::Withdrawal, request.id.uuid(), whose, at)
}

/// Takes the contact data of a request that ended away because their term is over, and destroys the key that sealed them.
pub fn forget_expired_contact(
    tx: &mut Transaction<'_, '_>,
    _leave: &Upkeep,
    keys: &Keys,
    (programme, request): (ProgrammeId, RequestId),
    now: Moment,
) -> Result<(), Error> {
    let update = diesel::update(support_requests::table.find((Key::from(programme), Key::from(request))))
        .set((
            support_requests::contact_name.eq(None::<String>),
            support_requests::contact_kind.eq(None::<String>),
            support_requests::contact_value.eq(None::<String>),
            support_requests::version.eq(support_requests::version + 1),
        ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)?;
    // a programme may have set a term that is over within the day
    retries::blank_of_case(tx, request)?;
    keys.destroy(tx, Owner::Case(request), now)?;
    tombstones::lay_of_contact_way(tx, request, now)
}
