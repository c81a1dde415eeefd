//! What was found, what the parent accepts, and the proof that nothing blocks.

use std::cmp::Reverse;
use std::fmt;

use super::table::{Effect, Row};
use crate::code::Code as _;
use crate::directory::LocationCode;
use crate::ids::{BuddyId, TieId};
use crate::matching::ProposalState;
use crate::programmes::OrganisationForm;
use crate::rejection::Rejection;
use crate::text::Text;

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The number of the rule; 0 for what could not be checked.
    pub rule: u8,
    /// The stable code of the row.
    pub code: &'static str,
    /// The tie that it comes from; none when it is about the programme or the request.
    pub tie: Option<TieId>,
    /// The school that it is about, where another school makes it another matter: what is known of the school and of no tie, and what of a tie is not
    /// known of it.
    pub school: Option<LocationCode>,
    /// What it does.
    pub effect: Effect,
    /// What it means, for the parent.
    pub meaning: Text,
}

impl Finding {
    pub(super) fn of(row: &Row, tie: Option<TieId>, form: OrganisationForm) -> Self {
        let meaning = row.meaning.clone();
        Self { rule: row.number, code: row.code, tie, school: None, effect: row.effect(form), meaning }
    }

    pub(super) fn at(self, school: Option<LocationCode>) -> Self {
        Self { school, ..self }
    }

    /// The key that an answer of the parent refers to.
    pub fn key(&self) -> FindingKey {
        let tie = self.tie.map(|tie| format!(":{tie}")).unwrap_or_default();
        let school = self.school.as_ref().map(|school| format!(":{school}")).unwrap_or_default();
        FindingKey(format!("{}{tie}{school}", self.rule))
    }
}

/// A finding within one request, for as long as it stays the same finding: `16:` and the tie's id, `33:` and the school, `0:`, the tie's id and the school,
/// or `28`.
/// When time or a correction moves a tie under another rule, or the child to another school, it is another finding, to be asked again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FindingKey(String);

/// A text that is no key of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not the key of a finding; expected the number of a rule, and behind a colon each the id of a tie and the code of a school where it has them"
)]
pub struct InvalidFindingKey;

impl FindingKey {
    /// The pattern that every key keeps, as a regular expression.
    pub const PATTERN: &'static str = "^(0|[1-9][0-9]?)(:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?(:[0-9]{2}[A-Z]{2}[0-9]{2})?$";

    /// Reads a key as [`Finding::key`] writes it, and nothing else.
    pub fn parse(text: &str) -> Result<Self, InvalidFindingKey> {
        let mut parts = text.split(':');
        let rule = parts.next().unwrap_or_default();
        let rule_is_sound = rule.parse::<u8>().is_ok_and(|number| number < 100 && number.to_string() == rule);
        let is_tie = |text: &str| uuid::Uuid::parse_str(text).is_ok_and(|id| id.to_string() == text);
        let is_school = |text: &str| LocationCode::parse(text).is_ok_and(|code| code.as_str() == text);
        let about: Vec<&str> = parts.collect();
        let about_is_sound = match about[..] {
            [] => true,
            [one] => is_tie(one) || is_school(one),
            [tie, school] => is_tie(tie) && is_school(school),
            _ => false,
        };
        if rule_is_sound && about_is_sound { Ok(Self(text.to_owned())) } else { Err(InvalidFindingKey) }
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for FindingKey {
    type Error = InvalidFindingKey;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<FindingKey> for String {
    fn from(key: FindingKey) -> Self {
        key.0
    }
}

impl fmt::Display for FindingKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

#[cfg(feature = "contract")]
impl utoipa::PartialSchema for FindingKey {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some(
                "What an answer of the parent is about: a rule, and the tie and the school where it has them.",
            ))
            .pattern(Some(Self::PATTERN))
            .examples(["28"])
            .into()
    }
}

#[cfg(feature = "contract")]
impl utoipa::ToSchema for FindingKey {
    fn name() -> std::borrow::Cow<'static, str> {
        "FindingKey".into()
    }
}

/// What the rules say of one buddy, or one coordinator, for one request on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Assessment {
    /// The version of the table that was used.
    pub table_version: &'static str,
    /// The worst of the findings.
    pub verdict: Effect,
    /// Everything that was found, heaviest first.
    pub findings: Vec<Finding>,
}

