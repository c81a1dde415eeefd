//! Who read something of a case: asked when it is erased, of those who coordinate.

use std::collections::BTreeSet;

use diesel::prelude::*;
use naast_domain::ids::PersonId;
use naast_domain::organisations::Role;
use naast_domain::requests::SupportRequest;

use crate::columns::Key;
use crate::database::Database;
use crate::rows::Stored;
use crate::schema::{access_log, matches, proposals};
use crate::{Error, on_either};

/// The coordinators to whom something of this case was shown, as far as records of readings go back. A record of a list names one object of
/// those that it showed of a parent, so of a parent with several cases it may be of another: then this says nothing.
pub(crate) fn coordinators_who_read(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
) -> Result<BTreeSet<PersonId>, Error> {
    let (programme, id) = (Key::from(request.programme), Key::from(request.id));
    let mut objects: Vec<Key> = on_either!(&mut *database, |c| proposals::table
        .filter(proposals::programme_id.eq(programme))
        .filter(proposals::request_id.eq(id))
        .select(proposals::id)
        .load(c))?;
    objects.extend(on_either!(&mut *database, |c| matches::table
        .filter(matches::programme_id.eq(programme))
        .filter(matches::request_id.eq(id))
        .select(matches::id)
        .load::<Key>(c))?);
    objects.push(id);
    let readers: Vec<Key> = on_either!(database, |c| access_log::table
        .filter(access_log::subject_id.eq(Key::from(request.parent)))
        .filter(access_log::programme_id.eq(programme))
        .filter(access_log::role.eq(Role::Coordinator.to_string()))
        .filter(access_log::object_id.eq_any(objects))
        .select(access_log::reader_id)
        .distinct()
        .load(c))?;
    Ok(readers.into_iter().map(Into::into).collect())
}
