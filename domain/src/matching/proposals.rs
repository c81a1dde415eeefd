//! Proposals: a buddy is put to a parent, both answer, and only two yeses make a match.

use crate::Date;
use crate::buddies::ReadyBuddy;
use crate::code::Code;
use crate::code_list;
use crate::ids::BuddyId;
use crate::independence::TieKind;
use crate::independence::{Assessment, FindingKey, IndependentBuddy, all_accepted};
use crate::rejection::Rejection;
use crate::requests::ConsentedRequest;
use crate::text::Text;

code_list! {
    /// Where a proposal stands.
    pub enum ProposalState {
        Open = "open": "wacht op antwoord" / "waits for answers",
        Accepted = "accepted": "beide zeiden ja" / "both said yes",
        Refused = "refused": "een van beide zei nee" / "one of the two said no",
        Cancelled = "cancelled": "vervallen" / "cancelled",
    }
}

code_list! {
    /// Yes or no. A no needs no reason.
    pub enum Answer {
        Accepted = "accepted": "ja" / "yes",
        Refused = "refused": "nee" / "no",
    }
}

code_list! {
    /// Who answers.
    pub enum Party {
        Parent = "parent": "de vraagouder" / "the requesting parent",
        Buddy = "buddy": "de buddy" / "the buddy",
    }
}

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
        assert_eq!(ready.buddy(), independent.buddy(), "both proofs are of one buddy");
        if facts.is_the_parent {
            return Err(Rejection::rule(
                "own-request",
                "S2",
                Text::of("Een buddy kan niet zichzelf steunen.", "A buddy cannot support herself."),
            ));
        }
        if facts.free == 0 {
            return Err(Rejection::rule(
                "buddy-full",
                "S5",
                Text::of("Deze buddy heeft geen plaats.", "This buddy has no capacity left."),
            ));
        }
        if facts.open_proposals >= OPEN_PROPOSALS {
            return Err(Rejection::rule(
                "too-many-proposals",
                "S5",
                Text::new(
                    format!(
                        "Er staan al {OPEN_PROPOSALS} voorstellen open. Wacht op het antwoord van de ouder."
                    ),
                    format!("{OPEN_PROPOSALS} proposals are open already. Wait for the parent's answer."),
                ),
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

/// A proposal as the rules look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Which buddy.
    pub buddy: BuddyId,
    /// Where it stands.
    pub state: ProposalState,
    /// What the parent said.
    pub parent: Option<Answer>,
    /// What the buddy said.
    pub buddy_answer: Option<Answer>,
    /// The day on which she said that whatever ties her to this request is declared.
    pub ties_declared_on: Option<Date>,
}

/// What a buddy is asked about her ties before her yes, and what she says (S2): ties are declared at the start, each year, and
/// again for each match, because the directory may give reason to ask after some by name.
#[derive(Clone, Copy, Debug)]
pub struct Declaration<'a> {
    /// The kinds of tie that the directory gives reason to ask after.
    pub to_ask: &'a [TieKind],
    /// The kinds that she says she was asked after; none when she declares nothing. What holds of them is declared.
    pub asked: Option<&'a [TieKind]>,
    /// The day.
    pub on: Date,
}

impl Declaration<'_> {
    /// The day of a declaration that leaves nothing out.
    ///
    /// # Errors
    /// `ties-not-declared` when she does not say it, or was not asked after a kind that she had to be asked after.
    pub fn complete(self) -> Result<Date, Rejection> {
        let left_out: Vec<TieKind> = match self.asked {
            Some(asked) => self.to_ask.iter().copied().filter(|kind| !asked.contains(kind)).collect(),
            None => self.to_ask.to_vec(),
        };
        if self.asked.is_some() && left_out.is_empty() {
            return Ok(self.on);
        }
        let mut reason = Text::of(
            "Een buddy zegt bij haar ja dat al haar banden met deze hulpvraag en deze school zijn gemeld, ook die van de laatste \
             tijd: stuur tiesAsked mee, met de soorten uit tiesToAsk van het voorstel.",
            "With her yes a buddy says that all of her ties with this request and this school are declared, also the latest: \
             send tiesAsked, with the kinds in tiesToAsk of the proposal.",
        );
        if !left_out.is_empty() {
            let codes: Vec<_> = left_out.iter().map(|kind| kind.code()).collect();
            let codes = codes.join(", ");
            reason = Text::new(
                format!("{} Nog niet gevraagd: {codes}.", reason.nl),
                format!("{} Not asked yet: {codes}.", reason.en),
            );
        }
        Err(Rejection::rule("ties-not-declared", "S2", reason)
            .in_state(ProposalState::Open.code(), vec!["ties", "acceptances"]))
    }
}

