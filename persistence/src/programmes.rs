//! Programmes, their forms over time, and the schools that they cover.

mod coverage;

mod choices;

use diesel::prelude::*;
use naast_domain::access::{Grant, ManageProgrammes};
use naast_domain::code::CodeSet;
use naast_domain::directory::LocationCode;
use naast_domain::ids::{OrganisationId, ProgrammeId};
use naast_domain::programmes::{FormPeriod, OrganisationForm, Programme, RunBy};
use naast_domain::{Date, Moment};

use crate::columns::{At, Key};
use crate::database::Database;
use crate::organisations::trainers_from;
use crate::rows::{Page, Slice, Stored, code, one};
use crate::schema::{organisations, programme_forms, programme_schools, programmes};
use crate::transaction::Transaction;
use crate::{Error, on_either};

pub use choices::{Among, choices};

pub use coverage::{Coverage, cover, coverage, covered_schools};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = programmes)]
struct Row {
    id: Key,
    organisation_id: Key,
    name: String,
    version: i32,
    created_at: At,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = programme_forms)]
struct FormRow {
    programme_id: Key,
    since: Date,
    form: String,
    funders: i64,
    reason: String,
}

impl FormRow {
    fn read(self) -> Result<FormPeriod, Error> {
        Ok(FormPeriod {
            since: self.since,
            form: code("programme_forms", "form", &self.form)?,
            funders: CodeSet::from_bits(self.funders),
            reason: self.reason,
        })
    }
}

fn with_forms(database: &mut Database<'_>, rows: Vec<Row>) -> Result<Vec<Stored<Programme>>, Error> {
    let keys: Vec<Key> = rows.iter().map(|row| row.id).collect();
    let forms: Vec<FormRow> = on_either!(database, |c| programme_forms::table
        .filter(programme_forms::programme_id.eq_any(&keys))
        .order((programme_forms::programme_id, programme_forms::since))
        .select(FormRow::as_select())
        .load(c))?;
    let mut programmes: Vec<Stored<Programme>> = rows
        .into_iter()
        .map(|row| Stored {
            version: row.version,
            created_at: row.created_at.0,
            value: Programme {
                id: row.id.into(),
                organisation: row.organisation_id.into(),
                name: row.name,
                forms: Vec::new(),
            },
        })
        .collect();
    for form in forms {
        let programme = ProgrammeId::from(form.programme_id);
        let period = form.read()?;
        if let Some(one) = programmes.iter_mut().find(|one| one.value.id == programme) {
            one.value.forms.push(period);
        }
    }
    Ok(programmes)
}

/// Starts a programme in its first form.
pub fn insert(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<ManageProgrammes>,
    programme: &Programme,
    now: Moment,
) -> Result<(), Error> {
    let row = Row {
        id: programme.id.into(),
        organisation_id: programme.organisation.into(),
        name: programme.name.clone(),
        version: 1,
        created_at: At(now),
    };
    on_either!(&mut **tx, |c| diesel::insert_into(programmes::table).values(row).execute(c))?;
    for period in &programme.forms {
        insert_form(tx, grant, programme.id, period)?;
    }
    Ok(())
}

fn insert_form(
    tx: &mut Transaction<'_, '_>,
    _grant: &Grant<ManageProgrammes>,
    programme: ProgrammeId,
    period: &FormPeriod,
) -> Result<(), Error> {
    let row = FormRow {
        programme_id: programme.into(),
        since: period.since,
        form: period.form.to_string(),
        funders: period.funders.bits(),
        reason: period.reason.clone(),
    };
    on_either!(&mut **tx, |c| diesel::insert_into(programme_forms::table).values(row).execute(c))?;
    Ok(())
}

/// Gives a programme that stands at this version another form from a day on. Which of those that stand may be replaced, the domain says
/// (`say_form`): those that begin on that day or after it.
pub fn change_form(
    tx: &mut Transaction<'_, '_>,
    grant: &Grant<ManageProgrammes>,
    programme: ProgrammeId,
    version: i32,
    period: &FormPeriod,
) -> Result<(), Error> {
    let update =
        diesel::update(programmes::table.find(Key::from(programme)).filter(programmes::version.eq(version)))
            .set(programmes::version.eq(version + 1));
    one(on_either!(&mut **tx, |c| update.execute(c))?)?;
    let replaced = programme_forms::table
        .filter(programme_forms::programme_id.eq(Key::from(programme)))
        .filter(programme_forms::since.ge(period.since));
    on_either!(&mut **tx, |c| diesel::delete(replaced).execute(c))?;
    insert_form(tx, grant, programme, period)
}

