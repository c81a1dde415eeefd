//! Which parents are to consent anew, because their programme took another form (I1).

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use naast_domain::Date;
use naast_domain::ids::{ProgrammeId, RequestId};
use naast_domain::privacy::consents::{Consent, ConsentKind};
use naast_domain::requests::{RequestState, SupportRequest};

use super::{KeptConsent, Row};
use crate::columns::Key;
use crate::database::Database;
use crate::rows::Stored;
use crate::schema::consents;
use crate::{Error, on_either, programmes};

/// Those of some requests, which were loaded with a grant, whose parents are to consent anew on a day: what they consented to is another form of the
/// programme than it has.
pub fn asked_anew(
    database: &mut Database<'_>,
    requests: &[&Stored<SupportRequest>],
    today: Date,
) -> Result<HashSet<RequestId>, Error> {
    let live: Vec<_> = requests
        .iter()
        .filter(|one| matches!(one.state, RequestState::Consented | RequestState::Matched))
        .collect();
    if live.is_empty() {
        return Ok(HashSet::new());
    }
    let ids: Vec<Key> = live.iter().map(|one| Key::from(one.id)).collect();
    let mut forms = HashMap::new();
    for one in &live {
        if let std::collections::hash_map::Entry::Vacant(place) = forms.entry(one.programme) {
            place.insert(programmes::form_on(database, one.programme, today)?);
        }
    }
    let of: Vec<Key> = forms.keys().copied().map(<Key as From<ProgrammeId>>::from).collect();
    let rows: Vec<Row> = on_either!(database, |c| consents::table
        .filter(consents::programme_id.eq_any(of))
        .filter(consents::request_id.eq_any(ids))
        .filter(consents::kind.eq(ConsentKind::Request.to_string()))
        .filter(consents::withdrawn_at.is_null())
        .filter(consents::lapsed_at.is_null())
        .select(Row::as_select())
        .load(c))?;
    let mut given: HashMap<RequestId, Vec<Consent>> = HashMap::new();
    for row in rows {
        let request = row.request_id.into();
        given.entry(request).or_default().push(KeptConsent::try_from(row)?.consent);
    }
    let is_asked = |one: &&&&Stored<SupportRequest>| {
        let consents = given.get(&one.id).map(Vec::as_slice).unwrap_or_default();
        one.is_asked_anew(consents, (forms.get(&one.programme).copied().flatten(), today))
    };
    Ok(live.iter().filter(is_asked).map(|one| one.id).collect())
}
