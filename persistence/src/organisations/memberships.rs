//! Memberships: who works where, in which role, from when until when.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use naast_domain::access::{Grant, ManageMemberships, Principal, ReadMemberships, Upkeep};
use naast_domain::ids::{MembershipId, OrganisationId, PersonId};
use naast_domain::independence::Seat;
use naast_domain::organisations::{Membership, MembershipStatus, Organisation};
use naast_domain::{Date, Moment};

use super::Row;
use crate::columns::Key;
use crate::database::Database;
use crate::locks::lock_roles_of;
use crate::privacy::tombstones;
use crate::rows::{Slice, Stored, code, one};
use crate::schema::{memberships, organisations, programmes};
use crate::transaction::Transaction;
use crate::{Error, on_either};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = memberships)]
pub(super) struct MembershipRow {
    id: Key,
    person_id: Key,
    organisation_id: Key,
    programme_id: Option<Key>,
    role: String,
    status: String,
    since: Date,
    until: Option<Date>,
    version: i32,
}

impl MembershipRow {
    pub(super) fn read(self) -> Result<(Membership, i32), Error> {
        const T: &str = "memberships";
        Ok((
            Membership {
                id: self.id.into(),
                person: self.person_id.into(),
                organisation: self.organisation_id.into(),
                programme: self.programme_id.map(Into::into),
                role: code(T, "role", &self.role)?,
                status: code(T, "status", &self.status)?,
                since: self.since,
                until: self.until,
            },
            self.version,
        ))
    }
}

/// A membership that gives the same person the same role on one of the same days. Nobody else gives her a role until the end of the
/// transaction.
pub fn overlapping_membership(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<ManageMemberships>,
    new: &Membership,
) -> Result<Option<Membership>, Error> {
    lock_roles_of(tx, new.person)?;
    let rows: Vec<MembershipRow> = on_either!(&mut **tx, |c| memberships::table
        .filter(memberships::person_id.eq(Key::from(new.person)))
        .filter(memberships::organisation_id.eq(Key::from(new.organisation)))
        .order((memberships::since, memberships::id))
        .select(MembershipRow::as_select())
        .load(c))?;
    for row in rows {
        let (standing, _) = row.read()?;
        if standing.overlaps(new) {
            return Ok(Some(standing));
        }
    }
    Ok(None)
}

/// Gives a role. No other gives it on one of its days ([`overlapping_membership`]).
pub fn insert_membership(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<ManageMemberships>,
    membership: &Membership,
) -> Result<(), Error> {
    let row = MembershipRow {
        id: membership.id.into(),
        person_id: membership.person.into(),
        organisation_id: membership.organisation.into(),
        programme_id: membership.programme.map(Into::into),
        role: membership.role.to_string(),
        status: membership.status.to_string(),
        since: membership.since,
        until: membership.until,
        version: 1,
    };
    on_either!(&mut **tx, |c| diesel::insert_into(memberships::table).values(row).execute(c))?;
    Ok(())
}

/// The caller's own memberships, also those that are not active.
pub fn own_memberships(database: &mut Database<'_>, me: &Principal) -> Result<Vec<(Membership, i32)>, Error> {
    let rows: Vec<MembershipRow> = on_either!(database, |c| memberships::table
        .filter(memberships::person_id.eq(Key::from(me.person)))
        .select(MembershipRow::as_select())
        .order((memberships::since, memberships::id))
        .load(c))?;
    rows.into_iter().map(MembershipRow::read).collect()
}

/// A page of an organisation's memberships, by id.
pub fn memberships_in(
    database: &mut Database<'_>,
    _grant: &Grant<ReadMemberships>,
    organisation: OrganisationId,
    size: i64,
    after: Option<MembershipId>,
) -> Result<Slice<(Membership, i32)>, Error> {
    let rows: Vec<MembershipRow> = on_either!(database, |c| {
        let mut query = memberships::table
            .filter(memberships::organisation_id.eq(Key::from(organisation)))
            .select(MembershipRow::as_select())
            .order(memberships::id)
            .limit(size + 1)
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(memberships::id.gt(Key::from(after)));
        }
        query.load(c)
    })?;
    Slice::cut(rows, size).try_map(MembershipRow::read)
}

