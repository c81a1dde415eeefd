//! What is called: four operations of the main job, and what says how they grow.

use std::collections::HashMap;

use naast_api::clock::Clock;
use naast_api::identity::{Identity, LIFETIME};
use naast_domain::ids::PersonId;
use serde_json::{Value, json};

use crate::data::{Kind, PER_PROGRAMME, Size, id, is_consented, mixed, municipality, person, school};
use crate::load::{Connection, FRESH_KEY};

/// How many different calls there are to choose from.
const DIFFERENT: u64 = 2_000;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// One request by its id, by the coordinator of its programme.
    Get,
    /// The first fifty requests of a programme, by its coordinator.
    FirstPage,
    /// Fifty requests from deep inside the largest programme.
    DeepPage,
    /// A parent submits a request, to any of the programmes.
    Submit,
    /// The same, all to one programme, whose journal is one chain.
    SubmitToOne,
    /// The candidates for a request in a programme of 200 buddies.
    Candidates,
    /// The candidates for a request in the crowded programme.
    CandidatesOfCrowd,
}

/// A page from where another one ended.
#[derive(Debug, Clone)]
pub struct Place {
    cursor: String,
    at: String,
    id: String,
}

/// Who writes the calls to one database.
pub struct Caller<'a> {
    /// What the database holds.
    pub size: Size,
    identity: &'a Identity,
    tokens: HashMap<PersonId, String>,
}

impl Operation {
    /// Those that are compared with the counterpart.
    pub const COMPARED: [Self; 6] = [
        Self::Get,
        Self::FirstPage,
        Self::DeepPage,
        Self::Candidates,
        // last, because they change the data
        Self::Submit,
        Self::SubmitToOne,
    ];

    /// What a person reads.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET request by id",
            Self::FirstPage => "GET page of 50, first",
            Self::DeepPage => "GET page of 50, deep",
            Self::Submit => "POST request",
            Self::SubmitToOne => "POST request, all to one programme",
            Self::Candidates => "GET candidates of 200",
            Self::CandidatesOfCrowd => "GET candidates of the crowd",
        }
    }

    /// Whether it writes.
    pub fn writes(self) -> bool {
        matches!(self, Self::Submit | Self::SubmitToOne)
    }

    /// The status of its answer.
    pub fn status(self) -> u16 {
        if self.writes() { 201 } else { 200 }
    }
}

impl<'a> Caller<'a> {
    /// Somebody who calls a database of this size with tokens of this identity.
    pub fn new(identity: &'a Identity, size: Size) -> Self {
        Self { size, identity, tokens: HashMap::new() }
    }

    fn call(&mut self, who: PersonId, method: &str, path: &str, body: Option<&Value>) -> Vec<u8> {
        let identity = self.identity;
        let token =
            self.tokens.entry(who).or_insert_with(|| identity.token(who, &Clock::default(), LIFETIME));
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: bench\r\naccept: application/json\r\nauthorization: Bearer {token}\r\n\
             x-person: {who}\r\n"
        );
        body.map_or_else(
            || format!("{head}\r\n"),
            |body| {
                let body = body.to_string();
                let length = body.len();
                format!("{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
            },
        )
        .into_bytes()
    }

    /// The requests whose parent has consented, at random.
    fn requests(&self, from: u32, rows: u32) -> impl Iterator<Item = u32> + use<> {
        (0..DIFFERENT)
            .map(move |number| from + u32::try_from(mixed(number) % u64::from(rows)).expect("a row"))
            .filter(|row| is_consented(*row))
    }

    fn ordinary(&self) -> u32 {
        self.size.programmes * PER_PROGRAMME
    }

    fn read_each(&mut self, requests: impl Iterator<Item = u32>, more: &str) -> Vec<Vec<u8>> {
        requests
            .map(|row| {
                let who = person(Kind::Coordinator, self.size.programme_of(row));
                let path = format!("/v1/support-requests/{}{more}", id(Kind::Request, row));
                self.call(who, "GET", &path, None)
            })
            .collect()
    }

    fn pages(&mut self, programme: u32, more: &str) -> Vec<u8> {
        let path =
            format!("/v1/support-requests?programmeId={}&pageSize=50{more}", id(Kind::Programme, programme));
        self.call(person(Kind::Coordinator, programme), "GET", &path, None)
    }

