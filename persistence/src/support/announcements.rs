//! Meeting announcements: one row with two sides. The case knows it by its id, school by another id, with a version and a
//! projection of its own. A school's query asks for the grant of a school, and never sees a column of the case.

mod school;

use std::collections::HashMap;

use diesel::prelude::*;
use naast_domain::access::{AnnounceMeeting, Grant, ReadAnnouncements};
use naast_domain::directory::LocationCode;
use naast_domain::ids::{AnnouncedMeetingId, AnnouncementId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::consents::ConsentKind;
use naast_domain::requests::SupportRequest;
use naast_domain::support::announcements::{AnnouncementState, Objection, RecognisedBy, TalkPlace};
use naast_domain::{Date, Moment};

use super::Match;
use crate::columns::{At, Key};
use crate::database::Database;
use crate::journal;
use crate::keys::{Keys, Owner, Place, Sealed};
use crate::rows::{Page, Slice, Stored, code, code_or_none, count, identifier};
use crate::schema::{meeting_announcements, meeting_objections};
use crate::transaction::Transaction;
use crate::{Error, on_either};

pub use school::{Announced, find_at_school, list_at_school, note_objection};

const T: &str = "meeting_announcements";

/// When and where the talk is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Talk {
    /// The day.
    pub date: Date,
    /// When it begins, such as `14:30`, as the clocks of the Netherlands show it.
    pub start_time: Option<String>,
    /// How long it takes, in minutes.
    pub minutes: Option<u32>,
    /// Where it is.
    pub place: Option<TalkPlace>,
}

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
    /// Its id at the school, which nobody else learns.
    pub school_key: AnnouncedMeetingId,
    /// The school that is told.
    pub school: LocationCode,
    /// The talk.
    pub talk: Talk,
    /// By what the school knows which talk it is.
    pub recognised_by: RecognisedBy,
    /// That reference or name; nothing once it was cancelled.
    pub recognised: Option<String>,
    /// Where it stands.
    pub state: AnnouncementState,
    /// What the parent was shown.
    pub shown: ShownWords,
    /// When it was taken back, or ended with the match.
    pub withdrawn_at: Option<Moment>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = meeting_announcements)]
struct Row {
    programme_id: Key,
    id: Key,
    match_id: Key,
    request_id: Key,
    location_code: String,
    school_key: Key,
    talk_date: Date,
    start_time: Option<String>,
    minutes: Option<i32>,
    place: Option<String>,
    recognised_by: String,
    recognised: Option<String>,
    state: String,
    text_version: String,
    language: String,
    text_hash: String,
    version: i32,
    announced_at: At,
    withdrawn_at: Option<At>,
}

fn place(id: Key) -> Place {
    Place { table: T, column: "recognised", row: id.0 }
}

impl Row {
    fn talk(&self) -> Result<Talk, Error> {
        Ok(Talk {
            date: self.talk_date,
            start_time: self.start_time.clone(),
            minutes: self.minutes.map(|minutes| count(T, "minutes", minutes)).transpose()?,
            place: code_or_none(T, "place", self.place.as_deref())?,
        })
    }

