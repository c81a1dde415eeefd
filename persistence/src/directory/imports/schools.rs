//! The file of schools: who is new, who says something else now, who is gone.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::upsert::excluded;
use naast_domain::Date;
use naast_domain::directory::{
    BoardNumber, LocationCode, PostcodeArea, School, compare, partnership_by_postcode, search_words,
};

use super::changes::{Changes, number};
use super::partnerships::kept_areas;
use super::record::record;
use super::{ImportFile, ImportKind, ImportStatus, Progress, Report, Steps, analyze, one_at_a_time};
use crate::columns::Json;
use crate::database::Database;
use crate::directory::schools::Row;
use crate::directory::{BATCH, links};
use crate::schema::{boards, school_words, schools};
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// Makes the directory what this file of schools says.
///
/// A school that is no longer in the file stays, marked with the day; one that comes back counts as added and loses
/// the mark. The partnership is derived for a school that is new or whose postcode or denomination changed.
pub fn apply_schools(
    tx: &mut Transaction<'_, '_>,
    file: &ImportFile,
    published: &[School],
    force: bool,
    progress: &mut Progress<'_>,
) -> Result<Report, Error> {
    one_at_a_time(tx)?;
    let kept = Kept::load(tx)?;
    let changes = Changes::from(compare(&kept.published, published));
    let mut report = changes.report(ImportKind::Schools, published.len(), kept.published.len(), force);
    if report.status == ImportStatus::Applied {
        let areas = kept_areas(tx)?;
        let by_code: BTreeMap<_, _> = published.iter().map(|school| (&school.location, school)).collect();
        let to_write = changes.to_write().filter_map(|code| by_code.get(code).copied()).collect();
        fill(tx, changes.filled.iter().filter_map(|code| by_code.get(code).copied()))?;
        let writing = Writing::plan(tx, &kept, to_write, &areas)?;
        report.links_opened = number(writing.links.opened());
        report.links_closed = number(writing.links.closed());
        writing.write(tx, &kept, &changes.removed, file.today, progress)?;
    }
    record(tx, file, &report)?;
    Ok(report)
}

/// The schools that are kept.
pub(super) struct Kept {
    /// Those that were in the last file.
    published: BTreeMap<LocationCode, School>,
    /// Those that were in an earlier one.
    gone: BTreeMap<LocationCode, School>,
    versions: BTreeMap<LocationCode, i32>,
}

impl Kept {
    pub(super) fn load(database: &mut Database<'_>) -> Result<Self, Error> {
        let rows: Vec<Row> = on_either!(database, |c| schools::table.select(Row::as_select()).load(c))?;
        let mut kept = Self { published: BTreeMap::new(), gone: BTreeMap::new(), versions: BTreeMap::new() };
        let beside: Vec<(String, Option<Json>)> = on_either!(database, |c| schools::table
            .select((schools::location_code, schools::beside))
            .load(c))?;
        let mut beside: BTreeMap<String, Option<Json>> = beside.into_iter().collect();
        for row in rows {
            let (gone_since, version) = (row.gone_since, row.version);
            let mut school = School::try_from(row)?;
            let said = beside.remove(school.location.as_str()).flatten();
            school.beside = said.map(|said| said.read("schools", "beside")).transpose()?;
            kept.versions.insert(school.location.clone(), version);
            let place = if gone_since.is_none() { &mut kept.published } else { &mut kept.gone };
            place.insert(school.location.clone(), school);
        }
        Ok(kept)
    }

    /// All of them.
    pub(super) fn schools(&self) -> impl Iterator<Item = &School> {
        self.published.values().chain(self.gone.values())
    }

    fn before(&self, location: &LocationCode) -> Option<&School> {
        self.published.get(location).or_else(|| self.gone.get(location))
    }

    fn next_version(&self, location: &LocationCode) -> i32 {
        self.versions.get(location).map_or(1, |version| version + 1)
    }
}

/// What is written for the schools that are new or changed.
struct Writing<'s> {
    schools: Vec<&'s School>,
    /// Schools whose words are not theirs any more.
    renamed: Vec<&'s LocationCode>,
    words: Vec<(&'s LocationCode, String)>,
    links: links::Plan,
}

impl<'s> Writing<'s> {
    fn plan(
        database: &mut Database<'_>,
        kept: &Kept,
        schools: Vec<&'s School>,
        areas: &BTreeMap<String, PostcodeArea>,
    ) -> Result<Self, Error> {
        let (mut renamed, mut words, mut derived) = (Vec::new(), Vec::new(), Vec::new());
        for &school in &schools {
            let before = kept.before(&school.location);
            if before.is_none_or(|before| before.name != school.name || before.place != school.place) {
                renamed.extend(before.map(|_| &school.location));
                words.extend(words_of(school).into_iter().map(|word| (&school.location, word)));
            }
            if before.is_none_or(|before| {
                before.postcode != school.postcode || before.denomination != school.denomination
            }) {
                derived.push((&school.location, partnership_by_postcode(school, areas)));
            }
        }
        let links = links::Plan::make(database, derived)?;
        Ok(Self { schools, renamed, words, links })
    }

