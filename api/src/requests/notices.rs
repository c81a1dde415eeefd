//! What waits for the parent herself: a tie that she must answer on, a buddy who may not go on, a proposal that waits or went, something that
//! was heard of her, that somebody else stopped her request or took a consent back, that nobody may handle her request, that its last day is near or over. It is worked out from how things stand, so nothing can be told twice or forgotten.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use naast_domain::access::ReadConsents;
use naast_domain::code::Code as _;
use naast_domain::ids::{MatchId, ProposalId, RequestId};
use naast_domain::matching::ProposalState;
use naast_domain::privacy::consents::Consent;
use naast_domain::requests::{ParentNotice, RequestState, WithdrawnBy, last_day_near};
use naast_domain::support::{ClosureReason, PauseReason};
use naast_domain::text::Tongue;
use naast_persistence::independence::waits_for_coordinator;
use naast_persistence::matching::KeptProposal;
use naast_persistence::privacy::consents;
use naast_persistence::privacy::notices;
use naast_persistence::privacy::retention::of_cases;
use naast_persistence::{Stored, matching, programmes, support};
use serde::Serialize;
use utoipa::ToSchema;

use super::consent_notices::of_consents;
use super::news::{ProgrammeNewsView, of_form};
use crate::caller::{Caller, Reader};
use crate::contract::BASE;
use crate::page_of;
use crate::platform::Platform;
use crate::problem::Error;

/// Something that waits for the parent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParentNoticeView {
    /// What it is.
    pub kind: ParentNotice,
    /// What it means, in plain words, in the language of Accept-Language.
    pub text: String,
    /// The request that it belongs to.
    pub request_id: RequestId,
    /// The proposal that it is about, when it is about one.
    pub proposal_id: Option<ProposalId>,
    /// The match that it is about, when it is about one.
    pub match_id: Option<MatchId>,
    /// Where to read more.
    pub read: String,
    /// Since when it is so, when that is known.
    pub since: Option<DateTime<Utc>>,
    /// What the programme is now, when it is about that; and where a school runs it, beside what you are to confirm of your request: who else you can ask.
    pub programme: Option<ProgrammeNewsView>,
}

page_of! {
    /// What waits for the parent, by request.
    ParentNoticePage of ParentNoticeView
}

