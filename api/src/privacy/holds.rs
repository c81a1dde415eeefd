//! A hold keeps a case from erasure while a complaint or a claim about it is open. It changes nothing else: what was withdrawn
//! stays withdrawn, and nobody reads more than before.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use naast_domain::access::{HoldCase, ReadHolds};
use naast_domain::code::Code as _;
use naast_domain::ids::{HoldId, RequestId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::HoldReason;
use naast_domain::privacy::access::DataKind;
use naast_domain::rejection::{Existing, Rejection};
use naast_domain::text::Text;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::privacy::retention::{self, Hold};
use naast_persistence::privacy::tombstones::lay_of_hold;
use naast_persistence::{locks, requests};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::{Body, Path};
use crate::page_of;
use crate::platform::{Platform, Said as _};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// Why a case must stay for now.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "because": "complaint" }))]
pub struct HoldBody {
    /// Why.
    pub because: HoldReason,
}

/// A hold on a case.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HoldView {
    /// Its id.
    pub id: HoldId,
    /// Why.
    pub because: HoldReason,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// When it was lifted; null while it holds.
    pub lifted_at: Option<DateTime<Utc>>,
    /// When it is erased: with the request that it keeps.
    pub retention: RetentionView,
}

impl HoldView {
    fn of(hold: &Hold, retention: RetentionView) -> Self {
        let (placed_at, lifted_at) = (hold.placed_at, hold.lifted_at);
        Self { id: hold.id, because: hold.because, placed_at, lifted_at, retention }
    }
}

page_of! {
    /// The holds on a request, the newest first.
    HoldPage of HoldView
}

/// List the holds on a request, also those that were lifted.
#[utoipa::path(
    operation_id = "listHolds",
    tag = "privacy",
    params(("id" = RequestId, Path, description = "The request")),
    responses((status = 200, description = "All of them, on one page", body = HoldPage)),
)]
#[get("/support-requests/{id}/holds")]
pub async fn list_holds(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<RequestId>,
) -> Result<HoldPage, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadHolds>()?;
            let (stored, role) = requests::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            cx.shows([Shown::request(DataKind::Hold, role, &stored)]);
            let holds = retention::holds_on(cx.db, &stored)?;
            let retention = RetentionView::of_held_case(cx.db, id)?;
            let data = holds.iter().map(|hold| HoldView::of(hold, retention.clone())).collect();
            Ok(HoldPage { data, next_cursor: None })
        })
        .await
}

/// Keep a case from erasure for now.
#[utoipa::path(
    operation_id = "placeHold",
    tag = "privacy",
    params(("id" = RequestId, Path, description = "The request")),
    request_body = HoldBody,
    responses((status = 201, description = "It holds from now on", body = HoldView)),
)]
#[post("/support-requests/{id}/holds")]
pub async fn place_hold(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<RequestId>,
    Body(body): Body<HoldBody>,
) -> Result<Answer<HoldView>, Error> {
    let hold_id: HoldId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<HoldCase>()?;
            locks::lock_request(cx.tx, id)?;
            let (stored, role) = requests::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let holds = retention::holds_on(cx.tx, &stored)?;
            if let Some(holding) = holds.iter().find(|hold| hold.lifted_at.is_none()) {
                let text = Text::of("Deze zaak wordt al vastgehouden.", "This case is held already.");
                let held = Rejection::rule("already-held", "AVG 17 lid 3", text);
                let (id, path) = (holding.id.uuid(), format!("/support-requests/{id}/holds/{}", holding.id));
                let held = held.in_state("held", vec!["release"]);
                return Err(held.pointing_to(Some(Existing { id, path })).into());
            }
            let hold = Hold {
                id: hold_id,
                because: body.because,
                placed_by: cx.me.person,
                placed_at: cx.now,
                lifted_by: None,
                lifted_at: None,
            };
            retention::place_hold(cx.tx, &grant, &stored, &hold)?;
            lay_of_hold(cx.tx, &grant, &stored, &hold)?;
            let entry = cx
                .entry(stored.programme, role, Purpose::Support, "request.held")
                .on(id)
                .states(None, Some(hold.because.code()));
            let place = format!("/support-requests/{id}/holds");
            let view = HoldView::of(&hold, RetentionView::of_held_case(cx.tx, id)?);
            Ok(cx.tx.keep([entry], Answer::created(view, &place))?)
        })
        .await
}

/// Lift a hold. What should have gone meanwhile goes at the next round. Lifted again, nothing changes.
#[utoipa::path(
    operation_id = "releaseHold",
    tag = "privacy",
    params(
        ("id" = RequestId, Path, description = "The request"),
        ("holdId" = HoldId, Path, description = "The hold"),
    ),
    responses((status = 200, description = "Lifted, now or before", body = HoldView)),
)]
#[post("/support-requests/{id}/holds/{holdId}/release")]
pub async fn release_hold(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((id, hold)): Path<(RequestId, HoldId)>,
) -> Result<Answer<HoldView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<HoldCase>()?;
            locks::lock_request(cx.tx, id)?;
            let (stored, role) = requests::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let all = retention::holds_on(cx.tx, &stored)?;
            let mut found = all.into_iter().find(|one| one.id == hold).ok_or(Error::NotFound)?;
            if found.lifted_at.is_some() {
                let view = HoldView::of(&found, RetentionView::of_held_case(cx.tx, id)?);
                cx.shows([Shown::request(DataKind::Hold, role, &stored)]);
                return Ok(naast_persistence::Kept::unchanged(Answer::found(view)));
            }
            retention::lift_hold(cx.tx, &grant, &stored, hold, cx.now)?;
            (found.lifted_by, found.lifted_at) = (Some(cx.me.person), Some(cx.now));
            lay_of_hold(cx.tx, &grant, &stored, &found)?;
            let entry = cx
                .entry(stored.programme, role, Purpose::Support, "request.hold-released")
                .on(id)
                .states(Some(found.because.code()), None);
            let view = HoldView::of(&found, RetentionView::of_held_case(cx.tx, id)?);
            Ok(cx.tx.keep([entry], Answer::found(view))?)
        })
        .await
}
