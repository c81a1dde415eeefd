//! Meeting announcements: a row of the case, and a row of the school, which holds what the school was told and no id of the case
//! (`school`). The case knows the school's row while somebody comes along; nothing leads there once it is cancelled.

mod school;

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::access::{AnnounceMeeting, Grant, ReadAnnouncements};
use naast_domain::directory::LocationCode;
use naast_domain::ids::{AnnouncedMeetingId, AnnouncementId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::consents::ConsentKind;
use naast_domain::requests::SupportRequest;
use naast_domain::support::announcements::{AnnouncementState, Objection};
use naast_domain::{Date, Moment};

use super::Match;
use crate::columns::{At, Key};
use crate::database::Database;
use crate::journal;
use crate::rows::{Page, Slice, Stored, code, identifier};
use crate::schema::{meeting_announcements, meeting_objections};
use crate::transaction::Transaction;
use crate::{Error, on_either};

pub use school::{Announced, find_at_school, list_at_school, note_objection};

const T: &str = "meeting_announcements";

/// The words that the parent was shown before she announced, in the shape in which consents are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownWords {
    /// Their version.
    pub text_version: String,
    /// Their language.
    pub language: String,
    /// Their fingerprint.
    pub text_hash: String,
}

/// An announcement, on the side of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Its id.
    pub id: AnnouncementId,
    /// Its id at the school, which nobody else learns; nothing once it was cancelled.
    pub school_key: Option<AnnouncedMeetingId>,
    /// The school that is told.
    pub school: LocationCode,
    /// The day of the talk.
    pub date: Date,
    /// Where it stands.
    pub state: AnnouncementState,
    /// What the parent was shown.
    pub shown: ShownWords,
    /// When it was taken back, or ended with the match.
    pub withdrawn_at: Option<Moment>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = meeting_announcements, treat_none_as_default_value = false)]
struct Row {
    programme_id: Key,
    id: Key,
    match_id: Key,
    request_id: Key,
    location_code: String,
    school_key: Option<Key>,
    talk_date: Date,
    state: String,
    text_version: String,
    language: String,
    text_hash: String,
    version: i32,
    announced_at: At,
    withdrawn_at: Option<At>,
}

impl Row {
    fn read(self) -> Result<Stored<Announcement>, Error> {
        Ok(Stored {
            version: self.version,
            created_at: self.announced_at.0,
            value: Announcement {
                id: self.id.into(),
                school_key: self.school_key.map(Into::into),
                school: identifier(T, "location_code", LocationCode::parse(&self.location_code))?,
                date: self.talk_date,
                state: code(T, "state", &self.state)?,
                shown: ShownWords {
                    text_version: self.text_version,
                    language: self.language,
                    text_hash: self.text_hash,
                },
                withdrawn_at: self.withdrawn_at.map(|at| at.0),
            },
        })
    }
}

/// Keeps a new announcement on a match that was loaded with a grant, and tells the school.
pub fn insert(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<AnnounceMeeting>,
    of: &Stored<Match>,
    (announcement, school_key): (Announcement, AnnouncedMeetingId),
    now: Moment,
) -> Result<Stored<Announcement>, Error> {
    school::tell(tx, school_key, (&announcement.school, announcement.date))?;
    let row = Row {
        programme_id: of.programme.into(),
        id: announcement.id.into(),
        match_id: of.id.into(),
        request_id: of.request.into(),
        location_code: announcement.school.to_string(),
        school_key: Some(school_key.into()),
        talk_date: announcement.date,
        state: announcement.state.to_string(),
        text_version: announcement.shown.text_version.clone(),
        language: announcement.shown.language.clone(),
        text_hash: announcement.shown.text_hash.clone(),
        version: 1,
        announced_at: At(now),
        withdrawn_at: None,
    };
    on_either!(&mut **tx, |c| diesel::insert_into(meeting_announcements::table).values(row).execute(c))?;
    Ok(Stored { value: announcement, version: 1, created_at: now })
}

/// How many announcements of a match are open: of talks that are still to come on this day.
pub fn open_of_match(database: &mut Database<'_>, of: &Stored<Match>, today: Date) -> Result<i64, Error> {
    let question = meeting_announcements::table
        .filter(meeting_announcements::programme_id.eq(Key::from(of.programme)))
        .filter(meeting_announcements::match_id.eq(Key::from(of.id)))
        .filter(meeting_announcements::state.eq(AnnouncementState::Announced.to_string()))
        .filter(meeting_announcements::talk_date.ge(today))
        .count();
    Ok(on_either!(database, |c| question.get_result(c))?)
}

