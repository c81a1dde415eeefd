//! The processing register (AVG art. 30): what data are used for, on what ground, who gets them and how long they stay.

use actix_web::{get, web};
use naast_domain::Date;
use naast_domain::code::Code as _;
use naast_domain::ids::ProgrammeId;
use naast_domain::privacy::processing::{self, ACTIVITIES, Activity, VERSION, controller};
use naast_domain::privacy::retention::{self, RetentionTerm};
use naast_domain::programmes::OrganisationForm;
use naast_domain::text::{Text, Tongue};
use naast_persistence::privacy::retention::terms;
use naast_persistence::{Database, programmes};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::caller::{Caller, Reader};
use crate::contract::{Path, Query};
use crate::page_of;
use crate::platform::Platform;
use crate::problem::Error;

/// Who is the controller where a programme has this form.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ControllerView {
    /// The form of the programme.
    pub form: OrganisationForm,
    /// The controller.
    pub controller: String,
}

/// A programme of which the register is read.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegisterProgrammeView {
    /// The programme.
    pub programme_id: ProgrammeId,
    /// Its name.
    pub programme: String,
    /// Its form today.
    pub form: OrganisationForm,
    /// The organisation that runs it: ask there first.
    pub organisation: String,
    /// Who is the controller.
    pub controller: String,
    /// The controller's name; null where the organisation that runs it does so for another: ask it which.
    pub controller_name: Option<String>,
}

/// How long something stays after its end.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityTermView {
    /// What.
    pub term: RetentionTerm,
    /// The same in words.
    pub name: String,
    /// Days after the end, or after the parent last said that her request goes on: those of the programme that was named, else the usual ones.
    pub days: u32,
    /// Days when a programme says nothing.
    pub usual_days: u32,
    /// Days at most, whatever a programme says.
    pub longest_days: u32,
}

/// Of which programme the register is read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct ProcessingActivityQuery {
    /// The programme: the register names who answers for it, and the terms that hold there. Without it, the usual terms.
    pub programme_id: Option<ProgrammeId>,
}

/// One activity of the register.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProcessingActivityView {
    /// Its code, which the access log names.
    pub code: String,
    /// The version of the register.
    pub version: String,
    /// What it is called.
    pub name: String,
    /// What data are used for.
    pub purpose: String,
    /// On what ground.
    pub ground: String,
    /// Of whom data are used.
    pub persons: Vec<String>,
    /// Which data.
    pub data: Vec<String>,
    /// Who gets them.
    pub recipients: Vec<String>,
    /// How long they stay.
    pub retention: String,
    /// The terms among these that a programme may set.
    pub terms: Vec<ActivityTermView>,
    /// How they are protected.
    pub measures: Vec<String>,
    /// Who is the controller, by the form of the programme.
    pub controllers: Vec<ControllerView>,
    /// The programme that was named; null without one.
    pub programme: Option<RegisterProgrammeView>,
    /// Where the contact data of the controller and its data protection officer are to be found.
    pub contact: String,
    /// Who processes for the controller.
    pub processors: Vec<String>,
    /// What goes outside the European Economic Area.
    pub transfers: String,
}

/// Of what the register is read: of a programme with its terms, or of none with the usual ones.
struct Scope {
    programme: Option<RegisterProgrammeView>,
    terms: retention::Terms,
}

impl Scope {
    fn of(
        db: &mut Database<'_>,
        query: &ProcessingActivityQuery,
        (today, tongue): (Date, Tongue),
    ) -> Result<Self, Error> {
        let Some(id) = query.programme_id else {
            return Ok(Self { programme: None, terms: retention::Terms::default() });
        };
        let found = programmes::find(db, id)?.ok_or(Error::NotFound)?;
        let period = found.form_on(today).or(found.forms.first()).ok_or(Error::NotFound)?;
        let run_by = programmes::run_by(db, &found, today)?;
        let is_controller = processing::is_controller(period.form, run_by.kind);
        let programme = RegisterProgrammeView {
            programme_id: id,
            programme: found.name.clone(),
            form: period.form,
            controller: controller(period.form).get(tongue).to_owned(),
            controller_name: is_controller.then(|| run_by.name.clone()),
            organisation: run_by.name,
        };
        Ok(Self { programme: Some(programme), terms: terms(db, &[id])?.remove(&id).unwrap_or_default() })
    }
}

impl ProcessingActivityView {
    fn of(one: &Activity, scope: &Scope, tongue: Tongue) -> Self {
        let all = |texts: &[Text]| texts.iter().map(|text| text.get(tongue).to_owned()).collect();
        Self {
            code: one.code.to_owned(),
            version: VERSION.to_owned(),
            name: one.name.get(tongue).to_owned(),
            purpose: one.purpose.get(tongue).to_owned(),
            ground: one.ground.get(tongue).to_owned(),
            persons: all(one.persons),
            data: all(one.data),
            recipients: all(one.recipients),
            retention: one.retention.get(tongue).to_owned(),
            terms: one
                .terms
                .iter()
                .map(|term| ActivityTermView {
                    term: *term,
                    name: term.label().get(tongue).to_owned(),
                    days: scope.terms.days(*term),
                    usual_days: term.usual(),
                    longest_days: term.longest(),
                })
                .collect(),
            measures: all(one.measures),
            controllers: OrganisationForm::ALL
                .iter()
                .map(|form| ControllerView {
                    form: *form,
                    controller: controller(*form).get(tongue).to_owned(),
                })
                .collect(),
            programme: scope.programme.clone(),
            contact: processing::CONTACT.get(tongue).to_owned(),
            processors: all(processing::PROCESSORS),
            transfers: processing::TRANSFERS.get(tongue).to_owned(),
        }
    }
}

page_of! {
    /// The activities of the processing register.
    ProcessingActivityPage of ProcessingActivityView
}

/// List what personal data are used for: in every programme, or in one with who answers for it and the terms that hold there.
#[utoipa::path(
    operation_id = "listProcessingActivities",
    tag = "privacy",
    params(ProcessingActivityQuery),
    responses(
        (status = 200, description = "All of them, on one page", body = ProcessingActivityPage),
        (
            status = 404,
            description = "No such programme",
            body = crate::problem::Problem,
            content_type = "application/problem+json",
        ),
    ),
)]
#[get("/processing-activities")]
pub async fn list_processing_activities(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Query(query): Query<ProcessingActivityQuery>,
) -> Result<ProcessingActivityPage, Error> {
    let scope = platform.read(caller.0, move |cx| Scope::of(cx.db, &query, (cx.today, reader.0))).await?;
    let data = ACTIVITIES.iter().map(|one| ProcessingActivityView::of(one, &scope, reader.0)).collect();
    Ok(ProcessingActivityPage { data, next_cursor: None })
}

/// Get one activity of the processing register.
#[utoipa::path(
    operation_id = "getProcessingActivity",
    tag = "privacy",
    params(
        ("activityCode" = String, Path, description = "The code of the activity"),
        ProcessingActivityQuery,
    ),
    responses((status = 200, description = "The activity", body = ProcessingActivityView)),
)]
#[get("/processing-activities/{activityCode}")]
pub async fn get_processing_activity(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(code): Path<String>,
    Query(query): Query<ProcessingActivityQuery>,
) -> Result<Answer<ProcessingActivityView>, Error> {
    let scope = platform.read(caller.0, move |cx| Scope::of(cx.db, &query, (cx.today, reader.0))).await?;
    let one = processing::activity(&code).ok_or(Error::NotFound)?;
    Ok(Answer::found(ProcessingActivityView::of(one, &scope, reader.0)))
}
