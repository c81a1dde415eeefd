//! When a match rested. What for stands with the match while it rests, and is not kept here.

use diesel::prelude::*;
use naast_domain::access::{Grant, RecordContact};
use naast_domain::support::{MatchState, Ran, Rest};
use naast_domain::{Moment, day_of};

use super::Match;
use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::Stored;
use crate::schema::match_pauses;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Keeps that a match which stands as it was loaded comes to rest, or goes on; nothing where it does neither.
pub(super) fn keep(
    tx: &mut Transaction<'_, '_>,
    stored: &Stored<Match>,
    next: MatchState,
    now: Moment,
) -> Result<(), Error> {
    let key = (
        match_pauses::programme_id.eq(Key::from(stored.programme)),
        match_pauses::match_id.eq(Key::from(stored.id)),
    );
    match (stored.course.state, next) {
        (MatchState::Active, MatchState::Paused) => {
            let row = (key.0, key.1, match_pauses::paused_at.eq(At(now)));
            let none: Option<At> = None;
            // it went on and came to rest at one moment: it rests on
            let insert = diesel::insert_into(match_pauses::table)
                .values(row)
                .on_conflict((match_pauses::programme_id, match_pauses::match_id, match_pauses::paused_at))
                .do_update()
                .set(match_pauses::resumed_at.eq(none));
            on_either!(&mut **tx, |c| insert.execute(c))?;
        }
        (MatchState::Paused, MatchState::Active) => {
            let open =
                match_pauses::table.filter(key.0).filter(key.1).filter(match_pauses::resumed_at.is_null());
            let update = diesel::update(open).set(match_pauses::resumed_at.eq(Some(At(now))));
            on_either!(&mut **tx, |c| update.execute(c))?;
        }
        _ => {}
    }
    Ok(())
}

/// When a match ran that was loaded with a grant.
pub fn ran(
    database: &mut Database<'_>,
    _grant: &Grant<RecordContact>,
    of: &Stored<Match>,
) -> Result<Ran, Error> {
    let rows: Vec<(At, Option<At>)> = on_either!(database, |c| match_pauses::table
        .filter(match_pauses::programme_id.eq(Key::from(of.programme)))
        .filter(match_pauses::match_id.eq(Key::from(of.id)))
        .order(match_pauses::paused_at)
        .select((match_pauses::paused_at, match_pauses::resumed_at))
        .load(c))?;
    let rest = |(since, until): (At, Option<At>)| Rest {
        since: day_of(since.0),
        until: until.map(|at| day_of(at.0)),
    };
    Ok(Ran {
        began: day_of(of.created_at),
        ended: of.ended_at.map(day_of),
        rests: rows.into_iter().map(rest).collect(),
    })
}
