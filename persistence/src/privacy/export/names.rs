//! What the ids and codes in an export are called, for the page that a person reads. All of it is public: organisations, programmes, and
//! the directory.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use naast_domain::access::{DecideOnRequest, Grant};
use serde_json::Value;
use uuid::Uuid;

use super::{Collections, shown_at};
use crate::columns::Key;
use crate::database::Database;
use crate::privacy::classification::Shown;
use crate::schema::{boards, organisations, partnerships, programmes, schools};
use crate::{Error, on_either};

/// Names by the id or the code that stands in the data.
pub type Names = BTreeMap<String, String>;

/// The texts in a value, however deep.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.clone());
        }
        Value::Array(many) => many.iter().for_each(|one| texts(one, found)),
        Value::Object(members) => members.values().for_each(|one| texts(one, found)),
        _ => {}
    }
}

/// What is called how, of all that stands in an export by its id or code.
pub fn names(
    database: &mut Database<'_>,
    _grant: &Grant<DecideOnRequest>,
    all: &Collections,
) -> Result<Names, Error> {
    let mut wanted = BTreeSet::new();
    for (collection, rows) in all {
        for (member, value) in rows.iter().flatten() {
            if matches!(shown_at(collection, member), Shown::Name | Shown::About) {
                texts(value, &mut wanted);
            }
        }
    }
    let ids: Vec<Key> = wanted.iter().filter_map(|text| Uuid::parse_str(text).ok()).map(Key).collect();
    let codes: Vec<&String> = wanted.iter().filter(|text| Uuid::parse_str(text).is_err()).collect();
    let mut names = Names::new();
    if !ids.is_empty() {
        let mut by_id: Vec<(Key, String)> = on_either!(&mut *database, |c| organisations::table
            .filter(organisations::id.eq_any(&ids))
            .select((organisations::id, organisations::name))
            .load(c))?;
        by_id.extend(on_either!(&mut *database, |c| programmes::table
            .filter(programmes::id.eq_any(&ids))
            .select((programmes::id, programmes::name))
            .load::<(Key, String)>(c))?);
        names.extend(by_id.into_iter().map(|(id, name)| (id.0.to_string(), name)));
    }
    if codes.is_empty() {
        return Ok(names);
    }
    names.extend(on_either!(&mut *database, |c| schools::table
        .filter(schools::location_code.eq_any(&codes))
        .select((schools::location_code, schools::name))
        .load::<(String, String)>(c))?);
    let mut perhaps: Vec<(String, Option<String>)> = on_either!(&mut *database, |c| boards::table
        .filter(boards::number.eq_any(&codes))
        .select((boards::number, boards::name))
        .load(c))?;
    perhaps.extend(on_either!(&mut *database, |c| partnerships::table
        .filter(partnerships::code.eq_any(&codes))
        .select((partnerships::code, partnerships::name))
        .load::<(String, Option<String>)>(c))?);
    names.extend(perhaps.into_iter().filter_map(|(code, name)| Some((code, name?))));
    // no list of municipalities is imported: the schools name theirs. One look at the index for each
    for code in codes {
        let of_it = schools::table.filter(schools::municipality_code.eq(code));
        let name: Option<String> =
            on_either!(&mut *database, |c| of_it.select(schools::municipality_name).first(c).optional())?;
        names.extend(name.map(|name| (code.clone(), name)));
    }
    Ok(names)
}
