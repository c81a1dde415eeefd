//! What a school sees of an announcement, and what it may say.

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::access::{Action, Grant, NoteObjection, ReadAnnouncedMeetings, Standing};
use naast_domain::directory::LocationCode;
use naast_domain::ids::{AnnouncedMeetingId, AnnouncementId, BuddyId, ObjectionId, PersonId, ProgrammeId};
use naast_domain::journal::Chain;
use naast_domain::organisations::Role;
use naast_domain::support::announcements::{AnnouncementState, Objection, RecognisedBy};
use naast_domain::{Date, Moment};

use super::{Row, Talk, opened};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::keys::Keys;
use crate::rows::{Page, Slice, Stored, code, identifier, must_reach};
use crate::schema::{buddies, matches, meeting_announcements, meeting_objections, support_requests};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// An announcement, on the side of the school: nothing in it leads to the case.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Announced {
    /// Its id at the school.
    pub id: AnnouncedMeetingId,
    /// The school.
    pub school: LocationCode,
    /// The talk.
    pub talk: Talk,
    /// What parents call the buddy; nothing once it was cancelled.
    pub first_name: Option<String>,
    /// By what the school knows which talk it is; nothing once it was cancelled.
    pub recognised: Option<(RecognisedBy, String)>,
    /// Where it stands.
    pub state: AnnouncementState,
    /// When it was cancelled.
    pub cancelled_at: Option<Moment>,
    /// What the school noted.
    pub objections: Vec<Objection>,
    programme: ProgrammeId,
    announcement: AnnouncementId,
    parent: PersonId,
    buddy: PersonId,
}

impl Announced {
    /// The chain of the journal that what school notes goes to.
    pub fn chain(&self) -> Chain {
        self.programme.into()
    }

    /// The id that the row of the journal names: the coordinator's, not the school's.
    pub fn journalled_as(&self) -> AnnouncementId {
        self.announcement
    }

    /// The programme, for the record of a reading.
    pub(crate) fn programme(&self) -> ProgrammeId {
        self.programme
    }

    /// Whose data the school reads: the parent's and the buddy's.
    pub fn subjects(&self) -> [PersonId; 2] {
        [self.parent, self.buddy]
    }
}

type Found = (Row, i32, Key, Key, Key);

fn read(
    database: &mut Database<'_>,
    keys: &Keys,
    found: Vec<Found>,
) -> Result<Vec<Stored<Announced>>, Error> {
    let buddies: Vec<(ProgrammeId, BuddyId)> =
        found.iter().map(|(row, _, _, buddy, _)| (row.programme_id.into(), (*buddy).into())).collect();
    let names = crate::buddies::open_names(database, keys, &buddies)?;
    let mut noted = noted_on(database, found.iter().map(|(row, ..)| row))?;
    let (rows, rest): (Vec<Row>, Vec<_>) = found
        .into_iter()
        .map(|(row, version, parent, buddy, person)| (row, (version, parent, buddy, person)))
        .unzip();
    let rows = opened(database, keys, rows)?;
    rows.into_iter()
        .zip(rest)
        .map(|((row, words), (version, parent, buddy, person))| {
            const T: &str = "meeting_announcements";
            let state = code(T, "state", &row.state)?;
            let is_open = state == AnnouncementState::Announced;
            let by: RecognisedBy = code(T, "recognised_by", &row.recognised_by)?;
            Ok(Stored {
                version,
                created_at: row.announced_at.0,
                value: Announced {
                    id: row.school_key.into(),
                    school: identifier(T, "location_code", LocationCode::parse(&row.location_code))?,
                    talk: row.talk()?,
                    first_name: names.get(&buddy.into()).filter(|_| is_open).cloned(),
                    recognised: words.filter(|_| is_open).map(|words| (by, words)),
                    state,
                    cancelled_at: row.withdrawn_at.map(|at| at.0),
                    objections: noted.remove(&row.id).unwrap_or_default(),
                    programme: row.programme_id.into(),
                    announcement: row.id.into(),
                    parent: parent.into(),
                    buddy: person.into(),
                },
            })
        })
        .collect()
}

