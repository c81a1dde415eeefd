//! The form of a programme over time (I1): a change is an event with a day and a reason. A form that holds from today or
//! earlier has every buddy who is proposed or matched assessed again in the same step. What has not begun can be replaced; what counted
//! on a day stays.

use actix_web::{get, post, web};
use naast_domain::Date;
use naast_domain::access::{ManageProgrammes, Upkeep};
use naast_domain::ids::ProgrammeId;
use naast_domain::independence::Funder;
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::programmes::{FormCounted, FormPeriod, OrganisationForm, say_form};
use naast_domain::rejection::Rejection;
use naast_domain::text::Text;
use naast_persistence::{organisations, programmes};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::register::{ProgrammeView, form_fits, within_a_year};
use crate::answer::{Answer, IfMatch};
use crate::caller::Caller;
use crate::contract::{Path, Sent};
use crate::independence::again::{Occasion, recheck_programme};
use crate::page_of;
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// A change of form.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "form": "support-point", "funders": ["partnership"], "sinceDate": "2027-08-01", "reason": "Het steunpunt neemt het over." }))]
pub struct FormChangeBody {
    /// The new form.
    pub form: OrganisationForm,
    /// Who pays from then on.
    #[schema(max_items = 5)]
    pub funders: Vec<Funder>,
    /// The first day of the new form: later than that of every form that has begun, or today when the latest began today; no later than in
    /// a year. Forms that have not begun and begin on this day or later are replaced.
    pub since_date: Date,
    /// Why.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// A form of a programme, from one day on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FormView {
    /// The form.
    pub form: OrganisationForm,
    /// Who pays.
    pub funders: Vec<Funder>,
    /// The first day.
    pub since_date: Date,
    /// Why.
    pub reason: String,
}

/// Change the form of a programme from a day on.
///
/// A form that has not begun is replaced by one that begins on its first day or before, and one that began today by another from today on.
/// To take back a form that is still to come, say once more what holds, from today or tomorrow on. What counted on an earlier day stays
/// (409 `form-not-later`). The journal keeps what was replaced.
#[utoipa::path(
    operation_id = "changeProgrammeForm",
    tag = "programmes",
    params(
        ("id" = ProgrammeId, Path, description = "The programme"),
        ("If-Match" = String, Header, description = "The ETag of the programme that was read"),
    ),
    request_body = FormChangeBody,
    responses((status = 201, description = "Kept", body = ProgrammeView)),
)]
#[post("/programmes/{id}/form-changes")]
pub async fn change_programme_form(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<ProgrammeId>,
    seen: IfMatch,
    sent: Sent<FormChangeBody>,
) -> Result<Answer<ProgrammeView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<ManageProgrammes>()?;
            let mut stored = programmes::find(cx.tx, id)?.ok_or(Error::NotFound)?;
            seen.check(stored.version)?;
            let organisation = organisations::find(cx.tx, stored.organisation)?;
            let mut check = sent.check();
            form_fits(&mut check, organisation.map(|one| one.kind));
            within_a_year(&mut check, cx.today);
            let body = sent.sound(check)?;
            let period = FormPeriod {
                since: body.since_date,
                form: body.form,
                funders: body.funders.iter().copied().collect(),
                reason: body.reason.clone(),
            };
            let forms = say_form(&stored.forms, period.clone(), cx.today).map_err(not_later)?;
            programmes::change_form(cx.tx, &grant, id, stored.version, &period)?;
            let changed = cx
                .entry(id, Role::Administrator, Purpose::Administration, "programme.form-changed")
                .on(id)
                .facts(Some(in_words(&stored.forms)), in_words(&forms));
            let mut entries = vec![changed];
            if period.since <= cx.today {
                let occasion = Occasion::of(cx, Role::Administrator);
                entries.extend(recheck_programme(cx.tx, &Upkeep::granted(&grant), id, occasion)?);
            }
            stored.value.forms = forms;
            stored.version += 1;
            let answer =
                ProgrammeView::answer(&stored, cx.today).at(&format!("/programmes/{id}/form-changes"));
            Ok(cx.tx.keep(entries, answer)?)
        })
        .await
}

/// The refusal of a form that would take the place of one that has counted.
fn not_later(FormCounted(latest): FormCounted) -> Rejection {
    let text = Text::of(
        "De nieuwe vorm begint niet later dan een die al begonnen is.",
        "The new form does not begin later than one that has begun.",
    );
    Rejection::rule("form-not-later", "I1", text).while_it_is(&latest).at("/sinceDate")
}

/// What the journal keeps of the forms: what was replaced is found nowhere else.
fn in_words(forms: &[FormPeriod]) -> String {
    forms.iter().map(FormPeriod::in_words).collect::<Vec<_>>().join(", ")
}

page_of! {
    /// The forms of a programme, earliest first.
    FormPage of FormView
}

/// List the forms that a programme had, has and will have.
#[utoipa::path(
    operation_id = "listProgrammeForms",
    tag = "programmes",
    params(("id" = ProgrammeId, Path, description = "The programme")),
    responses((status = 200, description = "All of them, on one page", body = FormPage)),
)]
#[get("/programmes/{id}/form-changes")]
pub async fn list_programme_forms(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<ProgrammeId>,
) -> Result<FormPage, Error> {
    platform
        .read(caller.0, move |cx| {
            let stored = programmes::find(cx.db, id)?.ok_or(Error::NotFound)?;
            let data = stored.value.forms.into_iter().map(|period| FormView {
                form: period.form,
                funders: period.funders.iter().collect(),
                since_date: period.since,
                reason: period.reason,
            });
            Ok(FormPage { data: data.collect(), next_cursor: None })
        })
        .await
}
