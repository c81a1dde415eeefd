//! States and steps of the conversation, and which step leads where.

use super::guide::{WORDING_VERSION, wording};
use crate::code::Code;
use crate::code_list;
use crate::rejection::Rejection;
use crate::text::Text;

code_list! {
    /// Where a conversation stands. This is the parent's own and the platform's view; the school sees
    /// `ConversationSchoolState`.
    pub enum ConversationState {
        Opened = "opened": "het gesprek is gepland" / "the talk is planned",
        FirstQuestionAsked = "first-question-asked": "de eerste vraag is gesteld" / "the first question was asked",
        OwnNetwork = "own-network": "de ouder heeft iemand" / "the parent has somebody",
        FirstQuestionUnanswered = "first-question-unanswered": "de ouder zegt het liever niet" / "the parent would rather not say",
        NoNetwork = "no-network": "de ouder heeft niemand" / "the parent has nobody",
        SecondQuestionAsked = "second-question-asked": "de tweede vraag is gesteld" / "the second question was asked",
        SecondQuestionDeclined = "second-question-declined": "de ouder wil niet dat school meedenkt" / "the parent does not want the school to think along",
        ThinkingAlong = "thinking-along": "de school mag meedenken" / "the school may think along",
        BuddyExplained = "buddy-explained": "er is over een buddy verteld" / "a buddy was mentioned",
        Thinking = "thinking": "de ouder denkt na" / "the parent is thinking it over",
        BuddyDeclined = "buddy-declined": "de ouder wil geen buddy" / "the parent wants no buddy",
        SelfContact = "self-contact": "de ouder neemt zelf contact op" / "the parent makes contact herself",
        Referred = "referred": "de gegevens zijn op verzoek van de ouder overgedragen" / "handed over at the parent's wish",
        Withdrawn = "withdrawn": "de ouder is gestopt" / "the parent stopped",
    }
}

code_list! {
    /// What the school sees of a conversation. Whatever a parent does after the buddy was explained shows as
    /// `with-parent`, until she consents to the hand-over.
    pub enum ConversationSchoolState {
        Opened = "opened": "het gesprek is gepland" / "the talk is planned",
        FirstQuestionAsked = "first-question-asked": "de eerste vraag is gesteld" / "the first question was asked",
        OwnNetwork = "own-network": "de ouder heeft iemand" / "the parent has somebody",
        FirstQuestionUnanswered = "first-question-unanswered": "de ouder zegt het liever niet" / "the parent would rather not say",
        NoNetwork = "no-network": "de ouder heeft niemand" / "the parent has nobody",
        SecondQuestionAsked = "second-question-asked": "de tweede vraag is gesteld" / "the second question was asked",
        SecondQuestionDeclined = "second-question-declined": "de ouder wil niet dat school meedenkt" / "the parent does not want the school to think along",
        ThinkingAlong = "thinking-along": "de school mag meedenken" / "the school may think along",
        WithParent = "with-parent": "het is nu aan de ouder" / "it is now up to the parent",
        HandedOver = "handed-over": "overgedragen aan een programma" / "handed over to a programme",
    }
}

code_list! {
    /// A step that the school records, in the order of the source (L6).
    pub enum SchoolStep {
        AskFirstQuestion = "ask-first-question": "de eerste vraag stellen" / "ask the first question",
        HasOwnNetwork = "has-own-network": "antwoord: ik heb iemand" / "answer: I have somebody",
        HasNobody = "has-nobody": "antwoord: ik heb niemand" / "answer: I have nobody",
        RatherNotSay = "rather-not-say": "antwoord: dat zeg ik liever niet" / "answer: I would rather not say",
        AskSecondQuestion = "ask-second-question": "de tweede vraag stellen" / "ask the second question",
        Agrees = "agrees": "antwoord: dat mag" / "answer: you may",
        Declines = "declines": "antwoord: liever niet" / "answer: please do not",
        ExplainBuddy = "explain-buddy": "over een buddy vertellen" / "mention a buddy",
    }
}

code_list! {
    /// A step that only the parent takes.
    pub enum ParentStep {
        TakeTime = "take-time": "nadenken" / "think it over",
        DeclineBuddy = "decline-buddy": "geen buddy" / "no buddy",
        ContactSelf = "contact-self": "zelf contact opnemen" / "make contact oneself",
        ConsentToReferral = "consent-to-referral": "toestemming voor overdracht" / "consent to the hand-over",
        Withdraw = "withdraw": "stoppen" / "stop",
    }
}

/// Any step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Recorded by the school.
    School(SchoolStep),
    /// Taken by the parent.
    Parent(ParentStep),
}

