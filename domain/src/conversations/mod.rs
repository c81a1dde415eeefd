//! The consent conversation (L6).
//!
//! The school asks "Heeft u iemand die u kan ondersteunen?". Only when the parent has nobody may it ask "Zou ik met u
//! mee mogen denken?". Only when she agrees may a buddy be mentioned. From then on every step is the parent's own:
//! she takes time, says no, makes contact herself, or consents that her contact data go to a programme of her choice.
//! No step leaps over another, and there is no permission that overrides that.
//!
//! The school's side holds no name and no contact way: a conversation knows the parent only by a reference that
//! means nothing outside the school. What the parent does after the buddy was explained shows at school as one and
//! the same answer, until she consents to the hand-over herself.

mod guide;
mod steps;

pub use guide::{GUIDE, GuideEntry, WORDING_VERSION, Wording, wording};
pub use steps::{ConversationSchoolState, ConversationState, ParentStep, SchoolStep, Step};

use chrono::Months;

use crate::code::Code as _;
use crate::ids::{ConversationId, PersonId, ProgrammeId};
use crate::rejection::Rejection;
use crate::text::Text;
use crate::{Date, Moment, code_list, day_of};

code_list! {
    /// Why a conversation is held now.
    pub enum Ground {
        RegularTalk = "regular-talk": "gewoon gesprek" / "regular talk",
        NewDevelopmentPlan = "new-development-plan": "nieuw ontwikkelingsperspectief" / "new development plan",
    }
}

/// After a conversation, the school does not open another with the same parent for so many months, unless there is a
/// new development plan: a parent who said no is not asked again and again. [P]
pub const REST_MONTHS: u32 = 6;

/// An earlier conversation of the school with the same parent, as the school's side knows it.
#[derive(Clone, Copy, Debug)]
pub struct Earlier {
    /// Its id.
    pub id: ConversationId,
    /// When it was opened.
    pub opened_at: Moment,
    /// What the school sees of it.
    pub state: ConversationSchoolState,
}

/// Whether the school may open a conversation now.
///
/// The rule looks only at what the school itself knows, so that the answer tells it nothing: a conversation that
/// went over to the parent counts, whatever she did with it.
///
/// # Errors
/// `conversation-running` when one is running; `conversation-rested` when one ended less than [`REST_MONTHS`] ago
/// and there is no new ground.
pub fn may_open(earlier: &[Earlier], ground: Ground, today: Date) -> Result<(), Rejection> {
    if let Some(running) = earlier.iter().find(|one| one.state.is_running()) {
        return Err(Rejection::rule(
            "conversation-running",
            "L6",
            Text::of(
                "Er loopt al een gesprek met deze ouder. Ga daarmee verder.",
                "A conversation with this parent is running already. Go on with that one.",
            ),
        )
        .in_state(running.state.code(), running.state.permitted().iter().map(|step| step.code()).collect())
        .saying(running.state.sentence()));
    }
    let rests = |one: &Earlier| {
        day_of(one.opened_at).checked_add_months(Months::new(REST_MONTHS)).is_some_and(|end| today < end)
    };
    // a parent who has somebody has not said no to anything
    let asked = |one: &&Earlier| one.state != ConversationSchoolState::OwnNetwork;
    if ground == Ground::RegularTalk && earlier.iter().filter(asked).any(rests) {
        return Err(Rejection::rule(
            "conversation-rested",
            "L6",
            Text::of(
                "School heeft dit korter dan zes maanden geleden al met deze ouder besproken. Vraag het opnieuw bij \
                 een nieuw ontwikkelingsperspectief, of later. De ouder mag altijd zelf hulp vragen.",
                "The school discussed this with the parent less than six months ago. Ask again at a new development \
                 plan, or later. The parent may always ask for help herself.",
            ),
        )
        .in_state("rested", vec![Ground::NewDevelopmentPlan.code()]));
    }
    Ok(())
}

/// The parent answers one person, and with her it goes on: a talk is not passed around a school (L6). When she leaves, the
/// school leader says who goes on in her place.
///
/// # Errors
/// `conversation-of-colleague` for everybody but who holds it.
pub fn goes_on(holder: PersonId, me: PersonId) -> Result<(), Rejection> {
    if holder == me {
        return Ok(());
    }
    Err(Rejection::rule(
        "conversation-of-colleague",
        "L6",
        Text::of(
            "Een collega voert dit gesprek. Wie vroeg, gaat ermee verder; de schoolleider kan een ander aanwijzen.",
            "A colleague holds this conversation. Who asked goes on with it; the school leader can name somebody else.",
        ),
    )
    .in_state("held-by-colleague", vec!["holders"]))
}

/// A programme that could be shown to the parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The programme.
    pub programme: ProgrammeId,
    /// Whether this school runs it: a programme in the form `school`.
    pub run_by_school: bool,
}

/// Checks what the school shows when it explains the buddy: at least two programmes where there are two, and always
/// one that the school does not run, so that the parent can choose (S1, S2).
///
/// # Errors
/// `programme-not-available`, `choice-too-narrow` or `no-independent-choice`.
pub fn check_choice(shown: &[ProgrammeId], available: &[Choice]) -> Result<(), Rejection> {
    if shown.iter().any(|one| available.iter().all(|choice| choice.programme != *one)) {
        return Err(Rejection::rule(
            "programme-not-available",
            "S1",
            Text::of(
                "Een van deze programma's is er niet voor deze school.",
                "One of these programmes is not available to this school.",
            ),
        ));
    }
    let mut distinct = shown.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.is_empty() || (distinct.len() < 2 && available.len() >= 2) {
        return Err(Rejection::rule(
            "choice-too-narrow",
            "S1",
            Text::of(
                "Een ouder ziet minstens twee programma's als die er zijn, voordat zij kiest.",
                "A parent is shown at least two programmes where there are two, before she chooses.",
            ),
        ));
    }
    let outside = |choice: &&Choice| !choice.run_by_school && distinct.contains(&choice.programme);
    if available.iter().filter(outside).count() == 0 {
        return Err(Rejection::rule(
            "no-independent-choice",
            "S2",
            Text::of(
                "Een ouder ziet ook een programma dat niet van school is, voordat zij kiest.",
                "A parent is also shown a programme that the school does not run, before she chooses.",
            ),
        ));
    }
    Ok(())
}

