//! Which schools a programme covers.

use actix_web::{get, put, web};
use naast_domain::Date;
use naast_domain::access::ManageProgrammes;
use naast_domain::directory::LocationCode;
use naast_domain::ids::ProgrammeId;
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::programmes::{CoverageFault, CoveredPeriod, say_coverage};
use naast_domain::text::Text;
use naast_persistence::programmes::{self, Coverage};
use naast_persistence::{Kept, directory};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, IfMatch, etag};
use crate::caller::Caller;
use crate::contract::{Check, Path, Sent};
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// For how long a programme covers a school.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "sinceDate": "2026-08-01" }))]
pub struct CoverageBody {
    /// The first day.
    pub since_date: Date,
    /// The last day; open when left out.
    pub until_date: Option<Date>,
}

/// A time in which a programme covered a school.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CoveragePeriodView {
    /// The first day.
    pub since_date: Date,
    /// The last day.
    pub until_date: Option<Date>,
}

impl From<CoveredPeriod> for CoveragePeriodView {
    fn from(one: CoveredPeriod) -> Self {
        Self { since_date: one.since, until_date: one.until }
    }
}

/// A school that a programme covers, with what was said last and the periods before it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CoverageView {
    /// The school.
    pub location_code: LocationCode,
    /// The first day of what was said last; it may be ahead.
    pub since_date: Date,
    /// The last day; null while it is open.
    pub until_date: Option<Date>,
    /// The periods before it, earliest first. What counted on a day is not written over.
    pub earlier: Vec<CoveragePeriodView>,
    /// The version, for `If-Match`.
    pub etag: String,
}

impl CoverageView {
    fn of(one: Coverage) -> Result<Self, Error> {
        let mut earlier = one.periods;
        let latest = earlier.pop().ok_or(Error::Internal("a coverage has a period"))?;
        Ok(Self {
            location_code: one.school,
            since_date: latest.since,
            until_date: latest.until,
            earlier: earlier.into_iter().map(Into::into).collect(),
            etag: etag(one.version),
        })
    }

    fn answer(one: Coverage) -> Result<Answer<Self>, Error> {
        let version = one.version;
        Ok(Answer::found(Self::of(one)?).version(version))
    }
}

/// Where a fault of the rule stands, its code and its words.
fn told(fault: CoverageFault) -> (&'static str, &'static str, Text) {
    match fault {
        CoverageFault::StillOpen(since) => (
            "/sinceDate",
            "still-open",
            Text::new(
                format!(
                    "Het programma bedient deze school sinds {since}, en dat heeft geteld. Geef eerst die periode een laatste dag."
                ),
                format!(
                    "The programme covers this school since {since}, and that has counted. Give that period its last day first."
                ),
            ),
        ),
        CoverageFault::TooEarly(free) => (
            "/sinceDate",
            "too-early",
            Text::new(
                format!("Niet voor {free}: wat daarvoor gold, staat vast."),
                format!("Not before {free}: what held before stands."),
            ),
        ),
        CoverageFault::EndsTooEarly(first) => (
            "/untilDate",
            "too-early",
            Text::new(
                format!("Niet voor {first}: tot en met vandaag heeft het geteld."),
                format!("Not before {first}: it has counted up to and with today."),
            ),
        ),
        CoverageFault::Over(last) => (
            "/untilDate",
            "is-over",
            Text::new(
                format!(
                    "Deze periode eindigde op {last} en staat vast. Begin een nieuwe, op een dag daarna."
                ),
                format!("This period ended on {last} and stands. Begin a new one, on a day after it."),
            ),
        ),
    }
}

/// The periods that stand once what was sent is said; what is wrong with it goes in the one list of faults.
fn look_over(check: &mut Check<'_>, stand: &[CoveredPeriod], today: Date) -> Vec<CoveredPeriod> {
    let Some(since) = check.get::<Date>("/sinceDate") else { return Vec::new() };
    let until = check.get::<Date>("/untilDate");
    if until.is_none() && check.has("/untilDate") {
        return Vec::new();
    }
    if until.is_some_and(|until| until < since) {
        let text = Text::of("De laatste dag ligt voor de eerste.", "The last day lies before the first.");
        check.fault("/untilDate", "too-early", text);
        return Vec::new();
    }
    say_coverage(stand, CoveredPeriod { since, until }, today).unwrap_or_else(|fault| {
        let (pointer, code, text) = told(fault);
        check.fault(pointer, code, text);
        Vec::new()
    })
}

