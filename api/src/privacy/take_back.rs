//! Taking a consent back: never refused, also when repeated, and needing no If-Match. What rests on it stops in the same
//! transaction, and whoever could read something is told.

use std::collections::BTreeMap;

use actix_web::{post, web};
use lettre::Address;
use naast_domain::Moment;
use naast_domain::access::WithdrawRequest;
use naast_domain::code::CodeSet;
use naast_domain::ids::{ConsentId, PrivateNoteId, RequestId};
use naast_domain::journal::{Chain, Entry, Purpose};
use naast_domain::organisations::Role;
use naast_domain::privacy::access::DataKind;
use naast_domain::privacy::consents::{Consent, ConsentKind, Consequence, RecipientKind};
use naast_domain::requests::{RequestState, SupportRequest, WithdrawnBy};
use naast_domain::support::private_space::holds_for_health;
use naast_persistence::independence::is_kept_from;
use naast_persistence::keys::Keys;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::privacy::consents::{self, KeptConsent, Which};
use naast_persistence::privacy::notices::{self, Notice};
use naast_persistence::support::{self, announcements, private_space};
use naast_persistence::{Stored, Transaction, locks, requests};
use serde::Serialize;
use utoipa::ToSchema;

use super::notices::RecipientView;
use super::view::ConsentView;
use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::{day_of, fresh};
use crate::contract::Path;
use crate::platform::{Platform, Said as _, signed_entry};
use crate::problem::Error;
use crate::requests::letters::{Stopped, WriteTo, address_at_hand};
use crate::requests::withdraw::{Withdrawn, by_role, withdraw_as_of};

