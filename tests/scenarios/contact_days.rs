//! The day of a contact decides whether it can be noted, and not how the match stands today: a buddy who met the parent on Tuesday notes it on
//! Thursday, though the match was paused or closed on Wednesday.

use chrono::TimeDelta;
use naast_domain::Date;
use naast_domain::ids::PersonId;
use naast_domain::support::NOTED_WITHIN_DAYS;
use naast_tests::app::Reply;
use naast_tests::world::{Buddy, World};
use naast_tests::{Engine, around, on_both};
use serde_json::{Value, json};

use crate::looks::{assert_sound, count, lines, refused};

on_both!(
    a_contact_is_noted_of_the_days_on_which_the_match_ran,
    a_contact_is_noted_for_a_while_after_the_match_ended,
    nothing_more_is_noted_of_a_parent_who_withdrew,
    when_matches_rested_before_the_journal_knows,
);

struct Pair<'a> {
    world: &'a World,
    parent: PersonId,
    buddy: Buddy,
    request: String,
    path: String,
}

impl<'a> Pair<'a> {
    fn running(world: &'a World) -> Self {
        let (buddy, parent) = (world.buddy(0, &json!({})), world.person());
        let request = world.consented(0, parent);
        let (matched, _) = world.matched(0, parent, &request, &buddy);
        Self { world, parent, buddy, request, path: format!("/matches/{matched}") }
    }

    fn act(&self, person: PersonId, act: &str, body: Option<&Value>) {
        let path = format!("{}/{act}", self.path);
        self.world.app.call(Some(person), "POST", &path, body, Some("*")).expect(200);
    }

    fn note(&self, date: Date) -> Reply {
        let met = json!({ "date": date, "channel": "online", "minutes": 30, "task": "listening" });
        self.world.app.post(self.buddy.person, &format!("{}/contacts", self.path), &met)
    }

    /// That no contact can have been on this day, and why.
    fn not_on(&self, date: Date, code: &str) -> String {
        let reply = refused(self.note(date), 400, "invalid-input");
        let fault = &reply.body["errors"][0];
        assert_eq!((&fault["pointer"], &fault["code"]), (&json!("/date"), &json!(code)), "{date}");
        fault["detail"].as_str().expect("words").to_owned()
    }
}

/// So many days later; which day it is then.
fn later(world: &World, days: i64) -> Date {
    world.app.platform.clock.advance(TimeDelta::days(days));
    world.app.platform.clock.today()
}

fn after(day: Date) -> Date {
    day.succ_opt().expect("a day")
}

fn a_contact_is_noted_of_the_days_on_which_the_match_ran(engine: Engine) {
    let world = World::new(engine);
    let pair = Pair::running(&world);
    let began = world.app.platform.clock.today();
    pair.not_on(began.pred_opt().expect("a day"), "too-early");
    pair.not_on(after(began), "too-late");
    let paused = later(&world, 3);
    pair.act(pair.parent, "pauses", None);
    // it rests for one reason more, and for one less: it rests on
    pair.act(pair.buddy.person, "pauses", None);
    pair.act(pair.buddy.person, "resumptions", None);
    let resting = later(&world, 3);
    for ran in [began, after(began), paused] {
        pair.note(ran).expect(201);
    }
    for rested in [after(paused), resting] {
        assert!(pair.not_on(rested, "at-rest").contains(&paused.to_string()));
    }
    let resumed = later(&world, 1);
    pair.act(pair.parent, "resumptions", None);
    let again = later(&world, 2);
    for ran in [paused, resumed, after(resumed), again] {
        pair.note(ran).expect(201);
    }
    let told = pair.not_on(resting, "at-rest");
    assert!(told.contains(&paused.to_string()) && told.contains(&resumed.to_string()), "{told}");
    // it rests, and ends so
    pair.act(pair.buddy.person, "pauses", None);
    let closed = later(&world, 2);
    pair.act(pair.parent, "closure", Some(&json!({ "reason": "goal-reached" })));
    later(&world, 1);
    pair.note(again).expect(201);
    pair.not_on(closed, "at-rest");
    pair.not_on(after(closed), "too-late");
    assert_eq!(count(&world, "match_pauses"), 2);
    assert_sound(&world);
}

