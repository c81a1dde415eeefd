//! Which of a person's own requests a record belongs to: she reads it beside the record. Of whoever is in somebody else's case nothing
//! leads to that case.

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::ids::{PersonId, RequestId};
use uuid::Uuid;

use crate::columns::Key;
use crate::database::Database;
use crate::schema::{matches, meeting_announcements, proposals, support_requests};
use crate::{Error, on_either};

/// A person's own requests, by the id of whatever of them a record names: the request itself, its proposals, its matches and the talks
/// that she announced.
pub(in crate::privacy) struct OwnCases(HashMap<Uuid, RequestId>);

impl OwnCases {
    pub(in crate::privacy) fn of(database: &mut Database<'_>, me: PersonId) -> Result<Self, Error> {
        let own: Vec<(Key, Key)> = on_either!(&mut *database, |c| support_requests::table
            .filter(support_requests::parent_id.eq(Key::from(me)))
            .select((support_requests::programme_id, support_requests::id))
            .load(c))?;
        if own.is_empty() {
            return Ok(Self(HashMap::new()));
        }
        let (programmes, ids): (Vec<Key>, Vec<Key>) = own.into_iter().unzip();
        let mut found: Vec<(Key, Key)> = ids.iter().map(|id| (*id, *id)).collect();
        macro_rules! of_them {
            ($table:ident) => {
                found.extend(on_either!(&mut *database, |c| $table::table
                    .filter($table::programme_id.eq_any(&programmes))
                    .filter($table::request_id.eq_any(&ids))
                    .select(($table::id, $table::request_id))
                    .load::<(Key, Key)>(c))?);
            };
        }
        of_them!(proposals);
        of_them!(matches);
        of_them!(meeting_announcements);
        Ok(Self(found.into_iter().map(|(object, request)| (object.0, request.into())).collect()))
    }

    /// The request of a record about so many objects, of which it names one: none when they are several, which can be of several
    /// requests.
    pub(in crate::privacy) fn of_record(&self, object: Uuid, objects: u32) -> Option<RequestId> {
        if objects > 1 { None } else { self.0.get(&object).copied() }
    }
}
