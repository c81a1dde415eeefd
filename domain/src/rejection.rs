//! What a rule answers when it says no: which rule, in what state, what may be done instead, and why.

use uuid::Uuid;

use crate::text::Text;

/// A refusal by a rule. It carries enough for a frontend to guide the person who was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The stable code of the rule.
    pub code: &'static str,
    /// The state that the object is in, as its code; empty when the rule is not about a state.
    pub state: &'static str,
    /// The steps that may be taken now instead, as codes; empty when the rule is not about a step.
    pub permitted: Vec<&'static str>,
    /// Why, for a person.
    pub reason: Text,
    /// The statement of the guide or the law that the rule keeps, such as `L6`.
    pub source: &'static str,
    /// The sentence from the source to say now, where there is one.
    pub sentence: Option<Text>,
    /// What is no step and stands in the way, where there is any.
    besides: Option<Box<Besides>>,
}

/// What a rule says besides steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Besides {
    reasons: Vec<String>,
    current: Option<String>,
    existing: Option<Existing>,
    member: Option<&'static str>,
}

/// Something that is there already, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existing {
    /// Its id.
    pub id: Uuid,
    /// Its path below the base of the API.
    pub path: String,
}

impl Rejection {
    /// A refusal that is not about a state.
    pub fn rule(code: &'static str, source: &'static str, reason: Text) -> Self {
        Self { code, state: "", permitted: Vec::new(), reason, source, sentence: None, besides: None }
    }

    /// The same refusal, with the state and what may be done in it.
    #[must_use]
    pub fn in_state(mut self, state: &'static str, permitted: Vec<&'static str>) -> Self {
        self.state = state;
        self.permitted = permitted;
        self
    }

    /// The same refusal, with everything that stands in the way.
    #[must_use]
    pub fn because_of(mut self, reasons: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.besides.get_or_insert_default().reasons = reasons.into_iter().map(Into::into).collect();
        self
    }

    /// The same refusal, with what holds now instead.
    #[must_use]
    pub fn while_it_is(mut self, current: &impl ToString) -> Self {
        self.besides.get_or_insert_default().current = Some(current.to_string());
        self
    }

    /// The same refusal, with what is there already, when the caller may read it.
    #[must_use]
    pub fn pointing_to(mut self, existing: Option<Existing>) -> Self {
        self.besides.get_or_insert_default().existing = existing;
        self
    }

    /// The same refusal, of what stands in this member of what was asked: a JSON pointer (RFC 6901).
    #[must_use]
    pub fn at(mut self, member: &'static str) -> Self {
        self.besides.get_or_insert_default().member = Some(member);
        self
    }

    /// The member of what was asked that the rule is about, where it is about one.
    pub fn member(&self) -> Option<&'static str> {
        self.besides.as_ref()?.member
    }

    /// What stands in the way, as codes, where the rule weighs several things.
    pub fn reasons(&self) -> &[String] {
        self.besides.as_ref().map_or(&[], |besides| &besides.reasons)
    }

    /// What holds now instead of what was sent: the version in use, the longest term, the latest day.
    pub fn current(&self) -> Option<&str> {
        self.besides.as_ref()?.current.as_deref()
    }

    /// What is there already, for whoever may read it.
    pub fn existing(&self) -> Option<&Existing> {
        self.besides.as_ref()?.existing.as_ref()
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