fn a_contact_is_noted_for_a_while_after_the_match_ended(engine: Engine) {
    let world = World::new(engine);
    let (pair, coordinator) = (Pair::running(&world), world.coordinators[0]);
    let met = later(&world, 1);
    let closed = later(&world, 1);
    pair.act(coordinator, "closure", Some(&json!({ "reason": "parent-stops" })));
    later(&world, 1);
    for ran in [met, closed] {
        pair.note(ran).expect(201);
    }
    assert!(pair.not_on(after(closed), "too-late").contains(&closed.to_string()));
    let until = closed + TimeDelta::days(NOTED_WITHIN_DAYS.into());
    while world.app.platform.clock.today() < until {
        later(&world, 1);
    }
    pair.note(met).expect(201);
    later(&world, 1);
    let reply = refused(pair.note(met), 409, "match-state");
    assert_eq!(reply.body["state"], json!("closed"));
    assert_eq!(count(&world, "contacts"), 3);
}

fn nothing_more_is_noted_of_a_parent_who_withdrew(engine: Engine) {
    let world = World::new(engine);
    let (running, over) = (Pair::running(&world), Pair::running(&world));
    let began = world.app.platform.clock.today();
    later(&world, 1);
    over.act(over.parent, "closure", Some(&json!({ "reason": "goal-reached" })));
    over.note(began).expect(201);
    for pair in [&running, &over] {
        let path = format!("/support-requests/{}/withdrawal", pair.request);
        world.app.call(Some(pair.parent), "POST", &path, None, None).expect(200);
        refused(pair.note(began), 409, "match-state");
    }
    assert_eq!(count(&world, "contacts"), 1);
}

fn when_matches_rested_before_the_journal_knows(engine: Engine) {
    let world = World::new(engine);
    let (resting, resumed, running) = (Pair::running(&world), Pair::running(&world), Pair::running(&world));
    for pair in [&resting, &resumed] {
        later(&world, 1);
        pair.act(pair.parent, "pauses", None);
        later(&world, 1);
        pair.act(pair.parent, "resumptions", None);
        later(&world, 2);
    }
    resting.act(resting.buddy.person, "pauses", None);
    later(&world, 1);
    let known = || {
        let question = match engine {
            Engine::Sqlite => {
                "SELECT match_id || paused_at || coalesce(resumed_at, '') AS name FROM match_pauses ORDER BY 1"
            }
            Engine::Postgres => {
                "SELECT match_id::text || paused_at || coalesce(resumed_at::text, '') AS name FROM match_pauses ORDER BY 1"
            }
        };
        lines(&world, question)
    };
    let before = known();
    assert_eq!(before.len(), 3);
    let (down, up) = match engine {
        Engine::Sqlite => (
            include_str!("../../persistence/migrations/sqlite/0038_match_pauses/down.sql"),
            include_str!("../../persistence/migrations/sqlite/0038_match_pauses/up.sql"),
        ),
        Engine::Postgres => (
            include_str!("../../persistence/migrations/postgres/0038_match_pauses/down.sql"),
            include_str!("../../persistence/migrations/postgres/0038_match_pauses/up.sql"),
        ),
    };
    // one that the journal does not know of
    let unknown = format!(
        "UPDATE matches SET state = 'paused', paused_for = 1 WHERE id = '{}'",
        running.path.rsplit('/').next().expect("an id")
    );
    for statements in [unknown.as_str(), down, up] {
        around(&world.app.location, |database| database.batch(statements)).expect("the schema changes");
    }
    let now = known();
    assert!(before.iter().all(|one| now.contains(one)), "{before:?} {now:?}");
    assert_eq!(now.len(), 4, "it rests, since nobody knows when");
    let today = world.app.platform.clock.today();
    resting.not_on(today, "at-rest");
    resumed.note(today).expect(201);
    running.not_on(today, "at-rest");
}
