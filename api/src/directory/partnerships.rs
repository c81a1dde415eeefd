//! Partnerships (samenwerkingsverbanden): everybody signed in can look them up.

use actix_web::{get, web};
use naast_domain::directory::PartnershipCode;
use naast_persistence::directory::{self, Partnership};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::caller::Caller;
use crate::contract::Path;
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::Platform;
use crate::problem::Error;

/// A partnership.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({ "partnershipCode": "PO2707", "name": null }))]
pub struct PartnershipView {
    /// Its code: `PO` for primary education, `VO` for secondary education.
    pub partnership_code: PartnershipCode,
    /// Its name; null where it is not known, because the published table of postcodes gives only codes.
    pub name: Option<String>,
}

impl From<Partnership> for PartnershipView {
    fn from(partnership: Partnership) -> Self {
        Self { partnership_code: partnership.code, name: partnership.name }
    }
}

page_of! {
    /// A page of partnerships, by code: those for primary education first.
    PartnershipPage of PartnershipView
}

/// List partnerships.
#[utoipa::path(
    operation_id = "listPartnerships",
    tag = "directory",
    security(("person" = []), ("client" = ["directory:read"])),
    params(PageQuery),
    responses((status = 200, description = "A page", body = PartnershipPage)),
)]
#[get("/partnerships")]
pub async fn list_partnerships(
    platform: web::Data<Platform>,
    caller: Caller,
    paging: Paging,
) -> Result<PartnershipPage, Error> {
    let after = paging.after(|code| PartnershipCode::parse(code).ok())?;
    let size = paging.size();
    platform
        .read(caller.0, move |cx| {
            let slice = directory::partnerships(cx.db, size, after.as_ref())?;
            let last = slice.items.last().filter(|_| slice.more);
            let next_cursor = last.map(|partnership| paging.write(partnership.code.as_str()));
            Ok(PartnershipPage {
                data: slice.items.into_iter().map(PartnershipView::from).collect(),
                next_cursor,
            })
        })
        .await
}

/// Get a partnership.
#[utoipa::path(
    operation_id = "getPartnership",
    tag = "directory",
    security(("person" = []), ("client" = ["directory:read"])),
    params(("partnershipCode" = PartnershipCode, Path, description = "The partnership")),
    responses((status = 200, description = "The partnership", body = PartnershipView)),
)]
#[get("/partnerships/{partnershipCode}")]
pub async fn get_partnership(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(code): Path<PartnershipCode>,
) -> Result<Answer<PartnershipView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let partnership = directory::partnership(cx.db, &code)?.ok_or(Error::NotFound)?;
            Ok(Answer::found(partnership.into()))
        })
        .await
}
