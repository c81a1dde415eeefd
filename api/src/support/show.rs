//! A match, for its parent, its buddy and the coordinator.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use naast_domain::access::ReadMatch;
use naast_domain::ids::{BuddyId, MatchId, ProgrammeId, ProposalId, RequestId};
use naast_domain::privacy::access::DataKind;
use naast_domain::support::{ClosureReason, MatchState, PauseReason};
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::privacy::retention::of_cases;
use naast_persistence::support::{self, Match, Whose};
use naast_persistence::{Database, Stored};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::caller::Caller;
use crate::contract::{Path, Query};
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::Platform;
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// A match of a parent and a buddy.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatchView {
    /// Its id.
    pub id: MatchId,
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The request.
    pub request_id: RequestId,
    /// The buddy.
    pub buddy_id: BuddyId,
    /// The proposal that it came from, with what the parent was told.
    pub proposal_id: ProposalId,
    /// Where it stands.
    pub state: MatchState,
    /// Why it is paused: the weightiest of the reasons.
    pub paused_because: Option<PauseReason>,
    /// Everything that it is paused for. It goes on when nothing of it is left.
    pub paused_for: Vec<PauseReason>,
    /// Why it was closed.
    pub closed_because: Option<ClosureReason>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// When it is erased, with the rest of its case.
    pub retention: RetentionView,
}

impl MatchView {
    /// The view of a stored match.
    pub(super) fn of(stored: &Stored<Match>, retention: RetentionView) -> Self {
        Self {
            id: stored.id,
            programme_id: stored.programme,
            request_id: stored.request,
            buddy_id: stored.buddy,
            proposal_id: stored.proposal,
            state: stored.course.state,
            paused_because: stored.course.paused_because(),
            paused_for: match stored.course.state {
                MatchState::Paused => stored.course.rests_for.iter().collect(),
                _ => Vec::new(),
            },
            closed_because: stored.closed_because,
            started_at: stored.created_at,
            ended_at: stored.ended_at,
            retention,
        }
    }

    /// The answer with one match.
    pub(super) fn answer(db: &mut Database<'_>, stored: &Stored<Match>) -> Result<Answer<Self>, Error> {
        let retention = RetentionView::load(db, stored.request)?;
        Ok(Answer::found(Self::of(stored, retention)).version(stored.version))
    }
}

/// Which matches.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct MatchQuery {
    /// The matches of this programme, for its coordinator; the caller's own, as parent or buddy, when left out.
    pub programme_id: Option<ProgrammeId>,
}

page_of! {
    /// A page of matches, newest first.
    MatchPage of MatchView
}

/// List my own matches, or those of a programme that I coordinate.
#[utoipa::path(
    operation_id = "listMatches",
    tag = "support",
    params(MatchQuery, PageQuery),
    responses(
        (status = 200, description = "A page; empty for a programme that is not yours", body = MatchPage),
    ),
)]
#[get("/matches")]
pub async fn list_matches(
    platform: web::Data<Platform>,
    caller: Caller,
    Query(query): Query<MatchQuery>,
    paging: Paging,
) -> Result<MatchPage, Error> {
    let page = paging.by_time()?;
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadMatch>()?;
            let whose = query.programme_id.map_or(Whose::Own, Whose::Programme);
            let page = support::list(cx.db, &grant, whose, page)?;
            let next_cursor = paging.behind(page.next);
            let all: Vec<_> = page.items.iter().collect();
            let record = Shown::matches(cx.db, &grant, DataKind::Match, &all)?;
            cx.shows(record);
            let requests: Vec<RequestId> = page.items.iter().map(|one| one.request).collect();
            let terms = of_cases(cx.db, &requests)?;
            let view = |one: &Stored<Match>| {
                Ok(MatchView::of(one, RetentionView::of_case(terms.get(&one.request))?))
            };
            let data = page.items.iter().map(view).collect::<Result<_, Error>>()?;
            Ok(MatchPage { data, next_cursor })
        })
        .await
}

/// Get a match.
#[utoipa::path(
    operation_id = "getMatch",
    tag = "support",
    params(("id" = MatchId, Path, description = "The match")),
    responses((status = 200, description = "The match", body = MatchView)),
)]
#[get("/matches/{id}")]
pub async fn get_match(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<MatchId>,
) -> Result<Answer<MatchView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadMatch>()?;
            let (stored, _) = support::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            let record = Shown::matches(cx.db, &grant, DataKind::Match, &[&stored])?;
            cx.shows(record);
            MatchView::answer(cx.db, &stored)
        })
        .await
}