/// A programme. Which programmes there are is no secret: a parent chooses among them.
pub fn find(database: &mut Database<'_>, id: ProgrammeId) -> Result<Option<Stored<Programme>>, Error> {
    let row: Option<Row> = on_either!(database, |c| programmes::table
        .find(Key::from(id))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    Ok(with_forms(database, row.into_iter().collect())?.pop())
}

/// The form of a programme on a day; none before its first.
pub fn form_on(
    database: &mut Database<'_>,
    id: ProgrammeId,
    day: Date,
) -> Result<Option<OrganisationForm>, Error> {
    Ok(find(database, id)?.and_then(|one| one.form_on(day).map(|period| period.form)))
}

/// Of each of some programmes, whether it is there.
pub fn are_there(database: &mut Database<'_>, ids: &[ProgrammeId]) -> Result<Vec<bool>, Error> {
    let keys: Vec<Key> = ids.iter().map(|id| Key::from(*id)).collect();
    let found: Vec<Key> = on_either!(database, |c| programmes::table
        .filter(programmes::id.eq_any(&keys))
        .select(programmes::id)
        .load(c))?;
    let found: Vec<ProgrammeId> = found.into_iter().map(Into::into).collect();
    Ok(ids.iter().map(|id| found.contains(id)).collect())
}

/// Whether there is such a programme.
pub fn exists(database: &mut Database<'_>, id: ProgrammeId) -> Result<bool, Error> {
    let found = programmes::table.find(Key::from(id));
    Ok(on_either!(database, |c| diesel::select(diesel::dsl::exists(found)).get_result(c))?)
}

/// Every programme, for work that goes through all of them.
pub fn ids(database: &mut Database<'_>) -> Result<Vec<ProgrammeId>, Error> {
    let keys: Vec<Key> =
        on_either!(database, |c| programmes::table.order(programmes::id).select(programmes::id).load(c))?;
    Ok(keys.into_iter().map(Into::into).collect())
}

/// A page of programmes; of those that cover a school on a day, when one is named.
pub fn list(
    database: &mut Database<'_>,
    covering: Option<(&LocationCode, Date)>,
    page: Page,
) -> Result<Slice<Stored<Programme>>, Error> {
    let rows: Vec<Row> = on_either!(database, |c| {
        let mut query = programmes::table
            .select(Row::as_select())
            .order((programmes::created_at.desc(), programmes::id.desc()))
            .limit(page.limit())
            .into_boxed();
        if let Some((school, day)) = covering {
            let covers = programme_schools::table
                .filter(programme_schools::location_code.eq(school.as_str()))
                .filter(programme_schools::since.le(day))
                .filter(programme_schools::until.is_null().or(programme_schools::until.ge(day)))
                .select(programme_schools::programme_id);
            query = query.filter(programmes::id.eq_any(covers));
        }
        if let Some((at, id)) = page.after {
            let at = At(at);
            query = query.filter(
                programmes::created_at
                    .le(at)
                    .and(programmes::created_at.lt(at).or(programmes::id.lt(Key(id)))),
            );
        }
        query.load(c)
    })?;
    let slice = Slice::cut(rows, page.size);
    Ok(Slice { more: slice.more, items: with_forms(database, slice.items)? })
}

/// Whether this organisation has a pool of buddies on a day: a programme that runs and that is no school's own.
pub fn runs_a_pool(
    database: &mut Database<'_>,
    organisation: OrganisationId,
    day: Date,
) -> Result<bool, Error> {
    let rows: Vec<Row> = on_either!(database, |c| programmes::table
        .filter(programmes::organisation_id.eq(Key::from(organisation)))
        .select(Row::as_select())
        .load(c))?;
    let runs = with_forms(database, rows)?;
    Ok(runs.iter().filter_map(|one| one.form_on(day)).any(|period| period.form != OrganisationForm::School))
}

/// The organisation that runs a programme and those whose trainers train its buddies on a day, as a parent is told of them.
pub fn run_by(database: &mut Database<'_>, programme: &Programme, today: Date) -> Result<RunBy, Error> {
    let trainers = trainers_from(database, programme.id, today)?;
    let (name, kind): (String, String) = on_either!(database, |c| organisations::table
        .find(Key::from(programme.organisation))
        .select((organisations::name, organisations::kind))
        .first(c))?;
    Ok(RunBy { name, kind: code("organisations", "kind", &kind)?, trainers })
}
