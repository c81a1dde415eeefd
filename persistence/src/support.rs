//! Matches and contacts. A match and the buddy's count of places change together.

pub mod announcements;
pub mod private_space;

use diesel::prelude::*;
use naast_domain::access::{
    Action, AnswerProposal, Grant, ReadContacts, ReadMatch, RecordContact, Standing, Upkeep,
};
use naast_domain::buddies::{Buddy, BuddyStatus, Channel};
use naast_domain::code::CodeSet;
use naast_domain::directory::LocationCode;
use naast_domain::ids::{BuddyId, ContactId, MatchId, PersonId, ProgrammeId, ProposalId, RequestId};
use naast_domain::matching::ProposalState;
use naast_domain::organisations::Role;
use naast_domain::requests::SupportRequest;
use naast_domain::support::{ClosureReason, ContactTask, Course, MatchState};
use naast_domain::{Date, Moment};

use crate::columns::{At, Key};
use crate::database::Database;
use crate::matching::KeptProposal;
use crate::rows::{Page, Slice, Stored, code, code_or_none, count, one};
use crate::schema::{buddies, contacts, matches, proposals, support_requests};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// A match as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Its id.
    pub id: MatchId,
    /// The programme.
    pub programme: ProgrammeId,
    /// The request.
    pub request: RequestId,
    /// The buddy.
    pub buddy: BuddyId,
    /// The proposal that it came from.
    pub proposal: ProposalId,
    /// Where it stands, and what it rests for.
    pub course: Course,
    /// Why it was closed.
    pub closed_because: Option<ClosureReason>,
    /// When it ended.
    pub ended_at: Option<Moment>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = matches)]
struct Row {
    programme_id: Key,
    id: Key,
    request_id: Key,
    buddy_id: Key,
    proposal_id: Key,
    state: String,
    paused_for: i64,
    closed_because: Option<String>,
    started_at: At,
    ended_at: Option<At>,
    version: i32,
}

impl TryFrom<Row> for Stored<Match> {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        const T: &str = "matches";
        Ok(Self {
            version: row.version,
            created_at: row.started_at.0,
            value: Match {
                id: row.id.into(),
                programme: row.programme_id.into(),
                request: row.request_id.into(),
                buddy: row.buddy_id.into(),
                proposal: row.proposal_id.into(),
                course: Course {
                    state: code(T, "state", &row.state)?,
                    rests_for: CodeSet::from_bits(row.paused_for),
                },
                closed_because: code_or_none(T, "closed_because", row.closed_because.as_deref())?,
                ended_at: row.ended_at.map(|at| at.0),
            },
        })
    }
}

