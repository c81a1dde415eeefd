//! The counterpart on SQLite: statements that diesel prepares once for each connection, and nothing else of diesel.

mod statements;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use naast_api::clock::{Clock, fresh};
use serde_json::Value;
use uuid::Uuid;

use self::statements::{
    Append, Buddies, ById, Certificates, Consents, First, Forms, Found, Head, Insert, Next, Proposals,
    School, SetHead, Ties,
};
use super::Page;
use super::candidates::{Buddy, candidates};
use super::views::{self, Body, View};

type Row = views::Row<String, String>;
/// The connections to one file.
pub struct Source {
    readers: Mutex<Vec<SqliteConnection>>,
    writer: Mutex<SqliteConnection>,
}

fn connect(path: &Path) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(path.to_str().expect("our own paths are UTF-8"))
        .expect("the file is there");
    connection
        .batch_execute(
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA foreign_keys = ON",
        )
        .expect("every connection takes these settings");
    connection
}

fn read((first, second): Found) -> Row {
    let (id, programme_id, parent_id, origin, duration, channels, topics, language) = first;
    let (location_code, municipality_code, state, name, kind, value, created_at) = second;
    Row {
        id,
        programme_id,
        parent_id,
        origin,
        duration,
        channels,
        topics,
        language,
        location_code,
        municipality_code,
        state,
        contact: [name, kind, value],
        created_at,
    }
}

impl Source {
    /// Opens so many readers and the writer.
    pub fn open(path: &Path, readers: usize) -> Self {
        let readers = (0..readers).map(|_| connect(path)).collect();
        Self { readers: Mutex::new(readers), writer: Mutex::new(connect(path)) }
    }

    fn lend<T>(&self, work: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>) -> T {
        let all = || self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let mut one = all().pop().expect("as many readers as threads");
        let result = work(&mut one).expect("the query runs");
        all().push(one);
        result
    }

    /// A request.
    pub fn request(&self, id: Uuid) -> Row {
        read(self.lend(|c| ById { id: &id.to_string() }.get_result(c)))
    }

    /// A page of a programme.
    pub fn page(&self, page: &Page) -> Vec<Row> {
        let (programme, size) = (&page.programme_id.to_string(), &(page.page_size + 1));
        let rows: Vec<Found> = self.lend(|c| match (page.at.as_deref(), page.id) {
            (Some(at), Some(id)) => Next { programme, at, same: at, id: &id.to_string(), size }.load(c),
            _ => First { programme, size }.load(c),
        });
        rows.into_iter().map(read).collect()
    }

    /// Keeps a request and its journal row.
    pub fn submit(&self, parent: Uuid, body: Body) -> View<String, String> {
        let id: Uuid = fresh();
        let now = Clock::default().now().format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        let programme = body.programme_id.to_string();
        let row = body.into_row(id.to_string(), programme.clone(), parent.to_string(), now);
        let [contact_name, contact_kind, contact_value] = &row.contact;
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer
            .immediate_transaction(|c| {
                Insert {
                    id: &row.id,
                    programme: &row.programme_id,
                    parent: &row.parent_id,
                    origin: &row.origin,
                    duration: &row.duration,
                    channels: &row.channels,
                    topics: &row.topics,
                    language: &row.language,
                    school: &row.location_code,
                    municipality: &row.municipality_code,
                    state: &row.state,
                    contact_name,
                    contact_kind,
                    contact_value,
                    created: &row.created_at,
                    updated: &row.created_at,
                }
                .execute(c)?;
                let chain = programme.as_str();
                let head: Option<(i64, Vec<u8>)> = Head { chain }.get_result(c).optional()?;
                let (seq, hash) = (&(head.map_or(0, |(seq, _)| seq) + 1), [0_u8; 32].as_slice());
                SetHead { chain, seq, hash }.execute(c)?;
                let (at, actor, object) = (&*row.created_at, &*row.parent_id, &*row.id);
                Append { chain, seq, at, actor, object, hash }.execute(c)
            })
            .expect("it is kept");
        row.view()
    }

    /// The best twenty buddies for a request.
    pub fn candidates(&self, id: Uuid) -> Value {
        let today = Clock::default().today();
        self.lend(|c| {
            let id = id.to_string();
            let request = read(ById { id: &id }.get_result(c)?);
            let programme = request.programme_id.as_str();
            let consents: Vec<(String, Option<String>)> = Consents { programme, request: &id }.load(c)?;
            assert!(!consents.is_empty());
            let language = if request.language == "nl" { 1_i64 } else { 2 };
            let rows: Vec<(String, String, i64, i64, String, i32, i32)> =
                Buddies { programme, today: &today, language: &language, channels: &request.channels }
                    .load(c)?;
            let ids = Value::from(rows.iter().map(|row| row.0.clone()).collect::<Vec<_>>()).to_string();
            let certificates: Vec<(String, String, NaiveDate, Option<NaiveDate>)> =
                Certificates { programme, ids: &ids }.load(c)?;
            let ties: Vec<(String, String, String)> = Ties { programme, ids: &ids }.load(c)?;
            let ties = ties
                .into_iter()
                .map(|(buddy, kind, about)| (buddy, kind, serde_json::from_str(&about).expect("JSON")))
                .collect();
            let _: Vec<(String, i64)> = Forms { programme }.load(c)?;
            if let Some(school) = &request.location_code {
                let _: Vec<(String, String, Option<String>)> =
                    School { today: &today, same: &today, school }.load(c)?;
            }
            let proposed: Vec<String> = Proposals { programme, request: &id }.load(c)?;
            let buddies = rows
                .into_iter()
                .map(|(id, first_name, specialisms, channels, municipalities, capacity, matches)| Buddy {
                    id,
                    first_name,
                    specialisms,
                    channels,
                    municipalities: serde_json::from_str(&municipalities).expect("JSON"),
                    capacity,
                    matches,
                })
                .collect();
            Ok(candidates(&request, buddies, certificates, ties, &proposed))
        })
    }
}
