//! The parent's whole register, over all of her requests, and one call that takes everything back.

use actix_web::{get, post, web};
use naast_domain::access::{ReadConsents, WithdrawRequest};
use naast_domain::journal::Purpose;
use naast_domain::organisations::Role;
use naast_domain::requests::WithdrawnBy;
use naast_persistence::privacy::consents;
use naast_persistence::{locks, requests};
use serde::Serialize;
use utoipa::ToSchema;

use super::notices::RecipientView;
use super::view::ConsentView;
use crate::answer::Answer;
use crate::caller::Caller;
use crate::page_of;
use crate::platform::{Platform, signed_entry};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;
use crate::requests::withdraw::{WithdrawalView, Withdrawn, withdraw};

/// A consent in the register, with where its receipt is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegisteredConsentView {
    /// The consent.
    pub consent: ConsentView,
    /// Where its receipt is.
    pub receipt: String,
}

page_of! {
    /// Everything that the caller ever consented to, by request, in the order in which it was given.
    MyConsentPage of RegisteredConsentView
}

/// My consents, over all of my requests, also those that I took back.
#[utoipa::path(
    operation_id = "listMyConsents",
    tag = "privacy",
    responses((status = 200, description = "All of them, on one page", body = MyConsentPage)),
)]
#[get("/me/consents")]
pub async fn list_my_consents(platform: web::Data<Platform>, caller: Caller) -> Result<MyConsentPage, Error> {
    platform
        .read(caller.0, |cx| {
            let grant = cx.grant::<ReadConsents>()?;
            // her own
            cx.shows([]);
            let mut data = Vec::new();
            for (request, kept) in consents::register(cx.db, &grant)? {
                let receipt = |id| {
                    format!("{}/support-requests/{}/consents/{id}/receipt", crate::contract::BASE, request.id)
                };
                let retention = RetentionView::load(cx.db, request.id)?;
                data.extend(kept.iter().map(|one| RegisteredConsentView {
                    consent: ConsentView::of(one, request.id, cx.today, retention.clone()),
                    receipt: receipt(one.id),
                }));
            }
            Ok(MyConsentPage { data, next_cursor: None })
        })
        .await
}

/// What taking everything back did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EverythingWithdrawnView {
    /// What became of each of my requests.
    pub withdrawals: Vec<WithdrawalView>,
}

/// Take back everything, on all of my requests, in one call. Never refused, also when repeated.
#[utoipa::path(
    operation_id = "withdrawAllMyConsents",
    tag = "privacy",
    responses((status = 200, description = "Taken back, now or before", body = EverythingWithdrawnView)),
)]
#[post("/me/consents/withdrawal")]
pub async fn withdraw_all_my_consents(
    platform: web::Data<Platform>,
    caller: Caller,
) -> Result<Answer<EverythingWithdrawnView>, Error> {
    platform
        .write(caller.0, |cx| {
            let read = cx.grant::<ReadConsents>()?;
            let grant = cx.grant::<WithdrawRequest>()?;
            let mut ids: Vec<_> =
                consents::register(cx.tx, &read)?.into_iter().map(|(request, _)| request.id).collect();
            // one order of locks for everybody
            ids.sort_unstable();
            let (mut withdrawals, mut entries) = (Vec::new(), Vec::new());
            for id in ids {
                locks::lock_request(cx.tx, id)?;
                // erased meanwhile: there is nothing left to take back, and the others are taken back
                let Some((stored, _)) = requests::find(cx.tx, &grant, id)? else { continue };
                let (me, now) = (cx.me.person, cx.now);
                let entry =
                    |act| signed_entry(stored.programme, me, Role::Parent, Purpose::Support, act, now);
                let (proposals, closed) =
                    match withdraw(cx.tx, cx.keys, &stored, Some(WithdrawnBy::Parent), entry, now)? {
                        Withdrawn::Already => (Vec::new(), None),
                        Withdrawn::Now { entries: of_this, proposals, closed, .. } => {
                            entries.extend(of_this);
                            (proposals, closed)
                        }
                    };
                let recipients = RecipientView::about(cx.tx, &stored)?;
                withdrawals.push(WithdrawalView::of(id, proposals, closed, recipients));
            }
            // all of it is her own
            cx.shows([]);
            Ok(cx.tx.keep(entries, Answer::found(EverythingWithdrawnView { withdrawals }))?)
        })
        .await
}
