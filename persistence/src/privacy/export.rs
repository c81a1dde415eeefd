//! What is kept of a person, for herself: every column that the classification says she gets, of every row that is hers. A
//! table that is added later is in it without anybody thinking of it.

mod names;
mod waiting;

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::Text;
use naast_domain::access::{DecideOnRequest, Grant};
use naast_domain::buddies::{Channel, SpokenLanguage};
use naast_domain::code::{Code, CodeSet};
use naast_domain::ids::RequestId;
use naast_domain::privacy::consents::ConsentKind;
use naast_domain::requests::Topic;
use naast_domain::support::PauseReason;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::access_log::OwnCases;
use super::classification::{Column, Export, Form, Shown, Table, tables};
use super::erasure::{Subject, condition};
use crate::backup::Catalogue;
use crate::buddies::open_names;
use crate::columns::{Id, Key};
use crate::database::Database;
use crate::keys::{Keys, Place, Sealed};
use crate::schema::{buddies, organisations, programmes, proposals, support_requests};
use crate::{Error, on_either};

pub use names::{Names, names};
pub(super) use waiting::forget_of_parent;
pub use waiting::{Kept, expired, find, forget_expired, forget_of, keep, take};
pub(crate) use waiting::{forget_all, outdate};

/// Rows by the place in which an export shows them.
pub type Collections = BTreeMap<String, Vec<Map<String, Value>>>;

/// Where an export shows a column: in which collection, under which name.
pub fn place_of(column: &Column) -> Option<(&'static str, &'static str)> {
    match column.export {
        Export::As(path) => path.rsplit_once('.'),
        _ => None,
    }
}

/// How the page of an export shows what stands in a place; as it stands where no column does.
pub fn shown_at(collection: &str, member: &str) -> Shown {
    static PLACES: LazyLock<HashMap<(&str, &str), Shown>> = LazyLock::new(|| {
        let columns = tables().flat_map(|table| table.columns);
        columns.filter_map(|one| Some((place_of(one)?, one.shown))).collect()
    });
    PLACES.get(&(collection, member)).copied().unwrap_or(Shown::AsItStands)
}

