//! What a parent can choose from, and what of it a school runs itself.

use diesel::alias;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use naast_domain::Date;
use naast_domain::conversations::Choice;
use naast_domain::directory::LocationCode;
use naast_domain::ids::ProgrammeId;
use naast_domain::programmes::OrganisationForm;

use crate::columns::Key;
use crate::database::Database;
use crate::schema::{programme_forms, programme_schools, programmes};
use crate::{Error, on_either};

/// Among which programmes a parent chooses.
#[derive(Debug, Clone, Copy)]
pub enum Among<'a> {
    /// Those that cover her school.
    Covering(&'a LocationCode),
    /// Those that cover any of the schools that a programme covers: what a parent who asks it and names no school may have to choose from.
    Beside(ProgrammeId),
    /// All: a parent who asks by herself may ask each of them.
    All,
}

/// So many of a sort are read: those that a school runs, and the others.
const MOST_CHOICES: i64 = 200;

/// What a parent can choose from on a day, and what of it a school runs itself. All that are named here and are among it, and of each sort the
/// newest: however many schools have a programme of their own, the others are there.
pub fn choices(
    database: &mut Database<'_>,
    among: Among<'_>,
    named: &[ProgrammeId],
    day: Date,
) -> Result<Vec<Choice>, Error> {
    let mut found = Vec::new();
    for run_by_school in [false, true] {
        found.extend(sort_of_choices(database, among, run_by_school, None, day)?);
    }
    let mut unread = named.to_vec();
    unread.retain(|id| found.iter().all(|choice| choice.programme != *id));
    if !unread.is_empty() {
        for run_by_school in [false, true] {
            found.extend(sort_of_choices(database, among, run_by_school, Some(&unread), day)?);
        }
    }
    Ok(found)
}

/// The choices of one sort, newest first.
fn sort_of_choices(
    database: &mut Database<'_>,
    among: Among<'_>,
    run_by_school: bool,
    only: Option<&[ProgrammeId]>,
    day: Date,
) -> Result<Vec<Choice>, Error> {
    let keys: Vec<Key> = on_either!(database, |c| {
        // the form of the day: the last that began
        let later = alias!(programme_forms as later);
        let of_the_day = programme_forms::table
            .filter(programme_forms::programme_id.eq(programmes::id))
            .filter(programme_forms::since.le(day))
            .filter(not(exists(
                later
                    .filter(later.field(programme_forms::programme_id).eq(programmes::id))
                    .filter(later.field(programme_forms::since).le(day))
                    .filter(later.field(programme_forms::since).gt(programme_forms::since)),
            )));
        let school = OrganisationForm::School.to_string();
        let mut query = programmes::table
            .select(programmes::id)
            .order((programmes::created_at.desc(), programmes::id.desc()))
            .limit(MOST_CHOICES)
            .into_boxed();
        query = if run_by_school {
            query.filter(exists(of_the_day.filter(programme_forms::form.eq(school))))
        } else {
            query.filter(exists(of_the_day.filter(programme_forms::form.ne(school))))
        };
        let covering = programme_schools::table
            .filter(programme_schools::since.le(day))
            .filter(programme_schools::until.is_null().or(programme_schools::until.ge(day)));
        query = match among {
            Among::Covering(school) => query.filter(
                programmes::id.eq_any(
                    covering
                        .filter(programme_schools::location_code.eq(school.as_str()))
                        .select(programme_schools::programme_id),
                ),
            ),
            Among::Beside(programme) => {
                let beside = alias!(programme_schools as beside);
                let covered = covering
                    .filter(programme_schools::programme_id.eq(Key::from(programme)))
                    .select(programme_schools::location_code);
                let until = beside.field(programme_schools::until);
                query.filter(
                    programmes::id.eq_any(
                        beside
                            .filter(beside.field(programme_schools::location_code).eq_any(covered))
                            .filter(beside.field(programme_schools::since).le(day))
                            .filter(until.is_null().or(until.ge(day)))
                            .select(beside.field(programme_schools::programme_id)),
                    ),
                )
            }
            Among::All => query,
        };
        if let Some(only) = only {
            let only: Vec<Key> = only.iter().map(|id| Key::from(*id)).collect();
            query = query.filter(programmes::id.eq_any(only));
        }
        query.load(c)
    })?;
    Ok(keys.into_iter().map(|id| Choice { programme: id.into(), run_by_school }).collect())
}
