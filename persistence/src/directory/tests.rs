//! The directory on a database. Each test is a function of a store, so that it says the same of either database.

mod imports;
mod links;
mod searching;

use std::sync::atomic::{AtomicU64, Ordering};

use naast_domain::directory::files::{LocationPupils, PupilCount};
use naast_domain::directory::{
    BoardNumber, ImportStatus, LocationCode, MunicipalityCode, PartnershipCode, Postcode, PostcodeArea,
    School,
};
use naast_domain::ids::ImportId;
use naast_domain::{Date, Moment};
use uuid::Uuid;

use super::imports::{ImportFile, Progress, Report, apply_partnerships, apply_pupils, apply_schools};
use super::{Listed, find};
use crate::{Error, Location, Store, Transaction};

/// Makes a test of each function: on a new SQLite file.
macro_rules! on_sqlite {
    ($($name:ident)+) => {
        mod on_sqlite {
            $(#[test]
            fn $name() {
                $crate::directory::tests::with_sqlite(super::$name);
            })+
        }
    };
}
use on_sqlite;

fn with_sqlite(test: fn(&Store)) {
    let folder = tempfile::tempdir().expect("a folder");
    let location = Location::Sqlite(folder.path().join("naast.db"));
    test(&Store::open_migrated(&location, 2).expect("a store"));
}

fn code(location: &str) -> LocationCode {
    LocationCode::parse(location).expect("a location code")
}

fn partnership(text: &str) -> PartnershipCode {
    PartnershipCode::parse(text).expect("a partnership code")
}

fn board(number: &str) -> BoardNumber {
    BoardNumber::parse(number).expect("a board number")
}

/// A school to begin with; a test changes what it is about.
fn school(location: &str) -> School {
    let location = code(location);
    School {
        institution: location.institution(),
        location,
        board: board("41775"),
        name: "De Ark".to_owned(),
        street: "Melkweg".to_owned(),
        house_number: "13-A".to_owned(),
        postcode: Postcode::parse("1011 AB").expect("a postcode"),
        place: "AMSTERDAM".to_owned(),
        municipality: MunicipalityCode::parse("0363").expect("a municipality code"),
        municipality_name: "AMSTERDAM".to_owned(),
        province: "Noord-Holland".to_owned(),
        denomination: "Openbaar".to_owned(),
        phone: Some("0201234567".to_owned()),
        website: None,
        beside: None,
    }
}

fn schools(number: usize) -> Vec<School> {
    (0..number).map(|n| school(&format!("{:02}AB{:02}", n / 100, n % 100))).collect()
}

fn area(digits: &str, primary: &str) -> PostcodeArea {
    PostcodeArea {
        area: digits.to_owned(),
        municipality_name: "Amsterdam".to_owned(),
        primary: Some(partnership(primary)),
        secondary: Some(partnership("VO2708")),
    }
}

fn pupils(location: &str, latest: PupilCount) -> LocationPupils {
    let counts = vec![(2024, PupilCount::Exactly(94)), (2025, latest)];
    LocationPupils { location: code(location), kind: "BO".to_owned(), counts }
}

fn day(number: u32) -> Date {
    Date::from_ymd_opt(2026, 8, number).expect("a day in August")
}

fn noon(of: Date) -> Moment {
    of.and_hms_opt(12, 0, 0).expect("noon").and_utc()
}

/// A file imported on this day; each has an id of its own.
fn file(on: u32) -> ImportFile {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    ImportFile {
        id: ImportId::from_uuid(Uuid::from_u64_pair(1, NEXT.fetch_add(1, Ordering::Relaxed))),
        file_name: format!("file-{on}.csv"),
        file_hash: "9f".repeat(32),
        at: noon(day(on)),
        today: day(on),
    }
}

type Apply<R> =
    fn(&mut Transaction<'_, '_>, &ImportFile, &[R], bool, &mut Progress<'_>) -> Result<Report, Error>;

fn written<R: Send + 'static>(
    store: &Store,
    file: ImportFile,
    rows: Vec<R>,
    force: bool,
    apply: Apply<R>,
) -> Report {
    store
        .write(move |tx| {
            let mut last = None;
            let report = apply(tx, &file, &rows, force, &mut |done, total| last = Some((done, total)))?;
            match last {
                Some((done, total)) => assert_eq!(done, total, "the progress ends at its end"),
                None => assert_ne!(report.status, ImportStatus::Applied, "what is applied shows progress"),
            }
            tx.keep(report.entry(&file, None), report)
        })
        .expect("an import")
}

fn import_schools(store: &Store, on: u32, rows: &[School]) -> Report {
    written(store, file(on), rows.to_vec(), false, apply_schools)
}

fn import_areas(store: &Store, on: u32, rows: &[PostcodeArea]) -> Report {
    written(store, file(on), rows.to_vec(), false, apply_partnerships)
}

fn import_pupils(store: &Store, on: u32, rows: &[LocationPupils]) -> Report {
    written(store, file(on), rows.to_vec(), false, apply_pupils)
}

fn found(store: &Store, location: &str) -> Listed {
    store.read(|db| find(db, &code(location))).expect("a read").expect("a school")
}

/// Status, added, changed, removed, unchanged.
fn counts(report: &Report) -> (ImportStatus, u32, u32, u32, u32) {
    (report.status, report.added, report.changed, report.removed, report.unchanged)
}
