//! What goes into a column comes out of it, on both databases, and sorts alike.

use std::cell::RefCell;

use chrono::{DateTime, NaiveDate};
use diesel::prelude::*;
use naast_domain::{Date, Moment};
use naast_persistence::columns::{At, Json, Key};
use naast_persistence::{Database, Error, on_either};
use naast_tests::{Engine, around, location, on_both};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use uuid::Uuid;

on_both!(values_come_back_equal_and_in_the_same_order, a_moment_loses_what_is_smaller_than_a_microsecond);

diesel::table! {
    use diesel::sql_types::*;
    use naast_persistence::columns::{Document, Id, Moment};

    probes (id) {
        id -> Id,
        at -> Moment,
        day -> Nullable<Date>,
        document -> Document,
    }
}

fn create(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "CREATE TABLE probes (id TEXT PRIMARY KEY, at TEXT NOT NULL, day TEXT, document TEXT NOT NULL) STRICT"
        }
        Engine::Postgres => {
            "CREATE TABLE probes (id uuid PRIMARY KEY, at timestamptz NOT NULL, day date, document jsonb NOT NULL)"
        }
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Insertable)]
#[diesel(table_name = probes)]
struct Probe {
    id: Key,
    at: At,
    day: Option<Date>,
    document: Json,
}

fn moment(micros: i64) -> Moment {
    DateTime::from_timestamp_micros(micros).expect("a moment of the years 1 to 9999")
}

/// From the first moment of the year 1 to the last of 9999: what text of fixed width can hold.
fn moments() -> impl Strategy<Value = Moment> {
    const FIRST: i64 = -62_135_596_800_000_000;
    const LAST: i64 = 253_402_300_799_999_999;
    prop_oneof![
        Just(FIRST),
        Just(LAST),
        -2..=2_i64,
        1_700_000_000_000_000..1_700_000_000_000_003_i64,
        FIRST..=LAST,
    ]
    .prop_map(moment)
}

fn days() -> impl Strategy<Value = Date> {
    (1..=9999, 1..=366_u32)
        .prop_filter_map("a day of that year", |(year, day)| NaiveDate::from_yo_opt(year, day))
}

/// Documents of what ours hold: no fractions, and no NUL, which PostgreSQL keeps in no text.
fn documents() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[^\u{0}]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[^\u{0}]{0,6}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn probes() -> impl Strategy<Value = Vec<Probe>> {
    let probe = (any::<u128>(), moments(), prop::option::of(days()), documents());
    prop::collection::btree_map(any::<u128>(), probe, 1..40).prop_map(|probes| {
        probes
            .into_iter()
            .map(|(id, (_, at, day, document))| Probe {
                id: Key(Uuid::from_u128(id)),
                at: At(at),
                day,
                document: Json(document),
            })
            .collect()
    })
}

fn values_come_back_equal_and_in_the_same_order(engine: Engine) {
    let (location, _guard) = location(engine);
    around(&location, |database| {
        database.batch(create(engine)).expect("the table can be made");
        let database = RefCell::new(database);
        TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() })
            .run(&probes(), |mut written| {
                let (back, days) = through(*database.borrow_mut(), &written)
                    .map_err(|fault| TestCaseError::fail(fault.to_string()))?;
                written.sort_by_key(|probe| (probe.at, probe.id));
                prop_assert_eq!(&back, &written);
                let mut expected: Vec<Date> = written.iter().filter_map(|probe| probe.day).collect();
                expected.sort();
                prop_assert_eq!(days, expected);
                Ok(())
            })
            .expect("every value comes back");
    });
}

/// Writes the probes, and reads them by time and their days by day.
fn through(database: &mut Database<'_>, probes: &[Probe]) -> Result<(Vec<Probe>, Vec<Date>), Error> {
    // one flush for all of them
    database.transaction(|database| {
        database.batch("DELETE FROM probes")?;
        for probe in probes {
            let insert = diesel::insert_into(probes::table).values(probe.clone());
            on_either!(database, |c| insert.execute(c))?;
        }
        Ok::<_, Error>(())
    })?;
    let back = probes::table.order((probes::at, probes::id));
    let days = probes::table
        .select(probes::day.assume_not_null())
        .filter(probes::day.is_not_null())
        .order(probes::day);
    Ok((on_either!(database, |c| back.load(c))?, on_either!(database, |c| days.load(c))?))
}

fn a_moment_loses_what_is_smaller_than_a_microsecond(engine: Engine) {
    let (location, _guard) = location(engine);
    let probe = |nanos| Probe {
        id: Key(Uuid::nil()),
        at: At(DateTime::from_timestamp_nanos(nanos)),
        day: None,
        document: Json(json!({})),
    };
    let back = around(&location, |database| {
        database.batch(create(engine))?;
        let insert = diesel::insert_into(probes::table).values(probe(1_700_000_000_123_456_999));
        on_either!(database, |c| insert.execute(c))?;
        on_either!(database, |c| probes::table.load::<Probe>(c)).map_err(Error::from)
    });
    assert_eq!(back, Ok(vec![probe(1_700_000_000_123_456_000)]));
}
