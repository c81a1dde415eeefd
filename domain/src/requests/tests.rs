//! Where a request stands, and what can be done with it there.

use super::*;
use crate::privacy::consents::GivenHow;

fn request(state: RequestState, origin: Origin) -> SupportRequest {
    let id = uuid::Uuid::nil();
    SupportRequest {
        id: id.into(),
        programme: id.into(),
        parent: id.into(),
        origin,
        duration: SupportDuration::LongTerm,
        channel: ChannelWish::Online,
        topics: CodeSet::default(),
        language: SpokenLanguage::Dutch,
        school: None,
        municipality: None,
        state,
        withdrawn_by: None,
    }
}

fn consent(kind: ConsentKind, withdrawn: bool) -> Consent {
    let given = Consent::given(kind, GivenHow::OwnLogin, None).in_form(OrganisationForm::Independent);
    Consent { withdrawn_at: withdrawn.then_some(crate::Moment::UNIX_EPOCH), ..given }
}

#[test]
fn nobody_is_proposed_before_the_parent_consented() {
    let code = |state, origin, consents: &[Consent]| {
        request(state, origin)
            .for_matching(consents, (Some(OrganisationForm::Independent), Date::default()))
            .map(|_| ())
            .map_err(|rejection| rejection.code)
    };
    let given = consent(ConsentKind::Request, false);
    let referral = consent(ConsentKind::Referral, false);
    assert_eq!(code(RequestState::Submitted, Origin::Own, &[]), Err("consent-missing"));
    assert_eq!(code(RequestState::Consented, Origin::Own, &[given]), Ok(()));
    assert_eq!(
        code(RequestState::Consented, Origin::Own, &[consent(ConsentKind::Request, true)]),
        Err("consent-missing")
    );
    assert_eq!(code(RequestState::Consented, Origin::Referral, &[given]), Err("consent-missing"));
    assert_eq!(code(RequestState::Consented, Origin::Referral, &[given, referral]), Ok(()));
    assert_eq!(
        code(RequestState::Consented, Origin::Own, &[consent(ConsentKind::ChildHealthData, false)]),
        Err("consent-missing")
    );
}

#[test]
fn only_what_waits_or_runs_goes_on_and_a_new_form_is_consented_to_and_not_just_gone_on_with() {
    let given = consent(ConsentKind::Request, false);
    let code = |state, form| {
        let today = (Some(form), Date::default());
        request(state, Origin::Own).go_on(&[given], today).map_err(|rejection| rejection.code)
    };
    for state in RequestState::ALL {
        let (same, other) = match state {
            RequestState::Consented | RequestState::Matched => (Ok(()), Err("form-changed")),
            RequestState::Submitted => (Err("consent-missing"), Err("consent-missing")),
            RequestState::Closed | RequestState::Withdrawn => {
                (Err("request-not-open"), Err("request-not-open"))
            }
        };
        assert_eq!(code(*state, OrganisationForm::Independent), same, "{state}");
        assert_eq!(code(*state, OrganisationForm::SupportPoint), other, "{state}");
    }
}

#[test]
fn a_consent_to_another_form_is_asked_anew_and_opens_nothing() {
    let given = consent(ConsentKind::Request, false);
    let today = Date::default();
    let asked = |state, consents: &[Consent], form| {
        request(state, Origin::Own).is_asked_anew(consents, (form, today))
    };
    for state in RequestState::ALL {
        let lives = matches!(state, RequestState::Consented | RequestState::Matched);
        for form in OrganisationForm::ALL {
            let changed = *form != OrganisationForm::Independent;
            assert_eq!(asked(*state, &[given], Some(*form)), lives && changed, "{state} {form}");
            assert!(!asked(*state, &[given, given.in_form(*form)], Some(*form)), "{state} {form}");
            // what was heard of her and is not confirmed answers nothing
            let heard = Consent { how: GivenHow::ReportedByStaff, ..given.in_form(*form) };
            assert_eq!(asked(*state, &[given, heard], Some(*form)), lives && changed, "{state} {form}");
        }
        assert!(!asked(*state, &[], Some(OrganisationForm::School)), "{state}");
        assert!(!asked(*state, &[given], None), "{state}");
    }
    let refusal = request(RequestState::Consented, Origin::Own)
        .for_matching(&[given], (Some(OrganisationForm::School), today))
        .map(|_| ());
    assert_eq!(refusal.map_err(|refusal| refusal.code), Err("form-changed"));
}

#[test]
fn a_request_that_has_ended_or_has_a_buddy_gets_no_proposal() {
    for state in [RequestState::Matched, RequestState::Closed, RequestState::Withdrawn] {
        let refusal = request(state, Origin::Own)
            .for_matching(&[consent(ConsentKind::Request, false)], (None, Date::default()));
        assert_eq!(
            refusal.map(|_| ()).map_err(|rejection| rejection.code),
            Err("request-not-open"),
            "{state}"
        );
    }
}

#[test]
fn how_long_does_not_decide_how_parent_and_buddy_meet() {
    for wish in ChannelWish::ALL {
        assert_eq!(ChannelWish::of(wish.channels()), *wish);
    }
}

#[test]
fn contact_data_do_not_show_in_debug_output() {
    let contact = Contact { name: "Q".into(), kind: ContactKind::Phone, value: "06".into() };
    assert_eq!(format!("{contact:?}"), "Contact(withheld)");
}
