//! Parent, buddy or coordinator pauses a match, and takes it up again: each what she asked for herself.

use actix_web::{post, web};
use naast_domain::access::PauseMatch;
use naast_domain::buddies::readiness;
use naast_domain::code::{Code as _, CodeSet};
use naast_domain::ids::MatchId;
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::support::{Asker, MatchState, PauseReason};
use naast_persistence::{buddies, support};
use serde::Deserialize;
use utoipa::ToSchema;

use super::reached;
use super::show::MatchView;
use crate::answer::{Answer, IfMatch};
use crate::caller::Caller;
use crate::contract::{OptionalBody, Path};
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// On whose word a match rests or goes on.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "onParentsWord": true }))]
pub struct PauseBody {
    /// The coordinator says this for the parent, on her word; recorded as such. Nobody else speaks for her.
    pub on_parents_word: Option<bool>,
}

/// Pause a match.
///
/// It may rest for several reasons at once.
#[utoipa::path(
    operation_id = "pauseMatch",
    tag = "support",
    params(
        ("id" = MatchId, Path, description = "The match"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
    ),
    request_body = Option<PauseBody>,
    responses((status = 200, description = "Paused", body = MatchView)),
)]
#[post("/matches/{id}/pauses")]
pub async fn pause_match(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<MatchId>,
    seen: IfMatch,
    OptionalBody(body): OptionalBody<PauseBody>,
) -> Result<Answer<MatchView>, Error> {
    change(platform, caller, id, seen, body.unwrap_or_default(), true).await
}

/// Take a paused match up again.
///
/// Who asked for a pause takes it back, and the coordinator also the buddy's. The parent's own ends by her, or by the
/// coordinator on her word. The match goes on when nothing is left that it rests for; for a tie it rests until the parent has accepted it.
#[utoipa::path(
    operation_id = "resumeMatch",
    tag = "support",
    params(
        ("id" = MatchId, Path, description = "The match"),
        ("If-Match" = String, Header, description = "The ETag that was read"),
    ),
    request_body = Option<PauseBody>,
    responses((status = 200, description = "Taken back", body = MatchView)),
)]
#[post("/matches/{id}/resumptions")]
pub async fn resume_match(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<MatchId>,
    seen: IfMatch,
    OptionalBody(body): OptionalBody<PauseBody>,
) -> Result<Answer<MatchView>, Error> {
    change(platform, caller, id, seen, body.unwrap_or_default(), false).await
}

async fn change(
    platform: web::Data<Platform>,
    caller: Caller,
    id: MatchId,
    seen: IfMatch,
    body: PauseBody,
    pause: bool,
) -> Result<Answer<MatchView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let (mut stored, role) = reached::<PauseMatch>(cx, id)?;
            seen.check(stored.version)?;
            let on_parents_word = body.on_parents_word.unwrap_or_default();
            let asker = Asker::of(role, on_parents_word).ok_or(Error::Forbidden)?;
            let before = stored.course;
            let next = if pause {
                before.pause(asker)?
            } else {
                let buddy = buddies::of_match(cx.tx, &stored)?;
                let facts = buddies::one_with_facts(cx.tx, &buddy)?;
                let readiness = readiness(&facts.buddy, &facts.certificates, cx.today);
                // the daily round may not have seen yet that she is ready again
                let seen = if readiness.is_ready() { before.buddy_ready() } else { before };
                let is_for_buddy_alone = before.rests_for == CodeSet::EMPTY.with(PauseReason::BuddyNotReady);
                let next = if is_for_buddy_alone { seen } else { seen.resume(asker)? };
                if next.state == MatchState::Active || next == before {
                    readiness.proven()?;
                }
                next
            };
            let act = match (before.state, next.state) {
                (MatchState::Active, MatchState::Paused) => "match.paused",
                (MatchState::Paused, MatchState::Active) => "match.resumed",
                _ => "match.pause-changed",
            };
            support::change_course(cx.tx, &stored, next, cx.now)?;
            let entry = |act| cx.entry(stored.programme, role, Purpose::Support, act).on(id);
            let mut entries = vec![entry(act).states(Some(before.state.code()), Some(next.state.code()))];
            if on_parents_word && role == Role::Coordinator {
                entries.push(entry("match.parents-word-recorded"));
            }
            stored.value.course = next;
            stored.version += 1;
            let answer = MatchView::answer(cx.tx, &stored)?;
            Ok(cx.tx.keep(entries, answer)?)
        })
        .await
}
