//! Two worlds that differ only in the private space answer everybody else byte for byte the same, what they read and what the school's side
//! writes. The exact form of it: one server is asked, parent and buddy write at random, and it is asked again.

use std::cell::Cell;
use std::time::{Duration, Instant};

use naast_domain::ids::PersonId;
use naast_tests::world::words;
use naast_tests::{Engine, on_both};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;

use super::crawl::{Question, questions, told};
use super::writes::{Attempt, attempts, done};
use crate::authorisation::objects::State;
use crate::authorisation::stage::{Stage, meeting};
use crate::authorisation::table::{Column, Table};
use crate::looks::{assert_sound, count};

on_both!(what_parent_and_buddy_write_changes_no_byte_for_anybody_else);

/// Pairs of worlds when nobody says otherwise; `NAAST_PROOF_WORLDS` does.
const PAIRS: u32 = 150;
/// Questions to each world of a pair.
const QUESTIONS: usize = 16;
/// What the school's side tries in each world of a pair.
pub(super) const ATTEMPTS: usize = 8;
/// In one of so many pairs the school also does what it may: from the opening of a talk to the buddy that it explains.
const WHOLE_TALK: usize = 4;
/// Pairs of a batch.
const BATCH: u32 = 25;
/// How long a stage is asked: well below the ten minutes that a token lives.
const STAGE_LIVES: Duration = Duration::from_secs(180);

/// Something that one of the two does in the private space.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Note { by_parent: bool, kind: usize, text: String, about_health: bool },
    Change { by_parent: bool, which: usize, text: String, about_health: bool },
    TakeAway { by_parent: bool, which: usize },
    Message { by_parent: bool, text: String, about_health: bool },
    Unsend { by_parent: bool, which: usize },
    Read { by_parent: bool },
    Look { by_parent: bool },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let text = || "[a-zA-Zé \n]{0,300}x";
    let act = prop_oneof![
        (any::<bool>(), 0..3_usize, text(), any::<bool>()).prop_map(
            |(by_parent, kind, text, about_health)| Act::Note { by_parent, kind, text, about_health }
        ),
        (any::<bool>(), 0..8_usize, text(), any::<bool>()).prop_map(
            |(by_parent, which, text, about_health)| Act::Change { by_parent, which, text, about_health }
        ),
        (any::<bool>(), 0..8_usize).prop_map(|(by_parent, which)| Act::TakeAway { by_parent, which }),
        (any::<bool>(), text(), any::<bool>()).prop_map(|(by_parent, text, about_health)| Act::Message {
            by_parent,
            text,
            about_health
        }),
        (any::<bool>(), 0..8_usize).prop_map(|(by_parent, which)| Act::Unsend { by_parent, which }),
        any::<bool>().prop_map(|by_parent| Act::Read { by_parent }),
        any::<bool>().prop_map(|by_parent| Act::Look { by_parent }),
    ];
    prop::collection::vec(act, 1..6)
}

/// The private space of one case of the stage.
pub(super) struct Space<'a> {
    stage: &'a Stage,
    path: String,
    two: [PersonId; 2],
}

impl Act {
    /// Whether it writes something that is said to be about the child's health.
    fn is_about_health(&self) -> bool {
        match self {
            Self::Note { about_health, .. }
            | Self::Change { about_health, .. }
            | Self::Message { about_health, .. } => *about_health,
            Self::TakeAway { .. } | Self::Unsend { .. } | Self::Read { .. } | Self::Look { .. } => false,
        }
    }
}

impl<'a> Space<'a> {
    /// The space of the case that came so far. The parent consents to data on health first, since nothing may be said to be about it
    /// otherwise: others see that consent, so that a space is made before the first world is asked, and both worlds have it.
    pub(super) fn of(stage: &'a Stage, come: State) -> Self {
        let on = stage.standing(Column::Own, come);
        let parent = stage.cast.person("parent");
        let consent = json!({
            "kind": "child-health-data", "childAge": "under-16", "text": words("child-health-data")
        });
        let path = format!("/support-requests/{}/consents", on.request);
        told(|| stage.world.app.post(parent, &path, &consent)).expect(201);
        let path = format!("/matches/{}", on.matched);
        Self { stage, path, two: [stage.cast.person("buddy"), parent] }
    }

