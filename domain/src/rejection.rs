//! What a rule answers when it says no: which rule, in what state, what may be done instead, and why.

use crate::text::Text;

/// A refusal by a rule. It carries enough for a frontend to guide the person who was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The stable code of the rule.
    pub code: &'static str,
    /// The state that the object is in, as its code; empty when the rule is not about a state.
    pub state: &'static str,
    /// What may be done now instead, as codes.
    pub permitted: Vec<&'static str>,
    /// Why, for a person.
    pub reason: Text,
    /// The statement of the guide or the law that the rule keeps, such as `L6`.
    pub source: &'static str,
    /// The sentence from the source to say now, where there is one.
    pub sentence: Option<Text>,
}

impl Rejection {
    /// A refusal that is not about a state.
    pub fn rule(code: &'static str, source: &'static str, reason: Text) -> Self {
        Self { code, state: "", permitted: Vec::new(), reason, source, sentence: None }
    }

    /// The same refusal, with the state and what may be done in it.
    #[must_use]
    pub fn in_state(mut self, state: &'static str, permitted: Vec<&'static str>) -> Self {
        self.state = state;
        self.permitted = permitted;
        self
    }

    /// The same refusal, with the sentence to say now.
    #[must_use]
    pub fn saying(mut self, sentence: Option<Text>) -> Self {
        self.sentence = sentence;
        self
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{} ({})", self.code, self.state)
    }
}

impl std::error::Error for Rejection {}
