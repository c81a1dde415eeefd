//! Which schools a programme covers.

use actix_web::{get, put, web};
use naast_domain::Date;
use naast_domain::access::ManageProgrammes;
use naast_domain::directory::LocationCode;
use naast_domain::ids::ProgrammeId;
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::text::Text;
use naast_persistence::directory;
use naast_persistence::programmes::{self, Covered};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::caller::Caller;
use crate::contract::{Path, Sent};
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

/// A school that a programme covers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CoverageView {
    /// The school.
    pub location_code: LocationCode,
    /// The first day.
    pub since_date: Date,
    /// The last day.
    pub until_date: Option<Date>,
}

impl From<Covered> for CoverageView {
    fn from(one: Covered) -> Self {
        Self { location_code: one.school, since_date: one.since, until_date: one.until }
    }
}

/// Say that a programme covers a school, and for how long. Said again, it counts as said last.
#[utoipa::path(
    operation_id = "coverSchool",
    tag = "programmes",
    params(
        ("id" = ProgrammeId, Path, description = "The programme"),
        ("locationCode" = LocationCode, Path, description = "The school"),
    ),
    request_body = CoverageBody,
    responses((status = 200, description = "Kept", body = CoverageView)),
)]
#[put("/programmes/{id}/schools/{locationCode}")]
pub async fn cover_school(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((id, school)): Path<(ProgrammeId, LocationCode)>,
    sent: Sent<CoverageBody>,
) -> Result<Answer<CoverageView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<ManageProgrammes>()?;
            programmes::find(cx.tx, id)?.ok_or(Error::NotFound)?;
            directory::school_facts(cx.tx, &school, cx.today)?.ok_or(Error::NotFound)?;
            let mut check = sent.check();
            if let (Some(since), Some(until)) =
                (check.get::<Date>("/sinceDate"), check.get::<Date>("/untilDate"))
                && until < since
            {
                let text =
                    Text::of("De laatste dag ligt voor de eerste.", "The last day lies before the first.");
                check.fault("/untilDate", "too-early", text);
            }
            let body = sent.sound(check)?;
            let covered = Covered { school: school.clone(), since: body.since_date, until: body.until_date };
            programmes::cover(cx.tx, &grant, id, &covered)?;
            let entry = cx
                .entry(id, Role::Administrator, Purpose::Administration, "programme.school-covered")
                .on(&covered.school);
            Ok(cx.tx.keep([entry], Answer::found(CoverageView::from(covered)))?)
        })
        .await
}

page_of! {
    /// A page of the schools that a programme covers, by location code.
    CoveragePage of CoverageView
}

/// List the schools that a programme covers.
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
            Ok(CoveragePage { data: slice.items.into_iter().map(CoverageView::from).collect(), next_cursor })
        })
        .await
}
