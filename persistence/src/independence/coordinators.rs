//! The ties that coordinators declared: with the wrong one, the case goes to another coordinator (rule 37).

use diesel::prelude::*;
use naast_domain::access::{DeclareOwnTies, EndOwnTies, Grant, Standing};
use naast_domain::ids::{PersonId, ProgrammeId, TieId};
use naast_domain::independence::Tie;
use naast_domain::{Date, Moment};

use super::ties::About;
use crate::columns::{At, Json, Key};
use crate::database::Database;
use crate::rows::{Stored, code, must_reach, one};
use crate::schema::coordinator_ties as ties;
use crate::transaction::Transaction;
use crate::{Error, on_either};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = ties)]
struct Row {
    programme_id: Key,
    id: Key,
    person_id: Key,
    kind: String,
    about: Json,
    aggravated: bool,
    since: Option<Date>,
    until: Option<Date>,
    declared_at: At,
    version: i32,
}

impl TryFrom<Row> for Stored<Tie> {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        const T: &str = "coordinator_ties";
        Ok(Self {
            version: row.version,
            created_at: row.declared_at.0,
            value: Tie {
                id: row.id.into(),
                kind: code(T, "kind", &row.kind)?,
                about: row.about.read::<About>(T, "about")?.into(),
                since: row.since,
                until: row.until,
                aggravated: row.aggravated,
                by_role: false,
            },
        })
    }
}

/// Keeps a tie that the coordinator who was granted this declared of herself.
pub fn insert(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<DeclareOwnTies>,
    programme: ProgrammeId,
    tie: Tie,
    now: Moment,
) -> Result<Stored<Tie>, Error> {
    must_reach(grant, of_programme(programme))?;
    let row = Row {
        programme_id: programme.into(),
        id: tie.id.into(),
        person_id: grant.person().into(),
        kind: tie.kind.to_string(),
        about: Json::of(&About::from(&tie.about)),
        aggravated: tie.aggravated,
        since: tie.since,
        until: tie.until,
        declared_at: At(now),
        version: 1,
    };
    on_either!(&mut **tx, |c| diesel::insert_into(ties::table).values(row).execute(c))?;
    Ok(Stored { value: tie, version: 1, created_at: now })
}

/// Keeps the last day of a tie of whoever was granted this, which stands otherwise as it was loaded.
pub fn end(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<EndOwnTies>,
    programme: ProgrammeId,
    tie: &Stored<Tie>,
) -> Result<(), Error> {
    must_reach(grant, of_herself(grant, programme))?;
    let row = ties::table
        .find((Key::from(programme), Key::from(tie.id)))
        .filter(ties::person_id.eq(Key::from(grant.person())))
        .filter(ties::version.eq(tie.version));
    let update = diesel::update(row).set((ties::until.eq(tie.until), ties::version.eq(tie.version + 1)));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// How a programme stands to a caller.
fn of_programme(programme: ProgrammeId) -> Standing<'static> {
    Standing { programme: Some(programme), ..Standing::default() }
}

/// How what somebody declared of herself in a programme stands to her.
pub fn of_herself(grant: &Grant<EndOwnTies>, programme: ProgrammeId) -> Standing<'static> {
    Standing { owner: Some(grant.person()), ..of_programme(programme) }
}

/// The ties that the caller declared of herself as coordinator of a programme, in the order in which she did. Also those of a role that is over.
pub fn list_own(
    database: &mut Database<'_>,
    grant: &Grant<EndOwnTies>,
    programme: ProgrammeId,
) -> Result<Vec<Stored<Tie>>, Error> {
    must_reach(grant, of_herself(grant, programme))?;
    let own = of_people(database, programme, &[grant.person()])?;
    Ok(own.into_iter().map(|(_, tie)| tie).collect())
}

/// The ties that people declared as coordinators of a programme, each with whose it is, in the order in which they did.
pub(super) fn of_people(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    people: &[PersonId],
) -> Result<Vec<(PersonId, Stored<Tie>)>, Error> {
    let keys: Vec<Key> = people.iter().copied().map(Key::from).collect();
    let rows: Vec<Row> = on_either!(database, |c| ties::table
        .filter(ties::programme_id.eq(Key::from(programme)))
        .filter(ties::person_id.eq_any(&keys))
        .order((ties::declared_at, ties::id))
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(|row| Ok((row.person_id.into(), row.try_into()?))).collect()
}

/// One tie that whoever was granted this declared of herself as a coordinator.
pub fn find(
    database: &mut Database<'_>,
    grant: &Grant<EndOwnTies>,
    programme: ProgrammeId,
    id: TieId,
) -> Result<Option<Stored<Tie>>, Error> {
    let row: Option<Row> = on_either!(database, |c| ties::table
        .find((Key::from(programme), Key::from(id)))
        .filter(ties::person_id.eq(Key::from(grant.person())))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(TryInto::try_into).transpose()
}
