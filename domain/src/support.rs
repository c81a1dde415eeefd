//! Support (S5): a running match of a parent and a buddy, when they met, and how it ends. What they write to each other is
//! in a space of its own ([`private_space`]), which nothing here knows of.

pub mod announcements;
pub mod calendar;
pub mod private_space;

use crate::Date;
use crate::code::Code;
use crate::code_list;
use crate::rejection::Rejection;
use crate::requests::RequestState;
use crate::text::Text;

code_list! {
    /// Where a match stands.
    pub enum MatchState {
        Active = "active": "loopt" / "running",
        Paused = "paused": "pauze" / "paused",
        Closed = "closed": "afgesloten" / "closed",
    }
}

code_list! {
    /// Why a match is paused.
    pub enum PauseReason {
        ParentAsked = "parent-asked": "op verzoek van de ouder" / "at the parent's wish",
        BuddyAsked = "buddy-asked": "op verzoek van de buddy" / "at the buddy's wish",
        CoordinatorAsked = "coordinator-asked": "op verzoek van de coördinator" / "at the coordinator's wish",
        BuddyNotReady = "buddy-not-ready": "een bewijs van de buddy is verlopen, of zij is even niet beschikbaar" / "a certificate of the buddy has lapsed, or she is away for a while",
        NewTie = "new-tie": "er is iets nieuws dat u moet weten over deze buddy" / "there is something new that you must know of this buddy",
    }
}

code_list! {
    /// Why a match was closed.
    pub enum ClosureReason {
        GoalReached = "goal-reached": "doel bereikt" / "goal reached",
        ParentStops = "parent-stops": "de ouder stopt" / "the parent stops",
        BuddyStops = "buddy-stops": "de buddy stopt" / "the buddy stops",
        MaximumReached = "maximum-reached": "de afgesproken tijd is om" / "the agreed time is over",
        ReferredOn = "referred-on": "verwezen naar andere hulp" / "referred to other help",
        OtherBuddy = "other-buddy": "de ouder wil een andere buddy" / "the parent wants another buddy",
        IndependenceLost = "independence-lost": "de buddy is niet meer onafhankelijk" / "the buddy is no longer independent",
        RequestWithdrawn = "request-withdrawn": "de aanvraag is ingetrokken" / "the request was withdrawn",
    }
}

code_list! {
    /// What buddy and parent did, by kind. Never what was said.
    pub enum ContactTask {
        Listening = "listening": "luisterend oor" / "a listening ear",
        Information = "information": "informatie en overzicht" / "information and overview",
        PreparingTalk = "preparing-talk": "een gesprek voorbereiden" / "preparing a talk",
        JoiningTalk = "joining-talk": "mee naar een gesprek" / "coming along to a talk",
        LookingBack = "looking-back": "nabespreken" / "looking back",
        ShowingTheWay = "showing-the-way": "de weg wijzen" / "showing the way",
    }
}

/// Where a match stands, and what it rests for. A tie that comes on top of another pause is asked about first; what the
/// match rested for before is not forgotten by the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// Where it stands.
    pub state: MatchState,
    /// What it rests for.
    pub paused_because: Option<PauseReason>,
    /// What it rests for once a tie on top of it is settled.
    pub paused_before: Option<PauseReason>,
}

impl Course {
    /// A match that runs.
    pub const RUNNING: Self = Self { state: MatchState::Active, paused_because: None, paused_before: None };

    /// A match that rests for a reason that somebody gave.
    pub fn resting(reason: PauseReason) -> Self {
        Self { state: MatchState::Paused, paused_because: Some(reason), paused_before: None }
    }

    /// Rests until the parent has answered on a tie that she does not know yet.
    #[must_use]
    pub fn asked_about_a_tie(self) -> Self {
        match self.paused_because {
            Some(PauseReason::NewTie) => self,
            before => Self { paused_before: before, ..Self::resting(PauseReason::NewTie) },
        }
    }