    fn read(self, recognised: Option<String>) -> Result<Stored<Announcement>, Error> {
        Ok(Stored {
            version: self.version,
            created_at: self.announced_at.0,
            value: Announcement {
                id: self.id.into(),
                school_key: self.school_key.into(),
                school: identifier(T, "location_code", LocationCode::parse(&self.location_code))?,
                talk: self.talk()?,
                recognised_by: code(T, "recognised_by", &self.recognised_by)?,
                recognised,
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

/// Keeps a new announcement on a match that was loaded with a grant.
pub fn insert(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    _grant: &Grant<AnnounceMeeting>,
    of: &Stored<Match>,
    announcement: Announcement,
    now: Moment,
) -> Result<Stored<Announcement>, Error> {
    let id = Key::from(announcement.id);
    let recognised = match &announcement.recognised {
        Some(words) => {
            let sealed = keys.seal(tx, Owner::Case(of.request), place(id), words, now)?;
            Some(sealed.as_str().to_owned())
        }
        None => None,
    };
    let talk = &announcement.talk;
    let row = Row {
        programme_id: of.programme.into(),
        id,
        match_id: of.id.into(),
        request_id: of.request.into(),
        location_code: announcement.school.to_string(),
        school_key: announcement.school_key.into(),
        talk_date: talk.date,
        start_time: talk.start_time.clone(),
        minutes: talk.minutes.map(|minutes| i32::try_from(minutes).unwrap_or(i32::MAX)),
        place: talk.place.map(|place| place.to_string()),
        recognised_by: announcement.recognised_by.to_string(),
        recognised,
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

/// How many announcements of a match are open.
pub fn open_of_match(database: &mut Database<'_>, of: &Stored<Match>) -> Result<i64, Error> {
    let question = meeting_announcements::table
        .filter(meeting_announcements::programme_id.eq(Key::from(of.programme)))
        .filter(meeting_announcements::match_id.eq(Key::from(of.id)))
        .filter(meeting_announcements::state.eq(AnnouncementState::Announced.to_string()))
        .count();
    Ok(on_either!(database, |c| question.get_result(c))?)
}

fn opened(
    database: &mut Database<'_>,
    keys: &Keys,
    rows: Vec<Row>,
) -> Result<Vec<(Row, Option<String>)>, Error> {
    let sealed: Vec<(Place, Sealed)> =
        rows.iter().filter_map(|row| Some((place(row.id), Sealed(row.recognised.clone()?)))).collect();
    let sealed: Vec<(Place, &Sealed)> = sealed.iter().map(|(place, one)| (*place, one)).collect();
    let mut words = keys.open_all(database, &sealed)?.into_iter();
    let with = |row: Row| {
        let words = row.recognised.as_ref().and_then(|_| words.next()).flatten();
        (row, words)
    };
    Ok(rows.into_iter().map(with).collect())
}

/// An announcement of a match that was loaded with a grant.
pub fn find(
    database: &mut Database<'_>,
    keys: &Keys,
    of: &Stored<Match>,
    id: AnnouncementId,
) -> Result<Option<Stored<Announcement>>, Error> {
    let row: Option<Row> = on_either!(database, |c| meeting_announcements::table
        .find((Key::from(of.programme), Key::from(id)))
        .filter(meeting_announcements::match_id.eq(Key::from(of.id)))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    let opened = opened(database, keys, row.into_iter().collect())?.pop();
    opened.map(|(row, words)| row.read(words)).transpose()
}

/// A page of the announcements of a match that was loaded with a grant, newest first.
pub fn list(
    database: &mut Database<'_>,
    keys: &Keys,
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
    let slice = Slice::cut(rows, page.size);
    let items = opened(database, keys, slice.items)?;
    Slice { items, more: slice.more }.try_map(|(row, words)| row.read(words))
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

/// Cancels one open announcement of a match that was loaded with a grant; every one, when none is named. By what school knew the
/// talk is forgotten. Gives back which were open.
pub fn cancel(
    tx: &mut Transaction<'_, '_>,
    of: &Stored<Match>,
    one: Option<&Stored<Announcement>>,
    now: Moment,
) -> Result<Vec<AnnouncementId>, Error> {
    let open: Vec<Key> = on_either!(&mut **tx, |c| meeting_announcements::table
        .filter(meeting_announcements::programme_id.eq(Key::from(of.programme)))
        .filter(meeting_announcements::match_id.eq(Key::from(of.id)))
        .filter(meeting_announcements::state.eq(AnnouncementState::Announced.to_string()))
        .order(meeting_announcements::id)
        .select(meeting_announcements::id)
        .load(c))?;
    let open: Vec<Key> =
        open.into_iter().filter(|id| one.is_none_or(|one| Key::from(one.id) == *id)).collect();
    let rows = meeting_announcements::table
        .filter(meeting_announcements::programme_id.eq(Key::from(of.programme)))
        .filter(meeting_announcements::id.eq_any(open.clone()));
    let update = diesel::update(rows).set((
        meeting_announcements::state.eq(AnnouncementState::Cancelled.to_string()),
        meeting_announcements::recognised.eq(None::<String>),
        meeting_announcements::withdrawn_at.eq(Some(At(now))),
        meeting_announcements::version.eq(meeting_announcements::version + 1),
        meeting_announcements::school_version.eq(meeting_announcements::school_version + 1),
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
            before: Some("announced"),
            after: Some("cancelled"),
        };
        journal::append(tx, &entry)?;
    }
    Ok(())
}
