//! A parent who asks a programme that a school runs was shown one that the school does not run (S2): before she consents, and again when she
//! names another school, where there may be others to choose from. That it was shown is what the frontend says.

use naast_domain::Date;
use naast_domain::code::Code as _;
use naast_domain::conversations::{Choice, check_choice};
use naast_domain::directory::LocationCode;
use naast_domain::ids::ProgrammeId;
use naast_domain::privacy::consents::ConsentKind;
use naast_domain::programmes::{OrganisationForm, another_form_shown};
use naast_domain::requests::{Origin, RequestState, SupportRequest};
use naast_persistence::privacy::consents::asked_anew;
use naast_persistence::{Database, Stored, programmes};

use super::give::ConsentBody;
use crate::problem::Error;

/// Whether a parent who consents to a request at a school's own programme was shown another. After a conversation at school she was: there
/// the choice is checked before she may consent to the hand-over. When the programme takes another form later, she is shown it once more.
pub(super) fn was_shown_a_choice(
    db: &mut Database<'_>,
    request: &Stored<SupportRequest>,
    body: &ConsentBody,
    today: Date,
) -> Result<(), Error> {
    let is_first = request.state == RequestState::Submitted;
    if body.kind != ConsentKind::Request || (request.origin == Origin::Referral && is_first) {
        return Ok(());
    }
    check(db, request, request.school.as_ref(), body.programmes_shown.as_deref(), today)
}

/// Whether a parent who consents anew read in which form the programme is now: a screen that was opened before it changed shows another one.
pub(super) fn was_shown_the_form(
    db: &mut Database<'_>,
    request: &Stored<SupportRequest>,
    body: &ConsentBody,
    today: Date,
) -> Result<(), Error> {
    if body.kind != ConsentKind::Request {
        return Ok(());
    }
    let Some(form) = programmes::form_on(db, request.programme, today)? else { return Ok(()) };
    let was_shown = match body.form_shown {
        None => asked_anew(db, &[request], today)?.is_empty(),
        Some(shown) => shown == form,
    };
    if was_shown { Ok(()) } else { Err(another_form_shown(form).into()) }
}

/// Whether a parent who consented already, and now names a school, was shown a choice for that school. One who has yet to consent is
/// asked then; one who names none any longer was shown a choice before.
pub fn is_shown_a_choice_anew(
    db: &mut Database<'_>,
    request: &Stored<SupportRequest>,
    school: Option<&LocationCode>,
    shown: Option<&[ProgrammeId]>,
    today: Date,
) -> Result<(), Error> {
    if request.state == RequestState::Submitted || school.is_none() || school == request.school.as_ref() {
        return Ok(());
    }
    check(db, request, school, shown, today)
}

/// What a parent may choose from: what covers her school, or what covers the schools of the programme that she asks when she names none.
fn choices_of(
    db: &mut Database<'_>,
    programme: ProgrammeId,
    school: Option<&LocationCode>,
    today: Date,
) -> Result<Vec<Choice>, Error> {
    let choices = match school {
        Some(school) => programmes::choices(db, school, today)?,
        None => programmes::choices_beside(db, programme, today)?,
    };
    // where nothing else covers her school, there is what runs elsewhere: she may ask every programme that runs
    if choices.iter().any(|choice| !choice.run_by_school) {
        return Ok(choices);
    }
    let mut elsewhere = programmes::choices_anywhere(db, today)?;
    elsewhere.retain(|choice| !choice.run_by_school);
    Ok(elsewhere)
}

/// The programmes that no school runs which a parent can ask beside the one that she asked (engine rule viii).
pub fn others_than(
    db: &mut Database<'_>,
    request: &SupportRequest,
    today: Date,
) -> Result<Vec<Choice>, Error> {
    let mut others = choices_of(db, request.programme, request.school.as_ref(), today)?;
    others.retain(|choice| !choice.run_by_school && choice.programme != request.programme);
    Ok(others)
}

fn check(
    db: &mut Database<'_>,
    request: &Stored<SupportRequest>,
    school: Option<&LocationCode>,
    shown: Option<&[ProgrammeId]>,
    today: Date,
) -> Result<(), Error> {
    let programme = programmes::find(db, request.programme)?.ok_or(Error::NotFound)?;
    if programme.form_on(today).is_none_or(|period| period.form != OrganisationForm::School) {
        return Ok(());
    }
    let mut choices = choices_of(db, request.programme, school, today)?;
    // the programme that she asks is one of those that she saw, whether it covers her school or not
    if choices.iter().all(|choice| choice.programme != request.programme) {
        choices.push(Choice { programme: request.programme, run_by_school: true });
    }
    let mut shown = shown.unwrap_or_default().to_vec();
    shown.push(request.programme);
    let Err(refusal) = check_choice(&shown, &choices) else { return Ok(()) };
    // while she is asked anew, what may be done is that, once she was shown another programme
    let is_asked = !asked_anew(db, &[request], today)?.is_empty();
    Err(refusal.in_state(request.state.code(), request.permitted(is_asked)).at("/programmesShown").into())
}
