//! Support requests.

mod contact;
mod last_day;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{
    Action, DecideOnRequest, Grant, OwnTie, ReadConsents, ReadRequest, Standing, SubmitRequest, Upkeep,
};
use naast_domain::code::CodeSet;
use naast_domain::directory::{LocationCode, MunicipalityCode};
use naast_domain::ids::{ProgrammeId, RequestId};
use naast_domain::organisations::Role;
use naast_domain::requests::{ChannelWish, Contact, RequestState, SupportRequest};

use crate::columns::{At, Key};
use crate::database::Database;
use crate::independence::{Case, ask, let_in, reach};
use crate::keys::Keys;
use crate::privacy::retention::forget_asking;
use crate::privacy::tombstones;
use crate::rows::{Page, Shortened, Slice, Stored, code, code_or_none, identifier, must_reach, one};
use crate::schema::support_requests;
use crate::transaction::Transaction;
use crate::{Error, on_either};

pub use contact::{contacts_of, forget_contact, forget_expired_contact};
pub use last_day::{consent_end_told_at, go_on, note_consent_end_told, note_told};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = support_requests)]
struct Row {
    programme_id: Key,
    id: Key,
    parent_id: Key,
    origin: String,
    duration: String,
    channels: i64,
    topics: i64,
    language: String,
    location_code: Option<String>,
    municipality_code: Option<String>,
    state: String,
    version: i32,
    created_at: At,
    updated_at: At,
    withdrawn_by: Option<String>,
}

const T: &str = "support_requests";

impl TryFrom<Row> for Stored<SupportRequest> {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            version: row.version,
            created_at: row.created_at.0,
            value: SupportRequest {
                id: row.id.into(),
                programme: row.programme_id.into(),
                parent: row.parent_id.into(),
                origin: code(T, "origin", &row.origin)?,
                duration: code(T, "duration", &row.duration)?,
                channel: ChannelWish::of(CodeSet::from_bits(row.channels)),
                topics: CodeSet::from_bits(row.topics),
                language: code(T, "language", &row.language)?,
                school: row
                    .location_code
                    .map(|text| identifier(T, "location_code", LocationCode::parse(&text)))
                    .transpose()?,
                municipality: row
                    .municipality_code
                    .map(|text| identifier(T, "municipality_code", MunicipalityCode::parse(&text)))
                    .transpose()?,
                state: code(T, "state", &row.state)?,
                withdrawn_by: code_or_none(T, "withdrawn_by", row.withdrawn_by.as_deref())?,
            },
        })
    }
}

/// Keeps a new request, of the parent who makes it. How to reach her is sealed.
pub fn insert(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    grant: &Grant<SubmitRequest>,
    request: SupportRequest,
    contact: &Contact,
    now: Moment,
) -> Result<Stored<SupportRequest>, Error> {
    must_reach(grant, Standing { owner: Some(request.parent), ..Standing::default() })?;
    forget_asking(tx, grant, now)?;
    let row = Row {
        programme_id: request.programme.into(),
        id: request.id.into(),
        parent_id: request.parent.into(),
        origin: request.origin.to_string(),
        duration: request.duration.to_string(),
        channels: request.channel.channels().bits(),
        topics: request.topics.bits(),
        language: request.language.to_string(),
        location_code: request.school.as_ref().map(ToString::to_string),
        municipality_code: request.municipality.as_ref().map(ToString::to_string),
        state: request.state.to_string(),
        version: 1,
        created_at: At(now),
        updated_at: At(now),
        withdrawn_by: None,
    };
    let contact = contact::sealed(tx, keys, request.id, contact, now)?;
    on_either!(&mut **tx, |c| diesel::insert_into(support_requests::table)
        .values((row, contact))
        .execute(c))?;
    tx.is_about(request.id);
    Ok(Stored { value: request, version: 1, created_at: now })
}

