//! Buddies: their profiles, and the places that they have. Certificates, names and what a consideration reads stand beside.

mod certificates;
mod considered;
mod names;

use diesel::prelude::*;
use naast_domain::access::{Action, Grant, ManageBuddies, ReadBuddy, Standing, Upkeep, VouchForTies};
use naast_domain::buddies::{Buddy, BuddyStatus};
use naast_domain::code::CodeSet;
use naast_domain::directory::MunicipalityCode;
use naast_domain::ids::{BuddyId, PersonId, ProgrammeId};
use naast_domain::organisations::Role;
use naast_domain::{Date, Moment};

use crate::columns::{At, Json, Key};
use crate::database::Database;
use crate::independence::let_in;
use crate::keys::{Keys, Owner};
use crate::rows::{Page, Slice, Stored, code, count, must_reach, one};
use crate::schema::buddies;
use crate::transaction::Transaction;
use crate::{Error, on_either};

pub use certificates::{
    KeptCertificate, certificates_of, insert_certificate, remove_certificate, remove_certificate_again,
};
pub use considered::{Filtered, WithFacts, available_for, filtered_for, one_with_facts};
pub(crate) use names::open_names;
use names::place;
pub use names::{name_in, names, names_for, rename};

const T: &str = "buddies";

#[derive(Queryable, Selectable)]
#[diesel(table_name = buddies)]
struct Row {
    programme_id: Key,
    id: Key,
    person_id: Key,
    languages: i64,
    specialisms: i64,
    channels: i64,
    municipalities: Json,
    capacity: i32,
    matches: i32,
    status: String,
    ties_asked_on: Option<Date>,
    version: i32,
    created_at: At,
}

impl TryFrom<Row> for Stored<Buddy> {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            version: row.version,
            created_at: row.created_at.0,
            value: Buddy {
                id: row.id.into(),
                programme: row.programme_id.into(),
                person: row.person_id.into(),
                languages: CodeSet::from_bits(row.languages),
                specialisms: CodeSet::from_bits(row.specialisms),
                channels: CodeSet::from_bits(row.channels),
                municipalities: row.municipalities.read::<Vec<MunicipalityCode>>(T, "municipalities")?,
                capacity: count(T, "capacity", row.capacity)?,
                matches: count(T, "matches", row.matches)?,
                status: code(T, "status", &row.status)?,
                ties_asked_on: row.ties_asked_on,
            },
        })
    }
}

fn small(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// How a buddy stands to a caller. She is of no case, so that no tie keeps a coordinator from looking for her.
pub fn standing(buddy: &Buddy) -> Standing<'static> {
    Standing { owner: Some(buddy.person), ..let_in(buddy.programme) }
}

/// How the buddy of a proposal or match stands to it: a buddy who has left has no part in any case any more. Her own
/// profile stays hers to read.
pub(crate) fn assigned(person: Key, status: &str) -> Result<Option<PersonId>, Error> {
    let status: BuddyStatus = code(T, "status", status)?;
    Ok((status != BuddyStatus::Left).then(|| person.into()))
}

