//! What a parent hears of a programme that changed after she asked it: what it is now, since when, and where else she can go. Like everything that
//! waits for her it is worked out from how things stand, so it begins on the day of the new form and a form that is taken back before says nothing.

use naast_domain::ids::ProgrammeId;
use naast_domain::privacy::consents::ConsentKind;
use naast_domain::programmes::{FormNews, OrganisationForm, tell};
use naast_domain::requests::{ParentNotice, RequestState, SupportRequest};
use naast_domain::text::Tongue;
use naast_domain::{Date, day_of, start_of};
use naast_persistence::privacy::consents::KeptConsent;
use naast_persistence::{Database, Stored, programmes};
use serde::Serialize;
use utoipa::ToSchema;

use super::notices::{ParentNoticeView, notice};
use crate::contract::BASE;
use crate::matching::explanation::OtherProgrammeView;
use crate::privacy::choice::others_than;
use crate::problem::Error;

/// So many other programmes are named.
const MOST_NAMED: usize = 20;

/// What a programme is now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProgrammeNewsView {
    /// The programme.
    pub programme_id: ProgrammeId,
    /// Its form today: what is sent as `formShown` with a new consent; a confirmation says nothing of it.
    pub form: OrganisationForm,
    /// The first day of it, or that of who pays now.
    pub since_date: Date,
    /// The programmes that the parent can ask instead, none of which a school runs: at most twenty. Shown to her, they are what is sent as
    /// `programmesShown` with a new consent.
    pub other_programmes: Vec<OtherProgrammeView>,
}

/// The other programmes that are named.
fn named(
    db: &mut Database<'_>,
    request: &SupportRequest,
    today: Date,
) -> Result<Vec<OtherProgrammeView>, Error> {
    let mut choices = others_than(db, request, today)?;
    choices.truncate(MOST_NAMED);
    OtherProgrammeView::load_all(db, &choices, today)
}

/// What a parent reads beside the words before she confirms that she asked a programme that a school runs: who else she can ask (S2). What the
/// coordinator showed her is his word; this is shown to herself. Nothing where no school runs it, and of another consent.
pub fn shown_beside(
    db: &mut Database<'_>,
    request: &SupportRequest,
    kind: ConsentKind,
    today: Date,
) -> Result<Option<ProgrammeNewsView>, Error> {
    if kind != ConsentKind::Request {
        return Ok(None);
    }
    let programme = programmes::find(db, request.programme)?;
    let period = programme.as_ref().and_then(|one| one.form_on(today));
    let Some(period) = period.filter(|period| period.form == OrganisationForm::School) else {
        return Ok(None);
    };
    Ok(Some(ProgrammeNewsView {
        programme_id: request.programme,
        form: period.form,
        since_date: period.since,
        other_programmes: named(db, request, today)?,
    }))
}

/// What is told of the form of the programme to the parent of a request that lives.
pub(super) fn of_form(
    db: &mut Database<'_>,
    request: &Stored<SupportRequest>,
    kept: &[KeptConsent],
    (today, tongue): (Date, Tongue),
) -> Result<Option<ParentNoticeView>, Error> {
    let Some(programme) = programmes::find(db, request.programme)? else { return Ok(None) };
    let known = match request.state {
        // she asked it as it was on that day, and is yet to consent
        RequestState::Submitted => {
            let day = day_of(request.created_at);
            Some((programme.form_consented_to(day), day))
        }
        RequestState::Consented | RequestState::Matched => {
            let counts = |one: &&KeptConsent| {
                one.consent.kind == ConsentKind::Request && one.consent.in_force_on(today)
            };
            let last = kept.iter().filter(counts).max_by_key(|one| one.given_at);
            last.map(|one| (one.consent.form, day_of(one.given_at)))
        }
        RequestState::Closed | RequestState::Withdrawn => None,
    };
    let Some(news) = known.and_then(|known| programme.news_for(known, today)) else { return Ok(None) };
    let other_programmes = named(db, request, today)?;
    let names: Vec<String> = other_programmes.iter().map(|one| one.name.clone()).collect();
    let run_by = programmes::run_by(db, &programme, today)?;
    let Some(period) = programme.form_on(today) else { return Ok(None) };
    let Some(text) = tell(news, &programme, &run_by, &names, today) else { return Ok(None) };
    let (kind, since_date) = match news {
        FormNews::Asked(since) => (ParentNotice::FormChanged, since),
        FormNews::Told(since) => (ParentNotice::PayersChanged, since),
    };
    let read = format!("{BASE}/programmes/{}/position-statement", programme.id);
    Ok(Some(ParentNoticeView {
        text: text.get(tongue).to_owned(),
        since: Some(start_of(since_date)),
        programme: Some(ProgrammeNewsView {
            programme_id: programme.id,
            form: period.form,
            since_date,
            other_programmes,
        }),
        ..notice(kind, request.id, read, tongue)
    }))
}