/// Remembers the fingerprint of the code by which a referred parent may also stop.
pub fn remember_code(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    fingerprint: &[u8],
) -> Result<(), Error> {
    let key = (Key::from(request.programme), Key::from(request.id));
    let update =
        diesel::update(support_requests::table.find(key)).set(support_requests::code_hash.eq(fingerprint));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// The request that came of a hand-over, for whoever holds the code of that conversation.
pub fn find_by_code(
    database: &mut Database<'_>,
    fingerprint: &[u8],
) -> Result<Option<Stored<SupportRequest>>, Error> {
    let row: Option<Row> = on_either!(database, |c| support_requests::table
        .filter(support_requests::code_hash.eq(fingerprint))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(TryInto::try_into).transpose()
}

/// A request that the grant reaches, with the role in which it does.
pub fn find<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    id: RequestId,
) -> Result<Option<(Stored<SupportRequest>, Role)>, Error> {
    let row: Option<Row> = on_either!(database, |c| support_requests::table
        .filter(support_requests::id.eq(Key::from(id)))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    let Some(request) = row.map(Stored::try_from).transpose()? else { return Ok(None) };
    let case = Case::of(&request);
    let role = match reach(database, grant, &case, case.standing()) {
        // who else reaches it by it is worth asking: also a coordinator whom a tie keeps from it may be its buddy
        Ok(None) | Err(Error::Tied | Error::NotAsked) if grant.asks_assignment() => {
            let assigned = crate::support::assigned_buddy(database, &request)?;
            reach(database, grant, &case, Standing { assigned, ..case.standing() })?
        }
        reached => reached?,
    };
    Ok(role.map(|role| (request, role)))
}

/// How a request stands to a caller who was let in to it before: storage made it for her.
pub fn standing(request: &Stored<SupportRequest>) -> Standing<'static> {
    Standing { owner: Some(request.parent), ..let_in(request.programme) }
}

/// The request of a proposal that a grant reached already.
pub fn of_proposal(
    database: &mut Database<'_>,
    proposal: &Stored<crate::matching::KeptProposal>,
) -> Result<Stored<SupportRequest>, Error> {
    of_programme(database, proposal.programme, proposal.request)
}

/// The request of a match that a grant reached already.
pub fn of_match(
    database: &mut Database<'_>,
    of: &Stored<crate::support::Match>,
) -> Result<Stored<SupportRequest>, Error> {
    of_programme(database, of.programme, of.request)
}

pub(crate) fn of_programme(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    id: RequestId,
) -> Result<Stored<SupportRequest>, Error> {
    let row: Row = on_either!(database, |c| support_requests::table
        .find((Key::from(programme), Key::from(id)))
        .select(Row::as_select())
        .first(c))?;
    row.try_into()
}

/// A page of the caller's own requests, newest first.
pub fn list_own(
    database: &mut Database<'_>,
    grant: &Grant<ReadRequest>,
    page: Page,
) -> Result<Shortened<Stored<SupportRequest>>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| {
        let mut query = support_requests::table
            .filter(support_requests::parent_id.eq(Key::from(grant.person())))
            .select(Row::as_select())
            .order((support_requests::created_at.desc(), support_requests::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                support_requests::created_at
                    .le(at)
                    .and(support_requests::created_at.lt(at).or(support_requests::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    page_of(rows, page)
}

fn page_of(rows: Vec<Row>, page: Page) -> Result<Shortened<Stored<SupportRequest>>, Error> {
    let slice = Slice::cut(rows, page.size).try_map(Stored::<SupportRequest>::try_from)?;
    Ok(Shortened::whole(slice, |one| (one.created_at, one.id.uuid())))
}

/// Every request of the caller's own, oldest first.
pub(crate) fn all_own(
    database: &mut Database<'_>,
    grant: &Grant<ReadConsents>,
) -> Result<Vec<Stored<SupportRequest>>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| support_requests::table
        .filter(support_requests::parent_id.eq(Key::from(grant.person())))
        .select(Row::as_select())
        .order((support_requests::created_at, support_requests::id))
        .load(c))?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// A page of a programme's requests, newest first; of one state, when it is named; without those from which a tie
/// of her own keeps the caller. Empty where the grant does not reach.
pub fn list_of_programme(
    database: &mut Database<'_>,
    grant: &Grant<ReadRequest>,
    programme: ProgrammeId,
    state: Option<RequestState>,
    page: Page,
) -> Result<Shortened<Stored<SupportRequest>>, Error> {
    if !grant.handles_in(programme) {
        return Ok(Shortened::empty());
    }
    let rows: Vec<Row> = on_either!(&mut *database, |c| {
        let mut query = support_requests::table
            .filter(support_requests::programme_id.eq(Key::from(programme)))
            .select(Row::as_select())
            .order((support_requests::created_at.desc(), support_requests::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some(state) = state {
            query = query.filter(support_requests::state.eq(state.to_string()));
        }
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                support_requests::created_at
                    .le(at)
                    .and(support_requests::created_at.lt(at).or(support_requests::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    let Shortened { items, next } = page_of(rows, page)?;
    let cases: Vec<Case> = items.iter().map(Case::of).collect();
    let asked = ask(database, grant, programme, &cases)?;
    let clear = items.into_iter().zip(asked).filter(|(_, tie)| *tie == OwnTie::Clear);
    Ok(Shortened { items: clear.map(|(one, _)| one).collect(), next })
}

/// Names another school of the child, or none, on a request that stands as it was loaded.
pub fn change_school(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<DecideOnRequest>,
    request: &Stored<SupportRequest>,
    school: Option<&LocationCode>,
    now: Moment,
) -> Result<(), Error> {
    must_reach(grant, standing(request))?;
    let key = (Key::from(request.programme), Key::from(request.id));
    let row = support_requests::table.find(key).filter(support_requests::version.eq(request.version));
    let update = diesel::update(row).set((
        support_requests::location_code.eq(school.map(ToString::to_string)),
        support_requests::version.eq(request.version + 1),
        support_requests::updated_at.eq(At(now)),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// Moves a request that stands as it was loaded to another state.
pub fn change_state(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    state: RequestState,
    because: Option<&str>,
    now: Moment,
) -> Result<(), Error> {
    let key = (Key::from(request.programme), Key::from(request.id));
    let row = support_requests::table.find(key).filter(support_requests::version.eq(request.version));
    let update = diesel::update(row).set((
        support_requests::state.eq(state.to_string()),
        support_requests::ended_because.eq(because),
        support_requests::version.eq(request.version + 1),
        support_requests::updated_at.eq(At(now)),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)?;
    match because.filter(|_| state == RequestState::Closed) {
        Some(because) => tombstones::lay_of_end(tx, request, because, now),
        None => Ok(()),
    }
}

/// A request, for the platform's own upkeep.
pub fn of_upkeep(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    id: RequestId,
) -> Result<Option<Stored<SupportRequest>>, Error> {
    let row: Option<Row> = on_either!(database, |c| support_requests::table
        .filter(support_requests::id.eq(Key::from(id)))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(TryInto::try_into).transpose()
}