/// Registers a buddy.
pub fn insert(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    grant: &Grant<ManageBuddies>,
    buddy: &Buddy,
    first_name: &str,
    now: Moment,
) -> Result<(), Error> {
    must_reach(grant, standing(buddy))?;
    let first_name = keys.seal(tx, Owner::Person(buddy.person), place(buddy.id), first_name, now)?;
    let row = (
        buddies::programme_id.eq(Key::from(buddy.programme)),
        buddies::id.eq(Key::from(buddy.id)),
        buddies::person_id.eq(Key::from(buddy.person)),
        buddies::first_name.eq(first_name.as_str()),
        buddies::languages.eq(buddy.languages.bits()),
        buddies::specialisms.eq(buddy.specialisms.bits()),
        buddies::channels.eq(buddy.channels.bits()),
        buddies::municipalities.eq(Json::of(&buddy.municipalities)),
        buddies::capacity.eq(small(buddy.capacity)),
        buddies::status.eq(buddy.status.to_string()),
        buddies::ties_asked_on.eq(buddy.ties_asked_on),
        buddies::created_at.eq(At(now)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(buddies::table).values(row).execute(c))?;
    Ok(())
}

/// A buddy that the grant reaches, with the role in which it does.
pub fn find<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    id: BuddyId,
) -> Result<Option<(Stored<Buddy>, Role)>, Error> {
    let row: Option<Row> = on_either!(database, |c| buddies::table
        .filter(buddies::id.eq(Key::from(id)))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    let Some(buddy) = row.map(Stored::try_from).transpose()? else { return Ok(None) };
    Ok(grant.reaches(standing(&buddy)).map(|role| (buddy, role)))
}

/// The buddy of a proposal that a grant reached already.
pub fn of_proposal(
    database: &mut Database<'_>,
    of: &Stored<crate::matching::KeptProposal>,
) -> Result<Stored<Buddy>, Error> {
    of_programme(database, of.programme, of.proposal.buddy)
}

/// The buddy of a match that a grant reached already.
pub fn of_match(
    database: &mut Database<'_>,
    of: &Stored<crate::support::Match>,
) -> Result<Stored<Buddy>, Error> {
    of_programme(database, of.programme, of.buddy)
}

/// These buddies of a programme, by id, for work that goes through all of them.
pub fn in_use(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    programme: ProgrammeId,
    ids: &[BuddyId],
) -> Result<Vec<Stored<Buddy>>, Error> {
    let keys: Vec<Key> = ids.iter().map(|id| Key::from(*id)).collect();
    let rows: Vec<Row> = on_either!(database, |c| buddies::table
        .filter(buddies::programme_id.eq(Key::from(programme)))
        .filter(buddies::id.eq_any(&keys))
        .order(buddies::id)
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Whom this person is a buddy as, in every programme that she has not left.
pub fn of_person(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    person: PersonId,
) -> Result<Vec<Stored<Buddy>>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| buddies::table
        .filter(buddies::person_id.eq(Key::from(person)))
        .filter(buddies::status.ne(BuddyStatus::Left.to_string()))
        .order(buddies::id)
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(TryInto::try_into).collect()
}

fn of_programme(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    id: BuddyId,
) -> Result<Stored<Buddy>, Error> {
    let row: Row = on_either!(database, |c| buddies::table
        .find((Key::from(programme), Key::from(id)))
        .select(Row::as_select())
        .first(c))?;
    row.try_into()
}

/// The buddies that the caller herself is: one in each programme at most.
pub fn list_own(database: &mut Database<'_>, grant: &Grant<ReadBuddy>) -> Result<Vec<Stored<Buddy>>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| buddies::table
        .filter(buddies::person_id.eq(Key::from(grant.person())))
        .order((buddies::created_at, buddies::id))
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// A page of a programme's buddies, newest first. Empty where the grant does not reach.
pub fn list(
    database: &mut Database<'_>,
    grant: &Grant<ReadBuddy>,
    programme: ProgrammeId,
    page: Page,
) -> Result<Slice<Stored<Buddy>>, Error> {
    if grant.reaches(Standing { programme: Some(programme), ..Standing::default() }).is_none() {
        return Ok(Slice { items: Vec::new(), more: false });
    }
    let rows: Vec<Row> = on_either!(database, |c| {
        let mut query = buddies::table
            .filter(buddies::programme_id.eq(Key::from(programme)))
            .select(Row::as_select())
            .order((buddies::created_at.desc(), buddies::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                buddies::created_at.le(at).and(buddies::created_at.lt(at).or(buddies::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    Slice::cut(rows, page.size).try_map(TryInto::try_into)
}

/// Keeps a changed profile of a buddy that stands as it was loaded.
pub fn change_profile(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<ManageBuddies>,
    buddy: &Stored<Buddy>,
    now: Moment,
) -> Result<(), Error> {
    must_reach(grant, standing(buddy))?;
    let row = buddies::table
        .find((Key::from(buddy.programme), Key::from(buddy.id)))
        .filter(buddies::version.eq(buddy.version));
    let update = diesel::update(row).set((
        buddies::languages.eq(buddy.languages.bits()),
        buddies::specialisms.eq(buddy.specialisms.bits()),
        buddies::channels.eq(buddy.channels.bits()),
        buddies::municipalities.eq(Json::of(&buddy.municipalities)),
        buddies::capacity.eq(small(buddy.capacity)),
        buddies::status.eq(buddy.status.to_string()),
        buddies::version.eq(buddy.version + 1),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)?;
    // from the day that she left on, her file has a term; when she comes back it has none
    let has_left = buddy.status == BuddyStatus::Left;
    let row = buddies::table
        .find((Key::from(buddy.programme), Key::from(buddy.id)))
        .filter(buddies::left_at.is_null().eq(has_left));
    let dated = diesel::update(row).set(buddies::left_at.eq(has_left.then_some(At(now))));
    on_either!(&mut **tx, |c| dated.execute(c))?;
    Ok(())
}

/// Whether her file is there, and not only the row that stays without a name for the cases that name it.
pub fn has_file(database: &mut Database<'_>, buddy: &Stored<Buddy>) -> Result<bool, Error> {
    let erased = buddies::table
        .find((Key::from(buddy.programme), Key::from(buddy.id)))
        .filter(buddies::status.eq(BuddyStatus::Left.to_string()))
        .filter(buddies::left_at.is_null());
    let gone: bool = on_either!(database, |c| diesel::select(diesel::dsl::exists(erased)).get_result(c))?;
    Ok(!gone)
}

/// Takes away what is known of a buddy whose file is erased, and keeps her id for the cases that name it.
pub(crate) fn forget(
    tx: &mut Transaction<'_, '_>,
    (programme, buddy): (ProgrammeId, BuddyId),
) -> Result<(), Error> {
    let row = buddies::table.find((Key::from(programme), Key::from(buddy)));
    let update = diesel::update(row).set((
        buddies::first_name.eq(""),
        buddies::languages.eq(0),
        buddies::specialisms.eq(0),
        buddies::channels.eq(0),
        buddies::municipalities.eq(Json::of(&Vec::<MunicipalityCode>::new())),
        buddies::ties_asked_on.eq(None::<Date>),
        buddies::ready_until.eq(None::<Date>),
        buddies::left_at.eq(None::<At>),
        buddies::version.eq(buddies::version + 1),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// Takes one place of a buddy, when she has one free. Says whether she had.
pub(crate) fn take_place(
    tx: &mut Transaction<'_, '_>,
    programme: ProgrammeId,
    id: BuddyId,
) -> Result<bool, Error> {
    let row = buddies::table
        .find((Key::from(programme), Key::from(id)))
        .filter(buddies::matches.lt(buddies::capacity))
        .filter(buddies::status.eq(BuddyStatus::Active.to_string()));
    let update = diesel::update(row)
        .set((buddies::matches.eq(buddies::matches + 1), buddies::version.eq(buddies::version + 1)));
    Ok(on_either!(&mut **tx, |c| update.execute(c))? == 1)
}

/// Gives one place of a buddy back.
pub(crate) fn free_place(
    tx: &mut Transaction<'_, '_>,
    programme: ProgrammeId,
    id: BuddyId,
) -> Result<(), Error> {
    let update = diesel::update(buddies::table.find((Key::from(programme), Key::from(id))))
        .set((buddies::matches.eq(buddies::matches - 1), buddies::version.eq(buddies::version + 1)));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// Notes that a buddy was asked on a day whether there is any tie, and said so herself.
pub fn note_asked(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<VouchForTies>,
    buddy: &Stored<Buddy>,
    on: Date,
) -> Result<(), Error> {
    must_reach(grant, standing(buddy))?;
    let update = diesel::update(buddies::table.find((Key::from(buddy.programme), Key::from(buddy.id))))
        .set((buddies::ties_asked_on.eq(Some(on)), buddies::version.eq(buddies::version + 1)));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// The programmes in which a caller is a buddy and has not left.
pub fn programmes_of(database: &mut Database<'_>, own: &Grant<ReadBuddy>) -> Result<Vec<ProgrammeId>, Error> {
    let keys: Vec<Key> = on_either!(database, |c| buddies::table
        .filter(buddies::person_id.eq(Key::from(own.person())))
        .filter(buddies::status.ne(BuddyStatus::Left.to_string()))
        .order(buddies::programme_id)
        .select(buddies::programme_id)
        .load(c))?;
    Ok(keys.into_iter().map(Into::into).collect())
}
