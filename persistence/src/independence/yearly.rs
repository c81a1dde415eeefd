//! The yearly question to a coordinator (S2, rule 38): on which day she last said that every tie of her own is declared.

use diesel::prelude::*;
use naast_domain::Date;
use naast_domain::access::{Action, DeclareOwnTies, Grant, HANDLES_A_CASE, Standing};
use naast_domain::ids::{PersonId, ProgrammeId};
use naast_domain::independence::{is_own_question_due, is_own_question_lost};
use naast_domain::organisations::Role;

use crate::columns::Key;
use crate::database::Database;
use crate::organisations::days_of_coordinator;
use crate::privacy::restorations;
use crate::rows::must_reach;
use crate::schema::coordinator_tie_declarations as declarations;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Keeps that the coordinator who was granted this said so on this day. Gives back whether she had not said so on that day before.
pub fn note_declared(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<DeclareOwnTies>,
    programme: ProgrammeId,
    today: Date,
) -> Result<bool, Error> {
    must_reach(grant, Standing { programme: Some(programme), ..Standing::default() })?;
    if declared_on(tx, programme, grant.person())? == Some(today) {
        return Ok(false);
    }
    let row = (
        declarations::programme_id.eq(Key::from(programme)),
        declarations::person_id.eq(Key::from(grant.person())),
        declarations::declared_on.eq(today),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(declarations::table)
        .values(row)
        .on_conflict((declarations::programme_id, declarations::person_id))
        .do_update()
        .set(declarations::declared_on.eq(today))
        .execute(c))?;
    Ok(true)
}

/// The day on which a coordinator of a programme last said so.
fn declared_on(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    person: PersonId,
) -> Result<Option<Date>, Error> {
    Ok(on_either!(database, |c| declarations::table
        .find((Key::from(programme), Key::from(person)))
        .select(declarations::declared_on)
        .first(c)
        .optional())?)
}

/// Whether whoever reaches a case of this programme in this role has to say first what ties her. Nobody is asked for reading, nor a parent or
/// a buddy for what is hers.
pub(super) fn is_due<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    programme: ProgrammeId,
    role: Role,
) -> Result<bool, Error> {
    if role != Role::Coordinator || !HANDLES_A_CASE.contains(&A::NAME) {
        return Ok(false);
    }
    let (person, today) = (grant.person(), grant.today());
    let days = days_of_coordinator(database, programme, person)?;
    let since = days.into_iter().map(|(since, _)| since).filter(|since| *since <= today).max();
    let declared = declared_on(database, programme, person)?;
    let restored = if declared.is_none() { restorations::last_day(database)? } else { None };
    Ok(is_own_question_due(since, declared, today) || is_own_question_lost(since, restored))
}

/// Forgets what every coordinator declared: of a restored backup, where nobody knows what she declared since. She is asked before she has a hand in a
/// case.
pub(crate) fn ask_all(database: &mut Database<'_>) -> Result<(), Error> {
    on_either!(database, |c| diesel::delete(declarations::table).execute(c))?;
    Ok(())
}
