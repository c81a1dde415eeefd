//! Who is told that a parent took something back or had it erased, and whether they said that they keep nothing (AVG art. 19). A
//! notice names the request by its id and nothing of the parent.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use naast_domain::access::{AnswerWithdrawalNotice, ReadConsents};
use naast_domain::day_of;
use naast_domain::ids::{ProgrammeId, RequestId, WithdrawalNoticeId};
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::privacy::access::DataKind;
use naast_domain::privacy::consents::{ConsentKind, NoticeState, RecipientKind};
use naast_domain::privacy::retention::{Rule, own_term};
use naast_domain::requests::SupportRequest;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::privacy::notices::{self, Addressee, Notice};
use naast_persistence::privacy::retention::of_cases;
use naast_persistence::{Database, Kept, Stored, locks, requests};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::caller::Caller;
use crate::contract::{Path, Query};
use crate::page_of;
use crate::platform::{Platform, Said as _};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// A recipient, and whether it confirmed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecipientView {
    /// The notice that it got.
    pub notice_id: WithdrawalNoticeId,
    /// The request that it is about.
    pub request_id: RequestId,
    /// What kind of recipient.
    pub kind: RecipientKind,
    /// Which one: the id of the programme, the buddy or the organisation, or the location code of the school.
    pub recipient: String,
    /// The consents that were taken back. Empty when a request was withdrawn before it was consented to.
    pub withdrawn_kinds: Vec<ConsentKind>,
    /// Whether it said that nothing is kept.
    pub state: NoticeState,
    /// When it was told.
    pub told_at: DateTime<Utc>,
    /// When it confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When the request was erased; null while it is there. A notice that is not confirmed by then outlives it.
    pub request_erased_at: Option<DateTime<Utc>>,
    /// When the notice is erased: with the request, and 90 days after the request when that is erased before it was confirmed.
    pub retention: RetentionView,
}

impl RecipientView {
    fn of(notice: Notice, retention: RetentionView) -> Self {
        Self {
            notice_id: notice.id,
            request_id: notice.request,
            kind: notice.kind,
            recipient: notice.recipient,
            withdrawn_kinds: notice.kinds.iter().collect(),
            state: notice.state,
            told_at: notice.told_at,
            confirmed_at: notice.confirmed_at,
            request_erased_at: notice.erased_at,
            retention,
        }
    }

    /// A notice that a grant reached.
    fn load(db: &mut Database<'_>, notice: Notice) -> Result<Self, Error> {
        let retention = match after_case(&notice) {
            Some(term) => term,
            None => RetentionView::load(db, notice.request)?,
        };
        Ok(Self::of(notice, retention))
    }

    /// Everybody who was told something about a request that was loaded with a grant.
    pub fn about(db: &mut Database<'_>, request: &Stored<SupportRequest>) -> Result<Vec<Self>, Error> {
        let retention = RetentionView::load(db, request.id)?;
        Ok(notices::about(db, request)?.into_iter().map(|one| Self::of(one, retention.clone())).collect())
    }

    /// The same, at the moment that it is erased: what is not answered by then outlives it. None while a hold keeps it back.
    pub fn on_erasure(
        db: &mut Database<'_>,
        request: &Stored<SupportRequest>,
        erased_at: Option<DateTime<Utc>>,
    ) -> Result<Vec<Self>, Error> {
        let with_case = RetentionView::load(db, request.id)?;
        let view = |mut notice: Notice| {
            notice.erased_at = erased_at;
            let outlives = after_case(&notice).filter(|_| notice.state == NoticeState::Pending);
            // what does not outlive the case goes with it, on this very day
            let with_case = RetentionView {
                erase_after_date: erased_at.map(day_of).or(with_case.erase_after_date),
                ..with_case.clone()
            };
            Self::of(notice, outlives.unwrap_or(with_case))
        };
        Ok(notices::about(db, request)?.into_iter().map(view).collect())
    }
}

/// When a notice goes that outlives its case.
fn after_case(notice: &Notice) -> Option<RetentionView> {
    notice.erased_at.and_then(|at| own_term(Rule::ErasureNotice, at)).map(RetentionView::of)
}

page_of! {
    /// Who was told, in the order of time.
    RecipientPage of RecipientView
}

