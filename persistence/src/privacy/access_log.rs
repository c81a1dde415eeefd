//! The access log: one record for each reading of somebody's data by somebody else, written before the answer goes out.
//!
//! What was read comes out of storage as [`Shown`], which only this room makes of what a grant reached, with the people whom it is
//! about. A record names the reader by her id, role and organisation, and never what was read.

mod cases;
mod readers;
mod shown;

use std::collections::BTreeMap;

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::access::Principal;
use naast_domain::code::Code as _;
use naast_domain::ids::{AccessRecordId, OrganisationId, PersonId, ProgrammeId, RequestId};
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::privacy::access::{DataKind, SubjectKind};
use uuid::Uuid;

use crate::columns::{At, Key};
use crate::database::Database;
use crate::rows::{Page, Slice, code, count};
use crate::schema::{access_log, organisations, programmes};
use crate::transaction::Transaction;
use crate::{Error, on_either};

pub(in crate::privacy) use cases::OwnCases;
pub(crate) use readers::coordinators_who_read;
pub use shown::Shown;

/// The call in which something was read.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Who calls, with what she may be.
    pub me: Principal,
    /// The operation of the contract.
    pub operation: String,
    /// The number of the call.
    pub call: Uuid,
    /// The trace that the call is part of, and the span that it came from (W3C Trace Context), when the caller sent one.
    pub trace: Option<(Uuid, i64)>,
    /// When the reading began.
    pub began: Moment,
    /// When it was done.
    pub ended: Moment,
}

/// A record, ready to be kept.
// what is not known is written as NULL, for else SQLite would get a statement for each record
#[derive(Insertable, Debug, Clone)]
#[diesel(table_name = access_log, treat_none_as_default_value = false)]
pub struct Record {
    programme_id: Key,
    id: Key,
    subject_id: Key,
    subject_kind: String,
    reader_id: Key,
    role: String,
    organisation_id: Option<Key>,
    client_id: Option<Key>,
    data_kind: String,
    object_id: Key,
    objects: i32,
    purpose: String,
    activity: String,
    operation: String,
    call_id: Key,
    trace_id: Key,
    parent_span: Option<i64>,
    began_at: At,
    ended_at: At,
}

/// The records of one call: one for each person whose data it shows, but for the reader herself. What a parent reads of her own
/// case leaves none at all: nobody is to see how often she looks, her buddy neither.
pub fn records(shown: &[Shown], reader: &Reader, mut fresh: impl FnMut() -> Uuid) -> Vec<Record> {
    let mut by_person: BTreeMap<(PersonId, &'static str, ProgrammeId), (&Shown, SubjectKind, i32)> =
        BTreeMap::new();
    for one in shown.iter().filter(|one| one.role != Role::Parent) {
        for (person, kind) in &one.subjects {
            if *person == reader.me.person {
                continue;
            }
            let key = (*person, one.data.code(), one.programme);
            by_person.entry(key).and_modify(|(_, _, objects)| *objects += 1).or_insert((one, *kind, 1));
        }
    }
    let is_system = reader.me.is_a_system();
    by_person
        .into_iter()
        .map(|((person, _, programme), (one, kind, objects))| Record {
            programme_id: programme.into(),
            id: Key(fresh()),
            subject_id: person.into(),
            subject_kind: kind.to_string(),
            reader_id: reader.me.person.into(),
            role: one.role.to_string(),
            organisation_id: organisation(&reader.me, one).map(Key::from),
            client_id: is_system.then(|| reader.me.person.into()),
            data_kind: one.data.to_string(),
            object_id: Key(one.object),
            objects,
            purpose: one.data.purpose().code().to_owned(),
            activity: one.data.activity().to_owned(),
            operation: reader.operation.clone(),
            call_id: Key(reader.call),
            trace_id: Key(reader.trace.map_or(reader.call, |(trace, _)| trace)),
            parent_span: reader.trace.map(|(_, span)| span),
            began_at: At(reader.began),
            ended_at: At(reader.ended),
        })
        .collect()
}

/// The organisation in which the reader holds the role that let her in.
fn organisation(me: &Principal, one: &Shown) -> Option<OrganisationId> {
    let fits = |power: &&naast_domain::access::Power| {
        power.role == one.role
            && (power.programme.is_none_or(|of| of == one.programme))
            && (one.school.is_none() || power.school == one.school)
    };
    me.powers.iter().find(fits).map(|power| power.organisation)
}

/// Keeps records.
pub fn insert(tx: &mut Transaction<'_, '_>, records: &[Record]) -> Result<(), Error> {
    // PostgreSQL takes 65,535 parameters in one statement, SQLite 32,766
    for some in records.chunks(1_000) {
        on_either!(&mut **tx, |c| diesel::insert_into(access_log::table).values(some).execute(c))?;
    }
    Ok(())
}

/// A record, as the person whom it is about reads it: of the reader no more than role and organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Its id.
    pub id: AccessRecordId,
    /// The programme.
    pub programme: ProgrammeId,
    /// The programme's name.
    pub programme_name: String,
    /// As whom the person stands in it.
    pub as_whom: SubjectKind,
    /// In which role it was read.
    pub role: Role,
    /// The organisation in which the reader holds that role.
    pub organisation: Option<String>,
    /// What was read.
    pub data: DataKind,
    /// How many of them.
    pub objects: u32,
    /// What for.
    pub purpose: Purpose,
    /// The activity of the processing register.
    pub activity: String,
    /// The number of the call.
    pub call: Uuid,
    /// The request of hers that it belongs to, when it belongs to one and that is there still.
    pub request: Option<RequestId>,
    /// When.
    pub at: Moment,
}

