//! The private space of a match: what parent and buddy write for themselves and to each other. It is the parent's. The
//! buddy is let in while the match runs; nobody else is, in any role.

use crate::Date;
use crate::code_list;
use crate::privacy::consents::Consent;
use crate::programmes::OrganisationForm;
use crate::rejection::Rejection;
use crate::support::{Course, MatchState, PauseReason};
use crate::text::Text;

code_list! {
    /// What a private note is about.
    pub enum NoteKind {
        ContactNote = "contact-note": "aantekening van een contact" / "note of a contact",
        TalkPreparation = "talk-preparation": "voorbereiding van een gesprek" / "preparation of a talk",
        Goal = "goal": "doel" / "goal",
    }
}

code_list! {
    /// Who of the two wrote something in the private space.
    pub enum PrivateSide {
        Parent = "parent": "de ouder" / "the parent",
        Buddy = "buddy": "de buddy" / "the buddy",
    }
}

impl PrivateSide {
    /// The one to whom this one writes.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Parent => Self::Buddy,
            Self::Buddy => Self::Parent,
        }
    }
}

/// The longest note, in characters.
pub const LONGEST_NOTE: usize = 8_000;
/// The longest message, in characters.
pub const LONGEST_MESSAGE: usize = 2_000;

impl Course {
    /// Whether the buddy of the match is let into its private space. Not once it ended; and not while it rests for
    /// something that the parent must know first, or that the buddy must say first, or because the buddy may not support anybody now.
    pub fn lets_buddy_in(self) -> bool {
        match self.state {
            MatchState::Active => true,
            MatchState::Paused => {
                let away = [
                    PauseReason::FormChanged,
                    PauseReason::NewTie,
                    PauseReason::TiesNotDeclared,
                    PauseReason::BuddyNotReady,
                ];
                away.iter().all(|reason| !self.rests_for.contains(*reason))
            }
            MatchState::Closed => false,
        }
    }

    /// Whether something can still be written. When the match has ended the parent keeps what there is, and may take away
    /// what she wrote.
    ///
    /// # Errors
    /// `private-space-closed` once the match has ended.
    pub fn write_privately(self) -> Result<(), Rejection> {
        if self.state != MatchState::Closed {
            return Ok(());
        }
        let reason = Text::of(
            "Deze koppeling is afgesloten. U kunt nog lezen wat er staat, en weghalen wat u zelf schreef.",
            "This match has ended. You can still read what is there, and take away what you wrote.",
        );
        Err(Rejection::rule("private-space-closed", "B1", reason)
            .in_state("closed", vec!["read", "take-away"]))
    }
}

/// Whether something that is about the child's health can be written: only on a consent to that which holds on this day, the
/// parent's or the pupil's own, and was given to whoever is responsible in the form that the programme has. What is not about it needs none.
///
/// # Errors
/// `health-consent-needed`, at the member that says what it is about.
pub fn may_be_about_health(
    is_about_health: bool,
    consents: &[Consent],
    (form, day): (Option<OrganisationForm>, Date),
) -> Result<(), Rejection> {
    let opens = |one: &Consent| one.kind.is_of_health() && one.in_force_on(day) && one.is_for(form);
    if !is_about_health || consents.iter().any(opens) {
        return Ok(());
    }
    let reason = Text::of(
        "Dit gaat over de gezondheid van het kind. Daarvoor is eerst toestemming nodig: van de ouder, of van een leerling van 16 jaar of ouder zelf.",
        "This is about the child's health. That needs consent first: the parent's, or that of a pupil of 16 or older herself.",
    );
    Err(Rejection::rule("health-consent-needed", "S5", reason)
        .in_state("no-health-consent", vec!["child-health-data", "pupil-health-data"])
        .at("/aboutHealth"))
}

/// Whether a consent to data on the child's health holds on a day. Once none does, what was written on it goes.
pub fn holds_for_health(consents: &[Consent], day: Date) -> bool {
    consents.iter().any(|one| one.kind.is_of_health() && one.in_force_on(day))
}