impl Proposal {
    fn refuse(&self, code: &'static str, reason: Text, permitted: Vec<&'static str>) -> Rejection {
        Rejection::rule(code, "S2", reason).in_state(self.state.code(), permitted)
    }

    /// Checks that the proposal still waits for answers.
    ///
    /// # Errors
    /// `proposal-not-open`.
    pub fn still_open(&self) -> Result<(), Rejection> {
        if self.state == ProposalState::Open {
            return Ok(());
        }
        Err(self.refuse(
            "proposal-not-open",
            Text::new(
                format!("Dit voorstel staat niet meer open. Stand: {}.", self.state.label().nl),
                format!("This proposal is no longer open. State: {}.", self.state.label().en),
            ),
            Vec::new(),
        ))
    }

    /// Takes an answer. The parent's yes counts only once she has accepted each tie that is told to her, the buddy's only with
    /// her declaration for this match.
    ///
    /// # Errors
    /// `proposal-not-open`, `already-answered`, `tie-not-accepted`, `ties-not-declared`, or `buddy-not-independent` when the assessment of
    /// this moment blocks.
    pub fn answer(
        mut self,
        party: Party,
        answer: Answer,
        assessment: &Assessment,
        accepted: &[FindingKey],
        declaration: Declaration<'_>,
    ) -> Result<Self, Rejection> {
        self.still_open()?;
        let given = match party {
            Party::Parent => &mut self.parent,
            Party::Buddy => &mut self.buddy_answer,
        };
        if given.is_some() {
            return Err(self.refuse(
                "already-answered",
                Text::of("Het antwoord is al gegeven.", "The answer was given already."),
                Vec::new(),
            ));
        }
        *given = Some(answer);
        if answer == Answer::Refused {
            self.state = ProposalState::Refused;
            return Ok(self);
        }
        if party == Party::Buddy {
            self.ties_declared_on = Some(declaration.complete()?);
        }
        // asked again at each yes: a tie may have come since the proposal
        assessment.clone().clear_for(self.buddy)?;
        if party == Party::Parent || self.parent == Some(Answer::Accepted) {
            all_accepted(assessment, accepted)?;
        }
        if self.parent == Some(Answer::Accepted) && self.buddy_answer == Some(Answer::Accepted) {
            self.state = ProposalState::Accepted;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_for_a_match_leaves_out_no_question() {
        let on = Date::from_ymd_opt(2026, 11, 2).expect("a day");
        let to_ask = [TieKind::EmployedAtSchool, TieKind::EmployedByPartnership];
        let said = |asked: Option<&[TieKind]>| Declaration { to_ask: &to_ask, asked, on }.complete();
        assert_eq!(said(Some(&to_ask)), Ok(on));
        assert_eq!(said(Some(TieKind::ALL)), Ok(on));
        for left_out in [None, Some(&to_ask[1..]), Some(&[][..])] {
            let refusal = said(left_out).expect_err("not all was asked");
            assert_eq!(refusal.code, "ties-not-declared");
            assert!(refusal.reason.en.contains("employed-at-school"), "{}", refusal.reason.en);
        }
        // with nothing to ask after she still says that nothing is new
        let nothing = |asked| Declaration { to_ask: &[], asked, on }.complete();
        assert_eq!(nothing(Some(&[])), Ok(on));
        assert!(nothing(None).is_err());
    }
}
