//! A parent who asks a programme that a school runs was shown one that the school does not run (S2): before she consents, and again when she
//! names another school, where there may be others to choose from. That it was shown is what the frontend says; it is kept as it was said.

use naast_domain::code::Code as _;
use naast_domain::conversations::{Choice, check_choice};
use naast_domain::directory::LocationCode;
use naast_domain::ids::ProgrammeId;
use naast_domain::privacy::consents::{ConsentKind, GivenHow};
use naast_domain::programmes::{OrganisationForm, another_form_shown};
use naast_domain::rejection::Rejection;
use naast_domain::requests::{RequestState, SupportRequest};
use naast_domain::{Date, Moment};
use naast_persistence::privacy::choice;
use naast_persistence::privacy::consents::asked_anew;
use naast_persistence::programmes::{self, Among};
use naast_persistence::{Database, Stored, Transaction};

use super::give::ConsentBody;
use crate::problem::Error;

/// What is said of the programmes that a parent was shown.
#[derive(Clone, Copy, Debug)]
pub struct SaidShown<'a> {
    /// Which they are.
    pub programmes: Option<&'a [ProgrammeId]>,
    /// How it is said: by herself, or by a coordinator who heard it.
    pub how: GivenHow,
    /// When.
    pub at: Moment,
    /// The day in the Netherlands.
    pub today: Date,
}

/// Whether a parent who consents to a request at a school's own programme, or confirms that she did, was shown another: for the school that she names,
/// whichever way she came. What a school showed her in a conversation was for that day and that school. When the programme takes another form later, she is
/// shown it once more. What she was shown is kept at the moment of her word.
pub(super) fn was_shown_a_choice(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    kind: ConsentKind,
    said: SaidShown<'_>,
) -> Result<(), Error> {
    if kind != ConsentKind::Request {
        return Ok(());
    }
    check(tx, request, request.school.as_ref(), said)
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

/// Whether a parent who now names a school was shown a choice for that school. One who has yet to consent is asked then, and one who names none any
/// longer was shown a choice before.
pub fn is_shown_a_choice_anew(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    school: Option<&LocationCode>,
    said: SaidShown<'_>,
) -> Result<(), Error> {
    let is_asked_then = request.state == RequestState::Submitted;
    if is_asked_then || school.is_none() || school == request.school.as_ref() {
        return Ok(());
    }
    check(tx, request, school, said)
}

/// What a parent may choose from: what covers her school, or what covers the schools of the programme that she asks when she names none. Of all that
/// there is those are read that she was shown, and of each sort, a school's own and others, the newest: enough to say what she misses.
fn choices_of(
    db: &mut Database<'_>,
    programme: ProgrammeId,
    school: Option<&LocationCode>,
    shown: &[ProgrammeId],
    today: Date,
) -> Result<Vec<Choice>, Error> {
    let among = school.map_or(Among::Beside(programme), Among::Covering);
    let choices = programmes::choices(db, among, shown, today)?;
    // where nothing else covers her school, there is what runs elsewhere: she may ask every programme that runs
    if choices.iter().any(|choice| !choice.run_by_school) {
        return Ok(choices);
    }
    let mut elsewhere = programmes::choices(db, Among::All, shown, today)?;
    elsewhere.retain(|choice| !choice.run_by_school);
    Ok(elsewhere)
}

/// The programmes that no school runs which a parent can ask beside the one that she asked (engine rule viii).
pub fn others_than(
    db: &mut Database<'_>,
    request: &SupportRequest,
    today: Date,
) -> Result<Vec<Choice>, Error> {
    let mut others = choices_of(db, request.programme, request.school.as_ref(), &[], today)?;
    others.retain(|choice| !choice.run_by_school && choice.programme != request.programme);
    Ok(others)
}

/// Whether a school runs a programme: then a parent is shown another beside it.
fn is_run_by_school(db: &mut Database<'_>, programme: ProgrammeId, today: Date) -> Result<bool, Error> {
    Ok(programmes::form_on(db, programme, today)? == Some(OrganisationForm::School))
}

/// Why a parent was not shown enough beside a programme that a school runs.
fn refused(
    programme: ProgrammeId,
    mut choices: Vec<Choice>,
    mut shown: Vec<ProgrammeId>,
) -> Option<Rejection> {
    // the programme that she asks is one of those that she saw, whether it covers her school or not
    if choices.iter().all(|choice| choice.programme != programme) {
        choices.push(Choice { programme, run_by_school: true });
    }
    shown.push(programme);
    check_choice(&shown, &choices).err()
}

/// Checks what was shown, where the rule asks it, and keeps it.
fn check(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    school: Option<&LocationCode>,
    SaidShown { programmes, how, at, today }: SaidShown<'_>,
) -> Result<(), Error> {
    if !is_run_by_school(tx, request.programme, today)? {
        return Ok(());
    }
    let shown = programmes.unwrap_or_default();
    let choices = choices_of(tx, request.programme, school, shown, today)?;
    if let Some(refusal) = refused(request.programme, choices, shown.to_vec()) {
        // while she is asked anew, what may be done is that, once she was shown another programme
        let is_asked = !asked_anew(tx, &[request], today)?.is_empty();
        let refusal = refusal.in_state(request.state.code(), request.permitted(is_asked));
        return Err(refusal.at("/programmesShown").into());
    }
    Ok(choice::keep_shown(tx, request, shown, (how, at))?)
}