/// A talk is not opened when it could only end where nothing may be told: there must be a programme to choose, and one that
/// the school does not run (S1, S2).
///
/// # Errors
/// `no-programme` or `no-independent-choice`.
pub fn can_be_told_of(available: &[Choice]) -> Result<(), Rejection> {
    if available.is_empty() {
        return Err(Rejection::rule(
            "no-programme",
            "S1",
            Text::of(
                "Voor deze school is nog geen buddyprogramma te kiezen. Dan is er niets om over te vertellen.",
                "No buddy programme can be chosen for this school yet, so there is nothing to tell of.",
            ),
        ));
    }
    if available.iter().all(|choice| choice.run_by_school) {
        return Err(Rejection::rule(
            "no-independent-choice",
            "S2",
            Text::of(
                "Voor deze school is er alleen een programma van school zelf. Regel eerst een ander programma, zodat een ouder \
                 kan kiezen.",
                "For this school there is only a programme of the school itself. First see to another programme, so that a \
                 parent can choose.",
            ),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(month: u32, day: u32) -> Date {
        Date::from_ymd_opt(2026, month, day).expect("a day")
    }

    fn earlier(state: ConversationSchoolState) -> Earlier {
        let (id, opened) =
            (uuid::Uuid::from_u128(7).into(), day(3, 10).and_hms_opt(9, 0, 0).expect("an hour"));
        Earlier { id, opened_at: opened.and_utc(), state }
    }

    #[test]
    fn a_running_conversation_is_continued_and_not_doubled() {
        let refusal =
            may_open(&[earlier(ConversationSchoolState::NoNetwork)], Ground::NewDevelopmentPlan, day(9, 1));
        let refusal = refusal.expect_err("it runs");
        assert_eq!((refusal.code, refusal.state), ("conversation-running", "no-network"));
        assert_eq!(refusal.permitted, ["ask-second-question"]);
        assert!(refusal.sentence.is_some());
    }

    #[test]
    fn a_no_rests_six_months_unless_there_is_a_new_plan() {
        let no = [earlier(ConversationSchoolState::SecondQuestionDeclined)];
        let code = |ground, today| may_open(&no, ground, today).map_err(|rejection| rejection.code);
        assert_eq!(code(Ground::RegularTalk, day(9, 9)), Err("conversation-rested"));
        assert_eq!(code(Ground::RegularTalk, day(9, 10)), Ok(()));
        assert_eq!(code(Ground::NewDevelopmentPlan, day(4, 1)), Ok(()));
    }

    #[test]
    fn the_rest_says_nothing_of_what_the_parent_did() {
        let refusal = |state| may_open(&[earlier(state)], Ground::RegularTalk, day(5, 1));
        assert_eq!(
            refusal(ConversationSchoolState::WithParent),
            refusal(ConversationSchoolState::HandedOver)
        );
        assert!(refusal(ConversationSchoolState::WithParent).is_err());
        assert!(refusal(ConversationSchoolState::OwnNetwork).is_ok());
    }

    #[test]
    fn a_parent_is_shown_a_choice_that_is_not_the_schools_own() {
        let id = |number| ProgrammeId::from_uuid(uuid::Uuid::from_u128(number));
        let own = Choice { programme: id(1), run_by_school: true };
        let other = Choice { programme: id(2), run_by_school: false };
        let code =
            |shown: &[_], available: &[_]| check_choice(shown, available).map_err(|rejection| rejection.code);
        assert_eq!(code(&[id(1), id(2)], &[own, other]), Ok(()));
        assert_eq!(code(&[id(2)], &[other]), Ok(()));
        assert_eq!(code(&[id(2)], &[own, other]), Err("choice-too-narrow"));
        assert_eq!(code(&[id(2), id(2)], &[own, other]), Err("choice-too-narrow"));
        assert_eq!(code(&[id(1)], &[own]), Err("no-independent-choice"));
        assert_eq!(code(&[id(3)], &[own, other]), Err("programme-not-available"));
        assert_eq!(code(&[], &[other]), Err("choice-too-narrow"));
    }

    #[test]
    fn who_asked_goes_on() {
        let (asker, colleague) = (PersonId::from(uuid::Uuid::from_u128(1)), uuid::Uuid::from_u128(2).into());
        assert_eq!(goes_on(asker, asker), Ok(()));
        let refusal = goes_on(asker, colleague).expect_err("a colleague does not");
        assert_eq!((refusal.code, refusal.permitted), ("conversation-of-colleague", vec!["holders"]));
    }

    #[test]
    fn a_talk_that_could_only_end_where_nothing_may_be_told_is_not_opened() {
        let of = |run_by_school| Choice { programme: uuid::Uuid::from_u128(1).into(), run_by_school };
        let code = |available: &[Choice]| can_be_told_of(available).map_err(|rejection| rejection.code);
        assert_eq!(code(&[]), Err("no-programme"));
        assert_eq!(code(&[of(true)]), Err("no-independent-choice"));
        assert_eq!(code(&[of(true), of(false)]), Ok(()));
    }
}
