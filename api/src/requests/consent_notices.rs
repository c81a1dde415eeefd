//! What waits for a parent of the consents on her request: what was heard of her, what somebody else took back, and what ends by itself.

use chrono::{DateTime, Utc};
use naast_domain::Date;
use naast_domain::privacy::consents::{Consent, ConsentKind, ConsentState, asked_again, its_last_day};
use naast_domain::programmes::OrganisationForm;
use naast_domain::requests::{ParentNotice, RequestState, SupportRequest};
use naast_domain::text::Tongue;
use naast_persistence::privacy::consents::KeptConsent;
use naast_persistence::support::announcements;
use naast_persistence::{Database, Stored};

use super::news::shown_beside;
use super::notices::{ParentNoticeView, notice};
use crate::contract::BASE;
use crate::problem::Error;

/// What a parent is told of the consents on a request of hers.
pub(super) fn of_consents(
    db: &mut Database<'_>,
    request: &Stored<SupportRequest>,
    kept: &[KeptConsent],
    (form, today, tongue): (Option<OrganisationForm>, Date, Tongue),
) -> Result<Vec<ParentNoticeView>, Error> {
    let told = |kind: ParentNotice, one: &KeptConsent, since: Option<DateTime<Utc>>| {
        let read = format!("{BASE}/support-requests/{}/consents/{}/receipt", request.id, one.id);
        ParentNoticeView { since, ..notice(kind, request.id, read, tongue) }
    };
    // what was heard while the programme had another form cannot be confirmed any more
    let waits = |one: &&KeptConsent| {
        one.consent.state_on(today) == ConsentState::ToBeConfirmed && one.consent.is_for(form)
    };
    let mut data = Vec::new();
    for one in kept.iter().filter(waits) {
        let programme = shown_beside(db, request, one.consent.kind, today)?;
        data.push(ParentNoticeView {
            programme,
            ..told(ParentNotice::ConsentToConfirm, one, Some(one.given_at))
        });
    }
    // what went with a whole request is told with it
    if request.state != RequestState::Withdrawn {
        for one in kept {
            let Some(kind) = one.consent.news_on(today) else { continue };
            if !is_given_again(db, request, kept, one)? {
                data.push(told(kind, one, one.consent.withdrawn_at));
            }
        }
    }
    if request.state.is_open() {
        let all: Vec<Consent> = kept.iter().map(|one| one.consent).collect();
        if let Some(one) = asked_again(&all, today).and_then(|place| kept.get(place)) {
            let told = told(ParentNotice::HealthConsentEnds, one, None);
            let day = one.consent.valid_until.map(|last| its_last_day(last, today));
            let text =
                day.map_or_else(|| told.text.clone(), |day| format!("{} {}", told.text, day.get(tongue)));
            data.push(ParentNoticeView { text, ..told });
        }
    }
    Ok(data)
}

/// Whether the same was given again since it was taken back.
fn is_given_again(
    db: &mut Database<'_>,
    request: &Stored<SupportRequest>,
    all: &[KeptConsent],
    one: &KeptConsent,
) -> Result<bool, Error> {
    let since = |later: &&KeptConsent| {
        later.consent.kind.is_in_place_of(one.consent.kind)
            && !later.consent.is_report()
            && one.consent.withdrawn_at.is_some_and(|at| later.given_at > at)
    };
    for later in all.iter().filter(since) {
        if later.subject == one.subject || is_of_same_talk(db, request, one, later)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether two consents are to a talk at the same school on the same day: each announcement has an id of its own.
fn is_of_same_talk(
    db: &mut Database<'_>,
    request: &Stored<SupportRequest>,
    one: &KeptConsent,
    later: &KeptConsent,
) -> Result<bool, Error> {
    if one.consent.kind != ConsentKind::MeetingAnnouncement
        || one.consent.valid_until != later.consent.valid_until
    {
        return Ok(false);
    }
    let school = announcements::school_told(db, request, one.subject.into())?;
    Ok(school.is_some() && school == announcements::school_told(db, request, later.subject.into())?)
}