type Found = (Key, Key, String, String, String, Option<String>, String, i32, String, String, Key, At, Key);

/// A page of the readings of a person's own data, newest first. There is no other way to ask.
pub fn of_person(database: &mut Database<'_>, me: &Principal, page: Page) -> Result<Slice<Read>, Error> {
    let own = OwnCases::of(database, me.person)?;
    let rows: Vec<Found> = on_either!(database, |c| {
        let mut query = access_log::table
            .inner_join(programmes::table.on(programmes::id.eq(access_log::programme_id)))
            .left_join(organisations::table.on(access_log::organisation_id.eq(organisations::id.nullable())))
            .filter(access_log::subject_id.eq(Key::from(me.person)))
            .select((
                access_log::id,
                access_log::programme_id,
                programmes::name,
                access_log::subject_kind,
                access_log::role,
                organisations::name.nullable(),
                access_log::data_kind,
                access_log::objects,
                access_log::purpose,
                access_log::activity,
                access_log::call_id,
                access_log::began_at,
                access_log::object_id,
            ))
            .order((access_log::began_at.desc(), access_log::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                access_log::began_at.le(at).and(access_log::began_at.lt(at).or(access_log::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    Slice::cut(rows, page.size).try_map(|row| {
        const T: &str = "access_log";
        let objects = count(T, "objects", row.7)?;
        Ok(Read {
            id: row.0.into(),
            programme: row.1.into(),
            programme_name: row.2,
            as_whom: code(T, "subject_kind", &row.3)?,
            role: code(T, "role", &row.4)?,
            organisation: row.5,
            data: code(T, "data_kind", &row.6)?,
            objects,
            purpose: code(T, "purpose", &row.8)?,
            activity: row.9,
            call: row.10.0,
            request: own.of_record(row.12.0, objects),
            at: row.11.0,
        })
    })
}

/// A record with the fields of the Logboek Dataverwerkingen, for the export at the terminal.
#[derive(Queryable, Selectable, Debug, Clone)]
#[diesel(table_name = access_log, treat_none_as_default_value = false)]
pub struct Exported {
    /// The record.
    pub id: Key,
    /// Whose data.
    pub subject_id: Key,
    /// As whom.
    pub subject_kind: String,
    /// In which role.
    pub role: String,
    /// In which organisation.
    pub organisation_id: Option<Key>,
    /// What kind of data.
    pub data_kind: String,
    /// What for.
    pub purpose: String,
    /// The activity of the register.
    pub activity: String,
    /// The operation of the contract.
    pub operation: String,
    /// The call in which it was read.
    pub call_id: Key,
    /// The trace.
    pub trace_id: Key,
    /// The span that the call came from.
    pub parent_span: Option<i64>,
    /// When the reading began.
    pub began_at: At,
    /// When it was done.
    pub ended_at: At,
}

/// Records from a moment on, oldest first and those of one call together, behind the last one of the batch before.
pub fn export(
    database: &mut Database<'_>,
    since: Moment,
    after: Option<&Exported>,
    size: i64,
) -> Result<Vec<Exported>, Error> {
    Ok(on_either!(database, |c| {
        let mut query = access_log::table
            .filter(access_log::began_at.ge(At(since)))
            .select(Exported::as_select())
            .order((access_log::began_at, access_log::call_id, access_log::id))
            .limit(size)
            .into_boxed();
        if let Some(last) = after {
            let behind = access_log::call_id.eq(last.call_id).and(access_log::id.gt(last.id));
            let behind = access_log::call_id.gt(last.call_id).or(behind);
            query = query.filter(
                access_log::began_at.ge(last.began_at).and(access_log::began_at.gt(last.began_at).or(behind)),
            );
        }
        query.load(c)
    })?)
}