/// Whether one of the two may change or take away what was written: only who wrote it.
///
/// # Errors
/// `written-by-other` for the words of the other.
pub fn own_words(writer: PrivateSide, me: PrivateSide) -> Result<(), Rejection> {
    if writer == me {
        return Ok(());
    }
    let reason = Text::of(
        "Dit schreef de ander. Alleen wie iets schreef, kan het veranderen of weghalen.",
        "The other wrote this. Only who wrote something can change it or take it away.",
    );
    Err(Rejection::rule("written-by-other", "B1", reason))
}

/// Words that say something: without blanks around them, and not empty.
pub fn words(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code as _;

    #[test]
    fn the_buddy_is_let_in_while_the_match_runs_and_the_parent_knows_what_she_must_know() {
        assert!(Course::RUNNING.lets_buddy_in());
        let closed = Course { state: MatchState::Closed, ..Course::RUNNING };
        assert!(!closed.lets_buddy_in());
        for reason in PauseReason::ALL {
            let asked = matches!(
                reason,
                PauseReason::ParentAsked | PauseReason::BuddyAsked | PauseReason::CoordinatorAsked
            );
            assert_eq!(Course::resting(*reason).lets_buddy_in(), asked, "{reason}");
        }
        // a tie beside another reason shuts her out all the same
        assert!(!Course::resting(PauseReason::ParentAsked).asked_about_a_tie().lets_buddy_in());
    }

    #[test]
    fn nothing_is_written_once_the_match_has_ended() {
        assert!(Course::RUNNING.write_privately().is_ok());
        assert!(Course::resting(PauseReason::NewTie).write_privately().is_ok());
        let closed = Course { state: MatchState::Closed, ..Course::RUNNING };
        assert_eq!(closed.write_privately().expect_err("over").code, "private-space-closed");
    }

    #[test]
    fn what_is_about_health_rests_on_a_consent_to_that_and_nothing_else_does() {
        use crate::privacy::consents::{ConsentKind, GivenHow};
        let day = Date::from_ymd_opt(2026, 11, 26).expect("a day");
        let now = OrganisationForm::Independent;
        let given = |kind, how| Consent::given(kind, how, None).in_form(now);
        let may = |about, consents: &[Consent], form| may_be_about_health(about, consents, (Some(form), day));
        for kind in ConsentKind::ALL {
            let own = [given(*kind, GivenHow::OwnLogin)];
            assert!(may(false, &own, now).is_ok());
            assert_eq!(may(true, &own, now).is_ok(), kind.is_of_health(), "{kind}");
            // what was said to somebody else opens nothing, and is still hers to take back
            let other = OrganisationForm::SupportPoint;
            assert!(may(true, &own, other).is_err() && may(false, &own, other).is_ok(), "{kind}");
            assert_eq!(holds_for_health(&own, day), kind.is_of_health(), "{kind}");
        }
        let kind = ConsentKind::ChildHealthData;
        let over =
            Consent { withdrawn_at: Some(crate::Moment::UNIX_EPOCH), ..given(kind, GivenHow::OwnLogin) };
        let last = day.pred_opt();
        for none in [
            vec![],
            vec![over],
            vec![given(kind, GivenHow::ReportedByStaff)],
            vec![Consent::given(kind, GivenHow::OwnLogin, last).in_form(now)],
        ] {
            let refusal = may(true, &none, now).expect_err("there is no consent that holds");
            assert_eq!((refusal.code, refusal.member()), ("health-consent-needed", Some("/aboutHealth")));
            assert!(!holds_for_health(&none, day));
        }
        // the pupil's own counts beside the parent's that is over
        assert!(holds_for_health(&[over, given(ConsentKind::PupilHealthData, GivenHow::OneTimeCode)], day));
    }

    #[test]
    fn only_who_wrote_something_changes_it() {
        assert!(own_words(PrivateSide::Parent, PrivateSide::Parent).is_ok());
        assert!(own_words(PrivateSide::Parent, PrivateSide::Buddy).is_err());
        assert_eq!(PrivateSide::Buddy.other(), PrivateSide::Parent);
    }

    #[test]
    fn blanks_say_nothing() {
        assert_eq!(words(" \n\t "), None);
        assert_eq!(words(" a b\n"), Some("a b".to_owned()));
    }
}
