//! A parent reads her own requests, a coordinator those of her programme, and a buddy the one of a parent whom she supports
//! now. For anybody else they are not there.

use actix_web::{get, web};
use naast_domain::access::ReadRequest;
use naast_domain::ids::{ProgrammeId, RequestId};
use naast_domain::privacy::access::DataKind;
use naast_domain::requests::RequestState;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::requests;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::SupportRequestView;
use crate::answer::Answer;
use crate::caller::Caller;
use crate::contract::{Path, Query};
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::Platform;
use crate::problem::Error;

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct SupportRequestQuery {
    /// The requests of this programme, for its coordinator; the caller's own when left out.
    pub programme_id: Option<ProgrammeId>,
    /// Only requests in this state; together with a programme.
    #[param(inline)]
    pub state: Option<RequestState>,
}

page_of! {
    /// A page of support requests, newest first.
    SupportRequestPage of SupportRequestView
}

/// List my own requests, or those of a programme that I coordinate, but for those with which I have a tie (rule 37).
#[utoipa::path(
    operation_id = "listSupportRequests",
    tag = "requests",
    params(SupportRequestQuery, PageQuery),
    responses(
        (
            status = 200,
            description = "A page; empty for a programme that is not yours",
            body = SupportRequestPage,
        ),
    ),
)]
#[get("/support-requests")]
pub async fn list_support_requests(
    platform: web::Data<Platform>,
    caller: Caller,
    Query(query): Query<SupportRequestQuery>,
    paging: Paging,
) -> Result<SupportRequestPage, Error> {
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadRequest>()?;
            let page = match query.programme_id {
                Some(programme) => requests::list_of_programme(cx.db, &grant, programme, query.state, page)?,
                None => requests::list_own(cx.db, &grant, page)?,
            };
            let next_cursor = paging.behind(page.next);
            let data = SupportRequestView::load_all(cx.db, cx.keys, &page.items, cx.today)?;
            cx.shows(Shown::requests(&grant, &page.items));
            Ok(SupportRequestPage { data, next_cursor })
        })
        .await
}

/// Get a request.
#[utoipa::path(
    operation_id = "getSupportRequest",
    tag = "requests",
    params(("id" = RequestId, Path, description = "The request")),
    responses((status = 200, description = "The request", body = SupportRequestView)),
)]
#[get("/support-requests/{id}")]
pub async fn get_support_request(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<RequestId>,
) -> Result<Answer<SupportRequestView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadRequest>()?;
            let (stored, role) = requests::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            cx.shows([Shown::request(DataKind::Request, role, &stored)]);
            let view = SupportRequestView::load(cx.db, cx.keys, &stored, cx.today)?.for_role(role);
            Ok(Answer::found(view).version(stored.version))
        })
        .await
}
