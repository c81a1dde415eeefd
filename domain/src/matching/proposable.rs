//! What must be proven before a buddy is put to a parent.

use crate::buddies::ReadyBuddy;
use crate::code::Code as _;
use crate::independence::IndependentBuddy;
use crate::rejection::Rejection;
use crate::requests::ConsentedRequest;
use crate::text::Text;

/// At most so many proposals are open for one request: a choice, not a catalogue. [P]
pub const OPEN_PROPOSALS: usize = 2;

/// Everything that must be proven before a buddy can be put to a parent: the parent consented, the buddy is ready, and
/// nothing blocks her independence.
#[derive(Clone, Debug)]
pub struct Proposable {
    request: ConsentedRequest,
    buddy: IndependentBuddy,
}

impl Proposable {
    /// Brings the proofs together.
    ///
    /// # Errors
    /// `buddy-full`, `own-request`, `too-many-proposals`.
    ///
    /// # Panics
    /// When the proofs are of two different buddies: that is a mistake of the caller, not of a user.
    pub fn new(
        request: ConsentedRequest,
        ready: ReadyBuddy,
        independent: IndependentBuddy,
        facts: ProposalFacts,
    ) -> Result<Self, Rejection> {
        let state = request.request().state.code();
        let in_state =
            |code, reason, permitted| Rejection::rule(code, "S5", reason).in_state(state, permitted);
        assert_eq!(ready.buddy(), independent.buddy(), "both proofs are of one buddy");
        if facts.is_the_parent {
            return Err(in_state(
                "own-request",
                Text::of("Een buddy kan niet zichzelf steunen.", "A buddy cannot support herself."),
                vec!["candidates", "proposals"],
            ));
        }
        if facts.free == 0 {
            return Err(in_state(
                "buddy-full",
                Text::of(
                    "Deze buddy heeft geen plaats. Stel een andere buddy voor.",
                    "This buddy has no capacity left. Propose another buddy.",
                ),
                vec!["candidates", "proposals"],
            ));
        }
        if facts.open_proposals >= OPEN_PROPOSALS {
            return Err(in_state(
                "too-many-proposals",
                Text::new(
                    format!(
                        "Er staan al {OPEN_PROPOSALS} voorstellen open. Wacht op het antwoord van de ouder, of trek er een in."
                    ),
                    format!(
                        "{OPEN_PROPOSALS} proposals are open already. Wait for the parent's answer, or take one back."
                    ),
                ),
                vec!["cancellation"],
            ));
        }
        Ok(Self { request, buddy: independent })
    }

    /// The request.
    pub fn request(&self) -> &ConsentedRequest {
        &self.request
    }

    /// The buddy, with her assessment.
    pub fn buddy(&self) -> &IndependentBuddy {
        &self.buddy
    }
}

/// What else counts when a buddy is proposed.
#[derive(Clone, Copy, Debug)]
pub struct ProposalFacts {
    /// How many more parents the buddy can support.
    pub free: u32,
    /// How many proposals are open for the request.
    pub open_proposals: usize,
    /// Whether the buddy is the parent herself.
    pub is_the_parent: bool,
}