/// List who was told that something was taken back, and who confirmed. Empty while nothing was.
#[utoipa::path(
    operation_id = "listWithdrawalRecipients",
    tag = "privacy",
    params(("id" = RequestId, Path, description = "The request")),
    responses((status = 200, description = "All of them, on one page", body = RecipientPage)),
)]
#[get("/support-requests/{id}/withdrawal-recipients")]
pub async fn list_withdrawal_recipients(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<RequestId>,
) -> Result<RecipientPage, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<ReadConsents>()?;
            let (stored, role) = requests::find(cx.db, &grant, id)?.ok_or(Error::NotFound)?;
            cx.shows([Shown::request(DataKind::Consents, role, &stored)]);
            Ok(RecipientPage { data: RecipientView::about(cx.db, &stored)?, next_cursor: None })
        })
        .await
}

/// Which notices.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct NoticeQuery {
    /// Those to this programme, for its coordinator; those to me as a buddy when left out.
    pub programme_id: Option<ProgrammeId>,
}

/// List the notices that wait for my answer: as a buddy, or as coordinator of a programme.
#[utoipa::path(
    operation_id = "listWithdrawalNotices",
    tag = "privacy",
    params(NoticeQuery),
    responses(
        (
            status = 200,
            description = "The oldest two hundred; empty for a programme that is not yours",
            body = RecipientPage,
        ),
    ),
)]
#[get("/withdrawal-notices")]
pub async fn list_withdrawal_notices(
    platform: web::Data<Platform>,
    caller: Caller,
    Query(query): Query<NoticeQuery>,
) -> Result<RecipientPage, Error> {
    platform
        .read(caller.0, move |cx| {
            let grant = cx.grant::<AnswerWithdrawalNotice>()?;
            let of = query.programme_id.map_or(Addressee::Myself, Addressee::Programme);
            let waiting = notices::waiting(cx.db, &grant, of)?;
            let role = if query.programme_id.is_some() { Role::Coordinator } else { Role::Buddy };
            let record = Shown::notices(cx.db, &grant, role, &waiting)?;
            cx.shows(record);
            let there = waiting.iter().filter(|one| one.erased_at.is_none());
            let requests: Vec<_> = there.map(|one| one.request).collect();
            let terms = of_cases(cx.db, &requests)?;
            let view = |one: Notice| {
                let retention = match after_case(&one) {
                    Some(term) => term,
                    None => RetentionView::of_case(terms.get(&one.request))?,
                };
                Ok::<_, Error>(RecipientView::of(one, retention))
            };
            let data = waiting.into_iter().map(view).collect::<Result<_, _>>()?;
            Ok(RecipientPage { data, next_cursor: None })
        })
        .await
}

/// Say that nothing of what the parent took back is kept any longer: on paper, in a telephone, in a mailbox.
#[utoipa::path(
    operation_id = "confirmWithdrawalNotice",
    tag = "privacy",
    params(("id" = WithdrawalNoticeId, Path, description = "The notice")),
    responses(
        (status = 200, description = "Confirmed, now or before; the parent sees it", body = RecipientView),
    ),
)]
#[post("/withdrawal-notices/{id}/confirmation")]
pub async fn confirm_withdrawal_notice(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<WithdrawalNoticeId>,
) -> Result<Answer<RecipientView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<AnswerWithdrawalNotice>()?;
            let (found, _) = notices::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            // looked for again under the lock: when its request is erased meanwhile it stands elsewhere, and is asked still
            locks::lock_request(cx.tx, found.request)?;
            let (mut notice, role) = notices::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let shown = Shown::notices(cx.tx, &grant, role, std::slice::from_ref(&notice))?;
            cx.concerns(shown.clone());
            if notice.state != NoticeState::Pending {
                cx.shows(shown);
                return Ok(Kept::unchanged(Answer::found(RecipientView::load(cx.tx, notice)?)));
            }
            notices::confirm(cx.tx, &notice, cx.now)?;
            let entry =
                cx.entry(notice.programme, role, Purpose::Support, "withdrawal-notice.confirmed").on(id);
            notice.state = NoticeState::Confirmed;
            notice.confirmed_at = Some(cx.now);
            let view = RecipientView::load(cx.tx, notice)?;
            Ok(cx.tx.keep([entry], Answer::found(view))?)
        })
        .await
}
