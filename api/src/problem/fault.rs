//! One thing that is wrong with the input: where, and what is allowed there. Never the value itself.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use naast_domain::directory::InvalidIdentifier;
use naast_domain::text::{Text, Tongue};

use super::InputProblem;
use crate::contract::{ADDRESS, NUMBER, WORDS};

/// So many faults are told in one answer. An answer is to be bounded by more than the call: 10,000 faults of 160 bytes fit in
/// a body of 60,000 (docs/adr/0044).
const MOST_TOLD: usize = 100;

/// So many bytes their places have together, in one answer: each repeats the names of all members above it.
const LARGEST_PLACES: usize = 16 * 1024;

/// The code of what says that there are more faults.
pub const MORE: &str = "more-faults";

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Body(String),
    Parameter(String),
    Header(String),
}

/// A fault of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFault {
    place: Place,
    code: &'static str,
    detail: Text,
}

impl InputFault {
    /// A fault in the body, at a JSON pointer.
    pub fn body(pointer: impl Into<String>, code: &'static str, detail: Text) -> Self {
        Self { place: Place::Body(pointer.into()), code, detail }
    }

    /// A fault in a query or path parameter.
    pub fn parameter(name: impl Into<String>, code: &'static str, detail: Text) -> Self {
        Self { place: Place::Parameter(name.into()), code, detail }
    }

    /// A fault in a header.
    pub fn header(name: impl Into<String>, code: &'static str, detail: Text) -> Self {
        Self { place: Place::Header(name.into()), code, detail }
    }

    /// An identifier that does not look like one, in a parameter.
    pub fn identifier(name: &str, fault: InvalidIdentifier) -> Self {
        Self::parameter(name, "pattern", pattern(fault.expected))
    }

    /// The stable code of what is wrong.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Whether the fault stands at this place of the body, or deeper.
    pub fn is_within(&self, pointer: &str) -> bool {
        let Place::Body(place) = &self.place else { return false };
        place.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether the fault stands in this parameter of the path or the query.
    pub fn is_of_parameter(&self, name: &str) -> bool {
        matches!(&self.place, Place::Parameter(place) if place == name)
    }

    /// Whether the fault stands in a header.
    pub fn is_in_header(&self) -> bool {
        matches!(self.place, Place::Header(_))
    }

    /// Whether there are more faults than an answer tells: whoever looks for more may stop, and what was found is refused.
    pub fn are_enough(found: &[Self]) -> bool {
        found.len() > MOST_TOLD
            || (found.len() > 1 && found.iter().map(Self::size).sum::<usize>() > LARGEST_PLACES)
    }

    /// The faults in words: all of them, or so many as an answer tells and one that says that there are more.
    pub(super) fn told(found: &[Self], tongue: Tongue) -> Vec<InputProblem> {
        let mut places = 0;
        let fits = |fault: &&Self| {
            places += fault.size();
            places <= LARGEST_PLACES
        };
        // the first is always told: it is no larger than what was sent
        let told = found.iter().take(MOST_TOLD).take_while(fits).count().max(1).min(found.len());
        let mut words: Vec<_> = found[..told].iter().map(|fault| fault.in_words(tongue)).collect();
        if told < found.len() {
            let detail = Text::new(
                format!("Er is meer mis dan deze {told}. Herstel die eerst."),
                format!("More is wrong than these {told}. Mend those first."),
            );
            words.push(InputProblem {
                pointer: None,
                parameter: None,
                header: None,
                code: MORE.to_owned(),
                detail: detail.get(tongue).to_owned(),
            });
        }
        words
    }

    /// The length of the place, in bytes: the only part of a fault that the caller writes.
    fn size(&self) -> usize {
        match &self.place {
            Place::Body(place) | Place::Parameter(place) | Place::Header(place) => place.len(),
        }
    }

    /// The fault in words.
    fn in_words(&self, tongue: Tongue) -> InputProblem {
        let (pointer, parameter, header) = match &self.place {
            Place::Body(pointer) => (Some(pointer.clone()), None, None),
            Place::Parameter(name) => (None, Some(name.clone()), None),
            Place::Header(name) => (None, None, Some(name.clone())),
        };
        InputProblem {
            pointer,
            parameter,
            header,
            code: self.code.to_owned(),
            detail: self.detail.get(tongue).to_owned(),
        }
    }

    /// A member that nobody reads.
    pub fn unknown_member(inside: &str, name: &str) -> Self {
        Self::body(
            format!("{inside}/{}", escape(name)),
            "unknown-member",
            Text::of("Dit veld bestaat hier niet.", "There is no such member here."),
        )
    }

    /// The faults that one violation of the published schema stands for.
    pub fn of_violation(violation: &ValidationError<'_>) -> Vec<Self> {
        let at = violation.instance_path().to_string();
        let one = |code, detail| vec![Self::body(at.clone(), code, detail)];
        match violation.kind() {
            ValidationErrorKind::Required { property } => {
                let property = property.as_str().unwrap_or_default();
                vec![Self::body(
                    format!("{at}/{}", escape(property)),
                    "required",
                    Text::of("Dit veld ontbreekt.", "This member is missing."),
                )]
            }
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                unexpected.iter().map(|property| Self::unknown_member(&at, property)).collect()
            }
            ValidationErrorKind::Type { kind } => one("type", type_text(kind)),
            ValidationErrorKind::Enum { options } => one("not-in-list", list(options)),
            ValidationErrorKind::Constant { expected_value } => {
                one("not-in-list", list(&serde_json::Value::Array(vec![(**expected_value).clone()])))
            }
            ValidationErrorKind::Pattern { pattern: expected } => one("pattern", pattern(expected)),
            ValidationErrorKind::Format { format } => one(
                "format",
                Text::new(
                    format!("Dit moet de vorm {format} hebben."),
                    format!("This must have the format {format}."),
                ),
            ),
            ValidationErrorKind::MinLength { limit } => one(
                "too-short",
                Text::new(format!("Minstens {limit} tekens."), format!("At least {limit} characters.")),
            ),
            ValidationErrorKind::MaxLength { limit } => one(
                "too-long",
                Text::new(format!("Hoogstens {limit} tekens."), format!("At most {limit} characters.")),
            ),
            ValidationErrorKind::Minimum { limit } => {
                one("too-small", Text::new(format!("Minstens {limit}."), format!("At least {limit}.")))
            }
            ValidationErrorKind::Maximum { limit } => {
                one("too-large", Text::new(format!("Hoogstens {limit}."), format!("At most {limit}.")))
            }
            ValidationErrorKind::MinItems { limit } => one(
                "too-few",
                Text::new(format!("Minstens {limit} keer."), format!("At least {limit} of them.")),
            ),
            ValidationErrorKind::MaxItems { limit } => one(
                "too-many",
                Text::new(format!("Hoogstens {limit} keer."), format!("At most {limit} of them.")),
            ),
            ValidationErrorKind::UniqueItems => {
                one("not-unique", Text::of("Elk maar één keer.", "Each of them only once."))
            }
            // a nullable member is "null or the schema": what is wrong is what the schema itself says
            ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
                context
                    .iter()
                    .max_by_key(|branch| {
                        branch.first().map_or(0, |inner| inner.instance_path().to_string().len())
                    })
                    .filter(|branch| branch.iter().all(|inner| !inner.instance_path().to_string().is_empty()))
                    .map_or_else(
                        || {
                            one(
                                "no-variant",
                                Text::of(
                                    "Dit past bij geen van de vormen.",
                                    "This fits none of the variants.",
                                ),
                            )
                        },
                        |branch| branch.iter().flat_map(Self::of_violation).collect(),
                    )
            }
            _ => {
                one("schema", Text::of("Dit past niet bij het contract.", "This does not fit the contract."))
            }
        }
    }
}

