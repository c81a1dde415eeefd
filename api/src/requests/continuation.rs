//! That a request goes on: the parent says so, or the coordinator notes that she heard her say it. A request of which nobody says it for long ends by
//! itself ([`crate::privacy::round`]).

use actix_web::{post, web};
use chrono::{DateTime, Utc};
use naast_domain::Date;
use naast_domain::access::ContinueRequest;
use naast_domain::ids::RequestId;
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::privacy::access::DataKind;
use naast_domain::privacy::consents::Consent;
use naast_domain::requests::ContinuedBy;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::privacy::consents;
use naast_persistence::privacy::retention::{CaseRetention, of_cases};
use naast_persistence::{Kept, locks, programmes, requests};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::SupportRequestView;
use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::day_of;
use crate::contract::Path;
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// Until when a request goes on. The `ETag` of the request says nothing of it: terms change by themselves.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContinuationView {
    /// When the parent last said that it goes on: with the request itself, with a consent to it, with a yes to a buddy, or by itself.
    pub said_at: DateTime<Utc>,
    /// Who noted it.
    pub said_by: ContinuedBy,
    /// The last day, if nothing more is said. Nothing ends before the parent was told, at least thirty days ahead: until she was it is never nearer than that,
    /// and moves when she is told late.
    pub last_date: Date,
    /// Whether the parent was told of it.
    pub told: bool,
}

impl ContinuationView {
    /// Of a request that waits or runs; nothing of another.
    pub fn of(found: &CaseRetention, today: Date) -> Option<Self> {
        let last = found.last_day?;
        let (said_at, said_by) = found.continued;
        Some(Self { said_at, said_by, last_date: last.earliest(today), told: last.is_told })
    }
}

/// Say that a request goes on: as the parent, or as the coordinator who heard her say it.
///
/// A request that waits or runs has a last day (`continuation`), which counts from what the parent said last. Thirty days ahead she reads so among her
/// notices (`last-day-near`) and gets one letter; when the day is over and nothing was said, the request is closed (`not-continued`), and a match
/// that runs with it. Said again on the same day, by the same role, it changes nothing. While she is to consent anew to another form of the programme, only that says
/// that it goes on (409 `form-changed`).
#[utoipa::path(
    operation_id = "continueSupportRequest",
    tag = "requests",
    params(("id" = RequestId, Path, description = "The request")),
    responses((status = 200, description = "Kept, now or earlier today", body = SupportRequestView)),
)]
#[post("/support-requests/{id}/continuations")]
pub async fn continue_support_request(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<RequestId>,
) -> Result<Answer<SupportRequestView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<ContinueRequest>()?;
            locks::lock_request(cx.tx, id)?;
            let (stored, role) = requests::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let given: Vec<Consent> =
                consents::on(cx.tx, &stored)?.into_iter().map(|kept| kept.consent).collect();
            let form = programmes::form_on(cx.tx, stored.programme, cx.today)?;
            stored.go_on(&given, (form, cx.today))?;
            cx.shows([Shown::request(DataKind::Request, role, &stored)]);
            let by = if role == Role::Coordinator { ContinuedBy::Coordinator } else { ContinuedBy::Parent };
            let before = of_cases(cx.tx, &[id])?.remove(&id).ok_or(Error::NotFound)?;
            let is_said = before.continued.1 == by && day_of(before.continued.0) == cx.today;
            if !is_said {
                requests::go_on(cx.tx, &stored, by, cx.now)?;
            }
            let view = SupportRequestView::load(cx.tx, cx.keys, &stored, cx.today)?;
            let answer = Answer::found(view).version(stored.version);
            if is_said {
                return Ok(Kept::unchanged(answer));
            }
            let entry = cx.entry(stored.programme, role, Purpose::Support, "request.continued").on(id);
            Ok(cx.tx.keep([entry], answer)?)
        })
        .await
}