    fn rows(&self, who: PersonId, list: &str, by_parent: bool) -> Vec<String> {
        let page = told(|| self.stage.world.app.get(who, &format!("{}/{list}?pageSize=20", self.path)));
        let page = page.expect(200).body;
        let own = |row: &&serde_json::Value| row["writer"] == if by_parent { "parent" } else { "buddy" };
        let rows = page["data"].as_array().expect("rows").iter().filter(own);
        rows.map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// Does it; gives back whether anything was written.
    pub(super) fn does(&self, act: &Act) -> bool {
        let app = &self.stage.world.app;
        let who = |by_parent: &bool| self.two[usize::from(*by_parent)];
        match act {
            Act::Note { by_parent, kind, text, about_health } => {
                let kind = ["contact-note", "talk-preparation", "goal"][*kind];
                let body = json!({ "kind": kind, "text": text, "aboutHealth": about_health });
                told(|| app.post(who(by_parent), &format!("{}/private-notes", self.path), &body)).expect(201);
            }
            Act::Change { by_parent, which, text, about_health } => {
                let own = self.rows(who(by_parent), "private-notes", *by_parent);
                let Some(id) = own.get(which % own.len().max(1)) else { return false };
                let path = format!("{}/private-notes/{id}", self.path);
                let body = json!({ "text": text, "aboutHealth": about_health });
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
            Act::Message { by_parent, text, about_health } => {
                let (path, body) =
                    (format!("{}/messages", self.path), json!({ "text": text, "aboutHealth": about_health }));
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

/// What one world answers.
pub(super) struct Answers {
    reads: Vec<String>,
    attempts: Vec<String>,
    done: Vec<(&'static str, String)>,
}

/// What is asked of both worlds.
pub(super) struct Asked<'a> {
    pub(super) reads: Vec<&'a Question>,
    pub(super) attempts: Vec<&'a Attempt>,
    pub(super) with_a_talk: bool,
}

impl Asked<'_> {
    /// Asks the world of before. What the school does itself comes first: what is read afterwards holds it, in both worlds.
    pub(super) fn before(&self, stage: &Stage) -> Answers {
        let done = if self.with_a_talk { done(stage) } else { Vec::new() };
        Answers { done, reads: self.reads(stage), attempts: self.attempts(stage) }
    }

    fn reads(&self, stage: &Stage) -> Vec<String> {
        self.reads.iter().map(|question| question.answer(stage)).collect()
    }

    fn attempts(&self, stage: &Stage) -> Vec<String> {
        self.attempts.iter().map(|attempt| attempt.answer(stage)).collect()
    }

    /// What the other world answers differently, in words.
    pub(super) fn differing(&self, stage: &Stage, before: &Answers) -> Vec<String> {
        let words =
            self.reads.iter().map(|one| one.words()).chain(self.attempts.iter().map(|one| one.words()));
        let old = before.reads.iter().chain(&before.attempts);
        let new = self.reads(stage).into_iter().chain(self.attempts(stage));
        let mut pairs: Vec<(String, &String, String)> =
            words.zip(old).zip(new).map(|((words, old), new)| (words, old, new)).collect();
        let again = if self.with_a_talk { done(stage) } else { Vec::new() };
        // a step that the first world took and the second did not is a difference too
        for (place, (name, old)) in before.done.iter().enumerate() {
            let new = again.get(place).map_or_else(|| "not done".to_owned(), |(_, new)| new.clone());
            pairs.push((format!("{name}, which the school does"), old, new));
        }
        let changed = pairs.into_iter().filter(|(_, old, new)| *old != new);
        changed.map(|(words, old, new)| format!("{words}:\n{old}\n---\n{new}")).collect()
    }

    fn len(&self) -> u64 {
        let all = self.reads.len() + self.attempts.len() + if self.with_a_talk { 8 } else { 0 };
        all as u64
    }
}

/// What the random pairs came to.
#[derive(Default)]
struct Counted {
    /// Private changes.
    written: Cell<u64>,
    /// Those that said that they are about the child's health.
    about_health: Cell<u64>,
    /// Answers that were compared.
    compared: Cell<u64>,
}

fn add(to: &Cell<u64>, more: u64) {
    to.set(to.get() + more);
}

/// So many pairs of worlds, in batches: a stage is left before its tokens are dead, and the next batch begins on another.
fn random_pairs(engine: Engine, table: &Table, pairs: u32) -> Counted {
    let counted = Counted::default();
    let some = || prop::collection::vec(any::<prop::sample::Index>(), QUESTIONS + ATTEMPTS);
    let tried = attempts(table);
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
                .run(&(acts(), some(), any::<bool>(), 0..WHOLE_TALK), |(acts, some, which, talk)| {
                    let (reads, attempts) = some.split_at(QUESTIONS);
                    let asked = Asked {
                        reads: reads.iter().map(|index| index.get(&all)).collect(),
                        attempts: attempts.iter().map(|index| index.get(&tried)).collect(),
                        with_a_talk: talk == 0,
                    };
                    let before = asked.before(&stage);
                    for act in &acts {
                        let wrote = spaces[usize::from(which)].does(act);
                        add(&counted.written, u64::from(wrote));
                        add(&counted.about_health, u64::from(wrote && act.is_about_health()));
                    }
                    let changed = asked.differing(&stage, &before);
                    add(&counted.compared, asked.len());
                    prop_assert!(changed.is_empty(), "{acts:?}\n{}", changed.join("\n"));
                    Ok(())
                })
                .unwrap_or_else(|fault| panic!("{fault}"));
            left -= cases;
        }
        assert_sound(&stage.world);
    }
    counted
}

fn what_parent_and_buddy_write_changes_no_byte_for_anybody_else(engine: Engine) {
    let table = Table::read().unwrap_or_else(|faults| panic!("\n{}\n", faults.join("\n")));
    let pairs = std::env::var("NAAST_PROOF_WORLDS").ok().and_then(|text| text.parse().ok()).unwrap_or(PAIRS);
    let begun = Instant::now();
    let counted = random_pairs(engine, &table, pairs);
    let took = begun.elapsed().as_secs();
    let [written, about_health, compared] =
        [&counted.written, &counted.about_health, &counted.compared].map(Cell::get);
    assert!(about_health > 0 && about_health < written, "{about_health} of {written} about health");

    // and once with every question that there is, and everything that the school's side tries
    let stage = Stage::new(engine);
    let all = questions(&stage, &table);
    let tried = attempts(&table);
    let spaces = [Space::of(&stage, State::Matched), Space::of(&stage, State::Paused)];
    let every = Asked { reads: all.iter().collect(), attempts: tried.iter().collect(), with_a_talk: true };
    let before = every.before(&stage);
    let fixed = [
        Act::Note { by_parent: true, kind: 1, text: "Anders".to_owned(), about_health: true },
        Act::Message { by_parent: false, text: "Anders".to_owned(), about_health: true },
        Act::Message { by_parent: true, text: "Anders".to_owned(), about_health: false },
        Act::Change { by_parent: true, which: 0, text: "Weer anders".to_owned(), about_health: false },
        Act::TakeAway { by_parent: true, which: 0 },
        Act::Read { by_parent: true },
    ];
    for space in &spaces {
        for act in &fixed {
            space.does(act);
        }
    }
    let changed = every.differing(&stage, &before);
    assert!(changed.is_empty(), "{}", changed.join("\n"));
    println!(
        "{pairs} pairs of worlds in {took} s, {written} private changes between them, {about_health} of them about health, {compared} \
         answers compared; and all {} questions and {} attempts once",
        all.len(),
        tried.len()
    );

    // the test of the test: what is not private is seen by the same eyes
    let kept = count(&stage.world, "journal");
    let on = stage.standing(Column::Own, State::Matched);
    let met = meeting(stage.world.app.platform.clock.today());
    let path = format!("/matches/{}/contacts", on.matched);
    stage.world.app.post(stage.cast.person("buddy"), &path, &met).expect(201);
    assert_eq!(count(&stage.world, "journal"), kept + 1);
    let reads = Asked { reads: all.iter().collect(), attempts: Vec::new(), with_a_talk: false };
    let changed = reads.differing(&stage, &before);
    let seen_by = |words: &str| changed.iter().any(|change| change.starts_with(words));
    for words in ["listContacts by coordinator", "listEvents by coordinator", "listEvents by a system"] {
        assert!(seen_by(words), "{words} did not see that they met");
    }
    assert_sound(&stage.world);
}
