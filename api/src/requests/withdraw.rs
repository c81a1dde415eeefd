//! Withdrawal: one call, from any state, without a reason, never refused, also when repeated (AVG art. 7 lid 3). It needs
//! no If-Match: nothing may hold it up.

use actix_web::{post, web};
use lettre::Address;
use naast_domain::Moment;
use naast_domain::access::WithdrawRequest;
use naast_domain::code::Code as _;
use naast_domain::ids::{MatchId, ProposalId, RequestId};
use naast_domain::journal::{Entry, Purpose};
use naast_domain::matching::{Cancellation, CancellationReason};
use naast_domain::organisations::Role;
use naast_domain::privacy::access::DataKind;
use naast_domain::requests::{RequestState, SupportRequest, WithdrawnBy};
use naast_domain::support::{ClosureReason, MatchState};
use naast_persistence::independence::{is_kept_from, waiting};
use naast_persistence::keys::Keys;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::privacy::consents::{self, Which};
use naast_persistence::{Kept, Stored, Transaction, locks, matching, requests, support};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::caller::Caller;
use crate::contract::Path;
use crate::platform::{Platform, Said as _};
use crate::privacy::notices::RecipientView;
use crate::privacy::take_back::tell;
use crate::problem::Error;
use crate::requests::letters::{Stopped, WriteTo, address_at_hand};

/// What a withdrawal did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WithdrawalView {
    /// The request.
    pub request_id: RequestId,
    /// Its state: `withdrawn`.
    pub state: RequestState,
    /// The proposals that were open and are cancelled by this call.
    pub cancelled_proposal_ids: Vec<ProposalId>,
    /// The match that ran and is closed by this call.
    pub closed_match_id: Option<MatchId>,
    /// Who was told, now or before, and who confirmed that nothing is kept. `GET …/withdrawal-recipients` asks again later.
    pub recipients: Vec<RecipientView>,
}

impl WithdrawalView {
    /// What a withdrawal of this request did.
    pub fn of(
        request_id: RequestId,
        cancelled_proposal_ids: Vec<ProposalId>,
        closed_match_id: Option<MatchId>,
        recipients: Vec<RecipientView>,
    ) -> Self {
        let state = RequestState::Withdrawn;
        Self { request_id, state, cancelled_proposal_ids, closed_match_id, recipients }
    }

    /// Only that it is withdrawn, for a coordinator whom a tie of her own keeps from the case.
    fn or_blind(self, blind: bool) -> Self {
        if blind { Self::of(self.request_id, Vec::new(), None, Vec::new()) } else { self }
    }
}

/// The answer on a version of the request: that tells how often something of it was changed, so it is not for whoever is shown nothing.
fn answer(view: WithdrawalView, version: i32, blind: bool) -> Answer<WithdrawalView> {
    let answer = Answer::found(view);
    if blind { answer } else { answer.version(version) }
}

/// What a withdrawal came to.
pub enum Withdrawn {
    /// It was withdrawn before; nothing changes.
    Already,
    /// It is withdrawn now.
    Now {
        /// The journal rows of everything that it ended.
        entries: Vec<Entry>,
        /// The proposals that it cancelled.
        proposals: Vec<ProposalId>,
        /// The match that it closed.
        closed: Option<MatchId>,
        /// Where the parent is written to that somebody else noted it: the last use of her contact way, which is gone.
        write_to: Option<(Address, Stopped)>,
    },
}

/// Who withdraws in a role.
pub fn by_role(role: Role) -> WithdrawnBy {
    if role == Role::Coordinator { WithdrawnBy::Coordinator } else { WithdrawnBy::Parent }
}

