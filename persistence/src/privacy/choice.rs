//! Which programmes a parent was shown, where a school runs the one that she asks (S2), and how that was said. It is kept as it was said, at the moment
//! of the word that it stands with, and a trigger refuses that it is rewritten.

use std::collections::BTreeSet;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::ids::ProgrammeId;
use naast_domain::privacy::consents::GivenHow;
use naast_domain::requests::SupportRequest;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::Stored;
use crate::schema::{choices_shown, programmes};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Keeps which programmes were shown for a request that was loaded with a grant, and how that was said; one that is named twice was shown once.
pub fn keep_shown(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    shown: &[ProgrammeId],
    (how, now): (GivenHow, Moment),
) -> Result<(), Error> {
    let distinct: BTreeSet<Key> = shown.iter().map(|id| Key::from(*id)).collect();
    let of = |programme: Key| {
        (
            choices_shown::programme_id.eq(Key::from(request.programme)),
            choices_shown::request_id.eq(Key::from(request.id)),
            choices_shown::said_at.eq(At(now)),
            choices_shown::shown_programme_id.eq(programme),
            choices_shown::how.eq(how.to_string()),
        )
    };
    let rows: Vec<_> = distinct.into_iter().map(of).collect();
    // at one moment of the clock she said it once
    let keep = diesel::insert_into(choices_shown::table).values(rows).on_conflict_do_nothing();
    on_either!(&mut **tx, |c| keep.execute(c))?;
    Ok(())
}

/// What was shown with a word of a moment, for a request that was loaded with a grant, by what each programme is called today.
pub fn shown_with(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
    at: Moment,
) -> Result<Vec<(ProgrammeId, String)>, Error> {
    let rows: Vec<(Key, String)> = on_either!(database, |c| choices_shown::table
        .inner_join(programmes::table.on(programmes::id.eq(choices_shown::shown_programme_id)))
        .filter(choices_shown::programme_id.eq(Key::from(request.programme)))
        .filter(choices_shown::request_id.eq(Key::from(request.id)))
        .filter(choices_shown::said_at.eq(At(at)))
        .order((programmes::name, programmes::id))
        .select((programmes::id, programmes::name))
        .load(c))?;
    Ok(rows.into_iter().map(|(id, name)| (id.into(), name)).collect())
}