impl Step {
    /// Every step of both sides.
    pub fn all() -> impl Iterator<Item = Self> {
        let school = SchoolStep::ALL.iter().copied().map(Self::School);
        school.chain(ParentStep::ALL.iter().copied().map(Self::Parent))
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::School(step) => step.code(),
            Self::Parent(step) => step.code(),
        }
    }

    /// Whether it is known outside the database that this step was taken, for when a backup of before is restored: it ends something, or school's part.
    pub fn outlives_a_restore(self) -> bool {
        self == Self::School(SchoolStep::ExplainBuddy) || self.ends_in().is_some()
    }

    /// Where this step ends a conversation; nothing for one after which it goes on. A hand-over is no end here: the request that came of it has its own.
    pub const fn ends_in(self) -> Option<ConversationState> {
        Some(match self {
            Self::School(SchoolStep::HasOwnNetwork) => ConversationState::OwnNetwork,
            Self::School(SchoolStep::RatherNotSay) => ConversationState::FirstQuestionUnanswered,
            Self::School(SchoolStep::Declines) => ConversationState::SecondQuestionDeclined,
            Self::Parent(ParentStep::DeclineBuddy) => ConversationState::BuddyDeclined,
            Self::Parent(ParentStep::ContactSelf) => ConversationState::SelfContact,
            Self::Parent(ParentStep::Withdraw) => ConversationState::Withdrawn,
            _ => return None,
        })
    }
}

impl ConversationState {
    /// Where this step leads from here, if it leads anywhere.
    fn after(self, step: Step) -> Option<Self> {
        use ParentStep::{ConsentToReferral, ContactSelf, DeclineBuddy, TakeTime, Withdraw};
        use SchoolStep::{
            Agrees, AskFirstQuestion, AskSecondQuestion, Declines, ExplainBuddy, HasNobody, HasOwnNetwork,
            RatherNotSay,
        };
        Some(match (self, step) {
            (Self::Opened, Step::School(AskFirstQuestion)) => Self::FirstQuestionAsked,
            (Self::FirstQuestionAsked, Step::School(HasOwnNetwork)) => Self::OwnNetwork,
            (Self::FirstQuestionAsked, Step::School(RatherNotSay)) => Self::FirstQuestionUnanswered,
            (Self::FirstQuestionAsked, Step::School(HasNobody)) => Self::NoNetwork,
            (Self::NoNetwork, Step::School(AskSecondQuestion)) => Self::SecondQuestionAsked,
            (Self::SecondQuestionAsked, Step::School(Agrees)) => Self::ThinkingAlong,
            (Self::SecondQuestionAsked, Step::School(Declines)) => Self::SecondQuestionDeclined,
            (Self::ThinkingAlong, Step::School(ExplainBuddy)) => Self::BuddyExplained,
            (Self::BuddyExplained, Step::Parent(TakeTime)) => Self::Thinking,
            (Self::BuddyExplained | Self::Thinking, Step::Parent(DeclineBuddy)) => Self::BuddyDeclined,
            (Self::BuddyExplained | Self::Thinking, Step::Parent(ContactSelf)) => Self::SelfContact,
            (Self::BuddyExplained | Self::Thinking, Step::Parent(ConsentToReferral)) => Self::Referred,
            // never refused, also twice; what was handed over stays so, and the request that came of it is withdrawn
            (Self::Referred, Step::Parent(Withdraw)) => Self::Referred,
            (_, Step::Parent(Withdraw)) => Self::Withdrawn,
            _ => return None,
        })
    }

    /// Takes a step.
    ///
    /// # Errors
    /// `step-not-permitted`, with what may be done now and the sentence of the source to say.
    pub fn take(self, step: Step) -> Result<Self, Rejection> {
        self.after(step).ok_or_else(|| match step {
            Step::School(step) => ConversationSchoolState::of(self).refuse(step),
            Step::Parent(step) => self.refuse(step),
        })
    }

    /// Whether the parent ended her side for good. After a hand-over her code still stops her request.
    pub const fn ended_by_parent(self) -> bool {
        matches!(self, Self::BuddyDeclined | Self::SelfContact | Self::Withdrawn)
    }

    /// Whether nothing follows any more, but that the parent stops.
    fn has_ended(self) -> bool {
        self.permitted().iter().all(|step| *step == Step::Parent(ParentStep::Withdraw))
    }

    /// Whether school still has its part in it, and it is not up to the parent yet.
    fn is_with_school(self) -> bool {
        matches!(
            self,
            Self::Opened
                | Self::FirstQuestionAsked
                | Self::NoNetwork
                | Self::SecondQuestionAsked
                | Self::ThinkingAlong
        )
    }

