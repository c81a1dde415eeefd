//! What a school was told of a talk, and what it may say: rows of its own (`announced_meetings`), with a version of their own, that
//! hold no name, no id of the case and no moment at which anybody did anything. So long as somebody comes along the case knows its row, and lends the buddy's first name, and
//! whom a record of the reading is about. Once it is cancelled the row stands alone: it is the same whether the parent took back one
//! consent or everything, or the case was erased, and it goes when the day of the talk is over.

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::access::{Action, Grant, NoteObjection, ReadAnnouncedMeetings, Standing};
use naast_domain::code::CodeSet;
use naast_domain::directory::LocationCode;
use naast_domain::ids::{AnnouncedMeetingId, AnnouncementId, BuddyId, ObjectionId, PersonId, ProgrammeId};
use naast_domain::journal::Chain;
use naast_domain::organisations::Role;
use naast_domain::support::announcements::{AnnouncementState, Objection};
use naast_domain::{Date, Moment, start_of};
use uuid::Uuid;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::keys::Keys;
use crate::rows::{Page, Slice, code, identifier, must_reach, one};
use crate::schema::{
    announced_meetings, buddies, matches, meeting_announcements, meeting_objections, support_requests,
};
use crate::transaction::Transaction;
use crate::{Error, on_either};

const T: &str = "announced_meetings";

/// What a school was told: nothing in it leads to the case.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Announced {
    /// Its id at the school.
    pub id: AnnouncedMeetingId,
    /// The school.
    pub school: LocationCode,
    /// The day of the talk.
    pub date: Date,
    /// What parents call the buddy; nothing once it was cancelled.
    pub first_name: Option<String>,
    /// Where it stands.
    pub state: AnnouncementState,
    /// What the school noted.
    pub objections: CodeSet<Objection>,
    /// Counts its changes, from 1.
    pub version: i32,
    of: Option<OfCase>,
}

/// What an announcement that is open is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfCase {
    /// The programme, whose chain of the journal has what school notes.
    pub(crate) programme: ProgrammeId,
    /// The id by which the case knows it.
    pub(crate) announcement: AnnouncementId,
    /// The parent.
    pub(crate) parent: PersonId,
    /// The buddy's account.
    pub(crate) companion: PersonId,
    buddy: BuddyId,
}

impl OfCase {
    /// The chain of the journal that what school notes goes to.
    pub fn chain(&self) -> Chain {
        self.programme.into()
    }

    /// The id that the row of the journal names: the coordinator's, not the school's.
    pub fn journalled_as(&self) -> AnnouncementId {
        self.announcement
    }
}

impl Announced {
    /// Its place in the list of its school: by the day of the talk. When it was announced stands nowhere on this side.
    pub fn place(&self) -> (Moment, Uuid) {
        (start_of(self.date), self.id.uuid())
    }

    /// What it is of, while somebody comes along.
    pub fn of(&self) -> Option<OfCase> {
        self.of
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = announced_meetings)]
struct Row {
    id: Key,
    location_code: String,
    talk_date: Date,
    day_begins_at: At,
    state: String,
    objections: i64,
    version: i32,
}

/// Tells a school: the row that is its own.
pub(super) fn tell(
    tx: &mut Transaction<'_, '_>,
    id: AnnouncedMeetingId,
    (school, date): (&LocationCode, Date),
) -> Result<(), Error> {
    let row = Row {
        id: id.into(),
        location_code: school.to_string(),
        talk_date: date,
        day_begins_at: At(start_of(date)),
        state: AnnouncementState::Announced.to_string(),
        objections: CodeSet::<Objection>::EMPTY.bits(),
        version: 1,
    };
    on_either!(&mut **tx, |c| diesel::insert_into(announced_meetings::table).values(row).execute(c))?;
    Ok(())
}

/// Tells a school that nobody comes along any more; one that was told so before, or whose talk is over, is left alone.
pub(super) fn cancel(tx: &mut Transaction<'_, '_>, ids: &[Key]) -> Result<(), Error> {
    let rows = announced_meetings::table
        .filter(announced_meetings::id.eq_any(ids))
        .filter(announced_meetings::state.eq(AnnouncementState::Announced.to_string()));
    let update = diesel::update(rows).set((
        announced_meetings::state.eq(AnnouncementState::Cancelled.to_string()),
        announced_meetings::version.eq(announced_meetings::version + 1),
    ));
    on_either!(&mut **tx, |c| update.execute(c))?;
    Ok(())
}