/// One membership of an organisation.
pub fn find_membership(
    database: &mut Database<'_>,
    _grant: &Grant<ReadMemberships>,
    organisation: OrganisationId,
    id: MembershipId,
) -> Result<Option<(Membership, i32)>, Error> {
    let row: Option<MembershipRow> = on_either!(database, |c| memberships::table
        .find(Key::from(id))
        .filter(memberships::organisation_id.eq(Key::from(organisation)))
        .select(MembershipRow::as_select())
        .first(c)
        .optional())?;
    row.map(MembershipRow::read).transpose()
}

/// Changes the status of a membership that stands at this version. A tombstone keeps a backup from giving a role back that ended.
pub fn change_membership(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<ManageMemberships>,
    id: MembershipId,
    version: i32,
    (status, until): (MembershipStatus, Option<Date>),
    now: Moment,
) -> Result<(), Error> {
    if status == MembershipStatus::Ended {
        tombstones::lay_of_entry(tx, tombstones::Kind::Membership, id.uuid(), now)?;
    }
    write_status(tx, id, version, status, until)
}

/// Ends a role once more, as of the day on which it ended, which a restored backup gave back. Gives back whose it was; nobody where it has
/// ended there too.
pub fn end_again(
    tx: &mut Transaction<'_, '_>,
    _leave: &Upkeep,
    id: MembershipId,
    last: Date,
) -> Result<Option<PersonId>, Error> {
    let row: Option<MembershipRow> = on_either!(&mut **tx, |c| memberships::table
        .find(Key::from(id))
        .select(MembershipRow::as_select())
        .first(c)
        .optional())?;
    let Some((found, version)) = row.map(MembershipRow::read).transpose()? else { return Ok(None) };
    let was = found.status;
    match found.to_status(MembershipStatus::Ended, last) {
        Ok(over) if was != over.status => {
            write_status(tx, id, version, over.status, over.until)?;
            Ok(Some(over.person))
        }
        _ => Ok(None),
    }
}

fn write_status(
    tx: &mut Transaction<'_, '_>,
    id: MembershipId,
    version: i32,
    status: MembershipStatus,
    until: Option<Date>,
) -> Result<(), Error> {
    let update = diesel::update(
        memberships::table.find(Key::from(id)).filter(memberships::version.eq(version)),
    )
    .set((
        memberships::status.eq(status.to_string()),
        memberships::until.eq(until),
        memberships::version.eq(version + 1),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// The memberships of these people, whatever their status, with what each is held in: for a role of a programme, the organisation that runs
/// that programme, where the directory knows it.
pub(crate) fn memberships_with_seats(
    database: &mut Database<'_>,
    people: &[PersonId],
) -> Result<Vec<(Membership, Seat)>, Error> {
    let keys: Vec<Key> = people.iter().copied().map(Key::from).collect();
    let rows: Vec<(MembershipRow, Row)> = on_either!(database, |c| memberships::table
        .inner_join(organisations::table.on(organisations::id.eq(memberships::organisation_id)))
        .filter(memberships::person_id.eq_any(&keys))
        .order(memberships::id)
        .select((MembershipRow::as_select(), Row::as_select()))
        .load(c))?;
    let hosts = hosts_of(database, rows.iter().filter_map(|(membership, _)| membership.programme_id))?;
    rows.into_iter()
        .map(|(membership, row)| {
            let host = membership.programme_id.and_then(|programme| hosts.get(&programme)).cloned();
            Ok((membership.read()?.0, host.map_or_else(|| seat_in(row), Ok)?))
        })
        .collect()
}

/// Which school, board or partnership runs each of these programmes; one that none of them runs is left out.
fn hosts_of(
    database: &mut Database<'_>,
    programmes: impl Iterator<Item = Key>,
) -> Result<BTreeMap<Key, Seat>, Error> {
    let programmes: BTreeSet<Key> = programmes.collect();
    if programmes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(Key, Row)> = on_either!(database, |c| programmes::table
        .inner_join(organisations::table.on(organisations::id.eq(programmes::organisation_id)))
        .filter(programmes::id.eq_any(&programmes))
        .filter(
            organisations::location_code
                .is_not_null()
                .or(organisations::board_number.is_not_null())
                .or(organisations::partnership_code.is_not_null()),
        )
        .select((programmes::id, Row::as_select()))
        .load(c))?;
    rows.into_iter().map(|(programme, row)| Ok((programme, seat_in(row)?))).collect()
}

fn seat_in(row: Row) -> Result<Seat, Error> {
    let Organisation { kind, location, board, partnership, .. } =
        Stored::<Organisation>::try_from(row)?.value;
    Ok(Seat { kind, location, board, partnership })
}
