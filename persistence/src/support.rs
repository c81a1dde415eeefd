//! Matches and contacts. A match and the buddy's count of places change together.

pub mod announcements;
mod contacts;
mod pauses;
pub mod private_space;
mod running;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::{Action, AnswerProposal, Grant, ReadMatch, Standing};
use naast_domain::buddies::BuddyStatus;
use naast_domain::code::CodeSet;
use naast_domain::ids::{BuddyId, MatchId, PersonId, ProgrammeId, ProposalId, RequestId};
use naast_domain::organisations::Role;
use naast_domain::support::{ClosureReason, Course, MatchState};

use crate::columns::{At, Key};
use crate::database::Database;
use crate::independence::{CASE, Case, CaseColumns, reach, without_tied};
use crate::matching::KeptProposal;
use crate::privacy::tombstones;
use crate::rows::{Page, Shortened, Slice, Stored, code, code_or_none, one};
use crate::schema::{buddies, matches, support_requests};
use crate::transaction::Transaction;
use crate::{Error, on_either};

pub use contacts::{Contact, contacts_of, insert_contact};
pub use pauses::ran;
pub(crate) use running::assigned_buddy;
pub use running::{
    buddies_in_use, last_of_request, running_of_buddy, running_of_proposal, running_of_request,
    running_of_upkeep, supporting_others_at, turned_down,
};

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
    let found: Option<(Row, CaseColumns, Key, String)> = on_either!(&mut *database, |c| matches::table
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
        .select((Row::as_select(), CASE, buddies::person_id, buddies::status))
        .first(c)
        .optional())?;
    let Some((row, case, buddy, status)) = found else { return Ok(None) };
    let (found, case) = (Stored::<Match>::try_from(row)?, Case::read(case)?);
    let standing = Standing { assigned: crate::buddies::assigned(buddy, &status)?, ..case.standing() };
    Ok(reach(database, grant, &case, standing)?.map(|role| (found, role)))
}

/// Whose matches a page shows.
#[derive(Debug, Clone, Copy)]
pub enum Whose {
    /// The caller's own, as parent or as buddy.
    Own,
    /// A programme's.
    Programme(ProgrammeId),
}

/// A page of matches, newest first; of a programme's without those from whose case a tie of her own keeps the caller. Empty where
/// the grant does not reach.
pub fn list(
    database: &mut Database<'_>,
    grant: &Grant<ReadMatch>,
    whose: Whose,
    page: Page,
) -> Result<Shortened<Stored<Match>>, Error> {
    if let Whose::Programme(programme) = whose
        && !grant.handles_in(programme)
    {
        return Ok(Shortened::empty());
    }
    // whose own they are is looked up first: two lists of keys find their index, two questions joined by OR do not
    let (requests, own_buddies) = match whose {
        Whose::Programme(_) => (Vec::new(), Vec::new()),
        Whose::Own => own_keys(database, grant.person())?,
    };
    let rows: Vec<Row> = on_either!(&mut *database, |c| {
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
    let slice = Slice::cut(rows, page.size).try_map(Stored::<Match>::try_from)?;
    let page = Shortened::whole(slice, |one| (one.created_at, one.id.uuid()));
    match whose {
        Whose::Programme(programme) => without_tied(database, grant, programme, page, |one| one.request),
        Whose::Own => Ok(page),
    }
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

/// Pauses or resumes a match that stands as it was loaded, and keeps since and until when it rested.
pub fn change_course(
    tx: &mut Transaction<'_, '_>,
    stored: &Stored<Match>,
    course: Course,
    now: Moment,
) -> Result<(), Error> {
    let row = matches::table
        .find((Key::from(stored.programme), Key::from(stored.id)))
        .filter(matches::version.eq(stored.version));
    let update = diesel::update(row).set((
        matches::state.eq(course.state.to_string()),
        matches::paused_for.eq(course.rests_for.bits()),
        matches::version.eq(stored.version + 1),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)?;
    pauses::keep(tx, stored, course.state, now)
}

/// Closes a match that stands as it was loaded, cancels what was announced of it, and gives the buddy her place back. A tombstone keeps a backup
/// from letting it run again.
pub fn close(
    tx: &mut Transaction<'_, '_>,
    stored: &Stored<Match>,
    because: ClosureReason,
    now: Moment,
) -> Result<(), Error> {
    close_as_of(tx, stored, because, (now, now))
}

/// Closes a match now that ended at an earlier moment, before a backup brought it back.
pub fn close_as_of(
    tx: &mut Transaction<'_, '_>,
    stored: &Stored<Match>,
    because: ClosureReason,
    (ended_at, now): (Moment, Moment),
) -> Result<(), Error> {
    let row = matches::table
        .find((Key::from(stored.programme), Key::from(stored.id)))
        .filter(matches::version.eq(stored.version));
    let update = diesel::update(row).set((
        matches::state.eq(MatchState::Closed.to_string()),
        matches::closed_because.eq(Some(because.to_string())),
        matches::ended_at.eq(Some(At(ended_at))),
        matches::version.eq(stored.version + 1),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)?;
    crate::buddies::free_place(tx, stored.programme, stored.buddy)?;
    tombstones::lay_of_match(tx, stored.id, because, ended_at)?;
    announcements::cancel_with_match(tx, stored, now)
}
