//! The JSON of the counterpart: the members of the product's answers.

use serde::{Deserialize, Serialize};

/// The topics, in the order of their bits.
const TOPICS: [&str; 11] = [
    "talking-with-school",
    "extra-support",
    "school-choice",
    "at-home-without-school",
    "social-safety",
    "learning-difficulties",
    "behaviour",
    "giftedness",
    "development-plan",
    "transition",
    "rules-and-rights",
];

/// A row of a request; ids and moments are of the types of the database.
#[derive(Debug, Clone)]
pub struct Row<I, T> {
    pub id: I,
    pub programme_id: I,
    pub parent_id: I,
    pub origin: String,
    pub duration: String,
    pub channels: i64,
    pub topics: i64,
    pub language: String,
    pub location_code: Option<String>,
    pub municipality_code: Option<String>,
    pub state: String,
    pub contact: [Option<String>; 3],
    pub created_at: T,
}

/// A request as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View<I, T> {
    id: I,
    programme_id: I,
    parent_id: I,
    origin: String,
    duration: String,
    channel: &'static str,
    topics: Vec<&'static str>,
    language: String,
    location_code: Option<String>,
    municipality_code: Option<String>,
    state: String,
    permitted: &'static [&'static str],
    contact: Option<Contact>,
    submitted_at: T,
}

/// How to reach a parent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Contact {
    pub name: String,
    pub kind: String,
    pub value: String,
}

impl<I, T> Row<I, T> {
    /// The row as it is answered.
    pub fn view(self) -> View<I, T> {
        View {
            permitted: match self.state.as_str() {
                "submitted" => &["consents", "withdrawal"],
                "consented" => &["consents", "candidates", "proposals", "withdrawal"],
                _ => &["withdrawal"],
            },
            id: self.id,
            programme_id: self.programme_id,
            parent_id: self.parent_id,
            origin: self.origin,
            duration: self.duration,
            channel: match self.channels {
                1 => "online",
                2 => "in-person",
                _ => "either",
            },
            topics: (0..)
                .zip(TOPICS)
                .filter(|(bit, _)| self.topics & (1 << bit) != 0)
                .map(|two| two.1)
                .collect(),
            language: self.language,
            location_code: self.location_code,
            municipality_code: self.municipality_code,
            state: self.state,
            contact: match self.contact {
                [Some(name), Some(kind), Some(value)] => Some(Contact { name, kind, value }),
                _ => None,
            },
            submitted_at: self.created_at,
        }
    }
}

/// A page as it is answered.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PageView<I, T> {
    data: Vec<View<I, T>>,
    next_cursor: Option<&'static str>,
}

/// Cuts the one row more off, and says that there is a next page in as many letters as the product.
pub fn page<I, T>(mut rows: Vec<Row<I, T>>, size: i64) -> PageView<I, T> {
    let size = usize::try_from(size).expect("a small number");
    let more = rows.len() > size;
    rows.truncate(size);
    PageView {
        data: rows.into_iter().map(Row::view).collect(),
        next_cursor: more
            .then_some("N1dBNVpXZ0UuMTc0MzI2ODk2NzY2ODk0MV9kNDY3MGI3ZS1iNmFlLTRhOWQtOGRkZS0wMDAwMDAwMDAwMDA"),
    }
}

/// A request to submit.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Body {
    pub programme_id: uuid::Uuid,
    pub duration: String,
    pub channel: String,
    pub topics: Vec<String>,
    pub language: String,
    pub location_code: Option<String>,
    pub municipality_code: Option<String>,
    pub contact: Contact,
}

impl Body {
    /// The row that it becomes.
    pub fn into_row<I, T>(self, id: I, programme_id: I, parent_id: I, now: T) -> Row<I, T> {
        let bit =
            |topic: &String| TOPICS.iter().position(|known| known == topic).map_or(0, |place| 1 << place);
        Row {
            id,
            programme_id,
            parent_id,
            origin: "self".to_owned(),
            duration: self.duration,
            channels: match self.channel.as_str() {
                "online" => 1,
                "in-person" => 2,
                _ => 3,
            },
            topics: self.topics.iter().map(bit).sum(),
            language: self.language,
            location_code: self.location_code,
            municipality_code: self.municipality_code,
            state: "submitted".to_owned(),
            contact: [self.contact.name, self.contact.kind, self.contact.value].map(Some),
            created_at: now,
        }
    }
}