    /// Where a conversation ends again that a step ended and a backup brought back from before; nothing where it stands so, or ended otherwise. That the
    /// parent stopped outweighs every other end, but not what she handed over since.
    /// That it came to the parent is an end for school: of each that did school reads the same, whatever she said.
    pub fn end_again(self, by: Step) -> Option<Self> {
        if by == Step::School(SchoolStep::ExplainBuddy) {
            return self.is_with_school().then_some(Self::BuddyExplained);
        }
        let stops = by == Step::Parent(ParentStep::Withdraw) && self != Self::Referred;
        by.ends_in().filter(|end| *end != self && (stops || !self.has_ended()))
    }

    /// The steps that may be taken now.
    pub fn permitted(self) -> Vec<Step> {
        Step::all().filter(|step| self.after(*step).is_some()).collect()
    }

    fn refuse(self, step: ParentStep) -> Rejection {
        let permitted = self.permitted().into_iter().filter(|step| matches!(step, Step::Parent(_)));
        Rejection::rule(
            "step-not-permitted",
            "L6",
            Text::new(
                format!("Dit kan nu niet: {}. Stand: {}.", step.label().nl, self.label().nl),
                format!("This cannot be done now: {}. State: {}.", step.label().en, self.label().en),
            ),
        )
        .in_state(self.code(), permitted.map(Step::code).collect())
    }
}

impl ConversationSchoolState {
    /// What the school sees of this state.
    pub fn of(state: ConversationState) -> Self {
        match state {
            ConversationState::Opened => Self::Opened,
            ConversationState::FirstQuestionAsked => Self::FirstQuestionAsked,
            ConversationState::OwnNetwork => Self::OwnNetwork,
            ConversationState::FirstQuestionUnanswered => Self::FirstQuestionUnanswered,
            ConversationState::NoNetwork => Self::NoNetwork,
            ConversationState::SecondQuestionAsked => Self::SecondQuestionAsked,
            ConversationState::SecondQuestionDeclined => Self::SecondQuestionDeclined,
            ConversationState::ThinkingAlong => Self::ThinkingAlong,
            ConversationState::BuddyExplained
            | ConversationState::Thinking
            | ConversationState::BuddyDeclined
            | ConversationState::SelfContact
            | ConversationState::Withdrawn => Self::WithParent,
            ConversationState::Referred => Self::HandedOver,
        }
    }

    /// Whether the school still has a step to take.
    pub fn is_running(self) -> bool {
        !self.permitted().is_empty()
    }

    /// The steps that the school may record now.
    pub fn permitted(self) -> Vec<SchoolStep> {
        let Ok(state) = ConversationState::parse(self.code()) else {
            // `with-parent` and `handed-over` are no states of the school's: nothing is left to it
            return Vec::new();
        };
        SchoolStep::ALL.iter().copied().filter(|step| state.after(Step::School(*step)).is_some()).collect()
    }

    /// The sentence of the source that belongs to what the school may do now: what it says next, or the question on which it
    /// waits for an answer.
    pub fn sentence(self) -> Option<Text> {
        let open = match self {
            Self::FirstQuestionAsked => Some(SchoolStep::AskFirstQuestion),
            Self::SecondQuestionAsked => Some(SchoolStep::AskSecondQuestion),
            _ => None,
        };
        let next = self.permitted().into_iter().chain(open);
        next.into_iter().find_map(|step| wording(step, WORDING_VERSION).map(|entry| entry.spoken.clone()))
    }

    /// The same refusal, with where the conversation stands and what school may do instead.
    #[must_use]
    pub fn said_no(self, refusal: Rejection) -> Rejection {
        refusal.in_state(self.code(), self.permitted().iter().map(|step| step.code()).collect())
    }

    /// Whether a way leads from here to where the step can be taken: then it cannot be done *yet*, and otherwise no longer.
    fn is_ahead(self, step: SchoolStep) -> bool {
        let mut reached: Vec<_> = ConversationState::parse(self.code()).into_iter().collect();
        let mut looked = 0;
        while let Some(state) = reached.get(looked).copied() {
            let next = SchoolStep::ALL.iter().filter_map(|step| state.after(Step::School(*step)));
            let new: Vec<_> = next.filter(|next| !reached.contains(next)).collect();
            reached.extend(new);
            looked += 1;
        }
        reached.iter().any(|state| state.after(Step::School(step)).is_some())
    }

    fn refuse(self, step: SchoolStep) -> Rejection {
        let reason = if self.is_ahead(step) {
            Text::new(
                format!("Dit kan nog niet: {}. Stand: {}.", step.label().nl, self.label().nl),
                format!("This cannot be done yet: {}. State: {}.", step.label().en, self.label().en),
            )
        } else {
            Text::new(
                format!("Dit kan niet meer: {}. {}.", step.label().nl, capital(&self.label().nl)),
                format!("This can no longer be done: {}. State: {}.", step.label().en, self.label().en),
            )
        };
        self.said_no(Rejection::rule("step-not-permitted", "L6", reason)).saying(self.sentence())
    }
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
