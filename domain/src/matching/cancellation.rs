//! Why a proposal ends before both answered: the coordinator takes it back, or the rules end it.

use crate::Moment;
use crate::code_list;

code_list! {
    /// Why a proposal was cancelled.
    pub enum CancellationReason {
        ParentAsked = "parent-asked": "op verzoek van de ouder" / "at the parent's wish",
        BuddyUnavailable = "buddy-unavailable": "de buddy kan nu niet" / "the buddy cannot at present",
        BetterSuited = "better-suited": "een andere buddy past beter" / "another buddy suits better",
        NoAnswer = "no-answer": "er kwam geen antwoord" / "no answer came",
        MadeByMistake = "made-by-mistake": "het voorstel was een vergissing" / "the proposal was a mistake",
        BuddyFull = "buddy-full": "de buddy heeft geen plaats meer" / "the buddy has no capacity left",
        BuddyStops = "buddy-stops": "de buddy stopt" / "the buddy stops",
        IndependenceLost = "independence-lost": "de buddy is niet meer onafhankelijk" / "the buddy is no longer independent",
        RequestMatched = "request-matched": "de ouder heeft een andere buddy" / "the parent has another buddy",
        RequestWithdrawn = "request-withdrawn": "de aanvraag is ingetrokken" / "the request was withdrawn",
        RequestEnded = "request-ended": "de aanvraag is afgelopen: de ouder zei niet meer dat zij doorgaat" / "the request has ended: the parent did not say any more that it goes on",
    }
}

impl CancellationReason {
    /// Whether the coordinator may give this reason; the others are the system's own.
    pub fn may_be_given(self) -> bool {
        matches!(
            self,
            Self::ParentAsked
                | Self::BuddyUnavailable
                | Self::BetterSuited
                | Self::NoAnswer
                | Self::MadeByMistake
        )
    }

    /// Whether the parent hears of it as news: not of what she did herself, nor of what ended with her request.
    pub fn is_news_to_parent(self) -> bool {
        !matches!(
            self,
            Self::ParentAsked | Self::RequestMatched | Self::RequestWithdrawn | Self::RequestEnded
        )
    }
}

/// That a proposal was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// Why.
    pub because: CancellationReason,
    /// When.
    pub at: Moment,
}
