//! Programmes: an administrator starts one; everybody signed in can look for one, so that a parent can choose.

use actix_web::{get, post, web};
use naast_domain::Date;
use naast_domain::access::ManageProgrammes;
use naast_domain::code::{Code as _, CodeSet};
use naast_domain::directory::LocationCode;
use naast_domain::ids::{OrganisationId, ProgrammeId};
use naast_domain::independence::Funder;
use naast_domain::journal::Purpose;
use naast_domain::organisations::{OrganisationKind, Role};
use naast_domain::programmes::{FormPeriod, OrganisationForm, Programme, last_first_day};
use naast_domain::text::Text;
use naast_persistence::{Stored, organisations, programmes};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::{Check, Path, Query, Sent};
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::{Platform, Said as _};
use crate::problem::{Error, InputFault};

/// A programme to start.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "organisationId": "6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0002", "name": "Naast elkaar", "form": "independent", "funders": ["members"], "reason": "Ouders vroegen erom." }))]
pub struct ProgrammeBody {
    /// The organisation that runs it.
    pub organisation_id: OrganisationId,
    /// Its name.
    #[schema(min_length = 1, max_length = 200, pattern = "\\S")]
    pub name: String,
    /// Its form (I1).
    pub form: OrganisationForm,
    /// Who pays.
    #[schema(max_items = 5)]
    pub funders: Vec<Funder>,
    /// The first day of the form, no later than in a year; today when left out.
    pub since_date: Option<Date>,
    /// Why this form was chosen (S0).
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// A buddy programme.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProgrammeView {
    /// Its id.
    pub id: ProgrammeId,
    /// The organisation that runs it.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its form today; null before its first day.
    pub form: Option<OrganisationForm>,
    /// Who pays today.
    pub funders: Vec<Funder>,
    /// The first day of today's form.
    pub since_date: Option<Date>,
}

impl ProgrammeView {
    fn of(programme: &Programme, today: Date) -> Self {
        let period = programme.form_on(today);
        Self {
            id: programme.id,
            organisation_id: programme.organisation,
            name: programme.name.clone(),
            form: period.map(|period| period.form),
            funders: period.map(|period| period.funders.iter().collect()).unwrap_or_default(),
            since_date: period.map(|period| period.since),
        }
    }

    /// The answer with one programme.
    pub(super) fn answer(stored: &Stored<Programme>, today: Date) -> Answer<Self> {
        Answer::found(Self::of(stored, today)).version(stored.version)
    }
}

/// The form is one in which an organisation of this kind can run a programme.
pub(super) fn form_fits(check: &mut Check<'_>, kind: Option<OrganisationKind>) {
    let Some((form, kind)) = check.get::<OrganisationForm>("/form").zip(kind) else { return };
    if form.fits(kind) {
        return;
    }
    let fitting: Vec<_> =
        OrganisationForm::ALL.iter().filter(|form| form.fits(kind)).map(|form| form.code()).collect();
    let fitting = fitting.join(", ");
    let text = Text::new(
        format!("Wie het programma heeft, is {}. Toegestaan: {fitting}.", kind.label().nl),
        format!("Who has the programme is a {}. Allowed: {fitting}.", kind.label().en),
    );
    check.fault("/form", "form-not-here", text);
}

/// The form begins no later than in a year: what is further ahead is more likely a typing error than a plan.
pub(super) fn within_a_year(check: &mut Check<'_>, today: Date) {
    let last = last_first_day(today);
    if check.get::<Date>("/sinceDate").is_some_and(|since| since > last) {
        let text = Text::new(
            format!("Niet later dan over een jaar: {last}."),
            format!("No later than in a year: {last}."),
        );
        check.fault("/sinceDate", "too-late", text);
    }
}

/// Start a programme.
#[utoipa::path(
    operation_id = "createProgramme",
    tag = "programmes",
    request_body = ProgrammeBody,
    responses((status = 201, description = "Started", body = ProgrammeView)),
)]
#[post("/programmes")]
pub async fn create_programme(
    platform: web::Data<Platform>,
    caller: Caller,
    sent: Sent<ProgrammeBody>,
) -> Result<Answer<ProgrammeView>, Error> {
    let id: ProgrammeId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<ManageProgrammes>()?;
            let mut check = sent.check();
            let mut kind = None;
            check.refers("/organisationId", |id| {
                let found = organisations::find(cx.tx, id)?;
                kind = found.map(|one| one.kind);
                Ok(kind.is_some())
            })?;
            form_fits(&mut check, kind);
            within_a_year(&mut check, cx.today);
            let body = sent.sound(check)?;
            let programme = Programme {
                id,
                organisation: body.organisation_id,
                name: body.name,
                forms: vec![FormPeriod {
                    since: body.since_date.unwrap_or(cx.today),
                    form: body.form,
                    funders: body.funders.iter().copied().collect::<CodeSet<_>>(),
                    reason: body.reason,
                }],
            };
            programmes::insert(cx.tx, &grant, &programme, cx.now)?;
            let entry =
                cx.entry(id, Role::Administrator, Purpose::Administration, "programme.started").on(id);
            let view = ProgrammeView::of(&programme, cx.today);
            Ok(cx.tx.keep([entry], Answer::created(view, &format!("/programmes/{id}")).version(1))?)
        })
        .await
}

/// Which programmes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct ProgrammeQuery {
    /// Only programmes that cover this school today.
    #[param(pattern = "^[0-9]{2}[A-Z]{2}[0-9]{2}$")]
    pub location_code: Option<String>,
}

page_of! {
    /// A page of programmes, newest first.
    ProgrammePage of ProgrammeView
}

/// List programmes; those that a parent of a school can choose from, when a school is named.
#[utoipa::path(
    operation_id = "listProgrammes",
    tag = "programmes",
    security(("person" = []), ("client" = ["conversations:open", "directory:read"])),
    params(ProgrammeQuery, PageQuery),
    responses((status = 200, description = "A page", body = ProgrammePage)),
)]
#[get("/programmes")]
pub async fn list_programmes(
    platform: web::Data<Platform>,
    caller: Caller,
    Query(query): Query<ProgrammeQuery>,
    paging: Paging,
) -> Result<ProgrammePage, Error> {
    let school = query
        .location_code
        .map(|code| LocationCode::parse(&code).map_err(|fault| InputFault::identifier("locationCode", fault)))
        .transpose()?;
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let covering = school.as_ref().map(|school| (school, cx.today));
            let slice = programmes::list(cx.db, covering, page)?;
            let next_cursor = paging.next(&slice, |one| (one.created_at, one.id.uuid()));
            let data = slice.items.iter().map(|one| ProgrammeView::of(one, cx.today)).collect();
            Ok(ProgrammePage { data, next_cursor })
        })
        .await
}

/// Get a programme.
#[utoipa::path(
    operation_id = "getProgramme",
    tag = "programmes",
    security(("person" = []), ("client" = ["conversations:open", "directory:read"])),
    params(("id" = ProgrammeId, Path, description = "The programme")),
    responses((status = 200, description = "The programme", body = ProgrammeView)),
)]
#[get("/programmes/{id}")]
pub async fn get_programme(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<ProgrammeId>,
) -> Result<Answer<ProgrammeView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let stored = programmes::find(cx.db, id)?.ok_or(Error::NotFound)?;
            Ok(ProgrammeView::answer(&stored, cx.today))
        })
        .await
}