/// An announcement of a match that was loaded with a grant.
pub fn find(
    database: &mut Database<'_>,
    of: &Stored<Match>,
    id: AnnouncementId,
) -> Result<Option<Stored<Announcement>>, Error> {
    let row: Option<Row> = on_either!(database, |c| meeting_announcements::table
        .find((Key::from(of.programme), Key::from(id)))
        .filter(meeting_announcements::match_id.eq(Key::from(of.id)))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(Row::read).transpose()
}

/// A page of the announcements of a match that was loaded with a grant, newest first.
pub fn list(
    database: &mut Database<'_>,
    _grant: &Grant<ReadAnnouncements>,
    of: &Stored<Match>,
    page: Page,
) -> Result<Slice<Stored<Announcement>>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| {
        let mut query = meeting_announcements::table
            .filter(meeting_announcements::programme_id.eq(Key::from(of.programme)))
            .filter(meeting_announcements::match_id.eq(Key::from(of.id)))
            .select(Row::as_select())
            .order((meeting_announcements::announced_at.desc(), meeting_announcements::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some((at, id)) = page.after {
            let at = At(at);
            query =
                query.filter(meeting_announcements::announced_at.le(at).and(
                    meeting_announcements::announced_at.lt(at).or(meeting_announcements::id.lt(Key(id))),
                ));
        }
        query.load(c)
    })?;
    Slice::cut(rows, page.size).try_map(Row::read)
}

/// What schools noted on announcements of a match that was loaded with a grant.
pub fn objections(
    database: &mut Database<'_>,
    of: &Stored<Match>,
    announcements: &[&Stored<Announcement>],
) -> Result<HashMap<AnnouncementId, Vec<(Objection, Moment)>>, Error> {
    let ids: Vec<Key> = announcements.iter().map(|one| Key::from(one.id)).collect();
    let rows: Vec<(Key, String, At)> = on_either!(database, |c| meeting_objections::table
        .filter(meeting_objections::programme_id.eq(Key::from(of.programme)))
        .filter(meeting_objections::announcement_id.eq_any(ids))
        .order((meeting_objections::noted_at, meeting_objections::id))
        .select((
            meeting_objections::announcement_id,
            meeting_objections::objection,
            meeting_objections::noted_at
        ))
        .load(c))?;
    let mut all: HashMap<AnnouncementId, Vec<(Objection, Moment)>> = HashMap::new();
    for (id, objection, at) in rows {
        let noted = (code("meeting_objections", "objection", &objection)?, at.0);
        all.entry(id.into()).or_default().push(noted);
    }
    Ok(all)
}

/// Cancels one open announcement of a match that was loaded with a grant; every one, when none is named. School's side says so, and the
/// case forgets which row that is. Gives back which were open.
pub fn cancel(
    tx: &mut Transaction<'_, '_>,
    of: &Stored<Match>,
    one: Option<&Stored<Announcement>>,
    now: Moment,
) -> Result<Vec<AnnouncementId>, Error> {
    let open: Vec<(Key, Option<Key>)> = on_either!(&mut **tx, |c| meeting_announcements::table
        .filter(meeting_announcements::programme_id.eq(Key::from(of.programme)))
        .filter(meeting_announcements::match_id.eq(Key::from(of.id)))
        .filter(meeting_announcements::state.eq(AnnouncementState::Announced.to_string()))
        .order(meeting_announcements::id)
        .select((meeting_announcements::id, meeting_announcements::school_key))
        .load(c))?;
    let (open, at_school): (Vec<Key>, Vec<Option<Key>>) =
        open.into_iter().filter(|(id, _)| one.is_none_or(|one| Key::from(one.id) == *id)).unzip();
    // school's row first, as where school notes something: of two that come at once the second waits for the first
    school::cancel(tx, &at_school.into_iter().flatten().collect::<Vec<_>>())?;
    let rows = meeting_announcements::table
        .filter(meeting_announcements::programme_id.eq(Key::from(of.programme)))
        .filter(meeting_announcements::id.eq_any(open.clone()));
    let update = diesel::update(rows).set((
        meeting_announcements::state.eq(AnnouncementState::Cancelled.to_string()),
        meeting_announcements::school_key.eq(None::<Key>),
        meeting_announcements::withdrawn_at.eq(Some(At(now))),
        meeting_announcements::version.eq(meeting_announcements::version + 1),
    ));
    on_either!(&mut **tx, |c| update.execute(c))?;
    // the consent to each of them is over; one that the parent took back was marked before
    crate::privacy::consents::lapse_about(tx, of.programme, ConsentKind::MeetingAnnouncement, &open, now)?;
    Ok(open.into_iter().map(Into::into).collect())
}

/// The school that is told by an announcement of a request that was loaded with a grant.
pub fn school_told(
    database: &mut Database<'_>,
    request: &Stored<SupportRequest>,
    id: AnnouncementId,
) -> Result<Option<LocationCode>, Error> {
    let code: Option<String> = on_either!(database, |c| meeting_announcements::table
        .find((Key::from(request.programme), Key::from(id)))
        .filter(meeting_announcements::request_id.eq(Key::from(request.id)))
        .select(meeting_announcements::location_code)
        .first(c)
        .optional())?;
    let parse = |code: String| {
        crate::rows::identifier("meeting_announcements", "location_code", LocationCode::parse(&code))
    };
    code.map(parse).transpose()
}

/// Nobody comes along from a match that ends. Whoever ends it cannot forget this, so the rows of the journal are written here.
pub(super) fn cancel_with_match(
    tx: &mut Transaction<'_, '_>,
    of: &Stored<Match>,
    now: Moment,
) -> Result<(), Error> {
    for id in cancel(tx, of, None, now)? {
        let entry = journal::Entry {
            chain: of.programme.into(),
            at: now,
            actor: None,
            role: "system",
            purpose: Purpose::Support,
            action: "announcement.cancelled",
            object_kind: "announcement",
            object_id: id.to_string(),
            before: Some("announced".into()),
            after: Some("cancelled".into()),
        };
        journal::append(tx, &entry)?;
    }
    Ok(())
}