/// Starts the match of a proposal that both said yes to, and takes a place of the buddy. Says whether she had one free; the
/// match is kept only then.
pub fn start(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<AnswerProposal>,
    of: &Stored<KeptProposal>,
    id: MatchId,
    now: Moment,
) -> Result<bool, Error> {
    if !crate::buddies::take_place(tx, of.programme, of.proposal.buddy)? {
        return Ok(false);
    }
    let row = (
        matches::programme_id.eq(Key::from(of.programme)),
        matches::id.eq(Key::from(id)),
        matches::request_id.eq(Key::from(of.request)),
        matches::buddy_id.eq(Key::from(of.proposal.buddy)),
        matches::proposal_id.eq(Key::from(of.id)),
        matches::state.eq(Course::RUNNING.state.to_string()),
        matches::started_at.eq(At(now)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(matches::table).values(row).execute(c))?;
    Ok(true)
}

/// A match that the grant reaches, with the role in which it does.
pub fn find<A: Action>(
    database: &mut Database<'_>,
    grant: &Grant<A>,
    id: MatchId,
) -> Result<Option<(Stored<Match>, Role)>, Error> {
    let found: Option<(Row, Key, Key, String)> = on_either!(database, |c| matches::table
        .inner_join(
            support_requests::table.on(support_requests::programme_id
                .eq(matches::programme_id)
                .and(support_requests::id.eq(matches::request_id))),
        )
        .inner_join(
            buddies::table
                .on(buddies::programme_id.eq(matches::programme_id).and(buddies::id.eq(matches::buddy_id))),
        )
        .filter(matches::id.eq(Key::from(id)))
        .select((Row::as_select(), support_requests::parent_id, buddies::person_id, buddies::status))
        .first(c)
        .optional())?;
    let Some((row, parent, buddy, status)) = found else { return Ok(None) };
    let found = Stored::<Match>::try_from(row)?;
    let standing = Standing {
        owner: Some(parent.into()),
        assigned: crate::buddies::assigned(buddy, &status)?,
        programme: Some(found.programme),
        school: None,
    };
    Ok(grant.reaches(standing).map(|role| (found, role)))
}

/// The running match of a request that was loaded with a grant.
pub fn running_of_request(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
) -> Result<Option<Stored<Match>>, Error> {
    running(database, request.programme, request.id)
}

/// The last match of a request that was loaded with a grant, whether it runs or not.
pub fn last_of_request(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
) -> Result<Option<Stored<Match>>, Error> {
    let row: Option<Row> = on_either!(database, |c| matches::table
        .filter(matches::programme_id.eq(Key::from(request.programme)))
        .filter(matches::request_id.eq(Key::from(request.id)))
        .order((matches::started_at.desc(), matches::id.desc()))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(TryInto::try_into).transpose()
}

/// The running match that came of a proposal that was loaded with a grant.
pub fn running_of_proposal(
    database: &mut Database<'_>,
    proposal: &Stored<KeptProposal>,
) -> Result<Option<Stored<Match>>, Error> {
    let running = running(database, proposal.programme, proposal.request)?;
    Ok(running.filter(|running| running.proposal == proposal.id))
}

fn running(
    database: &mut Database<'_>,
    programme: ProgrammeId,
    request: RequestId,
) -> Result<Option<Stored<Match>>, Error> {
    let row: Option<Row> = on_either!(database, |c| matches::table
        .filter(matches::programme_id.eq(Key::from(programme)))
        .filter(matches::request_id.eq(Key::from(request)))
        .filter(matches::state.ne(MatchState::Closed.to_string()))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(TryInto::try_into).transpose()
}

/// The person of the buddy with whom a match of this request runs, unless she has left.
pub(crate) fn assigned_buddy(
    database: &mut Database<'_>,
    request: &SupportRequest,
) -> Result<Option<PersonId>, Error> {
    let person: Option<Key> = on_either!(database, |c| matches::table
        .inner_join(
            buddies::table
                .on(buddies::programme_id.eq(matches::programme_id).and(buddies::id.eq(matches::buddy_id))),
        )
        .filter(matches::programme_id.eq(Key::from(request.programme)))
        .filter(matches::request_id.eq(Key::from(request.id)))
        .filter(matches::state.ne(MatchState::Closed.to_string()))
        .filter(buddies::status.ne(BuddyStatus::Left.to_string()))
        .select(buddies::person_id)
        .first(c)
        .optional())?;
    Ok(person.map(Into::into))
}

/// The running matches of a buddy who was loaded with a grant, by request.
pub fn running_of_buddy(
    database: &mut Database<'_>,
    buddy: &Stored<Buddy>,
) -> Result<Vec<Stored<Match>>, Error> {
    let (programme, buddy) = (buddy.programme, buddy.id);
    let rows: Vec<Row> = on_either!(database, |c| matches::table
        .filter(matches::programme_id.eq(Key::from(programme)))
        .filter(matches::buddy_id.eq(Key::from(buddy)))
        .filter(matches::state.ne(MatchState::Closed.to_string()))
        .order(matches::request_id)
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The people who, as a buddy of whatever programme, support another parent than this one at a school now. In order, each once.
/// The platform asks for itself: nobody is shown whom they support.
pub fn supporting_others_at(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    school: &LocationCode,
    parent: PersonId,
) -> Result<Vec<PersonId>, Error> {
    let of_request = matches::programme_id
        .eq(support_requests::programme_id)
        .and(matches::request_id.eq(support_requests::id))
        .and(matches::state.ne(MatchState::Closed.to_string()));
    let of_buddy = buddies::programme_id.eq(matches::programme_id).and(buddies::id.eq(matches::buddy_id));
    // the partial index knows exactly these words, so they stand in the text and not in a parameter
    let is_matched = diesel::dsl::sql::<diesel::sql_types::Bool>("support_requests.state = 'matched'");
    let people: Vec<Key> = on_either!(database, |c| support_requests::table
        .inner_join(matches::table.on(of_request))
        .inner_join(buddies::table.on(of_buddy))
        .filter(support_requests::location_code.eq(school.as_str()))
        .filter(is_matched)
        .filter(support_requests::parent_id.ne(Key::from(parent)))
        .select(buddies::person_id)
        .order(buddies::person_id)
        .distinct()
        .load(c))?;
    let mut people: Vec<PersonId> = people.into_iter().map(Into::into).collect();
    people.sort_unstable();
    Ok(people)
}

/// The buddies of a programme with whom a match runs or who are proposed to somebody, by id, for work that
/// goes through all of them.
pub fn buddies_in_use(
    database: &mut Database<'_>,
    _leave: &Upkeep,
    programme: ProgrammeId,
) -> Result<Vec<BuddyId>, Error> {
    let mut keys: Vec<Key> = on_either!(&mut *database, |c| matches::table
        .filter(matches::programme_id.eq(Key::from(programme)))
        .filter(matches::state.ne(MatchState::Closed.to_string()))
        .select(matches::buddy_id)
        .distinct()
        .load(c))?;
    let proposed: Vec<Key> = on_either!(database, |c| proposals::table
        .filter(proposals::programme_id.eq(Key::from(programme)))
        .filter(proposals::state.eq(ProposalState::Open.to_string()))
        .select(proposals::buddy_id)
        .distinct()
        .load(c))?;
    keys.extend(proposed);
    keys.sort_unstable();
    keys.dedup();
    Ok(keys.into_iter().map(Into::into).collect())
}

/// The buddies of earlier matches of a request whom the parent did not want any longer.
pub fn turned_down(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
) -> Result<Vec<BuddyId>, Error> {
    let (programme, request) = (request.programme, request.id);
    let keys: Vec<Key> = on_either!(database, |c| matches::table
        .filter(matches::programme_id.eq(Key::from(programme)))
        .filter(matches::request_id.eq(Key::from(request)))
        .filter(matches::closed_because.eq(ClosureReason::OtherBuddy.to_string()))
        .select(matches::buddy_id)
        .load(c))?;
    Ok(keys.into_iter().map(Into::into).collect())
}

/// Whose matches a page shows.
#[derive(Debug, Clone, Copy)]
pub enum Whose {
    /// The caller's own, as parent or as buddy.
    Own,
    /// A programme's.
    Programme(ProgrammeId),
}

/// A page of matches, newest first. Empty where the grant does not reach.
pub fn list(
    database: &mut Database<'_>,
    grant: &Grant<ReadMatch>,
    whose: Whose,
    page: Page,
) -> Result<Slice<Stored<Match>>, Error> {
    if let Whose::Programme(programme) = whose
        && grant.reaches(Standing { programme: Some(programme), ..Standing::default() }).is_none()
    {
        return Ok(Slice { items: Vec::new(), more: false });
    }
    // whose own they are is looked up first: two lists of keys find their index, two questions joined by OR do not
    let (requests, own_buddies) = match whose {
        Whose::Programme(_) => (Vec::new(), Vec::new()),
        Whose::Own => own_keys(database, grant.person())?,
    };
    let rows: Vec<Row> = on_either!(database, |c| {
        let mut query = matches::table
            .select(Row::as_select())
            .order((matches::started_at.desc(), matches::id.desc()))
            .limit(page.limit())
            .into_boxed();
        query = match whose {
            Whose::Programme(programme) => query.filter(matches::programme_id.eq(Key::from(programme))),
            Whose::Own => {
                query.filter(matches::request_id.eq_any(&requests).or(matches::buddy_id.eq_any(&own_buddies)))
            }
        };
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                matches::started_at.le(at).and(matches::started_at.lt(at).or(matches::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    Slice::cut(rows, page.size).try_map(TryInto::try_into)
}

/// The requests of a person, and her profiles as a buddy where she has not left.
fn own_keys(database: &mut Database<'_>, person: PersonId) -> Result<(Vec<Key>, Vec<Key>), Error> {
    let me = Key::from(person);
    let requests = on_either!(&mut *database, |c| support_requests::table
        .filter(support_requests::parent_id.eq(me))
        .select(support_requests::id)
        .load(c))?;
    let own_buddies = on_either!(database, |c| buddies::table
        .filter(buddies::person_id.eq(me))
        .filter(buddies::status.ne(BuddyStatus::Left.to_string()))
        .select(buddies::id)
        .load(c))?;
    Ok((requests, own_buddies))
}

/// Pauses or resumes a match that stands as it was loaded.
pub fn change_course(
    tx: &mut Transaction<'_, '_>,
    stored: &Stored<Match>,
    course: Course,
) -> Result<(), Error> {
    let row = matches::table
        .find((Key::from(stored.programme), Key::from(stored.id)))
        .filter(matches::version.eq(stored.version));
    let update = diesel::update(row).set((
        matches::state.eq(course.state.to_string()),
        matches::paused_for.eq(course.rests_for.bits()),
        matches::version.eq(stored.version + 1),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}

/// Closes a match that stands as it was loaded, cancels what was announced of it, and gives the buddy her place back.
pub fn close(
    tx: &mut Transaction<'_, '_>,
    stored: &Stored<Match>,
    because: ClosureReason,
    now: Moment,
) -> Result<(), Error> {
    let row = matches::table
        .find((Key::from(stored.programme), Key::from(stored.id)))
        .filter(matches::version.eq(stored.version));
    let update = diesel::update(row).set((
        matches::state.eq(MatchState::Closed.to_string()),
        matches::closed_because.eq(Some(because.to_string())),
        matches::ended_at.eq(Some(At(now))),
        matches::version.eq(stored.version + 1),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)?;
    crate::buddies::free_place(tx, stored.programme, stored.buddy)?;
    announcements::cancel_with_match(tx, stored, now)
}

/// That parent and buddy met: when, how, how long and what kind. Not what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The day.
    pub date: Date,
    /// Online or in person.
    pub channel: Channel,
    /// How long, in minutes.
    pub minutes: u32,
    /// What they did.
    pub task: ContactTask,
    /// Who recorded it.
    pub recorded_by: PersonId,
    /// When it was recorded.
    pub recorded_at: Moment,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = contacts)]
struct ContactRow {
    programme_id: Key,
    id: Key,
    match_id: Key,
    contact_date: Date,
    channel: String,
    minutes: i32,
    task: String,
    recorded_by: Key,
    recorded_at: At,
}

/// Keeps a contact of a match that was loaded with a grant.
pub fn insert_contact(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<RecordContact>,
    of: &Stored<Match>,
    contact: &Contact,
) -> Result<(), Error> {
    let row = ContactRow {
        programme_id: of.programme.into(),
        id: contact.id.into(),
        match_id: of.id.into(),
        contact_date: contact.date,
        channel: contact.channel.to_string(),
        minutes: i32::try_from(contact.minutes).unwrap_or(i32::MAX),
        task: contact.task.to_string(),
        recorded_by: contact.recorded_by.into(),
        recorded_at: At(contact.recorded_at),
    };
    on_either!(&mut **tx, |c| diesel::insert_into(contacts::table).values(row).execute(c))?;
    Ok(())
}

/// A page of the contacts of a match that was loaded with a grant, newest first.
pub fn contacts_of(
    database: &mut Database<'_>,
    _grant: &Grant<ReadContacts>,
    of: &Stored<Match>,
    page: Page,
) -> Result<Slice<Contact>, Error> {
    let rows: Vec<ContactRow> = on_either!(database, |c| {
        let mut query = contacts::table
            .filter(contacts::programme_id.eq(Key::from(of.programme)))
            .filter(contacts::match_id.eq(Key::from(of.id)))
            .select(ContactRow::as_select())
            .order((contacts::recorded_at.desc(), contacts::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                contacts::recorded_at.le(at).and(contacts::recorded_at.lt(at).or(contacts::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    Slice::cut(rows, page.size).try_map(|row| {
        const T: &str = "contacts";
        Ok(Contact {
            id: row.id.into(),
            date: row.contact_date,
            channel: code(T, "channel", &row.channel)?,
            minutes: count(T, "minutes", row.minutes)?,
            task: code(T, "task", &row.task)?,
            recorded_by: row.recorded_by.into(),
            recorded_at: row.recorded_at.0,
        })
    })
}
