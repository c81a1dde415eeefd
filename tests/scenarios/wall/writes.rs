//! What the school's side does is answered the same in both worlds: what it may do, on things of its own that are new each time; and what
//! it may not, on the case at hand, which leaves nothing behind and can be tried again.

use std::fmt::Write as _;

use chrono::DateTime;
use naast_tests::app::Reply;
use naast_tests::random_id;
use naast_tests::world::SCHOOL;
use serde_json::json;
use uuid::Uuid;

use super::crawl::told;
use crate::authorisation::calls::{call, state_for};
use crate::authorisation::objects::{Objects, State};
use crate::authorisation::stage::Stage;
use crate::authorisation::table::{Cell, Column, Operation, Table, operations};
use crate::looks::seen;

/// The people of the school's side: of the school at hand, of its board and partnership, and of another school.
const SCHOOL_SIDE: &[&str] =
    &["school-staff", "school-leader", "professional", "other-leader", "board-member", "partnership-staff"];

/// Something that somebody of the school's side tries and may not.
#[derive(Clone, Debug)]
pub struct Attempt {
    operation: Operation,
    caller: &'static str,
    column: Column,
}

/// All of them: every operation that writes, on every kind of case, where the reviewed table says that it is not there or not allowed.
pub fn attempts(table: &Table) -> Vec<Attempt> {
    let mut all = Vec::new();
    for operation in operations().into_iter().filter(|operation| !operation.only_reads()) {
        let block = table.block(&operation.id);
        let columns = if block.columns.is_empty() { &[Column::Own] } else { block.columns.as_slice() };
        for caller in SCHOOL_SIDE {
            for column in columns {
                if let Some(Cell::Status(403 | 404)) = block.cell(caller, *column) {
                    all.push(Attempt { operation: operation.clone(), caller, column: *column });
                }
            }
        }
    }
    all
}

impl Attempt {
    /// Status, headers and body of the refusal.
    pub fn answer(&self, stage: &Stage) -> String {
        let on = stage.standing(self.column, state_for(&self.operation.id));
        normal(&told(|| call(stage, &self.operation, self.caller, &on)))
    }

    /// Who tries what, in words.
    pub fn words(&self) -> String {
        format!("{} by {} on {:?}", self.operation.id, self.caller, self.column)
    }
}

/// What the school does, from the opening of a talk to the buddy that it explains; who goes on with it; and what stands in the way of a
/// talk that was announced. Each with its answer.
pub fn done(stage: &Stage) -> Vec<(&'static str, String)> {
    let app = &stage.world.app;
    let body = json!({ "locationCode": SCHOOL, "parentReference": random_id(), "ground": "regular-talk" });
    let opened = told(|| app.post(stage.world.leader, "/conversations", &body));
    let mut all = vec![("openConversation", normal(&opened))];
    let Some(talk) = opened.body["id"].as_str() else { return all };
    for step in ["ask-first-question", "has-nobody", "ask-second-question", "agrees", "explain-buddy"] {
        all.push((step, normal(&told(|| stage.world.step(talk, step)))));
    }
    let own = stage.standing(Column::Own, State::Matched);
    let as_somebody = |name: &'static str, caller: &str, on: &Objects| {
        let operation =
            operations().into_iter().find(|operation| operation.id == name).expect("an operation");
        (name, normal(&told(|| call(stage, &operation, caller, on))))
    };
    let of_the_talk = Objects { conversation: talk.to_owned(), ..own.clone() };
    all.push(as_somebody("nameConversationHolder", "school-leader", &of_the_talk));
    all.push(as_somebody("noteObjection", "professional", &own));
    all
}

/// An answer with what is new each time left out: ids by the order in which they come, codes, moments, and the version of what is written
/// to again, which the questions read.
fn normal(reply: &Reply) -> String {
    let (mut text, mut word, mut ids) = (String::new(), String::new(), Vec::<Uuid>::new());
    let mut put = |word: &mut String, text: &mut String| {
        let is_code = word.len() == 19 && word.split('-').all(|part| part.len() == 4);
        if let Ok(id) = word.parse::<Uuid>() {
            let place = ids.iter().position(|one| *one == id).unwrap_or_else(|| {
                ids.push(id);
                ids.len() - 1
            });
            let _ = write!(text, "id {place}");
        } else if is_code {
            text.push_str("a code");
        } else if DateTime::parse_from_rfc3339(word).is_ok() {
            text.push_str("a moment");
        } else {
            text.push_str(word);
        }
        word.clear();
    };
    let seen = seen(reply);
    for letter in
        seen.lines().filter(|line| !line.starts_with("etag:")).flat_map(|line| line.chars().chain(['\n']))
    {
        if letter.is_ascii_alphanumeric() || "-:.+".contains(letter) {
            word.push(letter);
        } else {
            put(&mut word, &mut text);
            text.push(letter);
        }
    }
    text
}

#[test]
fn what_is_new_each_time_is_left_out_and_nothing_else() {
    let answer = |id: &str, code: &str, state: &str| {
        let body =
            json!({ "id": id, "again": id, "code": code, "at": "2026-11-02T10:00:00.5Z", "state": state });
        normal(&Reply { status: 201, headers: ureq::http::HeaderMap::default(), bytes: Vec::new(), body })
    };
    let one = answer("6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0006", "ABCD-EFGH-2345-6789", "open");
    assert_eq!(one, answer("6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0007", "ABCD-EFGH-2345-678A", "open"));
    assert_ne!(one, answer("6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0006", "ABCD-EFGH-2345-6789", "shut"));
    assert_ne!(one, answer("6b1f0c52", "ABCD-EFGH-2345-6789", "open"));
}