fn escape(property: &str) -> String {
    property.replace('~', "~0").replace('/', "~1")
}

fn pattern(expected: &str) -> Text {
    if expected == r"\S" {
        return Text::of(
            "Hier hoort minstens één zichtbaar teken.",
            "At least one visible character belongs here.",
        );
    }
    if expected == WORDS {
        return Text::of(
            "Hier hoort minstens één letter of cijfer.",
            "At least one letter or digit belongs here.",
        );
    }
    if expected == ADDRESS {
        return Text::of(
            "Een e-mailadres, zoals naam@voorbeeld.nl.",
            "An e-mail address, such as name@example.org.",
        );
    }
    if expected == NUMBER {
        return Text::of(
            "Een telefoonnummer van minstens acht cijfers.",
            "A telephone number of at least eight digits.",
        );
    }
    Text::new(format!("Dit moet passen bij {expected}"), format!("This must match {expected}"))
}

fn list(options: &serde_json::Value) -> Text {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let words: Vec<_> =
        options.iter().map(|option| option.as_str().map_or(option.to_string(), str::to_owned)).collect();
    let words = words.join(", ");
    Text::new(format!("Toegestaan: {words}."), format!("Allowed: {words}."))
}

fn type_text(kind: &TypeKind) -> Text {
    let names: Vec<String> = match kind {
        TypeKind::Single(one) => vec![one.to_string()],
        TypeKind::Multiple(several) => several.iter().map(|one| one.to_string()).collect(),
    };
    let names = names.join(", ");
    Text::new(format!("Dit moet van deze soort zijn: {names}."), format!("This must be of type {names}."))
}

impl InputFault {
    /// The same fault, found in the value of a parameter.
    #[must_use]
    pub fn in_parameter(self, name: &str) -> Self {
        Self { place: Place::Parameter(name.to_owned()), ..self }
    }
}
