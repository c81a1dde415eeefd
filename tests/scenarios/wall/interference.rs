//! Two worlds that differ only in the private space answer everybody else byte for byte the same. The exact form of it: one server
//! is asked, parent and buddy write at random, and it is asked again.

use std::time::{Duration, Instant};

use naast_domain::ids::PersonId;
use naast_tests::{Engine, on_both};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;

use super::crawl::{Question, questions, told};
use crate::authorisation::objects::State;
use crate::authorisation::stage::{Stage, meeting};
use crate::authorisation::table::{Column, Table};
use crate::looks::{assert_sound, count};

on_both!(what_parent_and_buddy_write_changes_no_byte_for_anybody_else);

/// Pairs of worlds when nobody says otherwise; `NAAST_PROOF_PAIRS` does.
const PAIRS: u32 = 150;
/// Questions to each world of a pair.
const QUESTIONS: usize = 16;
/// Pairs of a batch.
const BATCH: u32 = 25;
/// How long a stage is asked: well below the ten minutes that a token lives.
const STAGE_LIVES: Duration = Duration::from_secs(180);

/// Something that one of the two does in the private space.
#[derive(Clone, Debug)]
enum Act {
    Note { by_parent: bool, kind: usize, text: String },
    Change { by_parent: bool, which: usize, text: String },
    TakeAway { by_parent: bool, which: usize },
    Message { by_parent: bool, text: String },
    Unsend { by_parent: bool, which: usize },
    Read { by_parent: bool },
    Look { by_parent: bool },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let text = || "[a-zA-Zé \n]{0,300}x";
    let act = prop_oneof![
        (any::<bool>(), 0..3_usize, text()).prop_map(|(by_parent, kind, text)| Act::Note {
            by_parent,
            kind,
            text
        }),
        (any::<bool>(), 0..8_usize, text()).prop_map(|(by_parent, which, text)| Act::Change {
            by_parent,
            which,
            text
        }),
        (any::<bool>(), 0..8_usize).prop_map(|(by_parent, which)| Act::TakeAway { by_parent, which }),
        (any::<bool>(), text()).prop_map(|(by_parent, text)| Act::Message { by_parent, text }),
        (any::<bool>(), 0..8_usize).prop_map(|(by_parent, which)| Act::Unsend { by_parent, which }),
        any::<bool>().prop_map(|by_parent| Act::Read { by_parent }),
        any::<bool>().prop_map(|by_parent| Act::Look { by_parent }),
    ];
    prop::collection::vec(act, 1..6)
}

/// The private space of one case of the stage.
struct Space<'a> {
    stage: &'a Stage,
    path: String,
    two: [PersonId; 2],
}

impl<'a> Space<'a> {
    fn of(stage: &'a Stage, come: State) -> Self {
        let path = format!("/matches/{}", stage.standing(Column::Own, come).matched);
        Self { stage, path, two: [stage.cast.person("buddy"), stage.cast.person("parent")] }
    }

