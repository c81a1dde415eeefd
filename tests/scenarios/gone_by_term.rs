//! What went by a term of its own after a backup goes again when it is restored: a contact way, a private space, certificates, a conversation and the
//! parent's side of one.

use chrono::TimeDelta;
use naast_api::clock::Clock;
use naast_domain::ids::PersonId;
use naast_tests::app::{Shape, TestApp};
use naast_tests::world::World;
use naast_tests::{Engine, on_both};
use serde_json::{Value, json};

use crate::backups::{backup, case, elsewhere, stones_of, text};
use crate::ended_again::{served, without};
use crate::last_days::{days, run};
use crate::looks::count_in;

on_both!(
    what_went_by_its_own_term_after_a_backup_goes_again,
    a_space_that_a_later_match_uses_is_not_the_one_that_went,
    what_went_on_after_a_restore_without_tombstones_has_its_own_day,
    a_conversation_that_went_after_a_backup_goes_again,
);

/// A world that began so many days ago: the program goes by the true clock.
pub fn ago(engine: Engine, days: i64) -> World {
    let clock = Clock::default();
    clock.advance(TimeDelta::days(-days));
    World::on(TestApp::start_as(engine, Shape { clock, ..Shape::default() }))
}

fn set_term(world: &World, term: &str, days: i64) {
    let path = format!("/programmes/{}/retention-terms/{term}", world.programmes[0]);
    let body = json!({ "days": days });
    world.app.call(Some(world.administrator), "PUT", &path, Some(&body), Some("*")).expect(200);
}

/// Closes the match that runs for a parent.
fn close(world: &World, parent: PersonId, reason: &str) {
    let all = world.app.get(parent, "/matches").expect(200).body;
    let running = |one: &&Value| one["state"] != json!("closed");
    let of = all["data"].as_array().expect("a page").iter().find(running).expect("one runs");
    let path = format!("/matches/{}", of["id"].as_str().expect("an id"));
    world.app.post_on(parent, &path, &format!("{path}/closure"), &json!({ "reason": reason })).expect(200);
}

fn what_went_by_its_own_term_after_a_backup_goes_again(engine: Engine) {
    let world = ago(engine, 33);
    let (parent, request) = case(&world);
    close(&world, parent, "goal-reached");
    let left = world.buddy(0, &json!({}));
    let path = format!("/buddies/{}", left.id);
    world.app.patch(world.coordinators[0], &path, &json!({ "status": "left" })).expect(200);
    let (first, further) = (world.conversation(), world.conversation());
    let code = world.explained(&first);
    world.parent_step(&code, "decline-buddy").expect(200);
    for step in ["ask-first-question", "has-nobody", "ask-second-question", "agrees"] {
        world.step(&further, step).expect(201);
    }
    let invitation = world.step(&further, "explain-buddy").expect(201).text("invitationCode");
    world.exchanged(&invitation);
    world.parent_step(&world.exchanged(&invitation), "withdraw").expect(200);
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let file = file.to_str().expect("UTF-8");
    for term in ["private-space", "contact-way"] {
        set_term(&world, term, 1);
    }
    days(&world, 32);
    run(&world);

    let left = format!("certificates WHERE CAST(buddy_id AS text) = '{}'", left.id);
    let steps =
        format!("conversation_steps WHERE side = 'parent' AND CAST(conversation_id AS text) = '{first}'");
    let seen = |app: &TestApp| {
        [
            count_in(app, "support_requests WHERE contact_kind IS NOT NULL"),
            count_in(app, "private_entries"),
            count_in(app, &left),
            count_in(app, &steps) + count_in(app, "parent_sides"),
        ]
    };
    assert_eq!(seen(&world.app), [0; 4]);
    // without the tombstones of a kind exactly that comes back: the look would see it
    for (place, kind) in
        ["contact-way", "private-space", "certificate", "conversation-steps"].iter().enumerate()
    {
        let there = elsewhere(engine);
        let others = without(&world, folder.path(), kind);
        let done = there.run(&world, &["restore", file, "--tombstones", &others, "--without-tombstones"]);
        assert!(done.status.success(), "{}", text(&done));
        let risen = seen(&served(&world, &there));
        for (at, number) in risen.iter().enumerate() {
            assert_eq!(*number > 0, at == place, "{kind}: {risen:?}");
        }
    }
    let there = elsewhere(engine);
    let done = there.run(&world, &["restore", file, "--tombstones", &stones_of(&world)]);
    assert!(done.status.success(), "{}", text(&done));
    assert!(text(&done).contains("gone again because their term was over: 4 parts"), "{}", text(&done));
    let app = served(&world, &there);
    assert_eq!(seen(&app), [0; 4]);
    assert_eq!(count_in(&app, "data_keys WHERE owner_kind = 'private'"), 0, "its key is gone with it");
    // that something was written is for nobody else to see
    let seen_by_others =
        "journal j JOIN programmes p ON p.id = j.chain WHERE j.action = 'request.private-space-erased'";
    assert_eq!(count_in(&app, seen_by_others), 0);
    let path = format!("/support-requests/{request}");
    assert_eq!(app.get(parent, &path).expect(200).body["contact"], Value::Null);
    let again = there.run(&world, &["retention", "replay"]);
    assert!(text(&again).contains("their term was over: 0 parts"), "{}", text(&again));
    assert_eq!(there.run(&world, &["doctor"]).status.code(), Some(0));
}

