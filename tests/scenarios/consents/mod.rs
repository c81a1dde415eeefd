//! The consent register: the words that were shown, who said yes and how, what stops when it is taken back, and who is told.

mod asked_again;
mod by_others;
mod giving;
mod pupil;
mod reported;
mod reports;
mod taking_back;

use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, World, words};
use serde_json::{Value, json};

/// The code in a letter that asks to confirm.
pub fn confirmation_in(letter: &str) -> String {
    let is_code = |word: &&str| word.len() == 19 && word.split('-').all(|part| part.len() == 4);
    letter.split_whitespace().find(is_code).expect("a code").to_owned()
}

fn consent(world: &World, parent: PersonId, request: &str, more: &Value) -> Reply {
    let mut body = json!({ "text": words(more["kind"].as_str().expect("a kind")) });
    body.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    world.app.post(parent, &format!("/support-requests/{request}/consents"), &body)
}

fn health(world: &World, parent: PersonId, request: &str) -> Reply {
    consent(world, parent, request, &json!({ "kind": "child-health-data", "childAge": "under-16" }))
}

fn state_of(world: &World, parent: PersonId, path: &str) -> String {
    world.app.get(parent, path).expect(200).text("state")
}

struct Case {
    buddy: Buddy,
    parent: PersonId,
    request: String,
    matched: String,
}

fn running(world: &World) -> Case {
    let buddy = world.buddy(0, &json!({}));
    let parent = world.person();
    let request = world.consented(0, parent);
    let (matched, _) = world.matched(0, parent, &request, &buddy);
    Case { buddy, parent, request, matched }
}