    fn rows(&self, who: PersonId, list: &str, by_parent: bool) -> Vec<String> {
        let page = told(|| self.stage.world.app.get(who, &format!("{}/{list}?pageSize=20", self.path)));
        let page = page.expect(200).body;
        let own = |row: &&serde_json::Value| row["writer"] == if by_parent { "parent" } else { "buddy" };
        let rows = page["data"].as_array().expect("rows").iter().filter(own);
        rows.map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// Does it; gives back whether anything was written.
    fn does(&self, act: &Act) -> bool {
        let app = &self.stage.world.app;
        let who = |by_parent: &bool| self.two[usize::from(*by_parent)];
        match act {
            Act::Note { by_parent, kind, text } => {
                let kind = ["contact-note", "talk-preparation", "goal"][*kind];
                let body = json!({ "kind": kind, "text": text });
                told(|| app.post(who(by_parent), &format!("{}/private-notes", self.path), &body)).expect(201);
            }
            Act::Change { by_parent, which, text } => {
                let own = self.rows(who(by_parent), "private-notes", *by_parent);
                let Some(id) = own.get(which % own.len().max(1)) else { return false };
                let path = format!("{}/private-notes/{id}", self.path);
                let body = json!({ "text": text });
                told(|| app.call(Some(who(by_parent)), "PATCH", &path, Some(&body), Some("*"))).expect(200);
            }
            Act::TakeAway { by_parent, which } | Act::Unsend { by_parent, which } => {
                let list = if matches!(act, Act::Unsend { .. }) { "messages" } else { "private-notes" };
                let mut own = self.rows(who(by_parent), list, *by_parent);
                // those that the stage itself stands on stay
                own.retain(|id| {
                    !self.stage.all().any(|(_, on)| {
                        [&on.note, &on.message, &on.spare_note, &on.spare_message].contains(&id)
                    })
                });
                let Some(id) = own.get(which % own.len().max(1)) else { return false };
                let path = format!("{}/{list}/{id}", self.path);
                told(|| app.call(Some(who(by_parent)), "DELETE", &path, None, None)).expect(204);
            }
            Act::Message { by_parent, text } => {
                let (path, body) = (format!("{}/messages", self.path), json!({ "text": text }));
                told(|| app.post(who(by_parent), &path, &body)).expect(201);
            }
            Act::Read { by_parent } => {
                let path = format!("{}/messages?pageSize=1", self.path);
                let page = told(|| app.get(who(by_parent), &path)).expect(200).body;
                let Some(id) = page["data"][0]["id"].as_str() else { return false };
                let body = json!({ "upTo": id });
                let path = format!("{}/message-reading", self.path);
                told(|| app.call(Some(who(by_parent)), "PUT", &path, Some(&body), None)).expect(200);
            }
            Act::Look { by_parent } => {
                told(|| app.get(who(by_parent), &format!("{}/messages", self.path))).expect(200);
                return false;
            }
        }
        true
    }
}

/// What differs between two rounds of the same questions, in words.
fn differing(stage: &Stage, asked: &[&Question], before: &[String]) -> Vec<String> {
    let changed = asked.iter().zip(before).filter_map(|(question, before)| {
        let after = question.answer(stage);
        (after != *before).then(|| format!("{}:\n{before}\n---\n{after}", question.words()))
    });
    changed.collect()
}

/// So many pairs of worlds, in batches: a stage is left before its tokens are dead, and the next batch begins on another. Gives back how
/// many private changes there were, and how many answers were compared.
fn random_pairs(engine: Engine, table: &Table, pairs: u32) -> (u64, u64) {
    let (written, compared) = (std::cell::Cell::new(0_u64), std::cell::Cell::new(0_u64));
    let some = prop::collection::vec(any::<prop::sample::Index>(), QUESTIONS);
    let mut left = pairs;
    while left > 0 {
        let stage = Stage::new(engine);
        let all = questions(&stage, table);
        let spaces = [Space::of(&stage, State::Matched), Space::of(&stage, State::Paused)];
        let begun = Instant::now();
        while left > 0 && begun.elapsed() < STAGE_LIVES {
            let cases = left.min(BATCH);
            let config =
                Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
            let mut seed = [7; 32];
            seed[..4].copy_from_slice(&left.to_be_bytes());
            let mut runner =
                TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
            runner
                .run(&(acts(), some.clone(), any::<bool>()), |(acts, some, which)| {
                    let asked: Vec<&Question> = some.iter().map(|index| index.get(&all)).collect();
                    let before: Vec<String> = asked.iter().map(|question| question.answer(&stage)).collect();
                    for act in &acts {
                        let wrote = spaces[usize::from(which)].does(act);
                        written.set(written.get() + u64::from(wrote));
                    }
                    let changed = differing(&stage, &asked, &before);
                    compared.set(compared.get() + before.len() as u64);
                    prop_assert!(changed.is_empty(), "{acts:?}\n{}", changed.join("\n"));
                    Ok(())
                })
                .unwrap_or_else(|fault| panic!("{fault}"));
            left -= cases;
        }
        assert_sound(&stage.world);
    }
    (written.get(), compared.get())
}

fn what_parent_and_buddy_write_changes_no_byte_for_anybody_else(engine: Engine) {
    let table = Table::read().unwrap_or_else(|faults| panic!("\n{}\n", faults.join("\n")));
    let pairs = std::env::var("NAAST_PROOF_PAIRS").ok().and_then(|text| text.parse().ok()).unwrap_or(PAIRS);
    let counted = random_pairs(engine, &table, pairs);

    // and once with every question that there is
    let stage = Stage::new(engine);
    let all = questions(&stage, &table);
    let spaces = [Space::of(&stage, State::Matched), Space::of(&stage, State::Paused)];
    let every: Vec<&Question> = all.iter().collect();
    let before: Vec<String> = every.iter().map(|question| question.answer(&stage)).collect();
    let fixed = [
        Act::Note { by_parent: true, kind: 1, text: "Anders".to_owned() },
        Act::Message { by_parent: false, text: "Anders".to_owned() },
        Act::Change { by_parent: true, which: 0, text: "Weer anders".to_owned() },
        Act::TakeAway { by_parent: true, which: 0 },
        Act::Read { by_parent: true },
    ];
    for space in &spaces {
        for act in &fixed {
            space.does(act);
        }
    }
    let changed = differing(&stage, &every, &before);
    assert!(changed.is_empty(), "{}", changed.join("\n"));
    println!(
        "{pairs} pairs of worlds, {} private changes between them, {} answers compared; and all {} questions once",
        counted.0,
        counted.1,
        every.len()
    );

    // the test of the test: what is not private is seen by the same eyes
    let kept = count(&stage.world, "journal");
    let on = stage.standing(Column::Own, State::Matched);
    let met = meeting(stage.world.app.platform.clock.today());
    let path = format!("/matches/{}/contacts", on.matched);
    stage.world.app.post(stage.cast.person("buddy"), &path, &met).expect(201);
    assert_eq!(count(&stage.world, "journal"), kept + 1);
    let changed = differing(&stage, &every, &before);
    let seen_by = |words: &str| changed.iter().any(|change| change.starts_with(words));
    for words in ["listContacts by coordinator", "listEvents by coordinator", "listEvents by a system"] {
        assert!(seen_by(words), "{words} did not see that they met");
    }
    assert_sound(&stage.world);
}