    /// The buddy is not ready any more: nobody is supported by a buddy whose certificates have lapsed.
    #[must_use]
    pub fn buddy_lapsed(self) -> Self {
        match (self.paused_because, self.paused_before) {
            (None, _) if self.state == MatchState::Active => Self::resting(PauseReason::BuddyNotReady),
            (Some(PauseReason::NewTie), None) => {
                Self { paused_before: Some(PauseReason::BuddyNotReady), ..self }
            }
            _ => self,
        }
    }

    /// The buddy is ready again.
    #[must_use]
    pub fn buddy_ready(self) -> Self {
        match (self.paused_because, self.paused_before) {
            (Some(PauseReason::BuddyNotReady), _) => Self::RUNNING,
            (_, Some(PauseReason::BuddyNotReady)) => Self { paused_before: None, ..self },
            _ => self,
        }
    }

    /// The tie is accepted, or gone: the match runs again, or rests for what it rested for before.
    #[must_use]
    pub fn tie_settled(self) -> Self {
        match (self.paused_because, self.paused_before) {
            (Some(PauseReason::NewTie), Some(before)) => Self::resting(before),
            (Some(PauseReason::NewTie), None) => Self::RUNNING,
            _ => self,
        }
    }
}

impl ClosureReason {
    /// Whether somebody may give this reason; the others are the system's own.
    pub fn may_be_given(self) -> bool {
        !matches!(self, Self::IndependenceLost | Self::RequestWithdrawn)
    }

    /// What becomes of the request: where the parent did not choose to stop, a new buddy is sought on the consent that
    /// she gave.
    pub fn request_after(self) -> RequestState {
        match self {
            Self::BuddyStops | Self::OtherBuddy | Self::IndependenceLost => RequestState::Consented,
            Self::RequestWithdrawn => RequestState::Withdrawn,
            Self::GoalReached | Self::ParentStops | Self::MaximumReached | Self::ReferredOn => {
                RequestState::Closed
            }
        }
    }
}

impl MatchState {
    fn refuse(self) -> Rejection {
        let permitted = match self {
            Self::Active => vec!["contacts", "pauses", "closure"],
            Self::Paused => vec!["pauses", "closure"],
            Self::Closed => Vec::new(),
        };
        Rejection::rule(
            "match-state",
            "S5",
            Text::new(
                format!("Dit kan nu niet. Stand van de koppeling: {}.", self.label().nl),
                format!("This cannot be done now. State of the match: {}.", self.label().en),
            ),
        )
        .in_state(self.code(), permitted)
    }

    /// Checks that a contact can be recorded: the match runs, and the day is neither before its start nor ahead of today.
    ///
    /// # Errors
    /// `match-state`, `date-before-start`, `date-ahead`.
    pub fn contact(self, on: Date, started: Date, today: Date) -> Result<(), Rejection> {
        if self != Self::Active {
            return Err(self.refuse());
        }
        if on < started {
            return Err(Rejection::rule(
                "date-before-start",
                "S5",
                Text::new(
                    format!("De datum ligt voor het begin van de koppeling, op {started}."),
                    format!("The date lies before the match began, on {started}."),
                ),
            ));
        }
        if on > today {
            return Err(Rejection::rule(
                "date-ahead",
                "S5",
                Text::of(
                    "Een contact is geweest; de datum ligt in de toekomst.",
                    "A contact has been; the date is ahead.",
                ),
            ));
        }
        Ok(())
    }

    /// Pauses.
    ///
    /// # Errors
    /// `match-state` when it is not running.
    pub fn pause(self) -> Result<Self, Rejection> {
        if self == Self::Active { Ok(Self::Paused) } else { Err(self.refuse()) }
    }

