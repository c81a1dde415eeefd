//! The parent takes an announcement back: one call, at any moment, also twice. What school sees then is that it was cancelled,
//! as when the match ended: no reason, no name.

use actix_web::{post, web};
use naast_domain::access::AnnounceMeeting;
use naast_domain::ids::{AnnouncementId, MatchId};
use naast_domain::journal::Purpose;
use naast_domain::privacy::access::DataKind;
use naast_domain::privacy::consents::ConsentKind;
use naast_domain::support::announcements::AnnouncementState;
use naast_persistence::privacy::access_log::Shown;
use naast_persistence::privacy::consents::{self, Which};
use naast_persistence::support::announcements;
use naast_persistence::{Kept, requests};

use super::super::reached;
use super::announce::AnnouncementView;
use crate::answer::Answer;
use crate::caller::Caller;
use crate::contract::Path;
use crate::platform::{Platform, Said as _, signed_entry};
use crate::privacy::retention::RetentionView;
use crate::privacy::take_back::tell;
use crate::problem::Error;
use crate::requests::withdraw::by_role;

/// Take an announcement back. Never refused, also when repeated, and without `If-Match`: nothing holds it up.
#[utoipa::path(
    operation_id = "cancelAnnouncement",
    tag = "support",
    params(
        ("id" = MatchId, Path, description = "The match"),
        ("announcementId" = AnnouncementId, Path, description = "The announcement"),
    ),
    responses((status = 200, description = "Cancelled, now or before", body = AnnouncementView)),
)]
#[post("/matches/{id}/meeting-announcements/{announcementId}/cancellation")]
pub async fn cancel_announcement(
    platform: web::Data<Platform>,
    caller: Caller,
    Path((id, announcement_id)): Path<(MatchId, AnnouncementId)>,
) -> Result<Answer<AnnouncementView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let (of, role) = reached::<AnnounceMeeting>(cx, id)?;
            let mut stored = announcements::find(cx.tx, &of, announcement_id)?.ok_or(Error::NotFound)?;
            let noted = announcements::objections(cx.tx, &of, &[&stored])?;
            let noted = noted.get(&announcement_id).cloned().unwrap_or_default();
            if stored.state == AnnouncementState::Cancelled {
                let version = stored.version;
                let grant = cx.grant::<AnnounceMeeting>()?;
                let shown = Shown::matches(cx.tx, &grant, DataKind::Announcement, &[&of])?;
                cx.shows(shown);
                let view = AnnouncementView::of(stored, noted, RetentionView::load(cx.tx, of.request)?);
                return Ok(Kept::unchanged(Answer::found(view).version(version)));
            }
            let request = requests::of_match(cx.tx, &of)?;
            let which = Which::About(ConsentKind::MeetingAnnouncement, announcement_id.uuid());
            let by = Some(by_role(role));
            let back = consents::withdraw(cx.tx, &request, which, by, cx.now)?;
            announcements::cancel(cx.tx, &of, Some(&stored), cx.now)?;
            let entry = cx
                .entry(of.programme, role, Purpose::Support, "announcement.cancelled")
                .on(announcement_id)
                .states(Some("announced"), Some("cancelled"));
            stored.value.state = AnnouncementState::Cancelled;
            stored.value.school_key = None;
            stored.value.withdrawn_at = Some(cx.now);
            stored.version += 1;
            let version = stored.version;
            let view = AnnouncementView::of(stored, noted, RetentionView::load(cx.tx, of.request)?);
            let answer = Answer::found(view).version(version);
            let (me, now) = (cx.me.person, cx.now);
            let of_consent = |act| signed_entry(of.programme, me, role, Purpose::Support, act, now);
            let mut entries = vec![entry];
            entries.extend(back.iter().map(|kept| of_consent("consent.withdrawn").on(kept.id)));
            entries.extend(tell(cx.tx, &request, &back, false, &of_consent, now)?);
            Ok(cx.tx.keep(entries, answer)?)
        })
        .await
}
