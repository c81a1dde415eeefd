//! The ties that buddies declared: facts, dated, about somebody or something.

use diesel::prelude::*;
use naast_domain::access::{DeclareTies, Grant, VouchForTies};
use naast_domain::buddies::Buddy;
use naast_domain::ids::{PersonId, TieId};
use naast_domain::independence::{Tie, TieObject};
use naast_domain::{Date, Moment};
use serde::{Deserialize, Serialize};

use crate::buddies::standing;
use crate::columns::{At, Json, Key};
use crate::database::Database;
use crate::rows::{Stored, code, must_reach, one};
use crate::schema::ties;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// The object of a tie, as it is written down.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum About {
    School(naast_domain::directory::LocationCode),
    Board(naast_domain::directory::BoardNumber),
    Partnership(naast_domain::directory::PartnershipCode),
    Seat(naast_domain::directory::PartnershipCode, naast_domain::directory::BoardNumber),
    Municipality(naast_domain::directory::MunicipalityCode),
    Request(naast_domain::ids::RequestId),
    Parent(PersonId),
    Everywhere,
}

impl From<&TieObject> for About {
    fn from(object: &TieObject) -> Self {
        match object.clone() {
            TieObject::School(location) => Self::School(location),
            TieObject::Board(board) => Self::Board(board),
            TieObject::Partnership(partnership) => Self::Partnership(partnership),
            TieObject::Seat { partnership, board } => Self::Seat(partnership, board),
            TieObject::Municipality(municipality) => Self::Municipality(municipality),
            TieObject::Request(request) => Self::Request(request),
            TieObject::Parent(parent) => Self::Parent(parent),
            TieObject::Everywhere => Self::Everywhere,
        }
    }
}

impl From<About> for TieObject {
    fn from(about: About) -> Self {
        match about {
            About::School(location) => Self::School(location),
            About::Board(board) => Self::Board(board),
            About::Partnership(partnership) => Self::Partnership(partnership),
            About::Seat(partnership, board) => Self::Seat { partnership, board },
            About::Municipality(municipality) => Self::Municipality(municipality),
            About::Request(request) => Self::Request(request),
            About::Parent(parent) => Self::Parent(parent),
            About::Everywhere => Self::Everywhere,
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = ties)]
pub(super) struct TieRow {
    programme_id: Key,
    id: Key,
    buddy_id: Key,
    kind: String,
    about: Json,
    aggravated: bool,
    since: Option<Date>,
    until: Option<Date>,
    declared_at: At,
    version: i32,
    ended_on: Option<Date>,
}

impl TieRow {
    /// The tie as it counts for its buddy as a coordinator: there an end does not reach back.
    pub(super) fn read_for_coordinator(self) -> Result<Stored<Tie>, Error> {
        let said = self.ended_on;
        let mut stored = self.read()?;
        stored.value = stored.value.ended_on(said);
        Ok(stored)
    }

    pub(super) fn read(self) -> Result<Stored<Tie>, Error> {
        Ok(Stored {
            version: self.version,
            created_at: self.declared_at.0,
            value: Tie {
                id: self.id.into(),
                kind: code("ties", "kind", &self.kind)?,
                about: self.about.read::<About>("ties", "about")?.into(),
                since: self.since,
                until: self.until,
                aggravated: self.aggravated,
                by_role: false,
            },
        })
    }
}

/// Keeps a tie that a buddy declared, or her coordinator for her.
pub fn insert_tie(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<DeclareTies>,
    buddy: &Stored<Buddy>,
    tie: Tie,
    now: Moment,
) -> Result<Stored<Tie>, Error> {
    must_reach(grant, standing(buddy))?;
    let row = TieRow {
        programme_id: buddy.programme.into(),
        id: tie.id.into(),
        buddy_id: buddy.id.into(),
        kind: tie.kind.to_string(),
        about: Json::of(&About::from(&tie.about)),
        aggravated: tie.aggravated,
        since: tie.since,
        until: tie.until,
        declared_at: At(now),
        version: 1,
        ended_on: None,
    };
    on_either!(&mut **tx, |c| diesel::insert_into(ties::table).values(row).execute(c))?;
    Ok(Stored { value: tie, version: 1, created_at: now })
}

/// Sets the last day of a tie that stands as it was loaded, on the buddy's own word of today.
pub fn end_tie(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<VouchForTies>,
    buddy: &Stored<Buddy>,
    tie: &Stored<Tie>,
    (until, today): (Date, Date),
) -> Result<(), Error> {
    must_reach(grant, standing(buddy))?;
    let row = ties::table
        .find((Key::from(buddy.programme), Key::from(tie.id)))
        .filter(ties::version.eq(tie.version));
    let update = diesel::update(row).set((
        ties::until.eq(Some(until)),
        ties::ended_on.eq(Some(today)),
        ties::version.eq(tie.version + 1),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// The ties of a buddy who was loaded with a grant.
pub fn ties_of(database: &mut Database<'_>, buddy: &Stored<Buddy>) -> Result<Vec<Stored<Tie>>, Error> {
    let rows: Vec<TieRow> = on_either!(database, |c| ties::table
        .filter(ties::programme_id.eq(Key::from(buddy.programme)))
        .filter(ties::buddy_id.eq(Key::from(buddy.id)))
        .order((ties::declared_at, ties::id))
        .select(TieRow::as_select())
        .load(c))?;
    rows.into_iter().map(TieRow::read).collect()
}

/// One tie of a buddy who was loaded with a grant.
pub fn find_tie(
    database: &mut Database<'_>,
    buddy: &Stored<Buddy>,
    id: TieId,
) -> Result<Option<Stored<Tie>>, Error> {
    let row: Option<TieRow> = on_either!(database, |c| ties::table
        .find((Key::from(buddy.programme), Key::from(id)))
        .filter(ties::buddy_id.eq(Key::from(buddy.id)))
        .select(TieRow::as_select())
        .first(c)
        .optional())?;
    row.map(TieRow::read).transpose()
}
