//! Parent, buddy or coordinator pauses a match, and takes it up again.

use actix_web::{post, web};
use naast_domain::access::PauseMatch;
use naast_domain::buddies::readiness;
use naast_domain::code::Code as _;
use naast_domain::ids::MatchId;
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::support::{Course, PauseReason};
use naast_persistence::{buddies, support};

use super::reached;
use super::show::MatchView;
use crate::answer::{Answer, IfMatch};
use crate::caller::Caller;
use crate::contract::Path;
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// Pause a match.
#[utoipa::path(operation_id = "pauseMatch", tag = "support", params(("id" = MatchId, Path, description = "The match"), ("If-Match" = String, Header, description = "The ETag that was read")), responses((status = 200, description = "Paused", body = MatchView)))]
#[post("/matches/{id}/pauses")]
pub async fn pause_match(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<MatchId>,
    seen: IfMatch,
) -> Result<Answer<MatchView>, Error> {
    change(platform, caller, id, seen, true).await
}

/// Take a paused match up again. A match that is paused for a tie goes on once the parent has accepted it.
#[utoipa::path(operation_id = "resumeMatch", tag = "support", params(("id" = MatchId, Path, description = "The match"), ("If-Match" = String, Header, description = "The ETag that was read")), responses((status = 200, description = "Running again", body = MatchView)))]
#[post("/matches/{id}/resumptions")]
pub async fn resume_match(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<MatchId>,
    seen: IfMatch,
) -> Result<Answer<MatchView>, Error> {
    change(platform, caller, id, seen, false).await
}

async fn change(
    platform: web::Data<Platform>,
    caller: Caller,
    id: MatchId,
    seen: IfMatch,
    pause: bool,
) -> Result<Answer<MatchView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let (mut stored, role) = reached::<PauseMatch>(cx, id)?;
            seen.check(stored.version)?;
            let (next, act) = if pause {
                stored.course.state.pause()?;
                let because = match role {
                    Role::Parent => PauseReason::ParentAsked,
                    Role::Buddy => PauseReason::BuddyAsked,
                    _ => PauseReason::CoordinatorAsked,
                };
                (Course::resting(because), "match.paused")
            } else {
                stored.course.state.resume(stored.course.paused_because)?;
                let buddy = buddies::of_match(cx.tx, &stored)?;
                let facts = buddies::one_with_facts(cx.tx, &buddy)?;
                readiness(&facts.buddy, &facts.certificates, cx.today).proven()?;
                (Course::RUNNING, "match.resumed")
            };
            support::change_course(cx.tx, &stored, next)?;
            let entry = cx
                .entry(stored.programme, role, Purpose::Support, act)
                .on(id)
                .states(Some(stored.course.state.code()), Some(next.state.code()));
            stored.value.course = next;
            stored.version += 1;
            let answer = MatchView::answer(cx.tx, &stored)?;
            Ok(cx.tx.keep([entry], answer)?)
        })
        .await
}