/// Say that a programme covers a school, and for how long.
///
/// The first time nothing stands that could have been read, and `If-Match` is left out; from then on it is asked for. What counted on a
/// day is not written over: a period that has begun keeps its first day and can be ended, today at the earliest; one that is over stays,
/// and another begins on a day after it. What has not begun is replaced by what is said.
#[utoipa::path(
    operation_id = "coverSchool",
    tag = "programmes",
    params(
        ("id" = ProgrammeId, Path, description = "The programme"),
        ("locationCode" = LocationCode, Path, description = "The school"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the coverage that was read; left out while the programme never covered the school"),
    ),
    request_body = CoverageBody,
    responses((status = 200, description = "Kept", body = CoverageView)),
)]
#[put("/programmes/{id}/schools/{locationCode}")]
pub async fn cover_school(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((id, school)): Path<(ProgrammeId, LocationCode)>,
    seen: IfMatch,
    sent: Sent<CoverageBody>,
) -> Result<Answer<CoverageView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<ManageProgrammes>()?;
            programmes::find(cx.tx, id)?.ok_or(Error::NotFound)?;
            directory::school_facts(cx.tx, &school, cx.today)?.ok_or(Error::NotFound)?;
            let stood = programmes::coverage(cx.tx, &grant, id, &school)?;
            if stood.periods.is_empty() {
                seen.check_new()?;
            } else {
                seen.check(stood.version)?;
            }
            let mut check = sent.check();
            let periods = look_over(&mut check, &stood.periods, cx.today);
            sent.sound(check)?;
            if periods == stood.periods {
                cx.shows([]);
                return Ok(Kept::unchanged(CoverageView::answer(stood)?));
            }
            let version = programmes::cover(cx.tx, &grant, id, &stood, &periods)?;
            let (before, after) = (in_words(&stood.periods), in_words(&periods));
            let entry = cx
                .entry(id, Role::Administrator, Purpose::Administration, "programme.school-covered")
                .on(&school)
                .facts((!before.is_empty()).then_some(before), after);
            let answer = CoverageView::answer(Coverage { school: school.clone(), periods, version })?;
            Ok(cx.tx.keep([entry], answer)?)
        })
        .await
}

/// What the journal keeps of the periods: what has not begun is found nowhere else once it is replaced.
fn in_words(periods: &[CoveredPeriod]) -> String {
    periods.iter().map(|period| period.in_words()).collect::<Vec<_>>().join(", ")
}

page_of! {
    /// A page of the schools that a programme covers, by location code.
    CoveragePage of CoverageView
}

/// List the schools that a programme covers, covered or will cover.
#[utoipa::path(
    operation_id = "listCoveredSchools",
    tag = "programmes",
    security(("person" = []), ("client" = ["conversations:open", "directory:read"])),
    params(("id" = ProgrammeId, Path, description = "The programme"), PageQuery),
    responses((status = 200, description = "A page", body = CoveragePage)),
)]
#[get("/programmes/{id}/schools")]
pub async fn list_covered_schools(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<ProgrammeId>,
    paging: Paging,
) -> Result<CoveragePage, Error> {
    let after = paging.after(|code| LocationCode::parse(code).ok())?;
    let size = paging.size();
    platform
        .read(caller.0, move |cx| {
            programmes::find(cx.db, id)?.ok_or(Error::NotFound)?;
            let slice = programmes::covered_schools(cx.db, id, size, after.as_ref())?;
            let last = slice.items.last().filter(|_| slice.more);
            let next_cursor = last.map(|one| paging.write(one.school.as_str()));
            let data = slice.items.into_iter().map(CoverageView::of).collect::<Result<_, _>>()?;
            Ok(CoveragePage { data, next_cursor })
        })
        .await
}