fn noted_on<'a>(
    database: &mut Database<'_>,
    rows: impl Iterator<Item = &'a Row>,
) -> Result<HashMap<Key, Vec<Objection>>, Error> {
    let (programmes, ids): (Vec<Key>, Vec<Key>) = rows.map(|row| (row.programme_id, row.id)).unzip();
    let found: Vec<(Key, String)> = on_either!(database, |c| meeting_objections::table
        .filter(meeting_objections::programme_id.eq_any(programmes))
        .filter(meeting_objections::announcement_id.eq_any(ids))
        .order((meeting_objections::noted_at, meeting_objections::id))
        .select((meeting_objections::announcement_id, meeting_objections::objection))
        .load(c))?;
    let mut noted: HashMap<Key, Vec<Objection>> = HashMap::new();
    for (id, objection) in found {
        noted.entry(id).or_default().push(code("meeting_objections", "objection", &objection)?);
    }
    Ok(noted)
}

/// Announcements with the parties of their match, by which school's staff never asks.
macro_rules! with_parties {
    () => {
        meeting_announcements::table
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
            .select((
                Row::as_select(),
                meeting_announcements::school_version,
                support_requests::parent_id,
                matches::buddy_id,
                buddies::person_id,
            ))
    };
}

/// An announcement for the people of its school, with the role that reaches it, until the day of the talk is over.
pub fn find_at_school<A: Action>(
    database: &mut Database<'_>,
    keys: &Keys,
    grant: &Grant<A>,
    id: AnnouncedMeetingId,
    today: Date,
) -> Result<Option<(Stored<Announced>, Role)>, Error> {
    let found: Option<Found> = on_either!(database, |c| with_parties!()
        .filter(meeting_announcements::school_key.eq(Key::from(id)))
        .filter(meeting_announcements::talk_date.ge(today))
        .first(c)
        .optional())?;
    let Some(stored) = read(database, keys, found.into_iter().collect())?.pop() else { return Ok(None) };
    let standing = Standing { school: Some(&stored.school), ..Standing::default() };
    Ok(grant.reaches(standing).map(|role| (stored.clone(), role)))
}

/// A page of what was announced to a school for today and later, newest first. Empty where the grant does not reach.
pub fn list_at_school(
    database: &mut Database<'_>,
    keys: &Keys,
    grant: &Grant<ReadAnnouncedMeetings>,
    school: &LocationCode,
    today: Date,
    page: Page,
) -> Result<Slice<Stored<Announced>>, Error> {
    if grant.reaches(Standing { school: Some(school), ..Standing::default() }).is_none() {
        return Ok(Slice { items: Vec::new(), more: false });
    }
    let rows: Vec<Found> = on_either!(&mut *database, |c| {
        let mut query = with_parties!()
            .filter(meeting_announcements::location_code.eq(school.as_str()))
            .filter(meeting_announcements::talk_date.ge(today))
            .order((meeting_announcements::announced_at.desc(), meeting_announcements::school_key.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(meeting_announcements::announced_at.le(at).and(
                meeting_announcements::announced_at.lt(at).or(meeting_announcements::school_key.lt(Key(id))),
            ));
        }
        query.load(c)
    })?;
    let slice = Slice::cut(rows, page.size);
    Ok(Slice { items: read(database, keys, slice.items)?, more: slice.more })
}

/// Keeps what a school noted on an announcement that was loaded with a grant. Says whether it was new.
pub fn note_objection(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<NoteObjection>,
    of: &Stored<Announced>,
    (id, objection): (ObjectionId, Objection),
    now: Moment,
) -> Result<bool, Error> {
    must_reach(grant, Standing { school: Some(&of.school), ..Standing::default() })?;
    let row = (
        meeting_objections::programme_id.eq(Key::from(of.programme)),
        meeting_objections::id.eq(Key::from(id)),
        meeting_objections::announcement_id.eq(Key::from(of.announcement)),
        meeting_objections::objection.eq(objection.to_string()),
        meeting_objections::noted_at.eq(At(now)),
    );
    let insert = diesel::insert_into(meeting_objections::table).values(row).on_conflict_do_nothing();
    if on_either!(&mut **tx, |c| insert.execute(c))? == 0 {
        return Ok(false);
    }
    let key = (Key::from(of.programme), Key::from(of.announcement));
    let update = diesel::update(meeting_announcements::table.find(key)).set((
        meeting_announcements::version.eq(meeting_announcements::version + 1),
        meeting_announcements::school_version.eq(meeting_announcements::school_version + 1),
    ));
    on_either!(&mut **tx, |c| update.execute(c))?;
    Ok(true)
}
