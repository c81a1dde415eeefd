//! Support (S5): a running match of a parent and a buddy, when they met, and how it ends. What they write to each other is
//! in a space of its own ([`private_space`]), which nothing here knows of.

pub mod announcements;
pub mod calendar;
mod course;
pub mod private_space;
mod ran;

use crate::code::Code;
use crate::code_list;
use crate::rejection::Rejection;
use crate::requests::RequestState;
use crate::text::Text;

pub use course::{Asker, Course};
pub use ran::{NOTED_WITHIN_DAYS, NotThen, Ran, Rest};

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
        TiesNotDeclared = "ties-not-declared": "de buddy moet eerst opnieuw zeggen welke banden zij heeft" / "the buddy must first say again what ties she has",
        FormChanged = "form-changed": "het programma is anders geworden, en de ouder moet opnieuw kiezen" / "the programme has another form, and the parent must choose anew",
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
        NotContinued = "not-continued": "de ouder zei niet meer dat het doorgaat" / "the parent did not say any more that it goes on",
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

impl ClosureReason {
    /// Whether somebody may give this reason; the others are the system's own.
    pub fn may_be_given(self) -> bool {
        !matches!(self, Self::IndependenceLost | Self::RequestWithdrawn | Self::NotContinued)
    }

    /// What becomes of the request: where the parent did not choose to stop, a new buddy is sought on the consent that
    /// she gave.
    pub fn request_after(self) -> RequestState {
        match self {
            Self::BuddyStops | Self::OtherBuddy | Self::IndependenceLost => RequestState::Consented,
            Self::RequestWithdrawn => RequestState::Withdrawn,
            Self::GoalReached
            | Self::ParentStops
            | Self::MaximumReached
            | Self::ReferredOn
            | Self::NotContinued => RequestState::Closed,
        }
    }
}

impl MatchState {
    fn refuse(self) -> Rejection {
        let permitted = match self {
            Self::Active => vec!["contacts", "pauses", "closure"],
            Self::Paused => vec!["contacts", "pauses", "closure"],
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

    #[test]
    fn a_closed_match_stays_closed() {
        assert_eq!(MatchState::Closed.close().map_err(|rejection| rejection.code), Err("match-state"));
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
