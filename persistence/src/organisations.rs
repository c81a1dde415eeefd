//! Organisations, people and memberships; and who a caller is at this moment.

use diesel::dsl::exists;
use diesel::prelude::*;
use naast_domain::access::{
    Action, Grant, ManageMemberships, ManageOrganisations, Power, Principal, ReadMemberships, RegisterPeople,
};
use naast_domain::directory::{BoardNumber, LocationCode, PartnershipCode};
use naast_domain::ids::{MembershipId, OrganisationId, PersonId, SessionId};
use naast_domain::independence::Seat;
use naast_domain::organisations::{Membership, MembershipStatus, Organisation, Role};
use naast_domain::{Date, Moment};

use crate::columns::{At, Key};
use crate::database::Database;
use crate::keys::{Keys, Owner, Place, Sealed};
use crate::rows::{Page, Slice, Stored, code, identifier, one};
use crate::schema::{memberships, organisations, people, sessions};
use crate::transaction::Transaction;
use crate::{Error, on_either};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = organisations)]
struct Row {
    id: Key,
    kind: String,
    name: String,
    location_code: Option<String>,
    board_number: Option<String>,
    partnership_code: Option<String>,
    version: i32,
    created_at: At,
}

impl TryFrom<Row> for Stored<Organisation> {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        const T: &str = "organisations";
        Ok(Self {
            version: row.version,
            created_at: row.created_at.0,
            value: Organisation {
                id: row.id.into(),
                kind: code(T, "kind", &row.kind)?,
                name: row.name,
                location: row
                    .location_code
                    .map(|text| identifier(T, "location_code", LocationCode::parse(&text)))
                    .transpose()?,
                board: row
                    .board_number
                    .map(|text| identifier(T, "board_number", BoardNumber::parse(&text)))
                    .transpose()?,
                partnership: row
                    .partnership_code
                    .map(|text| identifier(T, "partnership_code", PartnershipCode::parse(&text)))
                    .transpose()?,
            },
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = memberships)]
struct MembershipRow {
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
    fn read(self) -> Result<(Membership, i32), Error> {
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

/// Who this person is on this day: her active memberships, read at each call. `None` when nobody has this id.
pub fn principal(
    database: &mut Database<'_>,
    person: PersonId,
    today: Date,
) -> Result<Option<Principal>, Error> {
    load_principal(database, person, None, today)
}

/// The same, while this session of hers runs: `None` once it has ended, and for a session of somebody else. It is asked in the
/// statement that reads her roles, by the key of the session.
pub fn principal_of_session(
    database: &mut Database<'_>,
    person: PersonId,
    session: SessionId,
    today: Date,
) -> Result<Option<Principal>, Error> {
    load_principal(database, person, Some(session), today)
}

fn load_principal(
    database: &mut Database<'_>,
    person: PersonId,
    session: Option<SessionId>,
    today: Date,
) -> Result<Option<Principal>, Error> {
    type Found = (Option<MembershipRow>, Option<String>, Option<String>);
    // two statements of fixed words, so that each is prepared once: every call begins with one of them
    macro_rules! roles {
        () => {
            people::table
                .left_join(memberships::table.on(memberships::person_id.eq(people::id)))
                .left_join(organisations::table.on(organisations::id.eq(memberships::organisation_id)))
                .filter(people::id.eq(Key::from(person)))
                .select((
                    Option::<MembershipRow>::as_select(),
                    organisations::location_code.nullable(),
                    organisations::board_number.nullable(),
                ))
        };
    }
    let rows: Vec<Found> = match session {
        None => on_either!(database, |c| roles!().load(c))?,
        Some(session) => {
            let runs = sessions::table
                .filter(sessions::id.eq(Key::from(session)))
                .filter(sessions::person_id.eq(Key::from(person)))
                .filter(sessions::ended_because.is_null());
            on_either!(database, |c| roles!().filter(exists(runs)).load(c))?
        }
    };
    if rows.is_empty() {
        return Ok(None);
    }
    let mut powers = Vec::new();
    for (membership, school, board) in rows {
        let Some((membership, _)) = membership.map(MembershipRow::read).transpose()? else { continue };
        if !membership.is_active(today) {
            continue;
        }
        powers.push(Power {
            role: membership.role,
            organisation: membership.organisation,
            programme: membership.programme,
            school: school
                .map(|text| identifier("organisations", "location_code", LocationCode::parse(&text)))
                .transpose()?,
            board: board
                .map(|text| identifier("organisations", "board_number", BoardNumber::parse(&text)))
                .transpose()?,
        });
    }
    Ok(Some(Principal { person, powers, today }))
}

/// The memberships of these people, whatever their status, with what each is held in.
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
    rows.into_iter()
        .map(|(membership, row)| {
            let Organisation { kind, location, board, partnership, .. } =
                Stored::<Organisation>::try_from(row)?.value;
            Ok((membership.read()?.0, Seat { kind, location, board, partnership }))
        })
        .collect()
}

/// Whether anybody administers this installation.
pub fn has_administrator(database: &mut Database<'_>) -> Result<bool, Error> {
    let found = memberships::table
        .filter(memberships::role.eq(Role::Administrator.to_string()))
        .filter(memberships::status.eq(MembershipStatus::Active.to_string()));
    on_either!(database, |c| diesel::select(diesel::dsl::exists(found)).get_result(c)).map_err(Error::from)
}

/// A person who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Her id.
    pub id: PersonId,
    /// Her name.
    pub name: String,
}

/// Registers a person.
pub fn insert_person(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    _grant: &Grant<RegisterPeople>,
    person: &Person,
    now: Moment,
) -> Result<(), Error> {
    keep_person(tx, keys, person, now)
}

/// Keeps a person, registered by somebody or by herself.
pub(crate) fn keep_person(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    person: &Person,
    now: Moment,
) -> Result<(), Error> {
    let name = keys.seal(tx, Owner::Person(person.id), name_place(person.id), &person.name, now)?;
    let row =
        (people::id.eq(Key::from(person.id)), people::name.eq(name.as_str()), people::created_at.eq(At(now)));
    on_either!(&mut **tx, |c| diesel::insert_into(people::table).values(row).execute(c))?;
    Ok(())
}

/// The caller's own name; `None` when there is nobody with her id.
pub fn own_name(database: &mut Database<'_>, keys: &Keys, me: &Principal) -> Result<Option<String>, Error> {
    let id = me.person;
    let sealed: Option<String> = on_either!(&mut *database, |c| people::table
        .find(Key::from(id))
        .select(people::name)
        .first(c)
        .optional())?;
    let Some(sealed) = sealed else { return Ok(None) };
    Ok(Some(keys.open(database, name_place(id), &Sealed(sealed))?.unwrap_or_default()))
}

/// Whether anybody has this id: for whoever gives her a role, or registers her as a buddy.
pub fn is_registered<A: Action>(
    database: &mut Database<'_>,
    _grant: &Grant<A>,
    id: PersonId,
) -> Result<bool, Error> {
    let found = people::table.find(Key::from(id));
    on_either!(database, |c| diesel::select(diesel::dsl::exists(found)).get_result(c)).map_err(Error::from)
}

/// Takes the name of a person away, and keeps her id for the records of others that name it. No key of hers is made again:
/// an empty name needs none.
pub(crate) fn forget_name(tx: &mut Transaction<'_, '_>, person: PersonId) -> Result<(), Error> {
    let update = diesel::update(people::table.find(Key::from(person))).set(people::name.eq(""));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

pub(crate) fn name_place(id: PersonId) -> Place {
    Place { table: "people", column: "name", row: id.uuid() }
}

/// Registers an organisation.
pub fn insert(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<ManageOrganisations>,
    organisation: &Organisation,
    now: Moment,
) -> Result<(), Error> {
    let row = Row {
        id: organisation.id.into(),
        kind: organisation.kind.to_string(),
        name: organisation.name.clone(),
        location_code: organisation.location.as_ref().map(ToString::to_string),
        board_number: organisation.board.as_ref().map(ToString::to_string),
        partnership_code: organisation.partnership.as_ref().map(ToString::to_string),
        version: 1,
        created_at: At(now),
    };
    on_either!(&mut **tx, |c| diesel::insert_into(organisations::table).values(row).execute(c))?;
    Ok(())
}

/// An organisation; who takes part is no secret.
pub fn find(database: &mut Database<'_>, id: OrganisationId) -> Result<Option<Stored<Organisation>>, Error> {
    let row: Option<Row> = on_either!(database, |c| organisations::table
        .find(Key::from(id))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(TryInto::try_into).transpose()
}

/// A page of organisations.
pub fn list(database: &mut Database<'_>, page: Page) -> Result<Slice<Stored<Organisation>>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| {
        let mut query = organisations::table
            .select(Row::as_select())
            .order((organisations::created_at.desc(), organisations::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                organisations::created_at
                    .le(at)
                    .and(organisations::created_at.lt(at).or(organisations::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    Slice::cut(rows, page.size).try_map(TryInto::try_into)
}

/// Gives a role.
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

/// Changes the status of a membership that stands at this version.
pub fn change_membership(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<ManageMemberships>,
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