/// Everything that is kept of the person who was granted it.
pub fn collect(
    database: &mut Database<'_>,
    keys: &Keys,
    grant: &Grant<DecideOnRequest>,
) -> Result<Collections, Error> {
    let me = grant.person();
    let requests: Vec<(Key, Key)> = on_either!(&mut *database, |c| support_requests::table
        .filter(support_requests::parent_id.eq(Key::from(me)))
        .order((support_requests::created_at, support_requests::id))
        .select((support_requests::id, support_requests::programme_id))
        .load(c))?;
    let files: Vec<Key> = on_either!(&mut *database, |c| buddies::table
        .filter(buddies::person_id.eq(Key::from(me)))
        .order(buddies::id)
        .select(buddies::id)
        .load(c))?;
    let mut subjects = vec![Subject::Person(me)];
    subjects.extend(requests.iter().map(|(id, _)| Subject::Case((*id).into())));
    subjects.extend(files.into_iter().map(|id| Subject::Buddy(id.into())));
    let catalogue = Catalogue::of(database)?;
    let mut all = Collections::new();
    let own = OwnCases::of(database, me)?;
    for table in tables().filter(|table| table.columns.iter().any(|one| place_of(one).is_some())) {
        for subject in &subjects {
            read(database, keys, (table, &catalogue, &own), *subject, &mut all)?;
        }
    }
    parties(database, keys, &requests, &mut all)?;
    Ok(all)
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn read(
    database: &mut Database<'_>,
    keys: &Keys,
    (table, catalogue, own): (&'static Table, &Catalogue, &OwnCases),
    subject: Subject,
    all: &mut Collections,
) -> Result<(), Error> {
    let mark = if database.is_postgres() { "$1" } else { "?" };
    let Some(condition) = condition(table, subject, mark) else { return Ok(()) };
    let written = catalogue.table(table.name).ok_or(Error::Corrupt { table: table.name, column: "all" })?;
    let has_id = table.columns.iter().any(|column| column.name == "id");
    let shown: Vec<&Column> = table.columns.iter().filter(|column| place_of(column).is_some()).collect();
    let id = if has_id { written.of_column("id") } else { "NULL".to_owned() };
    // a record of a reading is hers, and names something of a case
    let is_record = table.columns.iter().any(|column| column.name == "object_id");
    let object = if is_record { written.of_column("object_id") } else { "NULL".to_owned() };
    let values = [id, object].into_iter().chain(shown.iter().map(|column| written.of_column(column.name)));
    let values = values.collect::<Vec<_>>().join(", ");
    let line = if database.is_postgres() {
        format!("json_build_array({values})::text")
    } else {
        format!("json_array({values})")
    };
    let question = format!("SELECT {line} AS line FROM {} WHERE {condition}", table.name);
    let id = Key(subject.id());
    let lines: Vec<Line> =
        on_either!(&mut *database, |c| diesel::sql_query(question).bind::<Id, _>(id).load(c))?;
    let corrupt = |column| Error::Corrupt { table: table.name, column };
    for line in lines {
        let row: Vec<Value> = serde_json::from_str(&line.line).map_err(|_| corrupt("a row"))?;
        let mut parts: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
        let id_at = |at: usize| row.get(at).and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
        let key = id_at(0);
        for (column, value) in shown.iter().zip(row.iter().skip(2)) {
            let Some((collection, name)) = place_of(column) else { continue };
            let value = match (column.form, value.as_str(), key) {
                (Form::Sealed(_), Some(sealed), Some(row)) => {
                    let place = Place { table: table.name, column: column.name, row };
                    json!(keys.open(database, place, &Sealed::from_column(sealed.to_owned()))?)
                }
                _ => in_words(table.name, column.name, written.is_document(column.name), value),
            };
            parts.entry(collection).or_default().insert(name.to_owned(), value);
        }
        for (collection, mut part) in parts {
            if let Subject::Case(request) = subject {
                part.insert("requestId".to_owned(), json!(request));
            } else if is_record {
                let objects =
                    part.get("objects").and_then(Value::as_u64).and_then(|many| u32::try_from(many).ok());
                let of = id_at(1).zip(objects).and_then(|(object, many)| own.of_record(object, many));
                part.insert("requestId".to_owned(), json!(of));
            }
            all.entry(collection.to_owned()).or_default().push(part);
        }
    }
    Ok(())
}

/// A value as a person reads it: a set of codes as its codes, a document as what it holds.
fn in_words(table: &str, column: &str, is_document: bool, value: &Value) -> Value {
    fn codes<C: Code>(value: &Value) -> Value {
        let set: CodeSet<C> = CodeSet::from_bits(value.as_i64().unwrap_or_default());
        json!(set.iter().map(Code::code).collect::<Vec<_>>())
    }
    match (table, column) {
        ("support_requests" | "buddies", "channels") => codes::<Channel>(value),
        ("matches", "paused_for") => codes::<PauseReason>(value),
        ("support_requests", "topics") | ("buddies", "specialisms") => codes::<Topic>(value),
        ("buddies", "languages") => codes::<SpokenLanguage>(value),
        ("withdrawal_notices", "kinds") => codes::<ConsentKind>(value),
        // SQLite keeps a yes as a number
        ("ties" | "coordinator_ties", "aggravated") | ("private_entries", "about_health") => {
            json!(value.as_bool().unwrap_or(value.as_i64() == Some(1)))
        }
        _ if is_document => {
            value.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| value.clone())
        }
        _ => value.clone(),
    }
}

/// Who else has a part in her cases, as she is shown them: a buddy by the first name, whoever works for the programme by role and
/// organisation (AVG art. 15 lid 4).
fn parties(
    database: &mut Database<'_>,
    keys: &Keys,
    requests: &[(Key, Key)],
    all: &mut Collections,
) -> Result<(), Error> {
    for (request, programme) in requests {
        let found: Option<(String, String)> = on_either!(&mut *database, |c| programmes::table
            .inner_join(organisations::table.on(organisations::id.eq(programmes::organisation_id)))
            .filter(programmes::id.eq(*programme))
            .select((programmes::name, organisations::name))
            .first(c)
            .optional())?;
        let Some((programme_name, organisation)) = found else { continue };
        let proposed: Vec<Key> = on_either!(&mut *database, |c| proposals::table
            .filter(proposals::request_id.eq(*request))
            .order(proposals::buddy_id)
            .select(proposals::buddy_id)
            .distinct()
            .load(c))?;
        let of: Vec<_> = proposed.iter().map(|buddy| ((*programme).into(), (*buddy).into())).collect();
        let names = open_names(database, keys, &of)?;
        let coordinator = ("coordinator", None);
        let buddies_of_hers = of.iter().map(|(_, buddy)| ("buddy", names.get(buddy).cloned()));
        for (role, first_name) in std::iter::once(coordinator).chain(buddies_of_hers) {
            let party = Map::from_iter([
                ("requestId".to_owned(), json!(RequestId::from(*request))),
                ("role".to_owned(), json!(role)),
                ("firstName".to_owned(), json!(first_name.filter(|name| !name.is_empty()))),
                ("programme".to_owned(), json!(programme_name)),
                ("organisation".to_owned(), json!(organisation)),
            ]);
            all.entry("parties".to_owned()).or_default().push(party);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_that_somebody_gets_is_of_a_person_a_case_or_a_buddy() {
        let id = Uuid::nil();
        let subjects = [
            Subject::Person(naast_domain::ids::PersonId::from_uuid(id)),
            Subject::Case(RequestId::from_uuid(id)),
            Subject::Buddy(naast_domain::ids::BuddyId::from_uuid(id)),
        ];
        for table in tables().filter(|table| table.columns.iter().any(|one| place_of(one).is_some())) {
            let reached = subjects.iter().any(|subject| condition(table, *subject, "?").is_some());
            assert!(reached, "nobody gets what {} holds of her", table.name);
        }
    }
}
