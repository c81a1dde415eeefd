//! Whether a buddy is ready today, computed from the facts, with reasons (S3).

use actix_web::{get, web};
use naast_domain::Date;
use naast_domain::access::ReadBuddy;
use naast_domain::buddies::{Certificate, Requirement, readiness};
use naast_domain::ids::BuddyId;
use naast_domain::privacy::access::DataKind;
use naast_persistence::buddies;
use serde::Serialize;
use utoipa::ToSchema;

use super::seen;
use crate::answer::Answer;
use crate::caller::{Caller, Reader};
use crate::contract::Path;
use crate::platform::Platform;
use crate::problem::Error;

/// Whether a buddy is ready.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadinessView {
    /// The buddy.
    pub buddy_id: BuddyId,
    /// The day that it is about: today.
    pub on_date: Date,
    /// Whether nothing is missing.
    pub ready: bool,
    /// What is missing.
    pub missing: Vec<MissingView>,
    /// The last day on which every certificate is valid; null when one is missing.
    pub until_date: Option<Date>,
}

/// Something that readiness asks for and that is not there.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MissingView {
    /// What.
    pub requirement: Requirement,
    /// Why, in words.
    pub reason: String,
}

/// Is this buddy ready today, and what is missing.
#[utoipa::path(
    operation_id = "getReadiness",
    tag = "buddies",
    params(("id" = BuddyId, Path, description = "The buddy")),
    responses((status = 200, description = "Computed from today's facts", body = ReadinessView)),
)]
#[get("/buddies/{id}/readiness")]
pub async fn get_readiness(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<BuddyId>,
) -> Result<Answer<ReadinessView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let buddy = seen::<ReadBuddy>(cx, id, DataKind::Readiness)?;
            let kept = buddies::certificates_of(cx.db, &buddy)?;
            let certificates: Vec<Certificate> = kept.into_iter().map(|kept| kept.certificate).collect();
            let computed = readiness(&buddy, &certificates, cx.today);
            let missing = computed.missing.iter().map(|one| MissingView {
                requirement: one.requirement,
                reason: one.reason.get(reader.0).to_owned(),
            });
            Ok(Answer::found(ReadinessView {
                buddy_id: id,
                on_date: cx.today,
                ready: computed.is_ready(),
                missing: missing.collect(),
                until_date: computed.until,
            }))
        })
        .await
}