    /// Resumes after a pause that somebody asked for. A pause for a new tie ends only by the parent's acceptance.
    ///
    /// # Errors
    /// `match-state` when it is not paused; `tie-not-accepted` when the pause is for a tie.
    pub fn resume(self, paused_because: Option<PauseReason>) -> Result<Self, Rejection> {
        match (self, paused_because) {
            (Self::Paused, Some(PauseReason::NewTie)) => Err(Rejection::rule(
                "tie-not-accepted",
                "S2",
                Text::of(
                    "De ouder moet eerst zeggen of deze buddy voor haar nog goed is.",
                    "The parent must first say whether this buddy is still right for her.",
                ),
            )
            .in_state(self.code(), vec!["tie-answers", "closure"])),
            (Self::Paused, _) => Ok(Self::Active),
            _ => Err(self.refuse()),
        }
    }

    /// Closes.
    ///
    /// # Errors
    /// `match-state` when it is closed already.
    pub fn close(self) -> Result<Self, Rejection> {
        if self == Self::Closed { Err(self.refuse()) } else { Ok(Self::Closed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> Date {
        Date::from_ymd_opt(2026, 10, day).expect("a day")
    }

    #[test]
    fn a_contact_belongs_to_a_running_match_and_to_the_past() {
        assert!(MatchState::Active.contact(day(5), day(5), day(5)).is_ok());
        assert!(MatchState::Active.contact(day(6), day(1), day(5)).is_err());
        assert!(MatchState::Active.contact(day(3), day(4), day(5)).is_err());
        assert!(MatchState::Paused.contact(day(5), day(1), day(5)).is_err());
        assert!(MatchState::Closed.contact(day(5), day(1), day(5)).is_err());
    }

    #[test]
    fn a_pause_for_a_tie_ends_only_by_the_parents_acceptance() {
        assert_eq!(MatchState::Paused.resume(Some(PauseReason::ParentAsked)), Ok(MatchState::Active));
        let refusal = MatchState::Paused.resume(Some(PauseReason::NewTie)).expect_err("not by resuming");
        assert_eq!(refusal.permitted, ["tie-answers", "closure"]);
    }

    #[test]
    fn what_a_match_rested_for_is_not_forgotten_by_a_tie_on_top_of_it() {
        let asked = Course::RUNNING.asked_about_a_tie();
        assert_eq!(asked, Course::resting(PauseReason::NewTie));
        assert_eq!(asked.asked_about_a_tie().tie_settled(), Course::RUNNING);
        let rest = Course::resting(PauseReason::ParentAsked);
        assert_eq!(rest.asked_about_a_tie().paused_because, Some(PauseReason::NewTie));
        assert_eq!(rest.asked_about_a_tie().asked_about_a_tie().tie_settled(), rest);
        assert_eq!(rest.tie_settled(), rest);
        let lapsed = Course::RUNNING.buddy_lapsed();
        assert_eq!(lapsed, Course::resting(PauseReason::BuddyNotReady));
        assert_eq!(lapsed.buddy_ready(), Course::RUNNING);
        assert_eq!(rest.buddy_lapsed().buddy_ready(), rest);
        assert_eq!(asked.buddy_lapsed().tie_settled(), lapsed);
        assert_eq!(asked.buddy_lapsed().buddy_ready(), asked);
    }

    #[test]
    fn a_closed_match_stays_closed() {
        for outcome in
            [MatchState::Closed.close(), MatchState::Closed.pause(), MatchState::Closed.resume(None)]
        {
            assert_eq!(outcome.map_err(|rejection| rejection.code), Err("match-state"));
        }
    }

    #[test]
    fn a_parent_who_did_not_stop_is_sought_a_new_buddy() {
        for reason in ClosureReason::ALL {
            let expected = match reason {
                ClosureReason::BuddyStops | ClosureReason::OtherBuddy | ClosureReason::IndependenceLost => {
                    "consented"
                }
                ClosureReason::RequestWithdrawn => "withdrawn",
                _ => "closed",
            };
            assert_eq!(reason.request_after().code(), expected, "{reason}");
        }
    }
}