/// Withdraws a request that is locked: ends its match and proposals, takes every consent back, and forgets how to reach
/// the parent. `by` is unknown to whoever withdraws again what a backup brought back.
pub fn withdraw(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    request: &Stored<SupportRequest>,
    by: Option<WithdrawnBy>,
    entry: impl Fn(&'static str) -> Entry,
    now: Moment,
) -> Result<Withdrawn, Error> {
    withdraw_as_of(tx, keys, request, by, entry, (now, now))
}

/// Withdraws a request that is locked as of a moment: now, or when it was withdrawn before a backup brought it back. Terms count from that
/// moment; recipients are told now.
pub fn withdraw_as_of(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    request: &Stored<SupportRequest>,
    by: Option<WithdrawnBy>,
    entry: impl Fn(&'static str) -> Entry,
    (at, now): (Moment, Moment),
) -> Result<Withdrawn, Error> {
    if request.state == RequestState::Withdrawn {
        return Ok(Withdrawn::Already);
    }
    let next = request.withdraw();
    let mut entries = Vec::new();
    // first of all: what ends with the match below was taken back, and did not just run out
    let back = consents::withdraw(tx, request, Which::All, by, at)?;
    entries.extend(back.iter().map(|kept| entry("consent.withdrawn").on(kept.id)));
    entries.extend(tell(tx, request, &back, true, &entry, now)?);
    let because = CancellationReason::RequestWithdrawn;
    let proposals = matching::cancel_open(tx, request, None, Cancellation { because, at })?;
    entries.extend(proposals.iter().map(|id| entry("proposal.cancelled").on(id)));
    let running = support::running_of_request(tx, request)?;
    if let Some(running) = &running {
        support::close_as_of(tx, running, ClosureReason::RequestWithdrawn, (at, now))?;
        // her other matches wait for nothing here: this call takes no lock but its own
        waiting::ask_others_of(tx, running.buddy, now)?;
        let states = (Some(running.course.state.code()), Some(MatchState::Closed.code()));
        entries.push(entry("match.closed").on(running.id).states(states.0, states.1));
    }
    requests::change_state(tx, request, next, None, at)?;
    // while it can still be read
    let write_to = match by {
        Some(WithdrawnBy::Coordinator) => {
            address_at_hand(tx, keys, request)?.map(|address| (address, Stopped::Request))
        }
        _ => None,
    };
    requests::forget_contact(tx, keys, request, by, (at, now))?;
    entries.push(
        entry("request.withdrawn").on(request.id).states(Some(request.state.code()), Some(next.code())),
    );
    Ok(Withdrawn::Now { entries, proposals, closed: running.map(|running| running.id), write_to })
}

/// Withdraw a request. Never refused, also when repeated.
///
/// Who withdrew it stands with the request (`withdrawnBy`). Where a coordinator notes it, the parent is written to at the e-mail address that she
/// gave, before that is gone.
///
/// A coordinator whom a tie of her own keeps from the case (rule 37) notes it as well, on the parent's word: nothing that a parent
/// stops waits for a colleague. The answer then says that it is withdrawn, and nothing else of the case.
#[utoipa::path(
    operation_id = "withdrawSupportRequest",
    tag = "requests",
    params(("id" = RequestId, Path, description = "The request")),
    responses((status = 200, description = "Withdrawn, now or before", body = WithdrawalView)),
)]
#[post("/support-requests/{id}/withdrawal")]
pub async fn withdraw_support_request(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<RequestId>,
) -> Result<Answer<WithdrawalView>, Error> {
    let write_to = WriteTo::default();
    let found = write_to.clone();
    let answer = platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<WithdrawRequest>()?;
            locks::lock_request(cx.tx, id)?;
            let (stored, role) = requests::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let (me, now) = (cx.me.clone(), cx.now);
            let entry = |act| {
                crate::platform::signed_entry(stored.programme, me.person, role, Purpose::Support, act, now)
            };
            // whom a tie keeps from the case notes that the parent stops, and is shown nothing of the case by it (ADR 48)
            let blind = role == Role::Coordinator && is_kept_from(cx.tx, &grant, &stored)?;
            match withdraw(cx.tx, cx.keys, &stored, Some(by_role(role)), entry, cx.now)? {
                Withdrawn::Already => {
                    let told = RecipientView::about(cx.tx, &stored)?;
                    let view = WithdrawalView::of(id, Vec::new(), None, told).or_blind(blind);
                    cx.shows((!blind).then(|| Shown::request(DataKind::Withdrawal, role, &stored)));
                    Ok(Kept::unchanged(answer(view, stored.version, blind)))
                }
                Withdrawn::Now { entries, proposals, closed, write_to } => {
                    found.note(write_to);
                    let told = RecipientView::about(cx.tx, &stored)?;
                    if blind {
                        cx.shows([]);
                    }
                    let view = WithdrawalView::of(id, proposals, closed, told).or_blind(blind);
                    Ok(cx.tx.keep(entries, answer(view, stored.version + 1, blind))?)
                }
            }
        })
        .await?;
    write_to.send(&platform);
    Ok(answer)
}
