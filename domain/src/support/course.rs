//! Where a match stands, and everything that it rests for. Who asks for a pause takes it back; what came on top of it, and
//! what lay below, is not touched by that.

use super::{MatchState, PauseReason};
use crate::code::{Code as _, CodeSet};
use crate::organisations::Role;
use crate::programmes::form_changed;
use crate::rejection::Rejection;
use crate::text::Text;

/// Where a match stands, and what it rests for: it runs again when nothing of that is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// Where it stands.
    pub state: MatchState,
    /// What it rests for.
    pub rests_for: CodeSet<PauseReason>,
}

/// Who asks that a match rests or goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// The parent herself, or the coordinator on her word.
    Parent,
    /// The buddy.
    Buddy,
    /// The coordinator.
    Coordinator,
}

impl Asker {
    /// Who asks, by her role and by whether she says it on the parent's word. `None` for who cannot speak for her.
    pub fn of(role: Role, on_parents_word: bool) -> Option<Self> {
        match (role, on_parents_word) {
            (Role::Parent, _) => Some(Self::Parent),
            (Role::Coordinator, true) => Some(Self::Parent),
            (Role::Coordinator, false) => Some(Self::Coordinator),
            (Role::Buddy, false) => Some(Self::Buddy),
            _ => None,
        }
    }

    /// The reason that her wish is.
    fn reason(self) -> PauseReason {
        match self {
            Self::Parent => PauseReason::ParentAsked,
            Self::Buddy => PauseReason::BuddyAsked,
            Self::Coordinator => PauseReason::CoordinatorAsked,
        }
    }

    /// What she takes back when she lets a match go on: her own wish, and the coordinator, who keeps buddies at work, the buddy's.
    fn takes_back(self) -> CodeSet<PauseReason> {
        let more = (self == Self::Coordinator).then_some(PauseReason::BuddyAsked);
        [self.reason()].into_iter().chain(more).collect()
    }
}

/// The weightiest reason first: what the parent must answer, what she wants, what keeps her buddy away.
const BY_WEIGHT: [PauseReason; 7] = [
    PauseReason::FormChanged,
    PauseReason::NewTie,
    PauseReason::ParentAsked,
    PauseReason::TiesNotDeclared,
    PauseReason::BuddyNotReady,
    PauseReason::BuddyAsked,
    PauseReason::CoordinatorAsked,
];

impl Course {
    /// A match that runs.
    pub const RUNNING: Self = Self { state: MatchState::Active, rests_for: CodeSet::EMPTY };

    /// A match that rests for one reason.
    pub fn resting(reason: PauseReason) -> Self {
        Self::RUNNING.rests(reason)
    }

    /// The weightiest of the reasons for which it rests.
    pub fn paused_because(self) -> Option<PauseReason> {
        let rests =
            |reason: &PauseReason| self.state == MatchState::Paused && self.rests_for.contains(*reason);
        BY_WEIGHT.into_iter().find(rests)
    }

    fn rests(self, reason: PauseReason) -> Self {
        if self.state == MatchState::Closed {
            return self;
        }
        Self { state: MatchState::Paused, rests_for: self.rests_for.with(reason) }
    }

    fn rests_no_more(self, reasons: CodeSet<PauseReason>) -> Self {
        let rests_for = self.rests_for.without(reasons);
        let state = match self.state {
            MatchState::Paused if rests_for.is_empty() => MatchState::Active,
            state => state,
        };
        Self { state, rests_for }
    }

    /// Rests until the parent has answered on a tie that she does not know yet.
    #[must_use]
    pub fn asked_about_a_tie(self) -> Self {
        self.rests(PauseReason::NewTie)
    }

    /// The tie is accepted, or gone.
    #[must_use]
    pub fn tie_settled(self) -> Self {
        self.rests_no_more([PauseReason::NewTie].into_iter().collect())
    }

    /// Rests until the buddy has said what ties her to what is to be asked of her now: the request has come to be about another school,
    /// or her year is over.
    #[must_use]
    pub fn ties_to_declare(self) -> Self {
        self.rests(PauseReason::TiesNotDeclared)
    }

    /// She has said it.
    #[must_use]
    pub fn ties_declared(self) -> Self {
        self.rests_no_more([PauseReason::TiesNotDeclared].into_iter().collect())
    }

    /// Rests until the parent has consented to the form that the programme has now.
    #[must_use]
    pub fn form_changed(self) -> Self {
        self.rests(PauseReason::FormChanged)
    }

