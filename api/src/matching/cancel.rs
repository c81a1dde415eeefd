//! A coordinator takes a proposal back that still waits for answers, with a reason that parent and buddy read.

use actix_web::{post, web};
use naast_domain::access::CancelProposal;
use naast_domain::code::{Code as _, contract_schema_of};
use naast_domain::ids::ProposalId;
use naast_domain::journal::Purpose;
use naast_domain::matching::{Cancellation, CancellationReason};
use naast_domain::text::Text;
use naast_persistence::{locks, matching};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::show::{ProposalView, assemble};
use crate::answer::{Answer, IfMatch};
use crate::caller::{Caller, Reader};
use crate::contract::{Body, Path};
use crate::platform::{Platform, Said as _};
use crate::problem::{Error, InputFault};

/// Why a proposal is taken back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "reason": "buddy-unavailable" }))]
pub struct ProposalCancellationBody {
    /// The reason, which parent and buddy read.
    #[schema(schema_with = reasons_that_may_be_given)]
    pub reason: CancellationReason,
}

/// The reasons that a person gives.
fn reasons_that_may_be_given() -> RefOr<Schema> {
    let given = CancellationReason::ALL.iter().copied().filter(|reason| reason.may_be_given());
    contract_schema_of(&given.collect::<Vec<_>>())
}

/// Take a proposal back, as the coordinator, while it is open.
///
/// Also when one of the two said yes already. It no longer counts as open (`too-many-proposals`), and the same buddy can be proposed
/// again later. The parent finds it in `GET /me/notices` until another is proposed.
#[utoipa::path(
    operation_id = "cancelProposal",
    tag = "matching",
    params(
        ("id" = ProposalId, Path, description = "The proposal"),
        ("If-Match" = String, Header, description = "The ETag of the proposal that was read"),
    ),
    request_body = ProposalCancellationBody,
    responses((status = 200, description = "Cancelled", body = ProposalView)),
)]
#[post("/proposals/{id}/cancellation")]
pub async fn cancel_proposal(
    platform: web::Data<Platform>,
    caller: Caller,
    reader: Reader,
    Path(id): Path<ProposalId>,
    seen: IfMatch,
    Body(body): Body<ProposalCancellationBody>,
) -> Result<Answer<ProposalView>, Error> {
    if !body.reason.may_be_given() {
        let text = Text::of(
            "Deze reden geeft alleen het systeem zelf.",
            "Only the system itself gives this reason.",
        );
        return Err(InputFault::body("/reason", "not-in-list", text).into());
    }
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<CancelProposal>()?;
            let (first, _) = matching::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            locks::lock_request(cx.tx, first.request)?;
            let (stored, role) = matching::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            // also on the version of before: that it is over says more than that it changed
            stored.proposal.still_open()?;
            seen.check(stored.version)?;
            let cancellation = Cancellation { because: body.reason, at: cx.now };
            let proposal = stored.proposal.clone().take_back(cancellation)?;
            matching::change(cx.tx, &stored, &proposal, stored.assessment)?;
            let entry = cx
                .entry(stored.programme, role, Purpose::Matching, "proposal.cancelled")
                .on(id)
                .states(Some(stored.proposal.state.code()), Some(proposal.state.code()));
            let (after, _) = matching::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let view = assemble(cx.tx, cx.keys, &after, role, (reader.0, cx.today))?;
            Ok(cx.tx.keep([entry], Answer::found(view).version(after.version))?)
        })
        .await
}