impl Assessment {
    pub(super) fn of(table_version: &'static str, mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| (Reverse(finding.effect), finding.rule, finding.tie));
        let verdict = findings.iter().map(|finding| finding.effect).max().unwrap_or(Effect::None);
        Self { table_version, verdict, findings }
    }

    /// The findings with this effect.
    pub fn with_effect(&self, effect: Effect) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.effect == effect)
    }

    /// The findings that the parent must accept, each with its key.
    pub fn to_accept(&self) -> impl Iterator<Item = (FindingKey, &Finding)> {
        self.with_effect(Effect::Disclose).map(|finding| (finding.key(), finding))
    }

    /// The findings that the parent must accept and that were not told in these words: what is new, and what says something else than it did. What she
    /// answered on them before was on something else. `before` are those of earlier assessments of the same two, the last first, each with its key and its
    /// words in both languages; one that went and is back as it was counts as told.
    pub fn to_accept_anew(&self, before: &[(&str, [&str; 2])]) -> Vec<FindingKey> {
        let stood = |key: &FindingKey, finding: &Finding| {
            let last = before.iter().find(|(one, _)| *one == key.as_str());
            last.is_some_and(|(_, words)| {
                *words == [finding.meaning.nl.as_ref(), finding.meaning.en.as_ref()]
            })
        };
        self.to_accept().filter(|(key, finding)| !stood(key, finding)).map(|(key, _)| key).collect()
    }

    /// The proof that nothing keeps this buddy from this request.
    ///
    /// # Errors
    /// `buddy-not-independent` when something does; nobody can set that aside.
    pub fn clear_for(self, buddy: BuddyId) -> Result<IndependentBuddy, Rejection> {
        self.not_blocked()?;
        Ok(IndependentBuddy { buddy, assessment: self })
    }

    fn not_blocked(&self) -> Result<(), Rejection> {
        let blocking: Vec<_> = self.with_effect(Effect::Block).collect();
        if blocking.is_empty() {
            return Ok(());
        }
        let reason = reason(
            "Deze buddy is voor deze vraag niet onafhankelijk.",
            "This buddy is not independent for this request.",
            &blocking,
        );
        Err(Rejection::rule("buddy-not-independent", "S2", reason)
            .because_of(blocking.iter().map(|finding| finding.code)))
    }
}

/// A buddy whom nothing keeps from one request: the rules were asked, and none of them blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndependentBuddy {
    buddy: BuddyId,
    assessment: Assessment,
}

impl IndependentBuddy {
    /// The buddy.
    pub fn buddy(&self) -> BuddyId {
        self.buddy
    }

    /// What the proof rests on.
    pub fn assessment(&self) -> &Assessment {
        &self.assessment
    }

    /// What the parent is told and must accept before this buddy can help, each with its key.
    pub fn ties_to_accept(&self) -> impl Iterator<Item = (FindingKey, &Finding)> {
        self.assessment.to_accept()
    }
}

/// Whether the parent accepted every finding that must be disclosed.
///
/// # Errors
/// `tie-not-accepted` when an answer is missing, in the state of the proposal, which is open until both answered; `buddy-not-independent` when a finding blocks, for that
/// cannot be accepted.
pub fn all_accepted(assessment: &Assessment, accepted: &[FindingKey]) -> Result<(), Rejection> {
    assessment.not_blocked()?;
    let open: Vec<_> = assessment
        .to_accept()
        .filter(|(key, _)| !accepted.contains(key))
        .map(|(_, finding)| finding)
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let reason = reason(
        "De ouder heeft nog niet alles goedgevonden.",
        "The parent has not yet accepted everything.",
        &open,
    );
    Err(Rejection::rule("tie-not-accepted", "S2", reason)
        .in_state(ProposalState::Open.code(), vec!["tie-answers"])
        .because_of(open.iter().map(|finding| finding.code)))
}

/// A reason that names what the findings mean.
fn reason(nl: &str, en: &str, findings: &[&Finding]) -> Text {
    findings.iter().fold(Text::new(nl, en), |reason, finding| {
        Text::new(
            format!("{} {}", reason.nl, finding.meaning.nl),
            format!("{} {}", reason.en, finding.meaning.en),
        )
    })
}
