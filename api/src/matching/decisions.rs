//! The decisions that were taken on a request: what was looked at, and what came out.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use naast_domain::access::ReadCandidates;
use naast_domain::ids::{BuddyId, DecisionId, PersonId, RequestId};
use naast_persistence::matching::Decision;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::{matching, requests};
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::contract::Path;
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::Platform;
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// A decision to propose a buddy.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecisionView {
    /// Its id.
    pub id: DecisionId,
    /// The request.
    pub request_id: RequestId,
    /// Who was proposed.
    pub proposed_buddy_id: BuddyId,
    /// The version of the criteria and their weights.
    pub rules_version: String,
    /// What was looked at and what came out: the request's wishes, the candidates in order with exclusions and points,
    /// and the tie-break.
    #[schema(value_type = Object, additional_properties = true)]
    pub facts: serde_json::Value,
    /// Who decided.
    pub decided_by: PersonId,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// When it is erased: with the request.
    pub retention: RetentionView,
}

impl DecisionView {
    fn of(one: Decision, retention: RetentionView) -> Self {
        Self {
            id: one.id,
            request_id: one.request,
            proposed_buddy_id: one.proposed_buddy,
            rules_version: one.rules_version,
            facts: one.facts,
            decided_by: one.decided_by,
            decided_at: one.decided_at,
            retention,
        }
    }
}

page_of! {
    /// A page of the decisions on a request, newest first.
    DecisionPage of DecisionView
}

/// List the decisions taken on a request.
#[utoipa::path(
    operation_id = "listDecisions",
    tag = "matching",
    params(("id" = RequestId, Path, description = "The request"), PageQuery),
    responses((status = 200, description = "A page", body = DecisionPage)),
)]
#[get("/support-requests/{id}/decisions")]
pub async fn list_decisions(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<RequestId>,
    paging: Paging,
) -> Result<DecisionPage, Error> {
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadCandidates>()?;
            let (stored, role) = requests::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            let slice = matching::decisions_on(cx.db, &grant, &stored, page)?;
            let next_cursor = paging.next(&slice, |one| (one.decided_at, one.id.uuid()));
            let record = Shown::decisions(cx.db, role, &stored, &slice.items)?;
            cx.shows(record);
            let retention = RetentionView::load(cx.db, id)?;
            let view = |one| DecisionView::of(one, retention.clone());
            Ok(DecisionPage { data: slice.items.into_iter().map(view).collect(), next_cursor })
        })
        .await
}