/// What the open ones among these rows are of. Asked in the same statements whether a case is there or not.
fn cases(database: &mut Database<'_>, rows: &[Row]) -> Result<HashMap<Key, OfCase>, Error> {
    let ids: Vec<Key> = rows.iter().map(|row| row.id).collect();
    let found: Vec<(Option<Key>, Key, Key, Key, Key, Key)> =
        on_either!(&mut *database, |c| meeting_announcements::table
            .inner_join(
                matches::table.on(matches::programme_id
                    .eq(meeting_announcements::programme_id)
                    .and(matches::id.eq(meeting_announcements::match_id))),
            )
            .inner_join(
                support_requests::table.on(support_requests::programme_id
                    .eq(matches::programme_id)
                    .and(support_requests::id.eq(matches::request_id))),
            )
            .inner_join(
                buddies::table.on(buddies::programme_id
                    .eq(matches::programme_id)
                    .and(buddies::id.eq(matches::buddy_id))),
            )
            .filter(meeting_announcements::school_key.eq_any(ids))
            .select((
                meeting_announcements::school_key,
                meeting_announcements::programme_id,
                meeting_announcements::id,
                support_requests::parent_id,
                buddies::person_id,
                matches::buddy_id,
            ))
            .load(c))?;
    let of =
        |(key, programme, announcement, parent, companion, buddy): (Option<Key>, Key, Key, Key, Key, Key)| {
            let case = OfCase {
                programme: programme.into(),
                announcement: announcement.into(),
                parent: parent.into(),
                companion: companion.into(),
                buddy: buddy.into(),
            };
            key.map(|key| (key, case))
        };
    Ok(found.into_iter().filter_map(of).collect())
}

fn read(database: &mut Database<'_>, keys: &Keys, rows: Vec<Row>) -> Result<Vec<Announced>, Error> {
    let cases = cases(database, &rows)?;
    let companions: Vec<(ProgrammeId, BuddyId)> =
        cases.values().map(|case| (case.programme, case.buddy)).collect();
    let names = crate::buddies::open_names(database, keys, &companions)?;
    rows.into_iter()
        .map(|row| {
            let state = code(T, "state", &row.state)?;
            let of = cases.get(&row.id).filter(|_| state == AnnouncementState::Announced).copied();
            Ok(Announced {
                id: row.id.into(),
                school: identifier(T, "location_code", LocationCode::parse(&row.location_code))?,
                date: row.talk_date,
                first_name: of.and_then(|case| names.get(&case.buddy).cloned()),
                state,
                objections: CodeSet::from_bits(row.objections),
                version: row.version,
                of,
            })
        })
        .collect()
}

/// An announcement for the people of its school, with the role that reaches it, until the day of the talk is over.
pub fn find_at_school<A: Action>(
    database: &mut Database<'_>,
    keys: &Keys,
    grant: &Grant<A>,
    id: AnnouncedMeetingId,
    today: Date,
) -> Result<Option<(Announced, Role)>, Error> {
    let found: Option<Row> = on_either!(database, |c| announced_meetings::table
        .find(Key::from(id))
        .filter(announced_meetings::talk_date.ge(today))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    let Some(told) = read(database, keys, found.into_iter().collect())?.pop() else { return Ok(None) };
    let standing = Standing { school: Some(&told.school), ..Standing::default() };
    Ok(grant.reaches(standing).map(|role| (told.clone(), role)))
}

/// A page of what was announced to a school for today and later, the next day first. Empty where the grant does not reach.
pub fn list_at_school(
    database: &mut Database<'_>,
    keys: &Keys,
    grant: &Grant<ReadAnnouncedMeetings>,
    school: &LocationCode,
    today: Date,
    page: Page,
) -> Result<Slice<Announced>, Error> {
    if grant.reaches(Standing { school: Some(school), ..Standing::default() }).is_none() {
        return Ok(Slice { items: Vec::new(), more: false });
    }
    let rows: Vec<Row> = on_either!(&mut *database, |c| {
        let mut query = announced_meetings::table
            .filter(announced_meetings::location_code.eq(school.as_str()))
            .filter(announced_meetings::talk_date.ge(today))
            .select(Row::as_select())
            .order((announced_meetings::day_begins_at, announced_meetings::id))
            .limit(page.limit())
            .into_boxed();
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                announced_meetings::day_begins_at
                    .ge(at)
                    .and(announced_meetings::day_begins_at.gt(at).or(announced_meetings::id.gt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    let slice = Slice::cut(rows, page.size);
    Ok(Slice { items: read(database, keys, slice.items)?, more: slice.more })
}

/// Keeps what a school noted on an announcement that was loaded with a grant, at the school and in the case. The row must be locked,
/// somebody come along, and it not be noted yet.
pub fn note_objection(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<NoteObjection>,
    (told, case): (&Announced, OfCase),
    (id, objection): (ObjectionId, Objection),
    now: Moment,
) -> Result<(), Error> {
    must_reach(grant, Standing { school: Some(&told.school), ..Standing::default() })?;
    let row = announced_meetings::table.find(Key::from(told.id));
    let update = diesel::update(row).set((
        announced_meetings::objections.eq(told.objections.with(objection).bits()),
        announced_meetings::version.eq(announced_meetings::version + 1),
    ));
    one(on_either!(&mut **tx, |c| update.execute(c))?)?;
    let row = (
        meeting_objections::programme_id.eq(Key::from(case.programme)),
        meeting_objections::id.eq(Key::from(id)),
        meeting_objections::announcement_id.eq(Key::from(case.announcement)),
        meeting_objections::objection.eq(objection.to_string()),
        meeting_objections::noted_at.eq(At(now)),
    );
    on_either!(&mut **tx, |c| diesel::insert_into(meeting_objections::table).values(row).execute(c))?;
    let key = (Key::from(case.programme), Key::from(case.announcement));
    let update = diesel::update(meeting_announcements::table.find(key))
        .set(meeting_announcements::version.eq(meeting_announcements::version + 1));
    one(on_either!(&mut **tx, |c| update.execute(c))?)
}
