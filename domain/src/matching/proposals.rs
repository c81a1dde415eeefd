//! Proposals: a buddy is put to a parent, both answer, and only two yeses make a match.

use crate::buddies::ReadyBuddy;
use crate::code::Code;
use crate::code_list;
use crate::ids::BuddyId;
use crate::independence::{Assessment, Declared, FindingKey, IndependentBuddy, Questions, all_accepted};
use crate::rejection::Rejection;
use crate::requests::ConsentedRequest;
use crate::text::Text;

use super::Declaration;

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
    /// What she declared for this request; none while she has to say it, for the first time or again.
    pub declared: Option<Declared>,
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

    /// The proposal once more, now that this is to be asked of its buddy. A declaration that does not answer it falls away, and with it
    /// her yes while the proposal waits: she has to say both again (S2). Where a match runs already, it rests until she declared anew.
    #[must_use]
    pub fn asked_anew(mut self, questions: &Questions) -> Self {
        if self.declared.as_ref().is_some_and(|declared| declared.answers(questions)) {
            return self;
        }
        self.declared = None;
        if self.state == ProposalState::Open && self.buddy_answer == Some(Answer::Accepted) {
            self.buddy_answer = None;
        }
        self
    }

    /// The proposal once more, when the yearly question waits for its buddy: her yes falls away while the proposal waits. What runs keeps
    /// what she declared for it, and rests until she has answered.
    #[must_use]
    pub fn asked_again_each_year(mut self, is_due: bool) -> Self {
        if is_due && self.state == ProposalState::Open && self.buddy_answer == Some(Answer::Accepted) {
            self.declared = None;
            self.buddy_answer = None;
        }
        self
    }

    /// The buddy of a match that rests for it declares anew what ties her to its request.
    ///
    /// # Errors
    /// `already-answered` when nothing is to be declared, `ties-not-declared` when it leaves something out.
    pub fn declare_again(mut self, declaration: Declaration<'_>) -> Result<Self, Rejection> {
        if self.declared.is_some() {
            return Err(self.was_answered());
        }
        self.declared = Some(declaration.complete()?);
        Ok(self)
    }

    fn was_answered(&self) -> Rejection {
        let reason = Text::of("Het antwoord is al gegeven.", "The answer was given already.");
        self.refuse("already-answered", reason, Vec::new())
    }

    /// Takes an answer. The parent's yes counts only once she has accepted each tie that is told to her, the buddy's only with
    /// her declaration for this match. A yes of the buddy from before something else was to be asked of her starts no match.
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
            return Err(self.was_answered());
        }
        *given = Some(answer);
        if answer == Answer::Refused {
            self.state = ProposalState::Refused;
            return Ok(self);
        }
        if party == Party::Buddy {
            self.declared = Some(declaration.complete()?);
        }
        self = self.asked_anew(declaration.questions);
        if party == Party::Parent {
            self = self.asked_again_each_year(declaration.is_due);
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
    use crate::Date;
    use crate::directory::{BoardNumber, LocationCode, MunicipalityCode};
    use crate::independence::{SchoolFacts, Situation, TieKind, assess};
    use crate::programmes::OrganisationForm;

    fn on() -> Date {
        Date::from_ymd_opt(2026, 11, 2).expect("a day")
    }

    fn about(school: &str, kinds: &[TieKind]) -> Questions {
        let school = LocationCode::parse(school).expect("a location");
        Questions { kinds: kinds.to_vec(), ..Questions::about(school, None, &[]) }
    }

    fn proposal(
        parent: Option<Answer>,
        buddy_answer: Option<Answer>,
        declared: Option<Questions>,
    ) -> Proposal {
        let declared = declared.map(|upon| Declared { on: on(), upon });
        let buddy = uuid::Uuid::from_u128(1).into();
        Proposal { buddy, state: ProposalState::Open, parent, buddy_answer, declared }
    }

    fn clear() -> Assessment {
        let situation = Situation {
            form: OrganisationForm::Independent,
            request: uuid::Uuid::from_u128(2).into(),
            parent: uuid::Uuid::from_u128(3).into(),
            school: Some(SchoolFacts {
                location: LocationCode::parse("03GR00").expect("a location"),
                board: BoardNumber::parse("41775").expect("a board"),
                partnerships: Vec::new(),
                municipality: MunicipalityCode::parse("0363").expect("a municipality"),
            }),
            municipality: None,
            funders: &[],
            supports_another_here: false,
            board_of: &|_| None,
        };
        assess(&[], Some(on()), &situation, on())
    }

    const YES: Option<Answer> = Some(Answer::Accepted);

    #[test]
    fn a_yes_from_before_another_school_was_named_starts_no_match() {
        let (before, now) = (about("03GR00", &[]), about("11AA00", &[]));
        let says = |proposal: Proposal, party, questions: &Questions, asked: Option<&[TieKind]>| {
            let declaration = Declaration { questions, asked, on: on(), is_due: false };
            proposal.answer(party, Answer::Accepted, &clear(), &[], declaration).expect("a yes")
        };
        let waits = proposal(None, YES, Some(before.clone()));
        let started = says(waits.clone(), Party::Parent, &before, None);
        assert_eq!(started.state, ProposalState::Accepted);
        let asked_anew = says(waits, Party::Parent, &now, None);
        assert_eq!(asked_anew, proposal(YES, None, None));
        let started = says(asked_anew, Party::Buddy, &now, Some(&[]));
        assert_eq!(
            (started.state, started.declared.map(|one| one.upon)),
            (ProposalState::Accepted, Some(now))
        );
    }

    #[test]
    fn a_yes_from_before_the_yearly_question_starts_no_match_until_she_answered_it() {
        let questions = about("03GR00", &[]);
        let waits = proposal(None, YES, Some(questions.clone()));
        let says = |proposal: Proposal, party, is_due| {
            let declaration = Declaration { questions: &questions, asked: Some(&[]), on: on(), is_due };
            proposal.answer(party, Answer::Accepted, &clear(), &[], declaration).expect("a yes")
        };
        assert_eq!(says(waits.clone(), Party::Parent, false).state, ProposalState::Accepted);
        let asked = says(waits.clone(), Party::Parent, true);
        assert_eq!(asked, proposal(YES, None, None));
        // with her yes she answers it
        assert_eq!(says(asked, Party::Buddy, true).state, ProposalState::Accepted);
        assert_eq!(waits.clone().asked_again_each_year(false), waits);
        let runs = Proposal { state: ProposalState::Accepted, parent: YES, ..waits };
        assert_eq!(runs.clone().asked_again_each_year(true), runs);
    }

    #[test]
    fn what_is_asked_anew_drops_her_yes_while_it_waits_and_her_declaration_where_a_match_runs() {
        let (before, now) = (about("03GR00", &[]), about("03GR00", &[TieKind::EmployedAtSchool]));
        let waits = proposal(YES, YES, Some(before.clone()));
        assert_eq!(waits.clone().asked_anew(&before), waits);
        assert_eq!(waits.clone().asked_anew(&now), proposal(YES, None, None));
        let runs = Proposal { state: ProposalState::Accepted, ..waits };
        let rests = runs.clone().asked_anew(&now);
        assert_eq!(rests, Proposal { declared: None, ..runs.clone() });
        let says = |proposal: Proposal, asked: Option<&[TieKind]>| {
            proposal
                .declare_again(Declaration { questions: &now, asked, on: on(), is_due: false })
                .map_err(|one| one.code)
        };
        assert_eq!(says(runs.clone(), Some(&[])), Err("already-answered"));
        assert_eq!(says(rests.clone(), Some(&[])), Err("ties-not-declared"));
        let declared = Some(Declared { on: on(), upon: now.clone() });
        assert_eq!(says(rests, Some(TieKind::ALL)), Ok(Proposal { declared, ..runs }));
    }
}