    fn write(
        &self,
        tx: &mut Transaction<'_, '_>,
        kept: &Kept,
        removed: &[LocationCode],
        today: Date,
        progress: &mut Progress<'_>,
    ) -> Result<(), Error> {
        let links = self.links.opened() + self.links.closed();
        let total = self.schools.len() + self.words.len() + removed.len() + links;
        let mut steps = Steps::of(total, progress);
        add_boards(tx, &self.schools)?;
        for some in self.schools.chunks(BATCH) {
            let rows: Vec<_> = some
                .iter()
                .map(|school| (Row::of(school, kept.next_version(&school.location)), beside(school)))
                .collect();
            upsert(tx, &rows)?;
            steps.done(rows.len());
        }
        self.write_words(tx, &mut steps)?;
        mark_gone(tx, removed, today, &mut steps)?;
        self.links.write(tx, today, &mut steps)?;
        analyze(tx, &["boards", "schools", "school_words", "school_partnerships"])
    }

    fn write_words(&self, tx: &mut Transaction<'_, '_>, steps: &mut Steps<'_>) -> Result<(), Error> {
        for some in self.renamed.chunks(BATCH) {
            let codes: Vec<&str> = some.iter().map(|location| location.as_str()).collect();
            let delete =
                diesel::delete(school_words::table).filter(school_words::location_code.eq_any(&codes));
            on_either!(&mut **tx, |c| delete.execute(c))?;
        }
        for some in self.words.chunks(BATCH) {
            let rows: Vec<_> = some
                .iter()
                .map(|(location, word)| {
                    (school_words::word.eq(word), school_words::location_code.eq(location.as_str()))
                })
                .collect();
            on_either!(&mut **tx, |c| diesel::insert_into(school_words::table).values(&rows).execute(c))?;
            steps.done(rows.len());
        }
        Ok(())
    }
}

/// The words by which a school is found: those of its name and of its place, each once.
fn words_of(school: &School) -> BTreeSet<String> {
    [&school.name, &school.place].into_iter().flat_map(|text| search_words(text)).collect()
}

/// The boards that the directory did not know; a board never goes.
fn add_boards(tx: &mut Transaction<'_, '_>, schools: &[&School]) -> Result<(), Error> {
    let numbers: BTreeSet<&str> = schools.iter().map(|school| BoardNumber::as_str(&school.board)).collect();
    let rows: Vec<_> = numbers.into_iter().map(|number| boards::number.eq(number)).collect();
    for some in rows.chunks(BATCH) {
        let insert = diesel::insert_into(boards::table).values(some).on_conflict_do_nothing();
        on_either!(&mut **tx, |c| insert.execute(c))?;
    }
    Ok(())
}

/// What else is published of a school, as it is kept.
type Beside = diesel::dsl::Eq<schools::beside, Option<Json>>;

fn beside(school: &School) -> Beside {
    schools::beside.eq(school.beside.as_ref().map(Json::of))
}

/// Keeps what else is published of schools of which that was not known. Nothing that is shown of them changes.
fn fill<'s>(tx: &mut Transaction<'_, '_>, some: impl Iterator<Item = &'s School>) -> Result<(), Error> {
    for school in some {
        let row = schools::table.find(school.location.as_str());
        on_either!(&mut **tx, |c| diesel::update(row).set(beside(school)).execute(c))?;
    }
    Ok(())
}

fn upsert(tx: &mut Transaction<'_, '_>, rows: &[(Row, Beside)]) -> Result<(), Error> {
    let upsert =
        diesel::insert_into(schools::table).values(rows).on_conflict(schools::location_code).do_update().set(
            (
                schools::board_number.eq(excluded(schools::board_number)),
                schools::name.eq(excluded(schools::name)),
                schools::street.eq(excluded(schools::street)),
                schools::house_number.eq(excluded(schools::house_number)),
                schools::postcode.eq(excluded(schools::postcode)),
                schools::place.eq(excluded(schools::place)),
                schools::place_key.eq(excluded(schools::place_key)),
                schools::municipality_code.eq(excluded(schools::municipality_code)),
                schools::municipality_name.eq(excluded(schools::municipality_name)),
                schools::province.eq(excluded(schools::province)),
                schools::denomination.eq(excluded(schools::denomination)),
                schools::phone.eq(excluded(schools::phone)),
                schools::website.eq(excluded(schools::website)),
                schools::beside.eq(excluded(schools::beside)),
                schools::gone_since.eq(excluded(schools::gone_since)),
                schools::version.eq(excluded(schools::version)),
            ),
        );
    on_either!(&mut **tx, |c| upsert.execute(c))?;
    Ok(())
}

fn mark_gone(
    tx: &mut Transaction<'_, '_>,
    removed: &[LocationCode],
    today: Date,
    steps: &mut Steps<'_>,
) -> Result<(), Error> {
    for some in removed.chunks(BATCH) {
        let codes: Vec<&str> = some.iter().map(LocationCode::as_str).collect();
        let update = diesel::update(schools::table)
            .filter(schools::location_code.eq_any(&codes))
            .set((schools::gone_since.eq(today), schools::version.eq(schools::version + 1)));
        on_either!(&mut **tx, |c| update.execute(c))?;
        steps.done(some.len());
    }
    Ok(())
}
