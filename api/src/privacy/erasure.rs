//! A parent has everything of hers erased: her cases, and her account when nothing else needs it. She says so in the exact
//! words, because it cannot be undone.

use std::sync::Arc;

use actix_web::{post, web};
use chrono::{DateTime, Utc};
use naast_domain::Date;
use naast_domain::access::{DecideOnRequest, Upkeep};
use naast_domain::ids::RequestId;
use naast_domain::journal::{Chain, Purpose};
use naast_domain::organisations::Role;
use naast_domain::privacy::{Confirmation, KeptBecause};
use naast_domain::requests::WithdrawnBy;
use naast_persistence::privacy::retention::{cases_of, of_cases, remember_asking, take_asking_back};
use naast_persistence::privacy::{erasure, export, others};
use naast_persistence::{Kept, locks, requests};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::caller::Caller;
use crate::contract::Body;
use crate::organisations::me::MeView;
use crate::platform::{Platform, Said as _, signed_entry};
use crate::privacy::notices::RecipientView;
use crate::problem::Error;
use crate::requests::withdraw::{Withdrawn, withdraw};

/// Backups are kept so many days at most: until then a copy may exist, which nobody may restore without erasing again.
const BACKUP_DAYS: u64 = 35;

/// That she means it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "confirmation": "erase-everything-of-mine" }))]
pub struct ErasureBody {
    /// The exact words.
    pub confirmation: Confirmation,
}

/// What was erased, and what waits or stays. Keep it: afterwards nobody can make it again.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErasureReceiptView {
    /// When it was done.
    pub erased_at: DateTime<Utc>,
    /// The requests that are gone, with everything that belonged to them.
    pub erased_request_ids: Vec<RequestId>,
    /// The requests that a hold keeps back: withdrawn, used for nothing, and erased as soon as the hold is lifted.
    pub held_request_ids: Vec<RequestId>,
    /// Whether the account is gone too. The token that was used for this call opens nothing any more then.
    pub account_erased: bool,
    /// Why the account stays, when it does.
    pub account_kept_because: Vec<KeptBecause>,
    /// Who was told that something of these requests, erased or held, was taken back or ended, now or before: everybody who could read something
    /// of what ends now, and whether each who is asked said that nothing is kept. Programme and buddies are asked; who did not answer is still
    /// asked: the question outlives the request, for 90 days. A school to which a talk was announced is not among them once that talk is over, or
    /// when it was cancelled because the match had ended: nothing of it ends now.
    pub recipients: Vec<RecipientView>,
    /// By this day no backup holds it any more.
    #[schema(format = Date)]
    pub gone_from_backups_date: Date,
}

/// Erase everything of mine. Running support ends, keys are destroyed, rows deleted; what stays is a count, without a name the proof that
/// consent was given and taken back, and for 90 days the question to programme and buddies whether they keep nothing elsewhere.
#[utoipa::path(
    operation_id = "eraseMe",
    tag = "privacy",
    request_body = ErasureBody,
    responses((status = 200, description = "Done, as far as nothing is held", body = ErasureReceiptView)),
)]
#[post("/me/erasure")]
pub async fn erase_me(
    platform: web::Data<Platform>,
    caller: Caller,
    Body(body): Body<ErasureBody>,
) -> Result<Answer<ErasureReceiptView>, Error> {
    let Confirmation::Everything = body.confirmation;
    let answer = platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<DecideOnRequest>()?;
            let (me, now, leave) = (grant.person(), cx.now, Upkeep::of_her_own(&grant));
            // whatever she begins at this moment comes before, and goes with the rest, or after, when she is not there
            locks::lock_person(cx.tx, me)?;
            remember_asking(cx.tx, me, now)?;
            export::forget_of(cx.tx, cx.keys, me, now)?;
            let mut receipt = ErasureReceiptView {
                erased_at: now,
                erased_request_ids: Vec::new(),
                held_request_ids: Vec::new(),
                account_erased: false,
                account_kept_because: Vec::new(),
                recipients: Vec::new(),
                gone_from_backups_date: cx
                    .today
                    .checked_add_days(chrono::Days::new(BACKUP_DAYS))
                    .unwrap_or(cx.today),
            };
            let mut entries = Vec::new();
            // in the order of their ids, as locks are taken everywhere
            for (id, _) in cases_of(cx.tx, &grant)? {
                locks::lock_request(cx.tx, id)?;
                let Some((stored, _)) = requests::find(cx.tx, &grant, id)? else { continue };
                let entry =
                    |act| signed_entry(stored.programme, me, Role::Parent, Purpose::Support, act, now);
                if let Withdrawn::Now { entries: ended, .. } =
                    withdraw(cx.tx, cx.keys, &stored, Some(WithdrawnBy::Parent), entry, now)?
                {
                    entries.extend(ended);
                }
                let Some(found) = of_cases(cx.tx, &[id])?.remove(&id) else { continue };
                let erased_at = (!found.held).then_some(now);
                receipt.recipients.extend(RecipientView::on_erasure(cx.tx, &stored, erased_at)?);
                if found.held {
                    receipt.held_request_ids.push(id);
                    continue;
                }
                let by = (cx.keys, &leave);
                entries.extend(super::round::erase_case(cx.tx, by, id, &found, (now, now), entry)?);
                receipt.erased_request_ids.push(id);
            }
            receipt.account_kept_because = others::account_kept_because(cx.tx, &grant)?;
            if receipt.account_kept_because.is_empty() {
                receipt.account_erased = true;
                erasure::erase_account(cx.tx, &leave, cx.keys, me, now)?;
                let purpose = Purpose::Administration;
                entries.push(
                    signed_entry(Chain::PLATFORM, me, Role::Parent, purpose, "account.erased", now).on(me),
                );
            } else {
                let purpose = Purpose::Administration;
                let act = "account.erasure-asked";
                entries.push(signed_entry(Chain::PLATFORM, me, Role::Parent, purpose, act, now).on(me));
            }
            Ok(cx.tx.keep(entries, Answer::found(receipt))?)
        })
        .await?;
    let store = Arc::clone(&platform.store);
    if !matches!(web::block(move || store.tidy()).await, Ok(Ok(()))) {
        log::error!("the database was not tidied after an erasure: the next round does it");
    }
    Ok(answer)
}

/// Take back that I asked for erasure, while something still keeps a request or my account. What was erased stays erased; what is left goes by the
/// terms that it has for everybody. Never refused, also when repeated.
#[utoipa::path(
    operation_id = "takeBackErasure",
    tag = "privacy",
    responses((status = 200, description = "Taken back, now or before", body = MeView)),
)]
#[post("/me/erasure/withdrawal")]
pub async fn take_back_erasure(
    platform: web::Data<Platform>,
    caller: Caller,
) -> Result<Answer<MeView>, Error> {
    platform
        .write(caller.0, |cx| {
            let grant = cx.grant::<DecideOnRequest>()?;
            let (me, now) = (grant.person(), cx.now);
            locks::lock_person(cx.tx, me)?;
            let had = take_asking_back(cx.tx, &grant, now)?;
            let view = MeView::of(cx.tx, cx.keys, &cx.me)?;
            if !had {
                // her own
                cx.shows([]);
                return Ok(Kept::unchanged(Answer::found(view)));
            }
            let act = "account.erasure-taken-back";
            let entry = signed_entry(Chain::PLATFORM, me, Role::Parent, Purpose::Administration, act, now);
            Ok(cx.tx.keep([entry.on(me)], Answer::found(view))?)
        })
        .await
}
