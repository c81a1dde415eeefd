//! A coordinator records the certificates that she saw. A VOG is date, profile and last day; the document is never kept.

use actix_web::{delete, get, post, web};
use chrono::{DateTime, Utc};
use naast_domain::Date;
use naast_domain::access::{ManageBuddies, ReadBuddy};
use naast_domain::buddies::{Certificate, CertificateKind};
use naast_domain::ids::{BuddyId, CertificateId, PersonId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::access::DataKind;
use naast_domain::privacy::retention;
use naast_domain::text::Text;
use naast_persistence::buddies::{self, KeptCertificate};
use naast_persistence::privacy::retention::left_at;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{not_herself, reached, seen};
use crate::answer::Answer;
use crate::caller::Caller;
use crate::clock::fresh;
use crate::contract::{Check, Path, Sent};
use crate::independence::again::{Occasion, lock_file, recheck};
use crate::page_of;
use crate::platform::{Platform, Said as _};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// A certificate to record.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "kind": "vog", "profile": "45", "issuedDate": "2026-03-01" }))]
pub struct CertificateBody {
    /// What it is.
    pub kind: CertificateKind,
    /// The screening profile, such as `45` or `84/85`; for a VOG alone, and needed there.
    #[schema(pattern = "^[0-9]{2}([/ -][0-9]{2}){0,5}$")]
    pub profile: Option<String>,
    /// The day of issue: today or earlier.
    pub issued_date: Date,
    /// The last day on which it is valid, when it names one. A VOG or training that names none is valid for 36 months; a VOG never longer.
    pub valid_until_date: Option<Date>,
}

/// A certificate that was recorded.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CertificateView {
    /// Its id.
    pub id: CertificateId,
    /// What it is.
    pub kind: CertificateKind,
    /// The screening profile.
    pub profile: Option<String>,
    /// The day of issue.
    pub issued_date: Date,
    /// The last day on which it is valid; null when it does not run out.
    pub valid_until_date: Option<Date>,
    /// Who saw it.
    pub seen_by: PersonId,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// When it is erased: once the buddy left.
    pub retention: RetentionView,
}

impl CertificateView {
    fn of(kept: KeptCertificate, left_at: Option<DateTime<Utc>>) -> Self {
        let last = kept.certificate.last_day();
        Self {
            id: kept.id,
            kind: kept.certificate.kind,
            profile: kept.certificate.profile,
            issued_date: kept.certificate.issued_on,
            valid_until_date: (last != Date::MAX).then_some(last),
            seen_by: kept.seen_by,
            recorded_at: kept.recorded_at,
            retention: RetentionView::of(retention::certificates(left_at)),
        }
    }
}

/// What the members of a certificate say together.
fn look_over(check: &mut Check<'_>, today: Date) {
    let kind = check.get::<CertificateKind>("/kind");
    if let Some(kind) = kind {
        let is_vog = kind == CertificateKind::Vog;
        if is_vog && !check.has("/profile") {
            let text = Text::of("Een VOG heeft een screeningsprofiel.", "A VOG has a screening profile.");
            check.fault("/profile", "required", text);
        } else if !is_vog {
            let text = Text::of(
                "Alleen een VOG heeft een screeningsprofiel.",
                "Only a VOG has a screening profile.",
            );
            check.fault_where_sound("/profile", "not-of-this-kind", text);
        }
    }
    let issued = check.get::<Date>("/issuedDate");
    let expires = check.get::<Date>("/validUntilDate");
    if issued.is_some_and(|issued| issued > today) {
        let text = Text::of("De datum van afgifte ligt in de toekomst.", "The day of issue is ahead.");
        check.fault("/issuedDate", "too-late", text);
    }
    if issued.zip(expires).is_some_and(|(issued, expires)| expires < issued) {
        let text =
            Text::of("De laatste dag ligt voor de afgifte.", "The last day lies before the day of issue.");
        check.fault("/validUntilDate", "too-early", text);
    }
    let longest = kind.zip(issued).and_then(|(kind, issued)| kind.longest(issued));
    if let Some((last, _)) = longest.zip(expires).filter(|(last, expires)| expires > last) {
        let text = Text::new(
            format!("Een VOG telt hoogstens drie jaar: tot en met {last}."),
            format!("A VOG counts for three years at most: up to and with {last}."),
        );
        check.fault("/validUntilDate", "too-late", text);
    }
}