fn a_space_that_a_later_match_uses_is_not_the_one_that_went(engine: Engine) {
    let world = ago(engine, 3);
    let (parent, request) = case(&world);
    close(&world, parent, "other-buddy");
    let folder = tempfile::tempdir().expect("a folder");
    let old = backup(&world, folder.path());
    set_term(&world, "private-space", 1);
    days(&world, 2);
    run(&world);
    let (matched, _) = world.matched(0, parent, &request, &world.buddy(0, &json!({})));
    let note = json!({ "kind": "goal", "text": "Weer naar gym", "aboutHealth": false });
    let place = format!("/matches/{matched}/private-notes");
    world.app.post(parent, &place, &note).expect(201);
    let newer = folder.path().join("newer");
    std::fs::create_dir(&newer).expect("made");
    let new = backup(&world, &newer);
    for (file, left) in [(old, 0), (new, 1)] {
        let there = elsewhere(engine);
        let line = ["restore", file.to_str().expect("UTF-8"), "--tombstones", &stones_of(&world)];
        let done = there.run(&world, &line);
        assert!(done.status.success(), "{}", text(&done));
        assert_eq!(count_in(&served(&world, &there), "private_entries"), left, "{}", text(&done));
    }
}

fn what_went_on_after_a_restore_without_tombstones_has_its_own_day(engine: Engine) {
    let world = ago(engine, 33);
    let (parent, _) = case(&world);
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    close(&world, parent, "goal-reached");
    for term in ["private-space", "contact-way"] {
        set_term(&world, term, 1);
    }
    days(&world, 32);
    run(&world);
    assert_eq!(count_in(&world.app, "private_entries"), 0);
    let there = elsewhere(engine);
    let done = there.run(&world, &["restore", file.to_str().expect("UTF-8"), "--without-tombstones"]);
    assert!(done.status.success(), "{}", text(&done));
    let app = served(&world, &there);
    let matched = app.get(parent, "/matches").expect(200).body["data"][0]["id"].clone();
    let path = format!("/matches/{}", matched.as_str().expect("an id"));
    let note = json!({ "kind": "goal", "text": "Weer naar gym", "aboutHealth": false });
    app.post(parent, &format!("{path}/private-notes"), &note).expect(201);
    app.post_on(parent, &path, &format!("{path}/closure"), &json!({ "reason": "goal-reached" })).expect(200);
    let written = count_in(&app, "private_entries");
    assert!(written > 1);
    let again = there.run(&world, &["retention", "replay", "--tombstones", &stones_of(&world)]);
    assert!(text(&again).contains("their term was over: 0 parts"), "{}", text(&again));
    assert_eq!(count_in(&app, "private_entries"), written);
    assert_eq!(count_in(&app, "support_requests WHERE contact_kind IS NOT NULL"), 1);
}

fn a_conversation_that_went_after_a_backup_goes_again(engine: Engine) {
    let world = ago(engine, 190);
    let over = world.conversation();
    world.step(&over, "ask-first-question").expect(201);
    days(&world, 170);
    let stays = world.conversation();
    let folder = tempfile::tempdir().expect("a folder");
    let file = backup(&world, folder.path());
    let file = file.to_str().expect("UTF-8");
    days(&world, 18);
    assert_eq!(run(&world).erased.get("conversation"), Some(&1));
    let found = |app: &TestApp| {
        [&over, &stays].map(|id| app.get(world.leader, &format!("/conversations/{id}")).status)
    };
    assert_eq!(found(&world.app), [404, 200]);
    let there = elsewhere(engine);
    let others = without(&world, folder.path(), "conversation");
    let done = there.run(&world, &["restore", file, "--tombstones", &others, "--without-tombstones"]);
    assert!(done.status.success(), "{}", text(&done));
    assert_eq!(found(&served(&world, &there)), [200, 200]);
    let there = elsewhere(engine);
    let done = there.run(&world, &["restore", file, "--tombstones", &stones_of(&world)]);
    assert!(done.status.success(), "{}", text(&done));
    let app = served(&world, &there);
    assert_eq!(found(&app), [404, 200]);
    let counted = "erased_counts WHERE kind = 'conversation' AND number = 1";
    assert_eq!(
        (count_in(&app, counted), count_in(&world.app, counted)),
        (1, 1),
        "the school keeps its count"
    );
}
