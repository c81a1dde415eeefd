//! Proposals: a buddy is put to a parent, both answer, and only two yeses make a match.

use crate::code::Code;
use crate::code_list;
use crate::ids::BuddyId;
use crate::independence::{Assessment, Declared, FindingKey, Questions, all_accepted};
use crate::rejection::Rejection;
use crate::text::Text;

use super::{Cancellation, Declaration};

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
    /// Why and when it was cancelled; none while it is not, and of one that was cancelled before that was kept.
    pub cancelled: Option<Cancellation>,
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
        let mut state = self.state.label();
        let because = self.cancelled.map(|cancelled| cancelled.because);
        if let Some(because) = because.map(Code::label) {
            state =
                Text::new(format!("{}: {}", state.nl, because.nl), format!("{}: {}", state.en, because.en));
        }
        let refusal = self.refuse(
            "proposal-not-open",
            Text::new(
                format!("Dit voorstel staat niet meer open. Stand: {}.", state.nl),
                format!("This proposal is no longer open. State: {}.", state.en),
            ),
            Vec::new(),
        );
        Err(refusal.because_of(because.map(Code::code)))
    }

    /// The proposal once more, cancelled. What both said stays as it was.
    #[must_use]
    pub fn cancel(mut self, cancellation: Cancellation) -> Self {
        self.state = ProposalState::Cancelled;
        self.cancelled = Some(cancellation);
        self
    }

    /// The coordinator takes it back while it waits for answers, also when one of the two said yes.
    ///
    /// # Errors
    /// `proposal-not-open`.
    pub fn take_back(self, cancellation: Cancellation) -> Result<Self, Rejection> {
        self.still_open()?;
        Ok(self.cancel(cancellation))
    }

    /// What two yeses come to where the buddy has no place free: nothing begins, and the parent says no or another is proposed.
    pub fn without_place(&self) -> Rejection {
        let reason = Text::of(
            "Deze buddy heeft geen plaats meer. De coördinator stelt een andere buddy voor.",
            "This buddy has no capacity left. The coordinator proposes another buddy.",
        );
        Rejection::rule("buddy-full", "S5", reason)
            .in_state(self.state.code(), vec!["acceptances", "cancellation"])
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
    use super::super::CancellationReason;
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
        Proposal { buddy, state: ProposalState::Open, parent, buddy_answer, declared, cancelled: None }
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
            parent_of: &|_| None,
        };
        assess(&[], Some(on()), &situation, on())
    }

    const YES: Option<Answer> = Some(Answer::Accepted);

    #[test]
    fn only_what_waits_is_taken_back_and_the_refusal_afterwards_says_why() {
        let at = chrono::DateTime::from_timestamp(1_780_000_000, 0).expect("a moment");
        let no_answer = Cancellation { because: CancellationReason::NoAnswer, at };
        let waits = proposal(YES, None, None);
        let taken = waits.clone().take_back(no_answer).expect("it is open");
        assert_eq!(
            taken,
            Proposal { state: ProposalState::Cancelled, cancelled: Some(no_answer), ..waits.clone() }
        );
        for state in [ProposalState::Accepted, ProposalState::Refused, ProposalState::Cancelled] {
            let over = Proposal { state, ..waits.clone() };
            let refusal = over.take_back(no_answer).expect_err("it is over");
            assert_eq!((refusal.code, refusal.state), ("proposal-not-open", state.code()));
            assert!(refusal.permitted.is_empty() && refusal.reasons().is_empty());
        }
        let mistake = Cancellation { because: CancellationReason::MadeByMistake, at };
        let refusal = taken.take_back(mistake).expect_err("it was taken back already");
        assert_eq!(refusal.reasons(), ["no-answer"]);
        assert!(refusal.reason.nl.contains("er kwam geen antwoord"), "{}", refusal.reason.nl);
        assert!(refusal.reason.en.contains("no answer came"), "{}", refusal.reason.en);
    }

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
