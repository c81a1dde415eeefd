//! Where a case waits that no coordinator of its programme may handle (rule 37): whoever appoints coordinators is told which programme it
//! is, and nothing else. Neither which case, nor how many, nor since when: in a programme of one school a number is a family.

use actix_web::{get, web};
use naast_domain::access::{ManageMemberships, Upkeep};
use naast_domain::ids::{OrganisationId, ProgrammeId};
use naast_persistence::independence::programmes_in_need;
use naast_persistence::programmes;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::page_of;
use crate::platform::Platform;
use crate::problem::Error;

/// A programme that needs another coordinator.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CoordinationNeedView {
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The organisation that runs it.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub name: String,
}

page_of! {
    /// The programmes that need another coordinator.
    CoordinationNeedPage of CoordinationNeedView
}

/// List the programmes that need another coordinator: something waits there that none of those who coordinate it today may handle,
/// because of ties of their own or because there is nobody. A coordinator with such a tie cannot lift it; give the role to another.
#[utoipa::path(
    operation_id = "listCoordinationNeeds",
    tag = "programmes",
    responses((status = 200, description = "All of them, on one page", body = CoordinationNeedPage)),
)]
#[get("/coordination-needs")]
pub async fn list_coordination_needs(
    platform: web::Data<Platform>,
    caller: Caller,
) -> Result<CoordinationNeedPage, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ManageMemberships>()?;
            let mut data = Vec::new();
            for id in programmes_in_need(cx.db, &Upkeep::of_who_appoints(&grant), cx.today)? {
                let programme = programmes::find(cx.db, id)?.ok_or(Error::NotFound)?.value;
                data.push(CoordinationNeedView {
                    programme_id: id,
                    organisation_id: programme.organisation,
                    name: programme.name,
                });
            }
            Ok(CoordinationNeedPage { data, next_cursor: None })
        })
        .await
}

/// How many programmes need another coordinator: for the figures and for `naast doctor`.
pub fn in_need(platform: &Platform) -> Result<usize, Error> {
    let (leave, today) = (Upkeep::of_the_platform(), platform.clock.today());
    platform.store.read(|db| Ok(programmes_in_need(db, &leave, today)?.len()))
}
