//! A match that rests: who asked for it takes it back, the parent's own wish is hers alone, and no reason hides another.

use naast_domain::ids::PersonId;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, World};
use naast_tests::{Engine, around, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count, refused};

on_both!(
    nobody_but_the_parent_takes_back_what_she_asked_for,
    each_reason_for_a_pause_ends_by_itself,
    what_rested_when_the_schema_changed_rests_on,
);

struct Pair<'a> {
    world: &'a World,
    parent: PersonId,
    buddy: Buddy,
    proposal: String,
    path: String,
}

impl<'a> Pair<'a> {
    fn running(world: &'a World) -> Self {
        let (buddy, parent) = (world.buddy(0, &json!({})), world.person());
        let request = world.consented(0, parent);
        let (matched, proposal) = world.matched(0, parent, &request, &buddy);
        Self { world, parent, buddy, proposal, path: format!("/matches/{matched}") }
    }

    fn coordinator(&self) -> PersonId {
        self.world.coordinators[0]
    }

    fn act(&self, person: PersonId, act: &str, body: Option<&Value>) -> Reply {
        self.world.app.call(Some(person), "POST", &format!("{}/{act}", self.path), body, Some("*"))
    }

    /// Why it is paused, weightiest first; empty while it runs.
    fn rests_for(&self) -> Vec<String> {
        let shown = self.world.app.get(self.parent, &self.path).expect(200);
        let all: Vec<String> = serde_json::from_value(shown.body["pausedFor"].clone()).expect("a list");
        assert_eq!(shown.body["state"], if all.is_empty() { "active" } else { "paused" });
        assert_eq!(shown.body["pausedBecause"].is_null(), all.is_empty());
        all
    }
}

fn nobody_but_the_parent_takes_back_what_she_asked_for(engine: Engine) {
    let world = World::new(engine);
    let pair = Pair::running(&world);
    let (parent, buddy, coordinator) = (pair.parent, pair.buddy.person, pair.coordinator());
    let on_her_word = json!({ "onParentsWord": true });
    pair.act(parent, "pauses", None).expect(200);
    for other in [buddy, coordinator] {
        let reply = refused(pair.act(other, "resumptions", None), 409, "pause-of-other");
        assert_eq!(
            (&reply.body["state"], &reply.body["permitted"]),
            (&json!("paused"), &json!(["pauses", "closure"]))
        );
        refused(
            pair.act(other, "resumptions", Some(&json!({ "onParentsWord": false }))),
            409,
            "pause-of-other",
        );
    }
    for act in ["pauses", "resumptions"] {
        refused(pair.act(buddy, act, Some(&on_her_word)), 403, "forbidden");
    }
    assert_eq!(pair.rests_for(), ["parent-asked"]);

    // the coordinator says it for her, and that stands in the journal
    let words =
        || count(&world, "journal WHERE action = 'match.parents-word-recorded' AND role = 'coordinator'");
    assert_eq!(words(), 0);
    pair.act(coordinator, "resumptions", Some(&on_her_word)).expect(200);
    assert_eq!(pair.rests_for(), [""; 0]);
    assert_eq!(words(), 1);
    // and the other way: what the coordinator asked on her word, she takes back herself
    pair.act(coordinator, "pauses", Some(&on_her_word)).expect(200);
    assert_eq!(pair.rests_for(), ["parent-asked"]);
    assert_eq!(words(), 2);
    refused(pair.act(coordinator, "resumptions", None), 409, "pause-of-other");
    pair.act(parent, "resumptions", Some(&json!({}))).expect(200);
    assert_eq!(pair.rests_for(), [""; 0]);
    assert_eq!(words(), 2);
    refused(pair.act(parent, "resumptions", Some(&json!({ "other": 1 }))), 400, "invalid-input");
    assert_sound(&world);
}

fn each_reason_for_a_pause_ends_by_itself(engine: Engine) {
    let world = World::new(engine);
    let pair = Pair::running(&world);
    let (parent, buddy, coordinator) = (pair.parent, pair.buddy.person, pair.coordinator());
    let profile = format!("/buddies/{}", pair.buddy.id);
    pair.act(buddy, "pauses", None).expect(200);
    pair.act(parent, "pauses", None).expect(200);
    refused(pair.act(parent, "pauses", None), 409, "match-state");
    world.told_tie(&pair.buddy).expect(201);
    world.app.patch(coordinator, &profile, &json!({ "status": "paused" })).expect(200);
    assert_eq!(pair.rests_for(), ["parent-asked", "buddy-asked", "buddy-not-ready", "new-tie"]);
    let shown = world.app.get(parent, &pair.path).expect(200);
    assert_eq!(shown.body["pausedBecause"], "new-tie", "what she must answer comes first");

    world.answer_ties(parent, &pair.proposal, "accepted");
    assert_eq!(pair.rests_for(), ["parent-asked", "buddy-asked", "buddy-not-ready"]);
    pair.act(coordinator, "resumptions", None).expect(200);
    assert_eq!(pair.rests_for(), ["parent-asked", "buddy-not-ready"], "she takes back the buddy's");
    pair.act(parent, "resumptions", None).expect(200);
    assert_eq!(pair.rests_for(), ["buddy-not-ready"]);
    refused(pair.act(parent, "resumptions", None), 409, "buddy-not-ready");
    pair.act(parent, "pauses", None).expect(200);
    world.app.patch(coordinator, &profile, &json!({ "status": "active" })).expect(200);
    assert_eq!(pair.rests_for(), ["parent-asked"], "her pause outlives what came before it");
    pair.act(parent, "resumptions", None).expect(200);
    assert_eq!(pair.rests_for(), [""; 0]);
    assert_sound(&world);
}

/// The way down keeps the weightiest reason, as it was before; the way up takes it over.
fn what_rested_when_the_schema_changed_rests_on(engine: Engine) {
    let world = World::new(engine);
    let (pair, other, running) = (Pair::running(&world), Pair::running(&world), Pair::running(&world));
    pair.act(pair.parent, "pauses", None).expect(200);
    other.act(other.buddy.person, "pauses", None).expect(200);
    let (down, up) = match engine {
        Engine::Sqlite => (
            include_str!("../../persistence/migrations/sqlite/0018_pauses_and_holders/down.sql"),
            include_str!("../../persistence/migrations/sqlite/0018_pauses_and_holders/up.sql"),
        ),
        Engine::Postgres => (
            include_str!("../../persistence/migrations/postgres/0018_pauses_and_holders/down.sql"),
            include_str!("../../persistence/migrations/postgres/0018_pauses_and_holders/up.sql"),
        ),
    };
    // a later migration looks for holders, and goes first on the way down
    for statements in ["DROP INDEX conversations_by_holder", down, up] {
        around(&world.app.location, |database| database.batch(statements)).expect("the schema changes");
    }
    assert_eq!(pair.rests_for(), ["parent-asked"]);
    assert_eq!(other.rests_for(), ["buddy-asked"]);
    assert_eq!(running.rests_for(), [""; 0]);
}