/// Record a certificate that I saw.
#[utoipa::path(
    operation_id = "recordCertificate",
    tag = "buddies",
    params(("id" = BuddyId, Path, description = "The buddy")),
    request_body = CertificateBody,
    responses((status = 201, description = "Recorded", body = CertificateView)),
)]
#[post("/buddies/{id}/certificates")]
pub async fn record_certificate(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<BuddyId>,
    sent: Sent<CertificateBody>,
) -> Result<Answer<CertificateView>, Error> {
    let certificate_id: CertificateId = fresh();
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<ManageBuddies>()?;
            let (first, _) = reached::<ManageBuddies>(cx, id)?;
            lock_file(cx.tx, &first)?;
            let (buddy, role) = reached::<ManageBuddies>(cx, id)?;
            not_herself(cx.me.person, &buddy)?;
            let mut check = sent.check();
            look_over(&mut check, cx.today);
            let body = sent.sound(check)?;
            let kept = KeptCertificate {
                id: certificate_id,
                certificate: Certificate {
                    kind: body.kind,
                    profile: body.profile,
                    issued_on: body.issued_date,
                    expires_on: body.valid_until_date,
                },
                seen_by: cx.me.person,
                recorded_at: cx.now,
            };
            buddies::insert_certificate(cx.tx, &grant, &buddy, &kept, cx.today)?;
            let entry = cx
                .entry(buddy.programme, role, Purpose::Volunteers, "certificate.recorded")
                .on(certificate_id);
            let place = format!("/buddies/{id}/certificates");
            let occasion = Occasion::of(cx, role);
            let mut entries = vec![entry];
            entries.extend(recheck(cx.tx, &buddy, occasion)?);
            let left_at = left_at(cx.tx, &buddy)?;
            Ok(cx.tx.keep(entries, Answer::created(CertificateView::of(kept, left_at), &place))?)
        })
        .await
}

page_of! {
    /// The certificates of a buddy, in the order in which they were recorded.
    CertificatePage of CertificateView
}

/// List a buddy's certificates.
#[utoipa::path(
    operation_id = "listCertificates",
    tag = "buddies",
    params(("id" = BuddyId, Path, description = "The buddy")),
    responses((status = 200, description = "All of them, on one page", body = CertificatePage)),
)]
#[get("/buddies/{id}/certificates")]
pub async fn list_certificates(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(id): Path<BuddyId>,
) -> Result<CertificatePage, Error> {
    platform
        .read(caller.0, move |cx| {
            let buddy = seen::<ReadBuddy>(cx, id, DataKind::Certificates)?;
            let kept = buddies::certificates_of(cx.db, &buddy)?;
            let left_at = left_at(cx.db, &buddy)?;
            let data = kept.into_iter().map(|one| CertificateView::of(one, left_at)).collect();
            Ok(CertificatePage { data, next_cursor: None })
        })
        .await
}

/// Take out a certificate that was recorded by mistake.
///
/// What is right is recorded anew. Record that first where somebody is supported: without a valid certificate the buddy is not ready, what
/// runs rests (`buddy-not-ready` in `pausedFor`) until she is again, and nobody is proposed to anybody meanwhile.
#[utoipa::path(
    operation_id = "removeCertificate",
    tag = "buddies",
    params(
        ("id" = BuddyId, Path, description = "The buddy"),
        ("certificateId" = CertificateId, Path, description = "The certificate"),
    ),
    responses((status = 204, description = "Gone; the journal keeps that it was recorded and taken out, and by whom")),
)]
#[delete("/buddies/{id}/certificates/{certificateId}")]
pub async fn remove_certificate(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((id, certificate_id)): Path<(BuddyId, CertificateId)>,
) -> Result<Answer<()>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<ManageBuddies>()?;
            let (first, _) = reached::<ManageBuddies>(cx, id)?;
            lock_file(cx.tx, &first)?;
            let (buddy, role) = reached::<ManageBuddies>(cx, id)?;
            if !buddies::remove_certificate(cx.tx, &grant, &buddy, certificate_id, cx.now)? {
                return Err(Error::NotFound);
            }
            let entry = cx
                .entry(buddy.programme, role, Purpose::Volunteers, "certificate.removed")
                .on(certificate_id);
            let mut entries = vec![entry];
            entries.extend(recheck(cx.tx, &buddy, Occasion::of(cx, role))?);
            Ok(cx.tx.keep(entries, Answer::gone(()))?)
        })
        .await
}