    /// What she consented to is what the programme is.
    #[must_use]
    pub fn form_consented_to(self) -> Self {
        self.rests_no_more([PauseReason::FormChanged].into_iter().collect())
    }

    /// The buddy is not ready any more: nobody is supported by a buddy whose certificates have lapsed.
    #[must_use]
    pub fn buddy_lapsed(self) -> Self {
        self.rests(PauseReason::BuddyNotReady)
    }

    /// The buddy is ready again.
    #[must_use]
    pub fn buddy_ready(self) -> Self {
        self.rests_no_more([PauseReason::BuddyNotReady].into_iter().collect())
    }

    /// Somebody asks that it rests; also when it rests already for another reason.
    ///
    /// # Errors
    /// `match-state` when it has ended, or rests at her wish already.
    pub fn pause(self, asker: Asker) -> Result<Self, Rejection> {
        let reason = asker.reason();
        if self.state == MatchState::Closed || self.rests_for.contains(reason) {
            return Err(self.state.refuse());
        }
        Ok(self.rests(reason))
    }

    /// What must come first where something is done with a match that runs, and this one does not: in words to the parent, and as codes of
    /// operations. What she is sent to is not refused in its turn for the same reason.
    pub(super) fn before_it_runs(self) -> (Text, Vec<&'static str>) {
        if self.state == MatchState::Closed {
            return (Text::of("Deze koppeling is voorbij.", "This match is over."), Vec::new());
        }
        let own = Asker::Parent.takes_back();
        let (is_own, without) = (!self.rests_for.common(own).is_empty(), self.rests_no_more(own));
        let own_pause = || is_own.then_some("resumptions");
        match without.resume(Asker::Parent) {
            Err(refusal) if without.state == MatchState::Paused => {
                (refusal.reason, refusal.permitted.into_iter().chain(own_pause()).collect())
            }
            _ => (
                Text::of(
                    "U vroeg om deze pauze. Neem de koppeling eerst weer op.",
                    "You asked for this pause. Take the match up again first.",
                ),
                own_pause().into_iter().collect(),
            ),
        }
    }

    /// Somebody takes back that it rests. It may rest on for what others asked.
    ///
    /// # Errors
    /// `match-state` when it does not rest; `form-changed` when it rests until the parent has consented anew, and not at her wish; `tie-not-accepted` when it rests for a tie, and not at her wish; `ties-not-declared` when it
    /// rests until the buddy has declared; `pause-of-other` when it rests at the wish of somebody else.
    pub fn resume(self, asker: Asker) -> Result<Self, Rejection> {
        if self.state != MatchState::Paused {
            return Err(self.state.refuse());
        }
        let own = asker.takes_back();
        if !self.rests_for.common(own).is_empty() {
            return Ok(self.rests_no_more(own));
        }
        let (code, source, reason, permitted) = match self.paused_because() {
            Some(PauseReason::FormChanged) => {
                return Err(form_changed().in_state(self.state.code(), vec!["consents", "closure"]));
            }
            Some(PauseReason::NewTie) => (
                "tie-not-accepted",
                "S2",
                Text::of(
                    "De ouder moet eerst zeggen of deze buddy voor haar nog goed is.",
                    "The parent must first say whether this buddy is still right for her.",
                ),
                vec!["tie-answers", "closure"],
            ),
            Some(PauseReason::TiesNotDeclared) => (
                "ties-not-declared",
                "S2",
                Text::of(
                    "De buddy moet eerst opnieuw zeggen welke banden zij heeft met deze hulpvraag en deze school.",
                    "The buddy must first say again what ties she has with this request and this school.",
                ),
                vec!["tie-declarations", "acceptances", "closure"],
            ),
            Some(PauseReason::ParentAsked) => (
                "pause-of-other",
                "S5",
                Text::of(
                    "De ouder vroeg om deze pauze. Alleen zij neemt de koppeling weer op, of de coördinator op haar woord.",
                    "The parent asked for this pause. Only she takes the match up again, or the coordinator on her word.",
                ),
                vec!["pauses", "closure"],
            ),
            _ => (
                "pause-of-other",
                "S5",
                Text::of(
                    "Een ander vroeg om deze pauze, en neemt de koppeling weer op.",
                    "Somebody else asked for this pause, and takes the match up again.",
                ),
                vec!["pauses", "closure"],
            ),
        };
        Err(Rejection::rule(code, source, reason).in_state(self.state.code(), permitted))
    }
}

#[cfg(test)]
mod tests;
