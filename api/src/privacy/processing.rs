//! The processing register (AVG art. 30): what data are used for, on what ground, who gets them and how long they stay.

use actix_web::{get, web};
use naast_domain::code::Code as _;
use naast_domain::privacy::processing::{self, ACTIVITIES, Activity, VERSION, controller};
use naast_domain::programmes::OrganisationForm;
use naast_domain::text::{Text, Tongue};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::caller::{Caller, Reader};
use crate::contract::Path;
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
    /// How they are protected.
    pub measures: Vec<String>,
    /// Who is the controller, by the form of the programme.
    pub controllers: Vec<ControllerView>,
}

impl ProcessingActivityView {
    fn of(one: &Activity, tongue: Tongue) -> Self {
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
            measures: all(one.measures),
            controllers: OrganisationForm::ALL
                .iter()
                .map(|form| ControllerView {
                    form: *form,
                    controller: controller(*form).get(tongue).to_owned(),
                })
                .collect(),
        }
    }
}

page_of! {
    /// The activities of the processing register.
    ProcessingActivityPage of ProcessingActivityView
}

/// List what personal data are used for.
#[utoipa::path(
    operation_id = "listProcessingActivities",
    tag = "privacy",
    responses((status = 200, description = "All of them, on one page", body = ProcessingActivityPage)),
)]
#[get("/processing-activities")]
pub async fn list_processing_activities(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
) -> Result<ProcessingActivityPage, Error> {
    platform.read(caller.0, |_| Ok(())).await?;
    let data = ACTIVITIES.iter().map(|one| ProcessingActivityView::of(one, reader.0)).collect();
    Ok(ProcessingActivityPage { data, next_cursor: None })
}

/// Get one activity of the processing register.
#[utoipa::path(
    operation_id = "getProcessingActivity",
    tag = "privacy",
    params(("activityCode" = String, Path, description = "The code of the activity")),
    responses((status = 200, description = "The activity", body = ProcessingActivityView)),
)]
#[get("/processing-activities/{activityCode}")]
pub async fn get_processing_activity(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(code): Path<String>,
) -> Result<Answer<ProcessingActivityView>, Error> {
    platform.read(caller.0, |_| Ok(())).await?;
    let one = processing::activity(&code).ok_or(Error::NotFound)?;
    Ok(Answer::found(ProcessingActivityView::of(one, reader.0)))
}