/// What waits for me as a parent.
#[utoipa::path(
    operation_id = "listMyNotices",
    tag = "requests",
    responses(
        (
            status = 200,
            description = "All of it, on one page; empty when nothing waits",
            body = ParentNoticePage,
        ),
    ),
)]
#[get("/me/notices")]
pub async fn list_my_notices(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
) -> Result<ParentNoticePage, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadConsents>()?;
            // her own
            cx.shows([]);
            let mut data = Vec::new();
            for (request, kept) in consents::register(cx.db, &grant)? {
                let notice = |kind: ParentNotice, read: String| notice(kind, request.id, read, reader.0);
                let of_request = format!("{BASE}/support-requests/{}", request.id);
                let form = programmes::form_on(cx.db, request.programme, cx.today)?;
                let terms = of_cases(cx.db, &[request.id])?.remove(&request.id);
                let closed_because = terms.and_then(|terms| terms.closed_because);
                data.extend(of_consents(cx.db, &request, &kept, (form, cx.today, reader.0))?);
                if matches!(request.state, RequestState::Withdrawn | RequestState::Closed) {
                    if request.withdrawn_by == Some(WithdrawnBy::Coordinator) {
                        data.push(notice(ParentNotice::WithdrawnForYou, of_request.clone()));
                    }
                    if closed_because == Some(ClosureReason::NotContinued) {
                        data.push(notice(ParentNotice::NotContinued, of_request.clone()));
                    }
                    if notices::is_unread(cx.db, &request, cx.today)? {
                        let read = format!("{of_request}/withdrawal-recipients");
                        data.push(notice(ParentNotice::WithdrawalUnread, read));
                    }
                    continue;
                }
                data.extend(of_form(cx.db, &request, &kept, (cx.today, reader.0))?);
                let last = terms.and_then(|terms| terms.last_day).filter(|last| last.is_near(cx.today));
                data.extend(last.map(|last| {
                    let given: Vec<Consent> = kept.iter().map(|one| one.consent).collect();
                    let is_asked = request.is_asked_anew(&given, (form, cx.today));
                    let text = last_day_near(last.earliest(cx.today), is_asked).get(reader.0).to_owned();
                    ParentNoticeView { text, ..notice(ParentNotice::LastDayNear, of_request.clone()) }
                }));
                if waits_for_coordinator(cx.db, &request, cx.today)? {
                    data.push(notice(ParentNotice::WaitsForCoordinator, of_request));
                }
                if let Some(running) = support::running_of_request(cx.db, &request)?
                    && running.course.rests_for.contains(PauseReason::NewTie)
                {
                    let read = format!("{BASE}/proposals/{}/explanation", running.proposal);
                    data.push(ParentNoticeView {
                        proposal_id: Some(running.proposal),
                        match_id: Some(running.id),
                        ..notice(ParentNotice::NewTie, read)
                    });
                }
                let last = support::last_of_request(cx.db, &request)?;
                if request.state == RequestState::Consented
                    && let Some(last) = &last
                    && last.closed_because == Some(ClosureReason::IndependenceLost)
                {
                    let read = format!("{BASE}/proposals/{}/explanation", last.proposal);
                    data.push(ParentNoticeView {
                        proposal_id: Some(last.proposal),
                        match_id: Some(last.id),
                        since: last.ended_at,
                        ..notice(ParentNotice::IndependenceLost, read)
                    });
                }
                let proposals = matching::proposals_for(cx.db, &request)?;
                let sought = request.state == RequestState::Consented;
                let since = last.map(|last| last.created_at);
                let ended: Vec<_> = if sought { went(&proposals, since).collect() } else { Vec::new() };
                data.extend(ended.into_iter().map(|(one, at)| {
                    let place = format!("{BASE}/proposals/{}", one.id);
                    of_proposal(one, at, notice(ParentNotice::ProposalCancelled, place))
                }));
                let waits = |one: &&Stored<KeptProposal>| {
                    one.proposal.state == ProposalState::Open && one.proposal.parent.is_none()
                };
                data.extend(proposals.iter().filter(waits).map(|one| {
                    let place = format!("{BASE}/proposals/{}/explanation", one.id);
                    of_proposal(one, one.created_at, notice(ParentNotice::ProposalWaits, place))
                }));
            }
            Ok(ParentNoticePage { data, next_cursor: None })
        })
        .await
}

/// What is told of a proposal, and since when it is so.
fn of_proposal(one: &KeptProposal, since: DateTime<Utc>, told: ParentNoticeView) -> ParentNoticeView {
    ParentNoticeView { proposal_id: Some(one.id), since: Some(since), ..told }
}

/// The proposals that ended without the parent, and in whose place nothing came yet: no other proposal, no match.
fn went(
    all: &[Stored<KeptProposal>],
    matched: Option<DateTime<Utc>>,
) -> impl Iterator<Item = (&Stored<KeptProposal>, DateTime<Utc>)> {
    let latest = all.iter().map(|one| one.created_at).chain(matched).max();
    let cancelled = all.iter().filter_map(|one| Some((one, one.proposal.cancelled?)));
    cancelled
        .filter(move |(_, how)| how.because.is_news_to_parent() && latest.is_none_or(|made| made <= how.at))
        .map(|(one, how)| (one, how.at))
}

pub(super) fn notice(
    kind: ParentNotice,
    request_id: RequestId,
    read: String,
    tongue: Tongue,
) -> ParentNoticeView {
    let text = kind.label().get(tongue).to_owned();
    ParentNoticeView {
        kind,
        text,
        request_id,
        proposal_id: None,
        match_id: None,
        read,
        since: None,
        programme: None,
    }
}