    /// The calls of an operation; `deep` says where deep pages begin, for the counterpart in its own words.
    pub fn calls(&mut self, operation: Operation, deep: &[Place], is_counterpart: bool) -> Vec<Vec<u8>> {
        match operation {
            Operation::Get => self.read_each(self.requests(0, self.size.rows()), ""),
            Operation::Candidates => self.read_each(self.requests(0, self.ordinary()), "/candidates"),
            Operation::CandidatesOfCrowd => {
                self.read_each(self.requests(self.ordinary(), self.size.crowd), "/candidates")
            }
            Operation::FirstPage => (0..DIFFERENT.min(self.size.programmes.into()))
                .map(|number| self.pages(u32::try_from(number).expect("a programme"), ""))
                .collect(),
            Operation::DeepPage => {
                let largest = self.size.all_programmes() - 1;
                deep.iter()
                    .map(|place| {
                        let more = if is_counterpart {
                            format!("&at={}&id={}", place.at, place.id)
                        } else {
                            format!("&cursor={}", place.cursor)
                        };
                        self.pages(largest, &more)
                    })
                    .collect()
            }
            Operation::Submit => {
                let programmes = u64::from(self.size.programmes);
                self.submissions(|number| mixed(number) % programmes, "long-term")
            }
            Operation::SubmitToOne => self.submissions(|_| 0, "long-term"),
        }
    }

    /// Submissions to any of the programmes, each with a key of its own; or, for so many connections, one for each of them under a
    /// key that it keeps, so that every sending after the first is answered with what was kept.
    pub fn with_key(&mut self, repeated_by: Option<usize>) -> Vec<Vec<u8>> {
        let mut calls = self.calls(Operation::Submit, &[], false);
        calls.truncate(repeated_by.unwrap_or(calls.len()));
        for (number, call) in calls.iter_mut().enumerate() {
            let key = if repeated_by.is_some() {
                id(Kind::Key, u32::try_from(number).expect("a few")).to_string()
            } else {
                FRESH_KEY.to_owned()
            };
            let line = call.windows(2).position(|two| two == b"\r\n").expect("a first line") + 2;
            call.splice(line..line, format!("idempotency-key: {key}\r\n").into_bytes());
        }
        calls
    }

    fn submissions(&mut self, programme: impl Fn(u64) -> u64, duration: &str) -> Vec<Vec<u8>> {
        (0..DIFFERENT)
            .map(|number| {
                let row = u32::try_from(number % 250).expect("a row");
                let programme = u32::try_from(programme(number)).expect("a programme");
                let body = json!({
                    "programmeId": id(Kind::Programme, programme), "duration": duration, "channel": "either",
                    "topics": ["talking-with-school", "social-safety"], "language": "nl",
                    "locationCode": school(row), "municipalityCode": municipality(row),
                    "contact": { "name": format!("Ouder {row}"), "kind": "email",
                        "value": format!("ouder{row}@example.org") }
                });
                self.call(person(Kind::Parent, row), "POST", "/v1/support-requests", Some(&body))
            })
            .collect()
    }

    /// Calls that the same server answers without its database, their status, and what they are.
    pub fn without_database(&mut self, operation: Operation) -> (Vec<Vec<u8>>, u16, &'static str) {
        let who = person(Kind::Coordinator, 0);
        match operation {
            Operation::Get => {
                (vec![self.call(who, "GET", "/v1/problems/not-found", None)], 200, "GET /v1/problems/{code}")
            }
            Operation::Submit | Operation::SubmitToOne => {
                (self.submissions(|_| 0, "never"), 400, "a POST that the contract refuses")
            }
            _ => (vec![self.call(who, "GET", "/v1/problems", None)], 200, "GET /v1/problems"),
        }
    }

    /// Walks through the largest programme, and remembers the last places before three quarters of it.
    pub fn walk(&mut self, connection: &mut Connection) -> Vec<Place> {
        let (largest, rows) = match self.size.crowd {
            0 => (self.size.programmes - 1, PER_PROGRAMME),
            crowd => (self.size.programmes, crowd),
        };
        let mut places: Vec<Place> = Vec::new();
        for _ in 0..rows * 3 / 4 / 50 {
            let more = places.last().map(|place| format!("&cursor={}", place.cursor)).unwrap_or_default();
            let page = connection.call(&self.pages(largest, &more)).expect("the server answers").json();
            let last = page["data"].as_array().and_then(|rows| rows.last()).expect("a full page");
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            places.push(Place {
                cursor: text(&page["nextCursor"]),
                at: text(&last["submittedAt"]),
                id: text(&last["id"]),
            });
        }
        let deepest = places.len().saturating_sub(10);
        places.split_off(deepest)
    }
}