/// Tells everybody who could read something on these consents that they were taken back. Gives back the journal rows, one
/// for each who is told.
pub fn tell(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    back: &[KeptConsent],
    everything: bool,
    entry: &impl Fn(&'static str) -> Entry,
    now: Moment,
) -> Result<Vec<Entry>, Error> {
    let mut told: BTreeMap<(RecipientKind, String), CodeSet<ConsentKind>> = BTreeMap::new();
    let mut add = |kind: RecipientKind, recipient: String, consent: Option<ConsentKind>| {
        let kinds = told.entry((kind, recipient)).or_default();
        *kinds = kinds.iter().chain(consent).collect();
    };
    let buddies = notices::told_buddies(tx, request)?;
    for kept in back {
        let consent = Some(kept.consent.kind);
        for recipient in kept.consent.told_when_taken_back() {
            match recipient {
                RecipientKind::Programme => add(*recipient, request.programme.to_string(), consent),
                RecipientKind::Buddy => {
                    // to whom it was only proposed, nothing of anybody's health was told, and not that the parent came by a talk at school
                    let no_more: &[_] = match kept.consent.kind {
                        ConsentKind::Request => &buddies.proposed,
                        _ => &[],
                    };
                    for buddy in buddies.matched.iter().chain(no_more) {
                        add(*recipient, buddy.to_string(), consent);
                    }
                }
                // of a talk that is over school is shown nothing any more: there is nothing that it would see end
                RecipientKind::School if kept.consent.valid_until.is_some_and(|last| last < day_of(now)) => {}
                RecipientKind::School => {
                    if let Some(school) = announcements::school_told(tx, request, kept.subject.into())? {
                        add(*recipient, school.to_string(), consent);
                    }
                }
                RecipientKind::Pool => add(*recipient, kept.subject.to_string(), consent),
            }
        }
    }
    if everything {
        // a request that was submitted stands with the programme, whether it was consented to or not
        add(RecipientKind::Programme, request.programme.to_string(), None);
    }
    let mut entries = Vec::new();
    for ((kind, recipient), kinds) in told {
        let notice = Notice {
            id: fresh(),
            programme: request.programme,
            request: request.id,
            kind,
            recipient,
            kinds,
            state: kind.asked(),
            told_at: now,
            confirmed_at: None,
            erased_at: None,
        };
        notices::insert(tx, &notice)?;
        entries.push(entry("withdrawal-notice.sent").on(notice.id));
    }
    if back.iter().any(|kept| kept.consent.takes_health_along()) {
        entries.extend(health_goes(tx, request, entry, now)?);
    }
    Ok(entries)
}

/// Takes away what was said of the child's health in the private space, once no consent to that holds. Its journal rows are of the space's own
/// chain: outside it nothing tells whether there was anything.
fn health_goes(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    entry: &impl Fn(&'static str) -> Entry,
    now: Moment,
) -> Result<Vec<Entry>, Error> {
    let left: Vec<Consent> = consents::on(tx, request)?.into_iter().map(|kept| kept.consent).collect();
    if holds_for_health(&left, day_of(now)) {
        return Ok(Vec::new());
    }
    let gone = private_space::take_health_away(tx, request, now)?;
    let chain = Chain::private_of(request.programme);
    let row = |id| Entry { chain, ..entry("private-entry.taken-away").on(PrivateNoteId::from(id)) };
    Ok(gone.into_iter().map(row).collect())
}

/// What taking a consent back came to.
pub struct TakenBack {
    /// The journal rows, none when it was taken back or over before.
    pub entries: Vec<Entry>,
    /// Where the request stands then.
    pub state: RequestState,
    /// Where the parent is written to when somebody else took it back, and that one consent went by it or the request.
    pub write_to: Option<(Address, Stopped)>,
}

/// Takes one consent of a locked request back as of a moment, and stops what rests on it. One that another of its kind came in place of stands for
/// that; but a report in whose place she consented herself does not: it is what somebody noted, and her own word stands. Of a report that she did
/// not confirm nothing but the report goes.
pub fn take_back(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    stored: &Stored<SupportRequest>,
    kept: &KeptConsent,
    by: Option<WithdrawnBy>,
    entry: impl Fn(&'static str) -> Entry + Copy,
    (at, now): (Moment, Moment),
) -> Result<TakenBack, Error> {
    let nothing = TakenBack { entries: Vec::new(), state: stored.state, write_to: None };
    if kept.consent.withdrawn_at.is_some() {
        return Ok(nothing);
    }
    if kept.consent.lapsed_at.is_some() {
        if kept.consent.is_report() {
            return Ok(nothing);
        }
        // she takes back what she knows: the one in its place goes, also where it was given in the same moment
        let mut there: Vec<KeptConsent> = consents::on(tx, stored)?;
        there.retain(|other| {
            let one = &other.consent;
            (one.kind, other.subject) == (kept.consent.kind, kept.subject)
                && one.withdrawn_at.is_none()
                && one.lapsed_at.is_none()
        });
        // what she said herself before what somebody noted since
        let in_its_place = there.into_iter().min_by_key(|other| other.consent.is_report());
        return match in_its_place {
            Some(one) => take_back(tx, keys, stored, &one, by, entry, (at, now)),
            None => Ok(nothing),
        };
    }
    let consequence = kept.consent.consequence();
    if consequence == Consequence::RequestEnds {
        let (entries, write_to) = match withdraw_as_of(tx, keys, stored, by, entry, (at, now))? {
            Withdrawn::Now { entries, write_to, .. } => (entries, write_to),
            Withdrawn::Already => (Vec::new(), None),
        };
        return Ok(TakenBack { entries, state: RequestState::Withdrawn, write_to });
    }
    let mut entries = Vec::new();
    let back = consents::withdraw(tx, stored, Which::One(kept.id), by, at)?;
    if consequence == Consequence::AnnouncementCancelled
        && let Some(running) = support::running_of_request(tx, stored)?
        && let Some(one) = announcements::find(tx, &running, kept.subject.into())?
    {
        for cancelled in announcements::cancel(tx, &running, Some(&one), now)? {
            let states = (Some("announced"), Some("cancelled"));
            entries.push(entry("announcement.cancelled").on(cancelled).states(states.0, states.1));
        }
    }
    entries.push(entry("consent.withdrawn").on(kept.id));
    entries.extend(tell(tx, stored, &back, false, &entry, now)?);
    Ok(TakenBack { entries, state: stored.state, write_to: letter_on(tx, keys, stored, &back)? })
}

/// Where the parent of a request is written to of consents that were just taken back: where one of them is news to her.
pub(super) fn letter_on(
    tx: &mut Transaction<'_, '_>,
    keys: &Keys,
    request: &Stored<SupportRequest>,
    back: &[KeptConsent],
) -> Result<Option<(Address, Stopped)>, Error> {
    if back.iter().all(|kept| kept.consent.news_when_taken_back().is_none()) {
        return Ok(None);
    }
    Ok(address_at_hand(tx, keys, request)?.map(|address| (address, Stopped::Consent)))
}

/// What taking a consent back did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentWithdrawalView {
    /// The consent, which is taken back.
    pub consent_id: ConsentId,
    /// The same, as it stands; null for a coordinator whom a tie of her own keeps from the case.
    pub consent: Option<ConsentView>,
    /// What stopped; null for her.
    pub consequence: Option<Consequence>,
    /// Where the request stands now; null for her.
    pub request_state: Option<RequestState>,
    /// Who was told, now or before, and who confirmed that nothing is kept; nobody for her.
    pub recipients: Vec<RecipientView>,
}

impl ConsentWithdrawalView {
    /// Only that it is taken back: for a coordinator whom a tie of her own keeps from the case, who notes what the parent takes back and is
    /// shown nothing by that (ADR 48), whether it was taken back before or not.
    fn blind(consent_id: ConsentId) -> Self {
        Self { consent_id, consent: None, consequence: None, request_state: None, recipients: Vec::new() }
    }
}

/// Take one consent back. Never refused, also when repeated.
///
/// Who took it back stands with the consent (`withdrawnBy`). Where a coordinator notes it on the parent's word, the parent reads so among her notices
/// (`consent-withdrawn-for-you`) and is written to at the e-mail address that she gave. What was reported and never confirmed
/// is no consent yet: the report ends (`report-ends`), and nothing else.
///
/// A coordinator whom a tie of her own keeps from the case (rule 37) notes it as well, on the parent's word. The answer then says that it is
/// taken back, and nothing else of the case.
#[utoipa::path(
    operation_id = "withdrawConsent",
    tag = "privacy",
    params(
        ("id" = RequestId, Path, description = "The request"),
        ("consentId" = ConsentId, Path, description = "The consent"),
    ),
    responses((status = 200, description = "Taken back, now or before", body = ConsentWithdrawalView)),
)]
#[post("/support-requests/{id}/consents/{consentId}/withdrawal")]
pub async fn withdraw_consent(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((id, consent_id)): Path<(RequestId, ConsentId)>,
) -> Result<Answer<ConsentWithdrawalView>, Error> {
    let write_to = WriteTo::default();
    let found = write_to.clone();
    let answer = platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<WithdrawRequest>()?;
            locks::lock_request(cx.tx, id)?;
            let (stored, role) = requests::find(cx.tx, &grant, id)?.ok_or(Error::NotFound)?;
            let find = |tx: &mut Transaction<'_, '_>| -> Result<KeptConsent, Error> {
                consents::on(tx, &stored)?
                    .into_iter()
                    .find(|kept| kept.id == consent_id)
                    .ok_or(Error::NotFound)
            };
            let kept = find(cx.tx)?;
            let blind = role == Role::Coordinator && is_kept_from(cx.tx, &grant, &stored)?;
            let (me, now) = (cx.me.person, cx.now);
            let entry = |act| signed_entry(stored.programme, me, role, Purpose::Support, act, now);
            let by = Some(by_role(role));
            let TakenBack { entries, state, write_to } =
                take_back(cx.tx, cx.keys, &stored, &kept, by, entry, (now, now))?;
            found.note(write_to);
            if blind {
                cx.shows([]);
                return Ok(cx.tx.keep(entries, Answer::found(ConsentWithdrawalView::blind(consent_id)))?);
            }
            let taken_back = find(cx.tx)?;
            let view = ConsentWithdrawalView {
                consent_id,
                consent: Some(ConsentView::load(cx.tx, &taken_back, id, cx.today)?),
                consequence: Some(kept.consent.consequence()),
                request_state: Some(state),
                recipients: RecipientView::about(cx.tx, &stored)?,
            };
            cx.shows([Shown::request(DataKind::Consents, role, &stored)]);
            Ok(cx.tx.keep(entries, Answer::found(view))?)
        })
        .await?;
    write_to.send(&platform);
    Ok(answer)
}
