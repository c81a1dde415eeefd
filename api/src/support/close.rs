//! The parent or the coordinator closes a match, with a reason. Where the parent did not choose to stop, a new buddy is
//! sought on the consent that she gave.

use actix_web::{post, web};
use naast_domain::access::CloseMatch;
use naast_domain::code::{Code as _, contract_schema_of};
use naast_domain::ids::MatchId;
use naast_domain::journal::Purpose;
use naast_domain::support::ClosureReason;
use naast_domain::text::Text;
use naast_persistence::independence::waiting;
use naast_persistence::{locks, requests, support};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::reached;
use super::show::MatchView;
use crate::answer::{Answer, IfMatch};
use crate::caller::Caller;
use crate::contract::{Body, Path};
use crate::platform::{Platform, Said as _};
use crate::problem::{Error, InputFault};

/// Why a match is closed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "reason": "goal-reached" }))]
pub struct ClosureBody {
    /// The reason. `independence-lost`, `request-withdrawn` and `not-continued` are the system's own.
    #[schema(schema_with = reasons_that_may_be_given)]
    pub reason: ClosureReason,
}

/// The reasons that a person gives.
fn reasons_that_may_be_given() -> RefOr<Schema> {
    contract_schema_of(
        &ClosureReason::ALL.iter().copied().filter(|reason| reason.may_be_given()).collect::<Vec<_>>(),
    )
}

/// Close a match.
#[utoipa::path(
    operation_id = "closeMatch",
    tag = "support",
    params(
        ("id" = MatchId, Path, description = "The match"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
    ),
    request_body = ClosureBody,
    responses((status = 200, description = "Closed", body = MatchView)),
)]
#[post("/matches/{id}/closure")]
pub async fn close_match(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<MatchId>,
    seen: IfMatch,
    Body(body): Body<ClosureBody>,
) -> Result<Answer<MatchView>, Error> {
    if !body.reason.may_be_given() {
        let text = Text::of(
            "Deze reden geeft alleen het systeem zelf.",
            "Only the system itself gives this reason.",
        );
        return Err(InputFault::body("/reason", "not-in-list", text).into());
    }
    platform
        .write(caller.0, move |cx| {
            let (mut stored, role) = reached::<CloseMatch>(cx, id)?;
            seen.check(stored.version)?;
            let next = stored.course.state.close()?;
            locks::lock_buddy(cx.tx, stored.buddy)?;
            support::close(cx.tx, &stored, body.reason, cx.now)?;
            waiting::ask_others_of(cx.tx, stored.buddy, cx.now)?;
            let request = requests::of_match(cx.tx, &stored)?;
            let after = body.reason.request_after();
            requests::change_state(cx.tx, &request, after, Some(body.reason.code()), cx.now)?;
            let entries = [
                cx.entry(stored.programme, role, Purpose::Support, "match.closed")
                    .on(id)
                    .states(Some(stored.course.state.code()), Some(next.code())),
                cx.entry(stored.programme, role, Purpose::Support, "request.match-ended")
                    .on(request.id)
                    .states(Some(request.state.code()), Some(after.code())),
            ];
            stored.value.course.state = next;
            stored.value.closed_because = Some(body.reason);
            stored.value.ended_at = Some(cx.now);
            stored.version += 1;
            let answer = MatchView::answer(cx.tx, &stored)?;
            Ok(cx.tx.keep(entries, answer)?)
        })
        .await
}
